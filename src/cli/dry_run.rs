//! Says what jobs would do, and does nothing: `--dry-run` of `put`, `cp` and `mv`.

use std::collections::HashSet;
use std::path::Path;

use serde_json::json;

use crate::cli::connect::Choice;
use crate::cli::print::{Printer, Status, VerbError};
use crate::cli::several::Objects;
use crate::domain::address::{Bucket, ConnectionName, Key, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::glob::KeyFilter;
use crate::domain::object::{ObjectAddress, ObjectHead};
use crate::domain::overlap::overlap;
use crate::domain::place::SEPARATOR;
use crate::domain::transfer::{JobSpec, OnConflict, Target, Work};
use crate::domain::units::{Counted, Size};
use crate::s3::client::{Client, ListQuery};
use crate::s3::ops::keys::KeyPages;
use crate::s3::tasks::blocking;
use crate::transfer::local::walk::{Walk, WalkRules, Walked};

/// One object that would be written.
struct Step {
    from: String,
    to: ObjectAddress,
    /// The destination as it is told.
    told: String,
    size: Option<u64>,
}

#[derive(Default)]
struct Sum {
    objects: u64,
    bytes: u64,
    skipped: u64,
    failed: u64,
}

pub async fn dry_run(choice: &Choice, specs: &[JobSpec]) -> Result<Status, VerbError> {
    let mut printer = Printer::new(choice.json);
    let (mut done, mut failed) = (0, 0);
    let mut seen = HashSet::new();
    for spec in specs {
        expect_possible(choice, spec, &mut seen).await?;
        let sum = one(choice, spec, &mut printer).await?;
        (done, failed) = (done + sum.objects + sum.skipped, failed + sum.failed);
    }
    printer.flush()?;
    Ok(match (done, failed) {
        (_, 0) => Status::Done,
        (0, _) => Status::Failed,
        _ => Status::Partly,
    })
}

async fn one(choice: &Choice, spec: &JobSpec, printer: &mut Printer) -> Result<Sum, VerbError> {
    let source = choice.client_of(&spec.connection)?;
    let written = choice.client_of(spec.other_connection().unwrap_or(&spec.connection))?;
    let mut sum = Sum::default();
    let verb = verb(&spec.work);
    match &spec.work {
        Work::Upload { source: path, bucket, target, .. } => {
            for step in files(path, bucket, target, spec).await? {
                told(&step, spec.on_conflict, verb, &written, printer, &mut sum).await?;
            }
        }
        Work::Copy { bucket, source: from, to_bucket, target, .. } => {
            let other = spec.other_connection();
            let of = other.map(|_| &spec.connection);
            let mut objects = sources(&source, bucket, from);
            let filter = &spec.options.filter;
            while let Some(listed) = objects.next().await? {
                let steps = listed.into_iter().filter_map(|listed| {
                    let key = listed.object.key.clone();
                    let to = copied(&key, from, target, filter)?;
                    let to = ObjectAddress::new(to_bucket.clone(), to);
                    let (from, told) = (place(of, &listed.object), place(other, &to));
                    let step = Step { from, to, told, size: listed.size };
                    Some((listed.object, step))
                });
                for (object, mut step) in steps {
                    if step.size.is_none() {
                        step.size = source.head(&object).await?.size;
                    }
                    told(&step, spec.on_conflict, verb, &written, printer, &mut sum).await?;
                }
            }
        }
        Work::Download { .. } | Work::Delete { .. } => {}
    }
    summed(&sum, verb, printer)?;
    Ok(sum)
}

/// An object, with its connection where there are two.
fn place(connection: Option<&ConnectionName>, object: &ObjectAddress) -> String {
    let text = object.to_string();
    match (connection, text.strip_prefix("s3://")) {
        (Some(name), Some(rest)) => format!("{name}{SEPARATOR}{rest}"),
        _ => text,
    }
}

fn verb(work: &Work) -> &'static str {
    match work {
        Work::Upload { .. } => "put",
        work if work.moves() => "mv",
        _ => "cp",
    }
}

/// What the run would refuse before its first object.
async fn expect_possible<'a>(
    choice: &Choice,
    spec: &'a JobSpec,
    seen: &mut HashSet<(&'a ConnectionName, &'a Bucket)>,
) -> Result<(), Error> {
    let to_bucket = match &spec.work {
        Work::Upload { bucket, .. } => bucket,
        Work::Copy { bucket, source, to_bucket, target, moving, .. } => {
            let one_bucket = spec.other_connection().is_none() && bucket == to_bucket;
            if let Some(why) = one_bucket.then(|| overlap(source, target, *moving)).flatten() {
                let place = format!("s3://{bucket}/{}", source.as_str());
                let operation = if *moving { "move" } else { "copy" };
                return Err(Error::new(ErrorKind::InvalidRequest, operation, place).detail(why));
            }
            to_bucket
        }
        Work::Download { .. } | Work::Delete { .. } => return Ok(()),
    };
    let connection = spec.other_connection().unwrap_or(&spec.connection);
    if !seen.insert((connection, to_bucket)) {
        return Ok(());
    }
    match choice.client_of(connection)?.is_there(to_bucket).await {
        Some(false) => {
            Err(Error::new(ErrorKind::NoSuchBucket, "HeadBucket", format!("s3://{to_bucket}")))
        }
        _ => Ok(()),
    }
}

fn sources<'a>(client: &'a Client, bucket: &Bucket, from: &Target) -> Objects<'a> {
    let (prefix, at) = match from {
        Target::Prefix(prefix) => (prefix.clone(), None),
        Target::PrefixAt(prefix, at) => (prefix.clone(), Some(*at)),
        one => return Objects::Named(one.object(bucket)),
    };
    let query = ListQuery { at, ..ListQuery::below(bucket, &prefix) };
    let pages = Box::new(KeyPages::new(client, query));
    Objects::Below { pages, bucket: bucket.clone(), prefix, seen: 0 }
}

/// Where an object would go; nothing where the job is not about it.
fn copied(key: &Key, from: &Target, to: &Target, filter: &KeyFilter) -> Option<Key> {
    let rest = match from {
        Target::Prefix(prefix) | Target::PrefixAt(prefix, _) => {
            key.as_str().strip_prefix(prefix.as_str())?
        }
        _ => key.name(),
    };
    filter.takes(rest).then(|| match to {
        Target::Object(key) => key.clone(),
        other => Prefix::new(other.as_str()).key(rest),
    })
}

async fn files(
    path: &Path,
    bucket: &Bucket,
    target: &Target,
    spec: &JobSpec,
) -> Result<Vec<Step>, Error> {
    let (root, links) = (path.to_owned(), spec.files.links);
    let walked = blocking(move || {
        let found = std::fs::metadata(&root)
            .map_err(|error| Error::from_io(&error, "read", root.display()))?;
        if !found.is_dir() {
            return Ok(Err(found.len()));
        }
        let rules = WalkRules { links, one_form: false, prefix_bytes: 0 };
        Walk::new(&root, rules).map(|walk| Ok(walk.collect::<Vec<Walked>>()))
    })
    .await?;
    let step = |from: &Path, key: Key, size| {
        let to = ObjectAddress::new(bucket.clone(), key);
        Step { from: from.display().to_string(), told: to.to_string(), to, size: Some(size) }
    };
    let filter = &spec.options.filter;
    let walked = match walked {
        Ok(walked) => walked,
        Err(size) => {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let key = Key::new(target.as_str());
            return Ok(filter.takes(name).then(|| step(path, key, size)).into_iter().collect());
        }
    };
    let prefix = Prefix::new(target.as_str());
    let files = walked.into_iter().filter_map(|walked| match walked {
        Walked::File { path, relative, size } => {
            filter.takes(&relative).then(|| step(&path, prefix.key(&relative), size))
        }
        Walked::Refused { .. } => None,
    });
    Ok(files.collect())
}

/// Prints one line, and counts it.
async fn told(
    step: &Step,
    on_conflict: OnConflict,
    verb: &str,
    written: &Client,
    printer: &mut Printer,
    sum: &mut Sum,
) -> Result<(), VerbError> {
    let there = match on_conflict {
        OnConflict::Overwrite => None,
        _ => found(written, &step.to).await?,
    };
    let state = match (there, on_conflict) {
        (None, _) | (_, OnConflict::Overwrite | OnConflict::KeepBoth) => "would",
        (Some(there), OnConflict::IfDifferent) if there.size != step.size => "would",
        (Some(_), OnConflict::Fail) => "exists",
        (Some(_), OnConflict::IfNewer | OnConflict::IfDifferent) => "may",
        (Some(_), OnConflict::Skip) => "skipped",
    };
    match state {
        "exists" => sum.failed += 1,
        "skipped" => sum.skipped += 1,
        _ => {
            sum.objects += 1;
            sum.bytes += step.size.unwrap_or_default();
        }
    }
    let to = &step.told;
    if printer.json {
        printer.object(&json!({
            "job": verb, "from": step.from, "to": to, "bytes": step.size, "state": state,
        }))?;
    } else {
        let (from, to) = (printer.shown(&step.from), printer.shown(to));
        let line = match state {
            "exists" => format!("{to}: exists, and would not be overwritten"),
            "skipped" => format!("{to}: exists, and would be left as it is"),
            "may" => format!("would compare and {verb} {from} → {to}"),
            _ => format!("would {verb} {from} → {to}"),
        };
        printer.line(&line)?;
    }
    Ok(())
}

async fn found(client: &Client, object: &ObjectAddress) -> Result<Option<ObjectHead>, Error> {
    match client.head(object).await {
        Ok(head) => Ok(Some(head)),
        Err(error) if error.is(&ErrorKind::NoSuchKey) => Ok(None),
        Err(error) => Err(error),
    }
}

fn summed(sum: &Sum, verb: &str, printer: &mut Printer) -> Result<(), VerbError> {
    if printer.json {
        printer.object(&json!({
            "job": verb, "state": "would", "objects": sum.objects, "bytes": sum.bytes,
            "skipped": sum.skipped, "failed": sum.failed,
        }))?;
    } else {
        let (objects, bytes) = (Counted(sum.objects, "object"), Size(sum.bytes));
        printer.line(&format!("would {verb} {objects}, {bytes}; nothing was sent"))?;
    }
    Ok(())
}
