//! Looks inside objects: reads bytes by ranges and gives what they are as data.

pub mod archives;
pub mod arrow;
pub mod avro;
pub mod boxes;
pub mod columns;
pub mod config_tree;
pub mod configs;
pub mod csv_table;
pub mod dialect;
pub mod document;
pub mod encoding;
pub mod error;
pub mod fields;
pub mod flatbuffer;
pub mod fonts;
pub mod growing_tree;
pub mod html;
pub mod images;
pub mod inside;
pub mod inspect;
pub mod inventory;
pub mod json;
pub mod kind;
pub mod lines;
pub mod markdown;
pub mod media;
pub mod object_bytes;
pub mod opening;
pub mod orc;
pub mod packed;
#[cfg(feature = "parquet")]
pub mod parquet_table;
pub mod pdf;
#[cfg(feature = "images")]
pub mod picture;
pub mod programs;
pub mod rows;
pub mod section;
pub mod sqlite;
#[cfg(feature = "syntax")]
pub mod syntax;
#[cfg(test)]
mod table_tests;
pub mod text_kind;
pub mod view;
pub mod windows;
