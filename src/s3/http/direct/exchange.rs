//! Sends one request on a connection, and reads the head of its answer.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::{Buf as _, Bytes, BytesMut};
use tokio::io::AsyncWrite as _;
use tokio::time::timeout;
use tokio_util::io::poll_read_buf;

use crate::s3::http::body::{Body, Content, PIECE, read_piece};
use crate::s3::http::body_pacing::{BodyPacing, Grant};
use crate::s3::http::direct::arriving::Arriving;
use crate::s3::http::direct::fault::Fault;
use crate::s3::http::direct::head::{self, Head};
use crate::s3::http::direct::pool::Lease;
use crate::s3::sdk::transport::{FIRST_BYTE, SLOWEST};

/// A socket that takes no byte for this long is given up.
const STALL: Duration = Duration::from_mins(1);

/// What a system may hold of a body after the last byte was handed over, in bytes.
const IN_FLIGHT: u64 = 4 << 20;

/// Bytes asked of the pacing at once.
const GRANTED: usize = 256 << 10;

/// Bodies up to this size leave together with their head.
const WITH_HEAD: usize = 64 << 10;

pub struct Exchange {
    lease: Lease,
    /// What came and is not taken yet.
    came: BytesMut,
    /// The server answers before the whole request was sent: nothing more is.
    early: bool,
    pacing: Option<Arc<dyn BodyPacing>>,
}

/// Why there is no answer, and whether not one byte of one came.
pub struct NoResponse {
    pub fault: Fault,
    pub untouched: bool,
}

impl Exchange {
    pub fn on(lease: Lease, pacing: Option<Arc<dyn BodyPacing>>) -> Exchange {
        Exchange { lease, came: BytesMut::with_capacity(4 << 10), early: false, pacing }
    }

    /// Sends a head and its body, and reads the head of the answer.
    pub async fn run(
        mut self,
        head: BytesMut,
        body: &Body,
        to_head: bool,
    ) -> Result<(Head, Arriving), NoResponse> {
        let sent = self.send(head, body).await;
        if let Err(fault @ (Fault::Source(_) | Fault::TimedOut(_))) = sent {
            return Err(NoResponse { fault, untouched: false });
        }
        // A server that refuses may close before it has read everything: what it said is worth more
        // than the error.
        let whole = sent.is_ok() && !self.early;
        let answer = match self.answer(body.size(), to_head).await {
            Ok(answer) => answer,
            Err(fault) => {
                let untouched = self.came.is_empty();
                return Err(NoResponse { fault: sent.err().unwrap_or(fault), untouched });
            }
        };
        let kept = answer.kept && whole;
        let arriving = Arriving::new(self.lease, self.came, answer.framing, kept);
        Ok((answer, arriving))
    }

    async fn send(&mut self, mut head: BytesMut, body: &Body) -> Result<(), Fault> {
        match body {
            Body::Held(pieces) => {
                let mut pieces = pieces.iter();
                let first = pieces.clone().next().filter(|first| first.len() <= WITH_HEAD);
                let mut together = 0;
                if let Some(first) = first {
                    while together < first.len() {
                        together += self.granted(first.len() - together).await;
                    }
                    head.extend_from_slice(first);
                    pieces.next();
                }
                self.write(head.freeze(), false).await?;
                self.handed_over(together);
                for piece in pieces {
                    self.pass(piece.clone()).await?;
                }
            }
            Body::Elsewhere(content) => {
                self.write(head.freeze(), false).await?;
                self.send_from(content).await?;
            }
        }
        self.flush().await
    }

    /// Sends a piece while the next one is read.
    async fn send_from(&mut self, content: &Arc<dyn Content>) -> Result<(), Fault> {
        let size = content.size();
        let (mut next, mut spare) = (read(content, 0, BytesMut::new()).await?, BytesMut::new());
        let mut at = PIECE as u64;
        while !next.is_empty() && !self.early {
            let piece = next.freeze();
            let (sent, read) =
                tokio::join!(self.pass(piece.clone()), read(content, at.min(size), spare));
            sent?;
            next = read?;
            spare = piece.try_into_mut().unwrap_or_default();
            at += PIECE as u64;
        }
        Ok(())
    }

    /// Hands bytes of the body to the socket as its pacing lets them go.
    async fn pass(&mut self, mut bytes: Bytes) -> Result<(), Fault> {
        while !bytes.is_empty() && !self.early {
            let granted = self.granted(bytes.len()).await;
            self.write(bytes.split_to(granted), true).await?;
        }
        Ok(())
    }

    async fn granted(&self, wanted: usize) -> usize {
        let Some(pacing) = &self.pacing else { return wanted };
        loop {
            match pacing.grant(wanted.min(GRANTED)) {
                Grant::Now(bytes) => return bytes.clamp(1, wanted),
                Grant::Later(waiting) => waiting.await,
            }
        }
    }

    fn handed_over(&self, bytes: usize) {
        if let Some(pacing) = self.pacing.as_ref().filter(|_| bytes > 0) {
            pacing.handed_over(bytes);
        }
    }

    /// Hands all of `bytes` to the socket, unless an answer comes before it has taken them.
    async fn write(&mut self, mut bytes: Bytes, counted: bool) -> Result<(), Fault> {
        while !bytes.is_empty() && !self.early {
            let (socket, came) = (&mut self.lease.socket, &mut self.came);
            let step = poll_fn(|cx| {
                if let Poll::Ready(written) = Pin::new(&mut *socket).poll_write(cx, &bytes) {
                    return Poll::Ready(written.map(Some));
                }
                poll_read_buf(Pin::new(&mut *socket), cx, came).map_ok(|_| None)
            });
            match timeout(STALL, step).await.map_err(|_| stalled())?? {
                Some(0) => return Err(Fault::Cut("the connection takes no more bytes".into())),
                Some(written) => {
                    bytes.advance(written);
                    self.handed_over(if counted { written } else { 0 });
                }
                None => self.early = true,
            }
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), Fault> {
        let socket = &mut self.lease.socket;
        let flushed = poll_fn(|cx| Pin::new(&mut *socket).poll_flush(cx));
        Ok(timeout(STALL, flushed).await.map_err(|_| stalled())??)
    }

    async fn answer(&mut self, sent: u64, to_head: bool) -> Result<Head, Fault> {
        let underway = Duration::from_secs(sent.min(IN_FLIGHT) / SLOWEST);
        let patience = if sent > 0 { FIRST_BYTE * 2 + underway } else { FIRST_BYTE };
        let late = || Fault::TimedOut(format!("no answer within {} s", patience.as_secs()));
        loop {
            if let Some(head) = head::take(&mut self.came, to_head)? {
                return Ok(head);
            }
            self.came.reserve(2 << 10);
            let (socket, came) = (&mut self.lease.socket, &mut self.came);
            let read = poll_fn(|cx| poll_read_buf(Pin::new(&mut *socket), cx, came));
            if timeout(patience, read).await.map_err(|_| late())?? == 0 {
                return Err(Fault::Cut("the connection ended before an answer".into()));
            }
        }
    }
}

fn stalled() -> Fault {
    Fault::TimedOut(format!("the server took no byte for {} s", STALL.as_secs()))
}

async fn read(
    content: &Arc<dyn Content>,
    at: u64,
    mut buffer: BytesMut,
) -> Result<BytesMut, Fault> {
    if at >= content.size() {
        return Ok(BytesMut::new());
    }
    let content = Arc::clone(content);
    let reading = move || read_piece(&*content, at, &mut buffer).map(|()| buffer);
    match tokio::task::spawn_blocking(reading).await {
        Ok(read) => read.map_err(Fault::Source),
        Err(error) => Err(Fault::Cut(error.to_string())),
    }
}
