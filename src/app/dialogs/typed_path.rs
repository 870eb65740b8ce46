//! Reads a local path as people type it, and as terminals paste a dropped file.

use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;

/// The path that `text` names, seen from `folder`; `~` is the home folder.
///
/// # Errors
/// A sentence where `~` cannot be expanded.
pub fn resolve(text: &str, folder: &Path, home: Option<&Path>) -> Result<PathBuf, String> {
    let inner = match text.strip_prefix('~') {
        Some("") => "",
        Some(rest) if rest.starts_with('/') => rest.trim_start_matches('/'),
        _ => return Ok(folder.join(text)),
    };
    let home = home.ok_or("the home folder is unknown: write the full path")?;
    Ok(if inner.is_empty() { home.to_path_buf() } else { home.join(inner) })
}

/// Takes off the quotes, the backslashes or the `file://` that a terminal puts around a dropped
/// file.
pub fn pasted_path(text: &str) -> String {
    let text = text.trim();
    for quote in ['\'', '"'] {
        let inner = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        if let Some(inner) = inner.filter(|inner| !inner.is_empty()) {
            return of_file_url(inner).unwrap_or_else(|| inner.replace("'\\''", "'"));
        }
    }
    of_file_url(text).unwrap_or_else(|| without_backslashes(text))
}

/// The path in `file:///a%20b`, `file://localhost/a` or `file:/a`; a host is this machine.
fn of_file_url(text: &str) -> Option<String> {
    let rest = text.strip_prefix("file:")?;
    let path = match rest.strip_prefix("//") {
        Some(rest) => &rest[rest.find('/')?..],
        None => rest,
    };
    path.starts_with('/').then(|| percent_decode_str(path).decode_utf8_lossy().into_owned())
}

/// The paths in a pasted text: one a line, or several on a line where every one of them starts at
/// `/` or `~` and those with a space in them are quoted or escaped. A line that is not of this kind
/// is one path.
pub fn pasted_paths(text: &str) -> Vec<String> {
    let lines = text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty());
    lines.flat_map(paths_of_line).collect()
}

fn paths_of_line(line: &str) -> Vec<String> {
    let paths: Vec<String> = shell_words(line).into_iter().map(pasted_path).collect();
    if paths.iter().all(|path| path.starts_with(['/', '~'])) {
        return paths;
    }
    vec![pasted_path(line)]
}

/// Splits at white space that is neither quoted nor escaped; quotes and backslashes stay.
fn shell_words(line: &str) -> Vec<&str> {
    let (mut quote, mut escaped) = (None, false);
    line.split(|character: char| {
        let was_escaped = std::mem::take(&mut escaped);
        match (quote, character) {
            _ if was_escaped => {}
            (None | Some('"'), '\\') => escaped = true,
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            (None, _) => return character.is_whitespace(),
            (Some(_), _) => {}
        }
        false
    })
    .filter(|word| !word.is_empty())
    .collect()
}

/// Whether a shell, and therefore a terminal that pastes a dropped file, puts a backslash before
/// it.
fn is_escaped(character: char) -> bool {
    character == ' ' || character == '\t' || character.is_ascii_punctuation()
}

fn without_backslashes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match characters.peek() {
            Some(next) if character == '\\' && is_escaped(*next) => {
                out.extend(characters.next());
            }
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_path_is_seen_from_the_folder_or_from_home() {
        let at = |text: &str| resolve(text, Path::new("/desk"), Some(Path::new("/home/me")));
        assert_eq!(at("a/b").unwrap(), Path::new("/desk/a/b"));
        assert_eq!(at("/etc").unwrap(), Path::new("/etc"));
        assert_eq!(at("~").unwrap(), Path::new("/home/me"));
        assert_eq!(at("~/x y").unwrap(), Path::new("/home/me/x y"));
        assert_eq!(at("~other").unwrap(), Path::new("/desk/~other"));
        assert!(resolve("~/x", Path::new("/"), None).unwrap_err().contains("home"));
    }

    #[test]
    fn several_dropped_files_are_told_apart() {
        for pasted in [
            "'/a/x y' /b ~/c",
            "/a/x\\ y /b ~/c\n",
            "file:///a/x%20y /b\n~/c",
            "/a/x\\ y\r/b\r\n\"~/c\"",
        ] {
            assert_eq!(pasted_paths(pasted), ["/a/x y", "/b", "~/c"], "{pasted}");
        }
        assert_eq!(pasted_paths("'/it'\\''s' /b"), ["/it's", "/b"]);
    }

    #[test]
    fn a_path_with_spaces_in_it_stays_one() {
        assert_eq!(pasted_paths("/a/holiday in may.jpg"), ["/a/holiday in may.jpg"]);
        assert_eq!(pasted_paths("/a/it's.txt"), ["/a/it's.txt"]);
        assert_eq!(pasted_paths("notes/a b.txt"), ["notes/a b.txt"]);
        assert_eq!(pasted_paths(" \n"), [""; 0]);
    }

    #[test]
    fn a_dropped_file_loses_what_the_terminal_put_around_it() {
        for pasted in ["/a/x y.txt", "'/a/x y.txt'", "/a/x\\ y.txt\n", "file:///a/x%20y.txt"] {
            assert_eq!(pasted_path(pasted), "/a/x y.txt");
        }
        for pasted in [
            "file://localhost/a/x%20y.txt",
            "file:/a/x y.txt",
            "'file:///a/x%20y.txt'",
            "\"file://me.example/a/x%20y.txt\"\n",
        ] {
            assert_eq!(pasted_path(pasted), "/a/x y.txt", "{pasted}");
        }
        assert_eq!(pasted_path("/a/\\#1\\*\\?\\{a\\}\\|\\<\\>\\~"), "/a/#1*?{a}|<>~");
        assert_eq!(pasted_path("file:a"), "file:a");
        assert_eq!(pasted_path("/a/back\\slash"), "/a/back\\slash");
        assert_eq!(pasted_path("'it'\\''s'"), "it's");
        assert_eq!(pasted_path("'"), "'");
    }
}
