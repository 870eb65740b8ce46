//! Reads the times of a listing: RFC 3339, as the SDK takes it.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// A time that was written rightly; it may be beyond what a [`Timestamp`] holds.
pub struct ListedTime {
    local: DateTime,
    offset: Offset,
}

impl ListedTime {
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.offset.to_timestamp(self.local).ok()
    }

    /// A leap second is the last of its month, and stands for the moment before its end.
    fn is_leap(&self) -> bool {
        let Some(timestamp) = self.timestamp() else { return false };
        let utc = Offset::UTC.to_datetime(timestamp);
        (utc.hour(), utc.minute()) == (23, 59) && utc.date() == utc.date().last_of_month()
    }
}

/// `None` where it is not written as a time.
pub fn read(text: &str) -> Option<ListedTime> {
    let (head, rest) = text.as_bytes().split_first_chunk::<19>()?;
    let [_, _, _, _, b'-', _, _, b'-', _, _, b'T' | b't', _, _, b':', _, _, b':', _, _] = head
    else {
        return None;
    };
    let two = |at: usize| two_digits(head[at], head[at + 1]);
    let year = i16::from(two(0)?) * 100 + i16::from(two(2)?);
    let (month, day, hour, minute, second) = (two(5)?, two(8)?, two(11)?, two(14)?, two(17)?);
    let (nanoseconds, zone) = fraction(rest)?;
    let offset = offset(zone)?;
    let leap = second == 60;
    let (second, nanoseconds) = if leap { (59, 999_999_999) } else { (second, nanoseconds) };
    let local = DateTime::new(year, month, day, hour, minute, second, nanoseconds).ok()?;
    let moment = ListedTime { local, offset };
    (!leap || moment.is_leap()).then_some(moment)
}

fn two_digits(tens: u8, ones: u8) -> Option<i8> {
    if !(tens.is_ascii_digit() && ones.is_ascii_digit()) {
        return None;
    }
    i8::try_from((tens - b'0') * 10 + ones - b'0').ok()
}

/// The fraction of a second in nanoseconds, and what follows it.
fn fraction(rest: &[u8]) -> Option<(i32, &[u8])> {
    let Some(rest) = rest.strip_prefix(b".") else { return Some((0, rest)) };
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, zone) = rest.split_at(length);
    let mut unit = 100_000_000;
    let mut nanoseconds = 0;
    for digit in digits {
        nanoseconds += i32::from(digit - b'0') * unit;
        unit /= 10;
    }
    (!digits.is_empty()).then_some((nanoseconds, zone))
}

fn offset(zone: &[u8]) -> Option<Offset> {
    let [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] = zone else {
        return matches!(zone, b"Z" | b"z").then_some(Offset::UTC);
    };
    let (hours, minutes) = (two_digits(*h1, *h2)?, two_digits(*m1, *m2)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = (i32::from(hours) * 60 + i32::from(minutes)) * 60;
    Offset::from_seconds(if *sign == b'-' { -seconds } else { seconds }).ok()
}
