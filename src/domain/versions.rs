//! Describes the versions of keys, and tells from them what a key was at a moment.

use jiff::Timestamp;

use crate::domain::address::{Bucket, Key, Prefix};
use crate::domain::object::{ETag, ObjectAddress, VersionId};

/// Whether a bucket keeps what is overwritten and deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Versioning {
    /// It was never turned on: what is overwritten or deleted is gone.
    #[default]
    Never,
    Enabled,
    /// It was turned on once: old versions are kept, new ones replace the one called `null`.
    Suspended,
}

/// One state that a key was in: an object, or the marker that it was deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionEntry {
    pub key: Key,
    pub version: VersionId,
    /// What a request without a version is answered with.
    pub latest: bool,
    pub modified: Option<Timestamp>,
    pub state: VersionState,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VersionState {
    DeleteMarker,
    Object { size: u64, etag: Option<ETag>, class: Option<String> },
}

/// Where a list of versions goes on: after a version of a key, or after all of them where none is
/// named.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VersionMarker {
    pub key: String,
    pub version: Option<VersionId>,
}

/// One page of a list of versions, as the server listed it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VersionsPage {
    pub rows: Vec<VersionEntry>,
    /// Common prefixes, where the list is of one level.
    pub prefixes: Vec<Prefix>,
    pub next: Option<VersionMarker>,
}

/// A key, or one version of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyVersion {
    pub key: Key,
    /// The newest state where none is named.
    pub version: Option<VersionId>,
}

impl KeyVersion {
    pub fn newest(key: Key) -> KeyVersion {
        KeyVersion { key, version: None }
    }

    pub fn parts(&self) -> (&str, Option<&str>) {
        (self.key.as_str(), self.version.as_ref().map(VersionId::as_str))
    }

    pub fn address(&self, bucket: &Bucket) -> ObjectAddress {
        ObjectAddress::new(bucket.clone(), self.key.clone()).at_version(self.version.clone())
    }
}

impl VersionEntry {
    pub fn is_marker(&self) -> bool {
        matches!(self.state, VersionState::DeleteMarker)
    }

    /// Bytes; none for a delete marker.
    pub fn size(&self) -> Option<u64> {
        match self.state {
            VersionState::DeleteMarker => None,
            VersionState::Object { size, .. } => Some(size),
        }
    }

    pub fn etag(&self) -> Option<&ETag> {
        match &self.state {
            VersionState::DeleteMarker => None,
            VersionState::Object { etag, .. } => etag.as_ref(),
        }
    }

    /// As the server spells it.
    pub fn class(&self) -> Option<&str> {
        match &self.state {
            VersionState::DeleteMarker => None,
            VersionState::Object { class, .. } => class.as_deref(),
        }
    }

    /// Whether it was stored with versions off or suspended: the next one of its kind replaces it.
    pub fn is_null(&self) -> bool {
        self.version.as_str() == "null"
    }

    pub fn address(&self, bucket: &Bucket) -> ObjectAddress {
        ObjectAddress::new(bucket.clone(), self.key.clone()).at_version(self.version.clone())
    }

    pub fn name(&self) -> KeyVersion {
        KeyVersion { key: self.key.clone(), version: Some(self.version.clone()) }
    }
}

/// What a key was, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyHistory {
    versions: Vec<VersionEntry>,
}

impl KeyHistory {
    /// Orders the versions of one key as a server listed them: the latest first, then by time,
    /// within equal times as listed. Some servers list the oldest first.
    pub fn new(mut versions: Vec<VersionEntry>) -> KeyHistory {
        if lists_oldest_first(&versions) {
            versions.reverse();
        }
        versions.sort_by(|a, b| b.latest.cmp(&a.latest).then_with(|| b.modified.cmp(&a.modified)));
        KeyHistory { versions }
    }

    pub fn versions(&self) -> &[VersionEntry] {
        &self.versions
    }

    pub fn into_versions(self) -> Vec<VersionEntry> {
        self.versions
    }

    pub fn key(&self) -> Option<&Key> {
        self.versions.first().map(|version| &version.key)
    }

    pub fn newest(&self) -> Option<&VersionEntry> {
        self.versions.first()
    }

    /// Whether the key is deleted, as far as its newest state tells.
    pub fn is_deleted(&self) -> bool {
        self.newest().is_some_and(VersionEntry::is_marker)
    }

    /// The state of the key at a moment, which may be a delete marker; `None` where it had none. A
    /// version of which no time is known was always there.
    pub fn at(&self, at: Timestamp) -> Option<&VersionEntry> {
        self.versions.iter().find(|version| version.modified.is_none_or(|made| is_by(made, at)))
    }

    /// The object that was there at a moment.
    pub fn object_at(&self, at: Timestamp) -> Option<&VersionEntry> {
        self.at(at).filter(|version| !version.is_marker())
    }
}

/// Whether something was made by a moment. Servers that tell whole seconds cut theirs off: a moment
/// of whole seconds means all of its second, on those that tell fractions too.
pub fn is_by(made: Timestamp, at: Timestamp) -> bool {
    match at.subsec_nanosecond() {
        0 => made.as_second() <= at.as_second(),
        _ => made <= at,
    }
}

/// Whether the versions of one key come in the order in which they were made: their times tell, or
/// where the latest stands.
pub fn lists_oldest_first(versions: &[VersionEntry]) -> bool {
    let all: Vec<&VersionEntry> = versions.iter().collect();
    // Delete markers may be listed apart, before or behind all versions.
    let objects: Vec<&VersionEntry> =
        all.iter().copied().filter(|version| !version.is_marker()).collect();
    rises(&objects).or_else(|| rises(&all)).unwrap_or_default()
}

/// Whether the first is the oldest, where that can be told.
fn rises(versions: &[&VersionEntry]) -> Option<bool> {
    let times = versions.iter().filter_map(|version| version.modified);
    let mut pairs = times.clone().zip(times.skip(1));
    if let Some((one, next)) = pairs.find(|(one, next)| one != next) {
        return Some(one < next);
    }
    match versions {
        [first, .., last] if first.latest != last.latest => Some(last.latest),
        _ => None,
    }
}

/// Whether the versions of one key, as far as they are listed, are known to come newest first.
pub fn lists_newest_first(versions: &[VersionEntry]) -> bool {
    let first = versions.first().is_some_and(|version| version.latest);
    versions.len() > 1 && !lists_oldest_first(versions) || first
}

/// Gathers versions into the histories of their keys, one key after another.
#[derive(Clone, Debug, Default)]
pub struct Histories {
    open: Vec<VersionEntry>,
}

impl Histories {
    /// The history of the key before, once a version of another one comes.
    pub fn push(&mut self, entry: VersionEntry) -> Option<KeyHistory> {
        let other = self.open.last().is_some_and(|last| last.key != entry.key);
        let done = if other { self.end() } else { None };
        self.open.push(entry);
        done
    }

    /// The last history, once nothing more comes.
    pub fn end(&mut self) -> Option<KeyHistory> {
        let open = std::mem::take(&mut self.open);
        (!open.is_empty()).then(|| KeyHistory::new(open))
    }

    /// What is listed so far of the last key.
    pub fn open(&self) -> &[VersionEntry] {
        &self.open
    }

    /// As [`Histories::end`], where so many are gathered of one key, and they are known to come
    /// newest first: what follows of it comes as a history of its own.
    pub fn long(&mut self, most: usize) -> Option<KeyHistory> {
        let long = self.open.len() >= most && lists_newest_first(&self.open);
        if long { self.end() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn object(key: &str, id: &str, second: i64) -> VersionEntry {
        VersionEntry {
            key: key.into(),
            version: VersionId(id.to_owned()),
            latest: false,
            modified: Some(time(second)),
            state: VersionState::Object { size: 1, etag: None, class: None },
        }
    }

    fn marker(key: &str, id: &str, second: i64) -> VersionEntry {
        VersionEntry { state: VersionState::DeleteMarker, ..object(key, id, second) }
    }

    fn latest(entry: VersionEntry) -> VersionEntry {
        VersionEntry { latest: true, ..entry }
    }

    fn ids(history: &KeyHistory) -> Vec<&str> {
        history.versions().iter().map(|version| version.version.as_str()).collect()
    }

    #[test]
    fn a_history_begins_with_the_latest_whatever_the_server_lists_first() {
        let newest_first =
            vec![latest(object("k", "3", 30)), marker("k", "2", 20), object("k", "1", 10)];
        let oldest_first: Vec<_> = newest_first.iter().rev().cloned().collect();
        assert_eq!(ids(&KeyHistory::new(newest_first)), ["3", "2", "1"]);
        assert_eq!(ids(&KeyHistory::new(oldest_first)), ["3", "2", "1"]);
        // LocalStack lists all delete markers before all versions.
        let apart = vec![
            marker("k", "marker", 20),
            latest(object("k", "3", 30)),
            object("k", "2", 20),
            object("k", "1", 20),
        ];
        assert_eq!(ids(&KeyHistory::new(apart)), ["3", "marker", "2", "1"]);
        // The clocks of two machines of a server differ: the latest is what it says it is.
        let skewed = vec![latest(object("k", "b", 10)), object("k", "a", 12)];
        assert_eq!(ids(&KeyHistory::new(skewed)), ["b", "a"]);
    }

    #[test]
    fn versions_of_one_second_keep_the_servers_order() {
        let listed = vec![latest(marker("k", "c", 7)), object("k", "b", 7), object("k", "a", 7)];
        let backwards: Vec<_> = listed.iter().rev().cloned().collect();
        assert_eq!(ids(&KeyHistory::new(listed)), ["c", "b", "a"]);
        assert_eq!(ids(&KeyHistory::new(backwards)), ["c", "b", "a"]);
    }

    #[test]
    fn a_key_is_at_a_moment_what_it_was_last_made_before() {
        let history = KeyHistory::new(vec![
            latest(object("k", "4", 40)),
            marker("k", "3", 30),
            object("k", "2", 20),
            object("k", "1", 10),
        ]);
        let at = |second| history.object_at(time(second)).map(|version| version.version.as_str());
        assert_eq!(at(9), None);
        assert_eq!((at(10), at(19)), (Some("1"), Some("1")));
        assert_eq!((at(20), at(29)), (Some("2"), Some("2")));
        assert_eq!((at(30), at(39)), (None, None));
        assert!(history.at(time(30)).unwrap().is_marker());
        assert_eq!(at(1_000), Some("4"));
    }

    #[test]
    fn a_moment_of_whole_seconds_means_all_of_its_second() {
        let made: Timestamp = "2026-11-01T12:00:05.4Z".parse().unwrap();
        let by = |at: &str| is_by(made, at.parse().unwrap());
        assert!(by("2026-11-01T12:00:05Z") && by("2026-11-01T12:00:05.4Z"));
        assert!(!by("2026-11-01T12:00:04Z") && !by("2026-11-01T12:00:05.3Z"));
    }

    #[test]
    fn versions_are_gathered_by_exactly_their_key() {
        let mut histories = Histories::default();
        let rows = [object("k", "2", 2), object("k", "1", 1), object("k.bak", "1", 5)];
        let done: Vec<_> = rows.into_iter().filter_map(|row| histories.push(row)).collect();
        assert_eq!(done.iter().map(ids).collect::<Vec<_>>(), [["2", "1"]]);
        assert_eq!(histories.end().unwrap().key(), Some(&"k.bak".into()));
        assert_eq!(histories.end(), None);
    }

    #[test]
    fn a_long_history_is_told_piece_by_piece_where_its_order_is_known() {
        let mut histories = Histories::default();
        for second in (1..=4).rev() {
            let entry = object("k", &second.to_string(), second);
            assert_eq!(histories.push(entry), None);
        }
        assert_eq!(histories.long(5), None);
        assert_eq!(ids(&histories.long(4).unwrap()), ["4", "3", "2", "1"]);
        let mut unknown = Histories::default();
        unknown.push(object("k", "1", 1));
        unknown.push(object("k", "2", 2));
        assert_eq!(unknown.long(2), None, "the oldest comes first: the rest is newer");
    }
}
