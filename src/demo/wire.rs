//! Bodies on their way: cut, stalled, falsified or slowed as the script says.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

/// Why a connection ends without, or in the middle of, an answer.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Broken(pub String);

/// What happens to a body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Treatment {
    pub cut: Option<u64>,
    pub stall: Option<u64>,
    pub flip: Option<u64>,
    /// The body is over here, and no length is told.
    pub end: Option<u64>,
    /// Bytes that come after the body; no length is told.
    pub run_on: Option<u64>,
    /// Bytes per second.
    pub bandwidth: Option<u64>,
}

/// A body under a [`Treatment`].
pub struct Wire {
    inner: s3s::Body,
    treatment: Treatment,
    passed: u64,
    began: Option<Instant>,
    pause: Option<Pin<Box<Sleep>>>,
    lingering: Option<Pin<Box<Sleep>>>,
    /// What is left of a frame that was divided.
    rest: Bytes,
}

/// The largest frame while bandwidth is limited, so that it flows instead of jumping.
const SLOW_FRAME: usize = 16 * 1024;

/// The server writes what it was given when a body has nothing ready; an error at once would
/// discard it.
const LINGER: Duration = Duration::from_millis(20);

impl Wire {
    pub fn new(inner: s3s::Body, treatment: Treatment) -> Wire {
        Wire {
            inner,
            treatment,
            passed: 0,
            began: None,
            pause: None,
            lingering: None,
            rest: Bytes::new(),
        }
    }

    fn next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Broken>>> {
        if !self.rest.is_empty() {
            return Poll::Ready(Some(Ok(std::mem::take(&mut self.rest))));
        }
        loop {
            match ready!(Pin::new(&mut self.inner).poll_frame(cx)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(Broken(error.to_string())))),
                Some(Ok(frame)) => {
                    if let Ok(bytes) = frame.into_data() {
                        return Poll::Ready(Some(Ok(bytes)));
                    }
                }
            }
        }
    }

    /// Divides the frame at whatever comes first: the cut, the stall, or the slow frame.
    fn divide(&mut self, mut bytes: Bytes) -> Bytes {
        let mut most = bytes.len();
        let Treatment { cut, stall, end, .. } = self.treatment;
        for end in [cut, stall, end].into_iter().flatten() {
            let left = usize::try_from(end.saturating_sub(self.passed)).unwrap_or(usize::MAX);
            most = most.min(left);
        }
        if self.treatment.bandwidth.is_some() {
            most = most.min(SLOW_FRAME);
        }
        self.rest = bytes.split_off(most);
        bytes
    }

    fn falsify(&self, bytes: Bytes) -> Bytes {
        let Some(place) = self.treatment.flip.and_then(|at| at.checked_sub(self.passed)) else {
            return bytes;
        };
        let Ok(place) = usize::try_from(place) else { return bytes };
        if place >= bytes.len() {
            return bytes;
        }
        let mut wrong = BytesMut::from(bytes.as_ref());
        wrong[place] ^= 0x01;
        wrong.freeze()
    }

    /// Waits once, so that what passed is on its way before the connection closes.
    fn linger(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let pause = self.lingering.get_or_insert_with(|| Box::pin(sleep(LINGER)));
        pause.as_mut().poll(cx)
    }

    /// Sets the pause after which as many bytes as passed were due.
    fn pace(&mut self) {
        let Some(bandwidth) = self.treatment.bandwidth else { return };
        let began = *self.began.get_or_insert_with(Instant::now);
        let due = Duration::from_millis(self.passed.saturating_mul(1000) / bandwidth.max(1));
        if let Some(ahead) = due.checked_sub(began.elapsed()) {
            self.pause = Some(Box::pin(sleep(ahead)));
        }
    }
}

impl Body for Wire {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        if let Some(pause) = self.pause.as_mut() {
            ready!(pause.as_mut().poll(cx));
            self.pause = None;
        }
        if self.treatment.cut.is_some_and(|end| self.passed >= end) {
            ready!(self.linger(cx));
            return Poll::Ready(Some(Err(Broken("cut by the script".to_owned()))));
        }
        if self.treatment.stall.is_some_and(|end| self.passed >= end) {
            return Poll::Pending;
        }
        if self.treatment.end.is_some_and(|end| self.passed >= end) {
            return Poll::Ready(None);
        }
        let bytes = match ready!(self.next(cx)) {
            Some(Ok(bytes)) => bytes,
            Some(Err(error)) => return Poll::Ready(Some(Err(error))),
            None => match self.treatment.run_on.take().filter(|more| *more > 0) {
                Some(more) => Bytes::from(vec![b'x'; usize::try_from(more).unwrap_or(0)]),
                None => return Poll::Ready(None),
            },
        };
        let divided = self.divide(bytes);
        let bytes = self.falsify(divided);
        self.passed += bytes.len() as u64;
        self.pace();
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.treatment == Treatment::default() && self.rest.is_empty() && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        if self.treatment.end.is_some() || self.treatment.run_on.is_some() {
            return SizeHint::default();
        }
        let inner = self.inner.size_hint();
        match inner.exact() {
            Some(exact) => SizeHint::with_exact(exact + self.rest.len() as u64),
            None => inner,
        }
    }
}
