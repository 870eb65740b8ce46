//! Walks the pages of a listing, and trusts no token twice.

use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};

use crate::domain::address::{Bucket, Prefix};
use crate::domain::error::Error;
use crate::domain::listing::{ContinuationToken, Page};
use crate::domain::page_cursor::PageCursor;
use crate::s3::client::{Client, ListQuery};

impl ListQuery {
    /// Every key below a prefix, as it is now, from the first on, 1,000 a page.
    pub fn below(bucket: &Bucket, prefix: &Prefix) -> ListQuery {
        let (bucket, prefix) = (bucket.clone(), prefix.clone());
        ListQuery {
            bucket,
            prefix,
            delimited: false,
            at: None,
            token: None,
            max_keys: 1000,
            etags: false,
        }
    }
}

/// Pages of one listing, in order. It ends only where the server says so: a token that comes again
/// is `BrokenListing`.
#[derive(Debug)]
pub struct Pages<'a> {
    client: &'a Client,
    query: ListQuery,
    cursor: PageCursor<ContinuationToken>,
}

impl<'a> Pages<'a> {
    /// Starts at `query.token`, the first page where there is none.
    pub fn new(client: &'a Client, query: ListQuery) -> Pages<'a> {
        let cursor = PageCursor::starting_at(query.token.clone());
        Pages { client, query, cursor }
    }

    /// The next page; `None` after the last. After an error the same page is asked again.
    pub async fn next(&mut self) -> Result<Option<Arc<Page>>, Error> {
        if self.cursor.is_at_end() {
            return Ok(None);
        }
        self.query.token = self.cursor.token().cloned();
        let listed = self.client.list_page(&self.query).await?;
        self.cursor.follow(&listed, &self.query.bucket, &self.query.prefix)?;
        Ok(Some(listed.page))
    }
}

/// Prefixes that are asked about at once.
const AT_ONCE: usize = 8;

impl Client {
    /// Finds the prefixes below which there is no key, by one listing with one key each.
    pub async fn empty_of(
        &self,
        bucket: &Bucket,
        prefixes: Vec<Prefix>,
    ) -> Result<Vec<Prefix>, Error> {
        let asked = prefixes.into_iter().map(|prefix| async move {
            let empty = self.is_empty_below(bucket, &prefix).await?;
            Ok(empty.then_some(prefix))
        });
        let answers = stream::iter(asked).buffered(AT_ONCE);
        answers.try_filter_map(|empty| async move { Ok(empty) }).try_collect().await
    }

    async fn is_empty_below(&self, bucket: &Bucket, prefix: &Prefix) -> Result<bool, Error> {
        let query = ListQuery { max_keys: 1, ..ListQuery::below(bucket, prefix) };
        let mut pages = Pages::new(self, query);
        while let Some(page) = pages.next().await? {
            if !page.is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
