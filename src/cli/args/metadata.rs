//! Defines the arguments of the verbs that look at objects and describe them: `stat`, `meta`,
//! `types`, `head`, `tail`, `edit`, `thaw`.

use clap::{Args, ValueEnum};

use crate::cli::args::describe::{DescribeFlags, LockFlags, metadata_name};
use crate::cli::args::values::{location, number, number_in};
use crate::domain::address::Location;
use crate::domain::thaw::RestoreTier;

pub const STAT_EXAMPLES: &str = "\
Examples:
  windlass stat s3://media/a.jpg
  windlass stat s3://media/a.jpg s3://media/b.jpg --json
  windlass stat s3://media/a.jpg --version 3HL4kqtJlcpXroDTDmJ";

pub const META_EXAMPLES: &str = "\
Examples:
  windlass meta s3://site/index.html                      Show what the object has
  windlass meta s3://site/ -r --cache-control no-cache --dry-run
  windlass meta s3://site/a.css --content-type text/css --tag team=web --remove-metadata old

A change is a copy of the object onto itself that keeps everything else; tags alone are changed
where they are. On a bucket with versions, the copy is a new version. --cache-control \"\" takes
a header away.";

pub const TYPES_EXAMPLES: &str = "\
Examples:
  windlass types s3://site/ -r             List objects whose Content-Type is not what it should be
  windlass types s3://site/ -r --fix       Mend them

The ending of the name decides; the first bytes, where the ending says nothing.";

pub const TAIL_EXAMPLES: &str = "\
Examples:
  windlass tail s3://logs/app.log
  windlass tail -n 100 -f s3://logs/app.log     Go on with what is added, until ctrl-c
  windlass tail -c 1024 s3://logs/app.log
  windlass tail s3://logs/old.log.gz            Lines are read through gzip and zstd";

pub const EDIT_EXAMPLES: &str = "\
Examples:
  windlass edit s3://site/robots.txt
  EDITOR=\"code --wait\" windlass edit s3://site/robots.txt

The editor is that of $VISUAL, else of $EDITOR. The object is saved only if it is still what was
opened, with all its metadata. If somebody else changed it meanwhile, nothing is lost: what you
wrote stays in a file that is named.";

pub const THAW_EXAMPLES: &str = "\
Examples:
  windlass thaw s3://archive/2020.tar --days 3
  windlass thaw s3://archive/2020/ -r --tier bulk
  windlass thaw s3://archive/2020.tar --wait      Wait until it can be read";

#[derive(Debug, Args)]
pub struct StatArguments {
    /// s3://bucket/key, or s3://bucket for the bucket's settings
    #[arg(value_parser = location, required = true)]
    pub locations: Vec<Location>,
    /// A version of the object, instead of the newest
    #[arg(long, value_name = "ID")]
    pub version: Option<String>,
}

#[derive(Debug, Args)]
pub struct LinesArguments {
    /// s3://bucket/key
    #[arg(value_parser = location)]
    pub location: Location,
    /// How many lines
    #[arg(short = 'n', long, value_name = "N", value_parser = number::<u64>)]
    #[arg(default_value_t = 10, conflicts_with = "bytes")]
    pub lines: u64,
    /// How many bytes, instead of lines
    #[arg(short = 'c', long, value_name = "N", value_parser = number::<u64>)]
    pub bytes: Option<u64>,
    /// A version of the object, instead of the newest
    #[arg(long, value_name = "ID")]
    pub version: Option<String>,
}

#[derive(Debug, Args)]
pub struct TailArguments {
    #[command(flatten)]
    pub which: LinesArguments,
    /// Go on with what is added, until ctrl-c
    #[arg(short, long, conflicts_with = "version")]
    pub follow: bool,
}

#[derive(Debug, Args)]
pub struct MetaArguments {
    /// s3://bucket/key, or with -r s3://bucket/prefix/
    #[arg(value_parser = location, required = true)]
    pub locations: Vec<Location>,
    /// Everything below a prefix
    #[arg(short, long)]
    pub recursive: bool,
    /// Say what would be changed, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub describe: DescribeFlags,
    #[command(flatten)]
    pub lock: LockFlags,
    /// Take user metadata away; may be given many times
    #[arg(long, value_name = "NAME", value_parser = metadata_name)]
    pub remove_metadata: Vec<String>,
    /// Take a tag away; may be given many times
    #[arg(long, value_name = "NAME")]
    pub remove_tag: Vec<String>,
}

#[derive(Debug, Args)]
pub struct TypesArguments {
    /// s3://bucket/prefix/, or s3://bucket/key
    #[arg(value_parser = location)]
    pub location: Location,
    /// Everything below the prefix, not one level
    #[arg(short, long)]
    pub recursive: bool,
    /// Set the Content-Type that each should have, and keep everything else
    #[arg(long)]
    pub fix: bool,
}

#[derive(Debug, Args)]
pub struct EditArguments {
    /// s3://bucket/key
    #[arg(value_parser = location)]
    pub location: Location,
}

#[derive(Debug, Args)]
pub struct ThawArguments {
    /// s3://bucket/key, or with -r s3://bucket/prefix/
    #[arg(value_parser = location)]
    pub location: Location,
    /// Everything archived below a prefix
    #[arg(short, long)]
    pub recursive: bool,
    /// How many days the readable copy is kept
    #[arg(long, value_name = "N", default_value_t = 7)]
    #[arg(value_parser = number_in(1..=36_500_u32))]
    pub days: u32,
    /// How soon, and how dear: standard, bulk or expedited
    #[arg(long, value_enum, default_value_t = TierName::Standard, ignore_case = true)]
    pub tier: TierName,
    /// Wait until all can be read; takes hours
    #[arg(long)]
    pub wait: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TierName {
    Standard,
    Bulk,
    Expedited,
}

impl From<TierName> for RestoreTier {
    fn from(name: TierName) -> RestoreTier {
        match name {
            TierName::Standard => RestoreTier::Standard,
            TierName::Bulk => RestoreTier::Bulk,
            TierName::Expedited => RestoreTier::Expedited,
        }
    }
}
