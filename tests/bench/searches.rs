//! Searches an index of a million keys, and says how far each search is from its aim.

use std::path::Path;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use nix::sys::resource::{UsageWho, getrusage};
use windlass::domain::address::Prefix;
use windlass::domain::criteria::Criteria;
use windlass::domain::error::Error;
use windlass::domain::listing::{Class, Row, RowKind};
use windlass::index::facts::IndexPlace;
use windlass::index::folder::index_for;
use windlass::index::search::IndexSearch;
use windlass::index::writer::IndexWriter;

use crate::figures::{Times, ratio, say};

const KEYS: u64 = 1_000_000;
const TRIES: usize = 9;
const AIM: Duration = Duration::from_millis(50);

/// What is searched for, as it is typed.
const LINES: [&str; 12] = [
    "'0004",
    "part00999",
    "xyzq",
    "*.jpg",
    "part-*[12]3-*.parquet",
    "lake/**/region=eu/**/*7-*.parquet",
    "ext=parquet region=eu age<400d",
    "/\\bdb-07\\b/",
    "ext=zst",
    "type=image",
    "size>16700000",
    "/host=[0-9]+.*77\\.log/",
];

pub fn measure() {
    let home = tempfile::tempdir().unwrap();
    let length = write(home.path());
    println!("an index of {KEYS} keys in {length} bytes, searched on all processors");
    for line in LINES {
        let (mut walls, mut processors, mut found) = (Vec::new(), Vec::new(), 0);
        for _ in 0..TRIES {
            let (start, before) = (Instant::now(), processor());
            found = search(home.path(), line);
            walls.push(start.elapsed());
            processors.push(processor().saturating_sub(before));
        }
        let (wall, processor) = (Times::new(walls).median(), Times::new(processors).median());
        let aim = ratio(wall, AIM);
        let figures = format!(
            "{found} found   wall {wall:.1?} ({aim:.2}x the aim)   all threads {processor:.1?}"
        );
        say(line, &figures);
    }
}

fn place() -> IndexPlace {
    IndexPlace {
        connection: "bench".into(),
        server: String::new(),
        bucket: "bench".into(),
        prefix: Prefix::new(""),
    }
}

/// A lake of Parquet files, logs by day and host, pictures, and names that say nothing.
fn write(folder: &Path) -> u64 {
    let any = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23);
    let mut names = Vec::new();
    for n in 0..KEYS * 4 / 10 {
        let (region, day) = (["eu", "us", "ap"][n as usize % 3], n / 2000);
        let part = format!("part-{:05}-{:016x}.parquet", n % 2000, any(n));
        names.push(format!("lake/events/region={region}/year=2026/day={day:03}/{part}"));
    }
    for n in 0..KEYS * 35 / 100 {
        let end = ["log", "log.gz", "log.zst"][(any(n) % 3) as usize];
        let (month, day, host) = (n / 30_000, n / 1000 % 30, n % 20);
        let name = format!("app-{n:06}-{:08x}.{end}", any(n) >> 32);
        names.push(format!("logs/2026/{month:02}/{day:02}/db-{host:02}/{name}"));
    }
    for n in 0..KEYS / 5 {
        let end = ["jpg", "png", "heic"][n as usize % 3];
        names.push(format!("photos/{:04}/IMG_{n:06}.{end}", 2000 + n / 10_000));
    }
    names.extend((0..KEYS / 20).map(|n| format!("uploads/{:016x}{:016x}", any(n), any(any(n)))));
    names.sort();
    let mut writer = IndexWriter::create(folder, place()).unwrap();
    for (n, name) in (0..).zip(&names) {
        let modified = Timestamp::from_second(1_700_000_000 + (any(n) >> 38).cast_signed()).ok();
        let etag = format!("{:016x}{:016x}", any(n), any(n + 1));
        let kind = RowKind::Object { size: any(n) >> 40, modified, class: Class::Standard };
        writer.push(Row { name, kind, version: None, etag: Some(&etag) }).unwrap();
    }
    writer.keep(true, None, now()).unwrap();
    let files = std::fs::read_dir(folder).unwrap();
    files.map(|file| file.unwrap().metadata().unwrap().len()).sum()
}

fn now() -> Timestamp {
    Timestamp::from_second(1_790_000_000).unwrap()
}

/// From the file on, as each search of the program is.
fn search(folder: &Path, line: &str) -> usize {
    let criteria = Criteria::parse_line(line).unwrap();
    let index = index_for(folder, &place()).unwrap();
    let asked =
        IndexSearch { within: "", after: "", criteria: &criteria, etags: false, now: now() };
    let mut count = 0;
    let searched = index.search(&asked, |found| {
        count += found.page.len();
        Ok::<(), Error>(())
    });
    searched.unwrap();
    count
}

/// The time that all threads of this process had a processor.
fn processor() -> Duration {
    let used = getrusage(UsageWho::RUSAGE_SELF).unwrap();
    let of = |time: nix::sys::time::TimeVal| {
        Duration::from_micros((time.tv_sec() * 1_000_000 + time.tv_usec()).cast_unsigned())
    };
    of(used.user_time()) + of(used.system_time())
}
