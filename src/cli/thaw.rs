//! Runs `thaw`: asks for archived objects to be made readable.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;
use tokio::time::sleep;

use crate::cli::args::metadata::ThawArguments;
use crate::cli::buckets::writable;
use crate::cli::connect::Choice;
use crate::cli::print::{Printer, Status, Trouble};
use crate::cli::several::{AT_ONCE, Depth, Listed, Objects, Tally};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::listing::Class;
use crate::domain::object::{ObjectAddress, ObjectHead};
use crate::domain::provider::Capability;
use crate::domain::thaw::ThawWish;
use crate::domain::units::Moment;
use crate::s3::client::Client;
use crate::s3::ops::restore::Asked;

/// Between two looks at what is being restored: it takes minutes at least.
const LOOKS: [Duration; 4] = [
    Duration::from_secs(2),
    Duration::from_secs(10),
    Duration::from_secs(60),
    Duration::from_mins(5),
];

/// How far an object is.
#[derive(Clone, Debug, PartialEq, Eq)]
struct State {
    name: &'static str,
    until: Option<Timestamp>,
}

pub async fn thaw(arguments: &ThawArguments, choice: &Choice) -> Result<Status, Trouble> {
    writable(choice.current()?, "RestoreObject")?;
    let client = choice.client()?;
    client.prepare().await?;
    if let Some(why) = client.lacks(Capability::Restore) {
        let place = arguments.location.to_string();
        let error = Error::new(ErrorKind::Unsupported, "RestoreObject", place).detail(why);
        return Err(error.into());
    }
    let reach = if arguments.recursive { Depth::All } else { Depth::One };
    let mut objects = Objects::of(&client, &arguments.location, reach, "thaw")?;
    let mut printer = Printer::new(choice.json);
    let mut tally = Tally::default();
    let mut waiting = Vec::new();
    while let Some(listed) = objects.next().await? {
        let archived = listed.into_iter().filter(may_be_archived);
        let asked = stream::iter(archived).map(|listed| {
            let client = &client;
            async move {
                let state = ask(client, &listed, arguments).await;
                (listed.object, state)
            }
        });
        let mut ended = asked.buffered(AT_ONCE);
        while let Some((object, state)) = ended.next().await {
            match state {
                Ok(Some(state)) if arguments.wait && state.name != READABLE => waiting.push(object),
                Ok(Some(state)) => {
                    tally.done += 1;
                    tell(&object, &state, &mut printer)?;
                }
                Ok(None) => {}
                Err(error) => tally.fail(&error, choice.json),
            }
        }
    }
    for object in waiting {
        match until_readable(&client, &object).await {
            Ok(state) => {
                tally.done += 1;
                tell(&object, &state, &mut printer)?;
            }
            Err(error) => tally.fail(&error, choice.json),
        }
    }
    Ok(tally.status())
}

const READABLE: &str = "readable";

/// Whether the class of a listed object may keep it in an archive; only such objects are asked
/// about.
fn may_be_archived(listed: &Listed) -> bool {
    use Class::{DeepArchive, Glacier, IntelligentTiering, Other};
    listed
        .class
        .is_none_or(|class| matches!(class, Glacier | DeepArchive | IntelligentTiering | Other))
}

async fn ask(
    client: &Client,
    listed: &Listed,
    arguments: &ThawArguments,
) -> Result<Option<State>, Error> {
    let head = client.head(&listed.object).await?;
    if !head.is_in_archive() {
        // Below a prefix, what is not archived is in nobody's way.
        return Ok(listed.class.is_none().then(|| readable(&head)));
    }
    if !head.is_archived() {
        return Ok(Some(readable(&head)));
    }
    if head.is_being_restored() {
        return Ok(Some(State { name: "running", until: None }));
    }
    let wish = ThawWish { days: arguments.days, tier: arguments.tier.into() };
    let name = match client.restore_archived(&listed.object, &head, wish).await? {
        Asked::Now => "asked",
        Asked::Before => "running",
    };
    Ok(Some(State { name, until: None }))
}

fn readable(head: &ObjectHead) -> State {
    State { name: READABLE, until: head.restore.as_ref().and_then(|restore| restore.until) }
}

async fn until_readable(client: &Client, object: &ObjectAddress) -> Result<State, Error> {
    let mut pauses = LOOKS.into_iter();
    let mut pause = Duration::ZERO;
    loop {
        let head = match client.head(object).await {
            Err(error) if error.retryable() => None,
            head => Some(head?),
        };
        if let Some(head) = head.filter(|head| !head.is_archived()) {
            return Ok(readable(&head));
        }
        pause = pauses.next().unwrap_or(pause);
        sleep(pause).await;
    }
}

fn tell(object: &ObjectAddress, state: &State, printer: &mut Printer) -> Result<(), Trouble> {
    if printer.json {
        printer.object(&json!({
            "bucket": object.bucket, "key": object.key, "state": state.name, "until": state.until,
        }))?;
    } else {
        let zone = TimeZone::system();
        let until = state.until.map(|until| format!(" until {}", Moment(until, &zone)));
        let shown = printer.shown(&object.to_string()).into_owned();
        printer.line(&format!("{shown}: {}{}", state.name, until.unwrap_or_default()))?;
    }
    Ok(printer.flush()?)
}
