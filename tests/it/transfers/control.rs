//! Orders to the queue: cancel, pause, resume, retry, clear, move.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use windlass::demo::faults::{Act, Fault as ServerFault};
use windlass::domain::address::{Bucket, Prefix};
use windlass::domain::error::ErrorKind;
use windlass::domain::transfer::{JobId, JobState, TransferCommand};
use windlass::domain::transfer_event::{JobChange, TransferEvent};
use windlass::s3::client::Client;
use windlass::transfer::aborting::abort_unqueued;
use windlass::transfer::queued_uploads::QueuedUploads;

use crate::support::server::{connection, server};
use crate::transfers::fake::{Fake, Fault, failure};
use crate::transfers::harness::{
    MIB, bytes, download, download_prefix, names_in, options, start, start_with, until, upload,
};

const LARGE: usize = 33 * MIB + 5;

/// Parts and later ranges hang until the switch is thrown.
fn stuck() -> (Arc<Fake>, Arc<AtomicBool>) {
    let open = Arc::new(AtomicBool::new(false));
    let switch = Arc::clone(&open);
    let remote = Fake::scripted(move |call| {
        let late = call.operation == "part" || call.range.is_some_and(|range| range.start > 0);
        (late && !switch.load(Ordering::Relaxed)).then_some(Fault::Hang)
    });
    (remote, open)
}

#[tokio::test]
async fn cancel_aborts_the_upload_and_removes_the_part_file() {
    let folder = tempfile::tempdir().unwrap();
    let (path, target) = (folder.path().join("f"), folder.path().join("down"));
    fs::write(&path, bytes(LARGE)).unwrap();
    let (remote, _) = stuck();
    remote.store("big", &bytes(LARGE));
    let mut running = start(&remote, &folder.path().join("q.db"));
    let jobs = vec![upload(&path, "k"), download("big", &target)];
    running.engine.send(TransferCommand::Enqueue(jobs));
    until(|| remote.count("part ") > 0 && remote.count("get") > 1).await;
    let growing = |name: &String| name.starts_with(".big.") && name.ends_with(".windlass-part");
    until(|| names_in(&target).iter().filter(|name| growing(name)).count() == 1).await;
    running.engine.send(TransferCommand::Cancel(JobId(1)));
    running.engine.send(TransferCommand::Cancel(JobId(2)));
    until(|| remote.uploads() == 0 && names_in(&target).is_empty()).await;
    running.engine.send(TransferCommand::ClearFinished);
    for _ in 0..2 {
        running.until(|event| matches!(event, TransferEvent::Removed(_)).then_some(())).await;
    }
    assert_eq!(remote.bytes("bucket", "k"), None);
}

#[tokio::test]
async fn an_object_whose_size_was_not_listed_is_counted_once() {
    let folder = tempfile::tempdir().unwrap();
    let (remote, _) = stuck();
    remote.store("big", &bytes(LARGE));
    let mut running = start(&remote, &folder.path().join("q.db"));
    running.engine.send(TransferCommand::Enqueue(vec![download("big", folder.path())]));
    let first_range =
        |_, change: &JobChange| change.progress().filter(|progress| progress.bytes > 0);
    let progress = running.until_change(first_range).await;
    assert_eq!(progress.bytes_total, LARGE as u64);
}

#[tokio::test]
async fn whoever_cancels_and_leaves_at_once_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (path, target) = (folder.path().join("f"), folder.path().join("down"));
    fs::write(&path, bytes(LARGE)).unwrap();
    let (remote, _) = stuck();
    remote.store("big", &bytes(LARGE));
    let mut running = start(&remote, &folder.path().join("q.db"));
    let jobs = vec![upload(&path, "k"), download("big", &target)];
    running.engine.send(TransferCommand::Enqueue(jobs));
    until(|| remote.count("part ") > 0 && remote.count("get") > 1).await;
    for id in [1, 2] {
        running.engine.send(TransferCommand::Cancel(JobId(id)));
        running.until_state(|state| *state == JobState::Cancelled).await;
    }
    running.engine.shut_down().await;
    assert_eq!((remote.uploads(), names_in(&target)), (0, Vec::new()));
}

#[tokio::test]
async fn pause_stops_and_resume_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f");
    fs::write(&path, bytes(LARGE)).unwrap();
    let (remote, open) = stuck();
    let mut running = start(&remote, &folder.path().join("q.db"));
    running.engine.send(TransferCommand::Enqueue(vec![upload(&path, "k")]));
    until(|| remote.count("part ") > 0).await;
    running.engine.send(TransferCommand::Pause(JobId(1)));
    running.until_state(|state| *state == JobState::Paused).await;
    open.store(true, Ordering::Relaxed);
    assert_eq!(remote.bytes("bucket", "k"), None);
    running.engine.send(TransferCommand::Resume(JobId(1)));
    running.until_state(|state| *state == JobState::Done).await;
    assert!(remote.bytes("bucket", "k").unwrap() == bytes(LARGE));
    assert_eq!(remote.count("create"), 1);
}

#[tokio::test]
async fn a_paused_job_is_still_paused_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, remote) = (folder.path().join("q.db"), stuck().0);
    remote.store("big", &bytes(LARGE));
    let mut running = start(&remote, &journal);
    let spec = download("big", &folder.path().join("down"));
    running.engine.send(TransferCommand::Enqueue(vec![spec]));
    until(|| remote.count("get") > 1).await;
    running.engine.send(TransferCommand::Pause(JobId(1)));
    running.until_state(|state| *state == JobState::Paused).await;
    running.engine.shut_down().await;
    let remote = remote.rescripted(|_| None);
    let mut running = start(&remote, &journal);
    assert_eq!(running.restored().await[0].state, JobState::Paused);
    running.engine.send(TransferCommand::Resume(JobId(1)));
    running.until_state(|state| *state == JobState::Done).await;
    assert!(fs::read(folder.path().join("down/big")).unwrap() == bytes(LARGE));
}

#[tokio::test]
async fn retry_moves_only_what_failed() {
    let folder = tempfile::tempdir().unwrap();
    let broken = Arc::new(AtomicBool::new(true));
    let switch = Arc::clone(&broken);
    let remote = Fake::scripted(move |call| {
        let hit = call.operation == "get" && call.key.ends_with("bad");
        (hit && switch.load(Ordering::Relaxed))
            .then(|| Fault::Fail(failure(ErrorKind::AccessDenied)))
    });
    for name in ["a", "b", "bad", "c"] {
        remote.store(&format!("p/{name}"), name.as_bytes());
    }
    let target = folder.path().join("down");
    let mut running = start(&remote, &folder.path().join("q.db"));
    running.engine.send(TransferCommand::Enqueue(vec![download_prefix("p/", &target)]));
    let state = running.until_state(JobState::finished).await;
    assert!(matches!(state, JobState::Failed(error) if error.kind == ErrorKind::Partial));
    broken.store(false, Ordering::Relaxed);
    let before = remote.count("get");
    running.engine.send(TransferCommand::RetryFailed);
    running.until_state(|state| *state == JobState::Done).await;
    assert_eq!(remote.count("get") - before, 1);
    assert_eq!(names_in(&target), ["a", "b", "bad", "c"]);
}

#[tokio::test]
async fn small_objects_ride_beside_a_large_one() {
    let folder = tempfile::tempdir().unwrap();
    let (remote, _) = stuck();
    remote.store("big", &bytes(80 * MIB));
    remote.store("small", b"s");
    let target = folder.path().join("down");
    let mut running = start(&remote, &folder.path().join("q.db"));
    running.engine.send(TransferCommand::Enqueue(vec![download("big", &target)]));
    until(|| remote.count("get") >= 4).await;
    running.engine.send(TransferCommand::Enqueue(vec![download("small", &target)]));
    running
        .until_change(|id, change| {
            let done = matches!(change, JobChange::State { state: JobState::Done, .. });
            (id == JobId(2) && done).then_some(())
        })
        .await;
}

#[tokio::test]
async fn jobs_are_moved_in_the_queue() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, remote) = (folder.path().join("q.db"), stuck().0);
    remote.store("big", &bytes(LARGE));
    let mut running = start(&remote, &journal);
    let spec = |name: &str| download("big", &folder.path().join(name));
    running.engine.send(TransferCommand::Enqueue(vec![spec("1"), spec("2"), spec("3")]));
    for _ in 0..3 {
        running.until(|event| matches!(event, TransferEvent::Queued(_)).then_some(())).await;
    }
    running.engine.send(TransferCommand::Move(JobId(3), -1));
    let order = running
        .until(|event| match event {
            TransferEvent::Reordered(order) => Some(order.clone()),
            _ => None,
        })
        .await;
    assert_eq!(order, [JobId(1), JobId(3), JobId(2)]);
    running.engine.shut_down().await;
    let restored = start(&remote, &journal).restored().await;
    assert_eq!(restored.iter().map(|view| view.id).collect::<Vec<_>>(), order);
}

/// In no journal: as in the demo, and in a second window, whose journal the first one has.
#[tokio::test]
async fn uploads_of_a_queue_that_is_not_kept_are_not_aborted() {
    let folder = tempfile::tempdir().unwrap();
    let (path, held) = (folder.path().join("f"), folder.path().join("q.db"));
    fs::write(&path, bytes(LARGE)).unwrap();
    let mut first = start(&Fake::new(), &held);
    first.restored().await;
    for journal in [None, Some(held)] {
        let server = server().await;
        let client = Client::connect(&connection(&server), Arc::default()).unwrap();
        let (client, bucket) = (Arc::new(client.sending_once()), Bucket::new("bucket"));
        client.create_bucket(&bucket).await.unwrap();
        let stuck = ServerFault::new(Act::Delay(Duration::from_mins(5)));
        server.faults().add(stuck.on("UploadPart").forever());
        let running = start_with(&client, options(journal.clone()));
        running.engine.send(TransferCommand::Enqueue(vec![upload(&path, "k")]));
        until(|| server.faults().count("UploadPart") > 0).await;
        let listed = client.uploads_page(&bucket, &Prefix::new(""), None).await.unwrap().uploads;
        let chosen: Vec<_> =
            listed.into_iter().map(|upload| (upload.object, upload.upload)).collect();
        let queued = QueuedUploads { journal, running: Some(running.engine.uploads()) };
        let aborted = abort_unqueued(&client, &queued, chosen, |_, _, _| ()).await.unwrap();
        assert_eq!((aborted.queued, aborted.gone.len()), (1, 0), "{aborted:?}");
        assert_eq!(server.store().uploads_under_way("bucket"), 1);
    }
}
