//! Deletes against real servers.

use windlass::domain::address::Key;
use windlass::domain::object::PutOptions;

use super::target::Target;

pub async fn keys_are_deleted_and_no_other(target: Target) {
    if target.has_quirk("keys-are-files") {
        return files_are_deleted_and_no_other(target).await;
    }
    for name in ["foo", "foo/", "foo/a", "foobar", "foo.txt", "f"] {
        target.put(name, b"x").await;
    }
    let doomed: Vec<Key> = ["foo/", "foo/a"].map(|name| target.prefix.key(name)).into();
    assert_eq!(target.client.delete(&target.bucket, &doomed).await.unwrap(), []);
    let left = target.names(target.query("", false, 1000)).await;
    assert_eq!(left, ["f", "foo", "foo.txt", "foobar"]);
}

pub async fn a_key_that_is_not_there_counts_as_deleted(target: Target) {
    let keys: Vec<Key> = ["never", "was"].map(|name| target.prefix.key(name)).into();
    assert_eq!(target.client.delete(&target.bucket, &keys).await.unwrap(), []);
    assert_eq!(target.client.delete(&target.bucket, &keys[..1]).await.unwrap(), []);
    assert_eq!(target.client.delete(&target.bucket, &[]).await.unwrap(), []);
}

pub async fn more_keys_than_one_request_takes_are_deleted(target: Target) {
    let last = target.put("k01199", b"x").await;
    let first = target.put("k00000", b"x").await;
    let keys: Vec<Key> = (0..1200).map(|n| target.prefix.key(&format!("k{n:05}"))).collect();
    assert_eq!((&keys[0], &keys[1199]), (&first.key, &last.key));
    let before = target.meter.usage();
    assert_eq!(target.client.delete(&target.bucket, &keys).await.unwrap(), []);
    let spent = target.meter.usage() - before;
    assert!(spent.free >= 2, "{spent:?}");
    assert_eq!(target.keys().await, []);
}

/// As the above, where a key cannot be below another.
async fn files_are_deleted_and_no_other(target: Target) {
    for name in ["foo", "bar/a", "bar/b", "foobar", "foo.txt", "f"] {
        target.put(name, b"x").await;
    }
    let below = target.object("foo/a");
    assert!(target.client.put(&below, "x".into(), &PutOptions::default()).await.is_err());
    let doomed: Vec<Key> = ["foo", "bar/a"].map(|name| target.prefix.key(name)).into();
    assert_eq!(target.client.delete(&target.bucket, &doomed).await.unwrap(), []);
    let left = target.names(target.query("", false, 1000)).await;
    assert_eq!(left, ["bar/b", "f", "foo.txt", "foobar"]);
}
