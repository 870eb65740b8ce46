//! Defines the fields of the metadata form: what objects have, and the change that a typed text
//! makes.

use jiff::Zoned;
use jiff::tz::TimeZone;

use crate::domain::attributes::MAX_TAGS;
use crate::domain::description::ObjectDescription;
use crate::domain::listed::listed;
use crate::domain::metadata_change::MetadataChange;
use crate::domain::protection::{
    ENCRYPTION_METHODS, Encryption, LockMode, Retention, as_http_date, http_date,
};
use crate::domain::provider::Capability;
use crate::domain::units::Moment;
use crate::domain::when::{TimeDirection, parse_when};

listed! {
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Field {
        ContentType,
        CacheControl,
        Disposition,
        ContentEncoding,
        Language,
        Expires,
        Redirect,
        Metadata,
        Tags,
        StorageClass,
        Encryption,
        Retention,
        LegalHold,
        Acl,
    }
}

/// What the objects of a form have in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldValue {
    /// All of them.
    Same(Option<String>),
    Differs,
    /// It is not read here, or could not be.
    Unknown,
}

impl FieldValue {
    pub fn text(&self) -> String {
        match self {
            FieldValue::Same(Some(text)) => text.clone(),
            FieldValue::Same(None) => "(none)".to_owned(),
            FieldValue::Differs => "differs".to_owned(),
            FieldValue::Unknown => "as it is".to_owned(),
        }
    }
}

impl Field {
    pub fn key(self) -> char {
        match self {
            Field::ContentType => 't',
            Field::CacheControl => 'c',
            Field::Disposition => 'd',
            Field::ContentEncoding => 'e',
            Field::Language => 'l',
            Field::Expires => 'x',
            Field::Redirect => 'w',
            Field::Metadata => 'm',
            Field::Tags => 'g',
            Field::StorageClass => 's',
            Field::Encryption => 'n',
            Field::Retention => 'r',
            Field::LegalHold => 'h',
            Field::Acl => 'a',
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Field::ContentType => "Content type",
            Field::CacheControl => "Cache control",
            Field::Disposition => "Disposition",
            Field::ContentEncoding => "Encoding",
            Field::Language => "Language",
            Field::Expires => "Expires",
            Field::Redirect => "Website redirect",
            Field::Metadata => "User metadata",
            Field::Tags => "Tags",
            Field::StorageClass => "Storage class",
            Field::Encryption => "Encryption",
            Field::Retention => "Retention",
            Field::LegalHold => "Legal hold",
            Field::Acl => "Access (ACL)",
        }
    }

    /// The title of what a difference names as the verbs do: `cache_control`, `tags.team`.
    pub fn title_of(difference: &str) -> String {
        let field = match difference.split_once('.') {
            Some(("metadata", name)) => return format!("{} {name}", Field::Metadata.title()),
            Some(("tags", name)) => return format!("Tag {name}"),
            _ => match difference {
                "content_type" => Field::ContentType,
                "cache_control" => Field::CacheControl,
                "content_disposition" => Field::Disposition,
                "content_encoding" => Field::ContentEncoding,
                "content_language" => Field::Language,
                "expires" => Field::Expires,
                "website_redirect" => Field::Redirect,
                "class" => Field::StorageClass,
                "acl" => Field::Acl,
                "encryption" => Field::Encryption,
                "retention" => Field::Retention,
                "legal_hold" => Field::LegalHold,
                other => return other.replace('_', " "),
            },
        };
        field.title().to_owned()
    }

    pub fn hint(self) -> &'static str {
        match self {
            Field::Metadata | Field::Tags => "name=value sets one; -name takes one away",
            Field::Expires => "a time: 2026-12-01, tomorrow, 30d; empty takes it away",
            Field::StorageClass => "STANDARD, STANDARD_IA, GLACIER_IR, …",
            Field::Encryption => "AES256, aws:kms, aws:kms:dsse; a key of KMS may follow",
            Field::Retention => "governance or compliance, and until when: governance 30d",
            Field::LegalHold => "on or off",
            Field::Acl => "private, public-read, bucket-owner-full-control, …",
            Field::Redirect => "a path of the bucket or a URL; empty takes it away",
            _ => "empty takes it away",
        }
    }

    /// What a server may lack of it.
    pub fn capability(self) -> Option<Capability> {
        match self {
            Field::Tags => Some(Capability::ObjectTags),
            Field::Acl => Some(Capability::Acl),
            Field::Encryption => Some(Capability::KmsKeys),
            Field::Retention | Field::LegalHold => Some(Capability::Retention),
            Field::Redirect => Some(Capability::Website),
            _ => None,
        }
    }

    pub fn is_pairs(self) -> bool {
        matches!(self, Field::Metadata | Field::Tags)
    }

    pub fn value(self, objects: &[ObjectDescription], zone: &TimeZone) -> FieldValue {
        let untold = || objects.iter().any(|one| one.tags.is_none());
        if self == Field::Acl || self == Field::Tags && untold() {
            return FieldValue::Unknown;
        }
        let mut values = objects.iter().map(|one| self.of(one, Some(zone)));
        let Some(first) = values.next() else { return FieldValue::Same(None) };
        if values.all(|value| value == first) {
            FieldValue::Same(first)
        } else {
            FieldValue::Differs
        }
    }

    fn of(self, one: &ObjectDescription, zone: Option<&TimeZone>) -> Option<String> {
        let (head, headers) = (&one.head, &one.head.headers);
        let pairs = |pairs: Vec<(&String, &String)>| {
            let all: Vec<String> =
                pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
            (!all.is_empty()).then(|| all.join(" "))
        };
        match self {
            Field::ContentType => headers.content_type.clone(),
            Field::CacheControl => headers.cache_control.clone(),
            Field::Disposition => headers.content_disposition.clone(),
            Field::ContentEncoding => headers.content_encoding.clone(),
            Field::Language => headers.content_language.clone(),
            Field::Expires => {
                let text = headers.expires.clone()?;
                let shown = http_date(&text).zip(zone);
                Some(shown.map_or(text, |(time, zone)| Moment(time, zone).to_string()))
            }
            Field::Redirect => headers.website_redirect.clone(),
            Field::Metadata => pairs(head.user_metadata.iter().collect()),
            Field::Tags => {
                pairs(one.tags.iter().flatten().map(|(name, value)| (name, value)).collect())
            }
            Field::StorageClass => Some(head.class().to_owned()),
            Field::Encryption => head.encryption.as_ref().map(|found| found.method.clone()),
            Field::Retention => head.retention.map(|kept| retention(kept, zone)),
            Field::LegalHold => head.legal_hold.map(|held| on(held).to_owned()),
            Field::Acl => None,
        }
    }

    /// What a change says of it: the names of pairs, or one without a name.
    fn names(self, change: &MetadataChange) -> Vec<String> {
        let (set, removed) = match self {
            Field::Metadata => (&change.set.metadata, &change.remove_metadata),
            Field::Tags => (&change.set.tags, &change.remove_tags),
            _ => return vec![String::new()],
        };
        set.keys().chain(removed).cloned().collect()
    }

    fn take_out(self, change: &mut MetadataChange, name: &str) {
        let set = &mut change.set;
        match self {
            Field::ContentType => set.headers.content_type = None,
            Field::CacheControl => set.headers.cache_control = None,
            Field::Disposition => set.headers.content_disposition = None,
            Field::ContentEncoding => set.headers.content_encoding = None,
            Field::Language => set.headers.content_language = None,
            Field::Expires => set.headers.expires = None,
            Field::Redirect => set.headers.website_redirect = None,
            Field::StorageClass => set.class = None,
            Field::Acl => set.protection.acl = None,
            Field::Encryption => set.protection.encryption = None,
            Field::Retention => set.protection.retention = None,
            Field::LegalHold => set.protection.legal_hold = None,
            Field::Metadata => {
                set.metadata.remove(name);
                change.remove_metadata.remove(name);
            }
            Field::Tags => {
                set.tags.remove(name);
                change.remove_tags.remove(name);
            }
        }
    }

    /// What it is to become, as far as that is said.
    pub fn pending(self, change: &MetadataChange) -> Option<String> {
        let headers = &change.set.headers;
        let header = match self {
            Field::ContentType => &headers.content_type,
            Field::CacheControl => &headers.cache_control,
            Field::Disposition => &headers.content_disposition,
            Field::ContentEncoding => &headers.content_encoding,
            Field::Language => &headers.content_language,
            Field::Expires => &headers.expires,
            Field::Redirect => &headers.website_redirect,
            Field::StorageClass => &change.set.class,
            Field::Acl => &change.set.protection.acl,
            Field::Encryption => {
                let found = change.set.protection.encryption.as_ref()?;
                let key = found.key_id.as_ref().map(|key| format!(" {key}")).unwrap_or_default();
                return Some(format!("{}{key}", found.method));
            }
            Field::Retention => {
                return change.set.protection.retention.map(|kept| retention(kept, None));
            }
            Field::LegalHold => {
                return change.set.protection.legal_hold.map(|held| on(held).to_owned());
            }
            Field::Metadata => return pairs(&change.set.metadata, &change.remove_metadata),
            Field::Tags => return pairs(&change.set.tags, &change.remove_tags),
        };
        let text = header.clone()?;
        Some(if text.is_empty() { "(none)".to_owned() } else { text })
    }
}

fn on(held: bool) -> &'static str {
    if held { "on" } else { "off" }
}

fn retention(kept: Retention, zone: Option<&TimeZone>) -> String {
    let until = match zone {
        Some(zone) => Moment(kept.until, zone).to_string(),
        None => kept.until.to_string(),
    };
    format!("{} until {until}", kept.mode)
}

fn pairs(
    set: &std::collections::BTreeMap<String, String>,
    removed: &std::collections::BTreeSet<String>,
) -> Option<String> {
    let set = set.iter().map(|(name, value)| format!("{name}={value}"));
    let all: Vec<String> = set.chain(removed.iter().map(|name| format!("-{name}"))).collect();
    (!all.is_empty()).then(|| all.join(" "))
}

/// The text that all of them have.
pub fn merged(objects: &[ObjectDescription], field: Field) -> Option<String> {
    let mut values = objects.iter().map(|one| field.of(one, None));
    let first = values.next()?;
    if values.all(|value| value == first) { first } else { None }
}

/// Puts a typed text into a change.
///
/// # Errors
/// A sentence that says what was expected.
pub fn set(
    change: &mut MetadataChange,
    field: Field,
    text: &str,
    now: &Zoned,
) -> Result<(), String> {
    let text = text.trim();
    let said = Some(text.to_owned());
    let headers = &mut change.set.headers;
    match field {
        Field::ContentType => headers.content_type = said,
        Field::CacheControl => headers.cache_control = said,
        Field::Disposition => headers.content_disposition = said,
        Field::ContentEncoding => headers.content_encoding = said,
        Field::Language => headers.content_language = said,
        Field::Redirect => headers.website_redirect = said,
        Field::Expires => {
            headers.expires = Some(match (text, http_date(text)) {
                ("", _) => String::new(),
                (_, Some(time)) => as_http_date(time),
                _ => as_http_date(parse_when(text, now, TimeDirection::Future)?),
            });
        }
        Field::StorageClass => {
            change.set.class = (!text.is_empty()).then(|| text.to_ascii_uppercase());
        }
        Field::Acl => change.set.protection.acl = (!text.is_empty()).then(|| text.to_owned()),
        Field::Encryption => {
            let mut words = text.split_whitespace();
            let method = words.next().map(str::to_owned);
            let key_id = words.next().map(str::to_owned);
            let known = ENCRYPTION_METHODS;
            if method.as_ref().is_some_and(|method| !known.contains(&method.as_str())) {
                return Err(format!("expected one of {}", known.join(", ")));
            }
            change.set.protection.encryption = method.map(|method| Encryption { method, key_id });
        }
        Field::Retention => {
            change.set.protection.retention = match text.split_once(' ') {
                None if text.is_empty() => None,
                Some((mode, until)) => {
                    let mode = LockMode::parse(mode);
                    let mode = mode.ok_or("begin with governance or compliance")?;
                    let until = until.trim().trim_start_matches("until ");
                    let until = parse_when(until, now, TimeDirection::Future)?;
                    if until <= now.timestamp() {
                        return Err("that is past: write a future time".to_owned());
                    }
                    Some(Retention::new(mode, until))
                }
                None => return Err("write the mode and until when: governance 30d".to_owned()),
            };
        }
        Field::LegalHold => {
            change.set.protection.legal_hold = match text {
                "" => None,
                "on" => Some(true),
                "off" => Some(false),
                _ => return Err("expected on or off".to_owned()),
            };
        }
        Field::Metadata => {
            let (set, removed) = (&mut change.set.metadata, &mut change.remove_metadata);
            pair(text, str::to_ascii_lowercase, set, removed)?;
        }
        Field::Tags => {
            let (set, removed) = (&mut change.set.tags, &mut change.remove_tags);
            pair(text, str::to_owned, set, removed)?;
            if set.len() > MAX_TAGS {
                return Err(format!("an object has {MAX_TAGS} tags at most"));
            }
        }
    }
    Ok(())
}

/// Takes out of a change what would leave all of these objects as they are.
pub fn settle(change: &mut MetadataChange, objects: &[ObjectDescription]) {
    let differences = |change: &MetadataChange| -> Vec<_> {
        let of = |one: &ObjectDescription| {
            change.differences(&one.head, one.tags.as_deref().unwrap_or_default())
        };
        objects.iter().map(of).collect()
    };
    let all = differences(change);
    // Nobody knows what a change of tags that cannot be read would leave as it is.
    let tags_known = objects.iter().all(|one| one.tags.is_some());
    for field in Field::ALL.into_iter().filter(|field| tags_known || *field != Field::Tags) {
        for name in field.names(change) {
            let mut less = change.clone();
            field.take_out(&mut less, &name);
            if differences(&less) == all {
                *change = less;
            }
        }
    }
}

fn pair(
    text: &str,
    spelled: impl Fn(&str) -> String,
    set: &mut std::collections::BTreeMap<String, String>,
    removed: &mut std::collections::BTreeSet<String>,
) -> Result<(), String> {
    match (text.split_once('='), text.strip_prefix('-')) {
        (Some((name, value)), _) if !name.is_empty() => {
            removed.remove(&spelled(name));
            set.insert(spelled(name), value.to_owned());
        }
        (None, Some(name)) if !name.is_empty() => {
            set.remove(&spelled(name));
            removed.insert(spelled(name));
        }
        _ => return Err("write name=value, or -name to take one away".to_owned()),
    }
    Ok(())
}

#[cfg(test)]
mod tests;
