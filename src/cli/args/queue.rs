//! Defines the arguments of `windlass queue` and `windlass uploads`.

use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::cli::args::values::{location, number};
use crate::cli::pace::PaceArguments;
use crate::domain::address::Location;
use crate::domain::presign::parse_age;

#[derive(Debug, Args)]
pub struct QueueArguments {
    #[arg(value_enum, default_value = "list")]
    pub step: QueueStep,
    /// Numbers of transfers, as list shows them
    #[arg(value_name = "NUMBER", value_parser = number::<u64>)]
    pub jobs: Vec<u64>,
    /// With retry: delete the sources of moves even if the copies lack something
    #[arg(long)]
    pub accept_loss: bool,
    #[command(flatten)]
    pub pace: PaceArguments,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum QueueStep {
    /// Show every job, also while another Windlass works on them
    List,
    /// Finish the unfinished transfers; ctrl-c keeps the rest for next time
    Run,
    /// Remove ended transfers from the list and delete what they left unfinished
    Clear,
    /// Retry what failed, of every transfer or of those named, and go on as run does
    Retry,
    /// Cancel the named transfers and delete what they left unfinished
    Cancel,
    /// Pause the named transfers; run skips them
    Pause,
    /// Resume the named transfers at the next run
    Resume,
}

#[derive(Debug, Args)]
pub struct UploadsArguments {
    #[arg(value_enum)]
    pub step: UploadsStep,
    /// s3://bucket, or with the beginning of keys: s3://bucket/prefix/
    #[arg(value_parser = location)]
    pub location: Location,
    /// Only uploads that started at least this long ago: 12h, 7d. Without it, abort skips uploads
    /// younger than a day; 0 takes all
    #[arg(long, value_name = "DURATION", value_parser = parse_age)]
    pub older_than: Option<Duration>,
    /// Count parts and bytes of each: one request for every upload
    #[arg(long)]
    pub sizes: bool,
    /// Do not ask before aborting
    #[arg(long)]
    pub yes: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum UploadsStep {
    /// Show them: when begun, what is known of them here, and their key
    List,
    /// Abort them; their parts are lost
    Abort,
}
