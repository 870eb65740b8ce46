//! Reads and writes the tags of an object.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::domain::error::Error;
use crate::domain::object::{ObjectAddress, PutOptions};
use crate::domain::provider::Capability;
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::ops::of_version::ask_of_version;

impl Client {
    /// The tags in the server's order.
    ///
    /// # Errors
    /// `Unsupported` where the server has none; `NotS3` with a status of success where it does not
    /// give those of this object in a form that can be read.
    pub async fn tags(&self, object: &ObjectAddress) -> Result<Vec<(String, String)>, Error> {
        let call = Call::on_object("GetObjectTagging", object).needing(Capability::ObjectTags);
        let output = match ask_of_version!(self, &call, object, get_object_tagging) {
            // Some servers have this code for an object that has none.
            Err(error) if error.code.as_deref() == Some("NoSuchTagSet") => return Ok(Vec::new()),
            output => output?,
        };
        let pair = |tag: &aws_sdk_s3::types::Tag| (tag.key().to_owned(), tag.value().to_owned());
        Ok(output.tag_set().iter().map(pair).collect())
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
