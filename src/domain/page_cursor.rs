//! Finds where a listing of many pages continues, and tells its end from a circle.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher as _};

use crate::domain::address::{Bucket, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::listing::{ContinuationToken, ListedPage, Page, RowKind};
use crate::domain::unfinished::{UnfinishedUpload, UploadMarker};
use crate::domain::versions::VersionsPage;

/// The longest run of pages without a row that is believed; a filter of the server may leave some.
pub const MAX_EMPTY_PAGES: u32 = 1000;

/// How a page begins. No two pages of one listing begin alike, whatever the order of the server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageStart {
    /// It has no row.
    Empty,
    /// With common prefixes alone, of which this is the first: a server that counts the keys below
    /// them lists one on many pages.
    Prefix(u64),
    Row(u64),
}

impl PageStart {
    pub fn of(first: Option<impl Hash>) -> PageStart {
        first.map_or(PageStart::Empty, |first| PageStart::Row(hashed(&first)))
    }

    /// The start of a page of versions: the first of a key is not the first of the page before.
    pub fn of_versions(page: &VersionsPage) -> PageStart {
        let first = page.rows.first().map(|row| (row.key.as_str(), row.version.as_str()));
        match (PageStart::of(first), page.prefixes.first()) {
            (PageStart::Empty, Some(prefix)) => PageStart::Prefix(hashed(&prefix.as_str())),
            (start, _) => start,
        }
    }

    pub fn of_upload(first: Option<&UnfinishedUpload>) -> PageStart {
        PageStart::of(first.map(|first| (first.object.key.as_str(), first.upload.0.as_str())))
    }

    pub fn of_page(page: &Page) -> PageStart {
        let object = page.rows().find(|row| row.kind != RowKind::Prefix);
        match (object, page.rows().next()) {
            (Some(object), _) => PageStart::Row(hashed(&object.name)),
            (None, Some(prefix)) => PageStart::Prefix(hashed(&prefix.name)),
            (None, None) => PageStart::Empty,
        }
    }
}

/// The place of the next page, and the places the listing has been at. `T` is what the server calls
/// a place: a token or a marker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageCursor<T: Eq + Hash> {
    next: Option<T>,
    /// Hashes of the places: the places themselves would grow with the listing, and lie scattered
    /// between pages that come and go.
    seen: HashSet<u64>,
    /// How the pages so far began: a server that goes by no place gives new ones and the same rows.
    starts: HashSet<u64>,
    empty_pages: u32,
    at_end: bool,
}

impl<T: Clone + Eq + Hash> PageCursor<T> {
    /// Begins at a place in the listing; at its first page without one.
    pub fn starting_at(token: Option<T>) -> PageCursor<T> {
        let seen = token.iter().map(hashed).collect();
        let starts = HashSet::new();
        PageCursor { next: token, seen, starts, empty_pages: 0, at_end: false }
    }

    /// What the next page is asked with: nothing for the first one, and nothing after the last.
    pub fn token(&self) -> Option<&T> {
        self.next.as_ref()
    }

    /// Whether the last page was taken.
    pub fn is_at_end(&self) -> bool {
        self.at_end
    }

    /// Takes the page that was asked for: where it says that the next one is, and how it begins.
    /// Where the reason of a broken listing is given, the cursor stays where it is.
    pub fn advance(&mut self, next: Option<T>, start: PageStart) -> Result<(), &'static str> {
        let new = match start {
            PageStart::Empty => false,
            PageStart::Prefix(first) => self.starts.insert(first),
            PageStart::Row(first) if !self.starts.insert(first) => {
                return Err("the listing goes in a circle: rows of an earlier page come again");
            }
            PageStart::Row(_) => true,
        };
        self.empty_pages = if new { 0 } else { self.empty_pages + 1 };
        if let Some(token) = &next {
            if !self.seen.insert(hashed(token)) {
                return Err("the listing goes in a circle: an earlier page comes again");
            }
            if self.empty_pages > MAX_EMPTY_PAGES {
                return Err("the listing has thousands of empty pages one after another");
            }
        }
        self.at_end = next.is_none();
        self.next = next;
        Ok(())
    }
}

/// Two of the million pages of a billion keys are taken for one once in 37 million such listings.
fn hashed(place: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    place.hash(&mut hasher);
    hasher.finish()
}

impl PageCursor<ContinuationToken> {
    /// Takes a page of what is below a prefix; a listing without end is `BrokenListing`.
    pub fn follow(
        &mut self,
        listed: &ListedPage,
        bucket: &Bucket,
        prefix: &Prefix,
    ) -> Result<(), Error> {
        self.advance(listed.next.clone(), PageStart::of_page(&listed.page))
            .map_err(|why| broken("ListObjectsV2", bucket, prefix, why))
    }
}

impl PageCursor<UploadMarker> {
    /// Takes a page of the unfinished uploads below a prefix; a list without end is
    /// `BrokenListing`.
    pub fn follow(
        &mut self,
        next: Option<UploadMarker>,
        start: PageStart,
        bucket: &Bucket,
        prefix: &Prefix,
    ) -> Result<(), Error> {
        self.advance(next, start).map_err(|why| broken("ListMultipartUploads", bucket, prefix, why))
    }
}

fn broken(operation: &str, bucket: &Bucket, prefix: &Prefix, why: &str) -> Error {
    let place = format!("s3://{bucket}/{prefix}");
    Error::new(ErrorKind::BrokenListing, operation, place).detail(why)
}

impl<T: Clone + Eq + Hash> Default for PageCursor<T> {
    fn default() -> PageCursor<T> {
        PageCursor::starting_at(None)
    }
}

/// The place of the next page as an answer tells it; the reason why the listing is broken where it
/// claims to go on and does not say where.
pub fn next_page<T>(truncated: bool, token: Option<T>) -> Result<Option<T>, &'static str> {
    match token {
        _ if !truncated => Ok(None),
        None => Err("the page is not the last one and has no token"),
        token => Ok(token),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::object::VersionId;
    use crate::domain::versions::{VersionEntry, VersionState};

    fn row(number: u32) -> PageStart {
        PageStart::of(Some(number))
    }

    #[test]
    fn a_circle_of_any_length_is_no_end() {
        for length in 1..6 {
            let mut cursor = PageCursor::default();
            for number in 0..length {
                assert_eq!(cursor.advance(Some(number), row(number)), Ok(()));
                assert_eq!((cursor.token(), cursor.is_at_end()), (Some(&number), false));
            }
            assert!(
                cursor.advance(Some(0), row(length)).unwrap_err().contains("circle"),
                "{length}"
            );
            assert_eq!(cursor.token(), Some(&(length - 1)), "the same page can be asked again");
            assert!(!cursor.is_at_end());
        }
    }

    #[test]
    fn the_place_a_walk_began_at_is_one_it_has_been_at() {
        let mut cursor = PageCursor::starting_at(Some("b"));
        assert_eq!(cursor.token(), Some(&"b"));
        assert!(cursor.advance(Some("b"), row(0)).is_err());
    }

    #[test]
    fn a_page_without_a_token_is_the_end() {
        let mut cursor = PageCursor::<u32>::default();
        assert!(!cursor.is_at_end());
        assert_eq!(cursor.advance(None, PageStart::Empty), Ok(()));
        assert_eq!((cursor.token(), cursor.is_at_end()), (None, true));
    }

    #[test]
    fn empty_pages_are_believed_only_so_long() {
        let mut cursor = PageCursor::default();
        let mut walk = |pages: u32, from: u32, empty| {
            (0..pages).try_for_each(|number| {
                let start = if empty { PageStart::Empty } else { row(from + number) };
                cursor.advance(Some(from + number), start)
            })
        };
        assert_eq!(walk(MAX_EMPTY_PAGES, 0, true), Ok(()));
        assert_eq!(walk(1, 5000, false), Ok(()));
        assert_eq!(walk(MAX_EMPTY_PAGES, 6000, true), Ok(()));
        assert!(walk(1, 9000, true).unwrap_err().contains("empty"));
    }

    #[test]
    fn new_tokens_with_rows_that_were_there_are_a_circle() {
        for length in 1..4 {
            let mut cursor = PageCursor::default();
            for number in 0..length {
                assert_eq!(cursor.advance(Some(number), row(number)), Ok(()));
            }
            let error = cursor.advance(Some(100), row(0)).unwrap_err();
            assert!(error.contains("rows of an earlier page"), "{length}: {error}");
        }
        // Neither the order of the rows nor that two keys begin alike says anything.
        let mut cursor = PageCursor::default();
        for (token, first) in ["q", "b", "z", "a", "aa"].into_iter().enumerate() {
            assert_eq!(cursor.advance(Some(token), PageStart::of(Some(first))), Ok(()));
        }
    }

    #[test]
    fn a_prefix_on_many_pages_is_believed_only_so_long() {
        let mut cursor = PageCursor::default();
        let mut page = |token| cursor.advance(Some(token), PageStart::Prefix(7));
        assert_eq!((0..=MAX_EMPTY_PAGES).try_for_each(&mut page), Ok(()));
        assert!(page(5000).is_err());
    }

    #[test]
    fn versions_of_one_key_are_told_apart() {
        let page = |version: &str| VersionsPage {
            rows: vec![VersionEntry {
                key: "k".into(),
                version: VersionId(version.to_owned()),
                latest: false,
                modified: None,
                state: VersionState::DeleteMarker,
            }],
            ..VersionsPage::default()
        };
        let mut cursor = PageCursor::default();
        for (token, version) in ["2", "1"].into_iter().enumerate() {
            let start = PageStart::of_versions(&page(version));
            assert_eq!(cursor.advance(Some(token), start), Ok(()));
        }
        assert!(cursor.advance(Some(9), PageStart::of_versions(&page("2"))).is_err());
    }

    #[test]
    fn a_page_that_claims_to_go_on_says_where() {
        assert_eq!(next_page(true, Some(1)), Ok(Some(1)));
        assert_eq!(next_page(false, Some(1)), Ok(None));
        assert_eq!(next_page::<u32>(false, None), Ok(None));
        assert!(next_page::<u32>(true, None).is_err());
    }
}
