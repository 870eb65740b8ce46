//! Reads an object of a listing into a row.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::domain::listing::{Class, Page, Row, RowKind};
use crate::s3::ops::list::scan::fields::{Once, size, unreadable};
use crate::s3::ops::list::scan::markup::{Markup, Tag};
use crate::s3::ops::list::scan::moment;
use crate::s3::sdk::guard::fault::ResponseFault;

/// What a listing keeps of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowField {
    Key,
    Modified,
    ETag,
    Size,
    Class,
}

impl RowField {
    /// What an element of this name holds. `etags`: they are kept.
    #[inline]
    pub fn of(name: &[u8], etags: bool) -> Option<RowField> {
        match name {
            b"Key" => Some(RowField::Key),
            b"LastModified" => Some(RowField::Modified),
            b"ETag" => etags.then_some(RowField::ETag),
            b"Size" => Some(RowField::Size),
            b"StorageClass" => Some(RowField::Class),
            _ => None,
        }
    }
}

/// The fields of an object as they come.
#[derive(Default)]
pub struct ObjectFields<'a> {
    key: Cow<'a, str>,
    modified: Option<Timestamp>,
    etag: Cow<'a, str>,
    size: u64,
    class: Class,
}

impl<'a> ObjectFields<'a> {
    /// Gives the text back where it is none of the field.
    #[inline]
    pub fn set(&mut self, field: RowField, text: Cow<'a, str>) -> Result<(), Cow<'a, str>> {
        match field {
            RowField::Key => self.key = text,
            RowField::ETag => self.etag = text,
            RowField::Class => self.class = Class::parse(&text),
            RowField::Modified => match moment::read(&text) {
                Some(moment) => self.modified = moment.timestamp(),
                None => return Err(text),
            },
            RowField::Size => match size(&text) {
                Some(size) => self.size = size,
                None => return Err(text),
            },
        }
        Ok(())
    }

    /// Whether there is a key, without which nothing becomes a row.
    #[inline]
    pub fn push_to(&self, rows: &mut Page, etags: bool) -> bool {
        if self.key.is_empty() {
            return false;
        }
        let (size, modified, class) = (self.size, self.modified, self.class);
        let kind = RowKind::Object { size, modified, class };
        let etag = etags.then(|| self.etag.trim_matches('"'));
        rows.push_row(Row { name: &self.key, kind, version: None, etag });
        true
    }
}

pub fn read<'a>(
    markup: &mut Markup<'a>,
    object: &Tag<'a>,
    etags: bool,
    rows: &mut Page,
) -> Result<(), ResponseFault> {
    let mut once = Once::default();
    let mut fields = ObjectFields::default();
    while let Some(tag) = markup.child(object)? {
        let Some(field) = RowField::of(tag.local, etags) else {
            markup.skip(&tag)?;
            continue;
        };
        once.check(field as u8, &tag)?;
        let text = markup.text(&tag)?;
        fields.set(field, text).map_err(|text| unreadable(&text, &tag))?;
    }
    match fields.push_to(rows, etags) {
        true => Ok(()),
        false => Err(ResponseFault::strange("an object has no key")),
    }
}
