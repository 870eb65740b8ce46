//! Stores what a pipe gives until its end: one PUT when it is short, else a multipart upload.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::domain::error::{Error, ErrorKind, SEND_STREAM, UNABORTED};
use crate::domain::object::{PutOptions, StoredObject, UploadId, UploadedPart};
use crate::domain::parts::Growing;
use crate::domain::transfer::Verification;
use crate::domain::units::Size;
use crate::s3::http::body::Body;
use crate::transfer::limits::BodyMemory;
use crate::transfer::local::content::{SNIFFED, content_type};
use crate::transfer::parts_in_flight::{PartSource, SendingPart, send_parts};
use crate::transfer::remote::Remote;
use crate::transfer::sending::send_on;
use crate::transfer::stream::pipe::{AT_ONCE, Pipe};
use crate::transfer::task::Landed;
use crate::transfer::workers::digest::etag_of_parts;
use crate::transfer::workers::multipart::{abort_upload, has_begun_none, sweep};
use crate::transfer::workers::take_back::named_if_there;
use crate::transfer::write::{Expected, MayReplace, Written, head_of};

/// Bytes of parts held at once, unless two parts are more.
const ROOM: u64 = 96 << 20;

const UNCONFIRMED: &str = "the server gave no digest of what it stored";

/// Read at once, in bytes.
const PIECE: usize = 1 << 20;

/// What became of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piped {
    pub bytes: u64,
    pub verification: Verification,
}

/// Brings nothing into being on failure, and when `stop` is ready: an upload that was begun is
/// aborted.
pub async fn upload_stream(
    pipe: &Pipe,
    mut source: impl AsyncRead + Unpin + Send,
    options: &PutOptions,
    sizes: Growing,
    stop: impl Future<Output = ()> + Send,
) -> Result<Piped, Error> {
    let mut stop = std::pin::pin!(stop);
    let stopped = || pipe.fails(ErrorKind::Cancelled, "upload");
    let first_size = sizes.next(1, 0).unwrap_or(ROOM);
    let first = tokio::select! {
        first = read_part(&mut source, first_size) => first?,
        () = &mut stop => return Err(stopped()),
    };
    let options = &typed(pipe, &first, options);
    if first.size() < first_size {
        return tokio::select! {
            stored = whole(pipe, first, options) => stored,
            () = &mut stop => Err(stopped()),
        };
    }
    if options.only_if_absent {
        // Before hours of sending.
        tokio::select! {
            looked = pipe.expect_absent() => looked?,
            () = &mut stop => return Err(stopped()),
        }
    }
    let start = PutOptions { only_if_absent: false, ..options.clone() };
    let (upload, ended) = begin(pipe, &start, stop.as_mut()).await?;
    let parts = Parts { pipe: pipe.clone(), upload, sizes };
    let result = if ended {
        Err(stopped())
    } else {
        tokio::select! {
            result = parts.run(first, source, options.only_if_absent) => result,
            () = stop => Err(stopped()),
        }
    };
    match result {
        // What it is made of is there by now: nothing is left to take back.
        Ok(piped) => pipe.put_right(options).await.map(|()| piped),
        Err(error) => Err(parts.take_back(error).await),
    }
}

/// The options with the type that the object's name or beginning tells, as for a file, where nobody
/// said one.
fn typed(pipe: &Pipe, first: &Body, options: &PutOptions) -> PutOptions {
    let mut options = options.clone();
    if options.headers.content_type.is_none() {
        let start = match first {
            Body::Held(pieces) => pieces.first().map_or(&[][..], |piece| piece),
            Body::Elsewhere(_) => &[],
        };
        let start = &start[..start.len().min(SNIFFED)];
        options.headers.content_type = Some(content_type(pipe.object.key.name(), start));
    }
    options
}

/// Starts an upload; not to be torn, or nobody would know of it. True where it was asked to stop
/// meanwhile.
async fn begin(
    pipe: &Pipe,
    options: &PutOptions,
    stop: Pin<&mut (impl Future<Output = ()> + Send)>,
) -> Result<(UploadId, bool), Error> {
    let mut creating = std::pin::pin!(create(pipe, options));
    tokio::select! {
        created = &mut creating => Ok((created?, false)),
        () = stop => {
            pipe.policy.stop.cancel();
            Ok((creating.await?, true))
        }
    }
}

/// A try whose answer was lost may have started another upload, which nobody would finish.
async fn create(pipe: &Pipe, options: &PutOptions) -> Result<UploadId, Error> {
    let tries = AtomicU32::new(0);
    let begun = || {
        tries.fetch_add(1, Ordering::Relaxed);
        pipe.remote.create_multipart(&pipe.object, options)
    };
    let created = pipe.policy.send(begun).await;
    let unsure = created.as_ref().is_err_and(|error| !has_begun_none(error));
    if tries.load(Ordering::Relaxed) > 1 || unsure {
        let cleaning = pipe.cleaning();
        let kept = created.as_ref().ok();
        drop(sweep(&*pipe.remote, &cleaning.policy, &pipe.object, kept).await);
    }
    created
}

/// Stores the bytes by one PUT.
async fn whole(pipe: &Pipe, body: Body, options: &PutOptions) -> Result<Piped, Error> {
    let bytes = body.size();
    if options.only_if_absent && pipe.remote.keeps_conditions() != Some(true) {
        pipe.expect_absent().await?;
    }
    let write = pipe.write(Expected::Body(&body), MayReplace::nothing_if(options.only_if_absent));
    let send = |only_if_absent| {
        let (options, body) = (PutOptions { only_if_absent, ..options.clone() }, &body);
        async move { pipe.put(body, &options).await }
    };
    let verification = match write.send(send).await? {
        Written::Stored(StoredObject { confirmed: Some(digest), .. }) => {
            Verification::Digest(digest.to_owned())
        }
        Written::Stored(_) => write.see(UNCONFIRMED).await?,
        Written::Found(found, _) => write.verified(&found, UNCONFIRMED).await?,
        Written::Taken => return Err(pipe.exists()),
    };
    pipe.put_right(options).await?;
    Ok(Piped { bytes, verification })
}

struct Parts {
    pipe: Pipe,
    upload: UploadId,
    sizes: Growing,
}

/// The parts of a stream, each read when there is room for it.
struct StreamParts<'a, R> {
    parts: &'a Parts,
    first: Option<Body>,
    source: R,
    /// Of the next part, from 1.
    number: u32,
    /// In the parts before it.
    bytes: u64,
    memory: BodyMemory,
}

impl<R: AsyncRead + Unpin + Send> PartSource for StreamParts<'_, R> {
    async fn next(&mut self) -> Result<Option<SendingPart>, Error> {
        let size = self.parts.sizes.next(u64::from(self.number), self.bytes);
        // Two parts always fit, however large.
        let room = self.memory.take(size.unwrap_or(1).min(ROOM / 2)).await;
        let body = match self.first.take() {
            Some(first) => first,
            None => read_part(&mut self.source, size.unwrap_or(1)).await?,
        };
        if body.size() == 0 {
            return Ok(None);
        }
        if size.is_none() {
            return Err(self.parts.too_long());
        }
        self.bytes += body.size();
        let sending = self.parts.part(self.number, body);
        self.number += 1;
        Ok(Some(Box::pin(async move {
            let _room = room;
            sending.await
        })))
    }
}

impl Parts {
    async fn run(
        &self,
        first: Body,
        source: impl AsyncRead + Unpin + Send,
        only_if_absent: bool,
    ) -> Result<Piped, Error> {
        let memory = BodyMemory::new(ROOM);
        let first = Some(first);
        let mut stream = StreamParts { parts: self, first, source, number: 1, bytes: 0, memory };
        let sent = send_parts(AT_ONCE, &mut stream).await?;
        let bytes = stream.bytes;
        let verification = self.complete(&sent, bytes, only_if_absent).await?;
        Ok(Piped { bytes, verification })
    }

    fn too_long(&self) -> Error {
        let most = Size(self.sizes.most());
        let error = self.pipe.fails(ErrorKind::TooLarge, SEND_STREAM);
        error.detail(format!("parts of these sizes hold {most}"))
    }

    fn part(
        &self,
        number: u32,
        body: Body,
    ) -> impl Future<Output = Result<UploadedPart, Error>> + Send + 'static {
        let (pipe, upload) = (self.pipe.clone(), self.upload.clone());
        async move {
            let place = pipe.place();
            let request = || {
                let send = |remote: Arc<dyn Remote>| {
                    let (object, upload, body) = (&pipe.object, &upload, body.clone());
                    async move { remote.upload_part(object, upload, number, body).await }
                };
                send_on(pipe.way(&place), body.size(), send)
            };
            pipe.policy.send(request).await
        }
    }

    async fn complete(
        &self,
        parts: &[UploadedPart],
        bytes: u64,
        only_if_absent: bool,
    ) -> Result<Verification, Error> {
        let pipe = &self.pipe;
        if only_if_absent && pipe.remote.keeps_conditions() != Some(true) {
            pipe.expect_absent().await?;
        }
        let expected = head_of(bytes, etag_of_parts(parts.iter()));
        let write = pipe.write(Expected::Head(&expected), MayReplace::nothing_if(only_if_absent));
        let (remote, object, upload) = (&pipe.remote, &pipe.object, &self.upload);
        let complete = |absent| remote.complete_multipart(object, upload, parts, absent);
        let stored = match write.send(complete).await? {
            Written::Stored(stored) => stored,
            Written::Found(found, _) => return write.verified(&found, UNCONFIRMED).await,
            Written::Taken => return Err(pipe.exists()),
        };
        let seen = match write.see(UNCONFIRMED).await {
            Ok(seen) => seen,
            // What came by the pipe is nowhere else: it is not taken back.
            Err(error) => {
                let (policy, at) = (pipe.policy.clone().impatient(), object.clone());
                let landed = Landed { at, stored };
                return Err(named_if_there(&**remote, &policy, error, &landed).await);
            }
        };
        match (seen, stored.confirmed) {
            (_, Some(digest)) => Ok(Verification::Digest(digest.to_owned())),
            _ if expected.etag.is_some() && expected.etag == stored.etag => {
                Ok(Verification::Digest("md5".to_owned()))
            }
            (seen, None) => Ok(seen),
        }
    }

    /// Aborts; gives the error with what is left where that fails too.
    async fn take_back(&self, error: Error) -> Error {
        let cleaning = self.pipe.cleaning();
        let (remote, object) = (&cleaning.remote, &cleaning.object);
        match abort_upload(&**remote, &cleaning.policy, object, &self.upload).await {
            Err(_) => {
                let before = if error.detail.is_empty() { "" } else { "; " };
                let detail = format!("{}{before}{UNABORTED}{}", error.detail, self.pipe.object);
                error.detail(detail)
            }
            _ => error,
        }
    }
}

/// A whole part, or less at the end of the stream.
async fn read_part(source: &mut (impl AsyncRead + Unpin), bytes: u64) -> Result<Body, Error> {
    let (mut pieces, mut left) = (Vec::new(), bytes);
    while left > 0 {
        let length = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
        let piece = read_piece(source, length).await?;
        let ended = piece.len() < length;
        left -= piece.len() as u64;
        if !piece.is_empty() {
            pieces.push(piece);
        }
        if ended {
            break;
        }
    }
    Ok(Body::Held(pieces.into()))
}

async fn read_piece(source: &mut (impl AsyncRead + Unpin), length: usize) -> Result<Bytes, Error> {
    let mut piece = BytesMut::with_capacity(length);
    while piece.len() < length {
        let room = (length - piece.len()) as u64;
        let read = (&mut *source).take(room).read_buf(&mut piece).await;
        if read.map_err(|e| Error::from_io(&e, "read the stream", "-"))? == 0 {
            break;
        }
    }
    Ok(piece.freeze())
}
