//! Reads the text of an HTML page: what a reader of the page sees, without its layout.

use crate::domain::coloured_text::{ColouredLine, TextColour};

/// Lines that are shown; what follows is left out.
const MOST: usize = 20_000;

/// Elements whose insides nobody reads.
const UNREAD: [&str; 6] = ["script", "style", "head", "template", "svg", "noscript"];

/// Elements that begin a line, and those with an empty line around them.
const LINES: [&str; 22] = [
    "br", "div", "li", "tr", "dt", "dd", "header", "footer", "main", "nav", "section", "article",
    "aside", "option", "form", "ul", "ol", "dl", "thead", "tbody", "figure", "address",
];
const PARAGRAPHS: [&str; 12] =
    ["p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "table", "blockquote", "hr", "title"];

/// The lines of a page; paragraphs are not broken.
pub fn page_text(html: &str) -> Vec<ColouredLine> {
    let mut page = Page::default();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        page.text(&rest[..at]);
        rest = &rest[at..];
        let Some(tag) = Tag::read(rest) else {
            page.text("<");
            rest = &rest[1..];
            continue;
        };
        rest = &rest[tag.length..];
        if !tag.closes && UNREAD.contains(&tag.name.as_str()) {
            let title = (tag.name == "head").then(|| title(rest)).flatten();
            rest = behind(rest, &tag.name);
            if let Some(title) = title {
                page.heading(&title);
            }
        } else {
            page.tag(&tag);
        }
        if page.lines.len() >= MOST {
            break;
        }
    }
    page.text(rest);
    page.end_line();
    while page.lines.last().is_some_and(|line| line.text.is_empty()) {
        page.lines.pop();
    }
    page.lines
}

struct Tag {
    /// In lower case.
    name: String,
    closes: bool,
    /// The bytes of it, or of a comment.
    length: usize,
}

impl Tag {
    /// The tag that a text begins with; `None` where the sign is one of the text.
    fn read(text: &str) -> Option<Tag> {
        let nameless = |length| Some(Tag { name: String::new(), closes: false, length });
        if let Some(comment) = text.strip_prefix("<!--") {
            return nameless(4 + comment.find("-->").map_or(comment.len(), |end| end + 3));
        }
        let inner = text.strip_prefix("</").or_else(|| text.strip_prefix('<'))?;
        let closes = text.starts_with("</");
        if inner.starts_with(['!', '?']) {
            return nameless(text.find('>').map_or(text.len(), |end| end + 1));
        }
        let end = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        let name = &inner[..end.unwrap_or(inner.len())];
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        Some(Tag { name: name.to_ascii_lowercase(), closes, length: tag_end(text) })
    }
}

/// A `>` within quotes ends no tag.
fn tag_end(text: &str) -> usize {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), byte) if open == byte => quote = None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'>') => return at + 1,
            _ => {}
        }
    }
    // A quote that nobody closed.
    text.find('>').map_or(text.len(), |end| end + 1)
}

/// What follows the end of an element.
fn behind<'a>(text: &'a str, name: &str) -> &'a str {
    let mut from = 0;
    while let Some(at) = text[from..].find("</") {
        let start = from + at;
        let found = text.as_bytes().get(start + 2..start + 2 + name.len());
        if found.is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes())) {
            return &text[start + tag_end(&text[start..])..];
        }
        from = start + 2;
    }
    ""
}

fn title(head: &str) -> Option<String> {
    let lower = head.to_ascii_lowercase();
    let start = lower.find("<title")?;
    let start = start + tag_end(&head[start..]);
    let end = start + lower.get(start..)?.find("</title")?;
    let words = unescaped(head.get(start..end)?);
    let words: Vec<&str> = words.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

#[derive(Default)]
struct Page {
    lines: Vec<ColouredLine>,
    open: ColouredLine,
    heading: bool,
    /// Elements in which white space counts.
    preformatted: usize,
    /// White space was read that has not been written.
    gap: bool,
}

impl Page {
    fn heading(&mut self, text: &str) {
        self.open.push(TextColour::Heading, text);
        self.end_paragraph();
    }

    fn tag(&mut self, tag: &Tag) {
        let name = tag.name.as_str();
        if PARAGRAPHS.contains(&name) {
            self.end_paragraph();
            if name == "pre" {
                self.preformatted = match tag.closes {
                    true => self.preformatted.saturating_sub(1),
                    false => self.preformatted + 1,
                };
            }
            if name.starts_with('h') && name != "hr" {
                self.heading = !tag.closes;
            }
            if name == "hr" {
                self.open.push(TextColour::Comment, &"─".repeat(40));
                self.end_paragraph();
            }
        } else if LINES.contains(&name) {
            if name == "br" || !self.open.text.is_empty() {
                self.end_line();
            }
            if name == "li" && !tag.closes {
                self.open.push(TextColour::Keyword, "• ");
            }
        } else if ["td", "th"].contains(&name) && !tag.closes && !self.open.text.is_empty() {
            self.open.push(TextColour::Plain, "  ");
        }
        self.gap &= !self.open.text.is_empty();
    }

    fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let text = unescaped(text);
        let colour = if self.heading { TextColour::Heading } else { TextColour::Plain };
        if self.preformatted > 0 {
            for line in text.split_inclusive('\n') {
                self.open.push(TextColour::Literal, line.trim_end_matches(['\n', '\r']));
                if line.ends_with('\n') {
                    self.end_line();
                }
            }
            return;
        }
        let mut words = text.split_whitespace().peekable();
        self.gap |= text.starts_with(char::is_whitespace);
        let ends = text.ends_with(char::is_whitespace);
        while let Some(word) = words.next() {
            if self.gap && !self.open.text.is_empty() && !self.open.text.ends_with(' ') {
                self.open.push(colour, " ");
            }
            self.open.push(colour, word);
            self.gap = words.peek().is_some() || ends;
        }
    }

    fn end_line(&mut self) {
        self.lines.push(std::mem::take(&mut self.open));
        self.gap = false;
    }

    fn end_paragraph(&mut self) {
        if !self.open.text.is_empty() {
            self.end_line();
        }
        if self.lines.last().is_some_and(|line| !line.text.is_empty()) {
            self.end_line();
        }
    }
}

/// Character references become what they stand for.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        if let Some((end, meaning)) = end.and_then(|end| Some((end, meaning(&rest[1..end])?))) {
            out.push(meaning);
            rest = &rest[end + 1..];
        } else {
            out.push('&');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

fn meaning(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| !c.is_control());
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "copy" => '©',
        "reg" => '®',
        "hellip" => '…',
        "ndash" => '–',
        "mdash" => '—',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "laquo" => '«',
        "raquo" => '»',
        "times" => '×',
        "euro" => '€',
        "bull" => '•',
        "middot" => '·',
        "rarr" => '→',
        "larr" => '←',
        "auml" => 'ä',
        "ouml" => 'ö',
        "uuml" => 'ü',
        "szlig" => 'ß',
        "eacute" => 'é',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(html: &str) -> Vec<String> {
        page_text(html).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn a_page_is_what_its_reader_sees() {
        let html = "<!DOCTYPE html><html><head><title>The  page</title><style>p{}</style></head>\
                    <body><h1>Hello &amp; welcome</h1>\n<p>One <b>bold</b>\n word.<br>\
                    Next &lt;a&gt;\
                    </p><ul><li>a</li><li>b</li></ul><script>if (a < b) {}</script>\
                    <table><tr><td>1</td><td>2</td></tr></table><pre>x\n  y</pre></body></html>";
        assert_eq!(
            texts(html),
            [
                "The page",
                "",
                "Hello & welcome",
                "",
                "One bold word.",
                "Next <a>",
                "",
                "• a",
                "• b",
                "",
                "1  2",
                "",
                "x",
                "  y",
            ]
        );
    }

    #[test]
    fn what_is_no_tag_is_text() {
        assert_eq!(texts("a < b and 3<4 &unknown; &#65;&#x42;"), ["a < b and 3<4 &unknown; AB"]);
        assert_eq!(texts("<p title=\"a > b\">c"), ["c"]);
        assert_eq!(texts("a<!-- <p> -->b"), ["ab"]);
        assert_eq!(texts("<script>never ends"), [""; 0]);
        assert_eq!(texts("<p title=\"open>text"), ["text"]);
    }

    #[test]
    fn hostile_pages_end() {
        for html in ["<".repeat(200_000), "<p ".repeat(50_000), "&".repeat(200_000)] {
            assert!(page_text(&html).len() <= MOST);
        }
        assert!(texts(&"<div>".repeat(100_000)).is_empty());
    }
}
