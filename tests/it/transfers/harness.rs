//! Runs jobs against any storage and looks at what is left.

use std::collections::VecDeque;
use std::panic::Location;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use windlass::config::connection::Connection;
use windlass::demo::server::Server;
use windlass::domain::address::{Bucket, ConnectionName, Key, Prefix};
use windlass::domain::object::ObjectHeaders;
use windlass::domain::transfer::{
    FileRules, JobId, JobOptions, JobSpec, JobState, JobView, OnConflict, Target, Work,
};
use windlass::domain::transfer_event::{JobChange, TransferEvent};
use windlass::s3::client::Client;
use windlass::s3::meter::Meter;
use windlass::transfer::engine::{Connect, Engine};
use windlass::transfer::headless::run_to_end;
use windlass::transfer::limits::Patience;
use windlass::transfer::remote::Remote;
use windlass::transfer::tuning::Tuning;

use crate::support::server::connection;

pub const MIB: usize = 1 << 20;

/// Fails in milliseconds what would fail in minutes.
pub fn options(journal: Option<PathBuf>) -> Tuning {
    let patience = Patience {
        tries: 4,
        budget: 40,
        first_wait: Duration::from_millis(1),
        longest_wait: Duration::from_millis(4),
        stall: Duration::from_secs(2),
        ..Patience::default()
    };
    Tuning { journal, part_threshold: 1 << 20, slots: 6, patience, ..Tuning::default() }
}

pub fn connect(remote: &Arc<impl Remote + 'static>) -> Connect {
    let remote: Arc<dyn Remote> = Arc::clone(remote) as Arc<dyn Remote>;
    Arc::new(move |_| Ok(Arc::clone(&remote)))
}

/// A client of a server, with a bucket called `bucket`.
pub async fn opened(server: &Server, name: &str) -> Arc<Client> {
    let connection = Connection { name: name.into(), ..connection(server) };
    let client = Client::connect(&connection, Arc::new(Meter::default())).unwrap();
    client.create_bucket(&Bucket::new("bucket")).await.unwrap();
    Arc::new(client.sending_once())
}

/// Bytes whose period is prime, so that no two parts or ranges are alike.
pub fn bytes(length: usize) -> Vec<u8> {
    const PERIOD: usize = 65_537;
    let mut state = length as u64 ^ 0x9e37_79b9_7f4a_7c15;
    let block: Vec<u8> = (0..PERIOD.min(length))
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[3]
        })
        .collect();
    let mut bytes = Vec::with_capacity(length);
    while bytes.len() < length {
        bytes.extend_from_slice(&block[..block.len().min(length - bytes.len())]);
    }
    bytes
}

pub fn job(work: Work) -> JobSpec {
    JobSpec {
        connection: ConnectionName::new("test"),
        work,
        on_conflict: OnConflict::Fail,
        files: FileRules::default(),
        options: JobOptions::default(),
    }
}

pub fn upload(source: &Path, key: &str) -> JobSpec {
    let target = match key {
        prefix if prefix.is_empty() || prefix.ends_with('/') => Target::Prefix(Prefix::new(prefix)),
        key => Target::Object(Key::new(key)),
    };
    let (bucket, headers) = (Bucket::new("bucket"), ObjectHeaders::default());
    job(Work::Upload { source: source.to_owned(), bucket, target, headers })
}

pub fn download(key: &str, folder: &Path) -> JobSpec {
    let (bucket, source) = (Bucket::new("bucket"), Target::Object(Key::new(key)));
    job(Work::Download { bucket, source, folder: folder.to_owned(), name: None, size: None })
}

pub fn download_prefix(prefix: &str, folder: &Path) -> JobSpec {
    let (bucket, source) = (Bucket::new("bucket"), Target::Prefix(Prefix::new(prefix)));
    job(Work::Download { bucket, source, folder: folder.to_owned(), name: None, size: None })
}

pub fn copy(source: Target, to: &str, target: Target) -> JobSpec {
    job(Work::Copy {
        bucket: Bucket::new("bucket"),
        source,
        to_connection: None,
        to_bucket: Bucket::new(to),
        target,
        moving: false,
    })
}

/// The same copy as a move.
pub fn moving(mut spec: JobSpec) -> JobSpec {
    if let Work::Copy { moving, .. } = &mut spec.work {
        *moving = true;
    }
    spec
}

pub fn with(spec: JobSpec, on_conflict: OnConflict) -> JobSpec {
    JobSpec { on_conflict, ..spec }
}

pub async fn run(remote: &Arc<impl Remote + 'static>, spec: JobSpec) -> JobView {
    run_to_end(options(None), connect(remote), vec![spec], |_| ()).await.remove(0)
}

pub async fn run_well(remote: &Arc<impl Remote + 'static>, spec: JobSpec) -> JobView {
    let view = run(remote, spec).await;
    assert_eq!(view.state, JobState::Done, "{:?}", view.failures);
    view
}

/// The error of a job that failed.
pub fn error_of(view: &JobView) -> &windlass::domain::error::Error {
    match &view.state {
        JobState::Failed(error) => error,
        other => panic!("the job is {other:?}"),
    }
}

/// Names of everything in a folder, part files included, sorted.
pub fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// No wait of an engine that is well comes near it; a busy machine is slow.
const WAIT: Duration = Duration::from_mins(2);

/// Waits for something the engine does not tell.
#[track_caller]
pub fn until(mut reached: impl FnMut() -> bool) -> impl Future<Output = ()> {
    let asked = Location::caller();
    let wait = async move {
        while !reached() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    async move {
        let came = tokio::time::timeout(WAIT, wait).await;
        came.unwrap_or_else(|_| panic!("{asked}: it does not come to this"));
    }
}

/// Waits until nobody has the journal. Without its lock that is known only of no journal.
pub async fn released(journal: &Path) {
    let mut lock = journal.as_os_str().to_owned();
    lock.push(".lock");
    let is_free = || match std::fs::File::open(&lock) {
        Ok(lock) => lock.try_lock().is_ok(),
        Err(_) => !journal.exists(),
    };
    until(is_free).await;
}

/// An engine with its news.
pub struct Running {
    pub engine: Engine,
    pub news: UnboundedReceiver<TransferEvent>,
}

pub fn start(remote: &Arc<impl Remote + 'static>, journal: &Path) -> Running {
    start_with(remote, options(Some(journal.to_owned())))
}

pub fn start_with(remote: &Arc<impl Remote + 'static>, options: Tuning) -> Running {
    let (tell, news) = unbounded_channel();
    Running { engine: Engine::start(options, connect(remote), tell), news }
}

impl Running {
    /// The first event that fits; everything before it is passed over.
    pub async fn until<T>(&mut self, mut fits: impl FnMut(&TransferEvent) -> Option<T>) -> T {
        let mut passed = VecDeque::new();
        let wait = async {
            loop {
                let event = self.news.recv().await.expect("the engine runs");
                if let Some(found) = fits(&event) {
                    return found;
                }
                passed.truncate(11);
                passed.push_front(event);
            }
        };
        let found = tokio::time::timeout(WAIT, wait).await;
        found.unwrap_or_else(|_| panic!("not told; the last that was told is {passed:#?}"))
    }

    /// As [`Running::until`], of what is told of a job.
    pub async fn until_change<T>(
        &mut self,
        mut fits: impl FnMut(JobId, &JobChange) -> Option<T>,
    ) -> T {
        self.until(|event| event.changes().iter().find_map(|(id, change)| fits(*id, change))).await
    }

    pub async fn until_state(&mut self, wanted: impl Fn(&JobState) -> bool) -> JobState {
        self.until_change(|_, change| match change {
            JobChange::State { state, .. } if wanted(state) => Some(state.clone()),
            _ => None,
        })
        .await
    }

    pub async fn restored(&mut self) -> Vec<JobView> {
        self.until(|event| match event {
            TransferEvent::Restored(views) => Some(views.clone()),
            _ => None,
        })
        .await
    }
}
