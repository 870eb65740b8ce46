//! What exists already is looked at before jobs are queued: of rows, and no more than a look takes.

use std::fs;
use std::path::Path;

use windlass::domain::address::{Bucket, Key, Prefix};
use windlass::domain::conflicts::Conflicts;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::object::{ObjectHeaders, VersionId};
use windlass::domain::transfer::{JobSpec, SourceRow, Target, Work};
use windlass::transfer::destinations::conflicts;

use crate::transfers::fake::{Fake, Fault};
use crate::transfers::harness::{copy, job};

fn rows(targets: Vec<Target>) -> Target {
    let row = |target| SourceRow { target, size: None };
    Target::Rows(targets.into_iter().map(row).collect::<Vec<_>>().into())
}

fn object(key: &str) -> Target {
    Target::Object(Key::new(key))
}

fn prefix(name: &str) -> Target {
    Target::Prefix(Prefix::new(name))
}

fn download(source: Target, folder: &Path) -> JobSpec {
    let (bucket, folder) = (Bucket::new("bucket"), folder.to_owned());
    job(Work::Download { bucket, source, folder, name: None, size: None })
}

async fn looked(spec: JobSpec, remote: &Fake) -> Conflicts {
    conflicts(vec![spec], remote, remote).await
}

fn places(found: &Conflicts) -> Vec<&str> {
    found.sample.iter().map(|each| each.place.as_str()).collect()
}

#[tokio::test]
async fn of_rows_that_are_copied_those_are_found_that_exist_in_their_order() {
    let remote = Fake::new();
    for key in ["p/a", "p/b", "p/d/x", "p/d/y", "to/b", "to/d/y"] {
        remote.store(key, key.as_bytes());
    }
    let source = rows(vec![object("p/a"), object("p/b"), prefix("p/d/")]);
    let found = looked(copy(source, "bucket", prefix("to/")), &remote).await;
    assert_eq!((found.existing, found.partly), (2, false));
    assert_eq!(places(&found), ["to/b", "to/d/y"]);
    let sizes = found.sample.iter().map(|each| (each.there.size, each.new.size));
    assert_eq!(sizes.collect::<Vec<_>>(), [(Some(4), Some(3)), (Some(6), Some(5))]);
}

#[tokio::test]
async fn of_more_rows_than_a_look_has_requests_for_the_first_are_looked_at() {
    let remote = Fake::new();
    let keys: Vec<String> = (0..1_100).map(|number| format!("p/{number:04}")).collect();
    for key in &keys {
        remote.store(&key.replace("p/", "to/"), b"there");
    }
    let all = |count: usize| rows(keys[..count].iter().map(|key| object(key)).collect());
    let found = looked(copy(all(1_000), "bucket", prefix("to/")), &remote).await;
    assert_eq!((found.existing, found.partly), (1_000, false));
    let before = remote.count("head");
    let found = looked(copy(all(1_100), "bucket", prefix("to/")), &remote).await;
    assert_eq!((found.existing, found.partly), (1_000, true));
    assert_eq!(places(&found)[..2], ["to/0000", "to/0001"]);
    // Those that are shown are asked for once more.
    assert_eq!(remote.count("head") - before, 1_005);
    let jobs = [900, 300].map(|count| copy(all(count), "bucket", prefix("to/")));
    let found = conflicts(jobs.to_vec(), &*remote, &*remote).await;
    assert_eq!((found.existing, found.partly), (1_000, true), "for all jobs together");
}

#[tokio::test]
async fn rows_that_cannot_be_looked_at_end_the_look_with_what_is_known() {
    let remote = Fake::scripted(|call| {
        (call.key == "to/b")
            .then(|| Fault::Fail(Error::new(ErrorKind::AccessDenied, "HeadObject", "")))
    });
    remote.store("to/a", b"there");
    let source = rows(vec![object("p/a"), object("p/b"), object("p/c")]);
    let found = looked(copy(source, "bucket", prefix("to/")), &remote).await;
    assert_eq!(found.existing, 1);
    assert_eq!(found.unknown.map(|error| error.kind), Some(ErrorKind::AccessDenied));
}

#[tokio::test]
async fn of_rows_that_are_downloaded_only_what_is_there_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let remote = Fake::new();
    for key in ["p/a", "p/b", "p/d/x", "p/d/y", "p/e/z"] {
        remote.store(key, key.as_bytes());
    }
    fs::write(folder.path().join("b"), "local").unwrap();
    fs::create_dir(folder.path().join("d")).unwrap();
    fs::write(folder.path().join("d/y"), "local").unwrap();
    let source = || rows(vec![object("p/a"), object("p/b"), prefix("p/d/"), prefix("p/e/")]);
    let found = looked(download(source(), folder.path()), &remote).await;
    let there = |name: &str| folder.path().join(name).display().to_string();
    assert_eq!(places(&found), [there("b"), there("d/y")]);
    assert_eq!((found.existing, found.partly), (2, false));
    assert_eq!(found.sample[0].new.size, Some(3));
    assert_eq!((remote.count("head"), remote.count("list")), (1, 1));
    let version = Target::Version(Key::new("p/b"), VersionId("1".to_owned()));
    let found = looked(download(rows(vec![version, object("p/a")]), folder.path()), &remote).await;
    assert_eq!(places(&found), [there("b")]);
}

#[tokio::test]
async fn rows_are_no_place_to_upload_to() {
    let (folder, remote) = (tempfile::tempdir().unwrap(), Fake::new());
    remote.store("p/a", b"there");
    let (source, target) = (folder.path().join("a"), rows(vec![object("p/a")]));
    let headers = ObjectHeaders::default();
    let spec = job(Work::Upload { source, bucket: Bucket::new("bucket"), target, headers });
    assert_eq!(looked(spec, &remote).await, Conflicts::default());
}
