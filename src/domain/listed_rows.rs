//! Holds rows of one listing by their numbers: a copy costs little, however many they are.

use jiff::Timestamp;

use crate::domain::address::Prefix;
use crate::domain::listing::{Class, Listing, Page, Row};
use crate::domain::row_set::RowSet;

/// Numbers of rows of a listing of one place, of now or of a moment.
pub struct ListedRows {
    pub place: Prefix,
    pub at: Option<Timestamp>,
    pub listing: Listing,
    pub numbers: RowSet,
    /// What they come to.
    pub sum: RowSum,
}

/// How many rows there are, and the bytes of the objects among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowSum {
    pub objects: u64,
    pub prefixes: u64,
    pub bytes: u64,
}

impl ListedRows {
    /// In the order in which they were listed.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> + Send {
        self.numbers.iter().map(|number| self.listing.row(number))
    }

    /// In the order of their names.
    pub fn sorted(&self) -> Box<dyn Iterator<Item = Row<'_>> + Send + '_> {
        if self.listing.is_ordered() && self.listing.added_from(0).next().is_none() {
            return Box::new(self.rows());
        }
        let mut rows: Vec<Row<'_>> = self.rows().collect();
        rows.sort_by_key(|row| row.name);
        Box::new(rows.into_iter())
    }

    /// The number of each, its page, and where it is there: no row is made of one that is passed
    /// over.
    fn held(&self) -> impl Iterator<Item = (u32, &Page, usize)> {
        let pages = self.listing.pages_from(0).flat_map(|(start, page)| {
            (start..).zip(0..page.len()).map(move |(number, at)| (number, page, at))
        });
        pages.filter(|(number, ..)| self.numbers.contains(*number))
    }

    /// The rows that are picked by their names, and whether they are prefixes.
    pub fn picked<'a>(
        &'a self,
        picks: impl Fn(&str, bool) -> bool + 'a,
    ) -> impl Iterator<Item = Row<'a>> + 'a {
        let picked = self.held().filter(move |(_, page, at)| {
            picks(&page.text()[page.span(*at)], page.size(*at).is_none())
        });
        picked.map(|(_, page, at)| page.row(at))
    }

    /// The prefixes alone.
    #[must_use]
    pub fn prefixes(&self) -> ListedRows {
        let prefixes = self.sum.prefixes;
        let mut numbers = RowSet::default();
        if prefixes > 0 {
            let held = self.held().filter(|(_, page, at)| page.size(*at).is_none());
            held.for_each(|(number, ..)| numbers.insert(number));
        }
        ListedRows {
            place: self.place.clone(),
            at: self.at,
            listing: self.listing.clone(),
            numbers,
            sum: RowSum { prefixes, ..RowSum::default() },
        }
    }

    /// The objects of each class, and their bytes.
    pub fn classes(&self) -> Vec<(Class, u64, u64)> {
        let mut found: Vec<(Class, u64, u64)> = Vec::new();
        for (_, page, at) in self.held() {
            let (Some(class), Some(size)) = (page.class(at), page.size(at)) else { continue };
            match found.iter_mut().find(|(known, ..)| *known == class) {
                Some((_, objects, bytes)) => {
                    (*objects, *bytes) = (*objects + 1, bytes.saturating_add(size));
                }
                None => found.push((class, 1, size)),
            }
        }
        found
    }

    /// How many objects are in an archive by their class.
    pub fn archived(&self) -> u64 {
        if !self.listing.classes_differ() {
            return 0;
        }
        let archived = self.classes().into_iter().filter(|(class, ..)| class.is_archive());
        archived.map(|(_, objects, _)| objects).sum()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// Objects of 1 byte each; names that end with `!` are archived.
    fn page(names: &[&str]) -> Page {
        let mut page = Page::default();
        for name in names {
            let class = if name.ends_with('!') { Class::Glacier } else { Class::Standard };
            match name.ends_with('/') {
                true => page.push_prefix(name),
                false => page.push_object(name, 1, None, class),
            }
        }
        page
    }

    fn rows(numbers: &[u32]) -> ListedRows {
        let mut listing = Listing::default();
        listing.push(Arc::new(page(&["a!", "c/", "d"])));
        listing.add(page(&["b"]));
        listing.push(Arc::new(page(&["e", "f!"])));
        let numbers: RowSet = numbers.iter().copied().collect();
        ListedRows { place: "p/".into(), at: None, listing, numbers, sum: RowSum::default() }
    }

    #[test]
    fn rows_are_told_in_the_order_of_their_names_wherever_they_were_added() {
        let rows = rows(&[0, 2, 3, 5]);
        let names = |rows: &mut dyn Iterator<Item = Row<'_>>| {
            rows.map(|row| row.name.to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names(&mut rows.sorted()), ["a!", "b", "d", "f!"]);
        assert_eq!(names(&mut rows.rows()), ["a!", "d", "b", "f!"]);
        assert_eq!(names(&mut rows.picked(|name, _| name > "b")), ["d", "f!"]);
    }

    #[test]
    fn classes_are_counted_of_the_rows_alone() {
        assert_eq!(
            rows(&[0, 1, 3, 5]).classes(),
            [(Class::Glacier, 2, 2), (Class::Standard, 1, 1)]
        );
        assert_eq!((rows(&[0, 5]).archived(), rows(&[1, 2]).archived()), (2, 0));
    }
}
