//! Servers that keep something else than they were given, and changes that meet one another.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use windlass::demo::faults::{Act, Fault};
use windlass::demo::server::Server;
use windlass::domain::address::{Bucket, Key};
use windlass::domain::attributes::Attributes;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::metadata_change::MetadataChange;
use windlass::domain::object::{NewBucket, ObjectAddress, PutOptions};
use windlass::domain::restoring::{RestorePoint, Restored, step};
use windlass::domain::settings::BucketSetting;
use windlass::domain::settings::check::document;
use windlass::domain::settings::json::Json;
use windlass::domain::versions::Versioning;
use windlass::s3::client::Client;

use crate::support::server::{connection, server};

async fn opened() -> (Server, Client, Bucket) {
    let server = server().await;
    let client = Client::connect(&connection(&server), Arc::default()).unwrap();
    let bucket = Bucket::new("otherwise");
    client.create_bucket(&bucket).await.unwrap();
    (server, client, bucket)
}

fn rules(filter: &str) -> Json {
    let text = format!(
        "{{\"Rules\":[{{\"ID\":\"r\",\"Status\":\"Enabled\",\"Filter\":{{{filter}}},\
         \"Expiration\":{{\"Days\":3}}}}]}}"
    );
    document(BucketSetting::Lifecycle, &text).unwrap()
}

/// The server forgets the condition of a rule, as Ceph's gateway does.
fn forgetting(server: &Server, spared: u32) {
    let from = "<ObjectSizeGreaterThan>1000000</ObjectSizeGreaterThan>".to_owned();
    let forget = Fault::new(Act::Rewrite { from, to: String::new() });
    server.faults().add(forget.on("GetBucketLifecycleConfiguration").after(spared).forever());
}

async fn kept(client: &Client, bucket: &Bucket) -> Option<Json> {
    let stored = client.setting(bucket, BucketSetting::Lifecycle).await.unwrap();
    stored.map(|stored| stored.document)
}

#[tokio::test]
async fn a_rule_that_lost_its_condition_does_not_stay() {
    let (server, client, bucket) = opened().await;
    let new = rules("\"ObjectSizeGreaterThan\":1000000");
    let set = |before| {
        let (client, bucket, new) = (&client, &bucket, &new);
        async move { client.set_setting(bucket, BucketSetting::Lifecycle, new, before).await }
    };
    forgetting(&server, 0);
    let error = set(None).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Loss);
    assert!(error.detail.contains("ObjectSizeGreaterThan 1000000"), "{error:?}");
    assert!(error.detail.contains("the setting is as it was before"), "{error:?}");
    let told = error.explain();
    assert!(told.what.starts_with("the server keeps the setting otherwise"), "{told:?}");
    assert_eq!(kept(&client, &bucket).await, None, "nothing was set before");

    let before = rules("\"Prefix\":\"tmp/\"");
    server.faults().clear();
    set(None).await.unwrap();
    client.set_setting(&bucket, BucketSetting::Lifecycle, &before, None).await.unwrap();
    forgetting(&server, 0);
    set(Some(&before)).await.unwrap_err();
    server.faults().clear();
    let now = kept(&client, &bucket).await.unwrap();
    assert_eq!(now.get("Rules"), before.get("Rules"), "it is as it was");
}

#[tokio::test]
async fn a_wider_rule_that_cannot_be_taken_back_is_said_loudly() {
    let (server, client, bucket) = opened().await;
    forgetting(&server, 0);
    server.faults().add(Fault::answer(403, "AccessDenied").on("DeleteBucketLifecycle").forever());
    let new = rules("\"ObjectSizeGreaterThan\":1000000");
    let set = client.set_setting(&bucket, BucketSetting::Lifecycle, &new, None).await;
    let error = set.unwrap_err();
    assert!(error.detail.contains("the wider rule holds now"), "{error:?}");
    assert!(error.detail.contains("clear the lifecycle"), "{error:?}");
}

fn object(key: &str) -> ObjectAddress {
    ObjectAddress::new(Bucket::new("otherwise"), Key::new(key))
}

fn metadata(name: &str) -> MetadataChange {
    let metadata = [(name.to_owned(), "v".to_owned())].into();
    MetadataChange { set: Attributes { metadata, ..Attributes::default() }, ..Default::default() }
}

fn tags(name: &str) -> MetadataChange {
    let tags = [(name.to_owned(), "v".to_owned())].into();
    MetadataChange { set: Attributes { tags, ..Attributes::default() }, ..Default::default() }
}

#[tokio::test]
async fn of_two_changes_at_once_none_undoes_the_other_in_silence() {
    let (_server, client, _) = opened().await;
    let k = object("k");
    client.put(&k, "bytes".into(), &PutOptions::default()).await.unwrap();
    for [one, other] in [[metadata("one"), metadata("other")], [tags("one"), tags("other")]] {
        let before = client.described(&k).await.unwrap();
        client.change_metadata(&k, &before, &one).await.unwrap();
        let error = client.change_metadata(&k, &before, &other).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::SourceChanged);
        assert!(error.explain().what.contains("changed meanwhile"), "{error:?}");
        let now = client.described(&k).await.unwrap();
        client.change_metadata(&k, &now, &other).await.unwrap();
    }
    let now = client.described(&k).await.unwrap();
    assert_eq!(now.head.user_metadata.len(), 2, "{now:?}");
    assert_eq!(now.tags.unwrap().len(), 2);
}

#[tokio::test]
async fn a_change_that_is_undone_at_once_is_not_called_done() {
    let (server, client, _) = opened().await;
    let k = object("k");
    client.put(&k, "bytes".into(), &PutOptions::default()).await.unwrap();
    let undone = |error: Error| {
        assert_eq!(error.kind, ErrorKind::SourceChanged);
        assert!(error.detail.contains("is as before again"), "{error:?}");
    };
    for (operation, change) in [("CopyObject", metadata("one")), ("PutObjectTagging", tags("one"))]
    {
        let before = client.described(&k).await.unwrap();
        server.faults().add(Fault::new(Act::Pretend).on(operation));
        match client.change_metadata(&k, &before, &change).await {
            Err(error) => undone(error),
            Ok(()) => panic!("{operation}"),
        }
    }
}

/// OpenStack Swift takes the digest of no bytes for a wrong one.
#[tokio::test]
async fn a_request_without_a_body_has_no_digest_of_it() {
    let (server, client, _) = opened().await;
    let k = object("k");
    client.put(&k, "bytes".into(), &PutOptions::default()).await.unwrap();
    client.put_canned_acl(&k, "private").await.unwrap();
    client.put_tags(&k, &[("t".to_owned(), "v".to_owned())]).await.unwrap();
    let log = server.faults().log();
    let digest = |operation: &str| {
        let asked = log.iter().find(|asked| asked.operation == operation).unwrap();
        asked.header("content-md5").is_some()
    };
    assert!(!digest("PutObjectAcl"));
    assert!(digest("PutObjectTagging"));
}

async fn brought_back(client: &Client, key: &str, version: &str) -> Restored {
    let history = client.versions_of(&object(key)).await.unwrap();
    let wanted = history.versions().iter().find(|known| known.version.as_str() == version);
    let point = RestorePoint::Version(wanted.unwrap().version.clone());
    let steps = vec![step(&history, &point)];
    client.restore(&Bucket::new("otherwise"), steps, &CancellationToken::new(), |_| ()).await
}

#[tokio::test]
async fn a_version_comes_back_in_its_class_whatever_the_list_says() {
    let (server, client, bucket) = opened().await;
    client.set_versioning(&bucket, Versioning::Enabled).await.unwrap();
    let rare = PutOptions { storage_class: Some("STANDARD_IA".into()), ..PutOptions::default() };
    let first = client.put(&object("k"), "one".into(), &rare).await.unwrap();
    client.put(&object("k"), "other".into(), &PutOptions::default()).await.unwrap();
    let (from, to) = (">STANDARD_IA<".to_owned(), ">STANDARD<".to_owned());
    let listed = Fault::new(Act::Rewrite { from, to }).on("ListObjectVersions");
    server.faults().add(listed.forever());
    let done = brought_back(&client, "k", &first.version_id.unwrap()).await;
    assert_eq!((done.restored, done.failed, done.lacking.len()), (1, 0, 0), "{done:?}");
    let head = client.head(&object("k")).await.unwrap();
    assert_eq!(head.storage_class.as_deref(), Some("STANDARD_IA"));
    assert_eq!(head.size, Some(3));
}

#[tokio::test]
async fn a_version_that_comes_back_without_its_lock_is_named() {
    let (_server, client, _) = opened().await;
    let locked = Bucket::new("locked-here");
    let new = NewBucket { object_lock: true, ..NewBucket::named(locked.clone()) };
    client.make_bucket(&new).await.unwrap();
    let k = ObjectAddress::new(locked.clone(), Key::new("k"));
    let mut held = PutOptions::default();
    held.protection.legal_hold = Some(true);
    client.put(&k, "one".into(), &held).await.unwrap();
    client.put(&k, "other".into(), &PutOptions::default()).await.unwrap();
    let plan = client.versions_of(&k).await.unwrap();
    let oldest = plan.versions().last().unwrap().version.clone();
    let steps = vec![step(&plan, &RestorePoint::Version(oldest))];
    let done = client.restore(&locked, steps, &CancellationToken::new(), |_| ()).await;
    assert_eq!((done.restored, done.failed), (1, 0), "{done:?}");
    let [(key, lacking)] = done.lacking.as_slice() else { panic!("{done:?}") };
    assert_eq!(key.as_str(), "k");
    assert!(lacking.contains("lacks the legal hold of its version"), "{lacking}");
}
