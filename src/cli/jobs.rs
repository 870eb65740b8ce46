//! `get`, `put`, `cp` and `rm`: jobs of the transfer engine, run to their end.

use std::collections::BTreeMap;
use std::future::pending;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use crate::cli::args::{CopyArguments, GetArguments, Output, PutArguments, RemoveArguments};
use crate::cli::connect::Choice;
use crate::cli::one::writable;
use crate::cli::print::{Printer, Status, Trouble, complain_of_all, error_object};
use crate::cli::progress::ProgressLine;
use crate::domain::address::{Bucket, Key, Location, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::ObjectHeaders;
use crate::domain::transfer::{
    Direction, JobSpec, JobState, JobView, OnConflict, Target, Verification, Work,
};
use crate::domain::units::{Count, Size};
use crate::domain::visible::visible;
use crate::s3::client::{Client, ListQuery};
use crate::s3::pages::Pages;
use crate::transfer::engine::{Connect, EngineOptions};
use crate::transfer::headless::run_until;
use crate::transfer::remote::Remote;

pub async fn get(arguments: &GetArguments, choice: &Choice) -> Result<Status, Trouble> {
    let destination = &arguments.destination;
    let work = match &arguments.source {
        Location::Root => return Err(usage("get needs a bucket: s3://bucket/key")),
        Location::Prefix { bucket, prefix } => Work::Download {
            bucket: bucket.clone(),
            source: Target::Prefix(prefix.clone()),
            folder: absolute(destination)?,
            name: None,
        },
        Location::Object { bucket, key } => {
            let (folder, name) = folder_and_name(destination)?;
            let source = Target::Object(key.clone());
            Work::Download { bucket: bucket.clone(), source, folder, name }
        }
    };
    run(choice, vec![work], arguments.conflict.into(), arguments.output).await
}

pub async fn put(arguments: &PutArguments, choice: &Choice) -> Result<Status, Trouble> {
    writable(choice.current()?, "PutObject")?;
    let source = &arguments.source;
    let folder = std::fs::metadata(source)
        .map_err(|error| Error::from_io(&error, "read", source.display()))?
        .is_dir();
    let (bucket, target) = match (&arguments.destination, folder) {
        (Location::Root, _) => return Err(usage("put needs a bucket: s3://bucket/prefix/")),
        (Location::Prefix { bucket, prefix }, true) => (bucket, Target::Prefix(prefix.clone())),
        (Location::Prefix { bucket, prefix }, false) => {
            (bucket, Target::Object(prefix.key(&file_name(source)?)))
        }
        (Location::Object { bucket, key }, true) => {
            (bucket, Target::Prefix(Prefix::new(format!("{key}/"))))
        }
        (Location::Object { bucket, key }, false) => (bucket, Target::Object(key.clone())),
    };
    let headers =
        ObjectHeaders { content_type: arguments.content_type.clone(), ..ObjectHeaders::default() };
    let work = Work::Upload { source: absolute(source)?, bucket: bucket.clone(), target, headers };
    run(choice, vec![work], arguments.conflict.into(), arguments.output).await
}

pub async fn cp(arguments: &CopyArguments, choice: &Choice) -> Result<Status, Trouble> {
    writable(choice.current()?, "CopyObject")?;
    let (bucket, source) = target(&arguments.source, "cp")?;
    let (to_bucket, to) = target(&arguments.destination, "cp")?;
    let to = match (&source, to) {
        (Target::Object(key), Target::Prefix(prefix)) => Target::Object(prefix.key(key.name())),
        (Target::Prefix(_), Target::Object(key)) => Target::Prefix(Prefix::new(format!("{key}/"))),
        (_, to) => to,
    };
    let work = Work::Copy { bucket, source, to_bucket, target: to };
    run(choice, vec![work], arguments.conflict.into(), arguments.output).await
}

pub async fn rm(arguments: &RemoveArguments, choice: &Choice) -> Result<Status, Trouble> {
    writable(choice.current()?, "DeleteObjects")?;
    let mut buckets: BTreeMap<Bucket, Vec<Target>> = BTreeMap::new();
    for location in &arguments.locations {
        let (bucket, target) = target(location, "rm")?;
        let target = match (target, arguments.recursive) {
            (Target::Object(key), true) => Target::Prefix(Prefix::new(format!("{key}/"))),
            (Target::Prefix(prefix), false) if prefix.is_root() => {
                return Err(usage("rm -r deletes everything in a bucket, rb removes an empty one"));
            }
            // Without -r it is the object whose key ends with the delimiter.
            (Target::Prefix(prefix), false) => Target::Object(Key::new(prefix.as_str())),
            (target, _) => target,
        };
        buckets.entry(bucket).or_default().push(target);
    }
    if arguments.recursive && !arguments.yes && !confirmed(&buckets, &choice.client()?).await? {
        eprintln!("windlass: nothing was deleted");
        return Ok(Status::Failed);
    }
    let work = buckets.into_iter().map(|(bucket, targets)| Work::Delete { bucket, targets });
    run(choice, work.collect(), OnConflict::Fail, arguments.output).await
}

async fn run(
    choice: &Choice,
    work: Vec<Work>,
    on_conflict: OnConflict,
    output: Output,
) -> Result<Status, Trouble> {
    let connection = choice.current.clone();
    let client = choice.client()?;
    let connect: Connect = Arc::new(move |_| Ok(Arc::new(client.clone()) as Arc<dyn Remote>));
    let specs = work
        .into_iter()
        .map(|work| JobSpec { connection: connection.clone(), work, on_conflict })
        .collect();
    let mut line = ProgressLine::new();
    let take = |event: &_| line.take(event);
    let mut ended = run_until(EngineOptions::default(), connect, specs, take, interrupted()).await;
    line.end();
    for job in &mut ended {
        if let Some(error) = found_nothing(job) {
            job.state = JobState::Failed(error);
        }
    }
    let mut printer = Printer::new(output);
    for job in &ended {
        report(job, &mut printer)?;
    }
    printer.flush()?;
    if ended.iter().any(|job| job.state == JobState::Cancelled) {
        return Err(Error::new(ErrorKind::Cancelled, "the transfer", "").into());
    }
    Ok(status(&ended))
}

/// Ready at ctrl-c. Where the signal cannot be heard, never: it then ends the program by itself.
async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        pending::<()>().await;
    }
}

fn report(job: &JobView, printer: &mut Printer) -> Result<(), Trouble> {
    complain_of_all(&failures(job), printer.json);
    let (verb, from, to) = ends(&job.spec.work);
    let progress = &job.progress;
    if printer.json {
        let (state, error) = match &job.state {
            JobState::Done => ("done", None),
            JobState::Failed(error) => ("failed", Some(error_object(error))),
            JobState::Cancelled => ("cancelled", None),
            JobState::Queued | JobState::Running | JobState::Paused => ("unfinished", None),
        };
        let verified = match &job.verification {
            Some(Verification::Digest(name)) => Some(name.clone()),
            Some(Verification::SizeOnly(reason)) => Some(format!("size only: {reason}")),
            None => None,
        };
        let notes: Vec<_> = job
            .notes
            .iter()
            .map(|note| json!({ "place": note.place, "text": note.text }))
            .collect();
        return Ok(printer.object(&json!({
            "job": verb, "from": from, "to": to, "state": state,
            "objects": progress.objects, "bytes": progress.bytes,
            "failed": progress.failed, "skipped": progress.skipped,
            "notes": notes, "verified": verified, "error": error,
        }))?);
    }
    if printer.terminal {
        let failed = match progress.failed {
            0 => String::new(),
            failed => format!(", {} failed", Count(failed)),
        };
        let skipped = match progress.skipped {
            0 => String::new(),
            skipped => format!(", {} skipped", Count(skipped)),
        };
        let to = if to.is_empty() { to } else { format!(" → {}", visible(&to)) };
        let (objects, bytes) = (objects(progress.objects), Size(progress.bytes));
        let from = visible(&from);
        printer.line(&format!("{verb} {from}{to}: {objects}, {bytes}{skipped}{failed}"))?;
    }
    for note in &job.notes {
        eprintln!("windlass: {}: {}", visible(&note.place), visible(&note.text));
    }
    Ok(())
}

/// What failed, object by object, or why the whole did.
fn failures(job: &JobView) -> Vec<Error> {
    let whole = match &job.state {
        JobState::Failed(error) if job.failures.is_empty() => Some(error.clone()),
        _ => None,
    };
    let of_objects = job.failures.iter().map(|failure| {
        let mut error = failure.error.clone();
        if error.place.is_empty() {
            error.place.clone_from(&failure.place);
        }
        error
    });
    whole.into_iter().chain(of_objects).collect()
}

/// A prefix below which nothing was found is most likely mistyped. A whole bucket may be empty, and to delete nothing
/// is to have it deleted.
fn found_nothing(job: &JobView) -> Option<Error> {
    let seen = job.progress.objects + job.progress.skipped + job.progress.failed;
    let (bucket, source) = match &job.spec.work {
        Work::Download { bucket, source, .. } | Work::Copy { bucket, source, .. } => {
            (bucket, source)
        }
        Work::Upload { .. } | Work::Delete { .. } => return None,
    };
    match source {
        Target::Prefix(prefix) if job.state == JobState::Done && seen == 0 && !prefix.is_root() => {
            let place = format!("s3://{bucket}/{prefix}");
            Some(Error::new(ErrorKind::NoSuchKey, "ListObjectsV2", place))
        }
        _ => None,
    }
}

/// The verb, where it reads and where it writes.
fn ends(work: &Work) -> (&'static str, String, String) {
    let at = |bucket: &Bucket, target: &Target| format!("s3://{bucket}/{}", target.as_str());
    let verb = match work.direction() {
        Direction::Up => "put",
        Direction::Down => "get",
        Direction::Copy => "cp",
        Direction::Delete => "rm",
    };
    let (from, to) = match work {
        Work::Upload { source, bucket, target, .. } => {
            (source.display().to_string(), at(bucket, target))
        }
        Work::Download { bucket, source, folder, name } => {
            let to = name.as_ref().map_or_else(|| folder.clone(), |name| folder.join(name));
            (at(bucket, source), to.display().to_string())
        }
        Work::Copy { bucket, source, to_bucket, target } => {
            (at(bucket, source), at(to_bucket, target))
        }
        Work::Delete { bucket, targets } => {
            let places: Vec<_> = targets.iter().map(|target| at(bucket, target)).collect();
            (places.join(" "), String::new())
        }
    };
    (verb, from, to)
}

fn status(jobs: &[JobView]) -> Status {
    let partly = |job: &JobView| match &job.state {
        JobState::Failed(error) => {
            error.is(&ErrorKind::Partial) || job.progress.objects > job.progress.failed
        }
        _ => false,
    };
    let done = jobs.iter().filter(|job| job.state == JobState::Done).count();
    if done == jobs.len() {
        Status::Done
    } else if done > 0 || jobs.iter().any(partly) {
        Status::Partly
    } else {
        Status::Failed
    }
}

/// Counts what a recursive deletion would take and asks. Without a terminal it is refused.
async fn confirmed(
    buckets: &BTreeMap<Bucket, Vec<Target>>,
    client: &Client,
) -> Result<bool, Trouble> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(usage("rm -r asks before it deletes: without a terminal give --yes"));
    }
    let (mut objects, mut bytes) = (0_u64, 0_u64);
    for (bucket, targets) in buckets {
        for target in targets {
            let query = ListQuery {
                bucket: bucket.clone(),
                prefix: Prefix::new(target.as_str()),
                delimited: false,
                token: None,
                max_keys: 1000,
            };
            let mut pages = Pages::new(client, query);
            while let Some(page) = pages.next().await? {
                objects += page.len() as u64;
                bytes += page.rows().filter_map(|row| row.size()).sum::<u64>();
            }
        }
    }
    let work = buckets.iter().flat_map(|(bucket, targets)| {
        targets.iter().map(move |target| format!("s3://{bucket}/{}", target.as_str()))
    });
    let places = work.collect::<Vec<_>>().join(" ");
    let (objects, bytes) = (self::objects(objects), Size(bytes));
    eprint!("Delete {objects} ({bytes}) below {}? [y/N] ", visible(&places));
    io::stderr().flush()?;
    // Off this thread, so that ctrl-c is heard meanwhile.
    let answer = tokio::task::spawn_blocking(|| io::stdin().lines().next().transpose()).await;
    let answer = answer.map_err(io::Error::other)??.unwrap_or_default();
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

fn objects(count: u64) -> String {
    format!("{} object{}", Count(count), if count == 1 { "" } else { "s" })
}

fn target(location: &Location, verb: &str) -> Result<(Bucket, Target), Trouble> {
    match location {
        Location::Root => Err(usage(&format!("{verb} needs a bucket: s3://bucket/key"))),
        Location::Prefix { bucket, prefix } => Ok((bucket.clone(), Target::Prefix(prefix.clone()))),
        Location::Object { bucket, key } => Ok((bucket.clone(), Target::Object(key.clone()))),
    }
}

/// An existing folder, or a path that ends with `/`, keeps the key's name; anything else is the new name.
fn folder_and_name(destination: &Path) -> Result<(PathBuf, Option<String>), Trouble> {
    let text = destination.to_string_lossy();
    if destination.is_dir() || text.ends_with('/') {
        return Ok((absolute(destination)?, None));
    }
    let name = file_name(destination)?;
    let path = absolute(destination)?;
    let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
    Ok((folder, Some(name)))
}

fn file_name(path: &Path) -> Result<String, Trouble> {
    match path.file_name().map(|name| name.to_str()) {
        Some(Some(name)) => Ok(name.to_owned()),
        Some(None) => Err(usage("the file's name is not UTF-8: name the key in full")),
        None => Err(usage("expected a path that ends with a name")),
    }
}

fn absolute(path: &Path) -> Result<PathBuf, Error> {
    std::path::absolute(path).map_err(|error| Error::from_io(&error, "resolve", path.display()))
}

fn usage(sentence: &str) -> Trouble {
    Trouble::Usage(sentence.to_owned())
}
