//! Decides what becomes of a job's objects, fact by fact, for memory and for the tables.

use std::collections::HashMap;

use crate::transfer::fact::{Fact, Outcome, PlaceOrder};

/// The last fact that changed how a job as a whole stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LastChange {
    #[default]
    Queued,
    Cancelled,
    Finished,
    Retried,
    /// Cleared, and what it left unfinished is still to be taken away.
    Leaving,
}

/// What a change of the job does to the outcomes of its objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Nothing,
    /// Objects that failed are tried again.
    TryFailedAgain,
    /// What was to be tried again and is not found any more has not failed. Nobody asks for the
    /// objects of a job of which none failed.
    EndWell,
}

impl LastChange {
    /// What a fact makes of it; `None` for a fact that came too late to fit and is without effect.
    pub fn after(self, fact: &Fact) -> Option<(LastChange, Change)> {
        use LastChange::{Cancelled, Finished, Leaving, Retried};
        let too_late = match fact {
            // Asked twice in a moment: what failed since the first is not asked for.
            Fact::Retried { .. } => matches!(self, Retried | Leaving),
            // One that was tried again just before it was cleared stays.
            Fact::Leaving { .. } => !matches!(self, Cancelled | Finished),
            // Cleared in the same moment: nothing else becomes of it.
            _ => self == Leaving,
        };
        if too_late {
            return None;
        }
        Some(match fact {
            Fact::Cancelled { .. } => (Cancelled, Change::Nothing),
            Fact::Retried { .. } => (Retried, Change::TryFailedAgain),
            Fact::Leaving { .. } => (Leaving, Change::Nothing),
            // Cancelled just before: it did not finish, and a retry asks what was settled.
            Fact::Finished { error: None, .. } if self != Cancelled => (Finished, Change::EndWell),
            Fact::Finished { .. } => (Finished, Change::Nothing),
            _ => (self, Change::Nothing),
        })
    }
}

/// How one object ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectEnd {
    Settled,
    Failed,
    /// Failed, and to be tried again.
    Again,
}

impl From<&Outcome> for ObjectEnd {
    fn from(outcome: &Outcome) -> ObjectEnd {
        match outcome {
            Outcome::Done(_) | Outcome::Skipped => ObjectEnd::Settled,
            Outcome::Failed(_) => ObjectEnd::Failed,
        }
    }
}

/// How far a job has come: every object before this place, as the order has it, came to its end.
pub type Passed = (String, PlaceOrder);

/// Whether a job has no more to do with an object: because of how it ended, or because the job has
/// passed its place.
pub fn is_settled(end: Option<ObjectEnd>, place: &str, passed: Option<&Passed>) -> bool {
    match (end, passed) {
        (Some(end), _) => end != ObjectEnd::Again,
        (None, Some((before, order))) => *order.of(place) < **before,
        (None, None) => false,
    }
}

/// What became of the objects of one job, in memory.
#[derive(Debug, Default)]
pub struct Outcomes {
    ends: HashMap<String, ObjectEnd>,
    passed: Option<Passed>,
    last: LastChange,
}

impl Outcomes {
    pub fn record(&mut self, fact: &Fact) {
        match fact {
            Fact::Settled { place, outcome, .. } => {
                self.ends.insert(place.clone(), outcome.into());
            }
            Fact::Passed { before, order, .. } => self.pass(before, *order),
            fact => {
                let Some((last, change)) = self.last.after(fact) else { return };
                self.last = last;
                self.change(change);
            }
        }
    }

    fn pass(&mut self, before: &str, order: PlaceOrder) {
        let before = order.of(before);
        self.ends.retain(|place, end| *end != ObjectEnd::Settled || *order.of(place) >= *before);
        self.ends.shrink_to(2 * self.ends.len());
        match &mut self.passed {
            Some((known, _)) if **known >= *before => {}
            Some((known, _)) => before.as_ref().clone_into(known),
            None => self.passed = Some((before.into_owned(), order)),
        }
    }

    fn change(&mut self, change: Change) {
        match change {
            Change::Nothing => {}
            Change::TryFailedAgain => {
                let failed = self.ends.values_mut().filter(|end| **end == ObjectEnd::Failed);
                failed.for_each(|end| *end = ObjectEnd::Again);
            }
            Change::EndWell => {
                self.ends.retain(|_, end| *end != ObjectEnd::Again);
                if self.ends.values().all(|end| *end == ObjectEnd::Settled) {
                    (self.ends, self.passed) = (HashMap::new(), None);
                }
            }
        }
    }

    pub fn is_settled(&self, place: &str) -> bool {
        is_settled(self.ends.get(place).copied(), place, self.passed.as_ref())
    }

    /// Objects of which something is remembered.
    #[cfg(test)]
    pub fn room(&self) -> usize {
        self.ends.capacity()
    }
}
