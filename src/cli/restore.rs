//! Runs `restore`: brings back what was deleted or overwritten, one key or all below a prefix.

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::cli::args::versions::RestoreArguments;
use crate::cli::connect::Choice;
use crate::cli::interrupt::stop_when_interrupted;
use crate::cli::jobs::{below, run_silently};
use crate::cli::past::{not_there, say_gaps};
use crate::cli::print::{Printer, Status, VerbError, complain_of_all, error_object, usage};
use crate::cli::progress::CountLine;
use crate::cli::verb::{RunVerb, VerbCall};
use crate::config::stderr::say;
use crate::domain::address::Key;
use crate::domain::address::{Bucket, Location};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::ObjectAddress;
use crate::domain::restoring::{RestorePlan, RestorePoint, RestoreStep, Restored, step};
use crate::domain::transfer::{FileRules, JobOptions, JobSpec, JobState, OnConflict, Target, Work};
use crate::domain::units::{Count, Counted, Size};
use crate::domain::versions::VersionEntry;
use crate::domain::visible::visible;
use crate::s3::client::Client;

impl RunVerb for RestoreArguments {
    fn run(&self, call: VerbCall<'_>) -> Result<Status, VerbError> {
        call.taking_back("stopping").on_connection(async |choice| restore(self, choice).await)
    }
}

async fn restore(arguments: &RestoreArguments, choice: &Choice) -> Result<Status, VerbError> {
    let location = below(&arguments.location, arguments.recursive);
    if !arguments.dry_run {
        choice.current()?.expect_writable("CopyObject")?;
    }
    let wanted = match (&arguments.past.version, arguments.past.at) {
        (Some(version), _) => RestorePoint::Version(version.clone()),
        (None, Some(at)) => RestorePoint::At(at),
        (None, None) => RestorePoint::Undeleted,
    };
    let (client, stop) = (choice.client()?, stop_when_interrupted());
    let plan = match &location {
        Location::Root => return Err(usage("restore needs a bucket: s3://bucket/key")),
        Location::Prefix { .. } if !arguments.recursive => {
            let place = visible(&location.to_string()).into_owned();
            return Err(usage(&format!(
                "{place} is a prefix: restore -r {place} restores everything below it"
            )));
        }
        Location::Prefix { bucket, prefix } => {
            let line = CountLine::new();
            let tell = |plan: &RestorePlan| {
                line.draw(|| format!("{} looked at", Counted(plan.keys, "key")));
            };
            let plan = tokio::select! {
                () = stop.cancelled() => return Err(stopped().into()),
                plan = client.plan_restore(bucket, prefix, &wanted, tell) => plan?,
            };
            if plan.keys == 0 && !prefix.is_root() {
                let place = location.to_string();
                return Err(Error::new(ErrorKind::NoSuchKey, "ListObjectVersions", place).into());
            }
            plan
        }
        Location::Object { bucket, key } => {
            let object = ObjectAddress::new(bucket.clone(), key.clone());
            one(&client, &object, &wanted).await?
        }
    };
    if let (RestorePoint::At(_) | RestorePoint::Undeleted, Some(bucket)) =
        (&wanted, location.bucket())
    {
        say_gaps(&client, bucket).await;
    }
    let bucket = location.bucket().cloned().unwrap_or_else(|| Bucket::new(""));
    let run = Run { arguments, choice, client, stop, bucket, place: location.to_string() };
    run.carry_out(plan).await
}

fn stopped() -> Error {
    Error::new(ErrorKind::Cancelled, "restore", "")
}

/// The plan of exactly one key, which must have been there.
async fn one(
    client: &Client,
    object: &ObjectAddress,
    wanted: &RestorePoint,
) -> Result<RestorePlan, Error> {
    let fails = |kind, detail: String| {
        Error::new(kind, "ListObjectVersions", object.to_string()).detail(detail)
    };
    let history = client.versions_of(object).await?;
    let step = step(&history, wanted);
    match (&step, wanted) {
        (RestoreStep::Later(_) | RestoreStep::Nothing, RestorePoint::At(at)) => {
            Err(not_there(object, *at, ""))
        }
        (RestoreStep::Unsure(_), RestorePoint::At(at)) => Err(not_there(
            object,
            *at,
            " as far as is known: its versions do not reach back so far",
        )),
        (RestoreStep::Unknown, RestorePoint::Version(version)) => {
            let detail = format!("the object has no version {version}");
            Err(fails(ErrorKind::NoSuchKey, detail))
        }
        (RestoreStep::IsMarker, _) => {
            let detail = "this version is a delete marker: there is nothing to restore from it";
            Err(fails(ErrorKind::NoSuchKey, detail.to_owned()))
        }
        (RestoreStep::Nothing, _) => Err(fails(ErrorKind::NoSuchKey, String::new())),
        _ => {
            let mut plan = RestorePlan::default();
            plan.add(step);
            Ok(plan)
        }
    }
}

struct Run<'a> {
    arguments: &'a RestoreArguments,
    choice: &'a Choice,
    client: Client,
    stop: CancellationToken,
    bucket: Bucket,
    place: String,
}

impl Run<'_> {
    async fn carry_out(&self, plan: RestorePlan) -> Result<Status, VerbError> {
        let mut printer = Printer::new(self.choice.json);
        let RestorePlan { steps, unchanged, left, unsure, .. } = plan;
        let (left, later) = match self.arguments.exact {
            true => (unsure, left),
            false => ([unsure, left].concat(), Vec::new()),
        };
        if self.arguments.dry_run {
            return self.dry_run(&steps, unchanged, (&left, &later), &mut printer);
        }
        let done = self.act(steps, &later).await;
        let cancelled = self.stop.is_cancelled();
        let done = Restored { unchanged: done.unchanged + unchanged, ..done };
        complain_of_all(&done.errors, printer.json);
        for object in &left {
            self.print_key(&mut printer, object, "left", None)?;
        }
        let (restored, changed) = (done.restored, done.restored + done.deleted + done.unchanged);
        let state = match (cancelled, done.failed) {
            (true, _) => "cancelled",
            (false, 0) => "done",
            (false, _) => "failed",
        };
        self.summary(&mut printer, state, &done, left.len() as u64)?;
        printer.flush()?;
        if cancelled {
            return Err(stopped().into());
        }
        Ok(match (done.failed, restored + changed) {
            (0, _) => Status::Done,
            (_, 0) => Status::Failed,
            _ => Status::Partly,
        })
    }

    /// Everything planned, as far as nobody stops it.
    async fn act(&self, steps: Vec<RestoreStep>, later: &[VersionEntry]) -> Restored {
        let line = CountLine::new();
        let tell = move |done: &Restored| {
            line.draw(|| format!("{} restored", Counted(done.restored, "object")));
        };
        let mut done = self.client.restore(&self.bucket, steps, &self.stop, tell).await;
        self.restore_large(&mut done).await;
        self.client.delete_later(&self.bucket, later, &self.stop, &mut done).await;
        done
    }

    /// What no single request copies goes by the engine, in parts.
    async fn restore_large(&self, done: &mut Restored) {
        let specs: Vec<JobSpec> = done.large.drain(..).map(|object| self.spec(object)).collect();
        if specs.is_empty() || self.stop.is_cancelled() {
            return;
        }
        for job in run_silently(self.choice, specs).await {
            match job.state {
                JobState::Failed(error) => done.fail(error),
                JobState::Cancelled => {}
                _ => {
                    done.restored += 1;
                    done.bytes += job.progress.bytes;
                }
            }
        }
    }

    fn spec(&self, object: VersionEntry) -> JobSpec {
        JobSpec {
            connection: self.choice.current.clone(),
            work: Work::Copy {
                bucket: self.bucket.clone(),
                source: Target::Version(object.key.clone(), object.version),
                to_connection: None,
                to_bucket: self.bucket.clone(),
                target: Target::Object(object.key),
                moving: false,
            },
            on_conflict: OnConflict::Overwrite,
            files: FileRules::default(),
            options: JobOptions::default(),
        }
    }

    fn dry_run(
        &self,
        steps: &[RestoreStep],
        unchanged: u64,
        (left, later): (&[VersionEntry], &[VersionEntry]),
        printer: &mut Printer,
    ) -> Result<Status, VerbError> {
        for step in steps {
            let (object, how) = match step {
                RestoreStep::Undelete { object, .. } => (object, "undelete"),
                RestoreStep::Copy { object, .. } => (object, "copy"),
                _ => continue,
            };
            self.print_key(printer, object, "would restore", Some(how))?;
        }
        for object in later {
            self.print_key(printer, object, "would delete", Some("delete"))?;
        }
        for object in left {
            self.print_key(printer, object, "left", None)?;
        }
        let planned = Restored {
            restored: steps.len() as u64,
            bytes: steps.iter().map(RestoreStep::bytes).sum(),
            deleted: later.len() as u64,
            unchanged,
            ..Restored::default()
        };
        self.summary(printer, "would", &planned, left.len() as u64)?;
        printer.flush()?;
        Ok(Status::Done)
    }

    fn print_key(
        &self,
        printer: &mut Printer,
        object: &VersionEntry,
        state: &str,
        how: Option<&str>,
    ) -> Result<(), VerbError> {
        if printer.json {
            let state = state.split(' ').next().unwrap_or_default();
            let mut told = json!({
                "bucket": self.bucket, "key": object.key, "version": object.version,
                "state": state, "modified": object.modified,
            });
            if let Some(how) = how {
                told["how"] = how.into();
            }
            return Ok(printer.object(&told)?);
        }
        let place = format!("s3://{}/{}", self.bucket, object.key);
        let place = printer.shown(&place).into_owned();
        Ok(printer.line(&format!("{state}\t{place}"))?)
    }

    /// As of `cp`, with the counts of a restoration.
    fn summary(
        &self,
        printer: &mut Printer,
        state: &str,
        done: &Restored,
        left: u64,
    ) -> Result<(), VerbError> {
        let place = |key: &Key| format!("s3://{}/{key}", self.bucket);
        if printer.json {
            let error = done.errors.first().map(error_object);
            let told = done.lacking.iter();
            let notes: Vec<Value> =
                told.map(|(key, text)| json!({ "place": place(key), "text": text })).collect();
            return Ok(printer.object(&json!({
                "job": "restore", "from": self.place, "to": self.place, "state": state,
                "objects": done.restored, "bytes": done.bytes, "failed": done.failed,
                "skipped": done.unchanged, "notes": notes, "verified": Value::Null, "error": error,
                "restored": done.restored, "unchanged": done.unchanged, "left": left,
                "deleted": done.deleted,
            }))?);
        }
        for (key, text) in &done.lacking {
            say!("windlass: {}: {text}", visible(&place(key)));
        }
        let would = if state == "would" { " would be" } else { "" };
        let objects = Counted(done.restored, "object");
        let mut text = format!(
            "restore {}: {objects}{would} restored, {}",
            printer.shown(&self.place),
            Size(done.bytes)
        );
        for (count, what) in [
            (done.unchanged, "unchanged"),
            (left, "left"),
            (done.deleted, "deleted"),
            (done.failed, "failed"),
        ] {
            if count > 0 {
                text += &format!(", {} {what}", Count(count));
            }
        }
        Ok(printer.line(&text)?)
    }
}
