//! Keys that try to leave the folder, or cannot be file names.

use std::fs;

use windlass::domain::error::ErrorKind;
use windlass::domain::transfer::OnConflict;

use crate::transfers::fake::Fake;
use crate::transfers::harness::{
    download, download_prefix, error_of, names_in, run, run_well, with,
};

const HOSTILE: [&str; 14] = [
    "p/../../x",
    "p//etc/x",
    "p/a//b",
    "p/./y",
    "p/z/..",
    "p/\u{1b}]0;title\u{7}",
    "p/new\nline",
    "p/nul\0byte",
    "p/%2E%2E",
    "p/100%",
    "p/C:\\x",
    "p/ leading and trailing ",
    "p/ünï/€",
    "p/\u{202e}gpj.exe",
];

#[tokio::test]
async fn no_key_leaves_the_folder_and_none_is_lost() {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("chosen");
    let remote = Fake::new();
    for key in HOSTILE {
        remote.store(key, key.as_bytes());
    }
    let long = format!("p/{}/{}", "x".repeat(300), "y".repeat(400));
    remote.store(&long, b"long");
    let view = run_well(&remote, download_prefix("p/", &folder)).await;
    assert_eq!(view.progress.objects, 15);
    assert_eq!(names_in(outer.path()), ["chosen"]);
    let names = names_in(&folder);
    assert!(names.iter().all(|name| !name.chars().any(char::is_control)), "{names:?}");
    assert_eq!(fs::read(folder.join("%2E%2E/%2E%2E/x")).unwrap(), b"p/../../x");
    assert_eq!(fs::read(folder.join("%/etc/x")).unwrap(), b"p//etc/x");
    assert_eq!(fs::read(folder.join("a/%/b")).unwrap(), b"p/a//b");
    assert!(view.notes.iter().any(|note| note.text.contains("saved as %2E%2E/%2E%2E/x")));
}

#[tokio::test]
async fn one_object_with_a_hostile_key_is_saved_inside() {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("chosen");
    let remote = Fake::new();
    for key in ["..", "a/..", "/", "x/\0"] {
        remote.store(key, b"x");
        run_well(&remote, with(download(key, &folder), OnConflict::KeepBoth)).await;
    }
    assert_eq!(names_in(outer.path()), ["chosen"]);
}

#[tokio::test]
async fn links_in_the_destination_are_not_followed() {
    let outer = tempfile::tempdir().unwrap();
    let (folder, aside) = (outer.path().join("chosen"), outer.path().join("aside"));
    fs::create_dir_all(&folder).unwrap();
    fs::create_dir_all(&aside).unwrap();
    fs::write(aside.join("secret"), "untouched").unwrap();
    std::os::unix::fs::symlink(&aside, folder.join("way-out")).unwrap();
    std::os::unix::fs::symlink(aside.join("secret"), folder.join("k")).unwrap();
    let remote = Fake::new();
    remote.store("p/way-out/x", b"x");
    let view = run(&remote, download_prefix("p/", &folder)).await;
    assert!(matches!(
        error_of(&view).kind,
        ErrorKind::LocalName | ErrorKind::LocalIo | ErrorKind::LocalDenied
    ));
    remote.store("k", b"new");
    let view = run(&remote, with(download("k", &folder), OnConflict::Overwrite)).await;
    assert_eq!(error_of(&view).kind, ErrorKind::LocalSpecial);
    assert_eq!(names_in(&aside), ["secret"]);
    assert_eq!(fs::read(aside.join("secret")).unwrap(), b"untouched");
    assert!(folder.join("k").is_symlink(), "nor is the link itself replaced");
}
