//! What folders hold besides plain files, and what objects keep of files besides their bytes.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use rustix::fs::{CWD, FileType, Mode, OFlags, mkdirat, mknodat, openat};
use windlass::domain::address::Bucket;
use windlass::domain::error::ErrorKind;
use windlass::domain::error::remedy::Remedy;
use windlass::domain::object::PutOptions;
use windlass::domain::transfer::{FileRules, JobSpec, JobState, Links, OnConflict};
use windlass::s3::client::Client;
use windlass::s3::meter::Meter;
use windlass::transfer::local::source::{OpenMode, Source};

use crate::support::server::{connection, r2_server};
use crate::transfers::fake::Fake;
use crate::transfers::harness::{
    MIB, bytes, download, error_of, names_in, run, run_well, upload, with,
};

fn under(spec: JobSpec, links: Links) -> JobSpec {
    JobSpec { files: FileRules { links, ..spec.files }, ..spec }
}

fn keeping_modes(spec: JobSpec) -> JobSpec {
    JobSpec { files: FileRules { keep_mode: true, ..spec.files }, ..spec }
}

/// A folder below `root` whose path has more bytes than the system takes at once.
fn bury(root: &Path) {
    let name = "d".repeat(250);
    let flags = OFlags::RDONLY | OFlags::DIRECTORY;
    let mut at = openat(CWD, root, flags, Mode::empty()).unwrap();
    for _ in 0..20 {
        mkdirat(&at, &*name, Mode::RWXU).unwrap();
        at = openat(&at, &*name, flags, Mode::empty()).unwrap();
    }
    drop(openat(&at, "file", OFlags::CREATE | OFlags::RDWR, Mode::RUSR).unwrap());
}

#[tokio::test]
async fn what_cannot_be_sent_is_reported_and_the_rest_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir(root.join("sub")).unwrap();
    fs::write(root.join("sub/file"), "x").unwrap();
    fs::write(root.join("z"), "last").unwrap();
    symlink("..", root.join("sub/loop")).unwrap();
    mknodat(CWD, root.join("pipe"), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(root.join("socket")).unwrap();
    let secret = root.join("secret");
    fs::write(&secret, "x").unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o0)).unwrap();
    let unreadable = fs::File::open(&secret).is_err();
    bury(root);
    let remote = Fake::new();
    let view = run(&remote, upload(root, "up/")).await;
    assert_eq!(error_of(&view).kind, ErrorKind::Partial);
    let mut places: Vec<&str> = view.failures.iter().map(|failure| &*failure.place).collect();
    places.sort_unstable();
    let long = vec!["d".repeat(250); 5].join("/");
    let mut expected = vec![&*long, "pipe", "socket", "sub/loop"];
    if unreadable {
        expected.insert(2, "secret");
    }
    assert_eq!(places, expected);
    let mut keys = vec!["up/sub/file", "up/z"];
    if !unreadable {
        keys.insert(0, "up/secret");
    }
    assert_eq!(remote.keys(), keys);
}

#[tokio::test]
async fn links_are_followed_or_left_out_where_that_is_asked() {
    let (folder, aside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let root = folder.path();
    fs::write(root.join("file"), "x").unwrap();
    fs::write(aside.path().join("far"), "far away").unwrap();
    symlink(aside.path(), root.join("out")).unwrap();
    symlink("file", root.join("also")).unwrap();
    let remote = Fake::new();
    let view = run_well(&remote, under(upload(root, "skip/"), Links::Skip)).await;
    assert_eq!(view.notes[0].text, "2 symbolic links left out, as asked");
    let view = run_well(&remote, under(upload(root, "all/"), Links::Follow)).await;
    assert_eq!(view.notes[0].text, "1 symbolic link followed out of the folder");
    assert_eq!(remote.keys(), ["all/also", "all/file", "all/out/far", "skip/file"]);
    assert_eq!(remote.bytes("bucket", "all/out/far").unwrap(), "far away");
    // What is named itself is what it leads to.
    run_well(&remote, upload(&root.join("also"), "one")).await;
    assert_eq!(remote.bytes("bucket", "one").unwrap(), "x");
}

#[test]
fn a_file_that_became_a_link_or_a_pipe_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("file"), "x").unwrap();
    symlink("file", path("link")).unwrap();
    mknodat(CWD, path("pipe"), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    let opening = |follow| OpenMode { follow, snapshot: false };
    let opened = |name: &str, follow| Source::open(&path(name), opening(follow));
    let kind = |name: &str, follow| opened(name, follow).map_err(|error| error.kind);
    assert_eq!(kind("link", false).unwrap_err(), ErrorKind::LocalSpecial);
    assert_eq!(kind("link", true).unwrap().size, 1);
    assert_eq!(kind("pipe", true).unwrap_err(), ErrorKind::LocalSpecial);
    assert_eq!(kind("gone", false).unwrap_err(), ErrorKind::LocalMissing);
}

/// The kernel says 0 bytes of one and 4,096 of the other.
#[tokio::test]
async fn a_file_is_what_can_be_read_from_it() {
    let read = |path: &str| fs::read(path).unwrap();
    let odd = ["/proc/version", "/sys/kernel/mm/transparent_hugepage/enabled", "/proc/filesystems"];
    let odd = odd.into_iter().filter(|path| Path::new(path).exists());
    let mut seen = 0;
    for path in odd {
        let remote = Fake::new();
        let view = run_well(&remote, upload(Path::new(path), "k")).await;
        assert_eq!(remote.bytes("bucket", "k").unwrap(), read(path), "{path}");
        assert_eq!(view.progress.bytes, read(path).len() as u64);
        assert_eq!(view.progress.bytes_total, view.progress.bytes);
        seen += usize::from(fs::metadata(path).unwrap().len() != read(path).len() as u64);
    }
    assert!(seen > 0, "this machine has no such files");
}

/// Storage at whose requests for bytes a line is appended to the file.
fn growing(path: &Path) -> Arc<Fake> {
    use std::io::Write;
    let path = path.to_owned();
    Fake::scripted(move |call| {
        if ["put", "part"].contains(&call.operation) {
            let mut file = fs::File::options().append(true).open(&path).unwrap();
            file.write_all(b"one more line\n").unwrap();
        }
        None
    })
}

#[tokio::test]
async fn a_file_that_grows_is_refused_or_taken_as_long_as_it_was() {
    for size in [1000, 3 * MIB] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        fs::write(&path, bytes(size)).unwrap();
        let remote = growing(&path);
        let spec = upload(&path, "k");
        let files = FileRules { snapshot: true, ..spec.files };
        run_well(&remote, JobSpec { files, ..spec.clone() }).await;
        let stored = remote.bytes("bucket", "k").unwrap();
        let now = fs::read(&path).unwrap();
        assert!(now.len() > size, "nothing was appended");
        assert_eq!(stored, now[..size]);
        // A short one is read at once, before its request.
        if size < MIB {
            continue;
        }
        let view = run(&remote, with(spec, OnConflict::Overwrite)).await;
        let error = error_of(&view);
        assert_eq!(error.kind, ErrorKind::SourceChanged);
        assert_eq!(error.explain().remedies, [Remedy::Snapshot]);
        assert_eq!(remote.uploads(), 0);
    }
}

#[tokio::test]
async fn a_snapshot_of_a_file_that_shrinks_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    fs::write(&path, bytes(3 * MIB)).unwrap();
    let cut = path.clone();
    let remote = Fake::scripted(move |call| {
        if call.operation == "part" {
            fs::File::options().write(true).open(&cut).unwrap().set_len(100).unwrap();
        }
        None
    });
    let spec = upload(&path, "k");
    let files = FileRules { snapshot: true, ..spec.files };
    let view = run(&remote, JobSpec { files, ..spec }).await;
    assert_eq!(error_of(&view).kind, ErrorKind::SourceChanged);
    assert_eq!(remote.bytes("bucket", "k"), None);
}

#[tokio::test]
async fn an_empty_folder_is_said_to_be_stored_as_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let remote = Fake::new();
    let view = run_well(&remote, upload(folder.path(), "up/")).await;
    assert_eq!((view.progress.objects, remote.keys().len()), (0, 0));
    assert!(view.notes[0].text.contains("1 empty folder not stored"), "{:?}", view.notes);
}

#[tokio::test]
async fn two_files_that_r2_takes_for_one_key_are_found_before_one_replaces_the_other() {
    let server = r2_server().await;
    let client = Client::connect(&connection(&server), Arc::new(Meter::default())).unwrap();
    client.create_bucket(&Bucket::new("bucket")).await.unwrap();
    let client = Arc::new(client);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("H\u{e9}llo"), "composed").unwrap();
    fs::write(folder.path().join("He\u{301}llo"), "decomposed").unwrap();
    let view = run(&client, with(upload(folder.path(), "p/"), OnConflict::Overwrite)).await;
    assert_eq!(view.failures.len(), 1);
    assert_eq!(view.failures[0].place, "He\u{301}llo");
    assert_eq!(view.failures[0].error.kind, ErrorKind::LocalName);
    let back = tempfile::tempdir().unwrap();
    run_well(&client, download("p/H\u{e9}llo", back.path())).await;
    assert_eq!(fs::read(back.path().join("H\u{e9}llo")).unwrap(), b"composed");
}

#[tokio::test]
async fn permissions_are_kept_only_where_asked_and_never_those_that_lend_rights() {
    let folder = tempfile::tempdir().unwrap();
    let (remote, path) = (Fake::new(), folder.path().join("tool"));
    for size in [3, 9 * MIB] {
        fs::write(&path, bytes(size)).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o4711)).unwrap();
        run_well(&remote, with(upload(&path, "plain"), OnConflict::Overwrite)).await;
        assert!(!remote.options("plain").user_metadata.contains_key("mode"));
        let spec = keeping_modes(with(upload(&path, "tool"), OnConflict::Overwrite));
        run_well(&remote, spec).await;
        assert_eq!(remote.options("tool").user_metadata["mode"], "100711");
        let back = tempfile::tempdir().unwrap();
        let mode = |name: &str| fs::metadata(back.path().join(name)).unwrap().mode() & 0o7777;
        run_well(&remote, keeping_modes(download("tool", back.path()))).await;
        assert_eq!(mode("tool"), 0o711);
        fs::remove_file(back.path().join("tool")).unwrap();
        run_well(&remote, download("tool", back.path())).await;
        assert_ne!(mode("tool"), 0o711);
    }
    let user_metadata = BTreeMap::from([("mode".to_owned(), "106755".to_owned())]);
    remote.store_with("evil", b"x", PutOptions { user_metadata, ..PutOptions::default() });
    let back = tempfile::tempdir().unwrap();
    run_well(&remote, keeping_modes(download("evil", back.path()))).await;
    assert_eq!(fs::metadata(back.path().join("evil")).unwrap().mode() & 0o7777, 0o755);
}

#[tokio::test]
async fn a_sparse_file_and_one_from_before_1970_arrive_as_they_are() {
    let (folder, back) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (remote, path) = (Fake::new(), folder.path().join("sparse"));
    let file = fs::File::create(&path).unwrap();
    file.set_len(20 * MIB as u64).unwrap();
    std::os::unix::fs::FileExt::write_at(&file, b"end", 20 * MIB as u64 - 3).unwrap();
    let time = UNIX_EPOCH - Duration::from_millis(1_500);
    file.set_modified(time).unwrap();
    let view = run_well(&remote, upload(&path, "sparse")).await;
    assert_eq!(view.state, JobState::Done);
    run_well(&remote, download("sparse", back.path())).await;
    let saved = back.path().join("sparse");
    assert!(fs::read(&saved).unwrap() == fs::read(&path).unwrap());
    assert_eq!(fs::metadata(&saved).unwrap().modified().unwrap(), time);
    assert_eq!(names_in(back.path()), ["sparse"]);
}
