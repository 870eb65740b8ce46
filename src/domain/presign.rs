//! Defines presigned links: what is asked for, how long they hold, how they are shown.

use std::time::Duration;

use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use crate::domain::object::ObjectAddress;

/// The longest a signature of version 4 holds, on S3 and R2 alike.
pub const MAX_EXPIRY: Duration = Duration::from_secs(7 * 24 * 3600);

/// How long `y` makes a link hold where the connection says nothing.
pub const DEFAULT_EXPIRY: Duration = Duration::from_secs(3600);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum LinkMethod {
    #[default]
    Get,
    Head,
    Put,
    Delete,
}

impl LinkMethod {
    /// As HTTP spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            LinkMethod::Get => "GET",
            LinkMethod::Head => "HEAD",
            LinkMethod::Put => "PUT",
            LinkMethod::Delete => "DELETE",
        }
    }

    /// Whether who has the link changes what is stored.
    pub fn writes(self) -> bool {
        matches!(self, LinkMethod::Put | LinkMethod::Delete)
    }

    /// The operation that the link is signed for.
    pub fn operation(self) -> &'static str {
        match self {
            LinkMethod::Get => "GetObject",
            LinkMethod::Head => "HeadObject",
            LinkMethod::Put => "PutObject",
            LinkMethod::Delete => "DeleteObject",
        }
    }
}

/// A link to be signed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LinkSpec {
    pub object: ObjectAddress,
    pub method: LinkMethod,
    /// What was asked; at least a second. The link may hold for less.
    pub expires_in: Duration,
    /// How a browser takes what a GET link leads to.
    pub opens: LinkDisposition,
    /// Of a PUT link: the only type that may be sent. Of a GET link: what the answer says instead
    /// of the object's own.
    pub content_type: Option<String>,
}

impl LinkSpec {
    /// A link to an object as it is.
    pub fn new(object: ObjectAddress, method: LinkMethod, expires_in: Duration) -> LinkSpec {
        LinkSpec {
            object,
            method,
            expires_in,
            opens: LinkDisposition::AsStored,
            content_type: None,
        }
    }
}

/// How a browser takes what a link leads to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum LinkDisposition {
    /// By the object's own Content-Disposition.
    #[default]
    AsStored,
    /// In the browser's window, under this name where it is saved.
    Inline(Option<String>),
    /// As a file of this name.
    Download(String),
}

impl LinkDisposition {
    /// The value of Content-Disposition; `None` leaves the object's own.
    pub fn disposition(&self) -> Option<String> {
        match self {
            LinkDisposition::AsStored => None,
            LinkDisposition::Inline(None) => Some("inline".to_owned()),
            LinkDisposition::Inline(Some(name)) => Some(disposition("inline", name)),
            LinkDisposition::Download(name) => Some(disposition("attachment", name)),
        }
    }
}

/// What RFC 8187 leaves as it is.
const EXTENDED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// With any name: in quotes for old readers, and in full as RFC 6266 says.
fn disposition(kind: &str, name: &str) -> String {
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    let odd = |c: char| !c.is_ascii() || matches!(c, '"' | '\\' | '%' | '/');
    if !name.contains(odd) {
        return format!("{kind}; filename=\"{name}\"");
    }
    let plain: String = name.chars().map(|c| if odd(c) { '_' } else { c }).collect();
    let full = utf8_percent_encode(&name, EXTENDED);
    format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{full}")
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
    /// Whose key signed it; the link ends with that key.
    pub access_key_id: String,
    /// What whoever uses it has to send with it, name and value: they are signed. A key of one's
    /// own is [`KEY_VARIABLE`], never itself.
    pub headers: Vec<(String, String)>,
}

/// What stands for a key of one's own (SSE-C, in base64) in the command that uses a link.
pub const KEY_VARIABLE: &str = "$SSE_C_KEY";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortened {
    SevenDays,
    Credentials,
}

impl Shortened {
    /// Why a link ends early, in a sentence.
    pub fn because(self) -> &'static str {
        match self {
            Shortened::SevenDays => "a signature holds for at most 7 days",
            Shortened::Credentials => "the credentials end then",
        }
    }
}

impl std::fmt::Debug for PresignedLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = self.url.split('?').next().unwrap_or_default();
        f.debug_struct("PresignedLink")
            .field("url", &format_args!("{shown}?…"))
            .field("expires_at", &self.expires_at)
            .field("shortened", &self.shortened)
            .finish_non_exhaustive()
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
    match parse_life(text)? {
        asked if asked > MAX_EXPIRY => {
            Err(format!("{text} is longer than 7 days, the longest a signature is valid"))
        }
        asked => Ok(asked),
    }
}

/// As [`parse_expiry`], of any length.
pub fn parse_life(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let seconds = match text.parse::<u64>() {
        Ok(seconds) => Some(seconds),
        Err(_) => sum_of_units(text),
    };
    match seconds.map(Duration::from_secs) {
        None => Err(format!("{text:?} is not a duration: write 15m, 1h, 1h30m or 7d")),
        Some(Duration::ZERO) => Err("a link must be valid for at least a second".to_owned()),
        Some(asked) => Ok(asked),
    }
}

/// Reads an age of any length, down to `0`. Another number without a unit is refused: 7 is seconds
/// for some and days for others.
///
/// # Errors
/// A sentence that says what was expected.
pub fn parse_age(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    match (sum_of_units(text), text.parse::<u64>()) {
        (Some(seconds), _) => Ok(Duration::from_secs(seconds)),
        (None, Ok(0)) => Ok(Duration::ZERO),
        (None, Ok(_)) => Err(format!("write a unit with it: {text}d, {text}h, {text}m or {text}s")),
        (None, Err(_)) => Err(format!("{text:?} is not a duration: write 90m, 12h or 7d")),
    }
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
    fn an_age_has_a_unit_unless_it_is_none_at_all() {
        let seconds = |text| parse_age(text).map(|age| age.as_secs());
        assert_eq!(seconds("7d"), Ok(604_800));
        assert_eq!((seconds("0"), seconds("0d"), seconds(" 30s ")), (Ok(0), Ok(0), Ok(30)));
        assert!(seconds("7").unwrap_err().contains("unit with it: 7d, 7h, 7m or 7s"));
        for text in ["", "soon", "-7", "7x"] {
            assert!(seconds(text).unwrap_err().contains("is not a duration"), "{text}");
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
    fn a_download_has_any_name() {
        let named = |name: &str| LinkDisposition::Download(name.to_owned()).disposition().unwrap();
        assert_eq!(named("a b.txt"), "attachment; filename=\"a b.txt\"");
        assert_eq!(
            named("Übung \"1\".txt"),
            "attachment; filename=\"_bung _1_.txt\"; \
             filename*=UTF-8''%C3%9Cbung%20%221%22.txt"
        );
        assert_eq!(named("50%"), "attachment; filename=\"50_\"; filename*=UTF-8''50%25");
        assert!(!named("a\r\nb").contains(['\r', '\n']));
        assert_eq!(LinkDisposition::Inline(None).disposition().as_deref(), Some("inline"));
        assert_eq!(LinkDisposition::AsStored.disposition(), None);
    }

    #[test]
    fn debug_text_of_a_link_has_no_signature() {
        let link = PresignedLink {
            url: "https://h/b/k?X-Amz-Signature=abc".into(),
            expires_at: Timestamp::UNIX_EPOCH,
            shortened: None,
            access_key_id: "AKIA".into(),
            headers: Vec::new(),
        };
        assert!(!format!("{link:?}").contains("abc"));
    }
}
