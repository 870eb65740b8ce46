//! Writes sizes, rates, durations and times as people read them.
//!
//! Every type writes itself through `Display` and allocates nothing: `write!(row, "{}",
//! Size(bytes))`.

use std::fmt::{self, Write};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Bytes in binary units: `0 B`, `999 B`, `4.1 MiB`, `412 KiB`. At most eight characters below an
/// exbibyte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size(pub u64);

/// Bytes a second: `18.2 MiB/s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate(pub u64);

/// A whole number with thousands separated: `12,340`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count(pub u64);

/// `1 object`, `4,120 objects`; the noun is given for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted<'a>(pub u64, pub &'a str);

/// The same of a count that may still grow: `1 object`, `4,120+ objects`; `true` where it is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountedSoFar<'a>(pub u64, pub &'a str, pub bool);

/// A running time as a clock shows it: `00:31`, `1:02:03`, `2 d 3 h`, `120 d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed(pub Duration);

/// How long something holds, in words and exactly: `15 min`, `1 h`, `1 h 30 min`, `7 days`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry(pub Duration);

/// Date and minute in a zone: `2026-09-20 14:02`, always 16 characters.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a>(pub Timestamp, pub &'a TimeZone);

/// The minute of the day in a zone: `14:02`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeOfDay<'a>(pub Timestamp, pub &'a TimeZone);

const SIZE_UNITS: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 1024 {
            return write!(f, "{} B", self.0);
        }
        let mut unit = (self.0.ilog2() / 10) as usize;
        let mut tenths = tenths_of(self.0, unit);
        // 1023.96 KiB rounds to a whole MiB.
        if tenths >= 10_235 && unit + 1 < SIZE_UNITS.len() {
            unit += 1;
            tenths = tenths_of(self.0, unit).max(10);
        }
        if tenths < 1000 {
            write!(f, "{}.{} {}", tenths / 10, tenths % 10, SIZE_UNITS[unit])
        } else {
            write!(f, "{} {}", (tenths + 5) / 10, SIZE_UNITS[unit])
        }
    }
}

/// `bytes` in tenths of a unit, rounded to the nearest.
fn tenths_of(bytes: u64, unit: usize) -> u64 {
    let one = 1_u128 << (10 * unit);
    u64::try_from((u128::from(bytes) * 10 + one / 2) / one).unwrap_or(u64::MAX)
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/s", Size(self.0))
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut group = 1_000_u64.pow(self.0.checked_ilog10().unwrap_or(0) / 3);
        write!(f, "{}", self.0 / group)?;
        while group > 1 {
            let below = self.0 % group;
            group /= 1_000;
            write!(f, ",{:03}", below / group)?;
        }
        Ok(())
    }
}

impl Counted<'_> {
    /// The form of a verb that goes with the number: `is` or `are`.
    pub fn verb<'a>(self, one: &'a str, many: &'a str) -> &'a str {
        if self.0 == 1 { one } else { many }
    }
}

impl fmt::Display for Counted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counted(count, noun) = *self;
        let (stem, ending) = if count == 1 { (noun, "") } else { plural(noun) };
        write!(f, "{} {stem}{ending}", Count(count))
    }
}

impl fmt::Display for CountedSoFar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CountedSoFar(count, noun, whole) = *self;
        if whole {
            return Counted(count, noun).fmt(f);
        }
        let (stem, ending) = plural(noun);
        write!(f, "{}+ {stem}{ending}", Count(count))
    }
}

/// What is kept of a noun, and what is put behind it.
fn plural(noun: &str) -> (&str, &'static str) {
    match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => (stem, "ies"),
        _ => (noun, "s"),
    }
}

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let (hours, minutes) = (seconds / HOUR, seconds % HOUR / MINUTE);
        if seconds < HOUR {
            write!(f, "{minutes:02}:{:02}", seconds % MINUTE)
        } else if seconds < DAY {
            write!(f, "{hours}:{minutes:02}:{:02}", seconds % MINUTE)
        } else if seconds < 100 * DAY {
            write!(f, "{} d {} h", seconds / DAY, seconds % DAY / HOUR)
        } else {
            write!(f, "{} d", seconds / DAY)
        }
    }
}

impl fmt::Display for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let parts = [
            (seconds / DAY, if seconds / DAY == 1 { "day" } else { "days" }),
            (seconds % DAY / HOUR, "h"),
            (seconds % HOUR / MINUTE, "min"),
            (seconds % MINUTE, "s"),
        ];
        let mut first = true;
        for (amount, unit) in parts.into_iter().filter(|(amount, _)| *amount > 0) {
            if !first {
                f.write_char(' ')?;
            }
            first = false;
            write!(f, "{amount} {unit}")?;
        }
        if first { f.write_str("0 s") } else { Ok(()) }
    }
}

impl fmt::Display for Moment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.1.to_datetime(self.0);
        let (year, month, day) = (local.year(), local.month(), local.day());
        write!(f, "{year:04}-{month:02}-{day:02} {:02}:{:02}", local.hour(), local.minute())
    }
}

impl fmt::Display for TimeOfDay<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.1.to_datetime(self.0);
        write!(f, "{:02}:{:02}", local.hour(), local.minute())
    }
}

/// Slower than this, requests would time out before they are through.
const SLOWEST: u64 = 1 << 10;

/// Reads bytes a second as people write them: `2 MiB`, `500k`, `1.5 MiB/s`, `10 MB`; `off` is no
/// limit. A letter alone is binary, as everything that is shown.
///
/// # Errors
/// A sentence with what was expected.
pub fn parse_rate_limit(text: &str) -> Result<Option<u64>, String> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("off") || text.eq_ignore_ascii_case("none") {
        return Ok(None);
    }
    let amount = text.strip_suffix("/s").unwrap_or(text).trim_end();
    let digits = amount.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let (number, unit) = amount.split_at(digits);
    let number: f64 = number
        .parse()
        .map_err(|_| format!("{text:?} is not a rate: write 2 MiB, 500 KiB, or off"))?;
    let Some(unit) = unit_of(unit.trim()) else {
        return Err(format!("write a unit with it: {number} MiB, {number} KiB, or off"));
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "saturates; digits have no sign"
    )]
    let bytes = (number * unit) as u64;
    if bytes < SLOWEST {
        return Err("less than 1 KiB a second lets requests time out; pause instead".to_owned());
    }
    Ok(Some(bytes))
}

/// A number of bytes as a person types it: `64MiB`, `5GB`, `800 MiB`, or without a unit in bytes.
///
/// # Errors
/// A sentence with what was expected.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let amount = text.trim();
    let digits = amount.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let (number, unit) = amount.split_at(digits);
    let expected = || format!("{text:?} is not a size: write 64MiB, 5GB, or bytes");
    if unit.is_empty() {
        return number.parse().map_err(|_| expected());
    }
    let number: f64 = number.parse().map_err(|_| expected())?;
    let unit = unit_of(unit.trim()).ok_or_else(expected)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "saturates; digits have no sign"
    )]
    let bytes = (number * unit) as u64;
    Ok(bytes)
}

fn unit_of(unit: &str) -> Option<f64> {
    let of = |base: f64, letter: u8| {
        let power = b"kmgt".iter().position(|known| *known == letter.to_ascii_lowercase())?;
        i32::try_from(power + 1).ok().map(|power| base.powi(power))
    };
    match unit.as_bytes() {
        [b'b' | b'B'] => Some(1.0),
        [letter] | [letter, b'i'] | [letter, b'i', b'B' | b'b'] => of(1024.0, *letter),
        [letter, b'B' | b'b'] => of(1000.0, *letter),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_thing_is_one_and_several_are_several() {
        let said = |count, noun| Counted(count, noun).to_string();
        assert_eq!(said(1, "object"), "1 object");
        assert_eq!(said(0, "object"), "0 objects");
        assert_eq!(said(4_120, "object"), "4,120 objects");
        assert_eq!((said(1, "entry"), said(2, "entry")), ("1 entry".into(), "2 entries".into()));
        assert_eq!((said(1, "key"), said(2, "key")), ("1 key".into(), "2 keys".into()));
    }

    #[test]
    fn a_size_is_bytes_or_has_a_unit() {
        assert_eq!(parse_size("64MiB"), Ok(64 << 20));
        assert_eq!(parse_size(" 1.5 GiB "), Ok(3 << 29));
        assert_eq!(parse_size("5GB"), Ok(5_000_000_000));
        assert_eq!(parse_size("8388608"), Ok(8_388_608));
        for wrong in ["", "much", "5 apples", "-1", "1.5"] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes_keep_at_most_four_places() {
        let cases: [(u64, &str); 13] = [
            (0, "0 B"),
            (999, "999 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (4_299_161, "4.1 MiB"),
            (43_000_000, "41.0 MiB"),
            (104_805_171, "99.9 MiB"),
            (104_857_600, "100 MiB"),
            (1_023 * 1024, "1023 KiB"),
            (1_048_575, "1.0 MiB"),
            (5 << 30, "5.0 GiB"),
            (5 << 40, "5.0 TiB"),
            (u64::MAX, "16.0 EiB"),
        ];
        for (bytes, text) in cases {
            assert_eq!(Size(bytes).to_string(), text);
        }
        assert_eq!(Rate(19_084_083).to_string(), "18.2 MiB/s");
    }

    #[test]
    fn counts_are_grouped_by_thousands() {
        for (count, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (12_340, "12,340")] {
            assert_eq!(Count(count).to_string(), text);
        }
        assert_eq!(Count(1_000_000).to_string(), "1,000,000");
        assert_eq!(Count(u64::MAX).to_string(), "18,446,744,073,709,551,615");
    }

    #[test]
    fn running_times_read_like_a_clock_until_they_are_days() {
        let cases = [
            (0, "00:00"),
            (31, "00:31"),
            (3_599, "59:59"),
            (3_723, "1:02:03"),
            (183_600, "2 d 3 h"),
            (120 * DAY, "120 d"),
        ];
        for (seconds, text) in cases {
            assert_eq!(Elapsed(Duration::from_secs(seconds)).to_string(), text);
        }
    }

    #[test]
    fn an_expiry_is_exact_in_words() {
        let cases = [
            (0, "0 s"),
            (45, "45 s"),
            (900, "15 min"),
            (3_600, "1 h"),
            (5_400, "1 h 30 min"),
            (86_400, "1 day"),
            (604_800, "7 days"),
        ];
        for (seconds, text) in cases {
            assert_eq!(Expiry(Duration::from_secs(seconds)).to_string(), text);
        }
    }

    #[test]
    fn times_are_shown_in_the_zone_of_the_user() {
        let time = Timestamp::from_second(1_790_000_000).unwrap();
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        assert_eq!(Moment(time, &TimeZone::UTC).to_string(), "2026-09-21 14:13");
        assert_eq!(Moment(time, &zone).to_string(), "2026-09-21 16:13");
        assert_eq!(TimeOfDay(time, &zone).to_string(), "16:13");
    }

    #[test]
    fn a_rate_is_read_as_it_is_written() {
        for (text, bytes) in [
            ("2 MiB", 2 << 20),
            ("500k", 500 << 10),
            ("1.5 MiB/s", 3 << 19),
            ("10 MB", 10_000_000),
            ("1G", 1 << 30),
            (" 2048 B ", 2048),
        ] {
            assert_eq!(parse_rate_limit(text), Ok(Some(bytes)), "{text}");
        }
        assert_eq!(parse_rate_limit("off"), Ok(None));
        for (text, part) in [
            ("fast", "is not a rate"),
            ("", "is not a rate"),
            ("-3M", "is not a rate"),
            ("2", "2 MiB"),
            ("2 parsec", "unit"),
            ("1.2.3 M", "is not a rate"),
            ("3 B", "pause"),
            ("0 MiB", "pause"),
        ] {
            let said = parse_rate_limit(text).unwrap_err();
            assert!(said.contains(part), "{text}: {said}");
        }
        assert_eq!(parse_rate_limit("99999999999999999999 T"), Ok(Some(u64::MAX)));
    }

    proptest! {
        #[test]
        fn a_size_fits_its_column(bytes: u64) {
            prop_assert!(Size(bytes).to_string().len() <= 8);
        }

        #[test]
        fn a_count_without_its_commas_is_the_number(count: u64) {
            prop_assert_eq!(Count(count).to_string().replace(',', ""), count.to_string());
        }
    }
}
