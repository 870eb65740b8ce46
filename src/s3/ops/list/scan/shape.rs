//! Remembers how a row is written: the next one is most often written so too, and is read by
//! comparing what is around its texts.

use crate::domain::listing::Page;
use crate::s3::ops::list::scan::markup::Markup;
use crate::s3::ops::list::scan::object::{ObjectFields, RowField};

/// What is written around the texts of a row.
pub struct RowShape<'a> {
    /// The bytes before a text, and what the text is where it is wanted.
    texts: Vec<(&'a [u8], Option<RowField>)>,
    end: &'a [u8],
}

impl<'a> RowShape<'a> {
    /// The shape of a row that was read. `None` where there is more in it than elements and texts.
    pub fn of(row: &'a [u8], etags: bool) -> Option<RowShape<'a>> {
        let mut texts = Vec::new();
        let (mut depth, mut from, mut at) = (0_usize, 0, 0);
        while let Some(start) = row.get(at..)?.iter().position(|byte| *byte == b'<') {
            let tag = at + start + 1;
            let end = tag + row.get(tag..)?.iter().position(|byte| *byte == b'>')?;
            let name = &row[tag..end];
            at = end + 1;
            if name.first() == Some(&b'/') {
                depth = depth.checked_sub(1)?;
                continue;
            }
            if !name.iter().all(u8::is_ascii_alphanumeric) {
                return None;
            }
            depth += 1;
            let length = row.get(at..)?.iter().position(|byte| *byte == b'<')?;
            if row.get(at + length + 1) == Some(&b'/') {
                let wanted = RowField::of(name, etags).filter(|_| depth == 2);
                texts.push((row.get(from..at)?, wanted));
                at += length;
                from = at;
            }
        }
        Some(RowShape { texts, end: row.get(from..)? })
    }

    /// Reads a row of this shape, and says whether there was one. Where there was none the markup
    /// stands where it stood.
    #[inline]
    pub fn read(&self, markup: &mut Markup<'a>, etags: bool, rows: &mut Page) -> bool {
        let from = markup.place();
        let is_read = self.fields(markup).is_some_and(|fields| fields.push_to(rows, etags));
        if !is_read {
            markup.go_back(from);
        }
        is_read
    }

    /// `None` where anything is not as expected; it is for others to say what.
    #[inline]
    fn fields(&self, markup: &mut Markup<'a>) -> Option<ObjectFields<'a>> {
        let mut fields = ObjectFields::default();
        for (before, field) in &self.texts {
            if !markup.passes(before) {
                return None;
            }
            match field {
                Some(field) => fields.set(*field, markup.run().ok()?).ok()?,
                None => drop(markup.pass_run().ok()?),
            }
        }
        markup.passes(self.end).then_some(fields)
    }
}
