//! Reads the fonts of a PDF as far as their texts need it: what codes stand for, and their widths.

use std::collections::BTreeMap;

use crate::look::pdf::document::PdfDocument;
use crate::look::pdf::encodings::{glyph_text, named_encoding};
use crate::look::pdf::objects::Object;
use crate::look::pdf::to_unicode::{ToUnicode, utf16_text};

/// The width of a character of which none is said, in thousandths.
const WIDTH: f64 = 500.0;

/// Widths that are remembered of one font.
const WIDTHS: usize = 70_000;

#[derive(Debug)]
pub struct Font {
    /// Bytes of a code.
    bytes: usize,
    to_unicode: Option<ToUnicode>,
    /// What each byte stands for in a simple font.
    simple: Vec<String>,
    /// Whether codes are UTF-16.
    is_utf16: bool,
    widths: BTreeMap<u32, f64>,
    /// Of characters that have none.
    width: f64,
    pub has_widths: bool,
}

/// A character as it is shown.
#[derive(Debug, PartialEq)]
pub struct Shown {
    /// `None` where nobody knows what it stands for.
    pub text: Option<String>,
    /// As part of the size of the font.
    pub width: f64,
    pub is_space: bool,
}

impl Font {
    /// What cannot be read of it is not known of it.
    pub fn read(document: &mut PdfDocument, font: &Object) -> Font {
        let to_unicode = match font.get(b"ToUnicode") {
            Object::Reference(number) => document.stream(*number).ok(),
            _ => None,
        };
        let to_unicode = to_unicode.map(|(_, bytes)| ToUnicode::parse(&bytes));
        match font.get(b"Subtype") {
            Object::Name(name) if name == b"Type0" => composite(document, font, to_unicode),
            _ => simple(document, font, to_unicode),
        }
    }

    /// The characters of a text that is shown.
    pub fn shown<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = Shown> + 'a {
        text.chunks(self.bytes.max(1)).map(|bytes| {
            let code = bytes.iter().fold(0, |all, byte| all << 8 | u32::from(*byte));
            let width = self.widths.get(&code).copied().unwrap_or(self.width);
            let is_space = bytes == [b' '];
            Shown { text: self.text(code, bytes), width: width / 1000.0, is_space }
        })
    }

    fn text(&self, code: u32, bytes: &[u8]) -> Option<String> {
        if let Some(text) = self.to_unicode.as_ref().and_then(|map| map.text(code)) {
            return Some(text);
        }
        if self.is_utf16 {
            return Some(utf16_text(bytes));
        }
        let text = self.simple.get(usize::try_from(code).ok()?)?;
        Some(text.clone()).filter(|text| !text.is_empty())
    }
}

fn simple(document: &mut PdfDocument, font: &Object, to_unicode: Option<ToUnicode>) -> Font {
    let encoding = resolved(document, font.get(b"Encoding"));
    let name = match (&encoding, encoding.get(b"BaseEncoding")) {
        (Object::Name(name), _) | (_, Object::Name(name)) => Some(name.as_slice()),
        _ => None,
    };
    let mut simple = named_encoding(name);
    if let Object::Array(differences) = resolved(document, encoding.get(b"Differences")) {
        differ(&mut simple, &differences);
    }
    let mut widths = BTreeMap::new();
    let first = resolved(document, font.get(b"FirstChar")).index().unwrap_or(0);
    if let Object::Array(given) = resolved(document, font.get(b"Widths")) {
        for (at, width) in given.iter().take(256).enumerate() {
            if let (Ok(code), Object::Number(width)) = (u32::try_from(first + at), width) {
                widths.insert(code, *width);
            }
        }
    }
    let has_widths = !widths.is_empty();
    Font { bytes: 1, to_unicode, simple, is_utf16: false, widths, width: WIDTH, has_widths }
}

/// Each number is the code of the name that follows it, and the next one that of the next.
fn differ(simple: &mut [String], differences: &[Object]) {
    let mut code = 0;
    for each in differences {
        match each {
            Object::Name(name) => {
                if let Some(place) = simple.get_mut(code) {
                    let name = String::from_utf8_lossy(name);
                    *place = glyph_text(&name).unwrap_or_default();
                }
                code = code.saturating_add(1);
            }
            number => code = number.index().unwrap_or(code),
        }
    }
}

fn composite(document: &mut PdfDocument, font: &Object, to_unicode: Option<ToUnicode>) -> Font {
    let below = match resolved(document, font.get(b"DescendantFonts")) {
        Object::Array(fonts) => fonts.first().map(|first| resolved(document, first)),
        _ => None,
    };
    let below = below.unwrap_or(Object::Null);
    let width = match resolved(document, below.get(b"DW")) {
        Object::Number(width) => width,
        _ => 1000.0,
    };
    let mut widths = BTreeMap::new();
    if let Object::Array(given) = resolved(document, below.get(b"W")) {
        take_widths(document, &mut widths, &given);
    }
    let is_utf16 = match font.get(b"Encoding") {
        Object::Name(name) => {
            let name = String::from_utf8_lossy(name);
            name.starts_with("Uni") && (name.contains("UCS2") || name.contains("UTF16"))
        }
        _ => false,
    };
    let bytes = to_unicode.as_ref().and_then(|map| map.bytes).unwrap_or(2);
    let bytes = if is_utf16 { 2 } else { bytes };
    Font { bytes, to_unicode, simple: Vec::new(), is_utf16, widths, width, has_widths: true }
}

/// `7 [500 600]`: of 7 and 8; `7 9 500`: of 7 to 9 (ISO 32000-1, 9.7.4.3).
fn take_widths(document: &mut PdfDocument, widths: &mut BTreeMap<u32, f64>, given: &[Object]) {
    let mut rest = given;
    let mut left = WIDTHS;
    while let [first, second, after @ ..] = rest {
        let code = |object: &Object| object.index().and_then(|code| u32::try_from(code).ok());
        let Some(first) = code(first) else { return };
        match (resolved(document, second), after) {
            (Object::Array(each), _) => {
                for (code, width) in (first..).zip(&each).take(left) {
                    left -= 1;
                    if let Object::Number(width) = width {
                        widths.insert(code, *width);
                    }
                }
                rest = after;
            }
            (last, [Object::Number(width), after @ ..]) => {
                let Some(last) = code(&last) else { return };
                for code in (first..=last).take(left) {
                    widths.insert(code, *width);
                    left -= 1;
                }
                rest = after;
            }
            _ => return,
        }
        if left == 0 {
            return;
        }
    }
}

fn resolved(document: &mut PdfDocument, object: &Object) -> Object {
    document.resolved(object).unwrap_or(Object::Null)
}
