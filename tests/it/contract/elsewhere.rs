//! Answers from where no S3 server of ours is: other protocols, other endpoints, other regions.

use windlass::domain::address::{Bucket, Prefix};
use windlass::domain::error::ErrorKind;
use windlass::domain::provider::Provider;
use windlass::s3::client::ListQuery;

use super::scripted::{answer, refusal, scripted, xml};

const BUCKETS: &str = "<ListAllMyBucketsResult><Buckets><Bucket><Name>b</Name></Bucket></Buckets>\
                       </ListAllMyBucketsResult>";

fn query() -> ListQuery {
    let (bucket, prefix) = (Bucket::new("b"), Prefix::new(""));
    ListQuery { max_keys: 1, delimited: true, ..ListQuery::below(&bucket, &prefix) }
}

#[tokio::test]
async fn another_protocol_is_told_apart_from_a_closed_port() {
    let server = scripted(&["SSH-2.0-OpenSSH_9.6\r\n"]).await;
    assert_eq!(server.client().list_buckets().await.unwrap_err().kind, ErrorKind::NotS3);
}

#[tokio::test]
async fn an_endpoint_with_the_bucket_in_it_is_called_so() {
    let objects = xml(200, "<ListBucketResult><Name>b</Name></ListBucketResult>");
    let error = scripted(&[&objects]).await.client().list_buckets().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Config);
    assert!(error.explain().what.contains("name of a bucket"), "{error:?}");
    let server = scripted(&[&refusal(404, "NoSuchKey")]).await;
    let error = server.client().list_page(&query()).await.unwrap_err();
    assert!(error.explain().what.contains("name of a bucket"), "{error:?}");
}

#[tokio::test]
async fn the_region_a_server_asks_for_is_used_for_the_list_of_buckets_too() {
    let malformed = "<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message>\
                     <Region>eu-west-1</Region></Error>";
    let server = scripted(&[&xml(400, malformed), &xml(200, BUCKETS)]).await;
    let client = server.client();
    assert_eq!(client.list_buckets().await.unwrap().entries.len(), 1);
    client.list_buckets().await.unwrap();
    let asked = server.asked();
    assert!(asked[0].headers.contains("/us-east-1/s3/"));
    assert!(asked[1].headers.contains("/eu-west-1/s3/"));
    assert_eq!(asked.len(), 3, "the region is remembered");
}

#[tokio::test]
async fn a_refusal_that_echoes_what_no_xml_may_hold_keeps_its_code() {
    let echo =
        "<Error><Code>SignatureDoesNotMatch</Code><Message>\u{1b}]0;x\u{7}</Message></Error>";
    let server = scripted(&[&xml(403, echo)]).await;
    let error = server.client().list_buckets().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::WrongSecret, "{error:?}");
    let hostile = scripted(&[&xml(403, "<Error><Code>\u{1b}[2J</Code></Error>")]).await;
    let error = hostile.client().list_buckets().await.unwrap_err();
    assert_eq!((error.kind, error.code), (ErrorKind::AccessDenied, None));
}

#[tokio::test]
async fn a_page_of_the_web_is_no_s3() {
    for (status, body) in [(200, "<html>welcome</html>"), (200, "{\"ok\":true}"), (404, "")] {
        let server = scripted(&[&answer(status, "Content-Type: text/html", body)]).await;
        let error = server.client().list_buckets().await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotS3, "{status} {body:?}: {error:?}");
    }
}

#[tokio::test]
async fn buckets_come_page_by_page_where_the_server_has_pages() {
    let (more, last) = (
        "cf-is-truncated: true\r\ncf-next-continuation-token: t0k3n",
        "cf-is-truncated: false\r\ncf-next-continuation-token: t0k3n",
    );
    let rest = BUCKETS.replace("<Name>", "<Name>z");
    let server = scripted(&[&answer(200, more, BUCKETS), &answer(200, last, &rest)]).await;
    let client = server.client_as(Provider::R2);
    assert_eq!(client.list_buckets().await.unwrap().entries.len(), 2);
    let asked = server.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].header("cf-continuation-token"), None);
    assert_eq!(asked[1].header("cf-continuation-token"), Some("t0k3n"));
    assert!(asked[1].header("authorization").unwrap().contains("cf-continuation-token"));

    let first =
        BUCKETS.replace("</ListAll", "<ContinuationToken>t0k3n</ContinuationToken></ListAll");
    let server = scripted(&[&xml(200, &first), &xml(200, &rest)]).await;
    assert_eq!(server.client().list_buckets().await.unwrap().entries.len(), 2);
    assert!(server.asked()[1].line.contains("continuation-token=t0k3n"));
    let endless = scripted(&[&xml(200, &first)]).await;
    let error = endless.client().list_buckets().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::BrokenListing);
}
