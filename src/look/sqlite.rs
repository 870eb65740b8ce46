//! Reads the schema of a SQLite database by its pages (fileformat2.html of SQLite).

mod create;
mod pages;

use std::sync::Arc;

use crate::domain::contents::{Column, Contents};
use crate::look::error::{LookError, Looked};
use crate::look::object_bytes::ObjectBytes;
use create::columns_of;
use pages::{Database, SchemaRow};

/// Columns that are told.
const MOST_COLUMNS: usize = 50_000;

/// Views and virtual tables that are told by name.
const MOST_NAMES: usize = 100;

pub fn contents(source: &Arc<ObjectBytes>, contents: &mut Contents) -> Looked<()> {
    let database = Database::open(source)?;
    contents.encoding = Some(database.encoding.name().to_ascii_lowercase());
    contents.number("page size", database.page_size);
    contents.number("pages", database.pages);
    if database.pages.saturating_mul(database.page_size) > source.size() {
        contents.cut = Some("the object is shorter than the database".to_owned());
    }
    let rows = match database.schema() {
        Ok(rows) => rows,
        Err(LookError::Malformed(what)) if contents.cut.is_some() => {
            contents.cut = Some(format!("the object is shorter than the database: {what}"));
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let tables = rows.iter().filter(|row| row.kind == "table" && !row.name.starts_with("sqlite_"));
    contents.number("tables", tables.clone().count() as u64);
    let mut virtual_tables = Vec::new();
    for table in tables {
        let Some(columns) = columns_of(&table.sql) else {
            virtual_tables.push(table);
            continue;
        };
        let left = MOST_COLUMNS - contents.columns.len();
        contents.columns.extend(columns.into_iter().take(left).map(|column| Column {
            name: format!("{}.{}", table.name, column.name),
            type_name: column.type_name,
        }));
    }
    let views: Vec<&SchemaRow> = rows.iter().filter(|row| row.kind == "view").collect();
    for (label, named) in [("virtual tables", virtual_tables), ("views", views)] {
        if !named.is_empty() {
            let names: Vec<&str> =
                named.iter().take(MOST_NAMES).map(|row| row.name.as_str()).collect();
            contents.fact(label, names.join(", "));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
