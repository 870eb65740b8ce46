//! Copies objects on the server, whole or in parts, from a source that must not change meanwhile.

use aws_sdk_s3::config::{Builder, StalledStreamProtectionConfig};
use aws_sdk_s3::operation::copy_object::CopyObjectOutput;
use aws_sdk_s3::primitives::DateTime;
use aws_sdk_s3::types::{MetadataDirective, TaggingDirective};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::domain::arn;
use crate::domain::asked_attributes::AskedAttributes;
use crate::domain::error::{Error, ErrorKind, SAME_OBJECT};
use crate::domain::object::{
    ByteRange, CopyOptions, ETag, ObjectAddress, PutOptions, StoredObject, UploadId, UploadedPart,
    VersionId,
};
use crate::domain::provider::{Capability, Provider};
use crate::s3::access::{Access, with_access, with_source_access};
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::ops::headers::{checksums, expires, with_headers};
use crate::s3::ops::tags::tagging;
use crate::s3::ops::unusual::asking_for;
use crate::s3::sdk::blank_key::key_for_sdk;
use crate::s3::sdk::transport::server_side_timeouts;

/// What `x-amz-copy-source` may carry as it is; the SDK does not encode it.
const SOURCE: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Client {
    /// Server side, up to 5 GiB; without a class it has the bucket's usual one. `source_etag` makes
    /// it fail with `SourceChanged`, `only_if_absent` with `PreconditionFailed`; where a server has
    /// no such condition, a look before and after stands in, which is not atomic.
    pub async fn copy(
        &self,
        from: &ObjectAddress,
        to: &ObjectAddress,
        source_etag: Option<&ETag>,
        only_if_absent: bool,
        storage_class: Option<&str>,
    ) -> Result<StoredObject, Error> {
        let options = CopyOptions {
            source_etag: source_etag.cloned(),
            only_if_absent,
            storage_class: storage_class.map(str::to_owned),
            ..CopyOptions::default()
        };
        self.copy_as(from, to, &options).await
    }

    /// As [`Client::copy`], to an object that is described anew. Onto itself only so, or from a
    /// version: LocalStack takes the copy of an older version onto its key for one that would
    /// change nothing and refuses it, so that it is sent once more with what the version says of
    /// itself.
    pub async fn copy_as(
        &self,
        from: &ObjectAddress,
        to: &ObjectAddress,
        options: &CopyOptions,
    ) -> Result<StoredObject, Error> {
        let of_version = is_same_key(from, to) && from.version.is_some();
        match self.copy_once(from, to, options).await {
            Err(error)
                if error.is(&ErrorKind::InvalidRequest)
                    && of_version
                    && options.replacing.is_none() =>
            {
                let written = PutOptions {
                    storage_class: options.storage_class.clone(),
                    protection: options.protection.clone(),
                    ..self.head(from).await?.as_options()
                };
                let tags = Box::pin(self.tags(from)).await.ok().filter(|tags| !tags.is_empty());
                let asked = AskedAttributes { tags, ..AskedAttributes::of(&written) };
                let described = CopyOptions { replacing: Some(written), ..options.clone() };
                let stored = Box::pin(self.copy_once(from, to, &described)).await?;
                let made = to.clone().at_version(stored.version_id.clone().map(VersionId));
                Box::pin(self.put_right(&made, &asked)).await?;
                Ok(stored)
            }
            other => other,
        }
    }

    async fn copy_once(
        &self,
        from: &ObjectAddress,
        to: &ObjectAddress,
        options: &CopyOptions,
    ) -> Result<StoredObject, Error> {
        let (source_etag, only_if_absent) = (options.source_etag.as_ref(), options.only_if_absent);
        let call = self.copying("CopyObject", to, Capability::CopyObject).await?;
        if from == to && options.replacing.is_none() {
            return Err(call.fails(ErrorKind::InvalidRequest, SAME_OBJECT));
        }
        let provider = self.sdk().await?.provider;
        if only_if_absent && provider != Provider::Aws {
            self.expect_absent(to, &call).await?;
        }
        // Encryption and parts give what is copied onto itself another ETag.
        let onto_itself = is_same_key(from, to);
        let written = options.written();
        let expires = expires(&written.headers, &call)?;
        let access_to_read = self.access_to_read(from).await?;
        let ask = Ask { from, to, options, written, expires, access_to_read, provider };
        let condition = source_etag.filter(|_| !self.conditions().source_is_broken());
        let sent = self.send_copy(&call, &ask, condition).await;
        let output = match sent {
            Err(error) if refused(&error) => {
                self.expect_unchanged(from, source_etag, &call).await?;
                if condition.is_none() {
                    return Err(error);
                }
                if only_if_absent {
                    self.expect_absent(to, &call).await?;
                }
                // Nothing that was asked about is otherwise: the condition itself failed.
                let output = self.send_copy(&call, &ask, None).await?;
                self.conditions().learn_source_is_broken();
                if !onto_itself {
                    self.expect_unchanged(from, source_etag, &call).await?;
                }
                output
            }
            other => other?,
        };
        let version_id = output.version_id().map(str::to_owned);
        let made = to.clone().at_version(version_id.clone().map(VersionId));
        self.check_own_key(&made).await?;
        let Some(result) = output.copy_object_result() else {
            return Err(
                call.fails(ErrorKind::NotS3, "the answer to a copy says nothing of the copy")
            );
        };
        let etag = result.e_tag().map(ETag::new);
        if !onto_itself && (etag.as_ref() != source_etag || condition.is_none()) {
            self.expect_unchanged(from, source_etag, &call).await?;
        }
        Ok(StoredObject { etag, version_id, checksums: checksums!(result), confirmed: None })
    }

    /// Asks once; `condition` is the ETag that the source must have.
    async fn send_copy(
        &self,
        call: &Call,
        ask: &Ask<'_>,
        condition: Option<&ETag>,
    ) -> Result<CopyObjectOutput, Error> {
        let Ask { from, to, options, provider, .. } = *ask;
        let only_if_absent = options.only_if_absent;
        let guarded = call.clone().guarding_source(condition.is_some() && !only_if_absent);
        self.run(&guarded, |sdk, bucket| {
            let absent = (only_if_absent && provider == Provider::Aws).then(|| "*".to_owned());
            let replaces = options.replacing.is_some();
            let protection = &ask.written.protection;
            let locks = protection.retention.is_some() || protection.legal_hold == Some(true);
            let directive = replaces.then_some(MetadataDirective::Replace);
            let retags = options.retagging.then_some(TaggingDirective::Replace);
            let described = with_headers!(sdk.copy_object(), &ask.written, ask.expires);
            let described = with_access!(described, self.access(&to.bucket));
            let request = with_source_access!(described, ask.access_to_read)
                .bucket(bucket)
                .set_metadata_directive(directive)
                .set_tagging_directive(retags)
                .set_tagging(if options.retagging { tagging(&ask.written) } else { None })
                .key(key_for_sdk(&to.key))
                .copy_source(source(self.wire(&from.bucket), from))
                .set_copy_source_if_match(condition.map(ETag::quoted))
                .set_if_none_match(absent)
                .customize()
                .config_override(patient())
                .mutate_request(move |request| {
                    if locks && provider != Provider::Aws {
                        // moto demands of a copy what AWS demands of a body.
                        request.headers_mut().insert("x-amz-sdk-checksum-algorithm", "CRC32");
                    }
                    if only_if_absent && provider == Provider::R2 {
                        request.headers_mut().insert("cf-copy-destination-if-none-match", "*");
                    }
                });
            let call = &guarded;
            async move { request.send().await.map_err(|error| call.failed(error)) }
        })
        .await
        .map_err(|error| asking_for(error, &ask.written))
    }

    /// One part of a multipart upload from a range of an object. A source that is another one
    /// afterwards is `SourceChanged`: R2 and others have no condition here.
    pub async fn copy_part(
        &self,
        from: &ObjectAddress,
        range: ByteRange,
        source_etag: Option<&ETag>,
        to: &ObjectAddress,
        upload: &UploadId,
        number: u32,
    ) -> Result<UploadedPart, Error> {
        let call = self.copying("UploadPartCopy", to, Capability::CopyPart).await?;
        let conditional =
            self.sdk().await?.provider != Provider::R2 && !self.conditions().source_is_broken();
        let condition = source_etag.filter(|_| conditional);
        let access_to_read = &self.access_to_read(from).await?;
        let send = |condition: Option<&ETag>| {
            let (condition, guards) = (condition.map(ETag::quoted), condition.is_some());
            let call = call.clone().guarding_source(guards);
            async move {
                self.run(&call, |sdk, bucket| {
                    let part = with_access!(sdk.upload_part_copy(), self.access(&to.bucket));
                    let request = with_source_access!(part, access_to_read)
                        .bucket(bucket)
                        .key(key_for_sdk(&to.key))
                        .upload_id(&upload.0)
                        .part_number(i32::try_from(number).unwrap_or(i32::MAX))
                        .copy_source(source(self.wire(&from.bucket), from))
                        .copy_source_range(range.header())
                        .set_copy_source_if_match(condition.clone())
                        .customize()
                        .config_override(patient());
                    let call = &call;
                    async move { request.send().await.map_err(|error| call.failed(error)) }
                })
                .await
            }
        };
        let output = match send(condition).await {
            Err(error) if condition.is_some() && refused(&error) => {
                self.expect_unchanged(from, source_etag, &call).await?;
                let output = send(None).await?;
                self.conditions().learn_source_is_broken();
                output
            }
            other => other?,
        };
        if self.sdk().await?.provider != Provider::Aws {
            self.expect_unchanged(from, source_etag, &call).await?;
        }
        let result = output.copy_part_result();
        let etag = result.and_then(|result| result.e_tag()).map(ETag::new);
        // A server that does not know the request takes it for a part without bytes (rclone).
        let missing = || {
            let why = "this server's answer to UploadPartCopy names no part";
            self.refuses(Capability::CopyPart, why.to_owned());
            call.fails(ErrorKind::Unsupported, why)
        };
        let crc64nvme = result.and_then(|result| result.checksum_crc64_nvme()).map(str::to_owned);
        Ok(UploadedPart { number, etag: etag.ok_or_else(missing)?, size: range.len(), crc64nvme })
    }

    /// Where a key of one's own is in use, a refusal says nothing of other copies: Ceph's gateway
    /// copies, but not under such a key.
    async fn copying(
        &self,
        operation: &'static str,
        to: &ObjectAddress,
        lacked: Capability,
    ) -> Result<Call, Error> {
        let call = Call::on_object(operation, to).writing();
        self.expect_own_key(&call, to).await?;
        Ok(if self.access(&to.bucket).has_key() { call } else { call.needing(lacked) })
    }

    /// Fails with `PreconditionFailed` where the object exists.
    pub(in crate::s3) async fn expect_absent(
        &self,
        object: &ObjectAddress,
        call: &Call,
    ) -> Result<(), Error> {
        match self.head(object).await {
            Err(error) if error.kind == ErrorKind::NoSuchKey => Ok(()),
            Err(error) => Err(error),
            Ok(_) => Err(call.fails(ErrorKind::PreconditionFailed, "it exists already")),
        }
    }

    pub(in crate::s3) async fn expect_unchanged(
        &self,
        object: &ObjectAddress,
        etag: Option<&ETag>,
        call: &Call,
    ) -> Result<(), Error> {
        let Some(etag) = etag else { return Ok(()) };
        match self.head(object).await?.etag {
            Some(now) if now != *etag => {
                let detail = format!("{object} has the ETag {now} by now");
                Err(call.fails(ErrorKind::SourceChanged, detail))
            }
            _ => Ok(()),
        }
    }
}

/// What a copy asks for besides its condition on the source.
struct Ask<'a> {
    from: &'a ObjectAddress,
    to: &'a ObjectAddress,
    options: &'a CopyOptions,
    /// What the copy is described with.
    written: PutOptions,
    expires: Option<DateTime>,
    access_to_read: Access,
    provider: Provider,
}

impl CopyOptions {
    /// What is sent of it besides conditions.
    fn written(&self) -> PutOptions {
        self.replacing.clone().unwrap_or_else(|| PutOptions {
            storage_class: self.storage_class.clone(),
            protection: self.protection.clone(),
            ..PutOptions::default()
        })
    }
}

fn is_same_key(one: &ObjectAddress, other: &ObjectAddress) -> bool {
    one.bucket == other.bucket && one.key == other.key
}

/// Whether a condition failed, of the source or of the destination.
fn refused(error: &Error) -> bool {
    matches!(error.kind, ErrorKind::PreconditionFailed | ErrorKind::SourceChanged)
}

fn source(bucket: &str, from: &ObjectAddress) -> String {
    let key = utf8_percent_encode(from.key.as_str(), SOURCE);
    let version = from.version.as_ref().map_or_else(String::new, |version| {
        format!("?versionId={}", utf8_percent_encode(version.as_str(), SOURCE))
    });
    match arn::is_arn(bucket) {
        // Only this form of an access point's ARN is taken here.
        true => {
            let point = bucket.replacen(":accesspoint:", ":accesspoint/", 1);
            format!("{}/object/{key}{version}", utf8_percent_encode(&point, SOURCE))
        }
        false => format!("{bucket}/{key}{version}"),
    }
}

/// A server that copies gigabytes stays silent for minutes; the SDK would take that for a stall and
/// copy again (smithy-rs#4439).
pub fn patient() -> Builder {
    Builder::default()
        .timeout_config(server_side_timeouts())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::address::{Bucket, Key};
    use crate::domain::object::VersionId;

    #[test]
    fn a_copys_source_is_encoded_byte_for_byte() {
        let from = |key: &str| ObjectAddress::new(Bucket::new("b"), Key::new(key));
        assert_eq!(source("b", &from("a//b c+%é\u{1b}")), "b/a//b%20c%2B%25%C3%A9%1B");
        let version = VersionId("a+b".to_owned());
        assert_eq!(source("b", &from("k").at_version(version)), "b/k?versionId=a%2Bb");
        let point = "arn:aws:s3:eu-west-1:1:accesspoint:p";
        let expected = "arn%3Aaws%3As3%3Aeu-west-1%3A1%3Aaccesspoint/p/object/a%20b";
        assert_eq!(source(point, &from("a b")), expected);
    }
}
