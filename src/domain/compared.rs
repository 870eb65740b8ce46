//! Holds a comparison of two sides: their metadata and how their bytes differ.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::domain::description::ObjectDescription;
use crate::domain::diff_end::DiffKind;
use crate::domain::error::Error;
use crate::domain::likeness::Likeness;
use crate::domain::line_difference::{DifferenceLine, difference};
use crate::domain::value_difference::ValueDifference;

/// Bytes of each that are read at most to compare them.
pub const MOST_COMPARED: u64 = 1024 * 1024;

#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    pub one: ComparedSide,
    pub other: ComparedSide,
    pub bytes: ComparedBytes,
    /// Where both are documents whose values can be compared.
    pub values: Option<Vec<ValueDifference>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ComparedSide {
    Stored(ObjectDescription),
    Local(LocalFile),
}

/// What a file of this machine is described by.
#[derive(Clone, Debug, PartialEq)]
pub struct LocalFile {
    pub path: PathBuf,
    pub size: u64,
    pub modified: Option<Timestamp>,
}

/// What is known of two trees that are being compared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ComparedTrees {
    /// The differences found since the last time, in the order of their names.
    pub differing: Vec<TreeDifference>,
    /// What could not be listed, read or compared, since the last time.
    pub failed: Vec<Error>,
    /// Names that are compared, and how many there are.
    pub compared: u64,
    pub names: u64,
    pub done: bool,
}

/// A name that two trees do not have alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeDifference {
    /// Relative to both places.
    pub name: String,
    pub difference: DiffKind,
    /// Of both sides; `None` where a side lacks it.
    pub sizes: [Option<u64>; 2],
}

/// In what the bytes of two objects differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComparedBytes {
    /// By a checksum of the server, without a byte read.
    SameBySum,
    /// Every byte was read.
    Same,
    /// Texts; none of the lines where only the ends of lines differ.
    Lines(Vec<DifferenceLine>),
    /// No texts: they are the same until this byte.
    From(u64),
    /// Something the server says tells them apart, and they are too large to be read.
    Other,
    /// So many bytes at the start are the same; the rest was not read.
    SameStart(u64),
    /// Neither was read: one is archived, or has no bytes that can be had now.
    Unread,
}

impl ComparedSide {
    pub fn size(&self) -> Option<u64> {
        match self {
            ComparedSide::Stored(described) => described.head.size,
            ComparedSide::Local(file) => Some(file.size),
        }
    }

    pub fn is_archived(&self) -> bool {
        matches!(self, ComparedSide::Stored(described) if described.head.is_archived())
    }
}

impl ComparedBytes {
    /// Compares the first bytes of both; `whole` where those are all of them.
    pub fn of(one: &[u8], other: &[u8], whole: bool, likeness: Likeness) -> ComparedBytes {
        let same = same_start(one, other);
        if one == other {
            return match (whole, likeness) {
                (true, _) => ComparedBytes::Same,
                (false, Likeness::Other) => ComparedBytes::Other,
                (false, _) => ComparedBytes::SameStart(same as u64),
            };
        }
        let texts = (std::str::from_utf8(one), std::str::from_utf8(other));
        match texts {
            (Ok(one), Ok(other)) if whole && !one.contains('\0') && !other.contains('\0') => {
                ComparedBytes::Lines(difference(one, other))
            }
            _ => ComparedBytes::From(same as u64),
        }
    }
}

/// Bytes that both begin with.
pub fn same_start(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_differ_in_lines_and_all_else_in_bytes() {
        let of = |one: &[u8], other: &[u8]| ComparedBytes::of(one, other, true, Likeness::Unknown);
        assert_eq!(of(b"a\n", b"a\n"), ComparedBytes::Same);
        assert_eq!(
            of(b"a\n", b"b\n"),
            ComparedBytes::Lines(vec![
                DifferenceLine::Old("a".to_owned()),
                DifferenceLine::New("b".to_owned()),
            ])
        );
        assert_eq!(of(b"a\n", b"a\r\n"), ComparedBytes::Lines(Vec::new()));
        assert_eq!(of(b"ab\0", b"ab\x01"), ComparedBytes::From(2));
        assert_eq!(of(b"ab", b"ab\xff"), ComparedBytes::From(2));
    }

    #[test]
    fn what_was_not_read_is_not_called_the_same() {
        let of = |likeness| ComparedBytes::of(b"abc", b"abc", false, likeness);
        assert_eq!(of(Likeness::Unknown), ComparedBytes::SameStart(3));
        assert_eq!(of(Likeness::Other), ComparedBytes::Other);
    }
}
