//! The journal's file: private, owned by one, set aside when it cannot be read.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::transfer::{JobState, TransferCommand, TransferEvent};

use crate::transfers::fake::Fake;
use crate::transfers::harness::{bytes, download, names_in, start};

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
    assert!(warned.explain().what.contains("not kept"), "{}", warned.explain().what);
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
