//! Reads what a camera wrote about a picture: Exif, which is directories as of TIFF.

use crate::domain::contents::Contents;
use crate::look::fields::{u16_be, u16_le, u32_be, u32_le, u64_be, u64_le};

/// Entries of a directory that are looked at.
const ENTRIES: usize = 1000;

/// Which end of a number comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteOrder {
    Big,
    Little,
}

impl ByteOrder {
    pub fn u16(self, bytes: &[u8], at: usize) -> Option<u16> {
        if self == ByteOrder::Big { u16_be(bytes, at) } else { u16_le(bytes, at) }
    }

    pub fn u32(self, bytes: &[u8], at: usize) -> Option<u32> {
        if self == ByteOrder::Big { u32_be(bytes, at) } else { u32_le(bytes, at) }
    }

    pub fn u64(self, bytes: &[u8], at: usize) -> Option<u64> {
        if self == ByteOrder::Big { u64_be(bytes, at) } else { u64_le(bytes, at) }
    }
}

/// Tells the orientation, the camera and the time; what is damaged is left out.
pub fn exif(bytes: &[u8], contents: &mut Contents) {
    let directory = Directory::first(bytes);
    let orientation = directory.and_then(|directory| directory.number(0x0112));
    contents.orientation = orientation
        .and_then(|number| u16::try_from(number).ok())
        .filter(|number| (1..=8).contains(number));
    tell(bytes, contents);
}

/// Tells the camera, the time, and that there is a place, which is not told itself.
pub fn tell(bytes: &[u8], contents: &mut Contents) {
    let Some(first) = Directory::first(bytes) else { return };
    let camera = match (first.text(0x010f), first.text(0x0110)) {
        (Some(make), Some(model)) if !model.starts_with(&make) => Some(format!("{make} {model}")),
        (make, model) => model.or(make),
    };
    let more = first.number(0x8769).and_then(|at| Directory::at(bytes, first.order, at));
    let taken = more.and_then(|more| more.text(0x9003)).or(first.text(0x0132));
    let place = first.number(0x8825).and_then(|at| Directory::at(bytes, first.order, at));
    let place = place.is_some_and(|place| place.entries.len() >= 12 && place.has(2));
    let place = place.then(|| "yes".to_owned());
    for (name, text) in [("camera", camera), ("taken", taken), ("has a position", place)] {
        if let Some(text) = text {
            contents.fact(name, text);
        }
    }
}

#[derive(Clone, Copy)]
struct Directory<'a> {
    all: &'a [u8],
    order: ByteOrder,
    /// Of 12 bytes each.
    entries: &'a [u8],
}

impl<'a> Directory<'a> {
    fn first(all: &'a [u8]) -> Option<Directory<'a>> {
        let order = match all.get(..4)? {
            b"II*\0" => ByteOrder::Little,
            b"MM\0*" => ByteOrder::Big,
            _ => return None,
        };
        Directory::at(all, order, order.u32(all, 4)?)
    }

    fn at(all: &'a [u8], order: ByteOrder, at: u32) -> Option<Directory<'a>> {
        let at = usize::try_from(at).ok()?;
        let count = usize::from(order.u16(all, at)?);
        let rest = all.get(at + 2..)?;
        let entries = &rest[..rest.len().min(count.min(ENTRIES) * 12)];
        Some(Directory { all, order, entries })
    }

    fn entry(&self, tag: u16) -> Option<&'a [u8]> {
        self.entries.chunks_exact(12).find(|entry| self.order.u16(entry, 0) == Some(tag))
    }

    fn has(&self, tag: u16) -> bool {
        self.entry(tag).is_some()
    }

    fn number(&self, tag: u16) -> Option<u32> {
        let entry = self.entry(tag)?;
        match self.order.u16(entry, 2)? {
            3 => self.order.u16(entry, 8).map(u32::from),
            4 | 13 => self.order.u32(entry, 8),
            _ => None,
        }
    }

    fn text(&self, tag: u16) -> Option<String> {
        let entry = self.entry(tag)?;
        let length = usize::try_from(self.order.u32(entry, 4)?).ok().filter(|n| *n < 1024)?;
        let bytes = if length <= 4 {
            &entry[8..8 + length]
        } else {
            let at = usize::try_from(self.order.u32(entry, 8)?).ok()?;
            self.all.get(at..at.checked_add(length)?)?
        };
        let is_text = self.order.u16(entry, 2)? == 2;
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim_matches(|char: char| char == '\0' || char.is_whitespace());
        (is_text && !text.is_empty()).then(|| text.to_owned())
    }
}
