//! Walks everything below the place that a verb names.

use std::sync::Arc;

use crate::cli::print::VerbError;
use crate::config::stderr::say;
use crate::domain::address::{Bucket, DELIMITER, Location, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::listing::Page;
use crate::domain::visible::visible;
use crate::s3::client::Client;
use crate::s3::ops::keys::KeyPages;

/// A bucket, or what is below a prefix of it.
pub struct WalkedPlace {
    pub bucket: Bucket,
    pub prefix: Prefix,
}

impl WalkedPlace {
    /// A key is taken for the beginning of names, as `ls` does.
    pub fn of(location: &Location, verb: &str) -> Result<WalkedPlace, VerbError> {
        match location {
            Location::Root => {
                Err(VerbError::Usage(format!("{verb} needs a bucket: s3://bucket/prefix/")))
            }
            Location::Prefix { bucket, prefix } => {
                Ok(WalkedPlace { bucket: bucket.clone(), prefix: prefix.clone() })
            }
            Location::Object { bucket, key } => {
                Ok(WalkedPlace { bucket: bucket.clone(), prefix: Prefix::new(key.as_str()) })
            }
        }
    }

    pub fn pages<'a>(&self, client: &'a Client, etags: bool) -> KeyPages<'a> {
        client.keys_below(&self.bucket, &self.prefix, etags)
    }

    /// Gives back what broke a listing, where something came before it.
    ///
    /// # Errors
    /// What broke it where nothing came; `NoSuchKey` where nothing is below a prefix.
    pub fn judge(&self, broken: Option<Error>, empty: bool) -> Result<Option<Error>, Error> {
        match broken {
            Some(error) if empty => Err(error),
            None if empty && !self.prefix.is_root() => {
                Err(nothing_below(&self.bucket, &self.prefix))
            }
            broken => Ok(broken),
        }
    }
}

/// Which names were counted of a place that ends without `/`.
#[derive(Clone, Copy, Debug, Default)]
pub struct CountedNames {
    /// In the prefix that has the name of the place.
    within: bool,
    /// Those that only begin as it does.
    beside: bool,
}

impl CountedNames {
    /// `rest` is what follows the place in a key.
    pub fn take(&mut self, rest: &str) {
        match rest.strip_prefix(DELIMITER) {
            Some(_) => self.within = true,
            None => self.beside |= !rest.is_empty(),
        }
    }

    /// Says on stderr that more was counted than the prefix, which is most likely meant.
    pub fn tell(self, place: &WalkedPlace) {
        let prefix = place.prefix.as_str();
        if self.within && self.beside && !prefix.is_empty() && !prefix.ends_with(DELIMITER) {
            let place = format!("s3://{}/{prefix}", place.bucket);
            let place = visible(&place);
            say!(
                "windlass: {place} ends without /: names beside {place}/ that begin so were \
                 counted too"
            );
        }
    }
}

/// A prefix with nothing below it is most likely mistyped; an empty bucket is an answer.
pub fn nothing_below(bucket: &Bucket, prefix: &Prefix) -> Error {
    Error::new(ErrorKind::NoSuchKey, "ListObjectsV2", format!("s3://{bucket}/{prefix}"))
}

/// Takes every page, and gives back what broke the listing before its end.
pub async fn each_page(
    pages: &mut KeyPages<'_>,
    mut take: impl FnMut(Arc<Page>) -> Result<(), VerbError>,
) -> Result<Option<Error>, VerbError> {
    loop {
        match pages.next().await {
            Ok(Some(page)) => take(page)?,
            Ok(None) => return Ok(None),
            Err(error) => return Ok(Some(error)),
        }
    }
}
