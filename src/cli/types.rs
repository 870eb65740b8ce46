//! Runs `types`: finds objects whose Content-Type does not fit their name or first bytes.

use futures_util::{StreamExt as _, stream};
use serde_json::json;

use crate::cli::args::metadata::TypesArguments;
use crate::cli::connect::Choice;
use crate::cli::print::{Printer, Status, VerbError};
use crate::cli::several::{AT_ONCE, Depth, Objects, Tally};
use crate::cli::verb::{RunVerb, VerbCall};
use crate::domain::error::Error;
use crate::domain::object::ObjectAddress;
use crate::domain::wrong_type::TypeFinding;
use crate::s3::client::Client;
use crate::transfer::content_types::{look_at_type, mend_type};

impl RunVerb for TypesArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        call.on_connection(async |choice| types(self, choice).await)
    }
}

async fn types(arguments: &TypesArguments, choice: &Choice) -> Result<Status, VerbError> {
    if arguments.fix {
        choice.current()?.expect_writable("CopyObject")?;
    }
    let client = choice.client()?;
    let reach = if arguments.recursive { Depth::All } else { Depth::Level };
    let mut objects = Objects::of(&client, &arguments.location, reach, "types")?;
    let mut printer = Printer::new(choice.json);
    let mut tally = Tally::default();
    while let Some(listed) = objects.next().await? {
        let looked = stream::iter(listed).map(|listed| {
            let client = &client;
            async move {
                let looked = look(client, &listed.object, arguments.fix).await;
                (listed.object, looked)
            }
        });
        let mut ended = looked.buffered(AT_ONCE);
        while let Some((object, looked)) = ended.next().await {
            match looked {
                Ok(found) => {
                    tally.done += 1;
                    if let Some(found) = found {
                        tell(&object, &found, arguments.fix, &mut printer)?;
                    }
                }
                Err(error) => tally.fail(&error, choice.json),
            }
        }
    }
    printer.flush()?;
    Ok(tally.status())
}

/// What is wrong with an object; mended where that is wanted.
async fn look(
    client: &Client,
    object: &ObjectAddress,
    fix: bool,
) -> Result<Option<TypeFinding>, Error> {
    let Some(wrong) = look_at_type(client, object).await? else { return Ok(None) };
    if fix {
        mend_type(client, &wrong).await?;
    }
    Ok(Some(wrong.finding))
}

fn tell(
    object: &ObjectAddress,
    found: &TypeFinding,
    fixed: bool,
    printer: &mut Printer,
) -> Result<(), VerbError> {
    if printer.json {
        let mut line = json!({
            "bucket": object.bucket, "key": object.key, "is": found.is, "should": found.should,
            "by": if found.by_name { "name" } else { "content" },
        });
        if fixed {
            line["state"] = "changed".into();
        }
        printer.object(&line)?;
    } else {
        let shown = printer.shown(&object.to_string()).into_owned();
        let is = found.is.as_deref().unwrap_or("(none)");
        let is = printer.shown(is).into_owned();
        let done = if fixed { ", mended" } else { "" };
        let by = if found.by_name { "name" } else { "first bytes" };
        printer.line(&format!("{shown}: {is} → {} (by its {by}){done}", found.should))?;
    }
    Ok(printer.flush()?)
}
