//! Defines the arguments of the verbs on versions: `versions`, `restore`, `empty`, `cat`, and the
//! flags that name a version or a time.

use clap::Args;
use jiff::{Timestamp, Zoned};

use crate::cli::args::buckets::bucket;
use crate::cli::args::values::location;
use crate::domain::address::{Bucket, Location};
use crate::domain::byte_span::ByteSpan;
use crate::domain::object::VersionId;
use crate::domain::when::{TimeDirection, parse_when};

pub const VERSIONS_EXAMPLES: &str = "\
Examples:
  windlass versions s3://media/a.jpg            The versions of exactly this key, newest first
  windlass versions --deleted s3://media/       What was deleted and can be restored
  windlass get s3://media/a.jpg --version ID    Download one of them";

pub const RESTORE_EXAMPLES: &str = "\
Examples:
  windlass restore s3://media/a.jpg             Undo its deletion
  windlass restore s3://media/a.jpg --version ID
  windlass restore -r s3://media/photos/ --at yesterday --dry-run
  windlass restore -r s3://media/photos/ --at \"2026-11-01 12:00\" --exact

A deleted object is restored by removing its delete markers, an overwritten one by copying the old
version on top, so nothing is lost. With -r and no --at, everything that is deleted is restored.
What was made after the time is left and listed; --exact deletes it.";

pub const EMPTY_EXAMPLES: &str = "\
Examples:
  windlass empty s3://scratch                   Asks for the name of the bucket
  windlass empty s3://scratch --yes && windlass rb s3://scratch

Objects, old versions, delete markers and unfinished uploads are gone for good.";

pub const CAT_EXAMPLES: &str = "\
Examples:
  windlass cat s3://media/notes.txt
  windlass cat s3://media/big.bin --range 0-99  The first 100 bytes; 100- all but those, -100 the
                                                last 100
  windlass cat s3://media/site.zip --member index.html
                                                One member of a zip, tar, tar.gz, tar.zst or 7z
  windlass cat s3://media/notes.txt --at \"3 days ago\"";

/// Which state of an object is read.
#[derive(Clone, Debug, Default, Args)]
pub struct PastFlags {
    /// This version of the object
    #[arg(long, value_name = "ID", value_parser = version, conflicts_with = "at")]
    pub version: Option<VersionId>,
    /// Read the bucket as it was at this time: 2026-11-01, "2026-11-01 12:00", yesterday,
    /// "3 days ago", 2h
    #[arg(long, value_name = "TIME", value_parser = past)]
    pub at: Option<Timestamp>,
}

#[derive(Debug, Args)]
pub struct VersionsArguments {
    /// s3://bucket/key, or s3://bucket/prefix/ for all keys below it
    #[arg(value_parser = location)]
    pub location: Location,
    /// Only keys that are deleted
    #[arg(long)]
    pub deleted: bool,
}

#[derive(Debug, Args)]
pub struct RestoreArguments {
    /// s3://bucket/key, or with -r s3://bucket/prefix/
    #[arg(value_parser = location)]
    pub location: Location,
    #[command(flatten)]
    pub past: PastFlags,
    /// Everything below a prefix
    #[arg(short, long, conflicts_with = "version")]
    pub recursive: bool,
    /// Delete what was made after the time
    #[arg(long, requires = "at", requires = "recursive")]
    pub exact: bool,
    /// Say what would be done and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub struct EmptyArguments {
    /// s3://bucket
    #[arg(value_parser = bucket)]
    pub bucket: Bucket,
    /// Do not ask for the name
    #[arg(long)]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct CatArguments {
    /// s3://bucket/key
    #[arg(value_parser = location)]
    pub location: Location,
    /// Only these bytes: 0-99, 100-, -100 (the last 100)
    #[arg(long, value_name = "A-B", value_parser = ByteSpan::parse, allow_hyphen_values = true)]
    pub range: Option<ByteSpan>,
    /// Only this member of an archive, unpacked; look shows their names
    #[arg(long, value_name = "NAME", conflicts_with = "range")]
    pub member: Option<String>,
    #[command(flatten)]
    pub past: PastFlags,
}

pub fn version(text: &str) -> Result<VersionId, String> {
    match text {
        "" => Err("a version has an id: windlass versions lists them".to_owned()),
        id => Ok(VersionId(id.to_owned())),
    }
}

/// A time that has passed.
pub fn past(text: &str) -> Result<Timestamp, String> {
    let now = Zoned::now();
    match parse_when(text, &now, TimeDirection::Past)? {
        at if at > now.timestamp() => Err(format!("{text} is in the future")),
        at => Ok(at),
    }
}
