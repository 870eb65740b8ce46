//! What stands between Windlass and the system's keyring.

use crate::domain::error::explain::explanation::Explanation;
use crate::domain::error::{Error, ErrorKind, KeyringFault};

pub fn explain(error: &Error) -> Option<Explanation> {
    let ErrorKind::Keyring(fault) = error.kind else { return None };
    Some(match fault {
        KeyringFault::NotBuilt => Explanation::new(
            "this build of Windlass cannot use a keyring",
            "it was built without the keyring feature",
            "press P, then e, and keep the keys in secrets.toml; or build it with that feature",
        ),
        KeyringFault::Absent => Explanation::new(
            "no keyring is running on this machine",
            "there is often none over SSH and in containers, or its service is not started",
            "start it (GNOME Keyring, KWallet) and refresh with R; or press P, then e, and keep \
             the keys in secrets.toml",
        ),
        KeyringFault::Locked => Explanation::new(
            "the keyring is locked",
            "its password was not entered, or the request for it was dismissed",
            "unlock it and refresh with R; or press P, then e, and keep the keys in secrets.toml",
        ),
        KeyringFault::NoEntry => Explanation::new(
            "the keyring has no keys for this connection",
            "the entry was removed, or was made on another machine or for another user",
            "press P, then e on the connection, and enter the keys again",
        ),
        KeyringFault::Damaged => Explanation::new(
            "the keyring's entry for this connection is damaged or incomplete",
            "another program changed it, or it was only partly written",
            "press P, then e on the connection, and enter the keys again",
        ),
        KeyringFault::Silent => Explanation::new(
            "the keyring did not answer within a minute",
            "it may be asking for its password in another window, or on the screen of another \
             session",
            "answer it there and refresh with R; or press P, then e, and keep the keys in \
             secrets.toml",
        ),
        KeyringFault::Refused => Explanation::new(
            format!("the keyring refused: {}", error.detail_or("it did not say why")),
            "the keyring program found a fault in the request or in itself",
            "look at the entries named windlass with the keyring's own program; or press P, then \
             e, and keep the keys in secrets.toml",
        ),
    })
}
