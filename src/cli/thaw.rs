//! Runs `thaw`: asks for archived objects to be made readable.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use jiff::tz::TimeZone;
use serde_json::json;
use tokio::time::sleep;

use crate::cli::args::metadata::ThawArguments;
use crate::cli::connect::Choice;
use crate::cli::print::{Printer, Status, VerbError};
use crate::cli::several::{AT_ONCE, Depth, Objects, Tally};
use crate::cli::verb::{RunVerb, VerbCall};
use crate::domain::error::Error;
use crate::domain::object::ObjectAddress;
use crate::domain::thaw::ThawWish;
use crate::domain::units::Moment;
use crate::s3::client::Client;
use crate::transfer::thawing::{ThawState, ask_to_thaw, expect_restore};

/// Between two looks at what is being restored: it takes minutes at least.
const LOOKS: [Duration; 4] = [
    Duration::from_secs(2),
    Duration::from_secs(10),
    Duration::from_secs(60),
    Duration::from_mins(5),
];

impl RunVerb for ThawArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        call.on_connection(async |choice| thaw(self, choice).await)
    }
}

async fn thaw(arguments: &ThawArguments, choice: &Choice) -> Result<Status, VerbError> {
    choice.current()?.expect_writable("RestoreObject")?;
    let client = choice.client()?;
    expect_restore(&client, &arguments.location.to_string()).await?;
    let wish = ThawWish { days: arguments.days, tier: arguments.tier.into() };
    let reach = if arguments.recursive { Depth::All } else { Depth::One };
    let mut objects = Objects::of(&client, &arguments.location, reach, "thaw")?;
    let mut printer = Printer::new(choice.json);
    let mut tally = Tally::default();
    let mut waiting = Vec::new();
    while let Some(listed) = objects.next().await? {
        let asked = stream::iter(listed).map(|listed| {
            let client = &client;
            async move {
                let state = ask_to_thaw(client, &listed.object, listed.class, wish).await;
                (listed.object, state)
            }
        });
        let mut ended = asked.buffered(AT_ONCE);
        while let Some((object, state)) = ended.next().await {
            match state {
                Ok(Some(ThawState::Asked | ThawState::Running)) if arguments.wait => {
                    waiting.push(object);
                }
                Ok(Some(state)) => {
                    tally.done += 1;
                    tell(&object, state, &mut printer)?;
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
                tell(&object, state, &mut printer)?;
            }
            Err(error) => tally.fail(&error, choice.json),
        }
    }
    Ok(tally.status())
}

async fn until_readable(client: &Client, object: &ObjectAddress) -> Result<ThawState, Error> {
    let mut pauses = LOOKS.into_iter();
    let mut pause = Duration::ZERO;
    loop {
        let head = match client.head(object).await {
            Err(error) if error.retryable() => None,
            head => Some(head?),
        };
        if let Some(head) = head.filter(|head| !head.is_archived()) {
            return Ok(ThawState::readable(&head));
        }
        pause = pauses.next().unwrap_or(pause);
        sleep(pause).await;
    }
}

fn tell(object: &ObjectAddress, state: ThawState, printer: &mut Printer) -> Result<(), VerbError> {
    let (name, until) = match state {
        ThawState::Asked => ("asked", None),
        ThawState::Running => ("running", None),
        ThawState::Readable(until) => ("readable", until),
    };
    if printer.json {
        printer.object(&json!({
            "bucket": object.bucket, "key": object.key, "state": name, "until": until,
        }))?;
    } else {
        let zone = TimeZone::system();
        let until = until.map(|until| format!(" until {}", Moment(until, &zone)));
        let shown = printer.shown(&object.to_string()).into_owned();
        printer.line(&format!("{shown}: {name}{}", until.unwrap_or_default()))?;
    }
    Ok(printer.flush()?)
}
