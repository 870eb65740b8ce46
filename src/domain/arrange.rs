//! Decides which rows of a listing are shown, and in which order.

use std::cmp::Ordering;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::domain::listing::{Listing, Page, Row, RowKind};

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
    /// Words that a name must all contain, ASCII case ignored unless one has an upper-case letter;
    /// empty for no filter.
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

    /// The order of two prefixes, or of two objects.
    pub fn compare(&self, one: &Row<'_>, other: &Row<'_>) -> Ordering {
        let names = one.name.cmp(other.name);
        match (key(one, self), key(other, self)) {
            // Equal keys stay in the order of their names, whichever way the keys go.
            (Some(one), Some(other)) => one.cmp(&other).then(names),
            _ if self.descending && self.sort == SortBy::Name => names.reverse(),
            _ => names,
        }
    }

    /// Puts rows among those that are in order already, either all prefixes or all objects. Gives
    /// the positions that they have in the end, ascending.
    pub fn insert(&self, order: &mut Vec<u32>, rows: Vec<u32>, listing: &Listing) -> Vec<usize> {
        let place = |row: &Row<'_>| {
            order.partition_point(|number| self.compare(&listing.row(*number), row).is_lt())
        };
        let mut rows = rows;
        rows.sort_by(|one, other| self.compare(&listing.row(*one), &listing.row(*other)));
        let placed: Vec<_> = rows.iter().map(|row| place(&listing.row(*row))).collect();
        let positions = placed.iter().enumerate().map(|(before, place)| place + before).collect();
        let mut end = order.len();
        order.resize(end + rows.len(), 0);
        for (before, (row, place)) in rows.into_iter().zip(placed).enumerate().rev() {
            order.copy_within(place..end, place + before + 1);
            order[place + before] = row;
            end = place;
        }
        positions
    }
}

impl Filter {
    pub fn new(text: &str) -> Filter {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        let folded = !text.chars().any(char::is_uppercase);
        Filter { words, folded }
    }

    /// Where the words are in `text`, in bytes: of each word every place, which may overlap those
    /// of another.
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

    pub fn matches(&self, name: &str) -> bool {
        if !self.folded || self.words.is_empty() {
            return self.finds(name);
        }
        self.finds(&name.to_ascii_lowercase())
    }

    /// Calls `found` with the place of every row of a page that matches. `folded` is room that is
    /// used again.
    pub fn each_match(&self, page: &Page, folded: &mut String, found: impl FnMut(usize)) {
        let mut text = page.text();
        if self.folded && !self.words.is_empty() {
            folded.clear();
            folded.push_str(text);
            folded.make_ascii_lowercase();
            text = folded;
        }
        (0..page.len()).filter(|at| self.finds(&text[page.span(*at)])).for_each(found);
    }

    fn finds(&self, name: &str) -> bool {
        self.words.iter().all(|word| name.contains(word.as_str()))
    }
}

/// The order of every row of `listing`.
pub fn arrange(listing: &Listing, arrangement: &Arrangement) -> Order {
    arrange_while(listing, arrangement, || true).unwrap_or_default()
}

/// As [`arrange`], which takes tens to hundreds of milliseconds for a million rows; `None` where
/// the order is not `wanted` any more before it is there.
pub fn arrange_while(
    listing: &Listing,
    arrangement: &Arrangement,
    wanted: impl Fn() -> bool,
) -> Option<Order> {
    let filter = Filter::new(&arrangement.filter);
    let (mut prefixes, mut named, mut keyed) = (Named::default(), Named::default(), Vec::new());
    let (mut folded, mut added) = (String::new(), (Vec::new(), Vec::new()));
    for (start, page) in listing.pages_from(0) {
        if !wanted() {
            return None;
        }
        let is_added = listing.is_added(start);
        filter.each_match(page, &mut folded, |at| {
            let (row, number) = (page.row(at), start + u32::try_from(at).unwrap_or(u32::MAX));
            match key(&row, arrangement) {
                _ if listing.is_gone(number) => {}
                _ if is_added && row.is_prefix() => added.0.push(number),
                _ if is_added => added.1.push(number),
                _ if row.is_prefix() => prefixes.push(row.name, number),
                None => named.push(row.name, number),
                Some(key) => keyed.push((key, number)),
            }
        });
    }
    let by_name = arrangement.sort == SortBy::Name;
    let mut order = prefixes.sorted(listing, arrangement.descending && by_name);
    arrangement.insert(&mut order, added.0, listing);
    // Of equal keys the numbers are in the order of their names.
    keyed.sort_unstable();
    let mut objects = named.sorted(listing, arrangement.descending);
    objects.extend(keyed.into_iter().map(|(_, number)| number));
    arrangement.insert(&mut objects, added.1, listing);
    order.append(&mut objects);
    wanted().then_some(Order(order))
}

/// The number that an object is sorted by, ascending in either direction; `None` for its name.
fn key(row: &Row<'_>, arrangement: &Arrangement) -> Option<u64> {
    let RowKind::Object { size, modified, .. } = row.kind else { return None };
    let key = match arrangement.sort {
        SortBy::Name => return None,
        SortBy::Size => size,
        // What has no time comes before 1970 and all that is known.
        SortBy::Modified => modified.map_or(0, |time| time.as_second().cast_unsigned() ^ (1 << 63)),
    };
    Some(if arrangement.descending { !key } else { key })
}

/// Rows to be put in the order of their names.
#[derive(Default)]
struct Named<'a> {
    numbers: Vec<u32>,
    last: &'a str,
    mixed: bool,
}

impl<'a> Named<'a> {
    fn push(&mut self, name: &'a str, number: u32) {
        self.mixed |= name < self.last;
        self.last = name;
        self.numbers.push(number);
    }

    /// Pages come in key order, so there is mostly nothing to sort.
    fn sorted(mut self, listing: &Listing, descending: bool) -> Vec<u32> {
        if self.mixed {
            self.numbers.sort_unstable_by_key(|number| listing.row(*number).name);
        }
        if descending {
            self.numbers.reverse();
        }
        self.numbers
    }
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
        let places = |filter: &str, name: &str| -> Vec<(usize, usize)> {
            Filter::new(filter).places(name).map(|place| (place.start, place.end)).collect()
        };
        assert_eq!(places("a b", "Abba"), [(0, 1), (3, 4), (1, 2), (2, 3)]);
        assert_eq!(places("A", "aA"), [(1, 2)]);
        assert_eq!(places("é", "café"), [(3, 5)]);
        assert_eq!(places("longer", "long"), []);
        assert_eq!(places("", "long"), []);
    }

    #[test]
    fn what_is_not_wanted_any_more_is_given_up() {
        let arrangement = Arrangement { sort: SortBy::Size, ..Arrangement::default() };
        assert_eq!(arrange_while(&listing(), &arrangement, || false), None);
    }

    #[test]
    fn times_before_1970_come_before_later_ones_and_after_none() {
        let mut page = Page::default();
        for (name, second) in [("a", Some(5)), ("b", Some(-5)), ("c", None)] {
            let modified = second.and_then(|second| Timestamp::from_second(second).ok());
            page.push_object(name, 1, modified, Class::Standard);
        }
        let mut listing = Listing::default();
        listing.push(Arc::new(page));
        let by = |descending| {
            let sort = SortBy::Modified;
            arrange(&listing, &Arrangement { sort, descending, ..Arrangement::default() }).0
        };
        assert_eq!((by(false), by(true)), (vec![2, 1, 0], vec![0, 1, 2]));
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

    #[test]
    fn what_came_and_went_is_arranged_as_if_it_had_been_listed_so() {
        let page = |names: &[(&str, u64)]| {
            let mut page = Page::default();
            for (name, size) in names {
                match name.ends_with('/') {
                    true => page.push_prefix(name),
                    false => page.push_object(name, *size, None, Class::Standard),
                }
            }
            page
        };
        let names = |listing: &Listing, arrangement: &Arrangement| -> Vec<String> {
            let order = arrange(listing, arrangement).0;
            order.iter().map(|number| listing.row(*number).name.to_owned()).collect()
        };
        let mut changed = Listing::default();
        changed.push(Arc::new(page(&[("a", 2), ("b", 1), ("d", 2), ("f/", 0), ("g", 3)])));
        changed.remove([1]);
        changed.add(page(&[("c", 2), ("e", 9), ("e/", 0), ("z/", 0)]));
        changed.push(Arc::new(page(&[("h", 2)])));
        let mut listed = Listing::default();
        let rows =
            [("a", 2), ("c", 2), ("d", 2), ("e", 9), ("e/", 0), ("f/", 0), ("g", 3), ("h", 2)];
        listed.push(Arc::new(page(&rows)));
        listed.push(Arc::new(page(&[("z/", 0)])));
        for sort in [SortBy::Name, SortBy::Size, SortBy::Modified] {
            for (descending, filter) in [(false, ""), (true, ""), (false, "e")] {
                let arrangement = Arrangement { filter: filter.into(), sort, descending };
                assert_eq!(names(&changed, &arrangement), names(&listed, &arrangement), "{sort:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn a_filter_finds_what_a_search_in_lower_case_finds(
            name in ".{0,12}",
            word in "[a-zä0-9]{1,3}"
        ) {
            let found = name.to_ascii_lowercase().contains(&word.to_ascii_lowercase());
            let filter = Filter::new(&word);
            prop_assert_eq!(filter.matches(&name), found);
            let mut page = Page::default();
            page.push_prefix("before");
            page.push_prefix(&name);
            let mut places = Vec::new();
            filter.each_match(&page, &mut "kept".to_owned(), |at| places.push(at));
            prop_assert_eq!(places.contains(&1), found);
        }
    }
}
