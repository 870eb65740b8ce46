//! Tests how versions, markers and generated objects are added and removed.

use std::ops::Bound;
use std::sync::Arc;
use std::time::SystemTime;

use crate::demo::store::bucket::{Bucket, Versioning};
use crate::demo::store::content::Content;
use crate::demo::store::lazy::Lazy;
use crate::demo::store::object::Stored;

const NOW: SystemTime = SystemTime::UNIX_EPOCH;

fn bucket(versioning: Versioning) -> Bucket {
    let mut bucket = Bucket::new(NOW, "us-east-1");
    bucket.versioning = versioning;
    bucket
}

fn put(bucket: &mut Bucket, key: &str, text: &'static str, id: &str) -> Option<String> {
    bucket.put(key, Arc::new(Stored::whole(Content::held(text))), NOW, id.to_owned())
}

fn ids(bucket: &Bucket, key: &str) -> Vec<String> {
    bucket.versions(key).iter().map(|version| version.id().to_owned()).collect()
}

fn listed(bucket: &Bucket) -> Vec<String> {
    bucket.objects(Bound::Unbounded).map(|(key, _)| key).collect()
}

#[test]
fn without_versions_the_last_put_is_all_there_is() {
    let mut bucket = bucket(Versioning::Never);
    assert_eq!(put(&mut bucket, "k", "one", "1"), None);
    put(&mut bucket, "k", "two", "2");
    assert_eq!(ids(&bucket, "k"), ["null"]);
    bucket.delete("k", NOW, "3".to_owned());
    assert!(bucket.is_empty());
}

#[test]
fn with_versions_a_delete_adds_a_marker_and_its_removal_brings_the_object_back() {
    let mut bucket = bucket(Versioning::Enabled);
    assert_eq!(put(&mut bucket, "k", "one", "1").as_deref(), Some("1"));
    put(&mut bucket, "k", "two", "2");
    let removed = bucket.delete("k", NOW, "3".to_owned());
    assert!(removed.marker && listed(&bucket).is_empty() && !bucket.is_empty());
    assert!(bucket.delete_version("k", "3").marker);
    assert_eq!(bucket.current("k").expect("is back").1.content.to_bytes(), "two");
}

#[test]
fn suspended_versions_replace_only_the_null_version() {
    let mut bucket = bucket(Versioning::Enabled);
    put(&mut bucket, "k", "one", "1");
    bucket.versioning = Versioning::Suspended;
    assert_eq!(put(&mut bucket, "k", "two", "2").as_deref(), Some("null"));
    put(&mut bucket, "k", "three", "3");
    assert_eq!(ids(&bucket, "k"), ["1", "null"]);
    assert_eq!(bucket.delete("k", NOW, "4".to_owned()).version.as_deref(), Some("null"));
    assert_eq!(ids(&bucket, "k"), ["1", "null"]);
    assert!(listed(&bucket).is_empty());
}

#[test]
fn lazy_objects_can_be_deleted_overwritten_and_joined_by_others() {
    let mut bucket = bucket(Versioning::Never);
    let lazy = Lazy { prefix: "e/".to_owned(), count: 3, newest: NOW };
    let keys: Vec<String> = (0..3).map(|number| lazy.key(number)).collect();
    bucket.set_lazy(lazy);
    assert_eq!(listed(&bucket), keys);
    bucket.delete(&keys[1], NOW, String::new());
    put(&mut bucket, &keys[2], "mine", "1");
    put(&mut bucket, "a", "first", "2");
    put(&mut bucket, "z", "last", "3");
    assert_eq!(listed(&bucket), ["a", &keys[0], &keys[2], "z"]);
    assert!(bucket.current(&keys[1]).is_none());
    assert_eq!(bucket.current(&keys[2]).expect("is there").1.content.to_bytes(), "mine");
}
