//! Searches below a prefix for the interface, page by page.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::domain::criteria::{Candidate, Criteria, Search};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::listing::{FoundRows, Page};
use crate::domain::page_cursor::PageCursor;
use crate::s3::client::{Client, ListQuery};

/// Rows that one request gives at most, but for the rest of its last page.
const MOST: usize = 10_000;

/// What is found is told of when it is so many rows, or so old.
const TOLD_ROWS: usize = 1_000;
const TOLD_AFTER: Duration = Duration::from_millis(50);

/// Goes on until nothing follows or [`MOST`] rows were found; `tell` hears of it while it does.
pub async fn find(
    client: &Client,
    mut query: ListQuery,
    wanted: &str,
    tell: impl Fn(FoundRows) + Send + Sync,
) -> Result<FoundRows, Error> {
    let refused =
        |why: String| Error::new(ErrorKind::InvalidRequest, "find", wanted.to_owned()).detail(why);
    let criteria = Criteria::parse_line(wanted).map_err(refused)?;
    let (now, mut search) = (query.at.unwrap_or_else(Timestamp::now), Search::default());
    let mut cursor = PageCursor::starting_at(query.token.clone());
    let (mut page, mut told, mut looked_at, mut found) = (empty(&query), Instant::now(), 0, 0);
    loop {
        query.token = cursor.token().cloned();
        let listed = client.list_page(&query).await?;
        cursor.follow(&listed, &query.bucket, &query.prefix)?;
        looked_at += listed.page.len() as u64;
        for row in listed.page.rows() {
            let holds = |found| criteria.hold_of(found, now, &mut search);
            if Candidate::of(&row).is_some_and(holds) {
                page.push_row(row);
                found += 1;
            }
        }
        let done = cursor.is_at_end() || found >= MOST;
        if !done && page.len() < TOLD_ROWS && told.elapsed() < TOLD_AFTER {
            continue;
        }
        let mut rows = std::mem::replace(&mut page, empty(&query));
        rows.shrink_to_fit();
        let behind = cursor.token().cloned();
        let news = FoundRows { page: Arc::new(rows), looked_at, behind, done };
        if done {
            return Ok(news);
        }
        tell(news);
        told = Instant::now();
    }
}

/// Of the past, rows have versions.
fn empty(query: &ListQuery) -> Page {
    if query.at.is_some() { Page::of_the_past(0, None) } else { Page::default() }
}
