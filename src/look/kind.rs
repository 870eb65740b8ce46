//! Tells what an object is by its bytes; among texts its name and Content-Type decide.

use std::sync::Arc;

use crate::domain::contents::ContentKind;
use crate::look::encoding::{Decoded, decode, encoding_of};
use crate::look::error::Looked;
use crate::look::object_bytes::ObjectBytes;
use crate::look::opening::{FIRST, Opening};
use crate::look::text_kind::text_kind;

pub fn kind_of(
    source: &Arc<ObjectBytes>,
    name: &str,
    content_type: Option<&str>,
) -> Looked<ContentKind> {
    let first = source.read(0, FIRST)?;
    let whole = first.len() as u64 == source.size();
    Ok(Opening { first: &first, whole, name, content_type }.kind())
}

impl Opening<'_> {
    pub fn kind(&self) -> ContentKind {
        if self.first.is_empty() {
            return ContentKind::Empty;
        }
        if let Some(kind) = by_signature(self.first) {
            return kind;
        }
        match decode(self.first, self.whole) {
            Some(Decoded { text, .. }) => text_kind(&text, self),
            None => self.by_weak_signs(),
        }
    }

    /// What has no signature at its beginning, or one that other bytes may have by chance.
    fn by_weak_signs(&self) -> ContentKind {
        let first = self.first;
        if is_arrow_stream(first) {
            return ContentKind::Arrow;
        }
        if is_old_tar(first) {
            return ContentKind::Tar;
        }
        if is_mpeg_audio(first) {
            return ContentKind::Audio;
        }
        if is_transport_stream(first) {
            return ContentKind::Video;
        }
        match find(&first[..first.len().min(1024)], b"%PDF-") {
            Some(_) => ContentKind::Pdf,
            None => ContentKind::Binary,
        }
    }
}

/// How objects begin, by the registries of their formats.
const SIGNATURES: &[(&[u8], ContentKind)] = &[
    (b"PAR1", ContentKind::Parquet),
    (b"PARE", ContentKind::Parquet),
    (b"Obj\x01", ContentKind::Avro),
    (b"ARROW1\0\0", ContentKind::Arrow),
    (b"SQLite format 3\0", ContentKind::Sqlite),
    (b"%PDF-", ContentKind::Pdf),
    (b"PK\x03\x04", ContentKind::Zip),
    (b"PK\x05\x06", ContentKind::Zip),
    (b"PK\x07\x08PK", ContentKind::Zip),
    (b"7z\xbc\xaf\x27\x1c", ContentKind::SevenZip),
    (b"\x1f\x8b\x08", ContentKind::Gzip),
    (b"\x28\xb5\x2f\xfd", ContentKind::Zstd),
    (b"\x89PNG\r\n\x1a\n", ContentKind::Image),
    (b"\xff\xd8\xff", ContentKind::Image),
    (b"GIF87a", ContentKind::Image),
    (b"GIF89a", ContentKind::Image),
    (b"II*\0", ContentKind::Image),
    (b"MM\0*", ContentKind::Image),
    (b"II+\0", ContentKind::Image),
    (b"MM\0+", ContentKind::Image),
    (b"\0\0\0\x0cJXL \r\n\x87\n", ContentKind::Image),
    (b"\0\0\0\x0cjP  \r\n\x87\n", ContentKind::Image),
    (b"8BPS\0", ContentKind::Image),
    (b"qoif", ContentKind::Image),
    (b"fLaC", ContentKind::Audio),
    (b"ID3\x02", ContentKind::Audio),
    (b"ID3\x03", ContentKind::Audio),
    (b"ID3\x04", ContentKind::Audio),
    (b"MThd\0\0\0\x06", ContentKind::Audio),
    (b"MAC ", ContentKind::Audio),
    (b"wvpk", ContentKind::Audio),
    (b"#!AMR", ContentKind::Audio),
    (b".snd\0", ContentKind::Audio),
    (b"FLV\x01", ContentKind::Video),
    (b"\0\0\x01\xba", ContentKind::Video),
    (b"\0\0\x01\xb3", ContentKind::Video),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", ContentKind::Video),
    (b"OTTO\0", ContentKind::Font),
    (b"ttcf\0", ContentKind::Font),
    (b"wOFF", ContentKind::Font),
    (b"wOF2", ContentKind::Font),
    (b"\x7fELF", ContentKind::Elf),
    (b"\0asm", ContentKind::Wasm),
];

fn by_signature(first: &[u8]) -> Option<ContentKind> {
    if let Some((_, kind)) = SIGNATURES.iter().find(|(magic, _)| first.starts_with(magic)) {
        return Some(*kind);
    }
    let at = |start: usize, bytes: &[u8]| {
        first.get(start..start + bytes.len()).is_some_and(|found| found == bytes)
    };
    if at(257, b"ustar") {
        return Some(ContentKind::Tar);
    }
    // Skippable frames, which may stand before the first one of zstd (RFC 8878, 3.1.2).
    if at(1, b"\x2a\x4d\x18") && first[0] & 0xf0 == 0x50 {
        return Some(ContentKind::Zstd);
    }
    if at(0, b"RIFF") || at(0, b"RF64") {
        return Some(match first.get(8..12)? {
            b"WEBP" => ContentKind::Image,
            b"WAVE" => ContentKind::Audio,
            b"AVI " => ContentKind::Video,
            _ => ContentKind::Binary,
        });
    }
    if at(0, b"FORM") && (at(8, b"AIFF") || at(8, b"AIFC")) {
        return Some(ContentKind::Audio);
    }
    if at(4, b"ftyp") {
        return Some(of_brand(first));
    }
    if at(0, b"OggS") {
        let video = find(&first[..first.len().min(512)], b"theora").is_some();
        return Some(if video { ContentKind::Video } else { ContentKind::Audio });
    }
    if at(0, b"\x1a\x45\xdf\xa3") {
        return Some(of_matroska(first));
    }
    if at(0, b"ORC") && encoding_of(first, false).is_none() {
        return Some(ContentKind::Orc);
    }
    if at(0, b"BM") && at(6, b"\0\0\0\0") {
        return Some(ContentKind::Image);
    }
    if is_icon(first) {
        return Some(ContentKind::Image);
    }
    if (at(0, b"\0\x01\0\0") || at(0, b"true\0")) && is_table_of_font(first) {
        return Some(ContentKind::Font);
    }
    None
}

/// A file of ISO 14496-12: its major brand tells pictures and sound from films.
fn of_brand(first: &[u8]) -> ContentKind {
    match first.get(8..12) {
        Some(b"avif" | b"avis" | b"heic" | b"heix" | b"heim" | b"heis" | b"mif1" | b"msf1") => {
            ContentKind::Image
        }
        Some(b"M4A " | b"M4B " | b"M4P " | b"F4A ") => ContentKind::Audio,
        _ => ContentKind::Video,
    }
}

/// Matroska without a picture is sound; its tracks name their codecs early.
fn of_matroska(first: &[u8]) -> ContentKind {
    let has = |needle: &[u8]| find(first, needle).is_some();
    if has(b"A_") && !has(b"V_") { ContentKind::Audio } else { ContentKind::Video }
}

/// Windows icons and cursors: a directory of at least one picture, whose reserved byte is 0.
fn is_icon(first: &[u8]) -> bool {
    first.len() >= 22
        && first[0..2] == [0, 0]
        && matches!(first[2..4], [1 | 2, 0])
        && (1..=255).contains(&first[4])
        && first[5] == 0
        && first[9] == 0
}

/// TrueType: 4 to 99 tables, the first of which has a name of letters.
fn is_table_of_font(first: &[u8]) -> bool {
    let tables = first.get(4..6).map_or(0, |bytes| u16::from_be_bytes([bytes[0], bytes[1]]));
    let named = first.get(12..16).is_some_and(|tag| {
        tag.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b' '))
    });
    (4..100).contains(&tables) && named
}

/// A message begins with the mark of a continuation and its length; the first is a schema of some
/// bytes, in whole words of 8.
fn is_arrow_stream(first: &[u8]) -> bool {
    let Some(head) = first.get(..12) else { return false };
    let word = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let length = word(4);
    word(0) == u32::MAX
        && length % 8 == 0
        && (16..16 << 20).contains(&length)
        && word(8) >= 4
        && word(8) < length
}

/// A tar from before `ustar`: the sum of its header is right.
fn is_old_tar(first: &[u8]) -> bool {
    let Some(header) = first.get(..512) else { return false };
    let digits: String = header[148..156]
        .iter()
        .map(|byte| char::from(*byte))
        .filter(|char| ('0'..='7').contains(char))
        .collect();
    let spaces = 8 * u32::from(b' ');
    let sum: u32 = header[..148].iter().chain(&header[156..]).map(|byte| u32::from(*byte)).sum();
    header[0] != 0 && u32::from_str_radix(&digits, 8) == Ok(sum + spaces)
}

/// Two frames of MPEG audio or of ADTS, one behind the other.
fn is_mpeg_audio(first: &[u8]) -> bool {
    let Some(length) = frame_length(first) else { return false };
    first.get(length..).and_then(frame_length).is_some()
}

/// Kilobits a second by their numbers, of version 1 and of the later ones.
const RATES: [usize; 16] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0];
const LATER: [usize; 16] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0];

/// In bytes (ISO 11172-3, 2.4.1.3; ISO 13818-7, 6.2).
fn frame_length(frame: &[u8]) -> Option<usize> {
    let head = frame.get(..7)?;
    if head[0] != 0xff {
        return None;
    }
    if head[1] & 0xf6 == 0xf0 {
        let length = usize::from(head[3] & 3) << 11 | usize::from(head[4]) << 3;
        return Some(length | usize::from(head[5] >> 5)).filter(|length| *length >= 7);
    }
    let third_layer = head[1] & 0xe6 == 0xe2;
    let version = head[1] >> 3 & 3;
    let hertz = *[44_100, 48_000, 32_000].get(usize::from(head[2] >> 2 & 3))?;
    let rates = if version == 3 { RATES } else { LATER };
    let kilobits = rates[usize::from(head[2] >> 4)];
    if !third_layer || version == 1 || kilobits == 0 {
        return None;
    }
    let (hertz, samples) = match version {
        3 => (hertz, 144_000),
        2 => (hertz / 2, 72_000),
        _ => (hertz / 4, 72_000),
    };
    Some(samples * kilobits / hertz + usize::from(head[2] >> 1 & 1))
}

/// Packets of 188 bytes that each begin with the same byte.
fn is_transport_stream(first: &[u8]) -> bool {
    first.len() > 188 * 4 && (0..5).all(|packet| first.get(packet * 188) == Some(&0x47))
}

pub fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str, first: &[u8]) -> &'static str {
        Opening { first, whole: true, name, content_type: None }.kind().name()
    }

    #[test]
    fn what_the_bytes_are_outweighs_the_name() {
        assert_eq!(kind("a.csv", b""), "empty");
        assert_eq!(kind("a.csv", b"PAR1\x15\x04"), "parquet");
        assert_eq!(kind("a.txt", b"\x89PNG\r\n\x1a\n\0\0"), "image");
        assert_eq!(kind("a.json", b"\x1f\x8b\x08\0"), "gzip");
        assert_eq!(kind("a", b"\x50\x2a\x4d\x18\x04\0\0\0abcd"), "zstd");
        assert_eq!(kind("a", b"RIFF\x10\0\0\0WEBPVP8 "), "image");
        assert_eq!(kind("a", b"RIFF\x10\0\0\0WAVEfmt "), "audio");
        assert_eq!(kind("a", b"\0\0\0\x18ftypM4A \0\0\0\0"), "audio");
        assert_eq!(kind("a", b"\0\0\0\x18ftypisom\0\0\0\0"), "video");
        assert_eq!(kind("a", b"\0\x01\0\0\0\x0a\0\x80\0\x03\0\x20cmap"), "font");
        assert_eq!(kind("a.png", b"\0\x01\x02\x03"), "binary");
        assert_eq!(kind("a", b"ORC\n\x00\xe3\x11"), "orc");
        assert_eq!(kind("notes", b"ORCs are not elves\n"), "text");
    }

    #[test]
    fn a_tar_is_known_with_and_without_its_mark() {
        let mut header = vec![0; 512];
        header[..5].copy_from_slice(b"a.txt");
        header[124..135].copy_from_slice(b"00000000005");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum::<u32>() + 8 * 32;
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        header[155] = b' ';
        assert_eq!(kind("a", &header), "tar");
        header[0] = b'b';
        assert_eq!(kind("a", &header), "binary");
        header[257..262].copy_from_slice(b"ustar");
        assert_eq!(kind("a", &header), "tar");
    }

    #[test]
    fn frames_of_sound_follow_each_other() {
        let mut sound = vec![0; 900];
        for start in [0, 417] {
            sound[start..start + 4].copy_from_slice(b"\xff\xfb\x90\x44");
        }
        assert_eq!(kind("a", &sound), "audio");
        sound[417] = 0;
        assert_eq!(kind("a", &sound), "binary");
    }
}
