//! Versions against real servers: their pages, the past, deletions that are final, restorations.

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use windlass::domain::address::Prefix;
use windlass::domain::error::ErrorKind;
use windlass::domain::object::{GetOptions, ObjectAddress, PutOptions, VersionId};
use windlass::domain::provider::{Capability, Provider};
use windlass::domain::restoring::{RestorePoint, RestoreStep, step};
use windlass::domain::versions::{VersionEntry, Versioning};
use windlass::s3::client::ListQuery;
use windlass::s3::ops::versions::{VersionPages, VersionsQuery};

use super::target::Target;

/// Turns versions on in a bucket of the test's own; none where the server keeps none, which it
/// says.
async fn versioned(target: Target) -> Option<Target> {
    let bucket = format!("w-{}", target.prefix.as_str().trim_end_matches('/').replace('_', "-"));
    let bucket: String =
        bucket.chars().rev().take(60).collect::<Vec<_>>().into_iter().rev().collect();
    let bucket = bucket.trim_start_matches('-').into();
    let lacks = target.lacks(Capability::Versions) || target.client.provider() == Provider::R2;
    if lacks || target.lacks(Capability::CreateBucket) {
        let error = target.client.versioning(&target.bucket).await.unwrap_err();
        assert!(error.is(&ErrorKind::Unsupported), "{error:?}");
        return None;
    }
    target.client.create_bucket(&bucket).await.unwrap();
    match target.client.set_versioning(&bucket, Versioning::Enabled).await {
        Ok(()) => {}
        Err(error) => {
            assert!(error.is(&ErrorKind::Unsupported), "{error:?}");
            return None;
        }
    }
    assert_eq!(target.client.versioning(&bucket).await.unwrap(), Versioning::Enabled);
    let mut target = target;
    target.bucket = bucket;
    Some(target)
}

/// Ends the second that servers tell times in.
async fn later() -> Timestamp {
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let now = Timestamp::now();
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    now
}

/// In a second of its own where the server lists markers apart from versions: nothing tells their
/// order then.
async fn delete(target: &Target, object: &ObjectAddress) {
    let keys = [object.key.clone()];
    let apart = target.has_quirk("markers-apart");
    if apart {
        later().await;
    }
    assert_eq!(target.client.delete(&target.bucket, &keys).await.unwrap(), []);
    if apart {
        later().await;
    }
}

fn told(version: &VersionEntry) -> String {
    let what =
        if version.is_marker() { "marker".to_owned() } else { format!("{:?}", version.size()) };
    format!("{what}{}", if version.latest { " latest" } else { "" })
}

pub async fn versions_are_of_exactly_their_key_and_newest_first(target: Target) {
    let Some(target) = versioned(target).await else { return };
    let object = target.put("a key+1", b"1").await;
    target.put("a key+1", b"22").await;
    delete(&target, &object).await;
    target.put("a key+1", b"333").await;
    for sibling in ["a key+1.bak", "a key+1/x", "a key"] {
        target.put(sibling, b"x").await;
    }
    let history = target.client.versions_of(&object).await.unwrap();
    let states: Vec<_> = history.versions().iter().map(told).collect();
    assert_eq!(states, ["Some(3) latest", "marker", "Some(2)", "Some(1)"]);
    for (version, bytes) in history.versions().iter().zip(["333", "", "22", "1"]) {
        if !version.is_marker() {
            assert_eq!(target.bytes(&version.address(&target.bucket)).await, bytes.as_bytes());
        }
    }
    let marker = history.versions()[1].address(&target.bucket);
    let error = target.get(&marker, GetOptions::default()).await.unwrap_err();
    assert!(error.is(&ErrorKind::NoSuchKey), "{error:?}");
    // A server that lists markers apart takes none for a version, and others have no such answer.
    let told = error.explain().what;
    let silent = ["markers-apart", "markers-are-missing"].iter().any(|word| target.has_quirk(word));
    assert!(silent || told.contains("delete marker"), "{error:?}");
    let unknown = object.at_version(VersionId("0123456789abcdef".to_owned()));
    assert!(target.get(&unknown, GetOptions::default()).await.is_err());
}

pub async fn pages_of_versions_have_each_once(target: Target) {
    let Some(target) = versioned(target).await else { return };
    let names = ["a b", "c+d", "e%20f", "p/z", "p/ü", "q"];
    for round in ["1", "22", "333"] {
        for name in names {
            target.put(name, round.as_bytes()).await;
        }
    }
    let all = VersionsQuery::below(&target.bucket, &target.prefix);
    for max_keys in [1, 2, 5, 1000] {
        let mut pages =
            VersionPages::new(&target.client, VersionsQuery { max_keys, ..all.clone() });
        let mut found = Vec::new();
        while let Some(page) = pages.next().await.unwrap() {
            assert!(page.rows.len() <= usize::from(max_keys));
            found.extend(page.rows.iter().map(|row| {
                (row.key.as_str()[target.prefix.as_str().len()..].to_owned(), row.size().unwrap())
            }));
        }
        let expected: Vec<(String, u64)> = names
            .iter()
            .flat_map(|name| [3, 2, 1].map(|size| ((*name).to_owned(), size)))
            .collect();
        assert_eq!(found, expected, "{max_keys} a page");
    }
}

pub async fn a_bucket_is_listed_as_it_was(target: Target) {
    let Some(target) = versioned(target).await else { return };
    for name in ["kept", "changed", "gone", "dir/gone", "other/x"] {
        target.put(name, b"1").await;
    }
    let never = Timestamp::from_second(1_000_000_000).unwrap();
    let then = later().await;
    target.put("changed", b"22").await;
    target.put("new", b"4444").await;
    target.put("later/new", b"1").await;
    for name in ["gone", "dir/gone"] {
        delete(&target, &target.object(name)).await;
    }
    let rows = async |delimited: bool, at: Option<Timestamp>, max_keys: u16| {
        target.names(ListQuery { at, ..target.query("", delimited, max_keys) }).await
    };
    for max_keys in [1, 2, 1000] {
        let level = rows(true, Some(then), max_keys).await;
        assert_eq!(level, ["changed", "dir/", "gone", "kept", "other/"], "{max_keys} a page");
        let all = rows(false, Some(then), max_keys).await;
        assert_eq!(all, ["changed", "dir/gone", "gone", "kept", "other/x"], "{max_keys} a page");
    }
    assert_eq!(rows(true, Some(never), 1000).await, [""; 0]);
    let mut now = rows(true, None, 1000).await;
    if target.has_quirk("lists-dead-prefixes") {
        now.retain(|name| name != "dir/");
    }
    assert_eq!(now, ["changed", "kept", "later/", "new", "other/"]);
    let query = ListQuery { at: Some(then), ..target.query("", true, 1000) };
    let page = target.client.list_page(&query).await.unwrap().page;
    let changed = page.rows().find(|row| row.name == "changed").unwrap();
    assert_eq!(changed.size(), Some(1));
    let version = VersionId(changed.version.unwrap().to_owned());
    assert_eq!(target.bytes(&target.object("changed").at_version(version)).await, b"1");
    assert!(page.known_since().is_some());
}

pub async fn a_version_that_is_deleted_is_gone_and_the_others_stay(target: Target) {
    let Some(target) = versioned(target).await else { return };
    let object = target.put("k", b"1").await;
    target.put("k", b"22").await;
    delete(&target, &object).await;
    target.put("k", b"333").await;
    let history = target.client.versions_of(&object).await.unwrap();
    let doomed = [history.versions()[1].name(), history.versions()[3].name()];
    assert_eq!(target.client.delete_versions(&target.bucket, &doomed).await.unwrap(), []);
    let history = target.client.versions_of(&object).await.unwrap();
    assert_eq!(
        history.versions().iter().map(told).collect::<Vec<_>>(),
        ["Some(3) latest", "Some(2)"]
    );
    let one = [history.versions()[0].name()];
    assert_eq!(target.client.delete_versions(&target.bucket, &one).await.unwrap(), []);
    assert_eq!(target.bytes(&object).await, b"22");
}

pub async fn what_was_deleted_or_overwritten_comes_back(target: Target) {
    let Some(target) = versioned(target).await else { return };
    let (deleted, changed) = (target.put("deleted", b"1").await, target.put("changed", b"1").await);
    let then = later().await;
    delete(&target, &deleted).await;
    delete(&target, &deleted).await;
    target.put("changed", b"22").await;
    target.put("new", b"333").await;
    let wanted = RestorePoint::At(then);
    let plan = target.client.plan_restore(&target.bucket, &target.prefix, &wanted, |_| ()).await;
    let plan = plan.unwrap();
    assert_eq!((plan.steps.len(), plan.left.len(), plan.unchanged), (2, 1, 0), "{plan:?}");
    let done =
        target.client.restore(&target.bucket, plan.steps, &CancellationToken::new(), |_| ()).await;
    assert_eq!((done.restored, done.failed, done.bytes), (2, 0, 2), "{done:?}");
    assert_eq!(target.bytes(&deleted).await, b"1");
    assert_eq!(target.bytes(&changed).await, b"1");
    // Nothing is left to do, though the copy is another version.
    let plan = target.client.plan_restore(&target.bucket, &target.prefix, &wanted, |_| ()).await;
    let done = target
        .client
        .restore(&target.bucket, plan.unwrap().steps, &CancellationToken::new(), |_| ())
        .await;
    assert_eq!((done.restored, done.unchanged, done.failed), (0, 1, 0), "{done:?}");
    let history = target.client.versions_of(&deleted).await.unwrap();
    assert!(matches!(step(&history, &RestorePoint::Undeleted), RestoreStep::Unchanged(_)));
}

pub async fn a_bucket_is_emptied_of_all_that_is_in_it(target: Target) {
    if target.client.provider() == Provider::R2 || target.lacks(Capability::CreateBucket) {
        return;
    }
    let Some(target) = versioned(target).await else { return };
    for name in ["a", "b/c", "b/c", "d"] {
        target.put(name, b"12").await;
    }
    delete(&target, &target.object("d")).await;
    let upload = target.object("unfinished");
    target.client.create_multipart(&upload, &PutOptions::default()).await.unwrap();
    let emptied = target
        .client
        .empty_bucket(&target.bucket, &CancellationToken::new(), |_| ())
        .await
        .unwrap();
    let counts = (emptied.objects, emptied.versions, emptied.markers, emptied.uploads);
    assert_eq!((counts, emptied.bytes, emptied.failed), ((2, 2, 1, 1), 8, 0), "{emptied:?}");
    let root = Prefix::root();
    let mut pages = VersionPages::new(&target.client, VersionsQuery::below(&target.bucket, &root));
    assert!(pages.next().await.unwrap().unwrap().rows.is_empty());
    target.client.delete_bucket(&target.bucket).await.unwrap();
}
