//! Streams of unknown length up, objects in order down: whole or not at all, whatever happens on
//! the way.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use windlass::demo::faults::{Act, Fault as Served};
use windlass::demo::server::Server;
use windlass::domain::address::{Bucket, Key};
use windlass::domain::error::remedy::Remedy;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::object::{ObjectAddress, ObjectHeaders, PutOptions};
use windlass::domain::parts::{Growing, PartLimits};
use windlass::domain::transfer::Verification;
use windlass::s3::client::Client;
use windlass::s3::meter::Meter;
use windlass::transfer::limits::Patience;
use windlass::transfer::limits::rate::RateLimiter;
use windlass::transfer::remote::Remote;
use windlass::transfer::stream::download::{Broken, download_stream};
use windlass::transfer::stream::pipe::Pipe;
use windlass::transfer::stream::upload::{Piped, upload_stream};

use crate::support::server::{connection, r2_server, server};
use crate::transfers::fake::{Fake, Fault, failure};
use crate::transfers::harness::{MIB, bytes, options};

fn pipe(remote: Arc<dyn Remote>) -> Pipe {
    let object = ObjectAddress::new(Bucket::new("bucket"), Key::new("pipe"));
    let patience = Patience { stall: Duration::from_secs(4), ..options(None).patience };
    Pipe::new(remote, object, patience, RateLimiter::default())
}

/// Parts of 5 MiB, which are soon many.
fn small_parts() -> Growing {
    Growing::fixed(5 << 20, PartLimits::default()).unwrap()
}

async fn send(remote: &Arc<impl Remote + 'static>, content: &[u8]) -> Result<Piped, Error> {
    let put = PutOptions { only_if_absent: true, ..PutOptions::default() };
    let pipe = pipe(Arc::clone(remote) as Arc<dyn Remote>);
    upload_stream(&pipe, content, &put, small_parts(), pending()).await
}

async fn fetch(remote: &Arc<impl Remote + 'static>) -> (Vec<u8>, Result<Verification, Broken>) {
    let mut back = Vec::new();
    let pipe = pipe(Arc::clone(remote) as Arc<dyn Remote>);
    let ended = download_stream(&pipe, &mut back).await;
    (back, ended)
}

fn kind(ended: Result<impl Sized, Broken>) -> ErrorKind {
    match ended {
        Err(Broken::Source(error)) => error.kind,
        Err(Broken::Target(error)) => panic!("the target failed: {error}"),
        Ok(_) => panic!("it went well"),
    }
}

async fn client(server: &Server) -> Arc<Client> {
    let client = Client::connect(&connection(server), Arc::new(Meter::default())).unwrap();
    client.create_bucket(&Bucket::new("bucket")).await.unwrap();
    Arc::new(client.sending_once())
}

#[tokio::test]
async fn streams_of_unknown_length_go_up_and_come_down_in_order() {
    for server in [server().await, r2_server().await] {
        let client = client(&server).await;
        for size in [0, 5, 5 * MIB, 10 * MIB, 33 * MIB + 7] {
            let content = bytes(size);
            let pipe = pipe(Arc::clone(&client) as Arc<dyn Remote>);
            let put = PutOptions { only_if_absent: true, ..PutOptions::default() };
            let sent = upload_stream(&pipe, &content[..], &put, small_parts(), pending()).await;
            let sent = sent.unwrap();
            assert_eq!(sent.bytes, size as u64);
            assert_eq!(pipe.moved.bytes(), sent.bytes, "every byte was watched on its way");
            assert!(matches!(sent.verification, Verification::Digest(_)), "{sent:?}");
            let (back, ended) = fetch(&client).await;
            assert!(back == content, "{size} bytes");
            let one = size <= 5 * MIB;
            assert!(ended.is_ok_and(|told| !one || matches!(told, Verification::Digest(_))));
            server.store().remove("bucket", "pipe");
        }
    }
}

#[tokio::test]
async fn a_stream_has_the_type_that_a_file_would_have() {
    let server = server().await;
    let client = client(&server).await;
    let page = |key: &str| ObjectAddress::new(Bucket::new("bucket"), Key::new(key));
    let long = [b"%PDF-1.7\n".as_slice(), &bytes(11 * MIB)].concat();
    let said = ObjectHeaders { content_type: Some("a/b".into()), ..ObjectHeaders::default() };
    for (key, content, said, expected) in [
        ("dir/a.html", b"\0".as_slice(), None, "text/html"),
        ("notes", b"plain words\n", None, "text/plain; charset=utf-8"),
        ("long", &long, None, "application/pdf"),
        ("empty", b"", None, "application/octet-stream"),
        ("b.html", b"<p>", Some(said), "a/b"),
    ] {
        let mut pipe = pipe(Arc::clone(&client) as Arc<dyn Remote>);
        pipe.object = page(key);
        let put = PutOptions { headers: said.unwrap_or_default(), ..PutOptions::default() };
        upload_stream(&pipe, content, &put, small_parts(), pending()).await.unwrap();
        let head = client.head(&page(key)).await.unwrap();
        assert_eq!(head.headers.content_type.as_deref(), Some(expected), "{key}");
    }
}

#[tokio::test]
async fn parts_that_grow_are_put_together_in_order() {
    let server = server().await;
    let client = client(&server).await;
    // So few parts are allowed that they double after every one.
    let limits: PartLimits =
        serde_json::from_str(r#"{"most": 11, "smallest_mib": 5, "largest_mib": 40}"#).unwrap();
    let (content, put) = (bytes(150 * MIB + 3), PutOptions::default());
    let pipe = pipe(Arc::clone(&client) as Arc<dyn Remote>);
    let sizes = Growing::new(limits);
    assert!(sizes.next(2, 1) > sizes.next(1, 0));
    upload_stream(&pipe, &content[..], &put, sizes, pending()).await.unwrap();
    assert!(server.store().bytes("bucket", "pipe").unwrap() == content);
}

#[tokio::test]
async fn bad_days_lose_nothing_of_a_stream_and_leave_nothing_behind() {
    let server = server().await;
    let client = client(&server).await;
    let (long, short) = (bytes(17 * MIB + 3), bytes(1000));
    let ways = |operation: &str| {
        [
            Served::slow_down().times(2).on(operation),
            Served::too_many_requests().times(2).on(operation),
            Served::answer(500, "InternalError").times(2).on(operation),
            Served::answer(520, "").times(2).on(operation),
            Served::new(Act::Reset).times(2).on(operation),
            Served::new(Act::LoseAnswer).on(operation),
        ]
    };
    let mut cases: Vec<(&[u8], Served)> = Vec::new();
    for operation in [
        "HeadObject",
        "CreateMultipartUpload",
        "UploadPart",
        "CompleteMultipartUpload",
        "GetObject",
    ] {
        cases.extend(ways(operation).map(|fault| (&long[..], fault)));
    }
    cases.extend(ways("PutObject").map(|fault| (&short[..], fault)));
    let inside = Act::ErrorInside { code: "InternalError".into() };
    cases.push((&long, Served::new(inside).on("CompleteMultipartUpload")));
    for act in [Act::Cut(70_000), Act::Stall(70_000), Act::Reset] {
        cases.push((&long, Served::new(act).on("GetObject")));
    }
    let count = cases.len();
    for (number, (content, fault)) in cases.into_iter().enumerate() {
        let told = format!("case {number}: {fault:?}");
        server.store().remove("bucket", "pipe");
        server.faults().add(fault);
        send(&client, content).await.unwrap_or_else(|error| panic!("{told}: {error:?}"));
        assert!(server.store().bytes("bucket", "pipe").unwrap() == content, "{told}");
        let (back, ended) = fetch(&client).await;
        assert!(ended.is_ok(), "{told}: {ended:?}");
        assert!(back == content, "{told}");
        assert_eq!(server.store().uploads_under_way("bucket"), 0, "{told}");
        server.faults().clear();
    }
    println!("{count} faults: {count} survived, 0 bytes lost, 0 false successes");
}

#[tokio::test]
async fn a_stream_that_fails_takes_its_upload_back() {
    let server = server().await;
    let client = client(&server).await;
    for operation in ["UploadPart", "CompleteMultipartUpload"] {
        server.faults().add(Served::answer(403, "AccessDenied").on(operation).forever());
        let error = send(&client, &bytes(17 * MIB)).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::AccessDenied);
        assert_eq!(server.store().uploads_under_way("bucket"), 0, "{operation}");
        assert_eq!(server.store().keys("bucket"), [""; 0]);
        server.faults().clear();
    }
    server.faults().add(Served::answer(403, "AccessDenied").on("UploadPart").forever());
    server.faults().add(Served::answer(403, "AccessDenied").on("AbortMultipartUpload").forever());
    let error = send(&client, &bytes(17 * MIB)).await.unwrap_err();
    assert!(error.detail.contains("an unfinished upload is left"), "{error:?}");
    let abort = Remedy::AbortUpload("s3://bucket/pipe".to_owned());
    assert!(error.explain().remedies.contains(&abort), "{error:?}");
}

#[tokio::test]
async fn what_exists_is_found_before_anything_is_sent_and_again_at_the_end() {
    let remote = Fake::new();
    remote.store("pipe", b"mine");
    let error = send(&remote, &bytes(17 * MIB)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::PreconditionFailed);
    assert_eq!((remote.count("create"), remote.count("part")), (0, 0));
    // Somebody else is faster.
    let taken = Fake::scripted(|call| {
        (call.operation == "complete").then(|| Fault::Replace(b"theirs".to_vec()))
    });
    let error = send(&taken, &bytes(17 * MIB)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::PreconditionFailed);
    assert_eq!(taken.bytes("bucket", "pipe").unwrap(), "theirs");
    assert_eq!(taken.uploads(), 0);
}

#[tokio::test]
async fn a_stream_too_long_for_its_parts_says_what_to_give() {
    let limits: PartLimits = serde_json::from_str(r#"{"most": 3, "equal": true}"#).unwrap();
    let sizes = Growing::fixed(5 << 20, limits).unwrap();
    let (remote, put) = (Fake::new(), PutOptions::default());
    let pipe = pipe(Arc::clone(&remote) as Arc<dyn Remote>);
    upload_stream(&pipe, &bytes(15 * MIB)[..], &put, sizes, pending()).await.unwrap();
    let sent = upload_stream(&pipe, &bytes(15 * MIB + 1)[..], &put, sizes, pending()).await;
    let error = sent.unwrap_err();
    assert_eq!(error.kind, ErrorKind::TooLarge);
    assert_eq!(error.explain().remedies, [Remedy::SayLength], "{error:?}");
    assert_eq!(remote.uploads(), 0);
}

#[tokio::test]
async fn keys_that_run_out_are_renewed_under_a_stream_and_silence_is_waited_for() {
    for broken in [ErrorKind::ExpiredCredentials, ErrorKind::Unreachable] {
        let (once, kind_of) = (AtomicBool::new(false), broken.clone());
        let remote = Fake::scripted(move |call| {
            let fails = call.operation == "part" && !once.swap(true, Ordering::Relaxed);
            fails.then(|| Fault::Fail(failure(kind_of.clone())))
        });
        let content = bytes(17 * MIB);
        send(&remote, &content).await.unwrap();
        assert!(remote.bytes("bucket", "pipe").unwrap() == content);
        let renewals = usize::from(broken == ErrorKind::ExpiredCredentials);
        assert_eq!(remote.count("renew"), renewals, "{broken:?}");
    }
}

#[tokio::test]
async fn a_stream_whose_start_was_answered_to_nobody_leaves_no_empty_upload() {
    for lost in [1, 99] {
        let remote = Fake::scripted(move |call| {
            (call.operation == "create" && call.number <= lost + 1).then_some(Fault::LoseAnswer)
        });
        let sent = send(&remote, &bytes(17 * MIB)).await;
        assert_eq!(sent.is_ok(), lost == 1, "{sent:?}");
        assert_eq!(remote.uploads(), 0, "{lost} answers lost");
    }
}

#[tokio::test]
async fn a_stream_that_is_stopped_while_its_upload_begins_leaves_none() {
    for operation in ["create", "part", "complete"] {
        let (reached, wait) = tokio::sync::oneshot::channel();
        let told = std::sync::Mutex::new(Some(reached));
        let remote = Fake::scripted(move |call| {
            if call.operation != operation {
                return None;
            }
            if let Some(told) = told.lock().unwrap().take() {
                told.send(()).unwrap();
            }
            Some(Fault::Slow(Duration::from_millis(20)))
        });
        let pipe = pipe(Arc::clone(&remote) as Arc<dyn Remote>);
        let (put, content) = (PutOptions::default(), bytes(17 * MIB));
        let stop = async { drop(wait.await) };
        let error =
            upload_stream(&pipe, &content[..], &put, small_parts(), stop).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Cancelled);
        assert_eq!(remote.uploads(), 0, "{operation}");
        assert_eq!(remote.keys(), [""; 0]);
    }
}

#[tokio::test]
async fn an_object_that_changes_or_lies_is_never_read_as_if_it_were_whole() {
    let remote = Fake::scripted(|call| {
        let later = call.range.is_some_and(|range| range.start > 0);
        later.then(|| Fault::Replace(bytes(40 * MIB)))
    });
    remote.store("pipe", &bytes(39 * MIB));
    assert_eq!(kind(fetch(&remote).await.1), ErrorKind::SourceChanged);
    let flipped = Fake::scripted(|call| (call.operation == "get").then_some(Fault::FlipBit));
    flipped.store("pipe", &bytes(MIB));
    assert_eq!(kind(fetch(&flipped).await.1), ErrorKind::Corrupt);
    let short = Fake::scripted(|call| {
        (call.operation == "get").then_some(Fault::Cut { after: 1000, silently: true })
    });
    short.store("pipe", &bytes(MIB));
    assert_eq!(kind(fetch(&short).await.1), ErrorKind::Interrupted);
}

#[tokio::test]
async fn a_server_that_ignores_ranges_is_read_once_and_as_a_whole() {
    let gets = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&gets);
    let remote = Fake::scripted(move |call| {
        (call.operation == "get").then(|| {
            counted.fetch_add(1, Ordering::Relaxed);
            Fault::IgnoreRange
        })
    });
    let content = bytes(20 * MIB);
    remote.store("pipe", &content);
    let (back, ended) = fetch(&remote).await;
    assert!(matches!(ended, Ok(Verification::Digest(_))), "{ended:?}");
    assert!(back == content);
    // The first shows that ranges are ignored, and its body is left.
    assert_eq!(gets.load(Ordering::Relaxed), 2);
}
