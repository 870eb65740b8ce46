//! Reads the tail of ORC: its schema, how many rows it has, how it is compressed
//! (the ORC specification v1).

mod protobuf;
mod unpack;

use std::sync::Arc;

use crate::domain::contents::{Column, Contents};
use crate::look::error::{LookError, Looked};
use crate::look::object_bytes::ObjectBytes;
use protobuf::{Message, Wire};
use unpack::{CODECS, unpacked};

/// Bytes of the end that are fetched first; most tails are within.
const END: usize = 64 * 1024;

/// The largest footer that is read, in bytes.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Types that are read.
const MOST_TYPES: usize = 100_000;

/// The deepest nesting of types that is written.
const DEEPEST: usize = 20;

pub fn contents(source: &Arc<ObjectBytes>, contents: &mut Contents) -> Looked<()> {
    let cut = || LookError::malformed("the tail of ORC is missing, so it is cut");
    let (_, end) = source.read_last(END)?;
    let (length, rest) = end.split_last().ok_or_else(cut)?;
    let start = rest.len().checked_sub(usize::from(*length)).ok_or_else(cut)?;
    let postscript = &rest[start..];
    let tail = Postscript::read(postscript).filter(|tail| tail.is_orc).ok_or_else(cut)?;
    if tail.footer > LARGEST {
        return Err(LookError::TooMuch(format!("the footer has {} bytes", tail.footer)));
    }
    let behind = 1 + postscript.len() as u64;
    let at = source.size().checked_sub(behind + tail.footer).ok_or_else(cut)?;
    let footer = source.read(at, usize::try_from(tail.footer).unwrap_or_default())?;
    let footer = unpacked(&footer, tail.codec)?;
    let footer = Footer::read(&footer)?;
    contents.rows = Some(footer.rows);
    contents.fact("compression", CODECS.get(tail.codec).copied().unwrap_or("unknown"));
    contents.number("stripes", footer.stripes);
    contents.columns = footer.columns();
    Ok(())
}

struct Postscript {
    footer: u64,
    codec: usize,
    is_orc: bool,
}

impl Postscript {
    fn read(bytes: &[u8]) -> Option<Postscript> {
        let mut tail = Postscript { footer: 0, codec: 0, is_orc: false };
        for field in Message::new(bytes) {
            match field? {
                (1, Wire::Number(length)) => tail.footer = length,
                (2, Wire::Number(codec)) => tail.codec = usize::try_from(codec).ok()?,
                (8000, Wire::Bytes(magic)) => tail.is_orc = magic == b"ORC",
                _ => {}
            }
        }
        Some(tail)
    }
}

#[derive(Default)]
struct Footer {
    rows: u64,
    stripes: u64,
    types: Vec<OrcType>,
}

#[derive(Default)]
struct OrcType {
    kind: u64,
    parts: Vec<usize>,
    names: Vec<String>,
    length: u64,
    precision: u64,
    scale: u64,
}

/// By their numbers in `orc_proto.proto`.
const KINDS: [&str; 19] = [
    "boolean",
    "tinyint",
    "smallint",
    "int",
    "bigint",
    "float",
    "double",
    "string",
    "binary",
    "timestamp",
    "array",
    "map",
    "struct",
    "uniontype",
    "decimal",
    "date",
    "varchar",
    "char",
    "timestamp with local time zone",
];

impl Footer {
    fn read(bytes: &[u8]) -> Looked<Footer> {
        let mut footer = Footer::default();
        let damaged = || LookError::malformed("the footer of ORC is damaged");
        for field in Message::new(bytes) {
            match field.ok_or_else(damaged)? {
                (3, _) => footer.stripes += 1,
                (4, Wire::Bytes(bytes)) if footer.types.len() < MOST_TYPES => {
                    footer.types.push(OrcType::read(bytes).ok_or_else(damaged)?);
                }
                (6, Wire::Number(rows)) => footer.rows = rows,
                _ => {}
            }
        }
        Ok(footer)
    }

    /// The fields of the struct that is the root.
    fn columns(&self) -> Vec<Column> {
        let Some(root) = self.types.first() else { return Vec::new() };
        if KINDS.get(usize::try_from(root.kind).unwrap_or(99)) != Some(&"struct") {
            return vec![Column { name: "value".to_owned(), type_name: self.name(0, 0) }];
        }
        let named = root.names.iter().zip(&root.parts);
        named
            .map(|(name, part)| Column { name: name.clone(), type_name: self.name(*part, 0) })
            .collect()
    }

    fn name(&self, at: usize, depth: usize) -> String {
        let Some(of) = self.types.get(at).filter(|_| depth <= DEEPEST) else {
            return "…".to_owned();
        };
        let kind = KINDS.get(usize::try_from(of.kind).unwrap_or(99)).copied().unwrap_or("unknown");
        let parts = || of.parts.iter().map(|part| self.name(*part, depth + 1));
        match kind {
            "array" | "map" | "uniontype" => {
                format!("{kind}<{}>", parts().collect::<Vec<_>>().join(","))
            }
            "struct" => {
                let named = of.names.iter().zip(parts());
                let named = named.map(|(name, part)| format!("{name}:{part}"));
                format!("struct<{}>", named.collect::<Vec<_>>().join(","))
            }
            "decimal" => format!("decimal({},{})", of.precision, of.scale),
            "varchar" | "char" => format!("{kind}({})", of.length),
            kind => kind.to_owned(),
        }
    }
}

impl OrcType {
    fn read(bytes: &[u8]) -> Option<OrcType> {
        let mut of = OrcType::default();
        for field in Message::new(bytes) {
            match field? {
                (1, Wire::Number(kind)) => of.kind = kind,
                (2, Wire::Number(part)) => of.parts.push(usize::try_from(part).ok()?),
                (2, Wire::Bytes(packed)) => {
                    of.parts.extend(protobuf::packed(packed)?);
                }
                (3, Wire::Bytes(name)) => {
                    of.names.push(String::from_utf8_lossy(name).into_owned());
                }
                (4, Wire::Number(length)) => of.length = length,
                (5, Wire::Number(precision)) => of.precision = precision,
                (6, Wire::Number(scale)) => of.scale = scale,
                _ => {}
            }
        }
        Some(of)
    }
}
