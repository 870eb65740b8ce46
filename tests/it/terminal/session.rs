//! A pseudo-terminal with a program in it: keys in, screen out. Waits end with what is awaited or
//! fail with the screen.

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use vt100::{Parser, Screen};

/// No wait of a healthy program comes near it; a busy machine is slow.
const PATIENCE: Duration = Duration::from_mins(2);

pub struct Session {
    seen: Arc<Seen>,
    writer: Box<dyn Write + Send>,
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
}

struct Seen {
    output: Mutex<Output>,
    more: Condvar,
}

struct Output {
    parser: Parser,
    raw: Vec<u8>,
    ended: bool,
}

impl Session {
    pub fn start(command: CommandBuilder, columns: u16, rows: u16) -> Session {
        let pair = native_pty_system().openpty(size(columns, rows)).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let parser = Parser::new(cells(rows), cells(columns), 0);
        let output = Mutex::new(Output { parser, raw: Vec::new(), ended: false });
        let seen = Arc::new(Seen { output, more: Condvar::new() });
        let mut reader = pair.master.try_clone_reader().unwrap();
        let told = Arc::clone(&seen);
        std::thread::spawn(move || {
            let mut piece = [0; 8192];
            loop {
                // The end of a pseudo-terminal is an error on Linux.
                let read = reader.read(&mut piece).unwrap_or(0);
                // A test that failed while it held the lock is told by itself.
                let Ok(mut output) = told.output.lock() else { return };
                output.parser.process(&piece[..read]);
                output.raw.extend_from_slice(&piece[..read]);
                output.ended = read == 0;
                told.more.notify_all();
                if read == 0 {
                    return;
                }
            }
        });
        let writer = pair.master.take_writer().unwrap();
        Session { seen, writer, master: pair.master, child }
    }

    /// Types text or control characters as they are.
    pub fn press(&mut self, keys: &str) -> &mut Session {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
        self
    }

    /// Waits until the screen contains a text.
    #[track_caller]
    pub fn see(&mut self, text: &str) -> &mut Session {
        self.wait(&format!("see {text:?}"), |screen| screen.contents().contains(text));
        self
    }

    /// Waits until the screen does not contain a text any more.
    #[track_caller]
    pub fn miss(&mut self, text: &str) -> &mut Session {
        self.wait(&format!("miss {text:?}"), |screen| !screen.contents().contains(text));
        self
    }

    #[track_caller]
    pub fn wait(&mut self, what: &str, holds: impl Fn(&Screen) -> bool) {
        self.wait_output(what, |output| holds(output.parser.screen()));
    }

    /// Waits until the bytes the program wrote so far contain a sequence, and brings back what
    /// follows it.
    #[track_caller]
    pub fn raw_after(&mut self, sequence: &str, end: &str) -> String {
        let find = |output: &Output| {
            let raw = String::from_utf8_lossy(&output.raw).into_owned();
            let (_, rest) = raw.split_once(sequence)?;
            let (inner, _) = rest.split_once(end)?;
            Some(inner.to_owned())
        };
        self.wait_output(&format!("{sequence:?}"), |output| find(output).is_some());
        find(&self.seen.output.lock().unwrap()).unwrap()
    }

    /// Waits until the bytes the program wrote so far are as is wanted.
    #[track_caller]
    pub fn wait_raw(&mut self, what: &str, holds: impl Fn(&str) -> bool) {
        self.wait_output(what, |output| holds(&String::from_utf8_lossy(&output.raw)));
    }

    /// Every byte the program wrote so far.
    pub fn raw(&self) -> Vec<u8> {
        self.seen.output.lock().unwrap().raw.clone()
    }

    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.seen.output.lock().unwrap().parser.screen_mut().set_size(cells(rows), cells(columns));
        self.master.resize(size(columns, rows)).unwrap();
    }

    /// The exit code; fails where the program goes on.
    #[track_caller]
    pub fn ended(&mut self) -> u32 {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                self.wait_output("the end of the output", |output| output.ended);
                return status.exit_code();
            }
            assert!(Instant::now() < deadline, "the program goes on:\n{}", self.contents());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits for something that happens outside of the screen.
    #[track_caller]
    pub fn wait_until(&mut self, what: &str, holds: impl Fn() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !holds() {
            assert!(Instant::now() < deadline, "waited in vain until {what}:\n{}", self.contents());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn process_id(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    pub fn contents(&self) -> String {
        self.seen.output.lock().unwrap().parser.screen().contents()
    }

    /// Asserts that the terminal is as a program must leave it.
    #[track_caller]
    pub fn is_restored(&self) {
        let output = self.seen.output.lock().unwrap();
        let screen = output.parser.screen();
        assert!(!screen.alternate_screen(), "the alternate screen is still on");
        assert!(!screen.hide_cursor(), "the cursor is still hidden");
        assert!(!screen.bracketed_paste(), "bracketed paste is still on");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    }

    /// As [`Session::is_restored`], under a shell that uses bracketed paste itself.
    #[track_caller]
    pub fn is_left(&self) {
        let output = self.seen.output.lock().unwrap();
        let screen = output.parser.screen();
        assert!(!screen.alternate_screen() && !screen.hide_cursor());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    }

    #[track_caller]
    fn wait_output(&self, what: &str, holds: impl Fn(&Output) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        let mut output = self.seen.output.lock().unwrap();
        while !holds(&output) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero() && !output.ended,
                "waited in vain to {what}:\n{}",
                output.parser.screen().contents()
            );
            output = self.seen.more.wait_timeout(output, left).unwrap().0;
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // It has ended already where the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn cells(number: u16) -> NonZero<u16> {
    NonZero::new(number).unwrap()
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}
