//! Compares the scanner with the SDK's own parser, behind the guard that it needs.

use std::collections::BTreeSet;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::primitives::SdkBody;
use aws_smithy_runtime_api::client::runtime_plugin::RuntimePlugin as _;
use aws_smithy_runtime_api::client::ser_de::{
    DeserializeResponse as _, SharedResponseDeserializer,
};
use aws_smithy_types::config_bag::ConfigBag;
use bytes::Bytes;
use proptest::prelude::*;

use super::scan::documents::{DocumentChoices, changed, document};
use super::scan::{WrittenPage, scan};
use super::*;
use crate::domain::listing::{Class, RowKind};
use crate::s3::sdk::guard::readable;
use crate::s3::sdk::time::timestamp;

/// The page of a body as the SDK reads it, objects before prefixes; else why not.
fn by_sdk(body: &[u8], etags: bool) -> Result<WrittenPage, String> {
    let body = readable(Bytes::copy_from_slice(body), "ListObjectsV2");
    let body = body.map_err(|fault| fault.to_string())?;
    let response = HttpResponse::new(200.try_into().unwrap(), SdkBody::from(body));
    let plugin = ListObjectsV2::new().config().unwrap();
    let sdk = plugin.load::<SharedResponseDeserializer>().unwrap();
    let output = sdk.deserialize_nonstreaming_with_config(&response, &ConfigBag::base());
    let output = output.map_err(|error| format!("{error:?}"))?;
    let output: ListObjectsV2Output = output.downcast().unwrap();
    let mut rows = Page::default().with_etags(etags);
    for object in output.contents() {
        let name = object.key().filter(|key| !key.is_empty()).ok_or("an object has no key")?;
        let size = object.size().and_then(|size| u64::try_from(size).ok()).unwrap_or_default();
        let modified = object.last_modified().and_then(timestamp);
        let class = Class::parse(object.storage_class().map_or("", |class| class.as_str()));
        let kind = RowKind::Object { size, modified, class };
        let etag = object.e_tag().map(|etag| etag.trim_matches('"')).filter(|_| etags);
        rows.push_row(Row { name, kind, version: None, etag });
    }
    for common in output.common_prefixes() {
        let name = common.prefix().filter(|name| !name.is_empty());
        rows.push_prefix(name.ok_or("a common prefix has no name")?);
    }
    Ok(WrittenPage {
        rows,
        encoded: output.encoding_type().is_some(),
        truncated: output.is_truncated(),
        token: output.next_continuation_token().map(str::to_owned),
    })
}

/// The same by the scanner, in the SDK's order.
fn scanned(body: &[u8], etags: bool) -> Result<WrittenPage, String> {
    let page = scan(body, etags).map_err(|fault| fault.to_string())?;
    let page = page.ok_or("no page")?;
    let mut rows = Page::default().with_etags(etags);
    page.rows.rows().filter(|row| !row.is_prefix()).for_each(|row| rows.push_row(row));
    page.rows.rows().filter(Row::is_prefix).for_each(|row| rows.push_row(row));
    Ok(WrittenPage { rows, ..page })
}

fn page(inner: &str) -> String {
    format!("<ListBucketResult><Contents><Key>first</Key></Contents>{inner}</ListBucketResult>")
}

fn names(read: Result<WrittenPage, String>) -> Result<Vec<String>, String> {
    read.map(|page| page.rows.rows().map(|row| row.name.to_owned()).collect())
}

/// What the SDK reads and is wrong about: it stops at what it cannot read without a word, takes
/// the last of several for the only one, or reads what no document may have.
#[test]
fn what_the_sdk_reads_and_the_scanner_refuses() {
    let row = "<Contents><Key>second</Key></Contents>";
    // An element that is broken ends the SDK's list: `second` is lost.
    for broken in [
        "<Owner a/>",
        "<Owner a=b></Owner>",
        "<Owner a='b'c='d'/>",
        "<Owner a='&no;'/>",
        "<1/>",
        "<x>\u{1}</x>",
        "<x>]]></x>",
    ] {
        let body = page(&format!("{broken}{row}"));
        assert_eq!(names(by_sdk(body.as_bytes(), false)), Ok(vec!["first".into()]), "{broken}");
        assert!(scanned(body.as_bytes(), false).is_err(), "{broken}");
    }
    // Of several the last is taken: a key, or the end of a listing, is lost.
    for twice in [
        "<Contents><Key>a</Key><Key>b</Key></Contents>",
        "<Contents><Key>a</Key><Size>1</Size><Size>2</Size></Contents>",
        "<IsTruncated>true</IsTruncated><IsTruncated>false</IsTruncated>",
        "<NextContinuationToken>a</NextContinuationToken><NextContinuationToken/>",
    ] {
        let body = page(twice);
        assert!(by_sdk(body.as_bytes(), false).is_ok(), "{twice}");
        let why = scanned(body.as_bytes(), false).unwrap_err();
        assert!(why.contains("comes twice"), "{twice}: {why}");
    }
    // No document has these (XML 1.0); what they were meant to be is not known.
    for illegal in [
        "<!-- \u{1} -->",
        "<a:b:c/>",
        "<Contents><Key>&#+65;</Key></Contents>",
        "<?xml version='1.0'?><!-- -->",
        "<? x?>",
        "<Contents/><!DOCTYPE a>",
    ] {
        let body = page(illegal);
        assert!(scanned(body.as_bytes(), false).is_err(), "{illegal}");
    }
    // A document type may declare what a reference stands for.
    let body = format!("<!DOCTYPE a>{}", page(""));
    assert!(by_sdk(body.as_bytes(), false).is_ok());
    assert!(scanned(body.as_bytes(), false).unwrap_err().contains("document type"));
    // The bytes are not what the server says they are.
    let body = format!("<?xml version='1.0' encoding='latin1'?>{}", page("<x>é</x>"));
    assert!(by_sdk(body.as_bytes(), false).is_ok());
    assert!(scanned(body.as_bytes(), false).unwrap_err().contains("encoding"));
}

/// What the SDK does not read, and leaves no doubt.
#[test]
fn what_the_sdk_refuses_and_the_scanner_reads() {
    // Blanks before a declaration: S3 sends them while it works on an answer.
    let body = format!("\n<?xml version='1.0'?>{}", page(""));
    assert!(by_sdk(body.as_bytes(), false).is_err());
    assert_eq!(names(scanned(body.as_bytes(), false)), Ok(vec!["first".into()]));
    // What is not wanted is not judged.
    for unwanted in [
        "<MaxKeys/>",
        "<KeyCount>many</KeyCount>",
        "<Name><b/></Name>",
        "<x>text <b>beside</b> elements</x>",
        "<Contents><Key>a</Key><RestoreStatus><RestoreExpiryDate/></RestoreStatus></Contents>",
    ] {
        let body = page(unwanted);
        assert!(by_sdk(body.as_bytes(), false).is_err(), "{unwanted}");
        assert!(scanned(body.as_bytes(), false).is_ok(), "{unwanted}");
    }
}

/// Some servers write several prefixes into one element, of which the SDK takes the last.
#[test]
fn what_the_scanner_reads_otherwise() {
    let several = "<CommonPrefixes><Prefix>a/</Prefix><Prefix>b/</Prefix></CommonPrefixes>";
    let body = page(several);
    let (sdk, own) = (by_sdk(body.as_bytes(), false), scanned(body.as_bytes(), false));
    assert_eq!(names(sdk).unwrap(), ["first", "b/"]);
    assert_eq!(names(own).unwrap(), ["first", "a/", "b/"]);
}

#[test]
fn an_error_in_a_success_is_left_to_the_sdk() {
    let body = b"<Error><Code><![CDATA[InternalError]]></Code></Error>";
    assert_eq!(scan(body, false), Ok(None));
    assert!(by_sdk(body, false).unwrap_err().contains("InternalError"));
}

/// Where both read a page, it is the same page; where one does not, the reason is one of the above.
fn compare(body: &[u8], etags: bool) -> Result<(), TestCaseError> {
    let text = String::from_utf8_lossy(body);
    match (by_sdk(body, etags), scanned(body, etags)) {
        (Ok(sdk), Ok(own)) if sdk == own => {}
        (Ok(sdk), Ok(own)) => {
            let names = |page: &WrittenPage| -> BTreeSet<String> {
                page.rows.rows().map(|row| row.name.to_owned()).collect()
            };
            let several = text.matches("Prefix>").count() > 2;
            prop_assert!(several && names(&own).is_superset(&names(&sdk)), "{text}");
        }
        (Ok(_), Err(own)) => {
            let reasons = [
                "comes twice",
                "no document may have",
                "stands for nothing",
                "begins no reference",
                "document type",
                "it has a declaration",
                "without a name",
                "an attribute",
                "an element does not end",
                "end of a CDATA section",
                "text beside elements",
                "encoding",
            ];
            // An instruction without a name is no beginning of a document.
            let unbegun = own == "no page" && text.trim_start().contains("<?");
            let known = reasons.iter().any(|reason| own.contains(reason));
            prop_assert!(known || unbegun, "{own}: {text}");
        }
        (Err(sdk), Ok(_)) => {
            let reasons = ["text beside elements", "no root element", "looking for a data element"];
            let reasons = [&reasons[..], &["expected (", "XML parse error", "InvalidXml"]].concat();
            prop_assert!(reasons.iter().any(|reason| sdk.contains(reason)), "{sdk}: {text}");
        }
        (Err(_), Err(_)) => {}
    }
    Ok(())
}

// PROPTEST_CASES says how many of each.
proptest! {
    #[test]
    fn every_form_of_a_page_is_read_as_by_the_sdk(
        tape in prop::collection::vec(any::<u8>(), 0..400),
        etags: bool,
    ) {
        let written = document(&mut DocumentChoices::of(&tape), etags);
        let body = written.text.as_bytes();
        prop_assert_eq!(scanned(body, etags), by_sdk(body, etags), "{}", written.text);
    }

    #[test]
    fn a_changed_page_is_read_as_by_the_sdk_or_for_a_reason(
        tape in prop::collection::vec(any::<u8>(), 0..600),
        etags: bool,
    ) {
        let (writing, changing) = tape.split_at(tape.len() / 2);
        let written = document(&mut DocumentChoices::of(writing), etags);
        compare(&changed(&mut DocumentChoices::of(changing), &written.text), etags)?;
    }
}
