//! Defines the arguments of `windlass settings`.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};

use crate::cli::args::buckets::bucket;
use crate::domain::address::Bucket;
use crate::domain::jurisdiction::Jurisdiction;
use crate::domain::object::LOCATION_HINTS;
use crate::domain::settings::BucketSetting;
use crate::domain::settings::mfa::DeviceCode;

pub const EXAMPLES: &str = "\
Examples:
  windlass settings s3://media                        Every setting in one line
  windlass settings get s3://media cors               The document, as aws s3api takes it
  windlass settings set s3://media cors cors.json     Check it, show what changes, send it
  windlass settings set --dry-run s3://media cors -   Only check and show; the document is on stdin
  windlass settings clear s3://media cors

NAME is one of versioning, lifecycle, cors, policy, acl, ownership, public-access, encryption,
object-lock, tags, logging, notifications, website, replication, accelerate, request-payment,
inventory, location; on R2 with a Cloudflare token also r2.dev, custom-domains, locks,
sippy.
set takes what get prints, what aws s3api get-bucket-… prints, and what aws s3api put-bucket-…
takes as its JSON argument.";

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct SettingsArguments {
    /// s3://bucket: every setting in one line
    #[arg(value_parser = bucket, required = true)]
    pub bucket: Option<Bucket>,
    #[command(subcommand)]
    pub action: Option<SettingsAction>,
}

#[derive(Debug, Subcommand)]
pub enum SettingsAction {
    /// Print the document of a setting
    Get {
        #[command(flatten)]
        which: OneSetting,
    },
    /// Replace the document of a setting
    Set {
        #[command(flatten)]
        which: OneSetting,
        /// The file with the document, or - for stdin
        file: PathBuf,
        /// Check it and show what would change; send nothing
        #[arg(long)]
        dry_run: bool,
        /// Serial number or ARN of an MFA device and its code, in quotation marks: for MFA delete
        #[arg(long, value_name = "DEVICE CODE", value_parser = DeviceCode::parse)]
        mfa: Option<DeviceCode>,
    },
    /// Remove a setting
    Clear {
        #[command(flatten)]
        which: OneSetting,
        /// Serial number or ARN of an MFA device and its code, in quotation marks: for MFA delete
        #[arg(long, value_name = "DEVICE CODE", value_parser = DeviceCode::parse)]
        mfa: Option<DeviceCode>,
    },
}

pub const MAKE_EXAMPLES: &str = "\
Examples:
  windlass mb media --region eu-central-1
  windlass mb media --versioning --object-lock
  windlass mb media --location-hint weur        R2 keeps it in western Europe if it can
  windlass mb media --jurisdiction eu           R2 keeps it in the EU by contract

What the provider lacks is refused, and nothing is made.";

#[derive(Debug, Args)]
pub struct MakeArguments {
    /// The name, or s3://name
    #[arg(value_parser = bucket)]
    pub bucket: Bucket,
    /// Where R2 is to keep it, if it can
    #[arg(long, value_name = "PLACE", value_parser = PossibleValuesParser::new(HINTS))]
    pub location_hint: Option<String>,
    /// Where R2 has to keep it: eu, fedramp, us
    #[arg(long, value_name = "NAME", value_parser = jurisdiction)]
    pub jurisdiction: Option<Jurisdiction>,
    /// Keep the versions of its objects
    #[arg(long)]
    pub versioning: bool,
    /// Let its objects be locked, which keeps their versions too; it cannot be turned off again
    #[arg(long)]
    pub object_lock: bool,
}

const HINTS: [&str; 6] = {
    let [(wnam, _), (enam, _), (weur, _), (eeur, _), (apac, _), (oc, _)] = LOCATION_HINTS;
    [wnam, enam, weur, eeur, apac, oc]
};

fn jurisdiction(text: &str) -> Result<Jurisdiction, String> {
    let names = || Jurisdiction::ALL.map(Jurisdiction::name).join(", ");
    Jurisdiction::from_name(text).ok_or_else(|| format!("there are {}", names()))
}

#[derive(Debug, Args)]
pub struct OneSetting {
    /// s3://bucket
    #[arg(value_parser = bucket)]
    pub bucket: Bucket,
    /// Which setting
    #[arg(value_name = "NAME", value_parser = BucketSetting::named)]
    pub setting: BucketSetting,
}
