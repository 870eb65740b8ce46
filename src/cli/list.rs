//! Runs `ls`: lists buckets, one level of a prefix, or everything below it.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::cli::args::objects::ListArguments;
use crate::cli::connect::Choice;
use crate::cli::past::say_gaps;
use crate::cli::print::{Printer, Status, Trouble, usage};
use crate::domain::address::{Bucket, DELIMITER, Location, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::jurisdiction::Jurisdiction;
use crate::domain::listing::{Class, Row, RowKind};
use crate::domain::price::STANDARD;
use crate::domain::units::{Moment, Size};
use crate::domain::visible::visible;
use crate::s3::client::{Client, ListQuery};
use crate::s3::ops::pages::Pages;

pub async fn ls(arguments: &ListArguments, choice: &Choice) -> Result<Status, Trouble> {
    let client = choice.client()?;
    let mut printer = Printer::new(choice.json);
    match &arguments.location {
        Location::Root if arguments.at.is_some() => {
            return Err(usage("--at is of a bucket: s3://bucket/prefix/"));
        }
        Location::Root => buckets(&client, &mut printer).await?,
        Location::Prefix { bucket, prefix } => {
            let rows = level(&client, &mut printer, arguments, bucket, prefix).await?;
            found(rows > 0 || prefix.is_root(), &arguments.location)?;
        }
        Location::Object { bucket, key } => {
            let prefix = Prefix::new(key.as_str());
            let rows = level(&client, &mut printer, arguments, bucket, &prefix).await?;
            found(rows > 0, &arguments.location)?;
        }
    }
    printer.flush()?;
    Ok(Status::Done)
}

/// An empty bucket is an answer; a prefix with nothing below it is most likely mistyped.
fn found(anything: bool, location: &Location) -> Result<(), Error> {
    match anything {
        true => Ok(()),
        false => Err(Error::new(ErrorKind::NoSuchKey, "ListObjectsV2", location.to_string())),
    }
}

async fn buckets(client: &Client, printer: &mut Printer) -> Result<(), Trouble> {
    let listing = client.list_buckets().await?;
    for entry in listing.entries {
        let elsewhere = entry.jurisdiction != Jurisdiction::Default;
        if printer.json {
            let mut object = json!({ "bucket": entry.bucket, "created": entry.created });
            if elsewhere {
                object["jurisdiction"] = entry.jurisdiction.name().into();
            }
            printer.object(&object)?;
            continue;
        }
        let mut name = printer.shown(entry.bucket.as_str()).into_owned();
        if elsewhere && printer.terminal {
            name = format!("{name}  ({})", entry.jurisdiction.name());
        }
        let time = time_text(entry.created, printer.terminal);
        let line = match printer.terminal {
            true => format!("{time:<16}  {name}"),
            false => format!("{time}\t{name}"),
        };
        printer.line(&line)?;
    }
    for (jurisdiction, error) in &listing.unlisted {
        let what = error.explain().what;
        let name = jurisdiction.name();
        eprintln!("windlass: no buckets of jurisdiction {name}: {}", visible(&what));
    }
    Ok(())
}

/// Prints every row and brings back how many there were.
async fn level(
    client: &Client,
    printer: &mut Printer,
    arguments: &ListArguments,
    bucket: &Bucket,
    prefix: &Prefix,
) -> Result<u64, Trouble> {
    let recursive = arguments.recursive;
    let at = arguments.at;
    let query = ListQuery { delimited: !recursive, at, ..ListQuery::below(bucket, prefix) };
    let mut pages = Pages::new(client, query);
    let mut rows = 0;
    while let Some(page) = pages.next().await? {
        for row in page.rows() {
            rows += 1;
            print_row(printer, bucket, prefix, row, recursive)?;
        }
        printer.flush()?;
    }
    if arguments.at.is_some() {
        say_gaps(client, bucket).await;
    }
    Ok(rows)
}

pub fn print_row(
    printer: &mut Printer,
    bucket: &Bucket,
    prefix: &Prefix,
    row: Row<'_>,
    recursive: bool,
) -> Result<(), Trouble> {
    let whole = format!("{prefix}{}", row.name);
    if printer.json {
        let mut object = match row.kind {
            RowKind::Prefix => json!({ "bucket": bucket, "prefix": whole }),
            RowKind::Object { size, modified, class } => json!({
                "bucket": bucket, "key": whole, "size": size, "modified": modified,
                "class": spelled(class),
            }),
        };
        if let Some(version) = row.version {
            object["version"] = version.into();
        }
        return Ok(printer.object(&object)?);
    }
    let from = if recursive { 0 } else { prefix.as_str().rfind(DELIMITER).map_or(0, |at| at + 1) };
    let name = printer.shown(&whole[from..]).into_owned();
    let (size, modified) = match row.kind {
        RowKind::Prefix => (None, None),
        RowKind::Object { size, modified, .. } => (Some(size), modified),
    };
    let time = time_text(modified, printer.terminal);
    let line = if printer.terminal {
        let size = size.map_or_else(String::new, |bytes| Size(bytes).to_string());
        format!("{time:<16}  {size:>10}  {name}")
    } else {
        let size = size.map_or_else(String::new, |bytes| bytes.to_string());
        format!("{time}\t{size}\t{name}")
    };
    Ok(printer.line(&line)?)
}

/// A server that names no class has but the usual one.
pub fn spelled(class: Class) -> &'static str {
    match class.as_str() {
        "" => STANDARD,
        named => named,
    }
}

/// In the user's zone for people, RFC 3339 for programs.
fn time_text(time: Option<Timestamp>, terminal: bool) -> String {
    match (time, terminal) {
        (None, _) => String::new(),
        (Some(time), false) => time.to_string(),
        (Some(time), true) => Moment(time, &TimeZone::system()).to_string(),
    }
}
