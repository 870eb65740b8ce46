//! Keeps the listing of a prefix: rows in text arenas, a page at a time, cheap to snapshot.

mod class;
mod texts;
mod token;

use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::indexed::IndexState;
use crate::domain::listing::class::CLASSES;
use crate::domain::listing::texts::Texts;
use crate::domain::row_set::RowSet;

pub use crate::domain::listing::class::Class;
pub use crate::domain::listing::token::ContinuationToken;

/// A row of a listing, borrowed from its page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// The key or common prefix without the listed prefix; a common prefix keeps its delimiter.
    pub name: &'a str,
    pub kind: RowKind,
    /// Of an object in a listing of an earlier moment.
    pub version: Option<&'a str>,
    /// Of an object, where the page keeps it; without quotes.
    pub etag: Option<&'a str>,
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

    /// None for a prefix, which has none.
    pub fn class(&self) -> Option<Class> {
        match self.kind {
            RowKind::Prefix => None,
            RowKind::Object { class, .. } => Some(class),
        }
    }

    /// Bytes; none for a prefix, whose size is unknown.
    pub fn size(&self) -> Option<u64> {
        match self.kind {
            RowKind::Prefix => None,
            RowKind::Object { size, .. } => Some(size),
        }
    }
}

const NO_TIME: i64 = i64::MIN;
const PREFIX_ROW: u8 = u8::MAX;

/// Rows of one answer of ListObjectsV2 in key order: the names in one string, the numbers in
/// columns. A row costs its name and 21 bytes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Page {
    text: String,
    ends: Vec<u32>,
    sizes: Vec<u64>,
    /// Seconds since 1970; `i64::MIN` where the server sent none.
    modified: Vec<i64>,
    classes: Vec<u8>,
    /// Some object is of another class than the standard one.
    classes_differ: bool,
    /// Only in a listing of an earlier moment.
    past: Option<Box<PastColumn>>,
    /// Only where they are asked for.
    etags: Option<Box<Texts>>,
}

/// What a listing of an earlier moment knows besides.
#[derive(Debug, Default, PartialEq, Eq)]
struct PastColumn {
    /// Nothing of a prefix.
    versions: Texts,
    known_since: Option<Timestamp>,
}

impl Page {
    pub fn with_capacity(rows: usize, text_bytes: usize) -> Page {
        Page {
            text: String::with_capacity(text_bytes),
            ends: Vec::with_capacity(rows),
            sizes: Vec::with_capacity(rows),
            modified: Vec::with_capacity(rows),
            classes: Vec::with_capacity(rows),
            classes_differ: false,
            past: None,
            etags: None,
        }
    }

    /// The same page, which keeps the ETags of its rows where `kept`.
    #[must_use]
    pub fn with_etags(self, kept: bool) -> Page {
        Page { etags: kept.then(Box::default), ..self }
    }

    /// As [`Page::with_capacity`], of an earlier moment. `known_since`: the oldest version of the
    /// page that was stored while versions were kept.
    pub fn of_the_past(rows: usize, known_since: Option<Timestamp>) -> Page {
        let past = PastColumn { known_since, ..PastColumn::default() };
        Page { past: Some(Box::new(past)), ..Page::with_capacity(rows, 0) }
    }

    pub fn known_since(&self) -> Option<Timestamp> {
        self.past.as_ref()?.known_since
    }

    /// Adds a common prefix; `name` keeps its delimiter.
    pub fn push_prefix(&mut self, name: &str) {
        self.push_row(Row { name, kind: RowKind::Prefix, version: None, etag: None });
    }

    pub fn push_object(
        &mut self,
        name: &str,
        size: u64,
        modified: Option<Timestamp>,
        class: Class,
    ) {
        let kind = RowKind::Object { size, modified, class };
        self.push_row(Row { name, kind, version: None, etag: None });
    }

    pub fn push_row(&mut self, row: Row<'_>) {
        match row.kind {
            RowKind::Prefix => self.push(row.name, 0, NO_TIME, PREFIX_ROW),
            RowKind::Object { size, modified, class } => {
                let modified = modified.map_or(NO_TIME, Timestamp::as_second);
                self.push(row.name, size, modified, class as u8);
                self.classes_differ |= !matches!(class, Class::Unknown | Class::Standard);
            }
        }
        if let Some(past) = &mut self.past {
            past.versions.push(row.version);
        }
        if let Some(etags) = &mut self.etags {
            etags.push(row.etag);
        }
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
        let version = self.past.as_ref().and_then(|past| past.versions.get(at));
        let etag = self.etags.as_ref().and_then(|etags| etags.get(at));
        Row { name, kind, version, etag }
    }

    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        (0..self.len()).map(|at| self.row(at))
    }

    /// The rows before row `end` of a page of now, as a page of their own.
    #[must_use]
    pub fn first_rows(&self, end: usize) -> Page {
        let mut page = Page::with_capacity(end, 0).with_etags(self.etags.is_some());
        self.rows().take(end).for_each(|row| page.push_row(row));
        page.shrink_to_fit();
        page
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

    /// The class of the object in row `at`; `None` for a prefix.
    ///
    /// # Panics
    /// Where `at` is not below [`Page::len`].
    pub fn class(&self, at: usize) -> Option<Class> {
        CLASSES.get(usize::from(self.classes[at])).copied()
    }

    /// Bytes this page holds on the heap, for the memory bench.
    pub fn heap_bytes(&self) -> usize {
        self.text.capacity()
            + self.ends.capacity() * 4
            + self.sizes.capacity() * 8
            + self.modified.capacity() * 8
            + self.classes.capacity()
            + self.past.as_ref().map_or(0, |past| past.versions.heap_bytes())
            + self.etags.as_ref().map_or(0, |etags| etags.heap_bytes())
    }

    pub fn shrink_to_fit(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.sizes.shrink_to_fit();
        self.modified.shrink_to_fit();
        self.classes.shrink_to_fit();
        if let Some(past) = &mut self.past {
            past.versions.shrink_to_fit();
        }
        if let Some(etags) = &mut self.etags {
            etags.shrink_to_fit();
        }
    }
}

/// One page as it came, with the token of the next; no token means that the listing ends here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListedPage {
    pub page: Arc<Page>,
    pub next: Option<ContinuationToken>,
}

/// What a search found since it told of it last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundRows {
    pub page: Arc<Page>,
    /// Objects that were looked at since it was asked.
    pub looked_at: u64,
    /// Where a search goes on behind all that was looked at; `None` where nothing follows.
    pub behind: Option<ContinuationToken>,
    /// Nothing more comes unless it is asked again.
    pub done: bool,
    /// The index that was searched; `None` where the server was asked.
    pub index: Option<IndexState>,
}

/// Every row loaded so far of one prefix. A row keeps its number, counted from 0, as others come
/// and go. A clone shares the pages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    pages: Vec<Arc<Page>>,
    /// The number of the first row of each page.
    starts: Vec<u32>,
    /// The number of the row that comes next.
    end: u32,
    /// The first rows of the pages that no server listed: what was stored here since.
    added: Vec<u32>,
    gone: Arc<RowSet>,
    gone_count: u32,
    /// The last row that the server listed.
    last: Option<u32>,
    unordered: bool,
    classes_differ: bool,
}

impl Listing {
    /// Adds what the server listed after all that it listed before.
    pub fn push(&mut self, page: Arc<Page>) {
        let names = self.last_name().into_iter().chain(page.rows().map(|row| row.name));
        self.unordered |= !names.is_sorted();
        let rows = u32::try_from(page.len()).unwrap_or(u32::MAX);
        if rows > 0 {
            self.last = Some(self.end + rows - 1);
        }
        self.append(page);
    }

    /// Adds rows that belong among those that are here.
    pub fn add(&mut self, page: Page) {
        if !page.is_empty() {
            self.added.push(self.end);
            self.append(Arc::new(page));
        }
    }

    fn append(&mut self, page: Arc<Page>) {
        self.classes_differ |= page.classes_differ;
        self.starts.push(self.end);
        self.end += u32::try_from(page.len()).unwrap_or(u32::MAX);
        self.pages.push(page);
    }

    /// Takes rows away; the others keep their numbers.
    pub fn remove(&mut self, rows: impl IntoIterator<Item = u32>) {
        let gone = Arc::make_mut(&mut self.gone);
        for row in rows {
            if row < self.end && !gone.contains(row) {
                gone.insert(row);
                self.gone_count += 1;
            }
        }
    }

    /// How many rows are here.
    pub fn len(&self) -> usize {
        (self.end - self.gone_count) as usize
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of the row that comes next: all that are here have smaller ones.
    pub fn end(&self) -> u32 {
        self.end
    }

    /// Whether an object is of another class than the standard one.
    pub fn classes_differ(&self) -> bool {
        self.classes_differ
    }

    pub fn pages(&self) -> &[Arc<Page>] {
        &self.pages
    }

    /// Whether the row was taken away.
    pub fn is_gone(&self, row: u32) -> bool {
        self.gone_count > 0 && self.gone.contains(row)
    }

    /// Whether the page whose first row has this number was added by [`Listing::add`].
    pub fn is_added(&self, start: u32) -> bool {
        self.added.binary_search(&start).is_ok()
    }

    /// The added rows with numbers from `from` on that are here.
    pub fn added_from(&self, from: u32) -> impl Iterator<Item = u32> {
        let first = self.added.partition_point(|start| *start < from).saturating_sub(1);
        let pages = self.added[first..].iter().filter_map(|start| {
            let (_, page) = self.pages_from(*start).next()?;
            Some(*start..*start + u32::try_from(page.len()).ok()?)
        });
        pages.flatten().filter(move |number| *number >= from && !self.is_gone(*number))
    }

    /// The number after that of the last row that the server listed.
    pub fn listed_end(&self) -> u32 {
        self.last.map_or(0, |last| last + 1)
    }

    /// Whether the server lists in the order of names.
    pub fn is_ordered(&self) -> bool {
        !self.unordered
    }

    /// The last name that the server listed so far, whether it is still here or not.
    pub fn last_name(&self) -> Option<&str> {
        self.last.map(|last| self.row(last).name)
    }

    /// The pages from the one with the row numbered `from` on, each with the number of its first
    /// row. Rows that were taken away are in them.
    pub fn pages_from(&self, from: u32) -> impl Iterator<Item = (u32, &Page)> {
        let first = self.starts.partition_point(|start| *start <= from).saturating_sub(1);
        let pages = self.pages[first.min(self.pages.len())..].iter().map(|page| &**page);
        self.starts[first.min(self.starts.len())..].iter().copied().zip(pages)
    }

    /// The row numbered `at`, even where it was taken away.
    ///
    /// # Panics
    /// Where `at` is not below [`Listing::end`].
    pub fn row(&self, at: u32) -> Row<'_> {
        let page = self.starts.partition_point(|start| *start <= at) - 1;
        self.pages[page].row((at - self.starts[page]) as usize)
    }

    /// The rows that are here, with their numbers.
    pub fn numbered(&self) -> impl Iterator<Item = (u32, Row<'_>)> {
        let all = self.pages_from(0).flat_map(|(start, page)| (start..).zip(page.rows()));
        all.filter(|(number, _)| !self.is_gone(*number))
    }

    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.numbered().map(|(_, row)| row)
    }

    pub fn heap_bytes(&self) -> usize {
        self.pages.iter().map(|page| page.heap_bytes() + size_of::<Page>()).sum::<usize>()
            + self.pages.capacity() * 8
            + self.starts.capacity() * 4
    }
}

#[cfg(test)]
mod tests;
