//! Downloads a large object into its part file: ranges in parallel, or one stream.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::task::JoinSet;

use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ByteRange, ETag, GetOptions, ObjectAddress, ObjectHead};
use crate::domain::parts::{piece, piece_count};
use crate::s3::http::incoming::Incoming;
use crate::s3::tasks::blocking;
use crate::transfer::fact::PartFile;
use crate::transfer::local::part_file::GrowingFile;
use crate::transfer::task::Task;
use crate::transfer::workers::digest::crc64nvme;
use crate::transfer::workers::reach::Reach;

/// Bytes asked for at once.
pub const RANGE_BYTES: u64 = 8 << 20;

/// Fetches what `partial` lacks. What is in the file is recorded when it is synced. `first` is the
/// body of the first range where it is on its way already. Gives the CRCs of what came, by range,
/// where the provider keeps such.
pub async fn fetch_ranges(
    task: &Task,
    object: &ObjectAddress,
    file: &Arc<GrowingFile>,
    head: &ObjectHead,
    partial: &PartFile,
    first: Option<Incoming>,
) -> Result<BTreeMap<u32, u64>, Error> {
    let mut reach = Reach::start(task, file, head.etag.is_some());
    let size = partial.size.unwrap_or_default();
    // Those whose turn has not come yet are kept, too.
    for (index, bytes) in &partial.begun {
        reach.begin(*index, piece(size, partial.range_size, *index).len(), *bytes);
    }
    let fetch = Fetch { task: task.clone(), object: object.clone(), etag: head.etag.clone(), size };
    let fetched = fetch.missing(file, partial, first, &mut reach).await;
    let recorded = reach.end().await;
    let crcs = fetched?;
    recorded.map(|()| crcs)
}

/// Bytes of one answer: that came, and that are in the file.
struct Piece {
    got: u64,
    written: u64,
    /// Of what is written, where the range is summed.
    crc: Option<Box<crc_fast::Digest>>,
}

#[derive(Clone)]
struct Fetch {
    task: Task,
    object: ObjectAddress,
    etag: Option<ETag>,
    size: u64,
}

impl Fetch {
    async fn missing(
        &self,
        file: &Arc<GrowingFile>,
        partial: &PartFile,
        mut first: Option<Incoming>,
        reach: &mut Reach,
    ) -> Result<BTreeMap<u32, u64>, Error> {
        let count = piece_count(self.size, partial.range_size);
        let mut missing = (0..count).filter(|index| !partial.ranges.contains(index));
        let (mut fetching, mut crcs) = (JoinSet::new(), BTreeMap::new());
        loop {
            while fetching.len() < self.task.parts_at_once
                && let Some(index) = missing.next()
            {
                let range = piece(self.size, partial.range_size, index);
                let kept = partial.begun.get(&index).copied().filter(|kept| *kept < range.len());
                let kept = reach.begin(index, range.len(), kept.unwrap_or(0));
                let (fetch, file) = (self.clone(), Arc::clone(file));
                let opened = if index == 0 { first.take() } else { None };
                let fetched = async move {
                    fetch.range(&file, range, opened, &kept).await.map(|crc| (index, crc))
                };
                fetching.spawn_on(fetched, &self.task.writers);
            }
            tokio::select! {
                fetched = fetching.join_next() => {
                    let Some(fetched) = fetched else { return Ok(crcs) };
                    let (index, crc) = fetched??;
                    reach.whole(index);
                    crcs.extend(crc.map(|crc| (index, crc)));
                }
                error = reach.failed() => return Err(error),
            }
        }
    }

    /// `opened` is the range's body where it was asked for already; of its start `kept` bytes are
    /// in the file. Gives the CRC of what came in one piece.
    async fn range(
        &self,
        file: &Arc<GrowingFile>,
        range: ByteRange,
        mut opened: Option<Incoming>,
        kept: &AtomicU64,
    ) -> Result<Option<u64>, Error> {
        self.task.parts.send_on(kept, || self.go_on(file, range, opened.take(), kept)).await
    }

    /// Fetches what of a range is not `kept` yet.
    async fn go_on(
        &self,
        file: &Arc<GrowingFile>,
        range: ByteRange,
        opened: Option<Incoming>,
        kept: &AtomicU64,
    ) -> Result<Option<u64>, Error> {
        let before = kept.load(Ordering::Relaxed);
        let rest = ByteRange { start: range.start + before, ..range };
        let summed = before == 0 && self.task.remote.provider().takes_trailing_checksums();
        let crc = summed.then(|| Box::new(crc64nvme()));
        let mut piece = Piece { got: 0, written: 0, crc };
        let Err(error) = self.fetch(file, rest, opened, &mut piece, kept).await else {
            return Ok(piece.crc.map(|crc| crc.finalize()));
        };
        // Only an ETag tells that what follows belongs to what is there; and what is wrong was so
        // from its start.
        let goes_on = error.retryable()
            && !error.is(&ErrorKind::Corrupt)
            && self.etag.is_some()
            && piece.written < rest.len();
        let new = if goes_on { before + piece.written } else { 0 };
        kept.store(new, Ordering::Release);
        self.task.moved.take_back(before + piece.got - new);
        Err(error)
    }

    async fn fetch(
        &self,
        file: &Arc<GrowingFile>,
        range: ByteRange,
        opened: Option<Incoming>,
        piece: &mut Piece,
        kept: &AtomicU64,
    ) -> Result<(), Error> {
        let mut body = match opened {
            Some(body) => body,
            None => self.open(range).await?,
        };
        self.write(file, &mut body, range, piece, kept).await?;
        if piece.written == range.len() {
            Ok(())
        } else {
            Err(wrong_length(&self.object.to_string(), range.len(), piece.written))
        }
    }

    async fn open(&self, range: ByteRange) -> Result<Incoming, Error> {
        let options = GetOptions { range: Some(range), if_match: self.etag.clone() };
        let download = self.task.remote.get(&self.object, &options).await?;
        let place = || self.object.to_string();
        if download.head.etag != self.etag || download.head.size != Some(self.size) {
            return Err(Error::new(ErrorKind::SourceChanged, "GetObject", place())
                .detail("the object changed while it was downloaded"));
        }
        if download.range != Some(range) {
            return Err(Error::new(ErrorKind::Unsupported, "GetObject", place())
                .detail("the server does not send the range it was asked for"));
        }
        Ok(download.body)
    }

    async fn write(
        &self,
        file: &Arc<GrowingFile>,
        body: &mut Incoming,
        range: ByteRange,
        piece: &mut Piece,
        kept: &AtomicU64,
    ) -> Result<(), Error> {
        let place = self.object.to_string();
        loop {
            let (bytes, came) = self.task.policy.take(body, &self.task.memory, &place).await;
            piece.got += bytes.len() as u64;
            self.task.moved.add(bytes.len() as u64);
            if piece.got > range.len() {
                return Err(wrong_length(&place, range.len(), piece.got));
            }
            if let Some(crc) = &mut piece.crc {
                crc.update(&bytes);
            }
            file.write_at(range.start + piece.written, &bytes)?;
            piece.written = piece.got;
            // What is claimed is in the file by now.
            kept.fetch_add(bytes.len() as u64, Ordering::Release);
            came?;
            // What follows the last byte shows whether the server kept to the range.
            if bytes.is_empty() {
                return Ok(());
            }
        }
    }
}

/// The whole object in one stream, from its start again where it is cut. Gives how long it was.
pub async fn stream_whole(
    task: &Task,
    object: &ObjectAddress,
    file: &Arc<GrowingFile>,
) -> Result<(ObjectHead, u64), Error> {
    task.policy.send(|| stream_once(task, object, file)).await
}

async fn stream_once(
    task: &Task,
    object: &ObjectAddress,
    file: &Arc<GrowingFile>,
) -> Result<(ObjectHead, u64), Error> {
    let place = object.to_string();
    task.moved.restart_at(0);
    let mut download = task.remote.get(object, &GetOptions::default()).await?;
    let most = download.head.size.unwrap_or(u64::MAX);
    let truncated = Arc::clone(file);
    blocking(move || truncated.truncate(0)).await?;
    let mut buffer = task.memory.buffer();
    let (mut got, mut at) = (0, 0);
    loop {
        let came = task.policy.fill(&mut download.body, &mut buffer, &place).await? as u64;
        got += came;
        task.moved.add(came);
        if got > most {
            return Err(wrong_length(&place, most, got));
        }
        if buffer.is_full() || came == 0 {
            let (file, from) = (Arc::clone(file), at);
            at += buffer.len() as u64;
            buffer = blocking(move || {
                file.write_at(from, &buffer)?;
                buffer.clear();
                Ok(buffer)
            })
            .await?;
        }
        if came == 0 {
            break;
        }
    }
    match download.head.size {
        Some(size) if size != at => Err(wrong_length(&place, size, at)),
        Some(_) => Ok((download.head, at)),
        None => Ok((measured(task, object, download.head, at).await?, at)),
    }
}

/// A body without a length may end early where nothing shows it. The object's own length tells,
/// unless the server unpacks bodies on their way: those are longer than the object, or said to be
/// encoded.
async fn measured(
    task: &Task,
    object: &ObjectAddress,
    head: ObjectHead,
    got: u64,
) -> Result<ObjectHead, Error> {
    let told = match task.remote.head(object).await {
        Err(error) if error.retryable() => return Err(error),
        Err(_) => return Ok(head),
        Ok(told) => told,
    };
    let encoded = [&told, &head].iter().any(|head| head.headers.content_encoding.is_some());
    match told.size.filter(|_| !encoded && told.etag == head.etag) {
        Some(size) if got < size => Err(wrong_length(&object.to_string(), size, got)),
        Some(size) if got == size => Ok(ObjectHead { size: Some(size), ..head }),
        _ => Ok(head),
    }
}

/// `Interrupted` for a body cut short, `Corrupt` for one that is longer than it may be.
pub fn wrong_length(place: &str, expected: u64, got: u64) -> Error {
    let kind = if got < expected { ErrorKind::Interrupted } else { ErrorKind::Corrupt };
    Error::new(kind, "GetObject", place).detail(format!("received {got} of {expected} bytes"))
}
