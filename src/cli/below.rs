//! Says of which place the verbs are that walk everything below one.

use crate::cli::print::Trouble;
use crate::domain::address::{Bucket, Location, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::s3::client::Client;
use crate::s3::ops::keys::KeyPages;

/// A bucket, or what is below a prefix of it.
pub struct Place {
    pub bucket: Bucket,
    pub prefix: Prefix,
}

impl Place {
    /// A key is taken for the beginning of names, as `ls` does.
    pub fn of(location: &Location, verb: &str) -> Result<Place, Trouble> {
        match location {
            Location::Root => {
                Err(Trouble::Usage(format!("{verb} needs a bucket: s3://bucket/prefix/")))
            }
            Location::Prefix { bucket, prefix } => {
                Ok(Place { bucket: bucket.clone(), prefix: prefix.clone() })
            }
            Location::Object { bucket, key } => {
                Ok(Place { bucket: bucket.clone(), prefix: Prefix::new(key.as_str()) })
            }
        }
    }

    pub fn pages<'a>(&self, client: &'a Client, etags: bool) -> KeyPages<'a> {
        client.keys_below(&self.bucket, &self.prefix, etags)
    }

    /// There is nothing.
    pub fn is_empty(&self) -> Error {
        let place = format!("s3://{}/{}", self.bucket, self.prefix);
        Error::new(ErrorKind::NoSuchKey, "ListObjectsV2", place)
    }
}
