//! Defines the flags that say which server is asked, and as whom.

use std::fmt;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::args::endpoint::EndpointFlag;
use crate::domain::region::parse_region;

/// Which server is asked, and as whom. Without any of them: the default of config.toml, else the
/// AWS chain.
#[derive(Clone, Default, Args)]
#[command(next_help_heading = "Server")]
pub struct TargetFlags {
    /// A connection of config.toml
    #[arg(long, global = true, value_name = "NAME", conflicts_with = "profile")]
    pub connection: Option<String>,
    /// A profile of the AWS files
    #[arg(long, global = true)]
    pub profile: Option<String>,
    /// The region of the buckets
    #[arg(long, global = true, value_parser = parse_region)]
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
    /// A key of your own for SSE-C: 32 bytes, raw or in base64; it is never kept
    #[arg(long, global = true, value_name = "FILE")]
    pub sse_c_key: Option<PathBuf>,
    /// As --sse-c-key, from a command that prints the key
    #[arg(long, global = true, value_name = "COMMAND", conflicts_with = "sse_c_key")]
    pub sse_c_key_command: Option<String>,
    /// Pay for the requests, where the bucket's owner does not
    #[arg(long, global = true)]
    pub requester_pays: bool,
}

/// Without the command for the key, which may hold a secret.
impl fmt::Debug for TargetFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TargetFlags")
            .field("connection", &self.connection)
            .field("profile", &self.profile)
            .field("region", &self.region)
            .field("endpoint_url", &self.endpoint_url)
            .field("path_style", &self.path_style)
            .field("no_sign_request", &self.no_sign_request)
            .field("sse_c_key", &self.sse_c_key)
            .field("requester_pays", &self.requester_pays)
            .finish_non_exhaustive()
    }
}

/// `Auto`: in the path wherever an endpoint is given that is not AWS's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PathStyle {
    Auto,
    Always,
    Never,
}
