//! How much the engine does at once and how long it is patient.

use std::time::Duration;

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
            stall: Duration::from_secs(60),
        }
    }
}
