//! Reads the fields of a row: once each, and only as they may be written.

use std::str::FromStr;

use crate::s3::ops::list::scan::markup::{Markup, Tag};
use crate::s3::sdk::guard::fault::ResponseFault;

/// Elements that are read once: what comes again would take the place of what came before.
#[derive(Default)]
pub struct Once(u8);

impl Once {
    /// `bit` stands for the element, among those of the same parent.
    #[inline]
    pub fn check(&mut self, bit: u8, tag: &Tag<'_>) -> Result<(), ResponseFault> {
        if self.0 & (1 << bit) != 0 {
            return Err(ResponseFault::strange(format!("<{}> comes twice", tag.told())));
        }
        self.0 |= 1 << bit;
        Ok(())
    }
}

/// A number, or whether something is so.
pub fn parsed<'a, T: FromStr>(markup: &mut Markup<'a>, tag: &Tag<'a>) -> Result<T, ResponseFault> {
    let text = markup.text(tag)?;
    text.parse().map_err(|_| unreadable(&text, tag))
}

/// Bytes; less than none is none, as ever.
pub fn size(text: &str) -> Option<u64> {
    let told: i64 = text.parse().ok()?;
    Some(u64::try_from(told).unwrap_or_default())
}

/// Gives each prefix in an element of them: some servers write several into one.
pub fn common_prefixes<'a>(
    markup: &mut Markup<'a>,
    common: &Tag<'a>,
    mut push: impl FnMut(&str),
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
        push(&name);
    }
    if named { Ok(()) } else { Err(ResponseFault::strange("a common prefix has no name")) }
}

/// A text that is none of the element's.
pub fn unreadable(text: &str, tag: &Tag<'_>) -> ResponseFault {
    let start: String = text.chars().take(40).collect();
    ResponseFault::strange(format!("<{}> says {start:?}", tag.told()))
}
