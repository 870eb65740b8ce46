//! Reads the `moov` of an MP4 or QuickTime file, wherever it is.

use std::ops::Range;
use std::sync::Arc;

use crate::domain::contents::{ContentKind, Contents};
use crate::look::boxes::{Boxes, MediaBox, find, find_below};
use crate::look::error::{LookError, Looked};
use crate::look::fields::{u16_be, u32_be, u64_be};
use crate::look::object_bytes::ObjectBytes;

/// Tracks that are looked at.
const TRACKS: usize = 32;

/// Bytes that the text of a tag may have.
const TEXT: usize = 1024;

pub fn mp4(source: &Arc<ObjectBytes>, first: &[u8], contents: &mut Contents) -> Looked<()> {
    let brand = first.get(8..12).unwrap_or_default();
    contents.fact("container", if brand == b"qt  " { "QuickTime" } else { "MP4" });
    contents.fact("brand", String::from_utf8_lossy(brand).trim().to_owned());
    let Some(moov) = find(source, 0..source.size(), b"moov")? else {
        return Err(LookError::malformed("the film has no moov, and cannot be played"));
    };
    let (mut tracks, mut codecs) = (0, Vec::new());
    let (mut has_picture, mut has_sound) = (false, false);
    for each in Boxes::of(source, moov.body.clone()) {
        let each = each?;
        match &each.name {
            b"mvhd" => contents.duration = duration(&each.start(source, 32)?),
            b"mvex" if contents.duration.is_none() => {
                contents.duration = of_fragments(source, &moov, &each)?;
            }
            b"trak" if tracks < TRACKS => {
                tracks += 1;
                let Some(track) = track(source, &each)? else { continue };
                match &track.handler {
                    b"vide" => {
                        has_picture = true;
                        if contents.width.is_none() {
                            (contents.width, contents.height) = track.size.unzip();
                        }
                    }
                    b"soun" => has_sound = true,
                    _ => continue,
                }
                codecs.extend(track.codec);
            }
            b"udta" => tags(source, &each, contents)?,
            _ => {}
        }
    }
    codecs.dedup();
    if !codecs.is_empty() {
        contents.fact("codec", codecs.join(", "));
    }
    if has_sound && !has_picture {
        contents.kind = ContentKind::Audio;
    }
    Ok(())
}

/// Seconds of an `mvhd`; 0 and all ones say that it is not known.
fn duration(header: &[u8]) -> Option<f64> {
    let (scale, length, unknown) = match header.first()? {
        1 => (u32_be(header, 20)?, u64_be(header, 24)?, u64::MAX),
        _ => (u32_be(header, 12)?, u64::from(u32_be(header, 16)?), u64::from(u32::MAX)),
    };
    seconds(length, scale).filter(|_| length != unknown)
}

fn seconds(length: u64, scale: u32) -> Option<f64> {
    // Exact up to 2^53 of the scale, which is longer than any film.
    #[expect(clippy::cast_precision_loss, reason = "the length of a film")]
    let seconds = length as f64 / f64::from(scale);
    (scale > 0 && length > 0).then_some(seconds)
}

/// Where the film is in fragments, `mehd` says its length by the scale of `mvhd`.
fn of_fragments(
    source: &Arc<ObjectBytes>,
    moov: &MediaBox,
    mvex: &MediaBox,
) -> Looked<Option<f64>> {
    let extended = find(source, mvex.body.clone(), b"mehd")?;
    let header = find(source, moov.body.clone(), b"mvhd")?;
    let (Some(extended), Some(header)) = (extended, header) else { return Ok(None) };
    let (extended, header) = (extended.start(source, 12)?, header.start(source, 24)?);
    let length = match extended.first() {
        Some(1) => u64_be(&extended, 4),
        _ => u32_be(&extended, 4).map(u64::from),
    };
    let scale = if header.first() == Some(&1) { u32_be(&header, 20) } else { u32_be(&header, 12) };
    Ok(length.zip(scale).and_then(|(length, scale)| seconds(length, scale)))
}

struct Track {
    handler: [u8; 4],
    codec: Option<String>,
    /// In pixels.
    size: Option<(u32, u32)>,
}

fn track(source: &Arc<ObjectBytes>, track: &MediaBox) -> Looked<Option<Track>> {
    let Some(media) = find(source, track.body.clone(), b"mdia")? else { return Ok(None) };
    let Some(handler) = find(source, media.body.clone(), b"hdlr")? else { return Ok(None) };
    let handler = handler.start(source, 12)?;
    let Some(handler) = handler.get(8..12) else { return Ok(None) };
    let path: &[&[u8; 4]] = &[b"minf", b"stbl", b"stsd"];
    let Some(entries) = find_below(source, media.body, path)? else { return Ok(None) };
    let entry = entries.start(source, 44)?;
    let codec = entry.get(12..16).map(codec_name);
    // Of a picture: its width and height in the description of its samples.
    let side = |at| u16_be(&entry, at).map(u32::from).filter(|side| *side > 0);
    let size = side(40).zip(side(42));
    let handler = [handler[0], handler[1], handler[2], handler[3]];
    Ok(Some(Track { handler, codec, size }))
}

/// What people call a codec, by its name in the registry of MP4.
fn codec_name(name: &[u8]) -> String {
    match name {
        b"avc1" | b"avc3" => "H.264",
        b"hvc1" | b"hev1" => "H.265",
        b"vvc1" | b"vvi1" => "H.266",
        b"av01" => "AV1",
        b"vp08" => "VP8",
        b"vp09" => "VP9",
        b"mp4v" => "MPEG-4 Part 2",
        b"mp4a" => "AAC",
        b"Opus" => "Opus",
        b"fLaC" => "FLAC",
        b"alac" => "ALAC",
        b"ac-3" => "AC-3",
        b"ec-3" => "E-AC-3",
        b".mp3" => "MP3",
        b"apch" | b"apcn" | b"apcs" | b"apco" | b"ap4h" => "ProRes",
        b"jpeg" => "Motion JPEG",
        other => return String::from_utf8_lossy(other).trim().to_owned(),
    }
    .to_owned()
}

/// Title, artist and album of iTunes, and of QuickTime.
fn tags(source: &Arc<ObjectBytes>, udta: &MediaBox, contents: &mut Contents) -> Looked<()> {
    let Some(meta) = find(source, udta.body.clone(), b"meta")? else { return Ok(()) };
    let body: Range<u64> = (meta.body.start + 4).min(meta.body.end)..meta.body.end;
    let Some(list) = find(source, body, b"ilst")? else { return Ok(()) };
    for each in Boxes::of(source, list.body) {
        let each = each?;
        let name = match &each.name {
            b"\xa9nam" => "title",
            b"\xa9ART" => "artist",
            b"\xa9alb" => "album",
            b"\xa9day" => "date",
            _ => continue,
        };
        let Some(data) = find(source, each.body, b"data")? else { continue };
        let text = data.start(source, TEXT)?;
        let text = String::from_utf8_lossy(text.get(8..).unwrap_or_default()).trim().to_owned();
        if !text.is_empty() {
            contents.fact(name, text);
        }
    }
    Ok(())
}
