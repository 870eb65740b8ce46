//! Which listings a job changes.

use crate::domain::address::{Bucket, Prefix};
use crate::domain::transfer::{Target, Work};

/// Whether a job's end changes what a listing of `prefix` shows.
pub fn changes(work: &Work, bucket: &Bucket, prefix: &Prefix) -> bool {
    match work {
        Work::Download { .. } => false,
        Work::Upload { bucket: to, target, .. } => to == bucket && shows(prefix, target),
        Work::Copy { bucket: from, source, to_bucket: to, target, moving, .. } => {
            to == bucket && shows(prefix, target)
                || *moving && from == bucket && shows(prefix, source)
        }
        Work::Delete { bucket: at, targets } => {
            at == bucket && targets.iter().any(|target| shows(prefix, target))
        }
    }
}

/// An object is shown where it is listed; a prefix concerns every level above and below it.
fn shows(prefix: &Prefix, target: &Target) -> bool {
    match target {
        Target::Object(key) => key.parent() == *prefix,
        Target::Prefix(changed) => {
            changed.as_str().starts_with(prefix.as_str())
                || prefix.as_str().starts_with(changed.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::address::Key;

    #[test]
    fn a_listing_is_changed_by_what_it_shows() {
        let bucket = Bucket::new("b");
        let delete = |target: Target| Work::Delete { bucket: "b".into(), targets: vec![target] };
        let key = delete(Target::Object(Key::new("a/b/k")));
        assert!(changes(&key, &bucket, &"a/b/".into()));
        assert!(!changes(&key, &bucket, &"a/".into()));
        assert!(!changes(&key, &"other".into(), &"a/b/".into()));
        let prefix = delete(Target::Prefix("a/b/".into()));
        for shown in ["", "a/", "a/b/", "a/b/c/"] {
            assert!(changes(&prefix, &bucket, &shown.into()), "{shown}");
        }
        assert!(!changes(&prefix, &bucket, &"z/".into()));
    }
}
