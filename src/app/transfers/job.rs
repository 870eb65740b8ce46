//! Keeps one job as the interface sees it: what the engine says of it, its pace and its times.

use std::time::Duration;

use jiff::Timestamp;

use crate::app::transfers::meter::{Meter, Moved, OBJECT_EFFORT};
use crate::domain::address::Bucket;
use crate::domain::transfer::{
    Direction, JobId, JobSpec, JobState, JobView, ObjectProgress, Progress, Target, Verification,
    Wait, Work,
};
use crate::domain::transfer_event::JobChange;
use crate::domain::units::Count;

#[derive(Clone, Debug, PartialEq)]
pub struct QueuedJob {
    pub view: JobView,
    /// Objects under way of a job of many, each in its place as long as it is here.
    pub under_way: Vec<ObjectProgress>,
    pub times: Times,
    meter: Meter,
    /// The most bytes and objects it was known to have: found anew after a pause, it has them all
    /// the same.
    known: (u64, u64),
    /// Whether it goes on from somewhere and nothing has moved yet: what is there already will come
    /// all at once, and is no pace.
    resumes: bool,
}

/// What this session has seen of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Times {
    pub began: Option<Timestamp>,
    pub ended: Option<Timestamp>,
    /// For how long it ran, pauses left out, until it last began to run.
    ran: Duration,
    running_since: Option<Timestamp>,
    /// Bytes that moved meanwhile.
    moved: u64,
}

/// A time that is an estimate; longer still where not everything is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeLeft {
    pub time: Duration,
    pub at_least: bool,
}

/// A job that has just come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedJob {
    pub id: JobId,
    pub spec: JobSpec,
    pub state: JobState,
    pub progress: Progress,
}

impl QueuedJob {
    /// A job that `resumes` may have moved in another session.
    pub fn new(now: Timestamp, view: JobView, resumes: bool) -> QueuedJob {
        let mut job = QueuedJob {
            view,
            under_way: Vec::new(),
            times: Times::default(),
            meter: Meter::default(),
            known: (0, 0),
            resumes,
        };
        if job.view.state == JobState::Running {
            job.begins(now);
        }
        job
    }

    /// Whether nothing of it moves until something else happens.
    pub fn waits(&self) -> bool {
        !matches!(self.view.wait, None | Some(Wait::Throttled { .. }))
    }

    /// Bytes a second; 0 unless it runs.
    pub fn rate(&self) -> f64 {
        if self.view.state == JobState::Running { self.meter.rate() } else { 0.0 }
    }

    /// Until it is done; `None` while that cannot be told, or not everything is found.
    pub fn left(&self) -> Option<TimeLeft> {
        let known = self.view.state == JobState::Running && self.view.progress.expanded;
        let time = self.meter.time_for(self.effort_left()).filter(|_| known)?;
        Some(TimeLeft { time, at_least: false })
    }

    /// For how long nothing has moved, of a job that runs.
    pub fn standstill(&self) -> Option<Duration> {
        if self.view.state == JobState::Running { self.meter.standstill() } else { None }
    }

    /// What it moves, in words of the user's: the last segment of a key or path, of a download the
    /// name its file has; raw.
    pub fn name(&self) -> String {
        match &*self.view.landed() {
            Work::Download { source, name: Some(name), .. } if !source.is_many() => name.clone(),
            Work::Upload { source, .. } => source
                .file_name()
                .map_or_else(|| source.display().to_string(), |name| name.to_string_lossy().into()),
            Work::Download { source, bucket, .. } | Work::Copy { source, bucket, .. } => {
                target_name(source, bucket)
            }
            Work::Delete { targets, bucket } => match targets.as_slice() {
                [one] => target_name(one, bucket),
                many => format!("{} of {bucket}", Count(many.len() as u64)),
            },
        }
    }

    pub fn direction(&self) -> Direction {
        self.view.spec.work.direction()
    }

    pub fn is_active(&self) -> bool {
        let runs = matches!(self.view.state, JobState::Running | JobState::Queued);
        runs && !self.view.id.is_held()
    }

    /// Whether it may get on at any moment: what is being restored takes hours.
    pub fn is_moving(&self) -> bool {
        self.is_active() && !matches!(self.view.wait, Some(Wait::Restore { .. }))
    }

    /// Whether it is about more than one object, or may be.
    pub fn is_of_many(&self) -> bool {
        let prefix = Target::is_many;
        let asked = match &self.view.spec.work {
            Work::Upload { target, .. } => prefix(target),
            Work::Download { source, .. } | Work::Copy { source, .. } => prefix(source),
            Work::Delete { targets, .. } => targets.len() > 1 || targets.iter().any(prefix),
        };
        asked || self.view.progress.objects_total > 1
    }

    /// Bytes a second over the time it ran in this session, and that time.
    pub fn average(&self, now: Timestamp) -> Option<(Duration, f64)> {
        let ran = self.times.ran(now);
        #[expect(clippy::cast_precision_loss, reason = "a rate is shown with three digits")]
        let moved = self.times.moved as f64;
        (ran >= Duration::from_millis(1)).then(|| (ran, moved / ran.as_secs_f64()))
    }

    /// What has moved so far.
    pub fn moved(&self) -> Moved {
        let progress = &self.view.progress;
        self.effort_of(progress.bytes, progress.objects + progress.failed)
    }

    pub fn effort_left(&self) -> u64 {
        let progress = &self.view.progress;
        let objects = progress.objects_total.saturating_sub(progress.objects + progress.failed);
        self.effort_of(progress.bytes_total.saturating_sub(progress.bytes), objects).effort
    }

    /// Deleting moves no bytes; one object alone is worth its bytes.
    fn effort_of(&self, bytes: u64, objects: u64) -> Moved {
        let deletes = self.direction() == Direction::Delete;
        let bytes = if deletes { 0 } else { bytes };
        let counted = deletes || self.view.progress.objects_total > 1;
        let objects = if counted { objects.saturating_mul(OBJECT_EFFORT) } else { 0 };
        Moved { bytes, effort: bytes.saturating_add(objects) }
    }

    /// Brings how far it is; gives what has moved since.
    fn advance(&mut self, now: Timestamp, progress: Progress) -> Moved {
        let before = self.moved();
        self.view.progress = self.with_known(progress);
        let after = self.moved();
        if self.resumes && after.bytes > before.bytes {
            self.resumes = false;
            self.meter = Meter::default();
            self.meter.read(now, after);
            return Moved::default();
        }
        self.meter.read(now, after);
        let moved = Moved {
            bytes: after.bytes.saturating_sub(before.bytes),
            effort: after.effort.saturating_sub(before.effort),
        };
        self.times.moved += moved.bytes;
        moved
    }

    /// Totals do not shrink while they are found a second time.
    fn with_known(&mut self, mut progress: Progress) -> Progress {
        let (bytes, objects) = &mut self.known;
        *bytes = progress.bytes_total.max(*bytes);
        *objects = progress.objects_total.max(*objects);
        if !progress.expanded {
            (progress.bytes_total, progress.objects_total) = (*bytes, *objects);
        }
        progress
    }

    /// Lets time pass without news.
    pub fn tick(&mut self, now: Timestamp) {
        if self.view.state == JobState::Running {
            self.meter.read(now, self.moved());
        }
    }

    /// Follows what is told of it; what ended with it, and what has moved since.
    pub fn apply(&mut self, now: Timestamp, change: JobChange) -> (Option<EndedJob>, Moved) {
        match change {
            JobChange::State { state, progress, verification } => {
                self.change(now, state, progress, verification)
            }
            JobChange::Progress(progress) => (None, self.advance(now, progress)),
            JobChange::UnderWay(objects) => {
                self.set_under_way(objects);
                (None, Moved::default())
            }
            other => {
                self.view.apply(other);
                (None, Moved::default())
            }
        }
    }

    fn change(
        &mut self,
        now: Timestamp,
        state: JobState,
        progress: Progress,
        verification: Option<Verification>,
    ) -> (Option<EndedJob>, Moved) {
        let (before, told) = (self.view.state.clone(), self.view.progress);
        self.view.apply(JobChange::State { state, progress: told, verification });
        let (was, is) = (before.finished(), self.view.state.finished());
        if was && !is {
            self.times = Times::default();
        }
        let moved = if before == JobState::Running || is {
            self.advance(now, progress)
        } else {
            self.view.progress = self.with_known(progress);
            Moved::default()
        };
        self.resumes |= was || before == JobState::Paused;
        match (&before, &self.view.state) {
            (JobState::Running, JobState::Running) => {}
            (_, JobState::Running) => self.begins(now),
            _ => self.rests(now),
        }
        let settled = (is && !was).then(|| {
            self.times.ended = Some(now);
            EndedJob {
                id: self.view.id,
                spec: self.view.spec.clone(),
                state: self.view.state.clone(),
                progress,
            }
        });
        (settled, moved)
    }

    /// Takes in what is under way: what stays keeps its place, what is new takes a free one.
    fn set_under_way(&mut self, objects: Vec<ObjectProgress>) {
        let mut fresh = objects;
        let mut kept: Vec<Option<ObjectProgress>> = Vec::with_capacity(self.under_way.len());
        for old in &self.under_way {
            let at = fresh.iter().position(|new| new.place == old.place);
            kept.push(at.map(|at| fresh.remove(at)));
        }
        let mut fresh = fresh.into_iter();
        let mut places: Vec<ObjectProgress> =
            kept.into_iter().filter_map(|place| place.or_else(|| fresh.next())).collect();
        places.extend(fresh);
        self.under_way = places;
    }

    fn begins(&mut self, now: Timestamp) {
        self.meter = Meter::default();
        self.meter.read(now, self.moved());
        self.times.began.get_or_insert(now);
        self.times.running_since = Some(now);
    }

    fn rests(&mut self, now: Timestamp) {
        self.meter = Meter::default();
        self.under_way.clear();
        self.view.wait = None;
        self.times.ran = self.times.ran(now);
        self.times.running_since = None;
    }
}

impl Times {
    fn ran(&self, now: Timestamp) -> Duration {
        let since = self.running_since.map(|since| now.duration_since(since).unsigned_abs());
        self.ran + since.unwrap_or_default()
    }
}

fn target_name(target: &Target, bucket: &Bucket) -> String {
    match target {
        Target::Object(key) | Target::Version(key, _) => key.name().to_owned(),
        Target::Prefix(prefix) | Target::PrefixAt(prefix, _) => match prefix.is_root() {
            true => bucket.to_string(),
            false => prefix.name().to_owned(),
        },
        Target::Rows(rows) => format!("{} of {bucket}", Count(rows.len() as u64)),
    }
}
