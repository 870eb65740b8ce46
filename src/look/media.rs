//! Reads what the headers of sound and films say: container, codecs, length, size, and tags.

mod avi;
mod matroska;
mod mp4;

use std::io::BufReader;
use std::sync::Arc;

use lofty::config::ParseOptions;
use lofty::file::{AudioFile as _, FileType, TaggedFileExt as _};
use lofty::probe::Probe;
use lofty::tag::Accessor as _;

use crate::domain::contents::Contents;
use crate::look::error::{LookError, Looked};
use crate::look::object_bytes::ObjectBytes;

/// Describes sound or a film that begins with these bytes.
pub fn media(source: &Arc<ObjectBytes>, first: &[u8], contents: &mut Contents) -> Looked<()> {
    if first.get(4..8) == Some(b"ftyp") {
        return mp4::mp4(source, first, contents);
    }
    if first.starts_with(b"\x1a\x45\xdf\xa3") {
        return matroska::matroska(source, contents);
    }
    if first.starts_with(b"RIFF") && first.get(8..12) == Some(b"AVI ") {
        avi::avi(first, contents);
        return Ok(());
    }
    if let Some(name) = container_of(first) {
        contents.fact("container", name);
        return Ok(());
    }
    sound(source, contents)
}

/// The container that is known by its name alone.
fn container_of(first: &[u8]) -> Option<&'static str> {
    Some(match first {
        [b'F', b'L', b'V', ..] => "FLV",
        [0, 0, 1, 0xba, ..] => "MPEG program stream",
        [0, 0, 1, 0xb3, ..] => "MPEG video",
        [0x30, 0x26, 0xb2, 0x75, ..] => "ASF",
        [0x47, ..] => "MPEG transport stream",
        [b'M', b'T', b'h', b'd', ..] => "MIDI",
        [b'#', b'!', b'A', b'M', b'R', ..] => "AMR",
        [b'.', b's', b'n', b'd', ..] => "AU",
        _ => return None,
    })
}

/// By the reader of sound files, which seeks to what it wants.
fn sound(source: &Arc<ObjectBytes>, contents: &mut Contents) -> Looked<()> {
    let options = ParseOptions::new().read_cover_art(false);
    let reader = BufReader::with_capacity(32 * 1024, source.reader());
    let probe = Probe::new(reader).options(options).guess_file_type()?;
    let Some(kind) = probe.file_type() else { return Ok(()) };
    contents.fact("container", name(kind));
    let file = probe.read().map_err(|error| LookError::malformed(format!("the sound: {error}")))?;
    let properties = file.properties();
    let duration = properties.duration().as_secs_f64();
    contents.duration = (duration > 0.0).then_some(duration);
    let numbers = [
        ("sample rate", properties.sample_rate().map(|hertz| format!("{hertz} Hz"))),
        ("channels", properties.channels().map(|channels| channels.to_string())),
        ("bit rate", properties.audio_bitrate().map(|rate| format!("{rate} kbit/s"))),
        ("bits", properties.bit_depth().map(|bits| bits.to_string())),
    ];
    for (name, text) in numbers {
        if let Some(text) = text {
            contents.fact(name, text);
        }
    }
    if let Some(tag) = file.primary_tag().or(file.first_tag()) {
        let texts = [("title", tag.title()), ("artist", tag.artist()), ("album", tag.album())];
        for (name, text) in texts {
            if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
                contents.fact(name, text);
            }
        }
    }
    Ok(())
}

fn name(kind: FileType) -> &'static str {
    match kind {
        FileType::Aac => "AAC",
        FileType::Aiff => "AIFF",
        FileType::Ape => "Monkey's Audio",
        FileType::Flac => "FLAC",
        FileType::Mpeg => "MPEG audio",
        FileType::Mp4 => "MP4",
        FileType::Mpc => "Musepack",
        FileType::Opus => "Ogg Opus",
        FileType::Vorbis => "Ogg Vorbis",
        FileType::Speex => "Ogg Speex",
        FileType::Wav => "WAV",
        FileType::WavPack => "WavPack",
        _ => "other",
    }
}

#[cfg(test)]
mod tests;
