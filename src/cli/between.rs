//! Runs `cp` and `mv`, within one connection or between two.

use crate::cli::args::describe::attributes;
use crate::cli::args::transfer::{CopyArguments, MoveArguments};
use crate::cli::args::versions::PastFlags;
use crate::cli::connect::Choice;
use crate::cli::dry_run::dry_run;
use crate::cli::jobs::{below, below_at, of_transfers, run_specs, source_of, target};
use crate::cli::local_path::no_place;
use crate::cli::print::{Status, VerbError, usage};
use crate::cli::verb::{RunVerb, VerbCall};
use crate::domain::address::{ConnectionName, Prefix};
use crate::domain::place::Place;
use crate::domain::transfer::{FileRules, JobOptions, JobSpec, Target, Work};

impl RunVerb for CopyArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        taking_back(self, call).on_connection(async |choice| cp(self, choice).await)
    }
}

/// A dry run has nothing to take back.
fn taking_back<'a>(arguments: &CopyArguments, call: VerbCall<'a>) -> VerbCall<'a> {
    if arguments.dry_run { call } else { of_transfers(call) }
}

async fn cp(arguments: &CopyArguments, choice: &Choice) -> Result<Status, VerbError> {
    let spec = spec(arguments, choice, None).await?;
    perform(arguments, spec, choice).await
}

impl RunVerb for MoveArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        taking_back(&self.copy, call).on_connection(async |choice| mv(self, choice).await)
    }
}

async fn mv(arguments: &MoveArguments, choice: &Choice) -> Result<Status, VerbError> {
    let copy = &arguments.copy;
    let spec = spec(copy, choice, Some(arguments.accept_loss)).await?;
    perform(copy, spec, choice).await
}

async fn perform(
    arguments: &CopyArguments,
    spec: JobSpec,
    choice: &Choice,
) -> Result<Status, VerbError> {
    let written = choice.client_of(spec.other_connection().unwrap_or(&spec.connection))?;
    written.prepare().await?;
    written.permits(&spec.options.attributes)?;
    if arguments.dry_run {
        return dry_run(choice, &[spec]).await;
    }
    run_specs(choice, vec![spec], arguments.pace).await
}

/// A move says whether what the copy lacks is accepted.
async fn spec(
    arguments: &CopyArguments,
    choice: &Choice,
    moving: Option<bool>,
) -> Result<JobSpec, VerbError> {
    let accept_loss = moving.unwrap_or_default();
    let moving = moving.is_some();
    let verb = if moving { "mv" } else { "cp" };
    let (connection, from) = place(&arguments.source, verb, choice)?;
    let (to_connection, to) = place(&arguments.destination, verb, choice)?;
    let (bucket, source) = target(&below(&from.location, arguments.recursive), verb)?;
    let (to_bucket, to) = target(&to.location, verb)?;
    let to = match (&source, to) {
        (Target::Object(key), Target::Prefix(prefix)) => Target::Object(prefix.key(key.name())),
        (Target::Prefix(_), Target::Object(key)) => Target::Prefix(Prefix::new(format!("{key}/"))),
        (_, to) => to,
    };
    choice.named(&to_connection)?.expect_writable("CopyObject")?;
    if moving {
        choice.named(&connection)?.expect_writable("DeleteObjects")?;
    }
    let source = match (source, &arguments.past) {
        (source, PastFlags { at: None, version: None }) => source,
        _ if moving => {
            return Err(usage("an old version is copied with cp: mv would delete the newest"));
        }
        (Target::Object(key), past) => {
            let reader = Choice { current: connection.clone(), ..choice.clone() };
            source_of(&reader, &bucket, &key, past).await?
        }
        (Target::Prefix(prefix), PastFlags { at, version: None }) => below_at(&prefix, *at),
        _ => return Err(usage("--version is of one object: s3://bucket/key")),
    };
    let to_connection = Some(to_connection).filter(|name| *name != connection);
    let work = Work::Copy { bucket, source, to_connection, to_bucket, target: to, moving };
    Ok(JobSpec {
        connection,
        work,
        on_conflict: arguments.conflict.into(),
        files: FileRules { accept_loss, ..FileRules::default() },
        options: JobOptions {
            attributes: attributes(&arguments.describe, &arguments.lock)?,
            filter: (&arguments.filter).into(),
            ..JobOptions::default()
        },
    })
}

/// The connection of a place, and the place.
fn place(text: &str, verb: &str, choice: &Choice) -> Result<(ConnectionName, Place), VerbError> {
    let names = choice.connections.iter().map(|connection| &connection.name);
    let place = Place::parse(text, names);
    let place = place.map_err(|why| VerbError::Usage(no_place(text, &why, verb)))?;
    Ok((place.connection.clone().unwrap_or_else(|| choice.current.clone()), place))
}
