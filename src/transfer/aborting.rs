//! Aborts unfinished uploads, but none that the queue will continue.

use std::path::{Path, PathBuf};

use crate::domain::error::Error;
use crate::domain::object::{ObjectAddress, UploadId};
use crate::domain::unfinished::{AbortedUploads, UploadOwner};
use crate::s3::client::Client;
use crate::s3::tasks::blocking;
use crate::transfer::journal::{KnownUploads, known_uploads};

/// Aborts them one after the other; `tell` hears of each that is gone, and whether that was seen.
///
/// # Errors
/// Where the journal cannot be read: then any of them may be in the queue, and none is aborted.
pub async fn abort_unqueued(
    client: &Client,
    journal: Option<&Path>,
    chosen: Vec<(ObjectAddress, UploadId)>,
    mut tell: impl FnMut(&ObjectAddress, &UploadId, bool),
) -> Result<AbortedUploads, Error> {
    // At the last moment: what was queued since they were listed is in it.
    let known = read(journal.map(Path::to_owned)).await?;
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

async fn read(journal: Option<PathBuf>) -> Result<KnownUploads, Error> {
    match journal {
        Some(journal) => blocking(move || known_uploads(&journal)).await,
        None => Ok(KnownUploads::default()),
    }
}
