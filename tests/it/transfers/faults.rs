//! Bad days: nothing is reported done that is not, and nothing that was there is lost.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use windlass::domain::error::ErrorKind;
use windlass::domain::transfer::{JobState, OnConflict};

use crate::transfers::fake::{Fake, Fault, failure};
use crate::transfers::harness::{
    MIB, bytes, download, download_prefix, error_of, names_in, run, run_well, upload, with,
};

const LARGE: usize = 25 * MIB + 1;

/// Fails the first `times` requests of an operation.
fn first(operation: &'static str, times: usize, fault: fn() -> Fault) -> Arc<Fake> {
    let seen = AtomicUsize::new(0);
    Fake::scripted(move |call| {
        let hit = call.operation == operation && seen.fetch_add(1, Ordering::Relaxed) < times;
        hit.then(fault)
    })
}

#[tokio::test]
async fn what_may_pass_is_tried_again_until_the_bytes_are_there() {
    let faults: [fn() -> Fault; 6] = [
        || Fault::Fail(failure(ErrorKind::Throttled)),
        || Fault::Fail(failure(ErrorKind::ServerFault)),
        || Fault::Fail(failure(ErrorKind::Unreachable)),
        || Fault::Cut { after: 70_000, silently: false },
        || Fault::Cut { after: 70_000, silently: true },
        || Fault::FlipBit,
    ];
    for (number, fault) in faults.into_iter().enumerate() {
        for size in [100_000, LARGE] {
            let folder = tempfile::tempdir().unwrap();
            let remote = first("get", 2 - number / 5, fault);
            remote.store("k", &bytes(size));
            run_well(&remote, download("k", folder.path())).await;
            assert!(fs::read(folder.path().join("k")).unwrap() == bytes(size), "fault {number}");
            assert_eq!(names_in(folder.path()), ["k"]);
        }
    }
}

/// As on a train: no answer ever comes to its end, and yet the object does.
#[tokio::test]
async fn a_range_goes_on_where_it_was_cut_as_long_as_every_try_brings_something() {
    for silently in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let cut = move || Fault::Cut { after: 1_000_000, silently };
        let remote = Fake::scripted(move |call| (call.operation == "get").then(cut));
        remote.store("k", &bytes(LARGE));
        run_well(&remote, download("k", folder.path())).await;
        assert!(fs::read(folder.path().join("k")).unwrap() == bytes(LARGE));
        let least = LARGE.div_ceil(1_000_000);
        assert!(remote.count("get") <= least + 10, "{} requests", remote.count("get"));
    }
}

#[tokio::test]
async fn lost_answers_and_refusals_do_not_tear_an_upload() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f");
    for (operation, size) in
        [("put", 10), ("part", LARGE), ("create", LARGE), ("complete", LARGE), ("head", 10)]
    {
        let faults: [fn() -> Fault; 2] =
            [|| Fault::LoseAnswer, || Fault::Fail(failure(ErrorKind::Throttled))];
        for fault in faults {
            fs::write(&path, bytes(size)).unwrap();
            let remote = first(operation, 2, fault);
            run_well(&remote, upload(&path, "k")).await;
            assert!(remote.bytes("bucket", "k").unwrap() == bytes(size), "{operation}");
            assert_eq!(remote.uploads(), 0, "{operation}");
        }
    }
}

#[tokio::test]
async fn what_cannot_succeed_is_asked_once() {
    let folder = tempfile::tempdir().unwrap();
    let remote = first("get", 99, || Fault::Fail(failure(ErrorKind::AccessDenied)));
    remote.store("k", b"x");
    let view = run(&remote, download("k", folder.path())).await;
    assert_eq!(error_of(&view).kind, ErrorKind::AccessDenied);
    assert_eq!(remote.count("get"), 1);
    assert_eq!(names_in(folder.path()), [""; 0]);
}

#[tokio::test]
async fn a_body_that_is_always_short_or_wrong_never_replaces_the_old_file() {
    let faults: [fn() -> Fault; 3] = [
        || Fault::Cut { after: 10, silently: true },
        || Fault::Cut { after: 10, silently: false },
        || Fault::FlipBit,
    ];
    for fault in faults {
        for size in [1000, LARGE] {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("k"), "precious").unwrap();
            let remote = first("get", usize::MAX, fault);
            remote.store("k", &bytes(size));
            let spec = with(download("k", folder.path()), OnConflict::Overwrite);
            let view = run(&remote, spec).await;
            assert!(matches!(view.state, JobState::Failed(_)));
            assert_eq!(fs::read(folder.path().join("k")).unwrap(), b"precious");
            assert_eq!(names_in(folder.path()), ["k"], "no part file is left behind");
        }
    }
}

#[tokio::test]
async fn an_object_replaced_between_ranges_is_never_mixed() {
    let folder = tempfile::tempdir().unwrap();
    let new = || bytes(LARGE - 5);
    let once = AtomicUsize::new(0);
    let remote = Fake::scripted(move |call| {
        let second = call.range.is_some_and(|range| range.start > 0);
        let hit = second && once.fetch_add(1, Ordering::Relaxed) == 0;
        hit.then(|| Fault::Replace(new()))
    });
    remote.store("k", &bytes(LARGE));
    let view = run_well(&remote, download("k", folder.path())).await;
    assert!(fs::read(folder.path().join("k")).unwrap() == new());
    assert!(view.notes.iter().any(|note| note.text.contains("started over")));
}

#[tokio::test]
async fn an_object_replaced_again_and_again_fails_as_changed() {
    let folder = tempfile::tempdir().unwrap();
    let round = AtomicUsize::new(1);
    let remote = Fake::scripted(move |call| {
        let second = call.range.is_some_and(|range| range.start > 0);
        second.then(|| Fault::Replace(bytes(LARGE + round.fetch_add(1, Ordering::Relaxed))))
    });
    remote.store("k", &bytes(LARGE));
    let view = run(&remote, download("k", folder.path())).await;
    assert_eq!(error_of(&view).kind, ErrorKind::SourceChanged);
    assert_eq!(names_in(folder.path()), [""; 0]);
}

#[tokio::test]
async fn a_server_that_ignores_ranges_is_read_in_one_stream() {
    for from_second in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let remote = Fake::scripted(move |call| {
            let hit = !from_second || call.range.is_some_and(|range| range.start > 0);
            hit.then_some(Fault::IgnoreRange)
        });
        remote.store("k", &bytes(LARGE));
        run_well(&remote, download("k", folder.path())).await;
        assert!(fs::read(folder.path().join("k")).unwrap() == bytes(LARGE));
        assert_eq!(names_in(folder.path()), ["k"]);
    }
}

#[tokio::test]
async fn a_file_changed_while_it_is_sent_makes_no_object() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f");
    fs::write(&path, bytes(LARGE)).unwrap();
    let changed = path.clone();
    let remote = Fake::scripted(move |call| {
        if call.operation == "part" {
            fs::write(&changed, bytes(LARGE)).unwrap();
            let time = std::time::SystemTime::now() + Duration::from_secs(5);
            fs::File::options().write(true).open(&changed).unwrap().set_modified(time).unwrap();
        }
        None
    });
    let view = run(&remote, upload(&path, "k")).await;
    assert_eq!(error_of(&view).kind, ErrorKind::SourceChanged);
    assert_eq!(remote.bytes("bucket", "k"), None);
    assert_eq!(remote.uploads(), 0, "the upload is aborted");
}

#[tokio::test]
async fn a_folder_that_cannot_be_had_is_said_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let remote = Fake::new();
    remote.store("p/closed/a", b"a");
    remote.store("p/open/b", b"b");
    // A file where a folder is needed stands for one that cannot be entered, for tests may run as
    // root.
    fs::write(folder.path().join("closed"), "a file").unwrap();
    let view = run(&remote, download_prefix("p/", folder.path())).await;
    assert_eq!(error_of(&view).kind, ErrorKind::Partial);
    assert_eq!(view.failures.len(), 1);
    assert_eq!(view.failures[0].place, "p/closed/a");
    assert_eq!(fs::read(folder.path().join("open/b")).unwrap(), b"b");
    assert_eq!(fs::read(folder.path().join("closed")).unwrap(), b"a file");
}

#[tokio::test]
async fn a_listing_in_a_circle_fails_the_job_and_says_that_it_is_partial() {
    // Pages of seven: the second leads back to itself, the third to the second.
    for (circle, moved) in [(1, 7), (2, 14)] {
        let folder = tempfile::tempdir().unwrap();
        let lists = AtomicUsize::new(0);
        let remote = Fake::scripted(move |call| {
            let list = (call.operation == "list").then(|| lists.fetch_add(1, Ordering::Relaxed));
            list.filter(|list| *list >= circle).map(|_| Fault::GoOnAt("p/06"))
        });
        for number in 0..30 {
            remote.store(&format!("p/{number:02}"), b"x");
        }
        let view = run(&remote, download_prefix("p/", folder.path())).await;
        assert_eq!(error_of(&view).kind, ErrorKind::BrokenListing);
        assert_eq!(names_in(folder.path()).len(), moved, "what the pages before named is there");
        assert_eq!(remote.count("list"), circle + 1);
    }
}

#[tokio::test]
async fn links_and_pipes_below_a_folder_are_reported_and_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a"), "a").unwrap();
    std::os::unix::fs::symlink("/etc", folder.path().join("link")).unwrap();
    std::os::unix::fs::symlink(".", folder.path().join("loop")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
    let remote = Fake::new();
    let view = run(&remote, upload(folder.path(), "p/")).await;
    assert_eq!(error_of(&view).kind, ErrorKind::Partial);
    let places: Vec<&str> = view.failures.iter().map(|failure| failure.place.as_str()).collect();
    assert_eq!(places.len(), 3, "{places:?}");
    assert_eq!(remote.keys(), ["p/a"]);
}

#[tokio::test]
async fn a_finished_file_has_the_mode_of_any_new_file() {
    let folder = tempfile::tempdir().unwrap();
    let (remote, probe) = (Fake::new(), folder.path().join("probe"));
    remote.store("k", b"x");
    fs::write(&probe, "").unwrap();
    run_well(&remote, download("k", folder.path())).await;
    let mode = |name: &str| fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
    assert_eq!(mode("k"), mode("probe"));
}
