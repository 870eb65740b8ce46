//! Says how an index stands that answers a search, and how far one has come that is being made.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::error::Error;
use crate::domain::unfinished::age_text;

/// What is to be known of an index whose keys are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexStand {
    /// When the server was asked last.
    pub as_of: Timestamp,
    /// Whether it has everything that was there then.
    pub whole: bool,
}

impl IndexStand {
    /// `3 hours`; a clock that was set back makes nothing older.
    pub fn age(self, now: Timestamp) -> String {
        let age: Duration = now.duration_since(self.as_of).try_into().unwrap_or_default();
        age_text(age)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_as_old_as_the_last_question() {
        let as_of = Timestamp::from_second(1_790_000_000).unwrap();
        let stand = IndexStand { as_of, whole: true };
        assert_eq!(stand.age(as_of + Duration::from_secs(7200)), "2 hours");
        assert_eq!(stand.age(as_of - Duration::from_secs(7200)), "moments");
    }
}
