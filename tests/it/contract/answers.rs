//! Answers in other shapes than S3's own: too long, legal in another way, encoded here and not
//! there, without a reason.

use windlass::domain::address::{Bucket, Key, Prefix};
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::object::{GetOptions, ObjectAddress, PutOptions, UploadId};
use windlass::domain::provider::{Capability, Provider};
use windlass::s3::client::{Client, ListQuery};

use super::scripted::{answer, refusal, scripted, xml};

const MIB: usize = 1 << 20;

pub fn bucket() -> Bucket {
    Bucket::new("b")
}

pub fn object(key: &str) -> ObjectAddress {
    ObjectAddress::new(bucket(), Key::new(key))
}

pub fn query(prefix: &str, delimited: bool) -> ListQuery {
    ListQuery {
        bucket: bucket(),
        prefix: Prefix::new(prefix),
        delimited,
        at: None,
        token: None,
        max_keys: 1000,
        etags: false,
    }
}

pub fn page(inner: &str) -> String {
    let text = format!(
        "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>{inner}\
         </ListBucketResult>"
    );
    xml(200, &text)
}

pub fn rows(keys: &[&str]) -> String {
    keys.iter().map(|key| format!("<Contents><Key>{key}</Key><Size>1</Size></Contents>")).collect()
}

pub async fn names(client: &Client, query: &ListQuery) -> Result<Vec<String>, Error> {
    let listed = client.list_page(query).await?;
    Ok(listed.page.rows().map(|row| row.name.to_owned()).collect())
}

// ─── length ───

#[tokio::test]
async fn an_answer_that_is_longer_than_s3_gives_is_cut_and_asked_for_once() {
    let long = page(&format!("<!--{}-->", "x".repeat(9 * MIB)));
    let server = scripted(&[&long]).await;
    let error = names(&server.client(), &query("", false)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::BrokenListing, "{error:?}");
    assert!(error.detail.contains("8192 KiB"), "{error:?}");
    assert_eq!(server.asked().len(), 1);
    assert!(server.meter.usage().received < 9 * MIB as u64);
}

#[tokio::test]
async fn tags_that_are_the_object_itself_are_not_known_and_not_asked_for_again() {
    for body in ["x".repeat(MIB), "small".to_owned(), String::new(), "<html></html>".to_owned()] {
        let server = scripted(&[&answer(200, "ETag: \"e\"", &body)]).await;
        let client = server.client();
        let error = client.tags(&object("k")).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unsupported, "{error:?}");
        assert!(client.lacks(Capability::ObjectTags).is_some());
        assert!(client.tags(&object("other")).await.is_err());
        assert_eq!(server.asked().len(), 1);
    }
}

#[tokio::test]
async fn a_refusal_of_any_length_is_read_for_its_first_64_kib_at_most() {
    for long in [refusal(400, &"x".repeat(MIB)), answer(502, "", &"x".repeat(MIB))] {
        let server = scripted(&[&long]).await;
        let client = server.client().sending_once();
        let put = client.put(&object("k"), "x".into(), &PutOptions::default()).await;
        assert!(put.unwrap_err().detail.len() < 1000);
        let listed = client.list_page(&query("", false)).await;
        assert!(listed.unwrap_err().detail.len() < 1000);
        assert!(server.meter.usage().received < MIB as u64);
    }
}

#[tokio::test]
async fn a_key_longer_than_keys_can_be_breaks_the_listing() {
    let server = scripted(&[&page(&rows(&["a", &"k".repeat(1025)]))]).await;
    let error = names(&server.client(), &query("", false)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::BrokenListing, "{error:?}");
    assert!(error.detail.contains("1025 bytes"), "{error:?}");
    let server = scripted(&[&page(&rows(&[&"k".repeat(1024)]))]).await;
    assert_eq!(names(&server.client(), &query("", false)).await.unwrap().len(), 1);
}

// ─── XML ───

#[tokio::test]
async fn a_key_in_any_legal_xml_is_the_key() {
    let legal = [
        "plain",
        "<![CDATA[cdata<&]]>",
        "com<!-- not this -->ment",
        "ent&amp;&#x69;ty&#32;x",
        "mix<![CDATA[ed]]>&lt;<?pi no?>",
    ];
    let server = scripted(&[&page(&rows(&legal))]).await;
    let mut expected = ["plain", "cdata<&", "comment", "ent&ity x", "mixed<"];
    expected.sort_unstable();
    assert_eq!(names(&server.client(), &query("", false)).await.unwrap(), expected);
    let prefixed = "<s3:ListBucketResult xmlns:s3=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
                    <s3:IsTruncated>false</s3:IsTruncated>\
                    <s3:Contents><s3:Key>a</s3:Key></s3:Contents></s3:ListBucketResult>";
    let server = scripted(&[&xml(200, prefixed)]).await;
    assert_eq!(names(&server.client(), &query("", false)).await.unwrap(), ["a"]);
}

#[tokio::test]
async fn a_row_that_cannot_be_read_breaks_the_page() {
    let without = [
        "<Contents><Size>1</Size></Contents>",
        "<Contents><Key/></Contents>",
        "<Contents><Key><![CDATA[]]></Key></Contents>",
        "<Contents><Key>a<b/>c</Key></Contents>",
        "<Contents><Key>&copy;</Key></Contents>",
        "<CommonPrefixes></CommonPrefixes>",
        "<Contents><Key>a</Key>",
    ];
    for inner in without {
        let inner = format!("{}{inner}", rows(&["good"]));
        let server = scripted(&[&page(&inner)]).await;
        let client = server.client().sending_once();
        let error = names(&client, &query("", false)).await.unwrap_err();
        assert!(
            matches!(error.kind, ErrorKind::BrokenListing | ErrorKind::Interrupted),
            "{inner}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_bucket_without_a_name_breaks_the_list_of_buckets() {
    let buckets = |inner: &str| {
        let list = format!("<Buckets><Bucket><Name>a</Name></Bucket>{inner}</Buckets>");
        xml(200, &format!("<ListAllMyBucketsResult>{list}</ListAllMyBucketsResult>"))
    };
    let server = scripted(&[&buckets("<Bucket></Bucket>")]).await;
    let error = server.client().list_buckets().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::BrokenListing, "{error:?}");
    let server = scripted(&[&buckets("<Bucket><Name><![CDATA[b]]></Name></Bucket>")]).await;
    assert_eq!(server.client().list_buckets().await.unwrap().entries.len(), 2);
}

#[tokio::test]
async fn answers_to_deletes_are_read_in_any_legal_xml() {
    let deleted = "<DeleteResult><Deleted><Key><![CDATA[a]]></Key></Deleted>\
                   <Error><Key>b<!-- --></Key><Code><![CDATA[AccessDenied]]></Code></Error>\
                   </DeleteResult>";
    let server = scripted(&[&xml(200, deleted)]).await;
    let keys = [Key::new("a"), Key::new("b")];
    let failed = server.client().delete(&bucket(), &keys).await.unwrap();
    assert_eq!(failed.len(), 1);
    assert_eq!((&failed[0].0, &failed[0].1.kind), (&keys[1], &ErrorKind::AccessDenied));
}

#[tokio::test]
async fn a_refusal_is_read_in_any_legal_xml() {
    let refused = "<e:Error xmlns:e=\"x\"><e:Code><![CDATA[NoSuchBucket]]></e:Code></e:Error>";
    for status in [404, 400] {
        let server = scripted(&[&xml(status, refused)]).await;
        let client = server.client();
        let listed = client.list_page(&query("", false)).await.unwrap_err();
        let put = client.put(&object("k"), "x".into(), &PutOptions::default()).await.unwrap_err();
        for error in [listed, put] {
            assert_eq!(error.kind, ErrorKind::NoSuchBucket, "{error:?}");
        }
    }
}

#[tokio::test]
async fn an_upload_named_in_another_first_element_is_taken() {
    let begun = "<InitiateMultipartUpload><UploadId>7</UploadId></InitiateMultipartUpload>";
    let server = scripted(&[&xml(200, begun)]).await;
    let begun = server.client().create_multipart(&object("k"), &PutOptions::default()).await;
    assert_eq!(begun.unwrap(), UploadId("7".to_owned()));
}

/// Words of the SDK for the hooks of this program, and the names of its types.
fn names_our_own(detail: &str) -> bool {
    ["Guard", "Sound", "Metering", "interceptor", "deserialization", "Orchestrator"]
        .iter()
        .any(|word| detail.contains(word))
}

#[tokio::test]
async fn no_detail_names_the_steps_of_this_program() {
    let answers = [
        page("<Contents><Key>a</Key>"),
        page(&"x".repeat(9 * MIB)),
        xml(200, "<ListBucketResult>"),
        xml(200, "<Other/>"),
        answer(200, "", "not a document"),
        answer(204, "", ""),
        xml(500, "<Error>"),
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour".to_owned(),
        "no http".to_owned(),
    ];
    for text in answers {
        let server = scripted(&[&text]).await;
        let client = server.client().sending_once();
        let (object, upload) = (object("k"), UploadId("u".to_owned()));
        let errors = [
            client.list_page(&query("", false)).await.map(drop),
            client.list_buckets().await.map(drop),
            client.head(&object).await.map(drop),
            client.tags(&object).await.map(drop),
            client.get(&object, &GetOptions::default()).await.map(drop),
            client.put(&object, "x".into(), &PutOptions::default()).await.map(drop),
            client.delete(&bucket(), &[Key::new("a"), Key::new("b")]).await.map(drop),
            client.create_multipart(&object, &PutOptions::default()).await.map(drop),
            client.list_parts(&object, &upload).await.map(drop),
            client.abort_multipart(&object, &upload).await,
        ];
        for error in errors.into_iter().filter_map(Result::err) {
            assert!(!names_our_own(&error.detail), "{error:?}");
        }
    }
}

// ─── HEAD, which has no body to say why ───

#[tokio::test]
async fn a_refused_head_is_explained_by_a_get() {
    for (status, code, kind) in [
        (403, "SignatureDoesNotMatch", ErrorKind::WrongSecret),
        (403, "InvalidAccessKeyId", ErrorKind::UnknownAccessKey),
        (403, "RequestTimeTooSkewed", ErrorKind::ClockSkew),
        (403, "AccessDenied", ErrorKind::AccessDenied),
        (400, "ExpiredToken", ErrorKind::ExpiredCredentials),
        (401, "Unauthorized", ErrorKind::UnknownAccessKey),
        (404, "NoSuchBucket", ErrorKind::NoSuchBucket),
    ] {
        let head = format!("HTTP/1.1 {} X\r\n\r\n", status.min(403));
        let server = scripted(&[&head.replace("404", "403"), &refusal(status, code)]).await;
        let error = server.client().head(&object("k")).await.unwrap_err();
        assert_eq!(error.kind, kind, "{error:?}");
        assert_eq!(server.asked().len(), 2);
        assert_eq!(server.asked()[1].header("range"), Some("bytes=0-0"));
    }
}

#[tokio::test]
async fn an_object_that_may_be_read_and_not_looked_at_is_looked_at_by_a_get() {
    let refused = "HTTP/1.1 403 X\r\n\r\n";
    let first = answer(206, "Content-Range: bytes 0-0/10\r\nETag: \"e\"\r\nx-amz-meta-a: b", "0");
    let whole = answer(200, "ETag: \"e\"", "0123456789");
    for get in [first, whole] {
        let server = scripted(&[refused, &get]).await;
        let head = server.client().head(&object("k")).await.unwrap();
        assert_eq!(head.size, Some(10));
    }
    let empty = [refused, &*refusal(416, "InvalidRange"), &*answer(200, "ETag: \"e\"", "")];
    let server = scripted(&empty).await;
    assert_eq!(server.client().head(&object("k")).await.unwrap().size, Some(0));
    // One that is missing is no more than that: nothing else is asked.
    let server = scripted(&["HTTP/1.1 404 X\r\n\r\n"]).await;
    assert_eq!(server.client().head(&object("k")).await.unwrap_err().kind, ErrorKind::NoSuchKey);
    assert_eq!(server.asked().len(), 1);
}

// ─── what a server leaves out ───

#[tokio::test]
async fn an_empty_etag_of_what_was_put_together_is_asked_for() {
    let done = "<CompleteMultipartUploadResult><ETag></ETag></CompleteMultipartUploadResult>";
    let server = scripted(&[&xml(200, done), &answer(200, "ETag: \"parts-1\"", "")]).await;
    let upload = UploadId("u".to_owned());
    let stored = server.client().complete_multipart(&object("k"), &upload, &[], false).await;
    assert_eq!(stored.unwrap().etag.unwrap().to_string(), "parts-1");
    assert!(server.asked()[1].line.starts_with("HEAD"));
}

#[tokio::test]
async fn a_copy_says_that_it_sends_nothing() {
    let copied = xml(200, "<CopyPartResult><ETag>\"e\"</ETag></CopyPartResult>");
    let server = scripted(&[&copied]).await;
    let (from, to, upload) = (object("a"), object("b"), UploadId("u".to_owned()));
    let range = windlass::domain::object::ByteRange { start: 0, end: 5 };
    server.client().copy_part(&from, range, None, &to, &upload, 1).await.unwrap();
    assert_eq!(server.asked()[0].header("content-length"), Some("0"));
}

#[tokio::test]
async fn a_refusal_of_a_request_without_a_signature_says_so() {
    let html = answer(404, "Content-Type: text/html", "<html><h1>Not Found</h1></html>");
    for (refused, word) in [
        (html, "without a signature"),
        (answer(412, "Content-Type: text/html", "Bad URL"), "without a signature"),
        (answer(200, "", ""), "without a signature"),
        (refusal(400, "UnsupportedAlgorithm"), "without a signature"),
        (refusal(403, "AccessDenied"), "without a signature"),
    ] {
        let server = scripted(&[&refused]).await;
        let mut connection = server.connection(Provider::Other);
        connection.credentials = windlass::config::connection::CredentialsSource::Anonymous;
        let client = Client::connect(&connection, server.meter.clone()).unwrap().sending_once();
        let error = client.list_page(&query("", false)).await.unwrap_err();
        assert!(error.explain().what.contains(word), "{error:?}");
    }
}

// ─── what a refusal means ───

#[tokio::test]
async fn a_delete_that_a_lock_forbids_is_told_as_locked() {
    let said = "Access Denied because object protected by object lock.";
    let refused = |code: &str, said: &str| {
        xml(403, &format!("<Error><Code>{code}</Code><Message>{said}</Message></Error>"))
    };
    for (code, said) in [
        ("AccessDenied", said),
        ("InvalidRequest", "Object is WORM protected and cannot be overwritten"),
        ("AccessDenied", "forbidden by legal hold"),
    ] {
        let server = scripted(&[&refused(code, said)]).await;
        let failed = server.client().delete(&bucket(), &[Key::new("a")]).await.unwrap();
        assert_eq!(failed[0].1.kind, ErrorKind::Locked, "{said}");
    }
    let batch = format!(
        "<DeleteResult><Error><Key>a</Key><Code>AccessDenied</Code><Message>{said}</Message>\
         </Error>\
         <Deleted><Key>b</Key></Deleted></DeleteResult>"
    );
    let server = scripted(&[&xml(200, &batch)]).await;
    let keys = [Key::new("a"), Key::new("b")];
    let failed = server.client().delete(&bucket(), &keys).await.unwrap();
    assert_eq!((failed.len(), &failed[0].1.kind), (1, &ErrorKind::Locked));
    // A question about a lock is refused for want of a right.
    let server = scripted(&[&refused("AccessDenied", said)]).await;
    let read = server.client().get(&object("k"), &GetOptions::default()).await;
    assert_eq!(read.err().unwrap().kind, ErrorKind::AccessDenied);
    let mfa = "Mfa Authentication must be used for this request";
    let server = scripted(&[&refused("AccessDenied", mfa)]).await;
    let failed = server.client().delete(&bucket(), &[Key::new("a")]).await.unwrap();
    assert!(failed[0].1.explain().what.contains("MFA"));
}

#[tokio::test]
async fn more_rows_than_were_asked_for_are_taken_all() {
    let server = scripted(&[&page(&rows(&["a", "b", "c"]))]).await;
    let query = ListQuery { max_keys: 1, ..query("", false) };
    assert_eq!(names(&server.client(), &query).await.unwrap(), ["a", "b", "c"]);
}
