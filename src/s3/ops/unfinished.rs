//! Multipart uploads that were begun and neither completed nor aborted.

use aws_sdk_s3::operation::list_multipart_uploads::ListMultipartUploadsOutput;
use aws_sdk_s3::operation::list_parts::ListPartsOutput;
use aws_sdk_s3::types::{EncodingType, MultipartUpload};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use crate::domain::address::{Bucket, Key, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ObjectAddress, UploadId};
use crate::domain::provider::Capability;
use crate::domain::unfinished::{UnfinishedUpload, UploadExtent, UploadMarker, UploadsPage};
use crate::s3::call::Call;
use crate::s3::client::{Client, ListQuery};
use crate::s3::ops::list::names::{Ask, Field, NameContext, PageNames, told};
use crate::s3::ops::list::spelling::{Spellings, readings};
use crate::s3::sdk::time::timestamp;

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

    /// One page of the unfinished uploads whose keys begin with `prefix`. A page that claims to go
    /// on and gives no way to, or the same way again, is `BrokenListing`.
    pub async fn uploads_page(
        &self,
        bucket: &Bucket,
        prefix: &Prefix,
        after: Option<&UploadMarker>,
    ) -> Result<UploadsPage, Error> {
        let call = Call::on_bucket("ListMultipartUploads", bucket);
        let place = format!("s3://{bucket}/{prefix}");
        let call = Call { place, ..call.needing(Capability::ListMultipartUploads) };
        let output = match self.ask_uploads(bucket, prefix.as_str(), after, None, &call).await {
            Err(error) if self.says_none(bucket, &error).await => return Ok(UploadsPage::default()),
            output => output?,
        };
        let names = self.upload_names(&output, bucket, (prefix, after), &call).await?;
        page(&output, names, bucket, after, &call)
    }

    async fn ask_uploads(
        &self,
        bucket: &Bucket,
        prefix: &str,
        after: Option<&UploadMarker>,
        most: Option<i32>,
        call: &Call,
    ) -> Result<ListMultipartUploadsOutput, Error> {
        self.run(call, |sdk| {
            let request = sdk
                .list_multipart_uploads()
                .bucket(self.wire(bucket))
                .prefix(prefix)
                // What is asked to settle a doubt comes without an encoding.
                .set_encoding_type(most.is_none().then_some(EncodingType::Url))
                .set_max_uploads(most)
                .set_key_marker(after.map(|marker| marker.key.clone()))
                .set_upload_id_marker(after.and_then(|marker| marker.upload.clone()));
            async move { request.send().await.map_err(|error| call.failed(error)) }
        })
        .await
    }

    /// rclone answers 404 where nobody ever began an upload: no upload is none, if the bucket is
    /// there.
    async fn says_none(&self, bucket: &Bucket, error: &Error) -> bool {
        let missing = matches!(error.kind, ErrorKind::NoSuchUpload | ErrorKind::NoSuchKey);
        let prefix = Prefix::default();
        let (bucket, token) = (bucket.clone(), None);
        let query = ListQuery { bucket, prefix, delimited: true, token, max_keys: 1 };
        missing && self.list_page(&query).await.is_ok()
    }

    async fn upload_names(
        &self,
        output: &ListMultipartUploadsOutput,
        bucket: &Bucket,
        (prefix, after): (&Prefix, Option<&UploadMarker>),
        call: &Call,
    ) -> Result<Vec<String>, Error> {
        let keys = output.uploads().iter().map(|upload| upload.key().filter(|key| !key.is_empty()));
        let keys: Option<Vec<&str>> = keys.collect();
        let keys =
            keys.ok_or_else(|| call.fails(ErrorKind::BrokenListing, "an upload has no key"))?;
        let field = Field::UploadKey;
        let names = PageNames {
            place: NameContext { field, prefix: prefix.as_str(), delimited: false },
            told: told(self.provider(), field, output.encoding_type().is_some()),
            learned: self.learned_names(),
            ask: &Asking { client: self, bucket, prefix, after, call },
            call,
        };
        names.read(&keys).await
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

/// Asks by listing the uploads that a name would be of.
struct Asking<'a> {
    client: &'a Client,
    bucket: &'a Bucket,
    prefix: &'a Prefix,
    after: Option<&'a UploadMarker>,
    call: &'a Call,
}

impl Ask for Asking<'_> {
    fn has(&self, name: String) -> BoxFuture<'_, Result<bool, Error>> {
        async move {
            let (client, bucket) = (self.client, self.bucket);
            let found = client.ask_uploads(bucket, &name, None, Some(1), self.call).await?;
            Ok(!found.uploads().is_empty())
        }
        .boxed()
    }

    fn again(&self) -> BoxFuture<'_, Option<Vec<String>>> {
        async move {
            let (client, bucket) = (self.client, self.bucket);
            let (prefix, after, most) = (self.prefix.as_str(), self.after, Some(1000));
            let output = client.ask_uploads(bucket, prefix, after, most, self.call).await.ok()?;
            output.uploads().iter().map(|upload| upload.key().map(str::to_owned)).collect()
        }
        .boxed()
    }
}

fn page(
    output: &ListMultipartUploadsOutput,
    names: Vec<String>,
    bucket: &Bucket,
    after: Option<&UploadMarker>,
    call: &Call,
) -> Result<UploadsPage, Error> {
    let broken = |why: &str| call.fails(ErrorKind::BrokenListing, why);
    let mut uploads = Vec::new();
    for (each, name) in output.uploads().iter().zip(names) {
        let object = ObjectAddress { bucket: bucket.clone(), key: Key::new(name) };
        let id = each.upload_id().filter(|id| !id.is_empty());
        let id = id.ok_or_else(|| broken("an upload has no id"))?;
        let since = each.initiated().and_then(timestamp);
        uploads.push(UnfinishedUpload {
            object,
            upload: UploadId(id.to_owned()),
            since,
            by: initiator(each),
        });
    }
    let next = match output.is_truncated() {
        Some(true) => Some(
            next(output, uploads.last())
                .ok_or_else(|| broken("the uploads go on without a marker"))?,
        ),
        _ => None,
    };
    if next.is_some() && next.as_ref() == after {
        return Err(broken("the uploads go in a circle"));
    }
    Ok(UploadsPage { uploads, next })
}

/// Where the next page begins: after the last upload, where the server's marker may be its key.
/// Swift leaves the marker as it is where it encodes keys, so that the marker alone tells nothing.
fn next(
    output: &ListMultipartUploadsOutput,
    last: Option<&UnfinishedUpload>,
) -> Option<UploadMarker> {
    let marker = output.next_key_marker().filter(|key| !key.is_empty())?;
    let upload = output.next_upload_id_marker().filter(|id| !id.is_empty()).map(str::to_owned);
    let mut names: Vec<String> = readings(marker, Spellings::ALL, |_| true)
        .into_iter()
        .map(|reading| reading.name)
        .collect();
    let last_key = last.map(|last| last.object.key.as_str());
    if let Some(key) = last_key.filter(|key| names.iter().any(|name| name == key)) {
        return Some(UploadMarker { key: key.to_owned(), upload });
    }
    if names.len() == 1 {
        return Some(UploadMarker { key: names.remove(0), upload });
    }
    let last = last?;
    Some(UploadMarker {
        key: last.object.key.as_str().to_owned(),
        upload: Some(last.upload.0.clone()),
    })
}

fn initiator(upload: &MultipartUpload) -> String {
    let said = upload.initiator().map(|by| (by.display_name(), by.id()));
    let owner = || upload.owner().map(|by| (by.display_name(), by.id()));
    let (name, id) = said.or_else(owner).unwrap_or_default();
    let named = [name, id].into_iter().flatten().find(|text| !text.is_empty());
    named.unwrap_or_default().to_owned()
}
