//! How much the engine does at once and how long it is patient.

pub mod adapt;
pub mod rate;
pub mod slots;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// When a request that failed is tried again, and when one that says nothing is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Tries of one request, the first included; of one that was throttled, four times as many.
    pub tries: u32,
    /// Failed tries of all requests of one object together, since the last that went well.
    pub budget: u32,
    /// The wait before the second try; doubled for each further one, then jittered.
    pub first_wait: Duration,
    pub longest_wait: Duration,
    /// A body of which no byte moves for this long, in or out, counts as cut.
    pub stall: Duration,
    /// How long an answer may take once the whole body is handed over: much of it may wait in the system's buffers.
    pub answer: Duration,
    /// How long a server that does not answer, or keys that are not taken, are waited for; `None` is until somebody
    /// decides.
    pub outage: Option<Duration>,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            tries: 8,
            budget: 64,
            first_wait: Duration::from_millis(250),
            longest_wait: Duration::from_secs(30),
            stall: Duration::from_mins(1),
            answer: Duration::from_mins(5),
            outage: None,
        }
    }
}

/// Bytes of bodies held at once, over all objects.
#[derive(Clone, Debug)]
pub struct Memory {
    grains: Arc<Semaphore>,
    all: u32,
}

/// What [`Memory`] is counted in, in bytes.
const GRAIN: u64 = 64 << 10;

impl Memory {
    pub fn new(bytes: u64) -> Memory {
        let all = u32::try_from(bytes.div_ceil(GRAIN).max(1)).unwrap_or(u32::MAX);
        Memory { grains: Arc::new(Semaphore::new(all as usize)), all }
    }

    /// Waits until so many bytes may be held; more than there are wait until nobody else holds any.
    pub async fn take(&self, bytes: u64) -> Option<OwnedSemaphorePermit> {
        let grains = u32::try_from(bytes.div_ceil(GRAIN)).unwrap_or(u32::MAX).min(self.all);
        Arc::clone(&self.grains).acquire_many_owned(grains).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bodies_wait_until_there_is_memory_for_them() {
        let memory = Memory::new(2 * GRAIN);
        let first = memory.take(GRAIN + 1).await;
        let mut second = std::pin::pin!(memory.take(1));
        assert!(futures_util::poll!(&mut second).is_pending());
        drop(first);
        drop(second.await);
        assert!(memory.take(u64::MAX).await.is_some(), "what is larger than all goes alone");
    }
}
