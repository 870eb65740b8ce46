//! How much the engine does at once and how long it is patient.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// When a request that failed is tried again, and when one that says nothing is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Tries of one request, the first included.
    pub tries: u32,
    /// Failed tries of all requests of one object together.
    pub budget: u32,
    /// The wait before the second try; doubled for each further one, then jittered.
    pub first_wait: Duration,
    pub longest_wait: Duration,
    /// A body that brings no byte for this long counts as cut.
    pub stall: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            tries: 8,
            budget: 64,
            first_wait: Duration::from_millis(250),
            longest_wait: Duration::from_secs(30),
            stall: Duration::from_mins(1),
        }
    }
}

/// Requests under way at once. The number shrinks when a server throttles and grows back as requests succeed.
#[derive(Debug)]
pub struct Slots {
    gate: Arc<Semaphore>,
    most: usize,
    state: Mutex<SlotState>,
}

#[derive(Debug)]
struct SlotState {
    open: usize,
    /// Successes since the last change.
    successes: usize,
    /// Permits to be taken away as they come back.
    owed: usize,
    /// Shrinking waits until the requests that were under way at the last shrink have returned.
    immune: usize,
}

/// One request's slot; returned when dropped.
#[derive(Debug)]
pub struct Slot {
    slots: Arc<Slots>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Slots {
    pub fn new(most: usize) -> Arc<Slots> {
        let most = most.max(1);
        Arc::new(Slots {
            gate: Arc::new(Semaphore::new(most)),
            most,
            state: Mutex::new(SlotState { open: most, successes: 0, owed: 0, immune: 0 }),
        })
    }

    pub async fn take(self: &Arc<Self>) -> Slot {
        let permit = Arc::clone(&self.gate).acquire_owned().await.ok();
        Slot { slots: Arc::clone(self), permit }
    }

    /// Requests allowed at once now.
    pub fn open(&self) -> usize {
        self.state().open
    }

    pub fn most(&self) -> usize {
        self.most
    }

    pub fn succeeded(&self) {
        let mut state = self.state();
        state.immune = state.immune.saturating_sub(1);
        state.successes += 1;
        if state.open < self.most && state.successes >= state.open {
            state.successes = 0;
            state.open += 1;
            if state.owed > 0 {
                state.owed -= 1;
            } else {
                self.gate.add_permits(1);
            }
        }
    }

    /// Halves what is allowed; requests that were sent before the last halving do not halve it again.
    pub fn throttled(&self) {
        let mut state = self.state();
        if state.immune > 0 {
            state.immune -= 1;
            return;
        }
        let open = (state.open / 2).max(1);
        state.owed += state.open - open;
        state.immune = open;
        state.open = open;
        state.successes = 0;
        state.owed -= self.gate.forget_permits(state.owed);
    }

    fn state(&self) -> MutexGuard<'_, SlotState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut state = self.slots.state();
        if state.owed > 0
            && let Some(permit) = self.permit.take()
        {
            state.owed -= 1;
            permit.forget();
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
    async fn throttling_halves_once_per_wave_and_success_grows_back() {
        let slots = Slots::new(8);
        let mut held = Vec::new();
        for _ in 0..8 {
            held.push(slots.take().await);
        }
        slots.throttled();
        assert_eq!(slots.open(), 4);
        slots.throttled();
        assert_eq!(slots.open(), 4, "the same wave halves once");
        drop(held);
        assert_eq!(slots.gate.available_permits(), 4);
        for _ in 0..200 {
            slots.succeeded();
        }
        assert_eq!(slots.open(), 8);
        assert_eq!(slots.gate.available_permits(), 8);
    }

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

    #[tokio::test]
    async fn one_slot_is_always_left() {
        let slots = Slots::new(2);
        for _ in 0..20 {
            slots.throttled();
        }
        assert_eq!(slots.open(), 1);
        drop(slots.take().await);
        assert_eq!(slots.gate.available_permits(), 1);
    }
}
