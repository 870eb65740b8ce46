//! Reads a body, and refuses one that is shorter or longer than promised.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use aws_sdk_s3::primitives::ByteStream;
use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt as _};

use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ByteRange, ObjectHead};
use crate::s3::call::Call;
use crate::s3::http::direct::arriving::Arriving;
use crate::s3::meter::Meter;
use crate::s3::sdk::errors::body_error;

/// Read at once for readers that bring no buffer of their own.
const PIECE: usize = 64 << 10;

/// An object on its way in.
#[derive(Debug)]
pub struct Download {
    /// Of the whole object, whatever range was asked.
    pub head: ObjectHead,
    /// The range the server sent, checked against the one that was asked.
    pub range: Option<ByteRange>,
    pub body: Incoming,
}

/// Ends early with an error, never silently.
pub struct Incoming {
    from: BodyReader,
    /// Bytes the server promised, where it did.
    expected: Option<u64>,
    got: u64,
    watched: Option<(Arc<Meter>, Call)>,
}

enum BodyReader {
    Socket(Box<Arriving>),
    /// With what the reader had no room for.
    Pieces(BoxStream<'static, Result<Bytes, Error>>, Bytes),
    Over,
}

impl Incoming {
    /// A body that comes by way of the SDK.
    pub fn by_sdk(
        stream: ByteStream,
        expected: Option<u64>,
        meter: Arc<Meter>,
        call: Call,
    ) -> Self {
        let asked = call.clone();
        let pieces = futures_util::stream::unfold(stream, |mut stream| async {
            stream.next().await.map(|piece| (piece, stream))
        });
        let pieces = pieces.map(move |piece| piece.map_err(|error| body_error(&error, &asked)));
        let from = BodyReader::Pieces(pieces.boxed(), Bytes::new());
        Incoming { from, expected, got: 0, watched: Some((meter, call)) }
    }

    pub fn by_socket(
        arriving: Arriving,
        expected: Option<u64>,
        meter: Arc<Meter>,
        call: Call,
    ) -> Self {
        let from = BodyReader::Socket(Box::new(arriving));
        Incoming { from, expected, got: 0, watched: Some((meter, call)) }
    }

    /// Reads into the spare room of `into`, which must have some. Gives the bytes that came; none
    /// at the end.
    pub async fn read(&mut self, into: &mut BytesMut) -> Result<usize, Error> {
        poll_fn(|cx| self.poll_read(cx, into)).await
    }

    /// As [`Incoming::read`].
    pub fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        into: &mut BytesMut,
    ) -> Poll<Result<usize, Error>> {
        let result = match ready!(self.poll_unwatched(cx, into)) {
            Ok(got) => self.watch(got),
            Err(error) => Err(error),
        };
        if !matches!(result, Ok(got) if got > 0) {
            self.from = BodyReader::Over;
        }
        Poll::Ready(result)
    }

    fn poll_unwatched(
        &mut self,
        cx: &mut Context<'_>,
        into: &mut BytesMut,
    ) -> Poll<Result<usize, Error>> {
        match &mut self.from {
            BodyReader::Over => Poll::Ready(Ok(0)),
            BodyReader::Socket(arriving) => {
                let watched = &self.watched;
                arriving.poll(cx, into).map_err(|fault| match watched {
                    Some((_, call)) => fault.into_error(call),
                    None => Error::new(ErrorKind::Interrupted, "GetObject", ""),
                })
            }
            BodyReader::Pieces(pieces, rest) => {
                while rest.is_empty() {
                    match ready!(pieces.poll_next_unpin(cx)) {
                        None => return Poll::Ready(Ok(0)),
                        Some(piece) => *rest = piece?,
                    }
                }
                let length = rest.len().min(into.capacity() - into.len());
                into.put_slice(&rest[..length]);
                rest.advance(length);
                Poll::Ready(Ok(length))
            }
        }
    }

    /// Counts, and holds the length against the one promised: too few bytes are `Interrupted`, too
    /// many `Corrupt`.
    fn watch(&mut self, got: usize) -> Result<usize, Error> {
        self.got += got as u64;
        let Some((meter, call)) = &self.watched else { return Ok(got) };
        meter.received(got as u64);
        match self.expected {
            Some(expected) if got == 0 && self.got < expected => {
                let detail = format!("the body ended after {} of {expected} bytes", self.got);
                Err(call.fails(ErrorKind::Interrupted, detail))
            }
            Some(expected) if self.got > expected => {
                let detail = format!("the server sent more than the {expected} bytes it promised");
                Err(call.fails(ErrorKind::Corrupt, detail))
            }
            _ => Ok(got),
        }
    }
}

/// Pieces that nobody promised anything about.
impl From<BoxStream<'static, Result<Bytes, Error>>> for Incoming {
    fn from(pieces: BoxStream<'static, Result<Bytes, Error>>) -> Incoming {
        let from = BodyReader::Pieces(pieces, Bytes::new());
        Incoming { from, expected: None, got: 0, watched: None }
    }
}

impl Stream for Incoming {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut piece = BytesMut::with_capacity(PIECE);
        match ready!(self.poll_read(cx, &mut piece)) {
            Ok(0) => Poll::Ready(None),
            Ok(_) => Poll::Ready(Some(Ok(piece.freeze()))),
            Err(error) => Poll::Ready(Some(Err(error))),
        }
    }
}

impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming").field("got", &self.got).finish_non_exhaustive()
    }
}
