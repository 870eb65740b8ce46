//! Tests how the engine's news becomes jobs with rates, time left and totals.

use std::time::Duration;

use super::*;
use crate::domain::address::Key;
use crate::domain::error::ErrorKind;
use crate::domain::transfer::{
    Failure, FileRules, JobOptions, JobSpec, OnConflict, Priority, Progress, Target, Wait, Work,
};

fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(1_790_000_000_000 + milliseconds).unwrap()
}

pub fn download(id: u64, key: &str) -> JobView {
    let work = Work::Download {
        bucket: "b".into(),
        source: Target::Object(Key::new(key)),
        folder: "/tmp".into(),
        name: None,
        size: None,
    };
    JobView {
        id: JobId(id),
        spec: JobSpec {
            connection: "c".into(),
            work,
            on_conflict: OnConflict::Fail,
            files: FileRules::default(),
            options: JobOptions::default(),
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
    TransferEvent::job(JobId(id), JobChange::State { state, progress, verification: None })
}

fn running() -> Transfers {
    let mut transfers = Transfers::default();
    transfers.on_event(at(0), TransferEvent::Queued(download(1, "a/x.bin")));
    transfers.on_event(at(0), changed(1, JobState::Running, moved(0)));
    transfers
}

fn advance(transfers: &mut Transfers, time: i64, bytes: u64) {
    transfers.on_event(at(time), TransferEvent::job(JobId(1), JobChange::Progress(moved(bytes))));
}

/// One job at 1,000 bytes a second, told of every `every` ms until `to` ms.
fn steady(transfers: &mut Transfers, to: i64, every: usize) {
    for time in (0..=to).step_by(every) {
        advance(transfers, time, time.unsigned_abs());
    }
}

#[test]
fn a_steady_job_shows_its_rate_and_the_time_left() {
    for every in [10, 100, 500] {
        let mut transfers = running();
        steady(&mut transfers, 4_000, every);
        let job = &transfers.jobs()[0];
        assert!((job.rate() - 1000.0).abs() < 10.0, "{}", job.rate());
        assert_eq!(job.left().unwrap(), TimeLeft { time: Duration::from_secs(6), at_least: false });
        let totals = transfers.totals();
        assert_eq!((totals.counts.running, totals.counts.queued), (1, 0));
        assert_eq!(totals.left.unwrap().time.as_secs(), 6);
        assert!((totals.down - 1000.0).abs() < 10.0 && totals.up == 0.0);
    }
}

#[test]
fn many_short_jobs_one_after_the_other_are_one_steady_pace() {
    let mut transfers = Transfers::default();
    for id in 1..=100 {
        transfers.on_event(at(0), TransferEvent::Queued(download(id, "k")));
    }
    for id in 1..=50_i64 {
        let (number, time) = (id.unsigned_abs(), id * 200);
        transfers.on_event(at(time), changed(number, JobState::Running, moved(0)));
        transfers.on_event(at(time + 190), changed(number, JobState::Done, moved(10_000)));
    }
    let totals = transfers.totals();
    assert!((totals.down - 50_000.0).abs() < 5_000.0, "{}", totals.down);
    assert!((9..=11).contains(&totals.left.unwrap().time.as_secs()), "{totals:?}");
    assert!(transfers.history().last(60).all(|bytes| (40_000..=60_000).contains(&bytes)));
}

#[test]
fn what_a_resumed_object_has_already_is_no_pace() {
    let mut transfers = Transfers::default();
    transfers.on_event(at(0), TransferEvent::Restored(vec![download(1, "a/x.bin")]));
    transfers.on_event(at(0), changed(1, JobState::Running, moved(0)));
    advance(&mut transfers, 100, 8_000);
    for step in 1..=15 {
        advance(&mut transfers, 100 + step * 100, 8_000 + step.unsigned_abs() * 10);
    }
    let job = &transfers.jobs()[0];
    assert!((job.rate() - 100.0).abs() < 10.0, "{}", job.rate());
    assert!((transfers.totals().down - 100.0).abs() < 20.0, "{}", transfers.totals().down);
}

#[test]
fn a_pause_is_no_slow_time() {
    let mut transfers = running();
    steady(&mut transfers, 4_000, 100);
    transfers.on_event(at(4_000), changed(1, JobState::Paused, moved(4_000)));
    assert_eq!((transfers.jobs()[0].rate(), transfers.totals().left), (0.0, None));
    transfers.on_event(at(900_000), changed(1, JobState::Running, moved(4_000)));
    for step in 1..=20 {
        advance(&mut transfers, 900_000 + step * 100, 4_000 + step.unsigned_abs() * 100);
    }
    let job = &transfers.jobs()[0];
    assert!((job.rate() - 1000.0).abs() < 10.0, "{}", job.rate());
    let (ran, average) = job.average(at(902_000)).unwrap();
    assert_eq!(ran.as_secs(), 6);
    assert!((average - 1000.0).abs() < 60.0, "{average}");
}

#[test]
fn a_job_that_ends_is_told_once_and_has_no_rate() {
    let mut transfers = running();
    advance(&mut transfers, 1000, 1000);
    let settled = transfers.on_event(at(2000), changed(1, JobState::Done, moved(10_000)));
    assert_eq!(settled.len(), 1);
    assert!(transfers.jobs()[0].rate().abs() < f64::EPSILON);
    assert_eq!(transfers.on_event(at(2000), changed(1, JobState::Done, moved(10_000))), []);
    assert_eq!((transfers.active(), transfers.counts().done), (0, 1));
}

#[test]
fn no_speed_and_no_time_are_shown_while_nothing_moves() {
    let waits = TransferEvent::job(JobId(1), JobChange::Wait(Some(Wait::Credentials)));
    for still in [waits, changed(1, JobState::Paused, moved(4_000))] {
        let mut transfers = running();
        steady(&mut transfers, 4_000, 100);
        assert!(transfers.totals().down > 900.0);
        transfers.on_event(at(4_100), still);
        // What was under way may still tell of itself.
        advance(&mut transfers, 4_200, 4_100);
        advance(&mut transfers, 5_200, 5_100);
        let totals = transfers.totals();
        assert_eq!((totals.down, totals.up, totals.left), (0.0, 0.0, None));
    }
}

#[test]
fn a_retry_forgets_the_failures_of_before() {
    let mut transfers = running();
    let error = Error::new(ErrorKind::AccessDenied, "GetObject", "s3://b/a");
    let failure = Failure { place: "a".into(), error: error.clone() };
    transfers.on_event(at(1), TransferEvent::job(JobId(1), JobChange::Failed(failure)));
    transfers.on_event(at(1), changed(1, JobState::Failed(error), moved(0)));
    assert_eq!(transfers.jobs()[0].view.failures.len(), 1);
    assert_eq!(transfers.counts().failed, 1);
    transfers.on_event(at(2), changed(1, JobState::Queued, moved(0)));
    assert!(transfers.jobs()[0].view.failures.is_empty());
}

#[test]
fn the_time_left_is_a_least_while_a_prefix_expands() {
    let mut transfers = running();
    let mut prefix = download(2, "x");
    prefix.progress = Progress { objects_total: 3, bytes_total: 6_000, ..Progress::default() };
    transfers.on_event(at(0), TransferEvent::Queued(prefix));
    steady(&mut transfers, 4_000, 100);
    let left = transfers.totals().left.unwrap();
    assert!(left.at_least);
    assert!(left.time.as_secs() >= 12, "{left:?}");
    assert!(!transfers.jobs()[0].left().unwrap().at_least);
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
fn thousands_of_jobs_are_found_at_once() {
    let mut transfers = Transfers::default();
    let jobs = 20_000;
    transfers
        .on_event(at(0), TransferEvent::Restored((1..=jobs).map(|id| download(id, "k")).collect()));
    let begun = std::time::Instant::now();
    for id in 1..=jobs {
        transfers.on_event(at(1), changed(id, JobState::Running, moved(0)));
        transfers.on_event(at(2), changed(id, JobState::Done, moved(10_000)));
    }
    // A search for each would take minutes.
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert_eq!(transfers.counts().done, 20_000);
}

#[test]
fn totals_do_not_shrink_while_they_are_found_again_after_a_pause() {
    let mut transfers = running();
    let (all, few) = (
        Progress { objects: 5, objects_total: 400, bytes_total: 12_000, ..moved(90) },
        Progress { objects: 5, objects_total: 5, bytes_total: 90, expanded: false, ..moved(90) },
    );
    transfers.on_event(at(100), TransferEvent::job(JobId(1), JobChange::Progress(all)));
    transfers.on_event(at(200), changed(1, JobState::Paused, few));
    let totals = |transfers: &Transfers| {
        let progress = transfers.jobs()[0].view.progress;
        (progress.objects_total, progress.bytes_total, progress.expanded)
    };
    assert_eq!(totals(&transfers), (400, 12_000, false));
    transfers.on_event(at(300), changed(1, JobState::Running, few));
    assert_eq!(totals(&transfers), (400, 12_000, false));
    let fewer = Progress { objects_total: 390, expanded: true, ..all };
    transfers.on_event(at(400), TransferEvent::job(JobId(1), JobChange::Progress(fewer)));
    assert_eq!(totals(&transfers), (390, 12_000, true));
}
