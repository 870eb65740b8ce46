//! Colours source texts by the grammars of their languages.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

use crate::domain::coloured_text::{ColourSpan, ColouredLine, ColouredText, TextColour};

/// The longest line that is coloured, in bytes; grammars may take long over longer ones.
const LONGEST: usize = 2_000;

/// Lines that are seen at first, on any screen.
const FIRST: usize = 120;

/// Colouring ends after this time, and the rest is plain: of the first lines, and of those behind.
const MOST_TIME: [Duration; 2] = [Duration::from_millis(250), Duration::from_millis(50)];

/// What scopes of grammars mean, the more exact before the more general.
const MEANINGS: &[(&str, TextColour)] = &[
    ("comment", TextColour::Comment),
    ("markup.heading", TextColour::Heading),
    ("markup.bold", TextColour::Emphasis),
    ("markup.italic", TextColour::Emphasis),
    ("markup.underline.link", TextColour::Link),
    ("markup.raw", TextColour::Literal),
    ("markup.inserted", TextColour::Added),
    ("markup.deleted", TextColour::Removed),
    ("meta.mapping.key", TextColour::Name),
    ("entity.name.tag", TextColour::Tag),
    ("entity.name.function", TextColour::Function),
    ("support.function", TextColour::Function),
    ("variable.function", TextColour::Function),
    ("entity.other.attribute-name", TextColour::Name),
    ("entity.name.section", TextColour::Heading),
    ("entity.name", TextColour::Type),
    ("support.type.property-name", TextColour::Name),
    ("support.type", TextColour::Type),
    ("support.class", TextColour::Type),
    ("string", TextColour::Literal),
    ("constant.numeric", TextColour::Number),
    ("constant.character.escape", TextColour::Constant),
    ("constant", TextColour::Constant),
    ("storage.type", TextColour::Type),
    ("storage", TextColour::Keyword),
    ("keyword.operator", TextColour::Plain),
    ("keyword", TextColour::Keyword),
    ("variable.other.member", TextColour::Name),
    ("invalid", TextColour::Invalid),
];

/// The grammars of all languages; they are unpacked with the first text.
struct Grammars {
    set: SyntaxSet,
    meanings: Vec<(Scope, TextColour)>,
}

fn grammars() -> &'static Grammars {
    static GRAMMARS: OnceLock<Grammars> = OnceLock::new();
    GRAMMARS.get_or_init(|| {
        let meanings = MEANINGS.iter();
        let meanings =
            meanings.filter_map(|(name, colour)| Some((Scope::new(name).ok()?, *colour)));
        Grammars { set: two_face::syntax::extra_newlines(), meanings: meanings.collect() }
    })
}

/// The lines of a text, coloured where its name or its first line tells the language.
pub fn coloured(text: &str, name: &str, cut: bool) -> ColouredText {
    let grammars = grammars();
    let Some(language) = language(&grammars.set, text, name) else {
        return plain(text, cut);
    };
    let begun = Instant::now();
    let mut state = ParseState::new(language);
    let mut stack = ScopeStack::new();
    let mut lost = false;
    let lines = text.split_inclusive('\n').enumerate().map(|(number, line)| {
        let shown = line.trim_end_matches(['\n', '\r']);
        lost |= line.len() > LONGEST || begun.elapsed() > MOST_TIME[usize::from(number >= FIRST)];
        let spans = match lost {
            true => Vec::new(),
            false => {
                spans(line, shown.len(), &mut state, &mut stack, grammars).unwrap_or_else(|| {
                    lost = true;
                    Vec::new()
                })
            }
        };
        ColouredLine { text: shown.to_owned(), spans }
    });
    ColouredText { lines: lines.collect(), language: Some(language.name.clone()), cut }
}

pub fn plain(text: &str, cut: bool) -> ColouredText {
    let lines = text.lines().map(|line| ColouredLine { text: line.to_owned(), spans: Vec::new() });
    ColouredText { lines: lines.collect(), language: None, cut }
}

fn language<'a>(set: &'a SyntaxSet, text: &str, name: &str) -> Option<&'a SyntaxReference> {
    let name = name.rsplit('/').next().unwrap_or_default();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let first = text.lines().next().unwrap_or_default();
    let first = first.get(..first.len().min(200)).unwrap_or_default();
    let found = set
        .find_syntax_by_extension(name)
        .or_else(|| set.find_syntax_by_extension(ending))
        .or_else(|| set.find_syntax_by_extension(&ending.to_ascii_lowercase()))
        .or_else(|| set.find_syntax_by_first_line(first));
    found.filter(|found| found.name != "Plain Text")
}

/// The colours of one line; `None` where its grammar gives up.
fn spans(
    line: &str,
    shown: usize,
    state: &mut ParseState,
    stack: &mut ScopeStack,
    grammars: &Grammars,
) -> Option<Vec<ColourSpan>> {
    let changes = state.parse_line(line, &grammars.set).ok()?;
    let mut spans: Vec<ColourSpan> = Vec::new();
    let mut add = |end: usize, colour| {
        let end = end.min(shown);
        match spans.last_mut() {
            Some(last) if last.colour == colour => last.end = end,
            Some(last) if last.end >= end => {}
            None if end == 0 => {}
            _ => spans.push(ColourSpan { end, colour }),
        }
    };
    for (at, change) in changes {
        add(at, colour(stack, grammars));
        stack.apply(&change).ok()?;
    }
    add(shown, colour(stack, grammars));
    Some(spans)
}

/// By the innermost scope that means anything.
fn colour(stack: &ScopeStack, grammars: &Grammars) -> TextColour {
    let meaning = |scope: &Scope| {
        let found = grammars.meanings.iter().find(|(known, _)| known.is_prefix_of(*scope));
        found.map(|(_, colour)| *colour)
    };
    stack.as_slice().iter().rev().find_map(meaning).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(name: &str, text: &str) -> Vec<(String, TextColour)> {
        let coloured = coloured(text, name, false);
        let line = &coloured.lines[0];
        line.parts().map(|(part, colour)| (part.to_owned(), colour)).collect()
    }

    #[test]
    fn words_have_the_colour_of_what_they_are() {
        let found = parts("a.rs", "fn main() { let x = \"y\"; } // z\n");
        let has = |text: &str, colour| found.iter().any(|(part, of)| part == text && *of == colour);
        assert!(has("main", TextColour::Function), "{found:?}");
        assert!(found.iter().any(|(part, of)| part.contains("// z") && *of == TextColour::Comment));
        assert!(
            found.iter().any(|(part, of)| part.contains("\"y\"") && *of == TextColour::Literal)
        );
        let json = parts("a.json", "{\"a\": 1, \"b\": null}");
        assert!(json.iter().any(|(part, of)| part == "1" && *of == TextColour::Number), "{json:?}");
        assert_eq!(coloured("x\n", "notes.unknown", false).language, None);
        assert!(coloured("#!/bin/sh\n", "script", false).language.is_some());
    }

    #[test]
    fn the_text_is_as_it_was() {
        let text = "a: [1, 2]\r\n\r\nb: 'ü' # c\n".repeat(200) + "last";
        for name in ["a.yaml", "a.toml", "a.md", "a.html", "a.py", "a.txt", "a"] {
            let coloured = coloured(&text, name, true);
            let joined: Vec<&str> = coloured.lines.iter().map(|line| line.text.as_str()).collect();
            assert_eq!(joined, text.lines().collect::<Vec<_>>(), "{name}");
            for line in &coloured.lines {
                let parts: String = line.parts().map(|(part, _)| part).collect();
                assert_eq!(parts, line.text, "{name}");
            }
        }
    }

    #[test]
    fn long_lines_and_long_texts_are_plain_and_quick() {
        let before = Instant::now();
        let line = "[".repeat(1_000_000);
        assert!(coloured(&line, "a.json", false).lines[0].spans.is_empty());
        coloured(&"((((((((\"\n".repeat(30_000), "a.rs", false);
        assert!(before.elapsed() < Duration::from_secs(10));
    }
}
