//! Decides what the queue does next, without clock or I/O: facts in, due work out.
//!
//! What facts say of a job survives; what runs (`Run`) does not and is due again after a restart. A
//! run finds the objects of its job a few at a time, so memory does not grow with their number.

mod due;
mod job;
mod postponed;
mod ready;
mod run;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::address::{Bucket, ConnectionName};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::UploadId;
use crate::domain::transfer::{
    JobId, JobSpec, JobState, JobView, Progress, TransferCommand, Verification, Work,
};
use crate::transfer::fact::{Fact, JobServers, Partial};
use crate::transfer::item::Item;
use job::{Job, Stage, WINDOW};
use ready::{ReadyJobs, Wants};

pub use due::Due;
pub use ready::FreeCapacity;

#[derive(Debug, Default)]
pub struct Machine {
    jobs: BTreeMap<JobId, Job>,
    /// By place.
    order: Vec<JobId>,
    ready: ReadyJobs,
    /// When jobs look again at what is being restored.
    looks: BTreeSet<(Timestamp, JobId)>,
    last: u64,
    /// The place of the next job.
    places: u64,
    /// Bytes a second, as the user has set it, if ever; 0 is without limit.
    limit: Option<u64>,
}

impl Machine {
    /// Takes a fact in. Facts that fit no job are without effect, so that any journal can be
    /// replayed.
    pub fn apply(&mut self, fact: &Fact) {
        self.last = self.last.max(fact.job().map_or(0, |job| job.0));
        match fact {
            Fact::Enqueued { job, spec } => {
                if !self.jobs.contains_key(job) {
                    let place = self.places;
                    self.places += 1;
                    self.order.push(*job);
                    self.jobs.insert(*job, Job::new(spec.clone(), place));
                    self.index(*job, |_| ());
                }
            }
            Fact::Removed { job } => {
                if let Some(at) = self.position(*job) {
                    self.order.remove(at);
                }
                if let Some(gone) = self.jobs.remove(job) {
                    self.ready.forget(gone.job_order(*job), gone.indexed.0, gone.indexed.1);
                    self.look_at(*job, gone.next_look(), None);
                }
            }
            Fact::Ordered { jobs } => self.reorder(jobs),
            Fact::Limited { limit } => self.limit = Some(limit.unwrap_or(0)),
            other => {
                if let Some(job) = other.job() {
                    self.index(job, |job| job.apply(other));
                }
            }
        }
    }

    /// Changes a job and what is known of what it wants; `None` where there is no such job.
    fn index<T>(&mut self, id: JobId, change: impl FnOnce(&mut Job) -> T) -> Option<T> {
        let job = self.jobs.get_mut(&id)?;
        let (order, before, look) = (job.job_order(id), job.indexed, job.next_look());
        let changed = change(job);
        let (now, after, next) = (job.job_order(id), (job.wants(), job.load()), job.next_look());
        job.indexed = after;
        self.look_at(id, look, next);
        if (order, before) != (now, after) {
            self.ready.forget(order, before.0, before.1);
            self.ready.note(now, after.0, after.1);
        }
        Some(changed)
    }

    fn look_at(&mut self, id: JobId, before: Option<Timestamp>, next: Option<Timestamp>) {
        if before != next {
            before.map(|at| self.looks.remove(&(at, id)));
            next.map(|at| self.looks.insert((at, id)));
        }
    }

    /// When something that is being restored is to be looked at again.
    pub fn next_look(&self) -> Option<Timestamp> {
        self.looks.first().map(|(next, _)| *next)
    }

    /// The servers that a job was queued for.
    pub fn servers(&self, id: JobId) -> JobServers {
        self.jobs.get(&id).map(|job| job.servers.clone()).unwrap_or_default()
    }

    /// What is to be looked at by then is due again.
    pub fn look(&mut self, now: Timestamp) {
        while let Some((_, id)) = self.looks.first().copied().filter(|(next, _)| *next <= now) {
            self.index(id, |job| job.run.look(now));
        }
    }

    /// As [`Machine::look`], of all that waits of a job.
    pub fn look_at_once(&mut self, id: JobId) {
        self.index(id, Job::look_at_once);
    }

    /// How many objects of a job wait for their restore and until when, where nothing else is left
    /// to do.
    pub fn waiting(&self, id: JobId) -> Option<(u64, Timestamp)> {
        self.jobs.get(&id).and_then(|job| job.run.waiting())
    }

    /// Jobs that are not named keep their order behind the named ones.
    fn reorder(&mut self, jobs: &[JobId]) {
        let named: BTreeMap<&JobId, usize> = jobs.iter().zip(0..).collect();
        self.order.sort_by_key(|id| named.get(id).copied().unwrap_or(usize::MAX));
        let order = self.order.clone();
        for (id, place) in order.iter().zip(0..) {
            self.index(*id, |job| job.place = place);
        }
        self.places = order.len() as u64;
    }

    fn position(&self, id: JobId) -> Option<usize> {
        let place = self.jobs.get(&id)?.place;
        self.order.binary_search_by_key(&place, |other| self.jobs[other].place).ok()
    }

    /// Notes, after the replay of a journal, that what was begun may be half done.
    pub fn restored(&mut self) {
        for id in self.order.clone() {
            self.index(id, |job| job.run.again = true);
        }
    }

    /// The facts a command makes, given what is known now; none where it does not fit.
    pub fn decide(&mut self, command: &TransferCommand) -> Vec<Fact> {
        match command {
            TransferCommand::Enqueue(specs) => self.enqueued(specs),
            TransferCommand::Cancel(job) => {
                self.facts_if(*job, Job::unfinished, |job| Fact::Cancelled { job })
            }
            TransferCommand::Pause(job) => {
                self.facts_if(*job, |j| j.stage == Stage::Active, |job| Fact::Paused { job })
            }
            TransferCommand::Resume(job) => {
                self.facts_if(*job, |j| j.stage == Stage::Paused, |job| Fact::Resumed { job })
            }
            TransferCommand::PauseAll => {
                self.each(|job| job.stage == Stage::Active, |job| Fact::Paused { job })
            }
            TransferCommand::ResumeAll => {
                self.each(|job| job.stage == Stage::Paused, |job| Fact::Resumed { job })
            }
            TransferCommand::Retry(job) => {
                self.facts_if(*job, Job::retriable, |job| Fact::Retried { job })
            }
            TransferCommand::AcceptLoss(job) => {
                self.retried(*job, |job| Fact::LossAccepted { job })
            }
            TransferCommand::AwaitRestore(job) => {
                self.retried(*job, |job| Fact::RestoreAwaited { job })
            }
            TransferCommand::RetryFailed => self.each(Job::failed, |job| Fact::Retried { job }),
            TransferCommand::ClearFinished => {
                self.each(|job| !job.unfinished() && !job.leaving, |job| Fact::Leaving { job })
            }
            TransferCommand::Move(job, by) => self.moved(*job, *by),
            TransferCommand::Prioritise(job, priority) => {
                let (differs, priority) = (|job: &Job| job.priority != *priority, *priority);
                self.facts_if(*job, differs, |job| Fact::Prioritised { job, priority })
            }
            TransferCommand::Reconnect { from, to } => self.reconnected(from, to),
            TransferCommand::LimitRate(limit) => vec![Fact::Limited { limit: *limit }],
        }
    }

    /// What runs is stopped and goes on at once: its requests know the old connection.
    fn reconnected(&self, from: &ConnectionName, to: &ConnectionName) -> Vec<Fact> {
        let mut facts = Vec::new();
        for (job, known) in self.jobs.iter().filter(|(_, known)| known.spec.needs(from)) {
            let (job, runs) = (*job, known.stage == Stage::Active);
            let named = Fact::Reconnected { job, from: from.clone(), to: to.clone() };
            facts.extend(runs.then_some(Fact::Paused { job }));
            facts.extend((from != to).then_some(named));
            facts.extend(runs.then_some(Fact::Resumed { job }));
        }
        facts
    }

    fn enqueued(&mut self, specs: &[JobSpec]) -> Vec<Fact> {
        let mut facts = Vec::new();
        for spec in specs {
            self.last += 1;
            let job = JobId(self.last);
            let (spec, error) = journalled(spec);
            facts.push(Fact::Enqueued { job, spec });
            facts.extend(error.map(|error| Fact::Finished { job, error: Some(error) }));
        }
        facts
    }

    fn facts_if(
        &self,
        id: JobId,
        fits: impl Fn(&Job) -> bool,
        fact: impl Fn(JobId) -> Fact,
    ) -> Vec<Fact> {
        self.jobs.get(&id).filter(|job| fits(job)).map(|_| fact(id)).into_iter().collect()
    }

    /// A job that is tried again under other rules.
    fn retried(&self, id: JobId, rule: impl Fn(JobId) -> Fact) -> Vec<Fact> {
        let ruled = self.facts_if(id, Job::retriable, rule);
        let retried = self.facts_if(id, Job::retriable, |job| Fact::Retried { job });
        ruled.into_iter().chain(retried).collect()
    }

    fn each(&self, fits: impl Fn(&Job) -> bool, fact: impl Fn(JobId) -> Fact) -> Vec<Fact> {
        self.order.iter().filter(|id| fits(&self.jobs[id])).map(|id| fact(*id)).collect()
    }

    fn moved(&self, id: JobId, by: i8) -> Vec<Fact> {
        let Some(at) = self.position(id) else { return Vec::new() };
        let to = at.saturating_add_signed(isize::from(by)).min(self.order.len() - 1);
        if to == at {
            return Vec::new();
        }
        let mut jobs = self.order.clone();
        let job = jobs.remove(at);
        jobs.insert(to, job);
        vec![Fact::Ordered { jobs }]
    }

    /// The next piece of work for which there is room: by priority, then in queue order, except
    /// that no job takes all while another of its priority waits.
    pub fn next_due(&mut self, room: FreeCapacity) -> Option<Due> {
        let jobs = &self.jobs;
        let load = |id: JobId| jobs.get(&id).map(|job| job.indexed.1).unwrap_or_default();
        let (id, wants) = self.ready.next(room, load)?;
        self.index(id, |job| job.due(id, wants)).flatten()
    }

    /// What cancelled jobs left behind, for an engine that begins nothing else any more.
    pub fn next_clean_up(&mut self) -> Option<Due> {
        let wants = Wants { small: true, ..Wants::default() };
        let left = |job: &Job| job.stage == Stage::Cancelled && !job.leaving && job.wants().small;
        let id = self.jobs.iter().find_map(|(id, job)| left(job).then_some(*id))?;
        self.index(id, |job| job.due(id, wants)).flatten()
    }

    /// Objects found by the expansion of a job; counted, and moved in this order, small ones beside
    /// large ones.
    pub fn found(&mut self, job: JobId, items: Vec<Item>) {
        self.index(job, |job| job.found(items));
    }

    /// The expansion ended; with an error the job fails in the end, whatever became of what was
    /// found.
    pub fn expanded(&mut self, job: JobId, result: Result<(), Error>) {
        self.index(job, |job| job.expansion_ended(result));
    }

    /// The worker of one object has returned, whatever it recorded before.
    pub fn returned(&mut self, job: JobId, place: &str) {
        self.index(job, |job| job.returned(place));
    }

    /// What lets the journal forget single objects, now and then.
    pub fn passed(&mut self, job: JobId) -> Option<Fact> {
        self.jobs.get_mut(&job).and_then(|known| known.passed(job))
    }

    /// Whether the expansion of a job may go on finding.
    pub fn has_room(&self, job: JobId) -> bool {
        let room = |job: &Job| job.run.window_len() < WINDOW && !job.run.is_full();
        self.jobs.get(&job).is_none_or(room)
    }

    /// Whether workers of this job shall stop: it is paused, cancelled or gone.
    pub fn stopped(&self, job: JobId) -> bool {
        self.jobs.get(&job).is_none_or(|job| job.stage != Stage::Active)
    }

    pub fn idle(&self) -> bool {
        self.jobs.values().all(|job| job.run.active.is_empty() && !job.run.expanding())
    }

    /// Bytes a second that the user has set, 0 for no limit; `None` where nobody ever did.
    pub fn limit(&self) -> Option<u64> {
        self.limit
    }

    pub fn order(&self) -> &[JobId] {
        &self.order
    }

    pub fn spec(&self, job: JobId) -> Option<Arc<JobSpec>> {
        self.jobs.get(&job).map(|job| Arc::clone(&job.spec))
    }

    /// When the first run of a job began, by the server's clock.
    pub fn begun(&self, job: JobId) -> Option<Timestamp> {
        self.jobs.get(&job).and_then(|job| job.begun)
    }

    pub fn verification(&self, job: JobId) -> Option<&Verification> {
        self.jobs.get(&job).and_then(Job::verification)
    }

    /// Whether anything of a job is under way.
    pub fn is_busy(&self, job: JobId) -> bool {
        let busy = |job: &Job| !job.run.active.is_empty() || job.run.expanding();
        self.jobs.get(&job).is_some_and(busy)
    }

    pub fn state(&self, job: JobId) -> Option<JobState> {
        self.jobs.get(&job).map(Job::state)
    }

    /// The progress without the bytes of objects under way, which are no facts.
    pub fn progress(&self, job: JobId) -> Option<Progress> {
        self.jobs.get(&job).map(Job::progress)
    }

    pub fn view(&self, job: JobId) -> Option<JobView> {
        self.jobs.get(&job).map(|known| known.view(job))
    }

    pub fn views(&self) -> Vec<JobView> {
        self.order.iter().filter_map(|id| self.view(*id)).collect()
    }

    /// Unfinished work of all jobs, for tests and reports.
    pub fn open(&self, job: JobId) -> Option<&BTreeMap<String, Partial>> {
        self.jobs.get(&job).map(|job| &job.open)
    }

    /// Multipart uploads that jobs will go on with or abort.
    pub fn open_uploads(&self) -> HashSet<(Bucket, UploadId)> {
        let open = self.jobs.values().flat_map(|job| job.open.values());
        let uploads = open.filter_map(|partial| match partial {
            Partial::Multipart(open) => Some((open.object.bucket.clone(), open.upload.clone())),
            Partial::File(_) | Partial::Copied(_) => None,
        });
        uploads.collect()
    }
}

/// The journal is text: a path that is not UTF-8 cannot be kept, so the job ends before it begins.
fn journalled(spec: &JobSpec) -> (JobSpec, Option<Error>) {
    let mut spec = spec.clone();
    let path = match &mut spec.work {
        Work::Upload { source, .. } => source,
        Work::Download { folder, .. } => folder,
        Work::Copy { .. } | Work::Delete { .. } => return (spec, None),
    };
    if path.to_str().is_some() {
        return (spec, None);
    }
    let shown = path.to_string_lossy().into_owned();
    *path = PathBuf::from(&shown);
    let error = Error::new(ErrorKind::LocalName, "enqueue", shown).detail("the path is not UTF-8");
    (spec, Some(error))
}
