//! A range that is stopped in its middle goes on from its last written byte: after a pause, a loss,
//! a restart and a kill.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;
use windlass::domain::transfer::{JobId, JobState, TransferCommand};
use windlass::domain::transfer_event::{JobChange, TransferEvent};
use windlass::transfer::limits::slots::LaneLimits;
use windlass::transfer::tuning::Tuning;

use crate::transfers::fake::{Call, Fake, Fault};
use crate::transfers::harness::{
    MIB, Running, bytes, download, names_in, options, released, start, start_with, until,
};

/// Four ranges that stop in their middle, and a short one that is whole.
const LARGE: usize = 33 * MIB + 5;
const AFTER: usize = 5_000_000;
const WHOLE: usize = MIB + 5;
const CAME: u64 = (4 * AFTER + WHOLE) as u64;

/// Bodies stay open after `AFTER` bytes until the switch is thrown.
fn half() -> (Arc<Fake>, Arc<AtomicBool>) {
    let open = Arc::new(AtomicBool::new(false));
    let remote = Fake::scripted(hangs_until(&open));
    remote.store("k", &bytes(LARGE));
    (remote, open)
}

fn hangs_until(
    open: &Arc<AtomicBool>,
) -> impl Fn(&Call<'_>) -> Option<Fault> + Send + Sync + 'static {
    let switch = Arc::clone(open);
    move |_| (!switch.load(Ordering::Relaxed)).then_some(Fault::HangAfter(AFTER))
}

/// Everything that is to come has come and is in the file.
async fn half_way(running: &mut Running) {
    running.until_change(|_, change| (change.progress()?.bytes == CAME).then_some(())).await;
}

fn ends_well(remote: &Fake, folder: &Path, served: u64) {
    assert!(fs::read(folder.join("k")).unwrap() == bytes(LARGE));
    assert_eq!(names_in(folder), ["k"]);
    assert_eq!(remote.served(), served, "bytes that were fetched");
}

/// Bytes of begun ranges in the journal.
fn recorded(journal: &Path) -> u64 {
    let Ok(connection) = Connection::open(journal) else { return 0 };
    let text = "SELECT fact FROM facts WHERE kind = 'RangesBegun'";
    let Ok(fact) = connection.query_row(text, [], |row| row.get::<_, String>(0)) else { return 0 };
    let fact: serde_json::Value = serde_json::from_str(&fact).unwrap();
    let begun = fact["RangesBegun"]["begun"].as_object().unwrap();
    begun.values().map(|bytes| bytes.as_u64().unwrap()).sum()
}

#[tokio::test]
async fn a_pause_costs_no_byte() {
    let folder = tempfile::tempdir().unwrap();
    let (down, (remote, open)) = (folder.path().join("down"), half());
    let mut running = start(&remote, &folder.path().join("q.db"));
    running.engine.send(TransferCommand::Enqueue(vec![download("k", &down)]));
    half_way(&mut running).await;
    running.engine.send(TransferCommand::Pause(JobId(1)));
    running.until_state(|state| *state == JobState::Paused).await;
    open.store(true, Ordering::Relaxed);
    running.engine.send(TransferCommand::Resume(JobId(1)));
    let mut least = u64::MAX;
    running
        .until_change(|_, change| match change {
            JobChange::Progress(progress) => {
                least = least.min(progress.bytes);
                None
            }
            JobChange::State { state: JobState::Done, .. } => Some(()),
            _ => None,
        })
        .await;
    assert!(least >= CAME, "it went back to {least}");
    ends_well(&remote, &down, LARGE as u64);
}

#[tokio::test]
async fn a_window_that_is_closed_costs_no_byte() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, down) = (folder.path().join("q.db"), folder.path().join("down"));
    let (remote, open) = half();
    let mut running = start(&remote, &journal);
    running.engine.send(TransferCommand::Enqueue(vec![download("k", &down)]));
    half_way(&mut running).await;
    running.engine.shut_down().await;
    assert_eq!(recorded(&journal), CAME - WHOLE as u64);
    open.store(true, Ordering::Relaxed);
    let mut running = start(&remote, &journal);
    assert_eq!(running.restored().await[0].progress.bytes, CAME);
    running.until_state(|state| *state == JobState::Done).await;
    ends_well(&remote, &down, LARGE as u64);
}

#[tokio::test]
async fn a_kill_costs_only_what_was_not_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, down) = (folder.path().join("q.db"), folder.path().join("down"));
    let (remote, open) = half();
    let running = start(&remote, &journal);
    running.engine.send(TransferCommand::Enqueue(vec![download("k", &down)]));
    until(|| recorded(&journal) > 0).await;
    drop(running);
    released(&journal).await;
    let (kept, before) = (recorded(&journal), remote.served());
    assert!(kept <= CAME - WHOLE as u64);
    open.store(true, Ordering::Relaxed);
    let mut running = start(&remote, &journal);
    let restored = running.restored().await[0].progress.bytes;
    assert!(restored >= kept);
    running.until_state(|state| *state == JobState::Done).await;
    ends_well(&remote, &down, before + LARGE as u64 - restored);
}

#[tokio::test]
async fn ranges_whose_turn_does_not_come_keep_what_they_have() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, down) = (folder.path().join("q.db"), folder.path().join("down"));
    let (remote, _) = half();
    let mut running = start(&remote, &journal);
    running.engine.send(TransferCommand::Enqueue(vec![download("k", &down)]));
    half_way(&mut running).await;
    running.engine.shut_down().await;
    // One range at a time, of which not much comes.
    let slow = remote.rescripted(|_| Some(Fault::HangAfter(1000)));
    let most_slots = LaneLimits { small: 1, parts: 1 };
    let one = Tuning { slots: 1, most_slots, ..options(Some(journal.clone())) };
    let mut running = start_with(&slow, one);
    running.until_change(|_, change| (change.progress()?.bytes > CAME).then_some(())).await;
    running.engine.shut_down().await;
    assert!(recorded(&journal) >= CAME - WHOLE as u64 + 1000);
    let last = slow.rescripted(|_| None);
    let mut running = start(&last, &journal);
    running.until_state(|state| *state == JobState::Done).await;
    ends_well(&last, &down, LARGE as u64);
}

#[tokio::test]
async fn bytes_that_are_not_what_was_recorded_are_fetched_again() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, down) = (folder.path().join("q.db"), folder.path().join("down"));
    let (remote, open) = half();
    let mut running = start(&remote, &journal);
    running.engine.send(TransferCommand::Enqueue(vec![download("k", &down)]));
    half_way(&mut running).await;
    running.engine.shut_down().await;
    let part = down.join(&names_in(&down)[0]);
    let mut torn = fs::read(&part).unwrap();
    torn[AFTER - 1] ^= 1;
    fs::write(&part, torn).unwrap();
    open.store(true, Ordering::Relaxed);
    let mut running = start(&remote, &journal);
    running.until_state(|state| *state == JobState::Done).await;
    ends_well(&remote, &down, (2 * LARGE) as u64);
}

#[tokio::test]
async fn an_object_that_was_replaced_is_never_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, down) = (folder.path().join("q.db"), folder.path().join("down"));
    let (remote, open) = half();
    let mut running = start(&remote, &journal);
    running.engine.send(TransferCommand::Enqueue(vec![download("k", &down)]));
    half_way(&mut running).await;
    running.engine.shut_down().await;
    let mut other = bytes(LARGE);
    other.reverse();
    remote.store("k", &other);
    open.store(true, Ordering::Relaxed);
    let mut running = start(&remote, &journal);
    running.until_state(|state| *state == JobState::Done).await;
    assert!(fs::read(down.join("k")).unwrap() == other);
}

#[tokio::test]
async fn the_limit_is_kept_with_the_queue() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, remote) = (folder.path().join("q.db"), Fake::new());
    let limited = |event: &TransferEvent| match event {
        TransferEvent::Limited(limit) => Some(*limit),
        _ => None,
    };
    for limit in [Some(3 << 20), Some(2 << 20)] {
        let mut running = start(&remote, &journal);
        running.restored().await;
        running.engine.send(TransferCommand::LimitRate(limit));
        running.engine.shut_down().await;
        let mut running = start(&remote, &journal);
        assert_eq!(running.until(limited).await, limit);
        running.engine.shut_down().await;
    }
}
