//! Lists unfinished uploads for the interface, with what this machine's queue knows of them.

use tokio::task::spawn_blocking;

use crate::app::event::{Answer, ListedUploads};
use crate::domain::address::{Bucket, Prefix};
use crate::domain::error::Error;
use crate::domain::object::{ObjectAddress, UploadId};
use crate::domain::unfinished::{UploadMarker, UploadOwner};
use crate::s3::client::Client;
use crate::transfer::journal::KnownUploads;

pub async fn page(
    client: &Client,
    bucket: &Bucket,
    after: Option<&UploadMarker>,
    known: impl FnOnce() -> KnownUploads + Send + 'static,
) -> Result<ListedUploads, Error> {
    let page = client.uploads_page(bucket, &Prefix::new(""), after).await?;
    // Read after the listing: an upload that is listed and queued was recorded before it had its
    // first part.
    let known = spawn_blocking(known).await.unwrap_or_default();
    let uploads = page.uploads.into_iter().map(|upload| {
        let owner = known.owner(&upload.object.bucket, &upload.upload);
        (upload, owner)
    });
    Ok(ListedUploads { uploads: uploads.collect(), next: page.next })
}

/// Gives them up one after the other, but none that a queue uses by now.
pub async fn abort(
    client: &Client,
    chosen: Vec<(ObjectAddress, UploadId)>,
    known: impl FnOnce() -> KnownUploads + Send + 'static,
) -> Answer {
    let (mut gone, mut failed) = (Vec::new(), Vec::new());
    let known = spawn_blocking(known).await.unwrap_or_default();
    for (object, upload) in chosen {
        if known.owner(&object.bucket, &upload) == UploadOwner::Queued {
            continue;
        }
        match client.abort_for_good(&object, &upload).await {
            Ok(_) => gone.push(upload),
            Err(error) => failed.push(error),
        }
    }
    Answer::UploadsAborted { gone, failed }
}
