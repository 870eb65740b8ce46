//! Tests of what is typed into the fields of metadata.

use super::*;
use crate::domain::object::{ObjectAddress, ObjectHead};

fn typed(field: Field, text: &str) -> Result<MetadataChange, String> {
    let now = "2026-11-29T12:00:00Z[UTC]".parse().unwrap();
    let mut change = MetadataChange::default();
    set(&mut change, field, text, &now).map(|()| change)
}

#[test]
fn each_letter_is_of_one_field() {
    let mut keys: Vec<char> = Field::ALL.iter().map(|field| field.key()).collect();
    keys.push('v');
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), Field::ALL.len() + 1);
}

#[test]
fn what_an_object_has_already_is_no_change() {
    let mut one = ObjectDescription {
        object: ObjectAddress::new("b".into(), "k".into()),
        head: ObjectHead::default(),
        tags: Some(vec![("team".to_owned(), "a".to_owned())]),
        acl_unknown: false,
    };
    one.head.headers.cache_control = Some("no-store".to_owned());
    one.head.headers.expires = Some("Mon, 30 Nov 2026 00:00:00 GMT".to_owned());
    one.head.user_metadata.insert("kept".to_owned(), "1".to_owned());
    let settled = |field, text| {
        let mut change = typed(field, text).unwrap();
        settle(&mut change, std::slice::from_ref(&one));
        field.pending(&change)
    };
    for (field, text) in [
        (Field::CacheControl, "no-store"),
        (Field::ContentType, ""),
        (Field::Expires, "Mon, 30 Nov 2026 00:00:00 GMT"),
        (Field::StorageClass, "standard"),
        (Field::Metadata, "kept=1"),
        (Field::Metadata, "-other"),
        (Field::Tags, "team=a"),
        (Field::LegalHold, "off"),
    ] {
        assert_eq!(settled(field, text), None, "{text}");
    }
    for (field, text, told) in [
        (Field::CacheControl, "", "(none)"),
        (Field::Metadata, "-kept", "-kept"),
        (Field::Tags, "team=b", "team=b"),
        (Field::LegalHold, "on", "on"),
    ] {
        assert_eq!(settled(field, text).as_deref(), Some(told));
    }
}

#[test]
fn a_difference_has_the_title_of_its_field() {
    let titles = ["cache_control", "metadata.team", "tags.a", "encryption_key"];
    let titles = titles.map(Field::title_of);
    assert_eq!(titles, ["Cache control", "User metadata team", "Tag a", "encryption key"]);
}

#[test]
fn what_is_typed_becomes_a_change() {
    let change = typed(Field::Expires, "tomorrow").unwrap();
    assert_eq!(change.set.headers.expires.as_deref(), Some("Mon, 30 Nov 2026 00:00:00 GMT"));
    let change = typed(Field::Encryption, "aws:kms alias/a").unwrap();
    assert_eq!(Field::Encryption.pending(&change).unwrap(), "aws:kms alias/a");
    let change = typed(Field::Metadata, "Team=a=b").unwrap();
    assert_eq!(Field::Metadata.pending(&change).unwrap(), "team=a=b");
    let change = typed(Field::Retention, "governance until 2026-12-01T00:00:00Z").unwrap();
    let told = Field::Retention.pending(&change).unwrap();
    assert_eq!(told, "GOVERNANCE until 2026-12-01T00:00:00Z");
    assert!(typed(Field::Retention, "governance 2020-01-01").is_err());
    assert!(typed(Field::LegalHold, "on").unwrap().set.protection.legal_hold.unwrap());
    assert_eq!(Field::Tags.pending(&typed(Field::Tags, "-old").unwrap()).unwrap(), "-old");
    assert_eq!(Field::Language.pending(&typed(Field::Language, "").unwrap()).unwrap(), "(none)");
    for (field, text) in
        [(Field::Expires, "soon"), (Field::Tags, "x"), (Field::Encryption, "rot13")]
    {
        assert!(typed(field, text).is_err(), "{text}");
    }
}
