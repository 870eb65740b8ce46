//! Counts the terminal cells of a text, and breaks it into lines.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Cells a text takes, as ratatui counts them.
pub fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}

/// The lines of a paragraph at most `max` cells wide, broken at spaces where there are any.
pub fn wrap(text: &str, max: usize) -> Vec<String> {
    let max = max.max(1);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for word in paragraph.split(' ').filter(|word| !word.is_empty()) {
            add_word(&mut lines, &mut line, word, max);
        }
        lines.push(line);
    }
    lines
}

fn add_word(lines: &mut Vec<String>, line: &mut String, word: &str, max: usize) {
    if !line.is_empty() {
        if width(line) + 1 + width(word) <= max {
            line.push(' ');
            line.push_str(word);
            return;
        }
        lines.push(std::mem::take(line));
    }
    let mut rest = word;
    while width(rest) > max {
        let fits = prefix_of_width(rest, max);
        let cut = if fits == 0 { first_grapheme(rest) } else { fits };
        lines.push(rest[..cut].to_owned());
        rest = &rest[cut..];
    }
    line.push_str(rest);
}

fn first_grapheme(text: &str) -> usize {
    text.graphemes(true).next().map_or(text.len(), str::len)
}

/// Bytes of the longest start of whole characters at most `max` cells wide.
pub fn prefix_of_width(text: &str, max: usize) -> usize {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += width(grapheme);
        if used > max {
            return at;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paragraphs_break_at_spaces_and_long_words_anywhere() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij kl", 4), ["abcd", "efgh", "ij", "kl"]);
        assert_eq!(wrap("a\n\nb", 9), ["a", "", "b"]);
    }

    proptest! {
        #[test]
        fn wrapping_loses_no_letter(text in "[a-z世 ]{0,60}", max in 2_usize..20) {
            let letters = |text: &str| text.replace(' ', "");
            prop_assert_eq!(letters(&wrap(&text, max).concat()), letters(&text));
        }
    }
}
