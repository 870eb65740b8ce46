//! Gathers what the interface is told at its start: flags, files and the environment.

use std::env;
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::session::Startup;
use crate::config::aws::{KEY_ID, variable};
use crate::config::bookmarks;
use crate::config::connection::Connection;
use crate::config::keys::{self, KeyFile};
use crate::config::paths::Folders;
use crate::config::prices;
use crate::config::remembered::{LastPlace, Remembered};
use crate::config::settings::Settings;
use crate::config::themes;
use crate::config::{editor, keyring};
use crate::domain::address::{ConnectionName, Location};
use crate::domain::error::Error;
use crate::domain::price::PriceList;
use crate::ui::theme::{BUILT_IN, Theme};

/// Asks for signs and frames in ASCII.
pub const ASCII: &str = "WINDLASS_ASCII";

/// Gathers what a start needs. What is remembered and cannot be read becomes a problem that the
/// interface shows.
///
/// # Errors
/// `Config` where `keymap.toml` cannot be read: no key shall do what its user does not expect.
pub fn gather(
    connections: Vec<Connection>,
    current: ConnectionName,
    open: Location,
    folders: &Folders,
) -> Result<(Startup, Remembered), Error> {
    let mut startup = fresh(connections, current, open);
    let recollection = Remembered::read(&folders.remembered_file());
    startup.problems.extend(recollection.notice);
    startup.keys = keys::read(&folders.keymap_file())?;
    match prices::read(&folders.prices_file()) {
        Ok(prices) => startup.prices = prices,
        Err(error) => startup.problems.push(error.to_string()),
    }
    let mut remembered = recollection.remembered;
    remembered.forget_old(startup.now);
    match bookmarks::read(&folders.bookmarks_file()) {
        Ok(kept) => startup.bookmarks = kept,
        Err(error) => startup.problems.push(error.to_string()),
    }
    startup.recent.clone_from(&remembered.recent);
    startup.refused.clone_from(&remembered.refused);
    startup.download_folder.clone_from(&remembered.download_folder);
    for (name, buckets) in &remembered.known_buckets {
        let known = buckets.iter().map(|bucket| (name.clone(), bucket.clone()));
        startup.remembered_buckets.extend(known);
    }
    let root = startup.open == Location::Root;
    let is_known = |last: &LastPlace| {
        startup.connections.iter().any(|connection| connection.name == last.connection)
    };
    startup.last = remembered.last.clone().filter(|last| root && is_known(last));
    Ok((startup, remembered))
}

/// The theme that `config.toml` names; none, and why, where it cannot be used.
pub fn theme(name: Option<&str>, folders: &Folders, problems: &mut Vec<String>) -> Option<Theme> {
    let name = name?;
    let found = match themes::read(&folders.themes(), name) {
        Ok(Some(text)) => Theme::over_default(&text),
        Ok(None) => Theme::built_in(name).ok_or_else(|| {
            let known: Vec<_> = BUILT_IN.iter().map(|(known, _)| *known).collect();
            let folder = folders.themes();
            let built_in = known.join(", ");
            format!("neither built in ({built_in}) nor a file {name}.toml in {}", folder.display())
        }),
        Err(error) => Err(error.detail),
    };
    found
        .inspect_err(|why| {
            problems.push(format!("theme {name:?}: {why}; the default theme is used"));
        })
        .ok()
}

/// The theme where none is named: for terminals of sixteen colours one that has no more.
pub fn default_theme() -> Theme {
    let given = |name| env::var(name).unwrap_or_default();
    let sixteen = has_sixteen(&given("TERM"), &given("COLORTERM"));
    Some("ansi").filter(|_| sixteen).and_then(Theme::built_in).unwrap_or_default()
}

/// Whether a terminal has no more than sixteen colours, by its name.
fn has_sixteen(term: &str, colorterm: &str) -> bool {
    const FEW: [&str; 6] = ["linux", "ansi", "cygwin", "xterm-color", "cons25", "vt"];
    let few = FEW.iter().any(|name| match *name {
        "vt" => term.starts_with("vt"),
        name => term == name,
    });
    colorterm.is_empty() && (few || term.ends_with("-16color") || term.ends_with("-88color"))
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
        settings: Settings::default(),
        prices: PriceList::built_in().clone(),
        keys: KeyFile::default(),
        problems: Vec::new(),
        first: false,
        keyless: false,
        keys_in_variables: variable(KEY_ID).is_some(),
        keyring: keyring::present(),
        editor: editor::is_named(),
        access: None,
        profiles: Vec::new(),
        last: None,
        bookmarks: Vec::new(),
        recent: Vec::new(),
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

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_terminal_of_sixteen_colours_is_known_by_its_name() {
        for term in ["linux", "vt220", "xterm-16color", "ansi"] {
            assert!(has_sixteen(term, ""), "{term}");
        }
        for term in ["xterm-256color", "tmux-256color", "xterm", "screen", "alacritty", ""] {
            assert!(!has_sixteen(term, ""), "{term}");
        }
        assert!(!has_sixteen("linux", "truecolor"));
    }

    #[test]
    fn a_theme_is_a_file_of_the_user_or_a_built_in_one_or_the_default_with_the_reason() {
        let home = tempfile::tempdir().unwrap();
        let folders = Folders { config: home.path().to_owned(), state: home.path().to_owned() };
        fs::create_dir(folders.themes()).unwrap();
        fs::write(folders.themes().join("mine.toml"), "accent = { fg = \"red\" }\n").unwrap();
        fs::write(folders.themes().join("bad.toml"), "\naccent = { fg = \"rood\" }\n").unwrap();
        let used = |name: &str| {
            let mut problems = Vec::new();
            (theme(Some(name), &folders, &mut problems), problems)
        };
        let (mine, problems) = used("mine");
        let mine = mine.unwrap();
        assert_ne!(mine, Theme::default());
        assert_eq!(mine.styles.text, Theme::default().styles.text, "what is not said stays");
        assert_eq!(problems, [""; 0]);
        assert_eq!(used("dark").0, Theme::built_in("dark"));
        for (name, why) in [("bad", "line 2"), ("gone", "default, dark"), ("../x", "its name")] {
            let (theme, problems) = used(name);
            assert_eq!(theme, None);
            assert!(problems[0].contains(why) && problems[0].contains(name), "{problems:?}");
        }
    }
}
