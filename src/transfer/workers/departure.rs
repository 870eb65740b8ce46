//! The end of a move: the source goes when its copy has been looked at, never before.

use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ETag, ObjectAddress, ObjectHead};
use crate::transfer::fact::{Copied, Partial};
use crate::transfer::task::{Moving, Task};
use crate::transfer::workers::destination::find;
use crate::transfer::workers::digest::encrypted;
use crate::transfer::workers::finish::Ready;

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

/// What an earlier run had verified and not yet deleted.
pub enum Left {
    /// The source is gone: it did delete it, and died before it said so.
    Nothing(Moving),
    Departure(Departure),
    /// The source is another one by now: it is to be copied anew.
    Changed,
}

pub async fn left(task: &Task, from: ObjectAddress, copied: Copied) -> Result<Left, Error> {
    let Copied { to, etag, size, verification } = copied;
    let done = Moving::Done { bytes: size, verification };
    let head = match task.gate.send(|| task.source.head(&from)).await {
        Ok(head) => head,
        Err(error) if error.is(&ErrorKind::NoSuchKey) => return Ok(Left::Nothing(done)),
        Err(error) => return Err(error),
    };
    if head.etag != etag || find(task, &to).await?.is_none() {
        return Ok(Left::Changed);
    }
    Ok(Left::Departure(Departure { ready: Ready::Moved(done), from, to, head }))
}

/// `Corrupt` where what the server says of both speaks against their being the same bytes.
fn compare(source: &ObjectHead, found: &ObjectHead, to: &ObjectAddress) -> Result<(), Error> {
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

async fn remove(task: &Task, from: &ObjectAddress, etag: Option<&ETag>) -> Result<(), Error> {
    let head = match task.gate.send(|| task.source.head(from)).await {
        Ok(head) => head,
        Err(error) if error.is(&ErrorKind::NoSuchKey) => return Ok(()),
        Err(error) => return Err(kept(error)),
    };
    if head.etag.as_ref() != etag {
        return Err(Error::new(ErrorKind::SourceChanged, "move", from.to_string())
            .detail("it changed after it was copied: both are kept"));
    }
    let keys = [from.key.clone()];
    let refused = task.gate.send(|| one_of(task, from, &keys)).await;
    match refused {
        Err(error) if !error.is(&ErrorKind::NoSuchKey) => Err(kept(error)),
        _ => Ok(()),
    }
}

/// A refusal of the key is the request's own error, so that one that may pass is tried again.
async fn one_of(
    task: &Task,
    from: &ObjectAddress,
    keys: &[crate::domain::address::Key],
) -> Result<(), Error> {
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
