//! Walks the objects that a verb is about, and counts how they ended.

use crate::cli::below::nothing_below;
use crate::cli::print::{Status, VerbError, complain_of, usage};
use crate::domain::address::{Bucket, DELIMITER, Location, Prefix};
use crate::domain::error::Error;
use crate::domain::object::ObjectAddress;
use crate::s3::client::{Client, ListQuery};
use crate::s3::ops::keys::KeyPages;
use crate::s3::ops::objects_of::FoundAt;

/// Objects that are asked about at once.
pub const AT_ONCE: usize = 8;

/// The objects of a place, page by page.
pub enum Objects<'a> {
    Named(Option<ObjectAddress>),
    Below { pages: Box<KeyPages<'a>>, bucket: Bucket, prefix: Prefix, seen: u64 },
}

/// How far a verb goes below a prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Only objects that are named.
    One,
    Level,
    All,
}

impl<'a> Objects<'a> {
    /// # Errors
    /// `Usage` where the place is no object and only objects are taken.
    pub fn of(
        client: &'a Client,
        location: &Location,
        reach: Depth,
        verb: &str,
    ) -> Result<Objects<'a>, VerbError> {
        let below = |bucket: &Bucket, prefix: Prefix, delimited| {
            let query = ListQuery { delimited, ..ListQuery::below(bucket, &prefix) };
            let pages = Box::new(KeyPages::new(client, query));
            Objects::Below { pages, bucket: bucket.clone(), prefix, seen: 0 }
        };
        match (location, reach) {
            (Location::Root, _) => Err(usage(&format!("{verb} needs a bucket: s3://bucket/key"))),
            (Location::Prefix { .. }, Depth::One) => {
                Err(usage(&format!("{location} is a prefix: {verb} -r takes everything below it")))
            }
            (Location::Prefix { bucket, prefix }, reach) => {
                Ok(below(bucket, prefix.clone(), reach == Depth::Level))
            }
            (Location::Object { bucket, key }, Depth::All) => {
                Ok(below(bucket, Prefix::new(format!("{key}{DELIMITER}")), false))
            }
            (Location::Object { bucket, key }, _) => {
                Ok(Objects::Named(Some(ObjectAddress::new(bucket.clone(), key.clone()))))
            }
        }
    }

    /// The next of them; `None` after the last.
    ///
    /// # Errors
    /// `NoSuchKey` where nothing is below the prefix.
    pub async fn next(&mut self) -> Result<Option<Vec<FoundAt>>, Error> {
        match self {
            Objects::Named(object) => Ok(object.take().map(|object| vec![FoundAt::named(object)])),
            Objects::Below { pages, bucket, prefix, seen } => {
                let Some(page) = pages.next().await? else {
                    return match *seen == 0 && !prefix.is_root() {
                        true => Err(nothing_below(bucket, prefix)),
                        false => Ok(None),
                    };
                };
                *seen += page.len() as u64;
                Ok(Some(FoundAt::on_page(bucket, prefix, &page)))
            }
        }
    }
}

/// How many of many went well.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub done: u64,
    pub failed: u64,
}

impl Tally {
    /// Tells of a failure, and counts it.
    pub fn fail(&mut self, error: &Error, json: bool) {
        self.failed += 1;
        complain_of(error, json);
    }

    pub fn status(self) -> Status {
        match (self.done, self.failed) {
            (_, 0) => Status::Done,
            (0, _) => Status::Failed,
            _ => Status::Partly,
        }
    }
}

/// # Errors
/// `Usage` where the place is no object.
pub fn one(location: &Location, verb: &str) -> Result<ObjectAddress, VerbError> {
    match location {
        Location::Object { bucket, key } => Ok(ObjectAddress::new(bucket.clone(), key.clone())),
        // The marker of a folder is an object too.
        Location::Prefix { bucket, prefix } if !prefix.is_root() => {
            Ok(ObjectAddress::new(bucket.clone(), prefix.as_str().into()))
        }
        _ => Err(usage(&format!("{verb} needs an object: s3://bucket/key"))),
    }
}
