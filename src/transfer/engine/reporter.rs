//! Tells events of the queue: states at once, progress at most 30 times a second.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use crate::domain::transfer::{
    JobId, JobState, JobView, MAX_UNDER_WAY, ObjectProgress, Progress, Wait,
};
use crate::domain::transfer_event::{JobChange, TransferEvent};
use crate::transfer::changes::Changes;
use crate::transfer::engine::work::WorkerContext;
use crate::transfer::machine::Machine;
use crate::transfer::task::BytesMoved;
use crate::transfer::wait_reason::WaitReason;

/// Between two tellings while something moves: 30 a second; and while nothing does.
const TELLING: Duration = Duration::from_millis(33);
const SLOW: Duration = Duration::from_millis(250);

/// Tellings without anything to tell before they become slow.
const IDLE: u32 = 15;

#[derive(Debug)]
pub struct Reporter {
    news: UnboundedSender<TransferEvent>,
    changes: Changes,
    /// Objects under way.
    live: HashMap<JobId, HashMap<String, Live>>,
    waits: HashMap<JobId, WaitReason>,
    told: HashMap<JobId, Told>,
    touched: BTreeSet<JobId>,
    /// Numbers the objects in the order in which they are begun.
    begun: u64,
    silent: u32,
}

#[derive(Debug)]
struct Live {
    moved: Arc<BytesMoved>,
    /// The size was known when the object was found.
    known: bool,
    number: u64,
}

#[derive(Debug)]
struct Told {
    state: JobState,
    progress: Progress,
    wait: Option<Wait>,
    under_way: Vec<ObjectProgress>,
}

impl Reporter {
    pub fn new(news: UnboundedSender<TransferEvent>, changes: Changes) -> Reporter {
        Reporter {
            news,
            changes,
            live: HashMap::new(),
            waits: HashMap::new(),
            told: HashMap::new(),
            touched: BTreeSet::new(),
            begun: 0,
            silent: 0,
        }
    }

    /// Forgets every job: the queue is told anew.
    pub fn restart(&mut self) {
        *self = Reporter::new(self.news.clone(), self.changes.clone());
    }

    pub fn tell(&self, event: TransferEvent) {
        drop(self.news.send(event));
    }

    pub fn is_moving(&self) -> bool {
        !self.live.is_empty() || !self.touched.is_empty() || !self.waits.is_empty()
    }

    /// The time until the next report.
    pub fn pause(&self) -> Duration {
        if self.silent < IDLE { TELLING } else { SLOW }
    }

    pub fn touch(&mut self, job: JobId) {
        self.touched.insert(job);
    }

    /// What was said of a job as a whole.
    pub fn knows(&mut self, view: &JobView) {
        let told = Told {
            state: view.state.clone(),
            progress: view.progress,
            wait: None,
            under_way: Vec::new(),
        };
        self.told.insert(view.id, told);
    }

    /// Tells how far a job came that is about to be removed.
    pub fn tell_last(&self, machine: &Machine, job: JobId) {
        let told = self.told.get(&job).map(|told| told.progress);
        if let Some(progress) = self.progress(machine, job).filter(|now| told != Some(*now)) {
            self.tell(TransferEvent::job(job, JobChange::Progress(progress)));
        }
    }

    pub fn removed(&mut self, job: JobId) {
        self.told.remove(&job);
        self.tell(TransferEvent::Removed(vec![job]));
    }

    /// Where the requests of a job say what they wait for.
    pub fn wait_reason(&mut self, job: JobId) -> WaitReason {
        self.waits.entry(job).or_default().clone()
    }

    /// Notes that an object is begun.
    pub fn begins(&mut self, job: JobId, place: &str, known: bool) -> Arc<BytesMoved> {
        let moved = Arc::new(BytesMoved::default());
        let live = Live { moved: Arc::clone(&moved), known, number: self.begun };
        self.begun += 1;
        self.live.entry(job).or_default().insert(place.to_owned(), live);
        self.touch(job);
        moved
    }

    /// An object is no longer under way.
    pub fn ends(&mut self, job: JobId, place: &str) {
        if let Some(objects) = self.live.get_mut(&job) {
            objects.remove(place);
            if objects.is_empty() {
                self.live.remove(&job);
            }
        }
    }

    /// Tells what state a job has come to.
    pub fn tell_states(&mut self, machine: &Machine) {
        for id in &self.touched {
            let Some(state) = machine.state(*id) else { continue };
            if self.told.get(id).is_some_and(|told| told.state == state) {
                continue;
            }
            let (Some(progress), Some(told)) = (self.progress(machine, *id), self.told.get(id))
            else {
                continue;
            };
            let waited = told.wait.is_some();
            let verification = machine.verification(*id).cloned();
            let (id, told_state) = (*id, state.clone());
            if waited && told_state != JobState::Running {
                self.tell(TransferEvent::job(id, JobChange::Wait(None)));
            }
            if state.finished() {
                self.tell_changes();
            }
            let change = JobChange::State { state, progress, verification };
            self.tell(TransferEvent::job(id, change));
            let Some(told) = self.told.get_mut(&id) else { continue };
            (told.progress, told.state) = (progress, told_state);
            if told.state != JobState::Running {
                told.wait = None;
            }
        }
    }

    /// Tells how far jobs are, which of their objects are under way, and why they wait.
    pub fn tell_progress(&mut self, machine: &Machine, context: &WorkerContext) {
        self.tell_changes();
        let mut jobs = std::mem::take(&mut self.touched);
        jobs.extend(self.live.keys());
        jobs.extend(self.waits.keys());
        let (mut news, mut silent) = (Vec::new(), true);
        for id in jobs {
            let Some(progress) = self.progress(machine, id) else { continue };
            let objects = self.under_way(id, &progress);
            let wait = self.wait(machine, context, id);
            let Some(told) = self.told.get_mut(&id) else { continue };
            if told.progress != progress {
                told.progress = progress;
                news.push((id, JobChange::Progress(progress)));
                silent = false;
            }
            if told.under_way != objects {
                told.under_way.clone_from(&objects);
                news.push((id, JobChange::UnderWay(objects)));
                silent = false;
            }
            if told.wait != wait {
                let before = std::mem::replace(&mut told.wait, wait.clone());
                let counts =
                    before.zip(wait.as_ref()).is_some_and(|(old, new)| old.counts_down_to(new));
                news.push((id, JobChange::Wait(wait)));
                silent &= counts;
            }
        }
        if !news.is_empty() {
            self.tell(TransferEvent::Jobs(news));
        }
        self.silent = if silent { self.silent.saturating_add(1) } else { 0 };
        self.waits.retain(|id, _| machine.is_busy(*id));
    }

    fn tell_changes(&self) {
        let changes = self.changes.take();
        if !changes.is_empty() {
            self.tell(TransferEvent::StorageChanged(changes));
        }
    }

    /// What is recorded, and the bytes of objects under way.
    fn progress(&self, machine: &Machine, id: JobId) -> Option<Progress> {
        let mut progress = machine.progress(id)?;
        let recorded = machine.open(id);
        for (place, live) in self.live.get(&id).into_iter().flatten() {
            progress.bytes += live.moved.bytes();
            if !live.known && recorded.is_none_or(|open| !open.contains_key(place)) {
                progress.bytes_total += live.moved.total();
            }
        }
        progress.bytes_total = progress.bytes_total.max(progress.bytes);
        Some(progress)
    }

    /// The objects that were begun first, of a job that has more than one.
    fn under_way(&self, id: JobId, progress: &Progress) -> Vec<ObjectProgress> {
        let many = progress.objects_total > 1;
        let Some(live) = self.live.get(&id).filter(|_| many) else { return Vec::new() };
        let mut objects: Vec<_> = live.iter().collect();
        objects.sort_unstable_by_key(|(_, live)| live.number);
        objects.truncate(MAX_UNDER_WAY);
        let told = |(place, live): (&String, &Live)| ObjectProgress {
            place: place.clone(),
            bytes: live.moved.bytes(),
            total: live.moved.total(),
        };
        objects.into_iter().map(told).collect()
    }

    /// What a running job waits for: what its requests meet, or that the server asked all of them
    /// for less.
    fn wait(&self, machine: &Machine, context: &WorkerContext, id: JobId) -> Option<Wait> {
        if machine.state(id) != Some(JobState::Running) {
            return None;
        }
        let restore = || machine.waiting(id).map(|(objects, next)| Wait::Restore { objects, next });
        let Some(wait_reason) = self.waits.get(&id) else { return restore() };
        wait_reason.wait().or_else(restore).or_else(|| {
            let (open, most) = context.throttle(&machine.spec(id)?.connection)?;
            Some(Wait::Throttled { open, most })
        })
    }
}
