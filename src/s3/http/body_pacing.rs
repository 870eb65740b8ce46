//! Counts the bytes of a body on their way out, and holds them back where the rate is limited.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use aws_sdk_s3::config::http::HttpRequest;
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::primitives::SdkBody;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::s3::sdk::hook::Hook;

/// Decides how fast bodies go out.
pub trait BodyPacing: fmt::Debug + Send + Sync {
    /// Lets some of `wanted` bytes go, one at least, or says when to ask again.
    fn grant(&self, wanted: usize) -> Grant;

    /// So many granted bytes were handed to the connection.
    fn handed_over(&self, bytes: usize);
}

pub enum Grant {
    Now(usize),
    Later(Later),
}

/// Ready when it is worth asking again.
pub type Later = Pin<Box<dyn Future<Output = ()> + Send + Sync>>;

/// Paces the body of a request, after it was signed.
#[derive(Debug)]
pub struct PacedRequest(Option<Arc<dyn BodyPacing>>);

impl PacedRequest {
    pub fn of(pacing: Option<&Arc<dyn BodyPacing>>) -> PacedRequest {
        PacedRequest(pacing.cloned())
    }
}

impl Hook for PacedRequest {
    fn before_sending(&self, request: &mut HttpRequest) -> Result<(), BoxError> {
        if let Some(pacing) = &self.0 {
            let body = request.body_mut();
            let plain = std::mem::replace(body, SdkBody::taken());
            *body = SdkBody::from_body_1_x(PacedBody::new(plain, Arc::clone(pacing)));
        }
        Ok(())
    }
}

/// A body that asks its pacing before each piece.
pub struct PacedBody<B> {
    body: B,
    /// Got from the body and not yet granted.
    piece: Bytes,
    pacing: Arc<dyn BodyPacing>,
    waiting: Option<Later>,
}

impl<B> PacedBody<B> {
    pub fn new(body: B, pacing: Arc<dyn BodyPacing>) -> PacedBody<B> {
        PacedBody { body, piece: Bytes::new(), pacing, waiting: None }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for PacedBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let this = &mut *self;
        while this.piece.is_empty() {
            match ready!(Pin::new(&mut this.body).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(piece) => this.piece = piece,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                other => return Poll::Ready(other),
            }
        }
        loop {
            if let Some(waiting) = &mut this.waiting {
                ready!(waiting.as_mut().poll(cx));
                this.waiting = None;
            }
            match this.pacing.grant(this.piece.len()) {
                Grant::Now(bytes) => {
                    let bytes = bytes.clamp(1, this.piece.len());
                    this.pacing.handed_over(bytes);
                    return Poll::Ready(Some(Ok(Frame::data(this.piece.split_to(bytes)))));
                }
                Grant::Later(waiting) => this.waiting = Some(waiting),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.piece.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (rest, piece) = (self.body.size_hint(), self.piece.len() as u64);
        let mut hint = SizeHint::new();
        hint.set_lower(rest.lower() + piece);
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper + piece);
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use futures_util::FutureExt as _;
    use http_body_util::{BodyExt, Full};

    use super::*;

    /// Grants three bytes at a time, every other time only after it was asked again.
    #[derive(Debug, Default)]
    struct Threes(Mutex<(usize, Vec<usize>)>);

    impl BodyPacing for Threes {
        fn grant(&self, wanted: usize) -> Grant {
            let mut asked = self.0.lock().unwrap();
            asked.0 += 1;
            if asked.0.is_multiple_of(2) {
                Grant::Now(wanted.min(3))
            } else {
                Grant::Later(Box::pin(async {}))
            }
        }

        fn handed_over(&self, bytes: usize) {
            self.0.lock().unwrap().1.push(bytes);
        }
    }

    #[test]
    fn every_byte_passes_in_order_as_it_is_granted() {
        let pacing = Arc::new(Threes::default());
        let body = PacedBody::new(Full::new(Bytes::from_static(b"12345678")), pacing.clone());
        assert_eq!(body.size_hint().exact(), Some(8));
        let read = body.collect().now_or_never().unwrap().unwrap().to_bytes();
        assert_eq!(read, "12345678");
        assert_eq!(pacing.0.lock().unwrap().1, [3, 3, 2]);
    }
}
