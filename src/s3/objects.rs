//! One object: what the server says of it, and a whole body sent in one request.

use aws_sdk_s3::config::Builder;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumMode, ServerSideEncryption, StorageClass};
use bytes::Bytes;

use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ETag, ObjectAddress, ObjectHead, PutOptions, Stored};
use crate::domain::provider::Provider;
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::flow::Flowing;
use crate::s3::headers::{checksums, expires, object_head};
use crate::s3::integrity::Check;
use crate::s3::tags::tagging;
use crate::s3::transport::upload_timeouts;

impl Client {
    pub async fn head(&self, object: &ObjectAddress) -> Result<ObjectHead, Error> {
        let call = Call::on_object("HeadObject", object);
        let mode = (self.sdk().await?.provider == Provider::Aws).then_some(ChecksumMode::Enabled);
        let output = self
            .run(&call, |sdk| {
                let request = sdk
                    .head_object()
                    .bucket(object.bucket.as_str())
                    .key(object.key.as_str())
                    .set_checksum_mode(mode.clone());
                let call = &call;
                async move { request.send().await.map_err(|error| call.failed(error)) }
            })
            .await?;
        let head = object_head!(output);
        match head.etag {
            Some(_) => Ok(head),
            // A login page of the network on the way answers 200 too.
            None => Err(call.fails(ErrorKind::NotS3, "the answer has no ETag")),
        }
    }

    /// One PUT with its integrity check. An answer whose ETag speaks against the bytes is `Corrupt`.
    pub async fn put(
        &self,
        object: &ObjectAddress,
        body: Bytes,
        options: &PutOptions,
    ) -> Result<Stored, Error> {
        let call = Call::on_object("PutObject", object).writing();
        let provider = self.sdk().await?.provider;
        let check = Check::of(&body, provider);
        let expires = expires(&options.headers, &call)?;
        let timeouts = upload_timeouts(body.len() as u64, self.flow().is_some());
        let output = self
            .run(&call, |sdk| {
                let headers = options.headers.clone();
                let request = sdk
                    .put_object()
                    .bucket(object.bucket.as_str())
                    .key(object.key.as_str())
                    .set_content_type(headers.content_type)
                    .set_content_encoding(headers.content_encoding)
                    .set_content_disposition(headers.content_disposition)
                    .set_content_language(headers.content_language)
                    .set_cache_control(headers.cache_control)
                    .set_expires(expires)
                    .set_metadata(metadata(options))
                    .set_storage_class(storage_class(options))
                    .set_tagging(tagging(options))
                    .set_if_none_match(options.only_if_absent.then(|| "*".to_owned()))
                    .set_content_md5(check.content_md5())
                    .set_checksum_crc64_nvme(check.crc64nvme())
                    .body(ByteStream::from(body.clone()))
                    .customize()
                    .interceptor(Flowing::of(self.flow()))
                    .config_override(Builder::default().timeout_config(timeouts.clone()));
                let call = &call;
                async move { request.send().await.map_err(|error| call.failed(error)) }
            })
            .await?;
        let opaque = output.sse_customer_algorithm().is_some()
            || output
                .server_side_encryption()
                .is_some_and(|sse| *sse != ServerSideEncryption::Aes256);
        let etag = stored_tag(output.e_tag(), &check, opaque, &call)?;
        Ok(Stored {
            etag: Some(etag),
            version_id: output.version_id().map(str::to_owned),
            checksums: checksums!(output),
        })
    }
}

pub fn metadata(options: &PutOptions) -> Option<std::collections::HashMap<String, String>> {
    let metadata = &options.user_metadata;
    (!metadata.is_empty()).then(|| metadata.clone().into_iter().collect())
}

pub fn storage_class(options: &PutOptions) -> Option<StorageClass> {
    options.storage_class.as_deref().map(StorageClass::from)
}

/// The tag of what was just stored, compared with what was sent unless encryption makes it `opaque`.
pub fn stored_tag(
    tag: Option<&str>,
    check: &Check,
    opaque: bool,
    call: &Call,
) -> Result<ETag, Error> {
    let Some(tag) = tag.filter(|tag| !tag.is_empty()) else {
        return Err(call.fails(ErrorKind::NotS3, "the server stored a body and gave no ETag"));
    };
    let tag = ETag::new(tag);
    if !opaque && check.contradicted_by(&tag) {
        let detail = format!("the server stored other bytes than were sent: its ETag is {tag}");
        return Err(call.fails(ErrorKind::Corrupt, detail));
    }
    Ok(tag)
}
