//! Keeps the transfer queue as the interface sees it: jobs with pace, time left and totals.

pub mod history;
pub mod job;
pub mod job_status;
pub mod meter;
pub mod reach;
pub mod rows;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use crate::app::transfers::history::History;
use crate::app::transfers::job::{EndedJob, QueuedJob, TimeLeft};
use crate::app::transfers::meter::{Meter, Moved};
use crate::app::transfers::reach::{Shown, changes};
use crate::domain::address::ConnectionName;
use crate::domain::error::Error;
use crate::domain::transfer::{Direction, HeldQueue, Holder, JobId, JobState, JobView};
use crate::domain::transfer_event::{JobChange, TransferEvent};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Transfers {
    jobs: Vec<QueuedJob>,
    /// Where each job is in [`Transfers::jobs`].
    places: HashMap<JobId, usize>,
    counts: Counts,
    /// Jobs whose objects are shown below them.
    unfolded: BTreeSet<JobId>,
    flow: QueuePace,
    /// Why the engine cannot work at all.
    pub halted: Option<Error>,
    /// The queue ends with this window.
    pub unkept: bool,
    /// Bytes a second, for all transfers together.
    pub limit: Option<u64>,
    /// The process whose queue is shown below the one of this window.
    pub holder: Option<Holder>,
}

/// Jobs by their state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub running: usize,
    pub queued: usize,
    pub paused: usize,
    pub failed: usize,
    pub done: usize,
    pub cancelled: usize,
}

/// The pace of everything together.
#[derive(Clone, Debug, Default, PartialEq)]
struct QueuePace {
    moved: Moved,
    all: Meter,
    moved_down: Moved,
    down: Meter,
    moved_up: Moved,
    up: Meter,
    history: History,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Totals {
    pub counts: Counts,
    /// Bytes a second.
    pub down: f64,
    pub up: f64,
    /// Until everything that runs or waits is done; `None` while it cannot be told.
    pub left: Option<TimeLeft>,
}

impl Transfers {
    pub fn jobs(&self) -> &[QueuedJob] {
        &self.jobs
    }

    pub fn job(&self, id: JobId) -> Option<&QueuedJob> {
        self.place(id).map(|at| &self.jobs[at])
    }

    /// Jobs of this window that need a connection and have not come to an end.
    pub fn needing(&self, name: &ConnectionName) -> impl Iterator<Item = &QueuedJob> {
        let needs = move |job: &&QueuedJob| {
            let view = &job.view;
            !view.id.is_held() && !view.state.finished() && view.spec.needs(name)
        };
        self.jobs.iter().filter(needs)
    }

    /// Counts from 0, in the order of the queue.
    pub fn place(&self, id: JobId) -> Option<usize> {
        self.places.get(&id).copied()
    }

    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Jobs that run or wait to run.
    pub fn active(&self) -> usize {
        self.counts.running + self.counts.queued
    }

    /// Jobs that have not come to an end.
    pub fn unfinished(&self) -> usize {
        self.active() + self.counts.paused
    }

    pub fn totals(&self) -> Totals {
        let moves = self.moves();
        let rate = |meter: &Meter| if moves { meter.rate() } else { 0.0 };
        Totals {
            counts: self.counts,
            down: rate(&self.flow.down),
            up: rate(&self.flow.up),
            left: self.time_left().filter(|_| moves),
        }
    }

    /// Whether something gets on: a job that waits for keys or for the server does not.
    fn moves(&self) -> bool {
        let own = self.jobs.iter().filter(|job| !job.view.id.is_held());
        let mut running = own.filter(|job| job.view.state == JobState::Running).peekable();
        self.active() > 0 && (running.peek().is_none() || running.any(|job| !job.waits()))
    }

    /// Bytes of the last whole seconds, the newest last.
    pub fn history(&self) -> &History {
        &self.flow.history
    }

    /// Brings what the engine told; gives the jobs that ended with it.
    pub fn on_event(&mut self, now: Timestamp, event: TransferEvent) -> Vec<EndedJob> {
        match event {
            TransferEvent::Restored(views) => {
                let held = self.jobs.drain(..).filter(|job| job.view.id.is_held());
                let held: Vec<QueuedJob> = held.collect();
                self.jobs = views.into_iter().map(|view| QueuedJob::new(now, view, true)).collect();
                self.jobs.extend(held);
                self.index();
            }
            TransferEvent::Queued(view) => self.put(now, view),
            TransferEvent::Jobs(news) => return self.follow(now, news),
            TransferEvent::Limited(limit) => self.limit = limit,
            TransferEvent::Reordered(ids) => self.reorder(&ids),
            TransferEvent::Removed(ids) => {
                self.jobs.retain(|job| !ids.contains(&job.view.id));
                self.index();
            }
            TransferEvent::Halted(error) => self.halted = Some(error),
            TransferEvent::Unkept => self.unkept = true,
            TransferEvent::Kept => self.unkept = false,
            TransferEvent::Held(held) => self.hold(now, held),
            // Said by the events list, learned by the session, or shown by listings; the queue
            // works on.
            TransferEvent::Warned(_) | TransferEvent::StorageChanged(_) => {}
        }
        Vec::new()
    }

    /// Whether time changes something that is shown of it.
    pub fn is_moving(&self) -> bool {
        self.active() > 0 && self.jobs.iter().any(QueuedJob::is_moving)
    }

    /// Lets time pass without news.
    pub fn on_tick(&mut self, now: Timestamp) {
        if self.active() == 0 {
            return;
        }
        self.jobs.iter_mut().for_each(|job| job.tick(now));
        self.flow.read(now);
    }

    /// Whether a job that is not finished will still change what a listing shows.
    pub fn will_change(&self, shown: Shown<'_>) -> bool {
        let mut active = self.jobs.iter().filter(|job| job.is_active());
        active.any(|job| changes(&job.view.spec, shown))
    }

    /// Unfinished jobs that come before one that waits.
    pub fn before(&self, waiting: &QueuedJob) -> usize {
        let Some(place) = self.place(waiting.view.id) else { return 0 };
        let earlier = |(at, job): &(usize, &QueuedJob)| {
            let (theirs, ours) = (job.view.priority, waiting.view.priority);
            job.is_active() && (theirs > ours || (theirs == ours && *at < place))
        };
        self.jobs.iter().enumerate().filter(earlier).count()
    }

    fn put(&mut self, now: Timestamp, view: JobView) {
        let job = QueuedJob::new(now, view, false);
        self.counts.enter(&job.view.state);
        if let Some(at) = self.place(job.view.id) {
            self.counts.leave(&self.jobs[at].view.state);
            self.jobs[at] = job;
        } else {
            self.places.insert(job.view.id, self.jobs.len());
            self.jobs.push(job);
            if self.holder.is_some() {
                self.jobs.sort_by_key(|job| job.view.id.is_held());
                self.index();
            }
        }
    }

    fn hold(&mut self, now: Timestamp, held: Option<HeldQueue>) {
        self.jobs.retain(|job| !job.view.id.is_held());
        self.holder = held.as_ref().map(|held| held.holder.clone());
        let jobs = held.map(|held| held.jobs).unwrap_or_default();
        self.jobs.extend(jobs.into_iter().map(|view| QueuedJob::new(now, view, true)));
        self.index();
    }

    fn follow(&mut self, now: Timestamp, news: Vec<(JobId, JobChange)>) -> Vec<EndedJob> {
        let moving = news.iter().any(|(_, change)| change.progress().is_some());
        let settled: Vec<EndedJob> =
            news.into_iter().filter_map(|(id, change)| self.change(now, id, change)).collect();
        if moving {
            self.flow.read(now);
        }
        settled
    }

    fn change(&mut self, now: Timestamp, id: JobId, change: JobChange) -> Option<EndedJob> {
        let at = self.place(id)?;
        let job = &mut self.jobs[at];
        let before = job.view.state.clone();
        let (settled, moved) = job.apply(now, change);
        self.flow.add(now, job.direction(), moved);
        if before != job.view.state {
            self.counts.leave(&before);
            self.counts.enter(&job.view.state);
            if self.active() == 0 {
                self.flow = QueuePace::default();
            }
        }
        settled
    }

    /// Jobs that are not named keep their order behind the named ones.
    fn reorder(&mut self, ids: &[JobId]) {
        let places: HashMap<JobId, usize> = ids.iter().copied().zip(0..).collect();
        let place = |job: &QueuedJob| places.get(&job.view.id).copied();
        self.jobs.sort_by_key(|job| place(job).unwrap_or(usize::MAX));
        self.index();
    }

    fn index(&mut self) {
        self.places = self.jobs.iter().map(|job| job.view.id).zip(0..).collect();
        self.counts = Counts::default();
        let own = self.jobs.iter().filter(|job| !job.view.id.is_held());
        own.for_each(|job| self.counts.enter(&job.view.state));
        let places = &self.places;
        self.unfolded.retain(|id| places.contains_key(id));
    }

    fn time_left(&self) -> Option<TimeLeft> {
        let active = || self.jobs.iter().filter(|job| job.is_active());
        let effort = active().map(QueuedJob::effort_left).fold(0, u64::saturating_add);
        let finding =
            |job: &QueuedJob| job.view.state == JobState::Running && !job.view.progress.expanded;
        if active().any(finding) {
            return None;
        }
        let time = self.flow.all.time_for(effort)?;
        Some(TimeLeft { time, at_least: active().any(|job| !job.view.progress.expanded) })
    }
}

impl Counts {
    fn enter(&mut self, state: &JobState) {
        *self.of(state) += 1;
    }

    fn leave(&mut self, state: &JobState) {
        let count = self.of(state);
        *count = count.saturating_sub(1);
    }

    fn of(&mut self, state: &JobState) -> &mut usize {
        match state {
            JobState::Running => &mut self.running,
            JobState::Queued => &mut self.queued,
            JobState::Paused => &mut self.paused,
            JobState::Failed(_) => &mut self.failed,
            JobState::Done => &mut self.done,
            JobState::Cancelled => &mut self.cancelled,
        }
    }
}

impl QueuePace {
    fn add(&mut self, now: Timestamp, direction: Direction, moved: Moved) {
        let directed = match direction {
            Direction::Down => Some(&mut self.moved_down),
            Direction::Up => Some(&mut self.moved_up),
            Direction::Copy | Direction::Delete => None,
        };
        for total in [Some(&mut self.moved), directed].into_iter().flatten() {
            total.bytes += moved.bytes;
            total.effort = total.effort.saturating_add(moved.effort);
        }
        self.history.add(now, moved.bytes);
    }

    fn read(&mut self, now: Timestamp) {
        self.all.read(now, self.moved);
        self.down.read(now, self.moved_down);
        self.up.read(now, self.moved_up);
        self.history.add(now, 0);
    }
}
