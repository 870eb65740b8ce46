//! Searches an index on all processors.

use std::mem;
use std::num::NonZero;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use jiff::Timestamp;

use crate::domain::criteria::Criteria;
use crate::domain::criteria::bounds::FactBounds;
use crate::domain::criteria::sieve::{NameRun, NameSieve};
use crate::domain::criteria::steps::NameSteps;
use crate::domain::error::Error;
use crate::domain::listing::{Page, Row};
use crate::index::block::{Numbers, etags, numbers};
use crate::index::names::Names;
use crate::index::reader::{ETAGS, Entry, IndexReader, NAMES, NUMBERS};

/// Blocks that one thread is ahead of who reads them.
const AHEAD: usize = 2;

/// Threads that search together.
const THREADS: usize = 8;

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

impl IndexReader {
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

    /// The blocks that may have what is asked for, and whether all in them is asked about.
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
}

/// Searches block after block, with room of its own.
struct Seeker<'a> {
    reader: &'a IndexReader,
    asked: &'a IndexSearch<'a>,
    sieve: NameSieve<'a>,
    steps: NameSteps<'a>,
    bounds: FactBounds<'a>,
    bytes: Vec<u8>,
    names: Names,
    numbers: Vec<Numbers>,
    /// The rows that may be found, by their numbers.
    rows: Vec<u32>,
}

impl<'a> Seeker<'a> {
    fn new(reader: &'a IndexReader, asked: &'a IndexSearch<'a>) -> Seeker<'a> {
        Seeker {
            reader,
            asked,
            sieve: NameSieve::of(asked.criteria),
            steps: NameSteps::of(asked.criteria),
            bounds: FactBounds::of(asked.criteria, asked.now),
            bytes: Vec::new(),
            names: Names::default(),
            numbers: Vec::new(),
            rows: Vec::new(),
        }
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
        let names_first = self.sieve.asks() || !inside;
        let mut finds = BlockFinds { looked_at: entry.rows.into(), ..BlockFinds::default() };
        self.rows.clear();
        self.rows.extend(0..entry.rows);
        if names_first {
            self.read_names(entry)?;
            if !inside {
                self.leave_out_others();
                finds.looked_at = self.rows.len() as u64;
            }
            self.sieve.keep(run(&self.names, self.asked), &mut self.rows);
        }
        if self.rows.is_empty() {
            return Ok(finds);
        }
        if described {
            self.read_numbers(entry)?;
            let Seeker { numbers, bounds, rows, .. } = self;
            rows.retain(|row| numbers.get(*row as usize).is_some_and(|own| fit(bounds, *own)));
        }
        if !names_first && !self.rows.is_empty() {
            self.read_names(entry)?;
        }
        self.keep_found();
        if self.rows.is_empty() {
            return Ok(finds);
        }
        if !described {
            self.read_numbers(entry)?;
        }
        let last = self.names.texts().next_back().flatten();
        last.ok_or_else(|| self.reader.broken())?.clone_into(&mut finds.last);
        finds.page = self.page(entry)?;
        Ok(finds)
    }

    /// Leaves out the rows of other places, and those that were passed before.
    fn leave_out_others(&mut self) {
        let (within, after) = (self.asked.within.as_bytes(), self.asked.after.as_bytes());
        let names = NameRun { text: &self.names.text, ends: &self.names.ends, skipped: 0 };
        self.rows.retain(|row| {
            let name = names.name(*row);
            name.starts_with(within) && (after.is_empty() || name > after)
        });
    }

    /// Leaves out the rows whose names do not match every pattern.
    fn keep_found(&mut self) {
        if !self.sieve.asks() {
            return;
        }
        let Seeker { names, steps, rows, asked, .. } = self;
        let (run, skipped) = (run(names, asked), asked.within.len());
        let (mut next, mut shared) = (0, usize::MAX);
        rows.retain(|row| {
            let at = *row as usize;
            for same in names.shared.get(next..=at).unwrap_or_default() {
                shared = shared.min(*same as usize);
            }
            next = at + 1;
            let common = mem::replace(&mut shared, usize::MAX);
            steps.finds(run.name(*row), common.saturating_sub(skipped))
        });
    }

    /// The rows that are left.
    fn page(&mut self, entry: &Entry) -> Result<Page, Error> {
        let broken = || self.reader.broken();
        let mut tags = Vec::new();
        if self.asked.etags {
            self.reader.part(entry, ETAGS, &mut self.bytes)?;
            tags = etags(&self.bytes, entry.rows).ok_or_else(broken)?;
        }
        let run = run(&self.names, self.asked);
        let text = self.rows.iter().map(|row| run.name(*row).len()).sum();
        let mut page = Page::with_capacity(self.rows.len(), text).with_etags(self.asked.etags);
        for row in &self.rows {
            let name = str::from_utf8(run.name(*row)).map_err(|_| broken())?;
            let at = *row as usize;
            let kind = self.numbers.get(at).ok_or_else(broken)?.kind();
            let etag = tags.get(at).and_then(Option::as_deref);
            page.push_row(Row { name, kind, version: None, etag });
        }
        Ok(page)
    }

    fn read_names(&mut self, entry: &Entry) -> Result<(), Error> {
        self.reader.part(entry, NAMES, &mut self.bytes)?;
        self.names.read(&self.bytes, entry.rows).ok_or_else(|| self.reader.broken())
    }

    fn read_numbers(&mut self, entry: &Entry) -> Result<(), Error> {
        self.reader.part(entry, NUMBERS, &mut self.bytes)?;
        numbers(&self.bytes, entry.rows, &mut self.numbers).ok_or_else(|| self.reader.broken())
    }
}

/// The names of a block below the place that is searched.
fn run<'n>(names: &'n Names, asked: &IndexSearch<'_>) -> NameRun<'n> {
    NameRun { text: &names.text, ends: &names.ends, skipped: asked.within.len() }
}

fn fit(bounds: &FactBounds<'_>, Numbers { size, second, class }: Numbers) -> bool {
    bounds.hold(size, second, class.spelled())
}
