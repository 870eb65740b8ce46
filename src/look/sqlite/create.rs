//! Finds the columns that a `CREATE TABLE` makes.

use crate::domain::contents::Column;

/// What a column or a constraint is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Word {
    /// As it is written.
    Bare(String),
    /// Without its quotes.
    Quoted(String),
    /// What stands between brackets, with them.
    Group(String),
    Comma,
}

/// Words after which no type follows any more.
const CONSTRAINTS: [&str; 12] = [
    "CONSTRAINT",
    "PRIMARY",
    "NOT",
    "NULL",
    "UNIQUE",
    "CHECK",
    "DEFAULT",
    "COLLATE",
    "REFERENCES",
    "GENERATED",
    "AS",
    "ON",
];

/// Words that a constraint of the table begins with.
const OF_TABLE: [&str; 5] = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];

/// `None` for what makes no plain table.
pub fn columns_of(sql: &str) -> Option<Vec<Column>> {
    let words = words(sql);
    let is = |word: &Word, text: &str| match word {
        Word::Bare(bare) => bare.eq_ignore_ascii_case(text),
        _ => false,
    };
    if words.iter().take(3).any(|word| is(word, "VIRTUAL")) {
        return None;
    }
    let body = words.iter().find_map(|word| match word {
        Word::Group(group) => Some(group.as_str()),
        _ => None,
    })?;
    let inner = body.strip_prefix('(')?;
    let inner = self::words(inner.strip_suffix(')').unwrap_or(inner));
    let mut columns = Vec::new();
    for parts in inner.split(|word| *word == Word::Comma) {
        let Some((first, rest)) = parts.split_first() else { continue };
        let name = match first {
            Word::Bare(bare) if OF_TABLE.iter().any(|word| bare.eq_ignore_ascii_case(word)) => {
                continue;
            }
            Word::Bare(name) | Word::Quoted(name) => name.clone(),
            Word::Group(_) | Word::Comma => continue,
        };
        let mut type_name = String::new();
        for word in rest {
            match word {
                Word::Bare(bare) | Word::Quoted(bare) => {
                    if CONSTRAINTS.iter().any(|word| bare.eq_ignore_ascii_case(word)) {
                        break;
                    }
                    if !type_name.is_empty() {
                        type_name.push(' ');
                    }
                    type_name += bare;
                }
                Word::Group(group) if !type_name.is_empty() => {
                    type_name.extend(group.chars().filter(|c| !c.is_whitespace()));
                }
                Word::Group(_) | Word::Comma => break,
            }
        }
        columns.push(Column { name, type_name });
    }
    Some(columns)
}

/// The words of a statement; comments are none.
fn words(sql: &str) -> Vec<Word> {
    let bytes = sql.as_bytes();
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let start = at;
        match byte {
            b',' => {
                words.push(Word::Comma);
                at += 1;
            }
            b'"' | b'`' | b'\'' | b'[' => {
                at = end_of_quote(bytes, at);
                let text = sql.get(start..at).unwrap_or_default();
                words.push(Word::Quoted(unquoted(text)));
            }
            b'(' => {
                at = end_of_group(bytes, at);
                words.push(Word::Group(sql.get(start..at).unwrap_or_default().to_owned()));
            }
            b'-' if bytes.get(at + 1) == Some(&b'-') => at = end_of_line(bytes, at),
            b'/' if bytes.get(at + 1) == Some(&b'*') => at = end_of_comment(bytes, at),
            b if b.is_ascii_whitespace() || *b == b')' || *b == b';' => at += 1,
            _ => {
                while bytes
                    .get(at)
                    .is_some_and(|byte| !byte.is_ascii_whitespace() && !b",()\"`'[;".contains(byte))
                {
                    at += 1;
                }
                words.push(Word::Bare(sql.get(start..at).unwrap_or_default().to_owned()));
            }
        }
    }
    words
}

fn end_of_quote(bytes: &[u8], start: usize) -> usize {
    let close = if bytes[start] == b'[' { b']' } else { bytes[start] };
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        if *byte == close {
            // Two of them stand for one.
            if close != b']' && bytes.get(at) == Some(&close) {
                at += 1;
                continue;
            }
            break;
        }
    }
    at
}

fn end_of_group(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0_usize);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            b'"' | b'`' | b'\'' | b'[' => {
                at = end_of_quote(bytes, at);
                continue;
            }
            b'-' if bytes.get(at + 1) == Some(&b'-') => {
                at = end_of_line(bytes, at);
                continue;
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                at = end_of_comment(bytes, at);
                continue;
            }
            _ => {}
        }
        at += 1;
        if depth == 0 {
            break;
        }
    }
    at
}

fn end_of_line(bytes: &[u8], start: usize) -> usize {
    let length = bytes[start..].iter().position(|byte| *byte == b'\n');
    length.map_or(bytes.len(), |length| start + length)
}

fn end_of_comment(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start + 2..).unwrap_or_default();
    let length = rest.windows(2).position(|pair| pair == b"*/");
    length.map_or(bytes.len(), |length| start + 2 + length + 2)
}

fn unquoted(text: &str) -> String {
    let mut chars = text.chars();
    let quote = chars.next().unwrap_or('"');
    let close = if quote == '[' { ']' } else { quote };
    let inner = chars.as_str();
    let inner = inner.strip_suffix(close).unwrap_or(inner);
    inner.replace(&format!("{close}{close}"), &close.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(sql: &str) -> Vec<(String, String)> {
        let columns = columns_of(sql).unwrap();
        columns.into_iter().map(|column| (column.name, column.type_name)).collect()
    }

    #[test]
    fn columns_are_told_from_constraints() {
        let sql = "CREATE TABLE \"a(b\" ( -- the first, of many\n id INTEGER PRIMARY KEY,\n \
                   \"odd \"\"name\" varchar (10) DEFAULT 'x, y)', [b c] double precision NOT NULL, \
                   d, /* e */ price decimal(9, 2) check (price > 0),\n \
                   CONSTRAINT c UNIQUE (id, d), \
                   foreign key (d) references x(y))";
        let expected = [
            ("id", "INTEGER"),
            ("odd \"name", "varchar(10)"),
            ("b c", "double precision"),
            ("d", ""),
            ("price", "decimal(9,2)"),
        ];
        assert_eq!(told(sql), expected.map(|(name, of)| (name.to_owned(), of.to_owned())));
        assert!(columns_of("CREATE VIRTUAL TABLE t USING fts5(a, b)").is_none());
    }

    #[test]
    fn a_statement_cut_anywhere_is_read_as_far_as_it_goes() {
        let sql = "CREATE TABLE t(a int, \"b\" text default ('x' || (1)), [c] /* d */ blob)";
        for end in 0..sql.len() {
            let _ = columns_of(&sql[..end]);
        }
        let deep = "create table t".to_owned() + &"(".repeat(100_000);
        let _ = columns_of(&deep);
    }
}
