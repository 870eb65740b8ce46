//! Tells a version that is a delete marker from one that is not there, and both from the object.

use crate::domain::error::{Error, ErrorKind, IS_DELETE_MARKER, NO_SUCH_VERSION};
use crate::domain::object::ObjectAddress;

/// Whether the version that was asked for is a delete marker: it is refused as if the method were
/// not known.
pub fn is_marker(error: &Error, object: &ObjectAddress) -> bool {
    object.version.is_some() && error.status == Some(405)
}

/// What a refusal says of the version that was asked for. Where none was, it is as it was.
pub fn of_version(error: Error, object: &ObjectAddress) -> Error {
    if is_marker(&error, object) {
        return Error { kind: ErrorKind::NoSuchKey, ..error.detail(IS_DELETE_MARKER) };
    }
    match object.version.is_some() && error.is(&ErrorKind::NoSuchKey) {
        true => error.detail(NO_SUCH_VERSION),
        false => error,
    }
}
