//! Works out what a change of an object's metadata comes to: the difference, and the object after
//! it.

use std::collections::BTreeSet;

use crate::domain::attributes::Attributes;
use crate::domain::object::{ObjectHead, PutOptions};
use crate::domain::protection::{Retention, http_date};

/// What is to be changed of objects; everything else is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetadataChange {
    pub set: Attributes,
    pub remove_metadata: BTreeSet<String>,
    pub remove_tags: BTreeSet<String>,
}

/// One thing that becomes another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// `content_type`, `metadata.k`, `tags.k`, `class`, …, as the verbs print them.
    pub name: String,
    pub old: Option<String>,
    pub new: Option<String>,
}

/// What has to be sent for a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    Nothing,
    /// They are changed where they are: no new version.
    TagsAlone,
    AclAlone,
    /// Retention and legal hold are put on the version that is there.
    LocksAlone,
    /// A copy onto itself.
    Object {
        /// Other tags than the copy would take over.
        retagging: bool,
    },
}

/// What a copy onto itself does not take over, or leaves on the version of before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The ACL may not be read: what it grants is lost.
    Access,
    /// So many entries that no header can carry.
    Metadata(u32),
    /// The version before the change stays, and the new one is kept as long.
    Retention(Retention),
    /// The version before the change stays.
    LegalHold,
}

type Tags = [(String, String)];

impl MetadataChange {
    pub fn is_empty(&self) -> bool {
        *self == MetadataChange::default()
    }

    /// Whether tags have to be known to do it.
    pub fn is_about_tags(&self) -> bool {
        !self.set.tags.is_empty() || !self.remove_tags.is_empty()
    }

    /// What an object like this is to be stored with.
    pub fn after(&self, head: &ObjectHead, tags: &Tags) -> PutOptions {
        let mut options = PutOptions { tags: tags.to_vec(), ..head.as_options() };
        options.user_metadata.retain(|name, _| !self.remove_metadata.contains(name));
        options.tags.retain(|(name, _)| !self.remove_tags.contains(name));
        self.set.apply(&mut options);
        options
    }

    /// What would be otherwise, in the order in which an object is described.
    pub fn differences(&self, head: &ObjectHead, tags: &Tags) -> Vec<Difference> {
        let before = PutOptions { tags: tags.to_vec(), ..head.as_options() };
        let after = self.after(head, tags);
        let mut found = Vec::new();
        let mut tell = |name: &str, old: Option<String>, new: Option<String>| {
            if old != new {
                found.push(Difference { name: name.to_owned(), old, new });
            }
        };
        let named = before.headers.named().into_iter().zip(after.headers.named());
        for ((name, old), (_, new)) in named {
            tell(name, shown(name, old.as_ref()), shown(name, new.as_ref()));
        }
        let names = before.user_metadata.keys().chain(after.user_metadata.keys());
        for name in names.collect::<BTreeSet<_>>() {
            let of = |options: &PutOptions| options.user_metadata.get(name).cloned();
            tell(&format!("metadata.{name}"), of(&before), of(&after));
        }
        let names = before.tags.iter().chain(&after.tags).map(|(name, _)| name);
        for name in names.collect::<BTreeSet<_>>() {
            tell(&format!("tags.{name}"), tag(&before.tags, name), tag(&after.tags, name));
        }
        let class = |class: Option<&String>| {
            Some(class.map_or_else(|| "STANDARD".to_owned(), String::clone))
        };
        tell("class", class(before.storage_class.as_ref()), class(after.storage_class.as_ref()));
        let (own, given) = (&before.protection, &after.protection);
        tell("acl", own.acl.clone(), given.acl.clone());
        let (retention, held) = self.locks(head);
        let kept = |kept: Retention| format!("{} until {}", kept.mode, kept.until);
        if let Some(new) = retention {
            tell("retention", head.retention.map(kept), Some(kept(new)));
        }
        if let Some(new) = held {
            let word = |held: bool| if held { "on" } else { "off" }.to_owned();
            tell("legal_hold", head.legal_hold.map(word), Some(word(new)));
        }
        if self.set.protection.encryption.is_some() {
            let method = |of: &crate::domain::protection::Protection| {
                of.encryption.as_ref().map(|encryption| encryption.method.clone())
            };
            let key = |of: &crate::domain::protection::Protection| {
                of.encryption.as_ref().and_then(|encryption| encryption.key_id.clone())
            };
            tell("encryption", method(own), method(given));
            // Servers write the id that is named as the ARN of the key.
            let same = key(own).zip(key(given)).is_some_and(|(own, given)| own.ends_with(&given));
            if key(given).is_some() && !same {
                tell("encryption_key", key(own), key(given));
            }
        }
        found
    }

    /// The locks that are put on what is there, where they are other ones than it has.
    pub fn locks(&self, head: &ObjectHead) -> (Option<Retention>, Option<bool>) {
        let wanted = &self.set.protection;
        let retention = wanted.retention.filter(|kept| head.retention != Some(*kept));
        let held = head.legal_hold.unwrap_or_default();
        (retention, wanted.legal_hold.filter(|wanted| *wanted != held))
    }

    /// What an object like this loses; `acl_unknown`: its ACL may not be read.
    pub fn losses(&self, head: &ObjectHead, tags: &Tags, acl_unknown: bool) -> Vec<Loss> {
        if !matches!(self.kind(head, tags), ChangeKind::Object { .. }) {
            return Vec::new();
        }
        let access = acl_unknown && self.set.protection.acl.is_none();
        let metadata = head.missing_metadata;
        let all = [
            access.then_some(Loss::Access),
            (metadata > 0).then_some(Loss::Metadata(metadata)),
            head.retention.map(Loss::Retention),
            (head.legal_hold == Some(true)).then_some(Loss::LegalHold),
        ];
        all.into_iter().flatten().collect()
    }

    pub fn kind(&self, head: &ObjectHead, tags: &Tags) -> ChangeKind {
        let mut differences = self.differences(head, tags);
        let all = differences.len();
        differences.retain(|found| !matches!(found.name.as_str(), "retention" | "legal_hold"));
        if differences.is_empty() && all > 0 {
            return ChangeKind::LocksAlone;
        }
        let of_tags = |difference: &Difference| difference.name.starts_with("tags.");
        if differences.is_empty() {
            ChangeKind::Nothing
        } else if differences.iter().all(of_tags) {
            ChangeKind::TagsAlone
        } else if differences.iter().all(|difference| difference.name == "acl") {
            ChangeKind::AclAlone
        } else {
            ChangeKind::Object { retagging: differences.iter().any(of_tags) }
        }
    }
}

/// A date is told in the form of all times.
pub fn shown(name: &str, value: Option<&String>) -> Option<String> {
    let value = value?;
    let time = if name == "expires" { http_date(value) } else { None };
    Some(time.map_or_else(|| value.clone(), |time| time.to_string()))
}

fn tag(tags: &Tags, name: &str) -> Option<String> {
    tags.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::object::ObjectHeaders;
    use crate::domain::protection::Encryption;

    fn head() -> ObjectHead {
        ObjectHead {
            headers: ObjectHeaders {
                content_type: Some("a/b".into()),
                cache_control: Some("no-store".into()),
                ..ObjectHeaders::default()
            },
            user_metadata: [("kept".to_owned(), "1".to_owned())].into(),
            encryption: Some(Encryption { method: "AES256".into(), key_id: None }),
            ..ObjectHead::default()
        }
    }

    fn typed(content_type: &str) -> MetadataChange {
        let headers =
            ObjectHeaders { content_type: Some(content_type.into()), ..ObjectHeaders::default() };
        MetadataChange {
            set: Attributes { headers, ..Attributes::default() },
            ..Default::default()
        }
    }

    fn names(change: &MetadataChange, tags: &Tags) -> Vec<String> {
        change.differences(&head(), tags).into_iter().map(|found| found.name).collect()
    }

    #[test]
    fn only_what_becomes_another_is_a_difference() {
        assert_eq!(names(&typed("a/b"), &[]), [""; 0]);
        assert_eq!(names(&typed("c/d"), &[]), ["content_type"]);
        let mut change = typed("");
        change.remove_metadata.insert("kept".into());
        change.remove_metadata.insert("never there".into());
        change.set.metadata.insert("new".into(), "2".into());
        change.set.class = Some("STANDARD".into());
        assert_eq!(names(&change, &[]), ["content_type", "metadata.kept", "metadata.new"]);
        let after = change.after(&head(), &[]);
        assert_eq!(after.headers.cache_control.as_deref(), Some("no-store"));
        assert_eq!(after.protection.encryption, head().encryption);
    }

    #[test]
    fn only_a_copy_loses_something() {
        let until = jiff::Timestamp::UNIX_EPOCH;
        let kept = Retention { mode: crate::domain::protection::LockMode::Governance, until };
        let (retention, legal_hold) = (Some(kept), Some(true));
        let head = ObjectHead { missing_metadata: 2, retention, legal_hold, ..head() };
        let all = [Loss::Access, Loss::Metadata(2), Loss::Retention(kept), Loss::LegalHold];
        assert_eq!(typed("c/d").losses(&head, &[], true), all);
        assert_eq!(typed("a/b").losses(&head, &[], true), []);
        let mut given = typed("c/d");
        given.set.protection.acl = Some("private".into());
        assert_eq!(given.losses(&head, &[], true), all[1..], "another ACL is in its place");
    }

    #[test]
    fn tags_alone_are_changed_where_they_are() {
        let tags = [("a".to_owned(), "1".to_owned())];
        let mut change = typed("a/b");
        change.remove_tags.insert("a".into());
        assert_eq!(change.kind(&head(), &tags), ChangeKind::TagsAlone);
        assert_eq!(change.kind(&head(), &[]), ChangeKind::Nothing);
        change.set.headers.content_type = Some("c/d".into());
        assert_eq!(change.kind(&head(), &tags), ChangeKind::Object { retagging: true });
        let mut acl = MetadataChange::default();
        acl.set.protection.acl = Some("public-read".into());
        assert_eq!(acl.kind(&head(), &tags), ChangeKind::AclAlone);
        let mut hold = MetadataChange::default();
        hold.set.protection.legal_hold = Some(true);
        assert_eq!(hold.kind(&head(), &tags), ChangeKind::LocksAlone);
        hold.set.protection.legal_hold = Some(false);
        assert_eq!(hold.kind(&head(), &tags), ChangeKind::Nothing);
    }
}
