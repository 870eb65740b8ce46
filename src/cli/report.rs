//! Reports how the jobs of a verb ended, and chooses the exit code.

use serde_json::{Value, json};

use crate::cli::below::nothing_below;
use crate::cli::print::{Printer, Status, VerbError, complain_of_all, error_object};
use crate::config::stderr::say;
use crate::domain::address::{Bucket, ConnectionName};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::transfer::{
    ALREADY_GONE, Direction, JobState, JobView, Note, OnConflict, STORED_LATER, Target,
    Verification, Work,
};
use crate::domain::units::{Count, Counted, Size};
use crate::domain::visible::visible;

pub fn report(job: &JobView, printer: &mut Printer) -> Result<(), VerbError> {
    complain_of_all(&failures(job), printer.json);
    if printer.json {
        return Ok(printer.object(&object(job))?);
    }
    if printer.terminal {
        printer.line(&line(job))?;
    }
    for note in told(job) {
        say!("windlass: {}: {}", visible(&note.place), visible(&note.text));
    }
    if let Some((place, why)) = unverified(job) {
        say!("windlass: {}: {why}", visible(&place));
    }
    Ok(())
}

/// Where a download came from of which not all bytes could be compared, and what is said of that.
fn unverified(job: &JobView) -> Option<(String, String)> {
    let Some(Verification::SizeOnly(why)) = &job.verification else { return None };
    if job.spec.work.direction() != Direction::Down {
        return None;
    }
    let (_, from, _) = ends(job);
    let why = visible(why);
    Some((
        from,
        match job.progress.moved() {
            1 => format!("only its length was compared: {why}"),
            _ => format!("of some objects only the length was compared: {why}"),
        },
    ))
}

/// The JSON of a job.
pub fn object(job: &JobView) -> Value {
    let (verb, from, to) = ends(job);
    let progress = &job.progress;
    let (state, error) = match &job.state {
        JobState::Done => ("done", None),
        JobState::Failed(error) => ("failed", Some(error_object(error))),
        JobState::Cancelled => ("cancelled", None),
        JobState::Queued | JobState::Running => ("unfinished", None),
        JobState::Paused => ("paused", None),
    };
    let verified = job.verification.as_ref().map(verified);
    let notes: Vec<_> =
        told(job).map(|note| json!({ "place": note.place, "text": note.text })).collect();
    let mut told = json!({
        "job": verb, "from": from, "to": to, "state": state,
        "objects": progress.moved(), "bytes": progress.bytes,
        "failed": progress.failed, "skipped": progress.skipped,
        "notes": notes, "verified": verified, "error": error,
    });
    if let Work::Download { source, .. } | Work::Copy { source, .. } = &job.spec.work {
        match source {
            Target::Version(_, version) => told["version"] = json!(version),
            Target::PrefixAt(..) => told["version"] = Value::Null,
            _ => {}
        }
    }
    told
}

/// What is said of single objects. Who deletes with `--force` does not want to hear of what was not
/// there.
fn told(job: &JobView) -> impl Iterator<Item = &Note> {
    let quiet = matches!(job.spec.work, Work::Delete { .. });
    job.notes.iter().filter(move |note| !quiet || note.text != ALREADY_GONE)
}

/// What was compared, for programs.
pub fn verified(verification: &Verification) -> String {
    match verification {
        Verification::Digest(name) => name.clone(),
        Verification::SizeOnly(reason) => format!("size only: {reason}"),
    }
}

/// A job for a person.
pub fn line(job: &JobView) -> String {
    let (verb, from, to) = ends(job);
    let progress = &job.progress;
    let failed = match progress.failed {
        0 => String::new(),
        failed => format!(", {} failed", Count(failed)),
    };
    let skipped = match progress.skipped {
        0 => String::new(),
        skipped => format!(", {} skipped", Count(skipped)),
    };
    let to = if to.is_empty() { to } else { format!(" → {}", visible(&to)) };
    let (objects, bytes) = (Counted(progress.moved(), "object"), Size(progress.bytes));
    let from = visible(&from);
    let state = match &job.state {
        JobState::Queued | JobState::Running => ", unfinished",
        JobState::Paused => ", paused",
        JobState::Cancelled => ", cancelled",
        JobState::Done | JobState::Failed(_) => "",
    };
    format!("{verb} {from}{to}: {objects}, {bytes}{skipped}{failed}{state}")
}

/// What failed, object by object, or why the whole did.
fn failures(job: &JobView) -> Vec<Error> {
    let whole = match &job.state {
        JobState::Failed(error) if job.failures.is_empty() => Some(error.clone()),
        _ => None,
    };
    let of_objects = job.failures.iter().map(|failure| {
        let mut error = failure.error.clone();
        if error.place.is_empty() || error.place == failure.place {
            error.place = whole_place(job, &failure.place);
        }
        error
    });
    whole.into_iter().chain(of_objects).collect()
}

/// A place within a job as errors of single objects name it: the location, or the path.
fn whole_place(job: &JobView, place: &str) -> String {
    match &job.spec.work {
        Work::Upload { source, target: Target::Prefix(_), .. } => {
            source.join(place).display().to_string()
        }
        Work::Upload { source, .. } => source.display().to_string(),
        Work::Copy { bucket, to_connection: Some(_), .. } => {
            format!("{}:{bucket}/{place}", job.spec.connection)
        }
        Work::Download { bucket, .. } | Work::Copy { bucket, .. } | Work::Delete { bucket, .. } => {
            format!("s3://{bucket}/{place}")
        }
    }
}

/// A prefix below which nothing was found is most likely mistyped; a whole bucket may be empty. Who
/// deletes with `--force` takes that there is nothing.
pub fn found_nothing(job: &JobView) -> Option<Error> {
    let seen = job.progress.objects + job.progress.skipped + job.progress.failed;
    let (bucket, source) = match &job.spec.work {
        Work::Download { bucket, source, .. } | Work::Copy { bucket, source, .. } => {
            (bucket, source)
        }
        Work::Delete { bucket, targets } if job.spec.on_conflict == OnConflict::Fail => {
            (bucket, targets.first()?)
        }
        Work::Upload { .. } | Work::Delete { .. } => return None,
    };
    match source {
        Target::Prefix(prefix) | Target::PrefixAt(prefix, _)
            if job.state == JobState::Done
                && seen == 0
                && !prefix.is_root()
                && job.spec.options.filter.is_empty() =>
        {
            Some(nothing_below(bucket, prefix))
        }
        _ => None,
    }
}

/// The verb, where it reads and where it writes.
fn ends(job: &JobView) -> (&'static str, String, String) {
    let (spec, landed) = (&job.spec, job.landed());
    let work = &*landed;
    let at = |bucket: &Bucket, target: &Target| format!("s3://{bucket}/{}", target.as_str());
    let verb = match work.direction() {
        Direction::Up => "put",
        Direction::Down => "get",
        Direction::Copy if work.moves() => "mv",
        Direction::Copy => "cp",
        Direction::Delete => "rm",
    };
    let (from, to) = match work {
        Work::Upload { source, bucket, target, .. } => {
            (source.display().to_string(), at(bucket, target))
        }
        Work::Download { bucket, source, folder, name, .. } => {
            let to = name.as_ref().map_or_else(|| folder.clone(), |name| folder.join(name));
            (at(bucket, source), to.display().to_string())
        }
        Work::Copy { bucket, source, to_connection, to_bucket, target, .. } => {
            let named = |name: &ConnectionName, bucket: &Bucket, target: &Target| {
                format!("{name}:{bucket}/{}", target.as_str())
            };
            match to_connection {
                None => (at(bucket, source), at(to_bucket, target)),
                Some(to) => (named(&spec.connection, bucket, source), named(to, to_bucket, target)),
            }
        }
        Work::Delete { bucket, targets } => {
            let places: Vec<_> = targets.iter().map(|target| at(bucket, target)).collect();
            (places.join(" "), String::new())
        }
    };
    (verb, from, to)
}

pub fn status(jobs: &[JobView]) -> Status {
    let partly = |job: &JobView| match &job.state {
        JobState::Failed(error) => {
            error.is(&ErrorKind::Partial) || job.progress.objects > job.progress.failed
        }
        _ => false,
    };
    let done = jobs.iter().filter(|job| job.state == JobState::Done).count();
    let left = |job: &JobView| job.notes.iter().any(|note| note.text.contains(STORED_LATER));
    if done == jobs.len() {
        if jobs.iter().any(left) { Status::Partly } else { Status::Done }
    } else if done > 0 || jobs.iter().any(partly) {
        Status::Partly
    } else {
        Status::Failed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::transfer::{FileRules, JobId, JobOptions, JobSpec, Priority, Progress};

    #[test]
    fn what_was_not_compared_is_said_of_downloads() {
        let view = |verification, objects| JobView {
            id: JobId(1),
            spec: JobSpec {
                connection: ConnectionName::new("test"),
                work: Work::Download {
                    bucket: Bucket::new("b"),
                    source: Target::Object("k".into()),
                    folder: "/tmp".into(),
                    name: None,
                    size: None,
                },
                on_conflict: OnConflict::Fail,
                files: FileRules::default(),
                options: JobOptions::default(),
            },
            state: JobState::Done,
            progress: Progress { objects, ..Progress::default() },
            failures: Vec::new(),
            notes: Vec::new(),
            verification: Some(verification),
            priority: Priority::Normal,
            wait: None,
        };
        let size_only = || Verification::SizeOnly("no digest".to_owned());
        let said = |view: &JobView| unverified(view).map(|(_, text)| text);
        let one = "only its length was compared: no digest";
        assert_eq!(said(&view(size_only(), 1)).as_deref(), Some(one));
        let many = "of some objects only the length was compared: no digest";
        assert_eq!(said(&view(size_only(), 3)).as_deref(), Some(many));
        assert_eq!(said(&view(Verification::Digest("md5".to_owned()), 1)), None);
    }
}
