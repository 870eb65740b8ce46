//! Writes words for a POSIX shell, so that it reads each as one.

/// In single quotes, in which a shell reads everything but the quote itself as it is.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// In quotes only where a shell would read more than one word.
pub fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-/.@:+%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    quoted(text)
}
