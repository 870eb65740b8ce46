//! Walks a listing page by page; a token that comes twice is an error, never an end.

use std::collections::HashSet;
use std::sync::Arc;

use crate::domain::error::{Error, ErrorKind};
use crate::domain::listing::Page;
use crate::s3::client::{Client, ListQuery};

pub struct Pages<'a> {
    client: &'a Client,
    query: ListQuery,
    seen: HashSet<String>,
    ended: bool,
}

impl<'a> Pages<'a> {
    /// Begins at the token of `query`.
    pub fn new(client: &'a Client, query: ListQuery) -> Pages<'a> {
        Pages { client, query, seen: HashSet::new(), ended: false }
    }

    /// The next page; `None` after the last.
    pub async fn next(&mut self) -> Result<Option<Arc<Page>>, Error> {
        if self.ended {
            return Ok(None);
        }
        let listed = self.client.list_page(&self.query).await?;
        match listed.next {
            None => self.ended = true,
            Some(token) if !self.seen.insert(token.0.clone()) => {
                let place = format!("s3://{}/{}", self.query.bucket, self.query.prefix);
                return Err(Error::new(ErrorKind::BrokenListing, "ListObjectsV2", place)
                    .detail("the server gave a continuation token a second time"));
            }
            Some(token) => self.query.token = Some(token),
        }
        Ok(Some(listed.page))
    }
}
