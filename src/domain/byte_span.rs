//! Reads which bytes of an object are meant: `0-99`, `100-`, `-100`.

use crate::domain::object::ByteRange;

/// Bytes of an object whose size is not known yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteSpan {
    /// Both ends are meant too, as in HTTP.
    Between(u64, u64),
    From(u64),
    /// So many at the end.
    Last(u64),
}

impl ByteSpan {
    /// # Errors
    /// A sentence that says what was expected.
    pub fn parse(text: &str) -> Result<ByteSpan, String> {
        let wrong = || format!("{text:?} is not a range: write 0-99, 100- or -100 (the last 100)");
        let (first, last) = text.split_once('-').ok_or_else(wrong)?;
        let number = |text: &str| -> Result<Option<u64>, String> {
            match text {
                "" => Ok(None),
                digits if digits.bytes().all(|b| b.is_ascii_digit()) => {
                    digits.parse().map(Some).map_err(|_| wrong())
                }
                _ => Err(wrong()),
            }
        };
        match (number(first)?, number(last)?) {
            (Some(first), Some(last)) if first <= last => Ok(ByteSpan::Between(first, last)),
            (Some(first), None) => Ok(ByteSpan::From(first)),
            (None, Some(last)) if last > 0 => Ok(ByteSpan::Last(last)),
            _ => Err(wrong()),
        }
    }

    /// The bytes of an object of this size; `None` where it ends before them.
    pub fn within(self, size: u64) -> Option<ByteRange> {
        match self {
            ByteSpan::Between(start, last) if start < size => {
                Some(ByteRange { start, end: last.saturating_add(1).min(size) })
            }
            ByteSpan::From(start) if start < size => Some(ByteRange { start, end: size }),
            ByteSpan::Last(bytes) => {
                Some(ByteRange { start: size.saturating_sub(bytes), end: size })
            }
            ByteSpan::Between(..) | ByteSpan::From(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_written_as_in_http() {
        assert_eq!(ByteSpan::parse("0-99"), Ok(ByteSpan::Between(0, 99)));
        assert_eq!(ByteSpan::parse("100-"), Ok(ByteSpan::From(100)));
        assert_eq!(ByteSpan::parse("-7"), Ok(ByteSpan::Last(7)));
        for wrong in ["", "-", "5", "9-3", "a-b", "1-2-3", "-0", "+1-2", " 1-2"] {
            assert!(ByteSpan::parse(wrong).unwrap_err().contains("0-99"), "{wrong}");
        }
    }

    #[test]
    fn what_reaches_beyond_the_end_is_cut_and_what_begins_there_is_nothing() {
        let of = |text: &str, size| {
            let range = ByteSpan::parse(text).unwrap().within(size)?;
            Some((range.start, range.end))
        };
        assert_eq!(of("0-99", 10), Some((0, 10)));
        assert_eq!(of("2-3", 10), Some((2, 4)));
        assert_eq!((of("9-", 10), of("10-", 10), of("10-12", 10)), (Some((9, 10)), None, None));
        assert_eq!(
            (of("-3", 10), of("-30", 10), of("-3", 0)),
            (Some((7, 10)), Some((0, 10)), Some((0, 0)))
        );
        assert_eq!(of("0-", 0), None);
        assert_eq!(of("0-18446744073709551615", 10), Some((0, 10)));
    }
}
