//! Says why a job does not move, and what can be done about it.

use std::fmt;
use std::time::Duration;

use jiff::tz::TimeZone;

use crate::app::transfers::Transfers;
use crate::app::transfers::job::QueuedJob;
use crate::domain::error::Error;
use crate::domain::transfer::{JobState, Verification, Wait};
use crate::domain::units::{Count, Counted, Elapsed, TimeOfDay};

/// How an unfinished job stands, where that is more than its bar tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobStatus<'a> {
    /// Jobs that come before it.
    Queued {
        behind: usize,
    },
    Paused,
    /// Nothing has moved yet; objects found so far.
    Finding(u64),
    Throttled {
        open: usize,
        most: usize,
    },
    Credentials,
    Unreachable {
        /// Until the next try; none while one is on its way.
        next: Option<Duration>,
        error: &'a Error,
    },
    /// Objects that are being restored from an archive, and when they are asked about again.
    Restore {
        objects: u64,
        next: TimeOfDay<'a>,
    },
    /// Nothing has moved for so long, and nobody says why.
    Still(Duration),
}

impl JobStatus<'_> {
    /// Of a job of `queue`; `None` where it moves, or is finished.
    pub fn of<'a>(
        job: &'a QueuedJob,
        queue: &Transfers,
        zone: &'a TimeZone,
    ) -> Option<JobStatus<'a>> {
        let progress = &job.view.progress;
        match (&job.view.state, &job.view.wait) {
            (JobState::Queued, _) => Some(JobStatus::Queued { behind: queue.before(job) }),
            (JobState::Paused, _) => Some(JobStatus::Paused),
            (JobState::Running, Some(wait)) => Some(match wait {
                Wait::Throttled { open, most } => JobStatus::Throttled { open: *open, most: *most },
                Wait::Credentials => JobStatus::Credentials,
                Wait::Unreachable { error, next, .. } => {
                    JobStatus::Unreachable { next: *next, error }
                }
                Wait::Restore { objects, next } => {
                    JobStatus::Restore { objects: *objects, next: TimeOfDay(*next, zone) }
                }
            }),
            (JobState::Running, None) => {
                let nothing_yet = progress.bytes == 0 && progress.objects + progress.failed == 0;
                if !progress.expanded && nothing_yet && job.is_of_many() {
                    return Some(JobStatus::Finding(progress.objects_total));
                }
                job.standstill().map(JobStatus::Still)
            }
            _ => None,
        }
    }

    /// Whether bytes still move, so that pace and time left mean something.
    pub fn moves(&self) -> bool {
        matches!(self, JobStatus::Throttled { .. })
    }

    /// Whether it is worth a warning; it is nobody's fault that something waits its turn.
    pub fn warns(&self) -> bool {
        let in_turn = matches!(self, JobStatus::Queued { .. } | JobStatus::Finding(_));
        !in_turn && !matches!(self, JobStatus::Restore { .. })
    }
}

impl fmt::Display for JobStatus<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JobStatus::Queued { behind: 0 } => f.write_str("queued"),
            JobStatus::Queued { behind } => write!(f, "queued behind {}", Count(*behind as u64)),
            JobStatus::Paused => f.write_str("paused"),
            JobStatus::Finding(0) => f.write_str("finding objects"),
            JobStatus::Finding(found) => write!(f, "finding objects: {}+", Count(*found)),
            JobStatus::Throttled { open, most } => write!(f, "throttled: {open} of {most} slots"),
            JobStatus::Credentials => f.write_str("waiting for credentials"),
            JobStatus::Unreachable { next, error } => {
                f.write_str("server unreachable, ")?;
                match next {
                    Some(next) => write!(f, "next try in {} s", next.as_secs())?,
                    None => f.write_str("trying now")?,
                }
                write!(f, ": {}", error.explain().why)
            }
            JobStatus::Restore { objects: 1, next } => {
                write!(f, "waiting for the restore, asked again at {next}")
            }
            JobStatus::Restore { objects, next } => {
                let objects = Counted(*objects, "object");
                write!(f, "waiting for the restore of {objects}, asked again at {next}")
            }
            JobStatus::Still(time) => write!(f, "no progress for {}", Elapsed(*time)),
        }
    }
}

/// `verified (crc64nvme)`, `size only: why`.
pub fn verified(verification: &Verification) -> String {
    match verification {
        Verification::Digest(name) => format!("verified ({name})"),
        Verification::SizeOnly(why) => format!("size only: {why}"),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::app::transfers::tests::download;
    use crate::domain::address::Prefix;
    use crate::domain::error::ErrorKind;
    use crate::domain::transfer::{JobId, Priority, Progress, Target, Work};
    use crate::domain::transfer_event::{JobChange, TransferEvent};

    fn said(transfers: &Transfers, id: u64) -> String {
        let job = transfers.job(JobId(id)).unwrap();
        JobStatus::of(job, transfers, &TimeZone::UTC)
            .map_or_else(String::new, |standing| standing.to_string())
    }

    fn queue(states: &[JobState]) -> Transfers {
        let mut transfers = Transfers::default();
        let views = states.iter().zip(1..).map(|(state, id)| {
            let mut view = download(id, "k");
            view.state = state.clone();
            view
        });
        transfers.on_event(Timestamp::UNIX_EPOCH, TransferEvent::Restored(views.collect()));
        transfers
    }

    #[test]
    fn a_job_that_waits_says_behind_how_many() {
        use JobState::{Done, Paused, Queued, Running};
        let mut transfers = queue(&[Done, Running, Paused, Queued, Queued, Running]);
        assert_eq!(said(&transfers, 4), "queued behind 1");
        assert_eq!(said(&transfers, 5), "queued behind 2");
        assert_eq!(said(&transfers, 3), "paused");
        assert_eq!(said(&transfers, 2), "");
        let priority = Priority::High;
        let news = TransferEvent::job(JobId(5), JobChange::Priority(priority));
        transfers.on_event(Timestamp::UNIX_EPOCH, news);
        assert_eq!(said(&transfers, 5), "queued");
        assert_eq!(said(&transfers, 4), "queued behind 2");
    }

    #[test]
    fn what_the_engine_waits_for_is_said_until_it_moves() {
        let mut transfers = queue(&[JobState::Running]);
        let detail = "connection refused";
        let error = Error::new(ErrorKind::Unreachable, "GetObject", "s3://b/k").detail(detail);
        let why = "the server is not started, or listens on another port";
        let away = |next| Wait::Unreachable { tries: 5, error: error.clone(), next };
        let next = "2026-09-20T14:20:30Z".parse().unwrap();
        let restore = |objects| Wait::Restore { objects, next };
        for (wait, text) in [
            (Wait::Throttled { open: 4, most: 16 }, "throttled: 4 of 16 slots"),
            (Wait::Credentials, "waiting for credentials"),
            (
                away(Some(Duration::from_secs(8))),
                &format!("server unreachable, next try in 8 s: {why}"),
            ),
            (away(None), &format!("server unreachable, trying now: {why}")),
            (restore(1), "waiting for the restore, asked again at 14:20"),
            (restore(3), "waiting for the restore of 3 objects, asked again at 14:20"),
        ] {
            let news = TransferEvent::job(JobId(1), JobChange::Wait(Some(wait)));
            transfers.on_event(Timestamp::UNIX_EPOCH, news);
            assert_eq!(said(&transfers, 1), text);
        }
        let news = TransferEvent::job(JobId(1), JobChange::Wait(None));
        transfers.on_event(Timestamp::UNIX_EPOCH, news);
        assert_eq!(said(&transfers, 1), "");
    }

    #[test]
    fn a_prefix_says_how_much_of_it_is_found_until_something_moves() {
        let mut view = download(1, "k");
        view.state = JobState::Running;
        if let Work::Download { source, .. } = &mut view.spec.work {
            *source = Target::Prefix(Prefix::new("photos/"));
        }
        view.progress = Progress { objects_total: 12_000, ..Progress::default() };
        let mut transfers = Transfers::default();
        transfers.on_event(Timestamp::UNIX_EPOCH, TransferEvent::Restored(vec![view]));
        assert_eq!(said(&transfers, 1), "finding objects: 12,000+");
        let moved = Progress { objects: 1, objects_total: 12_000, ..Progress::default() };
        let news = TransferEvent::job(JobId(1), JobChange::Progress(moved));
        transfers.on_event(Timestamp::UNIX_EPOCH, news);
        assert_eq!(said(&transfers, 1), "");
    }

    #[test]
    fn a_silence_that_nobody_explains_is_said_after_a_while() {
        let mut transfers = queue(&[JobState::Running]);
        for second in 0..20 {
            transfers.on_tick(Timestamp::from_second(second).unwrap());
        }
        assert_eq!(said(&transfers, 1), "no progress for 00:19");
    }
}
