//! Writes error answers with elements that the S3 service cannot write.

use std::fmt::Write;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};

/// An S3 error before it is an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    pub code: String,
    pub message: String,
    /// Further elements of the body: `Region`, `ServerTime`.
    pub elements: Vec<(&'static str, String)>,
    pub headers: Vec<(String, String)>,
}

impl Refusal {
    pub fn new(status: u16, code: &str, message: &str) -> Refusal {
        Refusal { status, code: code.to_owned(), message: message.to_owned(), ..Refusal::default() }
    }

    #[must_use]
    pub fn element(mut self, name: &'static str, value: impl Into<String>) -> Refusal {
        self.elements.push((name, value.into()));
        self
    }

    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Refusal {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn body(&self) -> String {
        let mut body = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
        let code = [("Code", &self.code), ("Message", &self.message)];
        let more = self.elements.iter().map(|(name, value)| (*name, value));
        for (name, value) in code.into_iter().chain(more) {
            // Writing to a string cannot fail.
            let _ = write!(body, "<{name}>{}</{name}>", escaped(value));
        }
        body.push_str("</Error>");
        body
    }

    pub fn into_response(self) -> Response<s3s::Body> {
        let mut response = Response::new(s3s::Body::from(Bytes::from(self.body())));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
        for (name, value) in &self.headers {
            if let (Ok(name), Ok(value)) =
                (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value))
            {
                headers.append(name, value);
            }
        }
        response
    }
}

/// Text for the inside of an element.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::Refusal;

    #[test]
    fn elements_follow_the_code_and_are_escaped() {
        let refusal = Refusal::new(400, "X", "a < b").element("Region", "eu&1");
        assert!(refusal.body().ends_with(
            "<Error><Code>X</Code><Message>a &lt; b</Message><Region>eu&amp;1</Region></Error>"
        ));
    }
}
