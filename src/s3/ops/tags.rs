//! Reads and writes the tags of an object.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ObjectAddress, PutOptions};
use crate::domain::provider::Capability;
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::ops::of_version::ask_of_version;

impl Client {
    /// The tags in the server's order.
    pub async fn tags(&self, object: &ObjectAddress) -> Result<Vec<(String, String)>, Error> {
        let call = Call::on_object("GetObjectTagging", object).needing(Capability::ObjectTags);
        let output = ask_of_version!(self, &call, object, get_object_tagging);
        let output = output.map_err(|error| self.knows_no_tags(error))?;
        let pair = |tag: &aws_sdk_s3::types::Tag| (tag.key().to_owned(), tag.value().to_owned());
        Ok(output.tag_set().iter().map(pair).collect())
    }

    /// A server that does not know the question answers as if it had not been asked, with the
    /// object's own bytes (rclone): no tags are to be had of it.
    fn knows_no_tags(&self, error: Error) -> Error {
        let answered = error.status.is_some_and(|status| (200..300).contains(&status));
        if !answered || error.kind != ErrorKind::NotS3 {
            return error;
        }
        self.refuses(
            Capability::ObjectTags,
            "this server does not answer GetObjectTagging as S3 does".into(),
        );
        Error { kind: ErrorKind::Unsupported, ..error }
    }
}

/// The value of `x-amz-tagging`: pairs as in a URL's query.
pub fn tagging(options: &PutOptions) -> Option<String> {
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let pairs = options.tags.iter().map(|(name, value)| {
        let (name, value) = (encoded(name), encoded(value));
        format!("{name}={value}")
    });
    (!options.tags.is_empty()).then(|| pairs.collect::<Vec<_>>().join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_encoded_as_in_a_query() {
        let tags = vec![("a b".to_owned(), "1&2=3".to_owned()), ("c".to_owned(), String::new())];
        let options = PutOptions { tags, ..PutOptions::default() };
        assert_eq!(tagging(&options).as_deref(), Some("a%20b=1%262%3D3&c="));
        assert_eq!(tagging(&PutOptions::default()), None);
    }
}
