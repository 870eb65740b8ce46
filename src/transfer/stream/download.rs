//! Writes an object's bytes to a pipe in order, ranges of it asked for ahead.

use std::collections::VecDeque;
use std::io;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio_util::task::AbortOnDropHandle;

use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ByteRange, ETag, GetOptions};
use crate::domain::parts::MIB;
use crate::domain::transfer::Verification;
use crate::transfer::stream::pipe::{AT_ONCE, Pipe};
use crate::transfer::workers::digest::Check;

/// Bytes asked for at once.
const RANGE_BYTES: u64 = 8 * MIB;

/// Why an object did not get through.
#[derive(Debug)]
pub enum Broken {
    /// It could not be read as it was at the start, or is not what the server says it is.
    Source(Error),
    /// Whoever reads has gone, or has no room.
    Target(io::Error),
}

impl From<Error> for Broken {
    fn from(error: Error) -> Broken {
        Broken::Source(error)
    }
}

/// Ranges of an object that was not replaced meanwhile; a cut one is fetched again. Memory holds a few ranges, and while
/// nobody reads nothing is held on the wire.
pub async fn download_stream(
    pipe: &Pipe,
    mut target: impl AsyncWrite + Unpin + Send,
) -> Result<Verification, Broken> {
    let head = pipe.gate.send(|| pipe.remote.head(&pipe.object)).await?;
    let mut check = Check::of(&head);
    let source = Source { pipe: pipe.clone(), etag: head.etag.clone() };
    match head.size {
        Some(size) => {
            pipe.moved.expect(size);
            source.in_ranges(size, &mut target, &mut check).await?;
        }
        None => source.in_one(&mut target).await?,
    }
    target.flush().await.map_err(Broken::Target)?;
    Ok(check.finish(&pipe.place())?)
}

#[derive(Clone)]
struct Source {
    pipe: Pipe,
    etag: Option<ETag>,
}

impl Source {
    async fn in_ranges(
        &self,
        size: u64,
        target: &mut (impl AsyncWrite + Unpin + Send),
        check: &mut Check,
    ) -> Result<(), Broken> {
        let mut starts = (0..size.div_ceil(RANGE_BYTES)).map(|index| index * RANGE_BYTES);
        let mut ahead = VecDeque::with_capacity(AT_ONCE);
        loop {
            while ahead.len() < AT_ONCE
                && let Some(start) = starts.next()
            {
                let range = ByteRange { start, end: (start + RANGE_BYTES).min(size) };
                let source = self.clone();
                let fetching = tokio::spawn(async move { source.range(range).await });
                ahead.push_back(AbortOnDropHandle::new(fetching));
            }
            let Some(fetching) = ahead.pop_front() else { return Ok(()) };
            let crashed = |e: tokio::task::JoinError| {
                Error::new(ErrorKind::Other, "GetObject", self.pipe.place()).detail(e.to_string())
            };
            let body = fetching.await.map_err(crashed)??;
            check.update(&body);
            target.write_all(&body).await.map_err(Broken::Target)?;
            self.pipe.moved.add(body.len() as u64);
        }
    }

    async fn range(&self, range: ByteRange) -> Result<Bytes, Error> {
        self.pipe.gate.send(|| self.range_once(range)).await
    }

    async fn range_once(&self, range: ByteRange) -> Result<Bytes, Error> {
        let pipe = &self.pipe;
        let options = GetOptions { range: Some(range), if_match: self.etag.clone() };
        let mut download = pipe.remote.get(&pipe.object, &options).await?;
        if download.head.etag != self.etag {
            return Err(pipe
                .fails(ErrorKind::SourceChanged, "GetObject")
                .detail("the object changed while it was read"));
        }
        let whole = download.head.size == Some(range.len());
        if download.range != Some(range) && !(download.range.is_none() && whole) {
            return Err(pipe
                .fails(ErrorKind::Unsupported, "GetObject")
                .detail("the server does not send the range it was asked for"));
        }
        let length = usize::try_from(range.len()).unwrap_or(usize::MAX);
        // One byte more than there may be, so that a longer body shows.
        let mut bytes = BytesMut::with_capacity(length + 1);
        let place = pipe.place();
        while bytes.len() <= length
            && pipe.gate.fill(&mut download.body, &mut bytes, &place).await? > 0
        {}
        if bytes.len() == length {
            return Ok(bytes.freeze());
        }
        Err(pipe
            .fails(ErrorKind::Interrupted, "GetObject")
            .detail(format!("{} bytes came of {length}", bytes.len())))
    }

    /// Without a length there is nothing to go on from: a cut is an error.
    async fn in_one(&self, target: &mut (impl AsyncWrite + Unpin + Send)) -> Result<(), Broken> {
        let pipe = &self.pipe;
        let options = GetOptions { range: None, if_match: self.etag.clone() };
        let mut download = pipe.gate.send(|| pipe.remote.get(&pipe.object, &options)).await?;
        let place = pipe.place();
        while let Some(chunk) = pipe.gate.next_of(&mut download.body, &place).await? {
            target.write_all(&chunk).await.map_err(Broken::Target)?;
            pipe.moved.add(chunk.len() as u64);
        }
        Ok(())
    }
}
