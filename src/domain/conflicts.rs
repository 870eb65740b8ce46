//! Says which destinations of a transfer exist already.

use jiff::Timestamp;

use crate::domain::error::Error;

/// Which destinations of jobs-to-be exist already.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conflicts {
    pub existing: u64,
    /// The first few, for the question.
    pub sample: Vec<Existing>,
    /// Why it could not be told for some; they are treated as absent and guarded when they are
    /// written.
    pub unknown: Option<Error>,
    /// There was more to look at than a look takes; the rest is guarded in the same way.
    pub partly: bool,
}

/// A destination that is there already, beside what is to go there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Existing {
    pub place: String,
    pub there: ConflictSide,
    pub new: ConflictSide,
}

/// What is known of one of the two, as far as it was told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConflictSide {
    pub size: Option<u64>,
    pub modified: Option<Timestamp>,
}
