//! Prints how fast the screen answers, beside programs that do nothing else on the same pseudo-terminal in the same
//! run, and what a row costs in memory. Asserts no time: machines are noisy, ratios and differences are what counts.

use std::io::{Read, Write, stdin, stdout};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use windlass::demo::seed::MANY_KEYS;
use windlass::domain::listing::{Class, Listing, Page};

const ROUNDS: usize = 15;
const KEYS: usize = 200;
const COLUMNS: u16 = 120;
const ROWS: u16 = 40;

/// A program in a pseudo-terminal whose output arrives with its time.
struct Timed {
    output: Receiver<(Instant, Vec<u8>)>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    started: Instant,
    _master: Box<dyn MasterPty + Send>,
}

impl Timed {
    fn start(program: &str, arguments: &[&str]) -> Timed {
        let size = PtySize { rows: ROWS, cols: COLUMNS, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        let mut reader = pair.master.try_clone_reader().unwrap();
        let writer = pair.master.take_writer().unwrap();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut piece = [0; 65536];
            while let Ok(read @ 1..) = reader.read(&mut piece) {
                if sender.send((Instant::now(), piece[..read].to_vec())).is_err() {
                    return;
                }
            }
        });
        let started = Instant::now();
        let child = pair.slave.spawn_command(command).unwrap();
        Timed { output, writer, child, started, _master: pair.master }
    }

    /// When the output since the start of the wait contains a text; `None` after a minute.
    fn until(&mut self, text: &str) -> Option<Instant> {
        let mut seen = Vec::new();
        loop {
            let (at, piece) = self.output.recv_timeout(Duration::from_secs(60)).ok()?;
            seen.extend_from_slice(&piece);
            if String::from_utf8_lossy(&seen).contains(text) {
                return Some(at);
            }
        }
    }

    /// Lets the program come to rest.
    fn settle(&mut self, quiet: Duration) {
        while self.output.recv_timeout(quiet).is_ok() {}
    }

    /// From a key to the first byte it makes the program write.
    fn key(&mut self, key: &str) -> Option<Duration> {
        let pressed = Instant::now();
        self.writer.write_all(key.as_bytes()).ok()?;
        self.writer.flush().ok()?;
        let (at, _) = self.output.recv_timeout(Duration::from_secs(5)).ok()?;
        let taken = at.duration_since(pressed);
        self.settle(Duration::from_millis(12));
        Some(taken)
    }
}

impl Drop for Timed {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("bare") => bare(),
        Some("echo") => echo(),
        _ => measure(),
    }
}

/// The least a ratatui program does: takes the terminal, draws once, waits.
fn bare() {
    let mut terminal = ratatui::init();
    terminal
        .draw(|frame| {
            let area = frame.area();
            frame.render_widget("Buckets", area);
        })
        .unwrap();
    let _ = stdin().read(&mut [0]);
    ratatui::restore();
}

/// The floor: answers every byte with itself.
fn echo() {
    crossterm::terminal::enable_raw_mode().unwrap();
    print!("Buckets");
    stdout().flush().unwrap();
    let mut byte = [0];
    while stdin().read(&mut byte).is_ok_and(|read| read > 0) {
        stdout().write_all(&byte).unwrap();
        stdout().flush().unwrap();
    }
}

fn measure() {
    let own = std::env::current_exe().unwrap();
    let own = own.to_str().unwrap();
    let windlass = env!("CARGO_BIN_EXE_windlass");
    start_to_paint(own, windlass);
    for keys in ["100000", "1000000"] {
        key_to_paint(own, windlass, keys);
    }
    row_memory();
}

fn start_to_paint(own: &str, windlass: &str) {
    let programs = [
        ("echo", own, &["echo"][..]),
        ("bare ratatui", own, &["bare"]),
        ("windlass demo", windlass, &["demo"]),
    ];
    let mut times = vec![Vec::new(); programs.len()];
    for _ in 0..ROUNDS {
        for (at, (_, program, arguments)) in programs.iter().enumerate() {
            let mut timed = Timed::start(program, arguments);
            let started = timed.started;
            times[at].extend(timed.until("Buckets").map(|painted| painted - started));
        }
    }
    println!("start to first paint (p50 of {ROUNDS})");
    let floor = percentile(&mut times[1], 50);
    for ((name, ..), times) in programs.iter().zip(&mut times) {
        let taken = percentile(times, 50);
        println!("  {name:<14} {taken:>10.2?}   {:.2}x bare ratatui", ratio(taken, floor));
    }
}

fn key_to_paint(own: &str, windlass: &str, keys: &str) {
    let mut echo = Timed::start(own, &["echo"]);
    echo.until("Buckets");
    let location = format!("s3://{MANY_KEYS}/events/");
    let mut browser = Timed::start(windlass, &["demo", "--keys", keys, &location]);
    let frame = browser.until("Buckets");
    let rows = browser.until("event");
    println!("{keys} rows");
    if let (Some(frame), Some(rows)) = (frame, rows) {
        println!("  first frame to first page {:>10.2?}", rows.saturating_duration_since(frame));
    }
    browser.settle(Duration::from_millis(800));
    let loading = Instant::now();
    let _ = browser.writer.write_all(b"G");
    browser.settle(Duration::from_secs(2));
    println!(
        "  all pages after G         {:>10.2?}",
        loading.elapsed().saturating_sub(Duration::from_secs(2))
    );
    let (mut floor, mut painted) = (Vec::new(), Vec::new());
    for at in 0..KEYS {
        floor.extend(echo.key("x"));
        painted.extend(browser.key(if at % 2 == 0 { "k" } else { "j" }));
    }
    println!("  keys answered             {} of {KEYS}", painted.len());
    for percent in [50, 99] {
        let (of_echo, of_browser) =
            (percentile(&mut floor, percent), percentile(&mut painted, percent));
        println!(
            "  key to paint p{percent}          {of_browser:>10.2?}   echo {of_echo:.2?}, {:.2?} above it",
            of_browser.saturating_sub(of_echo)
        );
    }
}

fn row_memory() {
    let mut listing = Listing::default();
    let mut text = 0;
    for page in 0..1000 {
        let mut rows = Page::with_capacity(1000, 48_000);
        for row in 0..1000 {
            let name = format!("2026/09/{page:04}/object-{row:06}-abcdef0123.json");
            text += name.len();
            rows.push_object(&name, row, None, Class::Standard);
        }
        rows.shrink_to_fit();
        listing.push(Arc::new(rows));
    }
    let rows = listing.len();
    let bytes = listing.heap_bytes();
    println!(
        "memory of a row             {} bytes, its name {} of them, {} rows",
        bytes / rows,
        text / rows,
        rows
    );
}

fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    times
        .get((times.len() * percent / 100).min(times.len().saturating_sub(1)))
        .copied()
        .unwrap_or_default()
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64().max(1e-9)
}
