//! Reads the segments of a JPEG up to its frame header.

use std::sync::Arc;

use crate::domain::contents::Contents;
use crate::look::error::{LookError, Looked};
use crate::look::fields::u16_be;
use crate::look::images::exif::exif;
use crate::look::images::size::sized;
use crate::look::object_bytes::ObjectBytes;

/// Segments that are looked at.
const SEGMENTS: usize = 1000;

pub fn jpeg(source: &Arc<ObjectBytes>, contents: &mut Contents) -> Looked<()> {
    let mut at = 2;
    for _ in 0..SEGMENTS {
        let head = source.read_ahead(at, 10, 4096)?;
        let [0xff, marker, rest @ ..] = head.as_slice() else { break };
        match marker {
            // Bytes that fill, and markers without a length.
            0xff => {
                at += 1;
                continue;
            }
            0x01 | 0xd0..=0xd8 => {
                at += 2;
                continue;
            }
            0xd9 | 0xda => break,
            0xc4 | 0xc8 | 0xcc => {}
            0xc0..=0xcf => {
                if *marker == 0xc2 {
                    contents.fact("coding", "progressive");
                }
                let words = |at| u16_be(rest, at).map(u32::from);
                return sized(words(5), words(3), contents);
            }
            _ => {}
        }
        let Some(length) = u16_be(rest, 0).filter(|length| *length >= 2) else { break };
        if *marker == 0xe1 {
            let body = source.read(at + 4, usize::from(length) - 2)?;
            if let Some(found) = body.strip_prefix(b"Exif\0\0") {
                exif(found, contents);
            }
        }
        at += 2 + u64::from(length);
    }
    Err(LookError::malformed("the JPEG has no frame header"))
}
