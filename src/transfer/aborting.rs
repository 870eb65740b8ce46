//! Aborts unfinished uploads, but none that a queue of this machine is known to continue.

use crate::domain::error::Error;
use crate::domain::object::{ObjectAddress, UploadId};
use crate::domain::unfinished::{AbortedUploads, UploadOwner};
use crate::s3::client::Client;
use crate::transfer::queued_uploads::QueuedUploads;

/// Aborts them one after the other; `tell` hears of each that is gone, and whether that was seen.
///
/// # Errors
/// Where the journal cannot be read: then any of them may be in the queue, and none is aborted.
pub async fn abort_unqueued(
    client: &Client,
    queued: &QueuedUploads,
    chosen: Vec<(ObjectAddress, UploadId)>,
    mut tell: impl FnMut(&ObjectAddress, &UploadId, bool),
) -> Result<AbortedUploads, Error> {
    // At the last moment: what was queued since they were listed is among them.
    let known = queued.known().await?;
    let mut aborted = AbortedUploads::default();
    for (object, upload) in chosen {
        if known.owner(&object.bucket, &upload) == UploadOwner::Queued {
            aborted.queued += 1;
            continue;
        }
        match client.abort_for_good(&object, &upload).await {
            Ok(seen) => {
                tell(&object, &upload, seen);
                aborted.unseen += u64::from(!seen);
                aborted.gone.push(upload);
            }
            Err(error) => aborted.failed.push(error),
        }
    }
    Ok(aborted)
}
