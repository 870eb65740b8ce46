//! Copies one object from one storage to another through memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::{Bytes, BytesMut};

use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{
    ByteRange, ETag, GetOptions, ObjectAddress, ObjectHead, PutOptions, UploadedPart,
};
use crate::domain::parts::{MIB, PartLimits, part_size, piece_count};
use crate::domain::transfer::Verification;
use crate::s3::http::body::Body;
use crate::s3::tasks::blocking;
use crate::transfer::fact::Multipart;
use crate::transfer::task::{Moving, Task};
use crate::transfer::workers::destination::taken;
use crate::transfer::workers::digest::{DigestCheck, DigestOutcome, etag_of_parts};
use crate::transfer::workers::finish::WorkerEnd;
use crate::transfer::workers::multipart::{
    BodySource, Complete, PartBytesPermit, SendPart, discard, open, record_part, run_parts,
};
use crate::transfer::workers::ranges::wrong_length;
use crate::transfer::workers::settle::DownloadedObject;
use crate::transfer::workers::sums::{compared, on_its_way};
use crate::transfer::write::{Expected, MayReplace, Write, Written};

/// Part sizes that uploaders use, tried against the number of parts of the source: where they fit,
/// the copy has the same ETag.
const USUAL_PARTS: [u64; 10] = [8, 5, 10, 16, 15, 20, 25, 32, 50, 64];

/// The stamp of an upload whose parts come through this machine begins with it; those of a
/// server-side copy are larger than memory.
const STREAMED: &str = "streamed ";

pub struct Relay<'a> {
    pub task: &'a Task,
    pub from: &'a ObjectAddress,
    pub head: &'a ObjectHead,
}

/// What the journal says of the source of a relayed upload.
pub fn stamp(head: &ObjectHead) -> String {
    format!("{STREAMED}{}", head.etag.as_ref().map(ETag::to_string).unwrap_or_default())
}

pub fn is_relayed(multipart: &Multipart) -> bool {
    multipart.source.starts_with(STREAMED)
}

/// An object without a length is one whose body the server changes on the way.
pub fn recompressed(from: &ObjectAddress) -> Error {
    Error::new(ErrorKind::Unsupported, "copy", from.to_string()).detail(
        "its server unpacks the body on the way and does not give the length, so the stored bytes \
         cannot be had: download it",
    )
}

impl Relay<'_> {
    /// Copies everything from the start.
    pub async fn run(
        self,
        to: &ObjectAddress,
        options: PutOptions,
        only_if_absent: bool,
    ) -> Result<WorkerEnd, Error> {
        let size = self.head.size.ok_or_else(|| recompressed(self.from))?;
        if size < self.task.tuning.whole_below() {
            return self.whole(to, PutOptions { only_if_absent, ..options }).await;
        }
        let part_size = self.part_size(size).ok_or_else(|| {
            Error::new(ErrorKind::TooLarge, "copy", self.from.to_string())
                .detail("no part size fits the limits of storage")
        })?;
        let form = (size, part_size);
        let multipart = open(self.task, to, options, form, stamp(self.head)).await?;
        self.parts(multipart, only_if_absent).await
    }

    /// The source's own part size where it can be told, so that ETags can be compared; else the
    /// usual one.
    fn part_size(&self, size: u64) -> Option<u64> {
        let limits: PartLimits = self.task.remote.provider().facts().parts;
        own_part_size(self.head, &limits).or_else(|| part_size(size, &limits))
    }

    async fn whole(self, to: &ObjectAddress, options: PutOptions) -> Result<WorkerEnd, Error> {
        let (task, size) = (self.task, self.head.size.unwrap_or_default());
        let _memory = task.memory.take(size).await;
        let bytes = task.source_policy.send(|| self.read(None)).await?;
        let (body, head, place) = (bytes.clone(), self.head.clone(), self.from.to_string());
        let look = move |mut check: DigestCheck| {
            let (body, place) = (body.clone(), place.clone());
            blocking(move || {
                check.update(&body);
                check.finish(&place)
            })
        };
        let finding = look(DigestCheck::of(&head)).await?;
        let verification = self.asked().settle(finding, look).await?;
        let body = Body::from(bytes);
        let write = Write {
            remote: &*task.remote,
            policy: &task.policy,
            to,
            expected: Expected::Body(&body),
            may_replace: MayReplace::nothing_if(options.only_if_absent),
            may_be_ours: true,
        };
        let put = |only_if_absent| {
            let (options, body) = (PutOptions { only_if_absent, ..options.clone() }, body.clone());
            async move { task.remote.put(to, body, &options).await }
        };
        let why = "the server gave no digest of what it stored";
        let seen = match write.send(put).await? {
            Written::Taken => return taken(task, to).map(WorkerEnd::Moved),
            Written::Found(found, _) => write.verified(&found, why).await?,
            Written::Stored(stored) => {
                task.lands(to, &stored);
                task.moved.add(size);
                match stored.confirmed {
                    Some(digest) => Verification::Digest(digest.to_owned()),
                    None => write.see(why).await?,
                }
            }
        };
        // The bytes came whole, as far as the source's digests tell, and went whole.
        let verification = match seen {
            Verification::Digest(_) => on_its_way(verification),
            only_size @ Verification::SizeOnly(_) => {
                compared(task, (self.from, self.head.etag.as_ref()), to, only_size).await?
            }
        };
        Ok(WorkerEnd::Moved(Moving::Done { bytes: size, verification: Some(verification) }))
    }

    /// Carries the parts that the upload lacks.
    pub async fn parts(
        self,
        mut multipart: Multipart,
        only_if_absent: bool,
    ) -> Result<WorkerEnd, Error> {
        let task = self.task;
        let digest = Arc::new(InOrder::of(self.head, &multipart));
        let carried = run_parts(task, &mut multipart, &self.carrying(&digest)).await;
        let finished = carried.and_then(|()| digest.finish(self.head, &multipart, self.from));
        let settled = match finished {
            Ok(finding) => self.asked().settle_gone(finding).await.map(on_its_way),
            Err(error) => Err(error),
        };
        let verification = match settled {
            Ok(verification) => verification,
            Err(error) => {
                // What may pass is kept for a retry; what cannot, or has wrong bytes, is not left
                // on the server.
                if !error.retryable() || error.is(&ErrorKind::Corrupt) {
                    drop(discard(task, &multipart).await);
                }
                return Err(error);
            }
        };
        let origin = BodySource::Object(self.from.clone(), self.head.etag.clone());
        // A part that is carried once more is shown to no digest of the whole.
        let send = self.carrying(&Arc::new(InOrder::nothing()));
        let complete = Complete { origin, multipart, only_if_absent, verification, send };
        Ok(WorkerEnd::Upload(Box::new(complete)))
    }

    fn carrying(&self, digest: &Arc<InOrder>) -> SendPart {
        let (task, from, head) = (self.task.clone(), self.from.clone(), self.head.clone());
        let digest = Arc::clone(digest);
        SendPart::holding(self.task.memory.clone(), move |upload, number, range, memory| {
            let (task, from, head) = (task.clone(), from.clone(), head.clone());
            let (digest, upload) = (Arc::clone(&digest), upload.clone());
            let part = RelayedPart { task, from, head, digest, upload, memory };
            Box::pin(async move { part.carry(number, range).await })
        })
    }

    fn asked(&self) -> DownloadedObject<'_> {
        let (remote, policy) = (&*self.task.source, &self.task.source_policy);
        DownloadedObject { remote, policy, object: self.from, head: self.head }
    }

    async fn read(&self, range: Option<ByteRange>) -> Result<Bytes, Error> {
        read(self.task, self.from, self.head, range).await
    }
}

/// Bytes of the source as it was at the start; all of them without a range.
async fn read(
    task: &Task,
    from: &ObjectAddress,
    head: &ObjectHead,
    range: Option<ByteRange>,
) -> Result<Bytes, Error> {
    let options = GetOptions { range, if_match: head.etag.clone() };
    let mut download = task.source.get(from, &options).await?;
    let place = from.to_string();
    let told = download.head.size;
    if told.is_none() && download.head.headers.content_encoding.is_some() {
        return Err(recompressed(from));
    }
    if download.head.etag != head.etag || told.is_some() && told != head.size {
        return Err(Error::new(ErrorKind::SourceChanged, "GetObject", place)
            .detail("the source changed while it was copied"));
    }
    if range.is_some() && download.range != range {
        return Err(Error::new(ErrorKind::Unsupported, "GetObject", place)
            .detail("the server does not send the range it was asked for: download the object"));
    }
    let expected = range.map_or(head.size.unwrap_or_default(), ByteRange::len);
    let mut bytes = BytesMut::with_capacity(usize::try_from(expected).unwrap_or(0));
    while let Some(chunk) = task.source_policy.next_of(&mut download.body, &place).await? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() as u64 > expected {
            break;
        }
    }
    match bytes.len() as u64 {
        got if got == expected => Ok(bytes.freeze()),
        got => Err(wrong_length(&place, expected, got)),
    }
}

struct RelayedPart {
    task: Task,
    from: ObjectAddress,
    head: ObjectHead,
    digest: Arc<InOrder>,
    upload: Multipart,
    memory: PartBytesPermit,
}

impl RelayedPart {
    async fn carry(self, number: u32, range: ByteRange) -> Result<UploadedPart, Error> {
        let task = &self.task;
        let bytes =
            task.source_parts.send(|| read(task, &self.from, &self.head, Some(range))).await?;
        let (digest, seen) = (Arc::clone(&self.digest), (bytes.clone(), self.memory.clone()));
        blocking(move || {
            digest.take(number, seen);
            Ok(())
        })
        .await?;
        let Multipart { object, upload, .. } = &self.upload;
        let send = || task.remote.upload_part(object, upload, number, bytes.clone().into());
        let part = task.parts.send(send).await?;
        task.moved.add(range.len());
        record_part(task, part.clone()).await?;
        Ok(part)
    }
}

/// Shows parts that come in any order to a digest that wants them in order.
struct InOrder(Mutex<Digest>);

struct Digest {
    /// `None` where an earlier run carried parts that this one never saw.
    check: Option<DigestCheck>,
    next: u32,
    waiting: BTreeMap<u32, (Bytes, PartBytesPermit)>,
}

impl InOrder {
    fn of(head: &ObjectHead, multipart: &Multipart) -> InOrder {
        let check =
            multipart.parts.is_empty().then(|| DigestCheck::of(head)).filter(DigestCheck::compares);
        InOrder(Mutex::new(Digest { check, next: 1, waiting: BTreeMap::new() }))
    }

    fn nothing() -> InOrder {
        InOrder(Mutex::new(Digest { check: None, next: 1, waiting: BTreeMap::new() }))
    }

    fn take(&self, number: u32, part: (Bytes, PartBytesPermit)) {
        let mut digest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Digest { check: Some(check), next, waiting } = &mut *digest else { return };
        waiting.insert(number, part);
        while let Some((bytes, held)) = waiting.remove(next) {
            check.update(&bytes);
            drop((bytes, held));
            *next += 1;
        }
    }

    /// What holds of the bytes that were carried, once all parts are.
    fn finish(
        &self,
        head: &ObjectHead,
        multipart: &Multipart,
        from: &ObjectAddress,
    ) -> Result<DigestOutcome, Error> {
        let check = self.0.lock().unwrap_or_else(PoisonError::into_inner).check.take();
        if let Some(check) = check {
            return check.finish(&from.to_string());
        }
        let same = head.etag.is_some() && etag_of_parts(multipart.parts.values()) == head.etag;
        Ok(DigestOutcome::Settled(match same {
            true => Verification::Digest("md5".to_owned()),
            false => Verification::SizeOnly("the whole has no digest to compare".to_owned()),
        }))
    }
}

/// The size of the parts that an object was made of, where its ETag tells how many they were and it
/// is one of those in use: a copy made of the same parts has the same ETag.
pub fn own_part_size(head: &ObjectHead, limits: &PartLimits) -> Option<u64> {
    let size = head.size?;
    let (_, count) = head.etag.as_ref()?.as_str().split_once('-')?;
    let count: u32 = count.parse().ok()?;
    let fits = |part: &u64| {
        *part >= limits.smallest()
            && piece_count(size, *part) == count
            && u64::from(count) <= limits.most()
    };
    USUAL_PARTS.iter().map(|part| part * MIB).find(fits)
}
