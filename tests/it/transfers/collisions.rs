//! Destinations that are taken: by another object of the same job, by what was there, by what came
//! meanwhile.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use windlass::domain::error::ErrorKind;
use windlass::domain::transfer::{JobSpec, JobState, OnConflict, TransferCommand};

use crate::transfers::fake::{Fake, Fault};
use crate::transfers::harness::{
    MIB, bytes, download, download_prefix, error_of, names_in, released, run, run_well, start,
    until, upload, with,
};

#[tokio::test]
async fn a_file_and_a_prefix_of_one_name_are_both_saved() {
    for answer in [OnConflict::Overwrite, OnConflict::Fail, OnConflict::Skip, OnConflict::KeepBoth]
    {
        let folder = tempfile::tempdir().unwrap();
        let remote = Fake::new();
        remote.store("p/a", b"object");
        remote.store("p/a/b", b"below");
        let view = run_well(&remote, with(download_prefix("p/", folder.path()), answer)).await;
        assert_eq!((view.progress.objects, view.progress.skipped), (2, 0), "{answer:?}");
        assert_eq!(fs::read(folder.path().join("a")).unwrap(), b"object");
        assert_eq!(fs::read(folder.path().join("%61/b")).unwrap(), b"below");
        assert_eq!(view.notes.len(), 1);
        assert!(view.notes[0].text.contains("another object has its name"), "{:?}", view.notes);
        // The same names again: nothing is added.
        run_well(&remote, with(download_prefix("p/", folder.path()), OnConflict::Overwrite)).await;
        assert_eq!(names_in(folder.path()), ["%61", "a"]);
    }
}

#[tokio::test]
async fn what_comes_into_a_new_folder_meanwhile_is_met_as_what_was_there() {
    for answer in [
        OnConflict::Fail,
        OnConflict::Overwrite,
        OnConflict::Skip,
        OnConflict::KeepBoth,
        OnConflict::IfDifferent,
    ] {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("new");
        let theirs = folder.join("b");
        let file = theirs.clone();
        let remote = Fake::scripted(move |call| {
            if call.operation == "get" && call.key == "p/b" {
                fs::write(&file, "theirs").unwrap();
            }
            None
        });
        remote.store("p/a", b"object");
        remote.store("p/b", b"ours");
        let view = run(&remote, with(download_prefix("p/", &folder), answer)).await;
        let there = fs::read_to_string(&theirs).unwrap();
        let failed = view.failures.iter().map(|failure| failure.error.kind.clone());
        let failed: Vec<ErrorKind> = failed.collect();
        match answer {
            OnConflict::Fail | OnConflict::IfDifferent => {
                assert_eq!((&*there, &failed[..]), ("theirs", &[ErrorKind::LocalExists][..]));
            }
            OnConflict::Skip => {
                assert_eq!((&*there, view.progress.skipped), ("theirs", 1), "{failed:?}");
            }
            OnConflict::KeepBoth => {
                let beside = fs::read_to_string(folder.join("b (1)")).unwrap();
                assert_eq!((&*there, &*beside), ("theirs", "ours"));
            }
            _ => assert_eq!((&*there, failed.len()), ("ours", 0), "{answer:?}"),
        }
    }
}

/// Every answer that could touch what is there.
const ALL: [OnConflict; 5] = [
    OnConflict::Fail,
    OnConflict::Overwrite,
    OnConflict::Skip,
    OnConflict::IfNewer,
    OnConflict::IfDifferent,
];

#[tokio::test]
async fn what_is_no_file_is_never_replaced_or_written_through() {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("down");
    fs::create_dir(&folder).unwrap();
    let secret = outer.path().join("secret");
    fs::write(&secret, "untouched").unwrap();
    symlink(&secret, folder.join("link")).unwrap();
    symlink("nothing", folder.join("dangling")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(folder.join("socket")).unwrap();
    let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
    rustix::fs::mknodat(rustix::fs::CWD, folder.join("pipe"), rustix::fs::FileType::Fifo, mode, 0)
        .unwrap();
    let remote = Fake::new();
    for (name, kind) in [
        ("link", "a symbolic link"),
        ("dangling", "a symbolic link"),
        ("socket", "a socket"),
        ("pipe", "a named pipe"),
    ] {
        remote.store(&format!("p/{name}"), b"new");
        let before = fs::symlink_metadata(folder.join(name)).unwrap().file_type();
        for answer in ALL {
            for spec in [download(&format!("p/{name}"), &folder), download_prefix("p/", &folder)] {
                let view = run(&remote, with(spec, answer)).await;
                let error = view.failures.iter().find(|failure| failure.place.ends_with(name));
                let error = &error.expect("it failed").error;
                assert_eq!(error.kind, ErrorKind::LocalSpecial, "{name} {answer:?}");
                assert!(error.explain().what.starts_with(kind), "{}", error.explain().what);
            }
            let after = fs::symlink_metadata(folder.join(name)).unwrap().file_type();
            assert_eq!(after, before, "{name} {answer:?}");
        }
    }
    assert_eq!(fs::read(&secret).unwrap(), b"untouched");
    assert_eq!(names_in(&folder).len(), 4, "no part file is left");
}

#[tokio::test]
async fn a_folder_where_a_file_is_to_be_stays() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("k")).unwrap();
    fs::write(folder.path().join("k/kept"), "x").unwrap();
    let remote = Fake::new();
    remote.store("k", b"file");
    for answer in ALL {
        let view = run(&remote, with(download("k", folder.path()), answer)).await;
        assert_eq!(error_of(&view).kind, ErrorKind::LocalSpecial, "{answer:?}");
        assert!(error_of(&view).explain().what.starts_with("a folder has this name"));
        assert_eq!(names_in(folder.path()), ["k"]);
    }
    run_well(&remote, with(download("k", folder.path()), OnConflict::KeepBoth)).await;
    assert_eq!(fs::read(folder.path().join("k (1)")).unwrap(), b"file");
}

/// Does `then` while the first GET is under way.
fn during_the_get(then: impl FnOnce() + Send + 'static) -> Arc<Fake> {
    let then = std::sync::Mutex::new(Some(then));
    Fake::scripted(move |call| {
        let then = (call.operation == "get").then(|| then.lock().unwrap().take()).flatten()?;
        Some(Fault::SlowThen(Duration::from_millis(5), Box::new(then)))
    })
}

#[tokio::test]
async fn a_destination_that_becomes_a_link_meanwhile_is_not_followed() {
    for answer in [OnConflict::Fail, OnConflict::Overwrite, OnConflict::KeepBoth] {
        let outer = tempfile::tempdir().unwrap();
        let (folder, secret) = (outer.path().join("down"), outer.path().join("secret"));
        fs::create_dir(&folder).unwrap();
        fs::write(&secret, "untouched").unwrap();
        let (link, to) = (folder.join("k"), secret.clone());
        let remote = during_the_get(move || symlink(to, link).unwrap());
        remote.store("k", b"new");
        let view = run(&remote, with(download("k", &folder), answer)).await;
        assert_eq!(fs::read(&secret).unwrap(), b"untouched");
        let expected: &[&str] = match answer {
            OnConflict::KeepBoth => &["k", "k (1)"],
            _ => &["k"],
        };
        let names = names_in(&folder);
        assert_eq!(names.iter().filter(|name| !name.starts_with('.')).count(), expected.len());
        let kept = answer == OnConflict::KeepBoth;
        if kept {
            assert_eq!(view.state, JobState::Done, "{:?}", view.failures);
        } else {
            assert_eq!(error_of(&view).kind, ErrorKind::LocalSpecial);
        }
        let saved = folder.join(expected.last().unwrap());
        assert_eq!(fs::symlink_metadata(&saved).unwrap().is_file(), kept);
    }
}

#[tokio::test]
async fn a_folder_swapped_for_a_link_meanwhile_gets_nothing() {
    let outer = tempfile::tempdir().unwrap();
    let (folder, aside) = (outer.path().join("down"), outer.path().join("aside"));
    fs::create_dir(&aside).unwrap();
    let (link, to, moved) = (folder.clone(), aside.clone(), outer.path().join("moved"));
    let remote = during_the_get(move || {
        fs::rename(&link, moved).unwrap();
        symlink(to, link).unwrap();
    });
    for number in 0..5 {
        remote.store(&format!("p/{number}"), &bytes(9 * MIB));
    }
    let view = run(&remote, download_prefix("p/", &folder)).await;
    assert!(matches!(view.state, JobState::Failed(_)));
    assert!(view.failures[0].error.detail.contains("taken its place"), "{:?}", view.failures[0]);
    assert_eq!(names_in(&aside), [""; 0]);
    run_well(&remote, download_prefix("p/", &folder)).await;
    assert_eq!(names_in(&aside).len(), 5, "a new job may mean the link");
}

/// Runs a job up to `reached`, its end never recorded; then again, to its end.
async fn died_before_it_said_so(
    remote: &Arc<Fake>,
    spec: JobSpec,
    journal: &Path,
    reached: impl Fn() -> bool,
) {
    let mut running = start(remote, journal);
    running.restored().await;
    let guard = rusqlite::Connection::open(journal).unwrap();
    guard.busy_timeout(Duration::from_secs(5)).unwrap();
    let trigger =
        "CREATE TRIGGER mute BEFORE INSERT ON outcomes BEGIN SELECT RAISE(FAIL, 'x'); END";
    guard.execute_batch(trigger).unwrap();
    running.engine.send(TransferCommand::Enqueue(vec![spec]));
    until(reached).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    drop(running);
    released(journal).await;
    guard.execute_batch("DROP TRIGGER mute").unwrap();
    let mut running = start(remote, journal);
    let state = running.until_state(JobState::finished).await;
    assert_eq!(state, JobState::Done);
    running.engine.shut_down().await;
}

#[tokio::test]
async fn keeping_both_makes_no_second_copy_after_a_crash() {
    for size in [5, 9 * MIB] {
        for tag in [None, Some("opaque")] {
            let (folder, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            fs::write(folder.path().join("a.txt"), "mine").unwrap();
            let remote = Fake::new();
            match tag {
                None => remote.store("a.txt", &bytes(size)),
                Some(tag) => remote.store_tagged("a.txt", &bytes(size), tag),
            }
            let spec = with(download("a.txt", folder.path()), OnConflict::KeepBoth);
            let saved = folder.path().join("a (1).txt");
            let reached = || saved.exists();
            died_before_it_said_so(&remote, spec, &state.path().join("q.db"), reached).await;
            assert_eq!(names_in(folder.path()), ["a (1).txt", "a.txt"], "{size} {tag:?}");
            assert!(fs::read(&saved).unwrap() == bytes(size));
            assert_eq!(fs::read(folder.path().join("a.txt")).unwrap(), b"mine");
        }
    }
}

#[tokio::test]
async fn keeping_both_stores_no_second_copy_after_a_crash() {
    for size in [5, 9 * MIB] {
        let state = tempfile::tempdir().unwrap();
        let path = state.path().join("a.txt");
        fs::write(&path, bytes(size)).unwrap();
        let remote = Fake::new();
        remote.store("a.txt", b"theirs");
        let spec = with(upload(&path, "a.txt"), OnConflict::KeepBoth);
        let stored = Arc::clone(&remote);
        let reached = move || stored.bytes("bucket", "a (1).txt").is_some();
        died_before_it_said_so(&remote, spec, &state.path().join("q.db"), reached).await;
        assert_eq!(remote.keys(), ["a (1).txt", "a.txt"]);
        assert_eq!(remote.bytes("bucket", "a.txt").unwrap(), "theirs");
    }
}
