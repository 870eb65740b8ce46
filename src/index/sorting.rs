//! Puts objects that come in any order into that of their names, in bounded memory.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::path::{Path, PathBuf};

use crate::domain::error::Error;
use crate::domain::listing::{Page, Row};
use crate::index::facts::IndexPlace;
use crate::index::reader::{IndexReader, IndexWalk};
use crate::index::writer::IndexWriter;

/// Rows that are sorted at once: some 50 MB. Of each further so many there is a file beside the
/// indexes, and one block of it in memory.
const MOST: usize = 300_000;

pub struct RowSorter {
    folder: PathBuf,
    place: IndexPlace,
    most: usize,
    page: Page,
    /// Each in order.
    runs: Vec<IndexReader>,
}

impl RowSorter {
    pub fn new(folder: &Path, place: IndexPlace) -> RowSorter {
        RowSorter::of(folder, place, MOST)
    }

    pub(super) fn of(folder: &Path, place: IndexPlace, most: usize) -> RowSorter {
        let page = Page::default().with_etags(true);
        RowSorter { folder: folder.to_owned(), place, most, page, runs: Vec::new() }
    }

    pub fn push(&mut self, row: Row<'_>) -> Result<(), Error> {
        self.page.push_row(row);
        if self.page.len() < self.most { Ok(()) } else { self.end_run() }
    }

    fn end_run(&mut self) -> Result<(), Error> {
        let mut writer = IndexWriter::create(&self.folder, self.place.clone())?;
        write_sorted(&self.page, &mut writer)?;
        self.page = Page::default().with_etags(true);
        self.runs.push(writer.into_reader()?);
        Ok(())
    }

    /// Everything in order; of objects with one name the first.
    pub fn write(mut self, into: &mut IndexWriter) -> Result<(), Error> {
        if self.runs.is_empty() {
            return write_sorted(&self.page, into);
        }
        self.end_run()?;
        let mut walks: Vec<IndexWalk<'_>> = self.runs.iter().map(IndexReader::walk).collect();
        let mut next = BinaryHeap::new();
        for (at, walk) in walks.iter_mut().enumerate() {
            next.extend(walk.peek()?.map(|row| Reverse((row.name.to_owned(), at))));
        }
        while let Some(Reverse((_, at))) = next.pop() {
            let Some(walk) = walks.get_mut(at) else { break };
            if let Some(row) = walk.peek()? {
                into.push(row)?;
            }
            walk.advance();
            next.extend(walk.peek()?.map(|row| Reverse((row.name.to_owned(), at))));
        }
        Ok(())
    }
}

fn write_sorted(page: &Page, into: &mut IndexWriter) -> Result<(), Error> {
    let mut order: Vec<usize> = (0..page.len()).collect();
    order.sort_by(|one, other| page.row(*one).name.cmp(page.row(*other).name));
    order.into_iter().try_for_each(|at| into.push(page.row(at)))
}
