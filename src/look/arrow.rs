//! Reads Arrow's interchange format, file and stream: its schema, how many rows it has
//! (`Schema.fbs`, `Message.fbs` and `File.fbs` of the Arrow columnar format 1.5).

use std::sync::Arc;

use crate::domain::contents::{Column, Contents};
use crate::look::csv_table::UNCOUNTED;
use crate::look::error::{LookError, Looked};
use crate::look::fields::{u32_le, u64_le};
use crate::look::flatbuffer::FlatTable;
use crate::look::object_bytes::ObjectBytes;

const MAGIC: &[u8] = b"ARROW1";

/// Bytes that are fetched together with what is asked for.
const AHEAD: usize = 64 * 1024;

/// The largest footer or message that is read, in bytes.
const LARGEST: usize = 64 * 1024 * 1024;

/// Batches whose rows are counted.
const MOST_BATCHES: usize = 100;

/// Columns that are told.
const MOST_COLUMNS: usize = 50_000;

/// The deepest nesting of types that is written.
const DEEPEST: usize = 20;

/// The bytes of a `Block`.
const BLOCK: usize = 24;

/// Kinds of messages.
const SCHEMA: u8 = 1;
const BATCH: u8 = 3;

pub fn contents(source: &Arc<ObjectBytes>, contents: &mut Contents) -> Looked<()> {
    if source.read(0, MAGIC.len())? == MAGIC {
        file(source, contents)
    } else {
        stream(source, contents)
    }
}

fn file(source: &Arc<ObjectBytes>, contents: &mut Contents) -> Looked<()> {
    contents.fact("form", "file");
    let cut = || LookError::malformed("the footer of Arrow is missing, so it is cut");
    let (start, end) = source.read_last(AHEAD)?;
    let rest = end.strip_suffix(MAGIC).ok_or_else(cut)?;
    let length = rest.len().checked_sub(4).and_then(|at| u32_le(rest, at)).ok_or_else(cut)?;
    let length = length as usize;
    let end = start + rest.len() as u64 - 4;
    let begin = end.checked_sub(length as u64).ok_or_else(cut)?;
    if length > LARGEST {
        return Err(LookError::TooMuch(format!("the footer has {length} bytes")));
    }
    let bytes = source.read(begin, length)?;
    let footer = FlatTable::root(&bytes).ok_or_else(cut)?;
    let schema = footer.table(1).ok_or_else(cut)?;
    contents.columns = columns(schema);
    let batches = footer.structs(3, BLOCK);
    contents.number("batches", batches.len() as u64);
    if batches.len() > MOST_BATCHES {
        contents.fact(UNCOUNTED, format!("there are more than {MOST_BATCHES} batches"));
        return Ok(());
    }
    let mut rows = 0_u64;
    for block in batches {
        let (Some(at), Some(length)) = (u64_le(block, 0), u32_le(block, 8)) else { break };
        let message = message(source, at, length as usize)?;
        let count = FlatTable::root(&message).and_then(rows_of);
        let count = count.ok_or_else(|| LookError::malformed("a batch of Arrow is damaged"))?;
        rows = rows.saturating_add(count);
    }
    contents.rows = Some(rows);
    Ok(())
}

fn stream(source: &Arc<ObjectBytes>, contents: &mut Contents) -> Looked<()> {
    contents.fact("form", "stream");
    let (mut at, mut rows, mut batches) = (0_u64, 0_u64, 0);
    loop {
        let head = source.read_ahead(at, 8, AHEAD)?;
        let length = match (u32_le(&head, 0), u32_le(&head, 4)) {
            (Some(u32::MAX), Some(0)) => break,
            (Some(u32::MAX), Some(length)) => length as usize,
            // A stream may end without the mark of its end.
            (None, _) if at > 0 && head.is_empty() => break,
            _ => {
                contents.cut = Some("the messages break off".to_owned());
                return Ok(());
            }
        };
        let message = message(source, at, length.saturating_add(8))?;
        let Some(table) = FlatTable::root(&message) else {
            return Err(LookError::malformed("a message of Arrow is damaged"));
        };
        match table.byte(1) {
            Some(SCHEMA) => contents.columns = table.table(2).map(columns).unwrap_or_default(),
            Some(BATCH) => {
                batches += 1;
                rows = rows.saturating_add(rows_of(table).unwrap_or_default());
            }
            _ => {}
        }
        if batches > MOST_BATCHES {
            contents.fact(UNCOUNTED, format!("there are more than {MOST_BATCHES} batches"));
            return Ok(());
        }
        let body = u64::try_from(table.long(3).unwrap_or_default()).unwrap_or_default();
        at = at.saturating_add(8 + length as u64).saturating_add(body);
        if at > source.size() {
            contents.cut = Some("the last batch breaks off".to_owned());
            return Ok(());
        }
    }
    contents.number("batches", batches as u64);
    contents.rows = Some(rows);
    Ok(())
}

/// The metadata of a message without its prefix; `length` counts the prefix.
fn message(source: &Arc<ObjectBytes>, at: u64, length: usize) -> Looked<Vec<u8>> {
    if length > LARGEST {
        return Err(LookError::TooMuch(format!("a message has {length} bytes")));
    }
    let bytes = source.read_ahead(at, length, length.max(1024))?;
    if bytes.len() < length {
        return Err(LookError::malformed("a message of Arrow is cut"));
    }
    let prefix = if u32_le(&bytes, 0) == Some(u32::MAX) { 8 } else { 4 };
    Ok(bytes.get(prefix..).unwrap_or_default().to_vec())
}

fn rows_of(message: FlatTable<'_>) -> Option<u64> {
    let batch = message.table(2).filter(|_| message.byte(1) == Some(BATCH))?;
    u64::try_from(batch.long(0).unwrap_or_default()).ok()
}

fn columns(schema: FlatTable<'_>) -> Vec<Column> {
    let fields = schema.tables(1).into_iter().take(MOST_COLUMNS);
    fields
        .map(|field| Column {
            name: field.text(0).unwrap_or_default(),
            type_name: type_name(field, 0),
        })
        .collect()
}

/// As Arrow's own tools write it.
fn type_name(field: FlatTable<'_>, depth: usize) -> String {
    if depth > DEEPEST {
        return "…".to_owned();
    }
    let plain = plain_name(field, depth);
    match field.table(4) {
        Some(dictionary) => {
            let indices = dictionary.table(1).map_or_else(|| "int32".to_owned(), integer);
            format!("dictionary<values={plain}, indices={indices}>")
        }
        None => plain,
    }
}

fn plain_name(field: FlatTable<'_>, depth: usize) -> String {
    let about = field.table(3);
    let short = |at: usize, usual: i16| about.and_then(|about| about.short(at)).unwrap_or(usual);
    let int = |at: usize, usual: i32| about.and_then(|about| about.int(at)).unwrap_or(usual);
    let children = || {
        let parts = field.tables(5).into_iter().map(|child| {
            format!("{}: {}", child.text(0).unwrap_or_default(), type_name(child, depth + 1))
        });
        parts.collect::<Vec<_>>().join(", ")
    };
    let unit = |unit: i16| ["s", "ms", "us", "ns"].get(usize::try_from(unit).unwrap_or(9));
    let unit = |number: i16| unit(number).copied().unwrap_or("?");
    match field.byte(2).unwrap_or_default() {
        1 => "null".to_owned(),
        2 => about.map_or_else(String::new, integer),
        3 => ["halffloat", "float", "double"]
            .get(usize::try_from(short(0, 0)).unwrap_or(9))
            .copied()
            .unwrap_or("float")
            .to_owned(),
        4 => "binary".to_owned(),
        5 => "string".to_owned(),
        6 => "bool".to_owned(),
        7 => format!("decimal{}({}, {})", int(2, 128), int(0, 0), int(1, 0)),
        8 => if short(0, 1) == 0 { "date32[day]" } else { "date64[ms]" }.to_owned(),
        9 => format!("time{}[{}]", int(1, 32), unit(short(0, 1))),
        10 => match about.and_then(|about| about.text(1)) {
            Some(zone) => format!("timestamp[{}, tz={zone}]", unit(short(0, 0))),
            None => format!("timestamp[{}]", unit(short(0, 0))),
        },
        11 => "interval".to_owned(),
        12 => format!("list<{}>", children()),
        13 => format!("struct<{}>", children()),
        14 => format!("union<{}>", children()),
        15 => format!("fixed_size_binary[{}]", int(0, 0)),
        16 => format!("fixed_size_list<{}>[{}]", children(), int(0, 0)),
        17 => {
            let entry = field.tables(5).into_iter().next();
            let parts = entry.map(|entry| entry.tables(5)).unwrap_or_default().into_iter();
            let parts = parts.map(|part| type_name(part, depth + 1));
            format!("map<{}>", parts.collect::<Vec<_>>().join(", "))
        }
        18 => format!("duration[{}]", unit(short(0, 1))),
        19 => "large_binary".to_owned(),
        20 => "large_string".to_owned(),
        21 => format!("large_list<{}>", children()),
        22 => format!("run_end_encoded<{}>", children()),
        23 => "binary_view".to_owned(),
        24 => "string_view".to_owned(),
        25 => format!("list_view<{}>", children()),
        26 => format!("large_list_view<{}>", children()),
        other => format!("type {other}"),
    }
}

fn integer(about: FlatTable<'_>) -> String {
    let sign = if about.byte(1).unwrap_or_default() == 0 { "uint" } else { "int" };
    format!("{sign}{}", about.int(0).unwrap_or_default())
}
