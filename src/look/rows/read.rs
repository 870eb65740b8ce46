//! Reads the rows of whatever has rows.

use std::sync::Arc;

use crate::domain::containment::contained;
use crate::domain::contents::ContentKind;
use crate::look::error::LookError;
use crate::look::object_bytes::ObjectBytes;
use crate::look::rows::input::TableInput;
#[cfg(feature = "parquet")]
use crate::look::rows::parquet_rows;
use crate::look::rows::request::{RowRequest, RowsFault, RowsRead};
use crate::look::rows::write::RowWriter;
use crate::look::rows::{delimited, ndjson};

/// Writes the rows of an object of this name and Content-Type.
pub fn read_rows(
    source: &Arc<ObjectBytes>,
    name: &str,
    content_type: Option<&str>,
    request: &RowRequest,
    writer: &mut RowWriter<'_>,
) -> Result<RowsRead, RowsFault> {
    let mut read = RowsRead::default();
    let ended = contained(|| {
        let input = TableInput::open(source, name, content_type)?;
        match input.kind {
            ContentKind::Csv => delimited::read(input, request, writer, &mut read),
            ContentKind::Ndjson => ndjson::read(input, request, writer, &mut read),
            // One record on one line is NDJSON too, whatever the name says.
            ContentKind::Json if input.is_one_line() => {
                ndjson::read(input, request, writer, &mut read)
            }
            #[cfg(feature = "parquet")]
            ContentKind::Parquet if !input.packed => {
                parquet_rows::read(source, request, writer, &mut read)
            }
            ContentKind::Empty => Ok(()),
            kind => {
                let what = format!("rows of {}, only of csv, ndjson and parquet", kind.name());
                Err(LookError::Unsupported(what).into())
            }
        }
    });
    ended.unwrap_or_else(|why| {
        Err(LookError::malformed(format!("its reader gave up: {why}")).into())
    })?;
    writer.flush().map_err(RowsFault::Output)?;
    Ok(read)
}
