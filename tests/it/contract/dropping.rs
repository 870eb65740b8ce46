//! Servers that take tags and locks with a write and drop them without a word, or do not give those
//! of one object.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use windlass::demo::faults::{Act, Fault};
use windlass::demo::server::Server;
use windlass::domain::asked_attributes::AskedAttributes;
use windlass::domain::error::ErrorKind;
use windlass::domain::metadata_change::MetadataChange;
use windlass::domain::object::{NewBucket, ObjectAddress, ObjectHeaders, PutOptions, VersionId};
use windlass::domain::protection::{Encryption, LockMode, Protection, Retention};
use windlass::domain::provider::{Capability, Provider};
use windlass::s3::client::Client;
use windlass::transfer::saving::save_text;

use super::scripted::{answer, refusal, scripted_by};
use crate::support::server::{connection, server};

fn object(key: &str) -> ObjectAddress {
    ObjectAddress::new("media".into(), key.into())
}

fn tag(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// A server with the objects `a` to `d`, each tagged `n` and its name.
async fn tagged() -> (Server, Client) {
    let server = server().await;
    for key in ["a", "b", "c", "d"] {
        server.store().put("media", key, "before");
        server.store().set_tags("media", key, &[("n", key)]);
    }
    let client = Client::connect(&connection(&server), Arc::default()).unwrap();
    (server, client)
}

fn dropping(operation: &str) -> Fault {
    Fault::new(Act::DropTagsAndLocks).on(operation).forever()
}

/// What Ceph's gateway answers where it cannot read the tags itself.
fn nothing(key: &str) -> Fault {
    let (status, content_type) = (200, "application/xml".to_owned());
    let empty = Act::Foreign { status, content_type, body: String::new() };
    Fault::new(empty).on("GetObjectTagging").key(key)
}

fn typed() -> MetadataChange {
    let mut change = MetadataChange::default();
    change.set.headers.content_type = Some("x/y".to_owned());
    change
}

async fn changed(client: &Client, key: &str, change: &MetadataChange) {
    let before = client.described(&object(key)).await.unwrap();
    client.change_metadata(&object(key), &before, change).await.unwrap();
    let head = client.head(&object(key)).await.unwrap();
    assert_eq!(head.headers.content_type.as_deref(), Some("x/y"));
}

#[tokio::test]
async fn tags_that_a_copy_onto_itself_drops_are_put() {
    let (server, client) = tagged().await;
    server.faults().add(dropping("CopyObject"));
    changed(&client, "a", &typed()).await;
    assert_eq!(client.tags(&object("a")).await.unwrap(), [tag("n", "a")]);
    let mut more = typed();
    more.set.headers.cache_control = Some("no-store".into());
    more.set.tags.insert("m".into(), "1".into());
    changed(&client, "a", &more).await;
    assert_eq!(client.tags(&object("a")).await.unwrap(), [tag("n", "a"), tag("m", "1")]);
}

#[tokio::test]
async fn a_text_that_is_saved_has_the_tags_of_what_it_replaces() {
    let (server, client) = tagged().await;
    server.faults().add(dropping("PutObject"));
    let etag = client.head(&object("a")).await.unwrap().etag;
    save_text(&client, &object("a"), etag.as_ref(), b"mine".to_vec()).await.unwrap();
    assert_eq!(client.tags(&object("a")).await.unwrap(), [tag("n", "a")]);
}

#[tokio::test]
async fn tags_that_cannot_be_put_either_are_told_as_lost() {
    let (server, client) = tagged().await;
    server.faults().add(dropping("CopyObject"));
    server.faults().add(Fault::answer(403, "AccessDenied").on("PutObjectTagging").forever());
    let before = client.described(&object("a")).await.unwrap();
    let lost = client.change_metadata(&object("a"), &before, &typed()).await.unwrap_err();
    assert_eq!(lost.kind, ErrorKind::Loss, "{lost:?}");
    let told = lost.explain().what;
    assert!(told.contains("stored without 1 tag") && told.contains("may not write"), "{told}");
}

#[tokio::test]
async fn a_server_that_drops_what_is_put_is_told_so() {
    let (server, client) = tagged().await;
    server.faults().add(dropping("CopyObject"));
    server.faults().add(Fault::new(Act::Pretend).on("PutObjectTagging").forever());
    let before = client.described(&object("a")).await.unwrap();
    let lost = client.change_metadata(&object("a"), &before, &typed()).await.unwrap_err();
    assert!(lost.is(&ErrorKind::Loss) && lost.detail.contains("does not keep it"), "{lost:?}");
}

#[tokio::test]
async fn a_server_that_keeps_what_is_asked_is_not_asked_to_put_it() {
    let (server, client) = tagged().await;
    changed(&client, "a", &typed()).await;
    assert_eq!(server.faults().count("PutObjectTagging"), 0);
    let relied_upon =
        windlass::config::connection::Connection { provider: Provider::Aws, ..connection(&server) };
    let client = Client::connect(&relied_upon, Arc::default()).unwrap();
    let asked = AskedAttributes { tags: Some(vec![tag("x", "y")]), ..Default::default() };
    assert!(client.put_right(&object("a"), &asked).await.unwrap());
    assert_eq!(server.faults().count("PutObjectTagging"), 0);
}

#[tokio::test]
async fn locks_that_a_write_drops_are_put() {
    let (server, client) = tagged().await;
    let lockable = NewBucket { object_lock: true, ..NewBucket::named("vault".into()) };
    client.make_bucket(&lockable).await.unwrap();
    server.faults().add(dropping("CopyObject"));
    server.faults().add(dropping("PutObject"));
    let until = Timestamp::now() + Duration::from_secs(3600);
    let retention = Retention::new(LockMode::Governance, until);
    let object = ObjectAddress::new("vault".into(), "new".into());
    let mut options = PutOptions::default();
    options.protection.retention = Some(retention);
    options.protection.legal_hold = Some(true);
    let stored = client.put(&object, "x".into(), &options).await.unwrap();
    let stored = object.clone().at_version(stored.version_id.map(VersionId));
    assert!(client.put_right(&stored, &AskedAttributes::of(&options)).await.unwrap());
    let head = client.head(&object).await.unwrap();
    assert_eq!((head.retention, head.legal_hold), (Some(retention), Some(true)));
    let before = client.described(&object).await.unwrap();
    client.change_metadata(&object, &before, &typed()).await.unwrap();
    let after = client.head(&object).await.unwrap();
    assert_ne!(after.version_id, head.version_id);
    assert_eq!((after.retention, after.legal_hold), (Some(retention), Some(true)));
    server.faults().add(Fault::answer(501, "NotImplemented").on("PutObjectRetention"));
    let before = client.described(&object).await.unwrap();
    let mut other = typed();
    other.set.headers.content_type = Some("z/z".into());
    let lost = client.change_metadata(&object, &before, &other).await.unwrap_err();
    assert!(lost.is(&ErrorKind::Loss) && lost.detail.contains("GOVERNANCE"), "{lost:?}");
}

/// What rclone drops of any write, and nothing puts afterwards.
#[tokio::test]
async fn what_no_request_puts_is_told_as_lost() {
    let (server, client) = tagged().await;
    let all = PutOptions {
        headers: ObjectHeaders {
            expires: Some("Thu, 01 Dec 2033 16:00:00 GMT".into()),
            ..ObjectHeaders::default()
        },
        protection: Protection {
            encryption: Some(Encryption { method: "AES256".into(), key_id: None }),
            acl: Some("public-read".into()),
            ..Protection::default()
        },
        ..PutOptions::default()
    };
    let asked = AskedAttributes { headers: all.headers.clone(), ..AskedAttributes::of(&all) };
    let object = object("new");
    client.put(&object, "x".into(), &PutOptions::default()).await.unwrap();
    let lost = client.put_right(&object, &asked).await.unwrap_err();
    assert!(lost.is(&ErrorKind::Loss), "{lost:?}");
    assert!(lost.detail.contains("AES256") && lost.detail.contains("expires"), "{lost:?}");
    let grants = client.grants(&object).await.unwrap();
    assert_eq!(grants, ["AllUsers READ"], "the ACL is put");
    client.put(&object, "x".into(), &all).await.unwrap();
    assert!(client.put_right(&object, &asked).await.unwrap());
    server.faults().add(Fault::answer(501, "NotImplemented").on("GetObjectAcl").forever());
    let lost = client.put_right(&object, &asked).await.unwrap_err();
    assert!(lost.detail.contains("the ACL public-read"), "{lost:?}");
}

/// rclone tells of locks at HEAD what it was told, and knows none of them.
#[tokio::test]
async fn a_lock_that_is_told_and_not_kept_is_told_as_lost() {
    let told = "ETag: \"e\"\r\nx-amz-object-lock-mode: GOVERNANCE\r\n\
                x-amz-object-lock-retain-until-date: 2036-01-01T00:00:00Z";
    let server = scripted_by(move |_| answer(200, told, "hello")).await;
    let until = "2030-01-01T00:00:00Z".parse().unwrap();
    let retention = Some(Retention::new(LockMode::Governance, until));
    let asked = AskedAttributes { retention, ..AskedAttributes::default() };
    let lost = server.client().put_right(&object("k"), &asked).await.unwrap_err();
    assert!(lost.is(&ErrorKind::Loss) && !lost.detail.contains("hello"), "{lost:?}");
}

/// OpenStack Swift fails at the question, and stores the document in place of the object.
#[tokio::test]
async fn no_lock_is_put_where_the_server_does_not_know_the_question() {
    let server = scripted_by(|asked| match asked.line.as_str() {
        line if line.contains("retention") || line.contains("legal-hold") => {
            refusal(500, "InternalError")
        }
        _ => answer(200, "ETag: \"e\"", ""),
    })
    .await;
    let client = server.client().sending_once();
    let until = "2030-01-01T00:00:00Z".parse().unwrap();
    let retention = Retention::new(LockMode::Governance, until);
    let asked =
        AskedAttributes { retention: Some(retention), legal_hold: true, ..Default::default() };
    let lost = client.put_right(&object("k"), &asked).await.unwrap_err();
    assert!(lost.is(&ErrorKind::Loss), "{lost:?}");
    let refused = client.put_retention(&object("k"), retention).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Unsupported, "{refused:?}");
    let refused = client.put_legal_hold(&object("k"), true).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Unsupported, "{refused:?}");
    let puts = server.asked().into_iter().filter(|asked| asked.line.starts_with("PUT"));
    assert_eq!(puts.count(), 0);
}

#[tokio::test]
async fn tags_of_one_object_that_cannot_be_read_say_nothing_of_others() {
    let (server, client) = tagged().await;
    server.faults().add(nothing("/b").forever());
    let unread = client.tags(&object("b")).await.unwrap_err();
    assert!(unread.is_unreadable(), "{unread:?}");
    assert_eq!(client.lacks(Capability::ObjectTags), None);
    assert_eq!(client.whole_object(&object("b")).await.unwrap().tags, None);
    let whole = client.whole_object(&object("c")).await.unwrap();
    assert_eq!(whole.tags.unwrap(), [tag("n", "c")]);
}

#[tokio::test]
async fn tags_that_nobody_can_read_are_replaced_by_those_that_are_set() {
    let (server, client) = tagged().await;
    server.faults().add(nothing("/b"));
    let before = client.described(&object("b")).await.unwrap();
    assert_eq!(before.tags, None);
    let mut change = MetadataChange::default();
    change.remove_tags.insert("n".into());
    assert!(before.refuses(&object("b"), &change, None).is_some(), "there is none to remove");
    change.set.tags.insert("m".into(), "1".into());
    client.change_metadata(&object("b"), &before, &change).await.unwrap();
    assert_eq!(client.tags(&object("b")).await.unwrap(), [tag("m", "1")]);
}

#[tokio::test]
async fn tags_that_may_not_be_read_are_not_risked_where_copies_may_drop_them() {
    let (server, client) = tagged().await;
    let denied = Fault::answer(403, "AccessDenied").on("GetObjectTagging").forever();
    server.faults().add(denied);
    let before = client.described(&object("a")).await.unwrap();
    let refused = client.change_metadata(&object("a"), &before, &typed()).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::AccessDenied, "{refused:?}");
    assert_eq!(server.faults().count("CopyObject"), 0);
}

#[tokio::test]
async fn what_was_refused_is_asked_anew_where_that_is_wanted() {
    let (server, client) = tagged().await;
    server.faults().add(Fault::answer(501, "NotImplemented").on("GetObjectTagging"));
    assert!(client.tags(&object("a")).await.is_err());
    assert!(client.tags(&object("b")).await.is_err(), "it is not asked again");
    assert_eq!(client.asking_for_tags_anew().tags(&object("b")).await.unwrap(), [tag("n", "b")]);
}
