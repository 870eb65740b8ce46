//! Watches whether the quotation mark that opens a cell of CSV is closed again.

use std::io::{self, Read};

use memchr::memchr_iter;

use crate::look::dialect::Dialect;

/// Passes on what it reads.
pub struct QuoteWatch<R> {
    inner: R,
    dialect: Dialect,
    /// The last byte that was passed on.
    last: Option<u8>,
    mark: LastMark,
    /// Ends of lines that were passed on.
    lines: u64,
}

/// What the last quotation mark did.
#[derive(Clone, Copy, Debug)]
enum LastMark {
    /// It was a letter of a cell, or there was none.
    Letter,
    /// It stands within a cell that was opened in this line.
    Open(u64),
    /// It closed a cell that was opened in this line, unless another one follows at once.
    Closed(u64),
}

impl<R> QuoteWatch<R> {
    pub fn new(inner: R, dialect: Dialect) -> QuoteWatch<R> {
        QuoteWatch { inner, dialect, last: None, mark: LastMark::Letter, lines: 0 }
    }

    pub fn inner_mut(&mut self) -> &mut R {
        &mut self.inner
    }

    /// The line, counted from 1, in which the cell was opened that is not closed so far.
    pub fn unclosed(&self) -> Option<u64> {
        match self.mark {
            LastMark::Open(line) => Some(line),
            LastMark::Letter | LastMark::Closed(_) => None,
        }
    }

    fn pass(&mut self, bytes: &[u8]) {
        let quote = self.dialect.quote;
        let mut counted = 0;
        for at in memchr_iter(quote, bytes) {
            self.lines += ends_of_lines(&bytes[counted..at]);
            counted = at;
            let before = if at == 0 { self.last } else { bytes.get(at - 1).copied() };
            self.mark = match self.mark {
                LastMark::Open(line) => LastMark::Closed(line),
                LastMark::Closed(line) if before == Some(quote) => LastMark::Open(line),
                _ if self.begins_cell(before) => LastMark::Open(self.lines + 1),
                _ => LastMark::Letter,
            };
        }
        self.lines += ends_of_lines(&bytes[counted..]);
        self.last = bytes.last().copied().or(self.last);
    }

    fn begins_cell(&self, before: Option<u8>) -> bool {
        before.is_none_or(|before| {
            before == self.dialect.delimiter || matches!(before, b'\n' | b'\r')
        })
    }
}

fn ends_of_lines(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}

impl<R: Read> Read for QuoteWatch<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.pass(&buffer[..read]);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use csv::ByteRecord;

    use super::*;

    const DIALECT: Dialect = Dialect { delimiter: b',', quote: b'"', header: false };

    /// The line of the open cell, of a text that comes in pieces of so many bytes.
    fn unclosed(text: &str, piece: usize) -> Option<u64> {
        let mut watch = QuoteWatch::new(text.as_bytes(), DIALECT);
        let mut buffer = vec![0; piece];
        while watch.read(&mut buffer).unwrap() > 0 {}
        watch.unclosed()
    }

    /// Whether the reader of CSV takes what is added to the text for a part of its last cell.
    fn goes_on(text: &str) -> bool {
        let longer = format!("{text}\nend");
        let mut reader = DIALECT.reader(longer.as_bytes());
        let (mut row, mut last) = (ByteRecord::new(), ByteRecord::new());
        while reader.read_byte_record(&mut row).unwrap() {
            last = row.clone();
        }
        last != *["end"].as_slice()
    }

    #[test]
    fn the_line_of_the_mark_is_told() {
        assert_eq!(unclosed("a,b\n1,\"open\n2,z\n", 5), Some(2));
        assert_eq!(unclosed("a\n\"x\ny\"\n\"\"\"z", 1), Some(4));
        assert_eq!(unclosed("5\" disk,\"a \"\"b\"\" c\"\n", 3), None);
    }

    #[test]
    fn a_cell_is_open_exactly_where_the_reader_of_csv_goes_on_in_it() {
        let letters = ["a", ",", "\"", "\n", "\r"];
        let mut texts = vec![String::new()];
        for _ in 0..6 {
            let longer =
                texts.iter().flat_map(|text| letters.map(|letter| format!("{text}{letter}")));
            texts = longer.collect();
            for text in &texts {
                for piece in [1, 4] {
                    assert_eq!(unclosed(text, piece).is_some(), goes_on(text), "{text:?}");
                }
            }
        }
    }
}
