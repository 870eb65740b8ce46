//! Defines the arguments of the verbs that find and measure: `find`, `du`, `tree`.

use clap::{Args, ValueEnum};

use crate::cli::args::values::{location, number};
use crate::domain::address::Location;
use crate::domain::tally::Grouping;

pub const FIND_EXAMPLES: &str = "\
Examples:
  windlass find s3://media report               Names that have these letters in this order
  windlass find s3://media/photos/ --glob '*.jpg' --size '>10M' --age '<7d'
  windlass find s3://logs --regex '2026-11-0[1-7]/.*error' --json
  windlass find s3://media --type image --age '<1d'
  windlass find --indexed s3://logs error       In the index on this machine

A glob without / is held against the last part of a key, one with / against the whole key below the
place; ** crosses /. 10M is ten million bytes, 10Mi is 10 MiB. Finding nothing is not a failure.";

pub const DU_EXAMPLES: &str = "\
Examples:
  windlass du s3://media                        Objects and bytes
  windlass du --depth 1 s3://media/photos/      And each prefix one level below
  windlass du --by class s3://media             Also class, age or ext
  windlass du --all s3://media                  Old versions and unfinished uploads too, apart

Current objects are counted. windlass cost says what they cost a month.";

#[derive(Debug, Args)]
pub struct FindArguments {
    /// s3://bucket/prefix/; without its last /, all names that begin so, photos-old/ beside photos/
    #[arg(value_parser = location)]
    pub location: Location,
    /// Letters that a name has in this order
    pub pattern: Option<String>,
    /// A pattern of a shell: *.jpg, 2026/**/*.csv
    #[arg(long, value_name = "GLOB")]
    pub glob: Option<String>,
    /// A regular expression, anywhere in the name
    #[arg(long, value_name = "REGEX")]
    pub regex: Option<String>,
    /// '>10M', '<2GiB', 0
    #[arg(long, value_name = "SIZE", allow_hyphen_values = true)]
    pub size: Vec<String>,
    /// '<7d', '>12h'
    #[arg(long, value_name = "AGE", allow_hyphen_values = true)]
    pub age: Vec<String>,
    /// A storage class: STANDARD_IA
    #[arg(long, value_name = "CLASS")]
    pub class: Option<String>,
    /// The end of the name after its last dot: jpg
    #[arg(long, value_name = "EXT")]
    pub ext: Option<String>,
    /// A kind of object, by the end of its name: image, media, archive, code, document, data
    #[arg(long = "type", value_name = "TYPE")]
    pub kind: Option<String>,
    /// Search the index of the place, and send no request; windlass index makes one
    #[arg(long)]
    pub indexed: bool,
}

#[derive(Debug, Args)]
pub struct UsageArguments {
    /// s3://bucket/prefix/; without its last /, all names that begin so, photos-old/ beside photos/
    #[arg(value_parser = location)]
    pub location: Location,
    /// Also count each prefix, N levels deep
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = number::<usize>)]
    pub depth: usize,
    /// Split the counts by storage class, age or extension
    #[arg(long, value_enum)]
    pub by: Option<By>,
    /// Count old versions, delete markers and unfinished uploads too, apart
    #[arg(long)]
    pub all: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum By {
    Class,
    Age,
    Ext,
}

#[derive(Debug, Args)]
pub struct TreeArguments {
    /// s3://bucket/prefix/; without its last /, all names that begin so, photos-old/ beside photos/
    #[arg(value_parser = location)]
    pub location: Location,
    /// How many levels are drawn; all of them otherwise
    #[arg(long, value_name = "N", value_parser = number::<usize>)]
    pub depth: Option<usize>,
}

impl From<By> for Grouping {
    fn from(by: By) -> Grouping {
        match by {
            By::Class => Grouping::Class,
            By::Age => Grouping::Age,
            By::Ext => Grouping::Ending,
        }
    }
}
