//! Finds the objects of a PDF by its cross-references, and reads the bytes of its streams.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::look::error::{LookError, Looked};
use crate::look::object_bytes::ObjectBytes;
use crate::look::pdf::objects::{Indirect, Object, Parser};
use crate::look::pdf::references::{ObjectPlace, References, stream_bytes};

/// Bytes that an object may have.
const OBJECT: usize = 64 * 1024;

/// References that are followed from one object to the next.
const DEPTH: usize = 16;

/// A document whose objects are found by its cross-references.
pub struct PdfDocument {
    source: Arc<ObjectBytes>,
    /// Where the file begins, which bytes may come before.
    start: u64,
    pub references: References,
    /// Streams of objects that were unpacked, by their number.
    unpacked: BTreeMap<u32, Vec<u8>>,
    /// Bytes that are fetched together where an object is.
    ahead: usize,
}

impl PdfDocument {
    pub fn open(source: &Arc<ObjectBytes>, start: u64) -> Looked<PdfDocument> {
        let references = References::read(source, start)?;
        Ok(PdfDocument {
            source: source.clone(),
            start,
            references,
            unpacked: BTreeMap::new(),
            ahead: OBJECT,
        })
    }

    /// Fetches so many bytes together from now on.
    pub fn read_ahead(&mut self, bytes: usize) {
        self.ahead = bytes.max(OBJECT);
    }

    /// The object behind references.
    pub fn resolved(&mut self, object: &Object) -> Looked<Object> {
        let mut object = object.clone();
        for _ in 0..DEPTH {
            let Object::Reference(number) = object else { return Ok(object) };
            object = match self.references.place(number) {
                None => Object::Null,
                Some(ObjectPlace::At(at)) => self.indirect(number, at)?.object,
                Some(ObjectPlace::In { stream, index }) => self.in_stream(stream, index)?,
            };
        }
        Err(LookError::malformed("references of the PDF lead in a circle"))
    }

    /// The object with this number, which is at a place of the document.
    fn indirect(&self, number: u32, at: u64) -> Looked<Indirect> {
        let at = self.start.saturating_add(at);
        let bytes = self.source.read_ahead(at, OBJECT, self.ahead)?;
        let found = Parser::new(&bytes).indirect()?;
        if found.number != number {
            let what = format!("object {number} of the PDF is not where it should be");
            return Err(LookError::Malformed(what));
        }
        Ok(found)
    }

    /// The dictionary of a stream, and its bytes without their filters.
    pub fn stream(&mut self, number: u32) -> Looked<(Object, Vec<u8>)> {
        let Some(ObjectPlace::At(at)) = self.references.place(number) else {
            return Err(LookError::malformed("a stream of the PDF is not there"));
        };
        let found = self.indirect(number, at)?;
        let length = self.resolved(&found.object.get(b"Length").clone())?;
        let bytes = stream_bytes(&self.source, self.start.saturating_add(at), &found, &length)?;
        Ok((found.object, bytes))
    }

    /// An object among those of a stream (ISO 32000-1, 7.5.7).
    fn in_stream(&mut self, stream: u32, index: u32) -> Looked<Object> {
        let wrong = || LookError::malformed("a stream of objects of the PDF");
        if !self.unpacked.contains_key(&stream) {
            let Some(ObjectPlace::At(at)) = self.references.place(stream) else {
                return Err(wrong());
            };
            let at = self.start.saturating_add(at);
            let head = self.source.read_ahead(at, OBJECT, self.ahead)?;
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
