//! What stands between Windlass and the system's keyring.

use crate::domain::error::explain::explanation::Explanation;
use crate::domain::error::{Error, ErrorKind, KeyringFault};

pub fn explain(error: &Error) -> Option<Explanation> {
    let ErrorKind::Keyring(fault) = error.kind else { return None };
    Some(match fault {
        KeyringFault::NotBuilt => Explanation::new(
            "this build of Windlass asks no keyring",
            "it was built without the feature keyring",
            "press P, then e, and keep the keys in secrets.toml; or build it with that feature",
        ),
        KeyringFault::Absent => Explanation::new(
            "no keyring answers on this machine",
            "over SSH and in containers there is often none, or its service is not started",
            "start it (GNOME Keyring, KWallet) and refresh with R; or press P, then e, and keep the keys in \
             secrets.toml",
        ),
        KeyringFault::Locked => Explanation::new(
            "the keyring is locked",
            "its password was not given, or the question for it was turned down",
            "unlock it and refresh with R; or press P, then e, and keep the keys in secrets.toml",
        ),
        KeyringFault::NoEntry => Explanation::new(
            "the keyring has no keys for this connection",
            "the entry was removed, or was made on another machine or for another user",
            "press P, then e on the connection, and enter the keys again",
        ),
        KeyringFault::Damaged => Explanation::new(
            "the connection's entry in the keyring is damaged or only half written",
            "another program changed it, or it was cut short while it was written",
            "press P, then e on the connection, and enter the keys again",
        ),
        KeyringFault::Silent => Explanation::new(
            "the keyring did not answer in a minute",
            "it may be asking for its password in another window, or on the screen of another session",
            "answer it there and refresh with R; or press P, then e, and keep the keys in secrets.toml",
        ),
        KeyringFault::Refused => Explanation::new(
            format!("the keyring refuses: {}", error.detail_or("it does not say why")),
            "its program found something wrong with what was asked, or with itself",
            "look at the entries named windlass with the keyring's own program; or press P, then e, and keep the \
             keys in secrets.toml",
        ),
    })
}
