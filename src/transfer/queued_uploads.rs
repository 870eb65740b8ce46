//! Knows which unfinished uploads the queue will go on with: of the journal, and of this process.

use std::path::PathBuf;

use crate::domain::error::Error;
use crate::s3::tasks::blocking;
use crate::transfer::engine::RunningUploads;
use crate::transfer::journal::{KnownUploads, known_uploads};

/// Where to ask for them.
#[derive(Clone, Debug, Default)]
pub struct QueuedUploads {
    /// `None` where none is kept.
    pub journal: Option<PathBuf>,
    /// The engine of this process, whose queue may be in no journal: in the demo, and where another
    /// process has it.
    pub running: Option<RunningUploads>,
}

impl QueuedUploads {
    pub fn of_journal(path: impl Into<PathBuf>) -> QueuedUploads {
        QueuedUploads { journal: Some(path.into()), running: None }
    }

    /// # Errors
    /// Where the journal cannot be read.
    pub async fn known(&self) -> Result<KnownUploads, Error> {
        let journal = self.journal.clone();
        let read = move || journal.map(|path| known_uploads(&path)).transpose();
        let mut known = blocking(read).await?.unwrap_or_default();
        if let Some(running) = &self.running {
            known.queued.extend(running.open().await);
        }
        Ok(known)
    }
}
