//! Reads the names of a block into one text.

use std::str;

use crate::domain::address::MAX_KEY_BYTES;
use crate::index::block::Bytes;

/// The names of a block one after the other.
#[derive(Debug, Default)]
pub struct Names {
    pub text: Vec<u8>,
    /// Where each ends in the text.
    pub ends: Vec<u32>,
    /// How many bytes each has of the one before.
    pub shared: Vec<u32>,
}

impl Names {
    /// Takes the place of what was read before. `None` where the bytes are no names.
    pub fn read(&mut self, bytes: &[u8], rows: u32) -> Option<()> {
        let Names { text, ends, shared } = self;
        text.clear();
        ends.clear();
        shared.clear();
        let (mut from, mut last) = (Bytes(bytes), 0);
        for _ in 0..rows {
            let (same, rest) = (from.count()?, from.count()?);
            let start = text.len();
            if same > start - last || same.checked_add(rest)? > MAX_KEY_BYTES {
                return None;
            }
            text.extend_from_within(last..last + same);
            text.extend_from_slice(from.take(rest)?);
            ends.push(u32::try_from(text.len()).ok()?);
            shared.push(u32::try_from(same).ok()?);
            last = start;
        }
        from.0.is_empty().then_some(())
    }

    /// The names as texts; `None` where one is no text.
    pub fn texts(&self) -> impl DoubleEndedIterator<Item = Option<&str>> {
        (0..self.ends.len()).map(|at| {
            let start = at.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
            str::from_utf8(self.text.get(start..self.ends[at] as usize)?).ok()
        })
    }
}
