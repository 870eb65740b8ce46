//! Lists unfinished uploads for the interface, with what this machine's queue knows of them.

use std::path::PathBuf;

use crate::app::event::ListedUploads;
use crate::domain::address::{Bucket, Prefix};
use crate::domain::error::Error;
use crate::domain::unfinished::UploadMarker;
use crate::s3::client::Client;
use crate::s3::tasks::blocking;
use crate::transfer::journal::known_uploads;

pub async fn page(
    client: &Client,
    bucket: &Bucket,
    after: Option<&UploadMarker>,
    journal: Option<PathBuf>,
) -> Result<ListedUploads, Error> {
    let page = client.uploads_page(bucket, &Prefix::new(""), after).await?;
    // Read after the listing: an upload that is listed and queued was recorded before it had its
    // first part. A journal that cannot be read says nothing here, and stops an abort.
    let read = move || journal.map(|path| known_uploads(&path)).transpose();
    let known = blocking(read).await.ok().flatten().unwrap_or_default();
    let uploads = page.uploads.into_iter().map(|upload| {
        let owner = known.owner(&upload.object.bucket, &upload.upload);
        (upload, owner)
    });
    Ok(ListedUploads { uploads: uploads.collect(), next: page.next })
}
