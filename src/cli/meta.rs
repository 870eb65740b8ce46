//! Runs `meta`: shows and changes the metadata of objects.

use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};

use crate::cli::args::describe::attributes;
use crate::cli::args::metadata::MetaArguments;
use crate::cli::connect::Choice;
use crate::cli::print::{Printer, Status, VerbError, usage};
use crate::cli::several::{AT_ONCE, Depth, Objects, Tally};
use crate::cli::stat::{head_object, tags_object};
use crate::cli::verb::{RunVerb, VerbCall};
use crate::config::stderr::say;
use crate::domain::error::Error;
use crate::domain::metadata_change::{ChangeKind, Difference, Loss, MetadataChange};
use crate::domain::object::ObjectAddress;
use crate::domain::provider::Capability;
use crate::domain::visible::visible;
use crate::s3::client::Client;
use crate::s3::ops::rewrite::Described;

impl RunVerb for MetaArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        call.on_connection(async |choice| meta(self, choice).await)
    }
}

async fn meta(arguments: &MetaArguments, choice: &Choice) -> Result<Status, VerbError> {
    let change = change(arguments)?;
    if !change.is_empty() {
        choice.current()?.expect_writable("CopyObject")?;
    }
    let client = choice.client()?;
    client.prepare().await?;
    client.permits_change(&change)?;
    let mut printer = Printer::new(choice.json);
    let mut tally = Tally::default();
    let reach = if arguments.recursive { Depth::All } else { Depth::One };
    for location in &arguments.locations {
        let mut objects = Objects::of(&client, location, reach, "meta")?;
        while let Some(listed) = objects.next().await? {
            let asked = stream::iter(listed).map(|listed| {
                let (client, change) = (&client, &change);
                async move {
                    let done = perform(client, &listed.object, change, arguments.dry_run).await;
                    (listed.object, done)
                }
            });
            let mut ended = asked.buffered(AT_ONCE);
            while let Some((object, done)) = ended.next().await {
                tell(&object, done, &mut printer, &mut tally)?;
            }
        }
    }
    printer.flush()?;
    Ok(tally.status())
}

fn change(arguments: &MetaArguments) -> Result<MetadataChange, VerbError> {
    let change = MetadataChange {
        set: attributes(&arguments.describe, &arguments.lock)?,
        remove_metadata: arguments.remove_metadata.iter().cloned().collect(),
        remove_tags: arguments.remove_tag.iter().cloned().collect(),
    };
    let both = change.remove_metadata.iter().find(|name| change.set.metadata.contains_key(*name));
    let both =
        both.or_else(|| change.remove_tags.iter().find(|n| change.set.tags.contains_key(*n)));
    match both {
        Some(name) => Err(usage(&format!("{name} is both set and removed: say one of the two"))),
        None => Ok(change),
    }
}

/// What became of one object.
struct Outcome {
    before: Described,
    differences: Vec<Difference>,
    state: &'static str,
    /// Why it is not as it should be.
    error: Option<Error>,
}

async fn perform(
    client: &Client,
    object: &ObjectAddress,
    change: &MetadataChange,
    dry_run: bool,
) -> Result<Outcome, Error> {
    let before = client.described(object).await?;
    let tags = before.tags.clone().unwrap_or_default();
    let differences = change.differences(&before.head, &tags);
    let outcome = |state, error| Outcome { before: before.clone(), differences, state, error };
    let lacks_tags = client.lacks(Capability::ObjectTags);
    if let Some(error) = before.refuses(object, change, lacks_tags.as_deref()) {
        return Ok(outcome("failed", Some(error)));
    }
    if change.kind(&before.head, &tags) == ChangeKind::Nothing {
        return Ok(outcome("same", None));
    }
    for loss in change.losses(&before.head, &tags, before.acl_unknown) {
        say!("windlass: {}: {}", visible(&object.to_string()), words(loss));
    }
    if dry_run {
        return Ok(outcome("would", None));
    }
    match client.change_metadata(object, &before, change).await {
        Ok(()) => Ok(outcome("changed", None)),
        Err(error) => Ok(outcome("failed", Some(error))),
    }
}

fn words(loss: Loss) -> String {
    match loss {
        Loss::Access => "its access rules may not be read, so what they grant is lost".to_owned(),
        Loss::Metadata(1) => "one metadata entry that no header can carry is lost".to_owned(),
        Loss::Metadata(many) => {
            format!("{many} metadata entries that no header can carry are lost")
        }
        Loss::Retention(kept) => {
            let (mode, until) = (kept.mode, kept.until);
            format!(
                "it is under retention ({mode} until {until}), so the version before this \
                 change stays, and the new one is kept as long"
            )
        }
        Loss::LegalHold => {
            "it is under a legal hold, so the version before this change stays".to_owned()
        }
    }
}

fn tell(
    object: &ObjectAddress,
    done: Result<Outcome, Error>,
    printer: &mut Printer,
    tally: &mut Tally,
) -> Result<(), VerbError> {
    let outcome = match done {
        Ok(outcome) => outcome,
        Err(error) => {
            tally.fail(&error, printer.json);
            if printer.json {
                printer.object(&json!({
                    "bucket": object.bucket, "key": object.key, "changed": {}, "state": "failed",
                }))?;
            }
            return Ok(());
        }
    };
    match &outcome.error {
        Some(error) => tally.fail(error, printer.json),
        None => tally.done += 1,
    }
    if printer.json {
        printer.object(&line(object, &outcome))?;
    } else {
        tell_people(object, &outcome, printer)?;
    }
    Ok(printer.flush()?)
}

fn line(object: &ObjectAddress, outcome: &Outcome) -> Value {
    let changed: serde_json::Map<String, Value> = outcome
        .differences
        .iter()
        .map(|found| (found.name.clone(), json!([found.old, found.new])))
        .collect();
    let mut line = match outcome.state {
        // Who asks for no change wants to see what is there.
        "same" => {
            let mut line = head_object(object, &outcome.before.head);
            line["tags"] = tags_object(outcome.before.tags.as_deref());
            line
        }
        _ => json!({ "bucket": object.bucket, "key": object.key }),
    };
    line["changed"] = Value::Object(changed);
    line["state"] = outcome.state.into();
    line
}

fn tell_people(
    object: &ObjectAddress,
    outcome: &Outcome,
    printer: &mut Printer,
) -> Result<(), VerbError> {
    let shown = printer.shown(&object.to_string()).into_owned();
    let state = if outcome.state == "same" { "" } else { outcome.state };
    printer.line(format!("{shown}: {state}").trim_end())?;
    let lines: Vec<String> = if outcome.state == "same" {
        shown_as_is(&outcome.before)
    } else {
        outcome.differences.iter().map(difference).collect()
    };
    for line in lines {
        let line = printer.shown(&line).into_owned();
        printer.line(&format!("  {line}"))?;
    }
    Ok(())
}

fn difference(found: &Difference) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "(none)".to_owned());
    format!("{}: {} → {}", found.name, text(&found.old), text(&found.new))
}

fn shown_as_is(before: &Described) -> Vec<String> {
    let head = &before.head;
    let named = head.headers.named();
    let headers = named.iter().filter_map(|(name, value)| Some((*name, value.as_ref()?)));
    let mut lines: Vec<String> = headers.map(|(name, value)| format!("{name}: {value}")).collect();
    lines.push(format!("class: {}", head.class()));
    lines
        .extend(head.user_metadata.iter().map(|(name, value)| format!("metadata.{name}: {value}")));
    let tags = before.tags.iter().flatten();
    lines.extend(tags.map(|(name, value)| format!("tags.{name}: {value}")));
    lines
}
