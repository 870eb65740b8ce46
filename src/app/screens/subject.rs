//! A subject is an object as its row shows it: with another size or time it is another subject.

use jiff::Timestamp;

use crate::domain::listing::Class;
use crate::domain::object::ObjectAddress;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    pub object: ObjectAddress,
    pub size: u64,
    pub modified: Option<Timestamp>,
    pub class: Class,
}

impl Subject {
    /// It must be restored before it can be read.
    pub fn is_archived(&self) -> bool {
        self.class.is_archive()
    }
}
