//! Reads `keymap.toml`: the keys as the user wrote them, each with its line.

use std::fs;
use std::io;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::config::file::line_of;
use crate::domain::error::{Error, ErrorKind};

/// What the user wrote: these keys, and no others, mean the action. No keys unbind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyOverride {
    /// `None` for every scope the action has.
    pub scope: Option<String>,
    pub action: String,
    pub keys: Vec<String>,
    /// Counts from 1.
    pub line: usize,
}

/// What a line says that cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyMistake {
    /// Counts from 1.
    pub line: usize,
    pub sentence: String,
}

/// What the file says, in the order of its lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyFile {
    pub overrides: Vec<KeyOverride>,
    /// Every table with its line, whether it has entries or not.
    pub tables: Vec<(String, usize)>,
    /// Entries whose values are no keys.
    pub mistakes: Vec<KeyMistake>,
}

const KEYS: &str = "expected a key (\"d\") or a list of keys ([\"d\", \"ctrl-d\"])";

/// Reads the file; a missing one changes no key.
///
/// # Errors
/// `Config` with file, line and what was expected where the file is no TOML: every such line is
/// named.
pub fn read(path: &Path) -> Result<KeyFile, Error> {
    match fs::read(path) {
        Ok(bytes) => parse(&decoded(bytes, path)?, path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(KeyFile::default()),
        Err(error) => Err(Error::from_io(&error, "read", path.display())),
    }
}

/// A byte order mark is passed over.
fn decoded(bytes: Vec<u8>, path: &Path) -> Result<String, Error> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..before].iter().filter(|byte| **byte == b'\n').count() + 1;
        fault(path, line, "expected UTF-8: save the file in that encoding")
    })?;
    Ok(text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned))
}

fn fault(path: &Path, line: usize, detail: &str) -> Error {
    let place = format!("{}:{line}", path.display());
    Error::new(ErrorKind::Config, "read keymap.toml", place).detail(detail)
}

pub fn parse(text: &str, path: &Path) -> Result<KeyFile, Error> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if let Some(error) = broken(text, path, &errors) {
        return Err(error);
    }
    let mut file = KeyFile::default();
    for (name, value) in table.get_ref() {
        let (line, action) = (line_of(text, name.span().start), name.get_ref().to_string());
        match value.get_ref() {
            DeValue::Table(entries) => {
                file.tables.push((action.clone(), line));
                for (name, value) in entries {
                    file.take(text, Some(&action), name, value);
                }
            }
            _ => file.take(text, None, name, value),
        }
    }
    file.overrides.sort_by_key(|each| each.line);
    file.tables.sort_by_key(|(_, line)| *line);
    file.mistakes.sort_by_key(|each| each.line);
    Ok(file)
}

/// One error that names every line which is no TOML, each once.
fn broken(text: &str, path: &Path, errors: &[toml::de::Error]) -> Option<Error> {
    let told = |error: &toml::de::Error| {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        (line, error.message().to_owned())
    };
    let mut lines: Vec<(usize, String)> = errors.iter().map(told).collect();
    lines.sort();
    lines.dedup_by_key(|(line, _)| *line);
    let (first, _) = lines.first()?;
    let told: Vec<String> =
        lines.iter().map(|(line, message)| format!("line {line}: {message}")).collect();
    Some(fault(path, *first, &told.join("; ")))
}

impl KeyFile {
    fn take(
        &mut self,
        text: &str,
        scope: Option<&str>,
        name: &Spanned<DeString<'_>>,
        value: &Spanned<DeValue<'_>>,
    ) {
        let line = line_of(text, name.span().start);
        let action = name.get_ref().to_string();
        let mut keys = Vec::new();
        let items = match value.get_ref() {
            DeValue::Array(items) => items.iter().collect(),
            _ => vec![value],
        };
        for item in items {
            let DeValue::String(key) = item.get_ref() else {
                let line = line_of(text, item.span().start);
                let or = if scope.is_none() { ", or a table of a place" } else { "" };
                let sentence = format!("{action}: {KEYS}{or}");
                return self.mistakes.push(KeyMistake { line, sentence });
            };
            keys.push(key.to_string());
        }
        self.overrides.push(KeyOverride { scope: scope.map(str::to_owned), action, keys, line });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<KeyFile, Error> {
        parse(text, Path::new("keymap.toml"))
    }

    fn key(line: usize, scope: Option<&str>, action: &str, keys: &[&str]) -> KeyOverride {
        KeyOverride {
            scope: scope.map(str::to_owned),
            action: action.to_owned(),
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            line,
        }
    }

    #[test]
    fn a_key_is_given_everywhere_or_in_one_scope() {
        let text = "download = \"w\"\nquit = []\n[objects]\ncopy = [\"y\", \"ctrl-c\"]\n";
        let file = parsed(text).unwrap();
        assert_eq!(
            file.overrides,
            [
                key(1, None, "download", &["w"]),
                key(2, None, "quit", &[]),
                key(4, Some("objects"), "copy", &["y", "ctrl-c"]),
            ]
        );
        assert_eq!(file.tables, [("objects".to_owned(), 3)]);
    }

    #[test]
    fn every_value_that_is_no_key_is_told_with_its_line_and_the_rest_is_read() {
        let text = "download = \"w\"\nquit = 7\n[objects]\ncopy = [\"y\",\n  1]\nmove = {}\n[x]\n";
        let file = parsed(text).unwrap();
        assert_eq!(file.overrides, [key(1, None, "download", &["w"])]);
        let lines: Vec<usize> = file.mistakes.iter().map(|mistake| mistake.line).collect();
        assert_eq!(lines, [2, 5, 6], "{:?}", file.mistakes);
        assert!(file.mistakes[0].sentence.starts_with("quit: expected a key"));
        assert_eq!(file.tables.len(), 2);
    }

    #[test]
    fn every_line_that_is_no_toml_is_named() {
        let error = parsed("[objects\n").unwrap_err();
        assert_eq!(error.place, "keymap.toml:1");
        let error = parsed("download = \"w\"\nquit = \nmove = \"m\"\nmove = \"x\"\n").unwrap_err();
        assert_eq!(error.place, "keymap.toml:2");
        assert!(error.detail.contains("line 4"), "{}", error.detail);
        let error = decoded(b"# a\n# \xe9\n".to_vec(), Path::new("keymap.toml")).unwrap_err();
        assert_eq!(error.place, "keymap.toml:2");
        let text = decoded(b"\xef\xbb\xbfquit = \"x\"\n".to_vec(), Path::new("k")).unwrap();
        assert_eq!(text, "quit = \"x\"\n");
    }

    #[test]
    fn a_missing_file_changes_nothing() {
        assert_eq!(read(Path::new("/nonexistent/keymap.toml")).unwrap(), KeyFile::default());
    }
}
