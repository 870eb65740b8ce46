//! What objects have besides their bytes: read, changed where they are, and kept by an edit.

use std::collections::BTreeMap;

use windlass::domain::attributes::Attributes;
use windlass::domain::error::ErrorKind;
use windlass::domain::metadata_change::MetadataChange;
use windlass::domain::object::{ObjectHeaders, PutOptions};
use windlass::domain::protection::{AccessSpec, LockMode, Protection, Retention};
use windlass::domain::provider::{Capability, Provider};
use windlass::domain::thaw::{RestoreTier, ThawWish};
use windlass::s3::access::Access;
use windlass::transfer::saving::{save_new_text, save_text};

use super::target::Target;

fn dressed() -> PutOptions {
    PutOptions {
        headers: ObjectHeaders {
            content_type: Some("text/plain".into()),
            cache_control: Some("no-cache".into()),
            ..ObjectHeaders::default()
        },
        user_metadata: BTreeMap::from([
            ("kept".into(), "grün".into()),
            ("gone".into(), "1".into()),
        ]),
        ..PutOptions::default()
    }
}

fn typed(content_type: &str) -> MetadataChange {
    let content_type = Some(content_type.to_owned());
    let headers = ObjectHeaders { content_type, ..ObjectHeaders::default() };
    MetadataChange { set: Attributes { headers, ..Attributes::default() }, ..Default::default() }
}

pub async fn a_change_of_metadata_keeps_everything_else(target: Target) {
    if target.has_quirk("keys-are-files") {
        return;
    }
    let (client, object) = (&target.client, target.object("dressed"));
    client.put(&object, "hello".into(), &dressed()).await.unwrap();
    let mut change = typed("text/markdown");
    change.remove_metadata.insert("gone".into());
    change.set.metadata.insert("new".into(), "2".into());
    let before = client.described(&object).await.unwrap();
    client.change_metadata(&object, &before, &change).await.unwrap();
    let after = client.whole_object(&object).await.unwrap().head;
    assert_eq!(after.headers.content_type.as_deref(), Some("text/markdown"));
    assert_eq!(after.headers.cache_control.as_deref(), Some("no-cache"));
    let metadata = BTreeMap::from([("kept".into(), "grün".into()), ("new".into(), "2".into())]);
    assert_eq!(after.user_metadata, metadata);
    assert_eq!(target.bytes(&object).await, b"hello");
    // Who looked before another one wrote changes nothing.
    client.put(&object, "other".into(), &dressed()).await.unwrap();
    let stale = client.change_metadata(&object, &before, &typed("x/y")).await.unwrap_err();
    assert_eq!(stale.kind, ErrorKind::SourceChanged, "{stale:?}");
}

pub async fn tags_are_changed_where_they_are_or_refused_in_words(target: Target) {
    let (client, object) = (&target.client, target.put("tagged", b"x").await);
    client.prepare().await.unwrap();
    let mut change = MetadataChange::default();
    change.set.tags.insert("team".into(), "a b".into());
    if let Some(why) = client.lacks(Capability::ObjectTags) {
        let refused = client.permits(&change.set).unwrap_err();
        assert_eq!((refused.kind, refused.detail), (ErrorKind::Unsupported, why));
        let requests = target.meter.usage();
        assert!(client.put_tags(&object, &[]).await.is_err());
        assert_eq!(target.meter.usage(), requests, "nothing is sent");
        return;
    }
    let before = client.described(&object).await.unwrap();
    if before.tags.is_none() {
        return;
    }
    match client.change_metadata(&object, &before, &change).await {
        // Swift tells that there are none, and takes none.
        Err(error) if error.is(&ErrorKind::Unsupported) => return,
        changed => changed.unwrap(),
    }
    let whole = client.whole_object(&object).await.unwrap();
    assert_eq!(whole.tags.unwrap(), [("team".to_owned(), "a b".to_owned())]);
    assert_eq!(whole.head.etag, before.head.etag);
}

pub async fn a_text_is_saved_only_over_what_was_opened(target: Target) {
    if target.has_quirk("keys-are-files") {
        return;
    }
    let (client, object) = (&target.client, target.object("notes.md"));
    client.put(&object, "before".into(), &dressed()).await.unwrap();
    let opened = client.open_text(&object).await.unwrap();
    assert_eq!(opened.bytes, b"before");
    let etag = opened.etag.as_ref();
    save_text(client, &object, etag, b"after".to_vec()).await.unwrap();
    let head = client.head(&object).await.unwrap();
    assert_eq!(head.headers.cache_control.as_deref(), Some("no-cache"));
    assert_eq!(head.user_metadata["kept"], "grün");
    let late = save_text(client, &object, etag, b"late".to_vec()).await.unwrap_err();
    assert_eq!(late.kind, ErrorKind::PreconditionFailed);
    assert_eq!(target.bytes(&object).await, b"after");
    let there = save_new_text(client, &object, b"new".to_vec()).await.unwrap_err();
    assert_eq!(there.kind, ErrorKind::PreconditionFailed);
}

pub async fn locks_keys_and_archives_are_refused_in_words_where_they_are_lacking(target: Target) {
    let (client, object) = (&target.client, target.put("plain", b"x").await);
    client.prepare().await.unwrap();
    if client.provider() != Provider::R2 {
        return;
    }
    let until = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
    let lock = Retention { mode: LockMode::Governance, until };
    for protection in [
        Protection { retention: Some(lock), ..Protection::default() },
        Protection { legal_hold: Some(true), ..Protection::default() },
        Protection { acl: Some("public-read".into()), ..Protection::default() },
    ] {
        let attributes = Attributes { protection, ..Attributes::default() };
        let refused = client.permits(&attributes).unwrap_err();
        assert!(refused.detail.starts_with("R2 "), "{refused:?}");
    }
    let class = Attributes { class: Some("GLACIER".into()), ..Attributes::default() };
    assert_eq!(client.permits(&class).unwrap_err().kind, ErrorKind::Unsupported);
    let head = client.head(&object).await.unwrap();
    let wish = ThawWish { days: 1, tier: RestoreTier::default() };
    let thawed = client.restore_archived(&object, &head, wish).await;
    assert_eq!(thawed.unwrap_err().kind, ErrorKind::Unsupported);
}

pub async fn a_key_of_ones_own_opens_only_what_it_locked(target: Target) {
    if target.has_quirk("keys-are-files") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    std::fs::write(&file, [7_u8; 32]).unwrap();
    let spec = AccessSpec { key_file: Some(file), ..AccessSpec::default() };
    let keyed = target.client.accessing(Access::of(&spec, "a test").await.unwrap());
    let object = target.object("locked");
    match keyed.put(&object, "hello".into(), &PutOptions::default()).await {
        Ok(_) => {}
        // Cloudflare's local R2 and others have no SSE-C.
        Err(error) if error.is(&ErrorKind::Unsupported) => return,
        // moto takes the key and keeps the object in the clear.
        Err(error) if error.is(&ErrorKind::Loss) => {
            assert_eq!(target.client.head(&object).await.unwrap().size, Some(5), "{error:?}");
            return;
        }
        Err(error) => panic!("{error:?}"),
    }
    let (mut body, plain) = (Vec::new(), target.put("plain", b"open").await);
    for object in [&object, &plain] {
        body.push(keyed.start_of(object, 100).await.unwrap().bytes);
    }
    assert_eq!(body, [b"hello".to_vec(), b"open".to_vec()]);
    if keyed.head(&object).await.unwrap().has_customer_key() {
        assert!(target.client.head(&object).await.is_err(), "not without the key");
    }
    let copy = target.object("copy");
    match keyed.copy(&object, &copy, None, false, None).await {
        Ok(_) => {}
        // Ceph's gateway stores and reads by such a key, and copies nothing by it.
        Err(error) if error.is(&ErrorKind::Unsupported) => return,
        Err(error) => panic!("{error:?}"),
    }
    assert_eq!(keyed.start_of(&copy, 100).await.unwrap().bytes, b"hello");
}
