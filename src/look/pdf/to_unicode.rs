//! Reads what the codes of a font stand for, where the PDF says so (ISO 32000-1, 9.10.3).

use std::collections::BTreeMap;

use crate::look::pdf::objects::{Object, Parser, SPOILT};

/// Codes and ranges of codes that are remembered of one font.
const CODES: usize = 70_000;

#[derive(Debug, Default)]
pub struct ToUnicode {
    texts: BTreeMap<u32, String>,
    /// By their first code: the last, and what the first stands for.
    ranges: BTreeMap<u32, (u32, String)>,
    /// Bytes of a code, where they are said.
    pub bytes: Option<usize>,
}

impl ToUnicode {
    /// What is damaged ends it; what was read before holds.
    pub fn parse(bytes: &[u8]) -> ToUnicode {
        let mut found = ToUnicode::default();
        let mut parser = Parser::new(bytes);
        let mut given: Vec<Object> = Vec::new();
        let mut spoilt = 0;
        while !parser.is_at_end() && spoilt < SPOILT {
            if let Some(object) = parser.operand() {
                given.push(object);
                if given.len() > CODES {
                    return found;
                }
                continue;
            }
            match parser.operator() {
                b"endcodespacerange" => found.bytes = given.first().and_then(length),
                b"endbfchar" => found.take_codes(&given),
                b"endbfrange" => found.take_ranges(&given),
                b"" => spoilt += 1,
                _ => {}
            }
            given.clear();
        }
        found
    }

    pub fn text(&self, code: u32) -> Option<String> {
        if let Some(text) = self.texts.get(&code) {
            return Some(text.clone());
        }
        let (first, (last, text)) = self.ranges.range(..=code).next_back()?;
        if code > *last {
            return None;
        }
        let mut letters: Vec<char> = text.chars().collect();
        let end = letters.pop()?;
        letters.push(char::from_u32(u32::from(end).checked_add(code - first)?)?);
        Some(letters.into_iter().collect())
    }

    fn take_codes(&mut self, given: &[Object]) {
        for pair in given.chunks_exact(2) {
            if let (Some(code), Some(text)) = (code(&pair[0]), utf16(&pair[1])) {
                self.put(code, text);
            }
        }
    }

    fn take_ranges(&mut self, given: &[Object]) {
        for three in given.chunks_exact(3) {
            let (Some(first), Some(last)) = (code(&three[0]), code(&three[1])) else { continue };
            match &three[2] {
                Object::Array(texts) => {
                    for (code, text) in (first..=last).zip(texts) {
                        if let Some(text) = utf16(text) {
                            self.put(code, text);
                        }
                    }
                }
                text => {
                    if let Some(text) = utf16(text).filter(|_| self.ranges.len() < CODES) {
                        self.ranges.insert(first, (last, text));
                    }
                }
            }
        }
    }

    fn put(&mut self, code: u32, text: String) {
        if self.texts.len() < CODES {
            self.texts.insert(code, text);
        }
    }
}

fn length(object: &Object) -> Option<usize> {
    match object {
        Object::Text(bytes) => Some(bytes.len()).filter(|length| (1..=4).contains(length)),
        _ => None,
    }
}

fn code(object: &Object) -> Option<u32> {
    match object {
        Object::Text(bytes) if bytes.len() <= 4 => {
            Some(bytes.iter().fold(0, |all, byte| all << 8 | u32::from(*byte)))
        }
        _ => None,
    }
}

fn utf16(object: &Object) -> Option<String> {
    let Object::Text(bytes) = object else { return None };
    Some(utf16_text(bytes))
}

/// Text of two bytes for each unit, the higher first.
pub fn utf16_text(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|two| u16::from_be_bytes([two[0], two[1]]));
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_ranges_stand_for_texts() {
        let map = ToUnicode::parse(
            b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange\n<0000> <FFFF>\n\
              endcodespacerange 2 beginbfchar <0003> <0020> <0010> <00660069> endbfchar\n\
              2 beginbfrange <0024> <003D> <0041> <0050> <0051> [<00E9> <D83DDE00>] endbfrange end",
        );
        assert_eq!(map.bytes, Some(2));
        let text = |code| map.text(code).unwrap_or_default();
        assert_eq!(
            (text(3), text(0x10), text(0x24), text(0x3d)),
            (" ".to_owned(), "fi".to_owned(), "A".to_owned(), "Z".to_owned())
        );
        assert_eq!((text(0x50), text(0x51)), ("é".to_owned(), "😀".to_owned()));
        assert_eq!((map.text(0x3e), map.text(0)), (None, None));
    }

    #[test]
    fn what_is_cut_or_no_map_does_no_harm() {
        let whole = b"1 beginbfrange <00> <ff> [<0041>] endbfrange 1 beginbfchar <41> <00> x";
        for end in 0..whole.len() {
            ToUnicode::parse(&whole[..end]);
        }
        ToUnicode::parse(b"<00> <ffffffff> <d8> endbfrange ) } ] >> >");
        let map = ToUnicode::parse(b"<00> <ffffffff> <0041> endbfrange");
        assert_eq!(map.text(u32::MAX), None);
    }
}
