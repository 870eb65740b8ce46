//! The width of text in cells, and shortening it without cutting a character in two.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::domain::visible::push_visible;

/// Cells a text takes, as ratatui counts them.
pub fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}

/// Replaces `out` by the visible form of `name`, shortened in the middle to `max` cells so that its extension stays.
pub fn fit_name(out: &mut String, name: &str, max: usize, ellipsis: &str) {
    out.clear();
    push_visible(out, name);
    if width(out) <= max {
        return;
    }
    let (head, tail) = middle_cut(out, max, width(ellipsis));
    out.replace_range(head..tail, if max < width(ellipsis) { "" } else { ellipsis });
}

/// Replaces `out` by the visible form of `text`, cut at the end to `max` cells.
pub fn fit_end(out: &mut String, text: &str, max: usize, ellipsis: &str) {
    out.clear();
    push_visible(out, text);
    if width(out) <= max {
        return;
    }
    let keep = prefix_of_width(out, max.saturating_sub(width(ellipsis)));
    out.truncate(keep);
    if max >= width(ellipsis) {
        out.push_str(ellipsis);
    }
}

/// Replaces `out` by the visible form of `text`, cut at the start to `max` cells: the end of a path says most.
pub fn fit_start(out: &mut String, text: &str, max: usize, ellipsis: &str) {
    out.clear();
    push_visible(out, text);
    if width(out) <= max {
        return;
    }
    let from = suffix_of_width(out, max.saturating_sub(width(ellipsis)));
    out.replace_range(..from, if max >= width(ellipsis) { ellipsis } else { "" });
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

/// Where the head ends and the tail starts, in bytes, when a text is shortened to `max` cells.
fn middle_cut(text: &str, max: usize, ellipsis: usize) -> (usize, usize) {
    let Some(room) = max.checked_sub(ellipsis) else { return (0, text.len()) };
    let extension = extension(text).map_or(0, |dot| width(&text[dot..]));
    let wanted = if extension <= 12 { extension + room / 4 } else { room / 3 };
    let tail = suffix_of_width(text, wanted.min(room / 2));
    let head = prefix_of_width(text, room - width(&text[tail..]));
    (head, tail)
}

/// Where the extension starts; `.tar.zst` is one.
fn extension(name: &str) -> Option<usize> {
    let dot = name.rfind('.')?;
    Some(name[..dot].strip_suffix(".tar").map_or(dot, str::len))
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

/// Where the longest end of whole characters at most `max` cells wide starts, in bytes.
fn suffix_of_width(text: &str, max: usize) -> usize {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        used += width(grapheme);
        if used > max {
            return at + grapheme.len();
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str, max: usize) -> String {
        let mut out = "what was there before".to_owned();
        fit_name(&mut out, text, max, "…");
        out
    }

    #[test]
    fn a_long_name_keeps_its_start_and_its_extension() {
        assert_eq!(name("IMG_0412.jpg", 12), "IMG_0412.jpg");
        assert_eq!(name("IMG_2026_holiday_0412.jpg", 16), "IMG_2026…412.jpg");
        assert_eq!(name("database-backup-2026-09-20.tar.zst", 20), "database-b…0.tar.zst");
        assert_eq!(name("abcdef", 1), "…");
        assert_eq!(name("abcdef", 0), "");
    }

    #[test]
    fn wide_characters_are_never_cut_in_half() {
        assert_eq!(name("世界世界世界.txt", 10), "世界….txt");
        assert_eq!(name("👨‍👩‍👧 family.jpg", 100), "👨⟨U+200D⟩👩⟨U+200D⟩👧 family.jpg");
    }

    #[test]
    fn the_end_of_a_path_and_the_start_of_a_sentence_stay() {
        let mut out = String::new();
        fit_start(&mut out, "/home/ada/projects/site", 12, "…");
        assert_eq!(out, "…ojects/site");
        fit_end(&mut out, "access denied by the policy", 14, "…");
        assert_eq!(out, "access denied…");
    }

    #[test]
    fn paragraphs_break_at_spaces_and_long_words_anywhere() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij kl", 4), ["abcd", "efgh", "ij", "kl"]);
        assert_eq!(wrap("a\n\nb", 9), ["a", "", "b"]);
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_asked(text in any::<String>(), max in 0_usize..40) {
            let mut out = String::new();
            for fit in [fit_name, fit_start, fit_end] {
                fit(&mut out, &text, max, "…");
                prop_assert!(width(&out) <= max, "{:?} is {} wide", out, width(&out));
            }
        }

        #[test]
        fn wrapping_loses_no_letter(text in "[a-z世 ]{0,60}", max in 2_usize..20) {
            let letters = |text: &str| text.replace(' ', "");
            prop_assert_eq!(letters(&wrap(&text, max).concat()), letters(&text));
        }
    }
}
