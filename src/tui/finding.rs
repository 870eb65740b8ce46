//! Searches below a prefix for the interface.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::domain::criteria::{Criteria, Search};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::listing::{FoundRows, Page};
use crate::s3::client::{Client, ListQuery};
use crate::s3::ops::keys::KeyPages;

/// Rows that one request gives at most, but for the rest of its last page.
pub const MOST: usize = 10_000;

/// What is found is told of when it is so many rows, or so old.
const TOLD_ROWS: usize = 1_000;
const TOLD_AFTER: Duration = Duration::from_millis(50);

/// Goes on until nothing follows or [`MOST`] rows were found; `tell` hears of it while it does.
pub async fn find(
    client: &Client,
    query: ListQuery,
    wanted: &str,
    tell: impl Fn(FoundRows) + Send + Sync,
) -> Result<FoundRows, Error> {
    let refused =
        |why: String| Error::new(ErrorKind::InvalidRequest, "find", wanted.to_owned()).detail(why);
    let criteria = Criteria::parse_line(wanted).map_err(refused)?;
    let (at, mut search) = (query.at, Search::default());
    let now = at.unwrap_or_else(Timestamp::now);
    let (mut page, mut told, mut looked_at, mut found) = (empty(at), Instant::now(), 0, 0);
    let mut pages = KeyPages::new(client, query);
    loop {
        let listed = pages.next().await?;
        for row in listed.iter().flat_map(|listed| listed.rows()) {
            looked_at += 1;
            if criteria.take_row(&row, now, &mut search) {
                page.push_row(row);
                found += 1;
            }
        }
        let done = listed.is_none() || found >= MOST;
        if !done && page.len() < TOLD_ROWS && told.elapsed() < TOLD_AFTER {
            continue;
        }
        let mut rows = std::mem::replace(&mut page, empty(at));
        rows.shrink_to_fit();
        let behind = listed.and_then(|_| pages.behind());
        let news = FoundRows { page: Arc::new(rows), looked_at, behind, done, index: None };
        if done {
            return Ok(news);
        }
        tell(news);
        told = Instant::now();
    }
}

/// Of the past, rows have versions.
fn empty(at: Option<Timestamp>) -> Page {
    if at.is_some() { Page::of_the_past(0, None) } else { Page::default() }
}
