//! Counts what was deleted for good: objects, their versions, delete markers, unfinished uploads.

use crate::domain::error::Error;
use crate::domain::versions::VersionEntry;

/// Errors that are kept, of any number.
const MAX_ERRORS: usize = 1000;

/// How far it has come. Objects are the current ones, versions all others that have bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Emptied {
    pub objects: u64,
    pub versions: u64,
    pub markers: u64,
    pub uploads: u64,
    /// Of objects and versions.
    pub bytes: u64,
    pub failed: u64,
    /// The first of what failed.
    pub errors: Vec<Error>,
    /// It was stopped before all was tried.
    pub left: bool,
}

impl Emptied {
    pub fn count(&mut self, entry: &VersionEntry) {
        match (entry.size(), entry.latest) {
            (None, _) => self.markers += 1,
            (Some(_), true) => self.objects += 1,
            (Some(_), false) => self.versions += 1,
        }
        self.bytes += entry.size().unwrap_or_default();
    }

    pub fn fail(&mut self, error: Error) {
        self.failed += 1;
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(error);
        }
    }

    pub fn add(&mut self, other: Emptied) {
        self.objects += other.objects;
        self.versions += other.versions;
        self.markers += other.markers;
        self.uploads += other.uploads;
        self.bytes += other.bytes;
        self.failed += other.failed;
        self.left |= other.left;
        let room = MAX_ERRORS - self.errors.len();
        self.errors.extend(other.errors.into_iter().take(room));
    }

    /// How many are gone, of all kinds together.
    pub fn sum(&self) -> u64 {
        self.objects + self.versions + self.markers + self.uploads
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::object::VersionId;
    use crate::domain::versions::VersionState;

    #[test]
    fn what_is_current_is_an_object_and_what_has_no_bytes_a_marker() {
        let entry = |latest, state| VersionEntry {
            key: "k".into(),
            version: VersionId("v".to_owned()),
            latest,
            modified: None,
            state,
        };
        let object = VersionState::Object { size: 3, etag: None, class: None };
        let mut emptied = Emptied::default();
        emptied.count(&entry(true, object.clone()));
        emptied.count(&entry(false, object));
        emptied.count(&entry(true, VersionState::DeleteMarker));
        let counts = (emptied.objects, emptied.versions, emptied.markers, emptied.bytes);
        assert_eq!((counts, emptied.sum()), ((1, 1, 1, 6), 3));
    }
}
