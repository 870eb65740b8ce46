//! Describes the index that answers a search, and the progress of one being made.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::diff_end::DiffKind;
use crate::domain::error::Error;
use crate::domain::unfinished::age_text;

/// What is to be known of an index whose keys are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexState {
    /// When the server was asked last.
    pub as_of: Timestamp,
    /// Whether it has everything that was there then.
    pub whole: bool,
}

impl IndexState {
    /// `3 hours`; a clock that was set back makes nothing older.
    pub fn age(self, now: Timestamp) -> String {
        age_text(self.old(now))
    }

    /// `3 h`, where there is little room.
    pub fn short_age(self, now: Timestamp) -> String {
        match self.old(now).as_secs() {
            0..60 => "moments".to_owned(),
            seconds @ 60..3600 => format!("{} min", seconds / 60),
            seconds @ 3600..86_400 => format!("{} h", seconds / 3600),
            seconds => format!("{} d", seconds / 86_400),
        }
    }

    fn old(self, now: Timestamp) -> Duration {
        now.duration_since(self.as_of).try_into().unwrap_or_default()
    }
}

/// How far an index has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IndexProgress {
    /// So many are listed.
    pub keys: u64,
    /// How it ended.
    pub end: Option<IndexEnd>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IndexEnd {
    /// It is kept, with everything that is there.
    Whole,
    /// The listing broke. What came before is `kept`, unless the older index is whole, which stays
    /// then.
    Broken { error: Error, kept: bool },
}

/// A key below the place of an index that is not as the index has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedKey {
    pub name: String,
    pub change: DiffKind,
    /// Of what is gone, that which it had.
    pub size: u64,
}

/// What is not as an index has it, since it was told of last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexChanges {
    pub rows: Vec<ChangedKey>,
    /// All so far, told or not.
    pub changes: u64,
    /// Keys that were looked at.
    pub listed: u64,
    /// When the index was asked for last before.
    pub since: Timestamp,
    /// The index is as the server is.
    pub done: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_as_old_as_the_last_question() {
        let as_of = Timestamp::from_second(1_790_000_000).unwrap();
        let stand = IndexState { as_of, whole: true };
        assert_eq!(stand.age(as_of + Duration::from_secs(7200)), "2 hours");
        assert_eq!(stand.age(as_of - Duration::from_secs(7200)), "moments");
        for (seconds, text) in
            [(59, "moments"), (3599, "59 min"), (86_399, "23 h"), (200_000, "2 d")]
        {
            assert_eq!(stand.short_age(as_of + Duration::from_secs(seconds)), text);
        }
    }
}
