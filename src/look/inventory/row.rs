//! Holds what a row of an inventory report says.

use jiff::Timestamp;

use crate::domain::listing::Class;
use crate::look::error::LookError;

/// Of one version of an object, or of a delete marker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InventoryRow {
    pub key: String,
    /// There is none where a report has no versions.
    pub is_latest: Option<bool>,
    pub is_delete_marker: Option<bool>,
    pub size: Option<u64>,
    pub modified: Option<Timestamp>,
    pub etag: Option<String>,
    pub class: Option<Class>,
}

/// A report without sizes is none that can be searched by them.
pub fn lacks(column: &str) -> LookError {
    let what = format!("a report without {column}: have the inventory made with it");
    LookError::Unsupported(what)
}
