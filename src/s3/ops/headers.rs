//! Converts the headers of an object between the SDK's words and ours.

use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use aws_sdk_s3::types::{ObjectLockLegalHoldStatus, ObjectLockMode, StorageClass};
use jiff::Timestamp;

use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ObjectHeaders, PutOptions};
use crate::domain::protection::{LockMode, Retention};
use crate::s3::call::Call;
use crate::s3::sdk::time::timestamp;

/// Reads the checksums of any output that has them.
macro_rules! checksums {
    ($output:expr) => {
        [
            ("CRC64NVME", $output.checksum_crc64_nvme()),
            ("CRC32", $output.checksum_crc32()),
            ("CRC32C", $output.checksum_crc32_c()),
            ("SHA1", $output.checksum_sha1()),
            ("SHA256", $output.checksum_sha256()),
        ]
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name.to_owned(), value.to_owned())))
        .collect::<Vec<(String, String)>>()
    };
}

/// Reads the output of HeadObject or GetObject, which share these getters and no trait.
macro_rules! object_head {
    ($output:expr) => {{
        let output = &$output;
        let text = |value: Option<&str>| value.map(str::to_owned);
        let mut more: Vec<(String, String)> = Vec::new();
        let mut tell = |label: &str, value: Option<String>| {
            more.extend(
                value.filter(|value| !value.is_empty()).map(|value| (label.to_owned(), value)),
            );
        };
        tell("encryption", output.server_side_encryption().map(|sse| sse.as_str().to_owned()));
        tell("encryption key", text(output.ssekms_key_id()));
        tell($crate::domain::object::CUSTOMER_KEY, text(output.sse_customer_algorithm()));
        tell("restore", text(output.restore()));
        tell("expiration", text(output.expiration()));
        tell("replication", output.replication_status().map(|status| status.as_str().to_owned()));
        tell("lock mode", output.object_lock_mode().map(|mode| mode.as_str().to_owned()));
        tell("locked until", output.object_lock_retain_until_date().map(ToString::to_string));
        tell(
            "legal hold",
            output.object_lock_legal_hold_status().map(|hold| hold.as_str().to_owned()),
        );
        tell("redirects to", text(output.website_redirect_location()));
        $crate::domain::object::ObjectHead {
            size: output.content_length().and_then(|size| u64::try_from(size).ok()),
            etag: output.e_tag().map($crate::domain::object::ETag::new),
            modified: output.last_modified().and_then($crate::s3::sdk::time::timestamp),
            storage_class: output.storage_class().map(|class| class.as_str().to_owned()),
            version_id: text(output.version_id()),
            headers: $crate::domain::object::ObjectHeaders {
                content_type: text(output.content_type()),
                content_encoding: text(output.content_encoding()),
                content_disposition: text(output.content_disposition()),
                content_language: text(output.content_language()),
                cache_control: text(output.cache_control()),
                expires: text(output.expires_string()),
                website_redirect: text(output.website_redirect_location()),
            },
            user_metadata: output
                .metadata()
                .into_iter()
                .flatten()
                .map(|(name, value)| {
                    (name.to_lowercase(), $crate::domain::encoded_word::decode(value))
                })
                .collect(),
            checksums: $crate::s3::ops::headers::checksums!(output),
            parts: output.parts_count().and_then(|count| u32::try_from(count).ok()),
            tags: output
                .tag_count()
                .and_then(|count| u32::try_from(count).ok())
                .unwrap_or_default(),
            missing_metadata: output
                .missing_meta()
                .and_then(|count| u32::try_from(count).ok())
                .unwrap_or_default(),
            encryption: output.server_side_encryption().map(|sse| {
                $crate::domain::protection::Encryption {
                    method: sse.as_str().to_owned(),
                    key_id: text(output.ssekms_key_id()),
                }
            }),
            retention: $crate::s3::ops::headers::retention(
                output.object_lock_mode(),
                output.object_lock_retain_until_date(),
            ),
            legal_hold: output.object_lock_legal_hold_status().map(|hold| hold.as_str() == "ON"),
            restore: output.restore().and_then($crate::domain::protection::Restore::parse),
            archive_tier: None,
            more,
        }
    }};
}

/// Sets on a PUT or on the start of a multipart upload, which share these setters and no trait,
/// what the object is to carry besides its bytes.
macro_rules! with_headers {
    ($request:expr, $options:expr, $expires:expr) => {{
        let (headers, metadata) = ($options.headers.clone(), &$options.user_metadata);
        let encoded = |(name, value): (&String, &String)| {
            (name.clone(), $crate::domain::encoded_word::encode(value))
        };
        let metadata = (!metadata.is_empty()).then(|| metadata.iter().map(encoded).collect());
        let guarded = &$options.protection;
        let (mode, until) = $crate::s3::ops::headers::lock(guarded.retention);
        let granted = guarded.grants.clone().unwrap_or_default();
        let encryption = guarded.encryption.clone();
        let key_id = encryption.as_ref().and_then(|encryption| encryption.key_id.clone());
        $request
            .set_content_type(headers.content_type)
            .set_content_encoding(headers.content_encoding)
            .set_content_disposition(headers.content_disposition)
            .set_content_language(headers.content_language)
            .set_cache_control(headers.cache_control)
            .set_expires($expires)
            .set_metadata(metadata)
            .set_storage_class($crate::s3::ops::headers::storage_class($options))
            .set_tagging($crate::s3::ops::tags::tagging($options))
            .set_website_redirect_location(headers.website_redirect)
            .set_grant_full_control(granted.full_control)
            .set_grant_read(granted.read)
            .set_grant_read_acp(granted.read_acp)
            .set_grant_write_acp(granted.write_acp)
            .set_acl(guarded.acl.as_deref().map(aws_sdk_s3::types::ObjectCannedAcl::from))
            .set_server_side_encryption(encryption.map(|encryption| {
                aws_sdk_s3::types::ServerSideEncryption::from(encryption.method.as_str())
            }))
            .set_ssekms_key_id(key_id)
            .set_object_lock_mode(mode)
            .set_object_lock_retain_until_date(until)
            .set_object_lock_legal_hold_status($crate::s3::ops::headers::hold_of_new(
                guarded.legal_hold,
            ))
    }};
}

/// Whether encryption makes the ETag in an answer to a PUT or part no digest of the bytes.
macro_rules! opaque_tag {
    ($output:expr) => {
        $output.sse_customer_algorithm().is_some()
            || $output
                .server_side_encryption()
                .is_some_and(|sse| *sse != aws_sdk_s3::types::ServerSideEncryption::Aes256)
    };
}

pub(crate) use {checksums, object_head, opaque_tag, with_headers};

/// `Expires` in the form the SDK takes.
pub fn expires(headers: &ObjectHeaders, call: &Call) -> Result<Option<DateTime>, Error> {
    let Some(text) = &headers.expires else { return Ok(None) };
    DateTime::from_str(text, DateTimeFormat::HttpDate).map(Some).map_err(|error| {
        call.fails(
            ErrorKind::InvalidRequest,
            format!("Expires {text:?} is not an HTTP date: {error}"),
        )
    })
}

/// What HEAD says of a retention.
pub fn retention(mode: Option<&ObjectLockMode>, until: Option<&DateTime>) -> Option<Retention> {
    let mode = LockMode::parse(mode?.as_str())?;
    Some(Retention { mode, until: timestamp(until?)? })
}

/// A retention in the SDK's words.
pub fn lock(retention: Option<Retention>) -> (Option<ObjectLockMode>, Option<DateTime>) {
    let mode = retention.map(|retention| ObjectLockMode::from(retention.mode.name()));
    (mode, retention.map(|retention| date_time(retention.until)))
}

/// What is new has no hold unless one is asked for: OFF would be refused by a bucket without object
/// lock.
pub fn hold_of_new(held: Option<bool>) -> Option<ObjectLockLegalHoldStatus> {
    hold(held.filter(|held| *held))
}

pub fn hold(held: Option<bool>) -> Option<ObjectLockLegalHoldStatus> {
    held.map(
        |held| if held { ObjectLockLegalHoldStatus::On } else { ObjectLockLegalHoldStatus::Off },
    )
}

fn date_time(time: Timestamp) -> DateTime {
    DateTime::from_secs(time.as_second())
}

pub fn storage_class(options: &PutOptions) -> Option<StorageClass> {
    options.storage_class.as_deref().map(StorageClass::from)
}
