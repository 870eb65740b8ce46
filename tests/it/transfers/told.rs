//! What the engine tells of objects that were stored and deleted, for those who show them.

use std::fs;
use std::sync::{Arc, Mutex};

use windlass::domain::address::{Key, Prefix};
use windlass::domain::change::{BucketChange, KeyChange};
use windlass::domain::transfer::{JobSpec, JobState, JobView, OnConflict, Target, Work};
use windlass::domain::transfer_event::{JobChange, TransferEvent};
use windlass::transfer::headless::run_to_end;

use crate::transfers::fake::Fake;
use crate::transfers::harness::{bytes, connect, copy, job, options, upload, with};

/// Runs a job. What was told until its end was, as `bucket +key size` and `bucket -key`.
async fn told(remote: &Arc<Fake>, spec: JobSpec) -> (JobView, Vec<String>) {
    let (told, ended) = (Mutex::new(Vec::new()), Mutex::new(false));
    let news = |event: &TransferEvent| match event {
        TransferEvent::StorageChanged(changes) => {
            assert!(!*ended.lock().unwrap(), "the end is told last");
            told.lock().unwrap().extend(changes.iter().flat_map(lines));
        }
        event => {
            for (_, change) in event.changes() {
                if let JobChange::State { state, .. } = change {
                    *ended.lock().unwrap() |= state.finished();
                }
            }
        }
    };
    let view = run_to_end(options(None), connect(remote), vec![spec], news).await.remove(0);
    let mut told = told.into_inner().unwrap();
    told.sort();
    (view, told)
}

fn lines(change: &BucketChange) -> Vec<String> {
    assert_eq!(change.connection.as_str(), "test");
    let line = |key: &KeyChange| match key {
        KeyChange::Stored { key, size, .. } => format!("{} +{key} {size}", change.bucket),
        KeyChange::Deleted(key) => format!("{} -{key}", change.bucket),
    };
    change.keys.iter().map(line).collect()
}

fn object(key: &str) -> Target {
    Target::Object(Key::new(key))
}

fn moved(spec: JobSpec) -> JobSpec {
    let Work::Copy { bucket, source, to_connection, to_bucket, target, .. } = spec.work else {
        panic!("{spec:?}")
    };
    let work = Work::Copy { bucket, source, to_connection, to_bucket, target, moving: true };
    JobSpec { work, ..spec }
}

#[tokio::test]
async fn of_a_delete_those_keys_are_told_that_are_gone() {
    let remote = Fake::new();
    for key in ["p/1", "p/2", "p/locked"] {
        remote.store(key, b"x");
    }
    let targets = vec![Target::Prefix(Prefix::new("p/")), object("never")];
    let spec = job(Work::Delete { bucket: "bucket".into(), targets });
    let (view, told) = told(&remote, spec).await;
    assert_eq!(view.progress.failed, 2, "one is locked, one never was");
    assert_eq!(told, ["bucket -never", "bucket -p/1", "bucket -p/2"]);
}

#[tokio::test]
async fn of_uploads_and_copies_the_keys_that_they_came_to_are_told() {
    let (remote, folder) = (Fake::new(), tempfile::tempdir().unwrap());
    for (name, size) in [("small", 7), ("large", 3 << 20)] {
        fs::write(folder.path().join(name), bytes(size)).unwrap();
    }
    let (_, stored) = told(&remote, upload(folder.path(), "up/")).await;
    assert_eq!(stored, ["bucket +up/large 3145728", "bucket +up/small 7"]);
    let other = upload(&folder.path().join("large"), "up/small");
    let (_, skipped) = told(&remote, with(other, OnConflict::Skip)).await;
    assert!(skipped.is_empty(), "{skipped:?}");
    let again = upload(&folder.path().join("small"), "up/small");
    let (_, both) = told(&remote, with(again, OnConflict::KeepBoth)).await;
    assert_eq!(both, ["bucket +up/small (1) 7"]);
    let (_, copied) = told(&remote, copy(object("up/small"), "other", object("c"))).await;
    assert_eq!(copied, ["other +c 7"]);
}

#[tokio::test]
async fn of_a_move_both_ends_are_told_as_far_as_it_came() {
    let remote = Fake::new();
    remote.store("a", b"abc");
    let (view, both) = told(&remote, moved(copy(object("a"), "other", object("b")))).await;
    assert_eq!(view.state, JobState::Done, "{:?}", view.failures);
    assert_eq!(both, ["bucket -a", "other +b 3"]);
    remote.store("locked", b"abc");
    let (_, kept) = told(&remote, moved(copy(object("locked"), "other", object("d")))).await;
    assert_eq!(kept, ["other +d 3"]);
}
