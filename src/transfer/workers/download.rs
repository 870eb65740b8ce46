//! Downloads one object into a file: the first range tells its size, the others follow in parallel.

mod conflict;

use std::path::PathBuf;
use std::sync::Arc;

use cap_std::fs::Metadata;

use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ByteRange, GetOptions, ObjectAddress, ObjectHead};
use crate::domain::transfer::{OnConflict, Verification, Work};
use crate::s3::http::incoming::Incoming;
use crate::s3::tasks::blocking;
use crate::transfer::fact::PartFile;
use crate::transfer::limits::{BUFFER, Buffer};
use crate::transfer::local::attributes::{kept_mode, kept_time};
use crate::transfer::local::folder::Folder;
use crate::transfer::local::names::LocalName;
use crate::transfer::local::part_file::{self, GrowingFile};
use crate::transfer::task::{Moving, Task};
use crate::transfer::workers::archived::{explained, look};
use crate::transfer::workers::digest::{DigestCheck, DigestOutcome, verify, verify_ranges};
use crate::transfer::workers::finish::{ReadyFile, Whole, WorkerEnd};
use crate::transfer::workers::part::{PartFileSpec, make_part};
use crate::transfer::workers::ranges::{RANGE_BYTES, fetch_ranges, stream_whole, wrong_length};
use crate::transfer::workers::settle::DownloadedObject;

/// What one download is about.
pub struct DownloadTask<'a> {
    task: &'a Task,
    object: ObjectAddress,
    local: LocalName,
    /// What the file is to be called: another name where that one is taken and both are kept.
    name: String,
    size: Option<u64>,
    /// What the spec's answer comes to for this object, once its conditions have been looked at.
    on_conflict: OnConflict,
}

/// What the first request brought.
enum First {
    /// All bytes of an object that fits into a buffer.
    Whole { head: Box<ObjectHead>, bytes: Buffer },
    /// The first range is on its way.
    Start { head: Box<ObjectHead>, body: Incoming },
    /// The server sends the whole object only, or does not say how long it is.
    Unranged,
    /// The whole was asked for and is longer than it was listed.
    Longer,
}

impl<'a> DownloadTask<'a> {
    pub fn new(task: &'a Task, object: ObjectAddress, local: LocalName, size: Option<u64>) -> Self {
        let name = local.name.clone();
        Self { task, object, local, name, size, on_conflict: task.spec.on_conflict }
    }

    /// `marker`: the key may stand for a folder.
    pub async fn run(
        mut self,
        marker: bool,
        partial: Option<PartFile>,
    ) -> Result<WorkerEnd, Error> {
        if marker && self.is_empty().await? {
            return self.make_folder().await;
        }
        if self.local.encoded {
            let why = match self.local.gave_way {
                true => ": another object has its name on this disk",
                false => "",
            };
            let text = format!("saved as {}{why}", self.local.shown());
            self.task.note_name(text, &self.local.name);
        }
        if let Some(target) = partial.as_ref().and_then(|partial| partial.target.clone()) {
            self.name = target;
        }
        if let Some(settled) = self.settle_conflict(partial.as_ref()).await? {
            return Ok(settled);
        }
        look(self.task, &self.object).await?;
        let mut partial = partial;
        let mut restarts = Vec::new();
        loop {
            let error = match self.attempt(partial.take()).await {
                Err(error) if begins_anew(&error) => error,
                Err(error) => return Err(explained(self.task, &self.object, error).await),
                ended => return ended,
            };
            if restarts.contains(&error.kind) {
                return Err(error);
            }
            self.task.note(format!("started over: {}", error.in_a_line()));
            self.task.moved.restart_at(0);
            restarts.push(error.kind);
        }
    }

    /// A key that ends with the delimiter stands for a folder only where it has no bytes.
    async fn is_empty(&self) -> Result<bool, Error> {
        if let Some(size) = self.size {
            return Ok(size == 0);
        }
        let head = self.task.policy.send(|| self.task.remote.head(&self.object)).await?;
        Ok(head.size == Some(0))
    }

    fn folder_path(&self) -> PathBuf {
        match &self.task.spec.work {
            Work::Download { folder, .. } => folder.clone(),
            _ => PathBuf::new(),
        }
    }

    async fn open_folder(&self) -> Result<Folder, Error> {
        blocking(self.opening()).await
    }

    fn opening(&self) -> impl FnOnce() -> Result<Folder, Error> + Send + 'static {
        let (path, names) = (self.folder_path(), self.local.folders.clone());
        let (roots, job) = (Arc::clone(&self.task.roots), self.task.job);
        move || roots.open(job, &path)?.below(&names)
    }

    /// The folder, and what has the name in it.
    async fn look_for(&self, name: &str) -> Result<(Folder, Option<Metadata>), Error> {
        let (open, name) = (self.opening(), name.to_owned());
        let look = move || {
            let folder = open()?;
            let found = folder.find(&name)?;
            Ok((folder, found))
        };
        blocking(look).await
    }

    async fn make_folder(&self) -> Result<WorkerEnd, Error> {
        let folder = self.open_folder().await?;
        blocking(move || folder.sync()).await?;
        Ok(WorkerEnd::Moved(Moving::Done { bytes: 0, verification: None }))
    }

    async fn attempt(&self, partial: Option<PartFile>) -> Result<WorkerEnd, Error> {
        if let Some(partial) = partial {
            if let Some(ready) = self.resume(partial.clone()).await? {
                return Ok(ready);
            }
            self.discard(partial).await?;
        }
        match self.first().await? {
            First::Unranged | First::Longer => self.whole().await,
            First::Whole { head, bytes } => self.small(*head, bytes).await,
            First::Start { head, body } => self.ranged(*head, body).await,
        }
    }

    /// Goes on with the part file of an earlier run; none where it or the object is no longer the
    /// same.
    async fn resume(&self, partial: PartFile) -> Result<Option<WorkerEnd>, Error> {
        let (Some(size), Some(etag)) = (partial.size, partial.etag.clone()) else {
            return Ok(None);
        };
        let (path, folders) = (self.folder_path(), partial.folders.clone());
        let (roots, job, name) =
            (Arc::clone(&self.task.roots), self.task.job, partial.name.clone());
        let reopen =
            move || Ok(GrowingFile::reopen(roots.open(job, &path)?.below(&folders)?, &name, size));
        let Some(file) = blocking(reopen).await? else { return Ok(None) };
        let head = self.task.policy.send(|| self.task.remote.head(&self.object)).await?;
        if head.etag.as_ref() != Some(&etag) || head.size != Some(size) {
            self.task.note("started over: the object is another one by now");
            return Ok(None);
        }
        self.task.moved.expect(size);
        self.task.moved.restart_at(partial.bytes_done());
        self.fill(Arc::new(file), head, partial, None).await.map(Some)
    }

    async fn discard(&self, partial: PartFile) -> Result<(), Error> {
        let path = self.folder_path();
        let (roots, job) = (Arc::clone(&self.task.roots), self.task.job);
        blocking(move || {
            part_file::remove(&roots.open(job, &path)?.below(&partial.folders)?, &partial.name)
        })
        .await?;
        self.task.closed().await
    }

    /// The first range; it tells size and ETag too, so that no HEAD is needed.
    async fn first(&self) -> Result<First, Error> {
        let task = self.task;
        // Of the whole, where it is short, a server tells the checksum; of a range it may not.
        if self.size.is_some_and(|size| size <= RANGE_BYTES) {
            match task.policy.send(|| self.first_of(None)).await {
                Ok(First::Longer) => {}
                other => return other,
            }
        }
        let range = Some(ByteRange { start: 0, end: RANGE_BYTES });
        match task.policy.send(|| self.first_of(range)).await {
            // No range of an empty object can be had.
            Err(error) if error.status == Some(416) => {
                task.policy.send(|| self.first_of(None)).await
            }
            Err(error) if error.is(&ErrorKind::Unsupported) => Ok(First::Unranged),
            other => other,
        }
    }

    async fn first_of(&self, range: Option<ByteRange>) -> Result<First, Error> {
        let task = self.task;
        let options = GetOptions { range, if_match: None };
        let mut download = task.remote.get(&self.object, &options).await?;
        let head = Box::new(download.head);
        let Some(size) = head.size else { return Ok(First::Unranged) };
        if range.is_none() && size > RANGE_BYTES {
            return Ok(First::Longer);
        }
        let expected = size.min(RANGE_BYTES);
        let served = download.range.map_or(size, ByteRange::len);
        if served != expected || download.range.is_some_and(|range| range.start != 0) {
            return Ok(First::Unranged);
        }
        task.moved.expect(size);
        task.moved.restart_at(0);
        if size >= BUFFER as u64 {
            return Ok(First::Start { head, body: download.body });
        }
        let (place, mut bytes) = (self.object.to_string(), task.memory.buffer());
        loop {
            let came = task.policy.fill(&mut download.body, &mut bytes, &place).await? as u64;
            task.moved.add(came);
            let got = bytes.len() as u64;
            match came {
                _ if got > expected => return Err(wrong_length(&place, expected, got)),
                0 if got < expected => return Err(wrong_length(&place, expected, got)),
                0 => return Ok(First::Whole { head, bytes }),
                _ => {}
            }
        }
    }

    async fn small(&self, head: ObjectHead, bytes: Buffer) -> Result<WorkerEnd, Error> {
        let (mut check, place) = (DigestCheck::of(&head), self.object.to_string());
        let quick = check.is_quick(bytes.len());
        let checked = move || {
            check.update(&bytes);
            check.finish(&place).map(|finding| (bytes, finding))
        };
        let (bytes, finding) = if quick { checked()? } else { blocking(checked).await? };
        let verification = match finding {
            // One more question of each short object would cost as much as the object.
            DigestOutcome::Open(open) if open.parts().is_none() => {
                Verification::SizeOnly(open.why())
            }
            finding => {
                let bytes = &bytes;
                let again = |mut check: DigestCheck| async move {
                    check.update(bytes);
                    check.finish(&self.object.to_string())
                };
                self.asked(&head).settle(finding, again).await?
            }
        };
        Ok(WorkerEnd::Whole(Whole {
            part: self.part(&head, head.size),
            bytes,
            on_conflict: self.on_conflict,
            modified: kept_time(&head),
            mode: self.kept_mode(&head),
            verification,
        }))
    }

    async fn ranged(&self, head: ObjectHead, body: Incoming) -> Result<WorkerEnd, Error> {
        let (file, partial) = make_part(self.task, self.part(&head, head.size)).await?;
        self.fill(Arc::new(file), head, partial, Some(body)).await
    }

    fn part(&self, head: &ObjectHead, size: Option<u64>) -> PartFileSpec {
        let (etag, target) = (head.etag.clone(), Some(self.name.clone()));
        let target = target.filter(|name| *name != self.local.name);
        PartFileSpec { folder: self.folder_path(), local: self.local.clone(), target, etag, size }
    }

    async fn fill(
        &self,
        file: Arc<GrowingFile>,
        head: ObjectHead,
        partial: PartFile,
        first: Option<Incoming>,
    ) -> Result<WorkerEnd, Error> {
        let fetch = fetch_ranges(self.task, &self.object, &file, &head, &partial, first);
        let (fetched, check) = tokio::join!(fetch, self.check(&head));
        let crcs = match fetched {
            Err(error) if error.is(&ErrorKind::Unsupported) => {
                self.discard(partial).await?;
                return self.whole().await;
            }
            Err(error) if begins_anew(&error) => {
                self.discard(partial).await?;
                return Err(error);
            }
            other => other?,
        };
        let (read, place) = (Arc::clone(&file), self.object.to_string());
        let sizes = (head.size.unwrap_or_default(), partial.range_size);
        let verify = move || Ok(verify_ranges(&read, check, sizes, &crcs, &place));
        let finding = blocking(verify).await?;
        self.settled(file, head, partial, finding).await
    }

    fn asked<'b>(&'b self, head: &'b ObjectHead) -> DownloadedObject<'b> {
        let (remote, policy) = (&*self.task.remote, &self.task.policy);
        DownloadedObject { remote, policy, object: &self.object, head }
    }

    async fn settled(
        &self,
        file: Arc<GrowingFile>,
        head: ObjectHead,
        partial: PartFile,
        finding: Result<DigestOutcome, Error>,
    ) -> Result<WorkerEnd, Error> {
        let (read, size) = (Arc::clone(&file), head.size.unwrap_or_default());
        let place = self.object.to_string();
        let again = |check| blocking(move || verify(&read, check, size, &place));
        let verification = match finding {
            Ok(finding) => self.asked(&head).settle(finding, again).await,
            Err(error) => Err(error),
        };
        self.ready(file, head, partial, verification).await
    }

    /// The answer to a range names no checksum of the whole: where servers keep one, and the ETag
    /// is no plain digest, it is asked for.
    async fn check(&self, head: &ObjectHead) -> DigestCheck {
        let known = head.etag.as_ref().is_some_and(|etag| etag.md5_hex().is_some());
        if known
            || !head.checksums.is_empty()
            || !self.task.remote.provider().takes_trailing_checksums()
        {
            return DigestCheck::of(head);
        }
        match self.task.policy.send(|| self.task.remote.head(&self.object)).await {
            Ok(full) if full.etag == head.etag => DigestCheck::of(&full),
            _ => DigestCheck::of(head),
        }
    }

    async fn whole(&self) -> Result<WorkerEnd, Error> {
        let (file, partial) = make_part(self.task, self.part(&ObjectHead::default(), None)).await?;
        let file = Arc::new(file);
        let (head, size) = match stream_whole(self.task, &self.object, &file).await {
            Err(error) if begins_anew(&error) => {
                self.discard(partial).await?;
                return Err(error);
            }
            other => other?,
        };
        let (read, place) = (Arc::clone(&file), self.object.to_string());
        let check = DigestCheck::of(&head);
        let finding = blocking(move || Ok(verify(&read, check, size, &place))).await?;
        self.settled(file, ObjectHead { size: Some(size), ..head }, partial, finding).await
    }

    async fn ready(
        &self,
        file: Arc<GrowingFile>,
        head: ObjectHead,
        partial: PartFile,
        verification: Result<Verification, Error>,
    ) -> Result<WorkerEnd, Error> {
        let verification = match verification {
            Ok(verification) => verification,
            Err(error) => {
                self.discard(partial).await?;
                return Err(error);
            }
        };
        let shared =
            || Error::new(ErrorKind::Other, "finish the part file", self.object.to_string());
        let file = Arc::try_unwrap(file).map_err(|_| shared())?;
        Ok(WorkerEnd::File(ReadyFile {
            file,
            partial,
            name: self.local.name.clone(),
            on_conflict: self.on_conflict,
            modified: kept_time(&head),
            mode: self.kept_mode(&head),
            bytes: head.size.unwrap_or_default(),
            verification,
            prepared: false,
        }))
    }

    fn kept_mode(&self, head: &ObjectHead) -> Option<u32> {
        kept_mode(head).filter(|_| self.task.spec.files.keep_mode)
    }
}

/// Whether what was fetched so far is worth nothing: the object is another one, or the bytes are
/// not its bytes.
fn begins_anew(error: &Error) -> bool {
    error.is(&ErrorKind::SourceChanged) || error.is(&ErrorKind::Corrupt)
}
