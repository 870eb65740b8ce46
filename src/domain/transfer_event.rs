//! News from the transfer engine, and what those of one job make of its view.

use crate::domain::change::BucketChange;
use crate::domain::error::Error;
use crate::domain::transfer::{
    Failure, HeldQueue, JobId, JobSpec, JobState, JobView, MAX_FAILURES, MAX_NOTES, Note,
    ObjectProgress, Priority, Progress, Verification, Wait,
};

/// News from the engine, in the order in which they happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransferEvent {
    /// The whole queue, as it is at start.
    Restored(Vec<JobView>),
    Queued(JobView),
    /// What jobs have stored and deleted since this was told last, at most 30 times a second and
    /// always before the end of the job is told.
    StorageChanged(Vec<BucketChange>),
    /// What is new of jobs, each change on its own; how far they are comes of many at once, at most
    /// 30 times a second.
    Jobs(Vec<(JobId, JobChange)>),
    /// In the new order of the queue.
    Reordered(Vec<JobId>),
    /// The limit in force, in bytes per second; told at start too where there is one.
    Limited(Option<u64>),
    Removed(Vec<JobId>),
    /// The queue is in memory: what is not finished when the program ends does not go on at the
    /// next start.
    Unkept,
    /// The queue is on disk from now on, after it was not.
    Kept,
    /// What another process has in its queue, as often as that changes; `None` when it has ended.
    Held(Option<HeldQueue>),
    /// The engine works, but something is not as it should be: a damaged journal was set aside.
    Warned(Error),
    /// The engine itself cannot work (the journal cannot be written any more).
    Halted(Error),
}

/// Something new of one job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobChange {
    State {
        state: JobState,
        progress: Progress,
        verification: Option<Verification>,
    },
    Progress(Progress),
    /// The objects under way of a job of more than one, at most
    /// [`MAX_UNDER_WAY`](crate::domain::transfer::MAX_UNDER_WAY), those that were begun first; an
    /// empty list where none is under way any more.
    UnderWay(Vec<ObjectProgress>),
    /// Why it moves less than it could; `None` when it moves again.
    Wait(Option<Wait>),
    Failed(Failure),
    Noted(Note),
    Priority(Priority),
    /// It goes by a connection of another name.
    Spec(JobSpec),
}

impl JobChange {
    /// How far the job is by now, where that is told.
    pub fn progress(&self) -> Option<Progress> {
        match self {
            JobChange::State { progress, .. } | JobChange::Progress(progress) => Some(*progress),
            _ => None,
        }
    }
}

impl TransferEvent {
    /// The event of one change of a job.
    pub fn job(id: JobId, change: JobChange) -> TransferEvent {
        TransferEvent::Jobs(vec![(id, change)])
    }

    /// What is new of jobs.
    pub fn changes(&self) -> &[(JobId, JobChange)] {
        match self {
            TransferEvent::Jobs(changes) => changes,
            _ => &[],
        }
    }
}

impl JobView {
    /// Follows what is told of the job. What is under way is no part of it.
    pub fn apply(&mut self, change: JobChange) {
        match change {
            JobChange::State { state, progress, verification } => {
                // Tried again.
                if self.state.finished() && !state.finished() {
                    self.failures.clear();
                }
                (self.state, self.progress, self.verification) = (state, progress, verification);
            }
            JobChange::Progress(progress) => self.progress = progress,
            JobChange::UnderWay(_) => {}
            JobChange::Wait(wait) => self.wait = wait,
            JobChange::Failed(failure) => {
                if self.failures.len() < MAX_FAILURES {
                    self.failures.push(failure);
                }
            }
            JobChange::Noted(note) => {
                if self.notes.len() < MAX_NOTES {
                    self.notes.push(note);
                }
            }
            JobChange::Priority(priority) => self.priority = priority,
            JobChange::Spec(spec) => self.spec = spec,
        }
    }
}
