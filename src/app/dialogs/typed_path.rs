//! Reads a local path as people type it, and as terminals paste a file that was dropped on them.

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
    let home = home.ok_or("the home folder is unknown: write the whole path")?;
    Ok(if inner.is_empty() { home.to_path_buf() } else { home.join(inner) })
}

/// Characters that a shell, and therefore a terminal that pastes a dropped file, escapes with a backslash.
const ESCAPED: [char; 12] = [' ', '\'', '"', '(', ')', '&', ';', '[', ']', '!', '$', '\\'];

/// Takes off the quotes, the backslashes or the `file://` that a terminal puts around a dropped file.
pub fn pasted_path(text: &str) -> String {
    let text = text.trim();
    for quote in ['\'', '"'] {
        let inner = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        if let Some(inner) = inner.filter(|inner| !inner.is_empty()) {
            return inner.replace("'\\''", "'");
        }
    }
    if let Some(rest) = text.strip_prefix("file://") {
        return percent_decode_str(rest).decode_utf8_lossy().into_owned();
    }
    without_backslashes(text)
}

fn without_backslashes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match characters.peek() {
            Some(next) if character == '\\' && ESCAPED.contains(next) => {
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
        let at = |text: &str| resolve(text, Path::new("/work"), Some(Path::new("/home/me")));
        assert_eq!(at("a/b").unwrap(), Path::new("/work/a/b"));
        assert_eq!(at("/etc").unwrap(), Path::new("/etc"));
        assert_eq!(at("~").unwrap(), Path::new("/home/me"));
        assert_eq!(at("~/x y").unwrap(), Path::new("/home/me/x y"));
        assert_eq!(at("~other").unwrap(), Path::new("/work/~other"));
        assert!(resolve("~/x", Path::new("/"), None).unwrap_err().contains("home"));
    }

    #[test]
    fn a_dropped_file_loses_what_the_terminal_put_around_it() {
        for pasted in ["/a/x y.txt", "'/a/x y.txt'", "/a/x\\ y.txt\n", "file:///a/x%20y.txt"] {
            assert_eq!(pasted_path(pasted), "/a/x y.txt");
        }
        assert_eq!(pasted_path("/a/back\\slash"), "/a/back\\slash");
        assert_eq!(pasted_path("'it'\\''s'"), "it's");
        assert_eq!(pasted_path("'"), "'");
    }
}
