//! Names the columns of a table, and finds out by its cells what each holds.

use std::collections::HashSet;

use crate::domain::contents::Column;

/// The names as rows are told by: a second `a` is `a_2`, and one without a name is called by its
/// number.
pub fn unique_names(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let all = names.into_iter().enumerate();
    let all: Vec<String> = all
        .map(|(at, name)| if name.is_empty() { format!("column_{}", at + 1) } else { name })
        .collect();
    let written: HashSet<&String> = all.iter().collect();
    let mut given: HashSet<String> = HashSet::new();
    let mut unique = Vec::with_capacity(all.len());
    for name in &all {
        let mut free = name.clone();
        let mut number = 2;
        while given.contains(&free) || (free != *name && written.contains(&free)) {
            free = format!("{name}_{number}");
            number += 1;
        }
        given.insert(free.clone());
        unique.push(free);
    }
    unique
}

/// What the cells of a column have been until now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CellTypes {
    /// One bit for each type that was met.
    met: u8,
}

const INTEGER: u8 = 1;
const NUMBER: u8 = 2;
const BOOLEAN: u8 = 4;
const DATE: u8 = 8;
const TIMESTAMP: u8 = 16;
const TEXT: u8 = 32;

impl CellTypes {
    /// An empty cell tells nothing.
    pub fn add(&mut self, cell: &[u8]) {
        if self.met & TEXT == 0 && !cell.is_empty() {
            self.met |= std::str::from_utf8(cell).map_or(TEXT, |text| kind_of(text.trim()));
        }
    }

    pub fn name(self) -> &'static str {
        const MIXED_NUMBER: u8 = INTEGER | NUMBER;
        const MIXED_TIME: u8 = DATE | TIMESTAMP;
        match self.met {
            INTEGER => "integer",
            NUMBER | MIXED_NUMBER => "number",
            BOOLEAN => "boolean",
            DATE => "date",
            TIMESTAMP | MIXED_TIME => "timestamp",
            _ => "text",
        }
    }
}

fn kind_of(text: &str) -> u8 {
    if is_integer(text) {
        INTEGER
    } else if is_number(text) {
        NUMBER
    } else if ["true", "false"].iter().any(|word| text.eq_ignore_ascii_case(word)) {
        BOOLEAN
    } else if is_date(text) {
        DATE
    } else if text.get(..10).is_some_and(is_date) && is_time(&text[10..]) {
        TIMESTAMP
    } else {
        TEXT
    }
}

/// A number without a leading zero, which would be lost: `007` is a text.
fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits.len() == 1 || !digits.starts_with('0'))
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let begins = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let padded = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    begins && !padded && !digits.ends_with('.') && text.parse::<f64>().is_ok()
}

/// `2026-11-01`.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 10
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
        && (b"01"..=b"12").contains(&&[bytes[5], bytes[6]])
        && (b"01"..=b"31").contains(&&[bytes[8], bytes[9]])
}

/// What stands behind a date: `T12:00`, ` 12:00:00.5Z`.
fn is_time(text: &str) -> bool {
    let Some(time) = text.strip_prefix(['T', ' ']) else { return false };
    let bytes = time.as_bytes();
    bytes.len() >= 5
        && bytes[2] == b':'
        && bytes[..2].iter().chain(&bytes[3..5]).all(u8::is_ascii_digit)
        && time[5..].chars().all(|c| c.is_ascii_digit() || ":.+-Z ".contains(c))
}

/// Names and types as they are told.
pub fn columns(names: &[String], types: &[CellTypes]) -> Vec<Column> {
    let types = types.iter().copied().chain(std::iter::repeat(CellTypes::default()));
    let both = names.iter().zip(types);
    both.map(|(name, cells)| Column { name: name.clone(), type_name: cells.name().to_owned() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_a_name_of_its_own() {
        let unique = |names: &[&str]| unique_names(names.iter().map(|name| (*name).to_owned()));
        assert_eq!(unique(&["a", "b", "a"]), ["a", "b", "a_2"]);
        assert_eq!(unique(&["a", "a", "a"]), ["a", "a_2", "a_3"]);
        assert_eq!(unique(&["a", "a", "a_2"]), ["a", "a_3", "a_2"]);
        assert_eq!(unique(&["", "x", ""]), ["column_1", "x", "column_3"]);
    }

    #[test]
    fn a_column_is_what_all_its_cells_are() {
        let of = |cells: &[&str]| {
            let mut types = CellTypes::default();
            for cell in cells {
                types.add(cell.as_bytes());
            }
            types.name()
        };
        assert_eq!(of(&["1", "-20", ""]), "integer");
        assert_eq!(of(&["1", "2.5", "1e3"]), "number");
        assert_eq!(of(&["007", "1"]), "text");
        assert_eq!(of(&["true", "False"]), "boolean");
        assert_eq!(of(&["2026-11-01"]), "date");
        assert_eq!(of(&["2026-11-01", "2026-11-01T12:00:00Z"]), "timestamp");
        assert_eq!(of(&["2026-13-01"]), "text");
        assert_eq!(of(&["1", "true"]), "text");
        assert_eq!(of(&["", ""]), "text");
        assert_eq!(of(&["NaN", "inf"]), "text");
    }
}
