//! What a first look at very large files costs over the wire: requests, bytes, and the time from
//! the key to the text, on `rclone serve s3`; beside yazi on the same files, where it is installed.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::figures::{Times, ratio, say};
use crate::installed::peers;
use crate::large_files::{jpeg, log, parquet, zip};
use crate::pty::Timed;

const WINDLASS: &str = env!("CARGO_BIN_EXE_windlass");
const ROUNDS: usize = 5;
const PATIENCE: Duration = Duration::from_secs(20);
/// Both programs take the terminal for one that shows pictures.
const KITTY: &str = "xterm-kitty";
const SERVER_STARTS: Duration = Duration::from_secs(10);

/// A file that is looked at.
struct Looked {
    /// Its folder holds nothing else but a file before it.
    folder: &'static str,
    name: &'static str,
    what: &'static str,
    make: fn(&Path),
    /// Keys after the first text, and what they lead to.
    keys: &'static str,
    shows: Shows,
    /// Requests and bytes that it may take, from the key on.
    limit: (u64, u64),
    /// What yazi shows of the same file on this machine, if it shows it at all.
    yazi: Option<Shows>,
}

#[derive(Clone, Copy)]
enum Shows {
    Text(&'static str),
    /// By the graphics protocol of kitty.
    Picture,
}

/// Begins a command of the graphics protocol.
const GRAPHICS: &[u8] = b"\x1b_G";

impl Shows {
    fn within(self, browser: &mut Timed) -> Option<Instant> {
        match self {
            Shows::Text(text) => browser.until(text, PATIENCE),
            Shows::Picture => browser.until_written(GRAPHICS, PATIENCE),
        }
    }
}

const LOOKED: &[Looked] = &[
    Looked {
        folder: "log",
        name: "ten.log",
        what: "10 GB log, first lines",
        make: log,
        keys: "",
        shows: Shows::Text("line 0000001"),
        limit: (2, 1 << 20),
        yazi: Some(Shows::Text("line 0000001")),
    },
    Looked {
        folder: "log",
        name: "ten.log",
        what: "10 GB log, its end",
        make: |_| {},
        keys: "4G",
        shows: Shows::Text("the last line"),
        limit: (2 + 2, 1 << 20),
        yazi: None,
    },
    Looked {
        folder: "parquet",
        name: "lake.parquet",
        what: "5 GB Parquet, first rows",
        make: parquet,
        keys: "",
        shows: Shows::Text("measured_at"),
        limit: (12, 2 << 20),
        yazi: None,
    },
    Looked {
        folder: "zip",
        name: "two.zip",
        what: "2 GB zip, its names",
        make: zip,
        keys: "",
        shows: Shows::Text("folder/"),
        limit: (4, 1 << 20),
        yazi: Some(Shows::Text("folder")),
    },
    Looked {
        folder: "jpeg",
        name: "large.jpg",
        what: "40 megapixel JPEG",
        make: jpeg,
        keys: "",
        shows: Shows::Picture,
        limit: (6, u64::MAX),
        yazi: Some(Shows::Picture),
    },
];

/// `rclone serve s3` over a folder, and the environment that leads to it.
struct Served {
    child: Child,
    environment: Vec<(String, String)>,
    _home: TempDir,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn measure() {
    println!("looks at large files, {ROUNDS} rounds");
    let files = tempfile::tempdir().unwrap();
    for looked in LOOKED {
        let folder = files.path().join("files").join(looked.folder);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("a.txt"), "before it\n").unwrap();
        (looked.make)(&folder.join(looked.name));
    }
    let Some(served) = serve(files.path()) else {
        say("rclone is missing", "tests/bench/peers installs it");
        return;
    };
    for looked in LOOKED {
        look(looked, &served, files.path());
    }
}

fn serve(files: &Path) -> Option<Served> {
    let rclone = peers().join("rclone");
    if !rclone.exists() {
        return None;
    }
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    let address = format!("127.0.0.1:{port}");
    let mut command = Command::new(rclone);
    command.arg("serve").arg("s3").arg(files);
    // The hash of a file would be taken of all of it.
    command.args(["--addr", &address, "--auth-key", "bench,bench-secret", "--etag-hash", ""]);
    command.env("RCLONE_CONFIG", "/dev/null");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let child = command.spawn().unwrap();
    let begun = Instant::now();
    while TcpStream::connect(&address).is_err() {
        assert!(begun.elapsed() < SERVER_STARTS, "rclone does not serve");
        std::thread::sleep(Duration::from_millis(50));
    }
    let home = tempfile::tempdir().unwrap();
    let mut environment = vec![
        ("TERM".to_owned(), KITTY.to_owned()),
        ("AWS_ENDPOINT_URL".to_owned(), format!("http://{address}")),
        ("AWS_ACCESS_KEY_ID".to_owned(), "bench".to_owned()),
        ("AWS_SECRET_ACCESS_KEY".to_owned(), "bench-secret".to_owned()),
        ("AWS_REGION".to_owned(), "us-east-1".to_owned()),
    ];
    for name in ["WINDLASS_CONFIG_DIR", "WINDLASS_STATE_DIR", "HOME"] {
        environment.push((name.to_owned(), home.path().display().to_string()));
    }
    Some(Served { child, environment, _home: home })
}

fn look(looked: &Looked, served: &Served, files: &Path) {
    let (mut times, mut asked, mut fetched) = (Vec::new(), 0, String::new());
    for _ in 0..ROUNDS {
        let place = format!("s3://files/{}/", looked.folder);
        let mut browser = Timed::start(WINDLASS, &[&place], &served.environment);
        browser.until("before it", PATIENCE);
        browser.settle(Duration::from_millis(300), PATIENCE);
        let before = requests(&browser.screen());
        let mut pressed = browser.press("j");
        if !looked.keys.is_empty() {
            browser.until("line 0000001", PATIENCE);
            browser.settle(Duration::from_millis(300), PATIENCE);
            pressed = browser.press(looked.keys);
        }
        let Some(shown) = looked.shows.within(&mut browser) else {
            println!("{}", browser.screen());
            return say(looked.what, "does not show");
        };
        times.push(shown - pressed);
        browser.settle(Duration::from_millis(500), PATIENCE);
        asked = requests(&browser.screen()) - before;
        fetched = told(&browser.screen());
    }
    let times = Times::new(times);
    let (most, bytes) = looked.limit;
    let limit = if bytes == u64::MAX { String::new() } else { format!(", {} KiB", bytes >> 10) };
    let figures = format!(
        "p50 {:.1?}   {asked} requests, {fetched} (limit {most} requests{limit})",
        times.median()
    );
    say(looked.what, &figures);
    if let Some(shows) = looked.yazi {
        beside(shows, &files.join("files").join(looked.folder), times.median());
    }
}

/// What the status line says of requests of both classes: `req A 5 · B 12`.
fn requests(screen: &str) -> u64 {
    let Some((_, said)) = screen.rsplit_once("req A ") else { return 0 };
    let numbers = said.split(|sign: char| !sign.is_ascii_digit()).filter(|part| !part.is_empty());
    numbers.take(2).filter_map(|part| part.parse::<u64>().ok()).sum()
}

/// `64.0 KiB of 10.0 GiB fetched`, as the preview says it.
fn told(screen: &str) -> String {
    let Some((before, _)) = screen.split_once(" fetched") else { return "all fetched".to_owned() };
    let words: Vec<&str> = before.split_whitespace().rev().take(5).collect();
    words.into_iter().rev().collect::<Vec<_>>().join(" ")
}

/// The answer to the question that yazi asks the terminal at its start, and waits for.
const TERMINAL: &str = "\x1b[?62c";

fn beside(shows: Shows, folder: &Path, ours: Duration) {
    let yazi = peers().join("yazi");
    if !yazi.exists() {
        return say("  yazi is missing", "tests/bench/peers installs it");
    }
    let (yazi, terminal) = (yazi.display().to_string(), [("TERM".to_owned(), KITTY.to_owned())]);
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let folder = folder.display().to_string();
        let mut browser = Timed::start(&yazi, &[&folder], &terminal);
        browser.press(TERMINAL);
        browser.until("before it", PATIENCE);
        browser.settle(Duration::from_millis(300), PATIENCE);
        let pressed = browser.press("j");
        times.extend(shows.within(&mut browser).map(|shown| shown - pressed));
    }
    if times.is_empty() {
        return say("  yazi", "shows nothing of it");
    }
    let times = Times::new(times);
    let figures = format!(
        "p50 {:.1?} of {}; windlass takes {:.2}x",
        times.median(),
        times.len(),
        ratio(ours, times.median())
    );
    say("  yazi, the same file on disk", &figures);
}
