//! Defines what is asked of a keyring, and why it may refuse.

use crate::config::secret::Secret;
use crate::domain::error::KeyringFault;

/// Texts under names, kept for the user by somebody else. Every call may wait for the user, so none
/// is made where the interface waits.
pub trait Keyring {
    fn read(&self, entry: &str) -> Result<Secret, Refusal>;
    fn write(&self, entry: &str, text: &Secret) -> Result<(), Refusal>;
    /// One that is not there is no refusal.
    fn remove(&self, entry: &str) -> Result<(), Refusal>;
}

/// Why a keyring refused. The text repeats nothing of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub fault: KeyringFault,
    pub detail: String,
}

impl From<KeyringFault> for Refusal {
    fn from(fault: KeyringFault) -> Refusal {
        Refusal { fault, detail: String::new() }
    }
}
