//! Defines what the engine is told: orders, news of the journal, and what workers found.

use std::collections::HashSet;

use tokio::sync::oneshot;

use crate::domain::address::Bucket;
use crate::domain::error::Error;
use crate::domain::object::UploadId;
use crate::domain::transfer::{JobId, TransferCommand};
use crate::transfer::item::Item;
use crate::transfer::journal::JournalNews;

/// What can happen to the engine.
#[derive(Debug)]
pub enum Input {
    Command(TransferCommand),
    Journal(JournalNews),
    /// `room` is answered when the window of the job has room again.
    Found {
        job: JobId,
        items: Vec<Item>,
        room: oneshot::Sender<()>,
    },
    Expanded {
        job: JobId,
        result: Result<(), Error>,
    },
    Returned {
        job: JobId,
        place: String,
        crashed: bool,
    },
    /// A worker found that a connection leads to another server than the job was queued for.
    Misled {
        job: JobId,
        error: Error,
    },
    Uploads(oneshot::Sender<HashSet<(Bucket, UploadId)>>),
    Stop(Option<oneshot::Sender<()>>),
}

impl From<JournalNews> for Input {
    fn from(news: JournalNews) -> Input {
        Input::Journal(news)
    }
}
