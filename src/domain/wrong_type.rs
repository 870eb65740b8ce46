//! Describes content types that objects have and should not have, as they are found and mended.

use crate::domain::error::Error;
use crate::domain::object::{ETag, ObjectAddress};

/// A type that an object has and should not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeFinding {
    pub is: Option<String>,
    pub should: String,
    /// By its name; else by its first bytes.
    pub by_name: bool,
}

/// An object whose type does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongType {
    pub object: ObjectAddress,
    /// As it was when it was looked at.
    pub etag: Option<ETag>,
    pub finding: TypeFinding,
}

/// What was found since the last news.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WrongTypes {
    /// Objects that were looked at since the beginning.
    pub looked: u64,
    pub found: Vec<WrongType>,
    /// Of those that could not be looked at.
    pub failed: Vec<Error>,
    pub done: bool,
}

/// What became of objects that were to be mended, since the last news.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MendedTypes {
    pub ended: Vec<(ObjectAddress, Result<(), Error>)>,
    pub done: bool,
}
