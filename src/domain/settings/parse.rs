//! Reads JSON text, and says where it is wrong.

use std::iter::Peekable;
use std::str::Chars;

use crate::domain::settings::json::{Json, JsonMember, JsonValue, Mistake, TextPosition};

/// Deeper documents are none of any provider's.
const DEEPEST: usize = 64;

/// # Errors
/// What is expected, and where.
pub fn parse(text: &str) -> Result<Json, Mistake> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader {
        letters: text.chars().peekable(),
        at: TextPosition { line: 1, column: 1 },
        depth: 0,
    };
    reader.blanks();
    if reader.letters.peek().is_none() {
        return Err(reader.at.mistake("the document is empty"));
    }
    let json = reader.value()?;
    reader.blanks();
    match reader.letters.peek() {
        None => Ok(json),
        Some(_) => Err(reader.at.mistake("the document is over before this")),
    }
}

struct Reader<'a> {
    letters: Peekable<Chars<'a>>,
    at: TextPosition,
    depth: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let letter = self.letters.next()?;
        if letter == '\n' {
            self.at = TextPosition { line: self.at.line + 1, column: 1 };
        } else {
            self.at.column += 1;
        }
        Some(letter)
    }

    fn blanks(&mut self) {
        while matches!(self.letters.peek(), Some(' ' | '\t' | '\r' | '\n')) {
            self.next();
        }
    }

    fn eat(&mut self, letter: char) -> bool {
        let there = self.letters.peek() == Some(&letter);
        if there {
            self.next();
        }
        there
    }

    /// What stands here instead of what was expected.
    fn wrong<T>(&mut self, expected: &str) -> Result<T, Mistake> {
        let found = match self.letters.peek() {
            None => "the document ends here".to_owned(),
            Some(letter) => format!("there is {letter:?}"),
        };
        Err(self.at.mistake(format!("{expected} is expected; {found}")))
    }

    fn value(&mut self) -> Result<Json, Mistake> {
        self.blanks();
        let at = self.at;
        let value = match self.letters.peek() {
            Some('{') => self.nested(Reader::map)?,
            Some('[') => self.nested(Reader::list)?,
            Some('"') => JsonValue::Text(self.text()?),
            Some('-' | '0'..='9') => self.number()?,
            Some('a'..='z' | 'A'..='Z') => self.word()?,
            _ => return self.wrong("a value"),
        };
        Ok(Json { at, value })
    }

    fn nested(
        &mut self,
        read: impl Fn(&mut Self) -> Result<JsonValue, Mistake>,
    ) -> Result<JsonValue, Mistake> {
        if self.depth == DEEPEST {
            return Err(self.at.mistake(format!("it is nested deeper than {DEEPEST} levels")));
        }
        self.depth += 1;
        self.next();
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn map(&mut self) -> Result<JsonValue, Mistake> {
        let mut members: Vec<JsonMember> = Vec::new();
        self.blanks();
        if self.eat('}') {
            return Ok(JsonValue::Map(members));
        }
        loop {
            self.blanks();
            let at = self.at;
            if self.letters.peek() != Some(&'"') {
                return self.wrong("a name in quotation marks");
            }
            let name = self.text()?;
            if members.iter().any(|member| member.name == name) {
                return Err(at.mistake(format!("{name} is there twice")));
            }
            self.blanks();
            if !self.eat(':') {
                return self.wrong(&format!("a : after {name:?}"));
            }
            let value = self.value()?;
            members.push(JsonMember { name, at, value });
            self.blanks();
            if self.eat('}') {
                return Ok(JsonValue::Map(members));
            }
            if !self.eat(',') {
                return self.wrong("a , or the closing }");
            }
        }
    }

    fn list(&mut self) -> Result<JsonValue, Mistake> {
        let mut items = Vec::new();
        self.blanks();
        if self.eat(']') {
            return Ok(JsonValue::List(items));
        }
        loop {
            items.push(self.value()?);
            self.blanks();
            if self.eat(']') {
                return Ok(JsonValue::List(items));
            }
            if !self.eat(',') {
                return self.wrong("a , or the closing ]");
            }
        }
    }

    fn word(&mut self) -> Result<JsonValue, Mistake> {
        let at = self.at;
        let mut word = String::new();
        while let Some(letter) = self.letters.peek().filter(|c| c.is_ascii_alphanumeric()) {
            word.push(*letter);
            self.next();
        }
        match word.as_str() {
            "true" => Ok(JsonValue::Bool(true)),
            "false" => Ok(JsonValue::Bool(false)),
            "null" => Ok(JsonValue::Null),
            _ => Err(at.mistake(format!("a value is expected; {word} is none: texts are quoted"))),
        }
    }

    fn number(&mut self) -> Result<JsonValue, Mistake> {
        let at = self.at;
        let mut number = String::new();
        let belongs = |c: &char| c.is_ascii_alphanumeric() || "+-.".contains(*c);
        while let Some(letter) = self.letters.peek().copied().filter(|c| belongs(c)) {
            number.push(letter);
            self.next();
        }
        match serde_json::from_str::<serde_json::Number>(&number) {
            Ok(_) => Ok(JsonValue::Number(number)),
            Err(_) => Err(at.mistake(format!("{number} is not a number"))),
        }
    }

    fn text(&mut self) -> Result<String, Mistake> {
        let begin = self.at;
        self.next();
        let mut text = String::new();
        loop {
            let at = self.at;
            match self.next() {
                None => return Err(begin.mistake("this text has no closing quotation mark")),
                Some('"') => return Ok(text),
                Some('\\') => text.push(self.escaped(at)?),
                Some('\n') => return Err(begin.mistake("this text does not end on its line")),
                Some(control) if control.is_control() && control < ' ' => {
                    return Err(at.mistake("a control character in a text is written as \\u00XX"));
                }
                Some(letter) => text.push(letter),
            }
        }
    }

    fn escaped(&mut self, at: TextPosition) -> Result<char, Mistake> {
        Ok(match self.next() {
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some(same @ ('"' | '\\' | '/')) => same,
            Some('u') => return self.by_number(at),
            _ => return Err(at.mistake("this \\ stands before nothing that JSON knows")),
        })
    }

    /// A letter by its number; those above U+FFFF come as two.
    fn by_number(&mut self, at: TextPosition) -> Result<char, Mistake> {
        let unknown = || at.mistake("this \\u is not a letter");
        let first = self.four_digits().ok_or_else(unknown)?;
        let number = match first {
            0xd800..0xdc00 => {
                let follows = self.eat('\\') && self.eat('u');
                let second = self.four_digits().filter(|second| (0xdc00..0xe000).contains(second));
                let second = second.filter(|_| follows).ok_or_else(unknown)?;
                0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)
            }
            number => number,
        };
        char::from_u32(number).ok_or_else(unknown)
    }

    fn four_digits(&mut self) -> Option<u32> {
        (0..4).try_fold(0, |number, _| Some(number * 16 + self.next()?.to_digit(16)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        parse(text).unwrap_err().to_string()
    }

    #[test]
    fn what_is_printed_is_read_as_the_same() {
        let text = r#"{"a":[1,-2.50e+3,true,null,"\u00e9\ud83d\ude00\n\\\"/"],"b":{},"c":[]}"#;
        let json = parse(text).unwrap();
        assert_eq!(parse(&json.pretty()).unwrap(), json);
        assert_eq!(parse(&json.compact()).unwrap(), json);
        assert!(json.compact().contains("-2.50e+3"), "{}", json.compact());
        assert!(json.compact().contains("é😀\\n"), "{}", json.compact());
    }

    #[test]
    fn everything_knows_its_place() {
        let json = parse("{\n  \"é\": [1,\n     \"x\"]\n}").unwrap();
        let list = json.get("é").unwrap();
        assert_eq!(list.at.to_string(), "line 2, column 8");
        assert_eq!(list.items()[1].at.to_string(), "line 3, column 6");
    }

    #[test]
    fn a_mistake_is_named_with_its_place() {
        for (text, expected) in [
            ("", "line 1, column 1: the document is empty"),
            (" \n ", "line 2, column 2: the document is empty"),
            (
                "{\n\"a\": 1",
                "line 2, column 7: a , or the closing } is expected; the document ends",
            ),
            ("{\"a\" 1}", "line 1, column 6: a : after \"a\" is expected; there is '1'"),
            ("{a: 1}", "line 1, column 2: a name in quotation marks"),
            ("[1,]", "line 1, column 4: a value is expected; there is ']'"),
            ("[1 2]", "line 1, column 4: a , or the closing ]"),
            ("{\"a\": 1, \"a\": 2}", "line 1, column 10: a is there twice"),
            ("[\"x\ny\"]", "line 1, column 2: this text does not end on its line"),
            ("[\"x", "line 1, column 2: this text has no closing quotation mark"),
            ("[Enabled]", "line 1, column 2: a value is expected; Enabled is none"),
            ("[01]", "line 1, column 2: 01 is not a number"),
            ("[\"\\ud800x\"]", "line 1, column 3: this \\u is not a letter"),
            ("{} {}", "line 1, column 4: the document is over before this"),
        ] {
            assert!(wrong(text).starts_with(expected), "{text:?}: {}", wrong(text));
        }
    }

    #[test]
    fn a_document_that_goes_too_deep_is_refused() {
        let text = "[".repeat(100_000);
        assert!(wrong(&text).contains("nested deeper than 64"));
    }
}
