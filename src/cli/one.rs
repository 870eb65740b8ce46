//! Runs the verbs that send one request: `mb`, `rb`.

use serde_json::json;

use crate::cli::args::buckets::BucketArguments;
use crate::cli::connect::Choice;
use crate::cli::print::{Printer, Status, Trouble};
use crate::config::connection::Connection;
use crate::domain::error::{Error, ErrorKind};

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
