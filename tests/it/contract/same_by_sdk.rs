//! What comes of a body's request is the same whether the SDK moves it or not, however a server
//! answers.

use std::sync::Arc;

use futures_util::TryStreamExt as _;
use windlass::domain::address::{Bucket, Key};
use windlass::domain::error::Error;
use windlass::domain::object::{
    ByteRange, ETag, GetOptions, ObjectAddress, ObjectHead, PutOptions, StoredObject, UploadId,
    UploadedPart,
};
use windlass::domain::provider::Provider;
use windlass::s3::client::Client;

use super::scripted::{Asked, answer, refusal, scripted, xml};

/// Head, range and body.
type Got = (ObjectHead, Option<ByteRange>, Result<Vec<u8>, Error>);

/// Everything a caller learns.
#[derive(Debug, PartialEq)]
struct Learned {
    get: Result<Got, Error>,
    put: Result<StoredObject, Error>,
    part: Result<UploadedPart, Error>,
}

fn object() -> ObjectAddress {
    ObjectAddress::new(Bucket::new("b"), Key::new("a key/with ünusual +%2F parts"))
}

/// Without what each path says in words of its own.
fn told(error: Error) -> Error {
    let own = error.code.is_none() || error.status.is_none();
    Error { detail: if own { String::new() } else { error.detail }, ..error }
}

async fn learn(answers: &str, by_sdk: bool, provider: Provider) -> (Learned, Vec<Asked>, [u64; 4]) {
    let server = scripted(&[answers]).await;
    let mut connection = server.connection(provider);
    connection.bodies.by_sdk = by_sdk;
    let client = Client::connect(&connection, Arc::clone(&server.meter)).unwrap().sending_once();
    let options =
        GetOptions { range: Some(ByteRange { start: 0, end: 9 }), if_match: Some(ETag::new("e")) };
    let get = match client.get(&object(), &options).await {
        Ok(download) => {
            let pieces: Result<Vec<bytes::Bytes>, Error> = download.body.try_collect().await;
            let body = pieces.map(|pieces| pieces.concat()).map_err(told);
            Ok((download.head, download.range, body))
        }
        Err(error) => Err(told(error)),
    };
    let options = PutOptions {
        user_metadata: [("mtime".to_owned(), "1.5".to_owned())].into(),
        only_if_absent: true,
        ..PutOptions::default()
    };
    let put = client.put(&object(), "hello".into(), &options).await.map_err(told);
    let upload = UploadId("u+1/2".into());
    let part = client.upload_part(&object(), &upload, 7, "hello".into()).await.map_err(told);
    assert_eq!(client.by_sdk().is_some(), by_sdk);
    let usage = server.meter.usage();
    let counted = [usage.class_a, usage.class_b, usage.sent, usage.received];
    (Learned { get, put, part }, server.asked(), counted)
}

async fn same(what: &str, answers: &str, provider: Provider) -> Learned {
    let (by_sdk, sdk_asked, sdk_counted) = learn(answers, true, provider).await;
    let (direct, asked, counted) = learn(answers, false, provider).await;
    assert_eq!(direct, by_sdk, "{what}");
    assert_eq!(counted, sdk_counted, "{what}: requests and bytes counted");
    let lines = |asked: &[Asked]| -> Vec<String> { asked.iter().map(|a| a.line.clone()).collect() };
    assert_eq!(lines(&asked), lines(&sdk_asked), "{what}: requests sent");
    assert!(asked.iter().all(|asked| asked.header("host").is_some()), "{what}");
    let carried = ["range", "if-match", "if-none-match", "content-md5", "content-type"];
    let carried = carried.iter().chain(&["content-length", "x-amz-meta-mtime"]);
    for name in carried.chain(&["x-amz-checksum-crc64nvme", "x-amz-checksum-mode"]) {
        for (ours, theirs) in asked.iter().zip(&sdk_asked) {
            assert_eq!(ours.header(name), theirs.header(name), "{what}: {name} of {}", ours.line);
        }
    }
    direct
}

const FULL: &str = "ETag: \"e\"\r\nContent-Range: bytes 0-8/100\r\nLast-Modified: Wed, 21 Oct 2026 \
07:28:00 GMT\r\nContent-Type: text/plain\r\nContent-Encoding: br\r\nCache-Control: \
no-store\r\nExpires: \
Thu, 22 Oct 2026 07:28:00 GMT\r\nContent-Disposition: attachment\r\nContent-Language: de\r\n\
x-amz-meta-Mtime: 1.5\r\nx-amz-storage-class: STANDARD_IA\r\nx-amz-version-id: v1\r\n\
x-amz-missing-meta: 2\r\nx-amz-mp-parts-count: 3\r\nx-amz-server-side-encryption: AES256\r\n\
x-amz-expiration: soon\r\nx-amz-restore: ongoing-request=\"true\"";

#[tokio::test]
async fn what_is_found_is_the_same() {
    for provider in [Provider::Other, Provider::R2] {
        let learned = same("found", &answer(206, FULL, "nine byte"), provider).await;
        let (head, range, body) = learned.get.unwrap();
        assert_eq!(head.size, Some(100));
        assert_eq!(head.headers.content_language.as_deref(), Some("de"));
        assert_eq!(head.missing_metadata, 2);
        assert_eq!((range.unwrap().end, body.unwrap()), (9, b"nine byte".to_vec()));
        assert_eq!(learned.put.unwrap().etag, Some(ETag::new("e")));
        assert_eq!(learned.part.unwrap().number, 7);
    }
}

#[tokio::test]
async fn what_is_refused_is_refused_the_same() {
    let refusals = [
        (403, "AccessDenied"),
        (403, "SignatureDoesNotMatch"),
        (403, "InvalidAccessKeyId"),
        (400, "ExpiredToken"),
        (404, "NoSuchKey"),
        (404, "NoSuchBucket"),
        (404, "NoSuchUpload"),
        (409, "ConditionalRequestConflict"),
        (412, "PreconditionFailed"),
        (400, "BadDigest"),
        (400, "EntityTooLarge"),
        (400, "Whatever"),
        (429, "TooManyRequests"),
        (500, "InternalError"),
        (503, "SlowDown"),
        (501, "NotImplemented"),
    ];
    for (status, code) in refusals {
        let learned = same(code, &refusal(status, code), Provider::Other).await;
        assert_eq!(learned.put.unwrap_err().code.as_deref(), Some(code));
    }
}

#[tokio::test]
async fn answers_out_of_order_are_read_the_same() {
    let wait = "Retry-After: 7\r\nx-amz-request-id: r1";
    let odd = [
        ("throttled, bare", answer(429, wait, "")),
        ("throttled, with words", answer(503, wait, "busy")),
        ("an edge", answer(520, "cf-ray: ray", "<html>520</html>")),
        ("another edge", answer(522, "", "")),
        ("nothing at all", answer(200, "", "")),
        ("not modified", answer(304, "ETag: \"e\"", "")),
        ("a page in front", answer(200, "Content-Type: text/html", "<html>log in</html>")),
        ("an error in a success", xml(200, "<Error><Code>InternalError</Code></Error>")),
        ("another object", answer(206, "ETag: \"f\"\r\nContent-Range: bytes 0-8/9", "nine byte")),
        ("another range", answer(206, "ETag: \"e\"\r\nContent-Range: bytes 1-9/100", "nine byte")),
        ("no range", answer(200, "ETag: \"e\"", "ten bytes.")),
        ("a short object", answer(200, "ETag: \"e\"", "four")),
        (
            "escaped words",
            xml(403, "<Error><Code>X</Code><Message>a &lt;b&gt; &#233;</Message></Error>"),
        ),
        ("half a refusal", xml(403, "<Error><Code>AccessDenied</Code><Mess")),
        ("elsewhere, unsaid", answer(301, "", "")),
        ("elsewhere", answer(307, "Location: http://127.0.0.1:9/", "")),
    ];
    for (what, text) in odd {
        same(what, &text, Provider::Other).await;
    }
}

#[tokio::test]
async fn bodies_that_are_not_what_they_should_be_are_found_the_same() {
    let head = "HTTP/1.1 206 X\r\nETag: \"e\"\r\nContent-Range: bytes 0-8/100\r\n";
    let bodies = [
        ("cut", format!("{head}Content-Length: 9\r\n\r\nfour")),
        ("nothing of it", format!("{head}Content-Length: 9\r\n\r\n")),
        ("until the end", format!("{head}\r\nnine byte")),
        ("until an early end", format!("{head}\r\nfour")),
        ("longer, until the end", format!("{head}\r\nnine bytes")),
        (
            "in chunks",
            format!("{head}Transfer-Encoding: chunked\r\n\r\n5\r\nnine \r\n4\r\nbyte\r\n0\r\n\r\n"),
        ),
        ("cut in a chunk", format!("{head}Transfer-Encoding: chunked\r\n\r\n9\r\nnine")),
        ("few chunks", format!("{head}Transfer-Encoding: chunked\r\n\r\n4\r\nnine\r\n0\r\n\r\n")),
        ("more after it", format!("{head}Content-Length: 9\r\n\r\nnine bytes")),
        ("no http", "SSH-2.0-OpenSSH_9.6\r\n\r\n".to_owned()),
        ("half a head", "HTTP/1.1 200 OK\r\nContent-Le".to_owned()),
        ("silence", String::new()),
    ];
    for (what, text) in bodies {
        same(what, &text, Provider::Other).await;
    }
}

#[tokio::test]
async fn a_bucket_elsewhere_is_found_and_remembered_the_same() {
    let elsewhere = xml(
        301,
        "<Error><Code>PermanentRedirect</Code><Region>eu-west-1</Region><Message>m</Message>\
         </Error>",
    );
    let found = answer(206, FULL, "nine byte");
    for by_sdk in [true, false] {
        let server = scripted(&[&elsewhere, &found]).await;
        let mut connection = server.connection(Provider::Other);
        connection.bodies.by_sdk = by_sdk;
        let client = Client::connect(&connection, Arc::default()).unwrap();
        let range = Some(ByteRange { start: 0, end: 9 });
        for _ in 0..2 {
            let options = GetOptions { range, if_match: None };
            client.get(&object(), &options).await.unwrap();
        }
        let asked = server.asked();
        let regions: Vec<bool> = asked
            .iter()
            .map(|asked| asked.header("authorization").unwrap().contains("/eu-west-1/s3/"))
            .collect();
        assert_eq!(regions, [false, true, true], "{by_sdk}");
    }
}
