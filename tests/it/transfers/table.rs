//! The table of faults: every kind of transfer, through the real client, against a server that
//! misbehaves at each of the requests it makes. After each case the invariants are looked at that
//! can be seen from inside a process.

mod cases;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::JoinSet;
use windlass::demo::faults::{Act, Fault};
use windlass::demo::server::Server;
use windlass::demo::store::content::Content;
use windlass::demo::store::object::Stored;
use windlass::domain::address::{Bucket, Prefix};
use windlass::domain::transfer::{
    FileRules, JobId, JobSpec, JobState, JobView, OnConflict, Target, TransferCommand, Work,
};
use windlass::s3::client::Client;
use windlass::s3::meter::Meter;
use windlass::transfer::engine::Engine;
use windlass::transfer::fact::{Fact, Partial};
use windlass::transfer::headless::{clear_queue, finish_queue, run_to_end};
use windlass::transfer::journal::peek;
use windlass::transfer::limits::Patience;
use windlass::transfer::machine::Machine;
use windlass::transfer::tuning::Tuning;

use crate::support::server::{connection, r2_server, server};
use crate::transfers::harness::{
    MIB, bytes, connect, copy, download, download_prefix, job, moving, names_in, options, upload,
    with,
};
use cases::cases;

/// Two ranges or parts.
const LARGE: usize = 9 * MIB + 5;
const SMALL: usize = 100_000;

/// Objects below the prefix of the ways that have one.
const BELOW: usize = 5;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Up(usize),
    Down(usize),
    /// Of an object made of parts, whose ETag is no digest.
    DownOpaque,
    Copy(usize),
    Move(usize),
    /// A large upload, or download, that an earlier run left half done.
    UpAgain,
    DownAgain,
    Folder,
    Delete,
}

/// What has to become of the job.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Expect {
    Done,
    Failed,
    Either,
}

#[derive(Clone, Debug)]
struct Case {
    way: Way,
    faults: Vec<Fault>,
    expect: Expect,
}

/// How a case ended.
#[derive(Debug, PartialEq)]
enum Ending {
    Survived,
    /// I2: something is neither what it was nor what it was to become.
    Lost(String),
    /// I1.
    FalseSuccess(String),
    /// I4, I7: something is there that nobody knows of.
    LeftOver(String),
    /// I6.
    Leaked(String),
    /// The job ended as it must not.
    Wrong(String),
}

/// Where one case happens.
struct Place {
    server: Server,
    client: Arc<Client>,
    home: tempfile::TempDir,
    /// Something is in the destination's place and may be overwritten.
    existing: bool,
    new: Vec<u8>,
}

const OLD: &[u8] = b"what was there before";
const BUCKET: &str = "bucket";

impl Place {
    async fn new(case: &Case, number: usize) -> Place {
        let server = if number.is_multiple_of(3) { r2_server().await } else { server().await };
        let client = Client::connect(&connection(&server), Arc::new(Meter::default())).unwrap();
        let size = match case.way {
            Way::Up(size) | Way::Down(size) | Way::Copy(size) | Way::Move(size) => size,
            Way::UpAgain | Way::DownAgain | Way::DownOpaque => LARGE,
            Way::Folder | Way::Delete => SMALL,
        };
        let place = Place {
            server,
            client: Arc::new(client.sending_once()),
            home: tempfile::tempdir().unwrap(),
            existing: number.is_multiple_of(2),
            new: bytes(size),
        };
        place.set_out(case.way);
        place
    }

    fn set_out(&self, way: Way) {
        let store = self.server.store();
        store.create_bucket(BUCKET);
        fs::create_dir(self.down()).unwrap();
        fs::write(self.file(), &self.new).unwrap();
        store.put(BUCKET, "from", self.new.clone());
        if way == Way::DownOpaque {
            let content = Content::held(self.new.clone());
            let etag = "0123456789abcdef0123456789abcdef-2".to_owned();
            store.put_object(BUCKET, "from", Stored { etag, ..Stored::whole(content) });
        }
        for name in below() {
            store.put(BUCKET, &format!("p/{name}"), self.new.clone());
        }
        store.put(BUCKET, "px", OLD);
        if self.existing {
            store.put(BUCKET, "to", OLD);
            fs::write(self.down().join("from"), OLD).unwrap();
            fs::write(self.down().join("1"), OLD).unwrap();
        }
    }

    fn down(&self) -> PathBuf {
        self.home.path().join("down")
    }

    fn file(&self) -> PathBuf {
        self.home.path().join("f.bin")
    }

    fn journal(&self) -> PathBuf {
        self.home.path().join("state/q.db")
    }

    fn options(&self) -> Tuning {
        let usual = options(Some(self.journal()));
        Tuning {
            copy_threshold: 1 << 20,
            memory: 32 << 20,
            // Long enough for a machine that has other things to do; keys and networks that stay
            // away are given up.
            patience: Patience {
                stall: Duration::from_secs(8),
                outage: Some(Duration::from_secs(3)),
                ..usual.patience
            },
            ..usual
        }
    }

    fn spec(&self, way: Way) -> JobSpec {
        let object = |key: &str| Target::Object(windlass::domain::address::Key::new(key));
        let spec = match way {
            Way::Up(_) | Way::UpAgain => upload(&self.file(), "to"),
            Way::Down(_) | Way::DownAgain | Way::DownOpaque => download("from", &self.down()),
            Way::Copy(_) => copy(object("from"), BUCKET, object("to")),
            Way::Move(_) => moving(copy(object("from"), BUCKET, object("to"))),
            Way::Folder => download_prefix("p/", &self.down()),
            Way::Delete => job(Work::Delete {
                bucket: Bucket::new(BUCKET),
                targets: vec![Target::Prefix(Prefix::new("p/"))],
            }),
        };
        let on_conflict = if self.existing { OnConflict::Overwrite } else { OnConflict::Fail };
        // Of parts of an object that has an ETag of the whole only the sizes can be compared.
        let files = FileRules { accept_loss: way == Way::Move(LARGE), ..spec.files };
        with(JobSpec { files, ..spec }, on_conflict)
    }

    async fn run(&self, case: &Case) -> JobView {
        let again = match case.way {
            Way::UpAgain => Some("UploadPart"),
            Way::DownAgain => Some("GetObject"),
            _ => None,
        };
        if let Some(operation) = again {
            self.leave_half(case.way, operation).await;
        }
        for fault in &case.faults {
            self.server.faults().add(fault.clone());
        }
        let (options, connect, spec) = (self.options(), connect(&self.client), self.spec(case.way));
        if again.is_none() {
            return run_to_end(options, connect, vec![spec], |_| ()).await.remove(0);
        }
        let rest = std::future::pending();
        finish_queue(options, connect, |_| (), rest).await.unwrap().remove(0)
    }

    /// Runs until one part or range is recorded and drops everything.
    async fn leave_half(&self, way: Way, operation: &str) {
        let silent = Fault::new(Act::Delay(Duration::from_secs(600))).on(operation);
        self.server.faults().add(silent.after(1).forever());
        let (tell, _news) = unbounded_channel();
        // Whatever else this machine does: the first piece comes.
        let patience = Patience { stall: Duration::from_secs(60), ..Patience::default() };
        let options = Tuning { patience, ..self.options() };
        let engine = Engine::start(options, connect(&self.client), tell);
        engine.send(TransferCommand::Enqueue(vec![self.spec(way)]));
        let recorded =
            |fact: &Fact| matches!(fact, Fact::PartsDone { .. } | Fact::RangesDone { .. });
        let deadline = Instant::now() + Duration::from_secs(60);
        while !peek(&self.journal()).is_ok_and(|peek| peek.facts.iter().any(recorded)) {
            assert!(Instant::now() < deadline, "{way:?} is left half done");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        drop(engine);
        self.server.faults().clear();
    }

    /// What the journal says is unfinished.
    fn open(&self) -> Vec<Partial> {
        let mut machine = Machine::default();
        for fact in peek(&self.journal()).unwrap().facts {
            machine.apply(&fact);
        }
        machine.open(JobId(1)).into_iter().flat_map(|open| open.values().cloned()).collect()
    }

    /// What the way makes or takes: bytes, or nothing, by a name for people.
    fn results(&self, way: Way) -> Vec<(String, Option<Vec<u8>>)> {
        let stored = |key: &str| self.server.store().bytes(BUCKET, key).map(|bytes| bytes.to_vec());
        let saved = |name: &str| fs::read(self.down().join(name)).ok();
        match way {
            Way::Up(_) | Way::UpAgain | Way::Copy(_) | Way::Move(_) => {
                vec![("to".to_owned(), stored("to"))]
            }
            Way::Down(_) | Way::DownAgain | Way::DownOpaque => {
                vec![("from".to_owned(), saved("from"))]
            }
            Way::Folder => below().map(|name| (name.clone(), saved(&name))).collect(),
            Way::Delete => below()
                .map(|name| {
                    let key = format!("p/{name}");
                    let found = stored(&key);
                    (key, found)
                })
                .collect(),
        }
    }

    fn check(&self, case: &Case, view: &JobView) -> Ending {
        let said = format!("{:?} {:?} {:?}", view.state, view.failures.first(), view.notes);
        let (was, becomes) = (self.existing.then(|| OLD.to_vec()), Some(self.new.clone()));
        for (name, found) in self.results(case.way) {
            let old = match (case.way, name.as_str()) {
                (Way::Delete, _) => &becomes,
                (Way::Folder, "0" | "2" | "3" | "4") => &None,
                _ => &was,
            };
            let new = if case.way == Way::Delete { &None } else { &becomes };
            if view.state == JobState::Done && found != *new {
                return Ending::FalseSuccess(said);
            }
            // A failure may have come after the object was made: said wrongly, but lost is nothing.
            if found != *new && found != *old {
                return Ending::Lost(format!("{name}: {said}"));
            }
        }
        if matches!(case.way, Way::Move(_)) && view.state == JobState::Done {
            if self.server.store().bytes(BUCKET, "from").is_some() {
                return Ending::FalseSuccess(format!("the source is there: {said}"));
            }
        } else if self.server.store().bytes(BUCKET, "from").as_deref() != Some(&self.new)
            && !self.is_moved(case.way)
        {
            return Ending::Lost(format!("from: {said}"));
        }
        if let Some(lost) = self.lost() {
            return Ending::Lost(format!("{lost}: {said}"));
        }
        let done = match &view.state {
            JobState::Done => Expect::Done,
            JobState::Failed(_) => Expect::Failed,
            other => return Ending::Wrong(format!("{other:?}")),
        };
        if case.expect != Expect::Either && case.expect != done {
            return Ending::Wrong(format!("{:?} was due: {said}", case.expect));
        }
        Ending::Survived
    }

    /// Whether the source of a move is gone and its bytes are at their destination, whatever was
    /// said of it.
    fn is_moved(&self, way: Way) -> bool {
        matches!(way, Way::Move(_))
            && self.server.store().bytes(BUCKET, "from").is_none()
            && self.server.store().bytes(BUCKET, "to").as_deref() == Some(&self.new)
    }

    /// What was there and is no part of the job.
    fn lost(&self) -> Option<&'static str> {
        let stored = |key: &str| self.server.store().bytes(BUCKET, key);
        if stored("px").as_deref() != Some(OLD) {
            return Some("px");
        }
        (fs::read(self.file()).ok().as_ref() != Some(&self.new)).then_some("f.bin")
    }

    /// Unfinished uploads, part files and strange names beyond what the journal knows as `open`.
    fn left_over(&self, open: &[Partial]) -> Option<String> {
        let uploads = self.server.store().uploads_under_way(BUCKET);
        let kept = open.iter().filter(|part| matches!(part, Partial::Multipart(_))).count();
        let kept_files: Vec<&str> = open.iter().filter_map(file_name).collect();
        let ours = |name: &String| name == "from" || below().any(|known| known == *name);
        let files = names_in(&self.down());
        let odd = files.iter().filter(|name| !ours(name) && !kept_files.contains(&name.as_str()));
        let (odd, names) = (odd.count(), names_in(self.home.path()));
        let elsewhere = names != ["down", "f.bin", "state"];
        (uploads > kept || odd > 0 || elsewhere)
            .then(|| format!("{uploads} uploads, {files:?}, {names:?}, known: {open:?}"))
    }

    /// The secret in anything that is kept.
    fn leaked(&self) -> Option<String> {
        let secret = self.server.secret_access_key().as_bytes();
        let state = self.home.path().join("state");
        names_in(&state).into_iter().find(|name| {
            let kept = fs::read(state.join(name)).unwrap();
            kept.windows(secret.len()).any(|window| window == secret)
        })
    }
}

fn below() -> impl Iterator<Item = String> {
    (0..BELOW).map(|number| number.to_string())
}

fn file_name(partial: &Partial) -> Option<&str> {
    match partial {
        Partial::File(file) => Some(&file.name),
        Partial::Multipart(_) | Partial::Copied(_) => None,
    }
}

async fn ending(case: &Case, number: usize) -> Ending {
    let place = Place::new(case, number).await;
    let view = place.run(case).await;
    match place.check(case, &view) {
        Ending::Survived => {}
        bad => return bad,
    }
    let told = view.notes.iter().any(|note| note.text.contains("unfinished upload"));
    if let Some(left) = place.left_over(&place.open()).filter(|_| !told) {
        return Ending::LeftOver(format!("{left} {:?}", view.state));
    }
    // When the weather is fine again, clearing leaves nothing.
    place.server.faults().clear();
    let left = clear_queue(place.options(), connect(&place.client), |_| ()).await.unwrap();
    if !left.is_empty() {
        return Ending::LeftOver(format!("{left:?}"));
    }
    if let Some(left) = place.left_over(&[]).filter(|_| !told) {
        return Ending::LeftOver(format!("after clearing: {left} {:?}", view.state));
    }
    place.leaked().map_or(Ending::Survived, Ending::Leaked)
}

/// `WINDLASS_FAULTS=all` takes every request with every fault, a number one of these; else a third
/// of them and what is special.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_fault_loses_a_byte_or_is_called_a_success() {
    let (room, mut running) = (Arc::new(Semaphore::new(24)), JoinSet::new());
    let asked = std::env::var("WINDLASS_FAULTS").unwrap_or_default();
    let only = asked.parse::<usize>().ok();
    for (number, case) in cases(asked.is_empty()).into_iter().enumerate() {
        if only.is_some_and(|only| only != number) {
            continue;
        }
        let room = Arc::clone(&room);
        running.spawn(async move {
            let _room = room.acquire_owned().await;
            let asked = case.clone();
            let limit = Duration::from_secs(240);
            let ending = async move { tokio::time::timeout(limit, ending(&asked, number)).await };
            let ended = match tokio::spawn(ending).await {
                Ok(Ok(ended)) => ended,
                Ok(Err(_)) => Ending::Wrong("it does not end".to_owned()),
                Err(panic) => Ending::Wrong(panic.to_string()),
            };
            (number, ended, case)
        });
    }
    let ended = running.join_all().await;
    let count = |fits: fn(&Ending) -> bool| ended.iter().filter(|(_, end, _)| fits(end)).count();
    let lost = count(|end| matches!(end, Ending::Lost(_)));
    let lies = count(|end| matches!(end, Ending::FalseSuccess(_)));
    let survived = count(|end| *end == Ending::Survived);
    println!(
        "{} faults: {survived} survived, {lost} bytes lost, {lies} false successes",
        ended.len()
    );
    let bad: Vec<String> = ended
        .iter()
        .filter(|(_, end, _)| *end != Ending::Survived)
        .map(|(number, end, case)| format!("{number}: {case:?}\n    {end:?}\n"))
        .collect();
    assert!(
        bad.is_empty(),
        "{} bad; WINDLASS_FAULTS=N runs one of all\n{}",
        bad.len(),
        bad.concat()
    );
}
