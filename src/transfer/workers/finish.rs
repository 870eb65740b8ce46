//! What is left to do when the bytes are moved: the step that makes the result visible and must not be torn.

use std::sync::Arc;
use std::time::SystemTime;

use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ObjectAddress, ObjectHead};
use crate::domain::parts::piece_count;
use crate::domain::transfer::{OnConflict, Verification};
use crate::transfer::fact::{Copied, Fact, PartFile, Partial};
use crate::transfer::local::part_file::{GrowingFile, Saved, free_name};
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
    pub partial: PartFile,
    /// The object's own name here.
    pub name: String,
    pub on_conflict: OnConflict,
    pub modified: Option<SystemTime>,
    /// Permissions to have instead of those of a new file.
    pub mode: Option<u32>,
    pub bytes: u64,
    pub verification: Verification,
    /// It has its time and mode, and all of it is durable.
    pub prepared: bool,
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
        // What the server's answer confirmed by a digest needs no second look.
        if !matches!(verification, Some(Verification::Digest(_))) {
            let found = task.gate.send(|| task.remote.head(&self.to)).await?;
            compare(&self.head, &found, &self.to)?;
        }
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
    let ReadyFile { file, partial, name, on_conflict, verification, prepared, .. } = ready;
    let (modified, mode, bytes) = (ready.modified, ready.mode, ready.bytes);
    let file = Arc::new(file);
    let target = partial.target.clone().unwrap_or_else(|| name.clone());
    if !prepared {
        let (growing, wanted) = (Arc::clone(&file), target.clone());
        blocking(move || growing.prepare(&wanted, modified, mode)).await?;
    }
    record_last(task, &partial, &verification).await?;
    let saved = match on_conflict {
        OnConflict::KeepBoth => place_beside(task, &file, partial, target, &name).await?,
        _ => blocking(move || file.finish(&target, on_conflict)).await?,
    };
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

/// After a crash a file without a digest is known by its ranges alone, and one short enough has had none recorded.
async fn record_last(
    task: &Task,
    partial: &PartFile,
    verification: &Verification,
) -> Result<(), Error> {
    let single = partial.size.is_some_and(|size| piece_count(size, partial.range_size) == 1);
    if !single || matches!(verification, Verification::Digest(_)) {
        return Ok(());
    }
    let (job, place) = (task.job, task.place.clone());
    task.record(Fact::RangesDone { job, place, ranges: vec![0] }).await
}

/// Each name is recorded before it is taken: a crash between the two costs no second copy.
async fn place_beside(
    task: &Task,
    file: &Arc<GrowingFile>,
    mut partial: PartFile,
    mut target: String,
    name: &str,
) -> Result<Saved, Error> {
    loop {
        let (growing, wanted) = (Arc::clone(file), target.clone());
        match blocking(move || growing.finish(&wanted, OnConflict::Fail)).await {
            Err(error) if error.is(&ErrorKind::LocalExists) => {}
            other => return other,
        }
        let (growing, base) = (Arc::clone(file), name.to_owned());
        target = blocking(move || free_name(&growing.folder, &base)).await?;
        partial.target = Some(target.clone());
        if let Some(size) = partial.size {
            partial.ranges = (0..piece_count(size, partial.range_size)).collect();
        }
        task.opened(Partial::File(partial.clone())).await?;
    }
}
