//! The journal's file: private, owned by one, set aside when it cannot be read.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use windlass::domain::address::Prefix;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::transfer::{JobState, Target, TransferCommand};
use windlass::domain::transfer_event::TransferEvent;

use crate::transfers::fake::{Fake, Fault};
use crate::transfers::harness::{bytes, copy, download, names_in, start, until};

#[tokio::test]
async fn a_damaged_or_foreign_journal_is_set_aside_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state/transfers.db");
    fs::create_dir(folder.path().join("state")).unwrap();
    for round in 1..=2 {
        fs::write(&path, b"SQLite format 3\0 and then nothing of the kind").unwrap();
        let mut running = start(&Fake::new(), &path);
        let warned = running
            .until(|event| match event {
                TransferEvent::Warned(error) => Some(error.clone()),
                _ => None,
            })
            .await;
        assert_eq!(warned.kind, ErrorKind::Corrupt);
        assert!(warned.explain().what.contains("queue is damaged"), "{}", warned.explain().what);
        assert!(warned.detail.contains(&format!("transfers.db.damaged-{round}")), "{warned:?}");
        assert_eq!(running.restored().await, []);
        running.engine.shut_down().await;
        let kept =
            fs::read(folder.path().join(format!("state/transfers.db.damaged-{round}"))).unwrap();
        assert!(kept.starts_with(b"SQLite format 3\0 and then"));
    }
}

/// Runs an engine whose journal cannot be had, and brings back why.
async fn without_its_file(path: &Path) -> Error {
    let (folder, remote) = (tempfile::tempdir().unwrap(), Fake::new());
    remote.store("k", &bytes(100));
    let mut running = start(&remote, path);
    let warned = running
        .until(|event| match event {
            TransferEvent::Warned(error) => Some(error.clone()),
            _ => None,
        })
        .await;
    assert_eq!(running.restored().await, []);
    running.engine.send(TransferCommand::Enqueue(vec![download("k", folder.path())]));
    running.until_state(|state| *state == JobState::Done).await;
    assert_eq!(fs::read(folder.path().join("k")).unwrap(), bytes(100));
    running.engine.shut_down().await;
    warned
}

#[tokio::test]
async fn a_second_engine_says_who_has_the_queue_and_works_from_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("transfers.db");
    let mut first = start(&Fake::new(), &path);
    first.restored().await;
    let warned = without_its_file(&path).await;
    assert_eq!(warned.kind, ErrorKind::Locked);
    assert!(warned.detail.contains(&std::process::id().to_string()), "{}", warned.detail);
    assert!(warned.explain().what.contains("not saved"), "{}", warned.explain().what);
    first.engine.shut_down().await;
    let mut third = start(&Fake::new(), &path);
    assert_eq!(third.restored().await, [], "the second one left nothing in it");
}

#[tokio::test]
async fn a_state_folder_that_cannot_be_made_leaves_the_engine_at_work() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("state"), "a file").unwrap();
    without_its_file(&folder.path().join("state/transfers.db")).await;
    assert_eq!(fs::read(folder.path().join("state")).unwrap(), b"a file");
}

#[tokio::test]
async fn the_journal_is_private_and_shrinks_to_what_is_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let (path, remote) = (folder.path().join("state/transfers.db"), Fake::new());
    remote.store("k", &bytes(100));
    let mut running = start(&remote, &path);
    let spec = download("k", &folder.path().join("down"));
    running.engine.send(TransferCommand::Enqueue(vec![spec]));
    running.until_state(|state| *state == JobState::Done).await;
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for name in names_in(&folder.path().join("state")) {
        assert_eq!(mode(&folder.path().join("state").join(&name)), 0o600, "{name}");
    }
    assert_eq!(mode(&folder.path().join("state")), 0o700);
    running.engine.send(TransferCommand::ClearFinished);
    running.until(|event| matches!(event, TransferEvent::Removed(_)).then_some(())).await;
    running.engine.shut_down().await;
    let connection = rusqlite::Connection::open(&path).unwrap();
    let rows: i64 =
        connection.query_row("SELECT count(*) FROM facts", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 0);
}

#[tokio::test]
async fn when_the_first_ends_the_second_goes_on_with_both_queues() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("transfers.db");
    // The first never gets an answer; the second is in the middle of a transfer of its own when the
    // first ends.
    let stuck = Fake::scripted(|call| (call.operation == "get").then_some(Fault::Hang));
    stuck.store("one", &bytes(1000));
    let first = start(&stuck, &path);
    first.engine.send(TransferCommand::Enqueue(vec![download("one", &folder.path().join("a"))]));
    until(|| stuck.count("get") > 0).await;
    let open = Arc::new(AtomicBool::new(false));
    let gate = Arc::clone(&open);
    let remote = Fake::scripted(move |call| {
        let shut = call.operation == "get" && call.key == "two" && !gate.load(Ordering::Relaxed);
        shut.then_some(Fault::Hang)
    });
    remote.store("one", &bytes(1000));
    remote.store("two", &bytes(2000));
    let mut second = start(&remote, &path);
    second.engine.send(TransferCommand::Enqueue(vec![download("two", &folder.path().join("b"))]));
    let held = second
        .until(|event| match event {
            TransferEvent::Held(Some(held)) => Some(held.clone()),
            _ => None,
        })
        .await;
    assert_eq!(held.holder.process, std::process::id());
    assert_eq!(held.jobs.len(), 1);
    assert!(held.jobs[0].id.is_held());
    // What is held is not to be ordered about from here.
    second.engine.send(TransferCommand::Cancel(held.jobs[0].id));
    assert!(!folder.path().join("a/one").exists());
    open.store(true, Ordering::Relaxed);
    drop(first);
    second.until(|event| (*event == TransferEvent::Kept).then_some(())).await;
    let views = second.restored().await;
    assert_eq!(views.iter().map(|view| view.id.0).collect::<Vec<_>>(), [1, 2]);
    for _ in 0..2 {
        second.until_state(|state| *state == JobState::Done).await;
    }
    assert_eq!(fs::read(folder.path().join("a/one")).unwrap(), bytes(1000));
    assert_eq!(fs::read(folder.path().join("b/two")).unwrap(), bytes(2000));
    second.engine.shut_down().await;
    let mut third = start(&remote, &path);
    let states: Vec<_> = third.restored().await.into_iter().map(|view| view.state).collect();
    assert_eq!(states, [JobState::Done, JobState::Done], "both are in the journal");
}

#[tokio::test]
async fn a_job_of_many_objects_keeps_its_journal_small_and_still_knows_what_is_done() {
    const OBJECTS: usize = 9000;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("q.db");
    let remote = Fake::scripted(|call| {
        (call.operation == "copy" && call.key == "from/08500").then_some(Fault::Hang)
    });
    for number in 0..OBJECTS {
        remote.store(&format!("from/{number:05}"), b"x");
    }
    let target = |prefix: &str| Target::Prefix(Prefix::new(prefix));
    let mut running = start(&remote, &path);
    let spec = copy(target("from/"), "elsewhere", target("to/"));
    running.engine.send(TransferCommand::Enqueue(vec![spec]));
    running
        .until_change(|_, change| {
            let progress = change.progress()?;
            (progress.objects == OBJECTS as u64 - 1).then_some(())
        })
        .await;
    let rows = |table: &str| -> i64 {
        let connection = rusqlite::Connection::open(&path).unwrap();
        let count = format!("SELECT count(*) FROM {table}");
        connection.query_row(&count, [], |row| row.get(0)).unwrap()
    };
    // It is made small in groups, a moment after the last object.
    until(|| rows("outcomes") < 3000 && rows("facts") < 20).await;
    drop(running);
    let remote = remote.rescripted(|_| None);
    running = start(&remote, &path);
    running.until_state(|state| *state == JobState::Done).await;
    assert_eq!(remote.count("copy"), 1, "what was passed is not copied again");
    running.engine.shut_down().await;
    let view = start(&remote, &path).restored().await.remove(0);
    assert_eq!(view.progress.objects, OBJECTS as u64);
    assert_eq!(rows("outcomes"), 0);
}
