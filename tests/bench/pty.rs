//! A program in a pseudo-terminal whose output arrives with its time, and what the system says of
//! its process.

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use vt100::Parser;

const COLUMNS: NonZero<u16> = NonZero::new(120).unwrap();
const ROWS: NonZero<u16> = NonZero::new(40).unwrap();
/// The processor time of a process is counted in so many parts of a second.
const CLOCK: u32 = 100;

pub struct Timed {
    output: Receiver<(Instant, Vec<u8>)>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    parser: Parser,
    pub started: Instant,
    /// What was written so far: bytes, and how often.
    pub bytes: usize,
    pub pieces: usize,
    _master: Box<dyn MasterPty + Send>,
}

impl Timed {
    pub fn start(program: &str, arguments: &[&str], environment: &[(String, String)]) -> Timed {
        let (rows, cols) = (ROWS.get(), COLUMNS.get());
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        for (name, value) in [("TERM", "xterm-256color"), ("LANG", "C.UTF-8")] {
            command.env(name, value);
        }
        for (name, value) in environment {
            command.env(name, value);
        }
        let mut reader = pair.master.try_clone_reader().unwrap();
        let writer = pair.master.take_writer().unwrap();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut piece = vec![0; 65536];
            while let Ok(read @ 1..) = reader.read(&mut piece) {
                if sender.send((Instant::now(), piece[..read].to_vec())).is_err() {
                    return;
                }
            }
        });
        let started = Instant::now();
        let child = pair.slave.spawn_command(command).unwrap();
        let parser = Parser::new(ROWS, COLUMNS, 0);
        let (bytes, pieces) = (0, 0);
        Timed { output, writer, child, parser, started, bytes, pieces, _master: pair.master }
    }

    fn written(&mut self, patience: Duration) -> Option<(Instant, Vec<u8>)> {
        let (at, piece) = self.output.recv_timeout(patience).ok()?;
        self.parser.process(&piece);
        self.bytes += piece.len();
        self.pieces += 1;
        Some((at, piece))
    }

    fn piece(&mut self, patience: Duration) -> Option<Instant> {
        self.written(patience).map(|(at, _)| at)
    }

    /// When the screen shows a text; `None` where it does not come in time.
    pub fn until(&mut self, text: &str, patience: Duration) -> Option<Instant> {
        let end = Instant::now() + patience;
        let mut at = Instant::now();
        while !self.parser.screen().contents().contains(text) {
            at = self.piece(end.saturating_duration_since(Instant::now()))?;
        }
        Some(at)
    }

    /// When the program writes bytes that no screen shows, from now on.
    pub fn until_written(&mut self, bytes: &[u8], patience: Duration) -> Option<Instant> {
        let end = Instant::now() + patience;
        let mut written = Vec::new();
        loop {
            let (at, piece) = self.written(end.saturating_duration_since(Instant::now()))?;
            written.extend_from_slice(&piece);
            if memchr::memmem::find(&written, bytes).is_some() {
                return Some(at);
            }
            let kept = written.len().saturating_sub(bytes.len());
            written.drain(..kept);
        }
    }

    /// Lets the program come to rest: nothing written for a while, at most as long as `patience`.
    pub fn settle(&mut self, quiet: Duration, patience: Duration) {
        let end = Instant::now() + patience;
        while Instant::now() < end && self.piece(quiet).is_some() {}
    }

    /// Takes what is written during a time.
    pub fn watch(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.piece(end.saturating_duration_since(Instant::now()));
        }
    }

    pub fn press(&mut self, keys: &str) -> Instant {
        let pressed = Instant::now();
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
        pressed
    }

    /// From a key to the first byte it makes the program write.
    pub fn key(&mut self, keys: &str) -> Option<Duration> {
        let pressed = self.press(keys);
        let at = self.piece(Duration::from_secs(5))?;
        let taken = at.saturating_duration_since(pressed);
        self.settle(Duration::from_millis(8), Duration::from_millis(60));
        Some(taken)
    }

    /// What the screen shows.
    pub fn screen(&self) -> String {
        self.parser.screen().contents()
    }

    pub fn process(&self) -> u32 {
        self.child.process_id().unwrap()
    }
}

impl Drop for Timed {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The processor time a process has taken.
pub fn processor_time(process: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    let ticks: u32 = ticks.filter_map(|field| field.parse::<u32>().ok()).sum();
    Duration::from_secs(ticks.into()) / CLOCK
}

/// Memory of a process in MiB: now, and the most it ever had.
pub fn memory(process: u32) -> (u64, u64) {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let field = |name| {
        let line = status.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok()
    };
    (field("VmRSS:").unwrap_or(0) / 1024, field("VmHWM:").unwrap_or(0) / 1024)
}
