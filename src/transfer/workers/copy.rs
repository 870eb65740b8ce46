//! Copies one object on the server, whole or by parts.

use std::collections::BTreeMap;

use tokio::task::JoinSet;

use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ByteRange, ETag, ObjectAddress, ObjectHead, PutOptions, UploadedPart};
use crate::domain::parts::{MIB, part_size_at_least};
use crate::domain::transfer::{OnConflict, Verification};
use crate::transfer::fact::Multipart;
use crate::transfer::remote::CopyPart;
use crate::transfer::task::{Moving, Task};
use crate::transfer::workers::destination::{Destination, Version, decide, exists};
use crate::transfer::workers::finish::Ready;
use crate::transfer::workers::multipart::{
    Complete, Origin, completed_before, discard, missing, named, only_if_absent, open, reconcile,
    record_part, size_only,
};

/// The server moves the bytes, so parts may be large.
const COPY_PART_BYTES: u64 = 256 * MIB;

pub async fn copy(
    task: &Task,
    from: ObjectAddress,
    to: ObjectAddress,
    partial: Option<Multipart>,
) -> Result<Ready, Error> {
    if from == to {
        return Err(Error::new(ErrorKind::InvalidRequest, "copy", from.to_string())
            .detail("source and destination are the same object"));
    }
    let head = task.gate.send(|| task.remote.head(&from)).await?;
    let size = head.size.unwrap_or_default();
    task.moved.expect(size);
    if let Some(partial) = named(task, partial).await? {
        if partial.source == source_of(&head) {
            if let Some(kept) = reconcile(task, &partial).await? {
                return copy_parts(task, from, &head, kept, only_if_absent(task)).await;
            }
            if let Some(done) = completed_before(task, &partial).await? {
                return Ok(Ready::Moved(done));
            }
        }
        task.note("started over: the source or the unfinished copy is not what it was");
        discard(task, &partial).await?;
    }
    let same = |found: &ObjectHead| found.size == head.size && found.etag == head.etag;
    let (to, only_if_absent) = match decide(task, to, Version::of(&head), same).await? {
        (Destination::Skip, true) => return Ok(Ready::Moved(copied(&head, size))),
        (Destination::Skip, false) => return Ok(Ready::Moved(Moving::Skipped)),
        (Destination::Write { object, only_if_absent }, _) => (object, only_if_absent),
    };
    let most = task.remote.provider().max_single_put().min(task.copy_threshold);
    if size <= most {
        return whole(task, &from, &to, &head, only_if_absent).await;
    }
    let limits = task.remote.provider().facts().parts;
    let part_size = part_size_at_least(size, COPY_PART_BYTES.min(most), &limits)
        .ok_or_else(|| Error::new(ErrorKind::TooLarge, "copy", from.to_string()))?;
    let options = PutOptions {
        headers: head.headers.clone(),
        user_metadata: head.user_metadata.clone(),
        only_if_absent: false,
    };
    if head.missing_metadata > 0 {
        task.note(format!("{} metadata entries cannot be carried over", head.missing_metadata));
    }
    task.note("copied in parts: tags, storage class and access rules are those of a new object");
    let multipart = open(task, &to, options, (size, part_size), source_of(&head)).await?;
    copy_parts(task, from, &head, multipart, only_if_absent).await
}

fn source_of(head: &ObjectHead) -> String {
    head.etag.as_ref().map(ETag::to_string).unwrap_or_default()
}

async fn whole(
    task: &Task,
    from: &ObjectAddress,
    to: &ObjectAddress,
    head: &ObjectHead,
    only_if_absent: bool,
) -> Result<Ready, Error> {
    let etag = head.etag.as_ref();
    let copy = |absent| task.gate.send(move || task.remote.copy(from, to, etag, absent));
    let mut result = copy(only_if_absent).await;
    if only_if_absent && result.as_ref().is_err_and(|e| e.is(&ErrorKind::Unsupported)) {
        result = copy(false).await;
    }
    let stored = match result {
        Ok(stored) => stored,
        Err(error) if error.is(&ErrorKind::PreconditionFailed) && only_if_absent => {
            return match task.spec.on_conflict {
                OnConflict::Skip => Ok(Ready::Moved(Moving::Skipped)),
                _ => Err(exists(to)),
            };
        }
        Err(error) => return Err(error),
    };
    let size = head.size.unwrap_or_default();
    if stored.etag.is_some() && stored.etag == head.etag {
        return Ok(Ready::Moved(copied(head, size)));
    }
    let found = task.gate.send(|| task.remote.head(to)).await?;
    let why = "the copy has another ETag than its source";
    size_only(to, size, found.size, why).map(Ready::Moved)
}

fn copied(head: &ObjectHead, bytes: u64) -> Moving {
    let digest = head.etag.as_ref().and_then(|etag| etag.md5_hex()).map(|_| "md5");
    let verification = Some(match digest {
        Some(name) => Verification::Digest(name.to_owned()),
        None => Verification::SizeOnly("server-side copy, same ETag".to_owned()),
    });
    Moving::Done { bytes, verification }
}

async fn copy_parts(
    task: &Task,
    from: ObjectAddress,
    head: &ObjectHead,
    mut multipart: Multipart,
    only_if_absent: bool,
) -> Result<Ready, Error> {
    task.moved.restart_at(multipart.parts.values().map(|part| part.size).sum());
    let mut left = missing(&multipart).into_iter();
    let mut copying = JoinSet::new();
    let failure = loop {
        while copying.len() < task.parts_at_once
            && let Some((number, range)) = left.next()
        {
            let (task, from, etag) = (task.clone(), from.clone(), head.etag.clone());
            let multipart = Multipart { parts: BTreeMap::new(), ..multipart.clone() };
            copying.spawn(
                async move { copy_part(&task, &from, etag, &multipart, number, range).await },
            );
        }
        match copying.join_next().await {
            None => break None,
            Some(Ok(Ok(part))) => drop(multipart.parts.insert(part.number, part)),
            Some(Ok(Err(error))) => break Some(error),
            Some(Err(error)) => {
                break Some(
                    Error::new(ErrorKind::Other, "UploadPartCopy", "").detail(error.to_string()),
                );
            }
        }
    };
    let Some(error) = failure else {
        let origin = Origin::Object(from);
        return Ok(Ready::Upload(Box::new(Complete { origin, multipart, only_if_absent })));
    };
    copying.shutdown().await;
    if !error.retryable() {
        drop(discard(task, &multipart).await);
    }
    Err(error)
}

async fn copy_part(
    task: &Task,
    from: &ObjectAddress,
    etag: Option<ETag>,
    multipart: &Multipart,
    number: u32,
    range: ByteRange,
) -> Result<UploadedPart, Error> {
    let part = CopyPart {
        from,
        range,
        source_etag: etag.as_ref(),
        to: &multipart.object,
        upload: &multipart.upload,
        number,
    };
    let mut copied = task.parts.send(|| task.remote.copy_part(part)).await?;
    // The answer to UploadPartCopy names no size.
    copied.size = range.len();
    task.moved.add(range.len());
    record_part(task, copied.clone()).await?;
    Ok(copied)
}
