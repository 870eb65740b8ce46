//! Tells a version that is a delete marker from one that is not there.

use crate::domain::error::{Error, ErrorKind, IS_DELETE_MARKER};
use crate::domain::object::ObjectAddress;

/// Whether the version that was asked for is a delete marker: it is refused as if the method were
/// not known.
pub fn is_marker(error: &Error, object: &ObjectAddress) -> bool {
    object.version.is_some() && error.status == Some(405)
}

/// The error that a delete marker makes of an answer.
pub fn of_marker(error: Error, object: &ObjectAddress) -> Error {
    match is_marker(&error, object) {
        true => Error { kind: ErrorKind::NoSuchKey, ..error.detail(IS_DELETE_MARKER) },
        false => error,
    }
}
