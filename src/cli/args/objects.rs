//! Defines the arguments of the verbs on objects where they are: `ls`, `rm`.

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use crate::cli::args::conflict::FilterFlags;
use crate::cli::args::values::location;
use crate::cli::args::versions::{past, version};
use crate::domain::address::Location;
use crate::domain::arrange::SortBy;
use crate::domain::object::VersionId;

pub const LIST_EXAMPLES: &str = "\
Examples:
  windlass ls s3://media/photos/                One level
  windlass ls -r s3://media --json              Every object, as it comes
  windlass ls -r --sort size --human s3://media The largest first";

pub const REMOVE_EXAMPLES: &str = "\
Examples:
  windlass rm s3://media/a.jpg s3://media/b.jpg
  windlass rm -f s3://media/a.jpg               No error if it does not exist
  windlass rm -r s3://media/tmp/                Count everything below tmp/ and ask; tmpfile stays
  windlass rm --all-versions s3://media/a.jpg   Nothing of it is left

In a bucket that keeps versions rm adds a delete marker, and windlass restore removes it. With
--version or --all-versions it is final, as it is in a bucket without versions and on R2.";

#[derive(Debug, Args)]
pub struct ListArguments {
    /// s3://bucket/prefix/, or the beginning of a name; every bucket without it
    #[arg(value_parser = location, default_value = "s3://", hide_default_value = true)]
    pub location: Location,
    /// Everything below the prefix, not one level
    #[arg(short, long)]
    pub recursive: bool,
    /// A bucket that keeps versions as it was at this time: 2026-11-01, yesterday, "3 days ago"
    #[arg(long, value_name = "TIME", value_parser = past)]
    pub at: Option<Timestamp>,
    /// By name, the largest first or the newest first; size and time list all before they print
    #[arg(long, value_enum)]
    pub sort: Option<Sort>,
    /// Reverse the order; lists everything before it prints
    #[arg(long)]
    pub reverse: bool,
    /// Sizes such as 1.5 MiB, to a pipe too
    #[arg(long)]
    pub human: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Sort {
    Name,
    Size,
    Time,
}

impl From<Sort> for SortBy {
    fn from(sort: Sort) -> SortBy {
        match sort {
            Sort::Name => SortBy::Name,
            Sort::Size => SortBy::Size,
            Sort::Time => SortBy::Modified,
        }
    }
}

#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(Debug, Args)]
pub struct RemoveArguments {
    /// s3://bucket/key, or with -r s3://bucket/prefix/
    #[arg(value_parser = location, required = true)]
    pub locations: Vec<Location>,
    /// Everything below a prefix
    #[arg(short, long)]
    pub recursive: bool,
    #[command(flatten)]
    pub filter: FilterFlags,
    /// This version for good; the others stay
    #[arg(long, value_name = "ID", value_parser = version, conflicts_with = "recursive")]
    pub version: Option<VersionId>,
    /// All versions and delete markers for good; asks for the name
    #[arg(long, conflicts_with = "version")]
    pub all_versions: bool,
    /// Do not ask before a recursive deletion
    #[arg(long)]
    pub yes: bool,
    /// Say nothing of what is not there, and do not fail for it
    #[arg(short, long)]
    pub force: bool,
}

impl RemoveArguments {
    /// Versions are deleted, which nothing brings back.
    pub fn is_final(&self) -> bool {
        self.version.is_some() || self.all_versions
    }
}
