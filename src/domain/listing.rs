//! A listing of one prefix: rows kept in text arenas, a page at a time, cheap to snapshot.

use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;

/// Names the place in a listing where the next page starts; opaque.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ContinuationToken(pub String);

/// A row of a listing, borrowed from its page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// The key or common prefix without the listed prefix; a common prefix keeps its delimiter.
    pub name: &'a str,
    pub kind: RowKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    Prefix,
    Object { size: u64, modified: Option<Timestamp>, class: Class },
}

impl Row<'_> {
    pub fn is_prefix(&self) -> bool {
        matches!(self.kind, RowKind::Prefix)
    }

    /// Bytes; none for a prefix, whose size is unknown.
    pub fn size(&self) -> Option<u64> {
        match self.kind {
            RowKind::Prefix => None,
            RowKind::Object { size, .. } => Some(size),
        }
    }
}

/// A storage class in one byte. A class this version does not know is `Other`; HeadObject gives its text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    #[default]
    Unknown,
    Standard,
    StandardIa,
    OneZoneIa,
    IntelligentTiering,
    Glacier,
    GlacierIr,
    DeepArchive,
    ReducedRedundancy,
    ExpressOneZone,
    Other,
}

impl Class {
    pub fn parse(text: &str) -> Class {
        match text {
            "STANDARD" => Class::Standard,
            "STANDARD_IA" => Class::StandardIa,
            "ONEZONE_IA" => Class::OneZoneIa,
            "INTELLIGENT_TIERING" => Class::IntelligentTiering,
            "GLACIER" => Class::Glacier,
            "GLACIER_IR" => Class::GlacierIr,
            "DEEP_ARCHIVE" => Class::DeepArchive,
            "REDUCED_REDUNDANCY" => Class::ReducedRedundancy,
            "EXPRESS_ONEZONE" => Class::ExpressOneZone,
            "" => Class::Unknown,
            _ => Class::Other,
        }
    }

    /// A short name for a table column; empty where the server named no class.
    pub fn label(self) -> &'static str {
        match self {
            Class::Unknown => "",
            Class::Standard => "standard",
            Class::StandardIa => "ia",
            Class::OneZoneIa => "onezone-ia",
            Class::IntelligentTiering => "tiering",
            Class::Glacier => "glacier",
            Class::GlacierIr => "glacier-ir",
            Class::DeepArchive => "deep-archive",
            Class::ReducedRedundancy => "reduced",
            Class::ExpressOneZone => "express",
            Class::Other => "other",
        }
    }
}

/// Rows of one answer of ListObjectsV2 in key order: the names in one string, the numbers in columns.
/// A row costs its name and 21 bytes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Page {
    text: String,
    ends: Vec<u32>,
    sizes: Vec<u64>,
    /// Seconds since 1970; `i64::MIN` where the server sent none.
    modified: Vec<i64>,
    classes: Vec<u8>,
}

const NO_TIME: i64 = i64::MIN;
const PREFIX_ROW: u8 = u8::MAX;
const CLASSES: [Class; 11] = [
    Class::Unknown,
    Class::Standard,
    Class::StandardIa,
    Class::OneZoneIa,
    Class::IntelligentTiering,
    Class::Glacier,
    Class::GlacierIr,
    Class::DeepArchive,
    Class::ReducedRedundancy,
    Class::ExpressOneZone,
    Class::Other,
];

impl Page {
    pub fn with_capacity(rows: usize, text_bytes: usize) -> Page {
        Page {
            text: String::with_capacity(text_bytes),
            ends: Vec::with_capacity(rows),
            sizes: Vec::with_capacity(rows),
            modified: Vec::with_capacity(rows),
            classes: Vec::with_capacity(rows),
        }
    }

    /// Adds a common prefix; `name` keeps its delimiter.
    pub fn push_prefix(&mut self, name: &str) {
        self.push(name, 0, NO_TIME, PREFIX_ROW);
    }

    pub fn push_object(
        &mut self,
        name: &str,
        size: u64,
        modified: Option<Timestamp>,
        class: Class,
    ) {
        self.push(name, size, modified.map_or(NO_TIME, Timestamp::as_second), class as u8);
    }

    fn push(&mut self, name: &str, size: u64, modified: i64, class: u8) {
        self.text.push_str(name);
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        self.sizes.push(size);
        self.modified.push(modified);
        self.classes.push(class);
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// # Panics
    /// Where `at` is not below [`Page::len`].
    pub fn row(&self, at: usize) -> Row<'_> {
        let name = &self.text[self.span(at)];
        let kind = match self.classes[at] {
            PREFIX_ROW => RowKind::Prefix,
            class => RowKind::Object {
                size: self.sizes[at],
                modified: match self.modified[at] {
                    NO_TIME => None,
                    second => Timestamp::from_second(second).ok(),
                },
                class: CLASSES[usize::from(class)],
            },
        };
        Row { name, kind }
    }

    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        (0..self.len()).map(|at| self.row(at))
    }

    /// Every name, one after the other without anything between them.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the name of row `at` is in [`Page::text`].
    ///
    /// # Panics
    /// Where `at` is not below [`Page::len`].
    pub fn span(&self, at: usize) -> Range<usize> {
        let start = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        start..self.ends[at] as usize
    }

    /// Bytes of the object in row `at`; `None` for a prefix.
    ///
    /// # Panics
    /// Where `at` is not below [`Page::len`].
    pub fn size(&self, at: usize) -> Option<u64> {
        (self.classes[at] != PREFIX_ROW).then(|| self.sizes[at])
    }

    /// Bytes this page holds on the heap, for the memory bench.
    pub fn heap_bytes(&self) -> usize {
        self.text.capacity()
            + self.ends.capacity() * 4
            + self.sizes.capacity() * 8
            + self.modified.capacity() * 8
            + self.classes.capacity()
    }

    pub fn shrink_to_fit(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.sizes.shrink_to_fit();
        self.modified.shrink_to_fit();
        self.classes.shrink_to_fit();
    }
}

/// One page as it came, with the token of the next; no token means that the listing ends here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedPage {
    pub page: Arc<Page>,
    pub next: Option<ContinuationToken>,
}

/// Every row loaded so far of one prefix. Rows are numbered from 0 in the order in which they came and keep their
/// number as pages are added. A clone shares the pages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    pages: Vec<Arc<Page>>,
    /// The number of the first row of each page.
    starts: Vec<u32>,
    len: u32,
}

impl Listing {
    pub fn push(&mut self, page: Arc<Page>) {
        self.starts.push(self.len);
        self.len += u32::try_from(page.len()).unwrap_or(u32::MAX);
        self.pages.push(page);
    }

    pub fn len(&self) -> usize {
        self.len as usize
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub fn pages(&self) -> &[Arc<Page>] {
        &self.pages
    }

    /// The pages from the one with the row numbered `from` on, each with the number of its first row.
    pub fn pages_from(&self, from: u32) -> impl Iterator<Item = (u32, &Page)> {
        let first = self.starts.partition_point(|start| *start <= from).saturating_sub(1);
        let pages = self.pages[first.min(self.pages.len())..].iter().map(|page| &**page);
        self.starts[first.min(self.starts.len())..].iter().copied().zip(pages)
    }

    /// The row numbered `at`.
    ///
    /// # Panics
    /// Where `at` is not below [`Listing::len`].
    pub fn row(&self, at: u32) -> Row<'_> {
        let page = self.starts.partition_point(|start| *start <= at) - 1;
        self.pages[page].row((at - self.starts[page]) as usize)
    }

    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.pages.iter().flat_map(|page| page.rows())
    }

    pub fn heap_bytes(&self) -> usize {
        self.pages.iter().map(|page| page.heap_bytes() + size_of::<Page>()).sum::<usize>()
            + self.pages.capacity() * 8
            + self.starts.capacity() * 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(names: &[&str]) -> Arc<Page> {
        let mut page = Page::default();
        for name in names {
            if name.ends_with('/') {
                page.push_prefix(name);
            } else {
                page.push_object(name, name.len() as u64, None, Class::Standard);
            }
        }
        Arc::new(page)
    }

    #[test]
    fn rows_keep_their_number_over_pages() {
        let mut listing = Listing::default();
        listing.push(page(&["a", "b/"]));
        listing.push(page(&[]));
        listing.push(page(&["c"]));
        assert_eq!(listing.rows().map(|r| r.name).collect::<Vec<_>>(), ["a", "b/", "c"]);
        assert_eq!(listing.row(2).name, "c");
        assert!(listing.row(1).is_prefix());
        let starts = |from| listing.pages_from(from).map(|(start, _)| start).collect::<Vec<_>>();
        assert_eq!((starts(0), starts(2), starts(9)), (vec![0, 2, 2], vec![2], vec![2]));
        assert_eq!(Listing::default().pages_from(0).count(), 0);
    }

    #[test]
    fn every_column_comes_back_as_it_went_in() {
        let mut page = Page::default();
        let time = Timestamp::from_second(1_790_000_000).unwrap();
        page.push_object("x", u64::MAX, Some(time), Class::DeepArchive);
        page.push_object("", 0, None, Class::Unknown);
        assert_eq!(
            page.row(0).kind,
            RowKind::Object { size: u64::MAX, modified: Some(time), class: Class::DeepArchive }
        );
        assert_eq!(page.row(1).name, "");
        assert_eq!(
            page.row(1).kind,
            RowKind::Object { size: 0, modified: None, class: Class::Unknown }
        );
        for (number, class) in CLASSES.into_iter().enumerate() {
            assert_eq!(class as usize, number);
        }
    }
}
