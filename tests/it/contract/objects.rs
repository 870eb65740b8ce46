//! Whole objects against real servers.

use std::collections::BTreeMap;

use windlass::domain::error::ErrorKind;
use windlass::domain::object::{
    ByteRange, ETag, GetOptions, ObjectAddress, ObjectHeaders, PutOptions,
};
use windlass::domain::provider::Capability;

use super::target::{Target, noise};

/// The SDK's own trailing checksums store the framing of the body on three of ten servers: 300,656
/// bytes for 300,000.
pub async fn a_file_sized_upload_is_stored_byte_for_byte(target: Target) {
    let body = noise(300_000);
    let object = target.put("file.bin", &body).await;
    let head = target.client.head(&object).await.unwrap();
    assert_eq!(head.size, Some(300_000));
    assert_eq!(head.headers.content_encoding.unwrap_or_default(), "");
    assert_eq!(target.bytes(&object).await, body);
    let usage = target.meter.usage();
    assert!(usage.sent >= 300_000 && usage.received >= 300_000, "{usage:?}");
}

pub async fn headers_and_metadata_come_back(target: Target) {
    let object = target.object("dressed.txt");
    let options = PutOptions {
        headers: ObjectHeaders {
            content_type: Some("text/plain; charset=utf-8".into()),
            content_disposition: Some("attachment; filename=\"x.txt\"".into()),
            content_language: Some("de".into()),
            cache_control: Some("max-age=60".into()),
            content_encoding: None,
            expires: Some("Wed, 21 Oct 2065 07:28:00 GMT".into()),
            ..ObjectHeaders::default()
        },
        user_metadata: BTreeMap::from([
            ("one".into(), "1".into()),
            ("two-x".into(), "zwei".into()),
        ]),
        only_if_absent: false,
        ..PutOptions::default()
    };
    let stored = target.client.put(&object, "hello".into(), &options).await.unwrap();
    let head = target.client.head(&object).await.unwrap();
    let mut headers = options.headers.clone();
    if target.has_quirk("drops-expires") {
        headers.expires = None;
    }
    assert_eq!(head.headers, headers);
    assert_eq!(head.user_metadata, options.user_metadata);
    assert_eq!(head.etag, stored.etag);
    assert_eq!(head.etag.unwrap().md5_hex(), Some("5d41402abc4b2a76b9719d911017c592"));
    assert!(head.modified.is_some());
    let download = target.client.get(&object, &GetOptions::default()).await.unwrap();
    assert_eq!(download.head.headers, headers);
}

fn ranged(start: u64, end: u64) -> GetOptions {
    GetOptions { range: Some(ByteRange { start, end }), if_match: None }
}

pub async fn a_range_is_the_bytes_asked_for(target: Target) {
    let body = noise(1000);
    let object = target.put("ranged.bin", &body).await;
    assert_eq!(target.get(&object, ranged(0, 10)).await.unwrap(), body[..10]);
    assert_eq!(target.get(&object, ranged(990, 1000)).await.unwrap(), body[990..]);
    assert_eq!(target.get(&object, ranged(500, 9999)).await.unwrap(), body[500..]);
    let part = target.client.get(&object, &ranged(5, 7)).await.unwrap();
    assert_eq!(part.range, Some(ByteRange { start: 5, end: 7 }));
    assert_eq!(part.head.size, Some(1000));
    let beyond = target.get(&object, ranged(2000, 3000)).await.unwrap_err();
    assert_eq!(beyond.kind, ErrorKind::NotInside, "{beyond:?}");
    let empty = target.put("empty.bin", b"").await;
    let nothing = target.client.get(&empty, &ranged(0, 100)).await.unwrap();
    assert_eq!((nothing.head.size, nothing.range), (Some(0), None));
    assert_eq!(target.get(&empty, ranged(0, 100)).await.unwrap(), b"");
}

pub async fn an_object_that_changed_is_not_mixed_with_the_old(target: Target) {
    let object = target.put("changing.bin", b"old").await;
    let old = target.client.head(&object).await.unwrap().etag.unwrap();
    let same = GetOptions { range: None, if_match: Some(old.clone()) };
    assert_eq!(target.get(&object, same.clone()).await.unwrap(), b"old");
    target.put("changing.bin", b"new").await;
    let error = target.get(&object, same).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::SourceChanged, "{error:?}");
}

pub async fn an_upload_over_an_object_is_refused_where_asked(target: Target) {
    let object = target.object("once.txt");
    let once = PutOptions { only_if_absent: true, ..PutOptions::default() };
    let first = target.client.put(&object, "first".into(), &once).await;
    if target.lacks(Capability::ConditionalPut) {
        assert_eq!(first.unwrap_err().kind, ErrorKind::Unsupported);
        return;
    }
    first.unwrap();
    let second = target.client.put(&object, "second".into(), &once).await;
    if target.has_quirk("ignores-conditions") {
        // Taken and not kept to: that shows in what is there.
        assert_eq!(target.bytes(&object).await, b"second", "{second:?}");
        return;
    }
    assert_eq!(second.unwrap_err().kind, ErrorKind::PreconditionFailed);
    assert_eq!(target.bytes(&object).await, b"first");
}

pub async fn a_copy_has_the_bytes_and_the_metadata(target: Target) {
    let from = target.object("copy me+%.txt");
    let options = PutOptions {
        headers: ObjectHeaders { content_type: Some("text/x-odd".into()), ..Default::default() },
        user_metadata: BTreeMap::from([("kept".into(), "yes".into())]),
        only_if_absent: false,
        ..PutOptions::default()
    };
    target.client.put(&from, "copied".into(), &options).await.unwrap();
    let there = ObjectAddress { bucket: target.other.clone(), ..target.object("copied.txt") };
    for to in [target.object("copied.txt"), there] {
        let stored = target.client.copy(&from, &to, None, false, None).await.unwrap();
        assert!(stored.etag.is_some());
        assert_eq!(target.bytes(&to).await, b"copied");
        let head = target.client.head(&to).await.unwrap();
        assert_eq!(head.headers.content_type.as_deref(), Some("text/x-odd"));
        let mut kept = options.user_metadata.clone();
        if target.has_quirk("adds-mtime") {
            kept.insert("mtime".into(), head.user_metadata["mtime"].clone());
        }
        assert_eq!(head.user_metadata, kept);
    }
    let itself = target.client.copy(&from, &from, None, false, None).await.unwrap_err();
    assert_eq!(itself.kind, ErrorKind::InvalidRequest);
    let nothing = target.client.copy(&target.object("nothing"), &from, None, false, None).await;
    assert_eq!(nothing.unwrap_err().kind, ErrorKind::NoSuchKey);
}

pub async fn a_copy_of_a_changed_source_is_refused(target: Target) {
    let from = target.put("source", b"old").await;
    let old = target.client.head(&from).await.unwrap().etag.unwrap();
    let to = target.object("copy");
    target.client.copy(&from, &to, Some(&old), false, None).await.unwrap();
    target.put("source", b"new").await;
    let error = target.client.copy(&from, &to, Some(&old), false, None).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::SourceChanged, "{error:?}");
    let never = ETag::new("00000000000000000000000000000000");
    let error = target.client.copy(&from, &to, Some(&never), true, None).await.unwrap_err();
    assert!(matches!(error.kind, ErrorKind::SourceChanged | ErrorKind::PreconditionFailed));
}

pub async fn a_copy_over_an_object_is_refused_where_asked(target: Target) {
    let from = target.put("from", b"from").await;
    let to = target.put("to", b"to").await;
    let error = target.client.copy(&from, &to, None, true, None).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::PreconditionFailed);
    assert_eq!(target.bytes(&to).await, b"to");
    target.client.copy(&from, &target.object("fresh"), None, true, None).await.unwrap();
    assert_eq!(target.bytes(&target.object("fresh")).await, b"from");
}
