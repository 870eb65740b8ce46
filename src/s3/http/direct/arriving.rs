//! Reads a body from its socket straight into the reader's buffer.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, BufMut as _, BytesMut};
use tokio_util::io::poll_read_buf;

use crate::s3::http::direct::chunks::Chunks;
use crate::s3::http::direct::fault::Fault;
use crate::s3::http::direct::head::Framing;
use crate::s3::http::direct::pool::Lease;

#[derive(Debug)]
pub struct Arriving {
    /// None once the body is over.
    lease: Option<Lease>,
    /// What came behind the head, or behind the bytes that were asked for.
    ahead: BytesMut,
    left: Left,
    kept: bool,
}

#[derive(Debug)]
enum Left {
    Bytes(u64),
    Chunks(Chunks),
    Unknown,
}

/// Read at once where the chunks of a body are short.
const AHEAD: usize = 64 << 10;

impl Arriving {
    pub fn new(lease: Lease, ahead: BytesMut, framing: Framing, kept: bool) -> Arriving {
        let left = match framing {
            Framing::Length(length) => Left::Bytes(length),
            Framing::Chunked => Left::Chunks(Chunks::default()),
            Framing::UntilClosed => Left::Unknown,
        };
        let mut arriving = Arriving { lease: Some(lease), ahead, left, kept };
        if matches!(arriving.left, Left::Bytes(0)) {
            arriving.end();
        }
        arriving
    }

    /// Reads into the spare room of `into`, which must have some. Gives the bytes that came; none
    /// at the end.
    pub fn poll(
        &mut self,
        cx: &mut Context<'_>,
        into: &mut BytesMut,
    ) -> Poll<Result<usize, Fault>> {
        let got = match &self.left {
            Left::Chunks(_) => ready!(self.poll_chunks(cx, into))?,
            Left::Bytes(0) => 0,
            Left::Bytes(left) => {
                let most = *left;
                let got = ready!(self.poll_some(cx, into, most))?;
                if got == 0 {
                    self.lease = None;
                    let why =
                        format!("the connection ended; {most} bytes of the body were missing");
                    return Poll::Ready(Err(Fault::Cut(why)));
                }
                self.left = Left::Bytes(most - got as u64);
                got
            }
            Left::Unknown => ready!(self.poll_some(cx, into, u64::MAX))?,
        };
        if got == 0 || matches!(self.left, Left::Bytes(0)) {
            self.end();
        }
        Poll::Ready(Ok(got))
    }

    fn poll_some(
        &mut self,
        cx: &mut Context<'_>,
        into: &mut BytesMut,
        most: u64,
    ) -> Poll<Result<usize, Fault>> {
        let room = into.capacity() - into.len();
        let most = usize::try_from(most).unwrap_or(usize::MAX).min(room);
        if !self.ahead.is_empty() {
            let length = most.min(self.ahead.len());
            into.put_slice(&self.ahead[..length]);
            self.ahead.advance(length);
            return Poll::Ready(Ok(length));
        }
        let Some(lease) = &mut self.lease else { return Poll::Ready(Ok(0)) };
        let got = ready!(poll_read(lease, cx, into, most))?;
        Poll::Ready(Ok(got))
    }

    fn poll_chunks(
        &mut self,
        cx: &mut Context<'_>,
        into: &mut BytesMut,
    ) -> Poll<Result<usize, Fault>> {
        loop {
            let Left::Chunks(chunks) = &mut self.left else { return Poll::Ready(Ok(0)) };
            if chunks.over() {
                return Poll::Ready(Ok(0));
            }
            let room = into.capacity() - into.len();
            let got = chunks.take(&mut self.ahead, into, room)?;
            if got > 0 || chunks.over() {
                return Poll::Ready(Ok(got));
            }
            let Some(lease) = &mut self.lease else { return Poll::Ready(Ok(0)) };
            self.ahead.reserve(AHEAD);
            if ready!(poll_read(lease, cx, &mut self.ahead, AHEAD))? == 0 {
                self.lease = None;
                let why = "the connection ended before the last chunk of the body";
                return Poll::Ready(Err(Fault::Cut(why.into())));
            }
        }
    }

    /// The socket serves the next request where nothing but this answer came on it.
    fn end(&mut self) {
        let whole = match &self.left {
            Left::Bytes(left) => *left == 0,
            Left::Chunks(chunks) => chunks.over(),
            Left::Unknown => false,
        };
        if let Some(lease) = self.lease.take()
            && whole
            && self.kept
            && self.ahead.is_empty()
        {
            lease.give_back();
        }
    }
}

fn poll_read(
    lease: &mut Lease,
    cx: &mut Context<'_>,
    into: &mut BytesMut,
    most: usize,
) -> Poll<Result<usize, Fault>> {
    let read = poll_read_buf(Pin::new(&mut lease.socket), cx, &mut into.limit(most));
    Poll::Ready(Ok(ready!(read)?))
}
