//! Reads an index: searches it on all processors, or walks it from a name on.

use std::fs::File;
use std::num::NonZero;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use jiff::Timestamp;

use crate::domain::criteria::steps::NameSteps;
use crate::domain::criteria::{Candidate, Criteria};
use crate::domain::error::{Error, ErrorKind, READ_INDEX};
use crate::domain::listing::{Page, Row, RowKind};
use crate::index::block::{BrokenBlock, Bytes, NameRows, Numbers, ROWS, etags, numbers};
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

    /// Gives what is found block by block, in the order of the names.
    pub fn search<E: From<Error>>(
        &self,
        asked: &IndexSearch<'_>,
        mut found: impl FnMut(BlockFinds) -> Result<(), E>,
    ) -> Result<(), E> {
        let blocks = self.blocks_of(asked);
        let threads = thread::available_parallelism().map_or(1, NonZero::get).min(THREADS);
        let threads = threads.min(blocks.len()).max(1);
        thread::scope(|scope| {
            let mut channels = Vec::with_capacity(threads);
            for thread in 0..threads {
                let (sender, receiver) = sync_channel(AHEAD);
                channels.push(receiver);
                let mine = blocks.iter().skip(thread).step_by(threads);
                scope.spawn(move || Seeker::new(self, asked).seek(mine, &sender));
            }
            for at in 0..blocks.len() {
                // A thread that ends before its time ended by a panic, which the scope passes on.
                let Ok(finds) = channels[at % threads].recv() else { break };
                found(finds?)?;
            }
            Ok(())
        })
    }

    /// Those that may have what is asked for, and whether all in them is asked about.
    fn blocks_of(&self, asked: &IndexSearch<'_>) -> Vec<(&Entry, bool)> {
        let IndexSearch { within, after, .. } = *asked;
        let begins = |entry: &Entry| entry.first.starts_with(within);
        let mut blocks = Vec::new();
        for (at, entry) in self.blocks.iter().enumerate() {
            let next = self.blocks.get(at + 1);
            let before = |name| next.is_some_and(|next| next.first.as_str() <= name);
            let behind = entry.first.as_str() > within && !begins(entry);
            if before(within) || before(after) || behind {
                continue;
            }
            let ends = next.map_or(within.is_empty(), begins);
            let later = after.is_empty() || entry.first.as_str() > after;
            blocks.push((entry, begins(entry) && ends && later));
        }
        blocks
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

/// What is asked of an index.
#[derive(Clone, Copy, Debug)]
pub struct IndexSearch<'a> {
    /// How names below the place of the index begin; a row's name is what follows it.
    pub within: &'a str,
    /// Names up to this one, which is below the place of the index too, are passed over.
    pub after: &'a str,
    pub criteria: &'a Criteria,
    /// Rows have ETags.
    pub etags: bool,
    pub now: Timestamp,
}

/// What one block has of it.
#[derive(Debug, Default)]
pub struct BlockFinds {
    pub page: Page,
    /// Objects that were looked at.
    pub looked_at: u64,
    /// The last name of the block, below the place of the index; empty where nothing is found.
    pub last: String,
}

/// Searches block after block, with room of its own.
struct Seeker<'a> {
    reader: &'a IndexReader,
    asked: &'a IndexSearch<'a>,
    steps: NameSteps<'a>,
    numbers: Vec<Numbers>,
    /// The rows that are found by their names, and where these end in `text`.
    hits: Vec<(usize, usize)>,
    text: String,
}

impl<'a> Seeker<'a> {
    fn new(reader: &'a IndexReader, asked: &'a IndexSearch<'a>) -> Seeker<'a> {
        let steps = NameSteps::of(asked.criteria);
        let (numbers, hits, text) = (Vec::new(), Vec::new(), String::new());
        Seeker { reader, asked, steps, numbers, hits, text }
    }

    fn seek<'e>(
        &mut self,
        blocks: impl Iterator<Item = &'e (&'e Entry, bool)>,
        to: &SyncSender<Result<BlockFinds, Error>>,
    ) {
        for (entry, inside) in blocks {
            let found = self.block(entry, *inside);
            let failed = found.is_err();
            // Nobody waits for it any more.
            if to.send(found).is_err() || failed {
                return;
            }
        }
    }

    /// `inside`: all rows are asked about.
    fn block(&mut self, entry: &Entry, inside: bool) -> Result<BlockFinds, Error> {
        let described = self.asked.criteria.asks_for_facts();
        if described {
            self.read_numbers(entry)?;
            if inside && !self.numbers.iter().any(|numbers| self.fits(*numbers)) {
                return Ok(BlockFinds { looked_at: entry.rows.into(), ..BlockFinds::default() });
            }
        }
        let mut finds = self.names(entry, inside, described)?;
        if self.hits.is_empty() {
            return Ok(finds);
        }
        if !described {
            self.read_numbers(entry)?;
        }
        let tags = match self.asked.etags {
            true => etags(&self.reader.part(entry, 2)?, entry.rows)
                .ok_or_else(|| self.reader.broken())?,
            false => Vec::new(),
        };
        finds.page = Page::with_capacity(self.hits.len(), self.text.len());
        finds.page = finds.page.with_etags(self.asked.etags);
        let mut start = 0;
        for (at, end) in &self.hits {
            let name = self.text.get(start..*end).unwrap_or_default();
            start = *end;
            let Some(Numbers { size, modified, class }) = self.numbers.get(*at).copied() else {
                continue;
            };
            let kind = RowKind::Object { size, modified, class };
            let etag = tags.get(*at).and_then(Option::as_deref);
            finds.page.push_row(Row { name, kind, version: None, etag });
        }
        Ok(finds)
    }

    /// Notes the rows that are found by their names. `described`: of those alone whose numbers fit.
    fn names(&mut self, entry: &Entry, inside: bool, described: bool) -> Result<BlockFinds, Error> {
        let (within, after) = (self.asked.within.as_bytes(), self.asked.after.as_bytes());
        let broken = |BrokenBlock| self.reader.broken();
        let bytes = self.reader.part(entry, 0)?;
        let mut names = NameRows::of(&bytes, entry.rows);
        let (mut finds, mut at) = (BlockFinds::default(), 0);
        self.hits.clear();
        self.text.clear();
        while let Some(shared) = names.step().map_err(broken)? {
            let (number, name) = (at, names.name());
            at += 1;
            let shared = shared.saturating_sub(within.len());
            let asked = inside || (name.starts_with(within) && (after.is_empty() || name > after));
            finds.looked_at += u64::from(asked);
            let fits = || self.numbers.get(number).is_some_and(|numbers| self.fits(*numbers));
            if !asked || (described && !fits()) {
                self.steps.pass(shared);
                continue;
            }
            let rest = name.get(within.len()..).unwrap_or_default();
            if self.steps.finds(rest, shared) {
                self.text.push_str(std::str::from_utf8(rest).map_err(|_| broken(BrokenBlock))?);
                self.hits.push((number, self.text.len()));
            }
        }
        if !self.hits.is_empty() {
            names.text().map_err(broken)?.clone_into(&mut finds.last);
        }
        Ok(finds)
    }

    fn read_numbers(&mut self, entry: &Entry) -> Result<(), Error> {
        let bytes = self.reader.part(entry, 1)?;
        numbers(&bytes, entry.rows, &mut self.numbers).ok_or_else(|| self.reader.broken())
    }

    fn fits(&self, Numbers { size, modified, class }: Numbers) -> bool {
        // The name is not asked about.
        let candidate = Candidate { name: "", size, modified, class: class.spelled() };
        self.asked.criteria.describe(candidate, self.asked.now)
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
        let (bytes, mut facts) = (self.part(entry, 0)?, Vec::new());
        let broken = || self.broken();
        numbers(&self.part(entry, 1)?, entry.rows, &mut facts).ok_or_else(broken)?;
        let tags = etags(&self.part(entry, 2)?, entry.rows).ok_or_else(broken)?;
        let mut names = NameRows::of(&bytes, entry.rows);
        let mut page = Page::with_capacity(facts.len(), bytes.len()).with_etags(true);
        for (Numbers { size, modified, class }, tag) in facts.into_iter().zip(&tags) {
            names.step().map_err(|_| broken())?;
            let kind = RowKind::Object { size, modified, class };
            let name = names.text().map_err(|_| broken())?;
            page.push_row(Row { name, kind, version: None, etag: tag.as_deref() });
        }
        names.step().map_err(|_| broken())?;
        Ok(page)
    }
}
