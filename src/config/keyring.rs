//! Keeps the keys of connections in the system's keyring.

mod store;
#[cfg(feature = "keyring")]
mod system;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};

use crate::config::secret::Secret;
use crate::config::secrets_file::SigningKeys;
use crate::domain::address::ConnectionName;
use crate::domain::error::{Error, ErrorKind, KeyringFault};

pub use store::{Keyring, Refusal};
#[cfg(feature = "keyring")]
pub use system::{SystemKeyring, present};

/// Whoever waits for an answer holds it: what was asked is given up when it is dropped.
#[derive(Debug)]
pub struct Wanted(Arc<AtomicBool>);

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The system's keyring, asked for as long as the other is held.
pub fn awaited() -> (SystemKeyring, Wanted) {
    let given_up = Arc::default();
    (SystemKeyring::until(Arc::clone(&given_up)), Wanted(given_up))
}

/// What an entry holds.
#[derive(Serialize, Deserialize)]
struct Entry {
    access_key_id: String,
    secret_access_key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    session_token: Option<String>,
}

/// # Errors
/// `Keyring`; so for the others.
pub fn read(
    keyring: &dyn Keyring,
    folder: &Path,
    name: &ConnectionName,
) -> Result<SigningKeys, Error> {
    let read = keyring.read(&entry_name(folder, name)).and_then(|text| keys_of(text.expose()));
    read.map_err(|refusal| failed("read the keyring", name, refusal))
}

pub fn write(
    keyring: &dyn Keyring,
    folder: &Path,
    name: &ConnectionName,
    keys: &SigningKeys,
) -> Result<(), Error> {
    let written = text_of(keys).and_then(|text| keyring.write(&entry_name(folder, name), &text));
    written.map_err(|refusal| failed("write the keyring", name, refusal))
}

/// The entry of a connection under its new name as well; nothing where there is none.
pub fn copy(
    keyring: &dyn Keyring,
    folder: &Path,
    from: &ConnectionName,
    to: &ConnectionName,
) -> Result<(), Error> {
    let copied = match keyring.read(&entry_name(folder, from)) {
        Ok(text) => keyring.write(&entry_name(folder, to), &text),
        Err(Refusal { fault: KeyringFault::NoEntry, .. }) => Ok(()),
        Err(refusal) => Err(refusal),
    };
    copied.map_err(|refusal| failed("write the keyring", to, refusal))
}

/// What no keyring keeps is gone already.
pub fn remove(keyring: &dyn Keyring, folder: &Path, name: &ConnectionName) -> Result<(), Error> {
    match keyring.remove(&entry_name(folder, name)) {
        Err(Refusal { fault: KeyringFault::Absent | KeyringFault::NotBuilt, .. }) => Ok(()),
        removed => removed.map_err(|refusal| failed("clear the keyring", name, refusal)),
    }
}

/// Two folders of configuration may have a connection of the same name.
fn entry_name(folder: &Path, name: &ConnectionName) -> String {
    format!("{name} of {}", folder.display())
}

fn failed(operation: &str, name: &ConnectionName, refusal: Refusal) -> Error {
    Error::new(ErrorKind::Keyring(refusal.fault), operation, name.as_str()).detail(refusal.detail)
}

fn text_of(keys: &SigningKeys) -> Result<Secret, Refusal> {
    let entry = Entry {
        access_key_id: keys.access_key_id.clone(),
        secret_access_key: keys.secret_access_key.expose().to_owned(),
        session_token: keys.session_token.as_ref().map(|token| token.expose().to_owned()),
    };
    serde_json::to_string(&entry).map(Secret::new).map_err(|_| KeyringFault::Damaged.into())
}

fn keys_of(text: &str) -> Result<SigningKeys, Refusal> {
    let entry: Option<Entry> = serde_json::from_str(text).ok();
    let whole = entry
        .filter(|entry| !entry.access_key_id.is_empty() && !entry.secret_access_key.is_empty());
    let entry = whole.ok_or(KeyringFault::Damaged)?;
    Ok(SigningKeys {
        access_key_id: entry.access_key_id,
        secret_access_key: Secret::new(entry.secret_access_key),
        session_token: entry.session_token.map(Secret::new),
    })
}

/// Stands in where this build asks no keyring.
#[cfg(not(feature = "keyring"))]
mod without {
    use super::{Arc, AtomicBool, Keyring, KeyringFault, Refusal, Secret};

    #[derive(Debug)]
    pub struct NoKeyring;

    impl NoKeyring {
        pub fn until(_given_up: Arc<AtomicBool>) -> NoKeyring {
            NoKeyring
        }
    }

    pub fn present() -> bool {
        false
    }

    impl Keyring for NoKeyring {
        fn read(&self, _entry: &str) -> Result<Secret, Refusal> {
            Err(KeyringFault::NotBuilt.into())
        }

        fn write(&self, _entry: &str, _text: &Secret) -> Result<(), Refusal> {
            Err(KeyringFault::NotBuilt.into())
        }

        fn remove(&self, _entry: &str) -> Result<(), Refusal> {
            Err(KeyringFault::NotBuilt.into())
        }
    }
}

#[cfg(not(feature = "keyring"))]
pub use without::{NoKeyring as SystemKeyring, present};

#[cfg(test)]
pub mod memory;

#[cfg(test)]
mod tests {
    use super::memory::MemoryKeyring;
    use super::*;
    use crate::domain::error::remedy::Remedy;

    fn keys() -> SigningKeys {
        SigningKeys {
            access_key_id: "id".to_owned(),
            secret_access_key: Secret::new("hu\"sh"),
            session_token: Some(Secret::new("t")),
        }
    }

    #[test]
    fn keys_are_read_as_they_were_written_and_belong_to_one_folder() {
        let (keyring, folder, name) = (MemoryKeyring::default(), Path::new("/a"), "r2".into());
        write(&keyring, folder, &name, &keys()).unwrap();
        assert_eq!(read(&keyring, folder, &name), Ok(keys()));
        let other = read(&keyring, Path::new("/b"), &name).unwrap_err();
        assert_eq!(other.kind, ErrorKind::Keyring(KeyringFault::NoEntry));
        copy(&keyring, folder, &name, &"new".into()).unwrap();
        remove(&keyring, folder, &name).unwrap();
        assert!(read(&keyring, folder, &name).is_err());
        assert_eq!(read(&keyring, folder, &"new".into()), Ok(keys()));
    }

    #[test]
    fn a_half_written_entry_is_said_and_not_shown() {
        let (keyring, folder, name) = (MemoryKeyring::default(), Path::new("/a"), "r2".into());
        for text in [
            "",
            "{\"access_key_id\":\"hush",
            "{\"access_key_id\":\"hush\"}",
            "hush",
            "{\"access_key_id\":\"hush\",\"secret_access_key\":\"\"}",
        ] {
            keyring.write(&entry_name(folder, &name), &Secret::new(text)).unwrap();
            let error = read(&keyring, folder, &name).unwrap_err();
            assert!(error.explain().what.contains("incomplete"), "{text}: {error}");
            assert!(!format!("{error:?}").contains("hush"), "{text}");
        }
    }

    #[test]
    fn every_refusal_has_its_own_words_and_a_way_on() {
        use KeyringFault as Fault;
        let faults = [
            Fault::NotBuilt,
            Fault::Absent,
            Fault::Locked,
            Fault::NoEntry,
            Fault::Damaged,
            Fault::Silent,
            Fault::Refused,
        ];
        let mut said = Vec::new();
        for fault in faults {
            let keyring = MemoryKeyring { fault: Some(fault), ..MemoryKeyring::default() };
            let error = read(&keyring, Path::new("/a"), &"r2".into()).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Keyring(fault));
            let explained = error.explain();
            let entered = [Remedy::ChangeKeys, Remedy::KeepKeysInFile];
            let remedies = &explained.remedies;
            assert!(entered.iter().any(|each| remedies.contains(each)), "{remedies:?}");
            said.push(explained.what);
        }
        said.dedup();
        assert_eq!(said.len(), faults.len());
    }
}
