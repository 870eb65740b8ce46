//! Defines the arguments of the verbs that look inside objects: `look`, `rows`.

use clap::Args;

use crate::cli::args::versions::PastFlags;
use crate::domain::address::Location;

pub const LOOK_EXAMPLES: &str = "\
Examples:
  windlass look s3://lake/events.parquet        Its columns and types, how many rows
  windlass look s3://backup/site.zip            The names of its members
  windlass look s3://media/clip.mp4 --json      Size, codec, duration

Only ranges of the object are read, and what they cost is said.";

#[derive(Debug, Args)]
pub struct LookArguments {
    /// s3://bucket/key
    #[arg(value_parser = Location::parse)]
    pub location: Location,
    #[command(flatten)]
    pub past: PastFlags,
}
