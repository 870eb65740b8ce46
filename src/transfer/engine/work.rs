//! Starts the workers that the machine finds due and tells how they ended.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::domain::address::ConnectionName;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::transfer::{JobId, JobSpec, Note, Work};
use crate::transfer::fact::{Fact, Outcome, Partial};
use crate::transfer::item::{Item, ItemKind};
use crate::transfer::journal::Journal;
use crate::transfer::limits::{Memory, Patience, Slots};
use crate::transfer::remote::Remote;
use crate::transfer::retry::Gate;
use crate::transfer::task::{Moved, Task, address};
use crate::transfer::workers::blocking::blocking;
use crate::transfer::workers::clean::clean_up;
use crate::transfer::workers::copy::copy;
use crate::transfer::workers::delete::delete;
use crate::transfer::workers::download::Download;
use crate::transfer::workers::expand::{Expansion, Sink};
use crate::transfer::workers::finish::Ready;
use crate::transfer::workers::upload::Upload;

/// Finds the storage of a connection; called on the engine's threads, may block for as long as a client needs to
/// be made.
pub type Connect = Arc<dyn Fn(&ConnectionName) -> Result<Arc<dyn Remote>, Error> + Send + Sync>;

pub struct Setup {
    pub connect: Connect,
    pub part_threshold: u64,
    pub copy_threshold: u64,
    pub memory: Memory,
    pub slots: usize,
    pub expansions: usize,
    pub patience: Patience,
}

/// What all workers share.
#[derive(Clone)]
pub struct Yard {
    connect: Connect,
    remotes: Arc<Mutex<HashMap<ConnectionName, Arc<dyn Remote>>>>,
    slots: Arc<Slots>,
    expansions: usize,
    patience: Patience,
    part_threshold: u64,
    copy_threshold: u64,
    memory: Memory,
    journal: Journal,
}

/// One piece of work that is due, with the token that stops it.
pub struct Assignment {
    pub job: JobId,
    pub spec: JobSpec,
    pub place: String,
    pub again: bool,
    pub moved: Arc<Moved>,
    pub stop: CancellationToken,
}

impl fmt::Debug for Yard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Yard").field("slots", &self.slots).finish_non_exhaustive()
    }
}

impl Yard {
    pub fn new(setup: Setup, journal: Journal) -> Yard {
        Yard {
            connect: setup.connect,
            remotes: Arc::default(),
            slots: Slots::new(setup.slots),
            expansions: setup.expansions,
            patience: setup.patience,
            part_threshold: setup.part_threshold,
            copy_threshold: setup.copy_threshold,
            memory: setup.memory,
            journal,
        }
    }

    /// Objects under way at once: more than slots, for an object waits for the journal too.
    pub fn objects(&self) -> usize {
        self.slots.most() + self.slots.most() / 2
    }

    pub fn expansions(&self) -> usize {
        self.expansions
    }

    fn gate(&self) -> Gate {
        Gate::new(Arc::clone(&self.slots), self.patience)
    }

    async fn remote(&self, name: &ConnectionName) -> Result<Arc<dyn Remote>, Error> {
        let known = |yard: &Yard| {
            yard.remotes.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
        };
        if let Some(remote) = known(self) {
            return Ok(remote);
        }
        let (connect, asked) = (Arc::clone(&self.connect), name.clone());
        let remote = blocking(move || connect(&asked)).await?;
        let mut remotes = self.remotes.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(remotes.entry(name.clone()).or_insert(remote)))
    }

    async fn task(&self, assignment: &Assignment) -> Result<Task, Error> {
        let most = self.slots.most();
        Ok(Task {
            job: assignment.job,
            spec: Arc::new(assignment.spec.clone()),
            place: assignment.place.clone(),
            remote: self.remote(&assignment.spec.connection).await?,
            gate: self.gate(),
            journal: self.journal.clone(),
            moved: Arc::clone(&assignment.moved),
            again: assignment.again,
            part_threshold: self.part_threshold,
            copy_threshold: self.copy_threshold,
            memory: self.memory.clone(),
            steps: TaskTracker::new(),
            // Some slots are left to small objects beside a large one.
            parts_at_once: (most - most / 4).max(1),
        })
    }

    /// Finds the objects of a job until all are found or it is stopped.
    pub async fn expand(self, assignment: Assignment, sink: Sink) -> Result<(), Error> {
        let expansion = Expansion {
            job: assignment.job,
            remote: self.remote(&assignment.spec.connection).await?,
            spec: Arc::new(assignment.spec),
            gate: self.gate(),
            journal: self.journal,
            again: assignment.again,
            sink,
        };
        tokio::select! {
            result = expansion.run() => result,
            () = assignment.stop.cancelled() => Ok(()),
        }
    }

    /// Moves one object and records how that ended; records nothing where it was stopped.
    pub async fn carry(self, assignment: Assignment, item: Item, partial: Option<Partial>) {
        let task = match self.task(&assignment).await {
            Ok(task) => task,
            Err(error) => {
                let (job, place) = (assignment.job, assignment.place);
                let outcome = Outcome::Failed(error);
                let fact = Fact::Settled { job, place, bytes: 0, outcome };
                return drop(self.journal.append(vec![fact]).await);
            }
        };
        let ready = tokio::select! {
            ready = prepare(&task, item, partial) => ready,
            () = assignment.stop.cancelled() => {
                // Whatever is being made is recorded before anybody cleans up.
                task.steps.close();
                return task.steps.wait().await;
            }
        };
        let result = match ready {
            Ok(None) => return,
            // From here on it is not stopped: a torn end could not be told from a finished one.
            Ok(Some(ready)) => ready.finish(&task).await,
            Err(error) => Err(error),
        };
        drop(task.settled(result).await);
    }

    pub async fn clean(self, assignment: Assignment, partial: Partial) {
        let error = match self.task(&assignment).await {
            Ok(task) => return drop(clean_up(&task, partial).await),
            Err(error) => error,
        };
        let (job, place) = (assignment.job, assignment.place);
        let text = format!("could not be cleaned up: {error}");
        let note = Note { place: place.clone(), text };
        let facts = vec![Fact::Noted { job, note }, Fact::Closed { job, place }];
        drop(self.journal.append(facts).await);
    }
}

/// `None` where the worker has recorded everything itself.
async fn prepare(
    task: &Task,
    item: Item,
    partial: Option<Partial>,
) -> Result<Option<Ready>, Error> {
    let (multipart, file) = match partial {
        Some(Partial::Multipart(multipart)) => (Some(multipart), None),
        Some(Partial::File(file)) => (None, Some(file)),
        None => (None, None),
    };
    let size = item.size;
    match (item.kind, &task.spec.work) {
        (ItemKind::Download { key, relative }, Work::Download { bucket, .. }) => {
            let download = Download::new(task, bucket, &key, &relative, size);
            download.run(&relative, file).await.map(Some)
        }
        (ItemKind::Upload { path, key }, Work::Upload { bucket, headers, .. }) => {
            Upload::new(task, bucket, &key, headers).run(&path, multipart).await.map(Some)
        }
        (ItemKind::Copy { from, to }, Work::Copy { bucket, to_bucket, .. }) => {
            copy(task, address(bucket, &from), address(to_bucket, &to), multipart).await.map(Some)
        }
        (ItemKind::Delete { keys }, Work::Delete { bucket, .. }) => {
            delete(task, bucket, keys).await.map(|()| None)
        }
        (ItemKind::Impossible { error }, _) => Err(error),
        (kind, _) => Err(Error::new(ErrorKind::Other, "start the worker", task.place.clone())
            .detail(format!("{kind:?} does not belong to this job"))),
    }
}
