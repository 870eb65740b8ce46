//! Two real servers in one engine: an S3 one and one with R2's habits, with faults on either side.

use std::sync::Arc;

use windlass::config::connection::Connection;
use windlass::demo::faults::{Act, Fault};
use windlass::demo::server::Server;
use windlass::domain::address::{Bucket, ConnectionName, Key, Prefix};
use windlass::domain::object::{ObjectAddress, ObjectHeaders, PutOptions};
use windlass::domain::transfer::{JobSpec, JobState, JobView, Target, Verification, Work};
use windlass::s3::client::Client;
use windlass::s3::meter::Meter;
use windlass::transfer::engine::Connect;
use windlass::transfer::headless::run_to_end;
use windlass::transfer::remote::Remote;
use windlass::transfer::tuning::Tuning;

use crate::support::server::{connection, r2_server, server};
use crate::transfers::harness::{MIB, bytes, job, options};

const LARGE: usize = 17 * MIB + 3;

/// The servers behind the connections `here` and `there`.
struct Two {
    here: (Server, Arc<Client>),
    there: (Server, Arc<Client>),
}

async fn opened(server: Server, name: &str) -> (Server, Arc<Client>) {
    let connection = Connection { name: name.into(), ..connection(&server) };
    let client = Client::connect(&connection, Arc::new(Meter::default())).unwrap();
    client.create_bucket(&Bucket::new("bucket")).await.unwrap();
    (server, Arc::new(client.sending_once()))
}

impl Two {
    async fn open(r2_first: bool) -> Two {
        let (one, other) = (server().await, r2_server().await);
        let (here, there) = if r2_first { (other, one) } else { (one, other) };
        Two { here: opened(here, "here").await, there: opened(there, "there").await }
    }

    fn connect(&self) -> Connect {
        let (here, there) = (Arc::clone(&self.here.1), Arc::clone(&self.there.1));
        Arc::new(move |name| {
            let there_it_is = name.as_str() == "there";
            Ok(if there_it_is { Arc::clone(&there) } else { Arc::clone(&here) } as Arc<dyn Remote>)
        })
    }

    async fn run(&self, spec: JobSpec) -> JobView {
        run_to_end(options(None), self.connect(), vec![spec], |_| ()).await.remove(0)
    }
}

fn target(text: &str) -> Target {
    match text.ends_with('/') {
        true => Target::Prefix(Prefix::new(text)),
        false => Target::Object(Key::new(text)),
    }
}

fn go(from: &str, to_connection: Option<&str>, to_bucket: &str, to: &str, moving: bool) -> JobSpec {
    job(Work::Copy {
        bucket: Bucket::new("bucket"),
        source: target(from),
        to_connection: to_connection.map(ConnectionName::new),
        to_bucket: Bucket::new(to_bucket),
        target: target(to),
        moving,
    })
}

fn described() -> PutOptions {
    PutOptions {
        headers: ObjectHeaders {
            content_type: Some("text/x-odd".into()),
            cache_control: Some("no-store".into()),
            content_disposition: Some("attachment".into()),
            ..ObjectHeaders::default()
        },
        user_metadata: [("kept".to_owned(), "yes".to_owned())].into(),
        ..PutOptions::default()
    }
}

fn at(key: &str) -> ObjectAddress {
    ObjectAddress::new(Bucket::new("bucket"), Key::new(key))
}

#[tokio::test]
async fn a_prefix_moves_from_one_provider_to_another() {
    for r2_first in [false, true] {
        let two = Two::open(r2_first).await;
        for (name, size) in [("p/a +%.txt", 10), ("p/empty", 0), ("p/deep/large.bin", LARGE)] {
            two.here.1.put(&at(name), bytes(size).into(), &described()).await.unwrap();
        }
        let view = two.run(go("p/", Some("there"), "bucket", "q/", true)).await;
        assert_eq!(view.state, JobState::Done, "{:?}", view.failures);
        assert_eq!(view.progress.objects, 3);
        assert_eq!(view.verification, Some(Verification::Digest("md5".into())));
        let store = two.there.0.store();
        assert_eq!(store.keys("bucket"), ["q/a +%.txt", "q/deep/large.bin", "q/empty"]);
        assert!(store.bytes("bucket", "q/deep/large.bin").unwrap() == bytes(LARGE));
        assert_eq!(two.here.0.store().keys("bucket"), [""; 0]);
        for key in ["q/empty", "q/deep/large.bin"] {
            let head = two.there.1.head(&at(key)).await.unwrap();
            assert_eq!(
                (head.headers, head.user_metadata),
                (described().headers, described().user_metadata)
            );
        }
    }
}

#[tokio::test]
async fn bad_days_on_either_side_lose_nothing() {
    let ways = |operation: &str| {
        [
            Fault::slow_down().times(2).on(operation),
            Fault::answer(500, "InternalError").times(2).on(operation),
            Fault::new(Act::Reset).times(2).on(operation),
            Fault::new(Act::LoseAnswer).on(operation),
        ]
    };
    let bodies = [Act::Cut(70_000), Act::Flip(10), Act::Stall(70_000)];
    let mut cases: Vec<(bool, Fault)> = Vec::new();
    for operation in ["HeadObject", "GetObject", "DeleteObjects"] {
        cases.extend(ways(operation).map(|fault| (true, fault)));
    }
    cases.extend(bodies.map(|act| (true, Fault::new(act).on("GetObject"))));
    for operation in
        ["CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "HeadObject"]
    {
        cases.extend(ways(operation).map(|fault| (false, fault)));
    }
    let two = Two::open(false).await;
    let count = cases.len();
    for (number, (here, fault)) in cases.into_iter().enumerate() {
        two.here.0.store().put("bucket", "k", bytes(LARGE));
        two.there.0.store().remove("bucket", "k");
        let side = if here { &two.here } else { &two.there };
        let told = format!("case {number}: {fault:?}");
        side.0.faults().add(fault);
        let view = two.run(go("k", Some("there"), "bucket", "k", true)).await;
        side.0.faults().clear();
        assert_eq!(view.state, JobState::Done, "{told} {:?}", view.failures);
        assert!(two.there.0.store().bytes("bucket", "k").unwrap() == bytes(LARGE), "{told}");
        assert_eq!(two.here.0.store().bytes("bucket", "k"), None, "{told}");
        assert_eq!(two.there.0.store().uploads_under_way("bucket"), 0, "{told}");
    }
    println!("{count} faults: {count} survived, 0 bytes lost, 0 false successes");
}

#[tokio::test]
async fn tags_go_where_there_are_tags_and_are_said_to_be_lost_where_not() {
    let two = Two::open(false).await;
    let tagged = PutOptions { tags: vec![("team".into(), "a b".into())], ..described() };
    two.here.1.put(&at("k"), bytes(100).into(), &tagged).await.unwrap();
    let view = two.run(go("k", Some("there"), "bucket", "k", false)).await;
    assert_eq!(view.state, JobState::Done, "{:?}", view.failures);
    let lost =
        |view: &JobView| view.notes.iter().any(|note| note.text.contains("R2 has no object tags"));
    assert!(lost(&view), "{:?}", view.notes);
    // In parts on one server: the server carries nothing over by itself.
    let copying = Tuning { copy_threshold: 8 << 20, ..options(None) };
    two.here.1.put(&at("large"), bytes(LARGE).into(), &tagged).await.unwrap();
    let spec = go("large", None, "bucket", "copy", false);
    let view = run_to_end(copying, two.connect(), vec![spec], |_| ()).await.remove(0);
    assert_eq!(view.state, JobState::Done, "{:?}", view.failures);
    assert_eq!(two.here.1.tags(&at("copy")).await.unwrap(), tagged.tags);
    let head = two.here.1.head(&at("copy")).await.unwrap();
    assert_eq!((head.headers, head.user_metadata), (tagged.headers, tagged.user_metadata));
    assert!(two.here.0.faults().count("UploadPartCopy") > 1);
}

#[tokio::test]
async fn a_copy_to_a_bucket_of_another_region_works_within_one_connection() {
    let two = Two::open(false).await;
    two.here.0.store().create_bucket_in("far", "eu-central-1");
    for size in [100, LARGE] {
        two.here.0.store().put("bucket", "k", bytes(size));
        let key = size.to_string();
        let view = two.run(go("k", None, "far", &key, false)).await;
        assert_eq!(view.state, JobState::Done, "{:?}", view.failures);
        assert!(two.here.0.store().bytes("far", &key).unwrap() == bytes(size));
    }
}

#[tokio::test]
async fn a_server_without_server_side_copies_has_them_carried() {
    for (status, code) in [(501, "NotImplemented"), (400, "InvalidRequest")] {
        let two = Two::open(false).await;
        two.here.0.faults().add(Fault::answer(status, code).on("CopyObject").forever());
        for key in ["a", "b"] {
            two.here
                .1
                .put(&at(&format!("p/{key}")), bytes(1000).into(), &described())
                .await
                .unwrap();
        }
        let view = two.run(go("p/", None, "bucket", "q/", true)).await;
        assert_eq!(view.state, JobState::Done, "{:?}", view.failures);
        assert_eq!(two.here.0.store().keys("bucket"), ["q/a", "q/b"]);
        let told = view.notes.iter().filter(|note| note.text.contains("through this machine"));
        assert_eq!(told.count(), 1, "once for the job");
        let head = two.here.1.head(&at("q/a")).await.unwrap();
        assert_eq!(head.headers, described().headers);
    }
}

#[tokio::test]
async fn two_names_of_one_server_are_known_by_its_address() {
    let server = server().await;
    let one = opened(server, "here").await;
    let again = Connection { name: "there".into(), ..connection(&one.0) };
    let again = Client::connect(&again, Arc::new(Meter::default())).unwrap();
    one.1.put(&at("p/k"), bytes(10).into(), &described()).await.unwrap();
    let (here, there) = (Arc::clone(&one.1), Arc::new(again));
    let connect: Connect = Arc::new(move |name| {
        let other = name.as_str() == "there";
        Ok(if other { Arc::clone(&there) } else { Arc::clone(&here) } as Arc<dyn Remote>)
    });
    one.0.faults().clear_log();
    for (from, to) in [("p/k", "p/k"), ("p/", "p/q/"), ("p/", "p/")] {
        let spec = go(from, Some("there"), "bucket", to, true);
        let view =
            run_to_end(options(None), Arc::clone(&connect), vec![spec], |_| ()).await.remove(0);
        assert!(matches!(view.state, JobState::Failed(_)), "{from} to {to}");
    }
    assert_eq!(one.0.store().keys("bucket"), ["p/k"]);
    assert!(one.0.faults().log().is_empty(), "no request was sent");
}
