//! What is left to do when the bytes are moved: the step that makes the result visible and must not be torn.

use std::time::SystemTime;

use crate::domain::error::Error;
use crate::domain::object::{ObjectAddress, ObjectHead};
use crate::domain::transfer::{OnConflict, Verification};
use crate::transfer::fact::{Copied, Partial};
use crate::transfer::local::part_file::{GrowingFile, Saved};
use crate::transfer::task::{Moving, Task};
use crate::transfer::workers::blocking::blocking;
use crate::transfer::workers::departure::{compare, remove};
use crate::transfer::workers::multipart::Complete;

/// The end of a worker's interruptible part.
pub enum Ready {
    /// Nothing is left to do.
    Moved(Moving),
    File(ReadyFile),
    Upload(Box<Complete>),
    /// A move: the copy, and then the end of its source.
    Departure(Box<Departure>),
}

/// A part file with all its bytes, checked.
pub struct ReadyFile {
    pub file: GrowingFile,
    pub name: String,
    pub on_conflict: OnConflict,
    pub modified: Option<SystemTime>,
    /// Permissions to have instead of those of a new file.
    pub mode: Option<u32>,
    pub bytes: u64,
    pub verification: Verification,
}

/// A move whose bytes are at the destination, or about to appear there.
pub struct Departure {
    pub ready: Ready,
    pub from: ObjectAddress,
    pub to: ObjectAddress,
    /// The source as it was copied.
    pub head: ObjectHead,
}

impl Departure {
    /// A source that is not deleted is an error, and the journal knows that its copy is good.
    pub async fn run(self, task: &Task) -> Result<Moving, Error> {
        let moving = Box::pin(self.ready.finish(task)).await?;
        let Moving::Done { bytes, verification } = moving else { return Ok(moving) };
        let found = task.gate.send(|| task.remote.head(&self.to)).await?;
        compare(&self.head, &found, &self.to)?;
        let (to, etag) = (self.to, self.head.etag);
        let copied = Copied { to, etag: etag.clone(), size: bytes, verification };
        task.opened(Partial::Copied(copied.clone())).await?;
        remove(task, &self.from, etag.as_ref()).await?;
        Ok(Moving::Done { bytes, verification: copied.verification })
    }
}

impl Ready {
    pub async fn finish(self, task: &Task) -> Result<Moving, Error> {
        match self {
            Ready::Moved(moving) => Ok(moving),
            Ready::File(ready) => finish_file(task, ready).await,
            Ready::Upload(complete) => complete.run(task).await,
            Ready::Departure(departure) => departure.run(task).await,
        }
    }
}

async fn finish_file(task: &Task, ready: ReadyFile) -> Result<Moving, Error> {
    let ReadyFile { file, name, on_conflict, modified, mode, bytes, verification } = ready;
    let wanted = name.clone();
    let saved = blocking(move || file.finish(&wanted, on_conflict, modified, mode)).await?;
    Ok(match saved {
        Saved::Skipped => Moving::Skipped,
        Saved::As(saved) => {
            if saved != name {
                task.note(format!("saved as {saved}"));
            }
            Moving::Done { bytes, verification: Some(verification) }
        }
    })
}
