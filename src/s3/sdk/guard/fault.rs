//! Names what is wrong with an answer as such.

use std::error::Error as StdError;
use std::fmt;

use crate::domain::error::ErrorKind;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResponseFault {
    /// The document ends before its first element does.
    Cut(String),
    /// Longer than this many bytes.
    TooLong(usize),
    /// No document that S3 gives.
    Strange(String),
}

impl ResponseFault {
    pub fn strange(what: impl Into<String>) -> ResponseFault {
        ResponseFault::Strange(what.into())
    }

    /// The fault among the causes of an error.
    pub fn of<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a ResponseFault> {
        let mut cause = Some(error);
        while let Some(inner) = cause {
            if let Some(fault) = inner.downcast_ref::<ResponseFault>() {
                return Some(fault);
            }
            cause = inner.source();
        }
        None
    }

    pub fn kind(&self, operation: &str) -> ErrorKind {
        match self {
            ResponseFault::Cut(_) => ErrorKind::Interrupted,
            _ if operation.starts_with("List") => ErrorKind::BrokenListing,
            _ => ErrorKind::NotS3,
        }
    }
}

impl fmt::Display for ResponseFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ResponseFault::Cut(what) => write!(f, "the document is incomplete: {what}"),
            ResponseFault::TooLong(most) => {
                write!(f, "the answer is longer than {} KiB, and S3 never gives one", most >> 10)
            }
            ResponseFault::Strange(what) => write!(f, "the answer cannot be read: {what}"),
        }
    }
}

impl StdError for ResponseFault {}
