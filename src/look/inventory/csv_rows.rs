//! Reads the rows of a report in CSV.

use std::borrow::Cow;
use std::sync::Arc;

use csv::{ByteRecord, ReaderBuilder};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;

use crate::domain::listing::Class;
use crate::domain::units::Counted;
use crate::look::csv_table::broken;
use crate::look::error::{LookError, Looked};
use crate::look::inventory::row::InventoryRow;
use crate::look::object_bytes::ObjectBytes;
use crate::look::rows::input::TableInput;

pub(super) fn read(
    source: &Arc<ObjectBytes>,
    columns: &[String],
    each: &mut dyn FnMut(&InventoryRow) -> Looked<()>,
) -> Looked<()> {
    let input = TableInput::open(source, "inventory.csv.gz", None)?;
    let mut reader = ReaderBuilder::new().has_headers(false).from_reader(input.text());
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(broken)? {
        reader.get_mut().renew();
        if record.len() != columns.len() {
            let cells = Counted(record.len() as u64, "cell");
            let names = Counted(columns.len() as u64, "column");
            let what = format!("a row has {cells} and the manifest {names}");
            return Err(LookError::Malformed(what));
        }
        let mut row = InventoryRow::default();
        for (column, cell) in columns.iter().zip(&record) {
            let cell = std::str::from_utf8(cell)
                .map_err(|_| LookError::malformed("a row is not UTF-8 text"))?;
            fill(&mut row, column, cell)?;
        }
        each(&row)?;
    }
    Ok(())
}

/// An empty cell says nothing.
fn fill(row: &mut InventoryRow, column: &str, cell: &str) -> Looked<()> {
    if cell.is_empty() {
        return Ok(());
    }
    let wrong = || LookError::malformed(format!("{cell:?} is not valid for {column}"));
    match column {
        "Key" => row.key = decoded(cell).ok_or_else(wrong)?,
        "IsLatest" => row.is_latest = Some(cell.parse().map_err(|_| wrong())?),
        "IsDeleteMarker" => row.is_delete_marker = Some(cell.parse().map_err(|_| wrong())?),
        "Size" => row.size = Some(cell.parse().map_err(|_| wrong())?),
        "LastModifiedDate" => {
            row.modified = Some(cell.parse::<Timestamp>().map_err(|_| wrong())?);
        }
        "ETag" => row.etag = Some(cell.trim_matches('"').to_owned()),
        "StorageClass" => row.class = Some(Class::parse(cell)),
        _ => {}
    }
    Ok(())
}

/// A key is written as in the query of a URL: `+` is a space, and a plus is `%2B`.
fn decoded(cell: &str) -> Option<String> {
    let spaced = match cell.contains('+') {
        true => Cow::Owned(cell.replace('+', " ")),
        false => Cow::Borrowed(cell),
    };
    percent_decode_str(&spaced).decode_utf8().ok().map(Cow::into_owned)
}
