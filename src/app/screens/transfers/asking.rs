//! Asks before a job is cancelled, and how fast all transfers may be.

use crate::app::dialogs::confirm::Confirm;
use crate::app::dialogs::prompt::Prompt;
use crate::app::transfers::job::QueuedJob;
use crate::domain::error::{Error, ErrorKind, PUT_RIGHT};
use crate::domain::transfer::{Direction, JobState};
use crate::domain::units::{Counted, Rate, Size, parse_rate_limit};

/// Whether cancelling throws something away that has moved already.
pub fn loses(job: &QueuedJob) -> bool {
    let progress = &job.view.progress;
    matches!(job.view.state, JobState::Running | JobState::Paused)
        && (progress.bytes > 0 || progress.objects > 0)
}

pub fn cancelling(job: &QueuedJob) -> Confirm {
    let kept = match job.direction() {
        Direction::Down => "Incomplete files are discarded; finished files stay.",
        Direction::Up => "Incomplete uploads are discarded; uploaded objects stay.",
        Direction::Copy if job.view.spec.work.moves() => {
            "Objects that were moved stay at the destination; the others stay at the source."
        }
        Direction::Copy => "Objects that were copied stay.",
        Direction::Delete => "Deleted objects stay deleted.",
    };
    let progress = &job.view.progress;
    let moved = match (job.direction(), progress.objects_total) {
        (Direction::Delete, _) => format!("{} deleted so far", Counted(progress.objects, "object")),
        (_, 0 | 1) => format!("{} transferred so far", Size(progress.bytes)),
        _ => {
            let (bytes, objects) = (Size(progress.bytes), Counted(progress.objects, "object"));
            format!("{bytes} transferred so far, {objects} complete")
        }
    };
    Confirm::new("Cancel the transfer", "Cancel it", "Keep going")
        .line(format!("{moved}. Cancel it?"))
        .line(kept)
        .about(std::iter::once(job.name()))
}

/// What the copies of a move lack, where that is why their sources are kept.
pub fn lost(job: &QueuedJob) -> Option<Confirm> {
    let of_loss = |error: &Error| error.is(&ErrorKind::Loss) && error.operation != PUT_RIGHT;
    let failures = job.view.failures.iter().filter(|failure| of_loss(&failure.error));
    let kept: Vec<&str> = failures.clone().map(|failure| failure.place.as_str()).collect();
    let why = failures.map(|failure| failure.error.detail.as_str()).next()?;
    let line = match kept.len() {
        1 => "It is copied, and its source is kept. Delete the source anyway?".to_owned(),
        many => format!(
            "{} are copied, and their sources are kept. Delete the sources anyway?",
            Counted(many as u64, "object")
        ),
    };
    let warning = format!("Lost for good: {why}");
    Some(
        Confirm::new("Move without what the copy lacks", "Delete the source", "Keep both")
            .line(line)
            .about(kept.into_iter())
            .warning(warning),
    )
}

/// Objects of a download that failed because they are being restored.
pub fn being_restored(job: &QueuedJob) -> u64 {
    let failures = job.view.failures.iter();
    failures.filter(|failure| failure.error.is_being_restored()).count() as u64
}

pub fn limiting(limit: Option<u64>) -> Prompt {
    let now = match limit {
        Some(limit) => format!("Now {}. For all transfers together: 2 MiB, 500k, off", Rate(limit)),
        None => "No limit now. For all transfers together: 2 MiB, 500k, off".to_owned(),
    };
    Prompt::new("Bandwidth limit", now, "", limit_rule)
}

fn limit_rule(text: &str) -> Result<(), String> {
    match text.trim() {
        "" => Err(String::new()),
        text => parse_rate_limit(text).map(|_| ()),
    }
}
