//! Keeps an object's content, ETag, checksums, headers and tags, and its versions.

use std::sync::Arc;
use std::time::SystemTime;

use md5::{Digest, Md5};
use s3s::dto::{Checksum, Grant, Metadata, Tag, Timestamp};

use crate::demo::store::content::Content;
use crate::demo::store::guard::Guard;
use crate::domain::hex::hex;

/// The headers that a client gives and gets back as they are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Headers {
    pub content_type: Option<String>,
    pub cache_control: Option<String>,
    pub content_disposition: Option<String>,
    pub content_encoding: Option<String>,
    pub content_language: Option<String>,
    pub expires: Option<Timestamp>,
    pub website_redirect: Option<String>,
}

/// One object without its key.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    pub content: Content,
    /// Without quotes.
    pub etag: String,
    /// Lengths of the parts, in order; empty for what was put whole.
    pub parts: Vec<u64>,
    pub checksum: Checksum,
    pub headers: Headers,
    pub metadata: Metadata,
    /// `None` is STANDARD.
    pub storage_class: Option<String>,
    pub tags: Vec<Tag>,
    pub grants: Option<Vec<Grant>>,
    pub guard: Guard,
}

impl Stored {
    /// A whole object; its ETag is the MD5 of the content, which is read for it.
    pub fn whole(content: Content) -> Stored {
        let etag = hex(&md5(&content));
        Stored { content, etag, ..Stored::default() }
    }

    #[must_use]
    pub fn of_type(mut self, content_type: &str) -> Stored {
        self.headers.content_type = Some(content_type.to_owned());
        self
    }

    /// The range of a part of the object; part 1 of what was put whole is all of it.
    pub fn part(&self, number: usize) -> Option<std::ops::Range<u64>> {
        if self.parts.is_empty() {
            return (number == 1).then(|| 0..self.content.len());
        }
        let before = self.parts.get(..number.checked_sub(1)?)?.iter().sum();
        Some(before..before + self.parts.get(number - 1)?)
    }
}

/// A state of a key: an object, or the marker that it is deleted.
#[derive(Clone, Debug)]
pub struct Version {
    /// `None` is the version that S3 calls `null`.
    pub id: Option<String>,
    pub modified: SystemTime,
    /// `None` is a delete marker.
    pub object: Option<Arc<Stored>>,
}

impl Version {
    pub fn id(&self) -> &str {
        self.id.as_deref().unwrap_or("null")
    }
}

pub fn md5(content: &Content) -> [u8; 16] {
    let mut hash = Md5::new();
    for chunk in content.chunks() {
        hash.update(&chunk);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::{Content, Stored};

    #[test]
    fn the_etag_of_a_whole_object_is_its_md5() {
        let stored = Stored::whole(Content::held("hello"));
        assert_eq!(stored.etag, "5d41402abc4b2a76b9719d911017c592");
        assert_eq!((stored.part(1), stored.part(2)), (Some(0..5), None));
    }

    #[test]
    fn parts_lie_one_after_another() {
        let stored = Stored { parts: vec![5, 5, 2], ..Stored::default() };
        assert_eq!((stored.part(1), stored.part(3)), (Some(0..5), Some(10..12)));
        assert_eq!((stored.part(0), stored.part(4)), (None, None));
    }
}
