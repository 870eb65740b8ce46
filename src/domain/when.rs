//! Reads the moments that people type: `2026-11-01 12:00`, `yesterday`, `3 days ago`, `2h`.

use jiff::civil::{Date, DateTime, Time};
use jiff::{Span, Timestamp, ToSpan as _, Zoned};

/// On which side of now a moment is that could be on either: `2h`, `18:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeDirection {
    Past,
    Future,
}

/// Reads a moment in the time zone of `now`: RFC 3339, a date (its 00:00), a date and a time, a
/// time alone (the nearest on that side of now), `now`, `today`, `yesterday`, `tomorrow` (their
/// 00:00, or with a time), `3 days ago`, `in 2 hours`, `2h`, `1d12h`.
///
/// # Errors
/// A sentence that says what was expected.
pub fn parse_when(text: &str, now: &Zoned, towards: TimeDirection) -> Result<Timestamp, String> {
    let words = text.trim().to_lowercase();
    let found = text
        .trim()
        .parse::<Timestamp>()
        .ok()
        .or_else(|| relative(&words, now, towards))
        .or_else(|| dated(&words, now, towards));
    found.ok_or_else(|| {
        let (month, day, length) = match towards {
            TimeDirection::Past => (now.checked_sub(1.month()), "yesterday", "\"3 days ago\""),
            TimeDirection::Future => (now.checked_add(1.month()), "tomorrow", "2h"),
        };
        let date = month.unwrap_or_else(|_| now.clone()).date();
        format!("{text:?} is not a time: write {date}, \"{date} 12:00\", {day} or {length}")
    })
}

/// The second that it lies in, for no server knows and no person reads a finer moment.
pub fn whole_second(moment: Timestamp) -> Timestamp {
    Timestamp::from_second(moment.as_second()).unwrap_or(moment)
}

/// `2h`, `3 days ago`, `in 90 minutes`.
fn relative(words: &str, now: &Zoned, towards: TimeDirection) -> Option<Timestamp> {
    if words == "now" {
        return Some(now.timestamp());
    }
    let (length, towards) = match (words.strip_suffix("ago"), words.strip_prefix("in ")) {
        (Some(length), _) => (length, TimeDirection::Past),
        (None, Some(length)) => (length, TimeDirection::Future),
        (None, None) => (words, towards),
    };
    let span = span(length)?;
    let moved = match towards {
        TimeDirection::Past => now.checked_sub(span),
        TimeDirection::Future => now.checked_add(span),
    };
    moved.ok().map(|moved| moved.timestamp())
}

/// Numbers with units, one after another: `1d12h`, `3 days`, `1 week 2 days`.
fn span(words: &str) -> Option<Span> {
    let mut rest = words.trim();
    let mut sum = Span::new();
    let mut seen = false;
    while !rest.is_empty() {
        let digits = rest.find(|character: char| !character.is_ascii_digit())?;
        let number: i64 = rest[..digits].parse().ok().filter(|number| *number <= 1_000_000)?;
        let after = rest[digits..].trim_start();
        let end = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        sum = with_unit(sum, number, &after[..end])?;
        rest = after[end..].trim_start_matches([' ', ',']);
        seen = true;
    }
    seen.then_some(sum)
}

fn with_unit(sum: Span, number: i64, unit: &str) -> Option<Span> {
    let added = match unit {
        "s" | "sec" | "secs" | "second" | "seconds" => sum.try_seconds(sum.get_seconds() + number),
        "m" | "min" | "mins" | "minute" | "minutes" => sum.try_minutes(sum.get_minutes() + number),
        "h" | "hour" | "hours" => sum.try_hours(i64::from(sum.get_hours()) + number),
        "d" | "day" | "days" => sum.try_days(i64::from(sum.get_days()) + number),
        "w" | "week" | "weeks" => sum.try_weeks(i64::from(sum.get_weeks()) + number),
        "month" | "months" => sum.try_months(i64::from(sum.get_months()) + number),
        "y" | "year" | "years" => sum.try_years(i64::from(sum.get_years()) + number),
        _ => return None,
    };
    added.ok()
}

/// A day with or without a time, or a time alone.
fn dated(words: &str, now: &Zoned, towards: TimeDirection) -> Option<Timestamp> {
    if let Some(time) = clock_time(words) {
        return alone(time, now, towards);
    }
    let (day, time) = match words.split_once([' ', 't']) {
        // `today` and `tomorrow` have a `t` of their own.
        Some((day, _)) if day.is_empty() || !day.starts_with(|c: char| c.is_ascii_digit()) => {
            match words.split_once(' ') {
                Some((day, time)) => (day, time.trim().trim_start_matches("at ").trim()),
                None => (words, ""),
            }
        }
        Some((day, time)) => (day, time.trim().trim_start_matches("at ").trim()),
        None => (words, ""),
    };
    let date = date(day, now)?;
    let time = if time.is_empty() { Time::midnight() } else { clock_time(time)? };
    instant(date.to_datetime(time), now)
}

fn date(day: &str, now: &Zoned) -> Option<Date> {
    let today = now.date();
    match day {
        "today" => Some(today),
        "yesterday" => today.checked_sub(1.day()).ok(),
        "tomorrow" => today.checked_add(1.day()).ok(),
        written => written.parse().ok(),
    }
}

/// `18:00` or `18:00:30`.
fn clock_time(text: &str) -> Option<Time> {
    let plain = text.chars().all(|c| c.is_ascii_digit() || c == ':') && text.contains(':');
    plain.then(|| text.parse().ok())?
}

/// The nearest such time on one side of now.
fn alone(time: Time, now: &Zoned, towards: TimeDirection) -> Option<Timestamp> {
    let today = instant(now.date().to_datetime(time), now)?;
    let now_at = now.timestamp();
    match towards {
        TimeDirection::Past if today > now_at => {
            instant(now.date().checked_sub(1.day()).ok()?.to_datetime(time), now)
        }
        TimeDirection::Future if today <= now_at => {
            instant(now.date().checked_add(1.day()).ok()?.to_datetime(time), now)
        }
        _ => Some(today),
    }
}

fn instant(civil: DateTime, now: &Zoned) -> Option<Timestamp> {
    civil.to_zoned(now.time_zone().clone()).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Zoned {
        "2026-11-29T15:30:00+01:00[Europe/Berlin]".parse().unwrap()
    }

    fn read(text: &str, towards: TimeDirection) -> String {
        let fixed = jiff::tz::TimeZone::fixed(jiff::tz::offset(1));
        let now = now().timestamp().to_zoned(fixed.clone());
        match parse_when(text, &now, towards) {
            Ok(at) => at.to_zoned(fixed).datetime().to_string(),
            Err(sentence) => sentence,
        }
    }

    #[test]
    fn moments_are_read_as_people_write_them() {
        for (text, expected) in [
            ("2026-11-01", "2026-11-01T00:00:00"),
            ("2026-11-01 12:00", "2026-11-01T12:00:00"),
            ("2026-11-01T12:00:30", "2026-11-01T12:00:30"),
            ("2026-11-01T12:00:00Z", "2026-11-01T13:00:00"),
            ("2026-11-01T12:00:00+01:00", "2026-11-01T12:00:00"),
            ("yesterday", "2026-11-28T00:00:00"),
            ("Yesterday 08:15", "2026-11-28T08:15:00"),
            ("yesterday at 08:15", "2026-11-28T08:15:00"),
            ("today", "2026-11-29T00:00:00"),
            ("tomorrow", "2026-11-30T00:00:00"),
            ("now", "2026-11-29T15:30:00"),
            ("3 days ago", "2026-11-26T15:30:00"),
            ("1 week, 2 days ago", "2026-11-20T15:30:00"),
            ("in 90 minutes", "2026-11-29T17:00:00"),
            ("2h", "2026-11-29T13:30:00"),
            ("1d12h", "2026-11-28T03:30:00"),
            ("14:00", "2026-11-29T14:00:00"),
            ("18:00", "2026-11-28T18:00:00"),
        ] {
            assert_eq!(read(text, TimeDirection::Past), expected, "{text}");
        }
    }

    #[test]
    fn what_could_be_on_either_side_lies_on_the_side_that_is_asked_for() {
        assert_eq!(read("2h", TimeDirection::Future), "2026-11-29T17:30:00");
        assert_eq!(read("18:00", TimeDirection::Future), "2026-11-29T18:00:00");
        assert_eq!(read("14:00", TimeDirection::Future), "2026-11-30T14:00:00");
        assert_eq!(read("2h ago", TimeDirection::Future), "2026-11-29T13:30:00");
    }

    #[test]
    fn what_is_no_moment_is_refused_with_an_example() {
        for text in ["", "h", "2x", "soon", "2026-13-01", "2026-11-01 25:00", "99:00", "1é", "ago"]
        {
            assert!(read(text, TimeDirection::Past).contains("is not a time"), "{text}");
        }
        let past = "write 2026-10-29, \"2026-10-29 12:00\", yesterday or \"3 days ago\"";
        assert!(read("soon", TimeDirection::Past).ends_with(past));
        let future = "write 2026-12-29, \"2026-12-29 12:00\", tomorrow or 2h";
        assert!(read("soon", TimeDirection::Future).ends_with(future));
    }
}
