//! Asks the keyring of this system: the Secret Service by D-Bus, the Keychain, the Credential
//! Manager.

use std::env;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use keyring::{Entry, Error};

use crate::config::keyring::store::{Keyring, Refusal};
use crate::config::secret::Secret;
use crate::domain::error::KeyringFault;

/// The name under which the entries of the program stand.
const PROGRAM: &str = "windlass";

/// How long a keyring may ask for its password.
const LIMIT: Duration = Duration::from_mins(1);

/// How soon it shows that nobody waits any more.
const LOOK: Duration = Duration::from_millis(50);

/// Asks until it is answered, the limit has passed, or nobody waits any more.
#[derive(Debug)]
pub struct SystemKeyring {
    given_up: Arc<AtomicBool>,
}

/// Whether a keyring may be there; asks none.
pub fn present() -> bool {
    if cfg!(any(target_os = "macos", target_os = "windows")) {
        return true;
    }
    let given = |name| env::var_os(name).filter(|value| !value.is_empty());
    given("DBUS_SESSION_BUS_ADDRESS").is_some()
        || given("XDG_RUNTIME_DIR").is_some_and(|folder| Path::new(&folder).join("bus").exists())
}

impl Keyring for SystemKeyring {
    fn read(&self, entry: &str) -> Result<Secret, Refusal> {
        self.ask(entry, |entry| entry.get_password().map(Secret::new))
    }

    fn write(&self, entry: &str, text: &Secret) -> Result<(), Refusal> {
        let text = text.clone();
        self.change(entry, move |entry| entry.set_password(text.expose()))
    }

    fn remove(&self, entry: &str) -> Result<(), Refusal> {
        self.change(entry, |entry| match entry.delete_credential() {
            Err(Error::NoEntry) => Ok(()),
            removed => removed,
        })
    }
}

impl SystemKeyring {
    pub fn until(given_up: Arc<AtomicBool>) -> SystemKeyring {
        SystemKeyring { given_up }
    }

    /// Whatever the keyring asks its user for, it asks for by the reading: nothing is changed for
    /// whoever has given up meanwhile and was told so.
    fn change(
        &self,
        name: &str,
        act: impl FnOnce(&Entry) -> Result<(), Error> + Send + 'static,
    ) -> Result<(), Refusal> {
        let given_up = Arc::clone(&self.given_up);
        self.ask(name, move |entry| {
            // Only the question matters, not what is there.
            drop(entry.get_password().map(Secret::new));
            if given_up.load(Ordering::Relaxed) {
                return Ok(());
            }
            act(entry)
        })
    }

    /// Asks on a thread of its own, because nothing stops a keyring that asks for its password.
    fn ask<T: Send + 'static>(
        &self,
        name: &str,
        act: impl FnOnce(&Entry) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Refusal> {
        let name = name.to_owned();
        let (answer, answered) = channel();
        let asking = move || {
            let done = Entry::new(PROGRAM, &name).and_then(|entry| act(&entry));
            // Nobody may be left to hear it.
            let _ = answer.send(done.map_err(|error| refusal(&error)));
        };
        let started = thread::Builder::new().name("keyring".to_owned()).spawn(asking);
        if let Err(error) = started {
            return Err(Refusal { fault: KeyringFault::Refused, detail: error.to_string() });
        }
        let end = Instant::now() + LIMIT;
        while !self.given_up.load(Ordering::Relaxed) && Instant::now() < end {
            match answered.recv_timeout(LOOK) {
                Ok(done) => return done,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(KeyringFault::Refused.into()),
            }
        }
        self.given_up.store(true, Ordering::Relaxed);
        Err(KeyringFault::Silent.into())
    }
}

fn refusal(error: &Error) -> Refusal {
    let fault = match error {
        Error::NoEntry => KeyringFault::NoEntry,
        Error::BadEncoding(_) | Error::Ambiguous(_) => KeyringFault::Damaged,
        Error::NoStorageAccess(_) => KeyringFault::Locked,
        Error::PlatformFailure(cause) => of_platform(&cause.to_string()),
        _ => KeyringFault::Refused,
    };
    let detail = match error {
        // What a bad entry holds may be a secret.
        Error::BadEncoding(_) => String::new(),
        error => error.to_string(),
    };
    Refusal { fault, detail }
}

/// The platform's failures come as texts.
fn of_platform(text: &str) -> KeyringFault {
    let text = text.to_ascii_lowercase();
    let says = |signs: &[&str]| signs.iter().any(|sign| text.contains(sign));
    if says(&["locked", "dismissed", "denied"]) {
        return KeyringFault::Locked;
    }
    let absent = [
        "no secret service provider",
        "serviceunknown",
        "not provided by any",
        "was not provided",
        "i/o error",
        "no such file",
        "connection refused",
        "address",
        "handshake",
        "failed to execute program",
        "exited with status",
    ];
    if says(&absent) { KeyringFault::Absent } else { KeyringFault::Refused }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::keyring::awaited;

    #[test]
    fn what_the_platform_says_is_told_apart() {
        for (text, fault) in [
            ("SS error: prompt dismissed", KeyringFault::Locked),
            (
                "zbus error: org.freedesktop.DBus.Error.ServiceUnknown: The name \
                 org.freedesktop.secrets was not provided by any .service files",
                KeyringFault::Absent,
            ),
            ("zbus error: I/O error: No such file or directory (os error 2)", KeyringFault::Absent),
            ("no secret service provider or dbus session found", KeyringFault::Absent),
            ("Crypto error: message was tampered with", KeyringFault::Refused),
        ] {
            assert_eq!(of_platform(text), fault, "{text}");
        }
    }

    #[test]
    fn bytes_of_an_entry_are_not_repeated() {
        let said = refusal(&Error::BadEncoding(b"hush".to_vec()));
        assert_eq!(said, KeyringFault::Damaged.into());
        let locked = refusal(&Error::NoStorageAccess("locked".into()));
        assert_eq!(locked.fault, KeyringFault::Locked);
    }

    #[test]
    fn who_gave_up_hears_nothing() {
        let (keyring, wanted) = awaited();
        drop(wanted);
        let asked = keyring.ask("windlass test", |_| -> Result<(), Error> {
            thread::sleep(Duration::from_secs(60));
            Ok(())
        });
        assert_eq!(asked, Err(KeyringFault::Silent.into()));
    }
}
