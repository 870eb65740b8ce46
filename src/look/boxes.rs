//! Walks through the boxes of ISO base media files: films of MP4 and QuickTime, pictures of HEIF.

use std::ops::Range;
use std::sync::Arc;

use crate::look::error::Looked;
use crate::look::fields::{u32_be, u64_be};
use crate::look::object_bytes::ObjectBytes;

/// Boxes of a level that are looked at.
const BOXES: usize = 10_000;

/// Bytes fetched at once where a box begins.
const HEAD: usize = 8 * 1024;

/// A box: its name, and where its body is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaBox {
    pub name: [u8; 4],
    pub body: Range<u64>,
}

impl MediaBox {
    /// The first bytes of its body: as many as asked for, or as there are.
    pub fn start(&self, source: &Arc<ObjectBytes>, bytes: usize) -> Looked<Vec<u8>> {
        let length = usize::try_from(self.body.end - self.body.start).unwrap_or(usize::MAX);
        source.read_ahead(self.body.start, bytes.min(length), HEAD.min(length))
    }
}

/// The boxes of a level, up to one that cannot be read (ISO 14496-12, 4.2).
pub struct Boxes {
    source: Arc<ObjectBytes>,
    at: u64,
    end: u64,
    left: usize,
}

impl Boxes {
    pub fn of(source: &Arc<ObjectBytes>, range: Range<u64>) -> Boxes {
        let end = range.end.min(source.size());
        Boxes { source: source.clone(), at: range.start, end, left: BOXES }
    }

    pub fn whole(source: &Arc<ObjectBytes>) -> Boxes {
        Boxes::of(source, 0..source.size())
    }

    fn step(&mut self) -> Looked<Option<MediaBox>> {
        if self.at >= self.end || self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let head = self.source.read_ahead(self.at, 16, HEAD)?;
        let (Some(short), Some(name)) = (u32_be(&head, 0), head.get(4..8)) else { return Ok(None) };
        let (length, header) = match short {
            // To the end.
            0 => (Some(self.end - self.at), 8),
            1 => (u64_be(&head, 8), 16),
            short => (Some(u64::from(short)), 8),
        };
        let Some(length) = length.filter(|length| *length >= header) else { return Ok(None) };
        let end = self.at.saturating_add(length).min(self.end);
        let body = (self.at + header).min(end)..end;
        let name = [name[0], name[1], name[2], name[3]];
        self.at = end;
        Ok(Some(MediaBox { name, body }))
    }
}

impl Iterator for Boxes {
    type Item = Looked<MediaBox>;

    fn next(&mut self) -> Option<Looked<MediaBox>> {
        let step = self.step().transpose();
        if matches!(step, Some(Err(_))) {
            self.left = 0;
        }
        step
    }
}

/// The first box of this name.
pub fn find(
    source: &Arc<ObjectBytes>,
    range: Range<u64>,
    name: &[u8; 4],
) -> Looked<Option<MediaBox>> {
    for each in Boxes::of(source, range) {
        let each = each?;
        if each.name == *name {
            return Ok(Some(each));
        }
    }
    Ok(None)
}

/// The box at the end of a path of names.
pub fn find_below(
    source: &Arc<ObjectBytes>,
    mut range: Range<u64>,
    path: &[&[u8; 4]],
) -> Looked<Option<MediaBox>> {
    let mut found = None;
    for name in path {
        let Some(next) = find(source, range, name)? else { return Ok(None) };
        range = next.body.clone();
        found = Some(next);
    }
    Ok(found)
}

/// Pixels of the largest picture of a HEIF file, which its thumbnails and tiles are not.
pub fn picture_size(source: &Arc<ObjectBytes>) -> Looked<Option<(u32, u32)>> {
    let Some(meta) = find(source, 0..source.size(), b"meta")? else { return Ok(None) };
    let body = meta.body.start + 4..meta.body.end;
    let properties = find_below(source, body, &[b"iprp", b"ipco"])?;
    let Some(properties) = properties else { return Ok(None) };
    let mut largest: Option<(u32, u32)> = None;
    let area = |size: (u32, u32)| u64::from(size.0) * u64::from(size.1);
    for each in Boxes::of(source, properties.body) {
        let each = each?;
        if each.name == *b"ispe" {
            let body = each.start(source, 12)?;
            let size = u32_be(&body, 4).zip(u32_be(&body, 8));
            largest = largest.into_iter().chain(size).max_by_key(|size| area(*size));
        }
    }
    Ok(largest)
}
