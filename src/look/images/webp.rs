//! Reads the chunks of a WebP.

use std::sync::Arc;

use crate::domain::contents::Contents;
use crate::look::error::{LookError, Looked};
use crate::look::fields::{u16_le, u32_le};
use crate::look::images::exif::exif;
use crate::look::images::size::sized;
use crate::look::object_bytes::ObjectBytes;

/// Chunks that are looked at for what was written about the picture.
const CHUNKS: usize = 16;

/// Describes a picture by its first chunk (the WebP container; RFC 6386, 9.1; the lossless
/// bitstream, 3).
pub fn webp(source: &Arc<ObjectBytes>, contents: &mut Contents) -> Looked<()> {
    let start = source.read(12, 18)?;
    let bits = |at| u32_le(&start, at);
    match start.get(..4) {
        Some(b"VP8X") => {
            let side = |at| Some((bits(at)? & 0xff_ffff) + 1);
            // The last field ends with the chunk.
            let high = start.get(15..18).map(|bytes| {
                1 + (u32::from(bytes[0]) | u32::from(bytes[1]) << 8 | u32::from(bytes[2]) << 16)
            });
            sized(side(12), high, contents)?;
            let flags = start.get(8).copied().unwrap_or(0);
            if flags & 2 != 0 {
                contents.fact("frames", "more than one");
            } else if flags & 8 != 0 {
                find_exif(source, contents)?;
            }
            Ok(())
        }
        Some(b"VP8 ") => {
            let side = |at| u16_le(&start, at).map(|side| u32::from(side & 0x3fff));
            sized(side(14), side(16), contents)
        }
        Some(b"VP8L") => {
            let both = bits(9);
            let width = both.map(|both| (both & 0x3fff) + 1);
            sized(width, both.map(|both| (both >> 14 & 0x3fff) + 1), contents)
        }
        _ => Err(LookError::malformed("the WebP has no picture")),
    }
}

fn find_exif(source: &Arc<ObjectBytes>, contents: &mut Contents) -> Looked<()> {
    let mut at = 12;
    for _ in 0..CHUNKS {
        let head = source.read_ahead(at, 8, 4096)?;
        let (Some(length), Some(name)) = (u32_le(&head, 4), head.get(..4)) else { break };
        if name == b"EXIF" && length <= 0xffff {
            let body = source.read(at + 8, length as usize)?;
            exif(body.strip_prefix(b"Exif\0\0").unwrap_or(&body), contents);
            break;
        }
        at += 8 + u64::from(length.next_multiple_of(2));
    }
    Ok(())
}
