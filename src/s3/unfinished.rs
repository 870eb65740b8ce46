//! Multipart uploads that were begun and neither completed nor aborted.

use aws_sdk_s3::operation::list_multipart_uploads::ListMultipartUploadsOutput;
use aws_sdk_s3::operation::list_parts::ListPartsOutput;
use aws_sdk_s3::types::{EncodingType, MultipartUpload};

use crate::domain::address::{Bucket, Key, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ObjectAddress, UploadId};
use crate::domain::provider::Capability;
use crate::domain::unfinished::{UnfinishedUpload, UploadExtent, UploadMarker, UploadsPage};
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::list::decode::Decoder;
use crate::s3::time::timestamp;

impl Client {
    /// The unfinished uploads of exactly this key, whoever began them.
    pub async fn uploads_of(&self, object: &ObjectAddress) -> Result<Vec<UploadId>, Error> {
        let prefix = Prefix::new(object.key.as_str());
        let (mut found, mut marker) = (Vec::new(), None);
        loop {
            let page = self.uploads_page(&object.bucket, &prefix, marker.as_ref()).await?;
            let same = page.uploads.into_iter().filter(|upload| upload.object == *object);
            found.extend(same.map(|upload| upload.upload));
            // Keys come in order: what follows another key is not this one's.
            match page.next {
                Some(next) if next.key == object.key.as_str() => marker = Some(next),
                _ => return Ok(found),
            }
        }
    }

    /// One page of the unfinished uploads whose keys begin with `prefix`. A page that claims to go on and gives no way
    /// to, or the same way again, is `BrokenListing`.
    pub async fn uploads_page(
        &self,
        bucket: &Bucket,
        prefix: &Prefix,
        after: Option<&UploadMarker>,
    ) -> Result<UploadsPage, Error> {
        let call = Call::on_bucket("ListMultipartUploads", bucket);
        let place = format!("s3://{bucket}/{prefix}");
        let call = Call { place, ..call.needing(Capability::ListMultipartUploads) };
        let output = self
            .run(&call, |sdk| {
                let request = sdk
                    .list_multipart_uploads()
                    .bucket(self.wire(bucket))
                    .prefix(prefix.as_str())
                    .encoding_type(EncodingType::Url)
                    .set_key_marker(after.map(|marker| marker.key.clone()))
                    .set_upload_id_marker(after.and_then(|marker| marker.upload.clone()));
                let call = &call;
                async move { request.send().await.map_err(|error| call.failed(error)) }
            })
            .await?;
        page(&output, bucket, prefix, after, &call)
    }

    /// Counts the parts of an unfinished upload: one request for every thousand.
    pub async fn upload_extent(
        &self,
        object: &ObjectAddress,
        upload: &UploadId,
    ) -> Result<UploadExtent, Error> {
        let call = Call::on_object("ListParts", object).needing(Capability::ListParts);
        let (mut extent, mut marker) = (UploadExtent::default(), None);
        loop {
            let output = self
                .run(&call, |sdk| {
                    let request = sdk
                        .list_parts()
                        .bucket(self.wire(&object.bucket))
                        .key(object.key.as_str())
                        .upload_id(&upload.0)
                        .set_part_number_marker(marker.clone());
                    let call = &call;
                    async move { request.send().await.map_err(|error| call.failed(error)) }
                })
                .await?;
            add(&mut extent, &output);
            if output.is_truncated() != Some(true) {
                return Ok(extent);
            }
            let next = output.next_part_number_marker().map(str::to_owned);
            if next.is_none() || next == marker {
                let why = "the parts go on without a marker";
                return Err(call.fails(ErrorKind::BrokenListing, why));
            }
            marker = next;
        }
    }
}

fn add(extent: &mut UploadExtent, output: &ListPartsOutput) {
    for part in output.parts() {
        extent.parts += 1;
        extent.bytes += part.size().and_then(|size| u64::try_from(size).ok()).unwrap_or_default();
        extent.last = extent.last.max(part.last_modified().and_then(timestamp));
    }
}

fn page(
    output: &ListMultipartUploadsOutput,
    bucket: &Bucket,
    prefix: &Prefix,
    after: Option<&UploadMarker>,
    call: &Call,
) -> Result<UploadsPage, Error> {
    let broken = |why: String| call.fails(ErrorKind::BrokenListing, why);
    let decoder = Decoder::of_uploads(output, prefix.as_str());
    let mut uploads = Vec::new();
    for each in output.uploads() {
        let raw = each.key().unwrap_or_default();
        let name = decoder
            .name(raw)
            .ok_or_else(|| broken(format!("{raw:?} does not begin with the prefix")))?;
        let key = Key::new(format!("{prefix}{name}"));
        let object = ObjectAddress { bucket: bucket.clone(), key };
        let id = each.upload_id().ok_or_else(|| broken("an upload has no id".to_owned()))?;
        let since = each.initiated().and_then(timestamp);
        uploads.push(UnfinishedUpload {
            object,
            upload: UploadId(id.to_owned()),
            since,
            by: initiator(each),
        });
    }
    let next = next(output, &decoder, prefix)
        .map_err(|()| broken("the uploads go on without a marker".to_owned()))?;
    if next.is_some() && next.as_ref() == after {
        return Err(broken("the uploads go in a circle".to_owned()));
    }
    Ok(UploadsPage { uploads, next })
}

fn next(
    output: &ListMultipartUploadsOutput,
    decoder: &Decoder<'_>,
    prefix: &Prefix,
) -> Result<Option<UploadMarker>, ()> {
    if output.is_truncated() != Some(true) {
        return Ok(None);
    }
    let raw = output.next_key_marker().filter(|key| !key.is_empty()).ok_or(())?;
    let name = decoder.name(raw).ok_or(())?;
    let upload = output.next_upload_id_marker().filter(|id| !id.is_empty()).map(str::to_owned);
    Ok(Some(UploadMarker { key: format!("{prefix}{name}"), upload }))
}

fn initiator(upload: &MultipartUpload) -> String {
    let said = upload.initiator().map(|by| (by.display_name(), by.id()));
    let owner = || upload.owner().map(|by| (by.display_name(), by.id()));
    let (name, id) = said.or_else(owner).unwrap_or_default();
    let named = [name, id].into_iter().flatten().find(|text| !text.is_empty());
    named.unwrap_or_default().to_owned()
}
