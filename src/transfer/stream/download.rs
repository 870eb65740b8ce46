//! Writes an object's bytes to a pipe in order, and requests ranges ahead.

use std::collections::VecDeque;
use std::io;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio_util::task::AbortOnDropHandle;

use crate::domain::byte_span::ByteSpan;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ByteRange, ETag, GetOptions, ObjectHead};
use crate::domain::parts::MIB;
use crate::domain::transfer::Verification;
use crate::domain::units::Counted;
use crate::s3::http::incoming::Download;
use crate::transfer::stream::pipe::{AT_ONCE, Pipe};
use crate::transfer::workers::digest::DigestCheck;
use crate::transfer::workers::ranges::wrong_length;
use crate::transfer::workers::settle::DownloadedObject;

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

/// Ranges of an object that was not replaced meanwhile; a cut one is fetched again. Memory holds a
/// few ranges, and while nobody reads nothing is held on the wire.
pub async fn download_stream(
    pipe: &Pipe,
    mut target: impl AsyncWrite + Unpin + Send,
) -> Result<Verification, Broken> {
    // What is to be compared has to be known before the bytes pass.
    let head = pipe.policy.send(|| pipe.remote.whole_head(&pipe.object)).await?;
    let asked = DownloadedObject {
        remote: &*pipe.remote,
        policy: &pipe.policy,
        object: &pipe.object,
        head: &head,
    };
    let mut check = asked.foresee(DigestCheck::of(&head)).await;
    let source = Source { pipe: pipe.clone(), etag: head.etag.clone(), whole: true };
    match head.size {
        Some(size) => {
            pipe.moved.expect(size);
            let whole = ByteRange { start: 0, end: size };
            source.in_ranges(whole, &mut target, &mut check).await?;
        }
        None => source.in_one(None, &mut target, &mut check).await?,
    }
    target.flush().await.map_err(Broken::Target)?;
    Ok(asked.settle_gone(check.finish(&pipe.place())?).await?)
}

/// Some bytes of an object, as it is stored. Nothing confirms them but their number.
pub async fn download_span(
    pipe: &Pipe,
    span: ByteSpan,
    mut target: impl AsyncWrite + Unpin + Send,
) -> Result<(), Broken> {
    let head = pipe.policy.send(|| pipe.remote.head(&pipe.object)).await?;
    let size = head.size.ok_or_else(|| {
        let why = "the server does not say how long the object is";
        pipe.fails(ErrorKind::Unsupported, "GetObject").detail(why)
    })?;
    let range = span.within(size).ok_or_else(|| {
        let why = format!(
            "the range begins after the end of the object, which has {}",
            Counted(size, "byte")
        );
        pipe.fails(ErrorKind::NotInside, "GetObject").detail(why)
    })?;
    pipe.moved.expect(range.len());
    let source = Source { pipe: pipe.clone(), etag: head.etag.clone(), whole: false };
    let mut unchecked = DigestCheck::of(&ObjectHead::default());
    source.in_ranges(range, &mut target, &mut unchecked).await?;
    target.flush().await.map_err(Broken::Target)
}

#[derive(Clone)]
struct Source {
    pipe: Pipe,
    etag: Option<ETag>,
    /// All of the object is wanted.
    whole: bool,
}

impl Source {
    async fn in_ranges(
        &self,
        all: ByteRange,
        target: &mut (impl AsyncWrite + Unpin + Send),
        check: &mut DigestCheck,
    ) -> Result<(), Broken> {
        let count = all.len().div_ceil(RANGE_BYTES);
        let starts = (0..count).map(|index| all.start + index * RANGE_BYTES);
        let mut ranges = starts
            .map(|start| ByteRange { start, end: (start + RANGE_BYTES).min(all.end) })
            .peekable();
        let Some(first) = ranges.peek().copied() else { return Ok(()) };
        // The head of the first answer shows whether the server keeps to ranges, before others are
        // asked for.
        let mut opened = match self.pipe.policy.send(|| self.open(first)).await {
            Err(error) if error.is(&ErrorKind::Unsupported) && self.whole => {
                return self.in_one(Some(all.end), target, check).await;
            }
            opened => Some(opened?),
        };
        let mut ahead = VecDeque::with_capacity(AT_ONCE);
        loop {
            while ahead.len() < AT_ONCE
                && let Some(range) = ranges.next()
            {
                let (source, opened) = (self.clone(), opened.take());
                let fetching = tokio::spawn(async move { source.range(range, opened).await });
                ahead.push_back(AbortOnDropHandle::new(fetching));
            }
            let Some(fetching) = ahead.pop_front() else { return Ok(()) };
            let body = fetching.await.map_err(Error::from)??;
            check.update(&body);
            target.write_all(&body).await.map_err(Broken::Target)?;
            self.pipe.moved.add(body.len() as u64);
        }
    }

    /// `opened` is the answer to the first try, where it has begun to come.
    async fn range(&self, range: ByteRange, mut opened: Option<Download>) -> Result<Bytes, Error> {
        self.pipe.policy.send(|| self.range_once(range, opened.take())).await
    }

    async fn open(&self, range: ByteRange) -> Result<Download, Error> {
        let pipe = &self.pipe;
        let options = GetOptions { range: Some(range), if_match: self.etag.clone() };
        let download = pipe.remote.get(&pipe.object, &options).await?;
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
        Ok(download)
    }

    async fn range_once(&self, range: ByteRange, opened: Option<Download>) -> Result<Bytes, Error> {
        let pipe = &self.pipe;
        let mut download = match opened {
            Some(opened) => opened,
            None => self.open(range).await?,
        };
        let length = usize::try_from(range.len()).unwrap_or(usize::MAX);
        // One byte more than there may be, so that a longer body shows.
        let mut bytes = BytesMut::with_capacity(length + 1);
        let place = pipe.place();
        while bytes.len() <= length
            && pipe.policy.fill(&mut download.body, &mut bytes, &place).await? > 0
        {}
        if bytes.len() == length {
            return Ok(bytes.freeze());
        }
        Err(pipe
            .fails(ErrorKind::Interrupted, "GetObject")
            .detail(format!("received {} of {length} bytes", bytes.len())))
    }

    /// Takes the object in one answer, from a server that ignores ranges or gives no length: there
    /// is nothing to go on from, and a cut is an error.
    async fn in_one(
        &self,
        size: Option<u64>,
        target: &mut (impl AsyncWrite + Unpin + Send),
        check: &mut DigestCheck,
    ) -> Result<(), Broken> {
        let pipe = &self.pipe;
        let options = GetOptions { range: None, if_match: self.etag.clone() };
        let mut download = pipe.policy.send(|| pipe.remote.get(&pipe.object, &options)).await?;
        let (place, mut got) = (pipe.place(), 0);
        while let Some(chunk) = pipe.policy.next_of(&mut download.body, &place).await? {
            if size.is_some() {
                check.update(&chunk);
            }
            target.write_all(&chunk).await.map_err(Broken::Target)?;
            got += chunk.len() as u64;
            pipe.moved.add(chunk.len() as u64);
        }
        match size {
            Some(size) if size != got => Err(wrong_length(&place, size, got).into()),
            _ => Ok(()),
        }
    }
}
