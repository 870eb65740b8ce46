//! Makes the lines of the transfers pane: jobs, and what is below those that are unfolded.

use crate::app::transfers::Transfers;
use crate::app::transfers::job::QueuedJob;
use crate::domain::transfer::{JobId, MAX_NOTES};

/// A line of the pane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QueueRow<'a> {
    pub job: &'a QueuedJob,
    /// What of the job it is; `None` is the job itself.
    pub below: Option<Below>,
}

/// A line below a job; numbers count in the lists of the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Below {
    UnderWay(usize),
    Failure(usize),
    /// So many failed besides those that are kept.
    MoreFailures(u64),
    Note(usize),
    /// Notes beyond those that are kept are not counted.
    MoreNotes,
    /// Nothing is under way, failed or to be known.
    Nothing,
}

/// Where a cursor stands, whatever comes and goes around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    job: JobId,
    /// Lines below the job.
    depth: usize,
    below: Option<Below>,
    /// Of an object under way.
    place: Option<String>,
}

/// The lines of a queue.
#[derive(Clone, Debug)]
pub struct TransferRows<'a> {
    transfers: &'a Transfers,
    /// Unfolded jobs in the order of the queue, with the lines below them.
    unfolded: Vec<(usize, usize)>,
}

impl Transfers {
    pub fn rows(&self) -> TransferRows<'_> {
        let places = self.unfolded.iter().filter_map(|id| self.place(*id));
        let mut unfolded: Vec<(usize, usize)> =
            places.map(|place| (place, count_below(&self.jobs[place]))).collect();
        unfolded.sort_unstable();
        TransferRows { transfers: self, unfolded }
    }

    pub fn is_unfolded(&self, id: JobId) -> bool {
        self.unfolded.contains(&id)
    }

    /// Shows or hides what is below a job.
    pub fn unfold(&mut self, id: JobId, unfolded: bool) {
        if unfolded {
            self.unfolded.insert(id);
        } else {
            self.unfolded.remove(&id);
        }
    }
}

impl QueuedJob {
    /// Whether there may be something to show below it.
    pub fn unfolds(&self) -> bool {
        self.is_of_many() || !self.view.failures.is_empty() || !self.view.notes.is_empty()
    }
}

impl<'a> TransferRows<'a> {
    pub fn len(&self) -> usize {
        let below: usize = self.unfolded.iter().map(|(_, count)| count).sum();
        self.transfers.jobs.len() + below
    }

    pub fn is_empty(&self) -> bool {
        self.transfers.jobs.is_empty()
    }

    pub fn row(&self, at: usize) -> Option<QueueRow<'a>> {
        let (place, depth) = self.split(at);
        let job = self.transfers.jobs.get(place)?;
        let below = match depth {
            0 => None,
            depth => Some(below(job, depth - 1)),
        };
        Some(QueueRow { job, below })
    }

    /// The line of a job.
    pub fn line_of(&self, id: JobId) -> Option<usize> {
        let place = self.transfers.place(id)?;
        let before = self.unfolded.iter().take_while(|(other, _)| *other < place);
        Some(place + before.map(|(_, count)| count).sum::<usize>())
    }

    pub fn anchor(&self, at: usize) -> Option<Anchor> {
        let row = self.row(at)?;
        let place = match row.below {
            Some(Below::UnderWay(number)) => {
                row.job.under_way.get(number).map(|object| object.place.clone())
            }
            _ => None,
        };
        let (job, depth) = (row.job.view.id, self.split(at).1);
        Some(Anchor { job, depth, below: row.below, place })
    }

    /// Where an anchor is now; the line that took its place where it is gone, `None` where its job
    /// is.
    pub fn find(&self, anchor: &Anchor) -> Option<usize> {
        let line = self.line_of(anchor.job)?;
        let job = self.transfers.job(anchor.job)?;
        let count = self.below_of(anchor.job);
        let same = |number: usize| match (&anchor.place, below(job, number)) {
            (Some(place), Below::UnderWay(at)) => {
                job.under_way.get(at).is_some_and(|object| object.place == *place)
            }
            (None, found) => anchor.below == Some(found),
            (Some(_), _) => false,
        };
        if anchor.below.is_none() || count == 0 {
            return Some(line);
        }
        let number = (0..count).find(|number| same(*number));
        Some(line + number.map_or(anchor.depth.min(count), |number| number + 1))
    }

    fn below_of(&self, id: JobId) -> usize {
        let place = self.transfers.place(id);
        let found = self.unfolded.iter().find(|(other, _)| Some(*other) == place);
        found.map_or(0, |(_, count)| *count)
    }

    /// The place of the job that a line belongs to, and how far below it the line is.
    fn split(&self, at: usize) -> (usize, usize) {
        let mut below_before = 0;
        for (place, count) in &self.unfolded {
            let line = place + below_before;
            if at <= line {
                break;
            }
            if at <= line + count {
                return (*place, at - line);
            }
            below_before += count;
        }
        (at - below_before, 0)
    }
}

fn more_failures(job: &QueuedJob) -> u64 {
    job.view.progress.failed.saturating_sub(job.view.failures.len() as u64)
}

fn count_below(job: &QueuedJob) -> usize {
    let failures = job.view.failures.len() + usize::from(more_failures(job) > 0);
    let notes = job.view.notes.len() + usize::from(job.view.notes.len() >= MAX_NOTES);
    (job.under_way.len() + failures + notes).max(1)
}

fn below(job: &QueuedJob, number: usize) -> Below {
    let view = &job.view;
    let Some(number) = number.checked_sub(job.under_way.len()) else {
        return Below::UnderWay(number);
    };
    let Some(number) = number.checked_sub(view.failures.len()) else {
        return Below::Failure(number);
    };
    let more = more_failures(job);
    let number = match (more, number) {
        (0, number) => number,
        (more, 0) => return Below::MoreFailures(more),
        (_, number) => number - 1,
    };
    match number {
        number if number < view.notes.len() => Below::Note(number),
        _ if view.notes.len() >= MAX_NOTES => Below::MoreNotes,
        _ => Below::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::app::transfers::tests::download;
    use crate::domain::error::{Error, ErrorKind};
    use crate::domain::transfer::{Failure, Note, ObjectProgress};
    use crate::domain::transfer_event::{JobChange, TransferEvent};

    fn object(place: &str) -> ObjectProgress {
        ObjectProgress { place: place.to_owned(), bytes: 1, total: 2 }
    }

    fn failure(place: &str) -> Failure {
        let error = Error::new(ErrorKind::AccessDenied, "GetObject", place);
        Failure { place: place.to_owned(), error }
    }

    /// Three jobs; the second with two objects under way, two failures of seven and a note,
    /// unfolded.
    fn queue() -> Transfers {
        let mut transfers = Transfers::default();
        let mut views = vec![download(1, "a"), download(2, "b"), download(3, "c")];
        views[1].failures = vec![failure("x"), failure("y")];
        views[1].progress.failed = 7;
        views[1].notes = vec![Note { place: "n".into(), text: "renamed".into(), saved_as: None }];
        transfers.on_event(Timestamp::UNIX_EPOCH, TransferEvent::Restored(views));
        under_way(&mut transfers, &["p", "q"]);
        transfers.unfold(JobId(2), true);
        transfers
    }

    fn under_way(transfers: &mut Transfers, places: &[&str]) {
        let objects = places.iter().copied().map(object).collect();
        let news = TransferEvent::job(JobId(2), JobChange::UnderWay(objects));
        transfers.on_event(Timestamp::UNIX_EPOCH, news);
    }

    fn all(transfers: &Transfers) -> Vec<(u64, Option<Below>)> {
        let rows = transfers.rows();
        (0..rows.len())
            .map(|at| rows.row(at).unwrap())
            .map(|row| (row.job.view.id.0, row.below))
            .collect()
    }

    #[test]
    fn an_unfolded_job_shows_what_moves_then_what_failed_then_what_is_to_be_known() {
        let transfers = queue();
        assert_eq!(
            all(&transfers),
            [
                (1, None),
                (2, None),
                (2, Some(Below::UnderWay(0))),
                (2, Some(Below::UnderWay(1))),
                (2, Some(Below::Failure(0))),
                (2, Some(Below::Failure(1))),
                (2, Some(Below::MoreFailures(5))),
                (2, Some(Below::Note(0))),
                (3, None),
            ]
        );
        let rows = transfers.rows();
        assert_eq!(rows.row(9), None);
        assert_eq!([JobId(1), JobId(2), JobId(3)].map(|id| rows.line_of(id).unwrap()), [0, 1, 8]);
    }

    #[test]
    fn what_is_folded_or_has_nothing_takes_little_room() {
        let mut transfers = queue();
        transfers.unfold(JobId(2), false);
        transfers.unfold(JobId(3), true);
        let lines = [(1, None), (2, None), (3, None), (3, Some(Below::Nothing))];
        assert_eq!(all(&transfers), lines);
        transfers.on_event(Timestamp::UNIX_EPOCH, TransferEvent::Removed(vec![JobId(3), JobId(1)]));
        assert_eq!(all(&transfers), [(2, None)]);
    }

    #[test]
    fn a_cursor_stays_on_its_line_while_objects_come_and_go() {
        let mut transfers = queue();
        let (on_q, on_y) =
            (transfers.rows().anchor(3).unwrap(), transfers.rows().anchor(5).unwrap());
        let on_three = transfers.rows().anchor(8).unwrap();
        under_way(&mut transfers, &["q"]);
        let found = |transfers: &Transfers, anchor| transfers.rows().find(anchor);
        assert_eq!(found(&transfers, &on_q), Some(2));
        assert_eq!(found(&transfers, &on_y), Some(4));
        assert_eq!(found(&transfers, &on_three), Some(7));
        under_way(&mut transfers, &[]);
        assert_eq!(found(&transfers, &on_q), Some(3));
        transfers.unfold(JobId(2), false);
        assert_eq!(found(&transfers, &on_y), Some(1));
        transfers.on_event(Timestamp::UNIX_EPOCH, TransferEvent::Removed(vec![JobId(2)]));
        assert_eq!(found(&transfers, &on_y), None);
    }

    #[test]
    fn objects_keep_their_lines_as_long_as_they_are_under_way() {
        let mut transfers = queue();
        under_way(&mut transfers, &["q", "r", "s"]);
        let places = |transfers: &Transfers| {
            let objects = &transfers.job(JobId(2)).unwrap().under_way;
            objects.iter().map(|object| object.place.clone()).collect::<Vec<_>>()
        };
        assert_eq!(places(&transfers), ["r", "q", "s"]);
        under_way(&mut transfers, &["s", "t"]);
        assert_eq!(places(&transfers), ["t", "s"]);
    }
}
