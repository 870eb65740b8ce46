//! Defines the arguments of `windlass public`.

use clap::Args;

use crate::domain::address::Location;

#[derive(Debug, Args)]
pub struct PublicArguments {
    /// s3://bucket: its public domains; what the account stores without it
    #[arg(value_parser = Location::parse)]
    pub location: Option<Location>,
}
