//! Finds the rows that an action is about.

use std::borrow::Cow;

use crate::app::marks::Marks;
use crate::app::screens::objects::browse::Browse;
use crate::app::screens::objects::watch::Watch;
use crate::domain::listed_rows::{ListedRows, RowSum};
use crate::domain::row_set::RowSet;
use crate::domain::transfer::{SourceRows, Target};

impl Browse {
    /// What an action is about: the marked rows, or the current one; none that the watch saw go.
    pub fn meant(&self) -> SourceRows {
        self.meant_rows().map_or_else(|| Vec::new().into(), SourceRows::from)
    }

    pub(super) fn meant_rows(&self) -> Option<ListedRows> {
        let place = self.place()?;
        let listing = self.rows.listing();
        let mut marks = self.marking.marks.clone();
        if marks.is_empty() {
            let number = self.rows.number(self.list.cursor)?;
            marks.insert(number, listing.row(number).size());
        }
        self.leave_gone(&mut marks);
        let prefixes = marks.prefixes() as u64;
        let objects = marks.len() as u64 - prefixes;
        Some(ListedRows {
            place: place.prefix.clone(),
            at: self.at(),
            listing: listing.clone(),
            sum: RowSum { objects, prefixes, bytes: marks.bytes() },
            numbers: RowSet::clone(marks.rows()),
        })
    }

    /// The marks of rows that are there, as far as the watch saw.
    pub fn marks_there(&self) -> Cow<'_, Marks> {
        let mut marks = Cow::Borrowed(&self.marking.marks);
        if !marks.is_empty() && self.watch().is_some_and(|watch| watch.gone().next().is_some()) {
            self.leave_gone(marks.to_mut());
        }
        marks
    }

    fn leave_gone(&self, marks: &mut Marks) {
        let gone = self.watch().into_iter().flat_map(Watch::gone);
        for number in gone.filter_map(|name| self.rows.find(name)) {
            marks.remove(number, self.rows.listing().row(number).size());
        }
    }

    /// As [`Browse::meant`], as a job or a request is given it.
    pub fn targets(&self) -> Vec<Target> {
        self.meant().into_targets()
    }

    /// The marked rows alone.
    pub fn marked(&self) -> Vec<Target> {
        if self.marking.marks.is_empty() { Vec::new() } else { self.targets() }
    }
}
