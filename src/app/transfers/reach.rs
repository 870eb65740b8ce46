//! Tells which listings a job changes.

use crate::domain::address::{Bucket, ConnectionName, Prefix};
use crate::domain::transfer::{JobSpec, Target, Work};

/// What a pane shows.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    pub connection: &'a ConnectionName,
    pub bucket: &'a Bucket,
    pub prefix: &'a Prefix,
}

/// Whether a job's end changes what a listing shows.
pub fn changes(spec: &JobSpec, shown: Shown<'_>) -> bool {
    let Shown { connection, bucket, prefix } = shown;
    let own = spec.connection == *connection;
    match &spec.work {
        Work::Download { .. } => false,
        Work::Upload { bucket: to, target, .. } => own && to == bucket && shows(prefix, target),
        Work::Copy { bucket: from, source, to_bucket: to, target, moving, .. } => {
            let writes = *spec.other_connection().unwrap_or(&spec.connection) == *connection;
            writes && to == bucket && shows(prefix, target)
                || own && *moving && from == bucket && shows(prefix, source)
        }
        Work::Delete { bucket: at, targets } => {
            own && at == bucket && targets.iter().any(|target| shows(prefix, target))
        }
    }
}

/// An object is shown where it is listed, and by a prefix above; a prefix concerns every level
/// above and below it.
fn shows(prefix: &Prefix, target: &Target) -> bool {
    match target {
        Target::Object(key) | Target::Version(key, _) => key.as_str().starts_with(prefix.as_str()),
        Target::Prefix(changed) | Target::PrefixAt(changed, _) => {
            changed.as_str().starts_with(prefix.as_str())
                || prefix.as_str().starts_with(changed.as_str())
        }
        Target::Rows(rows) => rows.concern(prefix.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::address::Key;
    use crate::domain::transfer::{FileRules, JobOptions, OnConflict};

    fn job(work: Work) -> JobSpec {
        let (on_conflict, files) = (OnConflict::default(), FileRules::default());
        JobSpec {
            connection: "one".into(),
            work,
            on_conflict,
            files,
            options: JobOptions::default(),
        }
    }

    fn is_changed(spec: &JobSpec, connection: &str, bucket: &str, prefix: &str) -> bool {
        let (connection, bucket, prefix) = (connection.into(), bucket.into(), prefix.into());
        changes(spec, Shown { connection: &connection, bucket: &bucket, prefix: &prefix })
    }

    #[test]
    fn a_listing_is_changed_by_what_it_shows() {
        let delete =
            |target: Target| job(Work::Delete { bucket: "b".into(), targets: vec![target] });
        let key = delete(Target::Object(Key::new("a/b/k")));
        assert!(is_changed(&key, "one", "b", "a/b/"));
        assert!(is_changed(&key, "one", "b", "a/"));
        assert!(!is_changed(&key, "one", "b", "a/c/"));
        assert!(!is_changed(&key, "one", "other", "a/b/"));
        assert!(!is_changed(&key, "two", "b", "a/b/"));
        let prefix = delete(Target::Prefix("a/b/".into()));
        for shown in ["", "a/", "a/b/", "a/b/c/"] {
            assert!(is_changed(&prefix, "one", "b", shown), "{shown}");
        }
        assert!(!is_changed(&prefix, "one", "b", "z/"));
    }

    #[test]
    fn a_move_between_connections_changes_both() {
        let spec = job(Work::Copy {
            bucket: "b".into(),
            source: Target::Prefix("from/".into()),
            to_connection: Some("two".into()),
            to_bucket: "b".into(),
            target: Target::Prefix("to/".into()),
            moving: true,
        });
        assert!(is_changed(&spec, "one", "b", "from/"));
        assert!(!is_changed(&spec, "one", "b", "to/"));
        assert!(is_changed(&spec, "two", "b", "to/"));
        assert!(!is_changed(&spec, "two", "b", "from/"));
    }
}
