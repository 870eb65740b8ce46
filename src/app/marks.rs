//! Keeps the marked rows of a listing, with their totals.

use crate::domain::listing::Listing;
use crate::domain::row_set::RowSet;

/// Marked rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    rows: RowSet,
    objects: usize,
    prefixes: usize,
    bytes: u64,
}

impl Marks {
    pub fn contains(&self, row: u32) -> bool {
        self.rows.contains(row)
    }

    /// Marks a row; `size` is `None` for a prefix.
    pub fn insert(&mut self, row: u32, size: Option<u64>) {
        if self.contains(row) {
            return;
        }
        self.rows.insert(row);
        match size {
            Some(size) => {
                self.objects += 1;
                self.bytes = self.bytes.saturating_add(size);
            }
            None => self.prefixes += 1,
        }
    }

    pub fn remove(&mut self, row: u32, size: Option<u64>) {
        if !self.contains(row) {
            return;
        }
        self.rows.remove(row);
        match size {
            Some(size) => {
                self.objects -= 1;
                self.bytes = self.bytes.saturating_sub(size);
            }
            None => self.prefixes -= 1,
        }
    }

    pub fn toggle(&mut self, row: u32, size: Option<u64>) {
        if self.contains(row) { self.remove(row, size) } else { self.insert(row, size) }
    }

    /// Marks every row of the set; a million take milliseconds.
    pub fn insert_all(&mut self, rows: &RowSet, listing: &Listing) {
        self.rows.merge(rows, |bits, others| *bits |= others);
        self.count(listing);
    }

    /// Marks every row of the set that is not marked, and takes the marks of the others away.
    pub fn toggle_all(&mut self, rows: &RowSet, listing: &Listing) {
        self.rows.merge(rows, |bits, others| *bits ^= others);
        self.count(listing);
    }

    /// The marks on the rows of the same names in another listing.
    #[must_use]
    pub fn carried(&self, from: &Listing, to: &Listing) -> Marks {
        let mut marks = Marks::default();
        if self.is_empty() {
            return marks;
        }
        let marked = from.numbered().filter(|(number, _)| self.contains(*number));
        let mut names: Vec<&str> = marked.map(|(_, row)| row.name).collect();
        names.sort_unstable();
        let (mut next, mut before) = (0, "");
        for (number, row) in to.numbered() {
            // Servers that list in no order are rare: mostly the two go along beside each other.
            if row.name < before {
                next = names.partition_point(|name| *name < row.name);
            }
            before = row.name;
            next += names[next..].iter().take_while(|name| **name < row.name).count();
            if names.get(next) == Some(&row.name) {
                marks.insert(number, row.size());
            }
        }
        marks
    }

    pub fn clear(&mut self) {
        *self = Marks::default();
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn len(&self) -> usize {
        self.objects + self.prefixes
    }

    /// How many of the marked rows are prefixes, whose bytes are unknown.
    pub fn prefixes(&self) -> usize {
        self.prefixes
    }

    /// Bytes of the marked objects.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    pub fn rows(&self) -> &RowSet {
        &self.rows
    }

    /// Marked rows by number.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        self.rows.iter()
    }

    /// The marked row with the highest number.
    pub fn last(&self) -> Option<u32> {
        self.rows.last()
    }

    /// Page by page, because finding the page of each single row takes longer than all the rest.
    fn count(&mut self, listing: &Listing) {
        (self.objects, self.prefixes, self.bytes) = (0, 0, 0);
        for (start, page) in listing.pages_from(0) {
            for at in 0..page.len() {
                if !self.rows.contains(start + u32::try_from(at).unwrap_or(u32::MAX)) {
                    continue;
                }
                match page.size(at) {
                    Some(size) => {
                        self.objects += 1;
                        self.bytes = self.bytes.saturating_add(size);
                    }
                    None => self.prefixes += 1,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::listing::{Class, Page};

    fn listing(rows: u64) -> Listing {
        let mut page = Page::default();
        page.push_prefix("folder/");
        (1..rows).for_each(|size| page.push_object("o", size, None, Class::Standard));
        let mut listing = Listing::default();
        listing.push(Arc::new(page));
        listing
    }

    #[test]
    fn marks_know_their_count_and_bytes() {
        let mut marks = Marks::default();
        marks.insert(70, Some(5));
        marks.insert(70, Some(5));
        marks.insert(3, None);
        assert_eq!((marks.len(), marks.prefixes(), marks.bytes()), (2, 1, 5));
        assert_eq!(marks.iter().collect::<Vec<_>>(), [3, 70]);
        marks.toggle(70, Some(5));
        assert_eq!((marks.len(), marks.bytes(), marks.contains(70)), (1, 0, false));
        marks.remove(1000, Some(5));
        assert_eq!(marks.len(), 1);
    }

    #[test]
    fn many_marks_at_once_count_as_single_ones_do() {
        let listing = listing(200);
        let mut marks = Marks::default();
        marks.insert(1, Some(1));
        marks.insert_all(&RowSet::from_iter([0, 1, 130]), &listing);
        assert_eq!((marks.len(), marks.prefixes(), marks.bytes()), (3, 1, 131));
        marks.toggle_all(&RowSet::from_iter([130, 131]), &listing);
        assert_eq!(marks.iter().collect::<Vec<_>>(), [0, 1, 131]);
        assert_eq!((marks.len(), marks.bytes(), marks.last()), (3, 132, Some(131)));
        marks.toggle_all(&RowSet::from_iter([0, 1, 131]), &listing);
        assert_eq!((marks.len(), marks.bytes(), marks.last()), (0, 0, None));
    }

    #[test]
    fn marks_are_carried_to_the_same_names_in_any_order() {
        let named = |names: &[&str]| {
            let mut page = Page::default();
            for name in names {
                page.push_object(name, 5, None, Class::Standard);
            }
            let mut listing = Listing::default();
            listing.push(Arc::new(page));
            listing
        };
        let from = named(&["a", "b", "c", "d"]);
        let mut marks = Marks::default();
        marks.insert_all(&RowSet::from_iter([0, 2, 3]), &from);
        let carried = |to: &[&str]| marks.carried(&from, &named(to)).iter().collect::<Vec<_>>();
        assert_eq!(carried(&["a", "aa", "b", "d"]), [0, 3]);
        assert_eq!(carried(&["d", "c", "b", "a"]), [0, 1, 3]);
        assert_eq!(marks.carried(&from, &from), marks);
        assert_eq!(carried(&[]), [0u32; 0]);
    }
}
