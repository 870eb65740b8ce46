//! Starts the workers that the machine finds due and tells how they ended.

use std::collections::HashMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::runtime::Handle;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::domain::address::ConnectionName;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::transfer::{JobId, JobSpec, Note, Work};
use crate::s3::tasks::blocking;
use crate::transfer::changes::Changes;
use crate::transfer::connection_health::ConnectionHealth;
use crate::transfer::engine::input::Input;
use crate::transfer::fact::{Fact, JobServers, Outcome, Partial};
use crate::transfer::item::{Item, ItemKind};
use crate::transfer::journal::Journal;
use crate::transfer::limits::BodyMemory;
use crate::transfer::limits::open_files;
use crate::transfer::limits::rate::RateLimiter;
use crate::transfer::limits::slots::{Lane, LaneLimits, Slots};
use crate::transfer::local::roots::Roots;
use crate::transfer::machine::FreeCapacity;
use crate::transfer::remote::{Remote, same_bucket};
use crate::transfer::retry::RetryPolicy;
use crate::transfer::task::{BytesMoved, KnownTags, NotedOnce, Task, address};
use crate::transfer::tuning::Tuning;
use crate::transfer::wait_reason::WaitReason;
use crate::transfer::workers::archived::postponed;
use crate::transfer::workers::clean::clean_up;
use crate::transfer::workers::copy::copy;
use crate::transfer::workers::delete::delete;
use crate::transfer::workers::download::DownloadTask;
use crate::transfer::workers::expand::{ExpansionTask, Sink};
use crate::transfer::workers::finish::WorkerEnd;
use crate::transfer::workers::take_back::taken_back;
use crate::transfer::workers::upload::Upload;

/// Finds the storage of a connection; called on the engine's threads, may block for as long as a
/// client needs to be made.
pub type Connect = Arc<dyn Fn(&ConnectionName) -> Result<Arc<dyn Remote>, Error> + Send + Sync>;

/// What all workers share.
#[derive(Clone)]
pub struct WorkerContext {
    connect: Connect,
    connections: Arc<Mutex<HashMap<ConnectionName, ConnectionState>>>,
    tuning: Arc<Tuning>,
    rate: RateLimiter,
    memory: BodyMemory,
    writers: Handle,
    journal: Journal,
    said: NotedOnce,
    roots: Arc<Roots>,
    changes: Changes,
}

/// A connection, and how the engine gets on with it.
#[derive(Clone)]
struct ConnectionState {
    remote: Arc<dyn Remote>,
    /// As [`Server::leads_to`](crate::transfer::server::Server::leads_to) names it.
    server: Option<String>,
    health: Arc<ConnectionHealth>,
}

/// Where the connections of a job are to lead, and who is told where they do not.
pub struct Ways {
    pub servers: JobServers,
    pub inputs: UnboundedSender<Input>,
}

/// One piece of work that is due, with the token that stops it.
pub struct ObjectTask {
    pub job: JobId,
    pub spec: Arc<JobSpec>,
    pub place: String,
    pub again: bool,
    pub looks: u32,
    pub moved: Arc<BytesMoved>,
    pub stop: CancellationToken,
    pub wait_reason: WaitReason,
    pub ways: Ways,
}

impl fmt::Debug for WorkerContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkerContext").field("tuning", &self.tuning).finish_non_exhaustive()
    }
}

impl WorkerContext {
    pub fn new(
        tuning: Arc<Tuning>,
        connect: Connect,
        writers: Handle,
        journal: Journal,
    ) -> WorkerContext {
        WorkerContext {
            connect,
            connections: Arc::default(),
            rate: RateLimiter::of(tuning.rate),
            memory: BodyMemory::new(tuning.memory),
            tuning,
            writers,
            journal,
            said: NotedOnce::default(),
            roots: Arc::default(),
            changes: Changes::default(),
        }
    }

    /// Where workers say what they have stored and deleted.
    pub fn changes(&self) -> &Changes {
        &self.changes
    }

    /// What may be under way now. More objects than slots, for an object waits for the journal too.
    pub fn room(&self) -> FreeCapacity {
        let connections = self.connections();
        let open = |lane| {
            connections
                .values()
                .map(|connection_state| connection_state.health.slots.open(lane))
                .max()
                .unwrap_or(self.tuning.slots.min(open_files::connections()))
        };
        let (small, parts) = (open(Lane::Small), open(Lane::Parts));
        FreeCapacity { objects: small + small / 2 + 1, parts, expansions: self.tuning.expansions }
    }

    pub fn tuning(&self) -> &Tuning {
        &self.tuning
    }

    /// The limit in force, in bytes a second.
    pub fn limit(&self) -> Option<u64> {
        self.rate.limit()
    }

    pub fn limit_to(&self, limit: Option<u64>) {
        self.rate.set(limit);
        let requests = self.rate.requests();
        self.connections()
            .values()
            .for_each(|connection_state| connection_state.health.slots.cap(requests));
    }

    /// Since the server of a connection asked for less: requests at once that are allowed, and that
    /// were.
    pub fn throttle(&self, name: &ConnectionName) -> Option<(usize, usize)> {
        self.connections()
            .get(name)
            .and_then(|connection_state| connection_state.health.slots.throttle())
    }

    /// Whoever waits for the server or for keys of a connection tries again now.
    pub fn wake(&self, name: &ConnectionName) {
        if let Some(connection_state) = self.connections().get(name) {
            connection_state.health.wake();
        }
    }

    /// The next worker of a connection makes its storage anew.
    pub fn forget(&self, name: &ConnectionName) {
        self.connections().remove(name);
    }

    fn connections(&self) -> MutexGuard<'_, HashMap<ConnectionName, ConnectionState>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn connection_state(&self, name: &ConnectionName) -> Result<ConnectionState, Error> {
        let known = self.connections().get(name).cloned();
        if let Some(connection_state) = known {
            return Ok(connection_state);
        }
        let (connect, asked) = (Arc::clone(&self.connect), name.clone());
        let connected = move || {
            let remote = connect(&asked)?;
            let server = remote.leads_to();
            Ok((remote, server))
        };
        let (remote, server) = blocking(connected).await?;
        Ok(self.know(name, remote, server))
    }

    fn know(
        &self,
        name: &ConnectionName,
        remote: Arc<dyn Remote>,
        server: Option<String>,
    ) -> ConnectionState {
        let most = self.tuning.most_slots;
        let room = open_files::connections();
        let most = LaneLimits { small: most.small.min(room), parts: most.parts.min(room) };
        let slots = Slots::new(self.tuning.slots, most);
        slots.cap(self.rate.requests());
        let health = ConnectionHealth::new(slots, Some(Arc::clone(&remote)));
        let connection_state = ConnectionState { health: Arc::new(health), remote, server };
        self.connections().entry(name.clone()).or_insert(connection_state).clone()
    }

    /// The servers that the connections of a job lead to. May block as [`Connect`] does.
    pub fn servers_of(&self, spec: &JobSpec) -> JobServers {
        let server = |name: &ConnectionName| {
            if let Some(known) = self.connections().get(name) {
                return known.server.clone();
            }
            // Whatever happens in there, the queue goes on.
            let connected = catch_unwind(AssertUnwindSafe(|| (self.connect)(name)));
            let remote = connected.ok()?.ok()?;
            let server = remote.leads_to();
            self.know(name, remote, server).server
        };
        JobServers {
            own: server(&spec.connection),
            other: spec.other_connection().and_then(server),
        }
    }

    /// The connection of a job, which has to lead to the server that the job was queued for.
    async fn expected(
        &self,
        name: &ConnectionName,
        server: Option<&String>,
    ) -> Result<ConnectionState, Error> {
        let found = self.connection_state(name).await?;
        match (server, &found.server) {
            (Some(wanted), Some(now)) if wanted != now => Err(misled(name, wanted, now)),
            _ => Ok(found),
        }
    }

    /// Whether the connections lead elsewhere; then the job is paused, and this ends when it is.
    async fn is_misled(&self, assignment: &ObjectTask, error: &Error) -> bool {
        if !error.is(&ErrorKind::AnotherServer) {
            return false;
        }
        let (job, error) = (assignment.job, error.clone());
        drop(assignment.ways.inputs.send(Input::Misled { job, error }));
        assignment.stop.cancelled().await;
        true
    }

    fn policy(&self, connection_state: &ConnectionState, assignment: &ObjectTask) -> RetryPolicy {
        let (wait_reason, stop) = (assignment.wait_reason.clone(), assignment.stop.clone());
        RetryPolicy::new(
            Arc::clone(&connection_state.health),
            self.rate.clone(),
            self.tuning.patience,
        )
        .of_job(wait_reason, stop, assignment.again)
    }

    async fn task(&self, assignment: &ObjectTask) -> Result<Task, Error> {
        let servers = &assignment.ways.servers;
        let source = self.expected(&assignment.spec.connection, servers.own.as_ref()).await?;
        let (connection_state, elsewhere) = match assignment.spec.other_connection() {
            Some(name) => (self.expected(name, servers.other.as_ref()).await?, true),
            None => (source.clone(), is_apart(&*source.remote, &assignment.spec.work)),
        };
        let policy = self.policy(&connection_state, assignment);
        let source_policy = self.policy(&source, assignment);
        // What one object taught of the server never lifts the look at what a move loses of
        // another.
        let anew = match assignment.spec.work.moves() {
            true => source.remote.asking_for_tags_anew(),
            false => None,
        };
        Ok(Task {
            job: assignment.job,
            spec: Arc::clone(&assignment.spec),
            place: assignment.place.clone(),
            parts: policy.for_parts(),
            policy,
            remote: connection_state.remote,
            elsewhere,
            source: anew.unwrap_or(source.remote),
            source_parts: source_policy.for_parts(),
            source_policy,
            journal: self.journal.clone(),
            said: self.said.clone(),
            roots: Arc::clone(&self.roots),
            changes: self.changes.clone(),
            written: Arc::default(),
            copied_from: Arc::default(),
            landed: Arc::default(),
            moved: Arc::clone(&assignment.moved),
            tags: KnownTags::default(),
            asked: Arc::default(),
            again: assignment.again,
            looks: assignment.looks,
            tuning: Arc::clone(&self.tuning),
            memory: self.memory.clone(),
            writers: self.writers.clone(),
            steps: TaskTracker::new(),
            parts_at_once: connection_state.health.slots.most(Lane::Parts),
        })
    }

    /// Finds the objects of a job until all are found or it is stopped.
    pub async fn expand(
        self,
        assignment: ObjectTask,
        begun: Option<Timestamp>,
        sink: Sink,
    ) -> Result<(), Error> {
        // Both connections, before anything is asked.
        if let Err(error) = self.task(&assignment).await
            && self.is_misled(&assignment, &error).await
        {
            return Ok(());
        }
        let connection_state = self.connection_state(&assignment.spec.connection).await?;
        let one_bucket = match (&assignment.spec.work, assignment.spec.other_connection()) {
            (Work::Copy { bucket, to_bucket, .. }, Some(name)) => {
                let other = self.connection_state(name).await?.remote;
                same_bucket((&*connection_state.remote, bucket), (&*other, to_bucket))
            }
            (Work::Copy { bucket, to_bucket, .. }, None) => bucket == to_bucket,
            _ => false,
        };
        let expansion = ExpansionTask {
            one_bucket,
            job: assignment.job,
            policy: self.policy(&connection_state, &assignment),
            remote: connection_state.remote,
            spec: assignment.spec,
            journal: self.journal,
            roots: self.roots,
            again: assignment.again,
            begun,
            sink,
        };
        tokio::select! {
            result = expansion.run() => result,
            () = assignment.stop.cancelled() => Ok(()),
        }
    }

    /// Moves one object and records how that ended; records nothing where it was stopped.
    pub async fn carry(self, assignment: ObjectTask, item: Item, partial: Option<Partial>) {
        let task = match self.task(&assignment).await {
            Ok(task) => task,
            Err(error) if self.is_misled(&assignment, &error).await => return,
            Err(error) => {
                let (job, place) = (assignment.job, assignment.place);
                let outcome = Outcome::Failed(error);
                let fact = Fact::Settled { job, place, bytes: 0, outcome };
                return drop(self.journal.append(vec![fact]).await);
            }
        };
        let ending = ending(&item);
        let ready = tokio::select! {
            ready = prepare(&task, item, partial) => Some(ready),
            () = stopped(&assignment.stop, ending) => None,
        };
        let Some(ready) = ready else {
            // Whatever is being made is recorded before anybody cleans up.
            task.steps.close();
            return task.steps.wait().await;
        };
        let result = match ready {
            Ok(None) => return,
            // From here on it is not stopped: a torn end could not be told from a finished one.
            Ok(Some(ready)) => ready.finish(&task).await,
            Err(error) => Err(error),
        };
        let result = match result {
            Err(error) => Err(open_files::with_limit(taken_back(&task, error).await)),
            done => done,
        };
        if let Some(fact) = result.as_ref().err().and_then(|error| postponed(&task, error)) {
            return drop(self.journal.append(vec![fact]).await);
        }
        // What a stop cut short has no outcome.
        if result.is_ok() || !assignment.stop.is_cancelled() {
            drop(task.settled(result).await);
        }
    }

    pub async fn clean(self, assignment: ObjectTask, partial: Partial) {
        let error = match self.task(&assignment).await {
            Ok(mut task) => {
                task.policy = task.policy.impatient();
                return drop(clean_up(&task, partial).await);
            }
            Err(error) => error,
        };
        let (job, place) = (assignment.job, assignment.place);
        let text = format!("could not be cleaned up: {}", error.in_a_line());
        let note = Note { place: place.clone(), text, saved_as: None };
        let facts = vec![Fact::Noted { job, note }, Fact::Left { job, place }];
        drop(self.journal.append(facts).await);
    }
}

fn misled(name: &ConnectionName, wanted: &str, now: &str) -> Error {
    let detail = format!("it is paused: it was queued for {wanted}, and {name} leads to {now} now");
    Error::new(ErrorKind::AnotherServer, "go on with a transfer", name.as_str()).detail(detail)
}

/// Whether one connection leads to two servers that do not copy from one another.
fn is_apart(remote: &dyn Remote, work: &Work) -> bool {
    matches!(work, Work::Copy { bucket, to_bucket, .. } if remote.are_apart(bucket, to_bucket))
}

/// How long what was begun before a stop may take. A server carries a request out, whoever is gone
/// meanwhile, and what it did is to be counted; objects of several parts are taken back.
fn ending(item: &Item) -> Duration {
    match item.kind {
        ItemKind::Delete { .. } => Duration::from_secs(8),
        _ if item.parts() == 1 => Duration::from_secs(2),
        _ => Duration::ZERO,
    }
}

/// Ready once the time for what is under way is over, too.
async fn stopped(stop: &CancellationToken, ending: Duration) {
    stop.cancelled().await;
    sleep(ending).await;
}

/// `None` where the worker has recorded everything itself.
async fn prepare(
    task: &Task,
    item: Item,
    partial: Option<Partial>,
) -> Result<Option<WorkerEnd>, Error> {
    let size = item.size;
    match (&item.kind, &partial) {
        (_, Some(Partial::Multipart(multipart))) => task.writes(&multipart.object.key),
        (_, Some(Partial::Copied(copied))) => task.writes(&copied.to.key),
        (ItemKind::Upload { key, .. } | ItemKind::Copy { to: key, .. }, _) => task.writes(key),
        _ => {}
    }
    match (item.kind, &task.spec.work) {
        (ItemKind::Download { key, version, local, marker }, Work::Download { bucket, .. }) => {
            let object = address(bucket, &key).at_version(version);
            let download = DownloadTask::new(task, object, local, size);
            let file = match partial {
                Some(Partial::File(file)) => Some(file),
                _ => None,
            };
            download.run(marker, file).await.map(Some)
        }
        (ItemKind::Upload { path, key }, Work::Upload { bucket, headers, .. }) => {
            let multipart = match partial {
                Some(Partial::Multipart(multipart)) => Some(multipart),
                _ => None,
            };
            Upload::new(task, bucket, &key, headers).run(&path, multipart).await.map(Some)
        }
        (ItemKind::Copy { from, version, to }, Work::Copy { bucket, to_bucket, .. }) => {
            let from = address(bucket, &from).at_version(version);
            copy(task, from, address(to_bucket, &to), partial).await.map(Some)
        }
        (ItemKind::Delete { keys }, Work::Delete { bucket, .. }) => {
            delete(task, bucket, keys).await.map(|()| None)
        }
        (ItemKind::Impossible { error }, _) => Err(error),
        (kind, _) => Err(Error::new(ErrorKind::Other, "start the worker", task.place.clone())
            .detail(format!("{kind:?} does not belong to this job"))),
    }
}
