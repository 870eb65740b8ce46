//! Parses what is searched for in texts and bytes: letters, `/regex/`, or `0x…`.

use std::ops::Range;

/// What is searched for. Letters without a capital among them stand for capitals too.
#[derive(Clone, Debug)]
pub struct TextPattern {
    text: String,
    in_text: Option<regex::Regex>,
    in_bytes: regex::bytes::Regex,
}

impl PartialEq for TextPattern {
    fn eq(&self, other: &TextPattern) -> bool {
        self.text == other.text
    }
}

impl TextPattern {
    /// # Errors
    /// A sentence; an empty one where nothing is typed.
    pub fn parse(text: &str) -> Result<TextPattern, String> {
        let regex = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
        let regex = regex.filter(|regex| !regex.is_empty());
        let bytes = text.strip_prefix("0x").and_then(bytes_of);
        let source = match (regex, &bytes) {
            _ if text.is_empty() => return Err(String::new()),
            (Some(regex), _) => regex.to_owned(),
            (None, Some(bytes)) => {
                bytes.iter().fold("(?s-u)".to_owned(), |all, byte| all + &format!("\\x{byte:02x}"))
            }
            (None, None) => regex::escape(text),
        };
        let small = regex.is_none() && bytes.is_none() && !text.chars().any(char::is_uppercase);
        let wrong = |error: regex::Error| {
            let text = error.to_string();
            let last = text.lines().next_back().unwrap_or_default();
            format!("not a regular expression: {}", last.trim_start_matches("error: "))
        };
        let in_bytes = regex::bytes::RegexBuilder::new(&source)
            .case_insensitive(small)
            .multi_line(true)
            .build()
            .map_err(wrong)?;
        let in_text = match bytes {
            Some(_) => None,
            None => Some(
                regex::RegexBuilder::new(&source)
                    .case_insensitive(small)
                    .multi_line(true)
                    .build()
                    .map_err(wrong)?,
            ),
        };
        if in_bytes.is_match(b"") {
            return Err("it would be found everywhere: it stands for nothing at all".to_owned());
        }
        Ok(TextPattern { text: text.to_owned(), in_text, in_bytes })
    }

    /// As it was typed.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where it is in a line.
    pub fn places(&self, line: &str) -> Vec<Range<usize>> {
        let found = self.in_text.iter().flat_map(|regex| regex.find_iter(line));
        found.map(|found| found.range()).collect()
    }

    /// Where it is first in some bytes.
    pub fn first(&self, bytes: &[u8]) -> Option<usize> {
        self.in_bytes.find(bytes).map(|found| found.start())
    }

    /// Where it is last in some bytes, of the places before `end`.
    pub fn last_before(&self, bytes: &[u8], end: usize) -> Option<usize> {
        let found = self.in_bytes.find_iter(bytes).map(|found| found.start());
        found.take_while(|start| *start < end).last()
    }
}

fn bytes_of(digits: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = digits.chars().map(|c| c.to_digit(16)).collect::<Option<_>>()?;
    let pairs = digits.chunks_exact(2);
    if digits.is_empty() || !pairs.remainder().is_empty() {
        return None;
    }
    pairs.map(|pair| u8::try_from(pair[0] * 16 + pair[1]).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_expressions_and_bytes_are_found() {
        let places = |pattern: &str, line: &str| {
            let places = TextPattern::parse(pattern).unwrap().places(line);
            places.into_iter().map(|place| (place.start, place.end)).collect::<Vec<_>>()
        };
        assert_eq!(places("err", "an ERROR, err"), [(3, 6), (10, 13)]);
        assert_eq!(places("Err", "an ERROR, Err"), [(10, 13)]);
        assert_eq!(places("/e[0-9]+/", "e12 e e3"), [(0, 3), (6, 8)]);
        assert_eq!(places("a.b", "axb a.b"), [(4, 7)]);
        let magic = TextPattern::parse("0x504b0304").unwrap();
        assert_eq!(magic.first(b"..PK\x03\x04PK\x03\x04"), Some(2));
        assert_eq!(magic.last_before(b"..PK\x03\x04PK\x03\x04", 9), Some(6));
        assert_eq!(magic.last_before(b"..PK\x03\x04PK\x03\x04", 6), Some(2));
        assert_eq!(places("0xZZ", "a 0xzz 0xZZ"), [(7, 11)], "no bytes, so letters");
        let high = TextPattern::parse("0xff0a").unwrap();
        assert_eq!(high.first(b"\n\xff\n"), Some(1));
    }

    #[test]
    fn what_cannot_be_searched_for_says_why() {
        assert_eq!(TextPattern::parse(""), Err(String::new()));
        assert!(TextPattern::parse("/a(/").unwrap_err().contains("regular expression"));
        assert!(TextPattern::parse("/a*/").unwrap_err().contains("everywhere"));
        assert_eq!(TextPattern::parse("//").unwrap().first(b"a//b"), Some(1));
    }
}
