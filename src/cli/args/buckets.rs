//! Defines the arguments of the verbs on buckets: `mb`, `rb`.

use clap::Args;

use crate::cli::args::values::{elsewhere, names_connection};
use crate::domain::address::{Bucket, Location};

#[derive(Debug, Args)]
pub struct BucketArguments {
    /// The name, or s3://name
    #[arg(value_parser = bucket)]
    pub bucket: Bucket,
}

pub fn bucket(text: &str) -> Result<Bucket, String> {
    if !text.starts_with("s3://") {
        if names_connection(text) && !text.starts_with("arn:") {
            return Err(elsewhere(text));
        }
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
