//! Compares what is below a place now with what was there when its index was made.

use std::cmp::Ordering;

use crate::domain::diff_end::DiffKind;
use crate::domain::error::Error;
use crate::domain::listing::{Row, RowKind};
use crate::index::reader::{IndexReader, IndexWalk};

/// Takes the rows of now in the order of their names, and tells the differences in that order.
pub struct IndexComparison<'a> {
    before: IndexWalk<'a>,
}

impl<'a> IndexComparison<'a> {
    pub fn with(index: &'a IndexReader) -> IndexComparison<'a> {
        IndexComparison { before: index.walk() }
    }

    /// Tells what went before a row, and whether the row is new or changed.
    pub fn row<E: From<Error>>(
        &mut self,
        now: Row<'_>,
        tell: &mut impl FnMut(Row<'_>, DiffKind) -> Result<(), E>,
    ) -> Result<(), E> {
        if now.is_prefix() {
            return Ok(());
        }
        while let Some(before) = self.before.peek()? {
            match before.name.cmp(now.name) {
                Ordering::Less => tell(before, DiffKind::Gone)?,
                Ordering::Greater => break,
                Ordering::Equal => {
                    let changed = differ(before, now);
                    self.before.advance();
                    return if changed { tell(now, DiffKind::Changed) } else { Ok(()) };
                }
            }
            self.before.advance();
        }
        tell(now, DiffKind::New)
    }

    /// Tells what was behind the last row.
    pub fn end<E: From<Error>>(
        &mut self,
        tell: &mut impl FnMut(Row<'_>, DiffKind) -> Result<(), E>,
    ) -> Result<(), E> {
        while let Some(before) = self.before.peek()? {
            tell(before, DiffKind::Gone)?;
            self.before.advance();
        }
        Ok(())
    }
}

/// Whether an object was stored anew, as far as a listing tells.
fn differ(before: Row<'_>, now: Row<'_>) -> bool {
    let tags = before.etag.zip(now.etag).is_some_and(|(before, now)| before != now);
    let facts = |row: Row<'_>| match row.kind {
        RowKind::Prefix => None,
        RowKind::Object { size, modified, .. } => Some((size, modified)),
    };
    tags || facts(before) != facts(now)
}
