//! Defines the arguments of the verbs on links: `presign`, `links`.

use std::time::Duration;

use clap::{Args, ValueEnum};
use jiff::{Timestamp, Zoned};

use crate::cli::args::values::location;
use crate::cli::args::versions::version;
use crate::domain::address::Location;
use crate::domain::link_text::LinkForm;
use crate::domain::object::VersionId;
use crate::domain::presign::{LinkMethod, parse_life};
use crate::domain::when::{TimeDirection, parse_when};

pub const PRESIGN_EXAMPLES: &str = "\
Examples:
  windlass presign s3://media/a.jpg
  curl -o a.jpg \"$(windlass presign --expires 15m s3://media/a.jpg)\"
  curl -T b.jpg \"$(windlass presign --method PUT s3://media/b.jpg)\"
  windlass presign --until 18:00 --as 'report 1.pdf' s3://docs/r1.pdf
  windlass presign --format curl s3://media/a.jpg s3://media/b.jpg > fetch.sh

A link holds for 7 days at most, and no longer than the credentials that sign it: a longer one is
cut, which is said. windlass links lists what was handed out.";

#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(Debug, Args)]
pub struct PresignArguments {
    /// s3://bucket/key, of any number of objects
    #[arg(value_parser = location, required = true)]
    pub locations: Vec<Location>,
    /// What the link is for
    #[arg(long, value_name = "METHOD", ignore_case = true, default_value = "GET")]
    pub method: Method,
    /// A link to upload with, not to download; as --method PUT
    #[arg(long, conflicts_with = "method")]
    pub put: bool,
    /// How long the link holds, at most 7d: 15m, 1h, 1h30m, or a bare number in seconds; the
    /// connection's link_expiry otherwise
    #[arg(long, value_name = "DURATION", value_parser = parse_life, conflicts_with = "until")]
    pub expires: Option<Duration>,
    /// When the link ends: 18:00, tomorrow, "2026-11-01 12:00"
    #[arg(long, value_name = "TIME", value_parser = ahead)]
    pub until: Option<Timestamp>,
    /// Download as a file of this name
    #[arg(long = "as", value_name = "NAME")]
    pub name: Option<String>,
    /// Open in the browser's window instead of downloading
    #[arg(long)]
    pub inline: bool,
    /// For PUT, the only type that may be sent; for GET, the type of the answer
    #[arg(long, value_name = "TYPE")]
    pub content_type: Option<String>,
    /// Link to this version
    #[arg(long, value_name = "ID", value_parser = version)]
    pub version: Option<VersionId>,
    /// Use the link once without keys, for one byte, and fail if it does not work
    #[arg(long)]
    pub test: bool,
    /// Draw the link as a QR code too
    #[arg(long, conflicts_with = "json")]
    pub qr: bool,
    /// What to write
    #[arg(long, value_enum, default_value = "url", conflicts_with = "json")]
    pub format: Format,
}

#[derive(Debug, Args)]
pub struct LinksArguments {
    /// Only links that still hold
    #[arg(long)]
    pub live: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Method {
    #[value(name = "GET")]
    Get,
    #[value(name = "HEAD")]
    Head,
    #[value(name = "PUT")]
    Put,
    #[value(name = "DELETE")]
    Delete,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Url,
    Markdown,
    Html,
    Csv,
    Curl,
}

impl PresignArguments {
    pub fn method(&self) -> LinkMethod {
        match self.method {
            _ if self.put => LinkMethod::Put,
            Method::Get => LinkMethod::Get,
            Method::Head => LinkMethod::Head,
            Method::Put => LinkMethod::Put,
            Method::Delete => LinkMethod::Delete,
        }
    }
}

impl From<Format> for LinkForm {
    fn from(format: Format) -> LinkForm {
        match format {
            Format::Url => LinkForm::Url,
            Format::Markdown => LinkForm::Markdown,
            Format::Html => LinkForm::Html,
            Format::Csv => LinkForm::Csv,
            Format::Curl => LinkForm::Curl,
        }
    }
}

fn ahead(text: &str) -> Result<Timestamp, String> {
    let now = Zoned::now();
    match parse_when(text, &now, TimeDirection::Future)? {
        at if at <= now.timestamp() => Err(format!("{text} has passed")),
        at => Ok(at),
    }
}
