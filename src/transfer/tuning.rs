//! Holds how the engine works: where its queue is kept, what counts as large, how much it does at
//! once.

use std::path::PathBuf;
use std::time::Duration;

use crate::domain::provider::Provider;
use crate::transfer::limits::Patience;
use crate::transfer::limits::adapt::START;
use crate::transfer::limits::slots::LaneLimits;

/// Given at start and moved whole: who needs one of them asks for it here.
#[derive(Clone, Debug)]
pub struct Tuning {
    /// The journal's file; `None` keeps it in memory (headless verbs, demo).
    pub journal: Option<PathBuf>,
    /// Bytes from which an object is moved in parts.
    pub part_threshold: u64,
    /// Bytes above which an object is copied in parts.
    pub copy_threshold: u64,
    /// Bytes of bodies held at once, over all objects.
    pub memory: u64,
    /// Requests under way at once to one server in the beginning, in each lane.
    pub slots: usize,
    /// No more than these, however much each one more brings.
    pub most_slots: LaneLimits,
    /// Jobs that look for their objects at once; with 0 no job begins, and what was cleared is
    /// still cleaned up.
    pub expansions: usize,
    pub patience: Patience,
    /// Until an object that is being restored is looked at again; doubled each time, up to ninety
    /// times as long.
    pub restore_look: Duration,
    /// Bytes per second of all transfers together. What the user sets is kept in the journal and
    /// comes before it.
    pub rate: Option<u64>,
    /// `rate` comes before what the journal keeps.
    pub rate_given: bool,
}

/// The largest object that is sent in one request, in bytes: it is held in memory.
pub const MAX_WHOLE: u64 = 16 << 20;

impl Tuning {
    /// Bytes below which an object is sent in one request.
    pub fn whole_below(&self) -> u64 {
        self.part_threshold.min(MAX_WHOLE)
    }

    /// Bytes up to which a provider is asked to copy an object at once.
    pub fn most_copied_whole(&self, provider: Provider) -> u64 {
        provider.max_single_put().min(self.copy_threshold)
    }
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            journal: None,
            part_threshold: 16 << 20,
            copy_threshold: u64::MAX,
            memory: 32 << 20,
            slots: START,
            most_slots: LaneLimits { small: 256, parts: 64 },
            expansions: 4,
            patience: Patience::default(),
            restore_look: Duration::from_secs(10),
            rate: None,
            rate_given: false,
        }
    }
}
