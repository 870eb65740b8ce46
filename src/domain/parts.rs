//! Chooses part sizes within the limits of S3 and R2.

use serde::Deserialize;

use crate::domain::object::ByteRange;

pub const MIB: u64 = 1 << 20;

/// S3 and most others: part numbers run from 1 to this.
pub const MAX_PARTS: u64 = 10_000;

/// S3 and most others: the smallest part that is not the last.
pub const MIN_PART_BYTES: u64 = 5 * MIB;

/// S3's largest part and PUT.
pub const MAX_PART_BYTES: u64 = 5120 * MIB;

/// The largest object S3 takes (50 TB, S3 model of 2026-08); R2 stops at 4.995 TiB.
pub const MAX_OBJECT_BYTES: u64 = 50_000_000_000_000;

/// The part size Windlass prefers; smaller objects are better sent whole.
pub const PREFERRED_PART_BYTES: u64 = 8 * MIB;

/// Limits of multipart uploads where they differ from S3's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartLimits {
    most: Option<u64>,
    smallest_mib: Option<u64>,
    largest_mib: Option<u64>,
    /// All but the last have one length.
    #[serde(default)]
    equal: bool,
}

impl PartLimits {
    /// How many parts an upload may have.
    pub fn most(&self) -> u64 {
        self.most.unwrap_or(MAX_PARTS)
    }

    /// The smallest part that is not the last, in bytes.
    pub fn smallest(&self) -> u64 {
        self.smallest_mib.map_or(MIN_PART_BYTES, |mib| mib * MIB)
    }

    /// The largest part, in bytes.
    pub fn largest(&self) -> u64 {
        self.largest_mib.map_or(MAX_PART_BYTES, |mib| mib * MIB)
    }

    /// Whether all parts but the last have to have one length.
    pub fn equal(&self) -> bool {
        self.equal
    }
}

/// Part sizes of an upload whose length is not known when it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Growing {
    limits: PartLimits,
    first: u64,
    /// The first size holds up to here, in bytes.
    until: u64,
    grows: bool,
}

/// The first parts of a body of unknown length; and all of them where they have to be equal, in
/// bytes.
const GROWING_FROM: u64 = 16 * MIB;
const ALL_EQUAL: u64 = 32 * MIB;

/// What parts grow to, in bytes: with 10,000 of them, which double after every 900, 5 TiB fit.
const GROWING_TO: u64 = 1024 * MIB;

impl Growing {
    /// Sizes for a body of which nothing is known.
    pub fn new(limits: PartLimits) -> Growing {
        let first = if limits.equal { ALL_EQUAL } else { GROWING_FROM };
        let first = first.clamp(limits.smallest(), limits.largest());
        Growing { limits, first, until: 0, grows: !limits.equal }
    }

    /// Sizes for a body that is said to have about `bytes`; longer ones are taken too, as far as
    /// there is room. `None` where no part size fits the limits.
    pub fn expecting(bytes: u64, limits: PartLimits) -> Option<Growing> {
        // An eighth more, so that a guess may be a little short.
        let room = bytes.saturating_add(bytes / 8).min(MAX_OBJECT_BYTES.max(bytes));
        let first = part_size(room, &limits)?;
        Some(Growing { first, until: bytes, ..Growing::new(limits) })
    }

    /// Every part has this size. `None` where the limits do not allow it.
    pub fn fixed(size: u64, limits: PartLimits) -> Option<Growing> {
        let fits = (limits.smallest()..=limits.largest()).contains(&size);
        fits.then_some(Growing { limits, first: size, until: 0, grows: false })
    }

    /// Bytes of the part numbered from 1, when `sent` bytes are in the parts before it; `None`
    /// where there are too many.
    pub fn next(&self, number: u64, sent: u64) -> Option<u64> {
        if number > self.limits.most() {
            return None;
        }
        if !self.grows || sent < self.until {
            return Some(self.first);
        }
        let step = (self.limits.most() * 9 / 100).max(1);
        let doublings = u32::try_from((number - 1) / step).unwrap_or(u32::MAX).min(30);
        // Where there are fewer parts, each has to become larger.
        let largest = GROWING_TO * (MAX_PARTS / self.limits.most()).max(1);
        let grown = self.first.saturating_mul(1 << doublings).min(largest);
        Some(grown.clamp(self.first, self.limits.largest()))
    }

    /// How many bytes fit in all.
    pub fn most(&self) -> u64 {
        let mut sent = 0;
        for number in 1.. {
            let Some(size) = self.next(number, sent) else { break };
            sent += size;
        }
        sent.min(MAX_OBJECT_BYTES)
    }
}

/// The part size of an upload of `size` bytes, fixed for its whole life because R2 takes only equal
/// parts; the last one is shorter. `None` where no part size fits the limits.
pub fn part_size(size: u64, limits: &PartLimits) -> Option<u64> {
    part_size_at_least(size, PREFERRED_PART_BYTES, limits)
}

/// As [`part_size`], with larger parts where parts are cheap (server-side copies).
pub fn part_size_at_least(size: u64, least: u64, limits: &PartLimits) -> Option<u64> {
    if size > MAX_OBJECT_BYTES {
        return None;
    }
    let needed = size.div_ceil(limits.most()).div_ceil(MIB) * MIB;
    let chosen = needed.max(least).max(PREFERRED_PART_BYTES).max(limits.smallest());
    (chosen <= limits.largest()).then_some(chosen)
}

/// How many pieces of `piece` bytes `size` bytes make; an empty object is one empty piece.
pub fn piece_count(size: u64, piece: u64) -> u32 {
    u32::try_from(size.div_ceil(piece.max(1)).max(1)).unwrap_or(u32::MAX)
}

/// Bytes of the piece numbered `index` from 0; empty beyond the end.
pub fn piece(size: u64, piece: u64, index: u32) -> ByteRange {
    let start = (u64::from(index) * piece).min(size);
    ByteRange { start, end: start.saturating_add(piece).min(size) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ordinary_objects_go_in_parts_of_eight_mebibytes() {
        let part_size = |size| part_size(size, &PartLimits::default());
        assert_eq!(part_size(0), Some(8 * MIB));
        assert_eq!(part_size(80_000 * MIB), Some(8 * MIB));
        assert_eq!(part_size(80_000 * MIB + 1), Some(9 * MIB));
        assert_eq!(part_size(MAX_OBJECT_BYTES), Some(4769 * MIB));
        assert_eq!(part_size(MAX_OBJECT_BYTES + 1), None);
    }

    #[test]
    fn a_provider_with_other_limits_has_other_parts() {
        let few = PartLimits { most: Some(1000), ..PartLimits::default() };
        assert_eq!(part_size(8000 * MIB, &few), Some(8 * MIB));
        assert_eq!(part_size(8001 * MIB, &few), Some(9 * MIB));
        let coarse = PartLimits { smallest_mib: Some(64), ..PartLimits::default() };
        assert_eq!(part_size(100 * MIB, &coarse), Some(64 * MIB));
        let tight = PartLimits { largest_mib: Some(16), ..few };
        assert_eq!(part_size(16_001 * MIB, &tight), None);
    }

    #[test]
    fn five_tebibytes_of_unknown_length_fit_in_parts_that_begin_small() {
        let growing = Growing::new(PartLimits::default());
        assert_eq!(growing.next(1, 0), Some(16 * MIB));
        assert!(growing.most() >= 5 << 40, "{}", growing.most());
        let (mut sent, mut last) = (0, 0);
        for number in 1..=MAX_PARTS {
            let size = growing.next(number, sent).unwrap();
            assert!((MIN_PART_BYTES..=MAX_PART_BYTES).contains(&size) && size >= last);
            // Memory holds about two parts.
            assert!(size <= 16 * MIB || size <= sent / 400, "{size} after {sent}");
            (sent, last) = (sent + size, size);
        }
        assert_eq!(growing.next(MAX_PARTS + 1, sent), None);
    }

    #[test]
    fn parts_that_have_to_be_equal_are() {
        let equal = PartLimits { equal: true, largest_mib: Some(5114), ..PartLimits::default() };
        let growing = Growing::new(equal);
        assert!((1..=MAX_PARTS).all(|number| growing.next(number, number << 25) == Some(32 * MIB)));
        assert_eq!(growing.most(), 10_000 * 32 * MIB);
        let told = Growing::expecting(5 << 40, equal).unwrap();
        assert!(told.most() >= 5 << 40);
        assert_eq!(told.next(1, 0), told.next(9999, 6 << 40));
    }

    #[test]
    fn a_length_that_is_expected_or_a_size_that_is_asked_for_is_kept_to() {
        let limits = PartLimits::default();
        let told = Growing::expecting(1 << 30, limits).unwrap();
        assert_eq!(told.next(1, 0), Some(8 * MIB));
        assert_eq!(told.next(100, 900 * MIB), Some(8 * MIB));
        assert!(told.most() > 1 << 40, "a wrong guess is not the end");
        let large = Growing::expecting(5 << 40, limits).unwrap();
        assert!(large.most() >= 5 << 40);
        assert_eq!(Growing::fixed(MIB, limits), None);
        let fixed = Growing::fixed(5 * MIB, limits).unwrap();
        assert_eq!((fixed.next(9999, 1 << 40), fixed.most()), (Some(5 * MIB), 50_000 * MIB));
        let few = PartLimits { most: Some(1000), ..limits };
        assert!(Growing::new(few).most() >= 1 << 40);
    }

    #[test]
    fn an_empty_object_is_one_empty_piece() {
        assert_eq!(piece_count(0, 8), 1);
        assert_eq!(piece(0, 8, 0), ByteRange { start: 0, end: 0 });
        assert_eq!(piece_count(16, 8), 2);
        assert_eq!(piece_count(17, 8), 3);
    }

    proptest! {
        #[test]
        fn every_size_a_server_takes_fits_its_limits(size in 0..=MAX_OBJECT_BYTES) {
            let part = part_size(size, &PartLimits::default()).unwrap();
            prop_assert_eq!(part % MIB, 0);
            prop_assert!((MIN_PART_BYTES..=MAX_PART_BYTES).contains(&part));
            prop_assert!(u64::from(piece_count(size, part)) <= MAX_PARTS);
        }

        #[test]
        fn pieces_cover_an_object_without_gap_or_overlap(size in 1u64..5_000, length in 1u64..700) {
            let mut at = 0;
            for index in 0..piece_count(size, length) {
                let range = piece(size, length, index);
                prop_assert_eq!(range.start, at);
                prop_assert!(range.len() == length || range.end == size);
                prop_assert!(!range.is_empty());
                at = range.end;
            }
            prop_assert_eq!(at, size);
        }
    }
}
