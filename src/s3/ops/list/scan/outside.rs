//! Finds the first element of a document, and passes what has no meaning.

use memchr::memmem;

use crate::s3::sdk::guard::fault::ResponseFault;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// What is before the first element.
pub struct Prolog<'a> {
    /// Where the first element begins.
    pub end: usize,
    /// Its name, without the prefix of a namespace.
    pub root: &'a [u8],
    pub has_document_type: bool,
    /// The declaration names no other encoding than UTF-8.
    pub is_unicode: bool,
}

/// Why something is not passed.
pub enum Unpassed {
    Cut,
    Strange(&'static str),
}

impl Unpassed {
    pub fn fault(self, cut: impl FnOnce() -> ResponseFault) -> ResponseFault {
        match self {
            Unpassed::Cut => cut(),
            Unpassed::Strange(what) => ResponseFault::Strange(what.to_owned()),
        }
    }
}

/// `None` where nothing begins that could be an element. Blanks before a declaration are let pass:
/// S3 sends them while it works on an answer.
pub fn prolog(body: &[u8]) -> Option<Prolog<'_>> {
    let mut at = if body.starts_with(BOM) { BOM.len() } else { 0 };
    let (mut has_document_type, mut is_unicode) = (false, true);
    at = past_blanks(body, at);
    if let Some(declaration) = declaration(&body[at..]) {
        is_unicode = names_unicode(declaration);
        at += declaration.len();
    }
    loop {
        at = past_blanks(body, at);
        match body.get(at..)? {
            [b'<', b'!', b'D' | b'd', ..] => {
                has_document_type = true;
                at += document_type(&body[at..])?;
            }
            [b'<', b'!' | b'?', ..] => at += aside(&body[at..]).ok()?,
            [b'<', rest @ ..] => {
                let end = rest.iter().position(|byte| b" \t\r\n/>".contains(byte))?;
                let name = &rest[..end];
                let local = name.iter().position(|byte| *byte == b':').map_or(0, |at| at + 1);
                let root = &name[local..];
                return Some(Prolog { end: at, root, has_document_type, is_unicode });
            }
            _ => return None,
        }
    }
}

pub fn past_blanks(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\r' | b'\n') = bytes.get(at) {
        at += 1;
    }
    at
}

/// The length of the comment or instruction that `rest` begins with.
pub fn aside(rest: &[u8]) -> Result<usize, Unpassed> {
    if let Some(comment) = rest.strip_prefix(b"<!--") {
        let end = memmem::find(comment, b"-->").ok_or(Unpassed::Cut)?;
        return Ok(b"<!---->".len() + end);
    }
    let Some(instruction) = rest.strip_prefix(b"<?") else {
        let begun = [&b"<!--"[..], b"<![CDATA["].iter().any(|whole| whole.starts_with(rest));
        return Err(if begun { Unpassed::Cut } else { Unpassed::Strange("it has a declaration") });
    };
    let end = memmem::find(instruction, b"?>").ok_or(Unpassed::Cut)?;
    let target = instruction[..end].split(u8::is_ascii_whitespace).next().unwrap_or_default();
    match target {
        [b'a'..=b'z' | b'A'..=b'Z' | b'_' | b':' | 0x80.., ..]
            if !target.eq_ignore_ascii_case(b"xml") =>
        {
            Ok(b"<??>".len() + end)
        }
        _ => Err(Unpassed::Strange("it has a declaration that is not at its start")),
    }
}

fn declaration(rest: &[u8]) -> Option<&[u8]> {
    let inside = rest.strip_prefix(b"<?xml")?;
    if !inside.first()?.is_ascii_whitespace() {
        return None;
    }
    let end = memmem::find(rest, b"?>")?;
    Some(&rest[..end + b"?>".len()])
}

fn names_unicode(declaration: &[u8]) -> bool {
    let Some(at) = memmem::find(declaration, b"encoding") else { return true };
    let told = declaration[at + b"encoding".len()..].trim_ascii_start();
    let told = told.strip_prefix(b"=").unwrap_or(told).trim_ascii_start();
    let name = told.split(|byte| matches!(byte, b'"' | b'\'')).nth(1).unwrap_or_default();
    let unicode: [&[u8]; 4] = [b"utf-8", b"utf8", b"us-ascii", b"ascii"];
    unicode.iter().any(|own| name.eq_ignore_ascii_case(own))
}

/// The length of a document type with all that is declared in it.
fn document_type(rest: &[u8]) -> Option<usize> {
    let (mut quote, mut inside) = (None, false);
    for (at, byte) in rest.iter().enumerate() {
        match (quote, byte) {
            (Some(open), byte) if open == *byte => quote = None,
            (None, b'"' | b'\'') => quote = Some(*byte),
            (None, b'[') => inside = true,
            (None, b']') => inside = false,
            (None, b'>') if !inside => return Some(at + 1),
            _ => {}
        }
    }
    None
}
