//! Walks every page of a listing and trusts no token twice.

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};

use crate::domain::address::{Bucket, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::listing::{ContinuationToken, Page};
use crate::s3::client::{Client, ListQuery};

/// The longest run of empty pages that is believed; a filter server-side may leave some.
const EMPTY_RUN: u32 = 10_000;

/// Pages of one listing, in order. It ends only where the server says so: a token that comes again
/// is `BrokenListing`.
#[derive(Debug)]
pub struct Pages<'a> {
    client: &'a Client,
    query: ListQuery,
    tokens: SeenTokens,
    done: bool,
}

impl<'a> Pages<'a> {
    /// Starts at `query.token`, the first page where there is none.
    pub fn new(client: &'a Client, query: ListQuery) -> Pages<'a> {
        let mut tokens = SeenTokens::default();
        tokens.seen.extend(query.token.clone());
        Pages { client, query, tokens, done: false }
    }

    /// The next page; `None` after the last. After an error the same page is asked again.
    pub async fn next(&mut self) -> Result<Option<Arc<Page>>, Error> {
        if self.done {
            return Ok(None);
        }
        let listed = self.client.list_page(&self.query).await?;
        match listed.next {
            None => self.done = true,
            Some(token) => {
                let place = format!("s3://{}/{}", self.query.bucket, self.query.prefix);
                self.tokens.accept(&token, listed.page.is_empty(), &place)?;
                self.query.token = Some(token);
            }
        }
        Ok(Some(listed.page))
    }
}

/// Prefixes that are asked about at once.
const AT_ONCE: usize = 8;

impl Client {
    /// Those of the prefixes below which there is no key, by one listing with one key each.
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
        let (bucket, prefix) = (bucket.clone(), prefix.clone());
        let query = ListQuery { bucket, prefix, delimited: false, token: None, max_keys: 1 };
        let mut pages = Pages::new(self, query);
        while let Some(page) = pages.next().await? {
            if !page.is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The tokens a listing has gone through.
#[derive(Clone, Debug, Default)]
pub struct SeenTokens {
    seen: HashSet<ContinuationToken>,
    empty: u32,
}

impl SeenTokens {
    /// Takes the token of the next page.
    ///
    /// # Errors
    /// `BrokenListing` where it came before, or where the listing goes on and on without a row.
    pub fn accept(
        &mut self,
        token: &ContinuationToken,
        empty_page: bool,
        place: &str,
    ) -> Result<(), Error> {
        let broken = |why: &str| {
            Err(Error::new(ErrorKind::BrokenListing, "ListObjectsV2", place).detail(why))
        };
        self.empty = if empty_page { self.empty + 1 } else { 0 };
        if !self.seen.insert(token.clone()) {
            return broken("the server gave a continuation token a second time");
        }
        if self.empty > EMPTY_RUN {
            return broken("the server gave thousands of empty pages");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_comes_again_breaks_the_listing() {
        let mut tokens = SeenTokens::default();
        let token = |text: &str| ContinuationToken(text.into());
        assert!(tokens.accept(&token("a"), false, "s3://b/").is_ok());
        assert!(tokens.accept(&token("b"), true, "s3://b/").is_ok());
        let error = tokens.accept(&token("a"), false, "s3://b/").unwrap_err();
        assert_eq!(error.kind, ErrorKind::BrokenListing);
    }

    #[test]
    fn empty_pages_without_end_break_the_listing() {
        let mut tokens = SeenTokens::default();
        let outcome = (0..=EMPTY_RUN)
            .try_for_each(|n| tokens.accept(&ContinuationToken(n.to_string()), true, "s3://b/"));
        assert!(outcome.is_err());
    }
}
