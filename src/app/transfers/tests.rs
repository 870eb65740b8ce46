//! How news of the engine become jobs with rates, time left and totals.

use super::*;
use crate::domain::address::Key;
use crate::domain::error::ErrorKind;
use crate::domain::transfer::{FileRules, OnConflict, Priority};

fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(1_790_000_000_000 + milliseconds).unwrap()
}

fn download(id: u64, key: &str) -> JobView {
    let work = Work::Download {
        bucket: "b".into(),
        source: Target::Object(Key::new(key)),
        folder: "/tmp".into(),
        name: None,
    };
    JobView {
        id: JobId(id),
        spec: JobSpec {
            connection: "c".into(),
            work,
            on_conflict: OnConflict::Fail,
            files: FileRules::default(),
        },
        state: JobState::Queued,
        progress: Progress {
            bytes_total: 10_000,
            objects_total: 1,
            expanded: true,
            ..Progress::default()
        },
        failures: Vec::new(),
        notes: Vec::new(),
        verification: None,
        priority: Priority::default(),
        wait: None,
    }
}

fn moved(bytes: u64) -> Progress {
    Progress { bytes, ..download(0, "").progress }
}

fn changed(id: u64, state: JobState, progress: Progress) -> TransferEvent {
    TransferEvent::Changed { id: JobId(id), state, progress, verification: None }
}

fn running() -> Transfers {
    let mut transfers = Transfers::default();
    transfers.on_event(at(0), TransferEvent::Queued(download(1, "a/x.bin")));
    transfers.on_event(at(0), changed(1, JobState::Running, moved(0)));
    transfers
}

fn advance(transfers: &mut Transfers, time: i64, bytes: u64) {
    transfers.on_event(at(time), TransferEvent::Advanced(vec![(JobId(1), moved(bytes))]));
}

#[test]
fn a_steady_job_shows_its_rate_and_the_time_left() {
    let mut transfers = running();
    for step in 1..=4 {
        advance(&mut transfers, step * 500, step.unsigned_abs() * 500);
    }
    let job = &transfers.jobs()[0];
    assert!((job.rate() - 1000.0).abs() < 1.0, "{}", job.rate());
    assert_eq!(job.left().unwrap().as_secs(), 8);
    assert_eq!(job.fraction(), Some(0.2));
    let totals = transfers.totals();
    assert_eq!((totals.running, totals.queued), (1, 0));
    assert_eq!(totals.left.unwrap().as_secs(), 8);
    assert!(totals.down > 999.0 && totals.up == 0.0);
}

#[test]
fn a_burst_moves_the_rate_a_little_and_silence_lets_it_fall() {
    let mut transfers = running();
    advance(&mut transfers, 1000, 1000);
    advance(&mut transfers, 1050, 5000);
    assert!((transfers.jobs()[0].rate() - 1000.0).abs() < 1.0);
    advance(&mut transfers, 2000, 5000);
    let after_burst = transfers.jobs()[0].rate();
    assert!(after_burst > 1000.0 && after_burst < 4000.0, "{after_burst}");
    transfers.on_tick(at(2500));
    assert!((transfers.jobs()[0].rate() - after_burst).abs() < 1.0);
    transfers.on_tick(at(20_000));
    assert!(transfers.jobs()[0].rate() < 10.0);
}

#[test]
fn a_job_that_ends_is_told_once_and_has_no_rate() {
    let mut transfers = running();
    advance(&mut transfers, 1000, 1000);
    let settled = transfers.on_event(at(2000), changed(1, JobState::Done, moved(10_000)));
    assert_eq!(settled.len(), 1);
    assert!(transfers.jobs()[0].rate().abs() < f64::EPSILON);
    assert_eq!(transfers.on_event(at(2000), changed(1, JobState::Done, moved(10_000))), []);
    assert_eq!(transfers.active(), 0);
}

#[test]
fn a_retry_forgets_the_failures_of_before() {
    let mut transfers = running();
    let error = Error::new(ErrorKind::AccessDenied, "GetObject", "s3://b/a");
    let failure = Failure { place: "a".into(), error: error.clone() };
    transfers.on_event(at(1), TransferEvent::ObjectFailed { id: JobId(1), failure });
    transfers.on_event(at(1), changed(1, JobState::Failed(error), moved(0)));
    assert_eq!(transfers.jobs()[0].view.failures.len(), 1);
    assert_eq!(transfers.totals().failed, 1);
    transfers.on_event(at(2), changed(1, JobState::Queued, moved(0)));
    assert!(transfers.jobs()[0].view.failures.is_empty());
}

#[test]
fn the_time_left_is_unknown_while_a_prefix_expands() {
    let mut transfers = running();
    advance(&mut transfers, 1000, 1000);
    let mut prefix = download(2, "x");
    prefix.progress.expanded = false;
    transfers.on_event(at(1000), TransferEvent::Queued(prefix));
    assert_eq!(transfers.totals().left, None);
    assert!(transfers.jobs()[0].left().is_some());
}

#[test]
fn the_queue_follows_the_engines_order_and_removals() {
    let mut transfers = Transfers::default();
    let views = vec![download(1, "a"), download(2, "b"), download(3, "c")];
    transfers.on_event(at(0), TransferEvent::Restored(views));
    transfers.on_event(at(0), TransferEvent::Reordered(vec![JobId(3), JobId(1), JobId(2)]));
    transfers.on_event(at(0), TransferEvent::Removed(vec![JobId(1)]));
    transfers.on_event(at(0), changed(9, JobState::Done, moved(0)));
    let names: Vec<String> = transfers.jobs().iter().map(QueuedJob::name).collect();
    assert_eq!(names, ["c", "b"]);
}

#[test]
fn a_listing_is_changed_by_what_it_shows() {
    let bucket = Bucket::new("b");
    let delete = |target: Target| Work::Delete { bucket: "b".into(), targets: vec![target] };
    let key = delete(Target::Object(Key::new("a/b/k")));
    assert!(changes(&key, &bucket, &"a/b/".into()));
    assert!(!changes(&key, &bucket, &"a/".into()));
    assert!(!changes(&key, &"other".into(), &"a/b/".into()));
    let prefix = delete(Target::Prefix("a/b/".into()));
    for shown in ["", "a/", "a/b/", "a/b/c/"] {
        assert!(changes(&prefix, &bucket, &shown.into()), "{shown}");
    }
    assert!(!changes(&prefix, &bucket, &"z/".into()));
}
