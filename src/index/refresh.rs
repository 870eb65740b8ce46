//! Makes an index anew, and tells what differs from the one that was there.

use std::path::Path;

use jiff::Timestamp;

use crate::domain::diff_end::DiffKind;
use crate::domain::error::Error;
use crate::domain::listing::{Page, Row};
use crate::index::compare::IndexComparison;
use crate::index::facts::{IndexFacts, IndexPlace};
use crate::index::reader::IndexReader;
use crate::index::writer::IndexWriter;

/// Takes the pages of now in the order of their names.
pub struct IndexRefresh<'a> {
    comparison: IndexComparison<'a>,
    fresh: FreshIndex,
}

/// An index that is whole and not in its place yet.
pub struct FreshIndex {
    writer: IndexWriter,
    made_at: Timestamp,
}

impl<'a> IndexRefresh<'a> {
    pub fn begin(
        folder: &Path,
        place: IndexPlace,
        old: &'a IndexReader,
    ) -> Result<IndexRefresh<'a>, Error> {
        let writer = IndexWriter::create(folder, place)?;
        let fresh = FreshIndex { writer, made_at: old.facts.made_at };
        Ok(IndexRefresh { comparison: IndexComparison::with(old), fresh })
    }

    pub fn keys(&self) -> u64 {
        self.fresh.writer.keys()
    }

    /// Tells what differs up to the last row of a page.
    pub fn take<E: From<Error>>(
        &mut self,
        page: &Page,
        tell: &mut impl FnMut(Row<'_>, DiffKind) -> Result<(), E>,
    ) -> Result<(), E> {
        for row in page.rows() {
            self.fresh.writer.push(row)?;
            self.comparison.row(row, tell)?;
        }
        Ok(())
    }

    /// Tells what was behind the last row of all.
    pub fn end<E: From<Error>>(
        mut self,
        tell: &mut impl FnMut(Row<'_>, DiffKind) -> Result<(), E>,
    ) -> Result<FreshIndex, E> {
        self.comparison.end(tell)?;
        Ok(self.fresh)
    }
}

impl FreshIndex {
    /// Puts it in the place of the older one.
    pub fn keep(self, now: Timestamp) -> Result<Option<IndexFacts>, Error> {
        self.writer.keep(true, Some(self.made_at), now)
    }
}
