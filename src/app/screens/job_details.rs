//! Everything there is to know of a job, for its dialog.

use crate::app::dialogs::details::Details;
use crate::app::transfers::QueuedJob;
use crate::domain::transfer::{
    Direction, JobState, OnConflict, Progress, Target, Verification, Work,
};
use crate::domain::units::{Count, Size};

/// What is moved from where to where, how far it is, how it was checked, and all that failed.
pub fn details(job: &QueuedJob) -> Details {
    let view = &job.view;
    let mut details = Details::new(job.name());
    for (label, text) in places(&view.spec.work) {
        details = details.fact(label, text);
    }
    details = details
        .fact("state", state_text(&view.state))
        .fact("progress", progress_text(&view.progress, view.spec.work.direction()))
        .fact("connection", view.spec.connection.as_str());
    if view.spec.work.direction() != Direction::Delete {
        details = details.fact("what exists", conflict_text(view.spec.on_conflict));
    }
    if let Some(verification) = &view.verification {
        details = details.fact("checked", verification_text(verification));
    }
    for note in &view.notes {
        details = details.fact("note", format!("{}: {}", note.place, note.text));
    }
    if let JobState::Failed(error) = &view.state {
        details.error = Some(error.clone());
    }
    details.failures.clone_from(&view.failures);
    details
}

fn places(work: &Work) -> Vec<(&'static str, String)> {
    match work {
        Work::Upload { source, bucket, target, .. } => {
            vec![("from", source.display().to_string()), ("to", uri(bucket.as_str(), target))]
        }
        Work::Download { bucket, source, folder, name } => {
            let name = name.as_deref().map_or_else(|| folder.clone(), |name| folder.join(name));
            vec![("from", uri(bucket.as_str(), source)), ("to", name.display().to_string())]
        }
        Work::Copy { bucket, source, to_bucket, target } => {
            vec![("from", uri(bucket.as_str(), source)), ("to", uri(to_bucket.as_str(), target))]
        }
        Work::Delete { bucket, targets } => targets
            .iter()
            .take(100)
            .map(|target| ("delete", uri(bucket.as_str(), target)))
            .collect(),
    }
}

fn uri(bucket: &str, target: &Target) -> String {
    format!("s3://{bucket}/{}", target.as_str())
}

fn state_text(state: &JobState) -> &'static str {
    match state {
        JobState::Queued => "waiting",
        JobState::Running => "running",
        JobState::Paused => "paused",
        JobState::Done => "done",
        JobState::Failed(_) => "failed",
        JobState::Cancelled => "cancelled",
    }
}

/// Counts so far, "at least" while the job still expands.
fn progress_text(progress: &Progress, direction: Direction) -> String {
    let more = if progress.expanded { "" } else { "+" };
    let objects =
        format!("{} of {}{more} objects", Count(progress.objects), Count(progress.objects_total));
    let bytes = match direction {
        Direction::Delete => String::new(),
        _ => format!(", {} of {}{more}", Size(progress.bytes), Size(progress.bytes_total)),
    };
    let counted = |count: u64, what: &str| match count {
        0 => String::new(),
        many => format!(", {} {what}", Count(many)),
    };
    objects + &bytes + &counted(progress.failed, "failed") + &counted(progress.skipped, "skipped")
}

fn conflict_text(on_conflict: OnConflict) -> &'static str {
    match on_conflict {
        OnConflict::Overwrite => "is overwritten",
        OnConflict::Skip => "is skipped",
        OnConflict::KeepBoth => "is kept beside the new one",
        OnConflict::IfNewer => "is overwritten where it is older",
        OnConflict::IfDifferent => "is overwritten where it is different",
        OnConflict::Fail => "is never overwritten: the object fails",
    }
}

fn verification_text(verification: &Verification) -> String {
    match verification {
        Verification::Digest(name) => format!("byte for byte by {name}"),
        Verification::SizeOnly(why) => format!("by size only: {why}"),
    }
}
