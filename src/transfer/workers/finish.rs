//! What is left to do when the bytes are moved: the step that makes the result visible and must not be torn.

use std::time::SystemTime;

use crate::domain::error::Error;
use crate::domain::transfer::{OnConflict, Verification};
use crate::transfer::local::part_file::{GrowingFile, Saved};
use crate::transfer::task::{Moving, Task};
use crate::transfer::workers::blocking::blocking;
use crate::transfer::workers::departure::Departure;
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
