//! Bodies out of one block of bytes, as fast as they are taken or as fast as a distant server would
//! send them.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep};

/// After so many bytes the contents repeat: no multiple of a part's size, so that parts that change
/// places show.
pub const PERIOD: u64 = 1_048_583;
const PIECE: u64 = 256 << 10;

/// The bytes of every synthetic object from an offset on; fewer than asked where a piece ends.
pub fn piece(at: u64, most: u64) -> Bytes {
    static BLOCK: OnceLock<Bytes> = OnceLock::new();
    let block = BLOCK.get_or_init(|| {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let random = |_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[3]
        };
        let mut block: Vec<u8> = (0..PERIOD).map(random).collect();
        block.extend_from_within(..PIECE as usize);
        block.into()
    });
    let start = (at % PERIOD) as usize;
    block.slice(start..start + most.min(PIECE) as usize)
}

pub enum Answer {
    Text(Option<Bytes>),
    Synthetic { at: u64, end: u64, pace: Option<Pace> },
}

impl Answer {
    pub fn text(text: impl Into<Bytes>) -> Answer {
        Answer::Text(Some(text.into()).filter(|text| !text.is_empty()))
    }
}

/// Keeps a connection to so many bytes a second.
pub struct Pace {
    begun: Instant,
    moved: u64,
    rate: u64,
    sleep: Pin<Box<Sleep>>,
}

impl Pace {
    pub fn new(rate: u64) -> Pace {
        let begun = Instant::now();
        Pace { begun, moved: 0, rate, sleep: Box::pin(tokio::time::sleep(Duration::ZERO)) }
    }

    fn due(&self) -> Instant {
        self.begun + Duration::from_secs_f64(self.moved as f64 / self.rate as f64)
    }

    /// After so many bytes came.
    pub async fn came(&mut self, bytes: u64) {
        self.moved += bytes;
        tokio::time::sleep_until(self.due()).await;
    }

    fn poll(&mut self, context: &mut Context<'_>, bytes: u64) -> Poll<()> {
        let due = self.due();
        if due > Instant::now() {
            self.sleep.as_mut().reset(due);
            ready!(self.sleep.as_mut().poll(context));
        }
        self.moved += bytes;
        Poll::Ready(())
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.get_mut() {
            Answer::Text(text) => Poll::Ready(text.take().map(|text| Ok(Frame::data(text)))),
            Answer::Synthetic { at, end, .. } if at == end => Poll::Ready(None),
            Answer::Synthetic { at, end, pace } => {
                let bytes = piece(*at, *end - *at);
                if let Some(pace) = pace {
                    ready!(pace.poll(context, bytes.len() as u64));
                }
                *at += bytes.len() as u64;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(match self {
            Answer::Text(text) => text.as_ref().map_or(0, Bytes::len) as u64,
            Answer::Synthetic { at, end, .. } => end - at,
        })
    }
}
