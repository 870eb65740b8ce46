//! Decides what brings a key back: the removal of delete markers, or a copy of an old version on
//! top.

use jiff::Timestamp;

use crate::domain::address::Key;
use crate::domain::error::Error;
use crate::domain::object::VersionId;
use crate::domain::versions::{KeyHistory, VersionEntry};

/// Which state is wanted back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RestorePoint {
    /// The object that was there before the key was deleted.
    Undeleted,
    /// As it was at this moment.
    At(Timestamp),
    Version(VersionId),
}

/// What is to be done with one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RestoreStep {
    /// The delete markers above the wanted object are removed, however many are stacked.
    Undelete { markers: Vec<VersionId>, object: VersionEntry },
    /// The object is copied on top of what is there; of nothing, where the key names no version
    /// that a request without one is answered with.
    Copy { object: VersionEntry, over: Option<VersionEntry> },
    /// It is what was wanted.
    Unchanged(VersionEntry),
    /// It was made after the moment.
    Later(VersionEntry),
    /// What is known of it was made after the moment, in the place of what may have been there: a
    /// version without an id overwrites the one before.
    Unsure(VersionEntry),
    /// There is nothing, now or then: no object ever, or none at the moment and none now.
    Nothing,
    /// The version that was named is not one of the key.
    Unknown,
    /// The version that was named is a delete marker.
    IsMarker,
}

/// What is to be done with the keys of a place, counted before it is done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RestorePlan {
    /// Removals of delete markers and copies alone.
    pub steps: Vec<RestoreStep>,
    pub unchanged: u64,
    /// What is there now and was not at the moment.
    pub left: Vec<VersionEntry>,
    /// What is there now, and nobody knows whether it was at the moment.
    pub unsure: Vec<VersionEntry>,
    /// Keys that were looked at, those that never lived too.
    pub keys: u64,
    /// Of the objects that come back.
    pub bytes: u64,
}

impl RestorePlan {
    pub fn add(&mut self, step: RestoreStep) {
        self.keys += 1;
        self.bytes += step.bytes();
        match step {
            RestoreStep::Undelete { .. } | RestoreStep::Copy { .. } => self.steps.push(step),
            RestoreStep::Unchanged(_) => self.unchanged += 1,
            RestoreStep::Later(object) => self.left.push(object),
            RestoreStep::Unsure(object) => self.unsure.push(object),
            RestoreStep::Nothing | RestoreStep::Unknown | RestoreStep::IsMarker => {}
        }
    }

    /// The two plans as one.
    #[must_use]
    pub fn with(mut self, other: RestorePlan) -> RestorePlan {
        self.steps.extend(other.steps);
        self.unchanged += other.unchanged;
        self.left.extend(other.left);
        self.unsure.extend(other.unsure);
        self.keys += other.keys;
        self.bytes += other.bytes;
        self
    }
}

/// What became of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    pub restored: u64,
    pub unchanged: u64,
    /// What was left and is deleted now.
    pub deleted: u64,
    pub bytes: u64,
    pub failed: u64,
    pub errors: Vec<Error>,
    /// What a copy lacks of its version, by key: locks stay with the version.
    pub lacking: Vec<(Key, String)>,
    /// Too large for one copy on the server: left to the engine.
    pub large: Vec<VersionEntry>,
    /// It was stopped before all was tried.
    pub left: bool,
}

impl Restored {
    pub fn note(&mut self, key: &Key, lacking: String) {
        if self.lacking.len() < MAX_ERRORS {
            self.lacking.push((key.clone(), format!("the restored copy lacks {lacking}")));
        }
    }

    pub fn fail(&mut self, error: Error) {
        self.failed += 1;
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(error);
        }
    }
}

/// Errors and notes that are kept, of any number.
const MAX_ERRORS: usize = 1000;

pub fn step(history: &KeyHistory, wanted: &RestorePoint) -> RestoreStep {
    let Some(newest) = history.newest() else { return RestoreStep::Nothing };
    let object = match wanted {
        RestorePoint::Undeleted => history.versions().iter().find(|version| !version.is_marker()),
        RestorePoint::At(at) => history.object_at(*at),
        RestorePoint::Version(id) => {
            match history.versions().iter().find(|version| version.version == *id) {
                None => return RestoreStep::Unknown,
                Some(version) if version.is_marker() => return RestoreStep::IsMarker,
                found => found,
            }
        }
    };
    match object {
        None if newest.is_marker() || !newest.latest => RestoreStep::Nothing,
        None if history.versions().last().is_some_and(VersionEntry::is_null)
            && matches!(wanted, RestorePoint::At(at) if begins_after(history, *at)) =>
        {
            RestoreStep::Unsure(newest.clone())
        }
        None => RestoreStep::Later(newest.clone()),
        Some(object) if object == newest && newest.latest => RestoreStep::Unchanged(object.clone()),
        Some(object) => bring_back(history, object, newest),
    }
}

/// Whether nothing is known of a key at a moment.
fn begins_after(history: &KeyHistory, moment: Timestamp) -> bool {
    history.versions().iter().all(|version| version.modified.is_none_or(|made| made > moment))
}

fn bring_back(history: &KeyHistory, object: &VersionEntry, newest: &VersionEntry) -> RestoreStep {
    let above = || history.versions().iter().take_while(|version| *version != object);
    let object = object.clone();
    if above().next().is_some() && above().all(VersionEntry::is_marker) {
        let markers = above().map(|marker| marker.version.clone()).collect();
        return RestoreStep::Undelete { markers, object };
    }
    RestoreStep::Copy { object, over: newest.latest.then(|| newest.clone()) }
}

impl RestoreStep {
    /// The object that is there afterwards, of a step that changes something.
    pub fn object(&self) -> Option<&VersionEntry> {
        match self {
            RestoreStep::Undelete { object, .. } | RestoreStep::Copy { object, .. } => Some(object),
            _ => None,
        }
    }

    /// Bytes that are there again; none of a step that changes nothing.
    pub fn bytes(&self) -> u64 {
        self.object().and_then(VersionEntry::size).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::versions::VersionState;

    /// States of one key, oldest first: `o` an object, `m` a marker, one each ten seconds; ids
    /// count from 1. Of `n` an object without an id.
    fn history(states: &str) -> KeyHistory {
        let count = states.len();
        let entries = states.chars().zip(1..).map(|(state, number)| VersionEntry {
            key: "k".into(),
            version: VersionId(if state == 'n' { "null".into() } else { number.to_string() }),
            latest: number == count,
            modified: Timestamp::from_second(i64::try_from(number).unwrap() * 10).ok(),
            state: match state {
                'm' => VersionState::DeleteMarker,
                _ => VersionState::Object { size: 1, etag: None, class: None },
            },
        });
        let mut entries: Vec<_> = entries.collect();
        entries.reverse();
        KeyHistory::new(entries)
    }

    fn told(states: &str, wanted: &RestorePoint) -> String {
        told_of(&history(states), wanted)
    }

    fn told_of(history: &KeyHistory, wanted: &RestorePoint) -> String {
        match step(history, wanted) {
            RestoreStep::Undelete { markers, object } => {
                let markers: Vec<_> = markers.iter().map(VersionId::as_str).collect();
                format!("undelete {} below {}", object.version, markers.join(","))
            }
            RestoreStep::Copy { object, over: Some(over) } => {
                format!("copy {} over {}", object.version, over.version)
            }
            RestoreStep::Copy { object, over: None } => {
                format!("copy {} over nothing", object.version)
            }
            RestoreStep::Unchanged(object) => format!("unchanged {}", object.version),
            RestoreStep::Later(object) => format!("later {}", object.version),
            RestoreStep::Unsure(object) => format!("unsure {}", object.version),
            RestoreStep::Nothing => "nothing".to_owned(),
            RestoreStep::Unknown => "unknown".to_owned(),
            RestoreStep::IsMarker => "marker".to_owned(),
        }
    }

    #[test]
    fn what_is_deleted_is_readable_again_under_any_stack_of_markers() {
        let wanted = RestorePoint::Undeleted;
        assert_eq!(told("om", &wanted), "undelete 1 below 2");
        assert_eq!(told("oommm", &wanted), "undelete 2 below 5,4,3");
        assert_eq!(told("omo", &wanted), "unchanged 3");
        assert_eq!(told("mm", &wanted), "nothing");
        assert_eq!(told("", &wanted), "nothing");
    }

    #[test]
    fn a_key_becomes_what_it_was_at_a_moment() {
        let at = |second| RestorePoint::At(Timestamp::from_second(second).unwrap());
        assert_eq!(told("oo", &at(25)), "unchanged 2");
        assert_eq!(told("oo", &at(15)), "copy 1 over 2");
        assert_eq!(told("oom", &at(15)), "copy 1 over 3");
        assert_eq!(told("oom", &at(25)), "undelete 2 below 3");
        assert_eq!(told("omo", &at(25)), "later 3", "it was deleted then");
        assert_eq!(told("o", &at(5)), "later 1", "it was not made yet");
        assert_eq!(told("om", &at(5)), "nothing");
        assert_eq!(told("om", &at(25)), "nothing");
        assert_eq!(told("n", &at(5)), "unsure null", "another may have been overwritten");
        assert_eq!(told("no", &at(5)), "unsure 2");
        assert_eq!(told("nmo", &at(25)), "later 3", "it was deleted then, whatever was before");
        assert_eq!(told("n", &at(15)), "unchanged null");
    }

    /// OpenStack Swift after it removed a marker by DeleteObjects: versions, and none is latest.
    #[test]
    fn a_key_without_a_latest_version_is_not_there() {
        let without_latest = |states: &str| {
            let versions = history(states).into_versions().into_iter();
            let old = versions.map(|version| VersionEntry { latest: false, ..version });
            KeyHistory::new(old.collect())
        };
        let told = |states: &str, wanted: &RestorePoint| told_of(&without_latest(states), wanted);
        let at = |second| RestorePoint::At(Timestamp::from_second(second).unwrap());
        let version = |id: &str| RestorePoint::Version(VersionId(id.to_owned()));
        assert_eq!(told("oo", &RestorePoint::Undeleted), "copy 2 over nothing");
        assert_eq!(told("oo", &at(25)), "copy 2 over nothing");
        assert_eq!(told("oo", &at(15)), "copy 1 over nothing");
        assert_eq!(told("oo", &at(5)), "nothing", "there is nothing to delete");
        assert_eq!(told("oo", &version("2")), "copy 2 over nothing");
        assert_eq!(told("om", &RestorePoint::Undeleted), "undelete 1 below 2");
    }

    #[test]
    fn a_version_is_brought_back_by_its_id() {
        let version = |id: &str| RestorePoint::Version(VersionId(id.to_owned()));
        assert_eq!(told("oo", &version("1")), "copy 1 over 2");
        assert_eq!(told("oo", &version("2")), "unchanged 2");
        assert_eq!(told("omm", &version("1")), "undelete 1 below 3,2");
        assert_eq!(told("omo", &version("2")), "marker");
        assert_eq!(told("o", &version("x")), "unknown");
    }
}
