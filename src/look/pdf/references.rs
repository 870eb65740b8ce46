//! Reads the cross-references of a PDF: tables, streams, and the older ones they lead to.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::sync::Arc;

use weezl::decode::Decoder;
use weezl::{BitOrder, LzwStatus};

use crate::look::error::{LookError, Looked};
use crate::look::object_bytes::ObjectBytes;
use crate::look::pdf::objects::{Indirect, Object, Parser, number_of};

/// Bytes of the end where the start of the cross-references is said.
const END: usize = 2048;

/// Bytes of a table that are read.
const TABLE: usize = 16 * 1024 * 1024;

/// Bytes read at once where a table or a stream begins.
const HEAD: usize = 64 * 1024;

/// Tables and streams of one file: each change may append one.
const SECTIONS: usize = 200;

/// Objects that are remembered.
const OBJECTS: usize = 2_000_000;

/// Bytes that a stream may have, and what it may unpack to.
const STREAM: usize = 8 * 1024 * 1024;
const UNPACKED: u64 = 32 * 1024 * 1024;

/// Where an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectPlace {
    At(u64),
    In { stream: u32, index: u32 },
}

pub struct References {
    places: BTreeMap<u32, Option<ObjectPlace>>,
    pub trailer: Object,
}

fn wrong() -> LookError {
    LookError::malformed("the cross-references of the PDF")
}

impl References {
    pub fn read(source: &Arc<ObjectBytes>, start: u64) -> Looked<References> {
        let (_, end) = source.read_last(END)?;
        let said = end.windows(9).rposition(|nine| nine == b"startxref").ok_or_else(|| {
            LookError::malformed("the PDF is cut: its end does not say where its objects are")
        })?;
        let at = number_of(Parser::new(&end[said + 9..]).word()).ok_or_else(wrong)?;
        let mut references = References { places: BTreeMap::new(), trailer: Object::Null };
        let (mut next, mut seen) = (vec![at], BTreeSet::new());
        while let Some(at) = next.pop() {
            if !seen.insert(at) || seen.len() > SECTIONS {
                continue;
            }
            let section = references.section(source, start.saturating_add(at))?;
            // Of a file for old and new readers the stream comes before what is older.
            for name in [&b"Prev"[..], b"XRefStm"] {
                next.extend(section.get(name).index().map(|at| at as u64));
            }
            if references.trailer == Object::Null {
                references.trailer = section;
            }
        }
        Ok(references)
    }

    pub fn place(&self, number: u32) -> Option<ObjectPlace> {
        self.places.get(&number).copied().flatten()
    }

    /// What is said first holds: the newest comes first.
    fn put(&mut self, number: u32, place: Option<ObjectPlace>) -> Looked<()> {
        if self.places.len() >= OBJECTS {
            return Err(LookError::TooMuch(format!("more than {OBJECTS} objects in the PDF")));
        }
        self.places.entry(number).or_insert(place);
        Ok(())
    }

    /// One table or stream; gives its dictionary.
    fn section(&mut self, source: &Arc<ObjectBytes>, at: u64) -> Looked<Object> {
        let head = source.read_ahead(at, HEAD, HEAD)?;
        let mut parser = Parser::new(&head);
        if !parser.takes(b"xref") {
            return self.stream(source, at, &head);
        }
        let mut bytes = head;
        loop {
            match self.table(&bytes) {
                Ok(trailer) => return Ok(trailer),
                Err(_) if bytes.len() < TABLE && at + (bytes.len() as u64) < source.size() => {
                    let more = bytes.len() * 4;
                    bytes = source.read(at, more.min(TABLE))?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// `xref`, sections of entries of 20 bytes, and the trailer (7.5.4).
    fn table(&mut self, bytes: &[u8]) -> Looked<Object> {
        let mut parser = Parser::new(bytes);
        parser.takes(b"xref");
        while !parser.takes(b"trailer") {
            let first: u32 = number_of(parser.word()).ok_or_else(wrong)?;
            let count: u32 = number_of(parser.word()).ok_or_else(wrong)?;
            for number in first..first.checked_add(count).ok_or_else(wrong)? {
                let at = number_of(parser.word()).ok_or_else(wrong)?;
                parser.word();
                match parser.word() {
                    b"n" => self.put(number, Some(ObjectPlace::At(at)))?,
                    b"f" => self.put(number, None)?,
                    _ => return Err(wrong()),
                }
            }
        }
        parser.object()
    }

    /// A stream of entries (7.5.8).
    fn stream(&mut self, source: &Arc<ObjectBytes>, at: u64, head: &[u8]) -> Looked<Object> {
        let found = Parser::new(head).indirect()?;
        let bytes = stream_bytes(source, at, &found, found.object.get(b"Length"))?;
        let numbers = |object: &Object| match object {
            Object::Array(items) => items.iter().map(Object::index).collect::<Option<Vec<_>>>(),
            _ => None,
        };
        let widths = numbers(found.object.get(b"W")).ok_or_else(wrong)?;
        let [kind, second, third] = widths[..] else { return Err(wrong()) };
        let width = kind.saturating_add(second).saturating_add(third);
        if kind > 8 || second > 8 || third > 8 || width == 0 {
            return Err(wrong());
        }
        let size = found.object.get(b"Size").index().ok_or_else(wrong)?;
        let index = numbers(found.object.get(b"Index")).unwrap_or_else(|| vec![0, size]);
        let mut entries = bytes.chunks_exact(width);
        let value = |bytes: &[u8]| bytes.iter().fold(0, |all, byte| all << 8 | u64::from(*byte));
        for pair in index.chunks_exact(2) {
            for number in pair[0]..pair[0].saturating_add(pair[1]) {
                let Some(entry) = entries.next() else { return Ok(found.object) };
                let (one, rest) = entry.split_at(kind);
                let (two, three) = rest.split_at(second);
                let small = |bytes| u32::try_from(value(bytes)).map_err(|_| wrong());
                let place = match if kind == 0 { 1 } else { value(one) } {
                    1 => Some(ObjectPlace::At(value(two))),
                    2 => Some(ObjectPlace::In { stream: small(two)?, index: small(three)? }),
                    _ => None,
                };
                self.put(u32::try_from(number).map_err(|_| wrong())?, place)?;
            }
        }
        Ok(found.object)
    }
}

/// The bytes of the stream of an object, unpacked.
pub fn stream_bytes(
    source: &Arc<ObjectBytes>,
    at: u64,
    found: &Indirect,
    length: &Object,
) -> Looked<Vec<u8>> {
    let (Some(start), Some(length)) = (found.stream, length.index()) else { return Err(wrong()) };
    if length > STREAM {
        return Err(LookError::TooMuch(format!("a stream of the PDF of {length} bytes")));
    }
    unpacked(&found.object, source.read(at + start as u64, length)?)
}

/// The bytes without their filters: Flate and LZW, and those that write bytes as text.
fn unpacked(dictionary: &Object, mut bytes: Vec<u8>) -> Looked<Vec<u8>> {
    let all = |name: &[u8]| match dictionary.get(name) {
        Object::Null => Vec::new(),
        Object::Array(items) => items.clone(),
        other => vec![other.clone()],
    };
    let parameters = all(b"DecodeParms");
    for (at, filter) in all(b"Filter").iter().enumerate() {
        let Object::Name(name) = filter else { return Err(wrong()) };
        bytes = match name.as_slice() {
            b"FlateDecode" | b"Fl" => inflated(&bytes, parameters.get(at))?,
            b"LZWDecode" | b"LZW" => from_lzw(&bytes, parameters.get(at))?,
            b"ASCII85Decode" | b"A85" => from_ascii85(&bytes),
            b"ASCIIHexDecode" | b"AHx" => from_hex(&bytes),
            _ => {
                return Err(LookError::Unsupported("the filter of a stream of the PDF".to_owned()));
            }
        };
    }
    Ok(bytes)
}

fn inflated(bytes: &[u8], parameters: Option<&Object>) -> Looked<Vec<u8>> {
    let mut plain = Vec::new();
    flate2::read::ZlibDecoder::new(bytes).take(UNPACKED + 1).read_to_end(&mut plain)?;
    bounded(&plain)?;
    as_predicted(plain, parameters.unwrap_or(&Object::Null))
}

/// Codes that grow to the next width one earlier than they must, unless it is said otherwise
/// (7.4.4).
fn from_lzw(bytes: &[u8], parameters: Option<&Object>) -> Looked<Vec<u8>> {
    let parameters = parameters.unwrap_or(&Object::Null);
    let mut decoder = match parameters.get(b"EarlyChange").index() {
        Some(0) => Decoder::new(BitOrder::Msb, 8),
        _ => Decoder::with_tiff_size_switch(BitOrder::Msb, 8),
    };
    let (mut plain, mut piece, mut rest) = (Vec::new(), [0; 8192], bytes);
    loop {
        let step = decoder.decode_bytes(rest, &mut piece);
        plain.extend_from_slice(&piece[..step.consumed_out]);
        rest = &rest[step.consumed_in..];
        bounded(&plain)?;
        match step.status.map_err(|_| wrong())? {
            LzwStatus::Ok => {}
            // The mark of the end may be missing.
            LzwStatus::Done | LzwStatus::NoProgress => break,
        }
    }
    as_predicted(plain, parameters)
}

fn bounded(plain: &[u8]) -> Looked<()> {
    if plain.len() as u64 <= UNPACKED {
        return Ok(());
    }
    Err(LookError::TooMuch(format!("a stream of the PDF of more than {UNPACKED} bytes")))
}

/// What stands for differences from the row above, or as it is.
fn as_predicted(plain: Vec<u8>, parameters: &Object) -> Looked<Vec<u8>> {
    match parameters.get(b"Predictor").index() {
        Some(10..) => without_prediction(&plain, parameters.get(b"Columns").index().unwrap_or(1)),
        _ => Ok(plain),
    }
}

/// Five letters for four bytes, up to `~>` (7.4.3); `z` for four zeros.
fn from_ascii85(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    let mut group: Vec<u32> = Vec::new();
    let take = |group: &mut Vec<u32>, plain: &mut Vec<u8>| {
        let given = group.len();
        group.resize(5, 84);
        let word = group.iter().fold(0_u32, |all, digit| all.wrapping_mul(85).wrapping_add(*digit));
        plain.extend_from_slice(&word.to_be_bytes()[..given.saturating_sub(1)]);
        group.clear();
    };
    for byte in bytes.iter().take_while(|byte| **byte != b'~') {
        match byte {
            b'z' if group.is_empty() => plain.extend_from_slice(&[0; 4]),
            b'!'..=b'u' => group.push(u32::from(byte - b'!')),
            _ => {}
        }
        if group.len() == 5 {
            take(&mut group, &mut plain);
        }
    }
    if !group.is_empty() {
        take(&mut group, &mut plain);
    }
    plain
}

fn from_hex(bytes: &[u8]) -> Vec<u8> {
    let letters = bytes.iter().take_while(|byte| **byte != b'>');
    let digits = letters.filter_map(|byte| char::from(*byte).to_digit(16));
    let mut digits: Vec<u8> = digits.filter_map(|digit| u8::try_from(digit).ok()).collect();
    if digits.len() % 2 == 1 {
        digits.push(0);
    }
    digits.chunks_exact(2).map(|two| two[0] << 4 | two[1]).collect()
}

/// Rows of so many bytes, each after the number of its PNG filter (ISO 15948, 9.2).
fn without_prediction(bytes: &[u8], columns: usize) -> Looked<Vec<u8>> {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut above = vec![0_u8; columns.min(bytes.len())];
    if columns == 0 {
        return Err(wrong());
    }
    for row in bytes.chunks_exact(columns.saturating_add(1)) {
        let mut line = Vec::with_capacity(columns);
        for (at, byte) in row[1..].iter().enumerate() {
            let left: u8 = if at > 0 { line[at - 1] } else { 0 };
            let up = above[at];
            let corner = if at > 0 { above[at - 1] } else { 0 };
            let predicted = match row[0] {
                0 => 0,
                1 => left,
                2 => up,
                3 => u8::midpoint(left, up),
                4 => {
                    let (a, b, c) = (i16::from(left), i16::from(up), i16::from(corner));
                    let all = a + b - c;
                    let far = |one: i16| (all - one).abs();
                    if far(a) <= far(b) && far(a) <= far(c) {
                        left
                    } else if far(b) <= far(c) {
                        up
                    } else {
                        corner
                    }
                }
                _ => return Err(wrong()),
            };
            line.push(byte.wrapping_add(predicted));
        }
        plain.extend_from_slice(&line);
        above = line;
    }
    Ok(plain)
}
