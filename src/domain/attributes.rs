//! Defines what is given to objects that are written, besides their bytes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::object::{ObjectHeaders, PutOptions};
use crate::domain::protection::Protection;

/// The most tags an object has on S3.
pub const MAX_TAGS: usize = 10;

/// What is given to objects that are written. What is not said stays: of a copy as its source has
/// it, of an upload as is usual.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Attributes {
    /// Each replaces its own only; an empty text takes it away.
    pub headers: ObjectHeaders,
    /// Added to what is there.
    pub metadata: BTreeMap<String, String>,
    /// Added to what is there.
    pub tags: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    pub protection: Protection,
}

impl Attributes {
    pub fn is_empty(&self) -> bool {
        *self == Attributes::default()
    }

    /// Whether a copy needs its metadata written anew for them.
    pub fn changes_metadata(&self) -> bool {
        self.headers != ObjectHeaders::default() || !self.metadata.is_empty()
    }

    /// Whether a copy is described anew for them: by other metadata or tags than its source has.
    pub fn describe_anew(&self) -> bool {
        self.changes_metadata() || !self.tags.is_empty()
    }

    /// What is left of them without what others say the same of.
    #[must_use]
    pub fn without(mut self, others: &Attributes) -> Attributes {
        let (own, same) = (&mut self.headers, &others.headers);
        for (own, same) in [
            (&mut own.content_type, &same.content_type),
            (&mut own.content_encoding, &same.content_encoding),
            (&mut own.content_disposition, &same.content_disposition),
            (&mut own.content_language, &same.content_language),
            (&mut own.cache_control, &same.cache_control),
            (&mut own.expires, &same.expires),
            (&mut own.website_redirect, &same.website_redirect),
            (&mut self.class, &others.class),
            (&mut self.protection.acl, &others.protection.acl),
        ] {
            drop_same(own, same.as_ref());
        }
        self.metadata.retain(|name, text| others.metadata.get(name) != Some(text));
        self.tags.retain(|name, text| others.tags.get(name) != Some(text));
        let (own, same) = (&mut self.protection, &others.protection);
        drop_same(&mut own.grants, same.grants.as_ref());
        drop_same(&mut own.encryption, same.encryption.as_ref());
        drop_same(&mut own.retention, same.retention.as_ref());
        drop_same(&mut own.legal_hold, same.legal_hold.as_ref());
        self
    }

    /// Puts them over what an object is to be stored with.
    pub fn apply(&self, options: &mut PutOptions) {
        self.headers.over(&mut options.headers);
        for (name, value) in &self.metadata {
            options.user_metadata.insert(name.clone(), value.clone());
        }
        for (name, value) in &self.tags {
            options.tags.retain(|(known, _)| known != name);
            options.tags.push((name.clone(), value.clone()));
        }
        if let Some(class) = &self.class {
            options.storage_class = Some(class.clone());
        }
        let (own, given) = (&mut options.protection, &self.protection);
        replace(&mut own.acl, given.acl.as_ref());
        replace(&mut own.grants, given.grants.as_ref());
        if given.acl.is_some() {
            own.grants = None;
        }
        replace(&mut own.encryption, given.encryption.as_ref());
        replace(&mut own.retention, given.retention.as_ref());
        replace(&mut own.legal_hold, given.legal_hold.as_ref());
    }
}

fn drop_same<T: PartialEq>(own: &mut Option<T>, other: Option<&T>) {
    if own.as_ref() == other {
        *own = None;
    }
}

fn replace<T: Clone>(own: &mut Option<T>, given: Option<&T>) {
    if let Some(given) = given {
        *own = Some(given.clone());
    }
}

impl ObjectHeaders {
    /// Replaces in `other` what is said here; what is said to be empty is taken away.
    pub fn over(&self, other: &mut ObjectHeaders) {
        let pairs = [
            (&self.content_type, &mut other.content_type),
            (&self.content_encoding, &mut other.content_encoding),
            (&self.content_disposition, &mut other.content_disposition),
            (&self.content_language, &mut other.content_language),
            (&self.cache_control, &mut other.cache_control),
            (&self.expires, &mut other.expires),
            (&self.website_redirect, &mut other.website_redirect),
        ];
        for (given, own) in pairs {
            if let Some(text) = given {
                *own = (!text.is_empty()).then(|| text.clone());
            }
        }
    }

    /// Names, as the verbs print them, and values.
    pub fn named(&self) -> [(&'static str, &Option<String>); 7] {
        [
            ("content_type", &self.content_type),
            ("cache_control", &self.cache_control),
            ("content_disposition", &self.content_disposition),
            ("content_encoding", &self.content_encoding),
            ("content_language", &self.content_language),
            ("expires", &self.expires),
            ("website_redirect", &self.website_redirect),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_replaces_its_own_and_adds_to_the_rest() {
        let mut options = PutOptions {
            headers: ObjectHeaders {
                content_type: Some("a/b".into()),
                cache_control: Some("no-store".into()),
                expires: Some("never".into()),
                ..ObjectHeaders::default()
            },
            user_metadata: [("kept".to_owned(), "1".to_owned())].into(),
            tags: vec![("team".into(), "a".into()), ("kept".into(), "1".into())],
            ..PutOptions::default()
        };
        let attributes = Attributes {
            headers: ObjectHeaders {
                content_type: Some("c/d".into()),
                expires: Some(String::new()),
                ..ObjectHeaders::default()
            },
            metadata: [("new".to_owned(), "2".to_owned())].into(),
            tags: [("team".to_owned(), "b".to_owned())].into(),
            ..Attributes::default()
        };
        attributes.apply(&mut options);
        assert_eq!(options.headers.content_type.as_deref(), Some("c/d"));
        assert_eq!(options.headers.cache_control.as_deref(), Some("no-store"));
        assert_eq!(options.headers.expires, None);
        assert_eq!(options.user_metadata.len(), 2);
        assert_eq!(options.tags, [("kept".into(), "1".into()), ("team".into(), "b".into())]);
    }
}
