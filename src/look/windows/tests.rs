//! Windows of texts: whole lines, in any encoding, from both ends, and what is found in them.

use super::*;
use crate::look::inside::inside;
use crate::look::object_bytes::tests::source;

fn opened(bytes: impl Into<Vec<u8>>) -> Inside {
    inside(&source(bytes), "a.log", None, None, 1 << 20).unwrap()
}

fn log(lines: u64) -> String {
    (0..lines).fold(String::new(), |text, n| text + &format!("{n:07} a line of a log\n"))
}

/// Bytes of a line of [`log`].
const LINE: u64 = 24;

fn texts(window: &TextWindow) -> Vec<&str> {
    window.lines.iter().map(|line| line.line.text.as_str()).collect()
}

#[test]
fn a_small_text_is_one_window() {
    let window = text_window(&opened("one\r\ntwo\n\nüß"), 0, &|_| {}).unwrap();
    assert_eq!(texts(&window), ["one", "two", "", "üß"]);
    assert!(window.is_at_start() && window.is_at_end());
    assert_eq!(window.lines.iter().map(|line| line.at).collect::<Vec<_>>(), [0, 5, 9, 10]);
    assert_eq!(texts(&text_window(&opened(""), 0, &|_| {}).unwrap()), [""; 0]);
}

#[test]
fn the_end_of_a_long_log_takes_two_requests() {
    let log = opened(log(400_000));
    let before = log.source.fetched();
    let window = text_window(&log, u64::MAX, &|_| {}).unwrap();
    assert_eq!(texts(&window).last(), Some(&"0399999 a line of a log"));
    assert!(window.is_at_end() && window.number.is_none());
    assert!(log.source.fetched().requests <= 2, "{before:?} {:?}", log.source.fetched());
    assert!(log.source.fetched().bytes < 256 * 1024);
}

#[test]
fn windows_in_the_middle_have_whole_lines() {
    let log = opened(log(100_000));
    for near in [HALF - 1, HALF, HALF + 1, 1_000_003, 2_399_999] {
        let window = text_window(&log, near, &|_| {}).unwrap();
        for line in &window.lines {
            assert_eq!(line.line.text.len() as u64 + 1, LINE, "{near}");
            assert_eq!(line.at % LINE, 0, "{near}");
        }
        let here = window.line_of(near);
        assert_eq!(window.lines[here].at, near / LINE * LINE, "{near}");
        assert_eq!(window.end % LINE, 0);
    }
}

#[test]
fn a_line_longer_than_all_is_cut_between_characters() {
    let long = opened("世".repeat(1_000_000));
    for near in [0, 500_000, 500_001, 500_002, 3_000_000] {
        let window = text_window(&long, near, &|_| {}).unwrap();
        assert_eq!(window.lines.len(), 1);
        assert!(!window.lines[0].line.text.contains('\u{fffd}'), "{near}");
        assert!(window.start <= near && near <= window.end, "{near}");
    }
}

#[test]
fn every_encoding_has_its_lines() {
    let text = log(40_000).replace("line", "Zeile ü 世界");
    let wide = |to: fn(u16) -> [u8; 2]| -> Vec<u8> {
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(to).collect()
    };
    for bytes in [wide(u16::to_le_bytes), wide(u16::to_be_bytes)] {
        let opened = opened(bytes);
        let first = text_window(&opened, 0, &|_| {}).unwrap();
        assert_eq!(first.lines[0].line.text, "0000000 a Zeile ü 世界 of a log");
        let middle = text_window(&opened, 900_001, &|_| {}).unwrap();
        let all: Vec<&str> = text.lines().collect();
        for line in texts(&middle) {
            let number: usize = line[..7].parse().unwrap();
            assert_eq!(line, all[number]);
        }
        let pattern = TextPattern::parse("0020000 a zeile ü").unwrap();
        let at = search(&opened, &pattern, 0, false, &|_| {}).unwrap().unwrap();
        let window = text_window(&opened, at, &|_| {}).unwrap();
        assert_eq!(window.lines[window.line_of(at)].line.text, all[20_000]);
        assert_eq!(search(&opened, &pattern, at + 1, false, &|_| {}).unwrap(), None);
        assert_eq!(search(&opened, &pattern, u64::MAX, true, &|_| {}).unwrap(), Some(at));
        assert_eq!(search(&opened, &pattern, at, true, &|_| {}).unwrap(), None);
    }
}

#[test]
fn a_line_is_found_by_its_number() {
    let log = opened(log(200_000));
    for line in [0, 1, 54_321, 199_999] {
        let (window, at) = window_of_line(&log, line, &|_| {}).unwrap();
        assert_eq!(at, line * LINE);
        let here = window.line_of(at);
        assert!(window.lines[here].line.text.starts_with(&format!("{line:07}")));
        assert_eq!(window.number.unwrap() + here as u64, line);
    }
    let (window, at) = window_of_line(&log, 9_999_999, &|_| {}).unwrap();
    assert_eq!(at, 199_999 * LINE, "the last one");
    assert_eq!(window.number.unwrap() + window.line_of(at) as u64, 199_999);
}

#[test]
fn what_is_searched_for_is_found_in_both_directions() {
    let text = log(300_000);
    let log = opened(text.clone());
    let pattern = TextPattern::parse("/0[0-9]{2}7777 a/").unwrap();
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = search(&log, &pattern, from, false, &|_| {}).unwrap() {
        found.push(at);
        from = at + 1;
    }
    let all: Vec<u64> =
        (0..30).map(|n| (n * 10_000 + 7_777) * LINE).filter(|at| *at < text.len() as u64).collect();
    assert_eq!(found, all);
    let mut back = Vec::new();
    let mut from = u64::MAX;
    while let Some(at) = search(&log, &pattern, from, true, &|_| {}).unwrap() {
        back.insert(0, at);
        from = at;
    }
    assert_eq!(back, all);
    let none = TextPattern::parse("nowhere").unwrap();
    assert_eq!(search(&log, &none, 0, false, &|_| {}).unwrap(), None);
    assert_eq!(search(&log, &none, u64::MAX, true, &|_| {}).unwrap(), None);
}

#[test]
fn a_match_over_the_edge_of_two_pieces_is_found() {
    let edge = usize::try_from(PIECE).unwrap();
    let mut bytes = vec![b'.'; edge * 2];
    bytes[edge - 3..edge + 3].copy_from_slice(b"needle");
    let object = opened(bytes);
    let pattern = TextPattern::parse("needle").unwrap();
    let at = Some(PIECE - 3);
    assert_eq!(search(&object, &pattern, 0, false, &|_| {}).unwrap(), at);
    assert_eq!(search(&object, &pattern, u64::MAX, true, &|_| {}).unwrap(), at);
    assert_eq!(search(&object, &pattern, PIECE - 3, true, &|_| {}).unwrap(), None);
}

#[test]
fn bytes_are_shown_around_one() {
    let object = opened((0..=255).cycle().take(200_000).collect::<Vec<u8>>());
    let window = bytes_window(&object, 100_005, &|_| {}).unwrap();
    assert_eq!(window.start % 16, 0);
    assert_eq!(window.bytes[usize::try_from(100_005 - window.start).unwrap()], 165);
    assert_eq!(bytes_window(&object, u64::MAX, &|_| {}).unwrap().end(), 200_000);
}
