//! Watches a body on its way out, and gives it up when it stands still.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::sleep;

use crate::domain::error::{Error, ErrorKind};
use crate::s3::http::body_pacing::{BodyPacing, Grant};
use crate::transfer::limits::rate::RateLimiter;
use crate::transfer::limits::slots::Slots;
use crate::transfer::remote::Remote;
use crate::transfer::retry::RetryPolicy;
use crate::transfer::task::{BytesMoved, Task};

#[derive(Debug)]
struct Sending {
    rate: RateLimiter,
    slots: Arc<Slots>,
    moved: Arc<BytesMoved>,
    handed: AtomicU64,
    /// The last grant was refused: it is the limit that stands still.
    held: AtomicBool,
}

impl BodyPacing for Sending {
    fn grant(&self, wanted: usize) -> Grant {
        let granted = self.rate.grant(wanted);
        self.held.store(granted.is_err(), Ordering::Relaxed);
        match granted {
            Ok(bytes) => Grant::Now(bytes),
            Err(later) => Grant::Later(later),
        }
    }

    fn handed_over(&self, bytes: usize) {
        self.handed.fetch_add(bytes as u64, Ordering::Relaxed);
        self.moved.add(bytes as u64);
        self.slots.moved(bytes);
    }
}

/// What one try has counted as moved; taken back when dropped, unless the try went well.
struct Counted(Arc<Sending>);

impl Counted {
    /// All bytes arrived, however they were counted.
    fn all(self, bytes: u64) {
        let handed = self.0.handed.swap(0, Ordering::Relaxed);
        self.0.moved.take_back(handed);
        self.0.moved.add(bytes);
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.moved.take_back(self.0.handed.swap(0, Ordering::Relaxed));
    }
}

/// Where a body goes, by which gate, and who is told how far it is.
#[derive(Clone, Copy)]
pub struct BodyRoute<'a> {
    pub remote: &'a Arc<dyn Remote>,
    pub policy: &'a RetryPolicy,
    pub moved: &'a Arc<BytesMoved>,
    pub place: &'a str,
}

/// Sends a body of `bytes` once with `request`, which is given the storage it passes through.
pub async fn send_watched<T, F>(
    task: &Task,
    bytes: u64,
    request: impl FnOnce(Arc<dyn Remote>) -> F,
) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    let Task { remote, policy, moved, place, .. } = task;
    send_on(BodyRoute { remote, policy, moved, place }, bytes, request).await
}

/// As [`send_watched`], for a body that is no task's.
pub async fn send_on<T, F>(
    way: BodyRoute<'_>,
    bytes: u64,
    request: impl FnOnce(Arc<dyn Remote>) -> F,
) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    let sending = Arc::new(Sending {
        rate: way.policy.rate.clone(),
        slots: Arc::clone(&way.policy.health.slots),
        moved: Arc::clone(way.moved),
        handed: AtomicU64::new(0),
        held: AtomicBool::new(false),
    });
    let counted = Counted(Arc::clone(&sending));
    let remote = Arc::clone(way.remote).paced_by(Arc::clone(&sending) as Arc<dyn BodyPacing>);
    let patience = way.policy.patience();
    let value = tokio::select! {
        answer = request(remote) => answer?,
        quiet = stands_still(&sending, bytes, patience.stall, patience.answer) => {
            return Err(Error::new(ErrorKind::TimedOut, "send the body", way.place)
                .detail(format!("nothing moved for {} s", quiet.as_secs())));
        }
    };
    counted.all(bytes);
    Ok(value)
}

/// Ready when no byte was handed over for `stall`, or no answer came for `answer` after the last
/// one.
async fn stands_still(
    sending: &Sending,
    bytes: u64,
    stall: Duration,
    answer: Duration,
) -> Duration {
    let look = (stall / 8).max(Duration::from_millis(10));
    // In looks and not by the clock: while this process is stopped, or gets no processor, nobody
    // stands still.
    let (mut last, mut quiet) = (0, Duration::ZERO);
    loop {
        sleep(look).await;
        let handed = sending.handed.load(Ordering::Relaxed);
        let moves = handed != last || sending.held.load(Ordering::Relaxed);
        quiet = if moves { Duration::ZERO } else { quiet + look };
        last = handed;
        let patience = if handed < bytes { stall } else { answer };
        if quiet >= patience {
            return patience;
        }
    }
}
