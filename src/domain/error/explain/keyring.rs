//! Explains the failures of the system's keyring.

use crate::domain::error::explain::explanation::Explanation;
use crate::domain::error::remedy::Remedy;
use crate::domain::error::{Error, ErrorKind, KeyringFault};

pub fn explain(error: &Error) -> Option<Explanation> {
    let ErrorKind::Keyring(fault) = error.kind else { return None };
    Some(match fault {
        KeyringFault::NotBuilt => Explanation::with(
            "this build of Windlass cannot use a keyring",
            "it was built without the keyring feature",
            [Remedy::KeepKeysInFile, "or build it with that feature".into()],
        ),
        KeyringFault::Absent => Explanation::with(
            "no keyring is running on this machine",
            "there is often none over SSH and in containers, or its service is not started",
            file_instead("start it (GNOME Keyring, KWallet)"),
        ),
        KeyringFault::Locked => Explanation::with(
            "the keyring is locked",
            "its password was not entered, or the request for it was dismissed",
            file_instead("unlock it"),
        ),
        KeyringFault::NoEntry => Explanation::new(
            "the keyring has no keys for this connection",
            "the entry was removed, or was made on another machine or for another user",
            Remedy::ChangeKeys,
        ),
        KeyringFault::Damaged => Explanation::new(
            "the keyring's entry for this connection is damaged or incomplete",
            "another program changed it, or it was only partly written",
            Remedy::ChangeKeys,
        ),
        KeyringFault::Silent => Explanation::with(
            "the keyring did not answer within a minute",
            "it may be asking for its password in another window, or on the screen of another \
             session",
            file_instead("answer it there"),
        ),
        KeyringFault::Refused => Explanation::with(
            format!("the keyring refused: {}", error.detail_or("it did not say why")),
            "the keyring program found a fault in the request or in itself",
            [
                "look at the entries named windlass with the keyring's own program".into(),
                Remedy::KeepKeysInFile,
            ],
        ),
    })
}

/// The keyring is asked again once this is done; the file does without it.
fn file_instead(first: &'static str) -> [Remedy; 3] {
    [first.into(), Remedy::Refresh, Remedy::KeepKeysInFile]
}
