//! Learns whether a server honours what a write asks for: conditions, a key of one's own.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use crate::domain::object::ETag;

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
    /// The condition on what a write replaces names its ETag without quotes.
    bare_tags: AtomicBool,
    /// Whether a key of one's own encrypts what is stored with it.
    own_key: AtomicU8,
}

fn shown(state: &AtomicU8) -> Option<bool> {
    match state.load(Ordering::Relaxed) {
        KEPT => Some(true),
        IGNORED => Some(false),
        _ => None,
    }
}

impl Conditions {
    pub fn kept(&self) -> Option<bool> {
        shown(&self.shown)
    }

    /// As [`Conditions::kept`], of the encryption with a key of one's own.
    pub fn uses_own_key(&self) -> Option<bool> {
        shown(&self.own_key)
    }

    pub fn learn_own_key(&self, used: bool) {
        self.own_key.store(if used { KEPT } else { IGNORED }, Ordering::Relaxed);
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

    /// The `If-Match` of a write, as this server compares it.
    pub fn written(&self, tag: &ETag) -> String {
        match self.bare_tags.load(Ordering::Relaxed) {
            true => tag.as_str().to_owned(),
            false => tag.quoted(),
        }
    }

    /// A write was refused although it named the object that is there: Ceph's gateway compares the
    /// quotes too, as if they were of the ETag.
    pub fn learn_otherwise_written(&self) {
        self.bare_tags.fetch_xor(true, Ordering::Relaxed);
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

    #[test]
    fn a_refused_spelling_of_a_tag_is_followed_by_the_other() {
        let (conditions, tag) = (Conditions::default(), ETag::new("\"e\""));
        assert_eq!(conditions.written(&tag), "\"e\"");
        conditions.learn_otherwise_written();
        assert_eq!(conditions.written(&tag), "e");
        conditions.learn_otherwise_written();
        assert_eq!(conditions.written(&tag), "\"e\"");
    }
}
