//! Detects copies and moves whose source and destination overlap.

use crate::domain::address::DELIMITER;
use crate::domain::transfer::Target;

/// Why one cannot go to the other in the same bucket; `None` where it can. A move also minds `.`
/// and `..`, which some servers resolve: what is one object there would be deleted.
pub fn overlap(source: &Target, target: &Target, moving: bool) -> Option<&'static str> {
    if let Target::Rows(_) = source {
        let rows = source.rows_to(target);
        return rows.iter().find_map(|(row, to)| overlap(row, to, moving));
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
            same.then_some("source and destination are the same object")
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
    fn a_move_takes_dots_for_what_some_servers_make_of_them() {
        for (from, to) in [("a", "./a"), ("d/a", "d/x/../a"), ("d/", "./d/e/"), ("d/", "d/./")] {
            assert!(refused(from, to, true), "{from} to {to}");
        }
        assert!(!refused("a", "./a", false), "a copy of it destroys nothing");
        assert!(!refused("a", "./b", true));
    }
}
