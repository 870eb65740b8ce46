//! Keeps what was seen of a watched prefix: what is new in it, changed or gone.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::{SignedDuration, Timestamp};

use crate::app::event::Ticket;
use crate::app::screens::objects::pager::Pager;
use crate::app::screens::objects::rows::ObjectRows;
use crate::domain::change::RowChanges;
use crate::domain::listing::{Listing, RowKind};

/// The time from the end of one look to the next.
pub(super) const PAUSE: SignedDuration = SignedDuration::from_secs(5);

/// The longest pause while looks fail.
pub(super) const LONGEST_PAUSE: SignedDuration = SignedDuration::from_secs(60);

/// How long a row is highlighted, and how long one that is gone stays.
const SHOWN: SignedDuration = SignedDuration::from_secs(60);

/// Said of a row that is only shown because the watch saw it go.
pub(super) const GONE: &str = "the object is gone: it was deleted";

/// What became of a row while it was watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sighting {
    New,
    Changed,
    Gone,
}

#[derive(Clone, Debug)]
pub struct Watch {
    pub(super) due: Timestamp,
    pub(super) look: Option<Look>,
    seen: BTreeMap<String, (Sighting, Timestamp)>,
    /// Names that this program changed since the last look began.
    own: BTreeSet<String>,
    /// Names changed before the last look began; the look reports nothing about them.
    known: BTreeSet<String>,
    /// Looks that failed one after another.
    pub(super) failures: u32,
    counts: [u64; 3],
    /// How many of these were on screen.
    read: u64,
}

/// A listing beside the one that is shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Look {
    pub(super) pager: Pager,
    pub(super) listing: Listing,
}

impl Watch {
    pub(super) fn new(due: Timestamp) -> Watch {
        Watch {
            due,
            look: None,
            seen: BTreeMap::new(),
            own: BTreeSet::new(),
            known: BTreeSet::new(),
            failures: 0,
            counts: [0; 3],
            read: 0,
        }
    }

    /// Changes that were seen since the watch was on screen last.
    pub fn news(&self) -> u64 {
        self.counts.iter().sum::<u64>() - self.read
    }

    /// What was seen so far is on screen.
    pub(super) fn on_read(&mut self) {
        self.read = self.counts.iter().sum();
    }

    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        self.look.is_none() && self.due <= now
    }

    /// How often a row was seen to be new, changed or gone since the watch began.
    pub fn count(&self, sighting: Sighting) -> u64 {
        self.counts[sighting as usize]
    }

    pub fn has_failed(&self) -> bool {
        self.failures > 0
    }

    pub(super) fn owns(&self, ticket: Ticket) -> bool {
        self.look.as_ref().is_some_and(|look| look.pager.owns(ticket))
    }

    /// What was seen of a row lately.
    pub(super) fn sighting(&self, name: &str) -> Option<Sighting> {
        self.seen.get(name).map(|(sighting, _)| *sighting)
    }

    /// Rows that are only shown because they were seen to go.
    pub(super) fn gone(&self) -> impl Iterator<Item = &str> {
        let gone = self.seen.iter().filter(|(_, (seen, _))| *seen == Sighting::Gone);
        gone.map(|(name, _)| name.as_str())
    }

    /// The same, as the watch ends.
    pub(super) fn into_gone(self) -> impl Iterator<Item = String> {
        let gone = self.seen.into_iter().filter(|(_, (seen, _))| *seen == Sighting::Gone);
        gone.map(|(name, _)| name)
    }

    fn note(&mut self, name: &str, sighting: Sighting, now: Timestamp) {
        let before = self.seen.insert(name.to_owned(), (sighting, now));
        if before.is_none_or(|(before, _)| before != sighting) {
            self.counts[sighting as usize] += 1;
        }
    }

    /// Changes that this program made: no look has to tell them.
    pub(super) fn on_own(&mut self, changes: &RowChanges) {
        for name in changes.rows.keys() {
            self.seen.remove(name);
            match self.look {
                Some(_) => self.own.insert(name.clone()),
                None => self.known.insert(name.clone()),
            };
        }
    }

    /// Takes what a look found, `later`; gives what of it belongs into the rows now.
    pub(super) fn compare(
        &mut self,
        shown: &ObjectRows,
        later: &Later<'_>,
        now: Timestamp,
    ) -> RowChanges {
        let mut changes = RowChanges::default();
        for (name, found) in differences(shown, later) {
            if self.own.contains(name) {
                continue;
            }
            let silent = self.known.contains(name);
            match found {
                RowDifference::Gone if silent => drop(changes.rows.insert(name.to_owned(), None)),
                RowDifference::Gone => {
                    if !self.is_gone(name) {
                        self.note(name, Sighting::Gone, now);
                    }
                }
                RowDifference::New(kind) | RowDifference::Changed(kind) => {
                    changes.rows.insert(name.to_owned(), Some(kind));
                    let new = matches!(found, RowDifference::New(_)) || self.is_gone(name);
                    let sighting = if new { Sighting::New } else { Sighting::Changed };
                    if !silent {
                        self.note(name, sighting, now);
                    }
                }
            }
        }
        self.known = std::mem::take(&mut self.own);
        self.expire(later, now, &mut changes);
        changes
    }

    pub(super) fn is_gone(&self, name: &str) -> bool {
        self.seen.get(name).is_some_and(|(sighting, _)| *sighting == Sighting::Gone)
    }

    /// Ends highlights that are old; rows that have been gone so long leave with them. What is back
    /// as it was is not gone.
    fn expire(&mut self, later: &Later<'_>, now: Timestamp, changes: &mut RowChanges) {
        self.seen.retain(|name, (sighting, since)| {
            let gone = *sighting == Sighting::Gone;
            let back = gone && later.rows.contains_key(name.as_str());
            let old = now.duration_since(*since) >= SHOWN;
            if gone && old && !back {
                changes.rows.insert(name.clone(), None);
            }
            !old && !back
        });
    }
}

/// A later listing by name, and how far it and the one shown can be compared.
pub(super) struct Later<'a> {
    rows: HashMap<&'a str, RowKind>,
    /// Beyond this name it tells nothing; `None` where it tells all.
    end: Option<&'a str>,
    /// Every row that there was is shown.
    complete: bool,
}

impl<'a> Later<'a> {
    pub(super) fn of(look: &'a Look, complete: bool) -> Later<'a> {
        let rows = look.listing.rows().map(|row| (row.name, row.kind)).collect();
        let end = look.pager.has_more().then(|| look.listing.last_name().unwrap_or_default());
        Later { rows, end, complete }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RowDifference {
    New(RowKind),
    Changed(RowKind),
    Gone,
}

/// How a later listing differs from the rows shown, as far as both reach.
fn differences<'a>(shown: &'a ObjectRows, later: &Later<'a>) -> Vec<(&'a str, RowDifference)> {
    let listing = shown.listing();
    let last = listing.last_name().unwrap_or_default();
    let (end, complete) = (later.end, later.complete);
    let compared = |name: &str| end.is_none_or(|end| name <= end) && (complete || name <= last);
    let gone = shown.up_to(end).map(|row| row.name);
    let gone = gone.filter(|name| compared(name) && !later.rows.contains_key(name));
    let mut found: Vec<_> = gone.map(|name| (name, RowDifference::Gone)).collect();
    found.extend(later.rows.iter().filter(|(name, _)| compared(name)).filter_map(|(name, now)| {
        match shown.find(name).map(|number| listing.row(number).kind) {
            None => Some((*name, RowDifference::New(*now))),
            Some(before) => (before != *now).then_some((*name, RowDifference::Changed(*now))),
        }
    }));
    found
}
