//! What real servers refuse, and what it is called.

use windlass::domain::address::Bucket;
use windlass::domain::error::ErrorKind;
use windlass::domain::object::{GetOptions, ObjectAddress, PutOptions};
use windlass::domain::provider::Capability;

use super::target::Target;

pub async fn a_key_that_is_not_there_is_called_so(target: Target) {
    let object = target.object("nothing");
    let head = target.client.head(&object).await.unwrap_err();
    assert_eq!((head.kind, head.status), (ErrorKind::NoSuchKey, Some(404)));
    let get = target.client.get(&object, &GetOptions::default()).await.err().unwrap();
    assert_eq!((get.kind, get.code.as_deref()), (ErrorKind::NoSuchKey, Some("NoSuchKey")));
    assert_eq!(get.place, object.to_string());
}

pub async fn a_bucket_that_is_not_there_is_called_so(target: Target) {
    let bucket = Bucket::new("contract-no-such-bucket");
    let object = ObjectAddress { bucket, ..target.object("x") };
    let put = target.client.put(&object, "x".into(), &PutOptions::default()).await.unwrap_err();
    assert_eq!(put.kind, ErrorKind::NoSuchBucket, "{put:?}");
    let get = target.client.get(&object, &GetOptions::default()).await.err().unwrap();
    assert_eq!(get.kind, ErrorKind::NoSuchBucket, "{get:?}");
}

pub async fn a_wrong_secret_is_called_so(target: Target) {
    let client = target.with_keys(None, Some("not-the-secret"));
    let outcome = client.list_page(&target.query("", true, 1)).await;
    if target.has_quirk("ignores-signatures") {
        assert!(outcome.is_ok());
    } else {
        let error = outcome.unwrap_err();
        assert_eq!(error.kind, ErrorKind::WrongSecret, "{error:?}");
        assert!(!format!("{error:?}").contains("not-the-secret"));
    }
}

pub async fn an_unknown_access_key_is_called_so(target: Target) {
    let client = target.with_keys(Some("AKIAUNKNOWN"), None);
    let outcome = client.list_buckets().await;
    if target.has_quirk("ignores-signatures") {
        assert!(outcome.is_ok());
    } else {
        let error = outcome.unwrap_err();
        let expected = match target.has_quirk("keys-are-wrong-secrets") {
            true => ErrorKind::WrongSecret,
            false => ErrorKind::UnknownAccessKey,
        };
        assert_eq!(error.kind, expected, "{error:?}");
    }
}

pub async fn a_bucket_is_made_and_removed_or_the_server_says_that_it_cannot(target: Target) {
    let bucket = Bucket::new(format!("contract-made-{}", std::process::id()));
    let made = target.client.create_bucket(&bucket).await;
    if target.lacks(Capability::CreateBucket) {
        assert_eq!(made.unwrap_err().kind, ErrorKind::Unsupported);
        assert!(target.client.lacks(Capability::CreateBucket).is_some());
        let removed = target.client.delete_bucket(&target.other).await.unwrap_err();
        assert_eq!(removed.kind, ErrorKind::Unsupported);
        return;
    }
    made.unwrap();
    let listed = target.client.list_buckets().await.unwrap();
    assert!(listed.entries.iter().any(|entry| entry.bucket == bucket));
    let object = ObjectAddress { bucket: bucket.clone(), ..target.object("x") };
    target.client.put(&object, "x".into(), &PutOptions::default()).await.unwrap();
    let full = target.client.delete_bucket(&bucket).await.unwrap_err();
    assert_eq!(full.kind, ErrorKind::BucketNotEmpty);
    target.client.delete(&bucket, &[object.key]).await.unwrap();
    target.client.delete_bucket(&bucket).await.unwrap();
    let gone = target.client.delete_bucket(&bucket).await.unwrap_err();
    assert_eq!(gone.kind, ErrorKind::NoSuchBucket);
}
