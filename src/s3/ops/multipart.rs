//! Sends the requests of a multipart upload: create, upload parts, list, complete, abort.

use aws_sdk_s3::config::Builder;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::operation::list_parts::ListPartsOutput;
use aws_sdk_s3::operation::upload_part::{UploadPart, UploadPartError, UploadPartInput};
use aws_sdk_s3::types::{
    ChecksumAlgorithm, ChecksumType, CompletedMultipartUpload, CompletedPart, Part,
};

use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{
    ETag, ObjectAddress, PutOptions, StoredObject, UploadId, UploadedPart, VersionId,
};
use crate::domain::page_cursor::{PageCursor, PageStart, next_page};
use crate::domain::provider::Capability;
use crate::domain::unfinished::UploadExtent;
use crate::s3::access::with_access;
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::http::body::Body;
use crate::s3::http::body_pacing::PacedRequest;
use crate::s3::http::integrity::crc64nvme_of_parts;
use crate::s3::ops::copy::patient;
use crate::s3::ops::headers::{checksums, expires, opaque_tag, with_headers};
use crate::s3::ops::objects::{stored_tag, whole};
use crate::s3::ops::of_version::other_answer;
use crate::s3::ops::unusual::asking_for;
use crate::s3::sdk::blank_key::key_for_sdk;
use crate::s3::sdk::hook::Hooked;
use crate::s3::sdk::time::timestamp;

impl Client {
    /// Sent once: a second try after a lost answer would leave the first upload behind, and who
    /// calls has to know.
    pub async fn create_multipart(
        &self,
        object: &ObjectAddress,
        options: &PutOptions,
    ) -> Result<UploadId, Error> {
        let call = Call::on_object("CreateMultipartUpload", object).writing();
        self.expect_own_key(&call, object).await?;
        let crc64nvme = self.sdk().await?.crc64nvme;
        let expires = expires(&options.headers, &call)?;
        let output = self
            .run(&call, |sdk, bucket| {
                let begun = with_headers!(sdk.create_multipart_upload(), options, expires);
                let request = with_access!(begun, self.access(&object.bucket))
                    .bucket(bucket)
                    .key(key_for_sdk(&object.key))
                    .set_checksum_algorithm(crc64nvme.then_some(ChecksumAlgorithm::Crc64Nvme))
                    .set_checksum_type(crc64nvme.then_some(ChecksumType::FullObject))
                    .customize()
                    .config_override(Builder::default().retry_config(RetryConfig::disabled()));
                let call = &call;
                async move { request.send().await.map_err(|error| call.failed(error)) }
            })
            .await
            .map_err(|error| asking_for(error, options))?;
        let id = output.upload_id().filter(|id| !id.is_empty());
        let missing = || call.fails(ErrorKind::NotS3, "the answer has no upload id");
        Ok(UploadId(id.ok_or_else(missing)?.to_owned()))
    }

    /// One part with its integrity check, 5 MiB at least unless it is the last.
    pub async fn upload_part(
        &self,
        object: &ObjectAddress,
        upload: &UploadId,
        number: u32,
        body: Body,
    ) -> Result<UploadedPart, Error> {
        let call = Call::on_object("UploadPart", object).writing();
        let (call, body) = (&call, &body);
        let (output, check) = self
            .run(call, |sdk, bucket| async move {
                let route = self.route(&sdk, &object.bucket).await?;
                let sending = self.sending(body, route.as_ref()).await?;
                // The SDK's two builders share these setters and no trait.
                macro_rules! asked {
                    ($builder:expr) => {
                        with_access!($builder, self.access(&object.bucket))
                            .bucket(bucket)
                            .key(key_for_sdk(&object.key))
                            .upload_id(&upload.0)
                            .part_number(part_number(number))
                            .set_content_md5(sending.check.content_md5())
                            .set_checksum_crc64_nvme(sending.check.crc64nvme())
                    };
                }
                let output = if let Some(route) = route {
                    let input = call.built(asked!(UploadPartInput::builder()).build())?;
                    let (form, sent) = (UploadPart::new(), sending.by(body, self.pacing()));
                    route.store::<_, UploadPartError>(&form, input, &sent, call).await?
                } else {
                    let request = asked!(sdk.upload_part());
                    let request = request.body(whole(body).await?.into()).customize();
                    let sent = request
                        .interceptor(Hooked(PacedRequest::of(self.pacing())))
                        .config_override(self.patient_with(body))
                        .send()
                        .await;
                    sent.map_err(|error| call.failed(error))?
                };
                Ok((output, sending.check))
            })
            .await?;
        let opaque = self.access(&object.bucket).has_key() || opaque_tag!(output);
        let etag = stored_tag(output.e_tag(), &check, opaque, call)?;
        Ok(UploadedPart { number, etag, size: body.size(), crc64nvme: check.crc64nvme() })
    }

    /// Every part the server holds, in order; `Unsupported` where it cannot tell.
    pub async fn list_parts(
        &self,
        object: &ObjectAddress,
        upload: &UploadId,
    ) -> Result<Vec<UploadedPart>, Error> {
        let call = Call::on_object("ListParts", object).needing(Capability::ListParts);
        let (mut parts, mut cursor) = (Vec::new(), PageCursor::default());
        while !cursor.is_at_end() {
            let output = self.next_parts(object, upload, &mut cursor, &call).await?;
            for part in output.parts() {
                let number = part.part_number().and_then(|number| u32::try_from(number).ok());
                let size = part.size().and_then(|size| u64::try_from(size).ok());
                let (Some(number), Some(etag), Some(size)) = (number, part.e_tag(), size) else {
                    return Err(call.fails(ErrorKind::NotS3, "a part has no number, ETag or size"));
                };
                let crc64nvme = part.checksum_crc64_nvme().map(str::to_owned);
                parts.push(UploadedPart { number, etag: ETag::new(etag), size, crc64nvme });
            }
        }
        parts.sort_by_key(|part| part.number);
        Ok(parts)
    }

    /// Counts the parts of an unfinished upload: one request for every thousand.
    pub async fn upload_extent(
        &self,
        object: &ObjectAddress,
        upload: &UploadId,
    ) -> Result<UploadExtent, Error> {
        let call = Call::on_object("ListParts", object).needing(Capability::ListParts);
        let (mut extent, mut cursor) = (UploadExtent::default(), PageCursor::default());
        while !cursor.is_at_end() {
            for part in self.next_parts(object, upload, &mut cursor, &call).await?.parts() {
                let size = part.size().and_then(|size| u64::try_from(size).ok());
                extent.parts += 1;
                extent.bytes += size.unwrap_or_default();
                extent.last = extent.last.max(part.last_modified().and_then(timestamp));
            }
        }
        Ok(extent)
    }

    async fn next_parts(
        &self,
        object: &ObjectAddress,
        upload: &UploadId,
        cursor: &mut PageCursor<String>,
        call: &Call,
    ) -> Result<ListPartsOutput, Error> {
        let marker = cursor.token().cloned();
        let other = other_answer();
        let asked = self
            .run(call, |sdk, bucket| {
                let request = with_access!(sdk.list_parts(), self.access(&object.bucket))
                    .bucket(bucket)
                    .key(key_for_sdk(&object.key))
                    .upload_id(&upload.0)
                    .set_part_number_marker(marker.clone())
                    .customize()
                    .interceptor(Hooked(other.clone()));
                async move { request.send().await.map_err(|error| call.failed(error)) }
            })
            .await;
        let output = asked.map_err(|error| {
            let error = self.misunderstood(call, error, other.value());
            // As good as no answer.
            let kind = if error.is_unreadable() { ErrorKind::Unsupported } else { error.kind };
            Error { kind, ..error }
        })?;
        let truncated = output.is_truncated() == Some(true);
        let first = output.parts().first().and_then(Part::part_number);
        next_page(truncated, output.next_part_number_marker().map(str::to_owned))
            .and_then(|next| cursor.advance(next, PageStart::of(first)))
            .map_err(|why| call.fails(ErrorKind::BrokenListing, why))?;
        Ok(output)
    }

    /// On R2 a conditional completion that fails ends the upload. Where every part has a CRC64NVME,
    /// the server is asked to compare that of the whole.
    pub async fn complete_multipart(
        &self,
        object: &ObjectAddress,
        upload: &UploadId,
        parts: &[UploadedPart],
        only_if_absent: bool,
    ) -> Result<StoredObject, Error> {
        let call = Call::on_object("CompleteMultipartUpload", object).writing();
        let sdk = self.sdk().await?;
        let whole = crc64nvme_of_parts(parts).filter(|_| sdk.crc64nvme);
        let parts = parts.iter().map(|part| {
            CompletedPart::builder()
                .part_number(part_number(part.number))
                .e_tag(part.etag.quoted())
                .build()
        });
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts.collect())).build();
        let output = self
            .run(&call, |sdk, bucket| {
                let request =
                    with_access!(sdk.complete_multipart_upload(), self.access(&object.bucket))
                        .bucket(bucket)
                        .key(key_for_sdk(&object.key))
                        .upload_id(&upload.0)
                        .multipart_upload(parts.clone())
                        .set_checksum_crc64_nvme(whole.clone())
                        .set_checksum_type(whole.as_ref().map(|_| ChecksumType::FullObject))
                        .set_if_none_match(only_if_absent.then(|| "*".to_owned()))
                        .customize()
                        .config_override(patient());
                let call = &call;
                async move { request.send().await.map_err(|error| call.failed(error)) }
            })
            .await?;
        let etag = match output.e_tag().filter(|tag| !tag.is_empty()).map(ETag::new) {
            Some(etag) => etag,
            // Ceph leaves it empty, and tells it when it is asked for the object.
            None => self.assembled(object, &call).await?,
        };
        let told = output.checksum_crc64_nvme().filter(|told| !told.contains('-'));
        if let (Some(sent), Some(told)) = (&whole, told)
            && sent != told
        {
            let detail =
                format!("the server put other bytes together: crc64nvme is {told}, not {sent}");
            return Err(call.fails(ErrorKind::Corrupt, detail));
        }
        let made =
            object.clone().at_version(output.version_id().map(|id| VersionId(id.to_owned())));
        self.check_own_key(&made).await?;
        Ok(StoredObject {
            etag: Some(etag),
            version_id: output.version_id().map(str::to_owned),
            checksums: checksums!(output),
            confirmed: (whole.is_some() && whole.as_deref() == told).then_some("crc64nvme"),
        })
    }

    /// The ETag of what was just put together: what is there by now is ours.
    async fn assembled(&self, object: &ObjectAddress, call: &Call) -> Result<ETag, Error> {
        let missing = || call.fails(ErrorKind::NotS3, "the answer has no ETag, nor has the object");
        match self.head(object).await {
            Ok(head) => head.etag.filter(|tag| !tag.to_string().is_empty()).ok_or_else(missing),
            Err(error) if error.is(&ErrorKind::NoSuchKey) => Err(missing()),
            Err(error) => Err(error),
        }
    }

    /// Gives an upload up. `NoSuchUpload` says that the server has none of this id under this key,
    /// not that it is gone: [`Client::abort_for_good`] looks.
    pub async fn abort_multipart(
        &self,
        object: &ObjectAddress,
        upload: &UploadId,
    ) -> Result<(), Error> {
        let call = Call::on_object("AbortMultipartUpload", object).writing();
        self.run(&call, |sdk, bucket| {
            let request = sdk
                .abort_multipart_upload()
                .bucket(bucket)
                .key(key_for_sdk(&object.key))
                .upload_id(&upload.0)
                .set_request_payer(self.access(&object.bucket).payer());
            let call = &call;
            async move { request.send().await.map(drop).map_err(|error| call.failed(error)) }
        })
        .await
    }

    /// As [`Client::abort_multipart`], and looks that the upload is not listed any more; one that
    /// was gone before is no failure. False where uploads cannot be listed here.
    pub async fn abort_for_good(
        &self,
        object: &ObjectAddress,
        upload: &UploadId,
    ) -> Result<bool, Error> {
        let refused = match self.abort_multipart(object, upload).await {
            Err(error)
                if !error.is(&ErrorKind::NoSuchUpload) && !error.is(&ErrorKind::NoSuchKey) =>
            {
                return Err(error);
            }
            outcome => outcome.err(),
        };
        match self.uploads_of(object).await {
            Ok(listed) if listed.contains(upload) => {
                let call = Call::on_object("AbortMultipartUpload", object);
                let pretended = "the server reported success, but the upload is still listed";
                let unknown = "the server does not find it under this name, and still lists it";
                Err(refused.map_or_else(
                    || call.fails(ErrorKind::ServerFault, pretended),
                    |refused| call.fails(refused.kind, unknown),
                ))
            }
            Ok(_) => Ok(true),
            Err(error) if error.retryable() => Err(error),
            // Nothing can be seen: the answer has to do.
            Err(_) => Ok(false),
        }
    }
}

fn part_number(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
