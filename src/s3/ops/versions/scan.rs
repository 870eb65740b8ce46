//! Reads a page of ListObjectVersions straight from the bytes of its answer.

use crate::domain::address::Key;
use crate::domain::object::{ETag, VersionId};
use crate::domain::versions::{VersionEntry, VersionState};
use crate::s3::ops::list::scan::fields::{Once, common_prefixes, parsed, size, unreadable};
use crate::s3::ops::list::scan::markup::{Markup, Tag};
use crate::s3::ops::list::scan::moment;
use crate::s3::sdk::guard::fault::ResponseFault;

/// As those of a listing.
const ROOTS: [&str; 6] = [
    "ListVersionsResult",
    "ListVersions",
    "ListObjectVersions",
    "ListObjectVersionsResult",
    "ListObjectVersionsOutput",
    "ListObjectVersionsResponse",
];

/// A page of ListObjectVersions as the server wrote it: names may be encoded.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct WrittenVersions {
    /// Versions and delete markers in the order of the document: of versions made in the same
    /// second only that order tells which was first.
    pub rows: Vec<VersionEntry>,
    pub prefixes: Vec<String>,
    /// The server says that names are encoded.
    pub encoded: bool,
    pub truncated: Option<bool>,
    pub next_key: Option<String>,
    pub next_version: Option<String>,
}

/// As [`scan`](crate::s3::ops::list::scan::scan) reads a page of a listing.
pub fn scan(body: &[u8]) -> Result<Option<WrittenVersions>, ResponseFault> {
    let Some((mut markup, root)) = Markup::open(body, &ROOTS)? else { return Ok(None) };
    let mut page = WrittenVersions::default();
    let mut once = Once::default();
    while let Some(tag) = markup.child(&root)? {
        match tag.local {
            b"Version" => page.rows.push(row(&mut markup, &tag, true)?),
            b"DeleteMarker" => page.rows.push(row(&mut markup, &tag, false)?),
            b"CommonPrefixes" => {
                common_prefixes(&mut markup, &tag, |name| page.prefixes.push(name.to_owned()))?;
            }
            b"IsTruncated" => {
                once.check(0, &tag)?;
                page.truncated = Some(parsed(&mut markup, &tag)?);
            }
            b"NextKeyMarker" => {
                once.check(1, &tag)?;
                page.next_key = Some(markup.text(&tag)?.into_owned());
            }
            b"NextVersionIdMarker" => {
                once.check(2, &tag)?;
                page.next_version = Some(markup.text(&tag)?.into_owned());
            }
            b"EncodingType" => {
                once.check(3, &tag)?;
                markup.skip(&tag)?;
                page.encoded = true;
            }
            _ => markup.skip(&tag)?,
        }
    }
    markup.finish()?;
    Ok(Some(page))
}

fn row<'a>(
    markup: &mut Markup<'a>,
    row: &Tag<'a>,
    is_object: bool,
) -> Result<VersionEntry, ResponseFault> {
    let mut once = Once::default();
    let (mut key, mut id, mut latest, mut modified) = (String::new(), String::new(), false, None);
    let (mut bytes, mut etag, mut class) = (0, None, None);
    while let Some(tag) = markup.child(row)? {
        match tag.local {
            b"Key" => {
                once.check(0, &tag)?;
                key = markup.text(&tag)?.into_owned();
            }
            b"VersionId" => {
                once.check(1, &tag)?;
                id = markup.text(&tag)?.into_owned();
            }
            b"IsLatest" => {
                once.check(2, &tag)?;
                latest = parsed(markup, &tag)?;
            }
            b"LastModified" => {
                once.check(3, &tag)?;
                let text = markup.text(&tag)?;
                let moment = moment::read(&text).ok_or_else(|| unreadable(&text, &tag))?;
                modified = moment.timestamp();
            }
            b"Size" if is_object => {
                once.check(4, &tag)?;
                let text = markup.text(&tag)?;
                bytes = size(&text).ok_or_else(|| unreadable(&text, &tag))?;
            }
            b"ETag" if is_object => {
                once.check(5, &tag)?;
                etag = Some(ETag::new(&markup.text(&tag)?));
            }
            b"StorageClass" if is_object => {
                once.check(6, &tag)?;
                class = Some(markup.text(&tag)?.into_owned());
            }
            _ => markup.skip(&tag)?,
        }
    }
    if key.is_empty() {
        return Err(ResponseFault::strange("a version has no key"));
    }
    // A server without versioning may leave the id out.
    let version = VersionId(if id.is_empty() { "null".to_owned() } else { id });
    let state = match is_object {
        true => VersionState::Object { size: bytes, etag, class },
        false => VersionState::DeleteMarker,
    };
    Ok(VersionEntry { key: Key::new(key), version, latest, modified, state })
}

#[cfg(test)]
mod tests;
