//! Writes rows as blocks of bytes, and reads them again: names share their beginnings, numbers are
//! as short as they can be.

use jiff::Timestamp;

use crate::domain::compared::same_start;
use crate::domain::hex::hex;
use crate::domain::listing::{Class, Row, RowKind};

/// Rows of a block at most.
pub const ROWS: u32 = 4096;

/// The three parts of a block, each readable without those that follow.
#[derive(Debug, Default)]
pub struct BlockBuilder {
    pub names: Vec<u8>,
    pub numbers: Vec<u8>,
    pub etags: Vec<u8>,
    pub rows: u32,
    pub first: String,
    last: String,
    second: i64,
}

/// What is told of a row beside its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    pub size: u64,
    /// When it was stored, in seconds since 1970.
    pub second: Option<i64>,
    pub class: Class,
}

/// How an ETag is written.
const NO_TAG: u8 = 0;
const DIGEST: u8 = 1;
const DIGEST_OF_PARTS: u8 = 2;
const OTHER_TAG: u8 = 3;

impl BlockBuilder {
    pub fn is_full(&self) -> bool {
        self.rows >= ROWS
    }

    /// Adds an object; a prefix is none and is passed over.
    pub fn push(&mut self, row: Row<'_>) {
        let RowKind::Object { size, modified, class } = row.kind else { return };
        let shared = shared(&self.last, row.name);
        put(&mut self.names, shared as u64);
        put(&mut self.names, (row.name.len() - shared) as u64);
        self.names.extend_from_slice(&row.name.as_bytes()[shared..]);
        put(&mut self.numbers, size);
        // A time is told by its distance from the one before; 0 is none.
        match modified.map(Timestamp::as_second) {
            None => put(&mut self.numbers, 0),
            Some(second) => {
                put(&mut self.numbers, zigzag(second.wrapping_sub(self.second)).wrapping_add(1));
                self.second = second;
            }
        }
        self.numbers.push(class.code());
        put_tag(&mut self.etags, row.etag);
        if self.rows == 0 {
            row.name.clone_into(&mut self.first);
        }
        row.name.clone_into(&mut self.last);
        self.rows += 1;
    }

    /// Ready for the next block, which is read without this one.
    pub fn clear(&mut self) {
        self.names.clear();
        self.numbers.clear();
        self.etags.clear();
        self.rows = 0;
        self.second = 0;
        self.last.clear();
    }
}

impl Numbers {
    pub fn kind(self) -> RowKind {
        let Numbers { size, second, class } = self;
        let modified = second.and_then(|second| Timestamp::from_second(second).ok());
        RowKind::Object { size, modified, class }
    }
}

/// `None` where the bytes are no numbers.
pub fn numbers(bytes: &[u8], rows: u32, into: &mut Vec<Numbers>) -> Option<()> {
    into.clear();
    let (mut from, mut last) = (Bytes(bytes), 0_i64);
    let told = Timestamp::MIN.as_second()..=Timestamp::MAX.as_second();
    for _ in 0..rows {
        let size = from.varint()?;
        let second = match from.varint()? {
            0 => None,
            step => {
                last = last.wrapping_add(unzigzag(step.wrapping_sub(1)));
                Some(last).filter(|second| told.contains(second)).map(Some)?
            }
        };
        let class = Class::of_code(*from.take(1)?.first()?)?;
        into.push(Numbers { size, second, class });
    }
    from.0.is_empty().then_some(())
}

/// `None` where the bytes are no ETags.
pub fn etags(bytes: &[u8], rows: u32) -> Option<Vec<Option<String>>> {
    let mut from = Bytes(bytes);
    let mut tags = Vec::new();
    for _ in 0..rows {
        read_tag(&mut from, &mut tags)?;
    }
    from.0.is_empty().then_some(tags)
}

/// Adds one ETag, or that there is none.
fn read_tag(from: &mut Bytes<'_>, tags: &mut Vec<Option<String>>) -> Option<()> {
    tags.push(match *from.take(1)?.first()? {
        NO_TAG => None,
        DIGEST => Some(hex(from.take(16)?)),
        DIGEST_OF_PARTS => {
            let digest = hex(from.take(16)?);
            Some(format!("{digest}-{}", from.varint()?))
        }
        OTHER_TAG => {
            let length = from.count()?;
            Some(std::str::from_utf8(from.take(length)?).ok()?.to_owned())
        }
        _ => return None,
    });
    Some(())
}

fn put_tag(into: &mut Vec<u8>, tag: Option<&str>) {
    let Some(tag) = tag else { return into.push(NO_TAG) };
    let (head, parts) = match tag.split_once('-') {
        Some((head, parts)) => (head, Some(parts)),
        None => (tag, None),
    };
    // Only what is written the same when it is read again.
    let count = parts.map(|parts| parts.parse::<u32>().ok().filter(|n| n.to_string() == parts));
    match (digest(head), count) {
        (Some(digest), None) => {
            into.push(DIGEST);
            into.extend_from_slice(&digest);
        }
        (Some(digest), Some(Some(count))) => {
            into.push(DIGEST_OF_PARTS);
            into.extend_from_slice(&digest);
            put(into, u64::from(count));
        }
        _ => {
            into.push(OTHER_TAG);
            put(into, tag.len() as u64);
            into.extend_from_slice(tag.as_bytes());
        }
    }
}

/// The bytes of 32 lower-case hexadecimal digits.
fn digest(text: &str) -> Option<[u8; 16]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let bytes: &[u8; 32] = text.as_bytes().try_into().ok()?;
    let mut digest = [0; 16];
    for (into, pair) in digest.iter_mut().zip(bytes.chunks_exact(2)) {
        *into = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(digest)
}

/// Bytes that two names begin with, up to the end of a character.
fn shared(one: &str, other: &str) -> usize {
    let same = same_start(one.as_bytes(), other.as_bytes());
    (0..=same).rev().find(|at| other.is_char_boundary(*at)).unwrap_or(0)
}

fn zigzag(number: i64) -> u64 {
    (number << 1 ^ number >> 63).cast_unsigned()
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

/// Seven bits a byte, the lowest first.
pub fn put(into: &mut Vec<u8>, mut number: u64) {
    loop {
        let low = number.to_le_bytes()[0] & 0x7f;
        number >>= 7;
        if number == 0 {
            return into.push(low);
        }
        into.push(low | 0x80);
    }
}

/// What is still to be read.
pub struct Bytes<'a>(pub &'a [u8]);

impl<'a> Bytes<'a> {
    pub fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    pub fn varint(&mut self) -> Option<u64> {
        // Most are short.
        if let [byte @ 0..0x80, rest @ ..] = self.0 {
            self.0 = rest;
            return Some(u64::from(*byte));
        }
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return None;
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    pub fn count(&mut self) -> Option<usize> {
        self.varint().and_then(|number| usize::try_from(number).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::names::Names;

    fn object<'a>(name: &'a str, size: u64, second: Option<i64>, etag: Option<&'a str>) -> Row<'a> {
        let modified = second.and_then(|second| Timestamp::from_second(second).ok());
        let kind = RowKind::Object { size, modified, class: Class::Glacier };
        Row { name, kind, version: None, etag }
    }

    fn block() -> (Vec<Row<'static>>, BlockBuilder) {
        let rows = vec![
            object("a/\u{1}\n", 0, None, None),
            object("a/é", u64::MAX, Some(-5), Some("0123456789abcdef0123456789abcdef")),
            object("a/è", 1, Some(1_790_000_000), Some("0123456789abcdef0123456789abcdef-12")),
            object("a/è\u{10ffff}", 300, Some(1_790_000_001), Some("0123456789ABCDEF-007\"")),
            object("b", 300, Some(0), Some("0123456789abcdef0123456789abcdef-012")),
        ];
        let mut builder = BlockBuilder::default();
        for row in &rows {
            builder.push(*row);
        }
        (rows, builder)
    }

    fn names(bytes: &[u8], rows: u32) -> Option<Vec<String>> {
        let mut names = Names::default();
        names.read(bytes, rows)?;
        names.texts().map(|name| name.map(str::to_owned)).collect()
    }

    #[test]
    fn rows_come_back_byte_for_byte() {
        let (rows, builder) = block();
        let count = builder.rows;
        let mut all = Vec::new();
        let names = names(&builder.names, count).unwrap();
        numbers(&builder.numbers, count, &mut all).unwrap();
        let tags = etags(&builder.etags, count).unwrap();
        for (at, row) in rows.iter().enumerate() {
            assert_eq!(all[at].kind(), row.kind);
            assert_eq!((names[at].as_str(), tags[at].as_deref()), (row.name, row.etag));
        }
    }

    #[test]
    fn what_was_cut_or_changed_is_refused_or_read_as_something_and_never_ends_the_program() {
        let (_, builder) = block();
        let mut all = Vec::new();
        for end in 0..builder.names.len() {
            assert!(names(&builder.names[..end], builder.rows).is_none(), "{end}");
        }
        for end in 0..builder.numbers.len() {
            assert!(numbers(&builder.numbers[..end], builder.rows, &mut all).is_none());
        }
        for end in 0..builder.etags.len() {
            assert!(etags(&builder.etags[..end], builder.rows).is_none());
        }
        for at in 0..builder.names.len() {
            for bit in 0..8 {
                let mut changed = builder.names.clone();
                changed[at] ^= 1 << bit;
                let _ = names(&changed, builder.rows);
            }
        }
        for (at, bit) in (0..builder.numbers.len()).flat_map(|at| (0..8).map(move |bit| (at, bit)))
        {
            let mut changed = builder.numbers.clone();
            changed[at] ^= 1 << bit;
            let _ = numbers(&changed, builder.rows, &mut all);
        }
    }
}
