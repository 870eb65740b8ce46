//! Defines the arguments of the verbs that move bytes: `get`, `put`, `cp`, `mv`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::args::conflict::{Conflict, FilterFlags};
use crate::cli::args::describe::{DescribeFlags, LockFlags};
use crate::cli::args::parts::PartFlags;
use crate::cli::args::put_places::PutPlaces;
use crate::cli::args::values::location;
use crate::cli::args::versions::PastFlags;
use crate::cli::pace::PaceArguments;
use crate::domain::address::Location;
use crate::domain::transfer::{FileRules, Links, OnArchived};

pub const GET_EXAMPLES: &str = "\
Examples:
  windlass get s3://media/a.jpg                 Download to ./a.jpg
  windlass get s3://media/photos/ ./photos      Download everything below photos/ into ./photos
  windlass get s3://backups/home.tar - | tar t  Write to the next program

Nothing is overwritten without --force, and --force replaces only files. If you name a pipe or a
device, the bytes go into it. If you name a link, the file it leads to is replaced and the link
stays. In a folder, a link, pipe, device or folder that has a file's name is left as it is and
reported.
A name that cannot be a file name is written with %XX. So is the second of two names that the disk
cannot tell apart (a and A, a file a beside a/b). Each of them is reported.";

pub const PUT_EXAMPLES: &str = "\
Examples:
  windlass put a.jpg s3://media/photos/         Upload to photos/a.jpg
  windlass put ./site s3://site/public/         Upload what is in site to public/
  windlass put a.jpg b.jpg raw s3://media/      Upload several, a folder under its own name
  windlass put ./site s3://site/ --include '*.html' --cache-control no-cache --dry-run
  tar c . | windlass put - s3://backups/home.tar
  pg_dumpall | windlass put --expected-size 2TiB - s3://backups/all.sql

Nothing is overwritten without --force. A file that changes while it is read is not stored; with
--snapshot, a growing file is stored as long as it was at the start. A named pipe or <(command) is
read to its end, as - is. A device is refused. In a folder, what cannot be sent (a symbolic link, a
pipe, a file you may not read, a key above 1,024 bytes) is reported, the rest is sent, and the exit
code is 3. Empty folders are not stored. Each object keeps its modification time, and get restores
it.";

pub const COPY_EXAMPLES: &str = "\
Examples:
  windlass cp s3://media/a.jpg s3://archive/    Copy to s3://archive/a.jpg
  windlass cp s3://media/photos/ s3://archive/photos/
  windlass cp r2:media/photos/ aws:archive/photos/

NAME:bucket/key is a place on another connection of config.toml. Between two connections, bytes go
through this machine's memory, never its disk. Nothing is overwritten without --force.";

pub const MOVE_EXAMPLES: &str = "\
Examples:
  windlass mv s3://media/a.jpg s3://media/b.jpg
  windlass mv s3://media/photos/ s3://archive/photos/
  windlass mv r2:media/photos/ aws:archive/photos/

A source is deleted only after its copy was checked. If the copy lacks something the source has
(tags you may not read, a lock, a storage class), the source stays and the exit code is 1 or 3; with
--accept-loss it is deleted anyway. Nothing is overwritten without --force.";

#[derive(Debug, Args)]
pub struct GetArguments {
    /// s3://bucket/key, or s3://bucket/prefix/ for everything below it
    #[arg(value_parser = location)]
    pub source: Location,
    /// A folder, the name of the file, a pipe, or - for stdout
    #[arg(default_value = ".")]
    pub destination: PathBuf,
    /// Everything below the source, even where its last / is left out
    #[arg(short, long)]
    pub recursive: bool,
    #[command(flatten)]
    pub past: PastFlags,
    /// Restore the permissions kept with objects; never setuid, setgid or sticky
    #[arg(long)]
    pub preserve_mode: bool,
    /// Wait for archived objects that are being restored (thaw asks for that)
    #[arg(long)]
    pub wait: bool,
    #[command(flatten)]
    pub filter: FilterFlags,
    #[command(flatten)]
    pub conflict: Conflict,
    #[command(flatten)]
    pub pace: PaceArguments,
}

#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(Debug, Args)]
#[command(override_usage = "windlass put [OPTIONS] <SOURCE>... <DESTINATION>")]
pub struct PutArguments {
    #[command(flatten)]
    pub places: PutPlaces,
    /// Send what symbolic links lead to
    #[arg(long, conflicts_with = "skip_symlinks")]
    pub follow_symlinks: bool,
    /// Leave symbolic links out without a failure
    #[arg(long)]
    pub skip_symlinks: bool,
    /// Keep the permissions of files with their objects
    #[arg(long)]
    pub preserve_mode: bool,
    /// Send a file that grows, a log for one, as long as it is at the start
    #[arg(long)]
    pub snapshot: bool,
    /// Say what would be uploaded, and upload nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub describe: DescribeFlags,
    #[command(flatten)]
    pub lock: LockFlags,
    #[command(flatten)]
    pub filter: FilterFlags,
    #[command(flatten)]
    pub parts: PartFlags,
    #[command(flatten)]
    pub conflict: Conflict,
    #[command(flatten)]
    pub pace: PaceArguments,
}

#[derive(Debug, Args)]
pub struct CopyArguments {
    /// s3://bucket/key, or s3://bucket/prefix/ for everything below it; NAME:bucket/key of another
    /// connection
    pub source: String,
    /// s3://bucket/key, or s3://bucket/prefix/ to keep the name; NAME:bucket/key of another
    /// connection
    pub destination: String,
    /// Everything below the source, even where its last / is left out
    #[arg(short, long)]
    pub recursive: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub describe: DescribeFlags,
    #[command(flatten)]
    pub lock: LockFlags,
    #[command(flatten)]
    pub filter: FilterFlags,
    #[command(flatten)]
    pub past: PastFlags,
    #[command(flatten)]
    pub conflict: Conflict,
    #[command(flatten)]
    pub pace: PaceArguments,
}

#[derive(Debug, Args)]
pub struct MoveArguments {
    #[command(flatten)]
    pub copy: CopyArguments,
    /// Delete the source although the copy lacks something of it: tags, a lock, a storage class
    #[arg(long)]
    pub accept_loss: bool,
}

impl GetArguments {
    /// `configured` holds where no flag says otherwise.
    pub fn file_rules(&self, configured: FileRules) -> FileRules {
        let archived = if self.wait { OnArchived::Wait } else { configured.archived };
        let keep_mode = self.preserve_mode || configured.keep_mode;
        FileRules { keep_mode, archived, ..configured }
    }
}

impl PutArguments {
    /// `configured` holds where no flag says otherwise.
    pub fn file_rules(&self, configured: FileRules) -> FileRules {
        let links = match (self.follow_symlinks, self.skip_symlinks) {
            (true, _) => Links::Follow,
            (_, true) => Links::Skip,
            _ => configured.links,
        };
        let keep_mode = self.preserve_mode || configured.keep_mode;
        FileRules { links, keep_mode, snapshot: self.snapshot, ..configured }
    }
}
