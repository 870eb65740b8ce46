//! Reads the headers of Matroska and WebM, up to their first cluster.

use std::ops::Range;
use std::sync::Arc;

use crate::domain::contents::{ContentKind, Contents};
use crate::look::error::{LookError, Looked};
use crate::look::object_bytes::ObjectBytes;

/// Elements of a level that are looked at.
const ELEMENTS: usize = 10_000;

/// Bytes that a text or a number may have.
const VALUE: u64 = 1024;

const HEADER: u64 = 0x1a45_dfa3;
const DOC_TYPE: u64 = 0x4282;
const SEGMENT: u64 = 0x1853_8067;
const INFORMATION: u64 = 0x1549_a966;
const SCALE: u64 = 0x2a_d7b1;
const DURATION: u64 = 0x4489;
const TITLE: u64 = 0x7ba9;
const TRACKS: u64 = 0x1654_ae6b;
const TRACK: u64 = 0xae;
const TRACK_TYPE: u64 = 0x83;
const CODEC: u64 = 0x86;
const PICTURE: u64 = 0xe0;
const WIDTH: u64 = 0xb0;
const HEIGHT: u64 = 0xba;
const CLUSTER: u64 = 0x1f43_b675;

/// Describes a film by the elements of RFC 9559.
pub fn matroska(source: &Arc<ObjectBytes>, contents: &mut Contents) -> Looked<()> {
    let mut codecs = Vec::new();
    let mut types = Vec::new();
    for top in Elements::of(source, 0..source.size()) {
        let (id, body) = top?;
        match id {
            HEADER => {
                let kind = find(source, body, DOC_TYPE)?.map(|body| text(source, &body));
                let webm = kind.transpose()?.is_some_and(|kind| kind == "webm");
                contents.fact("container", if webm { "WebM" } else { "Matroska" });
            }
            SEGMENT => {
                for each in Elements::of(source, body) {
                    let (id, body) = each?;
                    match id {
                        INFORMATION => information(source, body, contents)?,
                        TRACKS => tracks(source, body, contents, &mut codecs, &mut types)?,
                        CLUSTER => break,
                        _ => {}
                    }
                }
                break;
            }
            _ => break,
        }
    }
    if types.is_empty() {
        return Err(LookError::malformed("the film has no tracks before its pictures"));
    }
    contents.fact("codec", codecs.join(", "));
    let has = |kind: u64| types.contains(&kind);
    contents.kind = if has(2) && !has(1) { ContentKind::Audio } else { ContentKind::Video };
    Ok(())
}

fn information(source: &Arc<ObjectBytes>, body: Range<u64>, contents: &mut Contents) -> Looked<()> {
    let (mut scale, mut length) = (1_000_000, None);
    for each in Elements::of(source, body) {
        let (id, body) = each?;
        match id {
            SCALE => scale = number(source, &body)?,
            DURATION => length = float(source, &body)?,
            TITLE => {
                let title = text(source, &body)?;
                contents.fact("title", title);
            }
            _ => {}
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "nanoseconds of a tick")]
    let tick = scale as f64 / 1e9;
    let seconds = length.map(|length| length * tick);
    contents.duration = seconds.filter(|seconds| seconds.is_finite() && *seconds > 0.0);
    Ok(())
}

fn tracks(
    source: &Arc<ObjectBytes>,
    body: Range<u64>,
    contents: &mut Contents,
    codecs: &mut Vec<String>,
    types: &mut Vec<u64>,
) -> Looked<()> {
    for track in Elements::of(source, body) {
        let (id, body) = track?;
        if id != TRACK {
            continue;
        }
        for each in Elements::of(source, body) {
            let (id, body) = each?;
            match id {
                TRACK_TYPE => types.push(number(source, &body)?),
                CODEC => codecs.push(codec_name(&text(source, &body)?)),
                PICTURE if contents.width.is_none() => {
                    for each in Elements::of(source, body) {
                        let (id, body) = each?;
                        let side = number(source, &body).map(|side| u32::try_from(side).ok());
                        match id {
                            WIDTH => contents.width = side?,
                            HEIGHT => contents.height = side?,
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// What people call a codec, by its name in the registry of Matroska.
fn codec_name(name: &str) -> String {
    let plain = match name {
        "V_MPEG4/ISO/AVC" => "H.264",
        "V_MPEGH/ISO/HEVC" => "H.265",
        "V_AV1" => "AV1",
        "V_VP8" => "VP8",
        "V_VP9" => "VP9",
        "A_OPUS" => "Opus",
        "A_VORBIS" => "Vorbis",
        "A_FLAC" => "FLAC",
        "A_AC3" => "AC-3",
        "A_MPEG/L3" => "MP3",
        name if name.starts_with("A_AAC") => "AAC",
        name => name.trim_start_matches(['V', 'A', 'S']).trim_start_matches('_'),
    };
    plain.to_owned()
}

/// The elements of a level (RFC 8794, 6), up to one that cannot be read.
struct Elements {
    source: Arc<ObjectBytes>,
    at: u64,
    end: u64,
    left: usize,
}

impl Elements {
    fn of(source: &Arc<ObjectBytes>, range: Range<u64>) -> Elements {
        Elements { source: source.clone(), at: range.start, end: range.end, left: ELEMENTS }
    }

    fn step(&mut self) -> Looked<Option<(u64, Range<u64>)>> {
        if self.at >= self.end || self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let head = self.source.read_ahead(self.at, 12, 8 * 1024)?;
        let Some((id, length)) = vint(&head, false) else { return Ok(None) };
        let Some((size, more)) = head.get(length..).and_then(|rest| vint(rest, true)) else {
            return Ok(None);
        };
        let start = (self.at + (length + more) as u64).min(self.end);
        // All ones: the length is not known, and the element goes on to the end.
        let unknown = size == (1 << (7 * more)) - 1;
        let end = if unknown { self.end } else { start.saturating_add(size).min(self.end) };
        self.at = end;
        Ok(Some((id, start..end)))
    }
}

impl Iterator for Elements {
    type Item = Looked<(u64, Range<u64>)>;

    fn next(&mut self) -> Option<Self::Item> {
        let step = self.step().transpose();
        if matches!(step, Some(Err(_))) {
            self.left = 0;
        }
        step
    }
}

/// A number of 1 to 8 bytes and how many they are; the mark of the length is left in an identifier.
fn vint(bytes: &[u8], without_mark: bool) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    let length = first.leading_zeros() as usize + 1;
    let bytes = bytes.get(..length).filter(|_| length <= 8)?;
    let number = bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
    let mark = 1_u64 << (7 * length);
    Some((if without_mark { number & !mark } else { number }, length))
}

fn find(source: &Arc<ObjectBytes>, range: Range<u64>, id: u64) -> Looked<Option<Range<u64>>> {
    for each in Elements::of(source, range) {
        let each = each?;
        if each.0 == id {
            return Ok(Some(each.1));
        }
    }
    Ok(None)
}

fn value(source: &Arc<ObjectBytes>, body: &Range<u64>) -> Looked<Vec<u8>> {
    let length = (body.end - body.start).min(VALUE);
    source.read(body.start, usize::try_from(length).unwrap_or_default())
}

fn number(source: &Arc<ObjectBytes>, body: &Range<u64>) -> Looked<u64> {
    let bytes = value(source, body)?;
    let wrong = || LookError::malformed("a number of the Matroska file");
    let bytes = bytes.get(..).filter(|bytes| bytes.len() <= 8).ok_or_else(wrong)?;
    Ok(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

fn float(source: &Arc<ObjectBytes>, body: &Range<u64>) -> Looked<Option<f64>> {
    let bytes = value(source, body)?;
    let single = <[u8; 4]>::try_from(bytes.as_slice()).map(f32::from_be_bytes).map(f64::from);
    Ok(single.or_else(|_| <[u8; 8]>::try_from(bytes.as_slice()).map(f64::from_be_bytes)).ok())
}

fn text(source: &Arc<ObjectBytes>, body: &Range<u64>) -> Looked<String> {
    let bytes = value(source, body)?;
    Ok(String::from_utf8_lossy(&bytes).trim_end_matches('\0').to_owned())
}
