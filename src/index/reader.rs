//! Reads an index: opens it, reads parts of its blocks, or walks it row by row.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use crate::domain::error::{Error, ErrorKind, READ_INDEX};
use crate::domain::listing::{Page, Row};
use crate::index::block::{Bytes, ROWS, etags, numbers};
use crate::index::facts::IndexFacts;
use crate::index::names::Names;

/// How a file begins and ends; the digit is that of the form.
pub const START: &[u8] = b"WLINDEX1";
pub const END: &[u8] = b"1XEDNILW";

/// Bytes of what stands before the end: two lengths, two sums.
pub(super) const TRAILER: usize = 40;

/// The longest part of a block that is believed: names of the greatest length.
const LONGEST: u64 = ROWS as u64 * 1100;

#[derive(Debug)]
pub struct IndexReader {
    pub facts: IndexFacts,
    path: PathBuf,
    file: File,
    pub(super) blocks: Vec<Entry>,
}

/// Where a block is, and how it begins.
#[derive(Debug)]
pub(super) struct Entry {
    at: u64,
    pub rows: u32,
    /// Lengths and sums of names, numbers and ETags.
    parts: [(u64, u64); 3],
    pub first: String,
}

/// The parts of a block by their numbers.
pub(super) const NAMES: usize = 0;
pub(super) const NUMBERS: usize = 1;
pub(super) const ETAGS: usize = 2;

/// What guards a part against being read as something else.
pub fn sum(bytes: &[u8]) -> u64 {
    crc_fast::checksum(crc_fast::CrcAlgorithm::Crc64Nvme, bytes)
}

impl IndexReader {
    /// # Errors
    /// `LocalMissing` where there is no file, `LocalIo` where it is damaged or of another form.
    pub fn open(path: &Path) -> Result<IndexReader, Error> {
        let fail = |error: &std::io::Error| Error::from_io(error, READ_INDEX, path.display());
        let file = File::open(path).map_err(|error| fail(&error))?;
        let length = file.metadata().map_err(|error| fail(&error))?.len();
        let broken = || broken(path);
        let within = (START.len() + TRAILER) as u64;
        let body =
            length.checked_sub(TRAILER as u64).filter(|_| length >= within).ok_or_else(broken)?;
        let mut start = [0; 8];
        file.read_exact_at(&mut start, 0).map_err(|error| fail(&error))?;
        let mut trailer = [0; TRAILER];
        file.read_exact_at(&mut trailer, body).map_err(|error| fail(&error))?;
        let (numbers, end) = trailer.split_at(32);
        if start != START || end != END {
            return Err(broken());
        }
        let number = |at: usize| {
            let bytes = numbers.get(at * 8..at * 8 + 8).and_then(|bytes| bytes.try_into().ok());
            u64::from_le_bytes(bytes.unwrap_or_default())
        };
        let (directory, told) = (number(0), number(2));
        let told_at = body.checked_sub(told).ok_or_else(broken)?;
        let directory_at = told_at.checked_sub(directory).ok_or_else(broken)?;
        let read = |at, length, sum| {
            let mut bytes = Vec::new();
            part(&file, at, (length, sum), &mut bytes).map(|()| bytes).ok_or_else(broken)
        };
        let told = read(told_at, told, number(3))?;
        let directory = read(directory_at, directory, number(1))?;
        let facts = serde_json::from_slice(&told).map_err(|_| broken())?;
        let blocks = entries(&directory, directory_at).ok_or_else(broken)?;
        Ok(IndexReader { facts, path: path.to_owned(), file, blocks })
    }

    /// Walks from the first row on.
    pub fn walk(&self) -> IndexWalk<'_> {
        IndexWalk { reader: self, next: 0, page: Page::default(), at: 0 }
    }

    /// Reads a part of a block; its bytes take the place of what is in `into`.
    pub(super) fn part(
        &self,
        entry: &Entry,
        number: usize,
        into: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let before: u64 = entry.parts.iter().take(number).map(|(length, _)| length).sum();
        let found = entry.parts.get(number).filter(|(length, _)| *length <= LONGEST);
        let read = found.and_then(|found| part(&self.file, entry.at + before, *found, into));
        read.ok_or_else(|| self.broken())
    }

    pub(super) fn broken(&self) -> Error {
        broken(&self.path)
    }
}

fn broken(path: &Path) -> Error {
    let why = "the index is damaged, or of another version";
    Error::new(ErrorKind::LocalIo, READ_INDEX, path.display().to_string()).detail(why)
}

fn part(file: &File, at: u64, (length, expected): (u64, u64), into: &mut Vec<u8>) -> Option<()> {
    // No longer than the file: a length that is not true costs no memory.
    let there = file.metadata().ok()?.len();
    if at.checked_add(length)? > there {
        return None;
    }
    into.resize(usize::try_from(length).ok()?, 0);
    file.read_exact_at(into, at).ok()?;
    (sum(into) == expected).then_some(())
}

fn entries(directory: &[u8], end: u64) -> Option<Vec<Entry>> {
    let (mut from, mut entries) = (Bytes(directory), Vec::new());
    while !from.0.is_empty() {
        let (at, rows) = (from.varint()?, u32::try_from(from.varint()?).ok()?);
        let mut parts = [(0, 0); 3];
        for part in &mut parts {
            *part = (from.varint()?, from.varint()?);
        }
        let length = from.count()?;
        let first = std::str::from_utf8(from.take(length)?).ok()?.to_owned();
        let long = parts.iter().try_fold(at, |sum, (length, _)| sum.checked_add(*length))?;
        if long > end || rows > ROWS {
            return None;
        }
        entries.push(Entry { at, rows, parts, first });
    }
    Some(entries)
}

/// Goes through an index row by row; holds one block.
pub struct IndexWalk<'a> {
    reader: &'a IndexReader,
    next: usize,
    page: Page,
    at: usize,
}

impl IndexWalk<'_> {
    /// The row that is next; `None` after the last.
    pub fn peek(&mut self) -> Result<Option<Row<'_>>, Error> {
        while self.at >= self.page.len() {
            let Some(entry) = self.reader.blocks.get(self.next) else { return Ok(None) };
            (self.page, self.at) = (self.reader.block(entry)?, 0);
            self.next += 1;
        }
        Ok(Some(self.page.row(self.at)))
    }

    pub fn advance(&mut self) {
        self.at += 1;
    }
}

impl IndexReader {
    fn block(&self, entry: &Entry) -> Result<Page, Error> {
        let (mut bytes, mut facts, mut names) = (Vec::new(), Vec::new(), Names::default());
        let broken = || self.broken();
        self.part(entry, NUMBERS, &mut bytes)?;
        numbers(&bytes, entry.rows, &mut facts).ok_or_else(broken)?;
        self.part(entry, ETAGS, &mut bytes)?;
        let tags = etags(&bytes, entry.rows).ok_or_else(broken)?;
        self.part(entry, NAMES, &mut bytes)?;
        names.read(&bytes, entry.rows).ok_or_else(broken)?;
        let mut page = Page::with_capacity(facts.len(), names.text.len()).with_etags(true);
        for ((name, facts), tag) in names.texts().zip(facts).zip(&tags) {
            let name = name.ok_or_else(broken)?;
            page.push_row(Row { name, kind: facts.kind(), version: None, etag: tag.as_deref() });
        }
        Ok(page)
    }
}
