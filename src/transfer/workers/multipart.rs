//! The life of a multipart upload: opened and recorded, parts recorded as the server has them, completed or aborted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{
    ByteRange, ETag, ObjectAddress, PutOptions, Stored, UploadId, UploadedPart,
};
use crate::domain::parts::{piece, piece_count};
use crate::domain::provider::Capability;
use crate::domain::transfer::{OnConflict, Verification};
use crate::transfer::fact::{Fact, Multipart, Partial};
use crate::transfer::local::source::Source;
use crate::transfer::remote::Remote;
use crate::transfer::retry::Gate;
use crate::transfer::task::{Moving, Task};
use crate::transfer::workers::blocking::blocking;
use crate::transfer::workers::destination::{exists, find, find_taken};
use crate::transfer::workers::digest::etag_of_parts;

/// What the object is made of, checked once more before it appears.
#[derive(Clone, Debug)]
pub enum Origin {
    File(Arc<Source>),
    /// With the ETag it had when the copy began.
    Object(ObjectAddress, Option<ETag>),
}

/// A multipart upload whose parts are all there.
pub struct Complete {
    pub origin: Origin,
    pub multipart: Multipart,
    pub only_if_absent: bool,
    /// What holds of the bytes once the server has put the parts together as they were sent.
    pub verification: Verification,
}

/// Starts an upload and records it; not to be interrupted, or nobody would know of it.
pub async fn open(
    task: &Task,
    object: &ObjectAddress,
    options: PutOptions,
    form: (u64, u64),
    source: String,
) -> Result<Multipart, Error> {
    let (task, object) = (task.clone(), object.clone());
    let (size, part_size) = form;
    let opening = task.steps.clone().spawn(async move {
        let (unnamed, parts) = (UploadId(String::new()), BTreeMap::new());
        let asked = Multipart { object, upload: unnamed, part_size, size, source, parts };
        task.opened(Partial::Multipart(asked.clone())).await?;
        let tries = AtomicU32::new(0);
        let create = || async {
            tries.fetch_add(1, Ordering::Relaxed);
            if task.steps.is_closed() {
                return Err(Error::new(ErrorKind::Cancelled, "CreateMultipartUpload", ""));
            }
            task.remote.create_multipart(&asked.object, &options).await
        };
        let upload = match task.gate.send(create).await {
            Ok(upload) => upload,
            Err(error) => {
                // What was refused left nothing.
                let refused = !error.retryable() && error.status.is_none_or(|code| code >= 300);
                if tries.load(Ordering::Relaxed) == 1 && refused {
                    task.closed().await?;
                }
                return Err(error);
            }
        };
        if tries.load(Ordering::Relaxed) > 1
            && !matches!(
                sweep(&*task.remote, &task.gate, &asked.object, Some(&upload)).await,
                Ok(true)
            )
        {
            task.note("an answer was lost: an unfinished upload without parts may be left");
        }
        let multipart = Multipart { upload, ..asked };
        if let Err(error) = task.opened(Partial::Multipart(multipart.clone())).await {
            // Nobody will know of it: it must not stay.
            drop(abort(&task, &multipart).await);
            return Err(error);
        }
        Ok(multipart)
    });
    opening.await.map_err(|e| {
        Error::new(ErrorKind::Other, "CreateMultipartUpload", "").detail(e.to_string())
    })?
}

/// An upload of an earlier run, as the server has it.
#[derive(Debug)]
pub struct Reconciled {
    /// With the recorded parts that the server confirms.
    pub multipart: Multipart,
    /// Parts that the server has and nobody recorded.
    pub unrecorded: Vec<UploadedPart>,
}

/// Goes on with an upload of an earlier run: keeps the parts that the server confirms. `None` where it is gone.
pub async fn reconcile(task: &Task, multipart: &Multipart) -> Result<Option<Reconciled>, Error> {
    let unconfirmed = Reconciled { multipart: multipart.clone(), unrecorded: Vec::new() };
    if task.remote.lacks(Capability::ListParts).is_some() {
        return Ok(Some(unconfirmed));
    }
    let list = || task.remote.list_parts(&multipart.object, &multipart.upload);
    let held = match task.gate.send(list).await {
        Ok(held) => held,
        Err(error) if error.is(&ErrorKind::NoSuchUpload) => return Ok(None),
        Err(error) if error.is(&ErrorKind::Unsupported) => return Ok(Some(unconfirmed)),
        Err(error) => return Err(error),
    };
    let held: BTreeMap<u32, UploadedPart> = held.into_iter().map(|p| (p.number, p)).collect();
    let mut kept = multipart.clone();
    kept.parts.retain(|number, part| {
        held.get(number).is_some_and(|held| held.etag == part.etag && held.size == part.size)
    });
    let unrecorded = held.into_values().filter(|part| !kept.parts.contains_key(&part.number));
    Ok(Some(Reconciled { unrecorded: unrecorded.collect(), multipart: kept }))
}

/// Whether an upload that goes on may only make its object appear where none is.
pub fn only_if_absent(task: &Task) -> bool {
    task.spec.on_conflict != OnConflict::Overwrite
        && task.remote.lacks(Capability::ConditionalPut).is_none()
}

/// Whether an upload that the server no longer has was completed by a try whose answer was lost.
pub async fn completed_before(task: &Task, multipart: &Multipart) -> Result<Option<Moving>, Error> {
    let expected = etag_of_parts(multipart.parts.values());
    if expected.is_none() || !missing(multipart).is_empty() {
        return Ok(None);
    }
    let found = find_taken(task, &multipart.object).await?;
    let same = found.is_some_and(|h| h.size == Some(multipart.size) && h.etag == expected);
    let verification = Some(Verification::Digest("md5".to_owned()));
    Ok(same.then_some(Moving::Done { bytes: multipart.size, verification }))
}

/// Part numbers and ranges that the upload still lacks.
pub fn missing(multipart: &Multipart) -> Vec<(u32, ByteRange)> {
    let have: BTreeSet<u32> = multipart.parts.keys().copied().collect();
    (0..piece_count(multipart.size, multipart.part_size))
        .filter(|index| !have.contains(&(index + 1)))
        .map(|index| (index + 1, piece(multipart.size, multipart.part_size, index)))
        .collect()
}

pub async fn record_part(task: &Task, part: UploadedPart) -> Result<(), Error> {
    let (job, place) = (task.job, task.place.clone());
    task.record(Fact::PartsDone { job, place, parts: vec![part] }).await
}

/// What an earlier run left, if it can be gone on with. An upload that was asked for and never named is taken back.
pub async fn named(task: &Task, partial: Option<Multipart>) -> Result<Option<Multipart>, Error> {
    match partial {
        Some(partial) if partial.upload.0.is_empty() => {
            discard(task, &partial).await?;
            Ok(None)
        }
        other => Ok(other),
    }
}

/// Aborts; an upload that is gone is fine.
pub async fn abort(task: &Task, multipart: &Multipart) -> Result<(), Error> {
    if multipart.upload.0.is_empty() {
        if !sweep(&*task.remote, &task.gate, &multipart.object, None).await? {
            task.note("an unfinished upload without parts may be left: uploads cannot be listed");
        }
        return Ok(());
    }
    abort_upload(&*task.remote, &task.gate, &multipart.object, &multipart.upload).await
}

async fn abort_upload(
    remote: &dyn Remote,
    gate: &Gate,
    object: &ObjectAddress,
    id: &UploadId,
) -> Result<(), Error> {
    match gate.send(|| remote.abort_multipart(object, id)).await {
        Err(error) if !error.is(&ErrorKind::NoSuchUpload) => Err(error),
        _ => Ok(()),
    }
}

/// Aborts the uploads of this key that have no part, except `kept`: one of ours whose name we never learned has
/// none, and of anybody else's no byte is lost. False where uploads cannot be listed here.
pub async fn sweep(
    remote: &dyn Remote,
    gate: &Gate,
    object: &ObjectAddress,
    kept: Option<&UploadId>,
) -> Result<bool, Error> {
    let silent = |e: &Error| e.is(&ErrorKind::Unsupported) || e.is(&ErrorKind::AccessDenied);
    let found = match gate.send(|| remote.uploads_of(object)).await {
        Err(error) if silent(&error) => return Ok(false),
        found => found?,
    };
    for id in found.iter().filter(|id| Some(*id) != kept) {
        match gate.send(|| remote.list_parts(object, id)).await {
            Ok(parts) if parts.is_empty() => abort_upload(remote, gate, object, id).await?,
            Err(error) if !silent(&error) && !error.is(&ErrorKind::NoSuchUpload) => {
                return Err(error);
            }
            _ => {}
        }
    }
    Ok(true)
}

/// Aborts and forgets; where the abort fails, the upload stays recorded.
pub async fn discard(task: &Task, multipart: &Multipart) -> Result<(), Error> {
    abort(task, multipart).await?;
    task.closed().await
}

impl Complete {
    /// Makes the object appear, if its source is still what it was.
    pub async fn run(self, task: &Task) -> Result<Moving, Error> {
        if let Err(error) = self.check_origin(task).await {
            if error.is(&ErrorKind::SourceChanged) {
                discard(task, &self.multipart).await?;
            }
            return Err(error);
        }
        let Multipart { object, upload, parts, size, .. } = &self.multipart;
        let list: Vec<UploadedPart> = parts.values().cloned().collect();
        let complete = |absent| {
            let list = &list;
            task.gate.send(move || task.remote.complete_multipart(object, upload, list, absent))
        };
        let mut result = complete(self.only_if_absent).await;
        // Nothing was there when it was looked at; a server without conditions can do no better.
        if self.only_if_absent && result.as_ref().is_err_and(|e| e.is(&ErrorKind::Unsupported)) {
            if find(task, object).await?.is_some() {
                return self.taken(task).await;
            }
            result = complete(false).await;
        }
        let etag = match result {
            Ok(Stored { confirmed: Some(digest), .. }) if self.is_ours() => {
                let verification = Some(Verification::Digest(digest.to_owned()));
                return Ok(Moving::Done { bytes: *size, verification });
            }
            Ok(stored) => stored.etag,
            // The parts do not make what was sent: the next try begins with none of them.
            Err(error) if error.is(&ErrorKind::Corrupt) => {
                discard(task, &self.multipart).await?;
                return Err(error);
            }
            // The answer to an earlier try was lost, or the upload was.
            Err(error) if error.is(&ErrorKind::NoSuchUpload) => {
                if let Some(done) = completed_before(task, &self.multipart).await? {
                    return Ok(done);
                }
                discard(task, &self.multipart).await?;
                return Err(error);
            }
            Err(error) if error.is(&ErrorKind::PreconditionFailed) => {
                return self.taken(task).await;
            }
            Err(error) => return Err(error),
        };
        let expected = etag_of_parts(parts.values());
        if expected.is_some() && expected == etag {
            let verification = Some(self.verification.clone());
            return Ok(Moving::Done { bytes: *size, verification });
        }
        self.check_size(task).await
    }

    /// Whether the digests of the parts are of the source itself, not of what another server gave.
    fn is_ours(&self) -> bool {
        matches!(self.origin, Origin::File(_))
    }

    async fn check_origin(&self, task: &Task) -> Result<(), Error> {
        match &self.origin {
            Origin::File(source) => {
                let source = Arc::clone(source);
                blocking(move || source.check_unchanged()).await
            }
            Origin::Object(object, etag) => {
                let head = task.source_gate.send(|| task.source.head(object)).await?;
                if head.etag == *etag && head.size == Some(self.multipart.size) {
                    return Ok(());
                }
                Err(Error::new(ErrorKind::SourceChanged, "copy", object.to_string())
                    .detail("the object changed while it was copied"))
            }
        }
    }

    /// An object of this name exists: made by a try of ours whose answer was lost, or by somebody else meanwhile.
    async fn taken(&self, task: &Task) -> Result<Moving, Error> {
        if let Some(done) = completed_before(task, &self.multipart).await? {
            return Ok(done);
        }
        discard(task, &self.multipart).await?;
        match task.spec.on_conflict {
            OnConflict::Skip => Ok(Moving::Skipped),
            _ => Err(exists(&self.multipart.object)),
        }
    }

    async fn check_size(&self, task: &Task) -> Result<Moving, Error> {
        let object = &self.multipart.object;
        let head = task.gate.send(|| task.remote.head(object)).await?;
        size_only(
            object,
            self.multipart.size,
            head.size,
            "the server's ETag is no digest of the parts",
        )
    }
}

/// `Corrupt` where the stored object has another length.
pub fn size_only(
    object: &ObjectAddress,
    sent: u64,
    stored: Option<u64>,
    why: &str,
) -> Result<Moving, Error> {
    match stored {
        Some(stored) if stored != sent => {
            Err(Error::new(ErrorKind::Corrupt, "check the stored object", object.to_string())
                .detail(format!("it has {stored} bytes, {sent} were sent")))
        }
        _ => {
            let verification = Some(Verification::SizeOnly(why.to_owned()));
            Ok(Moving::Done { bytes: sent, verification })
        }
    }
}
