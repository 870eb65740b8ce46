//! Decodes the references in a text: characters by their numbers, and the five names of XML's own.

use crate::s3::sdk::guard::fault::ResponseFault;

/// What the reference stands for that a text begins with, and its length; `None` where the text
/// ends in it. Characters that a document may not have are taken by their numbers, as by the SDK: a
/// key may have them.
pub fn first(text: &str) -> Result<Option<(char, usize)>, ResponseFault> {
    let inside = text.strip_prefix('&').unwrap_or(text);
    let is_inside = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'#';
    let length = inside.bytes().take_while(is_inside).count();
    match inside.as_bytes().get(length) {
        Some(b';') => {}
        Some(_) => return Err(ResponseFault::strange("it has a & that begins no reference")),
        None => return Ok(None),
    }
    let name = &inside[..length];
    let stands_for = match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => numbered(name),
    };
    let told = |found| (found, length + "&;".len());
    stands_for
        .map(told)
        .map(Some)
        .ok_or_else(|| ResponseFault::strange(format!("&{name}; stands for nothing")))
}

fn numbered(name: &str) -> Option<char> {
    let (digits, radix) = match (name.strip_prefix("#x"), name.strip_prefix('#')) {
        (Some(digits), _) => (digits, 16),
        (None, digits) => (digits?, 10),
    };
    char::from_u32(u32::from_str_radix(digits, radix).ok()?)
}

/// A text without its references.
pub fn decoded(text: &str) -> Result<String, ResponseFault> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, _)) = rest.split_once('&') {
        out.push_str(before);
        rest = &rest[before.len()..];
        let Some((found, length)) = first(rest)? else {
            return Err(ResponseFault::strange("it has a & that begins no reference"));
        };
        out.push(found);
        rest = &rest[length..];
    }
    out.push_str(rest);
    Ok(out)
}
