//! Gives every operation the store, the rules, and the refusals they share.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::SystemTime;

use http::StatusCode;
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

use crate::demo::keys::{AccessKeys, Role};
use crate::demo::mode::Mode;
use crate::demo::store::bucket::Bucket;
use crate::demo::store::object::Stored;
use crate::demo::store::{Store, now};

#[derive(Clone, Debug)]
pub struct Context {
    pub store: Arc<Store>,
    pub rules: Arc<Rules>,
}

/// What does not change while the server runs.
#[derive(Debug)]
pub struct Rules {
    pub mode: Mode,
    pub region: String,
    /// In bytes, of parts that are not the last.
    pub smallest_part: u64,
    pub holders: Vec<(AccessKeys, Role)>,
    pub public_buckets: BTreeSet<String>,
}

/// Marks a request whose `Range` is to be ignored.
#[derive(Clone, Copy, Debug)]
pub struct WholeObject;

/// Marks a request whose conditions on what is written are to be ignored.
#[derive(Clone, Copy, Debug)]
pub struct Unconditional;

/// Marks a request whose tags and locks are to be dropped.
#[derive(Clone, Copy, Debug)]
pub struct Bare;

impl Bare {
    /// Drops them where the request is marked.
    pub fn apply(extensions: &http::Extensions, object: &mut Stored) {
        if extensions.get::<Bare>().is_some() {
            object.tags = Vec::new();
            object.guard.retention = None;
            object.guard.held = false;
        }
    }
}

/// What a change needs that must not be taken twice.
pub struct Fresh {
    pub id: String,
    pub now: SystemTime,
}

impl Context {
    /// Runs on a bucket that exists, while nobody else reads or writes.
    pub fn in_bucket<R>(
        &self,
        name: &str,
        act: impl FnOnce(&mut Bucket, Fresh) -> S3Result<R>,
    ) -> S3Result<R> {
        self.store.with(|contents| {
            let fresh = Fresh { id: contents.fresh_id(), now: now() };
            let bucket = contents.buckets.get_mut(name).ok_or_else(no_such_bucket)?;
            act(bucket, fresh)
        })
    }

    /// The key as it is stored.
    pub fn key<'k>(&self, key: &'k str) -> Cow<'k, str> {
        self.store.stored_key(key)
    }

    /// Refuses what R2 lacks, in its words.
    pub fn not_in_r2(&self, operation: &str) -> S3Result<()> {
        match self.rules.mode {
            Mode::S3 => Ok(()),
            Mode::R2 => Err(s3_error!(NotImplemented, "{operation} not implemented")),
        }
    }

    pub fn is_r2(&self) -> bool {
        self.rules.mode == Mode::R2
    }
}

pub fn no_such_bucket() -> S3Error {
    s3_error!(NoSuchBucket, "The specified bucket does not exist")
}

pub fn no_such_key() -> S3Error {
    s3_error!(NoSuchKey, "The specified key does not exist.")
}

/// An error with a code that the service has no name for.
pub fn refused(status: u16, code: &'static str, message: &str) -> S3Error {
    let code = S3ErrorCode::from_bytes(code.as_bytes()).unwrap_or(S3ErrorCode::InternalError);
    let mut error = S3Error::with_message(code, message.to_owned());
    error.set_status_code(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST));
    error
}
