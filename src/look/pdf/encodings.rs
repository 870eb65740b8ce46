//! Says which characters the bytes and the glyph names of simple fonts stand for.

use encoding_rs::{Encoding, MACINTOSH, WINDOWS_1252};
use unicode_normalization::UnicodeNormalization;

/// Characters that fonts name and that are no letters with an accent.
const NAMES: &[(&str, &str)] = &[
    ("space", " "),
    ("nbspace", " "),
    ("exclam", "!"),
    ("quotedbl", "\""),
    ("numbersign", "#"),
    ("dollar", "$"),
    ("percent", "%"),
    ("ampersand", "&"),
    ("quotesingle", "'"),
    ("quoteright", "’"),
    ("quoteleft", "‘"),
    ("quotedblleft", "“"),
    ("quotedblright", "”"),
    ("quotesinglbase", "‚"),
    ("quotedblbase", "„"),
    ("guillemotleft", "«"),
    ("guillemotright", "»"),
    ("guilsinglleft", "‹"),
    ("guilsinglright", "›"),
    ("parenleft", "("),
    ("parenright", ")"),
    ("asterisk", "*"),
    ("plus", "+"),
    ("comma", ","),
    ("hyphen", "-"),
    ("sfthyphen", "-"),
    ("minus", "−"),
    ("period", "."),
    ("slash", "/"),
    ("zero", "0"),
    ("one", "1"),
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("colon", ":"),
    ("semicolon", ";"),
    ("less", "<"),
    ("equal", "="),
    ("greater", ">"),
    ("question", "?"),
    ("at", "@"),
    ("bracketleft", "["),
    ("backslash", "\\"),
    ("bracketright", "]"),
    ("asciicircum", "^"),
    ("underscore", "_"),
    ("grave", "`"),
    ("braceleft", "{"),
    ("bar", "|"),
    ("braceright", "}"),
    ("asciitilde", "~"),
    ("endash", "–"),
    ("emdash", "—"),
    ("bullet", "•"),
    ("periodcentered", "·"),
    ("ellipsis", "…"),
    ("dagger", "†"),
    ("daggerdbl", "‡"),
    ("section", "§"),
    ("paragraph", "¶"),
    ("copyright", "©"),
    ("registered", "®"),
    ("trademark", "™"),
    ("degree", "°"),
    ("mu", "µ"),
    ("multiply", "×"),
    ("divide", "÷"),
    ("plusminus", "±"),
    ("lessequal", "≤"),
    ("greaterequal", "≥"),
    ("notequal", "≠"),
    ("infinity", "∞"),
    ("fraction", "⁄"),
    ("onehalf", "½"),
    ("onequarter", "¼"),
    ("threequarters", "¾"),
    ("onesuperior", "¹"),
    ("twosuperior", "²"),
    ("threesuperior", "³"),
    ("cent", "¢"),
    ("sterling", "£"),
    ("yen", "¥"),
    ("Euro", "€"),
    ("euro", "€"),
    ("currency", "¤"),
    ("exclamdown", "¡"),
    ("questiondown", "¿"),
    ("germandbls", "ß"),
    ("ae", "æ"),
    ("AE", "Æ"),
    ("oe", "œ"),
    ("OE", "Œ"),
    ("oslash", "ø"),
    ("Oslash", "Ø"),
    ("lslash", "ł"),
    ("Lslash", "Ł"),
    ("eth", "ð"),
    ("Eth", "Ð"),
    ("thorn", "þ"),
    ("Thorn", "Þ"),
    ("dotlessi", "ı"),
    ("fi", "fi"),
    ("fl", "fl"),
    ("ff", "ff"),
    ("ffi", "ffi"),
    ("ffl", "ffl"),
    ("arrowright", "→"),
    ("arrowleft", "←"),
];

/// How an accent is named behind a letter, and the mark that it is.
const ACCENTS: &[(&str, char)] = &[
    ("grave", '\u{300}'),
    ("acute", '\u{301}'),
    ("circumflex", '\u{302}'),
    ("tilde", '\u{303}'),
    ("macron", '\u{304}'),
    ("breve", '\u{306}'),
    ("dotaccent", '\u{307}'),
    ("dieresis", '\u{308}'),
    ("ring", '\u{30a}'),
    ("hungarumlaut", '\u{30b}'),
    ("caron", '\u{30c}'),
    ("cedilla", '\u{327}'),
    ("ogonek", '\u{328}'),
];

/// Where `StandardEncoding` differs from ASCII, as far as texts have it (ISO 32000-1, annex D).
const STANDARD: &[(u8, &str)] = &[
    (0x27, "’"),
    (0x60, "‘"),
    (0xa1, "¡"),
    (0xa2, "¢"),
    (0xa3, "£"),
    (0xa4, "⁄"),
    (0xa5, "¥"),
    (0xa7, "§"),
    (0xa8, "¤"),
    (0xa9, "'"),
    (0xaa, "“"),
    (0xab, "«"),
    (0xac, "‹"),
    (0xad, "›"),
    (0xae, "fi"),
    (0xaf, "fl"),
    (0xb1, "–"),
    (0xb2, "†"),
    (0xb3, "‡"),
    (0xb4, "·"),
    (0xb6, "¶"),
    (0xb7, "•"),
    (0xb8, "‚"),
    (0xb9, "„"),
    (0xba, "”"),
    (0xbb, "»"),
    (0xbc, "…"),
    (0xbd, "‰"),
    (0xbf, "¿"),
    (0xd0, "—"),
    (0xe1, "Æ"),
    (0xe8, "Ł"),
    (0xe9, "Ø"),
    (0xea, "Œ"),
    (0xf1, "æ"),
    (0xf5, "ı"),
    (0xf8, "ł"),
    (0xf9, "ø"),
    (0xfa, "œ"),
    (0xfb, "ß"),
];

/// The text of each byte by the name of an encoding; without a name by `StandardEncoding`.
pub fn named_encoding(name: Option<&[u8]>) -> Vec<String> {
    match name {
        Some(b"WinAnsiEncoding") => by(WINDOWS_1252),
        Some(b"MacRomanEncoding") => by(MACINTOSH),
        _ => (0..=255).map(standard).collect(),
    }
}

fn by(encoding: &'static Encoding) -> Vec<String> {
    let text = |byte: u8| encoding.decode_without_bom_handling(&[byte]).0.into_owned();
    (0..=255).map(|byte| without_control(text(byte))).collect()
}

fn standard(byte: u8) -> String {
    let other = STANDARD.iter().find(|(code, _)| *code == byte).map(|(_, text)| *text);
    match other {
        Some(text) => text.to_owned(),
        None if (b' '..=b'~').contains(&byte) => char::from(byte).to_string(),
        None => String::new(),
    }
}

fn without_control(text: String) -> String {
    if text.contains(char::is_control) { String::new() } else { text }
}

/// The text that a glyph is named for: `eacute`, `uni20AC`, `f_i`, `a.sc`.
pub fn glyph_text(name: &str) -> Option<String> {
    let name = name.split('.').next().filter(|plain| !plain.is_empty())?;
    if name.contains('_') {
        return name.split('_').map(glyph_text).collect();
    }
    let known = NAMES.iter().find(|(known, _)| *known == name);
    let coded = |digits: &str| {
        let code = u32::from_str_radix(digits, 16).ok()?;
        char::from_u32(code).filter(|found| !found.is_control()).map(String::from)
    };
    let mut letters = name.chars();
    match (known, letters.next(), letters.as_str()) {
        (Some((_, text)), ..) => Some((*text).to_owned()),
        (_, Some(letter), "") if letter.is_ascii_alphabetic() => Some(letter.to_string()),
        (_, Some('u'), rest) if rest.starts_with("ni") && rest.len() == 6 => coded(&rest[2..]),
        (_, Some('u'), rest) if (4..=6).contains(&rest.len()) && coded(rest).is_some() => {
            coded(rest)
        }
        (_, Some(letter), accent) if letter.is_ascii_alphabetic() => {
            let (_, mark) = ACCENTS.iter().find(|(known, _)| *known == accent)?;
            Some([letter, *mark].into_iter().nfc().collect())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glyphs_are_named_for_what_they_show() {
        for (name, text) in [
            ("A", "A"),
            ("eacute", "é"),
            ("Ccaron", "Č"),
            ("fi", "fi"),
            ("f_f_i", "ffi"),
            ("uni20AC", "€"),
            ("u1F600", "😀"),
            ("one.oldstyle", "1"),
            ("quoteright", "’"),
            ("germandbls", "ß"),
        ] {
            assert_eq!(glyph_text(name).as_deref(), Some(text), "{name}");
        }
        for name in ["", ".notdef", "g12", "uniD800", "uni0007", "cid77", "é"] {
            assert_eq!(glyph_text(name), None, "{name}");
        }
    }

    #[test]
    fn bytes_stand_for_what_the_encoding_says() {
        let text = |name: Option<&[u8]>, byte: usize| named_encoding(name)[byte].clone();
        assert_eq!(text(Some(b"WinAnsiEncoding"), 0x80), "€");
        assert_eq!(text(Some(b"WinAnsiEncoding"), 0xe9), "é");
        assert_eq!(text(Some(b"MacRomanEncoding"), 0x8e), "é");
        assert_eq!(text(None, 0x27), "’");
        assert_eq!(text(None, 0xae), "fi");
        assert_eq!((text(None, 0), text(None, 0x41)), (String::new(), "A".to_owned()));
    }
}
