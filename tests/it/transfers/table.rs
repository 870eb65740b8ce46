//! The table of faults: every kind of transfer through the real client against a server that misbehaves.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use windlass::demo::faults::{Act, Fault};
use windlass::domain::address::{Bucket, Key};
use windlass::domain::transfer::{JobSpec, JobState, OnConflict, Target, Work};
use windlass::s3::client::Client;
use windlass::s3::meter::Meter;
use windlass::transfer::engine::EngineOptions;
use windlass::transfer::headless::run_to_end;

use crate::support::server::{connection, r2_server, server};
use crate::transfers::harness::{
    MIB, bytes, connect, download, job, names_in, options, upload, with,
};

/// Two ranges or parts.
const LARGE: usize = 9 * MIB + 5;
const SMALL: usize = 100_000;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Up,
    Down,
    Copy,
}

#[derive(Clone, Debug)]
struct Case {
    way: Way,
    size: usize,
    fault: Fault,
    r2: bool,
    /// Something is in the destination's place and may be overwritten.
    existing: bool,
}

/// How a case ended.
#[derive(Debug, PartialEq)]
enum Ending {
    Survived,
    Lost(String),
    FalseSuccess(String),
    LeftOver(String),
}

fn foreign() -> Act {
    Act::Foreign {
        status: 200,
        content_type: "text/html".to_owned(),
        body: "<html><body>Welcome to the hotel, please log in</body></html>".to_owned(),
    }
}

fn error_inside() -> Act {
    Act::ErrorInside { code: "InternalError".to_owned() }
}

/// Faults that an answer without a body of ours can have, and how often.
fn of_answers() -> Vec<Fault> {
    let answer = |status, code: &str| Fault::answer(status, code).times(2);
    vec![
        answer(500, "InternalError"),
        answer(503, "SlowDown"),
        answer(429, "TooManyRequests").header("retry-after", "0"),
        answer(429, "TooManyRequests"),
        answer(520, "Unknown"),
        answer(522, "Unknown"),
        answer(403, "AccessDenied").forever(),
        answer(400, "RequestTimeout"),
        Fault::new(Act::Reset).times(2),
        Fault::new(Act::LoseAnswer),
        Fault::new(foreign()),
        Fault::new(foreign()).forever(),
        Fault::new(Act::Delay(Duration::from_millis(700))).times(2),
    ]
}

fn of_bodies() -> Vec<Fault> {
    vec![
        Fault::new(Act::Cut(0)).times(2),
        Fault::new(Act::Cut(70_000)).times(2),
        Fault::new(Act::Cut(70_000)).forever(),
        Fault::new(Act::Cut(99_999)),
        Fault::new(Act::Flip(10)),
        Fault::new(Act::Flip(10)).forever(),
        Fault::new(Act::Flip(99_999)).after(1),
        Fault::new(Act::Stall(70_000)),
        Fault::new(Act::IgnoreRange),
        Fault::new(Act::IgnoreRange).forever(),
        Fault::new(Act::IgnoreRange).after(1).forever(),
    ]
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |way, size, fault: Fault, existing| {
        let r2 = cases.len() % 3 == 0;
        cases.push(Case { way, size, fault, r2, existing });
    };
    for (at, fault) in of_answers().into_iter().chain(of_bodies()).enumerate() {
        for size in [SMALL, LARGE] {
            add(Way::Down, size, fault.clone().on("GetObject"), at % 2 == 0);
        }
    }
    let inside = Fault::new(error_inside()).times(2);
    for (at, fault) in of_answers().into_iter().chain([inside]).enumerate() {
        let existing = at % 2 == 0;
        add(Way::Up, SMALL, fault.clone().on("PutObject"), existing);
        for operation in ["CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"] {
            add(Way::Up, LARGE, fault.clone().on(operation), existing);
        }
        add(Way::Copy, SMALL, fault.clone().on("CopyObject"), existing);
        add(Way::Copy, LARGE, fault.clone().on("UploadPartCopy"), existing);
        add(Way::Copy, LARGE, fault.clone().on("CompleteMultipartUpload"), existing);
    }
    cases
}

const OLD: &[u8] = b"what was there before";

async fn ending(case: &Case) -> Ending {
    let server = if case.r2 { r2_server().await } else { server().await };
    let client = Client::connect(&connection(&server), Arc::new(Meter::default())).unwrap();
    let (client, store) = (Arc::new(client), server.store());
    let (folder, new) = (tempfile::tempdir().unwrap(), bytes(case.size));
    let target = folder.path().join("down");
    fs::create_dir(&target).unwrap();
    store.create_bucket("bucket");
    let source = folder.path().join("f.bin");
    fs::write(&source, &new).unwrap();
    if case.way != Way::Up {
        store.put("bucket", "from", new.clone());
    }
    if case.existing {
        fs::write(target.join("from"), OLD).unwrap();
        store.put("bucket", "to", OLD);
    }
    let spec = with(
        spec(case.way, &source, &target),
        match case.existing {
            true => OnConflict::Overwrite,
            false => OnConflict::Fail,
        },
    );
    server.faults().add(case.fault.clone());
    let options = EngineOptions { copy_threshold: 1 << 20, ..options(None) };
    let view = run_to_end(options, connect(&client), vec![spec], |_| ()).await.remove(0);
    let found = match case.way {
        Way::Down => fs::read(target.join("from")).ok(),
        Way::Up | Way::Copy => store.bytes("bucket", "to").map(|bytes| bytes.to_vec()),
    };
    let (is_new, is_old) =
        (found.as_ref() == Some(&new), found.as_deref() == case.existing.then_some(OLD));
    let said = format!("{:?} {:?}", view.state, view.failures.first());
    if view.state == JobState::Done && !is_new {
        return Ending::FalseSuccess(said);
    }
    // A failure may have come after the object was made: said wrongly, but lost is nothing.
    if !is_new && !is_old {
        return Ending::Lost(said);
    }
    let uploads = store.uploads_under_way("bucket");
    let names = names_in(&target);
    if uploads > 0 || names.iter().any(|name| name != "from") {
        return Ending::LeftOver(format!("{uploads} uploads, {names:?}, {said}"));
    }
    Ending::Survived
}

fn spec(way: Way, source: &std::path::Path, target: &std::path::Path) -> JobSpec {
    match way {
        Way::Up => upload(source, "to"),
        Way::Down => download("from", target),
        Way::Copy => job(Work::Copy {
            bucket: Bucket::new("bucket"),
            source: Target::Object(Key::new("from")),
            to_bucket: Bucket::new("bucket"),
            target: Target::Object(Key::new("to")),
        }),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_fault_loses_a_byte_or_is_called_a_success() {
    let (room, mut running) = (Arc::new(Semaphore::new(12)), JoinSet::new());
    for case in cases() {
        let room = Arc::clone(&room);
        running.spawn(async move {
            let _room = room.acquire_owned().await;
            (ending(&case).await, case)
        });
    }
    let ended = running.join_all().await;
    let count = |fits: fn(&Ending) -> bool| ended.iter().filter(|(end, _)| fits(end)).count();
    let lost = count(|end| matches!(end, Ending::Lost(_)));
    let lies = count(|end| matches!(end, Ending::FalseSuccess(_)));
    let survived = count(|end| *end == Ending::Survived);
    println!(
        "{} faults: {survived} survived, {lost} bytes lost, {lies} false successes",
        ended.len()
    );
    let bad: Vec<_> = ended.iter().filter(|(end, _)| *end != Ending::Survived).collect();
    assert!(bad.is_empty(), "{bad:#?}");
}
