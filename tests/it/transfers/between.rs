//! Copies and moves between two connections: through memory, on bad days, over a restart.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::mpsc::unbounded_channel;
use windlass::domain::address::{Bucket, ConnectionName, Key, Prefix};
use windlass::domain::error::ErrorKind;
use windlass::domain::object::{ObjectHeaders, PutOptions};
use windlass::domain::transfer::{
    JobSpec, JobState, JobView, OnConflict, Target, TransferCommand, Verification, Work,
};
use windlass::transfer::engine::{Connect, Engine};
use windlass::transfer::headless::{finish_queue, run_to_end};
use windlass::transfer::remote::Remote;
use windlass::transfer::tuning::Tuning;

use crate::transfers::fake::{Call, Fake, Fault, failure};
use crate::transfers::harness::{
    MIB, bytes, error_of, job, options, released, run, run_well, until, with,
};

const LARGE: usize = 25 * MIB + 1;

fn two(from: &Arc<Fake>, to: &Arc<Fake>) -> Connect {
    let (from, to) = (Arc::clone(from), Arc::clone(to));
    Arc::new(move |name| {
        let other = name.as_str() == "other";
        Ok(if other { Arc::clone(&to) } else { Arc::clone(&from) } as Arc<dyn Remote>)
    })
}

fn work(source: Target, to_connection: Option<&str>, target: Target, moving: bool) -> JobSpec {
    job(Work::Copy {
        bucket: Bucket::new("bucket"),
        source,
        to_connection: to_connection.map(ConnectionName::new),
        to_bucket: Bucket::new("bucket"),
        target,
        moving,
    })
}

fn object(key: &str) -> Target {
    Target::Object(Key::new(key))
}

fn across(from: &str, to: &str, moving: bool) -> JobSpec {
    work(object(from), Some("other"), object(to), moving)
}

fn all_across(from: &str, to: &str, moving: bool) -> JobSpec {
    let target = |text| Target::Prefix(Prefix::new(text));
    work(target(from), Some("other"), target(to), moving)
}

async fn carried(from: &Arc<Fake>, to: &Arc<Fake>, spec: JobSpec) -> JobView {
    run_to_end(options(None), two(from, to), vec![spec], |_| ()).await.remove(0)
}

/// The first `times` requests of an operation meet a fault.
fn first(operation: &'static str, times: usize, fault: fn() -> Fault) -> Arc<Fake> {
    let seen = AtomicUsize::new(0);
    Fake::scripted(move |call| {
        let hit = call.operation == operation && seen.fetch_add(1, Ordering::Relaxed) < times;
        hit.then(fault)
    })
}

#[tokio::test]
async fn bytes_and_what_describes_them_arrive_at_the_other_connection() {
    for size in [0, 1, 100_000, MIB, LARGE] {
        let (from, to) = (Fake::new(), Fake::new());
        let headers = ObjectHeaders {
            content_type: Some("text/x-odd".into()),
            cache_control: Some("no-store".into()),
            ..ObjectHeaders::default()
        };
        let described = PutOptions {
            headers,
            user_metadata: [("kept".to_owned(), "yes".to_owned())].into(),
            tags: vec![("team".into(), "a b".into())],
            ..PutOptions::default()
        };
        from.store_with("k", &bytes(size), described.clone());
        let view = carried(&from, &to, across("k", "new", false)).await;
        assert_eq!(view.state, JobState::Done, "{:?}", view.failures);
        assert!(to.bytes("bucket", "new").unwrap() == bytes(size), "{size} bytes");
        let stored = PutOptions { only_if_absent: false, ..to.options("new") };
        assert_eq!(stored, described);
        assert_eq!(view.verification, Some(Verification::Digest("md5".into())), "{size}");
        assert!(from.bytes("bucket", "k").is_some());
        assert_eq!(view.progress.bytes, size as u64);
    }
}

#[tokio::test]
async fn what_cannot_be_kept_is_said() {
    let (from, to) = (Fake::new(), Fake::new());
    let class = Some("GLACIER_IR".to_owned());
    from.store_with("k", b"x", PutOptions { storage_class: class, ..PutOptions::default() });
    let view = carried(&from, &to, across("k", "k", false)).await;
    assert_eq!(view.state, JobState::Done);
    let said = |word: &str| view.notes.iter().any(|note| note.text.contains(word));
    assert!(said("GLACIER_IR is not offered there"), "{:?}", view.notes);
    assert!(!said("access rules") && !said("locks"), "it has none to lose");
    assert_eq!(to.options("k").storage_class, None);
}

#[tokio::test]
async fn faults_of_either_side_cost_tries_and_no_byte() {
    let passing: [fn() -> Fault; 4] = [
        || Fault::Fail(failure(ErrorKind::Throttled)),
        || Fault::Fail(failure(ErrorKind::Interrupted)),
        || Fault::Cut { after: 70_000, silently: true },
        || Fault::Cut { after: 70_000, silently: false },
    ];
    let lost: [fn() -> Fault; 2] =
        [|| Fault::LoseAnswer, || Fault::Fail(failure(ErrorKind::ServerFault))];
    let mut cases: Vec<(Arc<Fake>, Arc<Fake>, usize)> = Vec::new();
    for size in [100_000, LARGE] {
        cases.extend(passing.map(|fault| (first("get", 2, fault), Fake::new(), size)));
        cases.push((first("get", 1, || Fault::FlipBit), Fake::new(), size));
        for operation in ["put", "create", "part", "complete", "head"] {
            cases.extend(lost.map(|fault| (Fake::new(), first(operation, 2, fault), size)));
        }
    }
    for (number, (from, to, size)) in cases.into_iter().enumerate() {
        from.store("k", &bytes(size));
        let view = carried(&from, &to, across("k", "k", true)).await;
        assert_eq!(view.state, JobState::Done, "case {number}: {:?}", view.failures);
        assert!(to.bytes("bucket", "k").unwrap() == bytes(size), "case {number}");
        assert_eq!((to.uploads(), from.keys().len()), (0, 0), "case {number}");
    }
}

#[tokio::test]
async fn a_source_that_changes_on_the_way_is_never_mixed() {
    let new = || bytes(LARGE - 5);
    let once = AtomicUsize::new(0);
    let from = Fake::scripted(move |call: &Call<'_>| {
        let second = call.range.is_some_and(|range| range.start > 0);
        let hit = second && once.fetch_add(1, Ordering::Relaxed) == 0;
        hit.then(|| Fault::Replace(new()))
    });
    from.store("k", &bytes(LARGE));
    let to = Fake::new();
    let view = carried(&from, &to, across("k", "k", false)).await;
    assert_eq!(view.state, JobState::Done, "{:?}", view.failures);
    assert!(to.bytes("bucket", "k").unwrap() == new());
    assert!(view.notes.iter().any(|note| note.text.contains("started over")));
    assert_eq!(to.uploads(), 0);
}

#[tokio::test]
async fn bytes_that_are_always_wrong_never_appear_and_their_source_stays() {
    for size in [1000, LARGE] {
        let from = first("get", usize::MAX, || Fault::FlipBit);
        from.store("k", &bytes(size));
        let to = Fake::new();
        to.store("k", b"precious");
        let spec = with(across("k", "k", true), OnConflict::Overwrite);
        let view = carried(&from, &to, spec).await;
        assert_eq!(error_of(&view).kind, ErrorKind::Corrupt);
        assert_eq!(to.bytes("bucket", "k").unwrap(), "precious");
        assert!(from.bytes("bucket", "k").is_some());
        assert_eq!(to.uploads(), 0);
    }
}

/// Starts a job and drops the engine, as a crash does, once `reached`.
async fn crashed_when(
    (from, to): (&Arc<Fake>, &Arc<Fake>),
    journal: &Path,
    spec: JobSpec,
    reached: impl FnMut() -> bool,
) {
    let (tell, _news) = unbounded_channel();
    let engine = Engine::start(options(Some(journal.to_owned())), two(from, to), tell);
    engine.send(TransferCommand::Enqueue(vec![spec]));
    until(reached).await;
    drop(engine);
    released(journal).await;
}

async fn after_restart(from: &Arc<Fake>, to: &Arc<Fake>, journal: PathBuf) -> JobView {
    let ended = finish_queue(options(Some(journal)), two(from, to), |_| (), std::future::pending());
    ended.await.unwrap().remove(0)
}

#[tokio::test]
async fn a_crash_in_the_middle_costs_the_parts_under_way() {
    for changed in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("q.db");
        let parts = AtomicUsize::new(0);
        let dying = Fake::scripted(move |call| {
            let hit = call.operation == "part" && parts.fetch_add(1, Ordering::Relaxed) >= 2;
            hit.then_some(Fault::Hang)
        });
        let from = Fake::new();
        from.store("k", &bytes(LARGE));
        let seen = Arc::clone(&dying);
        let spec = across("k", "k", true);
        let two_there = || seen.count("part ") > 3 && seen.parts() == 2;
        crashed_when((&from, &dying), &journal, spec, two_there).await;
        let (from, to) = (from.rescripted(|_| None), dying.rescripted(|_| None));
        let expected = if changed { bytes(LARGE - 9) } else { bytes(LARGE) };
        from.store("k", &expected);
        let view = after_restart(&from, &to, journal).await;
        assert_eq!(view.state, JobState::Done, "{:?}", view.failures);
        assert!(to.bytes("bucket", "k").unwrap() == expected);
        assert_eq!((to.uploads(), from.keys().len()), (0, 0));
        assert_eq!(to.count("part "), if changed { 4 } else { 2 }, "{changed}");
        let over = view.notes.iter().any(|note| note.text.contains("started over"));
        assert_eq!(over, changed, "{:?}", view.notes);
    }
}

#[tokio::test]
async fn a_move_that_dies_before_or_after_it_deletes_ends_the_same() {
    for (size, deleted) in [(10, false), (10, true), (LARGE, false), (LARGE, true)] {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("q.db");
        let from = Fake::scripted(|call| (call.operation == "delete").then_some(Fault::Hang));
        from.store("k", &bytes(size));
        let (to, seen) = (Fake::new(), Arc::clone(&from));
        let spec = across("k", "k", true);
        crashed_when((&from, &to), &journal, spec, || seen.count("delete") > 0).await;
        assert!(from.bytes("bucket", "k").is_some(), "not before its copy is looked at");
        let from = if deleted { Fake::new() } else { from.rescripted(|_| None) };
        let to = to.rescripted(|_| None);
        let view = after_restart(&from, &to, journal).await;
        assert_eq!(view.state, JobState::Done, "{:?}", view.failures);
        assert!(to.bytes("bucket", "k").unwrap() == bytes(size));
        assert_eq!(from.keys(), [""; 0]);
        assert_eq!(to.count("put") + to.count("part"), 0, "nothing is carried twice");
    }
}

#[tokio::test]
async fn a_move_whose_copy_fails_leaves_that_source_and_finishes_later() {
    let refused = || Fault::Fail(failure(ErrorKind::AccessDenied));
    let to =
        Fake::scripted(move |call| (call.operation == "put" && call.key == "q/3").then(refused));
    let from = Fake::new();
    for number in 0..6 {
        from.store(&format!("p/{number}"), &bytes(number + 1));
    }
    let view = carried(&from, &to, all_across("p/", "q/", true)).await;
    assert_eq!(error_of(&view).kind, ErrorKind::Partial);
    assert_eq!(view.failures[0].place, "p/3");
    assert_eq!(from.keys(), ["p/3"]);
    assert_eq!(to.keys().len(), 5);
    let to = to.rescripted(|_| None);
    let view = carried(&from, &to, all_across("p/", "q/", true)).await;
    assert_eq!(view.state, JobState::Done);
    assert_eq!((from.keys().len(), to.keys().len()), (0, 6));
}

#[tokio::test]
async fn a_source_that_changes_after_its_copy_is_kept_beside_it() {
    let heads = AtomicUsize::new(0);
    let from = Fake::scripted(move |call| {
        let last = call.operation == "head" && heads.fetch_add(1, Ordering::Relaxed) == 1;
        last.then(|| Fault::Replace(b"newer".to_vec()))
    });
    from.store("k", b"older");
    let to = Fake::new();
    let view = carried(&from, &to, across("k", "k", true)).await;
    assert_eq!(error_of(&view).kind, ErrorKind::SourceChanged);
    assert_eq!(from.bytes("bucket", "k").unwrap(), "newer");
    assert_eq!(to.bytes("bucket", "k").unwrap(), "older");
}

#[tokio::test]
async fn a_source_that_cannot_be_deleted_is_said_to_be_there_still() {
    let (from, to) = (Fake::new(), Fake::new());
    from.store("locked", b"x");
    let view = carried(&from, &to, across("locked", "k", true)).await;
    let error = error_of(&view);
    assert_eq!(error.kind, ErrorKind::Locked);
    assert!(error.detail.contains("its source is still there"), "{error:?}");
    assert_eq!(to.bytes("bucket", "k").unwrap(), "x");
}

#[tokio::test]
async fn what_exists_is_not_overwritten_and_its_source_not_deleted() {
    for (answer, kept) in [(OnConflict::Fail, "k"), (OnConflict::Skip, "k")] {
        let (from, to) = (Fake::new(), Fake::new());
        from.store("k", b"mine");
        to.store("k", b"theirs");
        let view = carried(&from, &to, with(across("k", "k", true), answer)).await;
        assert_eq!(view.state == JobState::Done, answer == OnConflict::Skip);
        assert_eq!(to.bytes("bucket", "k").unwrap(), "theirs");
        assert_eq!(from.keys(), [kept]);
    }
    let (from, to) = (Fake::new(), Fake::new());
    from.store("k.txt", b"mine");
    to.store("k.txt", b"theirs");
    let spec = with(across("k.txt", "k.txt", true), OnConflict::KeepBoth);
    assert_eq!(carried(&from, &to, spec).await.state, JobState::Done);
    assert_eq!(to.bytes("bucket", "k (1).txt").unwrap(), "mine");
    assert_eq!((to.keys().len(), from.keys().len()), (2, 0));
}

#[tokio::test]
async fn a_move_onto_or_into_itself_is_refused_with_no_request() {
    let remote = Fake::new();
    remote.store("a", b"x");
    remote.store("d/a", b"x");
    let prefix = |text: &str| Target::Prefix(Prefix::new(text));
    for (from, to) in [
        (object("a"), object("a")),
        (object("a"), object("./a")),
        (object("d/a"), prefix("d/")),
        (prefix("d/"), prefix("d/")),
        (prefix("d/"), prefix("d/e/")),
    ] {
        let spec = with(work(from, None, to, true), OnConflict::Overwrite);
        let view = run(&remote, spec).await;
        assert_eq!(error_of(&view).kind, ErrorKind::InvalidRequest);
    }
    assert_eq!(remote.calls(), [""; 0]);
    assert_eq!(remote.keys(), ["a", "d/a"]);
}

#[tokio::test]
async fn one_object_behind_two_connections_is_not_moved_onto_itself() {
    let remote = Fake::new();
    remote.store("k", b"x");
    let spec = with(across("k", "k", true), OnConflict::Overwrite);
    let view = carried(&remote, &remote, spec).await;
    assert_eq!(error_of(&view).kind, ErrorKind::InvalidRequest);
    assert_eq!(remote.bytes("bucket", "k").unwrap(), "x");
    assert_eq!(remote.count("delete") + remote.count("put"), 0);
}

#[tokio::test]
async fn a_server_that_copies_nothing_itself_has_it_carried_through_this_machine() {
    for kind in [ErrorKind::Unsupported, ErrorKind::ServerFault] {
        for size in [100, LARGE] {
            let refused = kind.clone();
            let remote = Fake::scripted(move |call| {
                let hit = call.operation == "copy";
                hit.then(|| Fault::Fail(failure(refused.clone())))
            });
            remote.store("a", &bytes(size));
            let view = run_well(&remote, work(object("a"), None, object("b"), true)).await;
            assert!(remote.bytes("bucket", "b").unwrap() == bytes(size));
            assert_eq!(remote.keys(), ["b"]);
            let told = view.notes.iter().filter(|n| n.text.contains("through this machine"));
            assert_eq!(told.count(), 1);
        }
    }
}

#[tokio::test]
async fn a_rename_upwards_never_takes_a_key_of_the_source_for_its_place() {
    let remote = Fake::new();
    remote.store("a/b/k", b"inner");
    remote.store("a/b/b/k", b"innermost");
    let prefix = |text: &str| Target::Prefix(Prefix::new(text));
    let view = run(&remote, work(prefix("a/b/"), None, prefix("a/"), true)).await;
    assert_eq!(error_of(&view).kind, ErrorKind::Partial);
    assert_eq!(remote.bytes("bucket", "a/k").unwrap(), "inner");
    assert_eq!(remote.bytes("bucket", "a/b/b/k").unwrap(), "innermost");
    assert_eq!(remote.keys().len(), 2);
}

#[tokio::test]
async fn memory_is_bounded_whatever_the_size() {
    let most = Arc::new(AtomicUsize::new(0));
    let now = Arc::new(AtomicUsize::new(0));
    let (seen, held) = (Arc::clone(&most), Arc::clone(&now));
    let to = Fake::scripted(move |call| {
        if call.operation != "part" {
            return None;
        }
        seen.fetch_max(held.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        let held = Arc::clone(&held);
        let leave = move || {
            held.fetch_sub(1, Ordering::SeqCst);
        };
        Some(Fault::SlowThen(Duration::from_millis(30), Box::new(leave)))
    });
    let from = Fake::new();
    from.store("k", &bytes(70 * MIB));
    let options = Tuning { memory: 17 << 20, ..options(None) };
    let specs = vec![across("k", "k", false)];
    let view = run_to_end(options, two(&from, &to), specs, |_| ()).await.remove(0);
    assert_eq!(view.state, JobState::Done);
    assert!(to.bytes("bucket", "k").unwrap() == bytes(70 * MIB));
    assert!(most.load(Ordering::SeqCst) <= 2, "two parts of 8 MiB fit into 17 MiB");
}

#[tokio::test]
async fn an_object_of_unknown_length_is_refused_with_the_reason() {
    let (from, to) = (Fake::new(), Fake::new());
    let headers =
        ObjectHeaders { content_encoding: Some("edge".into()), ..ObjectHeaders::default() };
    from.store_with("k", b"x", PutOptions { headers, ..PutOptions::default() });
    let view = carried(&from, &to, across("k", "k", false)).await;
    assert_eq!(error_of(&view).kind, ErrorKind::Unsupported);
    assert!(error_of(&view).detail.contains("does not give the length"));
    assert_eq!(to.keys(), [""; 0]);
}
