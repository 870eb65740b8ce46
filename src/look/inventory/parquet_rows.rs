//! Reads the rows of a report in Parquet.

use std::sync::Arc;

use jiff::Timestamp;
use parquet::file::reader::FileReader as _;
use parquet::record::Field;
use parquet::schema::types::{Type, TypePtr};

use crate::domain::listing::Class;
use crate::look::error::{LookError, Looked};
use crate::look::inventory::row::{InventoryRow, lacks};
use crate::look::object_bytes::ObjectBytes;
use crate::look::parquet_table::{broken, open};

/// The columns that are read.
const COLUMNS: [&str; 7] = [
    "key",
    "is_latest",
    "is_delete_marker",
    "size",
    "last_modified_date",
    "e_tag",
    "storage_class",
];

pub(super) fn read(
    source: &Arc<ObjectBytes>,
    each: &mut dyn FnMut(&InventoryRow) -> Looked<()>,
) -> Looked<()> {
    let file = open(source)?;
    let schema = file.metadata().file_metadata().schema();
    let known = schema.get_fields();
    for (needed, named) in [("key", "Key"), ("size", "Size")] {
        if !known.iter().any(|field| field.name() == needed) {
            return Err(lacks(named));
        }
    }
    let wanted = known.iter().filter(|field| COLUMNS.contains(&field.name()));
    let wanted: Vec<TypePtr> = wanted.cloned().collect();
    let projection = Type::group_type_builder(schema.name()).with_fields(wanted).build();
    let projection = projection.map_err(|error| broken(&error))?;
    for group in 0..file.num_row_groups() {
        let reader = file.get_row_group(group).map_err(|error| broken(&error))?;
        let rows = reader.get_row_iter(Some(projection.clone()));
        for record in rows.map_err(|error| broken(&error))? {
            let record = record.map_err(|error| broken(&error))?;
            let mut row = InventoryRow::default();
            for (name, field) in record.get_column_iter() {
                fill(&mut row, name, field)?;
            }
            each(&row)?;
        }
    }
    Ok(())
}

fn fill(row: &mut InventoryRow, column: &str, field: &Field) -> Looked<()> {
    let wrong = || LookError::malformed(format!("{field} is not valid for {column}"));
    match (column, field) {
        (_, Field::Null) => {}
        ("key", Field::Str(key)) => row.key.clone_from(key),
        ("is_latest", Field::Bool(is)) => row.is_latest = Some(*is),
        ("is_delete_marker", Field::Bool(is)) => row.is_delete_marker = Some(*is),
        ("size", Field::Long(size)) => {
            row.size = Some(u64::try_from(*size).map_err(|_| wrong())?);
        }
        ("last_modified_date", Field::TimestampMillis(millis) | Field::Long(millis)) => {
            row.modified = Some(Timestamp::from_millisecond(*millis).map_err(|_| wrong())?);
        }
        ("last_modified_date", Field::TimestampMicros(micros)) => {
            row.modified = Some(Timestamp::from_microsecond(*micros).map_err(|_| wrong())?);
        }
        ("e_tag", Field::Str(tag)) => row.etag = Some(tag.trim_matches('"').to_owned()),
        ("storage_class", Field::Str(class)) => row.class = Some(Class::parse(class)),
        _ => return Err(wrong()),
    }
    Ok(())
}
