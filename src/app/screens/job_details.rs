//! Lists everything that is known of a job, for its dialog.

use jiff::Timestamp;

use crate::app::action::Action;
use crate::app::dialogs::details::Details;
use crate::app::screens::transfers::place::{below_home, local_path, uri};
use crate::app::session::Session;
use crate::app::transfers::Transfers;
use crate::app::transfers::job::QueuedJob;
use crate::app::transfers::job_status::{JobStatus, verified};
use crate::domain::transfer::{
    Direction, JobState, MAX_NOTES, OnConflict, Priority, Progress, Target, Wait, Work,
};
use crate::domain::units::{Count, Counted, Elapsed, Moment, Rate, Size};

/// What is moved from where to where, how far it is and why not further, how it was checked, and
/// all that failed.
pub fn details(job: &QueuedJob, queue: &Transfers, now: Timestamp, session: &Session) -> Details {
    let view = &job.view;
    let mut details = Details::new(job.name());
    for (label, text) in places(&view.landed(), session) {
        details = details.fact(label, text);
    }
    details = details.fact("state", state_text(job, queue, session));
    if let Some(advice) = advice(job, session) {
        details = details.fact("next", advice);
    }
    details = details.fact("progress", progress_text(&view.progress, job.direction()));
    if let Some(verification) = &view.verification {
        details = details.fact("checked", verified(verification));
    }
    details = times(details, job, now, session).fact("connection", view.spec.connection.as_str());
    if job.direction() != Direction::Delete {
        details = details.fact("what exists", conflict_text(view.spec.on_conflict));
    }
    if view.priority != Priority::Normal {
        details = details.fact("priority", priority_text(view.priority));
    }
    for note in &view.notes {
        details = details.fact("note", format!("{}: {}", note.place, note.text));
    }
    if view.notes.len() >= MAX_NOTES {
        details = details.fact("note", "only the first notes are kept");
    }
    let kept = view.failures.len() as u64;
    if let more @ 1.. = view.progress.failed.saturating_sub(kept) {
        let (more, kept) = (Count(more), Count(kept));
        details = details.fact("failures", format!("the first {kept} are listed, {more} are not"));
    }
    details.error = match (&view.state, &view.wait) {
        (JobState::Failed(error), _) | (_, Some(Wait::Unreachable { error, .. })) => {
            Some(error.clone())
        }
        _ => None,
    };
    details.again = Some(Action::RetryJob);
    details.failures.clone_from(&view.failures);
    details
}

fn places(work: &Work, session: &Session) -> Vec<(&'static str, String)> {
    let local = local_path(work).map(|path| below_home(&path, session.home.as_deref()));
    let local = local.unwrap_or_default();
    match work {
        Work::Upload { bucket, target, .. } => {
            vec![("from", local), ("to", uri(bucket.as_str(), target))]
        }
        Work::Download { bucket, source, .. } => {
            vec![("from", uri(bucket.as_str(), source)), ("to", local)]
        }
        Work::Copy { bucket, source, to_connection, to_bucket, target, moving } => {
            let to = uri(to_bucket.as_str(), target);
            let to = match to_connection {
                Some(name) => format!("{to} of {name}"),
                None => to,
            };
            let from = if *moving { "moved from" } else { "from" };
            vec![(from, uri(bucket.as_str(), source)), ("to", to)]
        }
        Work::Delete { bucket, targets } => Target::each(targets)
            .take(100)
            .map(|target| ("delete", uri(bucket.as_str(), &target)))
            .collect(),
    }
}

/// When it began and ended as far as this session saw it, how long it ran and how fast.
fn times(mut details: Details, job: &QueuedJob, now: Timestamp, session: &Session) -> Details {
    let moment = |time| Moment(time, &session.zone).to_string();
    if let Some(began) = job.times.began {
        details = details.fact("began", moment(began));
    }
    if let Some(ended) = job.times.ended {
        details = details.fact("ended", moment(ended));
    }
    let Some((ran, per_second)) = job.average(now) else { return details };
    let ran = Elapsed(ran);
    details.fact(
        "ran",
        match job.direction() {
            Direction::Delete => ran.to_string(),
            _ => format!("{ran}, {} on average", rate_of(per_second)),
        },
    )
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates; a rate is never negative"
)]
fn rate_of(per_second: f64) -> Rate {
    Rate(per_second as u64)
}

fn state_text(job: &QueuedJob, queue: &Transfers, session: &Session) -> String {
    if let Some(standing) = JobStatus::of(job, queue, &session.zone) {
        return standing.to_string();
    }
    let state = match job.view.state {
        JobState::Queued => "queued",
        JobState::Running => "running",
        JobState::Paused => "paused",
        JobState::Done => "done",
        JobState::Failed(_) => "failed",
        JobState::Cancelled => "cancelled",
    };
    state.to_owned()
}

/// What a user can do about a wait.
fn advice(job: &QueuedJob, session: &Session) -> Option<String> {
    let key = session.key(Action::RetryJob);
    Some(match job.view.wait.as_ref()? {
        Wait::Throttled { .. } => {
            "nothing: the server asked for fewer requests; Windlass slowly tries more again"
                .to_owned()
        }
        Wait::Credentials => format!(
            "{}, then {key} tries again; they are looked at again by themselves too",
            session.renewal(&job.view.spec.connection)
        ),
        Wait::Unreachable { .. } => {
            format!("check the network; it continues on its own, or at once by {key}")
        }
        Wait::Restore { .. } => {
            format!("it is downloaded on its own once it is readable; {key} asks at once")
        }
    })
}

fn priority_text(priority: Priority) -> &'static str {
    match priority {
        Priority::Low => "low",
        Priority::Normal => "normal",
        Priority::High => "high",
    }
}

/// Counts so far, "at least" while the job still expands.
fn progress_text(progress: &Progress, direction: Direction) -> String {
    let more = if progress.expanded { "" } else { "+" };
    let done = Count(progress.objects);
    let objects = match (progress.objects_total, progress.expanded) {
        (total, true) => format!("{done} of {}", Counted(total, "object")),
        (total, false) => format!("{done} of {}+ objects", Count(total)),
    };
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
        OnConflict::KeepBoth => "is kept next to the new one",
        OnConflict::IfNewer => "is overwritten if it is older",
        OnConflict::IfDifferent => "is overwritten if it is different",
        OnConflict::Fail => "is never overwritten: the object fails",
    }
}
