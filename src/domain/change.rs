//! Describes what happened to objects of a bucket, so that open listings can follow.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::domain::address::{Bucket, ConnectionName, DELIMITER, Key, Prefix};
use crate::domain::listing::{Class, RowKind};

/// Changes in one bucket, in the order in which they happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketChange {
    pub connection: ConnectionName,
    pub bucket: Bucket,
    pub keys: Vec<KeyChange>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyChange {
    /// The key holds another object than before, or one for the first time.
    Stored {
        key: Key,
        size: u64,
        /// By the server's clock, where that is known.
        modified: Option<Timestamp>,
        class: Class,
    },
    Deleted(Key),
}

impl KeyChange {
    pub fn key(&self) -> &Key {
        match self {
            KeyChange::Stored { key, .. } | KeyChange::Deleted(key) => key,
        }
    }

    /// What the row of the key shows now; `None` where nothing is.
    fn row(&self) -> Option<RowKind> {
        match self {
            KeyChange::Stored { size, modified, class, .. } => {
                Some(RowKind::Object { size: *size, modified: *modified, class: *class })
            }
            KeyChange::Deleted(_) => None,
        }
    }
}

/// What changes mean for the rows of one prefix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowChanges {
    /// By name: what is there now, `None` where nothing is.
    pub rows: BTreeMap<String, Option<RowKind>>,
    /// Common prefixes below which keys were deleted: nothing may be left of them.
    pub doubtful: BTreeSet<String>,
}

impl RowChanges {
    pub fn below<'a>(
        prefix: &Prefix,
        changes: impl IntoIterator<Item = &'a KeyChange>,
    ) -> RowChanges {
        let mut below = RowChanges::default();
        changes.into_iter().for_each(|change| below.note(prefix, change));
        below
    }

    /// The changes of rows that are keys, however deep they lie.
    pub fn of_keys<'a>(
        prefix: &Prefix,
        changes: impl IntoIterator<Item = &'a KeyChange>,
    ) -> RowChanges {
        let mut all = RowChanges::default();
        for change in changes {
            let Some(name) = change.key().as_str().strip_prefix(prefix.as_str()) else { continue };
            all.put(name, change.row());
        }
        all
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.doubtful.is_empty()
    }

    pub fn len(&self) -> usize {
        self.rows.len() + self.doubtful.len()
    }

    /// Adds what happened after all that is here.
    pub fn extend(&mut self, later: &RowChanges) {
        for (name, row) in &later.rows {
            if row.is_some() {
                self.doubtful.remove(name);
            }
            self.rows.insert(name.clone(), *row);
        }
        self.doubtful.extend(later.doubtful.iter().cloned());
    }

    fn note(&mut self, prefix: &Prefix, change: &KeyChange) {
        let Some(name) = row_name(prefix, change.key().as_str()) else { return };
        let is_prefix = name.ends_with(DELIMITER);
        match change {
            KeyChange::Stored { .. } if is_prefix => {
                self.doubtful.remove(name);
                self.put(name, Some(RowKind::Prefix));
            }
            KeyChange::Stored { .. } => self.put(name, change.row()),
            KeyChange::Deleted(_) if is_prefix => {
                if !self.doubtful.contains(name) {
                    self.doubtful.insert(name.to_owned());
                }
            }
            KeyChange::Deleted(_) => self.put(name, None),
        }
    }

    fn put(&mut self, name: &str, row: Option<RowKind>) {
        match self.rows.get_mut(name) {
            Some(there) => *there = row,
            None => drop(self.rows.insert(name.to_owned(), row)),
        }
    }
}

/// The name of the row that shows a key or a prefix in a listing of `prefix`; `None` where none
/// does.
pub fn row_name<'a>(prefix: &Prefix, key: &'a str) -> Option<&'a str> {
    let below = key.strip_prefix(prefix.as_str())?;
    Some(below.find(DELIMITER).map_or(below, |at| &below[..=at]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(key: &str) -> KeyChange {
        KeyChange::Stored { key: key.into(), size: 1, modified: None, class: Class::Unknown }
    }

    fn deleted(key: &str) -> KeyChange {
        KeyChange::Deleted(key.into())
    }

    #[test]
    fn a_key_is_shown_as_itself_or_as_the_prefix_next_below() {
        let name = |prefix: &str, key| row_name(&prefix.into(), key);
        assert_eq!(name("", "a/b/c"), Some("a/"));
        assert_eq!(name("a/", "a/b"), Some("b"));
        assert_eq!(name("a/", "a/"), Some(""));
        assert_eq!(name("a/", "a//b"), Some("/"));
        assert_eq!(name("a/", "ab"), None);
    }

    #[test]
    fn rows_that_are_keys_change_by_their_whole_names() {
        let changes = [stored("p/a/b"), deleted("p/c/d"), stored("q/x"), deleted("p/e/")];
        let all = RowChanges::of_keys(&"p/".into(), &changes);
        let kinds = all.rows.iter().map(|(name, row)| (name.as_str(), row.is_some()));
        assert_eq!(kinds.collect::<Vec<_>>(), [("a/b", true), ("c/d", false), ("e/", false)]);
        assert!(all.doubtful.is_empty());
    }

    #[test]
    fn the_last_of_several_changes_counts() {
        let changes =
            [stored("p/a"), deleted("p/a"), stored("p/b"), deleted("q/x"), stored("p/d/e")];
        let below = RowChanges::below(&"p/".into(), &changes);
        let kinds = below.rows.iter().map(|(name, row)| (name.as_str(), row.is_some()));
        assert_eq!(kinds.collect::<Vec<_>>(), [("a", false), ("b", true), ("d/", true)]);
        assert!(below.doubtful.is_empty());
    }

    #[test]
    fn a_prefix_that_lost_a_key_is_in_doubt_until_one_is_stored() {
        let root = Prefix::root();
        let mut below = RowChanges::below(&root, &[stored("p/a"), deleted("p/a")]);
        assert!(below.doubtful.contains("p/"));
        below.extend(&RowChanges::below(&root, &[stored("p/b")]));
        assert!(below.doubtful.is_empty());
        below.extend(&RowChanges::below(&root, &[deleted("p/b")]));
        assert!(below.doubtful.contains("p/") && below.rows["p/"].is_some());
    }
}
