//! Limits the bytes a second of all transfers together; the limit may change while they run.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::s3::http::body_pacing::Later;

/// Clones speak of the same limit.
#[derive(Clone, Debug, Default)]
pub struct RateLimiter {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// The limit is another one.
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// Bytes per second.
    limit: Option<u64>,
    /// When everything that was let through so far will have been paid for.
    paid: Option<Instant>,
}

/// What may pass at once after a pause, in time.
const BURST: Duration = Duration::from_millis(50);

/// Pieces that go out at once: enough for the link, and small beside the limit.
const MOST: usize = 256 << 10;
const LEAST: usize = 256;

/// Bytes a second that keep one request worth its while.
const PER_REQUEST: u64 = 64 << 10;

impl RateLimiter {
    /// As [set](RateLimiter::set).
    pub fn of(limit: Option<u64>) -> RateLimiter {
        let rate = RateLimiter::default();
        rate.set(limit);
        rate
    }

    pub fn limit(&self) -> Option<u64> {
        self.state().limit
    }

    /// Sets the limit; `None` and 0 are no limit.
    pub fn set(&self, limit: Option<u64>) {
        let mut state = self.state();
        state.limit = limit.filter(|limit| *limit > 0);
        state.paid = None;
        drop(state);
        self.shared.changed.notify_waiters();
    }

    /// Requests at once that a limit feeds.
    pub fn requests(&self) -> usize {
        let fed = self.limit().map_or(u64::MAX, |limit| (limit / PER_REQUEST).max(2));
        usize::try_from(fed).unwrap_or(usize::MAX)
    }

    /// Waits until bytes that are here already are paid for.
    pub async fn pay(&self, bytes: usize) {
        let Some(until) = self.state().charge(Instant::now(), bytes) else { return };
        let changed = self.shared.changed.notified();
        tokio::select! {
            () = sleep_until(until) => {}
            () = changed => {}
        }
    }

    /// How many of the bytes that wait may go now, or when to ask again.
    pub fn grant(&self, wanted: usize) -> Result<usize, Later> {
        let until = match self.state().grant(Instant::now(), wanted) {
            Ok(granted) => return Ok(granted),
            Err(until) => until,
        };
        let shared = Arc::clone(&self.shared);
        Err(Box::pin(async move {
            tokio::select! {
                () = sleep_until(until) => {}
                () = shared.changed.notified() => {}
            }
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// As [`RateLimiter::grant`].
    fn grant(&mut self, now: Instant, wanted: usize) -> Result<usize, Instant> {
        let Some(limit) = self.limit else { return Ok(wanted.min(MOST)) };
        let paid = self.paid.unwrap_or(now);
        if paid > now + BURST {
            return Err(paid - BURST);
        }
        let fair = usize::try_from(limit / 20).unwrap_or(usize::MAX).clamp(LEAST, MOST);
        let bytes = wanted.min(fair);
        self.paid = Some(paid.max(now) + cost(bytes, limit));
        Ok(bytes)
    }

    /// When the bytes are paid for; none where they may pass at once.
    fn charge(&mut self, now: Instant, bytes: usize) -> Option<Instant> {
        let limit = self.limit?;
        let paid = self.paid.unwrap_or(now).max(now) + cost(bytes, limit);
        self.paid = Some(paid);
        (paid > now + BURST).then(|| paid - BURST)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a part of a nanosecond is no matter")]
fn cost(bytes: usize, limit: u64) -> Duration {
    Duration::from_secs_f64(bytes as f64 / limit as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds for so many bytes out and as many in, side by side, on a clock of its own.
    fn seconds_for(limit: u64, bytes: usize) -> f64 {
        let began = Instant::now();
        let mut state = State { limit: Some(limit), paid: None };
        let (mut out, mut inward, mut now, mut here) = (bytes, bytes, began, began);
        while out > 0 || inward > 0 {
            while out > 0
                && let Ok(granted) = state.grant(now, out)
            {
                assert!(granted <= MOST);
                out -= granted;
            }
            while inward > 0 && now >= here {
                let piece = inward.min(16 << 10);
                inward -= piece;
                here = state.charge(now, piece).unwrap_or(now);
            }
            now += Duration::from_millis(1);
        }
        (now.max(here) - began).as_secs_f64()
    }

    #[test]
    fn what_goes_out_and_comes_in_shares_the_limit() {
        for limit in [2 << 10, 1 << 20, 50 << 20] {
            let bytes = usize::try_from(limit * 5).unwrap();
            let took = seconds_for(limit, bytes);
            assert!((9.0..10.5).contains(&took), "{limit} bytes a second: {took} s");
        }
    }

    #[tokio::test]
    async fn a_limit_that_is_taken_off_frees_who_waits() {
        let rate = RateLimiter::default();
        rate.set(Some(1));
        let mut waits = std::pin::pin!(rate.pay(1 << 40));
        assert!(futures_util::poll!(&mut waits).is_pending());
        rate.set(Some(0));
        waits.await;
        assert_eq!(rate.grant(10 << 20).ok(), Some(MOST));
    }

    #[test]
    fn a_low_limit_feeds_few_requests_and_a_high_one_many() {
        let rate = RateLimiter::default();
        assert_eq!(rate.requests(), usize::MAX);
        rate.set(Some(2 << 10));
        assert_eq!(rate.requests(), 2);
        rate.set(Some(1 << 30));
        assert!(rate.requests() > 64);
    }
}
