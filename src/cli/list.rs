//! Runs `ls`: lists buckets, one level of a prefix, or everything below it.

use std::cmp::Reverse;

use jiff::tz::TimeZone;
use serde_json::json;

use crate::cli::args::objects::{ListArguments, Sort};
use crate::cli::below::{each_page, nothing_below};
use crate::cli::connect::Choice;
use crate::cli::past::say_gaps;
use crate::cli::print::{Printer, Status, VerbError, usage};
use crate::cli::row_lines::{RowLines, time_text};
use crate::cli::verb::{RunVerb, VerbCall};
use crate::config::stderr::say;
use crate::domain::address::{Bucket, Location, Prefix};
use crate::domain::arrange::{Arrangement, SortBy, arrange};
use crate::domain::jurisdiction::Jurisdiction;
use crate::domain::listing::Listing;
use crate::domain::visible::visible;
use crate::s3::client::{Client, ListQuery};
use crate::s3::ops::keys::KeyPages;

impl RunVerb for ListArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        call.on_connection(async |choice| ls(self, choice).await)
    }
}

async fn ls(arguments: &ListArguments, choice: &Choice) -> Result<Status, VerbError> {
    let client = choice.client()?;
    match &arguments.location {
        Location::Root if arguments.at.is_some() => {
            return Err(usage("--at is of a bucket: s3://bucket/prefix/"));
        }
        Location::Root => buckets(&client, arguments, choice.json).await?,
        Location::Prefix { bucket, prefix } => {
            level(&client, arguments, choice.json, bucket, prefix).await?;
        }
        Location::Object { bucket, key } => {
            let prefix = Prefix::new(key.as_str());
            level(&client, arguments, choice.json, bucket, &prefix).await?;
        }
    }
    Ok(Status::Done)
}

async fn buckets(client: &Client, arguments: &ListArguments, json: bool) -> Result<(), VerbError> {
    if arguments.sort == Some(Sort::Size) {
        return Err(usage("the sizes of buckets are not listed: windlass du counts one"));
    }
    let mut listing = client.list_buckets().await?;
    match arguments.sort {
        None | Some(Sort::Size) => {}
        Some(Sort::Name) => listing.entries.sort_by(|a, b| a.bucket.cmp(&b.bucket)),
        Some(Sort::Time) => listing.entries.sort_by_key(|entry| Reverse(entry.created)),
    }
    if arguments.reverse {
        listing.entries.reverse();
    }
    let (mut printer, zone) = (Printer::new(json), TimeZone::system());
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
        let time = time_text(entry.created, printer.terminal, &zone);
        let line = match printer.terminal {
            true => format!("{time:<16}  {name}"),
            false => format!("{time}\t{name}"),
        };
        printer.line(&line)?;
    }
    printer.flush()?;
    for (jurisdiction, error) in &listing.unlisted {
        let what = error.explain().what;
        let name = jurisdiction.name();
        say!("windlass: no buckets of jurisdiction {name}: {}", visible(&what));
    }
    Ok(())
}

async fn level(
    client: &Client,
    arguments: &ListArguments,
    json: bool,
    bucket: &Bucket,
    prefix: &Prefix,
) -> Result<(), VerbError> {
    let recursive = arguments.recursive;
    let at = arguments.at;
    let all = ListQuery::below(bucket, prefix);
    let query = ListQuery { delimited: !recursive, at, etags: json, ..all };
    let mut pages = KeyPages::new(client, query);
    let lines = RowLines::new(Printer::new(json), bucket, prefix);
    let mut lines = lines.of_level(!recursive).human(arguments.human);
    let mut kept = is_sorted(arguments).then(Listing::default);
    let broken = each_page(&mut pages, |page| {
        if let Some(kept) = &mut kept {
            kept.push(page);
            return Ok(());
        }
        page.rows().try_for_each(|row| lines.row(row))?;
        Ok(lines.flush()?)
    })
    .await?;
    if let Some(kept) = kept {
        for number in order(&kept, arguments) {
            lines.row(kept.row(number))?;
        }
    }
    lines.end(broken.is_none())?;
    if let Some(error) = broken {
        return Err(error.into());
    }
    if arguments.at.is_some() {
        say_gaps(client, bucket).await;
    }
    match lines.count == 0 && !prefix.is_root() {
        true => Err(nothing_below(bucket, prefix).into()),
        false => Ok(()),
    }
}

/// Whether nothing can be told before all is known.
fn is_sorted(arguments: &ListArguments) -> bool {
    arguments.sort.is_some() || arguments.reverse
}

/// The numbers of the rows as they are asked for: by size and by time prefixes come first, as they
/// have neither.
fn order(listing: &Listing, arguments: &ListArguments) -> Vec<u32> {
    let sort = arguments.sort.map_or(SortBy::Name, Into::into);
    let mut order: Vec<u32> = match sort {
        SortBy::Name => (0..listing.end()).collect(),
        sort => arrange(listing, &Arrangement { sort, descending: true, ..Default::default() }).0,
    };
    if sort == SortBy::Name && !listing.is_ordered() {
        order.sort_by_key(|number| listing.row(*number).name);
    }
    if arguments.reverse {
        order.reverse();
    }
    order
}
