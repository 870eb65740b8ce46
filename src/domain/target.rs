//! A target is what a job moves or deletes: an object, a prefix, or rows of a listing.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::address::{Bucket, DELIMITER, Key, Prefix};
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
    /// Rows of one listing, only as the source of a download or copy: each goes into the
    /// destination under its own name.
    Rows(Vec<SourceRow>),
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
            Target::Rows(rows) => rows.first().map_or("", |row| parent(&row.target)),
        }
    }

    /// What is below a prefix, or several rows.
    pub fn is_many(&self) -> bool {
        self.key().is_none()
    }

    /// Of an object, whichever version of it.
    pub fn key(&self) -> Option<&Key> {
        match self {
            Target::Object(key) | Target::Version(key, _) => Some(key),
            Target::Prefix(_) | Target::PrefixAt(..) | Target::Rows(_) => None,
        }
    }

    /// Of what is below one, now or then.
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

    /// Each with where it goes when all of them go to `to`; itself alone where it is one.
    pub fn rows_to(&self, to: &Target) -> Vec<(&Target, Target)> {
        match (self, to) {
            (Target::Rows(rows), Target::Prefix(to)) => {
                rows.iter().map(|row| (&row.target, row.target.below(to))).collect()
            }
            (one, to) => vec![(one, to.clone())],
        }
    }

    /// The same name below another prefix.
    fn below(&self, to: &Prefix) -> Target {
        match self {
            Target::Object(key) | Target::Version(key, _) => Target::Object(to.key(key.name())),
            Target::Prefix(prefix) | Target::PrefixAt(prefix, _) => {
                Target::Prefix(to.child(prefix.name()))
            }
            Target::Rows(_) => Target::Prefix(to.clone()),
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_go_below_a_prefix_under_their_own_names() {
        let row = |target| SourceRow { target, size: None };
        let rows =
            vec![row(Target::Object("a/p/x".into())), row(Target::Prefix("a/p/raw/".into()))];
        let rows = Target::Rows(rows);
        assert_eq!(rows.as_str(), "a/p/");
        let to: Vec<Target> =
            rows.rows_to(&Target::Prefix("to/".into())).into_iter().map(|(_, to)| to).collect();
        assert_eq!(to, [Target::Object("to/x".into()), Target::Prefix("to/raw/".into())]);
        assert_eq!(Target::Rows(vec![row(Target::Object("x".into()))]).as_str(), "");
    }
}
