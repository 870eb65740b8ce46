//! Walks the pages of a SQLite database to the rows of its schema.

use std::collections::HashSet;
use std::sync::Arc;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::look::error::{LookError, Looked};
use crate::look::fields::{u16_be, u32_be};
use crate::look::object_bytes::ObjectBytes;

/// Bytes that are fetched together with a page.
const AHEAD: usize = 64 * 1024;

/// Pages that are read at most.
const MOST_PAGES: usize = 20_000;

/// The longest row that is read, in bytes.
const LONGEST: u64 = 1024 * 1024;

/// The header of the database, before the first page's own.
const HEADER: usize = 100;

pub struct Database<'a> {
    source: &'a Arc<ObjectBytes>,
    pub page_size: u64,
    /// Bytes of a page without those that are reserved at its end.
    usable: usize,
    pub pages: u64,
    pub encoding: &'static Encoding,
}

/// A row of `sqlite_schema`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaRow {
    pub kind: String,
    pub name: String,
    pub sql: String,
}

fn damaged(what: &str) -> LookError {
    LookError::malformed(format!("the database: {what}"))
}

impl<'a> Database<'a> {
    pub fn open(source: &'a Arc<ObjectBytes>) -> Looked<Database<'a>> {
        let header = source.read(0, HEADER)?;
        if header.len() < HEADER {
            return Err(damaged("its header is cut"));
        }
        let page_size = match u16_be(&header, 16) {
            Some(1) => 65_536,
            Some(size) if size >= 512 && size.is_power_of_two() => u64::from(size),
            _ => return Err(damaged("its page size is none")),
        };
        let usable = page_size.saturating_sub(u64::from(header[20]));
        if usable < 480 {
            return Err(damaged("its pages have no room"));
        }
        let encoding = match u32_be(&header, 56) {
            Some(2) => UTF_16LE,
            Some(3) => UTF_16BE,
            // 0 is a database without any table.
            Some(0 | 1) => UTF_8,
            _ => return Err(damaged("its encoding is none")),
        };
        // The count of pages is right where the change counters agree.
        let told = u32_be(&header, 28).filter(|_| header[24..28] == header[92..96]);
        let told = told.filter(|pages| *pages > 0).map(u64::from);
        let pages = told.unwrap_or(source.size() / page_size);
        let usable = usize::try_from(usable).unwrap_or(HEADER);
        Ok(Database { source, page_size, usable, pages, encoding })
    }

    /// The rows of the schema, in the order of their pages.
    pub fn schema(&self) -> Looked<Vec<SchemaRow>> {
        let mut rows = Vec::new();
        let mut seen = HashSet::new();
        let mut open = vec![1_u32];
        while let Some(number) = open.pop() {
            if !seen.insert(number) {
                return Err(damaged("its pages point in a circle"));
            }
            if seen.len() > MOST_PAGES {
                return Err(LookError::TooMuch(format!("more than {MOST_PAGES} pages")));
            }
            let page = self.page(number)?;
            let start = if number == 1 { HEADER } else { 0 };
            let cells = usize::from(u16_be(&page, start + 3).unwrap_or_default());
            let cell = |first: usize, at: usize| {
                let pointer = u16_be(&page, start + first + 2 * at);
                pointer.map(usize::from).ok_or_else(|| damaged("a page is cut"))
            };
            match page.get(start) {
                Some(5) => {
                    let mut children = Vec::new();
                    for at in 0..cells {
                        children.extend(u32_be(&page, cell(12, at)?));
                    }
                    children.extend(u32_be(&page, start + 8));
                    open.extend(children.into_iter().rev());
                }
                Some(13) => {
                    for at in 0..cells {
                        rows.extend(self.row(&page, cell(8, at)?)?);
                    }
                }
                _ => return Err(damaged("a page of its schema is none of a table")),
            }
        }
        Ok(rows)
    }

    fn page(&self, number: u32) -> Looked<Vec<u8>> {
        let start = u64::from(number).checked_sub(1).map(|before| before * self.page_size);
        let start = start.ok_or_else(|| damaged("a page has the number 0"))?;
        let size = usize::try_from(self.page_size).unwrap_or(HEADER);
        let page = self.source.read_ahead(start, size, AHEAD)?;
        if page.len() < size {
            return Err(damaged("a page of its schema is behind its end"));
        }
        Ok(page)
    }

    /// The row of a cell; `None` for one that is no row of a schema.
    fn row(&self, page: &[u8], at: usize) -> Looked<Option<SchemaRow>> {
        let mut cell = page.get(at..self.usable).ok_or_else(|| damaged("a row is cut"))?;
        let cut = || damaged("a row is cut");
        let length = varint(&mut cell).ok_or_else(cut)?;
        varint(&mut cell).ok_or_else(cut)?;
        if length > LONGEST {
            return Err(LookError::TooMuch(format!("a row of the schema has {length} bytes")));
        }
        let length = usize::try_from(length).unwrap_or_default();
        let local = self.local(length);
        let mut record = cell.get(..local).ok_or_else(cut)?.to_vec();
        let mut next = u32_be(cell, local).filter(|_| local < length);
        let mut seen = HashSet::new();
        while record.len() < length {
            let number = next.filter(|number| *number > 0 && seen.insert(*number));
            let page = self.page(number.ok_or_else(cut)?)?;
            let piece = (length - record.len()).min(self.usable - 4);
            record.extend_from_slice(page.get(4..4 + piece).ok_or_else(cut)?);
            next = u32_be(&page, 0);
        }
        Ok(self.schema_row(&record))
    }

    /// Bytes of a record that are in the page itself (fileformat2.html, 1.6).
    fn local(&self, length: usize) -> usize {
        let most = self.usable - 35;
        if length <= most {
            return length;
        }
        let least = (self.usable - 12) * 32 / 255 - 23;
        let even = least + (length - least) % (self.usable - 4);
        if even <= most { even } else { least }
    }

    /// The columns `type`, `name`, `tbl_name`, `rootpage`, `sql`.
    fn schema_row(&self, record: &[u8]) -> Option<SchemaRow> {
        let mut head = record;
        let head_length = usize::try_from(varint(&mut head)?).ok()?;
        let mut types = record.get(record.len() - head.len()..head_length)?;
        let mut values = record.get(head_length..)?;
        let mut texts = Vec::new();
        while !types.is_empty() {
            let serial = varint(&mut types)?;
            let length = match serial {
                0 | 8 | 9 => 0,
                1..=4 => serial,
                5 => 6,
                6 | 7 => 8,
                _ => serial.checked_sub(12)? / 2,
            };
            let (value, rest) = values.split_at_checked(usize::try_from(length).ok()?)?;
            values = rest;
            let is_text = serial >= 13 && serial % 2 == 1;
            texts.push(is_text.then(|| self.encoding.decode_without_bom_handling(value).0));
        }
        let mut texts = texts.into_iter();
        let mut text = || texts.next().flatten().map(std::borrow::Cow::into_owned);
        let (kind, name) = (text()?, text()?);
        text();
        text();
        Some(SchemaRow { kind, name, sql: text().unwrap_or_default() })
    }
}

/// A number of 1 to 9 bytes, big end first.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for at in 0..9 {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        if at == 8 {
            return Some(value << 8 | u64::from(*byte));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some(value)
}
