//! Keeps what runs of a job; it is forgotten at a pause or restart.

use std::collections::{BTreeMap, VecDeque};

use crate::domain::error::Error;
use crate::transfer::fact::PlaceOrder;
use crate::transfer::item::Item;

/// What runs of a job; forgotten at pause and restart.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, in any combination")]
pub struct Run {
    /// Each object under way by its place.
    pub active: BTreeMap<String, Active>,
    /// Some objects may be settled by an earlier run.
    pub again: bool,
    pub expansion: ExpansionState,
    pub small: VecDeque<Item>,
    pub large: VecDeque<Item>,
    /// Something of it was moved.
    pub begun: bool,
    /// Found and not settled.
    pub pending_objects: u64,
    pub pending_bytes: u64,
    pub found: Found,
    /// Objects that came to their end since the journal was last told how far the job is.
    pub settled: u32,
    /// Workers of an earlier run are still on their way out: nothing is due before.
    pub draining: bool,
    pub ending: bool,
}

/// An object under way.
#[derive(Clone, Copy, Debug)]
pub struct Active {
    pub size: u64,
    pub parts: usize,
}

/// Which objects an expansion has found.
#[derive(Debug, Default)]
pub enum Found {
    #[default]
    Nothing,
    /// Each came after the one before it, this one last.
    Until(String),
    Unordered,
}

#[derive(Debug, Default)]
pub enum ExpansionState {
    #[default]
    Ahead,
    Running,
    Ended(Option<Error>),
}

impl Run {
    pub fn expanding(&self) -> bool {
        matches!(self.expansion, ExpansionState::Running)
    }

    pub fn window_len(&self) -> usize {
        self.small.len() + self.large.len()
    }

    pub fn found(&mut self, items: Vec<Item>, order: PlaceOrder) {
        if self.draining {
            return;
        }
        // A listing may name a key twice.
        for item in items {
            if self.active.contains_key(&item.place) {
                continue;
            }
            self.note_order(&item, order);
            self.pending_objects += item.objects();
            self.pending_bytes += item.size.unwrap_or(0);
            let window = if item.parts() > 1 { &mut self.large } else { &mut self.small };
            window.push_back(item);
        }
    }

    fn note_order(&mut self, item: &Item, order: PlaceOrder) {
        for place in item.places() {
            self.found = match std::mem::take(&mut self.found) {
                Found::Until(last) if order.of(&last) >= order.of(place) => Found::Unordered,
                Found::Unordered => Found::Unordered,
                Found::Nothing | Found::Until(_) => Found::Until(place.to_owned()),
            };
        }
    }

    /// The first place that is found and has no outcome; the last one found where all have.
    pub fn frontier(&self, order: PlaceOrder) -> Option<&str> {
        let active = self.active.keys().map(String::as_str);
        let waiting = [self.small.front(), self.large.front()].into_iter().flatten();
        let waiting = waiting.map(|item| item.place.as_str());
        let pending = active.chain(waiting).min_by_key(|place| order.of(place));
        match &self.found {
            Found::Until(last) => pending.or(Some(last.as_str())),
            Found::Nothing | Found::Unordered => None,
        }
    }

    /// Starts over, once what is under way has returned.
    pub fn reset(&mut self) {
        let expanding = self.expanding();
        let draining = expanding || !self.active.is_empty();
        let active = std::mem::take(&mut self.active);
        *self = Run { active, draining, again: true, ..Run::default() };
        if expanding {
            self.expansion = ExpansionState::Running;
        }
    }
}
