//! What is never done: overwriting unasked, forgetting what was begun, calling done what is not
//! there.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use windlass::domain::address::Key;
use windlass::domain::error::ErrorKind;
use windlass::domain::object::{ObjectHeaders, PutOptions};
use windlass::domain::transfer::{JobId, JobState, OnConflict, Target, TransferCommand};
use windlass::domain::transfer_event::JobChange;
use windlass::transfer::headless::{run_to_end, run_until};
use windlass::transfer::tuning::Tuning;

use crate::transfers::fake::{Fake, Fault, failure};
use crate::transfers::harness::{
    MIB, bytes, connect, copy, download, download_prefix, error_of, names_in, options, run,
    run_well, start, until, upload, with,
};

const LARGE: usize = 33 * MIB + 5;

/// Copies anything above 8 MiB in parts.
fn copying_in_parts(journal: Option<std::path::PathBuf>) -> Tuning {
    Tuning { copy_threshold: 8 << 20, ..options(journal) }
}

fn copied(from: &str, to: &str) -> windlass::domain::transfer::JobSpec {
    copy(Target::Object(Key::new(from)), "bucket", Target::Object(Key::new(to)))
}

#[tokio::test]
async fn a_large_copy_goes_in_parts_and_carries_all_that_it_can() {
    let remote = Fake::new();
    let described = PutOptions {
        headers: ObjectHeaders {
            content_type: Some("text/x-odd".into()),
            cache_control: Some("no-store".into()),
            ..ObjectHeaders::default()
        },
        user_metadata: [("kept".to_owned(), "yes".to_owned())].into(),
        storage_class: Some("STANDARD_IA".into()),
        tags: vec![("team".into(), "a".into())],
        only_if_absent: false,
        ..PutOptions::default()
    };
    remote.store_with("from", &bytes(LARGE), described.clone());
    let (options, connect) = (copying_in_parts(None), connect(&remote));
    let view = run_to_end(options, connect, vec![copied("from", "to")], |_| ()).await.remove(0);
    assert_eq!(view.state, JobState::Done, "{:?}", view.failures);
    assert!(remote.bytes("bucket", "to").unwrap() == bytes(LARGE));
    assert_eq!(remote.count("part "), 5);
    assert_eq!(remote.options("to"), described);
    let guarded = |text: &str| text.contains("access rules") || text.contains("locks");
    assert!(!view.notes.iter().any(|note| guarded(&note.text)), "it has none to lose");
}

#[tokio::test]
async fn a_copy_that_goes_on_overwrites_nothing_that_came_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("q.db");
    let parts = AtomicUsize::new(0);
    let dying = Fake::scripted(move |call| {
        let hit = call.operation == "part" && parts.fetch_add(1, Ordering::Relaxed) >= 2;
        hit.then_some(Fault::Hang)
    });
    dying.store("from", &bytes(LARGE));
    let (tell, _news) = tokio::sync::mpsc::unbounded_channel();
    let options = || copying_in_parts(Some(journal.clone()));
    let engine = windlass::transfer::engine::Engine::start(options(), connect(&dying), tell);
    engine.send(TransferCommand::Enqueue(vec![copied("from", "to")]));
    until(|| dying.count("part ") > 3).await;
    drop(engine);
    let remote = dying.rescripted(|_| None);
    remote.store("to", b"somebody else's");
    let views = run_to_end(options(), connect(&remote), Vec::new(), |_| ()).await;
    assert!(views.is_empty());
    let (tell, mut news) = tokio::sync::mpsc::unbounded_channel();
    let engine = windlass::transfer::engine::Engine::start(options(), connect(&remote), tell);
    let ended = async {
        while let Some(event) = news.recv().await {
            for (_, change) in event.changes() {
                if let JobChange::State { state, .. } = change
                    && state.finished()
                {
                    return state.clone();
                }
            }
        }
        panic!("the engine ended");
    };
    let state = tokio::time::timeout(Duration::from_mins(2), ended).await.unwrap();
    assert!(matches!(state, JobState::Failed(_)), "{state:?}");
    assert_eq!(remote.bytes("bucket", "to").unwrap(), "somebody else's");
    assert_eq!(remote.uploads(), 0);
    engine.shut_down().await;
}

#[tokio::test]
async fn a_key_that_ends_with_the_delimiter_and_has_bytes_is_saved() {
    type Spec = fn(&str, &std::path::Path) -> windlass::domain::transfer::JobSpec;
    let remote = Fake::new();
    remote.store("p/", b"bytes of the marker");
    remote.store("p/empty/", b"");
    for (spec, saved) in [(download_prefix as Spec, "%"), (download, "p/%")] {
        let folder = tempfile::tempdir().unwrap();
        let view = run_well(&remote, spec("p/", folder.path())).await;
        assert_eq!(fs::read(folder.path().join(saved)).unwrap(), b"bytes of the marker");
        assert_eq!(view.progress.bytes, 19);
    }
    let folder = tempfile::tempdir().unwrap();
    run_well(&remote, download_prefix("p/empty/", folder.path())).await;
    assert_eq!(names_in(folder.path()), [""; 0]);
}

/// Every request of `operation` takes a while and is done all the same.
fn slow(operation: &'static str) -> Arc<Fake> {
    Fake::scripted(move |call| {
        (call.operation == operation).then(|| Fault::Slow(Duration::from_millis(300)))
    })
}

#[tokio::test]
async fn an_upload_cancelled_while_it_is_begun_is_aborted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f");
    fs::write(&path, bytes(LARGE)).unwrap();
    let remote = slow("create");
    let seen = Arc::clone(&remote);
    let stop = async move { until(|| seen.count("create") > 0).await };
    let specs = vec![upload(&path, "k")];
    let views = run_until(options(None), connect(&remote), specs, |_| (), stop).await;
    assert_eq!(views[0].state, JobState::Cancelled);
    assert_eq!(remote.count("create"), 1);
    assert_eq!(remote.uploads(), 0, "nobody would ever know of it");
}

#[tokio::test]
async fn a_completion_whose_answer_is_lost_is_known_by_its_object() {
    for on_conflict in [OnConflict::Fail, OnConflict::Skip] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        fs::write(&path, bytes(LARGE)).unwrap();
        let first = AtomicUsize::new(0);
        let remote = Fake::scripted(move |call| {
            let times = if call.operation == "complete" {
                first.fetch_add(1, Ordering::Relaxed)
            } else {
                9
            };
            match times {
                0 => Some(Fault::LoseAnswer),
                // Servers that know the old upload tell of the object, not of the upload.
                1 => Some(Fault::Fail(failure(ErrorKind::PreconditionFailed))),
                _ => None,
            }
        });
        let view = run_well(&remote, with(upload(&path, "k"), on_conflict)).await;
        assert_eq!((view.progress.objects, view.progress.skipped), (1, 0));
        assert!(remote.bytes("bucket", "k").unwrap() == bytes(LARGE));
    }
}

#[tokio::test]
async fn a_server_without_conditional_completion_still_takes_large_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f");
    fs::write(&path, bytes(LARGE)).unwrap();
    let first = AtomicUsize::new(0);
    let remote = Fake::scripted(move |call| {
        let hit = call.operation == "complete" && first.fetch_add(1, Ordering::Relaxed) == 0;
        hit.then(|| Fault::Fail(failure(ErrorKind::Unsupported)))
    });
    run_well(&remote, upload(&path, "k")).await;
    assert!(remote.bytes("bucket", "k").unwrap() == bytes(LARGE));
}

#[tokio::test]
async fn many_bodies_never_hold_more_memory_than_allowed() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..12 {
        fs::write(folder.path().join(number.to_string()), bytes(900_000)).unwrap();
    }
    let most = Arc::new(AtomicUsize::new(0));
    let now = Arc::new(AtomicUsize::new(0));
    let (seen, held) = (Arc::clone(&most), Arc::clone(&now));
    let remote = Fake::scripted(move |call| {
        if call.operation != "put" {
            return None;
        }
        seen.fetch_max(held.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        let held = Arc::clone(&held);
        Some(Fault::SlowThen(
            Duration::from_millis(30),
            Box::new(move || {
                held.fetch_sub(1, Ordering::SeqCst);
            }),
        ))
    });
    let options = Tuning { memory: 2 << 20, ..options(None) };
    let specs = vec![upload(folder.path(), "p/")];
    let view = run_to_end(options, connect(&remote), specs, |_| ()).await.remove(0);
    assert_eq!(view.state, JobState::Done);
    assert_eq!(most.load(Ordering::SeqCst), 2, "two bodies of 0.9 MiB fit into 2 MiB");
}

#[tokio::test]
async fn a_file_where_the_folder_should_be_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("down");
    fs::write(&target, "a file").unwrap();
    let remote = Fake::new();
    remote.store("k", b"x");
    let view = run(&remote, download("k", &target)).await;
    assert!(matches!(view.state, JobState::Failed(_)));
    assert_eq!(error_of(&view).place, target.display().to_string());
    assert_eq!(fs::read(&target).unwrap(), b"a file");
}

#[tokio::test]
async fn a_journal_that_cannot_be_written_stops_the_queue_only_for_so_long() {
    // A full disk needs rights that a test has not; a locked file fails in the same way.
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("q.db");
    let remote = Fake::new();
    remote.store("k", b"x");
    let mut running = start(&remote, &journal);
    running.restored().await;
    let blocker = rusqlite::Connection::open(&journal).unwrap();
    blocker.busy_timeout(Duration::from_secs(5)).unwrap();
    blocker.execute_batch("BEGIN IMMEDIATE").unwrap();
    running.engine.send(TransferCommand::Enqueue(vec![download("k", &folder.path().join("d"))]));
    let warned = running
        .until(|event| match event {
            windlass::domain::transfer_event::TransferEvent::Warned(error) => Some(error.clone()),
            windlass::domain::transfer_event::TransferEvent::Halted(error) => {
                panic!("halted: {error}")
            }
            _ => None,
        })
        .await;
    assert_eq!(warned.operation, "write the journal");
    blocker.execute_batch("ROLLBACK").unwrap();
    running.until_state(|state| *state == JobState::Done).await;
    assert_eq!(fs::read(folder.path().join("d/k")).unwrap(), b"x");
    running.engine.send(TransferCommand::Cancel(JobId(1)));
    running.engine.shut_down().await;
}
