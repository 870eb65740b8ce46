//! Disks that change under the work: sources that are not what they were, folders that go, links
//! that come.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use windlass::domain::error::ErrorKind;
use windlass::domain::transfer::{JobSpec, JobState, OnConflict};

use crate::transfers::fake::{Fake, Fault};
use crate::transfers::harness::{
    MIB, bytes, download, download_prefix, error_of, names_in, run, run_well, upload, with,
};

const LARGE: usize = 25 * MIB + 1;

/// Does something to the disk when the `nth` request of an operation comes.
fn at(operation: &'static str, nth: usize, act: impl Fn() + Send + Sync + 'static) -> Arc<Fake> {
    let seen = AtomicUsize::new(0);
    Fake::scripted(move |call| {
        if call.operation == operation && seen.fetch_add(1, Ordering::SeqCst) + 1 == nth {
            act();
        }
        None::<Fault>
    })
}

#[tokio::test]
async fn a_source_that_changes_in_any_way_makes_no_object() {
    type Change = fn(&Path);
    let changes: [(&str, Change); 6] = [
        ("shrinks", |path| fs::File::options().write(true).open(path).unwrap().set_len(9).unwrap()),
        ("grows", |path| {
            use std::io::Write;
            fs::File::options().append(true).open(path).unwrap().write_all(b"more").unwrap();
        }),
        ("is edited", |path| {
            use std::os::unix::fs::FileExt;
            let file = fs::File::options().write(true).open(path).unwrap();
            file.write_all_at(b"other", 20 << 20).unwrap();
        }),
        ("is deleted", |path| fs::remove_file(path).unwrap()),
        ("is replaced", |path| {
            fs::write(path.with_extension("new"), bytes(LARGE)).unwrap();
            fs::rename(path.with_extension("new"), path).unwrap();
        }),
        ("becomes a link", |path| {
            fs::rename(path, path.with_extension("old")).unwrap();
            fs::write(path.with_extension("other"), b"other").unwrap();
            symlink(path.with_extension("other"), path).unwrap();
        }),
    ];
    for (how, change) in changes {
        for nth in [1, 4] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("f");
            fs::write(&path, bytes(LARGE)).unwrap();
            let changed = path.clone();
            let remote = at("part", nth, move || change(&changed));
            let view = run(&remote, upload(&path, "k")).await;
            let error = error_of(&view);
            assert!(
                error.is(&ErrorKind::SourceChanged) || error.is(&ErrorKind::LocalMissing),
                "{how}: {error:?}"
            );
            assert_eq!(remote.bytes("bucket", "k"), None, "{how}");
            assert_eq!(remote.uploads(), 0, "{how}: the upload is aborted");
        }
    }
}

#[tokio::test]
async fn a_folder_that_goes_away_is_an_error_and_comes_back_for_nobody() {
    for size in [1000, LARGE] {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("down");
        fs::create_dir(&target).unwrap();
        let gone = target.clone();
        let nth = if size == LARGE { 3 } else { 1 };
        let remote = at("get", nth, move || drop(fs::remove_dir_all(&gone)));
        remote.store("k", &bytes(size));
        let view = run(&remote, download("k", &target)).await;
        match view.state {
            // The first request came before the folder was held: it is made anew.
            JobState::Done => assert!(fs::read(target.join("k")).unwrap() == bytes(size)),
            _ => assert!(!target.exists() || names_in(&target).is_empty(), "{size}"),
        }
    }
}

/// A download whose place is taken by a link while it is under way.
async fn link_comes(on_conflict: OnConflict) -> (JobState, PathBuf, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let (target, precious) = (folder.path().join("down"), folder.path().join("precious"));
    fs::create_dir(&target).unwrap();
    fs::write(&precious, "precious").unwrap();
    let (link, to) = (target.join("k"), precious.clone());
    let remote = at("get", 3, move || symlink(&to, &link).unwrap());
    remote.store("k", &bytes(LARGE));
    let state = run(&remote, with(download("k", &target), on_conflict)).await.state;
    assert_eq!(fs::read(&precious).unwrap(), b"precious", "the link was not followed");
    (state, target, folder)
}

#[tokio::test]
async fn a_link_that_comes_in_the_place_of_a_file_is_not_followed() {
    for answer in [OnConflict::Fail, OnConflict::Overwrite] {
        let (state, target, _folder) = link_comes(answer).await;
        assert!(matches!(state, JobState::Failed(_)), "{answer:?}");
        assert!(target.join("k").is_symlink(), "a link is no file that is replaced");
        assert_eq!(names_in(&target), ["k"]);
    }
    let (state, target, _folder) = link_comes(OnConflict::KeepBoth).await;
    assert_eq!(state, JobState::Done);
    assert_eq!(names_in(&target), ["k", "k (1)"]);
}

#[tokio::test]
async fn a_folder_swapped_for_a_link_leads_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let (target, outside) = (folder.path().join("down"), folder.path().join("outside"));
    fs::create_dir(&target).unwrap();
    fs::create_dir(&outside).unwrap();
    let (held, to) = (target.join("sub"), outside.clone());
    // Once the folder is made and its first objects come, it is swapped; the others find the link.
    let remote = at("get", 4, move || {
        fs::rename(&held, held.with_extension("was")).unwrap();
        symlink(&to, &held).unwrap();
    });
    for number in 0..40 {
        remote.store(&format!("p/sub/{number:02}"), &bytes(3000 + number));
    }
    let view = run(&remote, download_prefix("p/", &target)).await;
    assert!(matches!(view.state, JobState::Failed(_)), "{:?}", view.state);
    assert_eq!(names_in(&outside), [""; 0], "nothing went through the link");
    assert!(view.progress.failed > 0);
}

#[tokio::test]
async fn a_place_where_nothing_can_be_written_is_said() {
    let remote = Fake::new();
    remote.store("k", b"x");
    for place in ["/proc/self/fd", "/dev/null"] {
        let spec: JobSpec = download("k", Path::new(place));
        let view = run(&remote, spec).await;
        let error = error_of(&view);
        assert!(!error.retryable() && !error.place.is_empty(), "{error:?}");
        assert!(error.place.starts_with(place), "{error:?}");
    }
}

#[tokio::test]
async fn a_listing_that_names_a_key_twice_is_moved_once() {
    let folder = tempfile::tempdir().unwrap();
    let remote = Fake::scripted(|call| (call.operation == "list").then_some(Fault::Repeat));
    for number in 0..20 {
        remote.store(&format!("p/{number:02}"), &bytes(number));
    }
    let view = run_well(&remote, download_prefix("p/", folder.path())).await;
    assert_eq!(view.progress.objects, 20);
    assert_eq!(remote.count("get"), 20);
}
