//! Ways of single servers that are no ways of S3, answered as those servers answer.

use tokio_util::sync::CancellationToken;
use windlass::domain::address::Prefix;
use windlass::domain::attributes::Attributes;
use windlass::domain::error::ErrorKind;
use windlass::domain::metadata_change::MetadataChange;
use windlass::domain::object::{CopyOptions, ETag, ObjectAddress, ObjectHeaders, VersionId};
use windlass::domain::protection::AccessSpec;
use windlass::domain::restoring::{RestorePoint, RestoreStep, step};
use windlass::domain::settings::BucketSetting;
use windlass::domain::versions::KeyVersion;
use windlass::s3::access::Access;
use windlass::s3::ops::versions::{VersionPages, VersionsQuery};
use windlass::transfer::saving::save_text;

use super::scripted::{Scripted, answer, refusal, scripted_by, xml};

fn object() -> ObjectAddress {
    ObjectAddress::new("b".into(), "k".into())
}

fn versions(rows: &str) -> String {
    xml(200, &format!("<ListVersionsResult>{rows}</ListVersionsResult>"))
}

fn version(id: &str, latest: bool) -> String {
    format!(
        "<Version><Key>k</Key><VersionId>{id}</VersionId><IsLatest>{latest}</IsLatest>\
         <LastModified>2026-11-30T12:00:00.000Z</LastModified><ETag>\"{id}\"</ETag>\
         <Size>1</Size></Version>"
    )
}

/// OpenStack Swift.
#[tokio::test]
async fn versions_go_on_behind_the_last_row_where_the_server_calls_it_null() {
    let server = scripted_by(|asked| match asked.query("version-id-marker").as_deref() {
        None => versions(&format!(
            "<IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker>\
             <NextVersionIdMarker>null</NextVersionIdMarker>{}",
            version("two", true)
        )),
        Some("two") => {
            versions(&format!("<IsTruncated>false</IsTruncated>{}", version("one", false)))
        }
        Some(_) => versions("<IsTruncated>false</IsTruncated>"),
    })
    .await;
    let history = server.client().versions_of(&object()).await.unwrap();
    let ids: Vec<&str> = history.versions().iter().map(|row| row.version.as_str()).collect();
    assert_eq!(ids, ["two", "one"]);
}

/// OpenStack Swift.
#[tokio::test]
async fn a_level_of_versions_goes_on_behind_a_prefix_that_is_answered_again_by_its_name() {
    let server = scripted_by(|asked| {
        assert_eq!(asked.query("version-id-marker"), None, "it has nothing behind null");
        versions(match asked.query("key-marker").as_deref() {
            Some(key) if key > "a/\u{10FFFE}" => {
                "<IsTruncated>false</IsTruncated>\
                 <CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes>"
            }
            _ => {
                "<IsTruncated>true</IsTruncated><NextKeyMarker>a/</NextKeyMarker>\
                 <NextVersionIdMarker>null</NextVersionIdMarker>\
                 <CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>"
            }
        })
    })
    .await;
    let client = server.client();
    let query =
        VersionsQuery { delimited: true, ..VersionsQuery::below(&"b".into(), &Prefix::root()) };
    let mut pages = VersionPages::new(&client, query);
    let mut found = Vec::new();
    while let Some(page) = pages.next().await.unwrap() {
        found.extend(page.prefixes.iter().map(|prefix| prefix.as_str().to_owned()));
    }
    assert_eq!(found, ["a/", "b/"]);
}

/// What is stored with `If-Match` where the ETag is compared with or without its quotes.
async fn comparing(written: &'static str) -> Scripted {
    scripted_by(move |asked| match &asked.line {
        line if line.contains("tagging") || line.contains("acl") => refusal(501, "NotImplemented"),
        line if line.starts_with("PUT") => match asked.header("if-match") == Some(written) {
            true => answer(200, "ETag: \"new\"", ""),
            false => refusal(412, "PreconditionFailed"),
        },
        _ => answer(200, "ETag: \"e\"", ""),
    })
    .await
}

/// Ceph's gateway.
#[tokio::test]
async fn a_text_is_saved_where_the_quotes_of_its_tag_are_taken_for_a_part_of_it() {
    for (written, puts) in [("e", 2), ("\"e\"", 1)] {
        let server = comparing(written).await;
        let client = server.client();
        let opened = ETag::new("e");
        let save = |text: &str| {
            let (client, bytes) = (&client, text.as_bytes().to_vec());
            let opened = Some(&opened);
            async move { save_text(client, &object(), opened, bytes).await.unwrap() }
        };
        assert_eq!(save("text").await.unwrap().as_str(), "new");
        save("again").await;
        let asked = server.asked();
        let sent = asked.iter().filter(|asked| asked.line.starts_with("PUT")).count();
        assert_eq!(sent, puts + 1, "the second time it is known");
    }
}

/// LocalStack refuses the copy of an older version onto its key, unless it is described anew.
async fn taking_versions_for_the_same() -> Scripted {
    scripted_by(|asked| match &asked.line {
        line if line.contains("?versions") || line.contains("&versions") => versions(&format!(
            "<IsTruncated>false</IsTruncated>{}{}",
            version("two", true),
            version("one", false)
        )),
        line if line.starts_with("PUT") => match asked.header("x-amz-metadata-directive") {
            Some("replace") if asked.header("cache-control") == Some("no-cache") => {
                xml(200, "<CopyObjectResult><ETag>\"one\"</ETag></CopyObjectResult>")
            }
            _ => refusal(400, "InvalidRequest"),
        },
        _ => answer(200, "ETag: \"one\"\r\nx-amz-version-id: one\r\nCache-Control: no-cache", ""),
    })
    .await
}

#[tokio::test]
async fn a_version_comes_back_where_its_copy_is_taken_for_one_that_changes_nothing() {
    let server = taking_versions_for_the_same().await;
    let client = server.client();
    let history = client.versions_of(&object()).await.unwrap();
    let [over, object] = history.versions() else { panic!("{history:?}") };
    let step = RestoreStep::Copy { object: object.clone(), over: Some(over.clone()) };
    let done = client.restore(&"b".into(), vec![step], &CancellationToken::new(), |_| ()).await;
    assert_eq!((done.restored, done.failed), (1, 0), "{done:?}");
}

/// `cp s3://b/k?version=one s3://b/k`, and that nothing else is sent twice.
#[tokio::test]
async fn a_version_is_copied_onto_its_key_with_what_it_says_of_itself() {
    let server = taking_versions_for_the_same().await;
    let client = server.client();
    let (key, etag) = (object(), ETag::new("one"));
    let from = key.clone().at_version(VersionId("one".to_owned()));
    let options = CopyOptions {
        source_etag: Some(etag.clone()),
        storage_class: Some("STANDARD_IA".to_owned()),
        ..CopyOptions::default()
    };
    let stored = client.copy_as(&from, &key, &options).await.unwrap();
    assert_eq!(stored.etag, Some(etag));
    let asked = server.asked();
    let sent: Vec<_> = asked.iter().filter(|asked| asked.line.starts_with("PUT")).collect();
    assert_eq!(sent.len(), 2, "as it is, then described");
    for copy in &sent {
        assert_eq!(copy.header("x-amz-storage-class"), Some("standard_ia"));
        assert!(copy.header("x-amz-copy-source").unwrap().ends_with("?versionid=one"));
        assert!(copy.header("x-amz-copy-source-if-match").is_some());
    }
    let other = ObjectAddress::new("b".into(), "other".into());
    let refused = client.copy_as(&from, &other, &options).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::InvalidRequest);
    let puts = server.asked().iter().filter(|asked| asked.line.starts_with("PUT")).count();
    assert_eq!(puts, 3, "a refusal of another key is one");
}

/// Ceph's gateway copies, but not what has a key of one's own.
#[tokio::test]
async fn a_refused_copy_under_a_key_of_ones_own_says_nothing_of_others() {
    const KEY: &str = "x-amz-server-side-encryption-customer-key";
    let server = scripted_by(|asked| match asked.line.starts_with("PUT") {
        true if asked.header(KEY).is_some() => refusal(501, "NotImplemented"),
        true => xml(200, "<CopyObjectResult><ETag>\"e\"</ETag></CopyObjectResult>"),
        false => answer(200, "ETag: \"e\"", ""),
    })
    .await;
    let client = server.client();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, [7; 32]).unwrap();
    let spec = AccessSpec { key_file: Some(path), ..AccessSpec::default() };
    let keyed = client.accessing(Access::of(&spec, "a test").await.unwrap());
    let to = ObjectAddress::new("b".into(), "copy".into());
    let refused = keyed.copy(&object(), &to, None, false, None).await.unwrap_err();
    assert!(refused.is(&ErrorKind::Unsupported), "{refused:?}");
    let change = MetadataChange {
        set: Attributes {
            headers: ObjectHeaders { content_type: Some("a/b".into()), ..Default::default() },
            ..Attributes::default()
        },
        ..MetadataChange::default()
    };
    let refused = keyed.change_if_still(&object(), Some(&ETag::new("e")), &change).await;
    let told = refused.unwrap_err().explain().what;
    assert!(told.contains("key of yours (SSE-C)") && told.contains("another name"), "{told}");
    client.copy(&object(), &to, None, false, None).await.expect("a server that copies");
}

/// OpenStack Swift removes markers by DeleteObjects, and brings nothing back.
async fn bringing_nothing_back() -> Scripted {
    let copied = std::sync::Mutex::new(false);
    scripted_by(move |asked| match asked.line.split(' ').next() {
        Some("POST") => xml(
            200,
            "<DeleteResult><Deleted><Key>k</Key><VersionId>m</VersionId></Deleted>\
             <Deleted><Key>k</Key><VersionId>n</VersionId></Deleted></DeleteResult>",
        ),
        Some("PUT") => {
            *copied.lock().unwrap() = true;
            xml(200, "<CopyObjectResult><ETag>\"one\"</ETag></CopyObjectResult>")
        }
        Some("DELETE") => answer(204, "", ""),
        _ if asked.line.contains("versionId=one") || *copied.lock().unwrap() => {
            answer(200, "ETag: \"one\"", "")
        }
        _ => answer(404, "", ""),
    })
    .await
}

#[tokio::test]
async fn what_is_not_there_without_its_markers_is_copied_on_top() {
    let listed = |id: &str, latest| {
        let server = scripted_by({
            let rows = version(id, latest);
            move |_| versions(&format!("<IsTruncated>false</IsTruncated>{rows}"))
        });
        async move { server.await.client().versions_of(&object()).await.unwrap() }
    };
    let kept = listed("one", false).await.newest().unwrap().clone();
    let marker = |id: &str| VersionId(id.to_owned());
    let undelete =
        RestoreStep::Undelete { markers: vec![marker("m"), marker("n")], object: kept.clone() };
    for (steps, copies) in [
        (vec![undelete], 1),
        // A later run finds the version, and none that is the latest.
        (vec![step(&listed("one", false).await, &RestorePoint::Undeleted)], 1),
        (vec![step(&listed("one", true).await, &RestorePoint::Undeleted)], 0),
    ] {
        let server = bringing_nothing_back().await;
        let client = server.client();
        let done = client.restore(&"b".into(), steps, &CancellationToken::new(), |_| ()).await;
        assert_eq!((done.restored, done.failed), (copies, 0), "{done:?}");
        let asked = server.asked();
        let sent = asked.iter().filter(|asked| asked.line.starts_with("PUT")).count();
        assert_eq!(sent as u64, copies);
        if copies > 0 {
            client.head(&object()).await.expect("it is there");
        }
    }
}

/// Where versions are listed and none is called the latest, although the key is there.
#[tokio::test]
async fn what_is_there_for_all_that_a_list_says_is_not_copied_onto_itself() {
    let server = scripted_by(|asked| match asked.line.contains("versions") {
        true => versions(&format!("<IsTruncated>false</IsTruncated>{}", version("one", false))),
        false => answer(200, "ETag: \"one\"\r\nx-amz-version-id: one", ""),
    })
    .await;
    let client = server.client();
    let step = step(&client.versions_of(&object()).await.unwrap(), &RestorePoint::Undeleted);
    let done = client.restore(&"b".into(), vec![step], &CancellationToken::new(), |_| ()).await;
    assert_eq!((done.unchanged, done.restored, done.failed), (1, 0, 0), "{done:?}");
    assert!(server.asked().iter().all(|asked| !asked.line.starts_with("PUT")));
}

/// OpenStack Swift waits for the body of a DELETE, and makes the type of an empty one the object's.
#[tokio::test]
async fn a_request_without_a_body_says_so_and_names_no_type() {
    let server = scripted_by(|asked| match asked.line.starts_with("DELETE") {
        true => answer(204, "", ""),
        false => answer(200, "", ""),
    })
    .await;
    let client = server.client();
    client.delete(&"b".into(), &["k".into()]).await.unwrap();
    client.put_canned_acl(&object(), "public-read").await.unwrap();
    client.clear_setting(&"b".into(), BucketSetting::Acl).await.unwrap();
    client.clear_setting(&"b".into(), BucketSetting::Cors).await.unwrap();
    client.put_tags(&object(), &[]).await.unwrap();
    let asked = server.asked();
    let [delete, acl, bucket_acl, cors, tags] = &asked[..] else { panic!("{asked:#?}") };
    for empty in [delete, acl, bucket_acl, cors] {
        assert_eq!(empty.header("content-length"), Some("0"), "{empty:?}");
        assert_eq!(empty.header("content-type"), None, "{empty:?}");
    }
    assert!(tags.header("content-type").is_some(), "{tags:?}");
}

/// Ceph's gateway tells why it keeps a version only where it is asked for one alone.
#[tokio::test]
async fn a_locked_version_among_many_is_told_as_locked() {
    let refused = |id: &str| {
        format!("<Error><Key>k</Key><VersionId>{id}</VersionId><Code>AccessDenied</Code></Error>")
    };
    let rows = format!("<DeleteResult>{}{}</DeleteResult>", refused("1"), refused("2"));
    let server = scripted_by(move |asked| match asked.line.starts_with("POST") {
        true => xml(200, &rows),
        false => xml(
            403,
            "<Error><Code>AccessDenied</Code>\
             <Message>forbidden by object lock</Message></Error>",
        ),
    })
    .await;
    let named = |id: &str| KeyVersion { key: "k".into(), version: Some(VersionId(id.to_owned())) };
    let failed = server.client().delete_versions(&"b".into(), &[named("1"), named("2")]).await;
    let failed = failed.unwrap();
    assert_eq!(failed.len(), 2);
    assert!(failed.iter().all(|(_, error)| error.is(&ErrorKind::Locked)), "{failed:?}");
}

/// Ceph's gateway names a block of public access otherwise.
#[tokio::test]
async fn a_block_of_public_access_is_known_by_what_is_in_it() {
    let server = scripted_by(|_| {
        xml(
            200,
            "<BlockPublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls>\
             </BlockPublicAccessBlockConfiguration>",
        )
    })
    .await;
    let client = server.client();
    let found = client.setting(&"b".into(), BucketSetting::PublicAccess).await.unwrap();
    assert!(found.is_some_and(|found| found.document.is_yes("BlockPublicAcls")));
    assert_eq!(client.lacking(), []);
}

/// rclone.
#[tokio::test]
async fn an_answer_about_another_version_than_was_asked_for_is_none() {
    let answers =
        |named: &'static str| scripted_by(move |_| answer(200, &format!("ETag: \"e\"{named}"), ""));
    let old = object().at_version(Some(VersionId("old".to_owned())));
    for named in ["", "\r\nx-amz-version-id: new"] {
        let error = answers(named).await.client().head(&old).await.unwrap_err();
        assert!(error.is(&ErrorKind::Unsupported), "{error:?}");
    }
    answers("\r\nx-amz-version-id: old").await.client().head(&old).await.unwrap();
    let null = object().at_version(Some(VersionId("null".to_owned())));
    answers("").await.client().head(&null).await.unwrap();
    answers("").await.client().head(&object()).await.unwrap();
}
