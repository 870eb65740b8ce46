//! Reads the chunks of a PNG up to its pixels.

use std::sync::Arc;

use crate::domain::contents::Contents;
use crate::look::error::Looked;
use crate::look::fields::u32_be;
use crate::look::images::exif::exif;
use crate::look::images::size::sized;
use crate::look::object_bytes::ObjectBytes;

/// Chunks that are looked at.
const CHUNKS: usize = 1000;

pub fn png(source: &Arc<ObjectBytes>, contents: &mut Contents) -> Looked<()> {
    let start = source.read(0, 33)?;
    sized(u32_be(&start, 16), u32_be(&start, 20), contents)?;
    if let Some(depth) = start.get(24) {
        contents.number("bits", (*depth).into());
    }
    let mut at = 33;
    for _ in 0..CHUNKS {
        let head = source.read_ahead(at, 16, 4096)?;
        let (Some(length), Some(name)) = (u32_be(&head, 0), head.get(4..8)) else { break };
        match name {
            b"IDAT" | b"IEND" => break,
            b"acTL" => {
                let frames = u32_be(&head, 8).unwrap_or(0);
                contents.number("frames", frames.into());
            }
            b"eXIf" if length <= 0xffff => exif(&source.read(at + 8, length as usize)?, contents),
            _ => {}
        }
        at += 12 + u64::from(length);
    }
    Ok(())
}
