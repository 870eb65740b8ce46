//! Reads a page of ListObjectsV2 straight from the bytes of its answer.

#[cfg(test)]
pub mod documents;
pub mod fields;
pub mod markup;
pub mod moment;
mod object;
mod outside;
mod references;
mod shape;

use crate::domain::listing::Page;
use crate::s3::ops::list::scan::fields::{Once, common_prefixes, parsed};
use crate::s3::ops::list::scan::markup::Markup;
use crate::s3::ops::list::scan::shape::RowShape;
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

/// Rows of a page whose shape is learned: where each has another, it is not worth it.
const MOST_SHAPES: u32 = 16;

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
    let Some((mut markup, root)) = Markup::open(body, &ROOTS)? else { return Ok(None) };
    let rows = Page::with_capacity(body.len() / OF_A_ROW, body.len() / 4).with_etags(etags);
    let mut page = WrittenPage { rows, ..WrittenPage::default() };
    let mut once = Once::default();
    let (mut shape, mut learned): (Option<RowShape<'_>>, u32) = (None, 0);
    loop {
        while shape.as_ref().is_some_and(|shape| shape.read(&mut markup, etags, &mut page.rows)) {}
        let from = markup.place();
        let Some(tag) = markup.child(&root)? else { break };
        match tag.local {
            b"Contents" => {
                object::read(&mut markup, &tag, etags, &mut page.rows)?;
                if learned < MOST_SHAPES {
                    shape = RowShape::of(markup.since(from), etags);
                    learned += 1;
                }
            }
            b"CommonPrefixes" => {
                common_prefixes(&mut markup, &tag, |name| page.rows.push_prefix(name))?;
            }
            b"IsTruncated" => {
                once.check(0, &tag)?;
                page.truncated = Some(parsed(&mut markup, &tag)?);
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

#[cfg(test)]
mod tests;
