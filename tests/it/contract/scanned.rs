//! Pages of listings, which are read without the SDK, end as any answer of its does: counted,
//! tried again, explained.

use windlass::domain::error::ErrorKind;
use windlass::domain::usage::Usage;

use super::answers::{names, page, query, rows};
use super::scripted::{answer, refusal, scripted, xml};

#[tokio::test]
async fn a_page_is_counted_once_with_all_of_its_bytes() {
    let answer = page(&rows(&["a", "b"]));
    let body = answer.split_once("\r\n\r\n").unwrap().1.len() as u64;
    let server = scripted(&[&answer]).await;
    assert_eq!(names(&server.client(), &query("", false)).await.unwrap(), ["a", "b"]);
    let usage = Usage { class_a: 1, received: body, ..Usage::default() };
    assert_eq!(server.meter.usage(), usage);
}

#[tokio::test]
async fn an_error_in_a_success_is_that_error() {
    for (code, kind) in [
        ("AccessDenied", ErrorKind::AccessDenied),
        ("<![CDATA[NoSuchBucket]]>", ErrorKind::NoSuchBucket),
    ] {
        let server = scripted(&[&refusal(200, code)]).await;
        let error = names(&server.client(), &query("", false)).await.unwrap_err();
        assert_eq!((error.kind, error.status), (kind, Some(200)));
        assert_eq!(server.asked().len(), 1, "{code}");
    }
    let server = scripted(&[&refusal(200, "InternalError"), &page(&rows(&["a"]))]).await;
    assert_eq!(names(&server.client(), &query("", false)).await.unwrap(), ["a"]);
    assert_eq!(server.meter.usage().class_a, 2);
}

#[tokio::test]
async fn a_page_that_is_cut_is_asked_for_again_and_never_taken_for_the_last() {
    let whole = page(&rows(&["a", "b"]));
    let body = whole.split_once("\r\n\r\n").unwrap().1;
    for cut in ["</ListBucketResult>", "b</Key>", "<Contents><Key>b"] {
        let (begin, _) = body.split_once(cut).unwrap();
        let server = scripted(&[&xml(200, begin), &whole]).await;
        assert_eq!(names(&server.client(), &query("", false)).await.unwrap(), ["a", "b"]);
        assert_eq!(server.asked().len(), 2);
        let server = scripted(&[&xml(200, begin)]).await;
        let error = names(&server.client().sending_once(), &query("", false)).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Interrupted, "{error:?}");
    }
}

#[tokio::test]
async fn a_page_that_may_mean_another_is_refused_at_once_and_with_the_reason() {
    let server = scripted(&[&page("<Contents><Key>a</Key><Size>many</Size></Contents>")]).await;
    let error = names(&server.client(), &query("", false)).await.unwrap_err();
    assert_eq!((&error.kind, error.status), (&ErrorKind::BrokenListing, Some(200)));
    assert!(error.detail.contains("<Size> says \"many\""), "{error:?}");
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn an_answer_that_is_no_page_is_no_s3() {
    let html = "<!DOCTYPE html><html><body>log in</body></html>";
    for other in [answer(200, "Content-Type: text/html", html), answer(200, "", "")] {
        let server = scripted(&[&other]).await;
        let error = names(&server.client(), &query("", false)).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotS3, "{error:?}");
    }
}

#[tokio::test]
async fn rows_come_in_key_order_however_they_are_written() {
    let inner = "<CommonPrefixes><Prefix>p/b/</Prefix><Prefix>p/d/</Prefix></CommonPrefixes>\
        <Contents><Size>7</Size><Key>p/c</Key></Contents><Contents><Key>p/</Key></Contents>\
        <CommonPrefixes><Prefix>p/a/</Prefix></CommonPrefixes>";
    let server = scripted(&[&page(inner)]).await;
    let listed = server.client().list_page(&query("p/", true)).await.unwrap();
    let rows = listed.page.rows().map(|row| (row.name, row.size()));
    let expected = [("", Some(0)), ("a/", None), ("b/", None), ("c", Some(7)), ("d/", None)];
    assert_eq!(rows.collect::<Vec<_>>(), expected);
}
