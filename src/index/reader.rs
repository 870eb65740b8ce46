//! Reads an index: searches it on all processors, or walks it from a name on.

use std::fs::File;
use std::num::NonZero;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use jiff::Timestamp;

use crate::domain::criteria::{Candidate, Criteria, Search};
use crate::domain::error::{Error, ErrorKind, READ_INDEX};
use crate::domain::listing::{Page, Row, RowKind};
use crate::index::block::{BlockNames, Bytes, Numbers, ROWS, etags, numbers};
use crate::index::facts::IndexFacts;

/// How a file begins and ends; the digit is that of the form.
pub const START: &[u8] = b"WLINDEX1";
pub const END: &[u8] = b"1XEDNILW";

/// Bytes of what stands before the end: two lengths, two sums.
const TRAILER: usize = 40;

/// The longest part of a block that is believed: names of the greatest length.
const LONGEST: u64 = ROWS as u64 * 1100;

/// Blocks that one thread is ahead of who reads them.
const AHEAD: usize = 2;

/// Threads that search together.
const THREADS: usize = 8;

#[derive(Debug)]
pub struct IndexReader {
    pub facts: IndexFacts,
    path: PathBuf,
    file: File,
    blocks: Vec<Entry>,
}

/// Where a block is, and how it begins.
#[derive(Debug)]
struct Entry {
    at: u64,
    rows: u32,
    /// Lengths and sums of names, numbers and ETags.
    parts: [(u64, u64); 3],
    first: String,
}

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
        let read = |at, length, sum| part(&file, at, (length, sum)).ok_or_else(broken);
        let told = read(told_at, told, number(3))?;
        let directory = read(directory_at, directory, number(1))?;
        let facts = serde_json::from_slice(&told).map_err(|_| broken())?;
        let blocks = entries(&directory, directory_at).ok_or_else(broken)?;
        Ok(IndexReader { facts, path: path.to_owned(), file, blocks })
    }

    /// Every object whose name below the place begins with `within` and that the criteria hold of,
    /// in the order of the names. A row's name is what follows `within`. `etags`: rows have them.
    pub fn search<E: From<Error>>(
        &self,
        within: &str,
        criteria: &Criteria,
        etags: bool,
        now: Timestamp,
        mut found: impl FnMut(Row<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let blocks = self.blocks_of(within);
        let threads = thread::available_parallelism().map_or(1, NonZero::get).min(THREADS);
        let threads = threads.min(blocks.len()).max(1);
        thread::scope(|scope| {
            let mut channels = Vec::with_capacity(threads);
            for thread in 0..threads {
                let (sender, receiver) = sync_channel(AHEAD);
                channels.push(receiver);
                let mine = blocks.iter().skip(thread).step_by(threads);
                scope.spawn(move || {
                    let mut seeker = Seeker::new(self, within, criteria, etags, now);
                    seeker.seek(mine, &sender);
                });
            }
            for at in 0..blocks.len() {
                // A thread that ends before its time ended by a panic, which the scope passes on.
                let Ok(page) = channels[at % threads].recv() else { break };
                page?.rows().try_for_each(&mut found)?;
            }
            Ok(())
        })
    }

    /// Those that may have names that begin so.
    fn blocks_of(&self, within: &str) -> &[Entry] {
        let after =
            |entry: &Entry| entry.first.as_str() > within && !entry.first.starts_with(within);
        let first = self.blocks.partition_point(|entry| entry.first.as_str() <= within);
        let first = first.saturating_sub(1);
        let end = self.blocks.partition_point(|entry| !after(entry));
        self.blocks.get(first..end.max(first)).unwrap_or_default()
    }

    /// From the first row on.
    pub fn walk(&self) -> IndexWalk<'_> {
        IndexWalk { reader: self, next: 0, page: Page::default(), at: 0 }
    }

    fn part(&self, entry: &Entry, number: usize) -> Result<Vec<u8>, Error> {
        let before: u64 = entry.parts.iter().take(number).map(|(length, _)| length).sum();
        let found = entry.parts.get(number).filter(|(length, _)| *length <= LONGEST);
        let read = found.and_then(|found| part(&self.file, entry.at + before, *found));
        read.ok_or_else(|| self.broken())
    }

    fn broken(&self) -> Error {
        broken(&self.path)
    }
}

fn broken(path: &Path) -> Error {
    let why = "the index is damaged, or of another version";
    Error::new(ErrorKind::LocalIo, READ_INDEX, path.display().to_string()).detail(why)
}

fn part(file: &File, at: u64, (length, expected): (u64, u64)) -> Option<Vec<u8>> {
    // No longer than the file: a length that is not true costs no memory.
    let there = file.metadata().ok()?.len();
    if at.checked_add(length)? > there {
        return None;
    }
    let mut bytes = vec![0; usize::try_from(length).ok()?];
    file.read_exact_at(&mut bytes, at).ok()?;
    (sum(&bytes) == expected).then_some(bytes)
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

/// Searches block after block, with room of its own.
struct Seeker<'a> {
    reader: &'a IndexReader,
    within: &'a str,
    criteria: &'a Criteria,
    etags: bool,
    now: Timestamp,
    search: Search,
    names: BlockNames,
    numbers: Vec<Numbers>,
    hits: Vec<usize>,
}

impl<'a> Seeker<'a> {
    fn new(
        reader: &'a IndexReader,
        within: &'a str,
        criteria: &'a Criteria,
        etags: bool,
        now: Timestamp,
    ) -> Seeker<'a> {
        let search = Search::default();
        let (names, numbers, hits) = (BlockNames::default(), Vec::new(), Vec::new());
        Seeker { reader, within, criteria, etags, now, search, names, numbers, hits }
    }

    fn seek<'e>(
        &mut self,
        entries: impl Iterator<Item = &'e Entry>,
        to: &SyncSender<Result<Page, Error>>,
    ) {
        for entry in entries {
            let found = self.block(entry);
            let failed = found.is_err();
            // Nobody waits for it any more.
            if to.send(found).is_err() || failed {
                return;
            }
        }
    }

    fn block(&mut self, entry: &Entry) -> Result<Page, Error> {
        let Seeker { reader, within, criteria, .. } = *self;
        let bytes = reader.part(entry, 0)?;
        self.names.read(&bytes, entry.rows).ok_or_else(|| reader.broken())?;
        self.hits.clear();
        let literal = criteria.literal();
        for at in self.names.position(within)..entry.rows as usize {
            let name = self.names.get(at);
            let Some(rest) = name.strip_prefix(within) else { break };
            let may = literal.is_none_or(|literal| rest.contains(literal));
            if may && criteria.names(rest, &mut self.search) {
                self.hits.push(at);
            }
        }
        if self.hits.is_empty() {
            return Ok(Page::default());
        }
        let bytes = reader.part(entry, 1)?;
        numbers(&bytes, entry.rows, &mut self.numbers).ok_or_else(|| reader.broken())?;
        let tags = match self.etags {
            true => etags(&reader.part(entry, 2)?, entry.rows).ok_or_else(|| reader.broken())?,
            false => Vec::new(),
        };
        let mut page = Page::default().with_etags(self.etags);
        for at in self.hits.drain(..) {
            let Some(Numbers { size, modified, class }) = self.numbers.get(at).copied() else {
                continue;
            };
            let name = self.names.get(at).get(within.len()..).unwrap_or_default();
            let spelled = class.spelled();
            if criteria.describe(Candidate { name, size, modified, class: spelled }, self.now) {
                let kind = RowKind::Object { size, modified, class };
                let etag = tags.get(at).and_then(Option::as_deref);
                page.push_row(Row { name, kind, version: None, etag });
            }
        }
        Ok(page)
    }
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
        let (mut names, mut facts) = (BlockNames::default(), Vec::new());
        let broken = || self.broken();
        names.read(&self.part(entry, 0)?, entry.rows).ok_or_else(broken)?;
        numbers(&self.part(entry, 1)?, entry.rows, &mut facts).ok_or_else(broken)?;
        let tags = etags(&self.part(entry, 2)?, entry.rows).ok_or_else(broken)?;
        let mut page = Page::with_capacity(facts.len(), names.text.len()).with_etags(true);
        for (at, (Numbers { size, modified, class }, tag)) in facts.iter().zip(&tags).enumerate() {
            let kind = RowKind::Object { size: *size, modified: *modified, class: *class };
            page.push_row(Row { name: names.get(at), kind, version: None, etag: tag.as_deref() });
        }
        Ok(page)
    }
}
