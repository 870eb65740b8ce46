//! What the interface is told at its start: flags, files and the environment.

use std::env;
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::session::Startup;
use crate::config::alert::Alert;
use crate::config::connection::Connection;
use crate::config::keys;
use crate::config::paths::Folders;
use crate::config::remembered::Remembered;
use crate::config::ring;
use crate::domain::address::{ConnectionName, Location};
use crate::domain::transfer::FileRules;

/// Asks for signs and frames in ASCII.
pub const ASCII: &str = "WINDLASS_ASCII";

/// Gathers what a start needs; files that cannot be read become problems the interface shows.
pub fn gather(
    connections: Vec<Connection>,
    current: ConnectionName,
    open: Location,
    folders: &Folders,
) -> (Startup, Remembered) {
    let mut startup = fresh(connections, current, open);
    let recollection = Remembered::read(&folders.remembered_file());
    startup.problems.extend(recollection.notice);
    match keys::read(&folders.keymap_file()) {
        Ok(keys) => startup.keys = keys,
        Err(error) => startup.problems.push(format!("{}: {}", error.place, error.detail)),
    }
    let mut remembered = recollection.remembered;
    remembered.forget_old(startup.now);
    startup.refused.clone_from(&remembered.refused);
    startup.download_folder.clone_from(&remembered.download_folder);
    for (name, buckets) in &remembered.known_buckets {
        let known = buckets.iter().map(|bucket| (name.clone(), bucket.clone()));
        startup.remembered_buckets.extend(known);
    }
    (startup, remembered)
}

/// A start that remembers nothing and takes the default keys.
pub fn fresh(connections: Vec<Connection>, current: ConnectionName, open: Location) -> Startup {
    Startup {
        now: Timestamp::now(),
        connections,
        current,
        open,
        zone: TimeZone::system(),
        working_folder: env::current_dir().unwrap_or_else(|_| PathBuf::from("/")),
        home: env::home_dir().filter(|home| !home.as_os_str().is_empty()),
        download_folder: None,
        remembered_buckets: Vec::new(),
        refused: Vec::new(),
        ascii: ascii(),
        alert: Alert::Off,
        files: FileRules::default(),
        keys: Vec::new(),
        problems: Vec::new(),
        first: false,
        keyless: false,
        keyring: ring::present(),
    }
}

/// Asked for, or a locale that is set and names no UTF-8.
fn ascii() -> bool {
    let given = |name| env::var(name).ok().filter(|value| !value.is_empty());
    if given(ASCII).is_some() {
        return true;
    }
    let locale = given("LC_ALL").or_else(|| given("LC_CTYPE")).or_else(|| given("LANG"));
    let Some(locale) = locale else { return false };
    let locale = locale.to_ascii_lowercase();
    !locale.contains("utf-8") && !locale.contains("utf8")
}
