//! Makes remote text visible before it reaches a cell, a title, a log or stdout.
//!
//! A character that moves the cursor, turns the writing direction or leaves no trace is written as
//! a picture or as its number. The way back is unique: what stands for a hidden character (`␛`,
//! `⟨`) is itself written as its number, so two different texts never look the same because of this
//! module.

use std::borrow::Cow;
use std::fmt::{self, Write};

use unicode_width::UnicodeWidthChar;

/// The text with every hidden character made visible; borrowed where there is none.
pub fn visible(text: &str) -> Cow<'_, str> {
    if is_clean(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    push_visible(&mut out, text);
    Cow::Owned(out)
}

/// Appends the visible form to a buffer that is kept, so that a row costs no allocation.
pub fn push_visible(out: &mut String, text: &str) {
    if is_clean(text) {
        out.push_str(text);
    } else {
        // Writing into a String cannot fail.
        let _ = write!(out, "{}", Visible(text));
    }
}

/// `Display` of the visible form, for `format!` and `println!`.
#[derive(Clone, Copy, Debug)]
pub struct Visible<'a>(pub &'a str);

impl fmt::Display for Visible<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut clean_from = 0;
        for (at, character) in self.0.char_indices() {
            let joins = at == 0 && joins_what_is_before(character);
            if !joins && !is_hidden(character) {
                continue;
            }
            f.write_str(&self.0[clean_from..at])?;
            write_hidden(f, character)?;
            clean_from = at + character.len_utf8();
        }
        f.write_str(&self.0[clean_from..])
    }
}

/// Whether [`visible`] gives the text back as it is.
pub fn is_clean(text: &str) -> bool {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return true;
    }
    !text.chars().any(is_hidden) && !text.chars().next().is_some_and(joins_what_is_before)
}

fn write_hidden(f: &mut fmt::Formatter<'_>, character: char) -> fmt::Result {
    match character {
        '\0'..='\x1f' => {
            f.write_char(char::from_u32(0x2400 + character as u32).unwrap_or('\u{fffd}'))
        }
        '\x7f' => f.write_char('␡'),
        _ => write!(f, "⟨U+{:04X}⟩", character as u32),
    }
}

/// Controls, direction marks, zero-width and other characters without a picture (Unicode: Cc, Cf,
/// Zl, Zp and the default-ignorable ones), and the characters this module writes itself. The emoji
/// selector U+FE0F stays.
fn is_hidden(character: char) -> bool {
    matches!(character,
        '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}'
        | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}' | '\u{8e2}'
        | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{2400}'..='\u{2421}' | '⟨' | '\u{3164}' | '\u{fe00}'..='\u{fe0e}' | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// A combining mark at the start of a text would change the cell before it.
fn joins_what_is_before(character: char) -> bool {
    character.width() == Some(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads a visible text back.
    fn hidden(text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            rest = &rest[character.len_utf8()..];
            match character {
                '\u{2400}'..='\u{241f}' => out.extend(char::from_u32(character as u32 - 0x2400)),
                '␡' => out.push('\x7f'),
                '⟨' => {
                    let (number, after) = rest.split_once('⟩').unwrap();
                    let number = u32::from_str_radix(number.strip_prefix("U+").unwrap(), 16);
                    out.extend(char::from_u32(number.unwrap()));
                    rest = after;
                }
                _ => out.push(character),
            }
        }
        out
    }

    #[test]
    fn hidden_characters_get_a_picture_or_their_number() {
        assert_eq!(visible("a\x1b[31mb\n"), "a␛[31mb␊");
        assert_eq!(visible("\u{9b}31m\x7f"), "⟨U+009B⟩31m␡");
        assert_eq!(visible("invoice\u{202e}gpj.exe"), "invoice⟨U+202E⟩gpj.exe");
        assert_eq!(visible("a\u{200b}b\u{feff}"), "a⟨U+200B⟩b⟨U+FEFF⟩");
        assert_eq!(visible("\u{301}a"), "⟨U+0301⟩a");
        assert_eq!(visible("e\u{301}"), "e\u{301}");
    }

    #[test]
    fn a_picture_in_the_text_is_told_from_the_control_character() {
        assert_ne!(visible("␛"), visible("\x1b"));
        assert_eq!(visible("␛"), "⟨U+241B⟩");
        assert_eq!(visible("⟨U+202E⟩"), "⟨U+27E8⟩U+202E⟩");
    }

    #[test]
    fn clean_text_is_borrowed() {
        for text in ["", "photos/2026/IMG_0412.jpg", "Grüße 世界 ❤️.txt", "e\u{301}"] {
            assert!(matches!(visible(text), Cow::Borrowed(_)), "{text:?}");
        }
    }

    const ODD: &str = "[\\x00-\\x20\\x7f-\\xa0a␀-␡⟨⟩U+\u{200b}-\u{202e}\u{301}]{0,12}";

    proptest! {
        #[test]
        fn nothing_hidden_ever_comes_out(text in any::<String>()) {
            let shown = visible(&text);
            prop_assert!(!shown.contains(char::is_control));
            let ours = |c| matches!(c, '\u{2400}'..='\u{2421}' | '⟨');
            let raw = shown.chars().find(|c| is_hidden(*c) && !ours(*c));
            prop_assert_eq!(raw, None);
        }

        #[test]
        fn every_text_can_be_read_back(text in ODD) {
            prop_assert_eq!(hidden(&visible(&text)), text);
        }
    }
}
