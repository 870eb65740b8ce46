//! Reads the header of an Avro container: its schema, its codec, how many records follow
//! (the Avro specification 1.12, "Object Container Files").

use std::sync::Arc;

use serde_json::Value;

use crate::domain::contents::{Column, Contents};
use crate::look::csv_table::{READ_WHOLE, UNCOUNTED};
use crate::look::error::{LookError, Looked};
use crate::look::object_bytes::ObjectBytes;
use crate::look::opening::FIRST;

/// The largest header that is read, in bytes.
const LARGEST: usize = 16 * 1024 * 1024;

/// Columns that are told.
const MOST_COLUMNS: usize = 50_000;

/// The deepest nesting of types that is written.
const DEEPEST: usize = 20;

const SYNC: usize = 16;

pub fn contents(source: &Arc<ObjectBytes>, contents: &mut Contents) -> Looked<()> {
    let mut most = FIRST;
    let header = loop {
        let bytes = source.read(0, most)?;
        match Header::read(&bytes) {
            Some(header) => break header,
            None if bytes.len() as u64 == source.size() => {
                return Err(LookError::malformed("the header of Avro is cut"));
            }
            None if most >= LARGEST => {
                return Err(LookError::TooMuch(format!("the header has more than {most} bytes")));
            }
            None => most *= 4,
        }
    };
    let schema = header.value("avro.schema");
    let schema = schema.ok_or_else(|| LookError::malformed("the header of Avro has no schema"))?;
    let schema: Value = serde_json::from_slice(schema).map_err(|error| {
        LookError::malformed(format!("the schema of Avro is not JSON: {error}"))
    })?;
    contents.columns = columns(&schema);
    let codec = header.value("avro.codec").map_or("null".into(), String::from_utf8_lossy);
    contents.fact("codec", codec);
    if let Some(name) = schema.get("name").and_then(Value::as_str) {
        contents.fact("record", name);
    }
    if source.size() > READ_WHOLE {
        contents.fact(UNCOUNTED, "only the header of the object was read");
        return Ok(());
    }
    let all = source.read(0, usize::try_from(READ_WHOLE).unwrap_or(LARGEST))?;
    match count(&all[header.length..], header.sync) {
        Some(rows) => contents.rows = Some(rows),
        None => contents.cut = Some("the blocks break off".to_owned()),
    }
    Ok(())
}

struct Header {
    values: Vec<(Vec<u8>, Vec<u8>)>,
    sync: [u8; SYNC],
    /// In bytes.
    length: usize,
}

impl Header {
    /// `None` where it is cut.
    fn read(bytes: &[u8]) -> Option<Header> {
        let mut rest = Rest { bytes, at: 4 };
        let mut values = Vec::new();
        loop {
            let count = rest.long()?;
            if count == 0 {
                break;
            }
            if count < 0 {
                // The size of the block follows.
                rest.long()?;
            }
            for _ in 0..count.unsigned_abs() {
                let name = rest.bytes()?.to_vec();
                values.push((name, rest.bytes()?.to_vec()));
            }
        }
        let sync = bytes.get(rest.at..rest.at + SYNC)?.try_into().ok()?;
        Some(Header { values, sync, length: rest.at + SYNC })
    }

    fn value(&self, name: &str) -> Option<&[u8]> {
        let found = self.values.iter().find(|(known, _)| known == name.as_bytes());
        found.map(|(_, value)| value.as_slice())
    }
}

/// The records of all blocks; `None` where they break off.
fn count(blocks: &[u8], sync: [u8; SYNC]) -> Option<u64> {
    let mut rest = Rest { bytes: blocks, at: 0 };
    let mut records = 0_u64;
    while rest.at < blocks.len() {
        records = records.checked_add(u64::try_from(rest.long()?).ok()?)?;
        rest.bytes()?;
        if blocks.get(rest.at..rest.at + SYNC)? != sync {
            return None;
        }
        rest.at += SYNC;
    }
    Some(records)
}

struct Rest<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Rest<'a> {
    /// A number of variable length, zigzag.
    fn long(&mut self) -> Option<i64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed());
            }
        }
        None
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.long()?).ok()?;
        let bytes = self.bytes.get(self.at..self.at.checked_add(length)?)?;
        self.at += length;
        Some(bytes)
    }
}

/// The fields of the record; of another type, the one value there is.
fn columns(schema: &Value) -> Vec<Column> {
    let Some(fields) = schema.get("fields").and_then(Value::as_array) else {
        return vec![Column { name: "value".to_owned(), type_name: type_name(schema, 0) }];
    };
    let fields = fields.iter().take(MOST_COLUMNS);
    fields
        .map(|field| {
            let name = field.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
            let type_name = field.get("type").map_or_else(String::new, |of| type_name(of, 0));
            Column { name, type_name }
        })
        .collect()
}

fn type_name(schema: &Value, depth: usize) -> String {
    if depth > DEEPEST {
        return "…".to_owned();
    }
    let inner =
        |name: &str| schema.get(name).map_or_else(String::new, |of| type_name(of, depth + 1));
    match schema {
        Value::String(name) => name.clone(),
        Value::Array(branches) => {
            let names = branches.iter().map(|branch| type_name(branch, depth + 1));
            names.collect::<Vec<_>>().join("|")
        }
        Value::Object(about) => {
            let number = |name: &str| about.get(name).and_then(Value::as_u64).unwrap_or_default();
            let logical = about.get("logicalType").and_then(Value::as_str);
            let name = about.get("type").and_then(Value::as_str).unwrap_or_default();
            match (logical, name) {
                (Some("decimal"), _) => {
                    format!("decimal({},{})", number("precision"), number("scale"))
                }
                (Some(logical), _) => logical.to_owned(),
                (None, "array") => format!("array<{}>", inner("items")),
                (None, "map") => format!("map<{}>", inner("values")),
                (None, "fixed") => format!("fixed({})", number("size")),
                (None, "") => inner("type"),
                (None, name) => name.to_owned(),
            }
        }
        _ => String::new(),
    }
}
