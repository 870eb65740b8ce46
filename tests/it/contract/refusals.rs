//! What seven kinds of servers, and what stands before them, answer when they refuse: each becomes
//! one kind of error that says what, why and what next. The bodies follow the documented shapes of
//! each server.

use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::object::{GetOptions, ObjectAddress};

use super::scripted::{answer, scripted};

/// Who answers, status, further headers, body, the kind it becomes.
type Refusal = (&'static str, u16, &'static str, &'static str, ErrorKind);

fn refusals() -> Vec<Refusal> {
    let region = |name: &str| ErrorKind::WrongRegion { expected: Some(name.to_owned()) };
    vec![
        (
            "AWS",
            403,
            "x-amz-request-id: R1\r\nx-amz-id-2: H1/abc=",
            "<Error><Code>InvalidAccessKeyId</Code><Message>The AWS Access Key Id you provided \
             does not exist in our records.</Message><AWSAccessKeyId>\
             AKIAIOSFODNN7EXAMPLE</AWSAccessKeyId><RequestId>R1</RequestId><HostId>\
             H1/abc=</HostId></Error>",
            ErrorKind::UnknownAccessKey,
        ),
        (
            "AWS",
            403,
            "",
            "<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we \
             calculated does not match.</Message><StringToSign>GET\n\n/</StringToSign><RequestId>\
             R2</RequestId><HostId>H2</HostId></Error>",
            ErrorKind::WrongSecret,
        ),
        (
            "AWS",
            400,
            "",
            "<Error><Code>AuthorizationHeaderMalformed</Code><Message>the region 'us-east-1' is \
             wrong; expecting 'eu-central-1'</Message><Region>eu-central-1</Region><RequestId>\
             R3</RequestId></Error>",
            region("eu-central-1"),
        ),
        (
            "AWS",
            400,
            "",
            "<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message>\
             <Token-0>x</Token-0></Error>",
            ErrorKind::ExpiredCredentials,
        ),
        (
            "AWS",
            403,
            "",
            "<Error><Code>RequestTimeTooSkewed</Code><Message>The difference is too \
             large.</Message><RequestTime>20260101T000000Z</RequestTime><ServerTime>\
             2026-01-01T01:00:00Z</ServerTime><MaxAllowedSkewMilliseconds>\
             900000</MaxAllowedSkewMilliseconds></Error>",
            ErrorKind::ClockSkew,
        ),
        (
            "AWS",
            403,
            "",
            "<Error><Code>InvalidObjectState</Code><Message>not valid for the object's storage \
             class</Message><StorageClass>GLACIER</StorageClass></Error>",
            ErrorKind::InvalidRequest,
        ),
        (
            "R2",
            401,
            "cf-ray: 8f0-FRA",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>Unauthorized</Code><Message>\
             Unauthorized</Message></Error>",
            ErrorKind::UnknownAccessKey,
        ),
        (
            "R2",
            400,
            "",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>InvalidArgument</Code>\
             <Message>Credential access key has length 40, should be 32</Message></Error>",
            ErrorKind::UnknownAccessKey,
        ),
        (
            "R2",
            403,
            "",
            "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>",
            ErrorKind::AccessDenied,
        ),
        (
            "R2",
            403,
            "",
            "<Error><Code>NotEntitled</Code><Message>Please enable R2 through the Cloudflare \
             Dashboard.</Message></Error>",
            ErrorKind::AccessDenied,
        ),
        (
            "R2",
            400,
            "",
            "<Error><Code>ExpiredRequest</Code><Message>Request has expired</Message></Error>",
            ErrorKind::ClockSkew,
        ),
        (
            "B2",
            403,
            "",
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Error>\n    <Code>\
             InvalidAccessKeyId</Code>\n    <Message>Malformed Access Key Id</Message>\n</Error>",
            ErrorKind::UnknownAccessKey,
        ),
        (
            "B2",
            403,
            "",
            "<Error>\n    <Code>SignatureDoesNotMatch</Code>\n    <Message>Signature validation \
             failed</Message>\n</Error>",
            ErrorKind::WrongSecret,
        ),
        (
            "MinIO",
            404,
            "",
            "<Error><Code>NoSuchBucket</Code><Message>The specified bucket does not \
             exist</Message><BucketName>media</BucketName><Resource>/media</Resource><RequestId>\
             16A0F75DB1353721</RequestId><HostId>dd9025bab4ad464b</HostId></Error>",
            ErrorKind::NoSuchBucket,
        ),
        (
            "MinIO",
            404,
            "",
            "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message>\
             <Key>k</Key><BucketName>media</BucketName><Resource>/media/k</Resource></Error>",
            ErrorKind::NoSuchKey,
        ),
        (
            "Ceph",
            403,
            "",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>AccessDenied</Code><Message>\
             </Message><BucketName>media</BucketName><RequestId>\
             tx00000a1-0066-1a2b-default</RequestId><HostId>1a2b-default-default</HostId></Error>",
            ErrorKind::AccessDenied,
        ),
        (
            "Ceph",
            403,
            "",
            "<Error><Code>InvalidAccessKeyId</Code><RequestId>tx00000a2</RequestId><HostId>\
             1a2b-default-default</HostId></Error>",
            ErrorKind::UnknownAccessKey,
        ),
        (
            "Garage",
            403,
            "",
            "<Error><Code>AccessDenied</Code><Message>Forbidden: Invalid signature</Message>\
             <Resource>/media/k</Resource><Region>garage</Region></Error>",
            ErrorKind::WrongSecret,
        ),
        (
            "Garage",
            403,
            "",
            "<Error><Code>AccessDenied</Code><Message>Forbidden: No such key: \
             GK31c2f218a2e44f485b94239e</Message><Resource>/</Resource><Region>garage</Region>\
             </Error>",
            ErrorKind::UnknownAccessKey,
        ),
        (
            "Garage",
            400,
            "",
            "<Error><Code>AuthorizationHeaderMalformed</Code><Message>Authorization header \
             malformed, unexpected scope: 20251215/us-east-1/s3/aws4_request</Message><Resource>\
             /</Resource><Region>garage</Region></Error>",
            region("garage"),
        ),
        (
            "Garage",
            403,
            "",
            "<Error><Code>AccessDenied</Code><Message>Forbidden: Operation is not allowed for \
             this key.</Message><Region>garage</Region></Error>",
            ErrorKind::AccessDenied,
        ),
        (
            "GCS",
            403,
            "",
            "<?xml version='1.0' encoding='UTF-8'?><Error><Code>AccessDenied</Code><Message>\
             Access denied.</Message><Details>someone does not have storage.objects.get \
             access</Details></Error>",
            ErrorKind::AccessDenied,
        ),
        (
            "GCS",
            403,
            "",
            "<?xml version='1.0' encoding='UTF-8'?><Error><Code>InvalidSecurity</Code><Message>\
             The provided security credentials are not valid.</Message><Details>Access key not \
             found.</Details></Error>",
            ErrorKind::UnknownAccessKey,
        ),
        (
            "a web page",
            404,
            "Content-Type: text/html; charset=utf-8",
            "<!doctype html><html><head><title>404 Not Found</title></head></html>",
            ErrorKind::NotS3,
        ),
        (
            "a page in XHTML",
            404,
            "Content-Type: application/xhtml+xml",
            "<html xmlns=\"http://www.w3.org/1999/xhtml\"><body>no</body></html>",
            ErrorKind::NotS3,
        ),
        (
            "a captive portal",
            302,
            "Location: http://login.hotel.example/?next=x\r\nContent-Type: text/html",
            "<html><body>moved</body></html>",
            ErrorKind::NotS3,
        ),
        (
            "a proxy",
            407,
            "Content-Type: text/html\r\nProxy-Authenticate: Basic realm=\"office\"",
            "<html><body>Proxy Authentication Required</body></html>",
            ErrorKind::NotS3,
        ),
        (
            "a proxy",
            502,
            "Content-Type: text/html",
            "<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body>\
             </html>",
            ErrorKind::ServerFault,
        ),
    ]
}

/// What a server that answers so becomes.
async fn refused(status: u16, headers: &str, body: &str) -> Error {
    let headers = match headers {
        "" => "Content-Type: application/xml".to_owned(),
        more if more.contains("Content-Type") => more.to_owned(),
        more => format!("Content-Type: application/xml\r\n{more}"),
    };
    let client = scripted(&[&answer(status, &headers, body)]).await.client().sending_once();
    let object = ObjectAddress::new("media".into(), "k".into());
    client.get(&object, &GetOptions::default()).await.expect_err("a refusal")
}

#[tokio::test]
async fn every_refusal_of_every_server_is_one_kind() {
    for (who, status, headers, body, kind) in refusals() {
        let error = refused(status, headers, body).await;
        assert_eq!(error.kind, kind, "{who}: {body}\n{error:?}");
        assert_eq!(error.status, Some(status), "{who}: {body}");
    }
}

#[tokio::test]
async fn every_refusal_is_said_in_three_sentences() {
    for (who, status, headers, body, _) in refusals() {
        let said = refused(status, headers, body).await.explain();
        for sentence in [&said.what, &said.why, &said.next_anywhere()] {
            assert!(sentence.len() > 10, "{who}: {said:?}");
            assert!(!sentence.contains("<html") && !sentence.contains("<Error"), "{who}: {said:?}");
        }
    }
}

#[tokio::test]
async fn both_ids_are_kept_for_whoever_asks_the_provider() {
    let ids = |error: &Error| (error.request_id.clone(), error.host_id.clone());
    let named = |one: &str, two: &str| (Some(one.to_owned()), Some(two.to_owned()));
    let (_, status, headers, body, _) = refusals().remove(0);
    assert_eq!(ids(&refused(status, headers, body).await), named("R1", "H1/abc="));
    let ceph = refusals().into_iter().find(|refusal| refusal.0 == "Ceph").unwrap();
    let error = refused(ceph.1, ceph.2, ceph.3).await;
    assert_eq!(ids(&error), named("tx00000a1-0066-1a2b-default", "1a2b-default-default"));
}

#[tokio::test]
async fn what_stands_before_a_server_has_words_of_its_own() {
    let said = |who: &'static str, status: u16| async move {
        let found = refusals().into_iter().find(|each| (each.0, each.1) == (who, status)).unwrap();
        refused(found.1, found.2, found.3).await
    };
    assert!(said("a web page", 404).await.explain().what.contains("web page"));
    let portal = said("a captive portal", 302).await;
    assert!(portal.explain().why.contains("login"), "{portal:?}");
    assert!(portal.detail.contains("login.hotel.example"), "{portal:?}");
    assert!(said("a proxy", 407).await.explain().what.contains("proxy"));
    assert!(said("a proxy", 502).await.explain().why.contains("proxy"));
    let archived = refusals().into_iter().find(|each| each.3.contains("GLACIER")).unwrap();
    let archived = refused(archived.1, archived.2, archived.3).await.explain();
    assert!(archived.what.contains("archived"), "{archived:?}");
    assert!(said("GCS", 403).await.detail.contains("storage.objects.get"));
}
