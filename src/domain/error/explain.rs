//! Puts an error into three sentences: what happened, why most likely, what to do next.

mod demand;
mod explanation;
mod keyring;
mod machine;
pub mod missing_keys;
mod storage;
mod way;

use crate::domain::error::remedy::Remedy;
use crate::domain::error::{Error, ErrorKind};

pub use explanation::Explanation;

impl Error {
    pub fn explain(&self) -> Explanation {
        let mut explanation = storage::explain(self)
            .or_else(|| way::explain(self))
            .or_else(|| machine::explain(self))
            .or_else(|| keyring::explain(self))
            .unwrap_or_else(|| unknown(self));
        explanation
            .remedies
            .extend(self.unaborted().map(|object| Remedy::AbortUpload(object.to_owned())));
        explanation
    }

    fn has_code(&self, codes: &[&str]) -> bool {
        self.code.as_deref().is_some_and(|code| codes.contains(&code))
    }

    /// The raw text where there is one, else `instead`.
    fn detail_or(&self, instead: &str) -> String {
        if self.detail.is_empty() { instead.to_owned() } else { self.detail.clone() }
    }
}

fn unknown(error: &Error) -> Explanation {
    match error.kind {
        ErrorKind::Cancelled => Explanation::new(
            format!("{} was cancelled", error.operation),
            "you stopped it, or what asked for it was closed",
            Remedy::StartAgain,
        ),
        _ => Explanation::with(
            format!("{} did not work: {}", error.operation, error.detail_or("no reason was given")),
            "Windlass does not know this error",
            [Remedy::ReadAnswer, "it is safe to try again".into()],
        ),
    }
}

#[cfg(test)]
mod tests;
