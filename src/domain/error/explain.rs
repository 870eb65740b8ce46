//! Puts an error into three sentences: what happened, why most likely, what to press or change next.

use crate::domain::error::{Error, ErrorKind};

/// What a screen or stderr says of an error. The raw code, status and request id stay with the [`Error`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    pub what: String,
    pub why: String,
    pub next: String,
}

impl Error {
    pub fn explain(&self) -> Explanation {
        let (what, why, next) = self.sentences();
        Explanation { what, why: why.to_owned(), next: next.to_owned() }
    }

    fn sentences(&self) -> (String, &'static str, &'static str) {
        let operation = &self.operation;
        match &self.kind {
            ErrorKind::NoSuchBucket => (
                "the bucket does not exist".into(),
                "it was deleted, is spelled differently, or lives in another account or jurisdiction",
                "refresh the buckets with R, or check the name",
            ),
            _ => (format!("{operation} failed"), "", "Enter shows the details"),
        }
    }
}
