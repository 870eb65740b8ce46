//! Reads the rows of a table, one after the other, in constant memory.

mod delimited;
pub mod input;
mod ndjson;
#[cfg(feature = "parquet")]
mod parquet_cells;
#[cfg(feature = "parquet")]
mod parquet_rows;
pub mod read;
pub mod request;
mod selection;
pub mod write;

#[cfg(test)]
mod tests;
