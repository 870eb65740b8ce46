//! Marks the rows of a prefix: single ones, a range, all, or the others.

use crate::app::marks::Marks;
use crate::app::screens::objects::patch::Patch;
use crate::app::screens::objects::rows::ObjectRows;
use crate::domain::listing::{Listing, Page};

/// A cursor that moves by more rows draws its range as a whole.
const FAR: usize = 1_000;

#[derive(Clone, Debug, Default)]
pub struct Marking {
    pub marks: Marks,
    range: Option<Range>,
    /// Rows that still arrive are marked too.
    all: bool,
}

/// A range being drawn: the rows from `anchor` to the cursor are marked over what was marked
/// before.
#[derive(Clone, Debug)]
struct Range {
    /// A row number, which stays while rows arrive.
    anchor: u32,
    /// Where it was shown last.
    at: usize,
    before: Marks,
}

impl Marking {
    pub fn clear(&mut self) {
        *self = Marking::default();
    }

    pub fn is_drawing_range(&self) -> bool {
        self.range.is_some()
    }

    pub fn toggle(&mut self, rows: &ObjectRows, position: usize) {
        self.settle();
        if let Some((number, size)) = numbered(rows, position) {
            self.marks.toggle(number, size);
        }
    }

    /// Begins a range at the cursor, or ends the one that is drawn.
    pub fn toggle_range(&mut self, rows: &ObjectRows, cursor: usize) {
        if self.range.is_some() {
            return self.settle();
        }
        self.all = false;
        let Some(anchor) = rows.number(cursor) else { return };
        self.range = Some(Range { anchor, at: cursor, before: self.marks.clone() });
        self.set(rows, cursor, true);
    }

    /// Brings a range that is drawn from the `old` to the `new` cursor.
    pub fn follow(&mut self, rows: &ObjectRows, old: usize, new: usize) {
        let Some(range) = &mut self.range else { return };
        let Some(anchor) = rows.position(range.anchor, range.at) else { return };
        range.at = anchor;
        if old.abs_diff(new) > FAR {
            self.marks.clone_from(&range.before);
            let drawn = rows.numbers(new.min(anchor)..=new.max(anchor));
            return self.marks.insert_all(&drawn, rows.listing());
        }
        let was = old.min(anchor)..=old.max(anchor);
        let is = new.min(anchor)..=new.max(anchor);
        for position in old.min(new)..=old.max(new) {
            match (was.contains(&position), is.contains(&position)) {
                (false, true) => self.set(rows, position, true),
                (true, false) => self.set(rows, position, false),
                _ => {}
            }
        }
    }

    /// Ends a range, because the rows between its ends are other ones now; the marks stay.
    pub fn settle_range(&mut self) {
        self.range = None;
    }

    /// Ends a range and the marking of arriving rows; the marks stay.
    pub fn settle(&mut self) {
        self.range = None;
        self.all = false;
    }

    /// Marks every row shown and those that still arrive; where all are marked, none.
    pub fn toggle_all(&mut self, rows: &ObjectRows) {
        self.settle();
        let every = rows.all_numbers();
        if every.is_within(self.marks.rows()) {
            return self.marks.clear();
        }
        self.marks.insert_all(&every, rows.listing());
        self.all = true;
    }

    pub fn invert(&mut self, rows: &ObjectRows) {
        self.settle();
        self.marks.toggle_all(&rows.all_numbers(), rows.listing());
    }

    /// Rows from the number `from` on have arrived.
    pub fn on_page(&mut self, rows: &ObjectRows, page: &Page, from: u32) {
        if !self.all {
            return;
        }
        for (row, number) in page.rows().zip(from..) {
            if rows.filter().matches(row.name) {
                self.marks.insert(number, row.size());
            }
        }
    }

    /// Marks go with their rows, and stay on what was stored anew under the same name.
    pub fn on_patch(&mut self, patch: &Patch, listing: &Listing) {
        let before = self.range.as_mut().map(|range| &mut range.before);
        for marks in before.into_iter().chain([&mut self.marks]) {
            for (old, new) in &patch.replaced {
                if marks.contains(*old) {
                    marks.insert(*new, listing.row(*new).size());
                }
            }
            for number in &patch.gone {
                marks.remove(*number, listing.row(*number).size());
            }
        }
        if self.range.as_ref().is_some_and(|range| listing.is_gone(range.anchor)) {
            self.range = None;
        }
    }

    fn set(&mut self, rows: &ObjectRows, position: usize, marked: bool) {
        let Some((number, size)) = numbered(rows, position) else { return };
        let before = self.range.as_ref().is_some_and(|range| range.before.contains(number));
        if marked || before {
            self.marks.insert(number, size);
        } else {
            self.marks.remove(number, size);
        }
    }
}

fn numbered(rows: &ObjectRows, position: usize) -> Option<(u32, Option<u64>)> {
    let number = rows.number(position)?;
    Some((number, rows.listing().row(number).size()))
}
