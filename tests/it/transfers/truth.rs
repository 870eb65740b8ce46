//! Nothing is called done, there, or gone that a look does not show: answers that are lost, false,
//! or refused by themselves.

use std::fs;
use std::sync::Arc;

use windlass::config::connection::Connection;
use windlass::demo::faults::{Act, Fault};
use windlass::domain::address::{Bucket, ConnectionName, Key};
use windlass::domain::error::ErrorKind;
use windlass::domain::object::{ObjectAddress, PutOptions};
use windlass::domain::provider::Provider;
use windlass::domain::transfer::{
    ALREADY_GONE, FileRules, JobSpec, JobState, JobView, OnConflict, Target, Verification, Work,
};
use windlass::s3::client::Client;
use windlass::s3::meter::Meter;
use windlass::transfer::engine::Connect;
use windlass::transfer::headless::run_to_end;
use windlass::transfer::remote::Remote;
use windlass::transfer::tuning::Tuning;

use crate::support::server::{connection, r2_server, server};
use crate::transfers::harness::{
    MIB, bytes, copy, error_of, job, moving, opened, options, run, run_well, upload, with,
};

const LARGE: usize = 9 * MIB + 5;
const THEIRS: &str = "what somebody else stored";

fn object(key: &str) -> Target {
    Target::Object(Key::new(key))
}

fn at(key: &str) -> ObjectAddress {
    ObjectAddress::new(Bucket::new("bucket"), Key::new(key))
}

fn delete(keys: &[&str]) -> JobSpec {
    let targets = keys.iter().map(|key| object(key)).collect();
    job(Work::Delete { bucket: Bucket::new("bucket"), targets })
}

/// Copies of more than 1 MiB go in parts.
async fn run_in_parts(client: &Arc<Client>, spec: JobSpec) -> JobView {
    let options = Tuning { copy_threshold: 1 << 20, ..options(None) };
    let connect = crate::transfers::harness::connect(client);
    run_to_end(options, connect, vec![spec], |_| ()).await.remove(0)
}

/// From one server to another, as a job of two connections.
fn across(to: &str, moving: bool) -> JobSpec {
    job(Work::Copy {
        bucket: Bucket::new("bucket"),
        source: object("from"),
        to_connection: Some(ConnectionName::new("there")),
        to_bucket: Bucket::new("bucket"),
        target: object(to),
        moving,
    })
}

fn two(here: &Arc<Client>, there: &Arc<Client>) -> Connect {
    let (here, there) = (Arc::clone(here), Arc::clone(there));
    Arc::new(move |name| {
        let other = name.as_str() == "there";
        Ok(if other { Arc::clone(&there) } else { Arc::clone(&here) } as Arc<dyn Remote>)
    })
}

/// The first look finds nothing, which is not true any more when the condition is refused as
/// unknown.
fn unknown_condition(operation: &str) -> [Fault; 2] {
    [
        Fault::answer(404, "NoSuchKey").on("HeadObject").key("/to"),
        Fault::answer(501, "NotImplemented").on(operation).having("if-none-match"),
    ]
}

#[tokio::test]
async fn a_server_without_the_condition_is_looked_at_again_before_it_overwrites() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f");
    for (size, operation) in [(100, "PutObject"), (LARGE, "CompleteMultipartUpload")] {
        let (here, there) = (server().await, server().await);
        let (from, to) = (opened(&here, "here").await, opened(&there, "there").await);
        fs::write(&path, bytes(size)).unwrap();
        here.store().put("bucket", "from", bytes(size));
        for spec in [upload(&path, "to"), across("to", false)] {
            there.store().put("bucket", "to", THEIRS);
            for fault in unknown_condition(operation) {
                there.faults().add(fault);
            }
            let spec = match &spec.work {
                Work::Upload { .. } => JobSpec { connection: "there".into(), ..spec },
                _ => spec,
            };
            let view =
                run_to_end(options(None), two(&from, &to), vec![spec], |_| ()).await.remove(0);
            assert_eq!(error_of(&view).kind, ErrorKind::PreconditionFailed, "{operation}");
            assert_eq!(there.store().bytes("bucket", "to").unwrap(), THEIRS, "{operation}");
            assert_eq!(there.store().uploads_under_way("bucket"), 0);
            there.faults().clear();
        }
    }
}

#[tokio::test]
async fn nothing_is_skipped_that_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f");
    for (size, operation) in
        [(100, "PutObject"), (LARGE, "CompleteMultipartUpload"), (100, "CopyObject")]
    {
        for on_conflict in [OnConflict::Skip, OnConflict::Fail, OnConflict::KeepBoth] {
            let server = server().await;
            let client = opened(&server, "test").await;
            fs::write(&path, bytes(size)).unwrap();
            server.store().put("bucket", "from", bytes(size));
            // It refuses the condition whatever is there.
            let lie =
                Fault::answer(412, "PreconditionFailed").on(operation).having("if-none-match");
            server.faults().add(lie.forever());
            let refused = Fault::answer(412, "PreconditionFailed").on(operation);
            server.faults().add(refused.having("x-amz-copy-source-if-match").forever());
            let spec = match operation {
                "CopyObject" => copy(object("from"), "bucket", object("to")),
                _ => upload(&path, "to"),
            };
            let view = run_well(&client, with(spec, on_conflict)).await;
            assert_eq!(view.progress.skipped, 0, "{operation}");
            assert!(server.store().bytes("bucket", "to").unwrap() == bytes(size), "{operation}");
            assert_eq!(server.store().uploads_under_way("bucket"), 0);
        }
    }
}

/// As OpenStack Swift does with its own ETag of an object that was made of parts.
#[tokio::test]
async fn a_condition_on_the_source_that_fails_by_itself_is_left_out_and_remembered() {
    let server = server().await;
    let client = opened(&server, "test").await;
    let condition = "x-amz-copy-source-if-match";
    for operation in ["CopyObject", "UploadPartCopy"] {
        let lie = Fault::answer(412, "PreconditionFailed").on(operation);
        server.faults().add(lie.having(condition).forever());
    }
    client.put(&at("small"), bytes(1000).into(), &PutOptions::default()).await.unwrap();
    client.put(&at("from"), bytes(LARGE).into(), &PutOptions::default()).await.unwrap();
    for (key, size, go_on) in
        [("small", 1000, false), ("from", LARGE, false), ("from", LARGE, true)]
    {
        let spec = copy(object(key), "bucket", object("to"));
        let spec = if go_on { moving(spec) } else { spec };
        let view = run_in_parts(&client, with(spec, OnConflict::Fail)).await;
        assert_eq!(view.state, JobState::Done, "{key}: {:?}", view.failures);
        assert!(server.store().bytes("bucket", "to").unwrap() == bytes(size), "{key}");
        assert_eq!(server.store().bytes("bucket", "from").is_none(), go_on);
        server.store().remove("bucket", "to");
    }
    let asked = server.faults().log();
    let with_it = asked.iter().filter(|asked| asked.header(condition).is_some());
    assert_eq!(with_it.count(), 1, "asked once for the server");
    // A source that did change is still found out, by looking.
    server.store().put("bucket", "from", bytes(LARGE));
    let stale = client.head(&at("from")).await.unwrap().etag;
    server.store().put("bucket", "from", bytes(LARGE - 1));
    let copied = client.copy(&at("from"), &at("to"), stale.as_ref(), true, None).await;
    assert_eq!(copied.unwrap_err().kind, ErrorKind::SourceChanged);
}

#[tokio::test]
async fn a_move_keeps_a_source_whose_copy_lacks_something() {
    let (here, there) = (server().await, r2_server().await);
    let (from, to) = (opened(&here, "here").await, opened(&there, "there").await);
    let tagged = PutOptions { tags: vec![("team".into(), "a".into())], ..PutOptions::default() };
    for size in [100, LARGE] {
        from.put(&at("from"), bytes(size).into(), &tagged).await.unwrap();
        let go = |spec| run_to_end(options(None), two(&from, &to), vec![spec], |_| ());
        let view = go(across("to", true)).await.remove(0);
        let error = error_of(&view);
        assert_eq!(error.kind, ErrorKind::Loss, "{error:?}");
        assert!(error.detail.contains("tags (1)"), "{error:?}");
        assert!(here.store().bytes("bucket", "from").unwrap() == bytes(size));
        assert!(there.store().bytes("bucket", "to").unwrap() == bytes(size));
        assert_eq!(there.store().uploads_under_way("bucket"), 0);
        let files = FileRules { accept_loss: true, ..FileRules::default() };
        let spec = with(JobSpec { files, ..across("to", true) }, OnConflict::Overwrite);
        let view = go(spec).await.remove(0);
        assert_eq!(view.state, JobState::Done, "{:?}", view.failures);
        assert!(view.notes.iter().any(|note| note.text.contains("moved without tags (1)")));
        assert_eq!(here.store().bytes("bucket", "from"), None);
        there.store().remove("bucket", "to");
    }
}

/// An object of parts, whose copy in one piece has another ETag.
async fn of_parts(client: &Arc<Client>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f");
    fs::write(&path, bytes(LARGE)).unwrap();
    let spec = with(upload(&path, "from"), OnConflict::Overwrite);
    let tuning = Tuning { part_threshold: 1 << 20, ..options(None) };
    let connect = crate::transfers::harness::connect(client);
    let view = run_to_end(tuning, connect, vec![spec], |_| ()).await.remove(0);
    assert_eq!(view.state, JobState::Done, "{:?}", view.failures);
    assert!(client.head(&at("from")).await.unwrap().etag.unwrap().is_of_parts());
}

#[tokio::test]
async fn a_copy_is_verified_by_the_checksum_that_the_server_keeps_of_both() {
    let server = server().await;
    let client = opened(&server, "test").await;
    of_parts(&client).await;
    let view = run_well(&client, copy(object("from"), "bucket", object("to"))).await;
    assert_eq!(view.verification, Some(Verification::Digest("crc64nvme".into())));
    let other = "AAAAAAAAAAA=";
    let lie = Fault::with("x-amz-checksum-crc64nvme", other).on("HeadObject").key("bucket/odd");
    server.faults().add(lie.forever());
    let view = run(&client, copy(object("from"), "bucket", object("odd"))).await;
    assert_eq!(error_of(&view).kind, ErrorKind::Corrupt);
    server.faults().clear();
    let view = run_well(&client, moving(copy(object("from"), "bucket", object("moved")))).await;
    assert_eq!(view.verification, Some(Verification::Digest("crc64nvme".into())));
    assert_eq!(server.store().bytes("bucket", "from"), None);
}

/// R2 keeps no checksums, but to the condition on the source of a copy.
#[tokio::test]
async fn a_move_on_a_server_that_is_relied_upon_is_one_copy_whatever_can_be_compared() {
    let server = r2_server().await;
    let connection = Connection { provider: Provider::R2, ..connection(&server) };
    let client = Client::connect(&connection, Arc::new(Meter::default())).unwrap();
    client.create_bucket(&Bucket::new("bucket")).await.unwrap();
    let client = Arc::new(client.sending_once());
    of_parts(&client).await;
    let view = run_well(&client, moving(copy(object("from"), "bucket", object("to")))).await;
    assert!(matches!(view.verification, Some(Verification::SizeOnly(_))));
    assert_eq!(server.faults().count("CopyObject"), 1);
    assert_eq!(server.store().bytes("bucket", "to").unwrap(), bytes(LARGE));
    assert_eq!(server.store().bytes("bucket", "from"), None);
}

#[tokio::test]
async fn a_move_of_which_only_the_size_can_be_compared_keeps_its_source() {
    let server = server().await;
    let client = opened(&server, "test").await;
    of_parts(&client).await;
    server.faults().add(Fault::without("x-amz-checksum-crc64nvme").on("HeadObject").forever());
    let go = moving(copy(object("from"), "bucket", object("to")));
    let view = run(&client, go.clone()).await;
    assert_eq!(error_of(&view).kind, ErrorKind::Loss);
    assert!(error_of(&view).detail.contains("only their sizes"), "{:?}", error_of(&view));
    assert!(server.store().bytes("bucket", "from").is_some());
    let files = FileRules { accept_loss: true, ..FileRules::default() };
    let view = run_well(&client, with(JobSpec { files, ..go }, OnConflict::Overwrite)).await;
    assert!(matches!(view.verification, Some(Verification::SizeOnly(_))));
    assert_eq!(server.store().bytes("bucket", "from"), None);
}

#[tokio::test]
async fn access_rules_that_no_server_carries_over_keep_the_source_of_a_move() {
    let server = server().await;
    let client = opened(&server, "test").await;
    server.store().put("bucket", "from", bytes(100));
    server.store().make_public("bucket", "from");
    let view = run_well(&client, copy(object("from"), "bucket", object("copy"))).await;
    let lacks = |text: &str| text.contains("the copy lacks the access rules AllUsers READ");
    assert!(view.notes.iter().any(|note| lacks(&note.text)), "{:?}", view.notes);
    let go = moving(copy(object("from"), "bucket", object("to")));
    let view = run(&client, go.clone()).await;
    assert_eq!(error_of(&view).kind, ErrorKind::Loss);
    assert!(error_of(&view).detail.contains("AllUsers READ"), "{:?}", error_of(&view));
    assert!(server.store().bytes("bucket", "from").is_some());
    server.store().remove("bucket", "to");
    server.store().put("bucket", "from", bytes(100));
    run_well(&client, go).await;
    assert_eq!(server.store().bytes("bucket", "from"), None);
}

#[tokio::test]
async fn tags_that_may_not_be_read_stop_a_move_and_not_a_copy() {
    let (here, there) = (server().await, server().await);
    let (from, to) = (opened(&here, "here").await, opened(&there, "there").await);
    here.store().put("bucket", "from", bytes(100));
    here.faults().add(Fault::answer(403, "AccessDenied").on("GetObjectTagging").forever());
    let go = |spec| run_to_end(options(None), two(&from, &to), vec![spec], |_| ());
    let view = go(across("copy", false)).await.remove(0);
    assert_eq!(view.state, JobState::Done, "{:?}", view.failures);
    let view = go(across("to", true)).await.remove(0);
    assert_eq!(error_of(&view).kind, ErrorKind::Loss);
    assert!(here.store().bytes("bucket", "from").is_some());
}

#[tokio::test]
async fn what_was_already_gone_is_not_called_deleted() {
    let server = server().await;
    let client = opened(&server, "test").await;
    server.store().put("bucket", "a", "x");
    server.store().put("bucket", "b", "x");
    let view = run(&client, delete(&["a", "never", "b"])).await;
    assert_eq!(view.progress.failed, 1);
    assert_eq!(view.failures[0].error.kind, ErrorKind::NoSuchKey);
    assert_eq!(server.store().keys("bucket"), [""; 0]);
    let view = run_well(&client, with(delete(&["a", "never"]), OnConflict::Skip)).await;
    assert_eq!(view.progress.skipped, 2);
    assert!(view.notes.iter().any(|note| note.place == "a" && note.text == ALREADY_GONE));
}

#[tokio::test]
async fn a_lost_answer_to_a_delete_makes_no_second_marker() {
    let server = server().await;
    let client = opened(&server, "test").await;
    let versioned = windlass::demo::store::bucket::Versioning::Enabled;
    server.store().set_versioning("bucket", versioned);
    for keys in [&["a"][..], &["a", "b", "c"]] {
        for key in keys {
            server.store().put("bucket", key, "x");
        }
        let operation = if keys.len() == 1 { "DeleteObject" } else { "DeleteObjects" };
        server.faults().add(Fault::new(Act::LoseAnswer).on(operation));
        server.faults().clear_log();
        run_well(&client, delete(keys)).await;
        assert_eq!(server.faults().count(operation), 1, "{operation}");
        assert_eq!(server.store().keys("bucket"), [""; 0]);
    }
}

#[tokio::test]
async fn an_upload_that_is_still_listed_was_not_aborted() {
    let server = server().await;
    let client = opened(&server, "test").await;
    let begin =
        || async { client.create_multipart(&at("k"), &PutOptions::default()).await.unwrap() };
    let upload = begin().await;
    server.faults().add(Fault::new(Act::Pretend).on("AbortMultipartUpload"));
    let refused = client.abort_for_good(&at("k"), &upload).await.unwrap_err();
    assert!(refused.detail.contains("still listed"), "{refused:?}");
    assert!(client.abort_for_good(&at("k"), &upload).await.unwrap(), "seen gone");
    let upload = begin().await;
    server.faults().add(Fault::answer(403, "AccessDenied").on("ListMultipartUploads"));
    assert!(!client.abort_for_good(&at("k"), &upload).await.unwrap(), "nobody could look");
}

#[tokio::test]
async fn buckets_are_made_and_removed_when_a_look_shows_it() {
    let server = server().await;
    let client = opened(&server, "test").await;
    let one = Bucket::new("one");
    server.faults().add(Fault::new(Act::LoseAnswer).on("CreateBucket"));
    client.create_bucket(&one).await.unwrap();
    assert_eq!(server.faults().count("CreateBucket"), 2, "the one of this test's own, and this");
    server.faults().add(Fault::new(Act::LoseAnswer).on("DeleteBucket"));
    client.delete_bucket(&one).await.unwrap();
    assert_eq!(server.store().buckets(), ["bucket"]);
    let page = Act::Foreign {
        status: 200,
        content_type: "text/html".into(),
        body: "<!DOCTYPE html><html>please log in</html>".into(),
    };
    for act in [Act::Pretend, page] {
        server.faults().add(Fault::new(act.clone()).on("CreateBucket").forever());
        client.create_bucket(&one).await.unwrap_err();
        server.faults().clear();
        server.faults().add(Fault::new(act).on("DeleteBucket").forever());
        client.delete_bucket(&Bucket::new("bucket")).await.unwrap_err();
        server.faults().clear();
    }
    assert_eq!(client.delete_bucket(&one).await.unwrap_err().kind, ErrorKind::NoSuchBucket);
}

/// Keys with the right to store and none to look: S3 does not tell them what is not there.
#[tokio::test]
async fn who_may_not_look_stores_by_the_condition_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f");
    fs::write(&path, bytes(100)).unwrap();
    let server = server().await;
    let client = opened(&server, "test").await;
    server.store().put("bucket", "from", bytes(100));
    let blind = Fault::answer(403, "AccessDenied").on("HeadObject").key("/to");
    server.faults().add(blind.forever());
    for spec in [upload(&path, "to"), copy(object("from"), "bucket", object("to"))] {
        run_well(&client, spec.clone()).await;
        assert!(server.store().bytes("bucket", "to").unwrap() == bytes(100));
        server.store().put("bucket", "to", THEIRS);
        let view = run(&client, spec).await;
        assert_eq!(error_of(&view).kind, ErrorKind::PreconditionFailed);
        assert_eq!(server.store().bytes("bucket", "to").unwrap(), THEIRS);
        server.store().remove("bucket", "to");
    }
}
