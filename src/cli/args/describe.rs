//! Defines the flags that say what objects are to have besides their bytes.

use std::collections::BTreeMap;

use clap::Args;
use jiff::Zoned;

use crate::cli::print::VerbError;
use crate::domain::attributes::{Attributes, MAX_TAGS};
use crate::domain::object::ObjectHeaders;
use crate::domain::protection::{
    ENCRYPTION_METHODS, Encryption, KMS, LockMode, Protection, Retention, as_http_date,
};
use crate::domain::when::{TimeDirection, parse_when};

#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "What the object has")]
pub struct DescribeFlags {
    /// Content-Type; of an upload it follows from the name and the content otherwise
    #[arg(long, value_name = "TYPE")]
    pub content_type: Option<String>,
    /// Cache-Control
    #[arg(long, value_name = "TEXT")]
    pub cache_control: Option<String>,
    /// Content-Disposition
    #[arg(long, value_name = "TEXT")]
    pub content_disposition: Option<String>,
    /// Content-Encoding
    #[arg(long, value_name = "TEXT")]
    pub content_encoding: Option<String>,
    /// Content-Language
    #[arg(long, value_name = "TEXT")]
    pub content_language: Option<String>,
    /// Expires: 2026-12-01, "2026-12-01 12:00", 30d
    #[arg(long, value_name = "TIME")]
    pub expires: Option<String>,
    /// User metadata, added to what is there; may be given many times
    #[arg(long, value_name = "NAME=VALUE", value_parser = metadata)]
    pub metadata: Vec<(String, String)>,
    /// A tag, added to what is there; may be given many times
    #[arg(long, value_name = "NAME=VALUE", value_parser = tag)]
    pub tag: Vec<(String, String)>,
    /// Storage class: STANDARD, STANDARD_IA, GLACIER_IR, …
    #[arg(long, value_name = "CLASS", value_parser = class)]
    pub class: Option<String>,
    /// Access: private, public-read, authenticated-read, bucket-owner-full-control, …
    #[arg(long, value_name = "ACL")]
    pub acl: Option<String>,
    /// Encryption by the server: AES256, aws:kms or aws:kms:dsse
    #[arg(long, value_name = "METHOD", value_parser = ENCRYPTION_METHODS)]
    #[arg(hide_possible_values = true)]
    pub sse: Option<String>,
    /// The key of KMS; aws:kms where --sse says nothing else
    #[arg(long, value_name = "ID")]
    pub sse_key_id: Option<String>,
}

#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "What the object has")]
pub struct LockFlags {
    /// Neither overwritten nor deleted until then; needs a bucket with object lock
    #[arg(long, value_name = "TIME")]
    pub lock_until: Option<String>,
    /// governance, which some may lift, or compliance, which nobody may
    #[arg(long, value_name = "MODE", value_parser = ["governance", "compliance"])]
    #[arg(ignore_case = true, hide_possible_values = true, requires = "lock_until")]
    pub lock_mode: Option<String>,
    /// Neither overwritten nor deleted until the hold is taken off
    #[arg(long)]
    pub legal_hold: bool,
}

impl DescribeFlags {
    /// # Errors
    /// `Usage` where a time cannot be read, or flags speak against each other.
    pub fn attributes(&self) -> Result<Attributes, VerbError> {
        let expires = match self.expires.as_deref() {
            Some("") => Some(String::new()),
            Some(text) => {
                let time = parse_when(text, &Zoned::now(), TimeDirection::Future)
                    .map_err(VerbError::Usage)?;
                Some(as_http_date(time))
            }
            None => None,
        };
        let headers = ObjectHeaders {
            content_type: self.content_type.clone(),
            content_encoding: self.content_encoding.clone(),
            content_disposition: self.content_disposition.clone(),
            content_language: self.content_language.clone(),
            cache_control: self.cache_control.clone(),
            expires,
            website_redirect: None,
        };
        let tags: BTreeMap<String, String> = self.tag.iter().cloned().collect();
        if tags.len() > MAX_TAGS {
            let count = tags.len();
            let sentence = format!("an object has {MAX_TAGS} tags at most, and {count} are given");
            return Err(VerbError::Usage(sentence));
        }
        Ok(Attributes {
            headers,
            metadata: self.metadata.iter().cloned().collect(),
            tags,
            class: self.class.clone(),
            protection: Protection {
                acl: self.acl.clone(),
                encryption: self.encryption()?,
                ..Protection::default()
            },
        })
    }

    fn encryption(&self) -> Result<Option<Encryption>, VerbError> {
        let key_id = self.sse_key_id.clone();
        match (self.sse.as_deref(), key_id) {
            (Some("AES256"), Some(_)) => {
                let sentence = "--sse-key-id names a key of KMS: write --sse aws:kms with it";
                Err(VerbError::Usage(sentence.to_owned()))
            }
            (None, None) => Ok(None),
            (method, key_id) => {
                let method = method.unwrap_or(KMS).to_owned();
                Ok(Some(Encryption { method, key_id }))
            }
        }
    }
}

impl LockFlags {
    /// Adds to `protection` what the flags say.
    ///
    /// # Errors
    /// `Usage` for a time that cannot be read, or is past.
    pub fn add_to(&self, protection: &mut Protection) -> Result<(), VerbError> {
        if let Some(text) = &self.lock_until {
            let now = Zoned::now();
            let until = parse_when(text, &now, TimeDirection::Future).map_err(VerbError::Usage)?;
            if until <= now.timestamp() {
                let sentence = format!("--lock-until {text} is past: write a future time");
                return Err(VerbError::Usage(sentence));
            }
            let named = self.lock_mode.as_deref().and_then(LockMode::parse);
            let mode = named.unwrap_or(LockMode::Governance);
            protection.retention = Some(Retention::new(mode, until));
        }
        if self.legal_hold {
            protection.legal_hold = Some(true);
        }
        Ok(())
    }
}

/// The attributes that both groups of flags give together.
pub fn attributes(describe: &DescribeFlags, lock: &LockFlags) -> Result<Attributes, VerbError> {
    let mut attributes = describe.attributes()?;
    lock.add_to(&mut attributes.protection)?;
    Ok(attributes)
}

fn pair(text: &str) -> Result<(&str, &str), String> {
    match text.split_once('=') {
        Some(("", _)) | None => Err(format!("{text:?} is not a pair: write name=value")),
        Some(pair) => Ok(pair),
    }
}

fn metadata(text: &str) -> Result<(String, String), String> {
    let (name, value) = pair(text)?;
    metadata_name(name).map(|name| (name, value.to_owned()))
}

/// A name that a header can have, in lower case as servers keep it.
pub fn metadata_name(name: &str) -> Result<String, String> {
    let taken = |c: char| c.is_ascii_alphanumeric() || "!#$&'*+.^_`|~-".contains(c);
    if name.is_empty() || !name.chars().all(taken) {
        return Err(format!("{name:?} is not a name for metadata: take letters, digits and - _ ."));
    }
    let lower = name.to_ascii_lowercase();
    Ok(lower.strip_prefix("x-amz-meta-").map_or(lower.clone(), str::to_owned))
}

fn tag(text: &str) -> Result<(String, String), String> {
    pair(text).map(|(name, value)| (name.to_owned(), value.to_owned()))
}

fn class(text: &str) -> Result<String, String> {
    match text {
        "" => Err("expected a storage class: STANDARD, STANDARD_IA, GLACIER_IR, …".to_owned()),
        text => Ok(text.to_ascii_uppercase().replace('-', "_")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_metadata_are_those_of_headers() {
        assert_eq!(metadata("Team=a=b"), Ok(("team".to_owned(), "a=b".to_owned())));
        assert_eq!(metadata("x-amz-meta-Team="), Ok(("team".to_owned(), String::new())));
        for wrong in ["team", "=x", "a b=c", "grün=x"] {
            assert!(metadata(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_key_of_kms_says_how_it_is_encrypted() {
        let key = Some("alias/a".to_owned());
        let flags = DescribeFlags { sse_key_id: key.clone(), ..DescribeFlags::default() };
        let found = flags.attributes().unwrap().protection.encryption.unwrap();
        assert_eq!((found.method.as_str(), found.key_id), ("aws:kms", key));
        let both = DescribeFlags { sse: Some("AES256".into()), ..flags };
        assert!(both.attributes().is_err());
    }

    #[test]
    fn a_lock_ends_in_time_to_come() {
        let mut protection = Protection::default();
        let flags =
            |until: &str| LockFlags { lock_until: Some(until.to_owned()), ..LockFlags::default() };
        assert!(flags("2020-01-01").add_to(&mut protection).is_err());
        flags("30d").add_to(&mut protection).unwrap();
        assert_eq!(protection.retention.unwrap().mode, LockMode::Governance);
    }
}
