//! A download of parts is verified, or it is not done, and a wrong copy does not stay.

use std::fs;
use std::sync::Arc;

use windlass::demo::faults::{Act, Fault};
use windlass::demo::server::Server;
use windlass::domain::address::{Bucket, Key};
use windlass::domain::error::ErrorKind;
use windlass::domain::object::{ObjectAddress, PutOptions};
use windlass::domain::transfer::{OnConflict, Target, Verification};
use windlass::domain::versions::Versioning;
use windlass::s3::client::Client;
use windlass::transfer::limits::Patience;
use windlass::transfer::limits::rate::RateLimiter;
use windlass::transfer::remote::Remote;
use windlass::transfer::stream::download::{Broken, download_stream};
use windlass::transfer::stream::pipe::Pipe;

use crate::support::server::{r2_server, server};
use crate::transfers::harness::{
    MIB, bytes, copy, download, error_of, moving, names_in, opened, options, run, run_well, with,
};

const LARGE: usize = 17 * MIB + 3;

fn at(key: &str) -> ObjectAddress {
    ObjectAddress::new(Bucket::new("bucket"), Key::new(key))
}

fn object(key: &str) -> Target {
    Target::Object(Key::new(key))
}

/// Stores an object of parts of so many bytes.
async fn in_parts(client: &Arc<Client>, key: &str, content: &[u8], part: usize) {
    let (object, options) = (at(key), PutOptions::default());
    let upload = client.create_multipart(&object, &options).await.unwrap();
    let mut parts = Vec::new();
    for (number, piece) in (1..).zip(content.chunks(part)) {
        let body = piece.to_vec().into();
        parts.push(client.upload_part(&object, &upload, number, body).await.unwrap());
    }
    client.complete_multipart(&object, &upload, &parts, false).await.unwrap();
}

/// The server tells nothing of checksums.
fn without_sums(server: &Server) {
    server.faults().add(Fault::without("x-amz-checksum-crc64nvme").on("HeadObject").forever());
}

/// A byte of the second range is wrong, on so many of its ways.
fn spoilt(times: u32) -> Fault {
    Fault::new(Act::Flip(100)).on("GetObject").after(1).times(times)
}

async fn streamed(client: &Arc<Client>, key: &str) -> Result<Verification, Broken> {
    let patience = Patience { ..options(None).patience };
    let remote = Arc::clone(client) as Arc<dyn Remote>;
    let pipe = Pipe::new(remote, at(key), patience, RateLimiter::default());
    download_stream(&pipe, &mut Vec::new()).await
}

#[tokio::test]
async fn an_unspoilt_object_of_parts_costs_no_question() {
    let server = server().await;
    let client = opened(&server, "test").await;
    in_parts(&client, "k", &bytes(LARGE), 8 * MIB).await;
    let before = server.faults().count("HeadObject");
    let folder = tempfile::tempdir().unwrap();
    let view = run_well(&client, download("k", folder.path())).await;
    assert_eq!(view.verification, Some(Verification::Digest("md5".into())));
    assert_eq!(server.faults().count("HeadObject"), before);
}

#[tokio::test]
async fn a_range_that_was_spoilt_on_its_way_is_found_out() {
    for summed in [true, false] {
        let server = server().await;
        let client = opened(&server, "test").await;
        in_parts(&client, "k", &bytes(LARGE), 8 * MIB).await;
        if !summed {
            without_sums(&server);
        }
        let folder = tempfile::tempdir().unwrap();
        server.faults().add(spoilt(1));
        let view = run_well(&client, download("k", folder.path())).await;
        let digest = Some(Verification::Digest("md5".into()));
        assert_eq!(view.verification, digest, "fetched once more");
        assert!(view.notes.iter().any(|note| note.text.contains("started over")), "{summed}");
        assert!(fs::read(folder.path().join("k")).unwrap() == bytes(LARGE));
        fs::remove_file(folder.path().join("k")).unwrap();

        server.faults().add(Fault::new(Act::Flip(100)).on("GetObject").forever());
        let view = run(&client, download("k", folder.path())).await;
        assert_eq!(error_of(&view).kind, ErrorKind::Corrupt, "{summed}");
        assert_eq!(names_in(folder.path()), Vec::<String>::new(), "nothing of it stays");
        match streamed(&client, "k").await {
            Err(Broken::Source(error)) => assert_eq!(error.kind, ErrorKind::Corrupt, "{error:?}"),
            other => panic!("{summed}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn parts_of_an_unusual_size_are_verified_by_the_size_that_the_server_tells() {
    let server = server().await;
    let client = opened(&server, "test").await;
    in_parts(&client, "k", &bytes(LARGE), 6 * MIB).await;
    let folder = tempfile::tempdir().unwrap();
    let view = run_well(&client, download("k", folder.path())).await;
    assert_eq!(view.verification, Some(Verification::Digest("crc64nvme".into())));
    without_sums(&server);
    let other = tempfile::tempdir().unwrap();
    let view = run_well(&client, download("k", other.path())).await;
    assert_eq!(view.verification, Some(Verification::Digest("md5".into())));
    server.faults().add(Fault::new(Act::Flip(100)).on("GetObject").forever());
    let third = tempfile::tempdir().unwrap();
    let view = run(&client, download("k", third.path())).await;
    assert_eq!(error_of(&view).kind, ErrorKind::Corrupt);
}

#[tokio::test]
async fn what_cannot_be_verified_is_said_without_a_guess() {
    let server = r2_server().await;
    let client = opened(&server, "test").await;
    in_parts(&client, "k", &bytes(LARGE), 6 * MIB).await;
    server.faults().add(Fault::without("x-amz-mp-parts-count").on("HeadObject").forever());
    let folder = tempfile::tempdir().unwrap();
    let view = run_well(&client, download("k", folder.path())).await;
    let Some(Verification::SizeOnly(why)) = view.verification else { panic!("{view:?}") };
    assert!(why.contains("the parts had another size, or bytes are wrong"), "{why}");
    let Ok(Verification::SizeOnly(streamed)) = streamed(&client, "k").await else { panic!() };
    assert_eq!(streamed, why);
}

/// Every HEAD of the copy tells of other bytes than were copied.
fn copied_wrongly(server: &Server, key: &str) {
    let lie = Fault::with("x-amz-checksum-crc64nvme", "AAAAAAAAAAA=").on("HeadObject").key(key);
    server.faults().add(lie.forever());
}

#[tokio::test]
async fn a_wrong_copy_is_named() {
    let server = server().await;
    let client = opened(&server, "test").await;
    in_parts(&client, "from", &bytes(LARGE), 8 * MIB).await;
    copied_wrongly(&server, "bucket/odd");
    for spec in [
        copy(object("from"), "bucket", object("odd")),
        moving(copy(object("from"), "bucket", object("odd"))),
    ] {
        let view = run(&client, spec).await;
        let error = error_of(&view);
        assert_eq!(error.kind, ErrorKind::Corrupt);
        // Without a version of its own, it is left to the user.
        assert!(error.detail.ends_with("what is stored at s3://bucket/odd is wrong: delete it"));
        let told = error.explain();
        assert!(told.what.starts_with("what the server stored is not what"), "{told:?}");
        server.store().remove("bucket", "odd");
        assert!(server.store().bytes("bucket", "from").is_some(), "the source is kept");
    }
}

#[tokio::test]
async fn a_wrong_copy_over_a_version_gives_way_to_that_version() {
    let server = server().await;
    let client = opened(&server, "test").await;
    client.set_versioning(&Bucket::new("bucket"), Versioning::Enabled).await.unwrap();
    in_parts(&client, "from", &bytes(LARGE), 8 * MIB).await;
    client.put(&at("odd"), "before".into(), &PutOptions::default()).await.unwrap();
    copied_wrongly(&server, "bucket/odd");
    let spec = copy(object("from"), "bucket", object("odd"));
    let spec =
        crate::transfers::harness::with(spec, windlass::domain::transfer::OnConflict::Overwrite);
    let view = run(&client, spec).await;
    assert!(error_of(&view).detail.ends_with("the wrong copy was deleted"), "{view:?}");
    assert_eq!(server.store().bytes("bucket", "odd").as_deref(), Some(&b"before"[..]));
    let history = client.versions_of(&at("odd")).await.unwrap();
    assert_eq!(history.versions().len(), 1, "no version and no marker of it stays");
}

#[tokio::test]
async fn a_wrong_copy_that_cannot_be_deleted_is_named() {
    let server = server().await;
    let client = opened(&server, "test").await;
    in_parts(&client, "from", &bytes(LARGE), 8 * MIB).await;
    copied_wrongly(&server, "bucket/odd");
    server.faults().add(Fault::answer(403, "AccessDenied").on("DeleteObject").forever());
    let view = run(&client, copy(object("from"), "bucket", object("odd"))).await;
    let error = error_of(&view);
    assert!(error.detail.contains("what is stored at s3://bucket/odd is wrong"), "{error:?}");
}

#[tokio::test]
async fn a_key_moved_to_its_other_unicode_form_is_not_lost() {
    let (composed, apart) = ("p/\u{e9}.txt", "p/e\u{301}.txt");
    for (from, to) in [(composed, apart), (apart, composed)] {
        // R2 keeps one form of both.
        let server = r2_server().await;
        let client = opened(&server, "test").await;
        client.put(&at(from), "bytes".into(), &PutOptions::default()).await.unwrap();
        for conflict in [OnConflict::Overwrite, OnConflict::Fail, OnConflict::IfNewer] {
            let spec = with(moving(copy(object(from), "bucket", object(to))), conflict);
            drop(run(&client, spec).await);
            assert!(client.head(&at(from)).await.is_ok(), "{conflict:?}");
        }
        let spec = moving(copy(object(from), "bucket", object(to)));
        let view = run(&client, with(spec, OnConflict::Overwrite)).await;
        assert!(error_of(&view).detail.contains("the same object"), "{view:?}");
    }
    // Where they are two keys, it is a move as any other.
    let server = server().await;
    let client = opened(&server, "test").await;
    client.put(&at(composed), "bytes".into(), &PutOptions::default()).await.unwrap();
    run_well(&client, moving(copy(object(composed), "bucket", object(apart)))).await;
    assert!(client.head(&at(apart)).await.is_ok());
    assert_eq!(client.head(&at(composed)).await.unwrap_err().kind, ErrorKind::NoSuchKey);
}
