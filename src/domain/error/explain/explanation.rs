//! The three sentences themselves.

/// What a screen or stderr says of an error: clauses without a full stop, none empty. The raw code,
/// status and request id stay with the [`Error`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    pub what: String,
    pub why: String,
    pub next: String,
}

impl Explanation {
    /// What happened and what to do next, where there is one line for it.
    pub fn in_a_line(&self) -> String {
        format!("{}: {}", self.what, self.next)
    }

    pub fn new(
        what: impl Into<String>,
        why: impl Into<String>,
        next: impl Into<String>,
    ) -> Explanation {
        Explanation { what: what.into(), why: why.into(), next: next.into() }
    }
}
