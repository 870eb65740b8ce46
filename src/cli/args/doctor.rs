//! Defines the arguments of `windlass doctor`.

use clap::Args;

use crate::cli::print::{VerbError, usage};
use crate::domain::address::{ConnectionName, Location};

pub const EXAMPLES: &str = "\
Examples:
  windlass doctor                            Test the connection that the browser opens
  windlass doctor personal s3://media/       Test another one, for tokens that may not list buckets
  windlass doctor personal s3://media/tmp/ --write

The report hides accounts, keys, buckets and objects, so you can paste it where you ask for help.
Exit codes: 0 browsing works, 1 it does not";

#[derive(Debug, Args)]
pub struct DoctorArguments {
    /// A connection of config.toml, and s3://bucket/prefix/ to look into (the first bucket
    /// otherwise)
    #[arg(value_name = "CONNECTION|LOCATION", num_args = 0..=2, value_parser = Subject::parse)]
    pub subjects: Vec<Subject>,
    /// Also write, copy and delete scratch objects there
    #[arg(long)]
    pub write: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    Connection(ConnectionName),
    At(Location),
}

impl Subject {
    fn parse(text: &str) -> Result<Subject, String> {
        if text.contains("://") {
            Location::parse(text).map(Subject::At)
        } else {
            Ok(Subject::Connection(ConnectionName::new(text)))
        }
    }
}

impl DoctorArguments {
    /// # Errors
    /// `Usage` where two connections or two places are given: one of them would be left out.
    pub fn expect_one_of_each(&self) -> Result<(), VerbError> {
        let at = |subject: &&Subject| matches!(subject, Subject::At(_));
        match (self.subjects.len(), self.subjects.iter().filter(at).count()) {
            (2, 0) => Err(usage("doctor tests one connection: name one")),
            (2, 2) => Err(usage("doctor looks into one place: name one")),
            _ => Ok(()),
        }
    }

    pub fn connection(&self) -> Option<&ConnectionName> {
        self.subjects.iter().find_map(|subject| match subject {
            Subject::Connection(name) => Some(name),
            Subject::At(_) => None,
        })
    }

    pub fn at(&self) -> Option<&Location> {
        self.subjects.iter().find_map(|subject| match subject {
            Subject::At(location) => Some(location),
            Subject::Connection(_) => None,
        })
    }
}
