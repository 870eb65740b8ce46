//! Runs `mb` and `rb`: makes and removes buckets.

use std::sync::Arc;

use serde_json::json;

use crate::cli::args::buckets::BucketArguments;
use crate::cli::args::settings::MakeArguments;
use crate::cli::connect::Choice;
use crate::cli::print::{Printer, Status, VerbError, complain_of_all};
use crate::cli::verb::{RunVerb, VerbCall};
use crate::config::connection::Connection;
use crate::config::r2::{self, account_of};
use crate::domain::address::Bucket;
use crate::domain::error::ErrorKind;
use crate::domain::jurisdiction::Jurisdiction;
use crate::domain::object::NewBucket;
use crate::s3::client::Client;
use crate::s3::meter::Meter;

impl RunVerb for MakeArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        call.on_connection(async |choice| mb(self, choice).await)
    }
}

async fn mb(arguments: &MakeArguments, choice: &Choice) -> Result<Status, VerbError> {
    let connection = choice.current()?;
    connection.expect_writable("CreateBucket")?;
    let (connection, bucket) = match arguments.jurisdiction {
        Some(wished) => in_jurisdiction(connection, wished, &arguments.bucket)?,
        None => (connection.clone(), arguments.bucket.clone()),
    };
    let client = Client::connect(&connection, Arc::new(Meter::default()))?;
    let new = NewBucket {
        hint: arguments.location_hint.clone(),
        versioning: arguments.versioning,
        object_lock: arguments.object_lock,
        ..NewBucket::named(bucket.clone())
    };
    match client.make_bucket(&new).await {
        Ok(()) => told(&bucket, "made", choice),
        Err(error) if error.is(&ErrorKind::Partial) => {
            told(&bucket, "made", choice)?;
            complain_of_all(&[error], choice.json);
            Ok(Status::Partly)
        }
        Err(error) => Err(error.into()),
    }
}

/// The connection with the jurisdiction among its own, and the bucket's name there.
fn in_jurisdiction(
    connection: &Connection,
    wished: Jurisdiction,
    bucket: &Bucket,
) -> Result<(Connection, Bucket), VerbError> {
    let mut connection = connection.clone();
    if connection.jurisdictions.iter().any(|(each, _)| *each == wished) {
        return Ok((connection, wished.named(bucket)));
    }
    let endpoint = connection.endpoint.clone().unwrap_or_default();
    let Some((account, own)) = account_of(&endpoint) else {
        let why = "only an account of R2 has jurisdictions, and the connection names none";
        return Err(VerbError::Usage(why.to_owned()));
    };
    if own != wished {
        connection.endpoint = r2::endpoint(&account, Some(wished)).ok();
    }
    Ok((connection, bucket.clone()))
}

impl RunVerb for BucketArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        call.on_connection(async |choice| rb(self, choice).await)
    }
}

async fn rb(arguments: &BucketArguments, choice: &Choice) -> Result<Status, VerbError> {
    choice.current()?.expect_writable("DeleteBucket")?;
    choice.client()?.delete_bucket(&arguments.bucket).await?;
    told(&arguments.bucket, "removed", choice)
}

fn told(bucket: &Bucket, what: &str, choice: &Choice) -> Result<Status, VerbError> {
    let mut printer = Printer::new(choice.json);
    if printer.json {
        printer.object(&json!({ what: bucket }))?;
    } else if printer.terminal {
        let name = printer.shown(bucket.as_str()).into_owned();
        printer.line(&format!("{what} {name}"))?;
    }
    printer.flush()?;
    Ok(Status::Done)
}
