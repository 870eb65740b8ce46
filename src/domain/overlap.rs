//! Detects copies and moves whose source and destination overlap, or whose sources meet in one
//! place.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use unicode_normalization::UnicodeNormalization as _;

use crate::domain::address::{DELIMITER, Key, Prefix};
use crate::domain::error::SAME_OBJECT;
use crate::domain::transfer::{SourceRow, SourceRows, Target, Work};

/// Why one cannot go to the other in the same bucket; `None` where it can. A move also minds `.`
/// and `..`, which some servers resolve: what is one object there would be deleted.
pub fn overlap(source: &Target, target: &Target, moving: bool) -> Option<&'static str> {
    if let Target::Rows(rows) = source {
        let Target::Prefix(to) = target else { return None };
        return overlap_of_rows(rows, to, moving);
    }
    match (source, target) {
        // An old version goes onto its own key: that restores it.
        (Target::Version(..), _) if !moving => None,
        (Target::Object(from) | Target::Version(from, _), to) => {
            let to = match to {
                Target::Object(key) => key.as_str().to_owned(),
                Target::Prefix(prefix) => prefix.key(from.name()).into_string(),
                Target::Version(..) | Target::PrefixAt(..) | Target::Rows(_) => return None,
            };
            let same = from.as_str() == to || moving && resolved(from.as_str()) == resolved(&to);
            same.then_some(SAME_OBJECT)
        }
        (Target::Rows(_), _) => None,
        (Target::Prefix(from) | Target::PrefixAt(from, _), to) => {
            let (from, to) = (from.as_str(), to.as_str());
            let inside = to.starts_with(from)
                || moving && resolved(to).starts_with(&resolved(from.trim_end_matches(DELIMITER)));
            inside.then_some("the destination is the source itself or lies inside it")
        }
    }
}

/// Only rows that can overlap by their names are looked at: there may be a million.
fn overlap_of_rows(rows: &SourceRows, to: &Prefix, moving: bool) -> Option<&'static str> {
    let (place, below) = (levels(rows.place()), levels(to.as_str()));
    let same = rows.place() == to.as_str() || moving && place == below;
    let near = to.as_str().starts_with(rows.place()) || moving && below.starts_with(&place);
    let may = |name: &str, is_prefix: bool| {
        let last = name.strip_suffix(DELIMITER).unwrap_or(name);
        let odd = name.is_empty() || last.contains(DELIMITER) || matches!(last, "." | "..");
        same || odd || near && is_prefix
    };
    rows.picked(may).find_map(|row| overlap(&row.target, &row.target.below(to), moving))
}

/// Why rows cannot go to one prefix: two of them have one name, as found rows and versions may, and
/// one would be written over the other. `None` where they can.
pub fn meeting(rows: &SourceRows) -> Option<String> {
    let is_version = |row: SourceRow| matches!(row.target, Target::Version(..));
    // The rows of one level have different names: there may be a million.
    let is_deep = |name: &str, _: bool| name.trim_end_matches(DELIMITER).contains(DELIMITER);
    if !rows.first().is_some_and(is_version) && rows.picked(is_deep).next().is_none() {
        return None;
    }
    let mut first = HashMap::with_capacity(rows.len());
    for row in rows.in_order() {
        let to = row.target.below(&Prefix::root());
        let (is_many, name) = (to.is_many(), to.as_str().to_owned());
        if let Some(other) = first.insert((is_many, name), row.target.clone()) {
            let (one, other) = (row.target.as_str(), other.as_str());
            return Some(match one == other {
                true => format!("two versions of {one} would have one name there"),
                false => format!("{other} and {one} would have one name there"),
            });
        }
    }
    None
}

/// Whether two keys can lead to one object: they are the same, or differ in Unicode form alone, as
/// R2 does not tell keys apart; or, on a server that may keep them as files, in case alone.
pub fn may_be_one(one: &Key, other: &Key, folds_case: bool) -> bool {
    let form = |key: &Key| match folds_case {
        true => key.as_str().to_uppercase().to_lowercase().nfc().collect::<String>(),
        false => key.as_str().nfc().collect(),
    };
    one == other || form(one) == form(other)
}

/// Two files that would be stored under one key, and that object: one of them would be overwritten.
/// Folders of one name may have different files.
pub fn files_of_one_key<'a>(
    work: impl IntoIterator<Item = &'a Work>,
) -> Option<([&'a Path; 2], String)> {
    let mut taken: BTreeMap<String, &Path> = BTreeMap::new();
    work.into_iter().find_map(|one| {
        let Work::Upload { source, bucket, target: Target::Object(key), .. } = one else {
            return None;
        };
        let place = format!("s3://{bucket}/{key}");
        taken.insert(place.clone(), source).map(|other| ([other, source.as_path()], place))
    })
}

/// The levels that a prefix leads down.
fn levels(prefix: &str) -> Vec<&str> {
    let path = prefix.trim_end_matches(DELIMITER);
    if path.is_empty() { Vec::new() } else { resolved(path) }
}

/// Segments without `.`, and `..` taken as the way up.
fn resolved(path: &str) -> Vec<&str> {
    let mut segments = Vec::new();
    for segment in path.split(DELIMITER) {
        match segment {
            "." => {}
            ".." => drop(segments.pop()),
            other => segments.push(other),
        }
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::object::VersionId;

    fn target(text: &str) -> Target {
        match text.is_empty() || text.ends_with(DELIMITER) {
            true => Target::Prefix(text.into()),
            false => Target::Object(text.into()),
        }
    }

    fn refused(from: &str, to: &str, moving: bool) -> bool {
        overlap(&target(from), &target(to), moving).is_some()
    }

    #[test]
    fn nothing_goes_onto_or_into_itself() {
        for moving in [false, true] {
            assert!(refused("a", "a", moving));
            assert!(refused("d/a", "d/", moving));
            assert!(refused("d/", "d/", moving));
            assert!(refused("d/", "d/e/", moving));
            assert!(refused("", "d/", moving), "a bucket into a prefix of itself");
            assert!(!refused("a", "b", moving));
            assert!(!refused("d/a", "", moving));
            assert!(!refused("d/", "de/", moving));
            assert!(!refused("d/e/", "d/", moving));
            assert!(!refused("a//b", "a/b", moving), "an empty segment is a level of its own");
        }
    }

    #[test]
    fn rows_are_refused_where_one_of_them_is() {
        let rows = |names: &[&str]| {
            let row = |name: &&str| SourceRow { target: target(name), size: None };
            Target::Rows(names.iter().map(row).collect::<Vec<_>>().into())
        };
        for moving in [false, true] {
            let refused = |names: &[&str], to: &str| overlap(&rows(names), &target(to), moving);
            assert!(refused(&["d/a", "d/b"], "d/").is_some());
            assert!(refused(&["d/a", "d/e/"], "d/e/f/").is_some());
            assert!(refused(&["a", "e/"], "e/").is_some(), "at the top of a bucket");
            assert!(refused(&["d/a", "d/e/"], "d/f/").is_none());
            assert!(refused(&["d/a", "d/b"], "d/a/").is_none());
            assert!(refused(&["d/a", "d/b"], "").is_none());
            assert!(refused(&["d/x/a", "d/b"], "d/x/").is_some(), "rows that a search found");
        }
        for place in ["p/", "a/p/"] {
            let marker = SourceRow { target: Target::Object(place.into()), size: None };
            let inside = SourceRow { target: target(&format!("{place}x")), size: None };
            let with_marker = Target::Rows(vec![marker, inside].into());
            let refused = |to: &str| overlap(&with_marker, &target(to), false).is_some();
            assert!(refused(""), "the marker of {place} has its whole key for a name");
            assert!(!refused("b/"));
        }
        let dots = |names: &[&str], to: &str| overlap(&rows(names), &target(to), true).is_some();
        assert!(dots(&["d/a", "d/b"], "./d/") && dots(&["d/a", "d/e/"], "x/../d/e/"));
        assert!(dots(&["d/a", "d/.."], "e/"), "both are the same object to some servers");
    }

    #[test]
    fn a_move_takes_dots_for_what_some_servers_make_of_them() {
        for (from, to) in [("a", "./a"), ("d/a", "d/x/../a"), ("d/", "./d/e/"), ("d/", "d/./")] {
            assert!(refused(from, to, true), "{from} to {to}");
        }
        assert!(!refused("a", "./a", false), "a copy of it destroys nothing");
        assert!(!refused("a", "./b", true));
    }

    #[test]
    fn two_rows_of_one_name_do_not_go_to_one_prefix() {
        let met = |rows: &[Target]| {
            let row = |target: &Target| SourceRow { target: target.clone(), size: None };
            meeting(&rows.iter().map(row).collect::<Vec<_>>().into())
        };
        let version = |id: &str| Target::Version("a/x".into(), VersionId(id.to_owned()));
        let (one, other) = (target("a/x"), target("b/x"));
        let said = met(&[other.clone(), target("a/y"), one.clone()]).unwrap();
        assert_eq!(said, "a/x and b/x would have one name there");
        assert!(met(&[target("a/p/"), target("b/p/")]).is_some());
        assert!(met(&[version("1"), version("2")]).unwrap().contains("two versions of a/x"));
        for apart in [&[one.clone(), target("a/x/")][..], &[one, target("b/y")], &[other]] {
            assert_eq!(met(apart), None);
        }
    }
}
