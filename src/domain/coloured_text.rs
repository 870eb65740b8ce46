//! Holds a text with what its parts mean, so that a theme can colour them.

/// What a part of a source text is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TextColour {
    #[default]
    Plain,
    Comment,
    Keyword,
    /// A quoted text.
    Literal,
    Number,
    /// True, false, null and other names of values.
    Constant,
    Function,
    Type,
    /// The name of a member, a key or an attribute.
    Name,
    Tag,
    Heading,
    Emphasis,
    Link,
    Added,
    Removed,
    Invalid,
}

/// A part of a line, up to a byte of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColourSpan {
    pub end: usize,
    pub colour: TextColour,
}

/// A line without its end; raw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColouredLine {
    pub text: String,
    /// One behind the other from the first byte; what is behind the last is plain.
    pub spans: Vec<ColourSpan>,
}

/// The beginning of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColouredText {
    pub lines: Vec<ColouredLine>,
    /// The language that its colours are of; `None` where it is not known.
    pub language: Option<String>,
    /// Whether there is more.
    pub cut: bool,
}

impl ColouredLine {
    /// Adds a part at the end.
    pub fn push(&mut self, colour: TextColour, text: &str) {
        self.text.push_str(text);
        let end = self.text.len();
        match self.spans.last_mut() {
            Some(last) if last.colour == colour => last.end = end,
            _ => self.spans.push(ColourSpan { end, colour }),
        }
    }

    /// The parts with their colours.
    pub fn parts(&self) -> impl Iterator<Item = (&str, TextColour)> {
        let last = ColourSpan { end: self.text.len(), colour: TextColour::Plain };
        let mut start = 0;
        self.spans.iter().copied().chain([last]).filter_map(move |span| {
            let part = self.text.get(start..span.end).filter(|part| !part.is_empty())?;
            start = span.end;
            Some((part, span.colour))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_the_line() {
        let span = |end, colour| ColourSpan { end, colour };
        let spans = vec![span(2, TextColour::Keyword), span(2, TextColour::Tag)];
        let line = ColouredLine { text: "fn main".into(), spans };
        let parts: Vec<_> = line.parts().collect();
        assert_eq!(parts, [("fn", TextColour::Keyword), (" main", TextColour::Plain)]);
        assert_eq!(ColouredLine::default().parts().count(), 0);
        let mut grown = ColouredLine::default();
        grown.push(TextColour::Keyword, "fn");
        grown.push(TextColour::Plain, " ");
        grown.push(TextColour::Plain, "main");
        let parts: Vec<_> = grown.parts().collect();
        assert_eq!(parts, [("fn", TextColour::Keyword), (" main", TextColour::Plain)]);
    }
}
