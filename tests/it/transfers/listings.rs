//! Jobs of everything below a prefix, which is listed by several cursors: the same objects in the
//! same order as by one, whatever the keys are called and whatever befalls the requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use windlass::domain::address::{Bucket, Prefix};
use windlass::domain::error::ErrorKind;
use windlass::domain::transfer::{JobId, JobSpec, JobState, Target, TransferCommand, Work};
use windlass::s3::client::Client;
use windlass::transfer::headless::run_to_end;
use windlass::transfer::limits::Patience;
use windlass::transfer::limits::slots::LaneLimits;
use windlass::transfer::tuning::Tuning;

use crate::support::server::{connection, server};
use crate::transfers::fake::{Fake, Fault, failure};
use crate::transfers::harness::{
    connect, copy, error_of, job, options, released, run, run_well, start, until,
};

/// Keys of a page of the fake.
const PAGE: usize = 7;

fn copy_all() -> JobSpec {
    let all = Prefix::new("p/");
    copy(Target::Prefix(all.clone()), "other", Target::Prefix(all))
}

fn delete_all() -> JobSpec {
    let targets = vec![Target::Prefix(Prefix::new("p/"))];
    job(Work::Delete { bucket: Bucket::new("bucket"), targets })
}

/// No more requests at once than these.
fn few(slots: usize) -> Tuning {
    let most_slots = LaneLimits { small: slots, parts: slots };
    Tuning { slots, most_slots, ..options(None) }
}

fn flat(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("p/{number:05}")).collect()
}

/// Numbers that look random and are the same each time.
fn noise(number: usize) -> u64 {
    let mut x = (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x ^= x >> 31;
    x = x.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x ^ x >> 27
}

fn distributions() -> Vec<Vec<String>> {
    let count = 0..1_500_usize;
    let last = char::MAX;
    vec![
        flat(1_500),
        count.clone().map(|n| format!("p/{:016x}", noise(n))).collect(),
        count.clone().map(|n| format!("p/a/b/c/part-{n:08}-of-1500.parquet")).collect(),
        count.clone().map(|n| format!("p/{}/{n}", noise(n) % 40)).collect(),
        count
            .clone()
            .map(|n| match n % 50 {
                0 => format!("p/{:x}", noise(n)),
                _ => format!("p/much/{:09}", noise(n) % 1_000_000_000),
            })
            .collect(),
        count.clone().map(|n| format!("p/k{n:04}{last}{}", ["", "\u{10ffff}"][n % 2])).collect(),
        count.map(|n| format!("p/文/{}é", char::from_u32(0x4e00 + n as u32).unwrap())).collect(),
        std::iter::once("p/".to_owned()).chain((0..200).map(|n| format!("p//{n}"))).collect(),
    ]
}

fn stored(remote: &Fake, keys: &[String]) {
    for key in keys {
        remote.store(key, key.as_bytes());
    }
}

fn sorted(keys: &[String]) -> Vec<String> {
    let mut keys = keys.to_vec();
    keys.sort();
    keys
}

#[tokio::test]
async fn every_key_of_any_distribution_is_copied_once() {
    for keys in distributions() {
        let remote = Fake::new();
        stored(&remote, &keys);
        let view = run_well(&remote, copy_all()).await;
        assert_eq!(view.progress.objects, keys.len() as u64, "{}", keys[1]);
        assert_eq!(remote.count("copy "), keys.len(), "{}", keys[1]);
        for key in &keys {
            assert_eq!(remote.bytes("other", key).unwrap(), key.as_bytes());
        }
    }
}

#[tokio::test]
async fn keys_are_deleted_in_the_order_of_the_listing() {
    for mut keys in distributions() {
        // Two requests of a thousand and one of the rest.
        keys.extend((0..800).map(|number| format!("p/zz/{number:04}")));
        let remote = Fake::new();
        stored(&remote, &keys);
        remote.store("q", b"not below the prefix");
        let tuning = few(1);
        let views = run_to_end(tuning, connect(&remote), vec![delete_all()], |_| ()).await;
        assert_eq!(views[0].state, JobState::Done, "{:?}", views[0].failures);
        assert_eq!(remote.keys(), ["q"]);
        let calls = remote.calls();
        let batches: Vec<_> =
            calls.iter().filter_map(|call| call.strip_prefix("delete ")).collect();
        let keys = sorted(&keys);
        let firsts: Vec<&str> = keys.iter().step_by(1000).map(String::as_str).collect();
        assert_eq!(batches, firsts);
    }
}

#[tokio::test]
async fn many_pages_are_asked_for_at_once_and_few_more_than_there_are() {
    let keys = flat(4_200);
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (now, peak) = (Arc::clone(&running), Arc::clone(&most));
    let remote = Fake::scripted(move |call| {
        if call.operation != "list" {
            return None;
        }
        peak.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        let now = Arc::clone(&now);
        let then = Box::new(move || {
            now.fetch_sub(1, Ordering::SeqCst);
        });
        Some(Fault::SlowThen(Duration::from_millis(2), then))
    });
    stored(&remote, &keys);
    run_well(&remote, delete_all()).await;
    assert!(remote.keys().is_empty());
    let (asked, serial) = (remote.count("list"), keys.len().div_ceil(PAGE));
    assert!(asked * 100 <= serial * 135, "{asked} requests for {serial} pages");
    assert!(most.load(Ordering::SeqCst) >= 4, "{most:?} at once");
}

#[tokio::test]
async fn a_listing_that_breaks_is_no_whole_one() {
    let keys = flat(2_100);
    for broken in [1, 2, 4, 20, 100, 250] {
        let lists = AtomicUsize::new(0);
        let remote = Fake::scripted(move |call| {
            let list = (call.operation == "list").then(|| lists.fetch_add(1, Ordering::Relaxed));
            list.filter(|list| *list >= broken)
                .map(|_| Fault::Fail(failure(ErrorKind::AccessDenied)))
        });
        stored(&remote, &keys);
        let view = run(&remote, copy_all()).await;
        assert_eq!(error_of(&view).kind, ErrorKind::AccessDenied, "after {broken} pages");
        let moved: Vec<bool> =
            keys.iter().map(|key| remote.bytes("other", key).is_some()).collect();
        let count = moved.iter().filter(|moved| **moved).count();
        assert!(count < keys.len(), "after {broken} pages");
        // What was listed before the failure, in order, and nothing behind it.
        assert!(moved[..count].iter().all(|moved| *moved), "after {broken} pages");
        assert_eq!(count as u64, view.progress.objects);
    }
}

#[tokio::test]
async fn requests_that_fail_now_and_then_are_sent_again() {
    let keys = flat(1_400);
    let lists = AtomicUsize::new(0);
    let remote = Fake::scripted(move |call| {
        let list = (call.operation == "list").then(|| lists.fetch_add(1, Ordering::Relaxed));
        list.filter(|list| list % 3 == 2).map(|_| Fault::Fail(failure(ErrorKind::ServerFault)))
    });
    stored(&remote, &keys);
    let patience = Patience { tries: 20, ..options(None).patience };
    let tuning = Tuning { patience, ..options(None) };
    let views = run_to_end(tuning, connect(&remote), vec![copy_all()], |_| ()).await;
    assert_eq!(views[0].state, JobState::Done, "{:?}", views[0].failures);
    assert_eq!(remote.count("copy "), keys.len());
}

#[tokio::test]
async fn a_server_that_has_enough_is_asked_by_fewer_and_loses_nothing() {
    let keys = flat(2_100);
    let lists = AtomicUsize::new(0);
    let remote = Fake::scripted(move |call| {
        let list = (call.operation == "list").then(|| lists.fetch_add(1, Ordering::Relaxed));
        let throttled = list.is_some_and(|list| (30..44).contains(&list) || list % 11 == 10);
        throttled.then(|| Fault::Fail(failure(ErrorKind::Throttled)))
    });
    stored(&remote, &keys);
    run_well(&remote, copy_all()).await;
    assert_eq!(remote.count("copy "), keys.len());
    let (asked, serial) = (remote.count("list"), keys.len().div_ceil(PAGE));
    assert!(asked < serial * 2, "{asked} requests for {serial} pages");
}

#[tokio::test]
async fn pages_ahead_keep_no_slot_from_what_they_wait_for() {
    let keys = flat(3_000);
    for slots in [1, 2] {
        let remote = Fake::new();
        stored(&remote, &keys);
        let tuning = few(slots);
        let views = run_to_end(tuning, connect(&remote), vec![copy_all()], |_| ()).await;
        assert_eq!(views[0].state, JobState::Done, "{:?}", views[0].failures);
        assert_eq!(remote.count("copy "), keys.len());
    }
}

#[tokio::test]
async fn a_job_whose_pages_do_not_come_can_be_cancelled() {
    let folder = tempfile::tempdir().unwrap();
    let lists = AtomicUsize::new(0);
    let remote = Fake::scripted(move |call| {
        let list = (call.operation == "list").then(|| lists.fetch_add(1, Ordering::Relaxed));
        list.filter(|list| *list >= 20).map(|_| Fault::Hang)
    });
    stored(&remote, &flat(2_100));
    let mut running = start(&remote, &folder.path().join("q.db"));
    running.engine.send(TransferCommand::Enqueue(vec![copy_all()]));
    until(|| remote.count("list") > 20).await;
    running.engine.send(TransferCommand::Cancel(JobId(1)));
    running.until_state(|state| *state == JobState::Cancelled).await;
    running.engine.shut_down().await;
}

#[tokio::test]
async fn a_listing_cut_by_a_crash_goes_on_and_copies_nothing_twice() {
    let keys = flat(1_400);
    for at in [3, 40, 200, 700, 1_500] {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("q.db");
        let dying = Fake::scripted(move |call| (call.number >= at).then_some(Fault::Hang));
        stored(&dying, &keys);
        let running = start(&dying, &journal);
        running.engine.send(TransferCommand::Enqueue(vec![copy_all()]));
        until(|| dying.calls().len() >= at).await;
        tokio::time::sleep(Duration::from_millis(40)).await;
        drop(running);
        released(&journal).await;
        let before = keys.iter().filter(|key| dying.bytes("other", key).is_some()).count();
        let remote = dying.rescripted(|_| None);
        let mut running = start(&remote, &journal);
        let restored = running.restored().await;
        if restored[0].state != JobState::Done {
            let state = running.until_state(JobState::finished).await;
            assert_eq!(state, JobState::Done, "killed at request {at}");
        }
        running.engine.shut_down().await;
        assert!(keys.iter().all(|key| remote.bytes("other", key).is_some()));
        // Those whose answers were lost with the process are looked at, not copied again.
        assert!(remote.count("copy ") <= keys.len() - before + 64, "killed at request {at}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_below_a_prefix_goes_over_the_wire_in_few_requests() {
    let server = server().await;
    let keys: Vec<String> = (0..15_000).map(|n| format!("p/{:016x}", noise(n))).collect();
    for key in &keys {
        server.store().put("bucket", key, "x");
    }
    let client = Client::connect(&connection(&server), Arc::default()).unwrap();
    run_well(&Arc::new(client), delete_all()).await;
    assert!(server.store().keys("bucket").is_empty());
    let asked = server.faults().count("ListObjectsV2");
    assert!(asked * 100 <= 15 * 135 + 100, "{asked} requests for 15 pages");
}
