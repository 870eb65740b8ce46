//! Rewrites legal XML into the form that the SDK reads: no CDATA, comment or prefix.

use std::borrow::Cow;

use bytes::Bytes;
use quick_xml::Reader;
use quick_xml::escape::escape;
use quick_xml::events::Event;

use crate::s3::sdk::guard::fault::ResponseFault;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// A successful answer as it is to be read. What is no answer of this operation is left to the SDK,
/// which says so.
///
/// # Errors
/// `Cut` where the first element is not closed, `Strange` where a row might be read as another one.
pub fn readable(body: Bytes, operation: &str) -> Result<Bytes, ResponseFault> {
    let Some(root) = root(&body) else { return Ok(body) };
    let expected = expected(operation);
    if expected.is_some_and(|expected| root != "Error" && !is_called(&root, expected, operation)) {
        return Ok(body);
    }
    let name = expected.filter(|_| root != "Error").unwrap_or(&root);
    match look(&body, name)? {
        Form::Plain => Ok(body),
        Form::Other => rewritten(&body, name).map(Bytes::from),
    }
}

/// A refusal as it is to be read; its status says enough where it cannot be.
pub fn refusal(body: Bytes) -> Bytes {
    if root(&body).as_deref() != Some("Error") {
        return body;
    }
    match look(&body, "Error") {
        Ok(Form::Other) => rewritten(&body, "Error").map_or(body, Bytes::from),
        _ => body,
    }
}

/// The first element of an answer that has a document (S3 API reference).
fn expected(operation: &str) -> Option<&'static str> {
    Some(match operation {
        "ListBuckets" => "ListAllMyBucketsResult",
        "ListObjectsV2" => "ListBucketResult",
        "ListObjectVersions" => "ListVersionsResult",
        "ListMultipartUploads" => "ListMultipartUploadsResult",
        "ListParts" => "ListPartsResult",
        "DeleteObjects" => "DeleteResult",
        "CreateMultipartUpload" => "InitiateMultipartUploadResult",
        "CompleteMultipartUpload" => "CompleteMultipartUploadResult",
        "CopyObject" => "CopyObjectResult",
        "UploadPartCopy" => "CopyPartResult",
        "GetObjectTagging" => "Tagging",
        "GetBucketVersioning" => "VersioningConfiguration",
        _ => return None,
    })
}

/// Whether a first element is the expected one: rclone leaves the `Result` out, servers made from a
/// description of the API (moto) name it after the operation.
fn is_called(root: &str, expected: &str, operation: &str) -> bool {
    let short = expected.strip_suffix("Result").unwrap_or(expected);
    let after_operation = root.strip_prefix(operation);
    root == expected
        || root == short
        || after_operation.is_some_and(|rest| matches!(rest, "" | "Result" | "Output" | "Response"))
}

/// The local name of the first element; `None` where there is no document.
fn root(body: &[u8]) -> Option<String> {
    let body = body.strip_prefix(BOM).unwrap_or(body);
    if !body.trim_ascii_start().starts_with(b"<") {
        return None;
    }
    let mut reader = reader(body);
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) | Event::Empty(start) => {
                return Some(String::from_utf8_lossy(start.local_name().as_ref()).into_owned());
            }
            Event::Eof => return None,
            _ => {}
        }
    }
}

fn reader(body: &[u8]) -> Reader<&[u8]> {
    let mut reader = Reader::from_reader(body);
    // Left to the SDK, which takes no such text either.
    reader.config_mut().allow_dangling_amp = true;
    reader
}

enum Form {
    /// As the SDK reads it.
    Plain,
    /// Legal, and to be rewritten.
    Other,
}

/// An element that is open.
#[derive(Default)]
struct Open {
    text: bool,
    children: bool,
}

fn look(body: &[u8], name: &str) -> Result<Form, ResponseFault> {
    if std::str::from_utf8(body).is_err() {
        return Err(ResponseFault::Strange("it is not UTF-8".to_owned()));
    }
    let stripped = body.strip_prefix(BOM);
    let mut other = stripped.is_some();
    let mut reader = reader(stripped.unwrap_or(body));
    let mut open: Vec<Open> = Vec::with_capacity(8);
    let (mut begun, mut over) = (false, false);
    loop {
        let event = reader.read_event().map_err(|error| unreadable(&error, name))?;
        match event {
            Event::Start(ref start) | Event::Empty(ref start) => {
                if over {
                    return Err(ResponseFault::Strange("it has two first elements".to_owned()));
                }
                let qualified = start.name();
                other |= qualified.prefix().is_some();
                other |= !begun && qualified.as_ref() != name.as_bytes();
                begun = true;
                if let Some(parent) = open.last_mut() {
                    parent.children = true;
                    check(parent)?;
                }
                match event {
                    Event::Start(_) => open.push(Open::default()),
                    _ => over = open.is_empty(),
                }
            }
            Event::End(_) => {
                open.pop();
                over = open.is_empty();
            }
            Event::Text(text) => told(&mut open, text.iter().any(|b| !b.is_ascii_whitespace()))?,
            Event::CData(_) => {
                other = true;
                told(&mut open, true)?;
            }
            Event::GeneralRef(entity) => {
                known(&entity)?;
                told(&mut open, true)?;
            }
            Event::Comment(_) | Event::PI(_) | Event::DocType(_) => other = true,
            Event::Decl(_) => {}
            Event::Eof if over => return Ok(if other { Form::Other } else { Form::Plain }),
            Event::Eof => return Err(ResponseFault::Cut(format!("<{name}> is not closed"))),
        }
    }
}

/// Text beside elements says two things at once, of which the SDK takes one.
fn check(open: &Open) -> Result<(), ResponseFault> {
    if open.text && open.children {
        return Err(ResponseFault::Strange("an element has text beside elements".to_owned()));
    }
    Ok(())
}

fn told(open: &mut [Open], says: bool) -> Result<(), ResponseFault> {
    match open.last_mut() {
        Some(inner) => {
            inner.text |= says;
            check(inner)
        }
        None if says => Err(ResponseFault::Strange("it has text beside its element".to_owned())),
        None => Ok(()),
    }
}

/// Only those of XML itself stand for something without a document type.
fn known(entity: &[u8]) -> Result<(), ResponseFault> {
    let own: [&[u8]; 5] = [b"amp", b"lt", b"gt", b"quot", b"apos"];
    if own.contains(&entity) || entity.starts_with(b"#") {
        return Ok(());
    }
    let name = String::from_utf8_lossy(entity);
    Err(ResponseFault::Strange(format!("&{name}; stands for nothing")))
}

fn unreadable(error: &quick_xml::Error, name: &str) -> ResponseFault {
    match error {
        quick_xml::Error::Syntax(_) => ResponseFault::Cut(format!("<{name}> is not closed")),
        other => ResponseFault::Strange(other.to_string()),
    }
}

fn rewritten(body: &[u8], name: &str) -> Result<Vec<u8>, ResponseFault> {
    let mut reader = reader(body.strip_prefix(BOM).unwrap_or(body));
    let mut out = Vec::with_capacity(body.len());
    let mut depth = 0_usize;
    loop {
        let event = reader.read_event().map_err(|error| unreadable(&error, name))?;
        match &event {
            Event::Start(start) | Event::Empty(start) => {
                let empty = matches!(event, Event::Empty(_));
                let local = start.local_name();
                let called = if depth == 0 { name.as_bytes() } else { local.as_ref() };
                let end: &[u8] = if empty { b"/>" } else { b">" };
                for part in [b"<", called, start.attributes_raw(), end] {
                    out.extend_from_slice(part);
                }
                depth += usize::from(!empty);
            }
            Event::End(end) => {
                depth = depth.saturating_sub(1);
                let local = end.local_name();
                let called = if depth == 0 { name.as_bytes() } else { local.as_ref() };
                for part in [b"</", called, b">"] {
                    out.extend_from_slice(part);
                }
            }
            Event::Text(text) => out.extend_from_slice(text),
            Event::CData(text) => {
                let text = String::from_utf8_lossy(text);
                // What the SDK's own parser would take for the end of a text.
                let escaped: Cow<'_, str> = escape(&*text);
                out.extend_from_slice(escaped.as_bytes());
            }
            Event::GeneralRef(entity) => {
                for part in [b"&", &**entity, b";"] {
                    out.extend_from_slice(part);
                }
            }
            Event::Comment(_) | Event::PI(_) | Event::DocType(_) | Event::Decl(_) => {}
            Event::Eof => return Ok(out),
        }
    }
}

#[cfg(test)]
mod tests;
