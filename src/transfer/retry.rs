//! Tries a request again where it may succeed later, never where it cannot.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;

use bytes::Bytes;

use crate::domain::error::{Error, ErrorKind};
use crate::transfer::limits::{Patience, Slots};

/// What the requests of one object share: slots, patience and the budget of failed tries.
#[derive(Clone, Debug)]
pub struct Gate {
    slots: Arc<Slots>,
    patience: Patience,
    budget: Arc<AtomicU32>,
}

impl Gate {
    pub fn new(slots: Arc<Slots>, patience: Patience) -> Gate {
        Gate { slots, patience, budget: Arc::new(AtomicU32::new(patience.budget)) }
    }

    /// Runs one request in a slot of its own, again while its error may pass. Waits hold no slot.
    pub async fn send<T, F>(&self, mut request: impl FnMut() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let mut tries = 0;
        loop {
            let slot = self.slots.take().await;
            let error = match request().await {
                Ok(value) => {
                    self.slots.succeeded();
                    return Ok(value);
                }
                Err(error) => error,
            };
            drop(slot);
            if error.is(&ErrorKind::Throttled) {
                self.slots.throttled();
            }
            tries += 1;
            if !error.retryable() || tries >= self.patience.tries || !self.spend() {
                return Err(error);
            }
            tokio::time::sleep(self.wait(tries, error.retry_after)).await;
        }
    }

    fn spend(&self) -> bool {
        let spent = |left: u32| left.checked_sub(1);
        self.budget.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spent).is_ok()
    }

    /// Between half and the whole of a wait that doubles with every try; never less than the server asked for.
    fn wait(&self, tries: u32, asked: Option<Duration>) -> Duration {
        let doubled = self.patience.first_wait.saturating_mul(1 << tries.saturating_sub(1).min(16));
        let longest = doubled.min(self.patience.longest_wait);
        let random = RandomState::new().build_hasher().finish() % 1000;
        let jittered = longest / 2 + longest.mul_f64(f64::from(random as u32) / 2000.0);
        asked.map_or(jittered, |asked| jittered.max(asked))
    }

    /// The next piece of a body; `TimedOut` when it stalls.
    pub async fn next_of(
        &self,
        body: &mut BoxStream<'static, Result<Bytes, Error>>,
        place: &str,
    ) -> Result<Option<Bytes>, Error> {
        next_of(body, self.patience.stall, place).await
    }
}

/// The next piece of a body; `TimedOut` when it brings nothing for `stall`.
pub async fn next_of(
    body: &mut BoxStream<'static, Result<Bytes, Error>>,
    stall: Duration,
    place: &str,
) -> Result<Option<Bytes>, Error> {
    match tokio::time::timeout(stall, body.next()).await {
        Ok(next) => next.transpose(),
        Err(_) => Err(Error::new(ErrorKind::TimedOut, "GetObject", place)
            .detail(format!("no byte for {} s", stall.as_secs()))),
    }
}
