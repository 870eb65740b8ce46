//! Runs a multipart upload: opens and records it, sends its parts, completes or aborts it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::OwnedSemaphorePermit;

use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ByteRange, ETag, ObjectAddress, PutOptions, UploadId, UploadedPart};
use crate::domain::parts::{piece, piece_count};
use crate::domain::provider::Capability;
use crate::domain::transfer::Verification;
use crate::domain::units::Counted;
use crate::s3::tasks::blocking;
use crate::transfer::fact::{Fact, Multipart, Partial};
use crate::transfer::limits::BodyMemory;
use crate::transfer::local::source::Source;
use crate::transfer::parts_in_flight::{PartSource, SendingPart, send_parts};
use crate::transfer::remote::Remote;
use crate::transfer::retry::RetryPolicy;
use crate::transfer::task::{Moving, Task};
use crate::transfer::workers::destination::{find_taken, taken};
use crate::transfer::workers::digest::etag_of_parts;
use crate::transfer::workers::sums::compared;
use crate::transfer::write::{Expected, MayReplace, Write, Written, head_of, is_missing};

/// What the object is made of, checked once more before it appears.
#[derive(Clone, Debug)]
pub enum BodySource {
    File(Arc<Source>),
    /// With the ETag it had when the copy began.
    Object(ObjectAddress, Option<ETag>),
}

/// The right to hold a part's bytes: given back when the last who holds them is done.
pub type PartBytesPermit = Option<Arc<OwnedSemaphorePermit>>;

type SendFn = dyn Fn(&Multipart, u32, ByteRange, PartBytesPermit) -> SendingPart + Send + Sync;

/// Sends one part of an upload, whose number and range are given, and records it.
#[derive(Clone)]
pub struct SendPart {
    /// Taken in the order of the parts, so that the first of them never waits for a later one.
    memory: Option<BodyMemory>,
    send: Arc<SendFn>,
}

impl SendPart {
    pub fn new(
        send: impl Fn(&Multipart, u32, ByteRange) -> SendingPart + Send + Sync + 'static,
    ) -> SendPart {
        let send = move |upload: &Multipart, number, range, _: PartBytesPermit| {
            send(upload, number, range)
        };
        SendPart { memory: None, send: Arc::new(send) }
    }

    /// A sender of parts that are in memory whole.
    pub fn holding(
        memory: BodyMemory,
        send: impl Fn(&Multipart, u32, ByteRange, PartBytesPermit) -> SendingPart
        + Send
        + Sync
        + 'static,
    ) -> SendPart {
        SendPart { memory: Some(memory), send: Arc::new(send) }
    }
}

/// The parts that an upload lacks.
struct Lacking<'a> {
    upload: Multipart,
    left: std::vec::IntoIter<(u32, ByteRange)>,
    send: &'a SendPart,
}

impl PartSource for Lacking<'_> {
    async fn next(&mut self) -> Result<Option<SendingPart>, Error> {
        let Some((number, range)) = self.left.next() else { return Ok(None) };
        let held = match &self.send.memory {
            Some(memory) => memory.take(range.len()).await.map(Arc::new),
            None => None,
        };
        Ok(Some((self.send.send)(&self.upload, number, range, held)))
    }
}

/// A multipart upload whose parts are all there.
pub struct Complete {
    pub origin: BodySource,
    pub multipart: Multipart,
    pub only_if_absent: bool,
    /// What holds of the bytes once the server has put the parts together as they were sent.
    pub verification: Verification,
    /// How parts are sent that the server turns out not to have.
    pub send: SendPart,
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
        let upload = match task.policy.send(create).await {
            Ok(upload) => upload,
            Err(error) => {
                if error.status.is_some_and(|code| (200..300).contains(&code))
                    && let Ok(true) = sweep(&*task.remote, &task.policy, &asked.object, None).await
                {
                    task.closed().await?;
                }
                if tries.load(Ordering::Relaxed) == 1 && has_begun_none(&error) {
                    task.closed().await?;
                }
                return Err(error);
            }
        };
        if tries.load(Ordering::Relaxed) > 1
            && !matches!(
                sweep(&*task.remote, &task.policy, &asked.object, Some(&upload)).await,
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
    opening.await?
}

/// An upload of an earlier run, as the server has it.
#[derive(Debug)]
pub struct Reconciled {
    /// With the recorded parts that the server confirms.
    pub multipart: Multipart,
    /// Parts that the server has and nobody recorded.
    pub unrecorded: Vec<UploadedPart>,
}

/// Goes on with an upload of an earlier run: keeps the parts that the server confirms. `None` where
/// it is gone.
pub async fn reconcile(task: &Task, multipart: &Multipart) -> Result<Option<Reconciled>, Error> {
    let unconfirmed = Reconciled { multipart: multipart.clone(), unrecorded: Vec::new() };
    if task.remote.lacks(Capability::ListParts).is_some() {
        return Ok(Some(unconfirmed));
    }
    let list = || task.remote.list_parts(&multipart.object, &multipart.upload);
    let held = match task.policy.send(list).await {
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

/// Sends the parts that the upload lacks, several at once, until all are there or one fails.
pub async fn run_parts(
    task: &Task,
    multipart: &mut Multipart,
    send: &SendPart,
) -> Result<(), Error> {
    task.moved.restart_at(multipart.parts.values().map(|part| part.size).sum());
    let upload = Multipart { parts: BTreeMap::new(), ..multipart.clone() };
    let mut lacking = Lacking { upload, left: missing(multipart).into_iter(), send };
    let sent = send_parts(task.parts_at_once, &mut lacking).await?;
    multipart.parts.extend(sent.into_iter().map(|part| (part.number, part)));
    Ok(())
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

/// What an earlier run left, if it can be gone on with. An upload that was asked for and never
/// named is taken back.
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
        if !sweep(&*task.remote, &task.policy, &multipart.object, None).await? {
            task.note("an unfinished upload without parts may be left: uploads cannot be listed");
        }
        return Ok(());
    }
    if !abort_upload(&*task.remote, &task.policy, &multipart.object, &multipart.upload).await? {
        task.note_once("an abort is not verified: uploads cannot be listed here");
    }
    Ok(())
}

/// Aborts until the upload is not listed any more. False where uploads cannot be listed.
pub async fn abort_upload(
    remote: &dyn Remote,
    policy: &RetryPolicy,
    object: &ObjectAddress,
    id: &UploadId,
) -> Result<bool, Error> {
    let abort = || async {
        match remote.abort_for_good(object, id).await {
            // The list may be older than the abort.
            Err(error) if error.is(&ErrorKind::NoSuchUpload) => {
                Err(Error { kind: ErrorKind::ServerFault, ..error })
            }
            outcome => outcome,
        }
    };
    policy.send(abort).await
}

/// Whether a request for an upload that failed so has begun none: a success in words that are not
/// understood has.
pub fn has_begun_none(error: &Error) -> bool {
    !error.retryable() && error.status.is_none_or(|code| code >= 300)
}

/// Aborts the uploads of this key that have no part, except `kept`: one of ours whose name we never
/// learned has none, and of anybody else's no byte is lost. False where uploads cannot be listed
/// here.
pub async fn sweep(
    remote: &dyn Remote,
    policy: &RetryPolicy,
    object: &ObjectAddress,
    kept: Option<&UploadId>,
) -> Result<bool, Error> {
    let silent = |e: &Error| e.is(&ErrorKind::Unsupported) || e.is(&ErrorKind::AccessDenied);
    let found = match policy.send(|| remote.uploads_of(object)).await {
        Err(error) if silent(&error) => return Ok(false),
        found => found?,
    };
    for id in found.iter().filter(|id| Some(*id) != kept) {
        match policy.send(|| remote.list_parts(object, id)).await {
            Ok(parts) if parts.is_empty() => {
                abort_upload(remote, policy, object, id).await?;
            }
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
    pub async fn run(mut self, task: &Task) -> Result<Moving, Error> {
        if let Err(error) = self.check_origin(task).await {
            if error.is(&ErrorKind::SourceChanged) {
                discard(task, &self.multipart).await?;
            }
            return Err(error);
        }
        let mut result = self.attempt(task).await;
        let again = match &result {
            Err(error) if lacks_parts(error) => self.mend(task).await?,
            // The server said that it was done: the upload may still be there.
            Err(error) => is_missing(error),
            Ok(_) => false,
        };
        if again {
            result = match (self.attempt(task).await, result) {
                (Err(gone), Err(first)) if gone.is(&ErrorKind::NoSuchUpload) => Err(first),
                (second, _) => second,
            };
        }
        // The parts do not make what was sent, or are gone: the next try begins with none of them.
        if let Err(error) = &result
            && (error.is(&ErrorKind::Corrupt) || error.is(&ErrorKind::NoSuchUpload))
        {
            discard(task, &self.multipart).await?;
        }
        self.seen_again(task, result?).await
    }

    /// The end of a copy, with a digest where one of the whole can be had; that of a move looks
    /// itself.
    async fn seen_again(&self, task: &Task, moving: Moving) -> Result<Moving, Error> {
        let BodySource::Object(from, etag) = &self.origin else { return Ok(moving) };
        match moving {
            Moving::Done { bytes, verification: Some(seen) } if !task.spec.work.moves() => {
                let seen =
                    compared(task, (from, etag.as_ref()), &self.multipart.object, seen).await?;
                Ok(Moving::Done { bytes, verification: Some(seen) })
            }
            moving => Ok(moving),
        }
    }

    async fn attempt(&self, task: &Task) -> Result<Moving, Error> {
        let Multipart { object, upload, parts, size, .. } = &self.multipart;
        let list: Vec<UploadedPart> = parts.values().cloned().collect();
        let expected = head_of(*size, etag_of_parts(parts.values()));
        let write = Write {
            remote: &*task.remote,
            policy: &task.policy,
            to: object,
            expected: Expected::Head(&expected),
            may_replace: MayReplace::nothing_if(self.only_if_absent),
            may_be_ours: true,
        };
        let complete = |absent| task.remote.complete_multipart(object, upload, &list, absent);
        let done = |verification| {
            let verification = Some(verification);
            Ok(Moving::Done { bytes: *size, verification })
        };
        let why = "the server's ETag is not a digest of the parts";
        let stored = match write.send(complete).await? {
            Written::Stored(stored) => {
                task.lands(object, &stored);
                stored
            }
            Written::Found(found, _) => return done(write.verified(&found, why).await?),
            Written::Taken => {
                discard(task, &self.multipart).await?;
                return taken(task, object);
            }
        };
        // The end of a move looks at the copy itself.
        let seen = match task.spec.work.moves() {
            true => None,
            false => Some(write.see(why).await?),
        };
        match (stored.confirmed, seen) {
            (Some(digest), _) if self.is_ours() => done(Verification::Digest(digest.to_owned())),
            _ if expected.etag.is_some() && expected.etag == stored.etag => {
                done(self.verification.clone())
            }
            (_, Some(Verification::Digest(_))) => done(self.verification.clone()),
            (_, Some(seen)) => done(seen),
            (_, None) => done(Verification::SizeOnly(why.to_owned())),
        }
    }

    /// Sends the parts again that the server does not have as they were sent. False where it has
    /// all of them.
    async fn mend(&mut self, task: &Task) -> Result<bool, Error> {
        if task.remote.lacks(Capability::ListParts).is_some() {
            return Ok(false);
        }
        let Some(found) = reconcile(task, &self.multipart).await? else { return Ok(false) };
        let lost = missing(&found.multipart).len();
        if lost == 0 {
            return Ok(false);
        }
        self.multipart = found.multipart;
        let parts = Counted(lost as u64, "part");
        task.note(format!("the server lost {parts}; sent again"));
        run_parts(task, &mut self.multipart, &self.send).await?;
        Ok(true)
    }

    /// Whether the digests of the parts are of the source itself, not of what another server gave.
    fn is_ours(&self) -> bool {
        matches!(self.origin, BodySource::File(_))
    }

    async fn check_origin(&self, task: &Task) -> Result<(), Error> {
        match &self.origin {
            BodySource::File(source) => {
                let source = Arc::clone(source);
                blocking(move || source.check_unchanged()).await
            }
            BodySource::Object(object, etag) => {
                let head = task.source_policy.send(|| task.source.head(object)).await?;
                if head.etag == *etag && head.size == Some(self.multipart.size) {
                    return Ok(());
                }
                Err(Error::new(ErrorKind::SourceChanged, "copy", object.to_string())
                    .detail("the object changed while it was copied"))
            }
        }
    }
}

/// Whether the server says that it does not have the parts it was named.
fn lacks_parts(error: &Error) -> bool {
    error.code.as_deref() == Some("InvalidPart")
}
