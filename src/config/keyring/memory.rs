//! Stands in for a keyring, and refuses on demand.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::config::keyring::store::{Keyring, Refusal};
use crate::config::secret::Secret;
use crate::domain::error::KeyringFault;

#[derive(Debug, Default)]
pub struct MemoryKeyring {
    pub entries: Mutex<BTreeMap<String, Secret>>,
    /// Answers everything.
    pub fault: Option<KeyringFault>,
}

impl MemoryKeyring {
    pub fn names(&self) -> Vec<String> {
        self.entries.lock().unwrap().keys().cloned().collect()
    }

    fn refuse(&self) -> Result<(), Refusal> {
        self.fault.map_or(Ok(()), |fault| Err(fault.into()))
    }
}

impl Keyring for MemoryKeyring {
    fn read(&self, entry: &str) -> Result<Secret, Refusal> {
        self.refuse()?;
        let found = self.entries.lock().unwrap().get(entry).cloned();
        found.ok_or_else(|| KeyringFault::NoEntry.into())
    }

    fn write(&self, entry: &str, text: &Secret) -> Result<(), Refusal> {
        self.refuse()?;
        self.entries.lock().unwrap().insert(entry.to_owned(), text.clone());
        Ok(())
    }

    fn remove(&self, entry: &str) -> Result<(), Refusal> {
        self.refuse()?;
        self.entries.lock().unwrap().remove(entry);
        Ok(())
    }
}
