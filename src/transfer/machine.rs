//! The queue as a pure machine: facts in, due work out; no clock, no I/O.
//!
//! What facts say of a job survives; what runs (`Run`) does not and is due again after a restart. A run finds the
//! objects of its job a few at a time, so memory does not grow with their number.

mod due;
mod job;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::domain::error::{Error, ErrorKind};
use crate::domain::transfer::{
    JobId, JobSpec, JobState, JobView, Priority, Progress, TransferCommand, Work,
};
use crate::transfer::fact::{Fact, Partial};
use crate::transfer::item::Item;
use job::{Job, Stage};

pub use due::Due;

/// Objects found and not yet started, per job; finding pauses above it.
pub const WINDOW: usize = 256;

#[derive(Debug, Default)]
pub struct Machine {
    jobs: BTreeMap<JobId, Job>,
    order: Vec<JobId>,
    last: u64,
}

impl Machine {
    /// Takes a fact in. Facts that fit no job are without effect, so that any journal can be replayed.
    pub fn apply(&mut self, fact: &Fact) {
        match fact {
            Fact::Enqueued { job, spec } => {
                self.last = self.last.max(job.0);
                if !self.jobs.contains_key(job) {
                    self.order.push(*job);
                    self.jobs.insert(*job, Job::new(spec.clone()));
                }
            }
            Fact::Removed { job } => {
                self.jobs.remove(job);
                self.order.retain(|other| other != job);
            }
            Fact::Ordered { jobs } => {
                let place = |id: &JobId| jobs.iter().position(|other| other == id);
                self.order.sort_by_key(|id| place(id).unwrap_or(usize::MAX));
            }
            other => {
                if let Some(job) = other.job().and_then(|id| self.jobs.get_mut(&id)) {
                    job.apply(other);
                }
            }
        }
    }

    /// After the replay of a journal: what was begun may be half done.
    pub fn restored(&mut self) {
        for job in self.jobs.values_mut() {
            job.run.again = true;
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
            TransferCommand::RetryFailed => self.each(Job::failed, |job| Fact::Retried { job }),
            TransferCommand::ClearFinished => {
                self.each(|job| !job.unfinished() && !job.leaving, |job| Fact::Leaving { job })
            }
            TransferCommand::Move(job, by) => self.moved(*job, *by),
            TransferCommand::Prioritise(job, priority) => {
                let (differs, priority) = (|job: &Job| job.priority != *priority, *priority);
                self.facts_if(*job, differs, |job| Fact::Prioritised { job, priority })
            }
            TransferCommand::LimitRate(_) => Vec::new(),
        }
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

    fn each(&self, fits: impl Fn(&Job) -> bool, fact: impl Fn(JobId) -> Fact) -> Vec<Fact> {
        self.order.iter().filter(|id| fits(&self.jobs[id])).map(|id| fact(*id)).collect()
    }

    fn moved(&self, id: JobId, by: i8) -> Vec<Fact> {
        let Some(at) = self.order.iter().position(|other| *other == id) else { return Vec::new() };
        let to = at.saturating_add_signed(isize::from(by)).min(self.order.len() - 1);
        if to == at {
            return Vec::new();
        }
        let mut jobs = self.order.clone();
        let job = jobs.remove(at);
        jobs.insert(to, job);
        vec![Fact::Ordered { jobs }]
    }

    /// The next piece of work in queue order, while fewer than `objects` are under way and fewer than `expansions`
    /// jobs look for their objects.
    pub fn next_due(&mut self, objects: usize, expansions: usize) -> Option<Due> {
        let running: usize = self.jobs.values().map(|job| job.run.active.len()).sum();
        let expanding = self.jobs.values().filter(|job| job.run.expanding()).count();
        let (may_move, may_expand) = (running < objects, expanding < expansions);
        [Priority::High, Priority::Normal, Priority::Low].into_iter().find_map(|priority| {
            self.order.iter().find_map(|id| {
                let job = self.jobs.get_mut(id).filter(|job| job.priority == priority)?;
                job.due(*id, may_move, may_expand)
            })
        })
    }

    /// Objects found by the expansion of a job; counted, and moved in this order.
    pub fn found(&mut self, job: JobId, items: Vec<Item>) {
        if let Some(job) = self.jobs.get_mut(&job)
            && job.stage == Stage::Active
        {
            job.run.found(items);
        }
    }

    /// The expansion ended; with an error the job fails in the end, whatever became of what was found.
    pub fn expanded(&mut self, job: JobId, result: Result<(), Error>) {
        if let Some(job) = self.jobs.get_mut(&job) {
            job.expansion_ended(result);
        }
    }

    /// The worker of one object has returned, whatever it recorded before.
    pub fn returned(&mut self, job: JobId, place: &str) {
        if let Some(job) = self.jobs.get_mut(&job) {
            job.returned(place);
        }
    }

    /// Whether the expansion of a job may go on finding.
    pub fn has_room(&self, job: JobId) -> bool {
        self.jobs.get(&job).is_none_or(|job| job.run.window_len() < WINDOW)
    }

    /// Whether workers of this job shall stop: it is paused, cancelled or gone.
    pub fn stopped(&self, job: JobId) -> bool {
        self.jobs.get(&job).is_none_or(|job| job.stage != Stage::Active)
    }

    pub fn idle(&self) -> bool {
        self.jobs.values().all(|job| job.run.active.is_empty() && !job.run.expanding())
    }

    pub fn order(&self) -> &[JobId] {
        &self.order
    }

    pub fn spec(&self, job: JobId) -> Option<&JobSpec> {
        self.jobs.get(&job).map(|job| &job.spec)
    }

    pub fn state(&self, job: JobId) -> Option<JobState> {
        self.jobs.get(&job).map(Job::state)
    }

    /// Without the bytes of objects under way, which are no facts.
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
