//! Which rows of a listing are shown, and in which order.

use std::cmp::Reverse;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::domain::listing::{Listing, Row, RowKind};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SortBy {
    #[default]
    Name,
    Size,
    Modified,
}

/// A filter and a sort: everything that decides the order of rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrangement {
    /// Words that a name must all contain, ASCII case ignored unless one has an upper-case letter; empty for no filter.
    pub filter: String,
    pub sort: SortBy,
    pub descending: bool,
}

/// The numbers of the rows to show, in order. Prefixes come before objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order(pub Vec<u32>);

/// The words of a filter, ready to be compared with many names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    words: Vec<String>,
    /// No word has an upper-case letter.
    folded: bool,
}

impl Arrangement {
    /// Whether rows that arrive in key order can be appended without looking at the earlier ones.
    pub fn appends(&self) -> bool {
        self.sort == SortBy::Name && !self.descending
    }
}

impl Filter {
    pub fn new(text: &str) -> Filter {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        let folded = !text.chars().any(char::is_uppercase);
        Filter { words, folded }
    }

    /// Where the words are in `text`, in bytes: of each word every place, which may overlap those of another.
    pub fn places<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
        self.words.iter().flat_map(move |word| {
            let starts = 0..(text.len() + 1).saturating_sub(word.len());
            let found = move |at: &usize| self.is_at(text.as_bytes(), *at, word.as_bytes());
            starts.filter(found).map(|at| at..at + word.len())
        })
    }

    fn is_at(&self, text: &[u8], at: usize, word: &[u8]) -> bool {
        let here = &text[at..at + word.len()];
        if self.folded { here.eq_ignore_ascii_case(word) } else { here == word }
    }

    /// Allocates nothing.
    pub fn matches(&self, name: &str) -> bool {
        self.words.iter().all(|word| {
            if self.folded {
                contains_folded(name.as_bytes(), word.as_bytes())
            } else {
                name.contains(word.as_str())
            }
        })
    }
}

/// Whether `text` contains `word`, whose ASCII letters are in lower case, in any ASCII case.
fn contains_folded(text: &[u8], word: &[u8]) -> bool {
    let Some((first, rest)) = word.split_first() else { return true };
    let Some(last_start) = text.len().checked_sub(word.len()) else { return false };
    text[..=last_start].iter().enumerate().any(|(at, byte)| {
        byte.to_ascii_lowercase() == *first
            && text[at + 1..at + word.len()].eq_ignore_ascii_case(rest)
    })
}

/// Computes the order of every row of `listing`; takes tens to hundreds of milliseconds for a million rows.
pub fn arrange(listing: &Listing, arrangement: &Arrangement) -> Order {
    let filter = Filter::new(&arrangement.filter);
    let shown = || {
        listing
            .rows()
            .zip(0u32..)
            .filter(|(row, _)| filter.matches(row.name))
            .map(|(row, at)| (at, row))
    };
    let prefixes = shown().filter(|(_, row)| row.is_prefix());
    let objects = shown().filter(|(_, row)| !row.is_prefix());
    let descending = arrangement.descending;
    let by_name = arrangement.sort == SortBy::Name;
    let mut order = sorted_by_name(prefixes, descending && by_name);
    order.extend(match arrangement.sort {
        SortBy::Name => sorted_by_name(objects, descending),
        SortBy::Size => sorted(objects.map(|(at, row)| (row.size(), at)), descending),
        SortBy::Modified => sorted(objects.map(|(at, row)| (modified(&row), at)), descending),
    });
    Order(order)
}

fn modified(row: &Row<'_>) -> Option<i64> {
    match row.kind {
        RowKind::Object { modified, .. } => modified.map(jiff::Timestamp::as_second),
        RowKind::Prefix => None,
    }
}

/// Pages come in key order, so this mostly only looks whether they do.
fn sorted_by_name<'a>(rows: impl Iterator<Item = (u32, Row<'a>)>, descending: bool) -> Vec<u32> {
    let mut named: Vec<(&str, u32)> = rows.map(|(at, row)| (row.name, at)).collect();
    if !named.is_sorted() {
        named.sort_unstable();
    }
    if descending {
        named.reverse();
    }
    named.into_iter().map(|(_, at)| at).collect()
}

/// Equal keys stay in the order of their names, whichever way the keys go.
fn sorted<K: Ord>(rows: impl Iterator<Item = (K, u32)>, descending: bool) -> Vec<u32> {
    if descending {
        return ordered(rows.map(|(key, at)| (Reverse(key), at)));
    }
    ordered(rows)
}

fn ordered<K: Ord>(rows: impl Iterator<Item = (K, u32)>) -> Vec<u32> {
    let mut keyed: Vec<(K, u32)> = rows.collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, at)| at).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::listing::{Class, Page};

    fn listing() -> Listing {
        let mut page = Page::default();
        let at = |second| Timestamp::from_second(second).ok();
        page.push_object("a.TXT", 10, at(300), Class::Standard);
        page.push_prefix("b/");
        page.push_object("c.txt", 30, None, Class::Standard);
        let mut more = Page::default();
        more.push_object("d.jpg", 10, at(100), Class::Standard);
        more.push_prefix("e.txt/");
        let mut listing = Listing::default();
        listing.push(Arc::new(page));
        listing.push(Arc::new(more));
        listing
    }

    fn order(filter: &str, sort: SortBy, descending: bool) -> Vec<u32> {
        arrange(&listing(), &Arrangement { filter: filter.into(), sort, descending }).0
    }

    #[test]
    fn prefixes_come_first_in_every_order() {
        assert_eq!(order("", SortBy::Name, false), [1, 4, 0, 2, 3]);
        assert_eq!(order("", SortBy::Name, true), [4, 1, 3, 2, 0]);
        assert_eq!(order("", SortBy::Size, false), [1, 4, 0, 3, 2]);
        assert_eq!(order("", SortBy::Size, true), [1, 4, 2, 0, 3]);
        assert_eq!(order("", SortBy::Modified, false), [1, 4, 2, 3, 0]);
        assert_eq!(order("", SortBy::Modified, true), [1, 4, 0, 3, 2]);
    }

    #[test]
    fn every_word_must_be_in_the_name() {
        assert_eq!(order("txt", SortBy::Name, false), [4, 0, 2]);
        assert_eq!(order("TXT", SortBy::Name, false), [0]);
        assert_eq!(order("txt c", SortBy::Name, false), [2]);
        assert_eq!(order("  ", SortBy::Name, false), [1, 4, 0, 2, 3]);
        assert_eq!(order("nothing", SortBy::Size, true), [0u32; 0]);
    }

    #[test]
    fn the_places_of_every_word_are_told() {
        let places = |filter: &str, name: &str| -> Vec<Range<usize>> {
            Filter::new(filter).places(name).collect()
        };
        assert_eq!(places("a b", "Abba"), [0..1, 3..4, 1..2, 2..3]);
        assert_eq!(places("A", "aA"), [1..2]);
        assert_eq!(places("é", "café"), [3..5]);
        assert_eq!(places("longer", "long"), [0usize..0; 0]);
        assert_eq!(places("", "long"), [0usize..0; 0]);
    }

    #[test]
    fn names_out_of_order_are_put_in_order() {
        let mut page = Page::default();
        for name in ["c", "a", "b"] {
            page.push_object(name, 1, None, Class::Standard);
        }
        let mut listing = Listing::default();
        listing.push(Arc::new(page));
        assert_eq!(arrange(&listing, &Arrangement::default()).0, [1, 2, 0]);
    }

    proptest! {
        #[test]
        fn a_filter_finds_what_a_search_in_lower_case_finds(name in ".{0,12}", word in "[a-zä0-9]{1,3}") {
            let found = name.to_ascii_lowercase().contains(&word.to_ascii_lowercase());
            prop_assert_eq!(Filter::new(&word).matches(&name), found);
        }
    }
}
