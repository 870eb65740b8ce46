//! Tests that a page of versions is read in the order of the document, as the SDK reads it.

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::operation::list_object_versions::{ListObjectVersions, ListObjectVersionsOutput};
use aws_sdk_s3::primitives::SdkBody;
use aws_smithy_runtime_api::client::runtime_plugin::RuntimePlugin as _;
use aws_smithy_runtime_api::client::ser_de::{
    DeserializeResponse as _, SharedResponseDeserializer,
};
use aws_smithy_types::config_bag::ConfigBag;
use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::s3::ops::list::scan::documents::{DocumentChoices, changed, document};
use crate::s3::sdk::guard::readable;
use crate::s3::sdk::time::timestamp;

/// As the SDK reads it: all versions, then all delete markers.
fn by_sdk(body: &[u8]) -> Result<WrittenVersions, String> {
    let body = readable(Bytes::copy_from_slice(body), "ListObjectVersions");
    let body = body.map_err(|fault| fault.to_string())?;
    let response = HttpResponse::new(200.try_into().unwrap(), SdkBody::from(body));
    let plugin = ListObjectVersions::new().config().unwrap();
    let sdk = plugin.load::<SharedResponseDeserializer>().unwrap();
    let output = sdk.deserialize_nonstreaming_with_config(&response, &ConfigBag::base());
    let output = output.map_err(|error| format!("{error:?}"))?;
    let output: ListObjectVersionsOutput = output.downcast().unwrap();
    let entry = |key: Option<&str>, id: Option<&str>, latest, modified, state| {
        let key = key.filter(|key| !key.is_empty()).ok_or("a version has no key")?;
        let id = id.filter(|id| !id.is_empty()).unwrap_or("null");
        let version = VersionId(id.to_owned());
        let latest = latest == Some(true);
        Ok::<_, String>(VersionEntry { key: Key::new(key), version, latest, modified, state })
    };
    let mut rows = Vec::new();
    for one in output.versions() {
        let bytes = one.size().and_then(|size| u64::try_from(size).ok()).unwrap_or_default();
        let class = one.storage_class().map(|class| class.as_str().to_owned());
        let state = VersionState::Object { size: bytes, etag: one.e_tag().map(ETag::new), class };
        let modified = one.last_modified().and_then(timestamp);
        rows.push(entry(one.key(), one.version_id(), one.is_latest(), modified, state)?);
    }
    for one in output.delete_markers() {
        let modified = one.last_modified().and_then(timestamp);
        let state = VersionState::DeleteMarker;
        rows.push(entry(one.key(), one.version_id(), one.is_latest(), modified, state)?);
    }
    let prefixes = output.common_prefixes().iter().map(|common| {
        let name = common.prefix().filter(|name| !name.is_empty());
        Ok::<_, String>(name.ok_or("a common prefix has no name")?.to_owned())
    });
    Ok(WrittenVersions {
        rows,
        prefixes: prefixes.collect::<Result<_, _>>()?,
        encoded: output.encoding_type().is_some(),
        truncated: output.is_truncated(),
        next_key: output.next_key_marker().map(str::to_owned),
        next_version: output.next_version_id_marker().map(str::to_owned),
    })
}

/// The same by the scanner.
fn scanned(body: &[u8]) -> Result<WrittenVersions, String> {
    let page = scan(body).map_err(|fault| fault.to_string())?;
    let mut page = page.ok_or("no page")?;
    page.rows.sort_by_key(|row| row.state == VersionState::DeleteMarker);
    Ok(page)
}

/// A page of a listing with its elements named as those of a list of versions.
fn renamed(text: &str) -> String {
    [
        ("ListBucketResult", "ListVersionsResult"),
        ("ListObjectsV2Output", "ListVersionsResult"),
        ("NextContinuationToken", "NextVersionIdMarker"),
        ("ChecksumAlgorithm", "Owner"),
        ("Contents", "Version"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

const BOTH: &str = "<ListVersionsResult><NextKeyMarker>k&amp;</NextKeyMarker>\
    <IsTruncated>true</IsTruncated><NextVersionIdMarker>v</NextVersionIdMarker>\
    <Version><Key>a</Key><VersionId>2</VersionId><IsLatest>false</IsLatest><Size>3</Size>\
    <ETag>&quot;e&quot;</ETag><LastModified>2026-09-20T14:02:56.789Z</LastModified>\
    <StorageClass>NEW</StorageClass></Version>\
    <DeleteMarker><Key>a</Key><VersionId>3</VersionId><IsLatest>true</IsLatest></DeleteMarker>\
    <Version><Key>b</Key><IsLatest>true</IsLatest><VersionId/></Version>\
    <CommonPrefixes><Prefix>c/</Prefix></CommonPrefixes></ListVersionsResult>";

#[test]
fn versions_and_delete_markers_keep_their_order() {
    let page = scan(BOTH.as_bytes()).unwrap().unwrap();
    let told =
        |row: &VersionEntry| format!("{}={} {}", row.key.as_str(), row.version.0, row.latest);
    let rows: Vec<String> = page.rows.iter().map(told).collect();
    assert_eq!(rows, ["a=2 false", "a=3 true", "b=null true"]);
    assert_eq!((page.next_key.as_deref(), page.next_version.as_deref()), (Some("k&"), Some("v")));
    assert_eq!(page.rows[1].state, VersionState::DeleteMarker);
    assert_eq!(scanned(BOTH.as_bytes()), by_sdk(BOTH.as_bytes()));
}

#[test]
fn what_could_be_lost_or_misread_is_refused() {
    for (from, to, why) in [
        ("<Key>a</Key><VersionId>3", "<VersionId>3", "a version has no key"),
        ("<VersionId>2", "<VersionId>1</VersionId><VersionId>2", "<VersionId> comes twice"),
        ("<IsLatest>true", "<IsLatest>yes", "<IsLatest> says \"yes\""),
        ("<Key>b", "<Key>b<i/>", "<Key> has an element"),
        ("</DeleteMarker>", "</Version>", "ends as another element"),
    ] {
        let fault = scan(BOTH.replace(from, to).as_bytes()).unwrap_err().to_string();
        assert!(fault.contains(why), "{to}: {fault}");
    }
    let cut = scan(&BOTH.as_bytes()[..BOTH.len() - 2]).unwrap_err();
    assert!(matches!(cut, ResponseFault::Cut(_)));
    assert_eq!(scan(b"<ListBucketResult/>"), Ok(None));
}

proptest! {
    #[test]
    fn every_form_of_a_page_is_read_as_by_the_sdk(
        tape in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let text = renamed(&document(&mut DocumentChoices::of(&tape), true).text);
        prop_assert_eq!(scanned(text.as_bytes()), by_sdk(text.as_bytes()), "{}", text);
    }

    #[test]
    fn no_change_of_a_page_makes_it_panic(tape in prop::collection::vec(any::<u8>(), 0..600)) {
        let (writing, changing) = tape.split_at(tape.len() / 2);
        let text = renamed(&document(&mut DocumentChoices::of(writing), true).text);
        let _ = scan(&changed(&mut DocumentChoices::of(changing), &text));
    }
}
