//! Reads the part of a text, or of any bytes, that is shown, and searches in them.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::domain::coloured_text::ColouredLine;
use crate::domain::object_view::BytesWindow;
use crate::domain::text_pattern::TextPattern;
use crate::domain::text_window::{TextWindow, WindowLine};
use crate::look::encoding::encoding_of;
use crate::look::error::Looked;
use crate::look::inside::Inside;
use crate::look::opening::FIRST;

/// Bytes of a text on either side of the one that is wanted.
const HALF: u64 = 128 * 1024;

/// Bytes shown as bytes on either side.
const HALF_BYTES: u64 = 32 * 1024;

/// Bytes read at once by a search, which become more as it goes on.
const PIECE: u64 = 512 * 1024;
const MOST_AT_ONCE: u64 = 8 * 1024 * 1024;

/// A match is no longer than this, or may be missed between two pieces.
const OVERLAP: u64 = 64 * 1024;

/// The encoding of what is shown as a text, whatever it is.
pub fn text_encoding(inside: &Inside) -> Looked<&'static Encoding> {
    inside.reach(0..FIRST as u64, &|_| {})?;
    let first = inside.source.read(0, FIRST)?;
    let whole = first.len() as u64 == inside.size();
    Ok(encoding_of(&first, whole).unwrap_or(UTF_8))
}

/// The lines around a byte; `near` may be the end. `tell`: how far it is unpacked.
pub fn text_window(inside: &Inside, near: u64, tell: &dyn Fn(u64)) -> Looked<TextWindow> {
    let encoding = text_encoding(inside)?;
    let size = inside.reach(near.saturating_sub(HALF)..near.saturating_add(HALF), tell)?;
    let near = near.min(size);
    let unit = unit(encoding);
    let from = near.saturating_sub(HALF) / unit * unit;
    let to = size.min(near.saturating_add(HALF) / unit * unit);
    let bytes = inside.source.read(from, count(to.max(from) - from))?;
    let (skipped, bytes) = whole_lines(&bytes, from > 0, to < inside.size(), near - from, encoding);
    let start = from + skipped as u64;
    let lines = lines(bytes, start, encoding);
    let number = (start == 0).then_some(0);
    let end = start + bytes.len() as u64;
    Ok(TextWindow { lines, start, end, size: inside.size(), number, language: None })
}

/// The lines around the one with this number, counted from 0; around the last one where there are
/// not so many. `tell`: how many bytes were passed.
pub fn window_of_line(inside: &Inside, line: u64, tell: &dyn Fn(u64)) -> Looked<(TextWindow, u64)> {
    let encoding = text_encoding(inside)?;
    let (mut at, mut passed, mut begin) = (0, 0, 0);
    let mut step = PIECE;
    while passed < line {
        // One byte more: what follows a break at the end of a piece is a line, if there is any.
        let size = inside.reach(at..at + step + 1, tell)?;
        if at >= size {
            break;
        }
        let bytes = inside.source.read(at, count(step))?;
        for end in ends_of_lines(&bytes, encoding) {
            if passed == line {
                break;
            }
            let next = at + end as u64;
            if next < size {
                (passed, begin) = (passed + 1, next);
            }
        }
        at += bytes.len() as u64;
        tell(at);
        step = (step * 2).min(MOST_AT_ONCE);
    }
    let mut window = text_window(inside, begin, tell)?;
    let before = window.lines.partition_point(|line| line.at < begin) as u64;
    window.number = passed.checked_sub(before);
    Ok((window, begin))
}

/// The bytes around one; `tell`: how far it is unpacked.
pub fn bytes_window(inside: &Inside, near: u64, tell: &dyn Fn(u64)) -> Looked<BytesWindow> {
    let around = near.saturating_sub(HALF_BYTES)..near.saturating_add(HALF_BYTES);
    let near = near.min(inside.reach(around, tell)?);
    let start = near.saturating_sub(HALF_BYTES) / 16 * 16;
    let bytes = inside.source.read(start, count(near + HALF_BYTES - start))?;
    Ok(BytesWindow { start, bytes, size: inside.size() })
}

/// Where a pattern is first at `from` or behind it, or last before it. `tell`: where the search is.
pub fn search(
    inside: &Inside,
    pattern: &TextPattern,
    from: u64,
    backward: bool,
    tell: &dyn Fn(u64),
) -> Looked<Option<u64>> {
    let encoding = text_encoding(inside)?;
    let unit = unit(encoding);
    let mut step = PIECE;
    let from = from.min(inside.reach(from..from.saturating_add(1), tell)?);
    let mut at = from.div_ceil(unit) * unit;
    while !backward || at > 0 {
        let (start, end) = match backward {
            true => (at.saturating_sub(step) / unit * unit, at),
            false => (at, at.saturating_add(step)),
        };
        // What is unpacked again is searched forward, once.
        if backward && start < inside.backward_from() {
            return last_forward(inside, pattern, at, tell);
        }
        // A match may begin before the end of a piece and go on behind it.
        let until = end.saturating_add(if backward { OVERLAP } else { 0 });
        let size = inside.reach(start..until, tell)?;
        let (end, until) = (end.min(size), until.min(size));
        if start >= end {
            break;
        }
        let bytes = inside.source.read(start, count(until - start))?;
        let found = match backward {
            true => last_in(&bytes, count(end - start), pattern, encoding),
            false => first_in(&bytes, pattern, encoding),
        };
        if let Some(found) = found {
            return Ok(Some(start + found as u64));
        }
        at = match (backward, end == size && !inside.grows()) {
            (true, _) => start,
            (false, true) => break,
            (false, false) => end.saturating_sub(OVERLAP).max(start + 1),
        };
        tell(at);
        step = (step * 2).min(MOST_AT_ONCE);
    }
    Ok(None)
}

/// Where a pattern is last before `before`, by all that is there from the start on.
fn last_forward(
    inside: &Inside,
    pattern: &TextPattern,
    before: u64,
    tell: &dyn Fn(u64),
) -> Looked<Option<u64>> {
    let encoding = text_encoding(inside)?;
    let (mut at, mut found) = (0, None);
    while at < before {
        let end = before.min(at + MOST_AT_ONCE);
        let until = end + OVERLAP;
        let until = until.min(inside.reach(at..until, tell)?);
        let bytes = inside.source.read(at, count(until.saturating_sub(at)))?;
        let last = last_in(&bytes, count(end - at), pattern, encoding);
        found = last.map(|last| at + last as u64).or(found);
        at = end;
        tell(at);
    }
    Ok(found)
}

fn first_in(bytes: &[u8], pattern: &TextPattern, encoding: &'static Encoding) -> Option<usize> {
    if encoding == UTF_8 {
        return pattern.first(bytes);
    }
    pieces(bytes, encoding).find_map(|(at, line)| {
        let line = decoded(line, false, encoding);
        let found = pattern.places(&line).into_iter().next()?;
        Some(at + stored_bytes(&line[..found.start], encoding))
    })
}

/// The last that begins within `most` bytes.
fn last_in(
    bytes: &[u8],
    most: usize,
    pattern: &TextPattern,
    encoding: &'static Encoding,
) -> Option<usize> {
    if encoding == UTF_8 {
        return pattern.last_before(bytes, most);
    }
    let lines: Vec<_> = pieces(bytes, encoding).take_while(|(at, _)| *at < most).collect();
    lines.into_iter().rev().find_map(|(at, line)| {
        let line = decoded(line, false, encoding);
        let places = pattern.places(&line).into_iter();
        let places = places.map(|found| at + stored_bytes(&line[..found.start], encoding));
        places.take_while(|place| *place < most).last()
    })
}

/// Bytes that a text has where it is stored.
fn stored_bytes(text: &str, encoding: &'static Encoding) -> usize {
    match is_wide(encoding) {
        true => text.encode_utf16().count() * 2,
        false => encoding.encode(text).0.len(),
    }
}

/// Bytes that a break of lines, and a character at least, has.
fn unit(encoding: &'static Encoding) -> u64 {
    if is_wide(encoding) { 2 } else { 1 }
}

fn is_wide(encoding: &'static Encoding) -> bool {
    [UTF_16LE, UTF_16BE].contains(&encoding)
}

fn ends_of_lines<'a>(
    bytes: &'a [u8],
    encoding: &'static Encoding,
) -> Box<dyn Iterator<Item = usize> + 'a> {
    if !is_wide(encoding) {
        return Box::new(memchr::memchr_iter(b'\n', bytes).map(|at| at + 1));
    }
    let lf: [u8; 2] = if encoding == UTF_16LE { [b'\n', 0] } else { [0, b'\n'] };
    let pairs = bytes.chunks_exact(2).enumerate();
    Box::new(pairs.filter(move |(_, pair)| *pair == lf).map(|(at, _)| at * 2 + 2))
}

/// Lines with where they begin, their ends with them.
fn pieces<'a>(
    bytes: &'a [u8],
    encoding: &'static Encoding,
) -> impl Iterator<Item = (usize, &'a [u8])> {
    let ends = ends_of_lines(bytes, encoding).chain([bytes.len()]);
    let mut start = 0;
    ends.filter_map(move |end| {
        let piece = (start, &bytes[start..end]);
        start = end;
        (!piece.1.is_empty()).then_some(piece)
    })
}

/// Leaves out the line that is cut at either end; `near` is within what stays. A line that is
/// longer than all this is cut between two characters.
fn whole_lines<'a>(
    bytes: &'a [u8],
    cut_before: bool,
    cut_after: bool,
    near: u64,
    encoding: &'static Encoding,
) -> (usize, &'a [u8]) {
    let near = count(near).min(bytes.len());
    let mut start = 0;
    if cut_before {
        let first = ends_of_lines(&bytes[..near], encoding).next();
        start = first.unwrap_or_else(|| of_character(bytes, 0, encoding));
    }
    let mut end = bytes.len();
    if cut_after {
        let last = ends_of_lines(&bytes[start..], encoding).last();
        let last = last.map(|last| start + last).filter(|last| *last > near);
        end = last.unwrap_or_else(|| before_cut(bytes, encoding));
    }
    (start, &bytes[start..end.max(start)])
}

/// The first place from `at` on where a character begins.
fn of_character(bytes: &[u8], at: usize, encoding: &'static Encoding) -> usize {
    if encoding != UTF_8 {
        return at;
    }
    let inner = bytes[at..].iter().take(3).take_while(|byte| **byte & 0xc0 == 0x80).count();
    at + inner
}

/// The end of the last character that is whole.
fn before_cut(bytes: &[u8], encoding: &'static Encoding) -> usize {
    if encoding != UTF_8 {
        return bytes.len();
    }
    let tail = bytes.len().saturating_sub(3);
    match std::str::from_utf8(&bytes[of_character(bytes, tail, encoding)..]) {
        Err(error) if error.error_len().is_none() => {
            of_character(bytes, tail, encoding) + error.valid_up_to()
        }
        _ => bytes.len(),
    }
}

fn lines(bytes: &[u8], start: u64, encoding: &'static Encoding) -> Vec<WindowLine> {
    let line = |(at, line): (usize, &[u8])| {
        let at = start + at as u64;
        let mut text = decoded(line, at == 0, encoding);
        text.truncate(text.trim_end_matches(['\n', '\r']).len());
        WindowLine { at, line: ColouredLine { text, spans: Vec::new() } }
    };
    pieces(bytes, encoding).map(line).collect()
}

fn decoded(bytes: &[u8], first: bool, encoding: &'static Encoding) -> String {
    let (text, _) = match first {
        true => encoding.decode_with_bom_removal(bytes),
        false => encoding.decode_without_bom_handling(bytes),
    };
    text.into_owned()
}

fn count(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
