//! Parses the objects of a PDF (ISO 32000-1, 7.3).

use crate::look::error::{LookError, Looked};

/// Objects within each other.
const DEPTH: usize = 64;

/// Bytes that are no operators in a stream of contents before it is left: each may have cost a
/// walk to its end.
pub const SPOILT: usize = 32;

#[derive(Clone, Debug, PartialEq)]
pub enum Object {
    Null,
    Boolean(bool),
    Number(f64),
    Name(Vec<u8>),
    Text(Vec<u8>),
    Array(Vec<Object>),
    Dictionary(Vec<(Vec<u8>, Object)>),
    /// The number of another object.
    Reference(u32),
}

impl Object {
    /// The value of a name in a dictionary; `Null` where it is not there.
    pub fn get(&self, name: &[u8]) -> &Object {
        let Object::Dictionary(entries) = self else { return &Object::Null };
        entries.iter().find(|entry| entry.0 == name).map_or(&Object::Null, |entry| &entry.1)
    }

    /// A whole number that is not negative.
    pub fn index(&self) -> Option<usize> {
        match self {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded")]
            Object::Number(number) if (0.0..=1e15).contains(number) => Some(*number as usize),
            _ => None,
        }
    }
}

/// An object with a number of its own: `7 0 obj`.
pub struct Indirect {
    pub number: u32,
    pub object: Object,
    /// Where its stream begins, where it has one.
    pub stream: Option<usize>,
}

pub struct Parser<'a> {
    bytes: &'a [u8],
    pub at: usize,
}

fn wrong() -> LookError {
    LookError::malformed("an object of the PDF")
}

fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 0x0c | b'\r' | b' ')
}

impl<'a> Parser<'a> {
    pub fn new(bytes: &'a [u8]) -> Parser<'a> {
        Parser { bytes, at: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    pub fn skip_space(&mut self) {
        while let Some(byte) = self.peek() {
            if byte == b'%' {
                let line = self.rest().iter().take_while(|byte| !b"\r\n".contains(byte)).count();
                self.at += line;
            } else if is_space(byte) {
                self.at += 1;
            } else {
                break;
            }
        }
    }

    /// The letters up to white space or a delimiter.
    pub fn word(&mut self) -> &'a [u8] {
        self.skip_space();
        let rest = self.rest();
        let letters = rest.iter().take_while(|byte| !is_space(**byte) && !is_delimiter(**byte));
        let word = &rest[..letters.count()];
        self.at += word.len();
        word
    }

    pub fn takes(&mut self, word: &[u8]) -> bool {
        self.skip_space();
        let taken = self.rest().starts_with(word);
        self.at += if taken { word.len() } else { 0 };
        taken
    }

    pub fn is_at_end(&mut self) -> bool {
        self.skip_space();
        self.at >= self.bytes.len()
    }

    /// What comes before an operator of a stream of contents; `None` where the operator comes.
    pub fn operand(&mut self) -> Option<Object> {
        self.skip_space();
        let before = self.at;
        let found = self.object().ok();
        if found.is_none() {
            self.at = before;
        }
        found
    }

    /// An operator, or one byte of what is none.
    pub fn operator(&mut self) -> &'a [u8] {
        let word = self.word();
        if word.is_empty() {
            self.at += 1;
        }
        word
    }

    /// Passes the bytes of a picture within a stream of contents, and its end.
    pub fn skip_image(&mut self) {
        let rest = self.rest();
        let is_end = |four: &[u8]| is_space(four[0]) && &four[1..3] == b"EI" && is_space(four[3]);
        let end = rest.windows(4).position(is_end);
        self.at += end.map_or(rest.len(), |end| end + 3);
    }

    pub fn indirect(&mut self) -> Looked<Indirect> {
        let number = number_of(self.word()).ok_or_else(wrong)?;
        number_of::<u32>(self.word()).ok_or_else(wrong)?;
        if !self.takes(b"obj") {
            return Err(wrong());
        }
        let object = self.object()?;
        let stream = self.takes(b"stream").then(|| {
            let rest = self.rest();
            let line = if rest.starts_with(b"\r\n") { 2 } else { 1 };
            self.at + line
        });
        Ok(Indirect { number, object, stream })
    }

    pub fn object(&mut self) -> Looked<Object> {
        self.nested(0)
    }

    fn nested(&mut self, depth: usize) -> Looked<Object> {
        if depth > DEPTH {
            return Err(wrong());
        }
        self.skip_space();
        match self.rest() {
            [b'<', b'<', ..] => {
                self.at += 2;
                let mut entries = Vec::new();
                while !self.takes(b">>") {
                    let Object::Name(name) = self.nested(depth + 1)? else { return Err(wrong()) };
                    entries.push((name, self.nested(depth + 1)?));
                }
                Ok(Object::Dictionary(entries))
            }
            [b'[', ..] => {
                self.at += 1;
                let mut items = Vec::new();
                while !self.takes(b"]") {
                    items.push(self.nested(depth + 1)?);
                }
                Ok(Object::Array(items))
            }
            [b'/', ..] => {
                self.at += 1;
                Ok(Object::Name(unescaped(self.name_bytes())))
            }
            [b'(', ..] => self.text(),
            [b'<', ..] => self.hex(),
            [b'0'..=b'9' | b'+' | b'-' | b'.', ..] => self.number(),
            [] => Err(wrong()),
            _ => match self.word() {
                b"true" => Ok(Object::Boolean(true)),
                b"false" => Ok(Object::Boolean(false)),
                b"null" => Ok(Object::Null),
                _ => Err(wrong()),
            },
        }
    }

    fn name_bytes(&mut self) -> &'a [u8] {
        let rest = self.rest();
        let letters = rest.iter().take_while(|byte| !is_space(**byte) && !is_delimiter(**byte));
        let name = &rest[..letters.count()];
        self.at += name.len();
        name
    }

    /// A number, or a reference: `7 0 R`.
    fn number(&mut self) -> Looked<Object> {
        let word = self.word();
        let text = std::str::from_utf8(word).map_err(|_| wrong())?;
        let number = text.parse::<f64>().map_err(|_| wrong())?;
        let before = self.at;
        if let Some(reference) = number_of(word)
            && number_of::<u32>(self.word()).is_some()
            && self.word() == b"R"
        {
            return Ok(Object::Reference(reference));
        }
        self.at = before;
        Ok(Object::Number(number))
    }

    fn text(&mut self) -> Looked<Object> {
        self.at += 1;
        let (mut text, mut open) = (Vec::new(), 1);
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'(' => open += 1,
                b')' => open -= 1,
                b'\\' => {
                    self.escape(&mut text);
                    continue;
                }
                _ => {}
            }
            if open == 0 {
                return Ok(Object::Text(text));
            }
            text.push(byte);
        }
        Err(wrong())
    }

    fn escape(&mut self, text: &mut Vec<u8>) {
        let Some(byte) = self.peek() else { return };
        self.at += 1;
        match byte {
            b'n' => text.push(b'\n'),
            b'r' => text.push(b'\r'),
            b't' => text.push(b'\t'),
            b'b' => text.push(8),
            b'f' => text.push(12),
            b'\n' => {}
            b'\r' => self.at += usize::from(self.peek() == Some(b'\n')),
            b'0'..=b'7' => {
                let mut code = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = self.peek() else { break };
                    code = code * 8 + u32::from(digit - b'0');
                    self.at += 1;
                }
                text.push(code.to_le_bytes()[0]);
            }
            other => text.push(other),
        }
    }

    fn hex(&mut self) -> Looked<Object> {
        self.at += 1;
        let rest = self.rest();
        let end = rest.iter().position(|byte| *byte == b'>').ok_or_else(wrong)?;
        self.at += end + 1;
        let digits = rest[..end].iter().filter_map(|byte| char::from(*byte).to_digit(16));
        let mut digits: Vec<u8> = digits.filter_map(|digit| u8::try_from(digit).ok()).collect();
        if digits.len() % 2 == 1 {
            digits.push(0);
        }
        Ok(Object::Text(digits.chunks_exact(2).map(|two| two[0] << 4 | two[1]).collect()))
    }
}

/// `#20` is a space in a name.
fn unescaped(name: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    let mut at = 0;
    while let Some(byte) = name.get(at) {
        let code = name.get(at + 1..at + 3).and_then(|two| std::str::from_utf8(two).ok());
        let code = code.and_then(|two| u8::from_str_radix(two, 16).ok());
        match code.filter(|_| *byte == b'#') {
            Some(code) => (plain.push(code), at += 3).0,
            None => (plain.push(*byte), at += 1).0,
        }
    }
    plain
}

/// A whole number without a sign.
pub fn number_of<T: std::str::FromStr>(word: &[u8]) -> Option<T> {
    std::str::from_utf8(word).ok()?.parse().ok()
}
