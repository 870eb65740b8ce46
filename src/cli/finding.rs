//! Runs the verbs that walk everything below a place: `find`, `du`, `tree`.

use jiff::Timestamp;
use serde_json::json;

use crate::cli::args::finding::{FindArguments, TreeArguments, UsageArguments};
use crate::cli::connect::Choice;
use crate::cli::list::{print_row, spelled};
use crate::cli::print::{Printer, Status, Trouble};
use crate::domain::address::{Bucket, Location, Prefix};
use crate::domain::criteria::{Candidate, Criteria, Search};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::listing::{Row, RowKind};
use crate::domain::tally::{Amount, PrefixTally, TalliedPrefix};
use crate::domain::units::{Count, Size};
use crate::s3::client::{Client, ListQuery};
use crate::s3::ops::pages::Pages;

pub async fn find(arguments: &FindArguments, choice: &Choice) -> Result<Status, Trouble> {
    let criteria = criteria(arguments).map_err(Trouble::Usage)?;
    let place = Place::of(&arguments.location, "find")?;
    let client = choice.client()?;
    let mut printer = Printer::new(choice.json);
    let (now, mut search) = (Timestamp::now(), Search::default());
    let mut pages = place.pages(&client);
    while let Some(page) = pages.next().await? {
        for row in page.rows() {
            if candidate(row).is_some_and(|found| criteria.hold_of(found, now, &mut search)) {
                print_row(&mut printer, &place.bucket, &place.prefix, row, true)?;
            }
        }
        printer.flush()?;
    }
    Ok(Status::Done)
}

fn criteria(arguments: &FindArguments) -> Result<Criteria, String> {
    let mut criteria = Criteria::default();
    if let Some(text) = &arguments.pattern {
        criteria = criteria.fuzzy(text);
    }
    if let Some(text) = &arguments.glob {
        criteria = criteria.glob(text)?;
    }
    if let Some(text) = &arguments.regex {
        criteria = criteria.regex(text)?;
    }
    for text in &arguments.size {
        criteria = criteria.size(text)?;
    }
    for text in &arguments.age {
        criteria = criteria.age(text)?;
    }
    if let Some(text) = &arguments.class {
        criteria = criteria.class(text);
    }
    if let Some(text) = &arguments.ext {
        criteria = criteria.ending(text);
    }
    Ok(criteria)
}

pub async fn du(arguments: &UsageArguments, choice: &Choice) -> Result<Status, Trouble> {
    let place = Place::of(&arguments.location, "du")?;
    let client = choice.client()?;
    let mut printer = Printer::new(choice.json);
    let mut tally = PrefixTally::new(arguments.depth, arguments.by.map(Into::into));
    let now = Timestamp::now();
    let mut pages = place.pages(&client);
    let broken = loop {
        let page = match pages.next().await {
            Ok(Some(page)) => page,
            Ok(None) => break None,
            Err(error) => break Some(error),
        };
        for object in page.rows().filter_map(candidate) {
            for ended in tally.add(object, now) {
                print_amount(&mut printer, &place, &ended, true)?;
            }
        }
        printer.flush()?;
    };
    let nothing = tally.whole().objects == 0;
    match broken {
        Some(error) if nothing => return Err(error.into()),
        None if nothing && !place.prefix.is_root() => return Err(place.is_empty().into()),
        _ => {}
    }
    for open in tally.finish() {
        print_amount(&mut printer, &place, &open, broken.is_none())?;
    }
    printer.flush()?;
    broken.map_or(Ok(Status::Done), |error| Err(error.into()))
}

fn print_amount(
    printer: &mut Printer,
    place: &Place,
    counted: &TalliedPrefix,
    whole: bool,
) -> Result<(), Trouble> {
    let prefix = format!("{}{}", place.prefix, counted.prefix);
    let TalliedPrefix { all, groups, .. } = counted;
    if printer.json {
        let amount = |amount: &Amount| json!({ "objects": amount.objects, "bytes": amount.bytes });
        let by = groups.iter().map(|(name, group)| (name.clone(), amount(group)));
        let by: serde_json::Map<_, _> = by.collect();
        let mut line = json!({
            "prefix": prefix, "objects": all.objects, "bytes": all.bytes, "by": by,
        });
        if !whole {
            line["whole"] = false.into();
        }
        return Ok(printer.object(&line)?);
    }
    let name = format!("s3://{}/{prefix}", place.bucket);
    let line = amount_line(printer, *all, &name, whole);
    printer.line(&line)?;
    for (name, amount) in groups {
        let name = if name.is_empty() { "(none)" } else { name };
        let line = amount_line(printer, *amount, &format!("  {name}"), true);
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

pub async fn tree(arguments: &TreeArguments, choice: &Choice) -> Result<Status, Trouble> {
    let place = Place::of(&arguments.location, "tree")?;
    let client = choice.client()?;
    let depth = arguments.depth.unwrap_or(usize::MAX);
    let mut tally = PrefixTally::new(depth, None);
    let now = Timestamp::now();
    let mut found: Vec<TalliedPrefix> = Vec::new();
    let mut pages = place.pages(&client);
    while let Some(page) = pages.next().await? {
        for object in page.rows().filter_map(candidate) {
            found.extend(tally.add(object, now));
        }
    }
    found.extend(tally.finish());
    let all = found.last().map_or_else(Amount::default, |place| place.all);
    if all.objects == 0 && !place.prefix.is_root() {
        return Err(place.is_empty().into());
    }
    found.sort_by(|one, other| one.prefix.cmp(&other.prefix));
    let mut printer = Printer::new(choice.json);
    if printer.json {
        for counted in &found {
            print_amount(&mut printer, &place, counted, true)?;
        }
    } else {
        draw(&mut printer, &place, &found)?;
    }
    printer.flush()?;
    Ok(Status::Done)
}

/// Each prefix below the one it is in; `found` is in the order of the prefixes.
fn draw(printer: &mut Printer, place: &Place, found: &[TalliedPrefix]) -> Result<(), Trouble> {
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
        line.push_str(&format!("  {objects}, {size}"));
        printer.line(&line)?;
    }
    Ok(())
}

/// A bucket, or what is below a prefix of it.
struct Place {
    bucket: Bucket,
    prefix: Prefix,
}

impl Place {
    /// A key is taken for the beginning of names, as `ls` does.
    fn of(location: &Location, verb: &str) -> Result<Place, Trouble> {
        match location {
            Location::Root => {
                Err(Trouble::Usage(format!("{verb} needs a bucket: s3://bucket/prefix/")))
            }
            Location::Prefix { bucket, prefix } => {
                Ok(Place { bucket: bucket.clone(), prefix: prefix.clone() })
            }
            Location::Object { bucket, key } => {
                Ok(Place { bucket: bucket.clone(), prefix: Prefix::new(key.as_str()) })
            }
        }
    }

    fn pages<'a>(&self, client: &'a Client) -> Pages<'a> {
        Pages::new(client, ListQuery::below(&self.bucket, &self.prefix))
    }

    fn is_empty(&self) -> Error {
        let place = format!("s3://{}/{}", self.bucket, self.prefix);
        Error::new(ErrorKind::NoSuchKey, "ListObjectsV2", place)
    }
}

fn candidate(row: Row<'_>) -> Option<Candidate<'_>> {
    match row.kind {
        RowKind::Prefix => None,
        RowKind::Object { size, modified, class } => {
            Some(Candidate { name: row.name, size, modified, class: spelled(class) })
        }
    }
}
