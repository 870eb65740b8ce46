//! Reads JSON: what it is, its records.

pub mod scan;
pub mod shape;
pub mod tree;

use std::io::Read as _;
use std::sync::Arc;

use crate::domain::contents::Contents;
use crate::look::csv_table::{READ_WHOLE, SAMPLE, UNCOUNTED};
use crate::look::encoding::decode;
use crate::look::error::Looked;
use crate::look::json::scan::{Ended, NotJson, Scan, Token};
use crate::look::json::shape::{Fields, Shape, type_of};
use crate::look::object_bytes::ObjectBytes;
use crate::look::opening::Opening;

/// The text of an object, or of its beginning, and whether it is whole.
pub fn text_of(
    source: &Arc<ObjectBytes>,
    opening: &Opening<'_>,
    contents: &mut Contents,
) -> Looked<(String, bool)> {
    let whole = source.size() <= READ_WHOLE;
    let bytes = if whole { source.size() } else { SAMPLE };
    let mut all = Vec::new();
    source.reader().take(bytes).read_to_end(&mut all)?;
    // What the beginning is in decides, as it decided the kind.
    let encoding = decode(opening.first, opening.whole).map(|start| start.encoding);
    let Some(encoding) = encoding else { return Ok((String::new(), whole)) };
    contents.encoding = Some(encoding.name().to_ascii_lowercase());
    let (text, _) = encoding.decode_with_bom_removal(&all);
    Ok((text.into_owned(), whole))
}

pub fn contents(
    source: &Arc<ObjectBytes>,
    opening: &Opening<'_>,
    contents: &mut Contents,
) -> Looked<()> {
    let (text, whole) = text_of(source, opening, contents)?;
    let mut shape = Shape::default();
    let mut scan = Scan::new(text.as_bytes());
    let ended = scan.value(&mut |depth, token| shape.see(depth, token));
    let after = scan.next_byte();
    match ended {
        Ok(Ended::Whole) if after.is_some() => {
            let wrong = NotJson { at: scan.at(), why: "something follows the value" };
            contents.cut = Some(told(&text, &wrong));
        }
        Ok(Ended::Cut) if whole => contents.cut = Some("the value breaks off".to_owned()),
        Err(wrong) => contents.cut = Some(told(&text, &wrong)),
        Ok(_) => {}
    }
    contents.fact("shape", shape.words(whole && contents.cut.is_none()));
    contents.number("depth", shape.deepest as u64);
    contents.columns = shape.fields.columns();
    let counted = whole && contents.cut.is_none() && shape.records == shape.elements;
    if shape.top == Some("array") && counted {
        contents.rows = Some(shape.elements);
    }
    Ok(())
}

/// Where and how a text is no JSON: `line 3, column 7: a comma or } is expected`.
pub fn told(text: &str, wrong: &NotJson) -> String {
    let before = &text.as_bytes()[..wrong.at.min(text.len())];
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
    format!("line {line}, column {column}: {}", wrong.why)
}

/// The records of NDJSON: the union of their fields, and how many there are.
pub fn lines(
    source: &Arc<ObjectBytes>,
    opening: &Opening<'_>,
    contents: &mut Contents,
) -> Looked<()> {
    let (text, whole) = text_of(source, opening, contents)?;
    let mut fields = Fields::default();
    let (mut rows, mut bad) = (0, Vec::new());
    let mut lines = text.split('\n').enumerate().peekable();
    while let Some((at, line)) = lines.next() {
        if line.trim().is_empty() || (lines.peek().is_none() && !whole) {
            continue;
        }
        match record(line.as_bytes(), &mut fields) {
            true => rows += 1,
            false => bad.push(at + 1),
        }
    }
    contents.columns = fields.columns();
    if let Some(first) = bad.first() {
        contents.number("lines that are no JSON", bad.len() as u64);
        contents.number("first line that is no JSON", *first as u64);
    }
    match whole {
        true => contents.rows = Some(rows),
        false => contents.fact(UNCOUNTED, "only the beginning of the object was read"),
    }
    Ok(())
}

/// Whether a line is one value; its fields where it is an object.
fn record(line: &[u8], fields: &mut Fields) -> bool {
    let mut scan = Scan::new(line);
    let mut found = Vec::new();
    let mut name = None;
    let ended = scan.value(&mut |depth, token| match (depth, token) {
        (1, Token::Name(text)) => name = Some(text),
        (1, token) => found.extend(name.take().zip(type_of(token))),
        _ => {}
    });
    let whole = ended == Ok(Ended::Whole) && scan.next_byte().is_none();
    if whole {
        for (name, kind) in found {
            fields.add(name, kind);
        }
    }
    whole
}
