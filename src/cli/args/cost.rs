//! Defines the arguments of `cost`.

use clap::Args;

use crate::cli::args::values::location;
use crate::domain::address::Location;

pub const EXAMPLES: &str = "\
Examples:
  windlass cost                    The prices that estimates are made with
  windlass cost s3://media         What the bucket costs a month, and the same elsewhere
  windlass cost s3://media/raw/ --json

Counting takes one listing request for every 1,000 objects. prices.toml in the configuration
folder can have prices of your own.";

#[derive(Debug, Args)]
pub struct CostArguments {
    /// s3://bucket/prefix/ (without its last /, all names that begin so); the prices alone
    /// otherwise
    #[arg(value_parser = location)]
    pub location: Option<Location>,
}
