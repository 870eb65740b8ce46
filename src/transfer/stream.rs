//! Objects from and to a pipe: a body of unknown length in, a body in order out, memory bounded.

use std::sync::atomic::{AtomicU32, Ordering};

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{
    ByteRange, ETag, GetOptions, ObjectAddress, ObjectHead, PutOptions, Stored, UploadId,
    UploadedPart,
};
use crate::domain::parts::{MAX_PARTS, MIB};
use crate::transfer::limits::Patience;
use crate::transfer::limits::rate::Rate;
use crate::transfer::remote::Remote;
use crate::transfer::retry::Gate;
use crate::transfer::workers::digest::Check;
use crate::transfer::workers::multipart::sweep;

/// Parts of a body of unknown length: equal from the first to the last but one, so its length is bounded by
/// 10,000 of them (312 GiB).
const PART_BYTES: usize = 32 << 20;

/// Parts held in memory at once.
const PARTS_AT_ONCE: usize = 3;

/// Bytes asked for at once, in order, a few ahead of the writer.
const RANGE_BYTES: u64 = 8 * MIB;
const RANGES_AHEAD: usize = 4;

/// Stores what `source` gives until its end: one PUT when it is short, else a multipart upload that is aborted on
/// failure and when `stop` is ready. Gives the number of bytes too.
pub async fn upload_stream(
    remote: &dyn Remote,
    object: &ObjectAddress,
    mut source: impl AsyncRead + Unpin + Send,
    options: &PutOptions,
    patience: Patience,
    rate: Rate,
    stop: impl Future<Output = ()> + Send,
) -> Result<(Stored, u64), Error> {
    let mut stop = std::pin::pin!(stop);
    let stopped = || Error::new(ErrorKind::Cancelled, "upload", object.to_string());
    let gate = Gate::alone(PARTS_AT_ONCE, rate, patience);
    let first = tokio::select! {
        first = read_part(&mut source) => first?,
        () = &mut stop => return Err(stopped()),
    };
    if first.len() < PART_BYTES {
        let length = first.len() as u64;
        let stored = gate.send(|| remote.put(object, first.clone().into(), options)).await?;
        return Ok((stored, length));
    }
    let start = PutOptions { only_if_absent: false, ..options.clone() };
    let upload = create(remote, &gate, object, &start).await?;
    let streaming = Streaming { remote, object, upload: &upload, gate: &gate };
    let ended = tokio::select! {
        ended = streaming.run(first, source, options.only_if_absent) => ended,
        () = &mut stop => Err(stopped()),
    };
    match ended {
        Ok(stored) => Ok(stored),
        Err(error) => {
            drop(gate.send(|| remote.abort_multipart(object, &upload)).await);
            Err(error)
        }
    }
}

/// Starts an upload. A try whose answer was lost may have started another one, which nobody would finish.
async fn create(
    remote: &dyn Remote,
    gate: &Gate,
    object: &ObjectAddress,
    options: &PutOptions,
) -> Result<UploadId, Error> {
    let tries = AtomicU32::new(0);
    let begun = || {
        tries.fetch_add(1, Ordering::Relaxed);
        remote.create_multipart(object, options)
    };
    let created = gate.send(begun).await;
    let refused = created.as_ref().is_err_and(|error| !error.retryable());
    if tries.load(Ordering::Relaxed) > 1 || (created.is_err() && !refused) {
        drop(sweep(remote, gate, object, created.as_ref().ok()).await);
    }
    created
}

struct Streaming<'a> {
    remote: &'a dyn Remote,
    object: &'a ObjectAddress,
    upload: &'a UploadId,
    gate: &'a Gate,
}

impl Streaming<'_> {
    async fn run(
        &self,
        first: Bytes,
        mut source: impl AsyncRead + Unpin + Send,
        only_if_absent: bool,
    ) -> Result<(Stored, u64), Error> {
        let (mut parts, mut length, mut next) = (Vec::new(), 0, first);
        // A full part is sent while the next one is read.
        while !next.is_empty() || parts.is_empty() {
            let number = u32::try_from(parts.len() + 1).unwrap_or(u32::MAX);
            if u64::from(number) > MAX_PARTS {
                return Err(Error::new(ErrorKind::TooLarge, "upload", self.object.to_string())
                    .detail("a stream can be at most 10,000 parts of 32 MiB"));
            }
            length += next.len() as u64;
            let last = next.len() < PART_BYTES;
            let reading =
                async { if last { Ok(Bytes::new()) } else { read_part(&mut source).await } };
            let (part, read) = tokio::try_join!(self.part(number, next.clone()), reading)?;
            parts.push(part);
            next = read;
        }
        let complete =
            || self.remote.complete_multipart(self.object, self.upload, &parts, only_if_absent);
        Ok((self.gate.send(complete).await?, length))
    }

    async fn part(&self, number: u32, body: Bytes) -> Result<UploadedPart, Error> {
        let send =
            || self.remote.upload_part(self.object, self.upload, number, body.clone().into());
        self.gate.send(send).await
    }
}

/// A whole part, or less at the end of the stream.
async fn read_part(source: &mut (impl AsyncRead + Unpin)) -> Result<Bytes, Error> {
    let mut part = BytesMut::with_capacity(1 << 20);
    while part.len() < PART_BYTES {
        let room = (PART_BYTES - part.len()) as u64;
        let mut limited = (&mut *source).take(room);
        let read = limited.read_buf(&mut part).await;
        match read.map_err(|e| Error::from_io(&e, "read the stream", "-"))? {
            0 => break,
            _ => part.reserve(64 << 10),
        }
    }
    Ok(part.freeze())
}

/// Writes the object's bytes in order; a cut body goes on where it was cut as long as the object is the same.
pub async fn download_stream(
    remote: &dyn Remote,
    object: &ObjectAddress,
    mut target: impl AsyncWrite + Unpin + Send,
    patience: Patience,
    rate: Rate,
) -> Result<ObjectHead, Error> {
    let gate = Gate::alone(RANGES_AHEAD, rate, patience);
    let head = gate.send(|| remote.head(object)).await?;
    let fetch = Fetch { remote, object, gate: &gate, etag: head.etag.clone() };
    let mut check = Check::of(&head);
    match head.size {
        Some(size) => fetch.in_ranges(size, &mut target, &mut check).await?,
        None => fetch.in_one(&mut target).await?,
    }
    target.flush().await.map_err(|e| broken(&e))?;
    check.finish(&object.to_string())?;
    Ok(head)
}

fn broken(error: &std::io::Error) -> Error {
    Error::from_io(error, "write the stream", "-")
}

struct Fetch<'a> {
    remote: &'a dyn Remote,
    object: &'a ObjectAddress,
    gate: &'a Gate,
    etag: Option<ETag>,
}

impl Fetch<'_> {
    /// A window of ranges is fetched together and written in order; memory holds the window.
    async fn in_ranges(
        &self,
        size: u64,
        target: &mut (impl AsyncWrite + Unpin + Send),
        check: &mut Check,
    ) -> Result<(), Error> {
        let starts = (0..size.div_ceil(RANGE_BYTES)).map(|index| index * RANGE_BYTES);
        let ranges = starts.map(|start| self.range(start, (start + RANGE_BYTES).min(size)));
        let mut bodies = stream::iter(ranges).buffered(RANGES_AHEAD);
        while let Some(body) = bodies.next().await {
            let body = body?;
            check.update(&body);
            target.write_all(&body).await.map_err(|e| broken(&e))?;
        }
        Ok(())
    }

    async fn range(&self, start: u64, end: u64) -> Result<Bytes, Error> {
        let range = ByteRange { start, end };
        self.gate.send(|| self.range_once(range)).await
    }

    async fn range_once(&self, range: ByteRange) -> Result<Bytes, Error> {
        let options = GetOptions { range: Some(range), if_match: self.etag.clone() };
        let mut download = self.remote.get(self.object, &options).await?;
        let place = self.object.to_string();
        if download.head.etag != self.etag {
            return Err(Error::new(ErrorKind::SourceChanged, "GetObject", place)
                .detail("the object changed while it was read"));
        }
        let whole = download.head.size == Some(range.len());
        if download.range != Some(range) && !(download.range.is_none() && whole) {
            return Err(Error::new(ErrorKind::Unsupported, "GetObject", place)
                .detail("the server does not send the range it was asked for"));
        }
        let length = usize::try_from(range.len()).unwrap_or(usize::MAX);
        // One byte more than there may be, so that a longer body shows.
        let mut bytes = BytesMut::with_capacity(length + 1);
        while bytes.len() <= length
            && self.gate.fill(&mut download.body, &mut bytes, &place).await? > 0
        {}
        if bytes.len() == length {
            return Ok(bytes.freeze());
        }
        Err(Error::new(ErrorKind::Interrupted, "GetObject", place)
            .detail(format!("{} bytes came of {length}", bytes.len())))
    }

    /// Without a length there is nothing to go on from: a cut is an error.
    async fn in_one(&self, target: &mut (impl AsyncWrite + Unpin + Send)) -> Result<(), Error> {
        let options = GetOptions { range: None, if_match: self.etag.clone() };
        let mut download = self.gate.send(|| self.remote.get(self.object, &options)).await?;
        let place = self.object.to_string();
        while let Some(chunk) = self.gate.next_of(&mut download.body, &place).await? {
            target.write_all(&chunk).await.map_err(|e| broken(&e))?;
        }
        Ok(())
    }
}
