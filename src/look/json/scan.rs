//! Scans JSON without recursion, over bytes that may be cut anywhere (RFC 8259).

/// How a scan ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Whole,
    /// The bytes end before the value does.
    Cut,
}

/// Where and how the bytes are no JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotJson {
    /// In bytes from the beginning.
    pub at: usize,
    pub why: &'static str,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum JsonType {
    Object,
    Array,
    Text,
    Number,
    Boolean,
    Null,
}

impl JsonType {
    pub fn name(self) -> &'static str {
        match self {
            JsonType::Object => "object",
            JsonType::Array => "array",
            JsonType::Text => "string",
            JsonType::Number => "number",
            JsonType::Boolean => "boolean",
            JsonType::Null => "null",
        }
    }
}

/// What is met on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// An object or array begins.
    Open(JsonType),
    Close(JsonType),
    /// The name of a member, with its quotes.
    Name(&'a [u8]),
    /// A text with its quotes, a number, a boolean or null; as it is written.
    Scalar(JsonType, &'a [u8]),
}

/// Where a scan is.
pub struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// The deepest nesting that is followed; deeper values are refused.
const DEEPEST: usize = 1_000_000;

impl<'a> Scan<'a> {
    pub fn new(bytes: &'a [u8]) -> Scan<'a> {
        Scan { bytes, at: 0 }
    }

    /// How many bytes have been read.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Reads one value; `seen` gets each token with the depth it stands at.
    pub fn value(&mut self, seen: &mut dyn FnMut(usize, Token<'a>)) -> Result<Ended, NotJson> {
        // Whether each that is open is an object.
        let mut open: Vec<bool> = Vec::new();
        loop {
            // A value is expected.
            let Some(byte) = self.next_byte() else { return Ok(Ended::Cut) };
            let begun = match byte {
                b'{' | b'[' => {
                    let object = byte == b'{';
                    self.at += 1;
                    seen(open.len(), Token::Open(container(object)));
                    open.push(object);
                    if open.len() > DEEPEST {
                        return Err(self.wrong("it is nested too deeply"));
                    }
                    let Some(next) = self.next_byte() else { return Ok(Ended::Cut) };
                    match (object, next) {
                        (true, b'}') | (false, b']') => false,
                        (true, _) => match self.name(open.len(), seen)? {
                            Ended::Whole => true,
                            Ended::Cut => return Ok(Ended::Cut),
                        },
                        (false, _) => true,
                    }
                }
                _ => match self.scalar(byte)? {
                    Some((kind, text)) => {
                        seen(open.len(), Token::Scalar(kind, text));
                        false
                    }
                    None => return Ok(Ended::Cut),
                },
            };
            if begun {
                continue;
            }
            // A value has ended, or an empty object or array is about to.
            loop {
                let Some(object) = open.last().copied() else { return Ok(Ended::Whole) };
                let Some(byte) = self.next_byte() else { return Ok(Ended::Cut) };
                match (object, byte) {
                    (true, b'}') | (false, b']') => {
                        self.at += 1;
                        open.pop();
                        seen(open.len(), Token::Close(container(object)));
                    }
                    (true, b',') => {
                        self.at += 1;
                        if self.next_byte().is_none() {
                            return Ok(Ended::Cut);
                        }
                        match self.name(open.len(), seen)? {
                            Ended::Whole => break,
                            Ended::Cut => return Ok(Ended::Cut),
                        }
                    }
                    (false, b',') => {
                        self.at += 1;
                        break;
                    }
                    (true, _) => return Err(self.wrong("a comma or } is expected")),
                    (false, _) => return Err(self.wrong("a comma or ] is expected")),
                }
            }
        }
    }

    /// The next byte that is no white space; it is not passed.
    pub fn next_byte(&mut self) -> Option<u8> {
        let rest = &self.bytes[self.at.min(self.bytes.len())..];
        let blank = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
        self.at += blank.count();
        self.bytes.get(self.at).copied()
    }

    fn wrong(&self, why: &'static str) -> NotJson {
        NotJson { at: self.at, why }
    }

    fn name(
        &mut self,
        depth: usize,
        seen: &mut dyn FnMut(usize, Token<'a>),
    ) -> Result<Ended, NotJson> {
        if self.next_byte() != Some(b'"') {
            return Err(self.wrong("a name in quotes is expected"));
        }
        let Some(name) = self.text()? else { return Ok(Ended::Cut) };
        match self.next_byte() {
            Some(b':') => self.at += 1,
            Some(_) => return Err(self.wrong("a colon is expected")),
            None => return Ok(Ended::Cut),
        }
        seen(depth, Token::Name(name));
        Ok(Ended::Whole)
    }

    /// A text in quotes; `None` where it is cut.
    fn text(&mut self) -> Result<Option<&'a [u8]>, NotJson> {
        let start = self.at;
        let mut at = start + 1;
        loop {
            let Some(byte) = self.bytes.get(at) else {
                self.at = self.bytes.len();
                return Ok(None);
            };
            match byte {
                b'"' => break,
                b'\\' => {
                    let escape = self.bytes.get(at + 1);
                    if escape.is_some_and(|byte| !b"\"\\/bfnrtu".contains(byte)) {
                        return Err(NotJson { at, why: "an escape is not known" });
                    }
                    if escape == Some(&b'u') {
                        let digits = self.bytes.get(at + 2..).unwrap_or_default();
                        let digits = &digits[..digits.len().min(4)];
                        if !digits.iter().all(u8::is_ascii_hexdigit) {
                            return Err(NotJson { at, why: "an escape has no 4 digits" });
                        }
                    }
                    at += 2;
                }
                0..32 => return Err(NotJson { at, why: "a text has a control character" }),
                _ => at += 1,
            }
        }
        self.at = at + 1;
        Ok(Some(&self.bytes[start..self.at]))
    }

    /// `None` where it is cut. A number at the very end of the bytes counts as whole.
    fn scalar(&mut self, byte: u8) -> Result<Option<(JsonType, &'a [u8])>, NotJson> {
        match byte {
            b'"' => Ok(self.text()?.map(|text| (JsonType::Text, text))),
            b't' => self.word(b"true", JsonType::Boolean),
            b'f' => self.word(b"false", JsonType::Boolean),
            b'n' => self.word(b"null", JsonType::Null),
            b'-' | b'0'..=b'9' => {
                let rest = &self.bytes[self.at..];
                let length = rest.iter().take_while(|byte| {
                    matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')
                });
                let number = &rest[..length.count()];
                if !is_number(number) {
                    let cut = number.len() == rest.len();
                    return if cut {
                        Ok(None)
                    } else {
                        Err(self.wrong("a number is not written so"))
                    };
                }
                self.at += number.len();
                Ok(Some((JsonType::Number, number)))
            }
            _ => Err(self.wrong("a value is expected")),
        }
    }

    fn word(
        &mut self,
        word: &'static [u8],
        kind: JsonType,
    ) -> Result<Option<(JsonType, &'a [u8])>, NotJson> {
        let rest = &self.bytes[self.at..];
        if rest.starts_with(word) {
            self.at += word.len();
            return Ok(Some((kind, word)));
        }
        if word.starts_with(rest) { Ok(None) } else { Err(self.wrong("a value is expected")) }
    }
}

fn container(object: bool) -> JsonType {
    if object { JsonType::Object } else { JsonType::Array }
}

/// Whether a text is a number by the grammar of RFC 8259, 6.
fn is_number(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"-").unwrap_or(text);
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let whole = digits(text);
    if whole == 0 || (whole > 1 && text[0] == b'0') {
        return false;
    }
    let mut rest = &text[whole..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let count = digits(fraction);
        if count == 0 {
            return false;
        }
        rest = &fraction[count..];
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let signed = exponent.strip_prefix(b"+").or_else(|| exponent.strip_prefix(b"-"));
        let exponent = signed.unwrap_or(exponent);
        let count = digits(exponent);
        return count > 0 && count == exponent.len();
    }
    rest.is_empty()
}

/// The text that a token in quotes stands for. What is no character becomes U+FFFD.
pub fn unquoted(token: &[u8]) -> String {
    serde_json::from_slice(token).unwrap_or_else(|_| {
        let inner = token.strip_prefix(b"\"").unwrap_or(token);
        String::from_utf8_lossy(inner.strip_suffix(b"\"").unwrap_or(inner)).into_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(text: &str) -> Result<Ended, NotJson> {
        Scan::new(text.as_bytes()).value(&mut |_, _| {})
    }

    #[test]
    fn what_serde_reads_is_json_and_nothing_else() {
        for text in [
            "{}",
            "[]",
            "[1]",
            "{\"a\":{\"b\":[1,2,{}]}}",
            "\"a\\u00e4\\n\"",
            "-0.5e+10",
            "true",
            " [ 1 , null ] ",
            "[[],[[]]]",
            "{\"a\":[],\"b\":{}}",
            "0",
            "1.0",
            "\"\\\\\"",
        ] {
            assert_eq!(ended(text), Ok(Ended::Whole), "{text}");
            assert!(serde_json::from_str::<serde_json::Value>(text).is_ok(), "{text}");
        }
        for text in [
            "{a:1}",
            "[1,]",
            "{\"a\" 1}",
            "01 ",
            "1. ",
            "\"\\x\"",
            "[1 2]",
            "{\"a\":1,}",
            "[}",
            "tru ",
            "-",
            "+1",
            "\"a\nb\"",
            "{,}",
        ] {
            assert_ne!(ended(text), Ok(Ended::Whole), "{text}");
            assert!(serde_json::from_str::<serde_json::Value>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn cut_anywhere_it_is_cut_and_not_wrong() {
        let text = "{\"a\": [1, true, null, \"x\\u00e4\\\"\"], \"b\": {\"c\": -1.5e3}}";
        for end in 0..text.len() {
            assert_eq!(ended(&text[..end]), Ok(Ended::Cut), "{}", &text[..end]);
        }
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = "[".repeat(500_000) + &"]".repeat(500_000);
        assert_eq!(ended(&deep), Ok(Ended::Whole));
        assert!(ended(&"[".repeat(2_000_000)).is_err());
    }

    #[test]
    fn tokens_come_with_their_depth() {
        let mut seen = Vec::new();
        let text = "{\"a\":[1,\"x\"],\"b\":{}}";
        Scan::new(text.as_bytes()).value(&mut |depth, token| seen.push((depth, token))).unwrap();
        assert_eq!(
            seen,
            [
                (0, Token::Open(JsonType::Object)),
                (1, Token::Name(b"\"a\"")),
                (1, Token::Open(JsonType::Array)),
                (2, Token::Scalar(JsonType::Number, b"1")),
                (2, Token::Scalar(JsonType::Text, b"\"x\"")),
                (1, Token::Close(JsonType::Array)),
                (1, Token::Name(b"\"b\"")),
                (1, Token::Open(JsonType::Object)),
                (1, Token::Close(JsonType::Object)),
                (0, Token::Close(JsonType::Object)),
            ]
        );
    }
}
