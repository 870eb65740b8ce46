//! The compiled program in a pseudo-terminal against the demo server in another process, beside
//! programs that do nothing else.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use windlass::demo::seed::MANY_KEYS;

use crate::figures::{Times, ratio, say, say_beside};
use crate::pty::{Timed, memory, processor_time};

const WINDLASS: &str = env!("CARGO_BIN_EXE_windlass");
const ROUNDS: usize = 15;
const KEYS: usize = 200;
const PATIENCE: Duration = Duration::from_secs(120);

/// `windlass demo --serve` and the environment that leads to it.
struct Served {
    child: Child,
    environment: Vec<(String, String)>,
    folder: TempDir,
}

impl Served {
    fn start(keys: &str) -> Served {
        let mut command = Command::new(WINDLASS);
        command.args(["demo", "--serve", "--keys", keys]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let exports = lines.take(5).filter_map(|line| {
            let line = line.ok()?;
            let (name, value) = line.strip_prefix("export ")?.split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        });
        let mut environment: Vec<_> = exports.collect();
        let folder = tempfile::tempdir().unwrap();
        for name in ["WINDLASS_CONFIG_DIR", "WINDLASS_STATE_DIR", "HOME"] {
            environment.push((name.to_owned(), folder.path().display().to_string()));
        }
        Served { child, environment, folder }
    }

    fn browser(&self, location: &str) -> Timed {
        Timed::start(WINDLASS, &[location], &self.environment)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn measure(own: &str) {
    start_to_paint(own);
    for keys in ["100000", "1000000"] {
        loaded(own, keys);
    }
}

fn start_to_paint(own: &str) {
    let served = Served::start("1000");
    let programs = [
        ("echo", own, &["echo"][..]),
        ("bare ratatui", own, &["bare"]),
        ("windlass", WINDLASS, &["s3://many-keys/events/"]),
        ("windlass demo", WINDLASS, &["demo"]),
    ];
    let mut times = vec![Vec::new(); programs.len()];
    let mut pages = Vec::new();
    for round in 0..ROUNDS {
        for turn in 0..programs.len() {
            let at = (round + turn) % programs.len();
            let (_, program, arguments) = programs[at];
            // What the last program leaves to the system is not this one's.
            std::thread::sleep(Duration::from_millis(50));
            let mut timed = Timed::start(program, arguments, &served.environment);
            let started = timed.started;
            let Some(painted) = timed.until("Buckets", PATIENCE) else { continue };
            times[at].push(painted - started);
            if program == WINDLASS && arguments[0] != "demo" {
                let page = timed.until("event-000000000", PATIENCE);
                pages.extend(page.map(|page| page.saturating_duration_since(painted)));
            }
        }
    }
    println!("start to first paint, {ROUNDS} rounds in turn");
    let times: Vec<Times> = times.into_iter().map(Times::new).collect();
    let pages = Times::new(pages);
    for ((name, ..), taken) in programs.iter().zip(&times) {
        say(
            name,
            &format!(
                "p50 {:.1?} p90 {:.1?}   {:.2}x bare ratatui",
                taken.median(),
                taken.percentile(90),
                ratio(taken.median(), times[1].median())
            ),
        );
    }
    say(
        "first frame to the first page painted",
        &format!("p50 {:.1?} p90 {:.1?}", pages.median(), pages.percentile(90)),
    );
}

/// Everything about one listing of so many keys.
fn loaded(own: &str, keys: &str) {
    println!("{keys} keys, the server in another process");
    let served = Served::start(keys);
    let mut browser = served.browser(&format!("s3://{MANY_KEYS}/events/"));
    browser.until("event-000000000", PATIENCE);
    browser.settle(Duration::from_millis(500), PATIENCE);
    open_again(&mut browser);
    load_all(&served, &mut browser, keys);
    let mut echo = Timed::start(own, &["echo"], &[]);
    echo.until("Buckets", PATIENCE);
    walk(&mut echo, &mut browser, "a key to its paint");
    idle(&mut browser);
    arranging(&mut echo, &mut browser);
    heavy(&mut echo, &mut browser);
    transferring(&served, &mut echo, &mut browser);
}

/// Leaves the prefix and opens it again: its rows are kept, and listed again behind what is shown.
fn open_again(browser: &mut Timed) {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        browser.press("h");
        browser.until("1 of 1", PATIENCE);
        browser.settle(Duration::from_millis(60), Duration::from_secs(2));
        let pressed = browser.press("l");
        times.extend(browser.until("event-000000000", PATIENCE).map(|at| at - pressed));
        browser.settle(Duration::from_millis(60), PATIENCE);
    }
    let times = Times::new(times);
    say(
        "l into a prefix that was left, to its rows",
        &format!("p50 {:.1?} p90 {:.1?}", times.median(), times.percentile(90)),
    );
}

fn load_all(served: &Served, browser: &mut Timed, keys: &str) {
    let (own, server) = (browser.process(), served.child.id());
    let before = (processor_time(own), processor_time(server), browser.bytes, browser.pieces);
    let last = format!("event-{:09}", keys.parse::<usize>().unwrap() - 1);
    let pressed = browser.press("G");
    let done = browser.until(&last, PATIENCE);
    browser.settle(Duration::from_millis(300), PATIENCE);
    let taken = done.map_or(PATIENCE, |done| done.saturating_duration_since(pressed));
    say(
        "G until the last key is painted",
        &format!(
            "{taken:.2?}, processor: browser {:.2?}, server {:.2?}",
            processor_time(own) - before.0,
            processor_time(server) - before.1
        ),
    );
    let (frames, bytes) = (browser.pieces - before.3, browser.bytes - before.2);
    say(
        "painted meanwhile",
        &format!(
            "{:.1} frames a second, {} bytes each",
            frames as f64 / taken.as_secs_f64(),
            bytes / frames.max(1)
        ),
    );
    let (now, most) = memory(own);
    say("memory of the process", &format!("{now} MiB, at most {most} MiB"));
}

fn walk(echo: &mut Timed, browser: &mut Timed, what: &str) {
    let (mut floor, mut painted) = (Vec::new(), Vec::new());
    for at in 0..KEYS {
        floor.extend(echo.key("x"));
        painted.extend(browser.key(if at % 2 == 0 { "k" } else { "j" }));
    }
    say_beside(what, &Times::new(painted), &Times::new(floor));
}

/// Processor time and bytes of a browser that nobody touches.
fn idle(browser: &mut Timed) {
    browser.settle(Duration::from_secs(1), Duration::from_secs(20));
    let (time, bytes) = (processor_time(browser.process()), browser.bytes);
    browser.watch(Duration::from_secs(5));
    let (time, bytes) = (processor_time(browser.process()) - time, browser.bytes - bytes);
    say("idle for 5 s", &format!("processor {time:.2?}, {bytes} bytes written"));
}

/// Keys while rows are sorted and filtered.
fn arranging(echo: &mut Timed, browser: &mut Timed) {
    let (mut floor, mut sorting, mut typing) = (Vec::new(), Vec::new(), Vec::new());
    for order in ["S", "m", "M", "n"].into_iter().cycle().take(12) {
        browser.key("s");
        sorting.extend(browser.key(order));
        for key in ["j", "k", "j"] {
            sorting.extend(browser.key(key));
            floor.extend(echo.key("x"));
        }
        browser.settle(Duration::from_millis(250), Duration::from_secs(5));
    }
    let mut results = Vec::new();
    for _ in 0..5 {
        browser.key("/");
        for letter in ["9", "9", "1"] {
            typing.extend(browser.key(letter));
            floor.extend(echo.key("x"));
        }
        let begun = Instant::now();
        if browser.screen().contains("found in") {
            results.push(Duration::ZERO);
        } else {
            results.extend(browser.until("found in", PATIENCE).map(|at| at - begun));
        }
        browser.settle(Duration::from_millis(250), Duration::from_secs(5));
        browser.press("\x1b");
        browser.settle(Duration::from_millis(250), Duration::from_secs(5));
    }
    let floor = Times::new(floor);
    say_beside("a key while rows are sorted", &Times::new(sorting), &floor);
    say_beside("a letter of a filter", &Times::new(typing), &floor);
    browser.settle(Duration::from_millis(500), Duration::from_secs(5));
}

/// Keys that are about every row.
fn heavy(echo: &mut Timed, browser: &mut Timed) {
    let (mut floor, mut heavy) = (Vec::new(), Vec::new());
    for _ in 0..10 {
        for key in ["\x01", "*", "\x01", "\x01"] {
            heavy.extend(browser.key(key));
            floor.extend(echo.key("x"));
        }
    }
    say_beside("ctrl-a and *", &Times::new(heavy), &Times::new(floor));
    browser.press("\x1b");
    browser.settle(Duration::from_millis(250), Duration::from_secs(5));
}

/// Keys while objects are downloaded, and what the progress of them writes.
fn transferring(served: &Served, echo: &mut Timed, browser: &mut Timed) {
    browser.press("gg");
    browser.settle(Duration::from_millis(200), Duration::from_secs(5));
    browser.press("v");
    for _ in 0..150 {
        browser.press("\x04");
    }
    browser.settle(Duration::from_millis(200), Duration::from_secs(5));
    browser.press("v");
    browser.press("d");
    browser.until("Download", PATIENCE);
    browser.settle(Duration::from_millis(100), Duration::from_secs(5));
    let folder = served.folder.path().join("down");
    std::fs::create_dir_all(&folder).unwrap();
    browser.press("\x15");
    browser.press(&folder.display().to_string());
    browser.settle(Duration::from_millis(100), Duration::from_secs(5));
    let before = (processor_time(browser.process()), Instant::now());
    browser.press("\r");
    browser.until("active", PATIENCE);
    let (mut floor, mut painted) = (Vec::new(), Vec::new());
    while browser.screen().contains("active") && painted.len() < KEYS {
        floor.extend(echo.key("x"));
        let key = if painted.len() % 2 == 0 { "j" } else { "k" };
        painted.extend(browser.key(key));
    }
    let what = "a key while objects are downloaded";
    say_beside(what, &Times::new(painted), &Times::new(floor));
    let (bytes, pieces) = (browser.bytes, browser.pieces);
    browser.watch(Duration::from_secs(1));
    let (bytes, pieces) = (browser.bytes - bytes, browser.pieces - pieces);
    say(
        "progress painted",
        &format!("{pieces} frames in a second, {} bytes each", bytes / pieces.max(1)),
    );
    let files = std::fs::read_dir(&folder).map_or(0, Iterator::count);
    say(
        "downloaded meanwhile",
        &format!(
            "{files} files in {:.1?}, processor {:.2?}",
            before.1.elapsed(),
            processor_time(browser.process()) - before.0
        ),
    );
}
