//! Defines the arguments of the verbs on objects where they are: `ls`, `rm`.

use clap::Args;

use crate::cli::args::conflict::FilterFlags;
use crate::domain::address::Location;

pub const REMOVE_EXAMPLES: &str = "\
Examples:
  windlass rm s3://media/a.jpg s3://media/b.jpg
  windlass rm -f s3://media/a.jpg               No error if it does not exist
  windlass rm -r s3://media/tmp/                Count everything below tmp/ and ask; tmpfile stays";

#[derive(Debug, Args)]
pub struct ListArguments {
    /// s3://bucket/prefix/, or the beginning of a name; every bucket without it
    #[arg(value_parser = Location::parse, default_value = "s3://", hide_default_value = true)]
    pub location: Location,
    /// Everything below the prefix, not one level
    #[arg(short, long)]
    pub recursive: bool,
}

#[derive(Debug, Args)]
pub struct RemoveArguments {
    /// s3://bucket/key, or with -r s3://bucket/prefix/
    #[arg(value_parser = Location::parse, required = true)]
    pub locations: Vec<Location>,
    /// Everything below a prefix
    #[arg(short, long)]
    pub recursive: bool,
    #[command(flatten)]
    pub filter: FilterFlags,
    /// Do not ask before a recursive deletion
    #[arg(long)]
    pub yes: bool,
    /// Say nothing of what is not there, and do not fail for it
    #[arg(short, long)]
    pub force: bool,
}
