//! Takes fields out of FlatBuffers; whatever points beyond the bytes is not there.

use crate::look::fields::{u16_le, u32_le, u64_le};

/// A table in a buffer.
#[derive(Clone, Copy)]
pub struct FlatTable<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> FlatTable<'a> {
    /// The table that the buffer begins with.
    pub fn root(bytes: &'a [u8]) -> Option<FlatTable<'a>> {
        FlatTable::at(bytes, 0)
    }

    /// The table that the word at this place points to.
    fn at(bytes: &'a [u8], place: usize) -> Option<FlatTable<'a>> {
        let at = place.checked_add(u32_le(bytes, place)? as usize)?;
        (at + 4 <= bytes.len()).then_some(FlatTable { bytes, at })
    }

    /// Where a field is, by its number in the schema; `None` where it has its default.
    fn place(self, field: usize) -> Option<usize> {
        let back = i64::from(u32_le(self.bytes, self.at)?.cast_signed());
        let known = usize::try_from(i64::try_from(self.at).ok()?.checked_sub(back)?).ok()?;
        let entry = 4 + 2 * field;
        if entry + 2 > usize::from(u16_le(self.bytes, known)?) {
            return None;
        }
        let offset = usize::from(u16_le(self.bytes, known + entry)?);
        (offset > 0).then(|| self.at + offset)
    }

    pub fn byte(self, field: usize) -> Option<u8> {
        self.bytes.get(self.place(field)?).copied()
    }

    pub fn short(self, field: usize) -> Option<i16> {
        u16_le(self.bytes, self.place(field)?).map(u16::cast_signed)
    }

    pub fn int(self, field: usize) -> Option<i32> {
        u32_le(self.bytes, self.place(field)?).map(u32::cast_signed)
    }

    pub fn long(self, field: usize) -> Option<i64> {
        u64_le(self.bytes, self.place(field)?).map(u64::cast_signed)
    }

    pub fn text(self, field: usize) -> Option<String> {
        let place = self.place(field)?;
        let start = place.checked_add(u32_le(self.bytes, place)? as usize)?;
        let length = u32_le(self.bytes, start)? as usize;
        let bytes = self.bytes.get(start + 4..(start + 4).checked_add(length)?)?;
        Some(String::from_utf8_lossy(bytes).into_owned())
    }

    pub fn table(self, field: usize) -> Option<FlatTable<'a>> {
        FlatTable::at(self.bytes, self.place(field)?)
    }

    /// Where the elements of a vector begin, and how many there are.
    fn vector(self, field: usize, width: usize) -> Option<(usize, usize)> {
        let place = self.place(field)?;
        let start = place.checked_add(u32_le(self.bytes, place)? as usize)?;
        let count = u32_le(self.bytes, start)? as usize;
        let end = (start + 4).checked_add(count.checked_mul(width)?)?;
        (end <= self.bytes.len()).then_some((start + 4, count))
    }

    pub fn tables(self, field: usize) -> Vec<FlatTable<'a>> {
        let Some((start, count)) = self.vector(field, 4) else { return Vec::new() };
        (0..count).filter_map(|at| FlatTable::at(self.bytes, start + 4 * at)).collect()
    }

    /// The structs of a vector, each so many bytes.
    pub fn structs(self, field: usize, width: usize) -> Vec<&'a [u8]> {
        let Some((start, count)) = self.vector(field, width) else { return Vec::new() };
        self.bytes[start..start + count * width].chunks_exact(width).collect()
    }
}
