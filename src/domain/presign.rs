//! Rules of presigned links: what is asked for, how long it holds, how it is shown.

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
    /// When it really ends: the smallest of what was asked, seven days and the credentials' own end.
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

/// How long a link holds, from what was asked and from when the credentials end, both counted from `now`.
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

#[cfg(test)]
mod tests {
    use super::*;

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
