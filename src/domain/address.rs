//! Names things in object storage: buckets, keys, prefixes, and the `s3://` text that points at
//! them.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::arn;

/// The name of a bucket as the server spells it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bucket(String);

/// The whole name of an object: opaque UTF-8 of at most 1,024 bytes, never a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(String);

/// The leading part of keys up to and including a delimiter; empty for the root of a bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Prefix(String);

/// The name of a configured connection; `default` is the AWS chain.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConnectionName(String);

/// What an `s3://` text points at.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Location {
    /// `s3://`: every bucket.
    Root,
    /// `s3://bucket` or `s3://bucket/prefix/`.
    Prefix { bucket: Bucket, prefix: Prefix },
    /// `s3://bucket/key`: an object, or a prefix written without its last `/`.
    Object { bucket: Bucket, key: Key },
}

macro_rules! text_newtype {
    ($name:ident) => {
        impl $name {
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }

            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }
    };
}

text_newtype!(Bucket);
text_newtype!(Key);
text_newtype!(Prefix);
text_newtype!(ConnectionName);

/// Separates the levels of a listing; the only delimiter Windlass lists with.
pub const DELIMITER: char = '/';

/// The longest key a server takes, in bytes of UTF-8 (S3 and R2 agree).
pub const MAX_KEY_BYTES: usize = 1024;

impl Key {
    /// The part after the last delimiter; the whole key where that part would be empty.
    pub fn name(&self) -> &str {
        match self.0.rfind(DELIMITER) {
            Some(at) if at + 1 < self.0.len() => &self.0[at + 1..],
            _ => &self.0,
        }
    }

    /// The prefix this key is listed under.
    pub fn parent(&self) -> Prefix {
        Prefix::new(self.0.rfind(DELIMITER).map_or("", |at| &self.0[..=at]))
    }
}

impl Prefix {
    pub fn root() -> Self {
        Self::default()
    }

    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The prefix one level up; `None` at the root. `a//` goes to `a/`.
    pub fn parent(&self) -> Option<Prefix> {
        if self.is_root() {
            return None;
        }
        let inner = self.0.strip_suffix(DELIMITER).unwrap_or(&self.0);
        Some(Prefix::new(inner.rfind(DELIMITER).map_or("", |at| &inner[..=at])))
    }

    /// The last segment with its delimiter, as a listing of the parent shows it.
    pub fn name(&self) -> &str {
        let parent = self.parent().map_or(0, |p| p.0.len());
        &self.0[parent..]
    }

    /// The prefix of a row named `name` (with its delimiter) in a listing of this prefix.
    pub fn child(&self, name: &str) -> Prefix {
        Prefix::new(format!("{}{name}", self.0))
    }

    /// The key of a row named `name` in a listing of this prefix.
    pub fn key(&self, name: &str) -> Key {
        Key::new(format!("{}{name}", self.0))
    }

    /// The segments from the root, each with its delimiter: `a//b/` gives `a/`, `/`, `b/`.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.split_inclusive(DELIMITER)
    }
}

impl Location {
    /// Reads `s3://`, `s3://bucket`, `s3://bucket/prefix/` or `s3://bucket/key`; what follows the
    /// bucket's `/` is taken byte for byte.
    ///
    /// # Errors
    /// A sentence that says what was expected.
    pub fn parse(text: &str) -> Result<Location, String> {
        let rest = text
            .strip_prefix("s3://")
            .ok_or_else(|| format!("{text:?} is not a location: write s3://bucket/prefix/"))?;
        if rest.is_empty() {
            return Ok(Location::Root);
        }
        let (bucket, path) = match arn::split(rest) {
            Some(split) => split?,
            None => rest.split_once(DELIMITER).unwrap_or((rest, "")),
        };
        if bucket.is_empty() {
            return Err(format!("{text:?} has no bucket name: write s3://bucket/prefix/"));
        }
        let bucket = Bucket::new(bucket);
        if path.is_empty() || path.ends_with(DELIMITER) {
            return Ok(Location::Prefix { bucket, prefix: Prefix::new(path) });
        }
        Ok(Location::Object { bucket, key: Key::new(path) })
    }

    pub fn bucket(&self) -> Option<&Bucket> {
        match self {
            Location::Root => None,
            Location::Prefix { bucket, .. } | Location::Object { bucket, .. } => Some(bucket),
        }
    }

    /// The level that is listed to see it.
    pub fn prefix(&self) -> Prefix {
        match self {
            Location::Root => Prefix::root(),
            Location::Prefix { prefix, .. } => prefix.clone(),
            Location::Object { key, .. } => key.parent(),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::Root => f.write_str("s3://"),
            Location::Prefix { bucket, prefix } => write!(f, "s3://{bucket}/{prefix}"),
            Location::Object { bucket, key } => write!(f, "s3://{bucket}/{key}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_segments_are_levels_of_their_own() {
        let prefix = Prefix::new("a//b/");
        assert_eq!(prefix.segments().collect::<Vec<_>>(), ["a/", "/", "b/"]);
        assert_eq!(prefix.name(), "b/");
        let up = prefix.parent().unwrap();
        assert_eq!(up.as_str(), "a//");
        assert_eq!(up.parent().unwrap().as_str(), "a/");
        assert_eq!(Prefix::new("/").parent(), Some(Prefix::root()));
        assert_eq!(Prefix::root().parent(), None);
    }

    #[test]
    fn a_key_is_listed_under_the_prefix_before_its_last_delimiter() {
        assert_eq!(Key::new("a//b").parent().as_str(), "a//");
        assert_eq!(Key::new("a//b").name(), "b");
        assert_eq!(Key::new("dir/").name(), "dir/");
        assert_eq!(Key::new("top").parent(), Prefix::root());
    }

    #[test]
    fn locations_round_trip_byte_for_byte() {
        for text in
            ["s3://", "s3://b/", "s3://b/a//b", "s3://b//lead", "s3://b/%2F+ x/", "s3://b/\u{1b}"]
        {
            assert_eq!(Location::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Location::parse("s3://b").unwrap().to_string(), "s3://b/");
        assert!(Location::parse("b/key").is_err());
        assert!(Location::parse("s3:///key").is_err());
    }
}
