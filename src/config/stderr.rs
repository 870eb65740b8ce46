//! Writes lines to stderr, and goes on where nobody reads them.

use std::fmt::Arguments;
use std::io::{self, Write as _};

/// A line on stderr, as `eprintln!`. That panics where stderr is gone (a window that was closed, a
/// pipe whose reader ended), and would end a transfer because it cannot be told about.
macro_rules! say {
    ($($line:tt)*) => {
        $crate::config::stderr::line(format_args!($($line)*))
    };
}
pub(crate) use say;

pub fn line(line: Arguments<'_>) {
    // In one write, so that the lines of two processes do not mix.
    let line = format!("{line}\n");
    let mut stderr = io::stderr().lock();
    let _ = stderr.write_all(line.as_bytes()).and_then(|()| stderr.flush());
}

/// Without an end of the line: what is drawn over again.
pub fn part(part: &str) {
    let mut stderr = io::stderr().lock();
    let _ = stderr.write_all(part.as_bytes()).and_then(|()| stderr.flush());
}

/// What is to be answered on the same line.
///
/// # Errors
/// Where nobody can have read it.
pub fn question(question: &str) -> io::Result<()> {
    let mut stderr = io::stderr().lock();
    stderr.write_all(question.as_bytes())?;
    stderr.flush()
}
