//! Finds how a table is written as text: its delimiter, its quote, whether a header names its
//! columns.

use csv::{ByteRecord, Reader, ReaderBuilder};

/// How a CSV is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    pub delimiter: u8,
    pub quote: u8,
    /// Whether the first row names the columns.
    pub header: bool,
}

const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// Rows that are looked at.
const ROWS: usize = 200;

impl Dialect {
    /// The dialect of a text that is known to be a table. `whole`: its last row is not cut.
    pub fn sniff(text: &str, whole: bool, ending: &str) -> Dialect {
        let quote = quote_of(text);
        let told = match ending {
            "tsv" | "tab" => Some(b'\t'),
            "psv" => Some(b'|'),
            _ => None,
        };
        let told = told.filter(|byte| text.as_bytes().contains(byte));
        let best = DELIMITERS.into_iter().map(|delimiter| {
            let rows = rows(text, whole, delimiter, quote, ROWS);
            (delimiter, steadiness(&rows))
        });
        // The first of equals: a comma, unless another divides better.
        let best = best.reduce(|best, next| if next.1 > best.1 { next } else { best });
        let delimiter = told.or(best.map(|(delimiter, _)| delimiter)).unwrap_or(b',');
        let rows = rows(text, whole, delimiter, quote, ROWS);
        Dialect { delimiter, quote, header: has_header(&rows) }
    }

    /// The dialect of a text that may be anything: several rows with one and the same number of
    /// cells.
    pub fn sniff_strictly(text: &str, whole: bool, most: usize) -> Option<Dialect> {
        let quote = quote_of(text);
        for delimiter in DELIMITERS {
            let rows = rows(text, whole, delimiter, quote, most);
            let width = rows.first().map_or(0, ByteRecord::len);
            let least = if width > 2 { 2 } else { 3 };
            let steady = rows.iter().all(|row| row.len() == width);
            if width < 2 || rows.len() < least || !steady || !are_cells(&rows, delimiter) {
                continue;
            }
            return Some(Dialect { delimiter, quote, header: has_header(&rows) });
        }
        None
    }

    pub fn reader<R: std::io::Read>(&self, from: R) -> Reader<R> {
        ReaderBuilder::new()
            .delimiter(self.delimiter)
            .quote(self.quote)
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(64 * 1024)
            .from_reader(from)
    }

    pub fn delimiter_name(&self) -> &'static str {
        match self.delimiter {
            b'\t' => "tab",
            b';' => "semicolon",
            b'|' => "pipe",
            _ => "comma",
        }
    }
}

/// The first rows; one that may be cut is left out.
fn rows(text: &str, whole: bool, delimiter: u8, quote: u8, most: usize) -> Vec<ByteRecord> {
    let dialect = Dialect { delimiter, quote, header: false };
    let mut reader = dialect.reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut row = ByteRecord::new();
    while rows.len() < most && reader.read_byte_record(&mut row).unwrap_or(false) {
        rows.push(row.clone());
    }
    let ended = reader.position().byte() >= text.len() as u64;
    if !whole && ended && !text.ends_with('\n') && rows.len() > 1 {
        rows.pop();
    }
    rows
}

/// How well a delimiter divides: the share of rows that have the usual width, and that width.
fn steadiness(rows: &[ByteRecord]) -> (usize, usize) {
    let mut widths: Vec<usize> = rows.iter().map(ByteRecord::len).collect();
    widths.sort_unstable();
    let Some(usual) = widths.get(widths.len() / 2).copied() else { return (0, 0) };
    if usual < 2 {
        return (0, 0);
    }
    let alike = widths.iter().filter(|width| **width == usual).count();
    (alike * 10 / widths.len(), usual)
}

/// A single quote is one only where cells begin and end with it and no double one is there.
fn quote_of(text: &str) -> u8 {
    let sample = text.get(..text.len().min(16 * 1024)).unwrap_or(text);
    if sample.contains('"') {
        return b'"';
    }
    let quoted = DELIMITERS.iter().any(|delimiter| {
        let delimiter = char::from(*delimiter);
        let (between, last) = (format!("'{delimiter}'"), format!("{delimiter}'"));
        sample.contains(&between) || (sample.starts_with('\'') && sample.contains(&last))
    });
    if quoted { b'\'' } else { b'"' }
}

/// Cells of prose begin with a space after a comma, and are long.
fn are_cells(rows: &[ByteRecord], delimiter: u8) -> bool {
    let cells = || rows.iter().flat_map(|row| row.iter());
    let (count, long) = (cells().count(), cells().filter(|cell| cell.len() > 200).count());
    let spaced = rows.iter().flat_map(|row| row.iter().skip(1));
    let spaced = spaced.filter(|cell| cell.starts_with(b" ")).count();
    let filled = cells().any(|cell| !cell.is_empty());
    let prose = matches!(delimiter, b',' | b';') && spaced * 2 > count - rows.len();
    filled && long * 10 < count && !prose
}

/// A header has names in its cells, none of which is a number or a date; what follows has something
/// that no header has, or is text as well.
fn has_header(rows: &[ByteRecord]) -> bool {
    let Some(first) = rows.first() else { return false };
    let mut names: Vec<&[u8]> = first.iter().collect();
    let empty = names.iter().filter(|name| name.is_empty()).count();
    if names.iter().any(|name| is_value(name)) || (empty > 0 && empty * 2 >= names.len()) {
        return false;
    }
    names.retain(|name| !name.is_empty());
    let rest = &rows[1..];
    if rest.iter().flat_map(|row| row.iter()).any(is_value) {
        return true;
    }
    // All text. Some columns of a header may have one name, but not most of many.
    names.sort_unstable();
    let before = names.len();
    names.dedup();
    if names.len() * 2 <= before && before > 2 {
        return false;
    }
    // Its cells do not come again below.
    let again = |row: &ByteRecord| row.iter().zip(first).any(|(a, b)| a == b && !a.is_empty());
    !rest.iter().any(again)
}

/// A number, a date or a time, which names no column.
fn is_value(cell: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(cell) else { return false };
    let text = text.trim();
    let begins = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'));
    begins
        && text.contains(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || ".,:-+/eETZ %_".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sniffed(text: &str) -> (char, bool) {
        let dialect = Dialect::sniff(text, true, "csv");
        (char::from(dialect.delimiter), dialect.header)
    }

    #[test]
    fn delimiters_and_headers_are_found() {
        assert_eq!(sniffed("id,name\n1,a\n2,b\n"), (',', true));
        assert_eq!(sniffed("id;price\n1;2,50\n2;3,70\n"), (';', true));
        assert_eq!(sniffed("id\tname\n1\ta, b\n2\tc, d\n"), ('\t', true));
        assert_eq!(sniffed("a|b\n1|2\n"), ('|', true));
        assert_eq!(sniffed("1,2\n3,4\n"), (',', false));
        assert_eq!(sniffed("name\nalice\nbob\n"), (',', true));
        assert_eq!(sniffed("name,city\nalice,berlin\nbob,paris\n"), (',', true));
        assert_eq!(sniffed("alice,berlin\nbob,berlin\nalice,paris\n"), (',', false));
        assert_eq!(sniffed("a,a,b\n1,2,3\n"), (',', true));
        assert_eq!(sniffed("a,a,a\n1,2,3\n"), (',', true));
        assert_eq!(sniffed("a,a\nx,y\n"), (',', true));
        assert_eq!(sniffed("\"a;b\",c\n\"d;e\",f\n"), (',', true));
        assert_eq!(sniffed("2026-01-01,x\n2026-01-02,y\n"), (',', false));
        assert_eq!(sniffed(""), (',', false));
    }

    #[test]
    fn single_quotes_quote_where_nothing_else_does() {
        assert_eq!(Dialect::sniff("'a','b'\n'1, 2','3'\n", true, "csv").quote, b'\'');
        assert_eq!(Dialect::sniff("a,b\nit's,3\n", true, "csv").quote, b'"');
    }
}
