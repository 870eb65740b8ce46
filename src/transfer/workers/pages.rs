//! Reads the pages of a listing: tells its end from a circle, and gives the objects of a page once.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use crate::domain::address::{Bucket, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::listing::{ContinuationToken, Page, RowKind};

/// Pages without a row before a listing counts as endless.
const MAX_EMPTY_PAGES: u32 = 1000;

/// Where a listing goes on, and where it has been.
#[derive(Default)]
pub struct Tokens {
    pub next: Option<ContinuationToken>,
    seen: HashSet<ContinuationToken>,
    empty: u32,
    pub ended: bool,
    /// The last name seen: a server may begin a page with the last key of the one before.
    last: Option<String>,
}

impl Tokens {
    pub fn advance(
        &mut self,
        next: Option<ContinuationToken>,
        empty: bool,
    ) -> Result<(), &'static str> {
        self.empty = if empty { self.empty + 1 } else { 0 };
        let Some(next) = next else {
            self.ended = true;
            return Ok(());
        };
        if !self.seen.insert(next.clone()) {
            return Err("the listing goes in a circle; what was found before is not all");
        }
        if self.empty > MAX_EMPTY_PAGES {
            return Err("the listing brings empty pages without end");
        }
        self.next = Some(next);
        Ok(())
    }
}

pub fn objects<'a>(
    page: &'a Page,
    bucket: &Bucket,
    prefix: &Prefix,
    tokens: &mut Tokens,
) -> Result<Vec<(&'a str, u64)>, Error> {
    page.rows()
        .filter(|row| tokens.last.replace(row.name.to_owned()).as_deref() != Some(row.name))
        .map(|row| match row.kind {
            RowKind::Object { size, .. } => Ok((row.name, size)),
            RowKind::Prefix => {
                let place = format!("s3://{bucket}/{prefix}");
                Err(Error::new(ErrorKind::BrokenListing, "ListObjectsV2", place)
                    .detail("common prefixes came where every key was asked for"))
            }
        })
        .collect()
}

/// When each object of a page was stored.
pub fn times(page: &Page) -> HashMap<&str, Option<Timestamp>> {
    let time = |kind| match kind {
        RowKind::Object { modified, .. } => modified,
        RowKind::Prefix => None,
    };
    page.rows().map(|row| (row.name, time(row.kind))).collect()
}

/// Of an object that was stored a whole second or more after the job began: the server's clock
/// tells seconds.
pub fn is_later(stored: Option<Timestamp>, begun: Option<Timestamp>) -> bool {
    stored.zip(begun).is_some_and(|(stored, begun)| stored.as_second() > begun.as_second())
}
