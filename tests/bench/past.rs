//! What a bucket of many versions costs: as it was at a moment, and the past of one key among many.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::child::Program;
use crate::load::Panel;
use crate::load::versions::{VERSIONS, key, past};
use crate::pty::{Timed, memory, processor_time};
use crate::rounds::{Ground, fast_folder};
use crate::served::Served;
use crate::tools::{connection, environment, windlass_program};

pub const NAME: &str = "past";
pub const TITLE: &str =
    "100,000 keys of ten versions as they were, and ten versions of one in 1,000,000";

const PATIENCE: Duration = Duration::from_secs(180);

/// A day on which every key had its fifth version.
const MOMENT: &str = "2026-05-15";

/// A page has so many versions at most.
const PAGE: usize = 1000;

pub fn measure(ground: &Ground<'_>) {
    println!("{TITLE} ({NAME}), {} rounds in turn", ground.rounds);
    let folder = fast_folder();
    let served = Served::start(ground.own, Panel::Plain, folder.path());
    fs::write(folder.path().join("config.toml"), connection(&served)).unwrap();
    for round in 0..ground.rounds {
        as_it_was(ground, &served, folder.path(), round);
    }
    on_screen(&served, folder.path());
    one_key(ground, &served, folder.path());
}

/// The verb beside programs of others that list the same versions.
fn as_it_was(ground: &Ground<'_>, served: &Served, home: &Path, round: usize) {
    let rclone = ground.peers.join("rclone").display().to_string();
    let aws = ground.peers.join("aws").display().to_string();
    let commands = [
        (
            "windlass ls -r --at",
            windlass_program(),
            vec!["ls", "-r", "s3://past/k/", "--at", MOMENT],
        ),
        (
            "rclone lsf --s3-version-at",
            rclone,
            vec!["lsf", "-R", "--s3-version-at", MOMENT, "b:past/k"],
        ),
        (
            "aws s3api list-object-versions",
            aws,
            vec!["s3api", "list-object-versions", "--bucket", "past", "--prefix", "k/"],
        ),
    ];
    for turn in 0..commands.len() {
        let (name, path, arguments) = &commands[(round + turn) % commands.len()];
        if !Path::new(path).exists() {
            println!("  {name}: skipped, not installed by tests/bench/peers");
            continue;
        }
        let arguments = arguments.iter().map(|&word| word.to_owned()).collect();
        let environment = environment(served, home);
        let program = Program { path: path.clone(), arguments, environment };
        served.take();
        match program.run(ground.own, home) {
            Ok(run) => println!(
                "  {name:<31} {:.2?} ({:.2?} processor), {} MiB at most, {} requests, of {} \
                 pages",
                run.wall,
                run.cpu,
                run.kib >> 10,
                served.take().requests,
                keys() * VERSIONS / PAGE,
            ),
            Err(said) => println!("  {name}: {said}"),
        }
    }
}

fn keys() -> usize {
    past("past").map_or(0, |past| past.keys)
}

/// `g @` and the moment, until the first row is painted, and `G` until the last one is.
fn on_screen(served: &Served, home: &Path) {
    let environment = environment(served, home);
    let mut browser = Timed::start(&windlass_program(), &["s3://past/k/"], &environment);
    browser.until("Buckets", PATIENCE);
    browser.settle(Duration::from_millis(500), PATIENCE);
    let (before, _) = memory(browser.process());
    browser.press("g@");
    browser.settle(Duration::from_millis(200), PATIENCE);
    browser.press("\x15");
    browser.press(MOMENT);
    browser.settle(Duration::from_millis(200), PATIENCE);
    let name = |number: usize| key(number).trim_start_matches("k/").to_owned();
    let time = processor_time(browser.process());
    let pressed = browser.press("\r");
    let Some(first) = browser.until(&name(0), PATIENCE) else {
        println!("  on the screen: no row came:\n{}", browser.screen());
        return;
    };
    browser.press("G");
    let Some(last) = browser.until(&name(keys() - 1), PATIENCE) else {
        println!("  on the screen: the last row did not come:\n{}", browser.screen());
        return;
    };
    browser.settle(Duration::from_millis(300), PATIENCE);
    let (now, most) = memory(browser.process());
    let row = (now.saturating_sub(before) << 20) as f64 / keys() as f64;
    println!(
        "  on the screen: first page {:.1?} after the moment, all {} rows {:.2?} ({:.2?} \
         processor); {row:.0} bytes a row, {most} MiB at most",
        first - pressed,
        keys(),
        last - pressed,
        processor_time(browser.process()).saturating_sub(time),
    );
}

/// The limit is one request: the versions of a key are listed together.
fn one_key(ground: &Ground<'_>, served: &Served, home: &Path) {
    let siblings = past("siblings").map_or(0, |past| past.keys);
    let place = format!("s3://siblings/{}", key(siblings / 2));
    let program = Program {
        path: windlass_program(),
        arguments: vec!["versions".to_owned(), place],
        environment: environment(served, home),
    };
    served.take();
    match program.run(ground.own, home) {
        Ok(run) => {
            let counted = served.take();
            let pages = counted.operations.iter().find(|(name, _)| name == "ListObjectVersions");
            let pages = pages.map_or(0, |(_, count)| *count);
            println!(
                "  versions of one key among {siblings}: {pages} pages asked for, limit 1; {} \
                 requests in all, {:.0?}",
                counted.requests, run.wall
            );
        }
        Err(said) => println!("  versions of one key: {said}"),
    }
}
