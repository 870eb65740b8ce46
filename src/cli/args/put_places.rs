//! Reads the sources of an upload and, after them, its destination.

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches, value_parser};

use crate::cli::args::values::location;
use crate::domain::address::Location;

const PLACES: &str = "places";

/// One list for clap, which would end the sources at the first flag behind them.
#[derive(Debug)]
pub struct PutPlaces {
    pub sources: Vec<PathBuf>,
    pub destination: Location,
}

impl FromArgMatches for PutPlaces {
    fn from_arg_matches(matches: &ArgMatches) -> Result<PutPlaces, Error> {
        let mut sources: Vec<PathBuf> =
            matches.get_many(PLACES).into_iter().flatten().cloned().collect();
        let last = sources.pop().unwrap_or_default();
        if sources.is_empty() {
            let missing = "a destination is missing: put SOURCE s3://bucket/key, or \
                           s3://bucket/prefix/ to keep the file's name";
            return Err(Error::raw(ErrorKind::MissingRequiredArgument, format!("{missing}\n")));
        }
        let text = last.to_string_lossy();
        let destination = location(&text).map_err(|wrong| {
            let told = format!("invalid value '{text}' for '<DESTINATION>': {wrong}\n");
            Error::raw(ErrorKind::ValueValidation, told)
        })?;
        Ok(PutPlaces { sources, destination })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = PutPlaces::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for PutPlaces {
    fn augment_args(command: Command) -> Command {
        let help = "Files and folders, or one named pipe, or - for stdin; then s3://bucket/key, or \
                    s3://bucket/prefix/ to keep a file's name and to have a folder's files below";
        let places = Arg::new(PLACES)
            .value_names(["SOURCE", "DESTINATION"])
            .num_args(1..)
            .action(ArgAction::Append)
            .required(true)
            .value_parser(value_parser!(PathBuf))
            .help(help);
        command.arg(places)
    }

    fn augment_args_for_update(command: Command) -> Command {
        PutPlaces::augment_args(command)
    }
}
