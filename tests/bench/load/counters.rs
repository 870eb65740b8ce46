//! What the server was asked, and over how many connections.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

#[derive(Default)]
pub struct Counters {
    pub connections: AtomicUsize,
    peak: AtomicUsize,
    operations: Mutex<BTreeMap<&'static str, u64>>,
}

impl Counters {
    pub fn opened(&self) {
        let now = self.connections.fetch_add(1, Ordering::Relaxed) + 1;
        self.peak.fetch_max(now, Ordering::Relaxed);
    }

    pub fn count(&self, operation: &'static str) {
        *self.operations.lock().unwrap().entry(operation).or_default() += 1;
    }

    /// One line each, and back to nothing.
    pub fn take(&self) -> String {
        let now = self.connections.load(Ordering::Relaxed);
        let mut told = format!("connections {}\n", self.peak.swap(now, Ordering::Relaxed));
        for (operation, count) in std::mem::take(&mut *self.operations.lock().unwrap()) {
            let _ = writeln!(told, "{operation} {count}");
        }
        told
    }
}
