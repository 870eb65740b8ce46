//! Describes objects as screens show them and change them together.

use crate::domain::error::Error;
use crate::domain::object::{ETag, ObjectAddress, ObjectHead};

/// What an object has besides its bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectDescription {
    pub object: ObjectAddress,
    pub head: ObjectHead,
    /// `None` where they cannot be had.
    pub tags: Option<Vec<(String, String)>>,
    /// The ACL may not be read: a copy loses what it grants.
    pub acl_unknown: bool,
}

/// Everything that can be asked of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WholeObject {
    pub head: ObjectHead,
    /// `None` where they cannot be had.
    pub tags: Option<Vec<(String, String)>>,
    /// What others than the owner may do; `None` where it cannot be had.
    pub grants: Option<Vec<String>>,
}

/// Objects that are to be described together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Descriptions {
    pub objects: Vec<ObjectDescription>,
    /// Those that could not be asked about.
    pub failed: Vec<Error>,
    /// There are more than are described at once.
    pub more: bool,
}

/// What became of objects that were described anew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetadataOutcome {
    pub changed: u64,
    pub same: u64,
    pub failed: Vec<Error>,
}

/// What became of archived objects that were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ThawOutcome {
    pub asked: u64,
    pub running: u64,
    pub readable: u64,
    pub failed: u64,
    /// Of those that failed, the first ones.
    pub errors: Vec<Error>,
    /// The listing ended with it: nothing behind was asked for.
    pub broken: Option<Error>,
}

impl ThawOutcome {
    pub fn fail(&mut self, error: Error) {
        self.failed += 1;
        if self.errors.len() < MOST_ERRORS {
            self.errors.push(error);
        }
    }
}

/// Errors of objects that are told one by one: there may be as many as a prefix has objects.
pub const MOST_ERRORS: usize = 20;

/// An object as a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedText {
    pub bytes: Vec<u8>,
    /// As it was when it was read.
    pub etag: Option<ETag>,
}

/// Objects below prefixes that are described at once.
pub const MOST_DESCRIBED: usize = 10_000;
