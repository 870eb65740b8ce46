//! Defines the arguments of the command line.

pub mod buckets;
pub mod compare;
pub mod conflict;
pub mod cost;
pub mod describe;
pub mod doctor;
mod endpoint;
pub mod finding;
pub mod indexes;
pub mod links;
pub mod look;
pub mod metadata;
mod misspelled;
pub mod objects;
pub mod parts;
pub mod put_places;
pub mod queue;
pub mod settings;
pub mod target;
pub mod transfer;
pub mod values;
pub mod versions;

use std::{env, process};

use clap::builder::PossibleValuesParser;
use clap::{Args, CommandFactory as _, Parser, Subcommand};
use clap_complete::Shell;

use crate::cli::advice::name_verb;
use crate::cli::args::buckets::BucketArguments;
use crate::cli::args::compare::{DIFF_EXAMPLES, DiffArguments};
use crate::cli::args::cost::CostArguments;
use crate::cli::args::doctor::DoctorArguments;
use crate::cli::args::finding::{
    DU_EXAMPLES, FIND_EXAMPLES, FindArguments, TreeArguments, UsageArguments,
};
use crate::cli::args::indexes::IndexArguments;
use crate::cli::args::links::{LinksArguments, PRESIGN_EXAMPLES, PresignArguments};
use crate::cli::args::look::{LOOK_EXAMPLES, LookArguments, ROWS_EXAMPLES, RowsArguments};
use crate::cli::args::metadata::{
    EDIT_EXAMPLES, EditArguments, LinesArguments, META_EXAMPLES, MetaArguments, STAT_EXAMPLES,
    StatArguments, TAIL_EXAMPLES, THAW_EXAMPLES, TYPES_EXAMPLES, TailArguments, ThawArguments,
    TypesArguments,
};
use crate::cli::args::misspelled::{command_meant, verb_of};
use crate::cli::args::objects::{LIST_EXAMPLES, ListArguments, REMOVE_EXAMPLES, RemoveArguments};
use crate::cli::args::queue::{QueueArguments, UploadsArguments};
use crate::cli::args::settings::{MakeArguments, SettingsArguments};
use crate::cli::args::target::TargetFlags;
use crate::cli::args::transfer::{
    COPY_EXAMPLES, CopyArguments, GET_EXAMPLES, GetArguments, MOVE_EXAMPLES, MoveArguments,
    PUT_EXAMPLES, PutArguments,
};
use crate::cli::args::values::{location, number, number_in};
use crate::cli::args::versions::{
    CAT_EXAMPLES, CatArguments, EMPTY_EXAMPLES, EmptyArguments, RESTORE_EXAMPLES, RestoreArguments,
    VERSIONS_EXAMPLES, VersionsArguments,
};
use crate::cli::print::complain_of_usage;
use crate::cli::public::PublicArguments;
use crate::cli::verb::RunVerb;
use crate::config::guide::TOPICS;
use crate::domain::address::Location;

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

impl Arguments {
    /// The arguments of this process. Ends it if they make no sense or ask for help.
    pub fn read() -> Arguments {
        let words = || env::args_os().skip(1);
        if let Some(verb) = verb_of(&Arguments::command(), words()) {
            name_verb(&verb);
        }
        Arguments::try_parse().unwrap_or_else(|error| {
            let words = words();
            let refused = command_meant(Arguments::command(), error, words);
            let json = env::args_os().any(|word| word == "--json");
            if refused.use_stderr() && json {
                complain_of_usage(&first_sentences(&refused.render().to_string()), json);
                process::exit(refused.exit_code());
            }
            refused.exit()
        })
    }
}

/// What is wrong, without the usage that clap prints below it.
fn first_sentences(text: &str) -> String {
    let ends = |line: &str| line.starts_with("Usage:") || line.starts_with("For more information");
    let lines = text.lines().take_while(|line| !ends(line));
    let told: Vec<&str> = lines.map(str::trim).filter(|line| !line.is_empty()).collect();
    told.join("; ").trim_start_matches("error: ").to_owned()
}

/// Makes the verbs, and what each of them does, of one list.
macro_rules! verbs {
    ($($(#[$meta:meta])* $verb:ident($arguments:ty),)*) => {
        #[derive(Debug, Subcommand)]
        pub enum Verb {
            $($(#[$meta])* $verb($arguments)),*
        }

        impl Verb {
            pub fn what(&self) -> &dyn RunVerb {
                match self {
                    $(Verb::$verb(arguments) => arguments),*
                }
            }
        }
    };
}

verbs! {
    /// Start an S3 server with sample buckets in this process and open the browser on it
    Demo(DemoArguments),
    /// List buckets, or what is below a prefix
    #[command(after_help = LIST_EXAMPLES)]
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
    /// Show everything that is known of objects
    #[command(after_help = STAT_EXAMPLES)]
    Stat(StatArguments),
    /// Show or change the metadata of objects
    #[command(after_help = META_EXAMPLES)]
    Meta(Box<MetaArguments>),
    /// Find objects whose Content-Type does not fit their name or first bytes
    #[command(after_help = TYPES_EXAMPLES)]
    Types(TypesArguments),
    /// Print the first lines or bytes of an object
    Head(LinesArguments),
    /// Print the last lines or bytes of an object, and what is added
    #[command(after_help = TAIL_EXAMPLES)]
    Tail(TailArguments),
    /// Open an object in your editor, and save it where nobody else changed it
    #[command(after_help = EDIT_EXAMPLES)]
    Edit(EditArguments),
    /// Ask for archived objects to be made readable
    #[command(after_help = THAW_EXAMPLES)]
    Thaw(ThawArguments),
    /// Write the bytes of an object, or a range of them, to stdout
    #[command(after_help = CAT_EXAMPLES)]
    Cat(CatArguments),
    /// Say what an object is and what is inside: columns, members, sizes of pictures
    #[command(after_help = LOOK_EXAMPLES)]
    Look(LookArguments),
    /// Print the rows of a CSV, NDJSON or Parquet, as CSV or with --json
    #[command(after_help = ROWS_EXAMPLES)]
    Rows(RowsArguments),
    /// List the versions and delete markers of an object, or of everything below a prefix
    #[command(after_help = VERSIONS_EXAMPLES)]
    Versions(VersionsArguments),
    /// Restore what was deleted or overwritten, in a bucket that keeps versions
    #[command(after_help = RESTORE_EXAMPLES)]
    Restore(RestoreArguments),
    /// Delete everything in a bucket for good, versions and unfinished uploads too
    #[command(after_help = EMPTY_EXAMPLES)]
    Empty(EmptyArguments),
    /// Make a bucket
    #[command(after_help = settings::MAKE_EXAMPLES)]
    Mb(MakeArguments),
    /// Remove an empty bucket
    Rb(BucketArguments),
    /// Print a link that gives access to one object without credentials
    #[command(after_help = PRESIGN_EXAMPLES)]
    Presign(PresignArguments),
    /// List the links that were handed out from here, and which of them still hold
    Links(LinksArguments),
    /// Estimate what a bucket or prefix costs a month, here and elsewhere
    #[command(after_help = cost::EXAMPLES)]
    Cost(CostArguments),
    /// Find objects below a prefix by name, size, age, class
    #[command(after_help = FIND_EXAMPLES)]
    Find(FindArguments),
    /// Count objects and bytes below a prefix
    #[command(after_help = DU_EXAMPLES)]
    Du(UsageArguments),
    /// Draw the prefixes below a place, with what is in each
    Tree(TreeArguments),
    /// Show how two objects, versions, files or prefixes differ
    #[command(after_help = DIFF_EXAMPLES)]
    Diff(DiffArguments),
    /// Keep the keys below a place on this machine, to search them without the server
    #[command(after_help = indexes::EXAMPLES)]
    Index(IndexArguments),
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
    /// Show, read, write and clear the settings of a bucket
    #[command(after_help = settings::EXAMPLES)]
    Settings(SettingsArguments),
    /// Print a page of the guide, or the list of pages
    Guide(GuideArguments),
    /// Print the completions of a shell
    #[command(after_help = COMPLETION_EXAMPLES)]
    Completions(CompletionsArguments),
}

#[derive(Debug, Args)]
pub struct GuideArguments {
    /// The page to print
    #[arg(value_parser = PossibleValuesParser::new(TOPICS.iter().map(|topic| topic.name)))]
    pub topic: Option<String>,
}

#[derive(Debug, Args)]
pub struct CompletionsArguments {
    #[arg(value_enum)]
    pub shell: Shell,
}

#[derive(Debug, Default, Args)]
pub struct DemoArguments {
    /// Where to open the browser
    #[arg(value_parser = location)]
    pub location: Option<Location>,
    /// Serve without the browser and print the environment that points any S3 client here, until
    /// ctrl-c
    #[arg(long)]
    pub serve: bool,
    /// Listen on this port; a free one otherwise
    #[arg(long, value_parser = number_in(0..=u16::MAX))]
    pub port: Option<u16>,
    /// Add a bucket with this many objects under one prefix
    #[arg(long, value_name = "N", value_parser = number::<u64>)]
    pub keys: Option<u64>,
    /// Behave like R2: equal parts, and 501 for what R2 lacks
    #[arg(long)]
    pub r2: bool,
}

fn opening(text: &str) -> Result<Location, String> {
    Location::parse(text)
        .map_err(|_| "expected a command, or a place: s3://bucket/prefix/".to_owned())
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
            "windlass presign s3://b/k --until yesterday",
            "windlass presign s3://b/k --expires soon",
            "windlass --endpoint-url localhost:9000",
            "windlass --path-style sometimes",
            "windlass --connection a --profile b",
            "windlass mb s3://b/key",
            "windlass rm",
            "windlass demo --port 70000",
            "windlass ls one:bucket/",
        ] {
            assert!(parsed(line).is_err(), "{line}");
        }
    }

    #[test]
    fn the_help_of_no_command_has_escapes() {
        let mut command = Arguments::command();
        command.build();
        for verb in command.get_subcommands_mut() {
            let help = verb.render_long_help().to_string();
            assert!(!help.contains("\\\""), "{help}");
        }
    }
}
