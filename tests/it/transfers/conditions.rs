//! Overwriting only what is older, or only what is different.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use windlass::domain::address::Key;
use windlass::domain::object::PutOptions;
use windlass::domain::transfer::{JobSpec, OnConflict, Target};

use crate::transfers::fake::Fake;
use crate::transfers::harness::{MIB, bytes, copy, download, run_well, upload, with};

/// Seconds since 1970.
fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn write(path: &Path, bytes: &[u8], modified: u64) {
    fs::write(path, bytes).unwrap();
    fs::File::options().write(true).open(path).unwrap().set_modified(at(modified)).unwrap();
}

/// With the time of modification that uploads keep.
fn store(remote: &Fake, key: &str, bytes: &[u8], modified: u64) {
    let time = ("mtime".to_owned(), format!("{modified}.000000000"));
    let options = PutOptions { user_metadata: [time].into(), ..PutOptions::default() };
    remote.store_with(key, bytes, options);
}

/// How many objects were moved and how many left as they are.
async fn moved(remote: &std::sync::Arc<Fake>, spec: JobSpec, when: OnConflict) -> (u64, u64) {
    let progress = run_well(remote, with(spec, when)).await.progress;
    (progress.objects - progress.skipped, progress.skipped)
}

#[tokio::test]
async fn only_what_is_older_is_overwritten() {
    let when = OnConflict::IfNewer;
    for size in [10, 9 * MIB] {
        let folder = tempfile::tempdir().unwrap();
        let (remote, path) = (Fake::new(), folder.path().join("k"));
        write(&path, &bytes(size), 2_000);
        assert_eq!(moved(&remote, upload(&path, "k"), when).await, (1, 0), "nothing was there");
        assert_eq!(moved(&remote, upload(&path, "k"), when).await, (0, 1), "as old");
        write(&path, &bytes(size + 1), 1_000);
        assert_eq!(moved(&remote, upload(&path, "k"), when).await, (0, 1), "older");
        assert_eq!(remote.bytes("bucket", "k").unwrap().len(), size);
        assert_eq!(moved(&remote, download("k", folder.path()), when).await, (1, 0));
        assert!(fs::read(&path).unwrap() == bytes(size));
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), at(2_000));
        assert_eq!(moved(&remote, download("k", folder.path()), when).await, (0, 1));
        write(&path, &bytes(size + 2), 3_000);
        assert_eq!(moved(&remote, download("k", folder.path()), when).await, (0, 1));
        assert_eq!(moved(&remote, upload(&path, "k"), when).await, (1, 0), "newer");
        assert!(remote.bytes("bucket", "k").unwrap() == bytes(size + 2));
    }
}

#[tokio::test]
async fn only_what_is_different_is_overwritten() {
    let when = OnConflict::IfDifferent;
    for size in [10, 9 * MIB] {
        let folder = tempfile::tempdir().unwrap();
        let (remote, path) = (Fake::new(), folder.path().join("k"));
        write(&path, &bytes(size), 2_000);
        assert_eq!(moved(&remote, upload(&path, "k"), when).await, (1, 0), "nothing was there");
        assert_eq!(moved(&remote, upload(&path, "k"), when).await, (0, 1), "the same");
        assert_eq!(moved(&remote, download("k", folder.path()), when).await, (0, 1), "the same");
        let mut other = bytes(size);
        other[size / 2] ^= 1;
        write(&path, &other, 1_000);
        assert_eq!(moved(&remote, download("k", folder.path()), when).await, (1, 0), "one bit");
        assert!(fs::read(&path).unwrap() == bytes(size));
        write(&path, &other, 1_000);
        assert_eq!(moved(&remote, upload(&path, "k"), when).await, (1, 0), "one bit");
        assert!(remote.bytes("bucket", "k").unwrap() == other);
    }
}

#[tokio::test]
async fn a_touched_file_with_the_same_bytes_is_not_different() {
    let folder = tempfile::tempdir().unwrap();
    let (remote, path) = (Fake::new(), folder.path().join("k"));
    remote.store("k", b"the same");
    write(&path, b"the same", 5_000);
    let when = OnConflict::IfDifferent;
    assert_eq!(moved(&remote, upload(&path, "k"), when).await, (0, 1));
    assert_eq!(moved(&remote, download("k", folder.path()), when).await, (0, 1));
}

#[tokio::test]
async fn copies_know_the_conditions_too() {
    let remote = Fake::new();
    let object = |key: &str| Target::Object(Key::new(key));
    let spec = || copy(object("from"), "bucket", object("to"));
    store(&remote, "from", b"new", 2_000);
    store(&remote, "to", b"old", 1_000);
    assert_eq!(moved(&remote, spec(), OnConflict::IfNewer).await, (1, 0));
    assert_eq!(moved(&remote, spec(), OnConflict::IfNewer).await, (0, 1));
    assert_eq!(moved(&remote, spec(), OnConflict::IfDifferent).await, (0, 1));
    store(&remote, "to", b"not", 2_001);
    assert_eq!(moved(&remote, spec(), OnConflict::IfNewer).await, (0, 1));
    assert_eq!(moved(&remote, spec(), OnConflict::IfDifferent).await, (1, 0));
    assert_eq!(remote.bytes("bucket", "to").unwrap(), "new");
}
