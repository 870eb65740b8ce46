//! An explanation says what happened, why, and what to do next.

use crate::domain::error::remedy::Remedy;

/// What a screen or stderr says of an error: clauses without a full stop, none empty. The raw code,
/// status and request id stay with the [`Error`].
///
/// [`Error`]: crate::domain::error::Error
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    pub what: String,
    pub why: String,
    /// What to do next, in this order.
    pub remedies: Vec<Remedy>,
}

impl Explanation {
    pub fn new(
        what: impl Into<String>,
        why: impl Into<String>,
        next: impl Into<Remedy>,
    ) -> Explanation {
        Explanation::with(what, why, [next.into()])
    }

    pub fn with(
        what: impl Into<String>,
        why: impl Into<String>,
        remedies: impl Into<Vec<Remedy>>,
    ) -> Explanation {
        Explanation { what: what.into(), why: why.into(), remedies: remedies.into() }
    }

    /// The third sentence; `say` puts each remedy into words.
    pub fn next(&self, say: impl Fn(&Remedy) -> String) -> String {
        let mut sentence = String::new();
        for remedy in &self.remedies {
            if !sentence.is_empty() {
                sentence += "; ";
                sentence += remedy.conjunction();
            }
            sentence += &say(remedy);
        }
        sentence
    }

    /// The third sentence without a key or flag.
    pub fn next_anywhere(&self) -> String {
        self.next(Remedy::to_string)
    }
}
