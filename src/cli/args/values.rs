//! Reads values that many flags take: locations, whole numbers, durations.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use crate::domain::address::Location;
use crate::domain::place::SEPARATOR;
use crate::domain::presign::parse_age;

/// An `s3://` location. A place of another connection, which `cp` and `mv` take, is told apart from
/// any other text.
pub fn location(text: &str) -> Result<Location, String> {
    Location::parse(text).map_err(|why| match names_connection(text) {
        true => elsewhere(text),
        false => why,
    })
}

/// What is said of a place that names its connection where only a location is taken.
pub fn elsewhere(text: &str) -> String {
    format!(
        "{text:?} is not a location: write s3://bucket/key and name the connection with \
         --connection; only cp and mv take NAME:bucket/key"
    )
}

/// Whether a text has the form of `name:bucket/key`, whatever connections there are.
pub fn names_connection(text: &str) -> bool {
    let Some((name, rest)) = text.split_once(SEPARATOR) else { return false };
    !name.is_empty() && !name.contains('/') && !rest.starts_with("//")
}

/// A whole number in these bounds.
pub fn number_in<T: FromStr + PartialOrd + Display + Clone + Send + Sync + 'static>(
    bounds: RangeInclusive<T>,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static {
    move |text| {
        text.trim().parse().ok().filter(|number| bounds.contains(number)).ok_or_else(|| {
            let (least, most) = (bounds.start(), bounds.end());
            format!("write a whole number from {least} to {most}, without a unit")
        })
    }
}

/// A whole number of any size that the program can count to.
pub fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.trim()
        .parse()
        .map_err(|_| "write a whole number without a sign or a unit, such as 100".to_owned())
}

/// A time to wait, which is a second at least and a week at most.
pub fn patience(text: &str) -> Result<Duration, String> {
    const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);
    match parse_age(text)? {
        Duration::ZERO => Err("write a second at least: 30s, 10m, 2h".to_owned()),
        asked if asked > LONGEST => Err("write 7d at most".to_owned()),
        asked => Ok(asked),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_of_a_connection_is_told_apart_from_what_is_no_place() {
        assert_eq!(location("s3://b/a:b"), Location::parse("s3://b/a:b"));
        for text in ["one:website/", "p@127.0.0.1:9:b/k", "one:s3://b/k", "one:"] {
            let told = location(text).unwrap_err();
            assert!(told.contains("--connection") && told.contains(text), "{told}");
        }
        for text in ["website/", "https://b.example/k", ":b/k", "a/b:c"] {
            assert!(!location(text).unwrap_err().contains("--connection"), "{text}");
        }
    }

    #[test]
    fn a_wrong_number_is_answered_with_what_is_wanted() {
        assert_eq!(number::<u64>("5"), Ok(5));
        for text in ["5K", "x", "-1", "99999999999999999999", ""] {
            assert!(number::<u64>(text).unwrap_err().contains("such as 100"), "{text}");
        }
        let days = number_in(1..=36_500_u32);
        assert_eq!((days("1"), days("36500")), (Ok(1), Ok(36_500)));
        for text in ["0", "36501", "x"] {
            assert!(days(text).unwrap_err().contains("from 1 to 36500"), "{text}");
        }
    }

    #[test]
    fn a_wait_is_a_second_to_a_week() {
        assert_eq!(patience("1h30m"), Ok(Duration::from_secs(5400)));
        assert!(patience("0").unwrap_err().contains("a second at least: 30s"));
        assert!(patience("8d").unwrap_err().contains("7d at most"));
        assert!(patience("soon").unwrap_err().contains("is not a duration"));
    }
}
