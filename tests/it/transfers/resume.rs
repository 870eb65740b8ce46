//! Killed at any moment, the engine goes on at the next start and ends with the same bytes.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use windlass::domain::address::{Bucket, Key};
use windlass::domain::object::ObjectAddress;
use windlass::domain::transfer::{JobSpec, JobState, TransferCommand, Work};
use windlass::domain::transfer_event::JobChange;
use windlass::transfer::remote::Remote;

use crate::transfers::fake::{Call, Fake, Fault};
use crate::transfers::harness::{
    MIB, bytes, download, job, names_in, released, start, until, upload,
};

const LARGE: usize = 33 * MIB + 5;

/// From the request numbered `at` on, nothing is answered: the engine is as good as dead.
fn dead_from(at: usize) -> impl Fn(&Call<'_>) -> Option<Fault> + Send + Sync {
    move |call| (call.number >= at).then_some(Fault::Hang)
}

/// Starts the job, kills the engine when `at` requests were sent, restarts it and waits for the
/// end. Tells whether the kill came before the end, and gives the storage.
async fn killed_at(
    at: usize,
    remote: Arc<Fake>,
    spec: JobSpec,
    journal: &Path,
) -> (bool, Arc<Fake>) {
    let dying = remote.rescripted(dead_from(at));
    let mut running = start(&dying, journal);
    running.engine.send(TransferCommand::Enqueue(vec![spec]));
    let finished = loop {
        tokio::select! {
            _ = running.until_state(|state| *state == JobState::Done) => break true,
            () = tokio::time::sleep(std::time::Duration::from_millis(5)) => {
                if dying.calls().len() >= at {
                    tokio::time::sleep(std::time::Duration::from_millis(40)).await;
                    break false;
                }
            }
        }
    };
    drop(running);
    released(journal).await;
    let remote = dying.rescripted(|_| None);
    let mut running = start(&remote, journal);
    let restored = running.restored().await;
    if restored[0].state != JobState::Done {
        let state = running.until_state(JobState::finished).await;
        assert_eq!(state, JobState::Done, "killed at request {at}");
    }
    running.engine.shut_down().await;
    (!finished, remote)
}

#[tokio::test]
async fn an_upload_killed_at_any_request_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f");
    fs::write(&path, bytes(LARGE)).unwrap();
    let mut at = 1;
    loop {
        let journal = folder.path().join(format!("{at}.db"));
        let (killed, remote) = killed_at(at, Fake::new(), upload(&path, "k"), &journal).await;
        assert!(remote.bytes("bucket", "k").unwrap() == bytes(LARGE), "killed at request {at}");
        assert_eq!(remote.uploads(), 0, "killed at request {at}");
        if !killed {
            break;
        }
        at += 1;
    }
    assert!(at > 6, "{at}");
}

#[tokio::test]
async fn a_download_killed_at_any_request_goes_on() {
    let mut at = 1;
    loop {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("down");
        let remote = Fake::new();
        remote.store("k", &bytes(LARGE));
        let journal = folder.path().join("q.db");
        let (killed, remote) = killed_at(at, remote, download("k", &target), &journal).await;
        assert!(fs::read(target.join("k")).unwrap() == bytes(LARGE), "killed at request {at}");
        assert_eq!(names_in(&target), ["k"], "killed at request {at}");
        assert!(remote.count("get") <= 6);
        if !killed {
            break;
        }
        at += 1;
    }
    assert!(at > 4, "{at}");
}

#[tokio::test]
async fn a_prefix_killed_half_way_moves_no_object_twice() {
    for at in [1, 5, 12, 20] {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("down");
        let remote = Fake::new();
        for number in 0..20 {
            remote.store(&format!("p/{number:02}"), &bytes(1000 + number));
        }
        let spec = crate::transfers::harness::download_prefix("p/", &target);
        let (_, _) = killed_at(at, remote, spec, &folder.path().join("q.db")).await;
        let wanted: Vec<String> = (0..20).map(|number| format!("{number:02}")).collect();
        assert_eq!(names_in(&target), wanted);
        for number in 0..20 {
            assert_eq!(
                fs::read(target.join(format!("{number:02}"))).unwrap(),
                bytes(1000 + number)
            );
        }
    }
}

#[tokio::test]
async fn parts_the_server_lost_are_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let (path, journal) = (folder.path().join("f"), folder.path().join("q.db"));
    fs::write(&path, bytes(LARGE)).unwrap();
    let parts = AtomicUsize::new(0);
    let dying = Fake::scripted(move |call| {
        let hit = call.operation == "part" && parts.fetch_add(1, Ordering::Relaxed) >= 3;
        hit.then_some(Fault::Hang)
    });
    let mut running = start(&dying, &journal);
    running.engine.send(TransferCommand::Enqueue(vec![upload(&path, "k")]));
    until(|| dying.count("part ") > 3 && dying.parts() == 3).await;
    drop(running);
    released(&journal).await;
    let remote = dying.rescripted(|_| None);
    running = start(&remote, &journal);
    running.until_state(|state| *state == JobState::Done).await;
    assert!(remote.bytes("bucket", "k").unwrap() == bytes(LARGE));
    assert_eq!(remote.count("create"), 0, "the old upload was gone on with");
    assert_eq!(remote.count("part "), 2, "three of five parts were there");
}

#[tokio::test]
async fn a_delete_killed_half_way_deletes_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let remote = Fake::new();
    for number in 0..30 {
        remote.store(&format!("p/{number:02}"), b"x");
    }
    remote.store("q", b"x");
    let prefix = windlass::domain::address::Prefix::new("p/");
    let targets = vec![windlass::domain::transfer::Target::Prefix(prefix)];
    let spec =
        job(Work::Delete { bucket: windlass::domain::address::Bucket::new("bucket"), targets });
    let (_, remote) = killed_at(4, remote, spec, &folder.path().join("q.db")).await;
    assert_eq!(remote.keys(), ["q"]);
}

/// A large file whose upload died with its first parts on the way, and nothing of them in the
/// journal.
async fn dead_at_its_first_part(path: &Path, journal: &Path) -> Arc<Fake> {
    fs::write(path, bytes(LARGE)).unwrap();
    let dying = Fake::scripted(|call| (call.operation == "part").then_some(Fault::Hang));
    let running = start(&dying, journal);
    running.engine.send(TransferCommand::Enqueue(vec![upload(path, "k")]));
    until(|| dying.count("part ") > 0).await;
    drop(running);
    dying.rescripted(|_| None)
}

#[tokio::test]
async fn parts_that_nobody_recorded_are_taken_over_where_they_are_the_files_own() {
    let folder = tempfile::tempdir().unwrap();
    let (path, journal) = (folder.path().join("f"), folder.path().join("q.db"));
    let remote = dead_at_its_first_part(&path, &journal).await;
    // Three parts are there and in no journal; one of them is not what the file has.
    let (object, size) = (address("k"), 8 * MIB);
    let upload_id = remote.uploads_of(&object).await.unwrap().remove(0);
    let whole = bytes(LARGE);
    for (number, from) in [(1, 0), (2, size), (3, 0)] {
        let body = whole[from..from + size].to_vec().into();
        remote.upload_part(&object, &upload_id, number, body).await.unwrap();
    }
    let remote = remote.rescripted(|_| None);
    let mut running = start(&remote, &journal);
    running.until_state(|state| *state == JobState::Done).await;
    assert!(remote.bytes("bucket", "k").unwrap() == bytes(LARGE));
    assert_eq!(remote.count("create"), 0, "the old upload was gone on with");
    assert_eq!(remote.count("part "), 3, "of five parts two were right");
}

fn address(key: &str) -> ObjectAddress {
    ObjectAddress::new(Bucket::new("bucket"), Key::new(key))
}

#[tokio::test]
async fn an_upload_that_expired_starts_afresh_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (path, journal) = (folder.path().join("f"), folder.path().join("q.db"));
    let remote = dead_at_its_first_part(&path, &journal).await;
    let id = remote.uploads_of(&address("k")).await.unwrap().remove(0);
    remote.abort_for_good(&address("k"), &id).await.unwrap();
    let mut running = start(&remote, &journal);
    let note = running
        .until_change(|_, change| match change {
            JobChange::Noted(note) => Some(note.text.clone()),
            _ => None,
        })
        .await;
    assert!(note.contains("started over"), "{note}");
    running.until_state(|state| *state == JobState::Done).await;
    assert!(remote.bytes("bucket", "k").unwrap() == bytes(LARGE));
    assert_eq!(remote.uploads(), 0);
}
