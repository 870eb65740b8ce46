//! Reads a table that is written as text: its columns, and how many rows it has.

use std::io::Read;
use std::sync::Arc;

use csv::ByteRecord;

use crate::domain::contents::Contents;
use crate::look::columns::{CellTypes, columns, unique_names};
use crate::look::dialect::Dialect;
use crate::look::encoding::{Utf8Reader, decode};
use crate::look::error::Looked;
use crate::look::object_bytes::ObjectBytes;
use crate::look::open_quote::QuoteWatch;
use crate::look::opening::Opening;

/// An object is read whole where it has no more bytes; of others only the beginning.
pub const READ_WHOLE: u64 = 8 * 1024 * 1024;

/// Bytes of the beginning that tell the columns of a larger one.
pub const SAMPLE: u64 = 256 * 1024;

/// The name that a fact has which says why nothing was counted.
pub const UNCOUNTED: &str = "rows not counted";

pub fn contents(
    source: &Arc<ObjectBytes>,
    opening: &Opening<'_>,
    contents: &mut Contents,
) -> Looked<()> {
    let Some(start) = decode(opening.first, opening.whole) else { return Ok(()) };
    let dialect = Dialect::sniff(&start.text, opening.whole, &opening.ending());
    let whole = source.size() <= READ_WHOLE;
    let bytes = if whole { source.size() } else { SAMPLE };
    let input = source.reader().take(bytes);
    let table = read(Utf8Reader::new(input, start.encoding), dialect, whole)?;
    contents.encoding = Some(start.name());
    contents.columns = columns(&table.names, &table.types);
    contents.fact("delimiter", dialect.delimiter_name());
    contents.fact("header", if dialect.header { "yes" } else { "no" });
    if dialect.quote == b'\'' {
        contents.fact("quote", "single");
    }
    if table.uneven > 0 {
        contents.number("rows with another number of cells", table.uneven);
    }
    if let Some(line) = table.unclosed.filter(|_| whole) {
        contents.number("line of a quotation mark that is not closed", line);
    }
    if whole {
        contents.rows = Some(table.rows);
    } else {
        contents.fact(UNCOUNTED, "only the beginning of the object was read");
    }
    Ok(())
}

#[derive(Default)]
struct Table {
    names: Vec<String>,
    types: Vec<CellTypes>,
    rows: u64,
    /// Rows with more or fewer cells than there are columns.
    uneven: u64,
    /// The line in which a cell begins that nothing closes.
    unclosed: Option<u64>,
}

fn read(from: impl Read, dialect: Dialect, whole: bool) -> Looked<Table> {
    let mut reader = dialect.reader(QuoteWatch::new(from, dialect));
    let mut table = Table::default();
    let mut row = ByteRecord::new();
    let mut next = ByteRecord::new();
    let mut first = true;
    let mut more = reader.read_byte_record(&mut row).map_err(broken)?;
    while more {
        more = reader.read_byte_record(&mut next).map_err(broken)?;
        if std::mem::take(&mut first) {
            table.names = names_of(&row, dialect.header);
            table.types = vec![CellTypes::default(); table.names.len()];
            if dialect.header {
                std::mem::swap(&mut row, &mut next);
                continue;
            }
        }
        // The last row of a beginning may be cut.
        if more || whole {
            table.rows += 1;
            table.uneven += u64::from(row.len() != table.names.len());
            for (cell, types) in row.iter().zip(&mut table.types) {
                types.add(cell);
            }
        }
        std::mem::swap(&mut row, &mut next);
    }
    table.unclosed = reader.get_ref().unclosed();
    Ok(table)
}

/// The names of the columns by the first row.
pub fn names_of(first: &ByteRecord, header: bool) -> Vec<String> {
    let names = first.iter().map(|cell| match header {
        true => String::from_utf8_lossy(cell).trim().to_owned(),
        false => String::new(),
    });
    unique_names(names)
}

/// What the source said is found again behind the error of the parser.
pub fn broken(error: csv::Error) -> crate::look::error::LookError {
    let text = error.to_string();
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error.into(),
        _ => crate::look::error::LookError::malformed(text),
    }
}
