//! Uploads one file: whole where it is small, else in equal parts.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::OwnedSemaphorePermit;

use crate::domain::address::{Bucket, Key};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{
    ByteRange, ObjectAddress, ObjectHead, ObjectHeaders, PutOptions, StoredObject, UploadId,
    UploadedPart,
};
use crate::domain::parts::part_size;
use crate::domain::transfer::{Links, OnConflict, Target, Verification, Work};
use crate::s3::http::body::{Body, Content};
use crate::s3::tasks::blocking;
use crate::transfer::fact::Multipart;
use crate::transfer::limits::{BUFFER, BodyMemory};
use crate::transfer::local::attributes::{MODE, TIME, mode_text, time_text};
use crate::transfer::local::content::{SNIFFED, content_type};
use crate::transfer::local::source::{OpenMode, Source};
use crate::transfer::remote::Remote;
use crate::transfer::sending::send_watched;
use crate::transfer::task::{Moving, Task, address};
use crate::transfer::tuning::MAX_WHOLE;
use crate::transfer::workers::adopt::adopt;
use crate::transfer::workers::destination::{
    Destination, Version, decide, is_asked_by_the_request, note_unguarded, resumed, taken,
};
use crate::transfer::workers::digest::md5_hex;
use crate::transfer::workers::finish::WorkerEnd;
use crate::transfer::workers::multipart::{
    BodySource, Complete, SendPart, completed_before, discard, named, open, reconcile, record_part,
    run_parts,
};
use crate::transfer::write::{Expected, MayReplace, Write, Written};

/// The largest object that is stored twice to learn of the server, in bytes.
const PROBE: u64 = 64 << 10;

pub struct Upload<'a> {
    task: &'a Task,
    object: ObjectAddress,
    headers: ObjectHeaders,
}

impl<'a> Upload<'a> {
    pub fn new(task: &'a Task, bucket: &Bucket, key: &Key, headers: &ObjectHeaders) -> Self {
        Self { task, object: address(bucket, key), headers: headers.clone() }
    }

    pub async fn run(self, path: &Path, partial: Option<Multipart>) -> Result<WorkerEnd, Error> {
        let snapshot = self.task.spec.files.snapshot;
        let (opening, path) = (OpenMode { follow: self.follows(path), snapshot }, path.to_owned());
        self.asks();
        let memory = self.task.memory.clone();
        let short = (BUFFER as u64).min(self.task.tuning.part_threshold);
        // One that turns out to be short is read at once, where there is room for it now.
        let room = memory.take_now(short);
        let read = room.is_some() && partial.is_none();
        let opened = move || {
            let source = Source::open(&path, opening)?;
            let whole = read && source.size < short;
            let body = if whole { Some(read_whole(&source, &memory)?) } else { None };
            Ok((Arc::new(source), body))
        };
        let (source, body) = blocking(opened).await?;
        self.task.moved.expect(source.size);
        if let Some(body) = body {
            return self.put_read(source, body).await;
        }
        drop(room);
        if let Some(partial) = named(self.task, partial).await? {
            if partial.source == source.stamp() {
                return self.resume(source, partial).await;
            }
            self.task.note("started over: the file changed since the upload began");
            self.task.moved.restart_at(0);
            discard(self.task, &partial).await?;
        }
        if source.size < self.task.tuning.whole_below() {
            self.whole(source).await
        } else {
            self.in_parts(source).await
        }
    }

    /// A path that the user named is what it leads to; one found below a folder may have become a
    /// link since.
    fn follows(&self, path: &Path) -> bool {
        let named = matches!(&self.task.spec.work, Work::Upload { source, .. } if source == path);
        named || self.task.spec.files.links == Links::Follow
    }

    /// What does not depend on the file.
    fn asks(&self) {
        let mut options = PutOptions::default();
        self.task.spec.options.describe(self.object.key.as_str(), &mut options);
        self.task.asks(&options, &options.headers, options.storage_class.as_ref());
    }

    /// `start` is how the file begins.
    fn options(&self, source: &Source, start: &[u8], only_if_absent: bool) -> PutOptions {
        let mut headers = self.headers.clone();
        if headers.content_type.is_none() {
            let start = &start[..start.len().min(SNIFFED)];
            headers.content_type = Some(content_type(self.object.key.name(), start));
        }
        let time = source.modified.map(|time| (TIME.to_owned(), time_text(time)));
        let mode =
            self.task.spec.files.keep_mode.then(|| (MODE.to_owned(), mode_text(source.mode)));
        let user_metadata = time.into_iter().chain(mode).collect();
        let mut options =
            PutOptions { headers, user_metadata, only_if_absent, ..PutOptions::default() };
        self.task.spec.options.describe(self.object.key.as_str(), &mut options);
        self.headers.over(&mut options.headers);
        options
    }

    async fn whole(self, source: Arc<Source>) -> Result<WorkerEnd, Error> {
        let _memory = self.task.memory.take(source.size).await;
        let (reading, memory) = (Arc::clone(&source), self.task.memory.clone());
        let body = blocking(move || read_whole(&reading, &memory)).await?;
        self.put_read(source, body).await
    }

    async fn put_read(self, source: Arc<Source>, read: Read) -> Result<WorkerEnd, Error> {
        match read {
            Read::All(body) => self.put_whole(&source, body).await,
            Read::MoreThanSaid => {
                let _memory = self.task.memory.take(MAX_WHOLE).await;
                let (reading, memory) = (Arc::clone(&source), self.task.memory.clone());
                let body = blocking(move || read_to_end(&reading, &memory)).await?;
                self.put_whole(&source, body).await
            }
        }
    }

    async fn put_whole(self, source: &Source, body: Body) -> Result<WorkerEnd, Error> {
        let size = body.size();
        self.task.moved.expect(size);
        let compared = self.task.again || self.task.spec.on_conflict == OnConflict::IfDifferent;
        let md5 = if compared { Some(md5_of(&body).await?) } else { None };
        let same = |head: &ObjectHead| md5.as_ref().is_some_and(|md5| is_same(head, size, md5));
        let decided = if self.refused_by_the_server() {
            (Destination::Write { object: self.object.clone(), only_if_absent: true }, false)
        } else {
            let version = Version { size, modified: source.modified };
            decide(self.task, self.object.clone(), version, same).await?
        };
        let (object, only_if_absent) = match decided {
            (Destination::Skip, true) => return Ok(WorkerEnd::Moved(verified(size, "md5"))),
            (Destination::Skip, false) => return Ok(WorkerEnd::Moved(Moving::Skipped)),
            (Destination::Write { object, only_if_absent }, _) => (object, only_if_absent),
        };
        let start = match &body {
            Body::Held(pieces) => pieces.first().map_or(&[][..], |piece| piece),
            Body::Elsewhere(_) => &[],
        };
        let options = self.options(source, start, only_if_absent);
        let write = Write {
            remote: &*self.task.remote,
            policy: &self.task.policy,
            to: &object,
            expected: Expected::Body(&body),
            may_replace: MayReplace::nothing_if(only_if_absent),
            may_be_ours: true,
        };
        let why = "the server's answer confirms no digest of the bytes";
        let (object, body, options) = (&object, &body, &options);
        let written = write
            .send(|only_if_absent| {
                let (options, this) = (PutOptions { only_if_absent, ..options.clone() }, &self);
                async move { this.put(object, body, &options).await }
            })
            .await?;
        let stored = match written {
            Written::Stored(stored) => {
                self.task.lands(object, &stored);
                stored
            }
            Written::Found(found, _) => {
                let verification = Some(write.verified(&found, why).await?);
                return Ok(WorkerEnd::Moved(Moving::Done { bytes: size, verification }));
            }
            Written::Taken => return taken(self.task, object).map(WorkerEnd::Moved),
        };
        self.probe(object, body, options).await;
        let verification = match stored.confirmed {
            Some(digest) => Verification::Digest(digest.to_owned()),
            None => write.see(why).await?,
        };
        Ok(WorkerEnd::Moved(Moving::Done { bytes: size, verification: Some(verification) }))
    }

    /// Whether a server of unknown habits keeps to its condition shows where an object that was
    /// just stored is stored once more, the same, as if it were not there.
    async fn probe(&self, object: &ObjectAddress, body: &Body, options: &PutOptions) {
        let task = self.task;
        let many = matches!(&task.spec.work, Work::Upload { target: Target::Prefix(_), .. });
        if many
            && options.only_if_absent
            && body.size() <= PROBE
            && task.remote.may_probe_conditions()
        {
            match task.policy.send(|| task.remote.put(object, body.clone(), options)).await {
                Ok(_) => task.remote.learn_conditions(false),
                Err(error) if error.is(&ErrorKind::PreconditionFailed) => {
                    task.remote.learn_conditions(true);
                }
                Err(_) => {}
            }
        }
        note_unguarded(task);
    }

    /// Whether the request itself finds out what is there, so that nobody has to look first: a body
    /// this small is soon refused, by providers that are known to keep to the condition.
    fn refused_by_the_server(&self) -> bool {
        let task = self.task;
        !task.again && is_asked_by_the_request(task)
    }

    async fn put(
        &self,
        object: &ObjectAddress,
        body: &Body,
        options: &PutOptions,
    ) -> Result<StoredObject, Error> {
        let put = |remote: Arc<dyn Remote>| async move {
            remote.put(object, body.clone(), options).await
        };
        send_watched(self.task, body.size(), put).await
    }

    async fn in_parts(self, source: Arc<Source>) -> Result<WorkerEnd, Error> {
        let size = source.size;
        let limits = self.task.remote.provider().facts().parts;
        let part_size = part_size(size, &limits).ok_or_else(|| {
            Error::new(ErrorKind::TooLarge, "upload", self.object.to_string())
                .detail(format!("{size} bytes are more than one object can have"))
        })?;
        let version = Version { size, modified: source.modified };
        let (object, only_if_absent) =
            match decide(self.task, self.object.clone(), version, |_| false).await? {
                (Destination::Skip, _) => return Ok(WorkerEnd::Moved(Moving::Skipped)),
                (Destination::Write { object, only_if_absent }, _) => (object, only_if_absent),
            };
        note_unguarded(self.task);
        let (reading, length) = (Arc::clone(&source), size.min(SNIFFED as u64));
        let start = blocking(move || reading.read(0, length)).await?;
        let options = self.options(&source, &start, false);
        let multipart =
            open(self.task, &object, options, (size, part_size), source.stamp()).await?;
        self.send_parts(source, multipart, only_if_absent).await
    }

    async fn resume(self, source: Arc<Source>, partial: Multipart) -> Result<WorkerEnd, Error> {
        if let Some(found) = reconcile(self.task, &partial).await? {
            let mut multipart = found.multipart;
            let version = Version { size: source.size, modified: source.modified };
            let object = &multipart.object;
            let Some(only_if_absent) = resumed(self.task, object, version).await? else {
                discard(self.task, &multipart).await?;
                return Ok(WorkerEnd::Moved(Moving::Skipped));
            };
            adopt(self.task, &source, &mut multipart, found.unrecorded).await?;
            return self.send_parts(source, multipart, only_if_absent).await;
        }
        // Gone: completed by a try whose answer was lost, or expired.
        if let Some(done) = completed_before(self.task, &partial).await? {
            return Ok(WorkerEnd::Moved(done));
        }
        self.task.note("started over: the server no longer has the unfinished upload");
        discard(self.task, &partial).await?;
        self.in_parts(source).await
    }

    /// Sends what the upload lacks, each part read when its turn comes, so memory holds the parts
    /// under way.
    async fn send_parts(
        self,
        source: Arc<Source>,
        mut multipart: Multipart,
        only_if_absent: bool,
    ) -> Result<WorkerEnd, Error> {
        let (task, reading) = (self.task.clone(), Arc::clone(&source));
        let send = SendPart::new(move |multipart, number, range| {
            let part = UploadPart { task: task.clone(), source: Arc::clone(&reading) };
            let (object, upload) = (multipart.object.clone(), multipart.upload.clone());
            Box::pin(async move { part.send(&object, &upload, number, range).await })
        });
        if let Err(error) = run_parts(self.task, &mut multipart, &send).await {
            // What may pass is kept for a retry; what cannot is not left on the server.
            if !error.retryable() {
                drop(discard(self.task, &multipart).await);
            }
            return Err(error);
        }
        let (origin, verification) =
            (BodySource::File(source), Verification::Digest("md5".to_owned()));
        let complete = Complete { origin, multipart, only_if_absent, verification, send };
        Ok(WorkerEnd::Upload(Box::new(complete)))
    }
}

struct UploadPart {
    task: Task,
    source: Arc<Source>,
}

impl UploadPart {
    async fn send(
        &self,
        object: &ObjectAddress,
        upload: &UploadId,
        number: u32,
        range: ByteRange,
    ) -> Result<UploadedPart, Error> {
        let task = &self.task;
        // Before a slot: who has one waits for nobody's memory.
        let (memory, body) = self.body(range).await?;
        let part = task.parts.send(|| self.send_once(object, upload, number, body.clone())).await?;
        drop((body, memory));
        record_part(task, part.clone()).await?;
        Ok(part)
    }

    /// Holds the bytes in memory where there is room for them now, so that they are read once; else
    /// they are read when they are sent, and once more for the digest.
    async fn body(&self, range: ByteRange) -> Result<(Option<OwnedSemaphorePermit>, Body), Error> {
        let memory = &self.task.memory;
        let room = match memory.take_now(range.len()) {
            None if self.task.remote.holds_bodies() => memory.take(range.len()).await,
            room => room,
        };
        let source = Arc::clone(&self.source);
        if room.is_none() {
            let room = memory.take(2 * BUFFER as u64).await;
            return Ok((room, Body::Elsewhere(Arc::new(Stretch { source, range }))));
        }
        let buffers = memory.clone();
        Ok((room, blocking(move || held(&source, range, &buffers)).await?))
    }

    async fn send_once(
        &self,
        object: &ObjectAddress,
        upload: &UploadId,
        number: u32,
        body: Body,
    ) -> Result<UploadedPart, Error> {
        let size = body.size();
        let send = |remote: Arc<dyn Remote>| async move {
            remote.upload_part(object, upload, number, body).await
        };
        send_watched(&self.task, size, send).await
    }
}

/// A stretch of a file.
#[derive(Debug)]
struct Stretch {
    source: Arc<Source>,
    range: ByteRange,
}

impl Content for Stretch {
    fn size(&self) -> u64 {
        self.range.len()
    }

    fn read(&self, offset: u64, into: &mut [u8]) -> Result<(), Error> {
        self.source.fill(self.range.start + offset, into)
    }
}

/// What came of reading a file that is to be held whole.
enum Read {
    All(Body),
    /// The system's word for its size is wrong: there is more.
    MoreThanSaid,
}

/// All of a file as it was when it was opened: what can be read of it, where its size is not what
/// the system says.
fn read_whole(source: &Source, memory: &BodyMemory) -> Result<Read, Error> {
    let (pieces, read) = read_up_to(source, source.size + 1, memory)?;
    if !source.belies_its_size(read)? {
        let all = Body::Held(cut(pieces, source.size).into());
        return source.check_unchanged().map(|()| Read::All(all));
    }
    Ok(if read > source.size { Read::MoreThanSaid } else { Read::All(Body::Held(pieces.into())) })
}

/// All of a file that has more than it is said to have.
fn read_to_end(source: &Source, memory: &BodyMemory) -> Result<Body, Error> {
    let (pieces, read) = read_up_to(source, MAX_WHOLE + 1, memory)?;
    if read > MAX_WHOLE { Err(source.belied(read)) } else { Ok(Body::Held(pieces.into())) }
}

/// Reads from the start to the end of a file, or to `most` bytes.
fn read_up_to(source: &Source, most: u64, memory: &BodyMemory) -> Result<(Vec<Bytes>, u64), Error> {
    let (mut pieces, mut at) = (Vec::new(), 0);
    while at < most {
        let length = usize::try_from(most - at).unwrap_or(BUFFER).min(BUFFER);
        let mut buffer = memory.buffer_of(length);
        let read = source.read_some(at, &mut buffer)?;
        buffer.truncate(read);
        at += read as u64;
        if read > 0 {
            pieces.push(Bytes::from_owner(buffer));
        }
        if read < length {
            break;
        }
    }
    Ok((pieces, at))
}

/// The first `size` bytes.
fn cut(mut pieces: Vec<Bytes>, size: u64) -> Vec<Bytes> {
    let mut left = usize::try_from(size).unwrap_or(usize::MAX);
    for piece in &mut pieces {
        piece.truncate(left);
        left -= piece.len();
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// Reads a stretch of a file into buffers.
fn held(source: &Source, range: ByteRange, memory: &BodyMemory) -> Result<Body, Error> {
    let mut pieces = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let length = usize::try_from(range.end - at).unwrap_or(BUFFER).min(BUFFER);
        let mut buffer = memory.buffer_of(length);
        source.fill(at, &mut buffer)?;
        at += length as u64;
        pieces.push(Bytes::from_owner(buffer));
    }
    Ok(Body::Held(pieces.into()))
}

async fn md5_of(body: &Body) -> Result<String, Error> {
    let body = body.clone();
    blocking(move || Ok(md5_hex(&body.whole()?))).await
}

fn is_same(head: &ObjectHead, size: u64, md5: &str) -> bool {
    head.size == Some(size) && head.etag.as_ref().and_then(|etag| etag.md5_hex()) == Some(md5)
}

fn verified(bytes: u64, digest: &str) -> Moving {
    Moving::Done { bytes, verification: Some(Verification::Digest(digest.to_owned())) }
}
