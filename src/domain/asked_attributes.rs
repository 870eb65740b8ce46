//! Names what a write asks for beside the bytes, which some servers drop without a word.

use crate::domain::object::{ObjectHead, ObjectHeaders, PutOptions};
use crate::domain::protection::{LockMode, Retention};
use crate::domain::units::Counted;

/// What an object is to have after a write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AskedAttributes {
    /// In place of all others; `None` where nothing is asked of them.
    pub tags: Option<Vec<(String, String)>>,
    pub retention: Option<Retention>,
    pub legal_hold: bool,
    /// One of the ACLs that S3 has names for.
    pub acl: Option<String>,
    /// The method of the server's encryption.
    pub encryption: Option<String>,
    /// Those that somebody asked for by name.
    pub headers: ObjectHeaders,
    /// Another storage class than the usual one, if somebody asked for it.
    pub class: Option<String>,
}

/// The canned ACLs that grant something to all, and to whom.
const PUBLIC: [(&str, &str); 3] = [
    ("public-read", "AllUsers"),
    ("public-read-write", "AllUsers"),
    ("authenticated-read", "AuthenticatedUsers"),
];

impl AskedAttributes {
    /// Headers and class left out.
    pub fn of(options: &PutOptions) -> AskedAttributes {
        let guarded = &options.protection;
        AskedAttributes {
            tags: Some(options.tags.clone()).filter(|tags| !tags.is_empty()),
            retention: guarded.retention,
            legal_hold: guarded.legal_hold == Some(true),
            acl: guarded.acl.clone(),
            encryption: guarded.encryption.as_ref().map(|encryption| encryption.method.clone()),
            headers: ObjectHeaders::default(),
            class: None,
        }
    }

    /// The same with what somebody asked for by name.
    #[must_use]
    pub fn named(self, headers: &ObjectHeaders, class: Option<&String>) -> AskedAttributes {
        let class = class.filter(|class| *class != "STANDARD").cloned();
        AskedAttributes { headers: headers.clone(), class, ..self }
    }

    /// Who is granted something by the ACL, where it grants something to all.
    pub fn public_group(&self) -> Option<&'static str> {
        let acl = self.acl.as_deref()?;
        PUBLIC.iter().find(|(name, _)| *name == acl).map(|(_, group)| *group)
    }

    /// What of it HEAD does not tell although it was asked for, and nothing puts afterwards.
    pub fn untold(&self, head: &ObjectHead) -> Vec<String> {
        let method = head.encryption.as_ref().map(|encryption| &encryption.method);
        let asked = self.encryption.as_ref().filter(|asked| Some(*asked) != method);
        let encryption = asked.map(|asked| format!("the encryption {asked}"));
        let headers = self.headers.named().into_iter().zip(head.headers.named());
        let lacking = headers.filter(|((_, asked), (_, found))| {
            found.is_none() && asked.as_ref().is_some_and(|asked| !asked.is_empty())
        });
        let lacking = lacking.map(|((name, _), _)| name.replace('_', "-"));
        let class = self.class.as_ref().filter(|class| *class != head.class());
        let class = class.map(|class| format!("the storage class {class}"));
        encryption.into_iter().chain(class).chain(lacking).collect()
    }

    pub fn is_empty(&self) -> bool {
        *self == AskedAttributes::default()
    }

    pub fn has_locks(&self) -> bool {
        self.retention.is_some() || self.legal_hold
    }

    /// As the end of a sentence.
    pub fn words(&self) -> String {
        let tags = self.tags.as_ref().map(|tags| match tags.len() {
            0 => "no tags".to_owned(),
            many => Counted(many as u64, "tag").to_string(),
        });
        let retention = self.retention.map(|kept| format!("the retention {}", kept.mode));
        let hold = self.legal_hold.then(|| "the legal hold".to_owned());
        let all: Vec<String> = [tags, retention, hold].into_iter().flatten().collect();
        all.join(", ")
    }
}

/// Whether these are the same tags, in whatever order a server tells them.
pub fn same_tags(one: &[(String, String)], other: &[(String, String)]) -> bool {
    one.len() == other.len() && one.iter().all(|tag| other.contains(tag))
}

/// Whether a version is kept at least as was asked for.
pub fn is_kept(found: Option<Retention>, asked: Retention) -> bool {
    found.is_some_and(|found| {
        let mode = found.mode == asked.mode || found.mode == LockMode::Compliance;
        mode && found.until >= asked.until
    })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn a_longer_or_stricter_retention_is_what_was_asked_for() {
        let of = |mode, second| Retention {
            mode,
            until: Timestamp::from_second(second).expect("it is a time"),
        };
        let asked = of(LockMode::Governance, 10);
        assert!(is_kept(Some(of(LockMode::Governance, 10)), asked));
        assert!(is_kept(Some(of(LockMode::Compliance, 11)), asked));
        assert!(!is_kept(Some(of(LockMode::Governance, 9)), asked));
        assert!(!is_kept(Some(asked), of(LockMode::Compliance, 10)));
        assert!(!is_kept(None, asked));
    }

    #[test]
    fn tags_are_the_same_in_any_order() {
        let tag = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let (one, other) = ([tag("a", "1"), tag("b", "2")], [tag("b", "2"), tag("a", "1")]);
        assert!(same_tags(&one, &other) && same_tags(&[], &[]));
        assert!(!same_tags(&one, &other[..1]) && !same_tags(&one, &[tag("a", "1"), tag("b", "3")]));
    }

    #[test]
    fn what_was_asked_for_is_told_in_words() {
        let mut options = PutOptions::default();
        assert!(AskedAttributes::of(&options).is_empty());
        let mut asked = AskedAttributes::of(&options);
        asked.encryption = Some("AES256".into());
        asked.headers.expires = Some("Thu, 01 Dec 2033 16:00:00 GMT".into());
        asked.headers.cache_control = Some(String::new());
        asked.class = Some("GLACIER_IR".into());
        let lacking = ["the encryption AES256", "the storage class GLACIER_IR", "expires"];
        assert_eq!(asked.untold(&ObjectHead::default()), lacking);
        options.tags = vec![("a".into(), "1".into()), ("b".into(), String::new())];
        options.protection.legal_hold = Some(true);
        assert_eq!(AskedAttributes::of(&options).words(), "2 tags, the legal hold");
    }
}
