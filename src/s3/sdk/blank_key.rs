//! Sends keys of white space alone, which the SDK takes for keys that are missing.

use std::borrow::Cow;

use aws_sdk_s3::config::http::HttpRequest;
use aws_sdk_s3::error::BoxError;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::domain::address::Key;
use crate::s3::sdk::hook::Hook;

/// Stands before what stands for such a key; no key begins with a sign for private use and this
/// word.
const MARK: &str = "\u{e000}windlass-white-space-";
/// As the SDK writes it in a URI.
const MARK_IN_URI: &str = "%EE%80%80windlass-white-space-";

/// The key as the SDK takes it.
pub fn key_for_sdk(key: &Key) -> Cow<'_, str> {
    let text = key.as_str();
    if text.is_empty() || !text.trim().is_empty() {
        return Cow::Borrowed(text);
    }
    // Letters and digits alone, which no part of the SDK changes.
    Cow::Owned(format!("{MARK}{}-", encoded(text).replace('%', "x")))
}

/// Puts the key itself where something stands for it.
pub fn with_key(request: &mut HttpRequest) -> Result<(), BoxError> {
    let uri = request.uri();
    let Some((before, after)) = uri.split_once(MARK_IN_URI) else { return Ok(()) };
    let Some((key, rest)) = after.split_once('-') else { return Ok(()) };
    let uri = format!("{before}{}{rest}", key.replace('x', "%"));
    Ok(request.set_uri(uri)?)
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[derive(Debug)]
pub struct BlankKey;

impl Hook for BlankKey {
    fn before_signing(&self, request: &mut HttpRequest) -> Result<(), BoxError> {
        with_key(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_white_space_is_in_the_uri_as_it_is() {
        for (key, expected) in [(" ", "%20"), ("\t\n", "%09%0A"), ("\u{3000}", "%E3%80%80")] {
            let key = Key::new(key);
            let sent = key_for_sdk(&key);
            assert!(!sent.trim().is_empty());
            let mut request = HttpRequest::empty();
            let uri = format!(
                "http://localhost/bucket/{}?versionId=a-b",
                encoded(&sent).replace("%2D", "-")
            );
            request.set_uri(uri).unwrap();
            with_key(&mut request).unwrap();
            assert_eq!(request.uri(), format!("http://localhost/bucket/{expected}?versionId=a-b"));
        }
        assert_eq!(key_for_sdk(&Key::new(" a ")), " a ");
    }
}
