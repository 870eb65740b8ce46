//! Finds the first and the last lines of a stream.

use std::io::{self, Read, Write};

use crate::domain::units::Size;
use crate::look::error::{LookError, Looked};

/// Bytes read at once.
const PIECE: usize = 128 * 1024;

/// Bytes that are kept of lines before any are dropped.
const LEAST: usize = 1024 * 1024;

/// Bytes that the last lines may have together.
const MOST: usize = 256 * 1024 * 1024;

/// Writes all, or up to the end of so many lines. What comes before a fault is written.
///
/// # Errors
/// The outer one is of the stream, the inner one of where it is written.
pub fn write_lines(
    source: &mut dyn Read,
    lines: Option<u64>,
    target: &mut dyn Write,
) -> Looked<io::Result<()>> {
    let mut buffer = vec![0; PIECE];
    let mut left = lines.unwrap_or(u64::MAX);
    while left > 0 {
        let read = match source.read(&mut buffer) {
            Ok(read) => read,
            Err(error) => {
                return target.flush().map_or_else(|e| Ok(Err(e)), |()| Err(error.into()));
            }
        };
        if read == 0 {
            break;
        }
        let mut shown = 0;
        while lines.is_some()
            && left > 0
            && let Some(at) = buffer[shown..read].iter().position(|byte| *byte == b'\n')
        {
            (shown, left) = (shown + at + 1, left - 1);
        }
        let shown = if left > 0 { read } else { shown };
        if let Err(error) = target.write_all(&buffer[..shown]) {
            return Ok(Err(error));
        }
    }
    Ok(target.flush())
}

/// The last so many lines of what can be read, and the fault that ends it.
pub fn last_lines(source: &mut dyn Read, lines: u64) -> (Vec<u8>, Looked<()>) {
    let mut kept = Vec::new();
    let mut buffer = vec![0; PIECE];
    let mut full = LEAST;
    let ended = loop {
        match source.read(&mut buffer) {
            Ok(0) => break Ok(()),
            Ok(read) => kept.extend_from_slice(&buffer[..read]),
            Err(error) => break Err(error.into()),
        }
        if kept.len() >= full {
            if let Some(start) = start_of_lines(&kept, lines) {
                kept.drain(..start);
            }
            full = LEAST.max(kept.len() * 2);
        }
        if kept.len() > MOST {
            let what = format!("the last lines are longer than {}", Size(MOST as u64));
            return (Vec::new(), Err(LookError::TooMuch(what)));
        }
    };
    let start = start_of_lines(&kept, lines).unwrap_or(0);
    (kept.split_off(start), ended)
}

/// Where the last so many lines begin; `None` where there are not so many.
pub fn start_of_lines(bytes: &[u8], lines: u64) -> Option<usize> {
    if lines == 0 {
        return Some(bytes.len());
    }
    // The break after the last line begins none.
    let inner = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let breaks = inner.iter().enumerate().rev().filter(|(_, byte)| **byte == b'\n');
    let nth = usize::try_from(lines - 1).unwrap_or(usize::MAX);
    breaks.map(|(at, _)| at + 1).nth(nth)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_begin_after_a_break() {
        let from = |text: &str, lines| start_of_lines(text.as_bytes(), lines);
        assert_eq!(from("a\nb\nc\n", 1), Some(4));
        assert_eq!(from("a\nb\nc", 2), Some(2));
        assert_eq!(from("a\nb\nc", 3), None);
        assert_eq!(from("a\n\n", 1), Some(2));
        assert_eq!(from("", 1), None);
        assert_eq!(from("a\n", 0), Some(2));
    }

    #[test]
    fn as_many_lines_are_written_as_are_asked_for() {
        let first = |lines| {
            let mut written = Vec::new();
            write_lines(&mut &b"a\nb\nc"[..], lines, &mut written).unwrap().unwrap();
            String::from_utf8(written).unwrap()
        };
        assert_eq!(first(Some(2)), "a\nb\n");
        assert_eq!(first(Some(9)), "a\nb\nc");
        assert_eq!(first(Some(0)), "");
        assert_eq!(first(None), "a\nb\nc");
    }

    #[test]
    fn the_last_lines_are_those_of_a_long_stream() {
        let text = (0..700_000).fold(String::new(), |text, n| text + &format!("{n}\n"));
        let (last, ended) = last_lines(&mut text.as_bytes(), 2);
        assert_eq!((last.as_slice(), ended), (&b"699998\n699999\n"[..], Ok(())));
        let all = last_lines(&mut text.as_bytes(), u64::MAX).0;
        assert_eq!(all.len(), text.len());
        let (none, ended) = last_lines(&mut io::repeat(b'x'), 1);
        assert!(none.is_empty() && matches!(ended, Err(LookError::TooMuch(_))));
    }

    #[test]
    fn what_comes_before_a_fault_is_given() {
        struct Faulty;
        impl Read for Faulty {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(LookError::malformed("cut").into())
            }
        }
        let mut source = b"a\nb\n".chain(Faulty);
        let (last, ended) = last_lines(&mut source, 1);
        assert_eq!((last.as_slice(), ended), (&b"b\n"[..], Err(LookError::malformed("cut"))));
        let mut written = Vec::new();
        let mut source = b"a\nb\n".chain(Faulty);
        assert!(write_lines(&mut source, Some(5), &mut written).is_err());
        assert_eq!(written, b"a\nb\n");
    }
}
