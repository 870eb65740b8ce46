//! Reads the headers of an AVI.

use crate::domain::contents::Contents;
use crate::look::fields::u32_le;

/// Describes a film by its main header and the handlers of its streams, which are in the first
/// bytes.
pub fn avi(first: &[u8], contents: &mut Contents) {
    contents.fact("container", "AVI");
    let find = |name: &[u8]| first.windows(4).position(|four| four == name).map(|at| at + 8);
    let Some(header) = find(b"avih") else { return };
    let field = |index: usize| u32_le(first, header + index * 4);
    if let (Some(micros), Some(frames)) = (field(0), field(4)) {
        let seconds = f64::from(micros) * f64::from(frames) / 1e6;
        contents.duration = (seconds > 0.0).then_some(seconds);
    }
    (contents.width, contents.height) = (field(8), field(9));
    let handler = find(b"strh").and_then(|at| first.get(at + 4..at + 8));
    if let Some(handler) = handler.and_then(|handler| std::str::from_utf8(handler).ok()) {
        contents.fact("codec", handler.trim_matches(['\0', ' ']));
    }
}
