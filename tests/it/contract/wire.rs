//! What leaves for a server, and how odd answers are read.

use std::time::Duration;

use futures_util::TryStreamExt as _;
use jiff::Timestamp;
use windlass::config::connection::CredentialsSource;
use windlass::domain::address::{Bucket, Key, Prefix};
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::object::{ByteRange, GetOptions, ObjectAddress, PutOptions};
use windlass::domain::presign::{LinkMethod, LinkSpec};
use windlass::domain::provider::Provider;
use windlass::s3::client::{Client, ListQuery};
use windlass::s3::ops::pages::Pages;

use super::scripted::{answer, refusal, scripted, xml};

fn bucket() -> Bucket {
    Bucket::new("b")
}

fn object() -> ObjectAddress {
    ObjectAddress::new(bucket(), Key::new("k"))
}

fn query(prefix: &str) -> ListQuery {
    ListQuery {
        bucket: bucket(),
        prefix: Prefix::new(prefix),
        delimited: true,
        at: None,
        token: None,
        max_keys: 1000,
        etags: false,
    }
}

fn listing(inner: &str) -> String {
    xml(200, &format!("<ListBucketResult><Name>b</Name>{inner}</ListBucketResult>"))
}

async fn read(client: &Client, options: GetOptions) -> Result<Vec<u8>, Error> {
    let chunks: Vec<bytes::Bytes> =
        client.get(&object(), &options).await?.body.try_collect().await?;
    Ok(chunks.concat())
}

// ─── integrity ───

const MD5_OF_HELLO: &str = "XUFAKrxLKna5cZ2REBfFkg==";

#[tokio::test]
async fn a_body_goes_out_with_one_check_and_as_it_is() {
    let stored = answer(200, "ETag: \"5d41402abc4b2a76b9719d911017c592\"", "");
    for provider in [Provider::R2, Provider::Other] {
        let server = scripted(&[&stored]).await;
        let client = server.client_as(provider);
        client.put(&object(), "hello".into(), &PutOptions::default()).await.unwrap();
        let asked = &server.asked()[0];
        assert_eq!(asked.header("content-md5"), Some(MD5_OF_HELLO.to_ascii_lowercase().as_str()));
        assert!(!asked.headers.contains("x-amz-checksum"), "{asked:?}");
        assert!(!asked.headers.contains("x-amz-trailer"), "{asked:?}");
        assert_eq!(asked.header("content-encoding"), None);
        assert_eq!(server.meter.usage().sent, 5);
    }
}

#[tokio::test]
async fn bytes_that_were_stored_otherwise_are_called_corrupt() {
    let other = answer(200, "ETag: \"00000000000000000000000000000000\"", "");
    let server = scripted(&[&other]).await;
    let put = server.client().put(&object(), "hello".into(), &PutOptions::default()).await;
    assert_eq!(put.unwrap_err().kind, ErrorKind::Corrupt);
    let encrypted = "ETag: \"00000000000000000000000000000000\"\r\n\
                     x-amz-server-side-encryption: aws:kms";
    let server = scripted(&[&answer(200, encrypted, "")]).await;
    assert!(server.client().put(&object(), "x".into(), &PutOptions::default()).await.is_ok());
    let silent = scripted(&[&answer(200, "", "")]).await;
    let put = silent.client().put(&object(), "hello".into(), &PutOptions::default()).await;
    assert_eq!(put.unwrap_err().kind, ErrorKind::NotS3);
}

// ─── bodies on their way in ───

#[tokio::test]
async fn a_body_that_ends_early_is_interrupted() {
    let cut = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nETag: \"e\"\r\n\r\nfour";
    let server = scripted(&[cut]).await;
    let error = read(&server.client(), GetOptions::default()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Interrupted, "{error:?}");
}

#[tokio::test]
async fn a_range_the_server_gets_wrong_is_never_taken() {
    let range = GetOptions { range: Some(ByteRange { start: 2, end: 4 }), if_match: None };
    let elsewhere = answer(206, "Content-Range: bytes 0-1/10\r\nETag: \"e\"", "ab");
    let server = scripted(&[&elsewhere]).await;
    let error = read(&server.client(), range.clone()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Corrupt);
    let whole = scripted(&[&answer(200, "ETag: \"e\"", "0123456789")]).await;
    let error = read(&whole.client(), range).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unsupported);
}

#[tokio::test]
async fn a_server_that_ignores_if_match_is_caught_by_the_etag() {
    let server = scripted(&[&answer(200, "ETag: \"new\"", "body")]).await;
    let old = windlass::domain::object::ETag::new("old");
    let options = GetOptions { range: None, if_match: Some(old) };
    let error = read(&server.client(), options).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::SourceChanged);
}

// ─── listings ───

#[tokio::test]
async fn a_listing_that_does_not_say_how_it_goes_on_is_broken() {
    let endless = listing("<IsTruncated>true</IsTruncated>");
    let outside = listing("<IsTruncated>false</IsTruncated><Contents><Key>q/x</Key></Contents>");
    let silent = listing("<KeyCount>0</KeyCount>");
    for page in [endless, outside, silent] {
        let server = scripted(&[&page]).await;
        let error = server.client().list_page(&query("p/")).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::BrokenListing, "{page}");
    }
}

#[tokio::test]
async fn a_listing_in_a_circle_is_broken() {
    let page = "<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>";
    let server = scripted(&[&listing(page)]).await;
    let client = server.client();
    let mut pages = Pages::new(&client, query(""));
    assert!(pages.next().await.is_ok());
    assert_eq!(pages.next().await.unwrap_err().kind, ErrorKind::BrokenListing);
    assert_eq!(server.asked().len(), 2);
    assert!(server.asked()[1].line.contains("continuation-token=t"));
}

// ─── deletes ───

fn keys() -> Vec<Key> {
    ["a", "b", "c"].map(Key::new).into()
}

#[tokio::test]
async fn a_key_counts_as_deleted_only_where_the_answer_says_so() {
    let some = xml(
        200,
        "<DeleteResult><Deleted><Key>a</Key></Deleted>\
         <Error><Key>b</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>",
    );
    let there = answer(200, "ETag: \"e\"", "");
    let server = scripted(&[&some, &there]).await;
    let mut failed = server.client().delete(&bucket(), &keys()).await.unwrap();
    failed.sort_by(|a, b| a.0.cmp(&b.0));
    let told: Vec<_> = failed.iter().map(|(key, error)| (key.as_str(), &error.kind)).collect();
    assert_eq!(told, [("b", &ErrorKind::AccessDenied), ("c", &ErrorKind::ServerFault)]);
    let asked = server.asked();
    assert!(asked[0].header("content-md5").is_some());
    assert!(!asked[0].headers.contains("x-amz-checksum"), "{:?}", asked[0]);
    assert!(asked[1].line.starts_with("HEAD /b/c"));
}

#[tokio::test]
async fn a_server_that_takes_no_batches_gets_single_deletes() {
    let server = scripted(&[&refusal(501, "NotImplemented"), &answer(204, "", "")]).await;
    assert_eq!(server.client().delete(&bucket(), &keys()).await.unwrap(), []);
    let lines: Vec<String> = server.asked().into_iter().map(|asked| asked.line).collect();
    assert_eq!(lines.iter().filter(|line| line.starts_with("DELETE /b/")).count(), 3, "{lines:?}");
}

// ─── who answers, and how often it is asked ───

#[tokio::test]
async fn throttling_is_waited_out_and_every_attempt_is_counted() {
    let wait = answer(
        429,
        "Retry-After: 0\r\nContent-Type: application/xml",
        "<Error><Code>TooManyRequests</Code></Error>",
    );
    let edge = answer(522, "Retry-After: 0", "");
    let done = listing("<IsTruncated>false</IsTruncated>");
    let server = scripted(&[&wait, &edge, &done]).await;
    server.client().list_page(&query("")).await.unwrap();
    assert_eq!(server.asked().len(), 3);
    assert_eq!(server.meter.usage().class_a, 3);
}

#[tokio::test]
async fn a_bucket_in_another_region_is_asked_there_and_remembered() {
    let moved = answer(
        301,
        "x-amz-bucket-region: eu-west-1\r\nContent-Type: application/xml",
        "<Error><Code>PermanentRedirect</Code><Message>m</Message></Error>",
    );
    let malformed = xml(
        400,
        "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>",
    );
    for redirect in [moved, malformed] {
        let done = listing("<IsTruncated>false</IsTruncated>");
        let server = scripted(&[&redirect, &done]).await;
        let client = server.client();
        client.list_page(&query("")).await.unwrap();
        client.list_page(&query("")).await.unwrap();
        let asked = server.asked();
        assert_eq!(asked.len(), 3);
        assert!(asked[0].headers.contains("/us-east-1/s3/"));
        assert!(
            asked[1].headers.contains("/eu-west-1/s3/")
                && asked[2].headers.contains("/eu-west-1/s3/")
        );
    }
}

#[tokio::test]
async fn what_speaks_no_s3_is_called_so() {
    let page = answer(200, "Content-Type: text/html", "<html>hello</html>");
    let missing = answer(404, "Content-Type: text/html", "<html>nothing here</html>");
    let json = answer(200, "Content-Type: application/json", "{\"ok\":true}");
    let empty = answer(404, "", "");
    for body in [page, missing, json, empty] {
        let server = scripted(&[&body]).await;
        let error = server.client().list_buckets().await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotS3, "{body}");
    }
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_told_with_the_servers_time() {
    let skewed = answer(
        403,
        "Date: Wed, 21 Oct 2026 07:28:00 GMT\r\nContent-Type: application/xml",
        "<Error><Code>RequestTimeTooSkewed</Code><Message>m</Message></Error>",
    );
    let server = scripted(&[&skewed]).await;
    let error = server.client().list_buckets().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::ClockSkew);
    assert!(error.detail.contains("21 Oct 2026"), "{error:?}");
}

#[tokio::test]
async fn a_closed_port_is_unreachable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let connection = windlass::config::connection::Connection::with_keys(
        "gone",
        Provider::Other,
        &endpoint,
        "us-east-1",
        "id",
        "secret",
    );
    let client = Client::connect(&connection, std::sync::Arc::default()).unwrap();
    let error = client.list_buckets().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unreachable, "{error:?}");
}

// ─── what is not sent ───

#[tokio::test]
async fn a_read_only_connection_sends_nothing_that_writes() {
    let server = scripted(&[&answer(200, "", "")]).await;
    let mut connection = server.connection(Provider::Other);
    connection.read_only = true;
    let client = Client::connect(&connection, server.meter.clone()).unwrap();
    let put = client.put(&object(), "x".into(), &PutOptions::default()).await;
    assert_eq!(put.unwrap_err().kind, ErrorKind::ReadOnly);
    let failed = client.delete(&bucket(), &keys()).await;
    assert_eq!(failed.unwrap_err().kind, ErrorKind::ReadOnly);
    assert_eq!(client.create_bucket(&bucket()).await.unwrap_err().kind, ErrorKind::ReadOnly);
    assert_eq!(server.asked().len(), 0);
}

#[tokio::test]
async fn an_anonymous_connection_signs_nothing() {
    let server = scripted(&[&listing("<IsTruncated>false</IsTruncated>")]).await;
    let mut connection = server.connection(Provider::Other);
    connection.credentials = CredentialsSource::Anonymous;
    let client = Client::connect(&connection, server.meter.clone()).unwrap();
    client.list_page(&query("")).await.unwrap();
    assert_eq!(server.asked()[0].header("authorization"), None);
    let spec = LinkSpec::new(object(), LinkMethod::Get, Duration::from_mins(1));
    let error = client.presign(&spec, Timestamp::now()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NoCredentials);
}

#[tokio::test]
async fn keys_come_from_a_process_or_named_variables_when_they_are_needed() {
    let server = scripted(&[&listing("<IsTruncated>false</IsTruncated>")]).await;
    let mut connection = server.connection(Provider::Other);
    connection.credentials = CredentialsSource::Process {
        command: r#"echo '{"Version":1,"AccessKeyId":"from-process","SecretAccessKey":"s"}'"#
            .into(),
    };
    let client = Client::connect(&connection, server.meter.clone()).unwrap();
    client.list_page(&query("")).await.unwrap();
    assert!(server.asked()[0].headers.contains("credential=from-process/"));
    connection.credentials = CredentialsSource::Environment {
        access_key_id: "WINDLASS_TEST_NO_SUCH_VARIABLE".into(),
        secret_access_key: "WINDLASS_TEST_NO_SUCH_VARIABLE".into(),
    };
    let client = Client::connect(&connection, server.meter.clone()).unwrap();
    let error = client.list_page(&query("")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NoCredentials, "{error:?}");
    assert!(error.detail.contains("WINDLASS_TEST_NO_SUCH_VARIABLE"), "{error:?}");
}
