//! Learns whether a server honours the condition on a write.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

const UNKNOWN: u8 = 0;
const KEPT: u8 = 1;
const IGNORED: u8 = 2;

#[derive(Debug, Default)]
pub struct Conditions {
    shown: AtomicU8,
    /// Somebody finds out.
    claimed: AtomicBool,
    /// A condition on the source of a copy failed although the source was unchanged.
    source_broken: AtomicBool,
}

impl Conditions {
    pub fn kept(&self) -> Option<bool> {
        match self.shown.load(Ordering::Relaxed) {
            KEPT => Some(true),
            IGNORED => Some(false),
            _ => None,
        }
    }

    /// True for the first who asks.
    pub fn claim(&self) -> bool {
        !self.claimed.swap(true, Ordering::Relaxed)
    }

    /// Whether a copy's condition on its source fails by itself: OpenStack Swift refuses its own
    /// ETag of an object that was made of parts.
    pub fn source_is_broken(&self) -> bool {
        self.source_broken.load(Ordering::Relaxed)
    }

    pub fn learn_source_is_broken(&self) {
        self.source_broken.store(true, Ordering::Relaxed);
    }

    /// What was seen ignored once is not trusted again.
    pub fn learn(&self, kept: bool) {
        if kept {
            let _ =
                self.shown.compare_exchange(UNKNOWN, KEPT, Ordering::Relaxed, Ordering::Relaxed);
        } else {
            self.shown.store(IGNORED, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_finds_out_and_a_server_seen_to_ignore_conditions_stays_so() {
        let conditions = Conditions::default();
        assert_eq!(conditions.kept(), None);
        assert!(conditions.claim() && !conditions.claim());
        conditions.learn(true);
        assert_eq!(conditions.kept(), Some(true));
        conditions.learn(false);
        conditions.learn(true);
        assert_eq!(conditions.kept(), Some(false));
    }
}
