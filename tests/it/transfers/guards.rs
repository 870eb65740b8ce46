//! Nothing is stored over what others put there: by the server's condition where it keeps to it,
//! else by looking first.

use std::fs;
use std::sync::Arc;

use windlass::config::connection::{Connection, UploadChecksum};
use windlass::demo::faults::{Act, Fault};
use windlass::demo::server::Server;
use windlass::domain::address::Bucket;
use windlass::domain::error::ErrorKind;
use windlass::domain::provider::Provider;
use windlass::domain::transfer::{JobState, JobView, OnConflict, Verification};
use windlass::s3::client::Client;
use windlass::s3::meter::Meter;

use crate::support::server::{connection, server};
use crate::transfers::harness::{MIB, bytes, copy, error_of, run, run_well, upload, with};

async fn client(server: &Server, change: impl FnOnce(&mut Connection)) -> Arc<Client> {
    let mut to = connection(server);
    change(&mut to);
    let client = Client::connect(&to, Arc::new(Meter::default())).unwrap();
    client.create_bucket(&Bucket::new("bucket")).await.unwrap();
    Arc::new(client.sending_once())
}

fn unguarded(view: &JobView) -> usize {
    view.notes.iter().filter(|note| note.text.contains("does not keep to If-None-Match")).count()
}

#[tokio::test]
async fn a_server_that_ignores_conditions_is_found_out_and_said() {
    for (ignores, asked_twice) in [(true, true), (false, true)] {
        let server = server().await;
        let client = client(&server, |_| ()).await;
        let folder = tempfile::tempdir().unwrap();
        for name in ["a", "b", "c", "d"] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        if ignores {
            server.faults().add(Fault::new(Act::IgnoreConditions).forever());
        }
        assert_eq!(client.keeps_conditions(), None);
        let view = run_well(&client, upload(folder.path(), "p/")).await;
        assert_eq!(client.keeps_conditions(), Some(!ignores));
        assert_eq!(unguarded(&view), usize::from(ignores), "{:?}", view.notes);
        // One object was stored once more to find out, the same.
        assert_eq!(server.faults().count("PutObject"), 4 + usize::from(asked_twice));
        for name in ["a", "b", "c", "d"] {
            assert_eq!(server.store().bytes("bucket", &format!("p/{name}")).unwrap(), name);
        }
        // What is there stays there, by looking first where the server does not.
        server.faults().clear_log();
        for name in ["a", "b", "c", "d"] {
            fs::write(folder.path().join(name), "other").unwrap();
        }
        let view = run(&client, upload(folder.path(), "p/")).await;
        assert_eq!(view.progress.failed, 4);
        assert_eq!(unguarded(&view), 0, "nothing was stored");
        let (looks, puts) =
            (server.faults().count("HeadObject"), server.faults().count("PutObject"));
        assert_eq!(puts, if ignores { 0 } else { 4 });
        assert!(looks >= 4);
        assert_eq!(server.store().bytes("bucket", "p/a").unwrap(), "a");
    }
}

#[tokio::test]
async fn a_single_file_is_not_stored_twice_to_find_out() {
    let server = server().await;
    let client = client(&server, |_| ()).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "x").unwrap();
    run_well(&client, upload(&path, "k")).await;
    assert_eq!(server.faults().count("PutObject"), 1);
    // A refusal tells nothing where nothing is there.
    server.store().remove("bucket", "k");
    server.faults().add(Fault::answer(412, "PreconditionFailed").on("PutObject"));
    run_well(&client, upload(&path, "k")).await;
    assert_eq!(client.keeps_conditions(), None);
    // Of what is there it tells as well as a probe.
    server.store().put("bucket", "k", "theirs");
    server.faults().add(Fault::answer(404, "NoSuchKey").on("HeadObject"));
    let view = run(&client, upload(&path, "k")).await;
    assert_eq!(error_of(&view).kind, ErrorKind::PreconditionFailed);
    assert_eq!(client.keeps_conditions(), Some(true));
    assert_eq!(server.store().bytes("bucket", "k").unwrap(), "theirs");
}

#[tokio::test]
async fn who_may_not_list_stores_what_is_new_and_nothing_over_what_is_not() {
    let server = server().await;
    // As keys without the right to list: S3 does not tell them what is not there.
    let client = client(&server, |to| to.provider = Provider::Aws).await;
    let folder = tempfile::tempdir().unwrap();
    for size in [100, 17 * MIB] {
        for operation in ["HeadObject", "GetObject"] {
            server.faults().add(Fault::answer(403, "AccessDenied").on(operation).forever());
        }
        let path = folder.path().join("file");
        fs::write(&path, bytes(size)).unwrap();
        let key = format!("new-{size}");
        run_well(&client, upload(&path, &key)).await;
        assert!(server.store().bytes("bucket", &key).unwrap() == bytes(size));
        server.store().put("bucket", &key, "theirs");
        let view = run(&client, upload(&path, &key)).await;
        assert_eq!(error_of(&view).kind, ErrorKind::PreconditionFailed, "{size}");
        let view = run_well(&client, with(upload(&path, &key), OnConflict::Skip)).await;
        assert_eq!(view.progress.skipped, 1);
        assert_eq!(server.store().bytes("bucket", &key).unwrap(), "theirs");
        assert_eq!(server.store().uploads_under_way("bucket"), 0);
        // What has to be looked at cannot be decided.
        let view = run(&client, with(upload(&path, &key), OnConflict::IfNewer)).await;
        assert_eq!(error_of(&view).kind, ErrorKind::AccessDenied);
        server.faults().clear();
    }
}

#[tokio::test]
async fn an_upload_in_parts_is_verified_by_the_checksum_of_the_whole() {
    let server = server().await;
    let client = client(&server, |to| {
        (to.provider, to.bodies.checksum) = (Provider::Aws, Some(UploadChecksum::Crc64Nvme));
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, bytes(17 * MIB + 3)).unwrap();
    let crc64 = Some(Verification::Digest("crc64nvme".into()));
    let view = run_well(&client, upload(&path, "k")).await;
    assert_eq!(view.verification, crc64);
    let asked = server.faults().log();
    let complete = asked.iter().find(|asked| asked.operation == "CompleteMultipartUpload").unwrap();
    let head = client.head(&object("k")).await.unwrap();
    let (_, sum) = head.checksums.iter().find(|(name, _)| name == "CRC64NVME").unwrap();
    assert_eq!(complete.header("x-amz-checksum-crc64nvme"), Some(sum.as_str()));
    assert_eq!(complete.header("x-amz-checksum-type"), Some("FULL_OBJECT"));
    // Parts that do not make the whole: the upload is given up, nothing appears.
    server.faults().add(Fault::answer(400, "BadDigest").on("CompleteMultipartUpload").forever());
    let view = run(&client, upload(&path, "wrong")).await;
    assert!(matches!(view.state, JobState::Failed(_)));
    assert_eq!(server.store().uploads_under_way("bucket"), 0);
    assert_eq!(server.store().keys("bucket"), ["k"]);
    server.faults().clear();
    // In parts on the server, too.
    let copying = windlass::transfer::tuning::Tuning {
        copy_threshold: 9 << 20,
        ..crate::transfers::harness::options(None)
    };
    let target = |key: &str| windlass::domain::transfer::Target::Object(key.into());
    let spec = copy(target("k"), "bucket", target("copy"));
    let connect = crate::transfers::harness::connect(&client);
    let views =
        windlass::transfer::headless::run_to_end(copying, connect, vec![spec], |_| ()).await;
    assert_eq!(views[0].state, JobState::Done, "{:?}", views[0].failures);
    assert_eq!(views[0].verification, crc64);
}

fn object(key: &str) -> windlass::domain::object::ObjectAddress {
    windlass::domain::object::ObjectAddress::new(Bucket::new("bucket"), key.into())
}
