//! Limits how much the engine does at once, and sets how long it waits.

pub mod adapt;
pub mod open_files;
pub mod rate;
pub mod slots;

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::BytesMut;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::s3::http::body::PIECE;

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
    /// How long an answer may take once the whole body is handed over: much of it may wait in the
    /// system's buffers.
    pub answer: Duration,
    /// How long a server that does not answer, or keys that are not taken, are waited for; `None`
    /// is until somebody decides.
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

/// Bytes of bodies held at once, over all objects, and the buffers they are held in.
#[derive(Clone, Debug)]
pub struct BodyMemory {
    grains: Arc<Semaphore>,
    all: u32,
    free: Arc<Mutex<Vec<BytesMut>>>,
}

/// Bytes that fit into one [`Buffer`].
pub const BUFFER: usize = PIECE;

/// Buffers kept for the next body.
const KEPT: usize = 32;

/// Room for a piece of a body; used again when it is dropped.
#[derive(Debug)]
pub struct Buffer {
    bytes: BytesMut,
    free: Arc<Mutex<Vec<BytesMut>>>,
}

impl Buffer {
    pub fn is_full(&self) -> bool {
        self.bytes.len() >= BUFFER
    }
}

impl Deref for Buffer {
    type Target = BytesMut;

    fn deref(&self) -> &BytesMut {
        &self.bytes
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut BytesMut {
        &mut self.bytes
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let bytes = std::mem::take(&mut self.bytes);
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        if free.len() < KEPT && bytes.capacity() >= BUFFER {
            free.push(bytes);
        }
    }
}

/// What [`BodyMemory`] is counted in, in bytes.
const GRAIN: u64 = 64 << 10;

impl BodyMemory {
    pub fn new(bytes: u64) -> BodyMemory {
        let all = u32::try_from(bytes.div_ceil(GRAIN).max(1)).unwrap_or(u32::MAX);
        BodyMemory { grains: Arc::new(Semaphore::new(all as usize)), all, free: Arc::default() }
    }

    /// An empty buffer. Who takes many at once asks for the memory first.
    pub fn buffer(&self) -> Buffer {
        let mut buffer = self.any();
        buffer.clear();
        buffer
    }

    /// A buffer of so many bytes, whatever they are.
    pub fn buffer_of(&self, length: usize) -> Buffer {
        let mut buffer = self.any();
        buffer.resize(length, 0);
        buffer
    }

    /// A free buffer, with whatever was left in it.
    fn any(&self) -> Buffer {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let bytes = free.unwrap_or_else(|| BytesMut::with_capacity(BUFFER));
        Buffer { bytes, free: Arc::clone(&self.free) }
    }

    /// So many bytes, if nobody has to be waited for and a quarter of all is left for those who ask
    /// for little.
    pub fn take_now(&self, bytes: u64) -> Option<OwnedSemaphorePermit> {
        let grains = u32::try_from(bytes.div_ceil(GRAIN)).unwrap_or(u32::MAX);
        let left = self.grains.available_permits().checked_sub(grains as usize)?;
        if left < self.all as usize / 4 {
            return None;
        }
        Arc::clone(&self.grains).try_acquire_many_owned(grains).ok()
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
        let memory = BodyMemory::new(2 * GRAIN);
        let first = memory.take(GRAIN + 1).await;
        let mut second = std::pin::pin!(memory.take(1));
        assert!(futures_util::poll!(&mut second).is_pending());
        drop(first);
        drop(second.await);
        assert!(memory.take(u64::MAX).await.is_some(), "what is larger than all goes alone");
    }

    #[tokio::test]
    async fn memory_that_is_taken_is_not_to_be_had_now_and_buffers_are_used_again() {
        let memory = BodyMemory::new(8 * GRAIN);
        let most = memory.take_now(6 * GRAIN);
        assert!(most.is_some() && memory.take_now(1).is_none(), "a quarter is left");
        drop(most);
        assert!(memory.take_now(1).is_some());
        let mut buffer = memory.buffer();
        buffer.extend_from_slice(b"old");
        let place = buffer.as_ptr();
        drop(buffer);
        let again = memory.buffer();
        assert!(again.is_empty() && again.as_ptr() == place);
    }
}
