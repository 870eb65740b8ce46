//! Defines the arguments of the verbs that look inside objects: `look`, `rows`.

use clap::Args;

use crate::cli::args::values::{location, number};
use crate::cli::args::versions::PastFlags;
use crate::domain::address::Location;

pub const LOOK_EXAMPLES: &str = "\
Examples:
  windlass look s3://lake/events.parquet        Its columns and types, how many rows
  windlass look s3://backup/site.zip            The names of its members
  windlass look s3://media/clip.mp4 --json      Size, codec, duration

Only ranges of the object are read; the cost is shown.";

#[derive(Debug, Args)]
pub struct LookArguments {
    /// s3://bucket/key
    #[arg(value_parser = location)]
    pub location: Location,
    #[command(flatten)]
    pub past: PastFlags,
}

pub const ROWS_EXAMPLES: &str = "\
Examples:
  windlass rows s3://lake/events.parquet --count 10
  windlass rows s3://lake/events.csv.gz --columns id,price --json
  windlass rows s3://lake/events.ndjson --from 1000 --count 100

CSV, NDJSON (both through gzip and zstd) and Parquet are read, and nothing is kept in memory.
windlass look tells the columns.";

#[derive(Debug, Args)]
pub struct RowsArguments {
    /// s3://bucket/key
    #[arg(value_parser = location)]
    pub location: Location,
    /// The first row, counted from 0
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = number::<u64>)]
    pub from: u64,
    /// How many rows; all by default
    #[arg(long, value_name = "N", value_parser = number::<u64>)]
    pub count: Option<u64>,
    /// Only these columns, in this order
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub columns: Vec<String>,
    #[command(flatten)]
    pub past: PastFlags,
}
