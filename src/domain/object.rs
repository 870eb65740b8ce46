//! Describes an object and what a server says about it.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::address::{Bucket, Key};
use crate::domain::error::Error;
use crate::domain::jurisdiction::Jurisdiction;
use crate::domain::protection::{Encryption, Protection, Restore, Retention, is_archive};

/// The entity tag with its quotes removed. It changes when the bytes change; it is no hash of them
/// in general.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ETag(String);

impl ETag {
    /// Takes the header's text, quoted or not.
    pub fn new(text: &str) -> Self {
        Self(text.trim_matches('"').to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form `If-Match` wants.
    pub fn quoted(&self) -> String {
        format!("\"{}\"", self.0)
    }

    /// Whether it has the form of an object that was made of parts: `…-3`.
    pub fn is_of_parts(&self) -> bool {
        self.0.rsplit_once('-').is_some_and(|(tag, count)| {
            !tag.is_empty() && !count.is_empty() && count.bytes().all(|b| b.is_ascii_digit())
        })
    }

    /// The MD5 in lower-case hex where the tag has the form of a single PUT's; a multipart tag
    /// (`…-3`) has not.
    pub fn md5_hex(&self) -> Option<&str> {
        (self.0.len() == 32 && self.0.bytes().all(|b| b.is_ascii_hexdigit())).then_some(&*self.0)
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A bucket that is to be made; what is not said is the server's to decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewBucket {
    /// With its jurisdiction in its name, where the connection has several.
    pub bucket: Bucket,
    /// Where it is made: a region of S3, the connection's where none is said.
    pub region: Option<String>,
    /// Where R2 is to keep it, if it can: `weur`.
    pub hint: Option<String>,
    pub versioning: bool,
    /// Objects can be locked; it turns versioning on, and neither can be turned off again.
    pub object_lock: bool,
    /// Whose uploads are: `BucketOwnerEnforced`.
    pub ownership: Option<String>,
}

impl NewBucket {
    pub fn named(bucket: Bucket) -> NewBucket {
        NewBucket {
            bucket,
            region: None,
            hint: None,
            versioning: false,
            object_lock: false,
            ownership: None,
        }
    }
}

/// Where R2 can be asked to keep a bucket (r2/reference/data-location).
pub const LOCATION_HINTS: [(&str, &str); 6] = [
    ("wnam", "western North America"),
    ("enam", "eastern North America"),
    ("weur", "western Europe"),
    ("eeur", "eastern Europe"),
    ("apac", "Asia and the Pacific"),
    ("oc", "Oceania"),
];

/// A bucket of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketEntry {
    pub bucket: Bucket,
    pub created: Option<Timestamp>,
    pub jurisdiction: Jurisdiction,
}

impl BucketEntry {
    /// One of which no more is known.
    pub fn named(name: impl Into<Bucket>) -> BucketEntry {
        BucketEntry { bucket: name.into(), created: None, jurisdiction: Jurisdiction::Default }
    }
}

/// What an account says of its buckets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BucketListing {
    pub entries: Vec<BucketEntry>,
    /// The jurisdictions that list none, with the reason; normal for a token that is for others.
    pub unlisted: Vec<(Jurisdiction, Error)>,
}

impl From<Vec<BucketEntry>> for BucketListing {
    fn from(entries: Vec<BucketEntry>) -> BucketListing {
        BucketListing { entries, unlisted: Vec::new() }
    }
}

/// Everything HeadObject says. A field is `None` where the server sent none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectHead {
    /// Bytes; `None` where the edge recompressed the body and dropped the length (R2 with
    /// `Content-Encoding`).
    pub size: Option<u64>,
    pub etag: Option<ETag>,
    pub modified: Option<Timestamp>,
    pub storage_class: Option<String>,
    pub version_id: Option<String>,
    pub headers: ObjectHeaders,
    /// Names without `x-amz-meta-`, lower case.
    pub user_metadata: BTreeMap<String, String>,
    /// Algorithm name (`CRC64NVME`, `SHA256`, …) and its base64 value.
    pub checksums: Vec<(String, String)>,
    /// Number of parts of the multipart upload that made it.
    pub parts: Option<u32>,
    /// How many metadata entries the server could not express (`x-amz-missing-meta`).
    pub missing_metadata: u32,
    /// Tags, where the server counts them.
    pub tags: u32,
    /// How the server encrypts it with a key of its own or of KMS.
    pub encryption: Option<Encryption>,
    pub retention: Option<Retention>,
    pub legal_hold: Option<bool>,
    /// Of an archived object that was asked for.
    pub restore: Option<Restore>,
    /// The archive tier of Intelligent-Tiering that it is in.
    pub archive_tier: Option<String>,
    /// What else it said (encryption, restore, lock, replication, expiration): label and text.
    pub more: Vec<(String, String)>,
}

impl ObjectHead {
    /// As S3 spells it, which leaves the usual one out.
    pub fn class(&self) -> &str {
        self.storage_class.as_deref().filter(|class| !class.is_empty()).unwrap_or("STANDARD")
    }

    /// Whether its class keeps it where it has to be restored from before it is read.
    pub fn is_in_archive(&self) -> bool {
        is_archive(self.class()) || self.archive_tier.is_some()
    }

    /// Whether somebody asked for it, and it is not readable yet.
    pub fn is_being_restored(&self) -> bool {
        self.restore.as_ref().is_some_and(|restore| restore.running)
    }

    /// Whether a GET would be refused now.
    pub fn is_archived(&self) -> bool {
        let readable = self.restore.as_ref().is_some_and(|restore| !restore.running);
        self.is_in_archive() && !readable
    }

    /// Whether it is encrypted with a key of the customer's own.
    pub fn has_customer_key(&self) -> bool {
        self.more.iter().any(|(label, _)| label == CUSTOMER_KEY)
    }

    /// What an object like this one is stored with, the ACL aside.
    pub fn as_options(&self) -> PutOptions {
        PutOptions {
            headers: self.headers.clone(),
            user_metadata: self.user_metadata.clone(),
            storage_class: self.storage_class.clone().filter(|class| class != "STANDARD"),
            protection: Protection {
                acl: None,
                grants: None,
                encryption: self.encryption.clone(),
                retention: self.retention,
                legal_hold: self.legal_hold.filter(|held| *held),
            },
            ..PutOptions::default()
        }
    }
}

/// The label of the algorithm of SSE-C.
pub const CUSTOMER_KEY: &str = "customer key";

/// The system metadata a client may set on an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectHeaders {
    pub content_type: Option<String>,
    pub content_encoding: Option<String>,
    pub content_disposition: Option<String>,
    pub content_language: Option<String>,
    pub cache_control: Option<String>,
    pub expires: Option<String>,
    /// Where a bucket that is a website sends who asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website_redirect: Option<String>,
}

/// Bytes `start..end` of an object; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ByteRange {
    pub start: u64,
    pub end: u64,
}

impl ByteRange {
    pub fn len(self) -> u64 {
        self.end - self.start
    }

    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// The value of the `Range` header, whose end is inclusive (RFC 9110, 14.1.2).
    pub fn header(self) -> String {
        format!("bytes={}-{}", self.start, self.end.saturating_sub(1))
    }
}

/// What a GET may ask for besides the object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GetOptions {
    pub range: Option<ByteRange>,
    /// Fail with `SourceChanged` where the object is another one by now.
    pub if_match: Option<ETag>,
}

/// What a PUT or the start of a multipart upload carries besides the bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PutOptions {
    pub headers: ObjectHeaders,
    pub user_metadata: BTreeMap<String, String>,
    /// `None` is the bucket's usual one.
    pub storage_class: Option<String>,
    pub tags: Vec<(String, String)>,
    /// `If-None-Match: *`: fail with `PreconditionFailed` where the key exists.
    pub only_if_absent: bool,
    /// Fail with `PreconditionFailed` where the object is another one by now.
    pub if_match: Option<ETag>,
    pub protection: Protection,
}

/// What a copy asks for besides its source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CopyOptions {
    /// Fail with `SourceChanged` where the source has another one by now.
    pub source_etag: Option<ETag>,
    pub only_if_absent: bool,
    /// Of a copy that keeps its metadata; `None` is the bucket's usual one.
    pub storage_class: Option<String>,
    /// In place of what the source has: everything but the tags.
    pub replacing: Option<PutOptions>,
    /// The tags of `replacing` are set in place of the source's.
    pub retagging: bool,
    /// Of a copy that keeps its metadata.
    pub protection: Protection,
}

/// What the server said of an object it stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredObject {
    pub etag: Option<ETag>,
    pub version_id: Option<String>,
    /// Algorithm and base64 value, where the server computed or echoed one.
    pub checksums: Vec<(String, String)>,
    /// The digest of the sent bytes that the server's answer confirms: `crc64nvme` or `md5`.
    pub confirmed: Option<&'static str>,
}

/// Names an unfinished multipart upload.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UploadId(pub String);

/// A part the server holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadedPart {
    /// 1 to 10,000.
    pub number: u32,
    pub etag: ETag,
    pub size: u64,
    /// In base64, where the server is known to have compared it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crc64nvme: Option<String>,
}

/// An object in a bucket: where requests about one object point.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ObjectAddress {
    pub bucket: Bucket,
    pub key: Key,
    /// The newest where none is named. Nothing is ever written to a version: a PUT makes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<VersionId>,
}

impl ObjectAddress {
    /// The newest version of a key.
    pub fn new(bucket: Bucket, key: Key) -> ObjectAddress {
        ObjectAddress { bucket, key, version: None }
    }

    pub fn at_version(self, version: impl Into<Option<VersionId>>) -> ObjectAddress {
        ObjectAddress { version: version.into(), ..self }
    }

    /// As the SDK takes it.
    pub fn version_id(&self) -> Option<String> {
        self.version.as_ref().map(|version| version.0.clone())
    }
}

impl fmt::Display for ObjectAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)?;
        self.version.as_ref().map_or(Ok(()), |version| write!(f, "?version={version}"))
    }
}

/// Names one of the versions of a key; opaque. What was stored without versioning is `null`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VersionId(pub String);

impl VersionId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for VersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The first bytes of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectStart {
    pub bytes: Vec<u8>,
    /// Of the whole object, where the server said.
    pub size: Option<u64>,
    pub content_type: Option<String>,
    pub etag: Option<ETag>,
}

/// A running count of objects and bytes below prefixes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measure {
    pub objects: u64,
    pub bytes: u64,
    pub done: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archived_object_is_readable_while_its_copy_is_kept() {
        let of = |class: &str, restore: Option<&str>| ObjectHead {
            storage_class: Some(class.to_owned()),
            restore: restore.and_then(Restore::parse),
            ..ObjectHead::default()
        };
        let (running, readable) = ("ongoing-request=\"true\"", "ongoing-request=\"false\"");
        assert!(of("GLACIER", None).is_archived());
        assert!(of("DEEP_ARCHIVE", Some(running)).is_archived());
        assert!(!of("GLACIER", Some(readable)).is_archived());
        assert!(!of("GLACIER_IR", None).is_archived());
        let tier = Some("ARCHIVE_ACCESS".to_owned());
        assert!(ObjectHead { archive_tier: tier, ..ObjectHead::default() }.is_archived());
    }

    #[test]
    fn only_a_single_puts_tag_has_the_form_of_an_md5() {
        assert_eq!(
            ETag::new("\"9e107d9d372bb6826bd81d3542a419d6\"").md5_hex(),
            Some("9e107d9d372bb6826bd81d3542a419d6")
        );
        assert_eq!(ETag::new("9e107d9d372bb6826bd81d3542a419d6-3").md5_hex(), None);
        assert_eq!(ETag::new("opaque").quoted(), "\"opaque\"");
    }
}
