//! Unpacks the footer of ORC, which is compressed in chunks.

use std::io::Read as _;

use crate::look::error::{LookError, Looked};
use crate::look::orc::protobuf::number;

/// The codecs by their numbers in `orc_proto.proto`.
pub const CODECS: [&str; 7] = ["none", "zlib", "snappy", "lzo", "lz4", "zstd", "brotli"];

/// The most that comes out, in bytes.
const MOST: usize = 64 * 1024 * 1024;

/// Each chunk has 3 bytes before it: its length, and whether it is stored as it is.
pub fn unpacked(bytes: &[u8], codec: usize) -> Looked<Vec<u8>> {
    if codec == 0 {
        return Ok(bytes.to_vec());
    }
    let damaged = || LookError::malformed("the footer of ORC is damaged");
    let (mut all, mut rest) = (Vec::new(), bytes);
    while !rest.is_empty() {
        let (head, after) = rest.split_first_chunk::<3>().ok_or_else(damaged)?;
        let head = u32::from_le_bytes([head[0], head[1], head[2], 0]);
        let (chunk, after) = after.split_at_checked((head >> 1) as usize).ok_or_else(damaged)?;
        rest = after;
        if head & 1 == 1 {
            all.extend_from_slice(chunk);
            continue;
        }
        let left = MOST.saturating_sub(all.len());
        match CODECS.get(codec).copied() {
            Some("zlib") => {
                let mut reader = flate2::read::DeflateDecoder::new(chunk).take(left as u64);
                reader.read_to_end(&mut all).map_err(|_| damaged())?;
            }
            Some("zstd") => {
                let mut reader = zstd::stream::read::Decoder::new(chunk)?.take(left as u64);
                reader.read_to_end(&mut all).map_err(|_| damaged())?;
            }
            Some("snappy") => all.extend(snappy(chunk, left).ok_or_else(damaged)?),
            Some("lz4") => all.extend(lz4(chunk, left).ok_or_else(damaged)?),
            other => {
                let name = other.unwrap_or("an unknown codec");
                return Err(LookError::Unsupported(format!("ORC compressed with {name}")));
            }
        }
        if all.len() >= MOST {
            return Err(LookError::TooMuch(format!("the footer unpacks to {MOST} bytes")));
        }
    }
    Ok(all)
}

/// Copies what came out `back` bytes ago, which may overlap what is made of it.
fn copy(out: &mut Vec<u8>, back: usize, length: usize) -> Option<()> {
    let from = out.len().checked_sub(back).filter(|_| back > 0)?;
    for at in from..from + length {
        out.push(out[at]);
    }
    Some(())
}

/// The block format of Snappy.
fn snappy(mut bytes: &[u8], most: usize) -> Option<Vec<u8>> {
    let length = usize::try_from(number(&mut bytes)?).ok().filter(|length| *length <= most)?;
    let mut out = Vec::new();
    while let Some((tag, rest)) = bytes.split_first() {
        let tag = usize::from(*tag);
        bytes = rest;
        let mut take = |count: usize| {
            let (taken, rest) = bytes.split_at_checked(count)?;
            bytes = rest;
            Some(taken.iter().rev().fold(0_usize, |value, byte| value << 8 | usize::from(*byte)))
        };
        match tag & 3 {
            0 => {
                let short = tag >> 2;
                let count = if short < 60 { short } else { take(short - 59)? } + 1;
                let (literal, rest) = bytes.split_at_checked(count)?;
                bytes = rest;
                out.extend_from_slice(literal);
            }
            1 => {
                let back = (tag >> 5) << 8 | take(1)?;
                copy(&mut out, back, (tag >> 2 & 7) + 4)?;
            }
            wide => {
                let back = take(if wide == 2 { 2 } else { 4 })?;
                copy(&mut out, back, (tag >> 2) + 1)?;
            }
        }
        if out.len() > length {
            return None;
        }
    }
    (out.len() == length).then_some(out)
}

/// The block format of LZ4.
fn lz4(mut bytes: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    while let Some((token, rest)) = bytes.split_first() {
        bytes = rest;
        let literals = longer(usize::from(token >> 4), &mut bytes)?;
        let (literal, rest) = bytes.split_at_checked(literals)?;
        out.extend_from_slice(literal);
        bytes = rest;
        if bytes.is_empty() {
            break;
        }
        let (back, rest) = bytes.split_first_chunk::<2>()?;
        bytes = rest;
        let length = longer(usize::from(token & 15), &mut bytes)? + 4;
        if out.len().checked_add(length)? > most {
            return None;
        }
        copy(&mut out, usize::from(u16::from_le_bytes(*back)), length)?;
    }
    (out.len() <= most).then_some(out)
}

/// A length of 15 goes on in bytes that are added to it.
fn longer(short: usize, bytes: &mut &[u8]) -> Option<usize> {
    let mut length = short;
    let mut more = short == 15;
    while more {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        length += usize::from(*byte);
        more = *byte == 255;
    }
    Some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_unpacked_and_damage_is_none() {
        let block = b"\x0b\x0cabcd\x0d\x04\x00xyz";
        let _ = snappy(block, 100);
        // A literal of 4, then a copy of 7 from 4 back: abcdabcdabc.
        assert_eq!(snappy(b"\x0b\x0cabcd\x0d\x04", 100).as_deref(), Some(&b"abcdabcdabc"[..]));
        assert_eq!(snappy(b"\x0b\x0cabcd\x0d\x05", 100), None);
        assert_eq!(snappy(b"\xff\xff\xff\xff\x7f", 100), None);
        assert_eq!(lz4(b"\x43abcd\x04\x00\x10e", 100).as_deref(), Some(&b"abcdabcdabce"[..]));
        assert_eq!(lz4(b"\x43abcd\x09\x00\x10e", 100), None);
        assert_eq!(lz4(b"\x1fa\x01\x00\xff\xff\xff\xff", 100), None);
    }
}
