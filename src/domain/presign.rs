//! Defines presigned links: what is asked for, how long they hold, how they are shown.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::object::ObjectAddress;

/// The longest a signature of version 4 holds, on S3 and R2 alike.
pub const MAX_EXPIRY: Duration = Duration::from_secs(7 * 24 * 3600);

/// How long `y` makes a link hold where the connection says nothing.
pub const DEFAULT_EXPIRY: Duration = Duration::from_secs(3600);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LinkMethod {
    #[default]
    Get,
    Put,
}

/// A link to be signed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LinkSpec {
    pub object: ObjectAddress,
    pub method: LinkMethod,
    /// What was asked; at least a second. The link may hold for less.
    pub expires_in: Duration,
}

/// A signed link. Whoever holds the URL holds the access, so `Debug` leaves the signature out.
#[derive(Clone, PartialEq, Eq)]
pub struct PresignedLink {
    pub url: String,
    /// When it really ends: the smallest of what was asked, seven days and the credentials' own
    /// end.
    pub expires_at: Timestamp,
    /// Why it ends earlier than asked.
    pub shortened: Option<Shortened>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortened {
    SevenDays,
    Credentials,
}

impl std::fmt::Debug for PresignedLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = self.url.split('?').next().unwrap_or_default();
        f.debug_struct("PresignedLink")
            .field("url", &format_args!("{shown}?…"))
            .field("expires_at", &self.expires_at)
            .field("shortened", &self.shortened)
            .finish()
    }
}

/// How long a link holds, from what was asked and from when the credentials end, both counted from
/// `now`.
pub fn effective_expiry(
    asked: Duration,
    now: Timestamp,
    credentials_end: Option<Timestamp>,
) -> (Duration, Option<Shortened>) {
    let mut holds = (asked, None);
    if asked > MAX_EXPIRY {
        holds = (MAX_EXPIRY, Some(Shortened::SevenDays));
    }
    if let Some(end) = credentials_end {
        let left = Duration::try_from(end.duration_since(now)).unwrap_or_default();
        if left < holds.0 {
            holds = (left, Some(Shortened::Credentials));
        }
    }
    holds
}

/// Reads how long a link shall hold: `90s`, `15m`, `1h`, `1h30m`, `7d`, `1w`, or plain seconds as
/// the AWS CLI takes them.
///
/// # Errors
/// A sentence that says what was expected; also below a second and beyond [`MAX_EXPIRY`].
pub fn parse_expiry(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let seconds = match text.parse::<u64>() {
        Ok(seconds) => Some(seconds),
        Err(_) => sum_of_units(text),
    };
    match seconds.map(Duration::from_secs) {
        None => Err(format!("{text:?} is not a duration: write 15m, 1h, 1h30m or 7d")),
        Some(Duration::ZERO) => Err("a link must be valid for at least a second".to_owned()),
        Some(asked) if asked > MAX_EXPIRY => {
            Err(format!("{text} is longer than 7 days, the longest a signature is valid"))
        }
        Some(asked) => Ok(asked),
    }
}

/// Reads an age as [`parse_expiry`] reads a life, of any length and down to nothing.
pub fn parse_age(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let seconds = text.parse().ok().or_else(|| sum_of_units(text));
    let seconds: Option<u64> = seconds;
    seconds
        .map(Duration::from_secs)
        .ok_or_else(|| format!("{text:?} is not a duration: write 90m, 12h or 7d"))
}

/// Seconds of `1h30m`; `None` where a number or a unit is missing or the sum is too large.
fn sum_of_units(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut sum = 0_u64;
    while !rest.is_empty() {
        let digits = rest.find(|character: char| !character.is_ascii_digit())?;
        let number: u64 = rest[..digits].parse().ok()?;
        let unit = rest[digits..].chars().next()?;
        let seconds = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 24 * 3600,
            'w' => 7 * 24 * 3600,
            _ => return None,
        };
        sum = sum.checked_add(number.checked_mul(seconds)?)?;
        rest = rest[digits + 1..].trim_start();
    }
    (!text.is_empty()).then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expiry_is_read_as_people_write_it() {
        let seconds = |text| parse_expiry(text).map(|expiry| expiry.as_secs());
        assert_eq!(seconds("15m"), Ok(900));
        assert_eq!(seconds(" 1h30m "), Ok(5400));
        assert_eq!(seconds("1h 30m"), Ok(5400));
        assert_eq!(seconds("7d"), Ok(604_800));
        assert_eq!(seconds("1w"), Ok(604_800));
        assert_eq!(seconds("3600"), Ok(3600));
        assert!(seconds("8d").unwrap_err().contains("7 days"));
        assert!(seconds("0s").unwrap_err().contains("at least a second"));
        for text in ["", "h", "1x", "1é", "m15", "99999999999999999999h", "-1h"] {
            assert!(seconds(text).unwrap_err().contains("write 15m"), "{text}");
        }
    }

    #[test]
    fn a_link_ends_with_the_first_of_its_three_limits() {
        let now = Timestamp::from_second(1_790_000_000).unwrap();
        let hour = Duration::from_secs(3600);
        assert_eq!(effective_expiry(hour, now, None), (hour, None));
        assert_eq!(
            effective_expiry(hour * 1000, now, None),
            (MAX_EXPIRY, Some(Shortened::SevenDays))
        );
        let end = now + Duration::from_secs(600);
        assert_eq!(
            effective_expiry(hour, now, Some(end)),
            (Duration::from_secs(600), Some(Shortened::Credentials))
        );
        assert_eq!(
            effective_expiry(hour, end, Some(now)),
            (Duration::ZERO, Some(Shortened::Credentials))
        );
    }

    #[test]
    fn debug_text_of_a_link_has_no_signature() {
        let link = PresignedLink {
            url: "https://h/b/k?X-Amz-Signature=abc".into(),
            expires_at: Timestamp::UNIX_EPOCH,
            shortened: None,
        };
        assert!(!format!("{link:?}").contains("abc"));
    }
}
