//! The world stops after every single step of the journal: what is not durable never happened, and
//! the next starts end as if nothing had happened at all.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::JoinSet;
use windlass::domain::address::{Bucket, Key, Prefix};
use windlass::domain::transfer::{
    JobSpec, JobState, OnConflict, Progress, Target, TransferCommand, Work,
};
use windlass::domain::transfer_event::{JobChange, TransferEvent};
use windlass::transfer::engine::Engine;
use windlass::transfer::tuning::Tuning;

use crate::transfers::fake::Fake;
use crate::transfers::harness::{
    MIB, Running, bytes, connect, copy, download, download_prefix, job, options, released, upload,
    with,
};

/// Three parts or ranges.
const LARGE: usize = 17 * MIB + 5;

#[derive(Clone, Copy, Debug)]
enum Way {
    Up,
    UpBeside(usize),
    Down,
    DownOpaque,
    DownBeside(usize),
    Copy,
    CopyWhole,
    FolderUp,
    FolderDown,
    Delete,
}

const WAYS: [Way; 12] = [
    Way::Up,
    Way::UpBeside(70_000),
    Way::UpBeside(LARGE),
    Way::Down,
    Way::DownOpaque,
    Way::DownBeside(70_000),
    Way::DownBeside(LARGE),
    Way::Copy,
    Way::CopyWhole,
    Way::FolderUp,
    Way::FolderDown,
    Way::Delete,
];

/// Everything that is there, and what the queue says of it.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    objects: BTreeMap<String, String>,
    files: BTreeMap<String, String>,
    uploads: usize,
    state: JobState,
    progress: Progress,
}

struct Place {
    home: tempfile::TempDir,
    remote: Arc<Fake>,
    way: Way,
}

impl Place {
    fn new(way: Way) -> Place {
        let (home, remote) = (tempfile::tempdir().unwrap(), Fake::new());
        let place = Place { home, remote, way };
        let (up, down) = (place.path("up"), place.path("down"));
        fs::create_dir_all(up.join("tree/deep")).unwrap();
        fs::create_dir(&down).unwrap();
        let size = match way {
            Way::UpBeside(size) | Way::DownBeside(size) => size,
            Way::CopyWhole => 70_000,
            _ => LARGE,
        };
        fs::write(up.join("f"), bytes(size)).unwrap();
        place.remote.store("from", &bytes(size));
        if matches!(way, Way::DownOpaque) {
            place.remote.store_tagged("from", &bytes(size), "0123456789abcdef0123456789abcdef-3");
        }
        for (name, size) in [("a", 0), ("b", 1), ("deep/c", 2 * MIB), ("deep/d", 90_000)] {
            fs::write(up.join("tree").join(name), bytes(size)).unwrap();
            place.remote.store(&format!("p/{name}"), &bytes(size));
        }
        if matches!(way, Way::UpBeside(_) | Way::DownBeside(_)) {
            place.remote.store("to", b"old");
            fs::write(down.join("from"), "old").unwrap();
        }
        // As long as the object, and something else: only what is known of the part file tells them
        // apart.
        if matches!(way, Way::DownOpaque) {
            fs::write(down.join("from"), vec![7; size]).unwrap();
        }
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn spec(&self) -> JobSpec {
        let object = |key: &str| Target::Object(Key::new(key));
        let (file, down) = (self.path("up/f"), self.path("down"));
        match self.way {
            Way::Up => upload(&file, "to"),
            Way::UpBeside(_) => with(upload(&file, "to"), OnConflict::KeepBoth),
            Way::Down => download("from", &down),
            Way::DownOpaque => with(download("from", &down), OnConflict::Overwrite),
            Way::DownBeside(_) => with(download("from", &down), OnConflict::KeepBoth),
            Way::Copy | Way::CopyWhole => copy(object("from"), "bucket", object("to")),
            Way::FolderUp => upload(&self.path("up/tree"), "q/"),
            Way::FolderDown => download_prefix("p/", &down),
            Way::Delete => job(Work::Delete {
                bucket: Bucket::new("bucket"),
                targets: vec![Target::Prefix(Prefix::new("p/"))],
            }),
        }
    }

    fn journal(&self) -> PathBuf {
        self.path("q.db")
    }

    fn start(&self) -> Running {
        let (tell, news) = unbounded_channel();
        let options = Tuning { copy_threshold: 8 << 20, ..options(Some(self.journal())) };
        Running { engine: Engine::start(options, connect(&self.remote), tell), news }
    }

    /// Runs until the journal has taken `steps`, or to the end; true where the world stopped before
    /// it.
    async fn stopped_after(&mut self, steps: u64) -> bool {
        let mut running = self.start();
        let restored = running.restored().await;
        let stop = Stop::at(&self.journal());
        stop.after(steps);
        match restored.first() {
            None => running.engine.send(TransferCommand::Enqueue(vec![self.spec()])),
            Some(job) if job.state.finished() => return false,
            Some(_) => {}
        }
        let stopped = running
            .until(|event| match event {
                TransferEvent::Warned(_) => Some(true),
                event => event.changes().iter().find_map(|(_, change)| match change {
                    JobChange::State { state, .. } if state.finished() => Some(false),
                    _ => None,
                }),
            })
            .await;
        // What does not wait for the journal goes on for a moment, as it would.
        tokio::time::sleep(Duration::from_millis(30)).await;
        drop(running);
        released(&self.journal()).await;
        stop.after(u64::MAX >> 2);
        // Whatever of the old world still runs, it runs on nothing.
        self.remote = self.remote.rescripted(|_| None);
        stopped
    }

    async fn finished(&self) -> Seen {
        let mut running = self.start();
        let mut views = running.restored().await;
        if views.is_empty() {
            running.engine.send(TransferCommand::Enqueue(vec![self.spec()]));
        }
        if !views.first().is_some_and(|job| job.state.finished()) {
            running.until_state(JobState::finished).await;
        }
        running.engine.shut_down().await;
        released(&self.journal()).await;
        let mut again = self.start();
        views = again.restored().await;
        again.engine.shut_down().await;
        released(&self.journal()).await;
        let view = views.remove(0);
        let digest = |bytes: &[u8]| format!("{} {}", bytes.len(), super::fake::md5_hex(bytes));
        let objects = self.remote.keys().into_iter().map(|key| {
            let bytes = self.remote.bytes("bucket", &key).unwrap();
            (key, digest(&bytes))
        });
        let mut files = BTreeMap::new();
        every_file(&self.path("down"), &mut |path| {
            files.insert(path.display().to_string(), digest(&fs::read(path).unwrap()));
        });
        let at_home = self.home.path().display().to_string();
        let files = files.into_iter().map(|(path, digest)| (path.replace(&at_home, ""), digest));
        Seen {
            objects: objects.collect(),
            files: files.collect(),
            uploads: self.remote.uploads(),
            state: view.state,
            progress: view.progress,
        }
    }
}

fn every_file(folder: &Path, found: &mut impl FnMut(&Path)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { every_file(&path, found) } else { found(&path) }
    }
}

/// Lets the journal take so many steps, and no more.
struct Stop(Connection);

impl Stop {
    fn at(journal: &Path) -> Stop {
        let connection = Connection::open(journal).unwrap();
        connection.busy_timeout(Duration::from_secs(20)).unwrap();
        let mut sql = "CREATE TABLE IF NOT EXISTS stop (steps INTEGER);".to_owned();
        for (name, step) in
            [("a", "INSERT ON facts"), ("b", "INSERT ON outcomes"), ("c", "DELETE ON facts")]
        {
            sql += &format!(
                "CREATE TRIGGER IF NOT EXISTS before_{name} BEFORE {step}
                 WHEN (SELECT steps FROM stop) <= 0 BEGIN SELECT RAISE(ABORT, 'stop'); END;
                 CREATE TRIGGER IF NOT EXISTS after_{name} AFTER {step}
                 BEGIN UPDATE stop SET steps = steps - 1; END;"
            );
        }
        connection.execute_batch(&sql).unwrap();
        Stop(connection)
    }

    fn after(&self, steps: u64) {
        let steps = format!("DELETE FROM stop; INSERT INTO stop VALUES ({steps});");
        self.0.execute_batch(&steps).unwrap();
    }

    fn left(&self) -> u64 {
        let left = self.0.query_row("SELECT steps FROM stop", [], |row| row.get::<_, i64>(0));
        left.unwrap().cast_unsigned()
    }
}

/// How it ends undisturbed, and how many steps the journal takes.
async fn undisturbed(way: Way) -> (Seen, u64) {
    const MANY: u64 = 1_000_000;
    let mut place = Place::new(way);
    let mut running = place.start();
    running.restored().await;
    let stop = Stop::at(&place.journal());
    stop.after(MANY);
    running.engine.send(TransferCommand::Enqueue(vec![place.spec()]));
    running.until_state(JobState::finished).await;
    running.engine.shut_down().await;
    released(&place.journal()).await;
    let steps = MANY - stop.left();
    place.remote = place.remote.rescripted(|_| None);
    let seen = place.finished().await;
    assert_eq!(seen.state, JobState::Done, "{way:?}");
    assert_eq!(seen.uploads, 0, "{way:?}");
    (seen, steps)
}

async fn stopped(way: Way, steps: u64, expected: &Seen) -> Result<usize, String> {
    let mut place = Place::new(way);
    let mut stops = 0;
    for steps in [steps, 1 + steps % 3] {
        stops += usize::from(place.stopped_after(steps).await);
    }
    let seen = place.finished().await;
    // What was deleted and not recorded is found by nobody: it is gone, and not counted.
    let progress = if matches!(way, Way::Delete) { expected.progress } else { seen.progress };
    if (Seen { progress, ..seen.clone() }) == *expected {
        return Ok(stops);
    }
    Err(format!("{way:?} stopped after {steps} steps\n  {seen:?}\n  {expected:?}\n"))
}

/// `WINDLASS_STOPS=all` stops at every step; else at every third, another third of each way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_world_that_stops_after_any_fact_goes_on_as_if_it_had_not() {
    let (room, mut running) = (Arc::new(Semaphore::new(12)), JoinSet::new());
    let all = std::env::var_os("WINDLASS_STOPS").is_some();
    for (shift, way) in WAYS.into_iter().enumerate() {
        let (expected, steps) = undisturbed(way).await;
        let expected = Arc::new(expected);
        for step in (0..=steps).filter(|step| all || (step + shift as u64).is_multiple_of(3)) {
            let (room, expected) = (Arc::clone(&room), Arc::clone(&expected));
            running.spawn(async move {
                let _room = room.acquire_owned().await;
                let limit = Duration::from_secs(240);
                let one = async move { stopped(way, step, &expected).await };
                match tokio::spawn(tokio::time::timeout(limit, one)).await {
                    Ok(Ok(ended)) => ended,
                    other => Err(format!("{way:?} stopped after {step} steps: {other:?}\n")),
                }
            });
        }
    }
    let (stops, bad): (Vec<_>, Vec<_>) =
        running.join_all().await.into_iter().partition(Result::is_ok);
    let stops: usize = stops.into_iter().flatten().sum();
    let bad: Vec<String> = bad.into_iter().filter_map(Result::err).collect();
    println!("{stops} stops on {} ways: {} ended otherwise", WAYS.len(), bad.len());
    assert!(bad.is_empty(), "{}", bad.concat());
    assert!(stops > 50, "{stops}");
}
