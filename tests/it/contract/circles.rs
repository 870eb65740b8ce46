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
