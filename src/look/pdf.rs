//! Reads the version, the number of pages and the title of a PDF, by its cross-references.

mod content;
mod document;
mod encodings;
mod fonts;
mod objects;
mod references;
pub mod text;
mod to_unicode;

use std::sync::Arc;

use crate::domain::contents::Contents;
use crate::look::error::{LookError, Looked};
use crate::look::object_bytes::ObjectBytes;
use crate::look::pdf::document::PdfDocument;
use crate::look::pdf::objects::Object;

pub fn pdf(source: &Arc<ObjectBytes>, first: &[u8], contents: &mut Contents) -> Looked<()> {
    let start = first.windows(5).position(|five| five == b"%PDF-").unwrap_or(0);
    let version = first.get(start + 5..).unwrap_or_default();
    let length = version.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
    let version = String::from_utf8_lossy(&version[..length]).into_owned();
    let mut document = PdfDocument::open(source, start as u64)?;
    let encrypted = *document.references.trailer.get(b"Encrypt") != Object::Null;
    if encrypted {
        contents.fact("encrypted", "yes");
    }
    match tell(&mut document, version, encrypted, contents) {
        // Its streams, and the objects in them, are not to be read.
        Err(LookError::Malformed(_)) if encrypted => Ok(()),
        told => told,
    }
}

fn tell(
    document: &mut PdfDocument,
    mut version: String,
    encrypted: bool,
    contents: &mut Contents,
) -> Looked<()> {
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

#[cfg(test)]
mod tests;
