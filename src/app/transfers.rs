//! The transfer queue as the interface sees it: the engine's news folded into jobs with rate, time left and totals.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::address::{Bucket, Prefix};
use crate::domain::error::Error;
use crate::domain::transfer::{
    Direction, Failure, JobId, JobSpec, JobState, JobView, MAX_FAILURES, MAX_NOTES, Note, Progress,
    Target, TransferEvent, Work,
};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Transfers {
    jobs: Vec<QueuedJob>,
    /// Why the engine cannot work at all.
    pub halted: Option<Error>,
    /// The queue ends with this window.
    pub unkept: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct QueuedJob {
    pub view: JobView,
    rate: Rate,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Totals {
    pub running: usize,
    pub queued: usize,
    pub paused: usize,
    pub failed: usize,
    pub done: usize,
    /// Bytes a second.
    pub down: f64,
    pub up: f64,
    /// Until everything that runs or waits is done; `None` while it cannot be told.
    pub left: Option<Duration>,
}

/// A job that has just come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    pub id: JobId,
    pub spec: JobSpec,
    pub state: JobState,
    pub progress: Progress,
}

/// Seconds over which a rate is smoothed.
const SMOOTHING: f64 = 3.0;
/// Shorter spans say more about buffers than about the network.
const SHORTEST_SAMPLE: f64 = 0.2;
/// Without news for this long, a running job has moved nothing.
const STALLED: f64 = 1.5;

/// Bytes a second, smoothed exponentially.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Rate {
    per_second: f64,
    sampled: Option<(Timestamp, u64)>,
    measured: bool,
}

impl Transfers {
    pub fn jobs(&self) -> &[QueuedJob] {
        &self.jobs
    }

    pub fn job(&self, id: JobId) -> Option<&QueuedJob> {
        self.jobs.iter().find(|job| job.view.id == id)
    }

    /// Jobs that run or wait to run.
    pub fn active(&self) -> usize {
        self.jobs.iter().filter(|job| job.is_active()).count()
    }

    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for job in &self.jobs {
            match job.view.state {
                JobState::Running => totals.running += 1,
                JobState::Queued => totals.queued += 1,
                JobState::Paused => totals.paused += 1,
                JobState::Failed(_) => totals.failed += 1,
                JobState::Done => totals.done += 1,
                JobState::Cancelled => {}
            }
            match job.view.spec.work.direction() {
                Direction::Down => totals.down += job.rate(),
                Direction::Up => totals.up += job.rate(),
                Direction::Copy | Direction::Delete => {}
            }
        }
        totals.left = self.time_left();
        totals
    }

    /// Brings what the engine told; gives the jobs that ended with it.
    pub fn on_event(&mut self, now: Timestamp, event: TransferEvent) -> Vec<Settled> {
        match event {
            TransferEvent::Restored(views) => {
                self.jobs = views.into_iter().map(QueuedJob::new).collect();
            }
            TransferEvent::Queued(view) => self.put(view),
            TransferEvent::Advanced(steps) => {
                for (id, progress) in steps {
                    self.advance(now, id, progress);
                }
            }
            TransferEvent::Changed { id, state, progress, verification } => {
                if let Some(job) = self.job_mut(id) {
                    job.view.verification = verification;
                    return job.change(now, state, progress).into_iter().collect();
                }
            }
            TransferEvent::Waiting { id, wait } => {
                if let Some(job) = self.job_mut(id) {
                    job.view.wait = wait;
                }
            }
            TransferEvent::Prioritised { id, priority } => {
                if let Some(job) = self.job_mut(id) {
                    job.view.priority = priority;
                }
            }
            // Not shown yet.
            TransferEvent::UnderWay(_) | TransferEvent::Limited(_) => {}
            TransferEvent::ObjectFailed { id, failure } => self.note_failure(id, failure),
            TransferEvent::ObjectNoted { id, note } => self.note(id, note),
            TransferEvent::Reordered(ids) => self.reorder(&ids),
            TransferEvent::Removed(ids) => self.jobs.retain(|job| !ids.contains(&job.view.id)),
            TransferEvent::Halted(error) => self.halted = Some(error),
            TransferEvent::Unkept => self.unkept = true,
            // Said by the events list; the queue works on.
            TransferEvent::Warned(_) => {}
        }
        Vec::new()
    }

    /// Lets the rate of a job that has gone silent fall.
    pub fn on_tick(&mut self, now: Timestamp) {
        for job in self.jobs.iter_mut().filter(|job| job.view.state == JobState::Running) {
            job.rate.fall_silent(now);
        }
    }

    /// Whether a job that is not finished will still change what a listing of `prefix` shows.
    pub fn will_change(&self, bucket: &Bucket, prefix: &Prefix) -> bool {
        self.jobs
            .iter()
            .filter(|job| job.is_active())
            .any(|job| changes(&job.view.spec.work, bucket, prefix))
    }

    fn put(&mut self, view: JobView) {
        match self.job_mut(view.id) {
            Some(job) => *job = QueuedJob::new(view),
            None => self.jobs.push(QueuedJob::new(view)),
        }
    }

    fn advance(&mut self, now: Timestamp, id: JobId, progress: Progress) {
        if let Some(job) = self.job_mut(id) {
            job.view.progress = progress;
            job.rate.sample(now, progress.bytes);
        }
    }

    fn note_failure(&mut self, id: JobId, failure: Failure) {
        if let Some(job) = self.job_mut(id)
            && job.view.failures.len() < MAX_FAILURES
        {
            job.view.failures.push(failure);
        }
    }

    fn note(&mut self, id: JobId, note: Note) {
        if let Some(job) = self.job_mut(id)
            && job.view.notes.len() < MAX_NOTES
        {
            job.view.notes.push(note);
        }
    }

    /// Jobs that are not named keep their order behind the named ones.
    fn reorder(&mut self, ids: &[JobId]) {
        let place = |job: &QueuedJob| ids.iter().position(|id| *id == job.view.id);
        self.jobs.sort_by_key(|job| place(job).unwrap_or(usize::MAX));
    }

    fn job_mut(&mut self, id: JobId) -> Option<&mut QueuedJob> {
        self.jobs.iter_mut().find(|job| job.view.id == id)
    }

    fn time_left(&self) -> Option<Duration> {
        let active = || self.jobs.iter().filter(|job| job.is_active());
        if active().any(|job| !job.view.progress.expanded) {
            return None;
        }
        let left: u64 = active().map(QueuedJob::bytes_left).sum();
        seconds_for(left, active().map(QueuedJob::rate).sum())
    }
}

impl QueuedJob {
    fn new(view: JobView) -> QueuedJob {
        QueuedJob { view, rate: Rate::default() }
    }

    /// Bytes a second; 0 unless it runs.
    pub fn rate(&self) -> f64 {
        if self.view.state == JobState::Running { self.rate.per_second } else { 0.0 }
    }

    /// Until it is done; `None` while that cannot be told.
    pub fn left(&self) -> Option<Duration> {
        self.view.progress.expanded.then(|| seconds_for(self.bytes_left(), self.rate())).flatten()
    }

    /// From 0 to 1 by bytes, or by objects where there are no bytes to move; `None` while the totals still grow
    /// from nothing.
    pub fn fraction(&self) -> Option<f64> {
        let progress = &self.view.progress;
        if self.view.state == JobState::Done {
            return Some(1.0);
        }
        let moves_bytes = self.view.spec.work.direction() != Direction::Delete;
        let (part, whole) = match progress.bytes_total {
            total if total > 0 && moves_bytes => (progress.bytes, total),
            _ => (progress.objects, progress.objects_total),
        };
        #[expect(clippy::cast_precision_loss, reason = "a bar has a few hundred steps")]
        (whole > 0).then(|| (part as f64 / whole as f64).clamp(0.0, 1.0))
    }

    /// What it moves, in words of the user's: the last segment of a key or path; raw.
    pub fn name(&self) -> String {
        match &self.view.spec.work {
            Work::Upload { source, .. } => source
                .file_name()
                .map_or_else(|| source.display().to_string(), |name| name.to_string_lossy().into()),
            Work::Download { source, bucket, .. } | Work::Copy { source, bucket, .. } => {
                target_name(source, bucket)
            }
            Work::Delete { targets, bucket } => match targets.as_slice() {
                [one] => target_name(one, bucket),
                many => format!("{} of {bucket}", many.len()),
            },
        }
    }

    pub fn is_active(&self) -> bool {
        matches!(self.view.state, JobState::Running | JobState::Queued)
    }

    fn bytes_left(&self) -> u64 {
        if self.view.spec.work.direction() == Direction::Delete {
            return 0;
        }
        self.view.progress.bytes_total.saturating_sub(self.view.progress.bytes)
    }

    fn change(&mut self, now: Timestamp, state: JobState, progress: Progress) -> Option<Settled> {
        let ends = state.finished() && !self.view.state.finished();
        if self.view.state.finished() && !state.finished() {
            self.view.failures.clear();
        }
        if state != JobState::Running {
            self.rate = Rate::default();
        } else if self.view.state == JobState::Running {
            self.rate.sample(now, progress.bytes);
        } else {
            self.rate = Rate { sampled: Some((now, progress.bytes)), ..Rate::default() };
        }
        self.view.state = state;
        self.view.progress = progress;
        ends.then(|| Settled {
            id: self.view.id,
            spec: self.view.spec.clone(),
            state: self.view.state.clone(),
            progress,
        })
    }
}

impl Rate {
    fn sample(&mut self, now: Timestamp, bytes: u64) {
        let Some((before, bytes_before)) = self.sampled else {
            self.sampled = Some((now, bytes));
            return;
        };
        let seconds = now.duration_since(before).as_secs_f64();
        if seconds < SHORTEST_SAMPLE {
            return;
        }
        #[expect(clippy::cast_precision_loss, reason = "a rate is shown with three digits")]
        let moved = bytes.saturating_sub(bytes_before) as f64;
        self.blend(moved / seconds, seconds);
        self.sampled = Some((now, bytes));
    }

    fn fall_silent(&mut self, now: Timestamp) {
        let Some((before, bytes)) = self.sampled else { return };
        let seconds = now.duration_since(before).as_secs_f64();
        if seconds >= STALLED {
            self.blend(0.0, seconds);
            self.sampled = Some((now, bytes));
        }
    }

    fn blend(&mut self, per_second: f64, seconds: f64) {
        let weight = if self.measured { 1.0 - (-seconds / SMOOTHING).exp() } else { 1.0 };
        self.per_second += weight * (per_second - self.per_second);
        self.measured = true;
    }
}

/// Whether a job's end changes what a listing of `prefix` shows.
pub fn changes(work: &Work, bucket: &Bucket, prefix: &Prefix) -> bool {
    match work {
        Work::Download { .. } => false,
        Work::Upload { bucket: to, target, .. } | Work::Copy { to_bucket: to, target, .. } => {
            to == bucket && shows(prefix, target)
        }
        Work::Delete { bucket: at, targets } => {
            at == bucket && targets.iter().any(|target| shows(prefix, target))
        }
    }
}

/// An object is shown where it is listed; a prefix concerns every level above and below it.
fn shows(prefix: &Prefix, target: &Target) -> bool {
    match target {
        Target::Object(key) => key.parent() == *prefix,
        Target::Prefix(changed) => {
            changed.as_str().starts_with(prefix.as_str())
                || prefix.as_str().starts_with(changed.as_str())
        }
    }
}

fn target_name(target: &Target, bucket: &Bucket) -> String {
    match target {
        Target::Object(key) => key.name().to_owned(),
        Target::Prefix(prefix) if prefix.is_root() => bucket.to_string(),
        Target::Prefix(prefix) => prefix.name().to_owned(),
    }
}

/// Longer than this is no estimate but a rate that is not known yet.
const LONGEST_ESTIMATE: Duration = Duration::from_hours(48);

/// `None` where nothing moves.
fn seconds_for(bytes: u64, per_second: f64) -> Option<Duration> {
    if bytes == 0 || per_second < 1.0 {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "shown in minutes and seconds")]
    let left = Duration::try_from_secs_f64(bytes as f64 / per_second).ok();
    left.filter(|left| *left <= LONGEST_ESTIMATE)
}

#[cfg(test)]
mod tests;
