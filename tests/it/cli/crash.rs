//! The compiled program killed at random moments while it works on a queue: nothing is lost, mixed
//! or left over.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::{SignedDuration, Timestamp};
use tokio::runtime::Runtime;
use tokio::sync::mpsc::unbounded_channel;
use windlass::demo::faults::NetworkConditions;
use windlass::demo::store::bucket::Versioning;
use windlass::demo::store::content::Content;
use windlass::demo::store::object::Stored;
use windlass::domain::address::{Bucket, ConnectionName, Key, Prefix};
use windlass::domain::object::ObjectHeaders;
use windlass::domain::transfer::{
    FileRules, JobOptions, JobSpec, OnConflict, Target, TransferCommand, Work,
};
use windlass::domain::transfer_event::TransferEvent;
use windlass::transfer::engine::{Connect, Engine};
use windlass::transfer::tuning::Tuning;

use crate::cli::shop::{Shop, ran};

/// Above the part threshold, so that it moves in three parts.
const LARGE: usize = (17 << 20) + 11;

/// Kills of one trial; then it runs to its end.
const KILLS: u64 = 3;

/// A generator small enough to be read; its seed is in every failure.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        let block: Vec<u8> = (0..4099).map(|_| self.below(256) as u8).collect();
        block.iter().copied().cycle().take(length).collect()
    }
}

struct Trial<'a> {
    shop: &'a Shop,
    seed: u64,
    home: PathBuf,
    bucket: String,
    /// What goes up, comes down and is copied, by name.
    files: Vec<(String, Vec<u8>)>,
}

impl<'a> Trial<'a> {
    fn new(shop: &'a Shop, number: u64, seed: u64) -> Trial<'a> {
        let mut dice = Dice(seed | 1);
        let sizes = [LARGE, 0, 1, 70_000, 1 << 20];
        let file = |(at, size): (usize, usize)| (format!("{at}.bin"), dice.bytes(size));
        let files = sizes.into_iter().enumerate().map(file).collect();
        let (home, bucket) = (shop.path(&format!("trial-{number}")), format!("trial-{number}"));
        Trial { shop, seed, home, bucket, files }
    }

    /// Files to send, objects to fetch and to copy, and old ones in the place of some of them.
    fn set_out(&self) {
        let store = self.shop.store();
        store.create_bucket(&self.bucket);
        for (name, bytes) in &self.files {
            fs::create_dir_all(self.home.join("up")).unwrap();
            fs::write(self.home.join("up").join(name), bytes).unwrap();
            store.put(&self.bucket, &format!("from/{name}"), bytes.clone());
        }
        fs::create_dir_all(self.home.join("down")).unwrap();
        fs::write(self.home.join("down/0.bin"), "old").unwrap();
        store.put(&self.bucket, "sent/0.bin", "old");
        store.put(&self.bucket, "copied/3.bin", "old");
    }

    /// Leaves a journal with the jobs queued and none begun.
    fn enqueue(&self) {
        let (bucket, prefix) = (Bucket::new(&self.bucket), |p| Target::Prefix(Prefix::new(p)));
        let (source, headers) = (self.home.join("up"), ObjectHeaders::default());
        let folder = self.home.join("down");
        let work = [
            Work::Upload { source, bucket: bucket.clone(), target: prefix("sent/"), headers },
            Work::Download {
                bucket: bucket.clone(),
                source: prefix("from/"),
                folder,
                name: None,
                size: None,
            },
            Work::Copy {
                bucket: bucket.clone(),
                source: prefix("from/"),
                to_connection: None,
                moving: false,
                to_bucket: bucket.clone(),
                target: prefix("copied/"),
            },
            Work::Upload {
                source: self.home.join("up/0.bin"),
                bucket,
                target: Target::Object(Key::new("alone")),
                headers: ObjectHeaders::default(),
            },
        ];
        enqueue(self.shop, self.journal(), work.into());
    }

    fn journal(&self) -> PathBuf {
        self.home.join("state/journal.sqlite")
    }

    fn command(&self, step: &str) -> Command {
        let mut command = self.shop.command(&["queue", step, "--json"]);
        command.env("WINDLASS_STATE_DIR", self.home.join("state"));
        command
    }

    /// Starts the program and kills it; true where it came to its end before. Where it is slow,
    /// ranges are killed in their middle, with what came of them in the journal.
    fn killed_after(&self, wait: Duration, slow: bool) -> bool {
        let mut command = self.command("run");
        if slow {
            command.args(["--limit-rate", "12MiB"]);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        sleep(wait);
        let ended = child.try_wait().unwrap().is_some();
        child.kill().unwrap();
        child.wait().unwrap();
        ended
    }

    /// I1 and I2 while it is under way: every destination is as it was, or as it shall be.
    fn check_under_way(&self) {
        let large = &self.files[0].1;
        let down = fs::read(self.home.join("down/0.bin")).unwrap();
        assert!(down == b"old" || down == *large, "seed {}: a torn file", self.seed);
        let sent = self.shop.store().bytes(&self.bucket, "sent/0.bin").unwrap();
        assert!(sent == "old" || sent == *large, "seed {}: a torn object", self.seed);
    }

    fn check_ended(&self) {
        let (store, seed) = (self.shop.store(), self.seed);
        for (name, bytes) in &self.files {
            let object = |prefix: &str| store.bytes(&self.bucket, &format!("{prefix}/{name}"));
            assert!(object("sent").unwrap() == *bytes, "seed {seed}: sent {name}");
            assert!(object("copied").unwrap() == *bytes, "seed {seed}: copied {name}");
            assert!(object("from").unwrap() == *bytes, "seed {seed}: the source {name}");
            let saved = fs::read(self.home.join("down").join(name)).unwrap();
            assert!(saved == *bytes, "seed {seed}: saved {name}");
        }
        assert!(store.bytes(&self.bucket, "alone").unwrap() == self.files[0].1, "seed {seed}");
        // I4 and I7: nothing else anywhere.
        assert_eq!(store.keys(&self.bucket).len(), 3 * self.files.len() + 1, "seed {seed}");
        assert_eq!(store.uploads_under_way(&self.bucket), 0, "seed {seed}: an orphaned upload");
        assert_eq!(names_in(&self.home.join("down")).len(), self.files.len(), "seed {seed}");
        assert_eq!(names_in(&self.home), ["down", "state", "up"], "seed {seed}");
        // I6: no secret in what is kept.
        let secret = self.shop.server().secret_access_key();
        for name in names_in(&self.home.join("state")) {
            let kept = fs::read(self.home.join("state").join(&name)).unwrap();
            let found = kept.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "seed {seed}: the secret is in {name}");
        }
    }
}

/// Leaves a journal with the jobs queued and none begun.
fn enqueue(shop: &Shop, journal: PathBuf, work: Vec<Work>) {
    let endpoint = shop.server().endpoint();
    let name = format!("default@{}", endpoint.split("://").last().unwrap().trim_end_matches('/'));
    let spec = |work| JobSpec {
        connection: ConnectionName::new(&name),
        work,
        on_conflict: OnConflict::Overwrite,
        files: FileRules::default(),
        options: JobOptions::default(),
    };
    let specs: Vec<JobSpec> = work.into_iter().map(spec).collect();
    let jobs = specs.len();
    let options = Tuning { journal: Some(journal), expansions: 0, ..Tuning::default() };
    let connect: Connect = std::sync::Arc::new(|_| panic!("nothing is begun"));
    Runtime::new().unwrap().block_on(async {
        let (tell, mut news) = unbounded_channel();
        let engine = Engine::start(options, connect, tell);
        engine.send(TransferCommand::Enqueue(specs));
        let mut queued = 0;
        while queued < jobs {
            let event = news.recv().await.unwrap();
            queued += usize::from(matches!(event, TransferEvent::Queued(_)));
        }
        engine.shut_down().await;
    });
}

fn names_in(folder: &Path) -> Vec<String> {
    let entry = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|found| entry(found).to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// `WINDLASS_CRASH_TRIALS` makes more of them, `WINDLASS_CRASH_SEED` the same again.
#[test]
fn a_queue_killed_at_random_moments_ends_with_the_same_bytes() {
    let given = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let trials = given("WINDLASS_CRASH_TRIALS").unwrap_or(25);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    let mut seeds = Dice(given("WINDLASS_CRASH_SEED").unwrap_or(now) | 1);
    let shop = Shop::open();
    shop.server().faults().set_conditions(NetworkConditions {
        latency: Duration::from_millis(15),
        ..NetworkConditions::default()
    });
    let mut kills = 0;
    for number in 0..trials {
        let seed = seeds.0;
        let trial = Trial::new(&shop, number, seed);
        trial.set_out();
        trial.enqueue();
        let slow = number.is_multiple_of(5);
        for _ in 0..KILLS {
            let wait = Duration::from_millis(30 + seeds.below(if slow { 2700 } else { 900 }));
            if trial.killed_after(wait, slow) {
                break;
            }
            kills += 1;
            trial.check_under_way();
        }
        let last = ran(trial.command("run"), b"");
        assert_eq!(last.code, 0, "seed {seed}\n{}\n{}", last.out, last.err);
        trial.check_ended();
        let cleared = ran(trial.command("clear"), b"").ended(0);
        assert_eq!(cleared.out, "", "seed {seed}: nothing is left in the queue");
        shop.store().remove_bucket(&trial.bucket);
        fs::remove_dir_all(&trial.home).unwrap();
    }
    println!("{trials} trials, {kills} kills: 0 bytes lost, 0 left over");
}

/// Objects of five hours ago, one of them in parts.
struct Past {
    shop: Shop,
    old: Vec<(String, Vec<u8>)>,
}

impl Past {
    fn new() -> Past {
        let shop = Shop::open();
        let mut dice = Dice(7);
        let mut object = |(at, size): (usize, usize)| (format!("{at:02}.bin"), dice.bytes(size));
        let sizes = [(0, LARGE)].into_iter().chain((1..40).map(|at| (at, at << 10)));
        let old: Vec<(String, Vec<u8>)> = sizes.map(&mut object).collect();
        shop.store().create_bucket("vault");
        shop.store().set_versioning("vault", Versioning::Enabled);
        let then = SystemTime::now() - Duration::from_secs(5 * 3600);
        for (name, bytes) in &old {
            let object = Stored::whole(Content::held(bytes.clone()));
            shop.store().put_object_at("vault", &format!("from/{name}"), object, then);
        }
        Past { shop, old }
    }

    /// Every second object is overwritten, the others are deleted, and a new one comes.
    fn go_on(&self) {
        for (at, (name, bytes)) in self.old.iter().enumerate() {
            let key = format!("from/{name}");
            match at % 2 {
                0 => self.shop.store().put("vault", &key, vec![1; bytes.len()]),
                _ => self.shop.store().remove("vault", &key),
            }
        }
        self.shop.store().put("vault", "from/new.bin", "new");
    }

    fn check(&self, folder: &Path) {
        for (name, bytes) in &self.old {
            assert!(fs::read(folder.join(name)).unwrap() == *bytes, "{name} is not as it was");
        }
        assert!(!folder.join("new.bin").exists(), "it was not there then");
    }
}

#[test]
fn a_killed_download_of_a_time_goes_on_with_the_versions_of_that_time() {
    let past = Past::new();
    let (folder, journal) = (past.shop.path("then"), past.shop.path("state/journal.sqlite"));
    let at = Timestamp::now() - SignedDuration::from_hours(3);
    let work = Work::Download {
        bucket: "vault".into(),
        source: Target::PrefixAt(Prefix::new("from/"), at),
        folder: folder.clone(),
        name: None,
        size: None,
    };
    enqueue(&past.shop, journal, vec![work]);
    kill_midway(past.shop.command(&["queue", "run"]), &folder);
    past.go_on();
    past.shop.run(&["queue", "run"]).ended(0);
    past.check(&folder);
    assert_eq!(names_in(&folder).len(), past.old.len(), "nothing is left over");
}

#[test]
fn a_killed_get_of_a_time_that_is_run_again_takes_the_same_versions() {
    let past = Past::new();
    let folder = past.shop.path("then");
    let line = ["get", "s3://vault/from/", "then", "--at", "3h", "--skip-existing"];
    kill_midway(past.shop.command(&line), &folder);
    past.go_on();
    past.shop.run(&line).ended(0);
    past.check(&folder);
}

/// Runs it at a rate that leaves the large object unfinished, and kills it once files are
/// there.
fn kill_midway(mut command: Command, folder: &Path) {
    command.args(["--limit-rate", "6MiB"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let begun = || fs::read_dir(folder).is_ok_and(|entries| entries.count() > 3);
    while !begun() {
        sleep(Duration::from_millis(10));
        assert!(child.try_wait().unwrap().is_none(), "it ended before it was killed");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}
