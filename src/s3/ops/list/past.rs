//! Lists a prefix as it was at a moment, from the versions that the server keeps.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;

use crate::domain::address::Prefix;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::listing::{Class, ContinuationToken, ListedPage, Page, Row, RowKind};
use crate::domain::object::{ETag, VersionId};
use crate::domain::page_cursor::{PageCursor, PageStart};
use crate::domain::versions::{
    Histories, KeyHistory, VersionEntry, VersionMarker, VersionState, VersionsPage, is_by,
    lists_newest_first,
};
use crate::s3::call::Call;
use crate::s3::client::{Client, ListQuery};
use crate::s3::ops::pages::Pages;
use crate::s3::ops::versions::VersionsQuery;

/// Prefixes that are asked about at once: whether anything below them was there.
const AT_ONCE: usize = 8;

/// Pages of versions that are read for one page of rows, before it is given up with what it has:
/// there may be nothing but delete markers and later versions for long.
const MOST_PAGES: u32 = 50;

impl Client {
    /// One page of what [`Client::list_page`] would have answered then. A common prefix is a row
    /// where anything below it was there. The versions of a key that are older than the one wanted
    /// are not asked for.
    pub(in crate::s3) async fn list_page_at(
        &self,
        query: &ListQuery,
        at: Timestamp,
    ) -> Result<ListedPage, Error> {
        let call = Call::on_bucket("ListObjectVersions", &query.bucket);
        let call = Call { place: format!("s3://{}/{}", query.bucket, query.prefix), ..call };
        let after = query.token.as_ref().map(|token| place_of(token, &call)).transpose()?;
        let mut past = Past::new(at, after.clone());
        let mut cursor = PageCursor::starting_at(after);
        for _ in 0..MOST_PAGES {
            let ask = VersionsQuery {
                bucket: query.bucket.clone(),
                prefix: query.prefix.clone(),
                delimited: query.delimited,
                after: cursor.token().cloned(),
                max_keys: query.max_keys,
            };
            let page = self.versions_page(&ask).await?;
            let start = PageStart::of_versions(&page);
            let next = past.take(page);
            cursor.advance(next, start).map_err(|why| call.fails(ErrorKind::BrokenListing, why))?;
            if cursor.is_at_end() || past.is_enough() {
                break;
            }
        }
        let next = cursor.token().map(token_of);
        let prefixes = self.prefixes_at(query, at, std::mem::take(&mut past.prefixes)).await?;
        Ok(ListedPage { page: Arc::new(past.page(prefixes, query)), next })
    }

    /// The common prefixes below which something was there.
    async fn prefixes_at(
        &self,
        query: &ListQuery,
        at: Timestamp,
        prefixes: Vec<Prefix>,
    ) -> Result<Vec<Prefix>, Error> {
        let asked = prefixes.into_iter().map(|prefix| {
            let there = self.was_anything_below(query, at, &prefix);
            async move { Ok(there.await?.then_some(prefix)) }.boxed()
        });
        let answers = stream::iter(asked).buffered(AT_ONCE);
        answers.try_filter_map(|there| async move { Ok(there) }).try_collect().await
    }

    fn was_anything_below<'a>(
        &'a self,
        query: &ListQuery,
        at: Timestamp,
        prefix: &Prefix,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        let all = ListQuery::below(&query.bucket, prefix);
        let below = ListQuery { at: Some(at), max_keys: 100, ..all };
        async move {
            let mut pages = Pages::new(self, below);
            while let Some(page) = pages.next().await? {
                if !page.is_empty() {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        .boxed()
    }
}

/// Gathers the rows of one page.
struct Past {
    at: Timestamp,
    /// No row of a key up to this one is wanted again.
    told: Option<String>,
    histories: Histories,
    objects: Vec<VersionEntry>,
    prefixes: Vec<Prefix>,
    known_since: Option<Timestamp>,
}

impl Past {
    fn new(at: Timestamp, after: Option<VersionMarker>) -> Past {
        let told = after.filter(|after| after.version.is_none()).map(|after| after.key);
        Past {
            at,
            told,
            histories: Histories::default(),
            objects: Vec::new(),
            prefixes: Vec::new(),
            known_since: None,
        }
    }

    /// Takes a page and says where the next one begins: behind the last key as soon as it is
    /// decided.
    fn take(&mut self, page: VersionsPage) -> Option<VersionMarker> {
        let told = self.told.clone();
        let is_told = |name: &str| told.as_ref().is_some_and(|told| name <= told.as_str());
        self.prefixes.extend(page.prefixes.into_iter().filter(|new| !is_told(new.as_str())));
        for row in page.rows {
            if is_told(row.key.as_str()) {
                continue;
            }
            if !row.is_null()
                && let Some(modified) = row.modified
            {
                let known = self.known_since.map_or(modified, |known| known.min(modified));
                self.known_since = Some(known);
            }
            if let Some(history) = self.histories.push(row) {
                self.decide(history);
            }
        }
        let Some(next) = page.next else {
            self.close();
            return None;
        };
        let open = self.histories.open();
        let of_open = open.last().is_some_and(|last| last.key.as_str() == next.key);
        if of_open && !self.is_decided() {
            return Some(next);
        }
        self.close();
        match of_open {
            true => {
                self.told = Some(next.key.clone());
                Some(VersionMarker { version: None, ..next })
            }
            false => Some(next),
        }
    }

    /// Whether what is listed of the last key is enough: the rest is older.
    fn is_decided(&self) -> bool {
        let open = self.histories.open();
        let then = |row: &VersionEntry| row.modified.is_some_and(|made| is_by(made, self.at));
        lists_newest_first(open) && open.iter().any(then)
    }

    fn close(&mut self) {
        if let Some(history) = self.histories.end() {
            self.decide(history);
        }
    }

    fn decide(&mut self, history: KeyHistory) {
        let Some(object) = history.object_at(self.at) else { return };
        self.objects.push(object.clone());
    }

    /// Whether there is something to show, and no key is half read.
    fn is_enough(&self) -> bool {
        self.histories.open().is_empty() && !(self.objects.is_empty() && self.prefixes.is_empty())
    }

    fn page(self, prefixes: Vec<Prefix>, query: &ListQuery) -> Page {
        let below = query.prefix.as_str().len();
        let rows = self.objects.len() + prefixes.len();
        let mut page = Page::of_the_past(rows, self.known_since).with_etags(query.etags);
        let mut prefixes = prefixes.iter().peekable();
        for object in &self.objects {
            while let Some(prefix) =
                prefixes.next_if(|prefix| prefix.as_str() < object.key.as_str())
            {
                push_prefix(&mut page, prefix, below);
            }
            push_object(&mut page, object, below);
        }
        prefixes.for_each(|prefix| push_prefix(&mut page, prefix, below));
        page.shrink_to_fit();
        page
    }
}

fn push_prefix(page: &mut Page, prefix: &Prefix, below: usize) {
    let name = prefix.as_str().get(below..).unwrap_or_default();
    page.push_row(Row { name, kind: RowKind::Prefix, version: None, etag: None });
}

fn push_object(page: &mut Page, object: &VersionEntry, below: usize) {
    let VersionState::Object { size, class, .. } = &object.state else { return };
    let class = Class::parse(class.as_deref().unwrap_or_default());
    let kind = RowKind::Object { size: *size, modified: object.modified, class };
    let name = object.key.as_str().get(below..).unwrap_or_default();
    let (version, etag) = (Some(object.version.as_str()), object.etag().map(ETag::as_str));
    page.push_row(Row { name, kind, version, etag });
}

/// The place of a page in a list of versions, as a token: the key and, where it goes on within
/// them, the version.
fn token_of(marker: &VersionMarker) -> ContinuationToken {
    let version = marker.version.as_ref().map(VersionId::as_str);
    ContinuationToken(serde_json::json!([marker.key, version]).to_string())
}

fn place_of(token: &ContinuationToken, call: &Call) -> Result<VersionMarker, Error> {
    let read: Result<(String, Option<VersionId>), _> = serde_json::from_str(&token.0);
    let (key, version) =
        read.map_err(|error| call.fails(ErrorKind::BrokenListing, error.to_string()))?;
    Ok(VersionMarker { key, version })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::address::{Bucket, Key};

    fn entry(key: &str, id: &str, second: i64, latest: bool) -> VersionEntry {
        VersionEntry {
            key: Key::new(key),
            version: VersionId(id.to_owned()),
            latest,
            modified: Timestamp::from_second(second).ok(),
            state: VersionState::Object { size: 1, etag: None, class: None },
        }
    }

    fn marker(key: &str, version: Option<&str>) -> VersionMarker {
        let version = version.map(|id| VersionId(id.to_owned()));
        VersionMarker { key: key.to_owned(), version }
    }

    fn names(past: Past) -> Vec<String> {
        let query = ListQuery::below(&Bucket::new("b"), &Prefix::default());
        let page = past.page(Vec::new(), &query);
        page.rows().map(|row| format!("{}={}", row.name, row.version.unwrap())).collect()
    }

    #[test]
    fn older_versions_of_a_key_that_is_decided_are_passed_over() {
        let mut past = Past::new(Timestamp::from_second(25).unwrap(), None);
        let rows = vec![entry("a", "3", 30, true), entry("a", "2", 20, false)];
        let page = VersionsPage { rows, next: Some(marker("a", Some("2"))), ..Default::default() };
        assert_eq!(past.take(page), Some(marker("a", None)));
        // A server that goes on with the same key is not believed.
        let rows = vec![entry("a", "1", 10, false), entry("b", "1", 10, true)];
        assert_eq!(past.take(VersionsPage { rows, ..Default::default() }), None);
        assert_eq!(names(past), ["a=2", "b=1"]);
    }

    #[test]
    fn a_key_that_is_not_decided_goes_on_over_pages() {
        let mut past = Past::new(Timestamp::from_second(5).unwrap(), None);
        let rows = vec![entry("a", "3", 30, true), entry("a", "2", 20, false)];
        let page = VersionsPage { rows, next: Some(marker("a", Some("2"))), ..Default::default() };
        assert_eq!(past.take(page), Some(marker("a", Some("2"))));
        assert!(!past.is_enough());
        let rows = vec![entry("a", "1", 1, false)];
        assert_eq!(past.take(VersionsPage { rows, ..Default::default() }), None);
        assert_eq!(names(past), ["a=1"]);
    }

    #[test]
    fn the_oldest_first_is_read_to_its_end() {
        let mut past = Past::new(Timestamp::from_second(25).unwrap(), None);
        let rows = vec![entry("a", "1", 10, false)];
        let page = VersionsPage { rows, next: Some(marker("a", Some("1"))), ..Default::default() };
        assert_eq!(past.take(page), Some(marker("a", Some("1"))));
        let rows = vec![entry("a", "2", 20, false), entry("a", "3", 30, true)];
        assert_eq!(past.take(VersionsPage { rows, ..Default::default() }), None);
        assert_eq!(names(past), ["a=2"]);
    }

    #[test]
    fn a_place_comes_back_from_its_token() {
        let call = Call::on_bucket("ListObjectVersions", &Bucket::new("b"));
        for marker in [marker("a\u{1}\"/é", Some("v")), marker("k", None)] {
            assert_eq!(place_of(&token_of(&marker), &call).unwrap(), marker);
        }
        assert!(place_of(&ContinuationToken("1abc".to_owned()), &call).is_err());
    }
}
