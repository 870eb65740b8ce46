//! Tests packed texts that are longer than what is kept of them, read on, back, and in part.

use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::domain::error::ErrorKind;
use crate::domain::text_pattern::TextPattern;
use crate::look::inside::Inside;
use crate::look::object_bytes::InMemory;
use crate::look::windows::{search, text_window, window_of_line};

/// Bytes of a line of [`log`].
const LINE: u64 = 24;

fn log(lines: u64) -> Vec<u8> {
    (0..lines).flat_map(|n| format!("{n:07} a line of a log\n").into_bytes()).collect()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

/// The look into an object, and the object.
fn opened(bytes: Vec<u8>) -> (Inside, Arc<ObjectBytes>) {
    let ranges: Arc<dyn Ranges> = Arc::new(InMemory(bytes));
    let source = Arc::new(ObjectBytes::new(ranges.clone(), u64::MAX));
    let packed = PackedBytes::of(&source, &ranges, None).unwrap().unwrap();
    (Inside::flowing(PackedLook::new(Arc::new(packed), ranges), "a.log"), source)
}

fn shows(inside: &Inside, near: u64, line: u64) {
    let window = text_window(inside, near, &|_| {}).unwrap();
    let here = window.line_of(line * LINE);
    assert_eq!(window.lines[here].at, line * LINE);
    let text = &window.lines[here].line.text;
    assert!(text.starts_with(&format!("{line:07} ")), "{text}");
}

const LINES: u64 = 1_600_000;

#[test]
fn a_text_longer_than_what_is_kept_is_read_on_back_and_to_its_end() {
    let text = log(LINES);
    let (inside, object) = opened(zstd(&text));
    shows(&inside, 0, 0);
    assert!(inside.grows() && inside.size() < 3 * PIECE);
    let start = object.fetched().bytes;
    shows(&inside, 1_000_000 * LINE, 1_000_000);
    assert!(inside.grows());
    let told = Mutex::new(Vec::new());
    let tell = |at| told.lock().unwrap().push(at);
    let window = text_window(&inside, u64::MAX, &tell).unwrap();
    assert!(window.is_at_end() && !inside.grows() && start < object.fetched().bytes);
    assert_eq!((window.end, inside.size()), (LINES * LINE, LINES * LINE));
    assert_eq!(window.lines.last().unwrap().line.text, "1599999 a line of a log");
    let all = told.lock().unwrap().split_off(0);
    assert!(all.len() >= 3 && all.is_sorted(), "{all:?}");
    // Far before what is kept: from the start again, which is told.
    let window = text_window(&inside, 500_000 * LINE, &tell).unwrap();
    assert!(window.lines.iter().any(|line| line.line.text.starts_with("0500000")));
    assert!(told.lock().unwrap().first().is_some_and(|at| *at < 2 * TOLD));
    shows(&inside, 500_100 * LINE, 500_100);
    let (window, at) = window_of_line(&inside, 1_345_678, &|_| {}).unwrap();
    assert_eq!(at, 1_345_678 * LINE);
    assert_eq!(window.number.unwrap() + window.line_of(at) as u64, 1_345_678);
    let (_, at) = window_of_line(&inside, u64::MAX, &|_| {}).unwrap();
    assert_eq!(at, (LINES - 1) * LINE, "the last one");
}

#[test]
fn all_of_a_packed_text_is_searched_in_both_directions() {
    let (inside, _) = opened(zstd(&log(LINES)));
    let pattern = TextPattern::parse("/[0-9]577777 a/").unwrap();
    let all: Vec<u64> = (0..2).map(|n| (n * 1_000_000 + 577_777) * LINE).collect();
    let (mut found, mut from) = (Vec::new(), 0);
    while let Some(at) = search(&inside, &pattern, from, false, &|_| {}).unwrap() {
        found.push(at);
        from = at + 1;
    }
    assert_eq!(found, all);
    let (mut back, mut from) = (Vec::new(), u64::MAX);
    while let Some(at) = search(&inside, &pattern, from, true, &|_| {}).unwrap() {
        back.insert(0, at);
        from = at;
    }
    assert_eq!(back, all);
}

#[test]
fn a_bomb_costs_no_more_than_what_is_kept() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..80 {
        gzip.write_all(&vec![b'\n'; 1 << 20]).unwrap();
    }
    let (inside, _) = opened(gzip.finish().unwrap());
    let flow = inside.flow().unwrap().clone();
    let most = Mutex::new(0);
    let tell = |_| {
        let mut most = most.lock().unwrap();
        *most = (*most).max(1);
    };
    assert_eq!(inside.reach(u64::MAX - 1..u64::MAX, &tell).unwrap(), 80 << 20);
    assert_eq!(*most.lock().unwrap(), 1, "it is told");
    assert!(flow.bytes.state().kept.capacity() <= KEPT * 3);
}

/// Bytes until they are not wanted any more.
struct Wanted(InMemory, AtomicBool);

impl Ranges for Wanted {
    fn size(&self) -> u64 {
        self.0.size()
    }

    fn read(&self, range: ByteRange) -> Result<Vec<u8>, Error> {
        self.check()?;
        self.0.read(range)
    }

    fn check(&self) -> Result<(), Error> {
        match self.1.load(Ordering::Relaxed) {
            true => Ok(()),
            false => Err(Error::new(ErrorKind::Cancelled, "GetObject", "it")),
        }
    }
}

#[test]
fn what_is_not_waited_for_stops_between_two_pieces_and_others_go_on_there() {
    let bytes = zstd(&log(LINES));
    let wanted = Arc::new(Wanted(InMemory(bytes.clone()), AtomicBool::new(true)));
    let ranges: Arc<dyn Ranges> = wanted.clone();
    let source = Arc::new(ObjectBytes::new(ranges.clone(), u64::MAX));
    let packed = Arc::new(PackedBytes::of(&source, &ranges, None).unwrap().unwrap());
    let look = PackedLook::new(packed.clone(), ranges);
    let stop = |at| {
        assert!(at < 3 * TOLD, "it goes on");
        wanted.1.store(false, Ordering::Relaxed);
    };
    let stopped = look.reach(u64::MAX - 1..u64::MAX, &stop).unwrap_err();
    assert!(matches!(stopped, LookError::Source(error) if error.is(&ErrorKind::Cancelled)));
    let come = packed.state().end;
    assert!(come > 0 && packed.state().reader.is_some());
    let next = PackedLook::new(packed.clone(), Arc::new(InMemory(bytes)));
    let first = Mutex::new(0);
    let tell = |at| {
        let mut first = first.lock().unwrap();
        if *first == 0 {
            *first = at;
        }
    };
    assert_eq!(next.reach(u64::MAX - 1..u64::MAX, &tell).unwrap(), LINES * LINE);
    assert!(*first.lock().unwrap() > come, "not from the start");
}

#[test]
fn what_is_cut_ends_where_it_is_cut_and_says_why() {
    let mut bytes = zstd(&log(200_000));
    bytes.truncate(bytes.len() / 2);
    let (inside, _) = opened(bytes);
    let window = text_window(&inside, u64::MAX, &|_| {}).unwrap();
    assert!(window.is_at_end() && window.end > 0 && !inside.grows());
    assert!(inside.flow().unwrap().cut().unwrap().contains("cut"));
}

#[test]
fn a_member_is_read_on_in_and_so_is_what_is_packed_in_it() {
    let text = log(1_200_000);
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in [("a.log", text.clone()), ("b.log.zst", zstd(&text))] {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(&bytes).unwrap();
    }
    let archive = writer.finish().unwrap().into_inner();
    let ranges: Arc<dyn Ranges> = Arc::new(InMemory(archive));
    let source = Arc::new(ObjectBytes::new(ranges.clone(), u64::MAX));
    for member in ["a.log", "b.log.zst"] {
        let packed = PackedBytes::of(&source, &ranges, Some(member)).unwrap().unwrap();
        let look = PackedLook::new(Arc::new(packed), ranges.clone());
        let inside = Inside::flowing(look, member);
        shows(&inside, 1_150_000 * LINE, 1_150_000);
        shows(&inside, 10_000 * LINE, 10_000);
    }
    assert!(PackedBytes::of(&source, &ranges, None).unwrap().is_none(), "an archive");
}
