//! Measures text in cells, and shortens it without cutting a character in two.

use unicode_segmentation::UnicodeSegmentation;

pub use crate::domain::cells::{prefix_of_width, width, wrap};
use crate::domain::visible::push_visible;

/// Replaces `out` by the visible form of `name`, shortened in the middle to `max` cells so that its
/// extension stays.
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

/// Replaces `out` by the visible form of `text`, cut at the start to `max` cells: the end of a path
/// says most.
pub fn fit_start(out: &mut String, text: &str, max: usize, ellipsis: &str) {
    out.clear();
    push_visible(out, text);
    if width(out) <= max {
        return;
    }
    let from = suffix_of_width(out, max.saturating_sub(width(ellipsis)));
    out.replace_range(..from, if max >= width(ellipsis) { ellipsis } else { "" });
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

    proptest! {
        #[test]
        fn nothing_is_wider_than_asked(text in any::<String>(), max in 0_usize..40) {
            let mut out = String::new();
            for fit in [fit_name, fit_start, fit_end] {
                fit(&mut out, &text, max, "…");
                prop_assert!(width(&out) <= max, "{:?} is {} wide", out, width(&out));
            }
        }
    }
}
