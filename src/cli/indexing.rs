//! Runs `index` and `find --indexed`: keeps the keys of a place on this machine, and searches them.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::json;

use crate::cli::args::indexes::{IndexArguments, IndexStep};
use crate::cli::below::{WalkedPlace, each_page};
use crate::cli::connect::Choice;
use crate::cli::inventory::fill;
use crate::cli::print::{Printer, Status, VerbError, complain_of};
use crate::cli::row_lines::{HeldLine, RowLines, time_text};
use crate::cli::verb::{RunVerb, VerbCall};
use crate::config::paths::Folders;
use crate::config::stderr::say;
use crate::domain::address::Location;
use crate::domain::criteria::Criteria;
use crate::domain::diff_end::DiffKind;
use crate::domain::error::Error;
use crate::domain::listing::Row;
use crate::domain::units::{Count, Size};
use crate::domain::visible::visible;
use crate::index::facts::{IndexFacts, IndexPlace};
use crate::index::folder::{drop_index, index_for, index_of, indexes};
use crate::index::refresh::IndexRefresh;
use crate::index::search::IndexSearch;
use crate::index::writer::IndexWriter;

impl RunVerb for IndexArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        call.on_connection(async |choice| index(self, choice).await)
    }
}

async fn index(arguments: &IndexArguments, choice: &Choice) -> Result<Status, VerbError> {
    match (&arguments.step, &arguments.location) {
        (Some(IndexStep::List), _) | (None, None) => list(choice),
        (Some(IndexStep::Changes { location }), _) => changes(location, choice).await,
        (None, Some(location)) if arguments.drop => {
            let (_, indexed) = places(location, choice)?;
            drop_index(&Folders::find()?.indexes(), &indexed)?;
            Ok(Status::Done)
        }
        (None, Some(location)) => match &arguments.inventory {
            Some(report) => make_of_report(location, report, choice).await,
            None => make(location, choice).await,
        },
    }
}

/// The place, and what its index is kept under.
fn places(location: &Location, choice: &Choice) -> Result<(WalkedPlace, IndexPlace), VerbError> {
    let place = WalkedPlace::of(location, "index")?;
    let indexed = indexed(&place, choice)?;
    Ok((place, indexed))
}

fn indexed(place: &WalkedPlace, choice: &Choice) -> Result<IndexPlace, Error> {
    let server = choice.client()?.server()?;
    Ok(IndexPlace::of(&choice.current, server, &place.bucket, &place.prefix))
}

async fn make(location: &Location, choice: &Choice) -> Result<Status, VerbError> {
    let (place, indexed) = places(location, choice)?;
    let (client, folder) = (choice.client()?, Folders::find()?.indexes());
    let mut writer = IndexWriter::create(&folder, indexed)?;
    let mut rows = 0;
    let broken = each_page(&mut place.pages(&client, true), |page| {
        rows += page.len();
        Ok(writer.take(&page)?)
    })
    .await?;
    let broken = place.judge(broken, rows == 0)?;
    let kept = writer.keep(broken.is_none(), None, Timestamp::now())?;
    tell_kept(kept.as_ref(), choice)?;
    broken.map_or(Ok(Status::Done), |error| Err(error.into()))
}

async fn make_of_report(
    location: &Location,
    report: &Location,
    choice: &Choice,
) -> Result<Status, VerbError> {
    let (_, indexed) = places(location, choice)?;
    let (kept, whole) = fill(indexed, report, &Folders::find()?.indexes(), choice).await?;
    tell_kept(kept.as_ref(), choice)?;
    Ok(if whole { Status::Done } else { Status::Failed })
}

fn tell_kept(kept: Option<&IndexFacts>, choice: &Choice) -> Result<(), VerbError> {
    let mut printer = Printer::new(choice.json);
    match kept {
        Some(facts) => print_facts(&mut printer, facts, choice)?,
        None => say!("windlass: the older index, which is whole, stays as it is"),
    }
    Ok(printer.flush()?)
}

fn list(choice: &Choice) -> Result<Status, VerbError> {
    let (found, broken) = indexes(&Folders::find()?.indexes())?;
    let mut printer = Printer::new(choice.json);
    for facts in &found {
        print_facts(&mut printer, facts, choice)?;
    }
    printer.flush()?;
    for error in &broken {
        complain_of(error, choice.json);
    }
    Ok(if broken.is_empty() { Status::Done } else { Status::Failed })
}

fn print_facts(
    printer: &mut Printer,
    facts: &IndexFacts,
    choice: &Choice,
) -> Result<(), VerbError> {
    let IndexFacts { place, keys, bytes, made_at, refreshed_at, whole } = facts;
    // A place of another connection is written with its name.
    let location = match place.connection == choice.current {
        true => place.location(),
        false => format!("{}:{}/{}", place.connection, place.bucket, place.prefix),
    };
    if printer.json {
        return Ok(printer.object(&json!({
            "location": location, "keys": keys, "bytes": bytes, "made_at": made_at,
            "refreshed_at": refreshed_at, "whole": whole,
        }))?);
    }
    let time = time_text(Some(*refreshed_at), printer.terminal, &TimeZone::system());
    let cut = if *whole { "" } else { "  (not all of it)" };
    let location = printer.shown(&location);
    let line = if printer.terminal {
        let (keys, size) = (Count(*keys).to_string(), Size(*bytes).to_string());
        format!("{time:<16}  {keys:>12}  {size:>10}  {location}{cut}")
    } else {
        format!("{time}\t{keys}\t{bytes}\t{location}{cut}")
    };
    Ok(printer.line(&line)?)
}

#[derive(Serialize)]
struct ChangeLine<'a> {
    key: &'a str,
    change: &'a str,
    size: Option<u64>,
}

/// Prints changes, and tells on the last of them where there are not all.
struct Changes {
    printer: Printer,
    prefix: String,
    held: HeldLine,
}

impl Changes {
    fn tell(&mut self, row: Row<'_>, change: DiffKind) -> Result<(), VerbError> {
        let change = change.name();
        let (key, size) = (format!("{}{}", self.prefix, row.name), row.size());
        if self.printer.json {
            let line = ChangeLine { key: &key, change, size };
            return Ok(self.held.put(&line, &mut self.printer)?);
        }
        let (key, bytes) = (self.printer.shown(&key).into_owned(), size.unwrap_or_default());
        let line = match self.printer.terminal {
            true => format!("{change:<7}  {:>10}  {key}", Size(bytes).to_string()),
            false => format!("{change}\t{bytes}\t{key}"),
        };
        Ok(self.printer.line(&line)?)
    }

    fn end(&mut self, whole: bool) -> Result<(), VerbError> {
        self.held.end(whole, &mut self.printer)?;
        Ok(self.printer.flush()?)
    }
}

async fn changes(location: &Location, choice: &Choice) -> Result<Status, VerbError> {
    let (place, indexed) = places(location, choice)?;
    let folder = Folders::find()?.indexes();
    let old = index_of(&folder, &indexed)?;
    let client = choice.client()?;
    let mut refresh = IndexRefresh::begin(&folder, indexed, &old)?;
    let printer = Printer::new(choice.json);
    let (prefix, held) = (place.prefix.to_string(), HeldLine::default());
    let mut told = Changes { printer, prefix, held };
    let broken = each_page(&mut place.pages(&client, true), |page| {
        refresh.take(&page, &mut |row, change| told.tell(row, change))?;
        Ok(told.printer.flush()?)
    })
    .await?;
    if let Some(error) = broken {
        told.end(false)?;
        return Err(error.into());
    }
    let fresh = refresh.end(&mut |row, change| told.tell(row, change))?;
    told.end(true)?;
    fresh.keep(Timestamp::now())?;
    Ok(Status::Done)
}

/// Searches the index that has the place, and says how old it is.
pub fn find(
    place: &WalkedPlace,
    criteria: &Criteria,
    choice: &Choice,
) -> Result<Status, VerbError> {
    let wanted = indexed(place, choice)?;
    let index = index_for(&Folders::find()?.indexes(), &wanted)?;
    let (facts, now) = (&index.facts, Timestamp::now());
    let (whole, of, age) = (facts.whole, facts.place.location(), facts.stand().age(now));
    let cut = if whole { "" } else { "; it has not all of it" };
    say!("windlass: the index of {} is {age} old{cut}", visible(&of));
    let mut lines = RowLines::new(Printer::new(choice.json), &place.bucket, &place.prefix);
    let within = facts.within(&wanted);
    let asked = IndexSearch { within, after: "", criteria, etags: choice.json, now };
    let searched =
        index.search(&asked, |found| found.page.rows().try_for_each(|row| lines.row(row)));
    lines.end(whole && searched.is_ok())?;
    searched?;
    Ok(if whole { Status::Done } else { Status::Failed })
}
