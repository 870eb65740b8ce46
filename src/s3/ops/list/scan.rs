//! Reads a page of ListObjectsV2 straight from the bytes of its answer.

#[cfg(test)]
pub mod documents;
mod markup;
mod moment;
mod outside;
mod references;

use std::borrow::Cow;

use crate::domain::listing::{Class, Page, Row, RowKind};
use crate::s3::ops::list::scan::markup::{Markup, Tag};
use crate::s3::sdk::guard::fault::ResponseFault;

/// S3's name of the first element, and those that rclone and servers made from a description of the
/// API (moto) give it.
const ROOTS: [&str; 6] = [
    "ListBucketResult",
    "ListBucket",
    "ListObjectsV2",
    "ListObjectsV2Result",
    "ListObjectsV2Output",
    "ListObjectsV2Response",
];

/// Bytes of an object in an answer of S3's, about.
const OF_A_ROW: usize = 256;

/// A page of ListObjectsV2 as the server wrote it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct WrittenPage {
    /// In the order of the document, by their whole names, which may be encoded.
    pub rows: Page,
    /// The server says that names are encoded.
    pub encoded: bool,
    pub truncated: Option<bool>,
    pub token: Option<String>,
}

/// `None` where the answer is no page of a listing at all. `etags`: rows have them.
///
/// # Errors
/// `Cut` where the document ends before its first element does, `Strange` where a row could be lost
/// or read as another one.
pub fn scan(body: &[u8], etags: bool) -> Result<Option<WrittenPage>, ResponseFault> {
    let Some(prolog) = outside::prolog(body) else { return Ok(None) };
    if !ROOTS.iter().any(|root| root.as_bytes() == prolog.root) {
        return Ok(None);
    }
    let mut markup = Markup::of(body, prolog)?;
    let root = markup.start()?;
    let rows = Page::with_capacity(body.len() / OF_A_ROW, body.len() / 4).with_etags(etags);
    let mut page = WrittenPage { rows, ..WrittenPage::default() };
    let mut once = Once(0);
    while let Some(tag) = markup.child(&root)? {
        match tag.local {
            b"Contents" => object(&mut markup, &tag, etags, &mut page.rows)?,
            b"CommonPrefixes" => common_prefix(&mut markup, &tag, &mut page.rows)?,
            b"IsTruncated" => {
                once.check(0, &tag)?;
                page.truncated = Some(parsed(&markup.text(&tag)?, &tag)?);
            }
            b"NextContinuationToken" => {
                once.check(1, &tag)?;
                page.token = Some(markup.text(&tag)?.into_owned());
            }
            b"EncodingType" => {
                once.check(2, &tag)?;
                markup.skip(&tag)?;
                page.encoded = true;
            }
            _ => markup.skip(&tag)?,
        }
    }
    markup.finish()?;
    Ok(Some(page))
}

/// Elements that are read once: what comes again would take the place of what came before.
struct Once(u8);

impl Once {
    fn check(&mut self, bit: u8, tag: &Tag<'_>) -> Result<(), ResponseFault> {
        if self.0 & (1 << bit) != 0 {
            return Err(ResponseFault::strange(format!("<{}> comes twice", tag.told())));
        }
        self.0 |= 1 << bit;
        Ok(())
    }
}

fn object<'a>(
    markup: &mut Markup<'a>,
    object: &Tag<'a>,
    etags: bool,
    rows: &mut Page,
) -> Result<(), ResponseFault> {
    let mut once = Once(0);
    let (mut name, mut etag) = (Cow::Borrowed(""), Cow::Borrowed(""));
    let (mut size, mut modified, mut class) = (0, None, Class::Unknown);
    while let Some(tag) = markup.child(object)? {
        match tag.local {
            b"Key" => {
                once.check(0, &tag)?;
                name = markup.text(&tag)?;
            }
            b"LastModified" => {
                once.check(1, &tag)?;
                let text = markup.text(&tag)?;
                modified = moment::read(&text).ok_or_else(|| unreadable(&text, &tag))?.timestamp();
            }
            b"ETag" if etags => {
                once.check(2, &tag)?;
                etag = markup.text(&tag)?;
            }
            b"Size" => {
                once.check(3, &tag)?;
                let told: i64 = parsed(&markup.text(&tag)?, &tag)?;
                size = u64::try_from(told).unwrap_or_default();
            }
            b"StorageClass" => {
                once.check(4, &tag)?;
                class = Class::parse(&markup.text(&tag)?);
            }
            _ => markup.skip(&tag)?,
        }
    }
    if name.is_empty() {
        return Err(ResponseFault::strange("an object has no key"));
    }
    let etag = etags.then(|| etag.trim_matches('"'));
    let kind = RowKind::Object { size, modified, class };
    rows.push_row(Row { name: &name, kind, version: None, etag });
    Ok(())
}

/// Each prefix is a row: some servers write several into one element.
fn common_prefix<'a>(
    markup: &mut Markup<'a>,
    common: &Tag<'a>,
    rows: &mut Page,
) -> Result<(), ResponseFault> {
    let mut named = false;
    while let Some(tag) = markup.child(common)? {
        if tag.local != b"Prefix" {
            markup.skip(&tag)?;
            continue;
        }
        let name = markup.text(&tag)?;
        named = !name.is_empty();
        if !named {
            break;
        }
        rows.push_prefix(&name);
    }
    if named { Ok(()) } else { Err(ResponseFault::strange("a common prefix has no name")) }
}

fn parsed<T: std::str::FromStr>(text: &str, tag: &Tag<'_>) -> Result<T, ResponseFault> {
    text.parse().map_err(|_| unreadable(text, tag))
}

fn unreadable(text: &str, tag: &Tag<'_>) -> ResponseFault {
    let start: String = text.chars().take(40).collect();
    ResponseFault::strange(format!("<{}> says {start:?}", tag.told()))
}

#[cfg(test)]
mod tests;
