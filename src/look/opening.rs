//! Holds the beginning of what is looked into, and what is said of it.

/// Bytes of the beginning that tell what an object is.
pub const FIRST: usize = 64 * 1024;

/// The beginning of what is looked into, and what is said of it.
#[derive(Clone, Debug)]
pub struct Opening<'a> {
    pub first: &'a [u8],
    /// Whether these are all of its bytes.
    pub whole: bool,
    pub name: &'a str,
    pub content_type: Option<&'a str>,
}

impl Opening<'_> {
    /// The letters after the last dot, in lower case.
    pub fn ending(&self) -> String {
        let name = self.name.rsplit('/').next().unwrap_or_default();
        name.rsplit_once('.').map_or_else(String::new, |(_, ending)| ending.to_ascii_lowercase())
    }

    /// The Content-Type without its parameters, in lower case.
    pub fn media_type(&self) -> String {
        let text = self.content_type.unwrap_or_default();
        text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }
}
