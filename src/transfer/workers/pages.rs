//! Reads the pages of a listing for a job, each object once.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::domain::address::{Bucket, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::listing::{ContinuationToken, Page, RowKind};
use crate::domain::page_cursor::PageCursor;

/// A walk over the keys below a prefix.
#[derive(Default)]
pub struct KeyWalk {
    pub cursor: PageCursor<ContinuationToken>,
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

pub fn objects<'a>(
    page: &'a Page,
    bucket: &Bucket,
    prefix: &Prefix,
    walk: &mut KeyWalk,
) -> Result<Vec<FoundObject<'a>>, Error> {
    page.rows()
        .filter(|row| walk.last.replace(row.name.to_owned()).as_deref() != Some(row.name))
        .map(|row| match row.kind {
            RowKind::Object { size, .. } => {
                Ok(FoundObject { rest: row.name, size, version: row.version })
            }
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
