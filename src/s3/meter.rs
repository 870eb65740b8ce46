//! Counts every request and body byte a connection moves.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::usage::{RequestClass, Usage};

/// Shared by every client of a connection; reading it costs five relaxed loads.
#[derive(Debug, Default)]
pub struct Meter {
    class_a: AtomicU64,
    class_b: AtomicU64,
    free: AtomicU64,
    received: AtomicU64,
    sent: AtomicU64,
}

impl Meter {
    pub fn count(&self, class: RequestClass) {
        match class {
            RequestClass::A => &self.class_a,
            RequestClass::B => &self.class_b,
            RequestClass::Free => &self.free,
        }
        .fetch_add(1, Ordering::Relaxed);
    }

    pub fn received(&self, bytes: u64) {
        self.received.fetch_add(bytes, Ordering::Relaxed);
    }

    pub fn sent(&self, bytes: u64) {
        self.sent.fetch_add(bytes, Ordering::Relaxed);
    }

    pub fn usage(&self) -> Usage {
        Usage {
            class_a: self.class_a.load(Ordering::Relaxed),
            class_b: self.class_b.load(Ordering::Relaxed),
            free: self.free.load(Ordering::Relaxed),
            received: self.received.load(Ordering::Relaxed),
            sent: self.sent.load(Ordering::Relaxed),
        }
    }
}
