//! Defines the arguments of the command line.

pub mod conflict;
pub mod doctor;
mod endpoint;
pub mod parts;
pub mod public;
pub mod queue;

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::cli::args::conflict::Conflict;
use crate::cli::args::doctor::DoctorArguments;
use crate::cli::args::endpoint::EndpointFlag;
use crate::cli::args::parts::Parts;
use crate::cli::args::public::PublicArguments;
use crate::cli::args::queue::{QueueArguments, UploadsArguments};
use crate::cli::pace::PaceArguments;
use crate::config::guide::TOPICS;
use crate::domain::address::{Bucket, Location};
use crate::domain::presign::parse_expiry;
use crate::domain::transfer::{FileRules, Links};

const USAGE: &str = "windlass [OPTIONS] [s3://BUCKET/PREFIX/]\n       windlass [OPTIONS] <COMMAND>";

const EXAMPLES: &str = "\
Examples:
  windlass                         Browse with the credentials of the AWS CLI
  windlass s3://media/photos/      Start at a prefix; needs no permission to list buckets
  windlass --connection personal   Browse a connection of config.toml
  windlass demo                    Browse sample buckets on a server in this process
  windlass get s3://media/a.jpg    Do one thing without the browser

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 partly failed, 70 a bug,
  130 interrupted";

const GET_EXAMPLES: &str = "\
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

const PUT_EXAMPLES: &str = "\
Examples:
  windlass put a.jpg s3://media/photos/         Upload to photos/a.jpg
  windlass put ./site s3://site/public/         Upload what is in site to public/
  tar c . | windlass put - s3://backups/home.tar
  pg_dumpall | windlass put --expected-size 2TiB - s3://backups/all.sql

Nothing is overwritten without --force. A file that changes while it is read is not stored; with
--snapshot, a growing file is stored as long as it was at the start. A named pipe or <(command) is
read to its end, as - is. A device is refused. In a folder, what cannot be sent (a symbolic link, a
pipe, a file you may not read, a key above 1,024 bytes) is reported, the rest is sent, and the exit
code is 3. Empty folders are not stored. Each object keeps its modification time, and get restores
it.";

const COPY_EXAMPLES: &str = "\
Examples:
  windlass cp s3://media/a.jpg s3://archive/    Copy to s3://archive/a.jpg
  windlass cp s3://media/photos/ s3://archive/photos/
  windlass cp r2:media/photos/ aws:archive/photos/

NAME:bucket/key is a place on another connection of config.toml. Between two connections, bytes go
through this machine's memory, never its disk. Nothing is overwritten without --force.";

const MOVE_EXAMPLES: &str = "\
Examples:
  windlass mv s3://media/a.jpg s3://media/b.jpg
  windlass mv s3://media/photos/ s3://archive/photos/
  windlass mv r2:media/photos/ aws:archive/photos/

A source is deleted only after its copy was checked. If the copy lacks something the source has
(tags you may not read, a lock, a storage class), the source stays and the exit code is 1 or 3; with
--accept-loss it is deleted anyway. Nothing is overwritten without --force.";

const REMOVE_EXAMPLES: &str = "\
Examples:
  windlass rm s3://media/a.jpg s3://media/b.jpg
  windlass rm -f s3://media/a.jpg               No error if it does not exist
  windlass rm -r s3://media/tmp/                Count everything below tmp/ and ask; tmpfile stays";

const PRESIGN_EXAMPLES: &str = "\
Examples:
  windlass presign s3://media/a.jpg
  curl -o a.jpg \"$(windlass presign --expires 15m s3://media/a.jpg)\"
  curl -T b.jpg \"$(windlass presign --put s3://media/b.jpg)\"";

const QUEUE_EXAMPLES: &str = "\
Examples:
  windlass queue                   List every transfer with its number and state
  windlass queue run               Finish the unfinished transfers, without a screen
  windlass queue retry 3           Try again what failed in transfer 3
  windlass queue cancel 3 4

One Windlass at a time works on the queue. While the browser is open, only list works; the other
commands are refused.";

const UPLOADS_EXAMPLES: &str = "\
Examples:
  windlass uploads list s3://media
  windlass uploads list --sizes s3://media/photos/
  windlass uploads abort --older-than 7d s3://media

Uploads that a queued transfer will continue are left alone.
R2 aborts unfinished uploads by itself after 7 days, S3 only by a lifecycle rule.";

const COMPLETION_EXAMPLES: &str = "\
Examples:
  windlass completions bash > ~/.local/share/bash-completion/completions/windlass
  windlass completions zsh > \"${fpath[1]}/_windlass\"
  windlass completions fish > ~/.config/fish/completions/windlass.fish";

/// A terminal browser for S3 and Cloudflare R2 buckets
#[derive(Debug, Parser)]
#[command(name = "windlass", version, max_term_width = 100)]
#[command(override_usage = USAGE, after_help = EXAMPLES)]
pub struct Arguments {
    /// Where to open the browser: s3://bucket/prefix/
    #[arg(value_parser = opening)]
    pub location: Option<Location>,
    #[command(flatten)]
    pub target: TargetFlags,
    /// One JSON object per line on stdout
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

/// Which server is asked, and as whom. Without any of them: the default of config.toml, else the
/// AWS chain.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Server")]
pub struct TargetFlags {
    /// A connection of config.toml
    #[arg(long, global = true, value_name = "NAME", conflicts_with = "profile")]
    pub connection: Option<String>,
    /// A profile of the AWS files
    #[arg(long, global = true)]
    pub profile: Option<String>,
    /// The region of the buckets
    #[arg(long, global = true)]
    pub region: Option<String>,
    /// The server's URL
    #[arg(long, global = true, value_name = "URL", value_parser = EndpointFlag)]
    pub endpoint_url: Option<String>,
    /// Name the bucket in the URL's path rather than in its host
    #[arg(long, global = true, value_name = "auto|always|never", hide_possible_values = true)]
    pub path_style: Option<PathStyle>,
    /// Send unsigned requests, for public buckets
    #[arg(long, global = true)]
    pub no_sign_request: bool,
}

impl Arguments {
    /// Those of this process. Ends it where they make no sense or ask for help.
    pub fn read() -> Arguments {
        Arguments::parse()
    }
}

/// `Auto`: in the path wherever an endpoint is given that is not AWS's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PathStyle {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Start an S3 server with sample buckets in this process and open the browser on it
    Demo(DemoArguments),
    /// List buckets, or what is below a prefix
    Ls(ListArguments),
    /// Download an object or everything below a prefix; - writes an object to stdout
    #[command(after_help = GET_EXAMPLES)]
    Get(GetArguments),
    /// Upload a file, a folder or a pipe; - reads stdin
    #[command(after_help = PUT_EXAMPLES)]
    Put(PutArguments),
    /// Copy an object or everything below a prefix: server side, or to another connection
    #[command(after_help = COPY_EXAMPLES)]
    Cp(CopyArguments),
    /// Move an object or everything below a prefix: copy, check, then delete the source
    #[command(after_help = MOVE_EXAMPLES)]
    Mv(MoveArguments),
    /// Delete objects, or with -r everything below a prefix
    #[command(after_help = REMOVE_EXAMPLES)]
    Rm(RemoveArguments),
    /// Make a bucket
    Mb(BucketArguments),
    /// Remove an empty bucket
    Rb(BucketArguments),
    /// Print a link that gives access to one object without credentials
    #[command(after_help = PRESIGN_EXAMPLES)]
    Presign(PresignArguments),
    /// Show, finish or clear the transfers that the browser left unfinished
    #[command(after_help = QUEUE_EXAMPLES)]
    Queue(QueueArguments),
    /// List or abort multipart uploads that nobody finished: their parts are stored, paid for and
    /// not listed by ls
    #[command(after_help = UPLOADS_EXAMPLES)]
    Uploads(UploadsArguments),
    /// Find out what works on a connection and what does not, step by step
    #[command(after_help = doctor::EXAMPLES)]
    Doctor(DoctorArguments),
    /// Ask Cloudflare who can read a bucket without keys, or what the account stores
    Public(PublicArguments),
    /// Print a page of the guide, or the list of pages
    Guide {
        /// The page to print
        #[arg(value_parser = PossibleValuesParser::new(TOPICS.iter().map(|topic| topic.name)))]
        topic: Option<String>,
    },
    /// Print the completions of a shell
    #[command(after_help = COMPLETION_EXAMPLES)]
    Completions {
        #[arg(value_enum)]
        shell: Shell,
    },
}

#[derive(Debug, Default, Args)]
pub struct DemoArguments {
    /// Where to open the browser
    #[arg(value_parser = Location::parse)]
    pub location: Option<Location>,
    /// Serve without the browser and print the environment that points any S3 client here, until
    /// ctrl-c
    #[arg(long)]
    pub serve: bool,
    /// Listen on this port; a free one otherwise
    #[arg(long)]
    pub port: Option<u16>,
    /// Add a bucket with this many objects under one prefix
    #[arg(long, value_name = "N")]
    pub keys: Option<u64>,
    /// Behave like R2: equal parts, and 501 for what R2 lacks
    #[arg(long)]
    pub r2: bool,
}

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
pub struct GetArguments {
    /// s3://bucket/key, or s3://bucket/prefix/ for everything below it
    #[arg(value_parser = Location::parse)]
    pub source: Location,
    /// A folder, the name of the file, a pipe, or - for stdout
    #[arg(default_value = ".")]
    pub destination: PathBuf,
    /// Everything below the source, even where its last / is left out
    #[arg(short, long)]
    pub recursive: bool,
    /// Restore the permissions kept with objects; never setuid, setgid or sticky
    #[arg(long)]
    pub preserve_mode: bool,
    #[command(flatten)]
    pub conflict: Conflict,
    #[command(flatten)]
    pub pace: PaceArguments,
}

#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(Debug, Args)]
pub struct PutArguments {
    /// A file, a folder, a named pipe, or - for stdin
    pub source: PathBuf,
    /// s3://bucket/key, or s3://bucket/prefix/ to keep the file's name; a folder's files go below
    /// it
    #[arg(value_parser = Location::parse)]
    pub destination: Location,
    /// The Content-Type to store; by default it follows from the name and the content
    #[arg(long, value_name = "TYPE")]
    pub content_type: Option<String>,
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
    #[command(flatten)]
    pub parts: Parts,
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

#[derive(Debug, Args)]
pub struct RemoveArguments {
    /// s3://bucket/key, or with -r s3://bucket/prefix/
    #[arg(value_parser = Location::parse, required = true)]
    pub locations: Vec<Location>,
    /// Everything below a prefix
    #[arg(short, long)]
    pub recursive: bool,
    /// Do not ask before a recursive deletion
    #[arg(long)]
    pub yes: bool,
    /// Say nothing of what is not there, and do not fail for it
    #[arg(short, long)]
    pub force: bool,
}

#[derive(Debug, Args)]
pub struct BucketArguments {
    /// The name, or s3://name
    #[arg(value_parser = bucket)]
    pub bucket: Bucket,
}

#[derive(Debug, Args)]
pub struct PresignArguments {
    /// s3://bucket/key
    #[arg(value_parser = Location::parse)]
    pub location: Location,
    /// How long the link holds, at most 7d: 15m, 1h, 1h30m; the connection's link_expiry otherwise
    #[arg(long, value_name = "DURATION", value_parser = parse_expiry)]
    pub expires: Option<Duration>,
    /// A link to upload with, not to download
    #[arg(long)]
    pub put: bool,
}

impl GetArguments {
    /// `configured` holds where no flag says otherwise.
    pub fn file_rules(&self, configured: FileRules) -> FileRules {
        FileRules { keep_mode: self.preserve_mode || configured.keep_mode, ..configured }
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

fn opening(text: &str) -> Result<Location, String> {
    Location::parse(text)
        .map_err(|_| "expected a command, or a place: s3://bucket/prefix/".to_owned())
}

fn bucket(text: &str) -> Result<Bucket, String> {
    if !text.starts_with("s3://") {
        return match text.contains('/') || text.is_empty() {
            true => Err("expected the name of a bucket".to_owned()),
            false => Ok(Bucket::new(text)),
        };
    }
    match Location::parse(text)? {
        Location::Prefix { bucket, prefix } if prefix.is_root() => Ok(bucket),
        _ => Err("expected a bucket, not a key or prefix".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parsed(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(line.split(' '))
    }

    #[test]
    fn the_tree_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn flags_of_the_server_stand_before_or_after_the_verb() {
        for line in [
            "windlass --region auto --no-sign-request ls s3://b",
            "windlass ls s3://b --region auto --no-sign-request",
        ] {
            let target = parsed(line).unwrap().target;
            assert_eq!(target.region.as_deref(), Some("auto"));
            assert!(target.no_sign_request);
        }
    }

    #[test]
    fn a_location_opens_the_browser() {
        let arguments = parsed("windlass s3://b/p/").unwrap();
        assert!(arguments.verb.is_none());
        assert_eq!(arguments.location, Some(Location::parse("s3://b/p/").unwrap()));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for line in [
            "windlass nonsense",
            "windlass ls bucket",
            "windlass get s3://b/k . --force --skip-existing",
            "windlass presign s3://b/k --expires 8d",
            "windlass presign s3://b/k --expires soon",
            "windlass --endpoint-url localhost:9000",
            "windlass --path-style sometimes",
            "windlass --connection a --profile b",
            "windlass mb s3://b/key",
            "windlass rm",
            "windlass demo --port 70000",
        ] {
            assert!(parsed(line).is_err(), "{line}");
        }
    }
}
