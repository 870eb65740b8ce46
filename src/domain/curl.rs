//! Writes an object's name for other programs: a `curl` command, a public URL.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::domain::address::Key;
use crate::domain::shell::quoted;

/// What a path keeps as it is: unreserved characters and the delimiter.
const PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The command that fetches `url` into a file of this name, quoted for a POSIX shell.
pub fn fetch_with(command: &str, name: &str, url: &str) -> String {
    format!("{command} {} {}", quoted(name), quoted(url))
}

/// `domain`, a slash and the key, encoded.
pub fn public_url(domain: &str, key: &Key) -> String {
    let domain = domain.trim_end_matches('/');
    let scheme = if domain.contains("://") { "" } else { "https://" };
    format!("{scheme}{domain}/{}", utf8_percent_encode(key.as_str(), PATH))
}

/// The last segment of a key as one harmless file name in the working folder.
pub fn file_name(key: &Key) -> String {
    let kept: String = key
        .name()
        .chars()
        .map(|c| if c.is_control() || matches!(c, '/' | '\\') { '_' } else { c })
        .collect();
    match kept.as_str() {
        "" | "." | ".." => "download".to_owned(),
        name if name.starts_with('-') => format!("./{name}"),
        _ => kept,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(key: &str) -> String {
        fetch_with("curl -fL -o", &file_name(&key.into()), "https://h/k?a=1&b=2")
    }

    #[test]
    fn a_hostile_name_stays_inside_its_quotes() {
        assert_eq!(
            command("a/it's $(x).txt"),
            r"curl -fL -o 'it'\''s $(x).txt' 'https://h/k?a=1&b=2'"
        );
        assert!(command("a/..").starts_with("curl -fL -o 'download' "));
        assert!(command("-rf").starts_with("curl -fL -o './-rf' "));
        assert!(command("a\u{1b}[2J\n").starts_with("curl -fL -o 'a_[2J_' "));
        assert!(command("dir/").starts_with("curl -fL -o 'dir_' "));
    }

    #[test]
    fn a_public_url_encodes_the_key_and_keeps_its_delimiters() {
        let url = |domain| public_url(domain, &Key::new("a b/ü+%.txt"));
        assert_eq!(
            url("https://cdn.example.com/"),
            "https://cdn.example.com/a%20b/%C3%BC%2B%25.txt"
        );
        assert_eq!(url("cdn.example.com"), url("https://cdn.example.com"));
    }
}
