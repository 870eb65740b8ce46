//! Examines what may be written, on scratch objects that are deleted again.

use std::future::Future;

use bytes::Bytes;

use crate::domain::address::{Bucket, Prefix};
use crate::domain::diagnosis::Step;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ObjectAddress, PutOptions};
use crate::s3::client::Client;
use crate::s3::doctor::report::{Report, refused_as_it_should};
use crate::s3::doctor::scratch::Scratch;

const BODY: &[u8] = b"written by windlass doctor; it may be deleted\n";

pub async fn write(
    client: &Client,
    bucket: &Bucket,
    prefix: &Prefix,
    report: &mut Report<'_>,
    stop: impl Future<Output = ()> + Send,
) {
    let scratch = Scratch::below(client, bucket, prefix);
    let written = tokio::select! {
        written = steps(client, &scratch, report) => written,
        () = stop => true,
    };
    let cleared = scratch.clear().await;
    if !written {
        return;
    }
    match cleared {
        Ok(None) => report.works(Step::Delete, ""),
        Ok(Some(left)) => report.beware(Step::Delete, left),
        Err(error) => report.fails(Step::Delete, error),
    }
}

/// `false` where nothing can be written, and every step was told.
async fn steps(client: &Client, scratch: &Scratch, report: &mut Report<'_>) -> bool {
    if report.outcome(Step::Write, put(client, &scratch.written(), false).await).is_none() {
        report.skip(Step::ConditionalWrite..=Step::Delete, "nothing can be written");
        return false;
    }
    let verdict = refused_as_it_should(
        put(client, &scratch.written(), true).await,
        &[ErrorKind::PreconditionFailed],
        "If-None-Match is accepted and ignored: what another program writes at the same moment \
         would be overwritten",
    );
    report.end(Step::ConditionalWrite, verdict);
    let copy = client.copy(&scratch.written(), &scratch.copied(), None, false, None).await;
    report.outcome(Step::Copy, copy);
    report.outcome(Step::Multipart, in_parts(client, &scratch.assembled()).await);
    true
}

async fn put(client: &Client, object: &ObjectAddress, only_if_absent: bool) -> Result<(), Error> {
    let options = PutOptions { only_if_absent, ..PutOptions::default() };
    client.put(object, Bytes::from_static(BODY).into(), &options).await.map(drop)
}

/// One part, which as the last one may be small.
async fn in_parts(client: &Client, object: &ObjectAddress) -> Result<(), Error> {
    let upload = client.create_multipart(object, &PutOptions::default()).await?;
    let body = Bytes::from_static(BODY).into();
    let outcome = match client.upload_part(object, &upload, 1, body).await {
        Ok(part) => client.complete_multipart(object, &upload, &[part], false).await.map(drop),
        Err(error) => Err(error),
    };
    if outcome.is_err() {
        client.abort_for_good(object, &upload).await?;
    }
    outcome
}
