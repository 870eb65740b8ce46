//! Tests that every legal form of a document comes out as one, and every other is refused.

use super::*;

fn read(body: &str, operation: &str) -> Result<String, ResponseFault> {
    let read = readable(Bytes::copy_from_slice(body.as_bytes()), operation)?;
    Ok(String::from_utf8(read.to_vec()).unwrap())
}

#[test]
fn a_plain_document_stays_as_it_is() {
    for plain in [
        "",
        "no document",
        "<ListBucketResult/>",
        "<?xml version=\"1.0\"?>\n<ListBucketResult xmlns=\"x\"><Key>a&amp;&#9;b</Key>\
         </ListBucketResult>\n",
        "<ListBucketResult ><Key> a </Key></ListBucketResult >",
        "<html><body><p>log in</body></html>",
    ] {
        assert_eq!(read(plain, "ListObjectsV2").as_deref(), Ok(plain));
    }
}

#[test]
fn every_legal_form_of_a_text_becomes_the_text() {
    for (legal, plain) in [
        ("<Key><![CDATA[a]]></Key>", "<Key>a</Key>"),
        ("<Key><![CDATA[a<&]]>b</Key>", "<Key>a&lt;&amp;b</Key>"),
        ("<Key>a<!-- no -->b</Key>", "<Key>ab</Key>"),
        ("<Key>a<?php no ?>b</Key>", "<Key>ab</Key>"),
        ("<Key>a<![CDATA[b]]>c&amp;<![CDATA[]]>&#100;</Key>", "<Key>abc&amp;&#100;</Key>"),
        ("<s3:Key xmlns:s3=\"x\">a</s3:Key>", "<Key xmlns:s3=\"x\">a</Key>"),
    ] {
        let whole = |inner: &str| format!("<ListBucketResult>{inner}</ListBucketResult>");
        assert_eq!(read(&whole(legal), "ListObjectsV2"), Ok(whole(plain)), "{legal}");
    }
    let prefixed = "<n:ListBucketResult xmlns:n=\"x\"><n:Key>a</n:Key></n:ListBucketResult>";
    let plain = "<ListBucketResult xmlns:n=\"x\"><Key>a</Key></ListBucketResult>";
    assert_eq!(read(prefixed, "ListObjectsV2").as_deref(), Ok(plain));
    let marked = "\u{feff}<?xml version=\"1.0\"?><!DOCTYPE x><ListBucketResult/>";
    assert_eq!(read(marked, "ListObjectsV2").as_deref(), Ok("<ListBucketResult/>"));
}

#[test]
fn a_first_element_of_another_name_is_taken_for_what_it_is() {
    for (root, operation, expected) in [
        ("InitiateMultipartUpload", "CreateMultipartUpload", "InitiateMultipartUploadResult"),
        ("ListPartsOutput", "ListParts", "ListPartsResult"),
        ("CopyObject", "CopyObject", "CopyObjectResult"),
    ] {
        let body = format!("<{root}><UploadId>1</UploadId></{root}>");
        let wanted = format!("<{expected}><UploadId>1</UploadId></{expected}>");
        assert_eq!(read(&body, operation), Ok(wanted));
    }
    let refusal = "<Error><Code>SlowDown</Code></Error>";
    assert_eq!(read(refusal, "CopyObject").as_deref(), Ok(refusal));
}

#[test]
fn a_document_that_ends_early_is_cut() {
    for cut in [
        "<ListBucketResult><B>1</B>",
        "<?xml version=\"1.0\"?><ListBucketResult><B>1</B><C",
        "<ListBucketResult><B></B></",
        "<ListBucketResult><Key><![CDATA[a",
    ] {
        let fault = read(cut, "ListObjectsV2").unwrap_err();
        assert!(matches!(fault, ResponseFault::Cut(_)), "{cut}: {fault}");
    }
}

#[test]
fn what_may_mean_two_things_is_refused() {
    for inner in ["<Key>a<b/>c</Key>", "<Key><b/>c</Key>", "<Key>&unknown;</Key>", "<Key>a</Name>"]
    {
        let body = format!("<ListBucketResult>{inner}</ListBucketResult>");
        let fault = read(&body, "ListObjectsV2").unwrap_err();
        assert!(matches!(fault, ResponseFault::Strange(_)), "{inner}: {fault}");
    }
    let twice = "<ListBucketResult/><ListBucketResult/>";
    assert!(read(twice, "ListObjectsV2").is_err());
    let latin = Bytes::from_static(b"<ListBucketResult><Key>\xe9</Key></ListBucketResult>");
    assert!(readable(latin, "ListObjectsV2").is_err());
}
