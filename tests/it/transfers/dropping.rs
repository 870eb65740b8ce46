//! What is stored on a server that drops tags and locks without a word has them all the same, or is
//! told to lack them; and a move loses none of them.

use std::fs;
use std::future::pending;
use std::sync::Arc;

use windlass::demo::faults::{Act, Fault};
use windlass::domain::address::{Bucket, ConnectionName, Key, Prefix};
use windlass::domain::error::ErrorKind;
use windlass::domain::object::{ObjectAddress, PutOptions};
use windlass::domain::parts::{Growing, PartLimits};
use windlass::domain::transfer::{JobSpec, JobState, JobView, Target, Work};
use windlass::s3::client::Client;
use windlass::transfer::engine::Connect;
use windlass::transfer::headless::run_to_end;
use windlass::transfer::limits::rate::RateLimiter;
use windlass::transfer::remote::Remote;
use windlass::transfer::stream::pipe::Pipe;
use windlass::transfer::stream::upload::upload_stream;
use windlass::transfer::tuning::Tuning;

use crate::support::server::server;
use crate::transfers::harness::{
    MIB, bytes, connect, copy, error_of, job, moving, opened, options, run, run_well, upload,
};

const LARGE: usize = 9 * MIB + 5;

fn object(key: &str) -> Target {
    Target::Object(Key::new(key))
}

fn tag(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

async fn tags(client: &Client, key: &str) -> Vec<(String, String)> {
    client.tags(&ObjectAddress::new(Bucket::new("bucket"), Key::new(key))).await.unwrap()
}

fn dropping(operation: &str) -> Fault {
    Fault::new(Act::DropTagsAndLocks).on(operation).forever()
}

fn tagged(mut spec: JobSpec) -> JobSpec {
    spec.options.attributes.tags.insert("a".into(), "1".into());
    spec
}

fn typed(mut spec: JobSpec) -> JobSpec {
    spec.options.attributes.headers.content_type = Some("x/y".into());
    spec
}

#[tokio::test]
async fn an_upload_has_its_tags() {
    let folder = tempfile::tempdir().unwrap();
    for (size, operation) in [(100, "PutObject"), (LARGE, "CreateMultipartUpload")] {
        let server = server().await;
        let client = opened(&server, "test").await;
        let path = folder.path().join("file");
        fs::write(&path, bytes(size)).unwrap();
        run_well(&client, tagged(upload(&path, "kept"))).await;
        assert_eq!(server.faults().count("PutObjectTagging"), 0, "{size}");
        server.faults().add(dropping(operation));
        run_well(&client, tagged(upload(&path, "k"))).await;
        assert_eq!(tags(&client, "k").await, [tag("a", "1")], "{size}");
        server.faults().add(Fault::answer(403, "AccessDenied").on("PutObjectTagging").forever());
        let view = run(&client, tagged(upload(&path, "other"))).await;
        assert_eq!(error_of(&view).kind, ErrorKind::Loss, "{size}");
        assert!(server.store().bytes("bucket", "other").is_some());
    }
}

#[tokio::test]
async fn an_upload_without_tags_costs_no_look_at_them() {
    let (folder, server) = (tempfile::tempdir().unwrap(), server().await);
    let client = opened(&server, "test").await;
    let path = folder.path().join("file");
    fs::write(&path, bytes(LARGE)).unwrap();
    run_well(&client, upload(&path, "k")).await;
    assert_eq!(server.faults().count("GetObjectTagging"), 0);
}

#[tokio::test]
async fn a_stream_has_its_tags() {
    for (size, operation) in [(100, "PutObject"), (LARGE, "CreateMultipartUpload")] {
        let server = server().await;
        let client = opened(&server, "test").await;
        server.faults().add(dropping(operation));
        let put = PutOptions { tags: vec![tag("a", "1")], ..PutOptions::default() };
        let object = ObjectAddress::new(Bucket::new("bucket"), Key::new("k"));
        let remote = Arc::clone(&client) as Arc<dyn Remote>;
        let pipe = Pipe::new(remote, object, options(None).patience, RateLimiter::default());
        let parts = Growing::fixed(5 << 20, PartLimits::default()).unwrap();
        upload_stream(&pipe, &bytes(size)[..], &put, parts, pending()).await.unwrap();
        assert_eq!(tags(&client, "k").await, [tag("a", "1")], "{size}");
    }
}

#[tokio::test]
async fn a_copy_that_is_described_anew_has_the_tags_of_its_source() {
    for (size, operation) in [(100, "CopyObject"), (LARGE, "CreateMultipartUpload")] {
        let server = server().await;
        let client = opened(&server, "test").await;
        server.store().put("bucket", "from", bytes(size));
        server.store().set_tags("bucket", "from", &[("n", "2")]);
        server.faults().add(dropping(operation));
        for spec in [typed, tagged] {
            server.store().remove("bucket", "to");
            let spec = spec(copy(object("from"), "bucket", object("to")));
            let tuning = Tuning { copy_threshold: 1 << 20, ..options(None) };
            let mut views = run_to_end(tuning, connect(&client), vec![spec.clone()], |_| ()).await;
            let view = views.remove(0);
            assert_eq!(view.state, JobState::Done, "{:?}", view.failures);
            let mut expected = vec![tag("n", "2")];
            if !spec.options.attributes.tags.is_empty() {
                expected.push(tag("a", "1"));
            }
            assert_eq!(tags(&client, "to").await, expected, "{size}");
        }
    }
}

#[tokio::test]
async fn a_move_whose_copy_lacks_tags_keeps_its_source_unless_that_is_accepted() {
    let server = server().await;
    let client = opened(&server, "test").await;
    server.store().put("bucket", "from", "x");
    server.store().set_tags("bucket", "from", &[("n", "2")]);
    server.faults().add(dropping("CopyObject"));
    let spec = moving(typed(copy(object("from"), "bucket", object("to"))));
    let denied = Fault::answer(403, "AccessDenied").on("PutObjectTagging").forever();
    server.faults().add(denied);
    let view = run(&client, spec.clone()).await;
    let error = error_of(&view);
    assert!(error.is(&ErrorKind::Loss) && error.detail.contains("tag"), "{error:?}");
    assert!(server.store().bytes("bucket", "from").is_some());
    server.store().remove("bucket", "to");
    let mut accepting = spec.clone();
    accepting.files.accept_loss = true;
    let view = run_well(&client, accepting).await;
    assert!(view.notes.iter().any(|note| note.text.contains("moved without")), "{:?}", view.notes);
    assert!(server.store().bytes("bucket", "from").is_none());
    // Where they can be put, nothing is lost.
    server.faults().clear();
    server.store().put("bucket", "from", "x");
    server.store().set_tags("bucket", "from", &[("n", "2")]);
    server.store().remove("bucket", "to");
    server.faults().add(dropping("CopyObject"));
    run_well(&client, spec).await;
    assert_eq!(tags(&client, "to").await, [tag("n", "2")]);
}

fn all_across() -> JobSpec {
    let prefix = || Target::Prefix(Prefix::new("p/"));
    job(Work::Copy {
        bucket: Bucket::new("bucket"),
        source: prefix(),
        to_connection: Some(ConnectionName::new("there")),
        to_bucket: Bucket::new("bucket"),
        target: prefix(),
        moving: true,
    })
}

/// What one object answers of its tags: in a form that nobody can read, or that it knows no tags.
#[tokio::test]
async fn one_object_never_lifts_the_look_at_what_a_move_loses_of_others() {
    let (status, content_type) = (200, "application/xml".to_owned());
    let nothing = Act::Foreign { status, content_type, body: String::new() };
    let garbled = Fault::new(nothing).on("GetObjectTagging").key("/p/0").forever();
    let unknown = Fault::answer(501, "NotImplemented").on("GetObjectTagging").key("/p/0");
    for (fault, kept) in [(garbled, vec!["p/0".to_owned()]), (unknown.forever(), Vec::new())] {
        let (one, other) = (server().await, server().await);
        let (here, there) = (opened(&one, "here").await, opened(&other, "there").await);
        for number in 0..6 {
            let key = format!("p/{number}");
            one.store().put("bucket", &key, "x");
            one.store().set_tags("bucket", &key, &[("n", "2")]);
        }
        one.faults().add(fault);
        let (from, to) = (Arc::clone(&here), Arc::clone(&there));
        let connect: Connect = Arc::new(move |name| {
            let there = name.as_str() == "there";
            Ok(if there { Arc::clone(&to) } else { Arc::clone(&from) } as Arc<dyn Remote>)
        });
        let view: JobView =
            run_to_end(options(None), connect, vec![all_across()], |_| ()).await.remove(0);
        assert_eq!(view.progress.failed, kept.len() as u64, "{:?}", view.failures);
        assert_eq!(one.store().keys("bucket"), kept);
        for number in 1..6 {
            assert_eq!(tags(&there, &format!("p/{number}")).await, [tag("n", "2")], "{number}");
        }
    }
}

#[tokio::test]
async fn a_copy_says_what_it_lacks_of_its_source() {
    let server = server().await;
    let client = opened(&server, "test").await;
    let mut dated = PutOptions::default();
    dated.headers.expires = Some("Thu, 01 Dec 2033 16:00:00 GMT".into());
    let from = ObjectAddress::new(Bucket::new("bucket"), Key::new("from"));
    client.put(&from, "x".into(), &dated).await.unwrap();
    let whole = run_well(&client, copy(object("from"), "bucket", object("whole"))).await;
    assert!(!whole.notes.iter().any(|note| note.text.contains("lacks")), "{:?}", whole.notes);
    server.faults().add(Fault::without("expires").on("HeadObject").key("/to").forever());
    let view = run_well(&client, copy(object("from"), "bucket", object("to"))).await;
    let told = view.notes.iter().any(|note| note.text == "the copy lacks Expires");
    assert!(told, "{:?}", view.notes);
}
