//! What is stored is what was on the disk, and what is on the disk is what was stored.

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, UNIX_EPOCH};

use windlass::domain::address::{Key, Prefix};
use windlass::domain::error::ErrorKind;
use windlass::domain::object::PutOptions;
use windlass::domain::transfer::{OnConflict, Target, Verification, Work};

use crate::transfers::fake::Fake;
use crate::transfers::harness::{
    MIB, bytes, copy, download, download_prefix, error_of, job, names_in, run, run_well, upload,
    with,
};

const SIZES: [usize; 6] = [0, 1, MIB - 1, 8 * MIB, 16 * MIB, 17 * MIB + 3];

#[tokio::test]
async fn files_of_any_size_are_stored_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    for size in SIZES {
        let remote = Fake::new();
        let (path, content) = (folder.path().join("clip.mp4"), bytes(size));
        fs::write(&path, &content).unwrap();
        let time = UNIX_EPOCH + Duration::new(1_700_000_000, 5);
        fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
        let view = run_well(&remote, upload(&path, "x/clip.mp4")).await;
        assert!(remote.bytes("bucket", "x/clip.mp4").unwrap() == content, "{size} bytes");
        assert_eq!(view.verification, Some(Verification::Digest("md5".into())));
        assert_eq!((view.progress.bytes, view.progress.bytes_total), (size as u64, size as u64));
        let options = remote.options("x/clip.mp4");
        assert_eq!(options.headers.content_type.as_deref(), Some("video/mp4"));
        assert_eq!(options.user_metadata["mtime"], "1700000000.000000005");
        assert_eq!(remote.uploads(), 0);
    }
}

#[tokio::test]
async fn objects_of_any_size_are_saved_as_they_are() {
    for size in SIZES {
        let folder = tempfile::tempdir().unwrap();
        let (remote, content) = (Fake::new(), bytes(size));
        let user_metadata = BTreeMap::from([("mtime".to_owned(), "1700000000.5".to_owned())]);
        remote.store_with(
            "a/b.bin",
            &content,
            PutOptions { user_metadata, ..PutOptions::default() },
        );
        let view = run_well(&remote, download("a/b.bin", folder.path())).await;
        let path = folder.path().join("b.bin");
        assert!(fs::read(&path).unwrap() == content, "{size} bytes");
        assert_eq!(names_in(folder.path()), ["b.bin"]);
        assert_eq!(view.verification, Some(Verification::Digest("md5".into())));
        let time = fs::metadata(&path).unwrap().modified().unwrap();
        assert_eq!(time, UNIX_EPOCH + Duration::from_millis(1_700_000_000_500));
    }
}

#[tokio::test]
async fn a_folder_goes_up_and_comes_down_whole() {
    let (folder, back) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let remote = Fake::new();
    fs::create_dir_all(folder.path().join("deep/er")).unwrap();
    for number in 0..40 {
        fs::write(folder.path().join(format!("deep/{number}.txt")), bytes(number * 100)).unwrap();
    }
    fs::write(folder.path().join("deep/er/large.bin"), bytes(9 * MIB)).unwrap();
    let view = run_well(&remote, upload(folder.path(), "up/")).await;
    assert_eq!((view.progress.objects, view.progress.objects_total), (41, 41));
    remote.store("up/empty/", b"");
    remote.store("upper", b"not below the prefix");
    let view = run_well(&remote, download_prefix("up/", back.path())).await;
    assert_eq!(view.progress.objects, 42);
    for number in 0..40 {
        let saved = fs::read(back.path().join(format!("deep/{number}.txt"))).unwrap();
        assert_eq!(saved, bytes(number * 100));
    }
    assert!(fs::read(back.path().join("deep/er/large.bin")).unwrap() == bytes(9 * MIB));
    assert_eq!(names_in(&back.path().join("empty")), [""; 0]);
    assert_eq!(names_in(back.path()), ["deep", "empty"]);
}

#[tokio::test]
async fn an_existing_file_is_changed_only_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let (remote, path) = (Fake::new(), folder.path().join("a.txt"));
    remote.store("a.txt", b"new");
    fs::write(&path, "old").unwrap();
    let spec = || download("a.txt", folder.path());
    assert_eq!(error_of(&run(&remote, spec()).await).kind, ErrorKind::LocalExists);
    let view = run_well(&remote, with(spec(), OnConflict::Skip)).await;
    assert_eq!(view.progress.skipped, 1);
    assert_eq!(fs::read(&path).unwrap(), b"old");
    run_well(&remote, with(spec(), OnConflict::KeepBoth)).await;
    assert_eq!(fs::read(folder.path().join("a (1).txt")).unwrap(), b"new");
    assert_eq!(fs::read(&path).unwrap(), b"old");
    run_well(&remote, with(spec(), OnConflict::Overwrite)).await;
    assert_eq!(fs::read(&path).unwrap(), b"new");
    assert_eq!(names_in(folder.path()), ["a (1).txt", "a.txt"]);
}

#[tokio::test]
async fn an_existing_object_is_changed_only_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    for size in [3, 9 * MIB] {
        let (remote, path) = (Fake::new(), folder.path().join("a.txt"));
        remote.store("a.txt", b"old");
        fs::write(&path, bytes(size)).unwrap();
        let spec = || upload(&path, "a.txt");
        assert_eq!(error_of(&run(&remote, spec()).await).kind, ErrorKind::PreconditionFailed);
        assert_eq!(run_well(&remote, with(spec(), OnConflict::Skip)).await.progress.skipped, 1);
        run_well(&remote, with(spec(), OnConflict::KeepBoth)).await;
        assert_eq!(remote.bytes("bucket", "a.txt").unwrap(), "old");
        assert!(remote.bytes("bucket", "a (1).txt").unwrap() == bytes(size));
        run_well(&remote, with(spec(), OnConflict::Overwrite)).await;
        assert!(remote.bytes("bucket", "a.txt").unwrap() == bytes(size));
        assert_eq!(remote.uploads(), 0);
    }
}

#[tokio::test]
async fn prefixes_are_copied_and_deleted_to_the_last_key_and_no_further() {
    let remote = Fake::new();
    for number in 0..30 {
        remote.store(&format!("from/{number:02}"), &bytes(number));
    }
    remote.store("from/", b"");
    remote.store("fromage", b"cheese");
    let (from, to) = (Target::Prefix(Prefix::new("from/")), Target::Prefix(Prefix::new("to/")));
    let view = run_well(&remote, copy(from.clone(), "other", to)).await;
    assert_eq!(view.progress.objects, 31);
    assert_eq!(remote.bytes("other", "to/07").unwrap(), bytes(7));
    remote.store("from/locked", b"");
    let bucket = windlass::domain::address::Bucket::new("bucket");
    let view = run(&remote, job(Work::Delete { bucket, targets: vec![from] })).await;
    assert_eq!(error_of(&view).kind, ErrorKind::Partial);
    assert_eq!((view.progress.objects, view.progress.failed), (31, 1));
    assert_eq!(view.failures[0].place, "from/locked");
    assert!(remote.bytes("bucket", "fromage").is_some());
    assert!(remote.bytes("bucket", "from/locked").is_some());
    assert_eq!(remote.keys().iter().filter(|key| key.starts_with("from/")).count(), 1);
}

#[tokio::test]
async fn a_copy_onto_itself_is_refused_without_a_request() {
    let remote = Fake::new();
    remote.store("a/x", b"x");
    let object = Target::Object(Key::new("a/x"));
    let view = run(&remote, copy(object.clone(), "bucket", object)).await;
    assert_eq!(error_of(&view).kind, ErrorKind::InvalidRequest);
    let (from, to) = (Target::Prefix(Prefix::new("a/")), Target::Prefix(Prefix::new("a/b/")));
    let view = run(&remote, copy(from, "bucket", to)).await;
    assert_eq!(error_of(&view).kind, ErrorKind::InvalidRequest);
    assert_eq!(remote.calls(), [""; 0]);
}

#[tokio::test]
async fn an_object_made_of_parts_is_verified_by_the_digests_of_its_parts() {
    let (folder, back) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (remote, path) = (Fake::new(), folder.path().join("f"));
    fs::write(&path, bytes(17 * MIB + 3)).unwrap();
    run_well(&remote, upload(&path, "f")).await;
    let view = run_well(&remote, download("f", back.path())).await;
    assert_eq!(view.verification, Some(Verification::Digest("md5".into())));
    // Parts that nobody can guess: the bytes are all there, and that is all that is said.
    remote.store_tagged("f", &bytes(17 * MIB + 3), "0123456789abcdef0123456789abcdef-3");
    let view = run_well(&remote, with(download("f", back.path()), OnConflict::Overwrite)).await;
    assert!(matches!(view.verification, Some(Verification::SizeOnly(_))));
    // Nor are they taken for the same as a file that is there.
    fs::write(back.path().join("f"), vec![7; 17 * MIB + 3]).unwrap();
    let view = run_well(&remote, with(download("f", back.path()), OnConflict::IfDifferent)).await;
    assert_eq!(view.progress.skipped, 0);
    assert!(fs::read(back.path().join("f")).unwrap() == bytes(17 * MIB + 3));
}
