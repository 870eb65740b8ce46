//! Reads the reports of S3 Inventory: the manifest, and the rows of its files.

mod csv_rows;
#[cfg(feature = "parquet")]
mod parquet_rows;
mod row;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;

use crate::domain::containment::contained;
use crate::domain::listing::{Row, RowKind};
use crate::look::error::{LookError, Looked};
use crate::look::inventory::row::{InventoryRow, lacks};
use crate::look::object_bytes::ObjectBytes;

/// What `manifest.json` says of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InventoryManifest {
    pub source_bucket: String,
    /// When the report was begun: it has what was there then.
    pub created: Timestamp,
    pub format: InventoryFormat,
    /// In the bucket where the manifest is.
    pub files: Vec<InventoryFile>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InventoryFormat {
    /// With the names of the columns, which the files leave out.
    Csv(Vec<String>),
    Parquet,
}

/// One of the files that have the rows.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct InventoryFile {
    pub key: String,
    pub size: u64,
    /// Of its bytes, in hexadecimal digits.
    #[serde(rename = "MD5checksum")]
    pub md5: String,
}

/// As S3 writes it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenManifest {
    source_bucket: String,
    creation_timestamp: String,
    file_format: String,
    #[serde(default)]
    file_schema: String,
    files: Vec<InventoryFile>,
}

impl InventoryManifest {
    pub fn parse(bytes: &[u8]) -> Looked<InventoryManifest> {
        let written: WrittenManifest = serde_json::from_slice(bytes).map_err(|error| {
            LookError::malformed(format!("it is not a manifest of S3 Inventory: {error}"))
        })?;
        let created = written.creation_timestamp.parse().ok();
        let created = created.and_then(|millis| Timestamp::from_millisecond(millis).ok());
        let created = created.ok_or_else(|| {
            LookError::malformed("its creationTimestamp is not a number of milliseconds")
        })?;
        let format = match written.file_format.as_str() {
            "CSV" => InventoryFormat::Csv(columns(&written.file_schema)?),
            "Parquet" => InventoryFormat::Parquet,
            other => {
                let what = format!("reports in {other}: have the inventory written as CSV");
                return Err(LookError::Unsupported(what));
            }
        };
        let WrittenManifest { source_bucket, files, .. } = written;
        Ok(InventoryManifest { source_bucket, created, format, files })
    }
}

/// `Bucket, Key, VersionId`
fn columns(schema: &str) -> Looked<Vec<String>> {
    let columns: Vec<String> = schema.split(',').map(|name| name.trim().to_owned()).collect();
    for needed in ["Key", "Size"] {
        if !columns.iter().any(|column| column == needed) {
            return Err(lacks(needed));
        }
    }
    Ok(columns)
}

/// Gives every object that a file has, by its whole key; in no order.
///
/// # Errors
/// What `take` says ends it, in a [`LookError::Source`].
pub fn each_object(
    source: &Arc<ObjectBytes>,
    format: &InventoryFormat,
    mut take: impl FnMut(Row<'_>) -> Looked<()>,
) -> Looked<()> {
    let mut each = |row: &InventoryRow| {
        if row.is_latest == Some(false) || row.is_delete_marker == Some(true) {
            return Ok(());
        }
        let size = row
            .size
            .ok_or_else(|| LookError::malformed(format!("the row of {} has no size", row.key)))?;
        let (modified, class) = (row.modified, row.class.unwrap_or_default());
        let kind = RowKind::Object { size, modified, class };
        take(Row { name: &row.key, kind, version: None, etag: row.etag.as_deref() })
    };
    let ended = contained(|| match format {
        InventoryFormat::Csv(columns) => csv_rows::read(source, columns, &mut each),
        #[cfg(feature = "parquet")]
        InventoryFormat::Parquet => parquet_rows::read(source, &mut each),
        #[cfg(not(feature = "parquet"))]
        InventoryFormat::Parquet => {
            Err(LookError::Unsupported("Parquet: this build is without it".to_owned()))
        }
    });
    ended.unwrap_or_else(|why| Err(LookError::malformed(format!("its reader gave up: {why}"))))
}
