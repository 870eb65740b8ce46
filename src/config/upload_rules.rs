//! Reads the `[[upload_rules]]` of `config.toml`, one of which may be remembered for a bucket.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use toml::Spanned;

use crate::domain::address::{Bucket, ConnectionName};
use crate::domain::attributes::Attributes;
use crate::domain::glob::Glob;
use crate::domain::object::ObjectHeaders;
use crate::domain::protection::{ENCRYPTION_METHODS, Encryption, KMS, Protection};
use crate::domain::transfer::UploadRule;

/// The name of the sections in `config.toml`.
pub const RULES: &str = "upload_rules";

/// What names the connection of a rule.
pub const CONNECTION: &str = "connection";

/// The pattern of what is remembered.
pub const EVERYTHING: &str = "*";

/// What uploads give to objects by their names, in one bucket or in all, of one connection or of
/// all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketRule {
    pub connection: Option<ConnectionName>,
    pub bucket: Option<Bucket>,
    pub rule: UploadRule,
}

impl BucketRule {
    /// What all uploads to a bucket give.
    pub fn remembered(
        connection: ConnectionName,
        bucket: Bucket,
        attributes: Attributes,
    ) -> BucketRule {
        let rule = UploadRule { matches: EVERYTHING.to_owned().into(), attributes };
        BucketRule { connection: Some(connection), bucket: Some(bucket), rule }
    }

    pub fn holds_in(&self, connection: &ConnectionName, bucket: &Bucket) -> bool {
        self.connection.as_ref().is_none_or(|one| one == connection)
            && self.bucket.as_ref().is_none_or(|one| one == bucket)
    }

    pub fn is_remembered_of(&self, connection: &ConnectionName, bucket: &Bucket) -> bool {
        self.bucket.is_some()
            && self.rule.matches.as_str() == EVERYTHING
            && self.holds_in(connection, bucket)
    }
}

/// One `[[upload_rules]]`: what objects get whose key fits the pattern.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UploadRuleText {
    pub connection: Option<Spanned<String>>,
    #[serde(default, deserialize_with = "bucket")]
    bucket: Option<String>,
    #[serde(rename = "match", deserialize_with = "glob")]
    pattern: Glob,
    content_type: Option<String>,
    cache_control: Option<String>,
    content_disposition: Option<String>,
    content_encoding: Option<String>,
    content_language: Option<String>,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    class: Option<String>,
    acl: Option<String>,
    #[serde(default, deserialize_with = "encryption_method")]
    sse: Option<String>,
    sse_key_id: Option<String>,
    legal_hold: Option<bool>,
}

fn glob<'de, D: Deserializer<'de>>(text: D) -> Result<Glob, D::Error> {
    let text = String::deserialize(text)?;
    if text.is_empty() {
        return Err(D::Error::custom("match is empty, which no key is: write \"*\" for every key"));
    }
    let wrong = |error| D::Error::custom(format!("{text:?} is no pattern: {error}"));
    text.parse().map_err(wrong)
}

fn bucket<'de, D: Deserializer<'de>>(text: D) -> Result<Option<String>, D::Error> {
    match String::deserialize(text)? {
        name if name.is_empty() => {
            Err(D::Error::custom("the name of the bucket is empty: leave it out for all of them"))
        }
        name => Ok(Some(name)),
    }
}

fn encryption_method<'de, D: Deserializer<'de>>(text: D) -> Result<Option<String>, D::Error> {
    let method = String::deserialize(text)?;
    if ENCRYPTION_METHODS.contains(&method.as_str()) {
        return Ok(Some(method));
    }
    let known = ENCRYPTION_METHODS.join(", ");
    Err(D::Error::custom(format!("{method:?} is not an encryption: write one of {known}")))
}

impl From<UploadRuleText> for BucketRule {
    fn from(text: UploadRuleText) -> BucketRule {
        let headers = ObjectHeaders {
            content_type: text.content_type,
            content_encoding: text.content_encoding,
            content_disposition: text.content_disposition,
            content_language: text.content_language,
            cache_control: text.cache_control,
            ..ObjectHeaders::default()
        };
        let encrypted = text.sse.is_some() || text.sse_key_id.is_some();
        let method = text.sse.unwrap_or_else(|| KMS.to_owned());
        let encryption = encrypted.then_some(Encryption { method, key_id: text.sse_key_id });
        let lower = |(name, value): (String, String)| (name.to_ascii_lowercase(), value);
        let attributes = Attributes {
            headers,
            metadata: text.metadata.into_iter().map(lower).collect(),
            tags: text.tags,
            class: text.class,
            protection: Protection {
                acl: text.acl,
                encryption,
                legal_hold: text.legal_hold,
                ..Protection::default()
            },
        };
        let connection = text.connection.map(|name| ConnectionName::new(name.into_inner()));
        let bucket = text.bucket.map(Bucket::new);
        BucketRule { connection, bucket, rule: UploadRule { matches: text.pattern, attributes } }
    }
}

/// What of them a rule can say: a lock ends at a moment, which is no rule.
pub fn lasting(attributes: &Attributes) -> Attributes {
    let mut lasting = attributes.clone();
    lasting.protection.retention = None;
    lasting
}
