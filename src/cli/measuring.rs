//! Runs the verbs that count everything below a place: `du`, `tree`.

use std::iter::Peekable;
use std::vec::IntoIter;

use futures_util::TryStreamExt as _;
use jiff::Timestamp;
use serde_json::json;

use crate::cli::args::finding::{TreeArguments, UsageArguments};
use crate::cli::below::{CountedNames, WalkedPlace, each_page};
use crate::cli::connect::Choice;
use crate::cli::print::{Printer, Status, VerbError};
use crate::cli::verb::{RunVerb, VerbCall};
use crate::config::stderr::say;
use crate::domain::address::Prefix;
use crate::domain::criteria::Candidate;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::price::STANDARD;
use crate::domain::tally::{Amount, Beside, PrefixTally, TalliedPrefix};
use crate::domain::units::{Count, Size};
use crate::domain::versions::{VersionEntry, VersionState};
use crate::domain::visible::visible;
use crate::s3::client::Client;
use crate::s3::ops::versions::{VersionPages, VersionsQuery};

/// What besides objects is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Told {
    aside: bool,
    /// The server keeps versions, and says which.
    versions: bool,
    /// It tells unfinished uploads.
    uploads: bool,
}

impl RunVerb for UsageArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        call.on_connection(async |choice| du(self, choice).await)
    }
}

async fn du(arguments: &UsageArguments, choice: &Choice) -> Result<Status, VerbError> {
    let place = WalkedPlace::of(&arguments.location, "du")?;
    let client = choice.client()?;
    let mut printer = Printer::new(choice.json);
    let mut tally = PrefixTally::new(arguments.depth, arguments.by.map(Into::into));
    let mut told = Told { aside: arguments.all, ..Told::default() };
    let mut uploads = Vec::new();
    if told.aside
        && let Some(found) = known("unfinished uploads", unfinished(&client, &place).await)?
    {
        (uploads, told.uploads) = (found, true);
    }
    let (uploads, counted) = (uploads.into_iter().peekable(), CountedNames::default());
    let mut walk = Walk { tally: &mut tally, uploads, counted };
    let mut ended = |ended: Vec<TalliedPrefix>, told: Told| -> Result<(), VerbError> {
        for counted in ended {
            print_amount(&mut printer, &place, &counted, told, true)?;
        }
        Ok(printer.flush()?)
    };
    let now = Timestamp::now();
    let mut versions = None;
    if told.aside {
        let query = VersionsQuery::below(&place.bucket, &place.prefix);
        let mut pages = VersionPages::new(&client, query);
        if let Some(first) = known("old versions", pages.next().await)? {
            told.versions = true;
            versions = Some((pages, first));
        }
    }
    let broken = if let Some((mut pages, mut page)) = versions {
        loop {
            let Some(these) = page else { break None };
            for row in &these.rows {
                ended(walk.version(row, &place.prefix, now), told)?;
            }
            page = match pages.next().await {
                Ok(next) => next,
                Err(error) => break Some(error),
            };
        }
    } else {
        each_page(&mut place.pages(&client, false), |page| {
            let mut objects = page.rows().filter_map(|row| Candidate::of(&row));
            objects.try_for_each(|object| ended(walk.object(object, now), told))
        })
        .await?
    };
    if broken.is_none() {
        ended(walk.uploads_before(None), told)?;
    }
    walk.counted.tell(&place);
    let broken = place.judge(broken, tally.is_empty())?;
    for open in tally.finish() {
        print_amount(&mut printer, &place, &open, told, broken.is_none())?;
    }
    printer.flush()?;
    broken.map_or(Ok(Status::Done), |error| Err(error.into()))
}

/// What a server tells; nothing, and that is said, where it cannot.
fn known<T>(what: &str, told: Result<T, Error>) -> Result<Option<T>, Error> {
    match told {
        Err(error) if error.is(&ErrorKind::Unsupported) => {
            let why = match error.detail.is_empty() {
                true => error.explain().what,
                false => error.detail,
            };
            say!("windlass: {what} are not counted: {}", visible(&why));
            Ok(None)
        }
        told => told.map(Some),
    }
}

/// The unfinished uploads below a place: the names below it with the bytes of their parts, in the
/// order of the names.
async fn unfinished(client: &Client, place: &WalkedPlace) -> Result<Vec<(String, u64)>, Error> {
    let found = client.uploads_below(&place.bucket, &place.prefix).await?;
    let below = place.prefix.as_str().len();
    let extents: Vec<_> = client.extents_of(found).try_collect().await?;
    let named = extents.into_iter().map(|(object, extent)| {
        (object.key.as_str().get(below..).unwrap_or_default().to_owned(), extent.bytes)
    });
    let mut uploads: Vec<_> = named.collect();
    uploads.sort();
    Ok(uploads)
}

/// Counts what is listed together with the uploads that come before it.
struct Walk<'a> {
    tally: &'a mut PrefixTally,
    uploads: Peekable<IntoIter<(String, u64)>>,
    counted: CountedNames,
}

impl Walk<'_> {
    fn uploads_before(&mut self, name: Option<&str>) -> Vec<TalliedPrefix> {
        let mut ended = Vec::new();
        while let Some((upload, bytes)) =
            self.uploads.next_if(|(upload, _)| name.is_none_or(|name| upload.as_str() <= name))
        {
            ended.extend(self.tally.add_beside(&upload, Beside::Upload(bytes)));
        }
        ended
    }

    fn object(&mut self, object: Candidate<'_>, now: Timestamp) -> Vec<TalliedPrefix> {
        self.counted.take(object.name);
        let mut ended = self.uploads_before(Some(object.name));
        ended.extend(self.tally.add(object, now));
        ended
    }

    fn version(
        &mut self,
        row: &VersionEntry,
        prefix: &Prefix,
        now: Timestamp,
    ) -> Vec<TalliedPrefix> {
        let name = row.key.as_str().get(prefix.as_str().len()..).unwrap_or_default();
        if let Some(beside) = Beside::of(row) {
            let mut ended = self.uploads_before(Some(name));
            ended.extend(self.tally.add_beside(name, beside));
            return ended;
        }
        let VersionState::Object { size, class, .. } = &row.state else { return Vec::new() };
        let class = class.as_deref().filter(|class| !class.is_empty()).unwrap_or(STANDARD);
        self.object(Candidate { name, size: *size, modified: row.modified, class }, now)
    }
}

fn print_amount(
    printer: &mut Printer,
    place: &WalkedPlace,
    counted: &TalliedPrefix,
    told: Told,
    whole: bool,
) -> Result<(), VerbError> {
    let prefix = format!("{}{}", place.prefix, counted.prefix);
    let TalliedPrefix { all, groups, aside, .. } = counted;
    if printer.json {
        let amount = |amount: &Amount| json!({ "objects": amount.objects, "bytes": amount.bytes });
        let by = groups.iter().map(|(name, group)| (name.clone(), amount(group)));
        let by: serde_json::Map<_, _> = by.collect();
        let mut line = json!({
            "prefix": prefix, "objects": all.objects, "bytes": all.bytes, "by": by,
        });
        if told.aside {
            line["versions"] = told.versions.then(|| amount(&aside.versions)).into();
            line["markers"] = told.versions.then_some(aside.markers).into();
            line["uploads"] = told.uploads.then(|| amount(&aside.uploads)).into();
        }
        if !whole {
            line["whole"] = false.into();
        }
        return Ok(printer.object(&line)?);
    }
    let name = format!("s3://{}/{prefix}", place.bucket);
    let line = amount_line(printer, *all, &name, whole);
    printer.line(&line)?;
    let mut apart: Vec<(&str, Amount)> =
        groups.iter().map(|(name, amount)| (name.as_str(), *amount)).collect();
    if told.versions {
        apart.push(("(old versions)", aside.versions));
        apart.push(("(delete markers)", Amount { objects: aside.markers, bytes: 0 }));
    }
    if told.uploads {
        apart.push(("(unfinished uploads)", aside.uploads));
    }
    for (name, amount) in apart {
        let name = if name.is_empty() { "(none)" } else { name };
        let line = amount_line(printer, amount, &format!("  {name}"), true);
        printer.line(&line)?;
    }
    Ok(())
}

fn amount_line(printer: &Printer, amount: Amount, name: &str, whole: bool) -> String {
    let name = printer.shown(name);
    let cut = if whole { "" } else { "  (not all of it)" };
    if !printer.terminal {
        return format!("{}\t{}\t{name}{cut}", amount.objects, amount.bytes);
    }
    let (objects, size) = (Count(amount.objects).to_string(), Size(amount.bytes).to_string());
    format!("{objects:>12}  {size:>10}  {name}{cut}")
}

impl RunVerb for TreeArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        call.on_connection(async |choice| tree(self, choice).await)
    }
}

async fn tree(arguments: &TreeArguments, choice: &Choice) -> Result<Status, VerbError> {
    let place = WalkedPlace::of(&arguments.location, "tree")?;
    let client = choice.client()?;
    let depth = arguments.depth.unwrap_or(usize::MAX);
    let mut tally = PrefixTally::new(depth, None);
    let now = Timestamp::now();
    let mut found: Vec<TalliedPrefix> = Vec::new();
    let mut counted = CountedNames::default();
    let broken = each_page(&mut place.pages(&client, false), |page| {
        for object in page.rows().filter_map(|row| Candidate::of(&row)) {
            counted.take(object.name);
            found.extend(tally.add(object, now));
        }
        Ok(())
    })
    .await?;
    let broken = place.judge(broken, tally.is_empty())?;
    counted.tell(&place);
    found.extend(tally.finish());
    found.sort_by(|one, other| one.prefix.cmp(&other.prefix));
    let mut printer = Printer::new(choice.json);
    if printer.json {
        let last = found.len().saturating_sub(1);
        for (at, counted) in found.iter().enumerate() {
            let whole = broken.is_none() || at < last;
            print_amount(&mut printer, &place, counted, Told::default(), whole)?;
        }
    } else {
        draw(&mut printer, &place, &found, broken.is_none())?;
    }
    printer.flush()?;
    broken.map_or(Ok(Status::Done), |error| Err(error.into()))
}

/// Each prefix below the one it is in; `found` is in the order of the prefixes.
fn draw(
    printer: &mut Printer,
    place: &WalkedPlace,
    found: &[TalliedPrefix],
    whole: bool,
) -> Result<(), VerbError> {
    let level = |prefix: &str| prefix.matches('/').count();
    for (at, counted) in found.iter().enumerate() {
        let depth = level(&counted.prefix);
        let mut line = String::new();
        for above in 1..=depth {
            // Whether something of this level comes later, before anything of a level above it.
            let later = found[at + 1..].iter().map(|later| level(&later.prefix));
            let goes_on = later.take_while(|later| *later >= above).any(|later| later == above);
            line.push_str(match (above == depth, goes_on) {
                (true, true) => "├── ",
                (true, false) => "└── ",
                (false, true) => "│   ",
                (false, false) => "    ",
            });
        }
        let name = match depth {
            0 => format!("s3://{}/{}", place.bucket, place.prefix),
            _ => Prefix::new(counted.prefix.as_str()).name().to_owned(),
        };
        let (objects, size) = (Count(counted.all.objects), Size(counted.all.bytes));
        line.push_str(&printer.shown(&name));
        let cut = if whole || at > 0 { "" } else { "  (not all of it)" };
        line.push_str(&format!("  {objects}, {size}{cut}"));
        printer.line(&line)?;
    }
    Ok(())
}
