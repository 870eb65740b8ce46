//! Lists unfinished uploads for the interface, with what this machine's queue knows of them.

use crate::app::event::ListedUploads;
use crate::domain::address::{Bucket, Prefix};
use crate::domain::error::Error;
use crate::domain::unfinished::UploadMarker;
use crate::s3::client::Client;
use crate::transfer::queued_uploads::QueuedUploads;

pub async fn page(
    client: &Client,
    bucket: &Bucket,
    after: Option<&UploadMarker>,
    queued: &QueuedUploads,
) -> Result<ListedUploads, Error> {
    let page = client.uploads_page(bucket, &Prefix::new(""), after).await?;
    // Read after the listing: an upload that is listed and queued was recorded before it had its
    // first part. A journal that cannot be read says nothing here, and stops an abort.
    let known = queued.known().await.unwrap_or_default();
    let uploads = page.uploads.into_iter().map(|upload| {
        let owner = known.owner(&upload.object.bucket, &upload.upload);
        (upload, owner)
    });
    Ok(ListedUploads { uploads: uploads.collect(), next: page.next })
}
