//! Undoes `encoding-type=url` where a server did it, and only there.

use aws_sdk_s3::operation::list_multipart_uploads::ListMultipartUploadsOutput;
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use percent_encoding::percent_decode_str;

/// Reads the names of one page. A server may echo the parameter and encode nothing; then a `+` is a plus.
pub struct Decoder<'a> {
    prefix: &'a str,
    encoded: bool,
}

impl<'a> Decoder<'a> {
    pub fn of(output: &ListObjectsV2Output, prefix: &'a str) -> Decoder<'a> {
        let echoed = output.encoding_type().is_some();
        let keys = output.contents().iter().filter_map(|object| object.key());
        let prefixes = output.common_prefixes().iter().filter_map(|common| common.prefix());
        Decoder::new(echoed, keys.chain(prefixes), output.prefix(), prefix)
    }

    pub fn of_uploads(output: &'a ListMultipartUploadsOutput, prefix: &'a str) -> Decoder<'a> {
        let echoed = output.encoding_type().is_some();
        let keys = output.uploads().iter().filter_map(|upload| upload.key());
        Decoder::new(echoed, keys.chain(output.next_key_marker()), output.prefix(), prefix)
    }

    fn new<'b>(
        echoed: bool,
        mut names: impl Iterator<Item = &'b str>,
        echo: Option<&str>,
        prefix: &'a str,
    ) -> Decoder<'a> {
        let encoded = echoed && names.all(may_be_encoded);
        Decoder { prefix, encoded: encoded && echo.is_none_or(|echo| fits(echo, prefix)) }
    }

    /// The name below the listed prefix; `None` where the key is not below it.
    pub fn name(&self, raw: &str) -> Option<String> {
        let below = |key: &str| key.strip_prefix(self.prefix).map(str::to_owned);
        if self.encoded
            && let Some(name) = decoded(raw).as_deref().and_then(below)
        {
            return Some(name);
        }
        below(raw)
    }
}

/// Whether an encoder can have written this: it leaves no space, control or non-ASCII character, and no lone `%`.
fn may_be_encoded(text: &str) -> bool {
    let bytes = text.as_bytes();
    let escape = |at: usize| {
        bytes.get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
    };
    bytes.iter().enumerate().all(|(at, byte)| match byte {
        b'%' => escape(at),
        byte => byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b'"'),
    })
}

/// Whether the echoed prefix allows that names are encoded. One that differs from its encoding proves it either way.
fn fits(echo: &str, prefix: &str) -> bool {
    decoded(echo).as_deref() == Some(prefix)
}

fn decoded(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_s3::types::{EncodingType, Object};

    fn names(echoed: bool, prefix: &str, echo: &str, keys: &[&str]) -> Vec<Option<String>> {
        let mut output = ListObjectsV2Output::builder().prefix(echo);
        if echoed {
            output = output.encoding_type(EncodingType::Url);
        }
        for key in keys {
            output = output.contents(Object::builder().key(*key).build());
        }
        let output = output.build();
        let decoder = Decoder::of(&output, prefix);
        keys.iter().map(|key| decoder.name(key)).collect()
    }

    fn some(names: &[&str]) -> Vec<Option<String>> {
        names.iter().map(|name| Some((*name).to_owned())).collect()
    }

    #[test]
    fn an_echoed_encoding_is_undone() {
        assert_eq!(names(true, "p/", "p/", &["p/a+b%2Bc", "p/%1Bx"]), some(&["a b+c", "\u{1b}x"]));
        assert_eq!(names(true, "p q/", "p+q/", &["p+q/x"]), some(&["x"]));
        assert_eq!(names(true, "p q/", "p%20q%2F", &["p%20q%2Fx"]), some(&["x"]));
    }

    #[test]
    fn without_the_echo_a_plus_is_a_plus_and_a_percent_a_percent() {
        assert_eq!(names(false, "", "", &["a+b", "100%25"]), some(&["a+b", "100%25"]));
    }

    #[test]
    fn a_server_that_echoes_and_does_not_encode_is_seen_by_what_it_left() {
        assert_eq!(names(true, "", "", &["a+b", "c d"]), some(&["a+b", "c d"]));
        assert_eq!(names(true, "", "", &["a+b", "100%"]), some(&["a+b", "100%"]));
        assert_eq!(names(true, "p+q/", "p+q/", &["p+q/a+b"]), some(&["a+b"]));
        assert_eq!(names(true, "", "", &["é+"]), some(&["é+"]));
    }

    #[test]
    fn a_key_of_another_prefix_has_no_name_here() {
        assert_eq!(names(true, "p/", "p/", &["q/x"]), [None]);
    }
}
