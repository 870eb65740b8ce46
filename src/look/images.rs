//! Reads the size of a picture, and what was written about it, from its headers alone.

mod exif;
mod jpeg;
mod png;
mod size;
mod svg;
mod tiff;
mod webp;

use std::sync::Arc;

use crate::domain::contents::Contents;
use crate::look::boxes::picture_size;
use crate::look::error::Looked;
use crate::look::fields::{u16_le, u32_be, u32_le};
use crate::look::images::size::sized;
use crate::look::object_bytes::ObjectBytes;

/// Bytes of a film of GIF frames that are read to count them.
const FRAMES: usize = 4 * 1024 * 1024;

/// What the headers of a picture say. `first`: the first bytes, as many as are there.
pub fn image(source: &Arc<ObjectBytes>, first: &[u8], contents: &mut Contents) -> Looked<()> {
    let starts = |magic: &[u8]| first.starts_with(magic);
    if starts(b"\x89PNG") {
        contents.fact("format", "PNG");
        png::png(source, contents)
    } else if starts(b"\xff\xd8") {
        contents.fact("format", "JPEG");
        jpeg::jpeg(source, contents)
    } else if starts(b"GIF8") {
        contents.fact("format", "GIF");
        gif(source, first, contents)
    } else if starts(b"RIFF") {
        contents.fact("format", "WebP");
        webp::webp(source, contents)
    } else if starts(b"II") || starts(b"MM") {
        contents.fact("format", "TIFF");
        tiff::tiff(source, contents)
    } else if starts(b"BM") {
        contents.fact("format", "BMP");
        bmp(first, contents)
    } else if starts(b"\0\0\x01\0") || starts(b"\0\0\x02\0") {
        contents.fact("format", if first[2] == 1 { "ICO" } else { "CUR" });
        icon(first, contents)
    } else if starts(b"8BPS") {
        contents.fact("format", "PSD");
        sized(u32_be(first, 18), u32_be(first, 14), contents)
    } else if starts(b"qoif") {
        contents.fact("format", "QOI");
        sized(u32_be(first, 4), u32_be(first, 8), contents)
    } else if starts(b"\0\0\0\x0cjP") {
        contents.fact("format", "JPEG 2000");
        let header = first.windows(4).position(|four| four == b"ihdr").unwrap_or(first.len());
        sized(u32_be(first, header + 8), u32_be(first, header + 4), contents)
    } else if first.get(4..8) == Some(b"ftyp") {
        let brand = first.get(8..12).unwrap_or_default();
        contents.fact("format", if brand.starts_with(b"avi") { "AVIF" } else { "HEIF" });
        let (width, height) = picture_size(source)?.unzip();
        sized(width, height, contents)
    } else {
        if first.windows(4).take(4096).any(|four| four == b"<svg") {
            contents.fact("format", "SVG");
            svg::svg(first, contents);
        }
        Ok(())
    }
}

fn bmp(first: &[u8], contents: &mut Contents) -> Looked<()> {
    let words = |at| u16_le(first, at).map(u32::from);
    if u32_le(first, 14) == Some(12) {
        return sized(words(18), words(20), contents);
    }
    // Upside down where the height is negative.
    let height = u32_le(first, 22).map(|height| height.cast_signed().unsigned_abs());
    sized(u32_le(first, 18), height, contents)
}

/// The largest of the pictures of an icon; 0 stands for 256.
fn icon(first: &[u8], contents: &mut Contents) -> Looked<()> {
    let count = usize::from(u16_le(first, 4).unwrap_or(0));
    let entries = first.get(6..).unwrap_or_default().chunks_exact(16).take(count);
    let side = |byte: u8| if byte == 0 { 256 } else { u32::from(byte) };
    let sizes = entries.map(|entry| (side(entry[0]), side(entry[1])));
    let largest = sizes.max();
    contents.number("pictures", count as u64);
    sized(largest.map(|size| size.0), largest.map(|size| size.1), contents)
}

fn gif(source: &Arc<ObjectBytes>, first: &[u8], contents: &mut Contents) -> Looked<()> {
    let words = |at| u16_le(first, at).map(u32::from);
    sized(words(6), words(8), contents)?;
    let bytes = source.read_ahead(0, FRAMES, FRAMES)?;
    let (frames, ended, seconds) = frames(&bytes);
    match ended {
        true => contents.number("frames", frames),
        false => contents.fact("frames", format!("{frames} or more")),
    }
    contents.duration = (ended && frames > 1).then_some(seconds);
    Ok(())
}

/// Frames of a GIF, whether its end is here, and the seconds that they are shown for (GIF89a, 23).
fn frames(bytes: &[u8]) -> (u64, bool, f64) {
    let table = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let (mut frames, mut hundredths) = (0, 0);
    let mut at = 13 + table(bytes.get(10).copied().unwrap_or(0));
    loop {
        let blocks = match bytes.get(at) {
            Some(0x21) => {
                if bytes.get(at + 1) == Some(&0xf9) {
                    hundredths += u64::from(u16_le(bytes, at + 4).unwrap_or(0));
                }
                at + 2
            }
            Some(0x2c) => {
                frames += 1;
                at + 11 + table(bytes.get(at + 9).copied().unwrap_or(0))
            }
            ended => {
                let seconds = std::time::Duration::from_millis(hundredths * 10).as_secs_f64();
                return (frames, ended == Some(&0x3b), seconds);
            }
        };
        at = blocks;
        while let Some(length) = bytes.get(at).filter(|length| **length > 0) {
            at += 1 + usize::from(*length);
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests;
