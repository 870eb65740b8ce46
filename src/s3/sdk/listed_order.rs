//! Remembers in which order an answer lists versions and delete markers, which the SDK gives as
//! two lists.

use aws_sdk_s3::config::http::HttpResponse;

use crate::s3::sdk::overheard::Overheard;

/// Of versions made in the same second only their order in the answer tells which was first.
pub fn listed_order() -> Overheard<Vec<ListedKind>> {
    Overheard::by(|response: &HttpResponse| kinds_in(response.body().bytes().unwrap_or_default()))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListedKind {
    Version,
    DeleteMarker,
}

/// The elements of a list of versions in the order of the document. Text has no `<` of its own.
fn kinds_in(body: &[u8]) -> Vec<ListedKind> {
    let of = |name: &[u8]| match name {
        b"Version" => Some(ListedKind::Version),
        b"DeleteMarker" => Some(ListedKind::DeleteMarker),
        _ => None,
    };
    body.split(|byte| *byte == b'<')
        .filter_map(|element| {
            let end = element.iter().position(|byte| matches!(byte, b'>' | b' ' | b'/'))?;
            of(&element[..end])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_told_by_their_whole_name_and_at_their_start() {
        use ListedKind::{DeleteMarker, Version};
        let body = b"<ListVersionsResult><Name>Version</Name><VersionIdMarker/>\
            <Version><VersionId>1</VersionId></Version><DeleteMarker xmlns=\"x\"></DeleteMarker>\
            <Version></Version></ListVersionsResult>";
        assert_eq!(kinds_in(body), [Version, DeleteMarker, Version]);
        assert_eq!(kinds_in(b""), []);
    }
}
