//! Runs `versions`: lists versions and delete markers of an object, or of all below a prefix.

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::cli::args::versions::VersionsArguments;
use crate::cli::connect::Choice;
use crate::cli::print::{Printer, Status, VerbError};
use crate::cli::verb::{RunVerb, VerbCall};
use crate::domain::address::{Bucket, Key, Location, Prefix};
use crate::domain::error::{Error, ErrorKind, NO_VERSION, NO_VERSION_BELOW};
use crate::domain::units::{Moment, Size};
use crate::domain::versions::{Histories, KeyHistory, VersionEntry};
use crate::s3::ops::versions::{VersionPages, VersionsQuery};

/// Versions of one key that are gathered before the first is printed, where their order is known.
const LONG: usize = 10_000;

impl RunVerb for VersionsArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        call.on_connection(async |choice| versions(self, choice).await)
    }
}

async fn versions(arguments: &VersionsArguments, choice: &Choice) -> Result<Status, VerbError> {
    let (bucket, prefix, key) = place(&arguments.location)?;
    let client = choice.client()?;
    let mut pages = VersionPages::new(&client, VersionsQuery::below(&bucket, &prefix));
    let mut list = List {
        printer: Printer::new(choice.json),
        bucket,
        deleted_only: arguments.deleted,
        seen: false,
    };
    let mut histories = Histories::default();
    'pages: while let Some(page) = pages.next().await? {
        for row in page.rows {
            if key.as_ref().is_some_and(|key| row.key != *key) {
                if key.as_ref().is_some_and(|key| row.key > *key) {
                    break 'pages;
                }
                continue;
            }
            if let Some(history) = histories.push(row) {
                list.print(&history)?;
            }
            if !arguments.deleted
                && let Some(history) = histories.long(LONG)
            {
                list.print(&history)?;
            }
        }
        list.printer.flush()?;
        if key.as_ref().is_some_and(|key| pages.passes(key)) {
            break;
        }
    }
    if let Some(history) = histories.end() {
        list.print(&history)?;
    }
    list.printer.flush()?;
    if !list.seen && (key.is_some() || !prefix.is_root()) {
        let place = arguments.location.to_string();
        let what = if key.is_some() { NO_VERSION } else { NO_VERSION_BELOW };
        return Err(Error::new(ErrorKind::NoSuchKey, "ListObjectVersions", place)
            .detail(what)
            .into());
    }
    Ok(Status::Done)
}

/// The bucket, what keys begin with, and the one key that is meant.
fn place(location: &Location) -> Result<(Bucket, Prefix, Option<Key>), VerbError> {
    match location {
        Location::Root => {
            Err(VerbError::Usage("versions needs a bucket: s3://bucket/key".to_owned()))
        }
        Location::Prefix { bucket, prefix } => Ok((bucket.clone(), prefix.clone(), None)),
        Location::Object { bucket, key } => {
            Ok((bucket.clone(), Prefix::new(key.as_str()), Some(key.clone())))
        }
    }
}

struct List {
    printer: Printer,
    bucket: Bucket,
    deleted_only: bool,
    /// Anything was listed, whether it is printed or not.
    seen: bool,
}

impl List {
    fn print(&mut self, history: &KeyHistory) -> Result<(), VerbError> {
        self.seen = true;
        if self.deleted_only && !history.is_deleted() {
            return Ok(());
        }
        for version in history.versions() {
            if self.printer.json {
                self.printer.object(&object(&self.bucket, version))?;
            } else {
                let line = line(&self.printer, version);
                self.printer.line(&line)?;
            }
        }
        Ok(())
    }
}

/// The JSON of a version.
pub fn object(bucket: &Bucket, version: &VersionEntry) -> Value {
    json!({
        "bucket": bucket, "key": version.key, "version": version.version,
        "latest": version.latest, "marker": version.is_marker(), "size": version.size(),
        "modified": version.modified, "etag": version.etag(), "class": version.class(),
    })
}

fn line(printer: &Printer, version: &VersionEntry) -> String {
    let what = match (version.is_marker(), version.latest) {
        (true, _) => "deleted",
        (false, true) => "latest",
        (false, false) => "",
    };
    let (key, id) = (printer.shown(version.key.as_str()), printer.shown(version.version.as_str()));
    if !printer.terminal {
        let time = version.modified.map(|time| time.to_string()).unwrap_or_default();
        let size = version.size().map(|bytes| bytes.to_string()).unwrap_or_default();
        return format!("{time}\t{size}\t{what}\t{id}\t{key}");
    }
    let zone = TimeZone::system();
    let time = version.modified.map(|time| Moment(time, &zone).to_string()).unwrap_or_default();
    let size = version.size().map(|bytes| Size(bytes).to_string()).unwrap_or_default();
    format!("{time:<16}  {size:>10}  {what:<7}  {id:<32}  {key}")
}
