//! Opens a table that is a text, through gzip and zstd, whatever its encoding.

use std::io::{self, Cursor, Read};
use std::sync::Arc;

use encoding_rs::UTF_8;

use crate::domain::contents::ContentKind;
use crate::look::encoding::{Utf8Reader, encoding_of};
use crate::look::error::{LookError, Looked};
use crate::look::object_bytes::ObjectBytes;
use crate::look::opening::{FIRST, Opening};
use crate::look::packed::Packing;

/// The longest row or line, in bytes.
pub const LONGEST: usize = 64 * 1024 * 1024;

/// What rows are read through.
const READ_THROUGH: [Packing; 2] = [Packing::Gzip, Packing::Zstd];

/// Endings of names that say how the bytes are packed.
const PACKED: [&str; 4] = [".gz", ".gzip", ".zst", ".zstd"];

pub struct TableInput {
    /// Of what was packed, where it is.
    pub kind: ContentKind,
    #[cfg_attr(not(feature = "parquet"), expect(dead_code))]
    pub packed: bool,
    /// The first bytes as they are written.
    pub first: Vec<u8>,
    /// Whether these are all.
    pub whole: bool,
    pub ending: String,
    /// From the first byte on.
    reader: Box<dyn Read>,
}

impl TableInput {
    pub fn open(
        source: &Arc<ObjectBytes>,
        name: &str,
        content_type: Option<&str>,
    ) -> Looked<TableInput> {
        let reader = source.reader();
        let start = source.read(0, FIRST)?;
        let opening = Opening {
            first: &start,
            whole: start.len() as u64 == source.size(),
            name,
            content_type,
        };
        let packing = Packing::of(&start).filter(|packing| READ_THROUGH.contains(packing));
        let Some(packing) = packing else {
            let (kind, ending, whole) = (opening.kind(), opening.ending(), opening.whole);
            let reader = Box::new(reader);
            return Ok(TableInput { kind, packed: false, first: start, whole, ending, reader });
        };
        let mut reader = packing.open(reader)?;
        let lower = name.to_ascii_lowercase();
        let inner = PACKED.iter().find_map(|ending| lower.strip_suffix(ending));
        let name = &name[..inner.map_or(name.len(), str::len)];
        // The type of what is packed for the way is that of what it unpacks to.
        let packed_type = ["gzip", "zstd", "octet-stream"];
        let content_type = content_type
            .filter(|content_type| !packed_type.iter().any(|told| content_type.contains(told)));
        let mut first = Vec::new();
        (&mut reader).take(FIRST as u64).read_to_end(&mut first)?;
        let whole = first.len() < FIRST;
        let opening = Opening { first: &first, whole, name, content_type };
        let (kind, ending) = (opening.kind(), opening.ending());
        let reader = Box::new(Cursor::new(first.clone()).chain(reader));
        Ok(TableInput { kind, packed: true, first, whole, ending, reader })
    }

    /// Whether nothing but one line is here.
    pub fn is_one_line(&self) -> bool {
        let text = self.first.trim_ascii_end();
        self.whole && text.starts_with(b"{") && !text.contains(&b'\n')
    }

    /// The text in UTF-8. More than the longest row between two [`Bounded::renew`] is an error.
    pub fn text(self) -> Bounded<Utf8Reader<Box<dyn Read>>> {
        let encoding = encoding_of(&self.first, self.whole).unwrap_or(UTF_8);
        Bounded { inner: Utf8Reader::new(self.reader, encoding), left: LONGEST }
    }
}

/// Gives no more bytes than a row may have.
pub struct Bounded<R> {
    inner: R,
    left: usize,
}

impl<R> Bounded<R> {
    /// Lets the next row have the longest length again.
    pub fn renew(&mut self) {
        self.left = LONGEST;
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(self.left);
        let read = self.inner.read(&mut buffer[..most])?;
        if read == 0 && most == 0 && !buffer.is_empty() {
            let what = format!("a row has more than {LONGEST} bytes");
            return Err(LookError::TooMuch(what).into());
        }
        self.left -= read;
        Ok(read)
    }
}
