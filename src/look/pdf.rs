//! Reads the version, the number of pages and the title of a PDF, by its cross-references.

mod objects;
mod references;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::contents::Contents;
use crate::look::error::{LookError, Looked};
use crate::look::object_bytes::ObjectBytes;
use crate::look::pdf::objects::{Object, Parser};
use crate::look::pdf::references::{ObjectPlace, References, stream_bytes};

/// Bytes that an object may have.
const OBJECT: usize = 64 * 1024;

/// References that are followed from one object to the next.
const DEPTH: usize = 16;

pub fn pdf(source: &Arc<ObjectBytes>, first: &[u8], contents: &mut Contents) -> Looked<()> {
    let start = first.windows(5).position(|five| five == b"%PDF-").unwrap_or(0);
    let version = first.get(start + 5..).unwrap_or_default();
    let length = version.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
    let version = String::from_utf8_lossy(&version[..length]).into_owned();
    let mut document = Document::open(source, start as u64)?;
    let encrypted = *document.references.trailer.get(b"Encrypt") != Object::Null;
    if encrypted {
        contents.fact("encrypted", "yes");
    }
    match document.tell(version, encrypted, contents) {
        // Its streams, and the objects in them, are not to be read.
        Err(LookError::Malformed(_)) if encrypted => Ok(()),
        told => told,
    }
}

impl Document {
    fn tell(
        &mut self,
        mut version: String,
        encrypted: bool,
        contents: &mut Contents,
    ) -> Looked<()> {
        let document = self;
        let root = document.resolved(&document.references.trailer.get(b"Root").clone())?;
        // What the catalog says holds, where it is later.
        if let Object::Name(name) = root.get(b"Version")
            && name.as_slice() > version.as_bytes()
        {
            version = String::from_utf8_lossy(name).into_owned();
        }
        contents.fact("version", version);
        let pages = document.resolved(root.get(b"Pages"))?;
        let count = document.resolved(pages.get(b"Count"))?;
        contents.pages = match count {
            Object::Number(count) if count >= 0.0 => whole(count),
            _ => return Err(LookError::malformed("the PDF does not say how many pages it has")),
        };
        let about = document.references.trailer.get(b"Info").clone();
        if let Ok(about) = document.resolved(&about)
            && !encrypted
        {
            for (name, label) in
                [(&b"Title"[..], "title"), (b"Author", "author"), (b"Producer", "producer")]
            {
                if let Ok(Object::Text(text)) = document.resolved(about.get(name))
                    && let text = text_of(&text)
                    && !text.trim().is_empty()
                {
                    contents.fact(label, text);
                }
            }
        }
        Ok(())
    }
}

fn whole(number: f64) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is bounded")]
    (0.0..=1e9).contains(&number).then_some(number as u64)
}

/// A text string (ISO 32000-1, 7.9.2.2): UTF-16, UTF-8, or about Latin 1.
fn text_of(bytes: &[u8]) -> String {
    match bytes {
        [0xfe, 0xff, rest @ ..] => {
            let words = rest.chunks_exact(2).map(|two| u16::from_be_bytes([two[0], two[1]]));
            char::decode_utf16(words).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => bytes.iter().copied().map(char::from).collect(),
    }
}

struct Document {
    source: Arc<ObjectBytes>,
    /// Where the file begins, which bytes may come before.
    start: u64,
    references: References,
    /// Streams of objects that were unpacked, by their number.
    unpacked: BTreeMap<u32, Vec<u8>>,
}

impl Document {
    fn open(source: &Arc<ObjectBytes>, start: u64) -> Looked<Document> {
        let references = References::read(source, start)?;
        Ok(Document { source: source.clone(), start, references, unpacked: BTreeMap::new() })
    }

    /// The object behind references.
    fn resolved(&mut self, object: &Object) -> Looked<Object> {
        let mut object = object.clone();
        for _ in 0..DEPTH {
            let Object::Reference(number) = object else { return Ok(object) };
            object = match self.references.place(number) {
                None => Object::Null,
                Some(ObjectPlace::At(at)) => {
                    let at = self.start.saturating_add(at);
                    let bytes = self.source.read_ahead(at, OBJECT, OBJECT)?;
                    let found = Parser::new(&bytes).indirect()?;
                    if found.number != number {
                        let what = format!("object {number} of the PDF is not where it should be");
                        return Err(LookError::Malformed(what));
                    }
                    found.object
                }
                Some(ObjectPlace::In { stream, index }) => self.in_stream(stream, index)?,
            };
        }
        Err(LookError::malformed("references of the PDF lead in a circle"))
    }

    /// An object among those of a stream (ISO 32000-1, 7.5.7).
    fn in_stream(&mut self, stream: u32, index: u32) -> Looked<Object> {
        let wrong = || LookError::malformed("a stream of objects of the PDF");
        if !self.unpacked.contains_key(&stream) {
            let Some(ObjectPlace::At(at)) = self.references.place(stream) else {
                return Err(wrong());
            };
            let at = self.start.saturating_add(at);
            let head = self.source.read_ahead(at, OBJECT, OBJECT)?;
            let found = Parser::new(&head).indirect()?;
            let length = match found.object.get(b"Length") {
                reference @ Object::Reference(_) => self.resolved(&reference.clone())?,
                length => length.clone(),
            };
            let bytes = stream_bytes(&self.source, at, &found, &length)?;
            let first = found.object.get(b"First").index().ok_or_else(wrong)?;
            let body = bytes.get(first..).ok_or_else(wrong)?;
            let count = found.object.get(b"N").index().ok_or_else(wrong)?;
            let mut numbers = Parser::new(&bytes[..first]);
            // The offsets are kept before the objects, as 4 bytes each.
            let mut kept = u32::try_from(count).map_err(|_| wrong())?.to_le_bytes().to_vec();
            for _ in 0..count {
                let (_, Some(at)) = (numbers.object()?, numbers.object()?.index()) else {
                    return Err(wrong());
                };
                kept.extend_from_slice(&u32::try_from(at).map_err(|_| wrong())?.to_le_bytes());
            }
            kept.extend_from_slice(body);
            self.unpacked.insert(stream, kept);
        }
        let kept = self.unpacked.get(&stream).ok_or_else(wrong)?;
        let word = |at| crate::look::fields::u32_le(kept, at).map(|word| word as usize);
        let count = word(0).ok_or_else(wrong)?;
        let at = word(4 + index as usize * 4).filter(|_| (index as usize) < count);
        let body = kept.get(4 + count * 4 + at.ok_or_else(wrong)?..).ok_or_else(wrong)?;
        Parser::new(body).object()
    }
}

#[cfg(test)]
mod tests;
