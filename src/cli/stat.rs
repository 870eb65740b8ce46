//! Runs `stat`: prints everything that is known of objects.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use crate::cli::args::metadata::StatArguments;
use crate::cli::connect::Choice;
use crate::cli::print::{Printer, Status, VerbError, usage};
use crate::cli::settings::print_settings;
use crate::cli::several::{Tally, one};
use crate::cli::verb::{RunVerb, VerbCall};
use crate::domain::address::{Bucket, Location};
use crate::domain::description::WholeObject;
use crate::domain::metadata_change::shown;
use crate::domain::object::{ETag, ObjectAddress, ObjectHead, VersionId};
use crate::domain::units::{Counted, Moment, Size};

impl RunVerb for StatArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        call.on_connection(async |choice| stat(self, choice).await)
    }
}

async fn stat(arguments: &StatArguments, choice: &Choice) -> Result<Status, VerbError> {
    let version = arguments.version.clone().map(VersionId);
    if version.is_some() && arguments.locations.len() > 1 {
        return Err(usage("--version is of one object: name only that"));
    }
    let client = choice.client()?;
    let mut printer = Printer::new(choice.json);
    let mut tally = Tally::default();
    for (number, location) in arguments.locations.iter().enumerate() {
        if let Some(bucket) = whole_bucket(location).filter(|_| version.is_none()) {
            match print_settings(&client, bucket, &mut printer).await {
                Ok(()) => tally.done += 1,
                Err(VerbError::Failed(error)) => tally.fail(&error, choice.json),
                Err(other) => return Err(other),
            }
            printer.flush()?;
            continue;
        }
        let object = object(location, version.as_ref())?;
        match client.whole_object(&object).await {
            Ok(whole) => {
                tally.done += 1;
                if printer.json {
                    printer.object(&described(&object, &whole))?;
                } else {
                    if number > 0 {
                        printer.line("")?;
                    }
                    for (label, text) in lines(&object, &whole) {
                        let text = printer.shown(&text).into_owned();
                        printer.line(&format!("{label:<20} {text}"))?;
                    }
                }
                printer.flush()?;
            }
            Err(error) => tally.fail(&error, choice.json),
        }
    }
    Ok(tally.status())
}

fn whole_bucket(location: &Location) -> Option<&Bucket> {
    match location {
        Location::Prefix { bucket, prefix } if prefix.is_root() => Some(bucket),
        _ => None,
    }
}

fn object(location: &Location, version: Option<&VersionId>) -> Result<ObjectAddress, VerbError> {
    Ok(one(location, "stat")?.at_version(version.cloned()))
}

/// The JSON of an object.
pub fn described(object: &ObjectAddress, whole: &WholeObject) -> Value {
    let head = &whole.head;
    let mut line = head_object(object, head);
    line["tags"] = tags_object(whole.tags.as_deref());
    line["grants"] = json!(whole.grants);
    line
}

/// What HEAD tells, with `tags` unknown.
pub fn head_object(object: &ObjectAddress, head: &ObjectHead) -> Value {
    let version = head.version_id.clone().or_else(|| object.version_id());
    let retention = head.retention.map(|kept| json!({ "mode": kept.mode, "until": kept.until }));
    let restore = head.restore.as_ref().map(|restore| {
        let state = if restore.running { "running" } else { "readable" };
        json!({ "state": state, "until": restore.until })
    });
    let mut line = json!({
        "bucket": object.bucket, "key": object.key, "size": head.size,
        "modified": head.modified,
        "etag": head.etag.as_ref().map(ETag::as_str),
        "version": version, "class": head.class(),
        "metadata": head.user_metadata, "tags": null,
        "checksums": pairs(head.checksums.iter().map(|(n, v)| (n, v))),
        "parts": head.parts,
        "encryption": encryption(head),
        "encryption_key": head.encryption.as_ref().and_then(|found| found.key_id.clone()),
        "retention": retention, "legal_hold": head.legal_hold,
        "restore": restore, "archived": head.is_archived(),
    });
    for (name, value) in head.headers.named() {
        line[name] = json!(shown(name, value.as_ref()));
    }
    line
}

pub fn tags_object(tags: Option<&[(String, String)]>) -> Value {
    json!(tags.map(|tags| pairs(tags.iter().map(|(name, value)| (name, value)))))
}

/// `AES256`, `aws:kms`, `aws:kms:dsse`, or `SSE-C`.
fn encryption(head: &ObjectHead) -> Option<String> {
    match &head.encryption {
        None if head.has_customer_key() => Some("SSE-C".to_owned()),
        found => found.as_ref().map(|found| found.method.clone()),
    }
}

fn pairs<'a>(all: impl Iterator<Item = (&'a String, &'a String)>) -> Map<String, Value> {
    all.map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect()
}

/// The lines that describe an object.
fn lines(object: &ObjectAddress, whole: &WholeObject) -> Vec<(String, String)> {
    let (head, zone) = (&whole.head, TimeZone::system());
    let time = |time: Timestamp| Moment(time, &zone).to_string();
    let mut lines: Vec<(String, String)> = vec![("object".to_owned(), object.to_string())];
    let mut tell = |label: &str, text: Option<String>| {
        lines.extend(text.map(|text| (label.to_owned(), text)));
    };
    tell("size", head.size.map(|size| format!("{} ({})", Size(size), Counted(size, "byte"))));
    tell("modified", head.modified.map(time));
    tell("etag", head.etag.as_ref().map(ToString::to_string));
    tell("version", head.version_id.clone());
    tell("class", Some(head.class().to_owned()));
    for (name, value) in head.headers.named() {
        tell(&name.replace('_', "-"), value.clone());
    }
    for (name, value) in &head.user_metadata {
        tell(&format!("metadata {name}"), Some(value.clone()));
    }
    if head.missing_metadata > 0 {
        let why = "entries whose names no header can carry";
        tell("metadata missing", Some(format!("{} {why}", head.missing_metadata)));
    }
    for (name, value) in whole.tags.iter().flatten() {
        tell(&format!("tag {name}"), Some(value.clone()));
    }
    for (name, value) in &head.checksums {
        tell(name, Some(value.clone()));
    }
    tell("parts", head.parts.map(|parts| parts.to_string()));
    tell("encryption", encryption(head));
    tell("encryption key", head.encryption.as_ref().and_then(|found| found.key_id.clone()));
    let retention = head.retention.map(|kept| format!("{} until {}", kept.mode, time(kept.until)));
    tell("retention", retention);
    tell("legal hold", head.legal_hold.map(|held| if held { "on" } else { "off" }.to_owned()));
    if head.is_archived() {
        let running = head.restore.as_ref().is_some_and(|restore| restore.running);
        let text = if running { "yes, and being restored" } else { "yes: not readable now" };
        tell("archived", Some(text.to_owned()));
    }
    let readable = head.restore.as_ref().filter(|restore| !restore.running);
    let until = readable.and_then(|restore| restore.until);
    tell("readable until", until.map(time));
    for grant in whole.grants.iter().flatten() {
        tell("access", Some(grant.clone()));
    }
    lines
}
