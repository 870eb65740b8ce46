//! Defines what protects an object: encryption, access, locks, and an archive that keeps it.

use std::fmt;
use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::when::whole_second;

/// How servers encrypt: with a key of theirs, or with one of KMS, once or twice.
pub const ENCRYPTION_METHODS: [&str; 3] = ["AES256", KMS, "aws:kms:dsse"];

/// With a key of KMS.
pub const KMS: &str = "aws:kms";

/// How the server encrypts an object, in the words of `x-amz-server-side-encryption`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Encryption {
    /// One of [`ENCRYPTION_METHODS`].
    pub method: String,
    /// Of KMS; the account's usual one where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum LockMode {
    /// Those with the right to it may shorten it and delete all the same.
    Governance,
    /// Nobody may, the account's owner included.
    Compliance,
}

impl LockMode {
    /// As S3 spells it.
    pub fn name(self) -> &'static str {
        match self {
            LockMode::Governance => "GOVERNANCE",
            LockMode::Compliance => "COMPLIANCE",
        }
    }

    pub fn parse(text: &str) -> Option<LockMode> {
        [LockMode::Governance, LockMode::Compliance]
            .into_iter()
            .find(|mode| mode.name().eq_ignore_ascii_case(text))
    }
}

impl fmt::Display for LockMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Until when a version can neither be overwritten nor deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    pub mode: LockMode,
    pub until: Timestamp,
}

impl Retention {
    /// Cuts the time to whole seconds, which servers keep.
    pub fn new(mode: LockMode, until: Timestamp) -> Retention {
        Retention { mode, until: whole_second(until) }
    }
}

/// Who may do what with an object, as the headers `x-amz-grant-…` name them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ObjectGrants {
    pub full_control: Option<String>,
    pub read: Option<String>,
    pub read_acp: Option<String>,
    pub write_acp: Option<String>,
}

/// What guards an object; what is not said is the bucket's usual.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Protection {
    /// One of the ACLs that S3 has names for: `private`, `public-read`, ….
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acl: Option<String>,
    /// In place of an ACL with a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grants: Option<ObjectGrants>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption: Option<Encryption>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention: Option<Retention>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_hold: Option<bool>,
}

/// How requests about objects are sent: with a key of the customer's own, at the requester's cost.
/// It holds no key; what `key_command` holds may be secret, so `Debug` leaves it out.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AccessSpec {
    /// The file that has the key for SSE-C.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_file: Option<PathBuf>,
    /// The command that prints it, where there is no file; it is shown to whoever changes it alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_command: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub requester_pays: bool,
}

impl fmt::Debug for AccessSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessSpec")
            .field("key_file", &self.key_file)
            .field("key_command", &self.key_command.as_ref().map(|_| "…"))
            .field("requester_pays", &self.requester_pays)
            .finish()
    }
}

impl AccessSpec {
    pub fn is_plain(&self) -> bool {
        *self == AccessSpec::default()
    }

    /// Why a link alone is of no use.
    pub fn beside_link(&self) -> Option<&'static str> {
        beside_link(self.has_key(), self.requester_pays)
    }

    pub fn has_key(&self) -> bool {
        self.key_file.is_some() || self.key_command.is_some()
    }
}

/// Why a link alone is of no use, where requests need a key of one's own, or are paid for.
pub fn beside_link(key: bool, paid: bool) -> Option<&'static str> {
    match (key, paid) {
        (true, _) => {
            Some("whoever uses a link has to send the key with it, as a curl command does")
        }
        (_, true) => Some(
            "whoever uses a link has to say that its requests are paid for, as a curl command does",
        ),
        _ => None,
    }
}

/// How far an archived object is on its way to be readable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restore {
    pub running: bool,
    /// The readable copy is kept until then.
    pub until: Option<Timestamp>,
}

impl Restore {
    /// Reads `x-amz-restore`: `ongoing-request="false", expiry-date="Fri, 21 Dec 2012 00:00:00
    /// GMT"`.
    pub fn parse(header: &str) -> Option<Restore> {
        let ongoing = quoted(header, "ongoing-request")?;
        let until = quoted(header, "expiry-date").and_then(http_date);
        Some(Restore { running: ongoing == "true", until })
    }
}

fn quoted<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = header.split_once(name)?;
    let (_, rest) = rest.split_once('"')?;
    rest.split_once('"').map(|(text, _)| text)
}

/// Reads a date as HTTP headers have it, or RFC 3339.
pub fn http_date(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let read = || jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok();
    read().or_else(|| text.parse().ok())
}

/// A moment as HTTP headers want it: `Thu, 01 Dec 2033 16:00:00 GMT`.
pub fn as_http_date(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Whether a class keeps objects that have to be restored before they are read.
pub fn is_archive(class: &str) -> bool {
    matches!(class, "GLACIER" | "DEEP_ARCHIVE")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restore_is_read_from_its_header() {
        let running = Restore::parse("ongoing-request=\"true\"").unwrap();
        assert_eq!(running, Restore { running: true, until: None });
        let header = "ongoing-request=\"false\", expiry-date=\"Fri, 21 Dec 2012 00:00:00 GMT\"";
        let readable = Restore::parse(header).unwrap();
        assert_eq!(readable.until.unwrap().to_string(), "2012-12-21T00:00:00Z");
        assert_eq!(Restore::parse("nonsense"), None);
    }

    #[test]
    fn debug_text_has_no_command() {
        let key_command = Some("vault read -token=hush key".to_owned());
        let spec = AccessSpec { key_command, requester_pays: true, ..AccessSpec::default() };
        let shown = format!("{spec:?}");
        assert!(!shown.contains("hush") && shown.contains("requester_pays: true"), "{shown}");
    }

    #[test]
    fn dates_are_written_as_headers_want_them() {
        let time: Timestamp = "2033-12-01T16:00:00Z".parse().unwrap();
        assert_eq!(as_http_date(time), "Thu, 01 Dec 2033 16:00:00 GMT");
        assert_eq!(http_date(&as_http_date(time)), Some(time));
        assert_eq!(http_date("soon"), None);
    }
}
