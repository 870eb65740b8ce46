//! Keeps what runs of a job; it is forgotten at a pause or restart.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;

use crate::domain::error::Error;
use crate::transfer::fact::PlaceOrder;
use crate::transfer::item::Item;
use crate::transfer::machine::postponed::{NextLook, Postponed};

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
    pub postponed: Postponed,
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
#[derive(Debug)]
pub struct Active {
    pub size: u64,
    pub parts: usize,
    /// Kept where it may have to wait for its restore.
    pub item: Option<Item>,
}

/// Objects of a run that wait for their restore; above it no further ones are found.
const MOST_POSTPONED: usize = 10_000;

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

    /// Whether more than it holds waits for its restore.
    pub fn is_full(&self) -> bool {
        self.postponed.len() >= MOST_POSTPONED
    }

    /// `looks`: what an earlier run says of objects that are being restored.
    pub fn found(
        &mut self,
        items: Vec<Item>,
        order: PlaceOrder,
        looks: &BTreeMap<String, NextLook>,
    ) {
        if self.draining {
            return;
        }
        // A listing may name a key twice.
        for item in items {
            if self.active.contains_key(&item.place) || self.postponed.contains(&item.place) {
                continue;
            }
            self.note_order(&item, order);
            self.pending_objects += item.objects();
            self.pending_bytes += item.size.unwrap_or(0);
            match looks.get(&item.place) {
                Some(look) => self.postponed.add(item, look.next),
                None => self.line_up(item),
            }
        }
    }

    fn line_up(&mut self, item: Item) {
        let window = if item.parts() > 1 { &mut self.large } else { &mut self.small };
        window.push_back(item);
    }

    /// An object under way turned out to be still on its way out of the archive.
    pub fn postpone(&mut self, place: &str, next: Timestamp) {
        if self.draining {
            return;
        }
        if let Some(item) = self.active.get_mut(place).and_then(|active| active.item.take()) {
            self.postponed.add(item, next);
        }
    }

    /// Lines up what is to be looked at by then.
    pub fn look(&mut self, now: Timestamp) {
        while let Some(item) = self.postponed.take(now) {
            self.line_up(item);
        }
    }

    /// How many objects wait for their restore and until when, where nothing else is left to do.
    pub fn waiting(&self) -> Option<(u64, Timestamp)> {
        let ended = matches!(self.expansion, ExpansionState::Ended(_)) || self.is_full();
        let idle = ended && self.active.is_empty() && self.window_len() == 0;
        Some((self.postponed.len() as u64, self.postponed.next().filter(|_| idle)?))
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
        // What was postponed is lined up behind what was found after it.
        let waiting = self.small.iter().chain(&self.large).map(|item| item.place.as_str());
        let pending = active.chain(waiting).chain(self.postponed.first_place());
        let pending = pending.min_by_key(|place| order.of(place));
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
