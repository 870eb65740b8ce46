//! Finds the version a request means, and the part of it that it wants.

use std::ops::Range as Span;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use s3s::dto::{ContentRange, Range, Timestamp};
use s3s::{S3Error, S3Result, s3_error};

use crate::demo::answers::context::{Context, no_such_key, refused};
use crate::demo::store::bucket::{Bucket, Versioning};
use crate::demo::store::object::{Stored, Version};

/// An object that exists.
pub struct Found {
    pub object: Arc<Stored>,
    pub version: Version,
    /// As answers give it: only where the bucket keeps or kept versions.
    pub version_id: Option<String>,
}

/// What of an object is wanted.
pub struct Wanted {
    pub span: Span<u64>,
    /// `bytes 0-4/10` where it is not all.
    pub content_range: Option<ContentRange>,
    pub parts_count: Option<i32>,
}

/// The object of a key, of the newest version where none is named.
pub fn find(cx: &Context, bucket: &str, key: &str, id: Option<&str>) -> S3Result<Found> {
    let key = cx.key(key);
    if id.is_some() {
        cx.not_in_r2("versionId")?;
    }
    cx.in_bucket(bucket, |bucket, _| match id {
        None => newest(bucket, &key),
        Some(id) => exactly(bucket, &key, id),
    })
}

fn newest(bucket: &Bucket, key: &str) -> S3Result<Found> {
    let version = bucket.newest(key).ok_or_else(no_such_key)?;
    match version.object.clone() {
        Some(object) => Ok(found(bucket, version, object)),
        None => Err(with_marker(no_such_key(), &version)),
    }
}

fn exactly(bucket: &Bucket, key: &str, id: &str) -> S3Result<Found> {
    let versions = bucket.versions(key);
    let version = versions
        .iter()
        .find(|version| version.id() == id)
        .ok_or_else(|| s3_error!(NoSuchVersion, "The specified version does not exist."))?;
    let Some(object) = version.object.clone() else {
        let message = "The specified method is not allowed against this resource.";
        return Err(with_marker(s3_error!(MethodNotAllowed, "{message}"), version));
    };
    Ok(found(bucket, version.clone(), object))
}

fn found(bucket: &Bucket, version: Version, object: Arc<Stored>) -> Found {
    let keeps = bucket.versioning != Versioning::Never;
    let version_id = keeps.then(|| version.id().to_owned());
    Found { object, version, version_id }
}

fn with_marker(mut error: S3Error, marker: &Version) -> S3Error {
    let mut headers = HeaderMap::new();
    headers.insert("x-amz-delete-marker", HeaderValue::from_static("true"));
    if let Ok(id) = HeaderValue::from_str(marker.id()) {
        headers.insert("x-amz-version-id", id);
    }
    error.set_headers(headers);
    error
}

impl Found {
    pub fn modified(&self) -> Timestamp {
        Timestamp::from(self.version.modified)
    }

    /// The bytes that `Range` or `partNumber` mean.
    pub fn wanted(&self, range: Option<Range>, part: Option<i32>) -> S3Result<Wanted> {
        let length = self.object.content.len();
        let span = match (range, part) {
            (Some(_), Some(_)) => {
                let message = "Cannot specify both Range header and partNumber query parameter";
                return Err(s3_error!(InvalidRequest, "{message}"));
            }
            (Some(range), None) => Some(range.check(length).map_err(|_| unsatisfiable(length))?),
            (None, Some(part)) => {
                let number = usize::try_from(part).ok();
                let span = number.and_then(|number| self.object.part(number));
                Some(span.ok_or_else(no_such_part)?)
            }
            (None, None) => None,
        };
        let parts_count = part
            .filter(|_| !self.object.parts.is_empty())
            .and_then(|_| i32::try_from(self.object.parts.len()).ok());
        let content_range = span
            .clone()
            .filter(|span| !span.is_empty())
            .map(|span| format!("bytes {}-{}/{length}", span.start, span.end - 1));
        Ok(Wanted { span: span.unwrap_or(0..length), content_range, parts_count })
    }
}

fn unsatisfiable(length: u64) -> S3Error {
    let mut error = s3_error!(InvalidRange, "The requested range is not satisfiable");
    if let Ok(value) = HeaderValue::from_str(&format!("bytes */{length}")) {
        let name = HeaderName::from_static("content-range");
        error.set_headers([(name, value)].into_iter().collect());
    }
    error
}

fn no_such_part() -> S3Error {
    refused(416, "InvalidPartNumber", "The requested partnumber is not satisfiable")
}
