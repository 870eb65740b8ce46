//! Keeps what a server refused as unknown to it, and tells whoever listens.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::provider::{Capability, RefusalNews};

type Tell = Box<dyn Fn(RefusalNews) + Send + Sync>;

/// A clone speaks of the same server.
#[derive(Clone, Default)]
pub struct Refusals(Arc<Inner>);

#[derive(Default)]
struct Inner {
    reasons: Mutex<BTreeMap<Capability, String>>,
    tell: Option<Tell>,
}

impl Refusals {
    /// Begins with what was refused before; `tell` hears of every change from then on.
    pub fn new(
        known: impl IntoIterator<Item = (Capability, String)>,
        tell: impl Fn(RefusalNews) + Send + Sync + 'static,
    ) -> Refusals {
        let reasons = Mutex::new(known.into_iter().collect());
        Refusals(Arc::new(Inner { reasons, tell: Some(Box::new(tell)) }))
    }

    /// Why the server does not do it, in a sentence.
    pub fn reason(&self, capability: Capability) -> Option<String> {
        self.reasons().get(&capability).cloned()
    }

    pub(in crate::s3) fn add(&self, capability: Capability, why: String) {
        let before = self.reasons().insert(capability, why.clone());
        if before.as_ref() != Some(&why) {
            self.tell(RefusalNews::Refused { capability, why });
        }
    }

    /// Forgets what was refused, so that everything is asked again.
    pub(in crate::s3) fn forget(&self) {
        self.reasons().clear();
        self.tell(RefusalNews::Forgotten);
    }

    fn tell(&self, news: RefusalNews) {
        if let Some(tell) = &self.0.tell {
            tell(news);
        }
    }

    /// What was learned before a panic is still true.
    fn reasons(&self) -> std::sync::MutexGuard<'_, BTreeMap<Capability, String>> {
        self.0.reasons.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
