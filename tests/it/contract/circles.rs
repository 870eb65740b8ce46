//! A walk over pages tells a circle from an end, whatever is listed and however long the circle is.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use windlass::domain::address::Prefix;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::object::UploadId;
use windlass::s3::client::Client;
use windlass::s3::ops::pages::Pages;

use super::answers::{bucket, object, query};
use super::scripted::{Scripted, scripted_by, xml};

/// Every page names the next of `length` places, round and round; none of them where it is 0.
async fn circle(document: &'static str, marker: &'static str, length: usize) -> Scripted {
    let pages = AtomicUsize::new(0);
    scripted_by(move |_| {
        let page = pages.fetch_add(1, Ordering::Relaxed).checked_rem(length);
        let next = page.map_or_else(String::new, |page| marker.replace('#', &page.to_string()));
        xml(200, &format!("<{document}><IsTruncated>true</IsTruncated>{next}</{document}>"))
    })
    .await
}

async fn ends<T>(server: &Scripted, walk: impl Future<Output = Result<T, Error>>, length: usize) {
    let walked = tokio::time::timeout(Duration::from_secs(20), walk).await;
    let error = walked.expect("a walk in a circle ends").map(drop).unwrap_err();
    assert_eq!(error.kind, ErrorKind::BrokenListing, "{error:?}");
    assert_eq!(server.asked().len(), length + 1, "every place is asked for once");
}

async fn objects(client: &Client) -> Result<(), Error> {
    let mut pages = Pages::new(client, query("", false));
    while pages.next().await?.is_some() {}
    Ok(())
}

#[tokio::test]
async fn no_walk_goes_round_in_a_circle_or_calls_it_an_end() {
    const TOKEN: &str = "<NextContinuationToken>#</NextContinuationToken>";
    const BUCKETS: &str = "<ContinuationToken>#</ContinuationToken>";
    const UPLOADS: &str =
        "<NextKeyMarker>k</NextKeyMarker><NextUploadIdMarker>#</NextUploadIdMarker>";
    const PARTS: &str = "<NextPartNumberMarker>#</NextPartNumberMarker>";
    let (key, upload) = (object("k"), UploadId("u".into()));
    for length in 0..4 {
        let server = circle("ListBucketResult", TOKEN, length).await;
        ends(&server, objects(&server.client()), length).await;

        let server = circle("ListMultipartUploadsResult", UPLOADS, length).await;
        ends(&server, server.client().uploads_of(&key), length).await;
        let server = circle("ListMultipartUploadsResult", UPLOADS, length).await;
        let all = Prefix::new("");
        ends(&server, server.client().uploads_below(&bucket(), &all), length).await;

        let server = circle("ListPartsResult", PARTS, length).await;
        ends(&server, server.client().list_parts(&key, &upload), length).await;
        let server = circle("ListPartsResult", PARTS, length).await;
        ends(&server, server.client().upload_extent(&key, &upload), length).await;

        // A list of buckets says by its token alone that it goes on.
        if length > 0 {
            let server = circle("ListAllMyBucketsResult", BUCKETS, length).await;
            ends(&server, server.client().list_buckets(), length).await;
        }
    }
}

/// Every page has the same rows, and each time a new place as the next.
async fn repeating(document: &'static str, rows: &'static str, marker: &'static str) -> Scripted {
    let pages = AtomicUsize::new(0);
    scripted_by(move |_| {
        let page = pages.fetch_add(1, Ordering::Relaxed);
        let next = marker.replace('#', &page.to_string());
        xml(200, &format!("<{document}><IsTruncated>true</IsTruncated>{rows}{next}</{document}>"))
    })
    .await
}

#[tokio::test]
async fn a_server_that_goes_by_no_place_is_found_out_by_its_rows() {
    async fn refused<T>(server: &Scripted, walk: impl Future<Output = Result<T, Error>>) {
        let walked = tokio::time::timeout(Duration::from_secs(20), walk).await;
        let error = walked.expect("it ends").map(drop).unwrap_err();
        assert_eq!(error.kind, ErrorKind::BrokenListing, "{error:?}");
        assert!(error.detail.contains("come again"), "{error:?}");
        assert_eq!(server.asked().len(), 2, "the second page shows it");
    }
    let all = Prefix::new("");
    let token = "<NextContinuationToken>#</NextContinuationToken>";
    let objects_of = "<Contents><Key>a</Key><Size>1</Size></Contents>\
                      <Contents><Key>b</Key><Size>1</Size></Contents>";
    let server = repeating("ListBucketResult", objects_of, token).await;
    refused(&server, objects(&server.client())).await;

    let versions = "<Version><Key>k</Key><VersionId>1</VersionId><Size>1</Size></Version>";
    let next = "<NextKeyMarker>k#</NextKeyMarker><NextVersionIdMarker>#</NextVersionIdMarker>";
    let server = repeating("ListVersionsResult", versions, next).await;
    let client = server.client();
    let past =
        windlass::s3::client::ListQuery { at: Some(jiff::Timestamp::now()), ..query("", false) };
    let walk = async {
        let mut pages = Pages::new(&client, past);
        while pages.next().await?.is_some() {}
        Ok(())
    };
    refused(&server, walk).await;

    let uploads = "<Upload><Key>k</Key><UploadId>u</UploadId></Upload>";
    let next = "<NextKeyMarker>k</NextKeyMarker><NextUploadIdMarker>#</NextUploadIdMarker>";
    let server = repeating("ListMultipartUploadsResult", uploads, next).await;
    refused(&server, server.client().uploads_below(&bucket(), &all)).await;

    let parts = "<Part><PartNumber>1</PartNumber><ETag>e</ETag><Size>1</Size></Part>";
    let next = "<NextPartNumberMarker>#</NextPartNumberMarker>";
    let server = repeating("ListPartsResult", parts, next).await;
    refused(&server, server.client().list_parts(&object("k"), &UploadId("u".into()))).await;

    let buckets = "<Buckets><Bucket><Name>one</Name></Bucket></Buckets>";
    let next = "<ContinuationToken>#</ContinuationToken>";
    let server = repeating("ListAllMyBucketsResult", buckets, next).await;
    refused(&server, server.client().list_buckets()).await;
}
