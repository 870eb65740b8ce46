//! Ends a move: deletes the source after its copy was looked at.

use crate::domain::error::{Error, ErrorKind, LOOK_AT_COPY};
use crate::domain::likeness::Likeness;
use crate::domain::object::{ObjectAddress, ObjectHead};
use crate::transfer::fact::Copied;
use crate::transfer::task::{Moving, Task};
use crate::transfer::workers::destination::find;
use crate::transfer::workers::erase::erase;
use crate::transfer::write::NOT_THERE;

/// What an earlier run had verified and not yet deleted.
pub enum Left {
    /// The source is gone: it did delete it, and died before it said so.
    Nothing(Moving),
    /// Both are there, and the source is the one that was copied.
    Source { done: Moving, to: ObjectAddress, head: ObjectHead, whole: bool },
    /// The source is another one by now: it is to be copied anew.
    Changed,
}

pub async fn left(task: &Task, from: &ObjectAddress, copied: Copied) -> Result<Left, Error> {
    let Copied { to, etag, size, verification, whole } = copied;
    let done = Moving::Done { bytes: size, verification };
    let head = match task.source_policy.send(|| task.source.head(from)).await {
        Ok(head) => head,
        Err(error) if error.is(&ErrorKind::NoSuchKey) => return Ok(Left::Nothing(done)),
        Err(error) => return Err(error),
    };
    if head.etag != etag || find(task, &to).await?.is_none() {
        return Ok(Left::Changed);
    }
    Ok(Left::Source { done, to, head, whole })
}

/// The copy as it is there, once it is. `Corrupt` where it is not, or where what the server says of
/// both speaks against their being the same bytes.
pub async fn look_at_copy(
    task: &Task,
    source: &ObjectHead,
    to: &ObjectAddress,
) -> Result<ObjectHead, Error> {
    let wrong =
        |detail: &str| Error::new(ErrorKind::Corrupt, LOOK_AT_COPY, to.to_string()).detail(detail);
    let look = || async {
        match task.remote.head(to).await {
            Err(error) if error.is(&ErrorKind::NoSuchKey) => {
                Err(wrong(&format!("{NOT_THERE}; the source is kept")))
            }
            found => found,
        }
    };
    let found = task.policy.send(look).await?;
    match Likeness::of(source, &found) {
        Likeness::Same(_) => Ok(found),
        Likeness::Unknown if source.size == found.size => Ok(found),
        _ => Err(wrong("it is not what was copied; the source is kept")),
    }
}

/// Deletes the source, if it is still what was copied, and looks that it is gone.
pub async fn remove(task: &Task, from: &ObjectAddress, copied: &ObjectHead) -> Result<(), Error> {
    let head = match task.source_policy.send(|| task.source.head(from)).await {
        Ok(head) => head,
        Err(error) if error.is(&ErrorKind::NoSuchKey) => return Ok(()),
        Err(error) => return Err(kept(error)),
    };
    // A younger one may be the copy: a server may take both keys for one.
    let same_version = copied.version_id.is_none() || head.version_id == copied.version_id;
    let younger = copied.modified.is_some() && head.modified > copied.modified;
    if head.etag != copied.etag || !same_version || younger {
        return Err(Error::new(ErrorKind::SourceChanged, "move", from.to_string())
            .detail("it changed after it was copied: both are kept"));
    }
    match erase(&*task.source, &task.source_policy, from).await {
        Err(error) if !error.is(&ErrorKind::NoSuchKey) => Err(kept(error)),
        _ => Ok(()),
    }
}

fn kept(error: Error) -> Error {
    let why = match error.detail.as_str() {
        "" => "it is copied, and its source is still there".to_owned(),
        detail => format!("it is copied, and its source is still there: {detail}"),
    };
    error.detail(why)
}
