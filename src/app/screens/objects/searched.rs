//! Says how far a search has come.

use crate::domain::indexed::IndexState;
use crate::domain::listing::ContinuationToken;

#[derive(Clone, Debug, Default)]
pub struct Searched {
    /// Objects that earlier requests looked at.
    pub before: u64,
    /// Those that the last one has looked at.
    pub now: u64,
    /// Where it goes on.
    pub behind: Option<ContinuationToken>,
    /// What answered; the server without one.
    pub index: Option<IndexState>,
}
