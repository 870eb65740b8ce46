//! Reads the directories of a TIFF.

use std::sync::Arc;

use crate::domain::contents::Contents;
use crate::look::error::Looked;
use crate::look::images::exif::{ByteOrder, tell};
use crate::look::images::size::sized;
use crate::look::object_bytes::ObjectBytes;

/// Pages that are counted.
const PAGES: u64 = 1000;

/// Describes a picture by its directories (TIFF 6.0, 2; those of BigTIFF are wider).
pub fn tiff(source: &Arc<ObjectBytes>, contents: &mut Contents) -> Looked<()> {
    let head = source.read(0, 16)?;
    let order = if head.starts_with(b"MM") { ByteOrder::Big } else { ByteOrder::Little };
    let big = order.u16(&head, 2) == Some(43);
    let word = |bytes: &[u8], at| match big {
        true => order.u64(bytes, at),
        false => order.u32(bytes, at).map(u64::from),
    };
    let (count_bytes, entry_bytes) = if big { (8, 20) } else { (2, 12) };
    let mut at = word(&head, if big { 8 } else { 4 }).unwrap_or(0);
    let (mut pages, mut last) = (0, 0);
    let (mut width, mut height) = (None, None);
    while at > last && pages < PAGES {
        let counted = source.read_ahead(at, count_bytes, 4096)?;
        let count =
            if big { order.u64(&counted, 0) } else { order.u16(&counted, 0).map(u64::from) };
        let Some(count) = count.filter(|count| *count <= 0xffff) else { break };
        let length = usize::try_from(count).unwrap_or_default() * entry_bytes;
        let body = source.read(at + count_bytes as u64, length + 8)?;
        for entry in body.chunks_exact(entry_bytes).take(length / entry_bytes) {
            let value = if big { 12 } else { 8 };
            let number = match order.u16(entry, 2) {
                Some(3) => order.u16(entry, value).map(u32::from),
                _ => order.u32(entry, value),
            };
            match order.u16(entry, 0) {
                Some(256) if pages == 0 => width = number,
                Some(257) if pages == 0 => height = number,
                Some(274) if pages == 0 => contents.orientation = orientation(number),
                _ => {}
            }
        }
        pages += 1;
        last = at;
        at = body.get(length..).and_then(|rest| word(rest, 0)).unwrap_or(0);
    }
    if pages > 1 {
        contents.pages = (pages < PAGES).then_some(pages);
    }
    if !big {
        let (_, start) = (0, source.read(0, 64 * 1024)?);
        tell(&start, contents);
    }
    sized(width, height, contents)
}

fn orientation(number: Option<u32>) -> Option<u16> {
    number.and_then(|number| u16::try_from(number).ok()).filter(|number| (1..=8).contains(number))
}
