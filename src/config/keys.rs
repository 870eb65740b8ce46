//! `keymap.toml`: the keys as the user wrote them, uncompiled; never written.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use crate::config::file::line_of;
use crate::domain::error::{Error, ErrorKind};

/// What the user wrote: these keys, and no others, mean the action. No keys unbind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyOverride {
    /// `None` for every scope the action has.
    pub scope: Option<String>,
    pub action: String,
    pub keys: Vec<String>,
}

/// `download = "d"` for every scope of the action, or under `[objects]` for that one.
type RawKeymap = BTreeMap<String, Spanned<Entry>>;

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "expected a key (\"d\"), a list of keys ([\"d\", \"ctrl-d\"]) or a table of a scope"
)]
enum Entry {
    Keys(Keys),
    Scope(BTreeMap<String, Keys>),
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a key (\"d\") or a list of keys ([\"d\", \"ctrl-d\"])")]
enum Keys {
    One(String),
    Many(Vec<String>),
}

impl Keys {
    fn into_vec(self) -> Vec<String> {
        match self {
            Keys::One(key) => vec![key],
            Keys::Many(keys) => keys,
        }
    }
}

/// Reads the file; a missing one changes no key.
///
/// # Errors
/// `Config` with file, line and what was expected.
pub fn read(path: &Path) -> Result<Vec<KeyOverride>, Error> {
    match fs::read_to_string(path) {
        Ok(text) => parse(&text, path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(Error::from_io(&error, "read", path.display())),
    }
}

fn parse(text: &str, path: &Path) -> Result<Vec<KeyOverride>, Error> {
    let raw: RawKeymap = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        let place = format!("{}:{line}", path.display());
        Error::new(ErrorKind::Config, "read keymap.toml", place).detail(error.message())
    })?;
    let mut entries: Vec<_> = raw.into_iter().collect();
    entries.sort_by_key(|(_, entry)| entry.span().start);
    let mut overrides = Vec::new();
    for (name, entry) in entries {
        match entry.into_inner() {
            Entry::Keys(keys) => {
                overrides.push(KeyOverride { scope: None, action: name, keys: keys.into_vec() });
            }
            Entry::Scope(actions) => overrides.extend(actions.into_iter().map(|(action, keys)| {
                KeyOverride { scope: Some(name.clone()), action, keys: keys.into_vec() }
            })),
        }
    }
    Ok(overrides)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Vec<KeyOverride>, Error> {
        parse(text, Path::new("keymap.toml"))
    }

    fn key(scope: Option<&str>, action: &str, keys: &[&str]) -> KeyOverride {
        KeyOverride {
            scope: scope.map(str::to_owned),
            action: action.to_owned(),
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        }
    }

    #[test]
    fn a_key_is_given_everywhere_or_in_one_scope() {
        let text = "download = \"w\"\nquit = []\n[objects]\ncopy = [\"y\", \"ctrl-c\"]\n";
        assert_eq!(
            parsed(text).unwrap(),
            [
                key(None, "download", &["w"]),
                key(None, "quit", &[]),
                key(Some("objects"), "copy", &["y", "ctrl-c"]),
            ]
        );
    }

    #[test]
    fn a_mistake_is_answered_with_file_line_and_what_was_expected() {
        let error = parsed("download = \"w\"\nquit = 7\n").unwrap_err();
        assert_eq!(error.place, "keymap.toml:2");
        assert!(error.detail.contains("expected a key"), "{}", error.detail);
        let error = parsed("[objects\n").unwrap_err();
        assert_eq!(error.place, "keymap.toml:1");
    }

    #[test]
    fn a_missing_file_changes_nothing() {
        assert_eq!(read(Path::new("/nonexistent/keymap.toml")).unwrap(), []);
    }
}
