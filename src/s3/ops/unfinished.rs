//! Lists multipart uploads that were neither completed nor aborted.

use std::borrow::Cow;

use aws_sdk_s3::operation::list_multipart_uploads::ListMultipartUploadsOutput;
use aws_sdk_s3::types::{EncodingType, MultipartUpload};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, Stream, StreamExt as _, TryStreamExt as _, stream};

use crate::domain::address::{Bucket, Key, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ObjectAddress, UploadId};
use crate::domain::page_cursor::{PageCursor, PageStart, next_page};
use crate::domain::provider::Capability;
use crate::domain::unfinished::{UnfinishedUpload, UploadExtent, UploadMarker, UploadsPage};
use crate::s3::call::Call;
use crate::s3::client::{Client, ListQuery};
use crate::s3::ops::list::names::{Ask, Field, NameContext, PageNames, told};
use crate::s3::ops::list::spelling::{Spellings, readings};
use crate::s3::sdk::time::timestamp;

/// Uploads whose parts are asked for at once.
const AT_ONCE: usize = 8;

impl Client {
    /// The unfinished uploads of exactly this key, whoever began them.
    pub async fn uploads_of(&self, object: &ObjectAddress) -> Result<Vec<UploadId>, Error> {
        let prefix = Prefix::new(object.key.as_str());
        let (mut found, mut cursor) = (Vec::new(), PageCursor::default());
        while !cursor.is_at_end() {
            let page = self.next_uploads(&object.bucket, &prefix, &mut cursor).await?;
            let same = page.into_iter().filter(|upload| upload.object == *object);
            found.extend(same.map(|upload| upload.upload));
            // Keys come in order: what follows another key is not this one's.
            if cursor.token().is_some_and(|next| next.key != object.key.as_str()) {
                break;
            }
        }
        Ok(found)
    }

    /// Every unfinished upload whose key begins with `prefix`.
    pub async fn uploads_below(
        &self,
        bucket: &Bucket,
        prefix: &Prefix,
    ) -> Result<Vec<UnfinishedUpload>, Error> {
        let (mut found, mut cursor) = (Vec::new(), PageCursor::default());
        while !cursor.is_at_end() {
            found.extend(self.next_uploads(bucket, prefix, &mut cursor).await?);
        }
        Ok(found)
    }

    /// What each of the uploads has stored, in their order; what ended meanwhile is left out.
    pub fn extents_of(
        &self,
        uploads: Vec<UnfinishedUpload>,
    ) -> impl Stream<Item = Result<(ObjectAddress, UploadExtent), Error>> + Send {
        let asked = uploads.into_iter().map(|upload| self.extent_of(upload).boxed());
        stream::iter(asked).buffered(AT_ONCE).try_filter_map(|extent| async { Ok(extent) })
    }

    async fn extent_of(
        &self,
        UnfinishedUpload { object, upload, .. }: UnfinishedUpload,
    ) -> Result<Option<(ObjectAddress, UploadExtent)>, Error> {
        match self.upload_extent(&object, &upload).await {
            Ok(extent) => Ok(Some((object, extent))),
            Err(error) if error.is(&ErrorKind::NoSuchUpload) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn next_uploads(
        &self,
        bucket: &Bucket,
        prefix: &Prefix,
        cursor: &mut PageCursor<UploadMarker>,
    ) -> Result<Vec<UnfinishedUpload>, Error> {
        let UploadsPage { uploads, next } =
            self.uploads_page(bucket, prefix, cursor.token()).await?;
        cursor.follow(next, PageStart::of_upload(uploads.first()), bucket, prefix)?;
        Ok(uploads)
    }

    /// One page of the unfinished uploads whose keys begin with `prefix`. A page that claims to go
    /// on and gives no way to is `BrokenListing`.
    pub async fn uploads_page(
        &self,
        bucket: &Bucket,
        prefix: &Prefix,
        after: Option<&UploadMarker>,
    ) -> Result<UploadsPage, Error> {
        let call = Call::on_bucket("ListMultipartUploads", bucket);
        let place = format!("s3://{bucket}/{prefix}");
        let call = Call { place, ..call.needing(Capability::ListMultipartUploads) };
        let output = match self.ask_uploads(prefix.as_str(), after, None, &call).await {
            Err(error) if self.says_none(bucket, &error).await => return Ok(UploadsPage::default()),
            output => output?,
        };
        let names = self.upload_names(&output, (prefix, after), &call).await?;
        page(&output, names, bucket, &call)
    }

    async fn ask_uploads(
        &self,
        prefix: &str,
        after: Option<&UploadMarker>,
        most: Option<i32>,
        call: &Call,
    ) -> Result<ListMultipartUploadsOutput, Error> {
        self.run(call, |sdk, bucket| {
            let request = sdk
                .list_multipart_uploads()
                .bucket(bucket)
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
        let all = ListQuery::below(bucket, &prefix);
        let query = ListQuery { delimited: true, max_keys: 1, ..all };
        missing && self.list_page(&query).await.is_ok()
    }

    async fn upload_names(
        &self,
        output: &ListMultipartUploadsOutput,
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
            ask: &Asking { client: self, prefix, after, call },
            call,
        };
        let names = names.read(&keys).await?;
        Ok(names.into_iter().map(Cow::into_owned).collect())
    }
}

/// Asks by listing the uploads that a name would be of.
struct Asking<'a> {
    client: &'a Client,
    prefix: &'a Prefix,
    after: Option<&'a UploadMarker>,
    call: &'a Call,
}

impl Ask for Asking<'_> {
    fn has(&self, name: String) -> BoxFuture<'_, Result<bool, Error>> {
        async move {
            let found = self.client.ask_uploads(&name, None, Some(1), self.call).await?;
            Ok(!found.uploads().is_empty())
        }
        .boxed()
    }

    fn again(&self) -> BoxFuture<'_, Option<Vec<String>>> {
        async move {
            let (prefix, after, most) = (self.prefix.as_str(), self.after, Some(1000));
            let output = self.client.ask_uploads(prefix, after, most, self.call).await.ok()?;
            output.uploads().iter().map(|upload| upload.key().map(str::to_owned)).collect()
        }
        .boxed()
    }
}

fn page(
    output: &ListMultipartUploadsOutput,
    names: Vec<String>,
    bucket: &Bucket,
    call: &Call,
) -> Result<UploadsPage, Error> {
    let broken = |why: &str| call.fails(ErrorKind::BrokenListing, why);
    let mut uploads = Vec::new();
    for (each, name) in output.uploads().iter().zip(names) {
        let object = ObjectAddress::new(bucket.clone(), Key::new(name));
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
    let truncated = output.is_truncated() == Some(true);
    let next = next_page(truncated, next(output, uploads.last())).map_err(broken)?;
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
