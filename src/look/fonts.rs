//! Reads the name, the style and the number of glyphs of a font.

use std::io::Read as _;
use std::sync::Arc;

use crate::domain::contents::Contents;
use crate::look::error::{LookError, Looked};
use crate::look::fields::{u16_be, u32_be};
use crate::look::object_bytes::ObjectBytes;

/// Bytes that the tables that are read may have.
const TABLE: u32 = 1024 * 1024;

/// Describes TrueType and OpenType fonts, alone, in collections and packed for the web.
pub fn font(source: &Arc<ObjectBytes>, first: &[u8], contents: &mut Contents) -> Looked<()> {
    match first.get(..4) {
        Some(b"wOFF") => {
            contents.fact("format", "WOFF");
            tables(source, Tables::Packed, 0, contents)
        }
        Some(b"wOF2") => {
            // Its tables are one brotli stream: only its header is read.
            contents.fact("format", "WOFF2");
            let size = u32_be(first, 16).ok_or_else(cut)?;
            contents.size("unpacked", size.into());
            contents.fact("outlines", outlines(first.get(4..8)));
            Ok(())
        }
        Some(b"ttcf") => {
            contents.fact("format", "TrueType collection");
            let fonts = u32_be(first, 8).zip(u32_be(first, 12));
            let (count, at) = fonts.ok_or_else(cut)?;
            contents.number("fonts", count.into());
            tables(source, Tables::Plain, at.into(), contents)
        }
        start => {
            contents.fact("format", if start == Some(b"OTTO") { "OpenType" } else { "TrueType" });
            tables(source, Tables::Plain, 0, contents)
        }
    }
}

fn cut() -> LookError {
    LookError::malformed("the font is cut")
}

fn outlines(flavor: Option<&[u8]>) -> &'static str {
    if flavor == Some(b"OTTO") { "PostScript" } else { "TrueType" }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tables {
    Plain,
    /// Each by zlib, where that makes it smaller (WOFF 1.0, 5).
    Packed,
}

fn tables(source: &Arc<ObjectBytes>, form: Tables, at: u64, contents: &mut Contents) -> Looked<()> {
    let (head, entry) = if form == Tables::Packed { (44, 20) } else { (12, 16) };
    let start = source.read(at, head)?;
    if form == Tables::Packed {
        contents.fact("outlines", outlines(start.get(4..8)));
    }
    let count = u16_be(&start, if form == Tables::Packed { 12 } else { 4 }).ok_or_else(cut)?;
    let directory = source.read(at + head as u64, usize::from(count) * entry)?;
    if directory.len() < usize::from(count) * entry {
        return Err(cut());
    }
    let table = |name: &[u8; 4]| -> Looked<Option<Vec<u8>>> {
        let Some(found) = directory.chunks_exact(entry).find(|entry| entry.starts_with(name))
        else {
            return Ok(None);
        };
        let fields = match form {
            Tables::Plain => (u32_be(found, 8), u32_be(found, 12), u32_be(found, 12)),
            Tables::Packed => (u32_be(found, 4), u32_be(found, 8), u32_be(found, 12)),
        };
        let (Some(at), Some(stored), Some(length)) = fields else { return Err(cut()) };
        if stored > TABLE || length > TABLE {
            return Err(LookError::TooMuch(format!("a table of the font of {length} bytes")));
        }
        let bytes = source.read(at.into(), stored as usize)?;
        if bytes.len() < stored as usize {
            return Err(cut());
        }
        if stored == length {
            return Ok(Some(bytes));
        }
        let mut unpacked = Vec::new();
        let decoder = flate2::read::ZlibDecoder::new(bytes.as_slice());
        decoder.take(length.into()).read_to_end(&mut unpacked)?;
        Ok(Some(unpacked))
    };
    if let Some(names) = table(b"name")? {
        for (id, label) in [(1, "family"), (2, "style"), (5, "version")] {
            // Families of more than four styles have a name for all of them.
            let text = if id < 3 { name(&names, id + 15) } else { None };
            if let Some(text) = text.or_else(|| name(&names, id)) {
                contents.fact(label, text);
            }
        }
    }
    if let Some(glyphs) = table(b"maxp")?.and_then(|maxp| u16_be(&maxp, 4)) {
        contents.number("glyphs", glyphs.into());
    }
    Ok(())
}

/// A text of the naming table (OpenType, `name`): English of Windows, else any of Unicode or Mac.
fn name(table: &[u8], id: u16) -> Option<String> {
    let count = usize::from(u16_be(table, 2)?);
    let texts = usize::from(u16_be(table, 4)?);
    let mut best: Option<(u8, String)> = None;
    for record in table.get(6..)?.chunks_exact(12).take(count) {
        let field = |at| u16_be(record, at);
        if field(6) != Some(id) {
            continue;
        }
        let rank = match (field(0)?, field(4)?) {
            (3, 0x0409) => 3,
            (3 | 0, _) => 2,
            (1, 0) => 1,
            _ => continue,
        };
        let at = texts + usize::from(field(10)?);
        let Some(bytes) = table.get(at..at + usize::from(field(8)?)) else { continue };
        let text = if rank == 1 {
            String::from_utf8_lossy(bytes).into_owned()
        } else {
            let words = bytes.chunks_exact(2).map(|two| u16::from_be_bytes([two[0], two[1]]));
            char::decode_utf16(words).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        };
        if best.as_ref().is_none_or(|best| best.0 < rank) && !text.trim().is_empty() {
            best = Some((rank, text));
        }
    }
    best.map(|(_, text)| text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::contents::ContentKind;
    use crate::look::object_bytes::tests::source;

    fn told(bytes: &[u8]) -> Looked<Vec<String>> {
        let mut contents = Contents::of(ContentKind::Font);
        font(&source(bytes), bytes, &mut contents)?;
        Ok(contents.facts.into_iter().map(|(name, text)| format!("{name} {text}")).collect())
    }

    #[test]
    fn fonts_tell_their_names_and_glyphs() {
        let plain = told(include_bytes!("../../tests/samples/small.ttf")).unwrap();
        let packed = told(include_bytes!("../../tests/samples/small.woff")).unwrap();
        for told in [&plain, &packed] {
            for fact in ["family Small", "style Bold", "glyphs 3"] {
                assert!(told.iter().any(|told| told == fact), "{told:?}");
            }
        }
        assert_eq!(plain[0], "format TrueType");
        assert_eq!(packed[0], "format WOFF");
        let web = told(include_bytes!("../../tests/samples/small.woff2")).unwrap();
        assert_eq!((web[0].as_str(), web[2].as_str()), ("format WOFF2", "outlines TrueType"));
    }

    #[test]
    fn a_font_that_is_cut_or_spoilt_anywhere_does_no_harm() {
        for bytes in [
            include_bytes!("../../tests/samples/small.ttf").as_slice(),
            include_bytes!("../../tests/samples/small.woff").as_slice(),
        ] {
            for end in 0..bytes.len() {
                let _ = told(&bytes[..end]);
            }
            for at in 0..bytes.len() {
                for byte in [0, 0x7f, 0xff] {
                    let mut spoilt = bytes.to_vec();
                    spoilt[at] = byte;
                    let _ = told(&spoilt);
                }
            }
        }
    }
}
