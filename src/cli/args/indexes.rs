//! Defines the arguments of `windlass index`.

use clap::{Args, Subcommand};

use crate::cli::args::values::location;
use crate::domain::address::Location;

pub const EXAMPLES: &str = "\
Examples:
  windlass index s3://logs/2026/           Keep the keys below it on this machine
  windlass find --indexed s3://logs/2026/ error
                                           Search them, without asking the server
  windlass index changes s3://logs/2026/   New, gone and changed since; the index is refreshed
  windlass index s3://logs --inventory s3://reports/logs/daily/2026-11-29T01-00Z/manifest.json
  windlass index list
  windlass index --drop s3://logs/2026/

An index is a file in the state folder, readable by you alone, for one place of one connection. It
has keys, sizes, times, classes and ETags, and no bytes of the objects.";

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct IndexArguments {
    /// s3://bucket/prefix/: list it, and keep what is listed; without its last /, all names that
    /// begin so
    #[arg(value_parser = location, required = true)]
    pub location: Option<Location>,
    /// Fill it from the manifest of an S3 Inventory report instead of a listing
    #[arg(long, value_name = "MANIFEST", value_parser = location, conflicts_with = "drop")]
    pub inventory: Option<Location>,
    /// Forget the index instead
    #[arg(long)]
    pub drop: bool,
    #[command(subcommand)]
    pub step: Option<IndexStep>,
}

#[derive(Debug, Subcommand)]
pub enum IndexStep {
    /// Show the indexes that are kept
    List,
    /// Show what is new, gone or changed since the index was made, and refresh it
    Changes {
        /// s3://bucket/prefix/
        #[arg(value_parser = location)]
        location: Location,
    },
}
