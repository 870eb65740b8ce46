//! A target is what a job moves or deletes: an object, a prefix, or rows of a listing.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::{fmt, iter};

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::address::{Bucket, DELIMITER, Key, Prefix};
use crate::domain::listed_rows::{ListedRows, RowSum};
use crate::domain::listing::Row;
use crate::domain::object::{ObjectAddress, VersionId};

/// One object, everything below a prefix, or several of these in one place. Old versions and the
/// past are only read.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Target {
    Object(Key),
    Prefix(Prefix),
    /// One version of an object.
    Version(Key, VersionId),
    /// Everything that was below a prefix at a moment.
    PrefixAt(Prefix, Timestamp),
    /// Rows of one listing, as what is read or deleted: each goes into the destination under its
    /// own name.
    Rows(SourceRows),
}

/// A row of a listing that is moved with others.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SourceRow {
    /// One object, or everything below a prefix.
    pub target: Target,
    /// Of an object, as it was listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
}

impl Target {
    /// The key or prefix; of several rows the prefix they have in common.
    pub fn as_str(&self) -> &str {
        match self {
            Target::Object(key) | Target::Version(key, _) => key.as_str(),
            Target::Prefix(prefix) | Target::PrefixAt(prefix, _) => prefix.as_str(),
            Target::Rows(rows) => rows.place(),
        }
    }

    /// What is below a prefix, or several rows.
    pub fn is_many(&self) -> bool {
        self.key().is_none()
    }

    /// The key of an object, whichever version of it.
    pub fn key(&self) -> Option<&Key> {
        match self {
            Target::Object(key) | Target::Version(key, _) => Some(key),
            Target::Prefix(_) | Target::PrefixAt(..) | Target::Rows(_) => None,
        }
    }

    /// The prefix of what is below one, now or at another time.
    pub fn prefix(&self) -> Option<&Prefix> {
        match self {
            Target::Prefix(prefix) | Target::PrefixAt(prefix, _) => Some(prefix),
            Target::Object(_) | Target::Version(..) | Target::Rows(_) => None,
        }
    }

    /// When the prefix was so, where not now.
    pub fn at(&self) -> Option<Timestamp> {
        match self {
            Target::PrefixAt(_, at) => Some(*at),
            _ => None,
        }
    }

    /// The object, where it is one.
    pub fn object(&self, bucket: &Bucket) -> Option<ObjectAddress> {
        let version = match self {
            Target::Version(_, version) => Some(version.clone()),
            _ => None,
        };
        let key = self.key()?.clone();
        Some(ObjectAddress::new(bucket.clone(), key).at_version(version))
    }

    /// Each by itself: rows are taken apart.
    pub fn each(targets: &[Target]) -> impl Iterator<Item = Cow<'_, Target>> + Send {
        targets.iter().flat_map(|target| -> Box<dyn Iterator<Item = Cow<'_, Target>> + Send> {
            match target {
                Target::Rows(rows) => Box::new(rows.in_order().map(|row| Cow::Owned(row.target))),
                one => Box::new(iter::once(Cow::Borrowed(one))),
            }
        })
    }

    /// The same name below another prefix.
    pub fn below(&self, to: &Prefix) -> Target {
        match self {
            Target::Object(key) | Target::Version(key, _) => Target::Object(to.key(key.name())),
            Target::Prefix(prefix) | Target::PrefixAt(prefix, _) => {
                Target::Prefix(to.child(prefix.name()))
            }
            Target::Rows(_) => Target::Prefix(to.clone()),
        }
    }
}

/// Rows of one place, in the order of their keys.
#[derive(Clone)]
pub struct SourceRows(Arc<Held>);

enum Held {
    /// One by one, sorted.
    Named(Vec<SourceRow>),
    /// They are made targets only where they are worked on.
    Listed(ListedRows),
}

impl SourceRows {
    pub fn sum(&self) -> RowSum {
        match &*self.0 {
            Held::Listed(rows) => rows.sum,
            Held::Named(rows) => rows.iter().fold(RowSum::default(), |sum, row| {
                let many = u64::from(row.target.is_many());
                RowSum {
                    objects: sum.objects + 1 - many,
                    prefixes: sum.prefixes + many,
                    bytes: sum.bytes.saturating_add(row.size.unwrap_or(0)),
                }
            }),
        }
    }

    pub fn len(&self) -> usize {
        let RowSum { objects, prefixes, .. } = self.sum();
        usize::try_from(objects + prefixes).unwrap_or(usize::MAX)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The one there is; `None` where there are none or several.
    pub fn single(&self) -> Option<SourceRow> {
        if self.len() == 1 { self.first() } else { None }
    }

    /// One of them: the first that was listed.
    pub fn first(&self) -> Option<SourceRow> {
        self.first_listed(1).pop()
    }

    /// So many of them at most, in the order in which they were listed.
    pub fn first_listed(&self, most: usize) -> Vec<SourceRow> {
        match &*self.0 {
            Held::Named(rows) => rows.iter().take(most).cloned().collect(),
            Held::Listed(rows) => rows.rows().take(most).map(|row| target_of(rows, row)).collect(),
        }
    }

    /// The prefix that they have in common.
    pub fn place(&self) -> &str {
        match &*self.0 {
            // Sorted, so that what the first and the last have in common is of all.
            Held::Named(rows) => match rows.as_slice() {
                [] => "",
                [one] => parent(&one.target),
                [first, .., last] => common(parent(&first.target), last.target.as_str()),
            },
            Held::Listed(rows) => rows.place.as_str(),
        }
    }

    /// In the order of their keys.
    pub fn in_order(&self) -> Box<dyn Iterator<Item = SourceRow> + Send + '_> {
        match &*self.0 {
            Held::Named(rows) => Box::new(rows.iter().cloned()),
            Held::Listed(rows) => Box::new(rows.sorted().map(|row| target_of(rows, row))),
        }
    }

    /// The rows that are picked by their names below the place, and whether they are prefixes; in
    /// no order. No text is made of the others.
    pub fn picked<'a>(
        &'a self,
        picks: impl Fn(&str, bool) -> bool + 'a,
    ) -> Box<dyn Iterator<Item = SourceRow> + 'a> {
        match &*self.0 {
            Held::Named(rows) => {
                let place = self.place();
                let picks = move |row: &&SourceRow| {
                    let path = row.target.as_str();
                    picks(path.strip_prefix(place).unwrap_or(path), row.target.is_many())
                };
                Box::new(rows.iter().filter(picks).cloned())
            }
            Held::Listed(rows) => Box::new(rows.picked(picks).map(|row| target_of(rows, row))),
        }
    }

    /// Whether a listing of the prefix shows one of them, or something below one.
    pub fn concern(&self, prefix: &str) -> bool {
        if self.place().starts_with(prefix) {
            return !self.is_empty();
        }
        let Some(rest) = prefix.strip_prefix(self.place()) else { return false };
        let concerns = |name: &str, is_prefix: bool| {
            name.starts_with(rest) || is_prefix && rest.starts_with(name)
        };
        self.picked(concerns).next().is_some()
    }

    /// Whether one is this object, or a prefix above it.
    pub fn cover(&self, key: &str) -> bool {
        let Some(rest) = key.strip_prefix(self.place()) else { return false };
        let covers = |name: &str, is_prefix: bool| match is_prefix {
            true => rest.starts_with(name),
            false => rest == name,
        };
        self.picked(covers).next().is_some()
    }

    /// The rows below which there is more: the prefixes.
    #[must_use]
    pub fn prefixes(&self) -> SourceRows {
        match &*self.0 {
            Held::Named(rows) => {
                let prefixes = rows.iter().filter(|row| row.target.is_many());
                prefixes.cloned().collect::<Vec<_>>().into()
            }
            Held::Listed(rows) => rows.prefixes().into(),
        }
    }

    /// As they were listed, in the order of their names; none of rows that only were named.
    pub fn listed(&self) -> Box<dyn Iterator<Item = Row<'_>> + Send + '_> {
        match &*self.0 {
            Held::Named(_) => Box::new(iter::empty()),
            Held::Listed(rows) => rows.sorted(),
        }
    }

    /// How many objects are in an archive by their class, as far as rows were listed.
    pub fn archived(&self) -> u64 {
        match &*self.0 {
            Held::Named(_) => 0,
            Held::Listed(rows) => rows.archived(),
        }
    }

    /// What a job or a request is given: the one row, or all as one.
    pub fn into_targets(self) -> Vec<Target> {
        match self.len() {
            0 => Vec::new(),
            1 => self.first().into_iter().map(|row| row.target).collect(),
            _ => vec![Target::Rows(self)],
        }
    }
}

fn target_of(rows: &ListedRows, row: Row<'_>) -> SourceRow {
    let ListedRows { place, at, .. } = rows;
    let target = match (row.is_prefix(), at, row.version) {
        (true, Some(at), _) => Target::PrefixAt(place.child(row.name), *at),
        (true, None, _) => Target::Prefix(place.child(row.name)),
        (false, _, None) => Target::Object(place.key(row.name)),
        (false, _, Some(version)) => {
            Target::Version(place.key(row.name), VersionId(version.to_owned()))
        }
    };
    SourceRow { target, size: row.size() }
}

/// The prefix under which a row is listed.
fn parent(row: &Target) -> &str {
    let text = match row {
        Target::Prefix(prefix) | Target::PrefixAt(prefix, _) => {
            prefix.as_str().trim_end_matches(DELIMITER)
        }
        _ => row.as_str(),
    };
    text.rfind(DELIMITER).map_or("", |at| &text[..=at])
}

/// What a prefix has in common with a path, up to a delimiter.
fn common<'a>(prefix: &'a str, path: &str) -> &'a str {
    let levels = prefix.match_indices(DELIMITER).map(|(at, _)| &prefix[..=at]);
    levels.take_while(|level| path.starts_with(level)).last().unwrap_or_default()
}

impl From<ListedRows> for SourceRows {
    fn from(rows: ListedRows) -> SourceRows {
        SourceRows(Arc::new(Held::Listed(rows)))
    }
}

impl From<Vec<SourceRow>> for SourceRows {
    fn from(mut rows: Vec<SourceRow>) -> SourceRows {
        // As a bucket lists them: what is passed need not be remembered one by one.
        rows.sort_by(|one, other| one.target.as_str().cmp(other.target.as_str()));
        SourceRows(Arc::new(Held::Named(rows)))
    }
}

impl fmt::Debug for SourceRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.in_order()).finish()
    }
}

impl PartialEq for SourceRows {
    fn eq(&self, other: &SourceRows) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || self.len() == other.len() && self.in_order().eq(other.in_order())
    }
}

impl Eq for SourceRows {}

impl Hash for SourceRows {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.in_order().for_each(|row| row.hash(state));
    }
}

impl Serialize for SourceRows {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.in_order())
    }
}

impl<'de> Deserialize<'de> for SourceRows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<SourceRows, D::Error> {
        Vec::<SourceRow>::deserialize(deserializer).map(SourceRows::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_go_below_a_prefix_under_their_own_names() {
        let row = |target| SourceRow { target, size: None };
        let rows =
            vec![row(Target::Object("a/p/x".into())), row(Target::Prefix("a/p/raw/".into()))];
        let rows = [Target::Rows(rows.into())];
        assert_eq!(rows[0].as_str(), "a/p/");
        let to: Vec<Target> = Target::each(&rows).map(|row| row.below(&"to/".into())).collect();
        assert_eq!(to, [Target::Prefix("to/raw/".into()), Target::Object("to/x".into())]);
        assert_eq!(Target::Rows(vec![row(Target::Object("x".into()))].into()).as_str(), "");
    }

    #[test]
    fn rows_of_several_levels_are_all_asked() {
        let row = |target| SourceRow { target, size: None };
        let rows = vec![
            row(Target::Object("a/b/c/x".into())),
            row(Target::Prefix("a/b/d/".into())),
            row(Target::Object("a/z".into())),
        ];
        let text = serde_json::to_string(&SourceRows::from(rows)).unwrap();
        let rows: SourceRows = serde_json::from_str(&text).unwrap();
        assert_eq!(rows.place(), "a/");
        for key in ["a/b/c/x", "a/b/d/deep/y", "a/z"] {
            assert!(rows.cover(key) && rows.concern(key), "{key}");
        }
        for prefix in ["", "a/", "a/b/", "a/b/c/", "a/b/d/", "a/b/d/deep/"] {
            assert!(rows.concern(prefix), "{prefix}");
        }
        for other in ["a/b/x", "a/c/", "b/", "a/b/c/xy", "a/zz"] {
            assert!(!rows.cover(other) && !rows.concern(other), "{other}");
        }
        let around = vec![row(Target::Prefix("a/".into())), row(Target::Object("a/x".into()))];
        assert_eq!(SourceRows::from(around).place(), "", "the first is in no prefix");
        let umlauts = vec![row(Target::Object("ü/a".into())), row(Target::Object("ý/a".into()))];
        assert_eq!(SourceRows::from(umlauts).place(), "");
    }
}
