//! Runs `uploads`: lists and aborts multipart uploads that nobody finished.

use std::collections::HashMap;
use std::io;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::cli::args::queue::{UploadsArguments, UploadsStep};
use crate::cli::asking::{agreed, needs_somebody};
use crate::cli::connect::Choice;
use crate::cli::print::{Printer, Status, VerbError, complain_of_all};
use crate::cli::row_lines::time_text;
use crate::cli::verb::{RunVerb, VerbCall};
use crate::config::paths::Folders;
use crate::config::stderr::say;
use crate::domain::address::{Bucket, Location, Prefix};
use crate::domain::error::Error;
use crate::domain::object::{ObjectAddress, UploadId};
use crate::domain::unfinished::{UnfinishedUpload, UploadExtent, UploadOwner, YOUNG, age_text};
use crate::domain::units::{Count, Counted, Size};
use crate::domain::visible::visible;
use crate::s3::client::Client;
use crate::transfer::aborting::abort_unqueued;
use crate::transfer::journal::known_uploads;
use crate::transfer::queued_uploads::QueuedUploads;

impl RunVerb for UploadsArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        call.on_connection(async |choice| uploads(self, choice).await)
    }
}

async fn uploads(arguments: &UploadsArguments, choice: &Choice) -> Result<Status, VerbError> {
    let (bucket, prefix) = place(&arguments.location)?;
    let (client, connection) = (choice.client()?, choice.current()?);
    if arguments.step == UploadsStep::Abort {
        connection.expect_writable("AbortMultipartUpload")?;
    }
    let known = known_uploads(&Folders::find()?.journal_file())?;
    let (found, spared) = find(&client, &bucket, &prefix, arguments).await?;
    say_spared(spared);
    let found: Vec<_> = found
        .into_iter()
        .map(|upload| (known.owner(&upload.object.bucket, &upload.upload), upload))
        .collect();
    match arguments.step {
        UploadsStep::List => list(&client, &found, arguments, choice).await,
        UploadsStep::Abort => abort(&client, found, arguments, choice).await,
    }
}

fn place(location: &Location) -> Result<(Bucket, Prefix), VerbError> {
    match location {
        Location::Root => {
            Err(VerbError::Usage("uploads needs a bucket: s3://bucket/prefix/".to_owned()))
        }
        Location::Prefix { bucket, prefix } => Ok((bucket.clone(), prefix.clone())),
        Location::Object { bucket, key } => Ok((bucket.clone(), Prefix::new(key.as_str()))),
    }
}

/// The uploads that are meant, and how many are spared because they may be at work.
async fn find(
    client: &Client,
    bucket: &Bucket,
    prefix: &Prefix,
    arguments: &UploadsArguments,
) -> Result<(Vec<UnfinishedUpload>, u64), Error> {
    let least = arguments.older_than.unwrap_or(match arguments.step {
        UploadsStep::List => std::time::Duration::ZERO,
        UploadsStep::Abort => YOUNG,
    });
    let (mut found, now) = (client.uploads_below(bucket, prefix).await?, Timestamp::now());
    let all = found.len();
    found.retain(|upload| upload.is_older_than(least, now));
    let spared = if arguments.older_than.is_none() { all - found.len() } else { 0 };
    Ok((found, spared as u64))
}

fn say_spared(spared: u64) {
    if spared > 0 {
        let uploads = Counted(spared, "unfinished upload");
        say!(
            "windlass: {uploads} left alone, younger than {} or of unknown age, which may be at \
             work: --older-than 0 takes them too",
            age_text(YOUNG)
        );
    }
}

async fn list(
    client: &Client,
    found: &[(UploadOwner, UnfinishedUpload)],
    arguments: &UploadsArguments,
    choice: &Choice,
) -> Result<Status, VerbError> {
    let mut printer = Printer::new(choice.json);
    for (owner, upload) in found {
        let extent = if arguments.sizes {
            Some(client.upload_extent(&upload.object, &upload.upload).await?)
        } else {
            None
        };
        print(&mut printer, *owner, upload, extent)?;
    }
    printer.flush()?;
    if printer.terminal && !found.is_empty() {
        let count = Count(found.len() as u64);
        say!("windlass: {count} unfinished; {}", client.provider().end_of_uploads());
    }
    Ok(Status::Done)
}

fn print(
    printer: &mut Printer,
    owner: UploadOwner,
    upload: &UnfinishedUpload,
    extent: Option<UploadExtent>,
) -> io::Result<()> {
    if printer.json {
        let known = match owner {
            UploadOwner::Queued => "queued",
            UploadOwner::Left => "left",
            UploadOwner::Unknown => "unknown",
        };
        return printer.object(&json!({
            "bucket": upload.object.bucket, "key": upload.object.key, "upload_id": upload.upload,
            "since": upload.since, "by": upload.by, "known": known,
            "parts": extent.map(|extent| extent.parts), "bytes": extent.map(|extent| extent.bytes),
        }));
    }
    let known = match owner {
        UploadOwner::Queued => "in the queue",
        UploadOwner::Left => "left by windlass",
        UploadOwner::Unknown => "",
    };
    let place = upload.object.to_string();
    let place = printer.shown(&place).into_owned();
    let since = time_text(upload.since, printer.terminal, &TimeZone::system());
    if !printer.terminal {
        let extent = extent.map_or_else(String::new, |UploadExtent { parts, bytes, .. }| {
            format!("{parts}\t{bytes}\t")
        });
        return printer.line(&format!("{since}\t{extent}{known}\t{place}"));
    }
    let since = if since.is_empty() { "-".to_owned() } else { since };
    let extent = extent.map_or_else(String::new, |extent| {
        let (parts, bytes) = (Counted(extent.parts, "part"), Size(extent.bytes));
        format!("  {:>12}  {:>10}", parts.to_string(), bytes.to_string())
    });
    printer.line(&format!("{since:16}{extent}  {known:16}  {place}"))
}

async fn abort(
    client: &Client,
    found: Vec<(UploadOwner, UnfinishedUpload)>,
    arguments: &UploadsArguments,
    choice: &Choice,
) -> Result<Status, VerbError> {
    let (queued, free): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|(owner, _)| *owner == UploadOwner::Queued);
    say_left(queued.len() as u64);
    if free.is_empty() {
        say!("windlass: nothing to abort");
        return Ok(Status::Done);
    }
    let free: Vec<UnfinishedUpload> = free.into_iter().map(|(_, upload)| upload).collect();
    if !arguments.yes && !confirmed(&free).await? {
        return Ok(Status::Failed);
    }
    let mut printer = Printer::new(choice.json);
    let mut printed = Ok(());
    let tell = |object: &ObjectAddress, upload: &UploadId, seen: bool| {
        if printer.json && printed.is_ok() {
            printed = printer.object(&json!({
                "aborted": upload, "bucket": object.bucket, "key": object.key, "verified": seen,
            }));
        }
    };
    let chosen = free.into_iter().map(|upload| (upload.object, upload.upload)).collect();
    let queued = QueuedUploads::of_journal(Folders::find()?.journal_file());
    let aborted = abort_unqueued(client, &queued, chosen, tell).await?;
    let gone = aborted.gone.len() as u64;
    if printer.terminal && printed.is_ok() {
        printed = printer.line(&format!("{} aborted", Count(gone)));
    }
    let printed = printed.and_then(|()| printer.flush());
    say_left(aborted.queued);
    if aborted.unseen > 0 {
        let aborts = Counted(aborted.unseen, "abort");
        say!("windlass: {aborts} not verified: this server does not list uploads any more");
    }
    complain_of_all(&aborted.failed, printer.json);
    // What failed is told whether or not anybody reads stdout.
    printed?;
    Ok(match (aborted.failed.is_empty(), gone) {
        (true, _) => Status::Done,
        (false, 0) => Status::Failed,
        (false, _) => Status::Partly,
    })
}

fn say_left(queued: u64) {
    if queued > 0 {
        let count = Count(queued);
        say!("windlass: {count} left alone: queued transfers will continue them");
    }
}

/// Names how many and how old. Without a terminal it is refused.
async fn confirmed(free: &[UnfinishedUpload]) -> Result<bool, VerbError> {
    needs_somebody("uploads abort")?;
    let now = Timestamp::now();
    let mut keys: HashMap<&str, usize> = HashMap::new();
    for upload in free {
        *keys.entry(upload.object.key.as_str()).or_default() += 1;
    }
    let ages = free.iter().filter_map(|upload| upload.age(now));
    let youngest = ages.min().map_or_else(
        || "of unknown age".to_owned(),
        |age| format!("the youngest started {} ago", age_text(age)),
    );
    for upload in free.iter().take(5) {
        say!("  {}", visible(&upload.object.to_string()));
    }
    if free.len() > 5 {
        say!("  and {} more", Count(free.len() as u64 - 5));
    }
    let uploads = Counted(free.len() as u64, "unfinished upload");
    let keys = Counted(keys.len() as u64, "key");
    agreed(&format!("Abort {uploads} of {keys}, {youngest}? Their parts are lost.")).await
}
