//! Reads the pages of a listing for a job, each object once.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::FutureExt as _;
use jiff::Timestamp;

use crate::domain::address::{Bucket, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::listing::{Page, RowKind};
use crate::s3::client::ListQuery;
use crate::s3::ops::keys::{KeyPages, PageAnswer, is_throttled};
use crate::transfer::remote::Remote;
use crate::transfer::retry::RetryPolicy;

/// Bytes of pages that wait in each job: many may be open, and moving takes longer than listing.
const AHEAD: usize = 8 << 20;

/// A prefix that is listed, as it is or as it was.
#[derive(Clone, Copy)]
pub struct ListedPlace<'a> {
    pub bucket: &'a Bucket,
    pub prefix: &'a Prefix,
    pub at: Option<Timestamp>,
}

/// A walk over the keys below a prefix.
pub struct KeyWalk<'a> {
    place: ListedPlace<'a>,
    pages: KeyPages<'a>,
    /// The last name seen: a server may begin a page with the last key of the one before.
    last: Option<String>,
}

/// An object of a page: its key below the prefix, and the version of an earlier moment.
#[derive(Clone, Copy, Debug)]
pub struct FoundObject<'a> {
    pub rest: &'a str,
    pub size: u64,
    pub version: Option<&'a str>,
}

impl<'a> KeyWalk<'a> {
    pub fn new(
        place: ListedPlace<'a>,
        remote: &'a dyn Remote,
        policy: &'a RetryPolicy,
    ) -> KeyWalk<'a> {
        let ListedPlace { bucket, prefix, at } = place;
        let query = ListQuery { at, ..ListQuery::below(bucket, prefix) };
        let send = |query, _| send(remote, policy.apart(), query).boxed();
        let pages = KeyPages::sent_by(Box::new(send), query).within(AHEAD);
        KeyWalk { place, pages, last: None }
    }

    /// The next page; `None` after the last.
    pub async fn next(&mut self) -> Result<Option<Arc<Page>>, Error> {
        self.pages.next().await
    }

    /// Hands on what was found while further pages come. What was asked for has slots, which
    /// whoever makes room for more may wait for.
    pub async fn beside<T>(&mut self, work: impl Future<Output = T>) -> T {
        self.pages.beside(work).await
    }

    pub fn objects<'p>(&mut self, page: &'p Page) -> Result<Vec<FoundObject<'p>>, Error> {
        page.rows()
            .filter(|row| self.last.replace(row.name.to_owned()).as_deref() != Some(row.name))
            .map(|row| match row.kind {
                RowKind::Object { size, .. } => {
                    Ok(FoundObject { rest: row.name, size, version: row.version })
                }
                RowKind::Prefix => {
                    let place = format!("s3://{}/{}", self.place.bucket, self.place.prefix);
                    Err(Error::new(ErrorKind::BrokenListing, "ListObjectsV2", place)
                        .detail("common prefixes came where every key was asked for"))
                }
            })
            .collect()
    }
}

async fn send(remote: &dyn Remote, policy: RetryPolicy, query: ListQuery) -> PageAnswer {
    let slow = AtomicBool::new(false);
    let ask = || async {
        let listed = remote.list_page(&query).await;
        if listed.as_ref().is_err_and(is_throttled) {
            slow.store(true, Ordering::Relaxed);
        }
        listed
    };
    let answer = policy.send(ask).await;
    (answer, slow.load(Ordering::Relaxed))
}

/// When each object of a page was stored.
pub fn times(page: &Page) -> HashMap<&str, Option<Timestamp>> {
    let time = |kind| match kind {
        RowKind::Object { modified, .. } => modified,
        RowKind::Prefix => None,
    };
    page.rows().map(|row| (row.name, time(row.kind))).collect()
}

/// Whether an object was stored a whole second or more after the job began: the server's clock
/// tells seconds. `rounds_up`: the server may tell the next one, as OpenStack Swift does.
pub fn is_later(stored: Option<Timestamp>, begun: Option<Timestamp>, rounds_up: bool) -> bool {
    stored.zip(begun).is_some_and(|(stored, begun)| {
        let after = i64::from(rounds_up && stored.subsec_nanosecond() == 0);
        stored.as_second() > begun.as_second() + after
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_may_be_rounded_up_is_no_later_one() {
        let at = |text: &str| text.parse::<Timestamp>().ok();
        let begun = at("2026-12-01T09:47:27Z");
        let (next, second, exact) =
            (at("2026-12-01T09:47:28Z"), at("2026-12-01T09:47:29Z"), at("2026-12-01T09:47:28.5Z"));
        assert!(is_later(next, begun, false) && !is_later(next, begun, true));
        assert!(is_later(second, begun, true) && is_later(exact, begun, true));
        assert!(!is_later(begun, begun, false) && !is_later(None, begun, false));
    }
}
