//! Says how far a listing has come.

use crate::domain::error::Error;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Loading {
    /// No bucket is open.
    #[default]
    Idle,
    /// The first page is awaited.
    First,
    /// Further pages come in behind what is shown.
    Streaming,
    /// Listed again while the earlier rows are shown.
    Refreshing,
    /// There is more; it comes when the cursor nears the end.
    Resting,
    /// The user stopped it; there may be more.
    Stopped,
    Complete,
    /// What came before the failure is shown.
    Failed(Error),
}

/// Rows that are pulled without being asked for.
pub const STREAMED: usize = 10_000;

/// Two pages of a listing.
const NEAR: usize = 2_000;

/// Whether a cursor is so near the end that further rows are soon needed.
pub fn near_end(cursor: usize, len: usize) -> bool {
    cursor + NEAR >= len
}
