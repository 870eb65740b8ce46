//! Runs the verbs that send one request: `mb`, `rb`, `presign`.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::cli::args::{BucketArguments, PresignArguments};
use crate::cli::connect::Choice;
use crate::cli::print::{Printer, Status, Trouble};
use crate::config::connection::Connection;
use crate::domain::address::Location;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::ObjectAddress;
use crate::domain::presign::{LinkMethod, LinkSpec};
use crate::domain::units::Moment;

pub async fn mb(arguments: &BucketArguments, choice: &Choice) -> Result<Status, Trouble> {
    writable(choice.current()?, "CreateBucket")?;
    choice.client()?.create_bucket(&arguments.bucket).await?;
    told(arguments, "made", choice)
}

pub async fn rb(arguments: &BucketArguments, choice: &Choice) -> Result<Status, Trouble> {
    writable(choice.current()?, "DeleteBucket")?;
    choice.client()?.delete_bucket(&arguments.bucket).await?;
    told(arguments, "removed", choice)
}

pub async fn presign(arguments: &PresignArguments, choice: &Choice) -> Result<Status, Trouble> {
    let Location::Object { bucket, key } = &arguments.location else {
        return Err(Trouble::Usage("presign needs an object: s3://bucket/key".to_owned()));
    };
    let connection = choice.current()?;
    let spec = LinkSpec {
        object: ObjectAddress { bucket: bucket.clone(), key: key.clone() },
        method: if arguments.put { LinkMethod::Put } else { LinkMethod::Get },
        expires_in: arguments.expires.unwrap_or(connection.link_expiry),
    };
    let link = choice.client()?.presign(&spec, Timestamp::now()).await?;
    let mut printer = Printer::new(choice.json);
    if printer.json {
        printer.object(&json!({ "url": link.url, "expires_at": link.expires_at }))?;
    } else {
        printer.line(&link.url)?;
    }
    printer.flush()?;
    if link.shortened.is_some() {
        let until = Moment(link.expires_at, &TimeZone::system()).to_string();
        eprintln!("windlass: the link holds only until {until}: the credentials end then");
    }
    Ok(Status::Done)
}

/// # Errors
/// `ReadOnly` where the connection is configured so.
pub fn writable(connection: &Connection, operation: &str) -> Result<(), Error> {
    match connection.read_only {
        true => Err(Error::new(ErrorKind::ReadOnly, operation, connection.name.as_str())),
        false => Ok(()),
    }
}

fn told(arguments: &BucketArguments, what: &str, choice: &Choice) -> Result<Status, Trouble> {
    let mut printer = Printer::new(choice.json);
    if printer.json {
        printer.object(&json!({ what: arguments.bucket }))?;
    } else if printer.terminal {
        let name = printer.shown(arguments.bucket.as_str()).into_owned();
        printer.line(&format!("{what} {name}"))?;
    }
    printer.flush()?;
    Ok(Status::Done)
}
