//! Counts objects and bytes of a place and of the prefixes below it, from keys in order, without
//! keeping the keys.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::domain::address::DELIMITER;
use crate::domain::criteria::{Candidate, ending_of};
use crate::domain::listed::listed;
use crate::domain::versions::{VersionEntry, VersionState};

/// What objects are told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    Class,
    Age,
    Ending,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    pub objects: u64,
    pub bytes: u64,
}

/// One prefix that is counted, or the place itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TalliedPrefix {
    /// Below the place; empty for the place itself.
    pub prefix: String,
    pub all: Amount,
    pub groups: BTreeMap<String, Amount>,
    pub aside: UnlistedTotals,
}

/// What is stored beside the objects that are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnlistedTotals {
    /// That are not the latest.
    pub versions: Amount,
    pub markers: u64,
    pub uploads: Amount,
}

/// One thing of [`UnlistedTotals`], with its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    Version(u64),
    Marker,
    Upload(u64),
}

/// What a server does not tell of [`UnlistedTotals`]: it is not none, it is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Untold {
    /// Neither old versions nor delete markers.
    pub versions: bool,
    pub uploads: bool,
}

/// Takes objects in key order; holds one count for each level.
#[derive(Clone, Debug)]
pub struct PrefixTally {
    depth: usize,
    grouping: Option<Grouping>,
    /// The place, and the prefixes that the last key was below, each below the one before it.
    open: Vec<TalliedPrefix>,
}

listed! {
    /// How old an object is.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Age {
        Day,
        Week,
        Month,
        Quarter,
        Year,
        Older,
    }
}

impl PrefixTally {
    /// `depth` levels below the place are counted apart.
    pub fn new(depth: usize, grouping: Option<Grouping>) -> PrefixTally {
        PrefixTally { depth, grouping, open: vec![TalliedPrefix::default()] }
    }

    /// Counts an object; gives the prefixes that are at their end because of it, the deepest first.
    pub fn add(&mut self, object: Candidate<'_>, now: Timestamp) -> Vec<TalliedPrefix> {
        let ended = self.go_to(object.name);
        let group = self.grouping.map(|grouping| grouping.of(object, now));
        for open in &mut self.open {
            open.count(object.size, group.as_deref());
        }
        ended
    }

    /// Adds like [`PrefixTally::add`], but what is no listed object.
    pub fn add_beside(&mut self, name: &str, beside: Beside) -> Vec<TalliedPrefix> {
        let ended = self.go_to(name);
        for open in &mut self.open {
            open.aside.count(beside);
        }
        ended
    }

    /// Closes the prefixes that a name is not below, and opens those that it is.
    fn go_to(&mut self, name: &str) -> Vec<TalliedPrefix> {
        let mut ended = Vec::new();
        while self.open.last().is_some_and(|open| !name.starts_with(&open.prefix)) {
            ended.extend(self.open.pop());
        }
        self.descend(name);
        ended
    }

    /// Opens the prefixes of a name that are not open yet.
    fn descend(&mut self, name: &str) {
        while self.open.len() <= self.depth {
            let from = self.open.last().map_or(0, |open| open.prefix.len());
            let Some(at) = name[from..].find(DELIMITER) else { return };
            let prefix = name[..=from + at].to_owned();
            self.open.push(TalliedPrefix { prefix, ..TalliedPrefix::default() });
        }
    }

    /// What is still open, the deepest first, the place itself last.
    pub fn finish(self) -> Vec<TalliedPrefix> {
        self.open.into_iter().rev().collect()
    }

    /// Whether nothing at all was counted.
    pub fn is_empty(&self) -> bool {
        let nothing = Amount::default();
        self.open.first().is_none_or(|place| place.all == nothing && place.aside.is_empty())
    }
}

impl TalliedPrefix {
    fn count(&mut self, size: u64, group: Option<&str>) {
        self.all.count(size);
        if let Some(group) = group {
            if let Some(amount) = self.groups.get_mut(group) {
                return amount.count(size);
            }
            self.groups.entry(group.to_owned()).or_default().count(size);
        }
    }
}

impl Beside {
    /// `None` of the object that is listed.
    pub fn of(row: &VersionEntry) -> Option<Beside> {
        match &row.state {
            VersionState::DeleteMarker => Some(Beside::Marker),
            VersionState::Object { size, .. } => (!row.latest).then_some(Beside::Version(*size)),
        }
    }
}

impl UnlistedTotals {
    pub fn count(&mut self, beside: Beside) {
        match beside {
            Beside::Version(size) => self.versions.count(size),
            Beside::Marker => self.markers += 1,
            Beside::Upload(size) => self.uploads.count(size),
        }
    }

    fn is_empty(&self) -> bool {
        *self == UnlistedTotals::default()
    }
}

impl Amount {
    /// The amount without what is gone.
    #[must_use]
    pub fn less(self, gone: Amount) -> Amount {
        Amount {
            objects: self.objects.saturating_sub(gone.objects),
            bytes: self.bytes.saturating_sub(gone.bytes),
        }
    }

    pub fn count(&mut self, size: u64) {
        self.objects += 1;
        self.bytes += size;
    }

    pub fn add(&mut self, more: Amount) {
        self.objects += more.objects;
        self.bytes += more.bytes;
    }
}

impl Grouping {
    fn of(self, object: Candidate<'_>, now: Timestamp) -> String {
        match self {
            Grouping::Class => object.class.to_owned(),
            Grouping::Ending => ending_of(object.name).to_lowercase(),
            Grouping::Age => Age::of(object.modified, now).name().to_owned(),
        }
    }
}

impl Age {
    /// An unknown time is old.
    pub fn of(modified: Option<Timestamp>, now: Timestamp) -> Age {
        let Some(modified) = modified else { return Age::Older };
        let age = now.duration_since(modified);
        let younger = |than: &&Age| {
            than.days().is_some_and(|days| age < SignedDuration::from_hours(days * 24))
        };
        Age::ALL.iter().find(younger).copied().unwrap_or(Age::Older)
    }

    /// As `du --by age` spells it.
    pub fn name(self) -> &'static str {
        match self {
            Age::Day => "1d",
            Age::Week => "7d",
            Age::Month => "30d",
            Age::Quarter => "90d",
            Age::Year => "1y",
            Age::Older => "older",
        }
    }

    /// What it is younger than.
    fn days(self) -> Option<i64> {
        match self {
            Age::Day => Some(1),
            Age::Week => Some(7),
            Age::Month => Some(30),
            Age::Quarter => Some(90),
            Age::Year => Some(365),
            Age::Older => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(depth: usize, grouping: Option<Grouping>, names: &[&str]) -> Vec<TalliedPrefix> {
        let now = Timestamp::from_second(1_790_000_000).unwrap();
        let mut tally = PrefixTally::new(depth, grouping);
        let mut told = Vec::new();
        for name in names {
            let modified = Some(now - SignedDuration::from_hours(48));
            let object = Candidate { name, size: 10, modified, class: "STANDARD" };
            told.extend(tally.add(object, now));
        }
        told.extend(tally.finish());
        told
    }

    fn counts(depth: usize, names: &[&str]) -> Vec<(String, u64)> {
        told(depth, None, names).into_iter().map(|each| (each.prefix, each.all.objects)).collect()
    }

    #[test]
    fn each_prefix_is_told_once_and_the_place_last() {
        let names = ["a/b/1", "a/b/2", "a/c/1", "a/x", "d/1", "e"];
        assert_eq!(counts(0, &names), [(String::new(), 6)]);
        let one = [("a/".into(), 4), ("d/".into(), 1), (String::new(), 6)];
        assert_eq!(counts(1, &names), one);
        let two: Vec<(String, u64)> = counts(2, &names);
        let expected = [("a/b/", 2), ("a/c/", 1), ("a/", 4), ("d/", 1), ("", 6)];
        assert_eq!(two, expected.map(|(prefix, count)| (prefix.to_owned(), count)));
    }

    #[test]
    fn what_is_beside_the_objects_is_counted_apart() {
        let mut tally = PrefixTally::new(1, None);
        assert!(tally.is_empty());
        assert_eq!(tally.add_beside("a/1", Beside::Version(7)), []);
        assert_eq!(tally.add_beside("a/1", Beside::Marker), []);
        let ended = tally.add_beside("b/1", Beside::Upload(5));
        let old = Amount { objects: 1, bytes: 7 };
        let aside = UnlistedTotals { versions: old, markers: 1, ..UnlistedTotals::default() };
        assert_eq!((ended[0].prefix.as_str(), ended[0].aside), ("a/", aside));
        assert!(!tally.is_empty());
        let place = tally.finish().pop().unwrap();
        assert_eq!((place.all.objects, place.aside.uploads.bytes), (0, 5));
        assert_eq!(place.aside.versions, old);
    }

    #[test]
    fn empty_segments_are_levels_and_nothing_is_nothing() {
        assert_eq!(counts(2, &["//a"])[0], ("//".to_owned(), 1));
        assert_eq!(counts(3, &[]), [(String::new(), 0)]);
    }

    #[test]
    fn objects_are_told_apart_by_what_is_asked() {
        let by = |grouping| told(0, Some(grouping), &["a.JPG", "b.jpg", "c"])[0].groups.clone();
        let two = Amount { objects: 2, bytes: 20 };
        let one = Amount { objects: 1, bytes: 10 };
        assert_eq!(
            by(Grouping::Ending),
            BTreeMap::from([("jpg".into(), two), (String::new(), one)])
        );
        assert_eq!(by(Grouping::Age).keys().collect::<Vec<_>>(), ["7d"]);
        assert_eq!(by(Grouping::Class).keys().collect::<Vec<_>>(), ["STANDARD"]);
    }
}
