//! Hours without a network, keys that run out, a server that asks for less: nothing fails, nothing
//! is lost.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::mpsc::unbounded_channel;
use windlass::domain::address::ConnectionName;
use windlass::domain::error::ErrorKind;
use windlass::domain::transfer::{JobId, JobState, Priority, TransferCommand, Wait};
use windlass::domain::transfer_event::{JobChange, TransferEvent};
use windlass::transfer::engine::{Connect, Engine};
use windlass::transfer::headless::run_to_end;
use windlass::transfer::limits::Patience;
use windlass::transfer::remote::Remote;
use windlass::transfer::tuning::Tuning;

use crate::transfers::fake::{Fake, Fault, failure};
use crate::transfers::harness::{
    MIB, Running, bytes, connect, download, download_prefix, error_of, names_in, options, start,
    start_with, upload,
};

/// Some requests get through, then every one fails so until the switch is thrown.
fn broken_after(requests: usize, kind: &ErrorKind) -> (Arc<Fake>, Arc<AtomicBool>) {
    let mended = Arc::new(AtomicBool::new(false));
    let (switch, kind) = (Arc::clone(&mended), kind.clone());
    let remote = Fake::scripted(move |call| {
        let broken = call.number > requests && !switch.load(Ordering::Relaxed);
        broken.then(|| Fault::Fail(failure(kind.clone())))
    });
    (remote, mended)
}

async fn until_wait(running: &mut Running, fits: impl Fn(&Option<Wait>) -> bool) -> Option<Wait> {
    running
        .until_change(|_, change| match change {
            JobChange::Wait(wait) if fits(wait) => Some(wait.clone()),
            JobChange::State { state: state @ JobState::Failed(_), .. } => {
                panic!("it failed: {state:?}")
            }
            _ => None,
        })
        .await
}

fn sources(folder: &Path) -> std::path::PathBuf {
    let source = folder.join("source");
    fs::create_dir(&source).unwrap();
    for name in ["a", "b", "c"] {
        fs::write(source.join(name), name).unwrap();
    }
    fs::write(source.join("large"), bytes(40 * MIB)).unwrap();
    source
}

/// For requests that fail while the bodies of others still come.
fn patient(journal: &Path) -> Tuning {
    let options = options(Some(journal.to_owned()));
    let patience = Patience { tries: 40, budget: 10_000, ..options.patience };
    Tuning { patience, ..options }
}

#[tokio::test]
async fn a_job_outlives_any_number_of_tries_without_a_network() {
    for (requests, down) in [(3, true), (7, true), (0, false), (5, false)] {
        let folder = tempfile::tempdir().unwrap();
        let (remote, mended) = broken_after(requests, &ErrorKind::Unreachable);
        let spec = if down {
            for name in ["a", "b", "c"] {
                remote.store(&format!("p/{name}"), name.as_bytes());
            }
            remote.store("p/large", &bytes(40 * MIB));
            download_prefix("p/", &folder.path().join("down"))
        } else {
            upload(&sources(folder.path()), "up/")
        };
        let mut running = start_with(&remote, patient(&folder.path().join("q.db")));
        running.engine.send(TransferCommand::Enqueue(vec![spec]));
        // Far more tries than patience has for what fails.
        let many = |wait: &Option<Wait>| {
            matches!(wait, Some(Wait::Unreachable { tries, error, .. })
                if *tries > 100 && error.kind == ErrorKind::Unreachable)
        };
        until_wait(&mut running, many).await;
        mended.store(true, Ordering::Relaxed);
        running.until_state(|state| *state == JobState::Done).await;
        if down {
            assert_eq!(names_in(&folder.path().join("down")), ["a", "b", "c", "large"]);
            assert!(fs::read(folder.path().join("down/large")).unwrap() == bytes(40 * MIB));
        } else {
            assert_eq!(remote.keys(), ["up/a", "up/b", "up/c", "up/large"]);
            assert!(remote.bytes("bucket", "up/large").unwrap() == bytes(40 * MIB));
            assert_eq!(remote.uploads(), 0);
        }
    }
}

#[tokio::test]
async fn keys_that_run_out_are_asked_for_again_and_waited_for() {
    for kind in
        [ErrorKind::ExpiredCredentials, ErrorKind::UnknownAccessKey, ErrorKind::NoCredentials]
    {
        let folder = tempfile::tempdir().unwrap();
        let (remote, mended) = broken_after(6, &kind);
        let mut running = start(&remote, &folder.path().join("q.db"));
        let spec = upload(&sources(folder.path()), "up/");
        running.engine.send(TransferCommand::Enqueue(vec![spec]));
        until_wait(&mut running, |wait| *wait == Some(Wait::Credentials)).await;
        assert!(remote.count("renew") > 0);
        mended.store(true, Ordering::Relaxed);
        running.engine.send(TransferCommand::Resume(JobId(1)));
        until_wait(&mut running, Option::is_none).await;
        running.until_state(|state| *state == JobState::Done).await;
        assert!(remote.bytes("bucket", "up/large").unwrap() == bytes(40 * MIB));
        assert_eq!(remote.uploads(), 0);
    }
}

#[tokio::test]
async fn keys_that_were_never_taken_fail_at_once() {
    let folder = tempfile::tempdir().unwrap();
    for kind in [ErrorKind::UnknownAccessKey, ErrorKind::NoCredentials, ErrorKind::AccessDenied] {
        let (remote, _) = broken_after(0, &kind);
        let mut running = start(&remote, &folder.path().join("q.db"));
        let spec = download("k", &folder.path().join("down"));
        running.engine.send(TransferCommand::Enqueue(vec![spec]));
        let state = running.until_state(JobState::finished).await;
        assert!(matches!(state, JobState::Failed(error) if error.kind == kind));
        assert_eq!(remote.count("get"), 1);
        running.engine.shut_down().await;
    }
}

#[tokio::test]
async fn a_job_that_waits_is_paused_and_cancelled_at_once() {
    for cancelled in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let (remote, mended) = broken_after(6, &ErrorKind::Unreachable);
        let mut running = start(&remote, &folder.path().join("q.db"));
        let spec = upload(&sources(folder.path()), "up/");
        running.engine.send(TransferCommand::Enqueue(vec![spec]));
        until_wait(&mut running, |wait| matches!(wait, Some(Wait::Unreachable { .. }))).await;
        if cancelled {
            running.engine.send(TransferCommand::Cancel(JobId(1)));
            running.until_state(|state| *state == JobState::Cancelled).await;
        } else {
            running.engine.send(TransferCommand::PauseAll);
            running.until_state(|state| *state == JobState::Paused).await;
            mended.store(true, Ordering::Relaxed);
            running.engine.send(TransferCommand::ResumeAll);
            running.until_state(|state| *state == JobState::Done).await;
            assert!(remote.bytes("bucket", "up/large").unwrap() == bytes(40 * MIB));
        }
        running.engine.shut_down().await;
    }
}

#[tokio::test]
async fn without_a_screen_an_outage_has_an_end() {
    let folder = tempfile::tempdir().unwrap();
    let bounded = |outage: Duration, options: Tuning| {
        let patience = Patience { outage: Some(outage), ..options.patience };
        Tuning { patience, journal: None, ..options }
    };
    let spec = || download("k", folder.path());
    // Never answered: the ordinary tries, however long it may wait.
    let (remote, _) = broken_after(0, &ErrorKind::Unreachable);
    let long = bounded(Duration::from_hours(1), options(None));
    let view = run_to_end(long, connect(&remote), vec![spec()], |_| ()).await.remove(0);
    assert_eq!(error_of(&view).kind, ErrorKind::Unreachable);
    assert_eq!(remote.count("get"), options(None).patience.tries as usize);
    // Answered once: waited for, and given up in the end.
    let (remote, _) = broken_after(3, &ErrorKind::Unreachable);
    remote.store("p/large", &bytes(40 * MIB));
    let spec = download_prefix("p/", folder.path());
    let short = bounded(Duration::from_millis(300), patient(folder.path()));
    let mut told = false;
    let news = |event: &TransferEvent| {
        let away =
            |change: &JobChange| matches!(change, JobChange::Wait(Some(Wait::Unreachable { .. })));
        told |= event.changes().iter().any(|(_, change)| away(change));
    };
    let view = run_to_end(short, connect(&remote), vec![spec], news).await.remove(0);
    assert_eq!(error_of(&view).kind, ErrorKind::Unreachable);
    assert!(told, "what it waits for is told");
    assert_eq!(names_in(folder.path()), [""; 0], "no part file is left behind");
}

#[tokio::test]
async fn throttling_is_told_and_survived() {
    let folder = tempfile::tempdir().unwrap();
    let asked = AtomicUsize::new(0);
    let remote = Fake::scripted(move |call| {
        let get = call.operation == "get";
        (get && asked.fetch_add(1, Ordering::Relaxed) < 30)
            .then(|| Fault::Fail(failure(ErrorKind::Throttled)))
    });
    for number in 0..40 {
        remote.store(&format!("p/{number:02}"), b"x");
    }
    let mut running = start(&remote, &folder.path().join("q.db"));
    let spec = download_prefix("p/", &folder.path().join("down"));
    running.engine.send(TransferCommand::Enqueue(vec![spec]));
    let mut told = None;
    let state = running
        .until_change(|_, change| match change {
            JobChange::Wait(Some(Wait::Throttled { open, most })) => {
                told = told.or(Some((*open, *most)));
                None
            }
            JobChange::State { state, .. } if state.finished() => Some(state.clone()),
            _ => None,
        })
        .await;
    assert_eq!(state, JobState::Done);
    let (open, most) = told.expect("it is told");
    assert!(open < most, "{open} of {most}");
}

#[tokio::test]
async fn objects_under_way_are_told_of_jobs_that_have_several() {
    let folder = tempfile::tempdir().unwrap();
    let go = Arc::new(AtomicBool::new(false));
    let switch = Arc::clone(&go);
    let remote = Fake::scripted(move |call| {
        let late = call.range.is_some_and(|range| range.start > 0);
        (late && !switch.load(Ordering::Relaxed))
            .then(|| Fault::Fail(failure(ErrorKind::Unreachable)))
    });
    for name in ["p/1", "p/2"] {
        remote.store(name, &bytes(20 * MIB));
    }
    remote.store("one", &bytes(20 * MIB));
    let options = Tuning { slots: 12, ..patient(&folder.path().join("q.db")) };
    let mut running = start_with(&remote, options);
    let target = folder.path().join("down");
    running.engine.send(TransferCommand::Enqueue(vec![
        download_prefix("p/", &target),
        download("one", &target),
    ]));
    let told = running
        .until_change(|id, change| match change {
            JobChange::UnderWay(objects) => {
                assert_eq!(id, JobId(1), "one object is the job itself");
                let both = objects.len() == 2 && objects.iter().all(|o| o.bytes == 8 << 20);
                both.then(|| objects.clone())
            }
            _ => None,
        })
        .await;
    let mut places: Vec<&str> = told.iter().map(|object| object.place.as_str()).collect();
    places.sort_unstable();
    assert_eq!(places, ["p/1", "p/2"]);
    assert!(told.iter().all(|object| object.total == 20 << 20));
    go.store(true, Ordering::Relaxed);
    let over = |_, change: &JobChange| match change {
        JobChange::UnderWay(objects) => objects.is_empty().then_some(()),
        _ => None,
    };
    running.until_change(over).await;
}

#[tokio::test]
async fn a_limit_and_a_priority_are_told_back_and_the_priority_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, remote) = (folder.path().join("q.db"), Fake::new());
    let mut running = start(&remote, &journal);
    running.engine.send(TransferCommand::LimitRate(Some(1 << 20)));
    running.engine.send(TransferCommand::Enqueue(vec![download("missing", folder.path())]));
    let limited = |event: &TransferEvent| match event {
        TransferEvent::Limited(limit) => Some(*limit),
        _ => None,
    };
    assert_eq!(running.until(limited).await, Some(1 << 20));
    running.until_state(JobState::finished).await;
    running.engine.send(TransferCommand::Prioritise(JobId(1), Priority::High));
    let told = |id, change: &JobChange| match change {
        JobChange::Priority(priority) => Some((id, *priority)),
        _ => None,
    };
    assert_eq!(running.until_change(told).await, (JobId(1), Priority::High));
    running.engine.send(TransferCommand::LimitRate(None));
    assert_eq!(running.until(limited).await, None);
    running.engine.shut_down().await;
    assert_eq!(start(&remote, &journal).restored().await[0].priority, Priority::High);
}

#[tokio::test]
async fn what_waits_for_keys_goes_on_with_those_of_the_connection_as_it_was_changed() {
    for name in ["test", "renamed"] {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("q.db");
        let (remote, _) = broken_after(6, &ErrorKind::ExpiredCredentials);
        let mended = remote.rescripted(|_| None);
        let changed = Arc::new(AtomicBool::new(false));
        let (old, new): (Arc<dyn Remote>, Arc<dyn Remote>) = (remote.clone(), mended.clone());
        let asked = Arc::clone(&changed);
        let connect: Connect = Arc::new(move |wanted| {
            let is_new = asked.load(Ordering::Relaxed) && wanted.as_str() == name;
            Ok(if is_new { Arc::clone(&new) } else { Arc::clone(&old) })
        });
        let (tell, news) = unbounded_channel();
        let engine = Engine::start(options(Some(journal.clone())), connect, tell);
        let mut running = Running { engine, news };
        let source = sources(folder.path());
        let specs = vec![upload(&source, "up/"), upload(&source, "more/")];
        running.engine.send(TransferCommand::Enqueue(specs));
        until_wait(&mut running, |wait| *wait == Some(Wait::Credentials)).await;
        running.engine.send(TransferCommand::Pause(JobId(2)));
        running.until_state(|state| *state == JobState::Paused).await;
        changed.store(true, Ordering::Relaxed);
        let to = ConnectionName::new(name);
        let reconnect = TransferCommand::Reconnect { from: "test".into(), to: to.clone() };
        running.engine.send(reconnect);
        running.until_state(|state| *state == JobState::Done).await;
        assert!(mended.bytes("bucket", "up/large").unwrap() == bytes(40 * MIB));
        running.engine.shut_down().await;
        let mut again = start(&mended, &journal);
        let views = again.restored().await;
        let kept: Vec<_> = views.iter().map(|view| (&view.spec.connection, &view.state)).collect();
        assert_eq!(kept, [(&to, &JobState::Done), (&to, &JobState::Paused)]);
    }
}
