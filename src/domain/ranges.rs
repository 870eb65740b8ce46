//! Defines how the bytes of an object are had by ranges.

use crate::domain::error::Error;
use crate::domain::object::ByteRange;

/// Where the bytes of one object come from. A call may be a request and may wait for it; nothing
/// here runs on the loop of the interface.
pub trait Ranges: Send + Sync {
    /// In bytes.
    fn size(&self) -> u64;

    /// Exactly the bytes of a range that is within the object.
    ///
    /// # Errors
    /// `Cancelled` once nobody waits for the look any more.
    fn read(&self, range: ByteRange) -> Result<Vec<u8>, Error>;

    /// Whether anybody waits for the look, for work between two reads.
    ///
    /// # Errors
    /// `Cancelled` where nobody does.
    fn check(&self) -> Result<(), Error> {
        Ok(())
    }
}
