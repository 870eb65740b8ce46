//! The end of a move: the source goes when its copy has been looked at, never before.

use crate::domain::address::Key;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ETag, ObjectAddress, ObjectHead};
use crate::transfer::fact::Copied;
use crate::transfer::task::{Moving, Task};
use crate::transfer::workers::destination::find;
use crate::transfer::workers::digest::encrypted;

/// What an earlier run had verified and not yet deleted.
pub enum Left {
    /// The source is gone: it did delete it, and died before it said so.
    Nothing(Moving),
    /// Both are there, and the source is the one that was copied.
    Source { done: Moving, to: ObjectAddress, head: ObjectHead },
    /// The source is another one by now: it is to be copied anew.
    Changed,
}

pub async fn left(task: &Task, from: &ObjectAddress, copied: Copied) -> Result<Left, Error> {
    let Copied { to, etag, size, verification } = copied;
    let done = Moving::Done { bytes: size, verification };
    let head = match task.source_gate.send(|| task.source.head(from)).await {
        Ok(head) => head,
        Err(error) if error.is(&ErrorKind::NoSuchKey) => return Ok(Left::Nothing(done)),
        Err(error) => return Err(error),
    };
    if head.etag != etag || find(task, &to).await?.is_none() {
        return Ok(Left::Changed);
    }
    Ok(Left::Source { done, to, head })
}

/// `Corrupt` where what the server says of both speaks against their being the same bytes.
pub fn compare(source: &ObjectHead, found: &ObjectHead, to: &ObjectAddress) -> Result<(), Error> {
    let md5 = |head: &ObjectHead| {
        let etag = head.etag.as_ref().filter(|_| !encrypted(head));
        etag.and_then(|etag| etag.md5_hex()).map(str::to_ascii_lowercase)
    };
    let other_md5 = md5(source).zip(md5(found)).is_some_and(|(one, other)| one != other);
    if source.size == found.size && !other_md5 {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Corrupt, "look at the copy", to.to_string())
        .detail("it is not what was copied; the source is kept"))
}

pub async fn remove(task: &Task, from: &ObjectAddress, etag: Option<&ETag>) -> Result<(), Error> {
    let head = match task.source_gate.send(|| task.source.head(from)).await {
        Ok(head) => head,
        Err(error) if error.is(&ErrorKind::NoSuchKey) => return Ok(()),
        Err(error) => return Err(kept(error)),
    };
    if head.etag.as_ref() != etag {
        return Err(Error::new(ErrorKind::SourceChanged, "move", from.to_string())
            .detail("it changed after it was copied: both are kept"));
    }
    let keys = [from.key.clone()];
    let refused = task.source_gate.send(|| one_of(task, from, &keys)).await;
    match refused {
        Err(error) if !error.is(&ErrorKind::NoSuchKey) => Err(kept(error)),
        _ => Ok(()),
    }
}

/// A refusal of the key is the request's own error, so that one that may pass is tried again.
async fn one_of(task: &Task, from: &ObjectAddress, keys: &[Key]) -> Result<(), Error> {
    let refused = task.source.delete(&from.bucket, keys).await?;
    refused.into_iter().next().map_or(Ok(()), |(_, error)| Err(error))
}

fn kept(error: Error) -> Error {
    let why = match error.detail.as_str() {
        "" => "it is copied, and its source is still there".to_owned(),
        detail => format!("it is copied, and its source is still there: {detail}"),
    };
    error.detail(why)
}
