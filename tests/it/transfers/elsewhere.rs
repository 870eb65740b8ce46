//! A connection that leads to another server than a job was queued for: the job waits.

use std::fs;
use std::path::Path;

use windlass::demo::server::Server;
use windlass::domain::address::{Bucket, Key, Prefix};
use windlass::domain::error::ErrorKind;
use windlass::domain::transfer::{JobSpec, JobState, Target, TransferCommand, Work};
use windlass::domain::transfer_event::TransferEvent;
use windlass::transfer::headless::finish_queue;
use windlass::transfer::tuning::Tuning;

use crate::support::server::server;
use crate::transfers::harness::{
    connect, copy, job, moving, opened, options, start, start_with, upload,
};

/// Jobs of every kind that changes something.
fn jobs(folder: &Path) -> Vec<JobSpec> {
    let bucket = Bucket::new("bucket");
    let targets = vec![Target::Prefix(Prefix::new("old/"))];
    let source = Target::Prefix(Prefix::new("a/"));
    let one = Target::Object(Key::new("one"));
    vec![
        upload(folder, "up/"),
        moving(copy(source, "bucket", Target::Prefix(Prefix::new("moved/")))),
        job(Work::Delete { bucket, targets }),
        moving(copy(one, "bucket", Target::Object(Key::new("two")))),
    ]
}

fn fill(server: &Server) {
    for key in ["a/x", "old/x", "one"] {
        server.store().put("bucket", key, key);
    }
}

#[tokio::test]
async fn a_kept_queue_never_goes_on_against_another_server() {
    let (home, other) = (server().await, server().await);
    let (here, there) = (opened(&home, "test").await, opened(&other, "test").await);
    fill(&home);
    fill(&other);
    let folder = tempfile::tempdir().unwrap();
    let (journal, source) = (folder.path().join("q.db"), folder.path().join("src"));
    fs::create_dir(&source).unwrap();
    fs::write(source.join("f"), "f").unwrap();

    // Queued here, and paused before anything of it began.
    let nothing = Tuning { expansions: 0, ..options(Some(journal.clone())) };
    let mut running = start_with(&here, nothing);
    running.engine.send(TransferCommand::Enqueue(jobs(&source)));
    for _ in 0..4 {
        running.until(|event| matches!(event, TransferEvent::Queued(_)).then_some(())).await;
    }
    running.engine.send(TransferCommand::PauseAll);
    for _ in 0..4 {
        running.until_state(|state| *state == JobState::Paused).await;
    }
    running.engine.shut_down().await;
    let before: Vec<String> = other.store().keys("bucket");

    // The same name leads elsewhere: nothing of it is done, whoever asks for it.
    for _ in 0..2 {
        let mut running = start(&there, &journal);
        assert_eq!(running.restored().await.len(), 4);
        running.engine.send(TransferCommand::ResumeAll);
        let mut said = 0;
        running
            .until(|event| {
                if let TransferEvent::Warned(error) = event {
                    assert_eq!(error.kind, ErrorKind::AnotherServer);
                    assert!(error.detail.contains(&home.endpoint()), "{error:?}");
                    assert!(error.detail.contains(&other.endpoint()), "{error:?}");
                    said += 1;
                }
                (said == 4).then_some(())
            })
            .await;
        running.engine.shut_down().await;
    }
    assert_eq!(other.store().keys("bucket"), before);
    let views = finish_queue(options(Some(journal.clone())), connect(&there), |_| (), never());
    for view in views.await.unwrap() {
        assert_eq!((view.state, view.notes.len()), (JobState::Paused, 1), "{:?}", view.notes);
        assert!(view.notes[0].text.contains("it was queued for"), "{:?}", view.notes);
    }

    // Where they were queued for, they go on.
    let mut running = start(&here, &journal);
    running.restored().await;
    running.engine.send(TransferCommand::ResumeAll);
    for _ in 0..4 {
        running.until_state(|state| *state == JobState::Done).await;
    }
    running.engine.shut_down().await;
    let mut keys = home.store().keys("bucket");
    keys.sort();
    assert_eq!(keys, ["moved/x", "two", "up/f"]);
}

fn never() -> std::future::Pending<()> {
    std::future::pending()
}
