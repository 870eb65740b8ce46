//! Finishes a moved object: makes the result visible in one step that is never torn.

use std::sync::Arc;
use std::time::SystemTime;

use crate::domain::error::{Error, ErrorKind};
use crate::domain::likeness::Likeness;
use crate::domain::object::{ObjectAddress, ObjectHead};
use crate::domain::transfer::{OnConflict, Verification};
use crate::s3::tasks::blocking;
use crate::transfer::fact::{Copied, PartFile, Partial};
use crate::transfer::limits::Buffer;
use crate::transfer::local::part_file::{GrowingFile, Saved, free_name};
use crate::transfer::task::{Moving, Task};
use crate::transfer::workers::kept::asks_for_more;
use crate::transfer::workers::losses::{Ends, losses, note_lost_grants, stopped};
use crate::transfer::workers::moving::{look_at_copy, remove};
use crate::transfer::workers::multipart::Complete;
use crate::transfer::workers::part::{PartFileSpec, make};
use crate::transfer::workers::put_right::{expect_right, put_right};
use crate::transfer::workers::sums::{compared, is_more_than_size};

/// The end of a worker's interruptible part.
pub enum WorkerEnd {
    /// Nothing is left to do.
    Moved(Moving),
    File(ReadyFile),
    Whole(Whole),
    Upload(Box<Complete>),
    /// A move: the copy, and then the end of its source.
    Move(Box<MoveCompletion>),
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

/// All bytes of a file that is short enough to be held, checked, and what it is to have.
pub struct Whole {
    pub part: PartFileSpec,
    pub bytes: Buffer,
    pub on_conflict: OnConflict,
    pub modified: Option<SystemTime>,
    pub mode: Option<u32>,
    pub verification: Verification,
}

/// A move whose bytes are at the destination, or about to appear there.
pub struct MoveCompletion {
    pub ready: WorkerEnd,
    pub from: ObjectAddress,
    pub to: ObjectAddress,
    /// The source as it was copied.
    pub head: ObjectHead,
    /// The server copies it in one piece, with all that belongs to it.
    pub whole: bool,
}

impl MoveCompletion {
    /// A source that is not deleted is an error, and the journal knows that its copy is good.
    pub async fn run(self, task: &Task) -> Result<Moving, Error> {
        let moving = Box::pin(self.ready.finish(task)).await?;
        let Moving::Done { bytes, verification } = moving else { return Ok(moving) };
        let mut copy = look_at_copy(task, &self.head, &self.to).await?;
        let seen = verification.unwrap_or_else(|| Verification::SizeOnly(UNCOMPARED.to_owned()));
        let both = (&self.from, &self.head, &self.to);
        let (seen, certain) = speaks_for(task, both, &copy, seen).await?;
        let verification = Some(seen);
        let (to, etag, whole) = (self.to, self.head.etag.clone(), self.whole);
        let copied = Copied { to, etag, size: bytes, verification, whole };
        task.opened(Partial::Copied(copied.clone())).await?;
        let mut unkept = None;
        let (from, to) = (&self.from, &copied.to);
        if asks_for_more(task, from, &self.head, whole).await? {
            unkept = put_right(task).await?;
            copy = look_at_copy(task, &self.head, to).await?;
        }
        let ends = Ends { from, to, source: &self.head, copy: &copy, whole };
        let mut lost = losses(task, &ends).await?;
        if !certain {
            lost.push(UNCOMPARED.to_owned());
        }
        lost.extend(unkept.map(|unkept| unkept.detail));
        if !lost.is_empty() {
            if !task.spec.files.accept_loss {
                return Err(stopped(&self.from, &lost));
            }
            task.note(format!("moved without {}", lost.join(", ")));
        }
        remove(task, &self.from, &self.head).await?;
        task.deleted([self.from.key]);
        Ok(Moving::Done { bytes, verification: copied.verification })
    }
}

/// What speaks for the bytes of a copy, and whether that is more than their number.
async fn speaks_for(
    task: &Task,
    (from, head, to): (&ObjectAddress, &ObjectHead, &ObjectAddress),
    copy: &ObjectHead,
    seen: Verification,
) -> Result<(Verification, bool), Error> {
    let seen = match (seen, Likeness::of(head, copy)) {
        (Verification::SizeOnly(_), Likeness::Same(Some(name))) => {
            Verification::Digest(name.to_owned())
        }
        // A tag that is no digest is still made of the bytes, where two objects have the same.
        (seen, Likeness::Same(None)) => return Ok((seen, true)),
        (seen, _) => seen,
    };
    let seen = compared(task, (from, head.etag.as_ref()), to, seen).await?;
    // A server that copies and keeps to the condition on the source has copied that source.
    let relied_upon = task.remote.provider().facts().relied_upon;
    let certain = relied_upon || is_more_than_size(&seen);
    Ok((seen, certain))
}

/// What a copy lacks that only its length speaks for.
const UNCOMPARED: &str =
    "a digest that can be compared with its source's: only their sizes are known to be the same";

impl WorkerEnd {
    pub async fn finish(self, task: &Task) -> Result<Moving, Error> {
        let moving = match self {
            WorkerEnd::Moved(moving) => moving,
            WorkerEnd::File(ready) => finish_file(task, ready).await?,
            WorkerEnd::Whole(whole) => finish_whole(task, whole).await?,
            WorkerEnd::Upload(complete) => complete.run(task).await?,
            WorkerEnd::Move(completion) => return completion.run(task).await,
        };
        if let Moving::Done { bytes, .. } = &moving {
            task.stored(*bytes);
            // The end of a move looks at the copy itself.
            if !task.spec.work.moves() {
                expect_right(task).await?;
                if let (Some(from), Some(to)) = (task.copied_from(), task.destination()) {
                    note_lost_grants(task, &from, &to).await;
                }
            }
        }
        Ok(moving)
    }
}

async fn finish_file(task: &Task, ready: ReadyFile) -> Result<Moving, Error> {
    let ReadyFile { file, mut partial, name, on_conflict, verification, prepared, .. } = ready;
    let (modified, mode, bytes) = (ready.modified, ready.mode, ready.bytes);
    let file = Arc::new(file);
    let target = partial.target.clone().unwrap_or_else(|| name.clone());
    if !prepared {
        let (growing, wanted) = (Arc::clone(&file), target.clone());
        blocking(move || growing.prepare(&wanted, modified, mode)).await?;
    }
    if !matches!(verification, Verification::Digest(_)) {
        make_recognisable(task, &file, &mut partial).await?;
    }
    let saved = match on_conflict {
        OnConflict::KeepBoth => place_beside(task, &file, partial, target, &name).await?,
        _ => blocking(move || file.finish(&target, on_conflict)).await?,
    };
    Ok(moved(task, saved, &name, bytes, verification))
}

/// Makes the file, fills it and puts it in its place, in one go where nothing has to be recorded
/// between.
async fn finish_whole(task: &Task, whole: Whole) -> Result<Moving, Error> {
    let Whole { part, bytes, on_conflict, modified, mode, verification } = whole;
    let (name, size) = (part.local.name.clone(), bytes.len() as u64);
    let digested = matches!(verification, Verification::Digest(_));
    let at_once = digested && on_conflict != OnConflict::KeepBoth;
    let fill = move |file: &GrowingFile, target: &str| {
        file.write_at(0, &bytes)?;
        file.prepare(target, modified, mode)?;
        at_once.then(|| file.finish(target, on_conflict)).transpose()
    };
    let (file, partial, saved) = make(task, part, fill).await?;
    if let Some(saved) = saved {
        return Ok(moved(task, saved, &name, size, verification));
    }
    let (bytes, prepared) = (size, true);
    let ready = ReadyFile {
        file,
        partial,
        name,
        on_conflict,
        modified,
        mode,
        bytes,
        verification,
        prepared,
    };
    finish_file(task, ready).await
}

fn moved(task: &Task, saved: Saved, name: &str, bytes: u64, verification: Verification) -> Moving {
    let Saved::As(saved) = saved else { return Moving::Skipped };
    if saved != name {
        task.note_name(format!("saved as {saved}"), &saved);
    }
    Moving::Done { bytes, verification: Some(verification) }
}

/// Records which file it is before it is renamed, for its bytes will not tell after a crash.
async fn make_recognisable(
    task: &Task,
    file: &Arc<GrowingFile>,
    partial: &mut PartFile,
) -> Result<(), Error> {
    let file = Arc::clone(file);
    partial.complete();
    partial.inode = blocking(move || Ok(file.inode())).await?;
    task.opened(Partial::File(partial.clone())).await
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
        match blocking(move || growing.finish(&wanted, OnConflict::KeepBoth)).await {
            Err(error) if error.is(&ErrorKind::LocalExists) => {}
            other => return other,
        }
        let (growing, base) = (Arc::clone(file), name.to_owned());
        target = blocking(move || free_name(&growing.folder, &base)).await?;
        partial.target = Some(target.clone());
        if partial.size.is_some() {
            partial.complete();
        }
        task.opened(Partial::File(partial.clone())).await?;
    }
}
