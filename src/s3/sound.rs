//! Takes an answer for a success only where it is whole and one that S3 gives: the SDK reads half a document as if it
//! were all, and a login page as a deletion.

use aws_sdk_s3::config::interceptors::AfterDeserializationInterceptorContextRef;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use aws_smithy_runtime_api::client::orchestrator::Metadata;

/// In every error about a document that ends too early; such an answer counts as cut off.
pub const CUT_DOCUMENT: &str = "the document is incomplete";

#[derive(Debug)]
pub struct Sound;

#[dyn_dispatch_hint]
impl Intercept for Sound {
    fn name(&self) -> &'static str {
        "Sound"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let Some(body) = response.body().bytes().filter(|_| response.status().is_success()) else {
            return Ok(());
        };
        let operation = cfg.load::<Metadata>().map_or("", Metadata::name);
        match operation {
            "CreateBucket" if is_page(body) => Err("the answer is a web page".into()),
            "DeleteObject" | "DeleteBucket" | "AbortMultipartUpload" if !body.is_empty() => {
                Err("the answer has a body where S3 sends none".into())
            }
            "DeleteObjects" => whole(body),
            name if name.starts_with("List") => whole(body),
            _ => Ok(()),
        }
    }
}

/// Whether something on the way answered with a page for people.
fn is_page(body: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&body[..body.len().min(64)]).trim().to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.starts_with("<html")
}

/// Whether a document closes what it opens first. One that is empty, or no document, is left to the SDK.
fn whole(body: &[u8]) -> Result<(), BoxError> {
    let text = String::from_utf8_lossy(body);
    let Some(root) = root(&text) else { return Ok(()) };
    let end = text.trim_end().strip_suffix('>').map(str::trim_end);
    let closed = end.is_some_and(|end| end.ends_with(&format!("</{root}")) || end.ends_with('/'));
    if closed { Ok(()) } else { Err(format!("{CUT_DOCUMENT}: <{root}> is not closed").into()) }
}

/// The name of the first element.
fn root(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        rest = &rest[rest.find('<')? + 1..];
        if !rest.starts_with(['?', '!', '/']) {
            let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'));
            return Some(&rest[..end.unwrap_or(rest.len())]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_page_is_known_by_how_it_begins() {
        assert!(is_page(b"\n<!DOCTYPE html><html>") && is_page(b"<HTML lang=de>"));
        assert!(!is_page(b"<?xml version=\"1.0\"?><Error/>") && !is_page(b""));
    }

    #[test]
    fn a_document_is_whole_where_its_first_element_is_closed_at_the_end() {
        for good in [
            "",
            "no document",
            "<?xml version=\"1.0\"?>\n<A xmlns=\"x\"><B>1</B></A>\n",
            "<A/>",
            "<A ><B/></A >",
        ] {
            assert!(whole(good.as_bytes()).is_ok(), "{good}");
        }
        for cut in ["<A><B>1</B>", "<?xml version=\"1.0\"?><A><B>1</B><C", "<A><B></B></", "<A"] {
            assert!(whole(cut.as_bytes()).unwrap_err().to_string().contains(CUT_DOCUMENT), "{cut}");
        }
    }
}
