//! Says why the inside of an object cannot be shown.

use std::fmt;
use std::io;

use crate::domain::containment::contained;
use crate::domain::error::{Error, ErrorKind};

/// The result of looking inside.
pub type Looked<T> = Result<T, LookError>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LookError {
    /// The bytes could not be had, or are not wanted any more.
    Source(Error),
    /// They are not what they claim to be; what is wrong, as a clause: `the last page is cut`.
    Malformed(String),
    /// They may be right and cannot be read here: `members with the method PPMd`.
    Unsupported(String),
    /// What was asked for is not there; why, as a clause: `the archive has no member a`.
    Absent(String),
    /// There is nothing in it that a look shows; why, as a sentence: `the PDF has no text`.
    Wordless(String),
    /// To read on would take more time or memory than a look may; what was too much.
    TooMuch(String),
}

/// Runs a reader that others wrote: where it panics that is an error.
pub fn guarded<T>(work: impl FnOnce() -> Looked<T>) -> Looked<T> {
    let ended = contained(work);
    ended.unwrap_or_else(|why| Err(LookError::malformed(format!("its reader gave up: {why}"))))
}

impl LookError {
    pub fn malformed(what: impl fmt::Display) -> LookError {
        LookError::Malformed(what.to_string())
    }

    /// As a [`crate::domain::error::Error`]; `place` is the object.
    pub fn into_error(self, place: &str) -> Error {
        match self {
            LookError::Source(error) => error,
            other => {
                let absent = matches!(other, LookError::Absent(_));
                let kind = if absent { ErrorKind::NotInside } else { ErrorKind::Unreadable };
                Error::new(kind, "look inside the object", place).detail(other.to_string())
            }
        }
    }
}

impl fmt::Display for LookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LookError::Source(error) => error.fmt(f),
            LookError::Malformed(what) => write!(f, "the object is damaged: {what}"),
            LookError::Unsupported(what) => write!(f, "Windlass cannot read {what}"),
            LookError::Absent(what) | LookError::Wordless(what) => f.write_str(what),
            LookError::TooMuch(what) => write!(f, "a look stops here: {what}"),
        }
    }
}

impl std::error::Error for LookError {}

/// Parsers of others read through [`io::Read`]; what the source said is found again behind it.
impl From<io::Error> for LookError {
    fn from(error: io::Error) -> LookError {
        let said = error.get_ref().and_then(|inner| inner.downcast_ref::<LookError>());
        said.cloned().unwrap_or_else(|| LookError::malformed(&error))
    }
}

/// Whether an error came from us, by way of a parser of others.
pub fn is_ours(error: &io::Error) -> bool {
    error.get_ref().and_then(|inner| inner.downcast_ref::<LookError>()).is_some()
}

impl From<LookError> for io::Error {
    fn from(error: LookError) -> io::Error {
        io::Error::other(error)
    }
}
