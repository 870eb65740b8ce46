//! What the browser asks of storage loses nothing that somebody has there.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use tokio_util::sync::CancellationToken;
use windlass::app::effect::StorageRequest;
use windlass::app::event::{Answer, Reply};
use windlass::demo::faults::{Act, Fault};
use windlass::demo::server::Server;
use windlass::demo::store::content::Content;
use windlass::demo::store::object::Stored;
use windlass::domain::description::{MOST_DESCRIBED, MetadataOutcome, ThawOutcome};
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::metadata_change::MetadataChange;
use windlass::domain::object::{ETag, ObjectAddress, PutOptions};
use windlass::domain::thaw::{RestoreTier, ThawWish};
use windlass::domain::transfer::Target;
use windlass::s3::client::Client;
use windlass::transfer::journal::peek;
use windlass::transfer::queued_uploads::QueuedUploads;
use windlass::tui::requests::ask_storage;

use super::scripted::{answer, refusal, scripted_by};
use crate::support::server::{connection, r2_server, server};

fn object() -> ObjectAddress {
    ObjectAddress::new("media".into(), "a".into())
}

/// A server with one object, tagged `old=1`.
async fn tagged() -> (Server, Client) {
    let server = server().await;
    server.store().put("media", "a", "before");
    server.store().set_tags("media", "a", &[("old", "1")]);
    let client = Client::connect(&connection(&server), Arc::default()).unwrap();
    (server, client)
}

async fn ask(client: &Client, request: StorageRequest) -> Reply {
    ask_storage(client, request, QueuedUploads::default(), drop, &CancellationToken::new()).await
}

async fn changed(client: &Client, change: MetadataChange) -> MetadataOutcome {
    let etag = client.head(&object()).await.unwrap().etag;
    let request = StorageRequest::ChangeMetadata { objects: vec![(object(), etag)], change };
    match ask(client, request).await {
        Ok(Answer::MetadataChanged(outcome)) => outcome,
        other => panic!("{other:?}"),
    }
}

fn tagging(names: &[&str]) -> MetadataChange {
    let mut change = MetadataChange::default();
    change.set.tags = names.iter().map(|name| ((*name).to_owned(), "2".to_owned())).collect();
    change
}

async fn save(client: &Client, etag: Option<ETag>) -> Result<Option<ETag>, Error> {
    let bytes = b"mine".to_vec();
    let saved = ask(client, StorageRequest::SaveText { object: object(), etag, bytes }).await;
    saved.map(|answer| match answer {
        Answer::TextSaved(etag) => etag,
        other => panic!("{other:?}"),
    })
}

#[tokio::test]
async fn tags_that_cannot_be_read_are_not_written_over() {
    let (server, client) = tagged().await;
    let denied = Fault::answer(403, "AccessDenied").on("GetObjectTagging").forever();
    server.faults().add(denied);
    let mut removing = MetadataChange::default();
    removing.remove_tags.insert("old".to_owned());
    for change in [tagging(&["new"]), removing] {
        let outcome = changed(&client, change).await;
        let [error] = outcome.failed.as_slice() else { panic!("{outcome:?}") };
        assert_eq!(error.kind, ErrorKind::AccessDenied);
    }
    server.faults().clear();
    let tags = client.tags(&object()).await.unwrap();
    assert_eq!(tags, [("old".to_owned(), "1".to_owned())]);
}

#[tokio::test]
async fn more_tags_than_an_object_has_are_not_sent() {
    let (server, client) = tagged().await;
    let names = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"];
    let outcome = changed(&client, tagging(&names)).await;
    assert!(outcome.failed[0].detail.contains("11 tags"), "{outcome:?}");
    assert_eq!(server.faults().count("PutObjectTagging"), 0);
}

#[tokio::test]
async fn a_text_is_not_saved_without_the_tags_of_what_it_replaces() {
    let (server, client) = tagged().await;
    let etag = client.head(&object()).await.unwrap().etag;
    let denied = Fault::answer(403, "AccessDenied").on("GetObjectTagging").forever();
    server.faults().add(denied);
    let refused = save(&client, etag).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::AccessDenied, "{refused:?}");
    assert_eq!(server.store().bytes("media", "a").unwrap(), "before");
    server.faults().clear();
    assert_eq!(client.tags(&object()).await.unwrap().len(), 1);
}

/// What has more than one request copies is copied in parts, which takes over no tags by itself.
#[tokio::test]
async fn a_large_object_is_not_copied_without_its_tags() {
    let server = scripted_by(|asked| match asked.line.as_str() {
        line if line.contains("tagging") => refusal(403, "AccessDenied"),
        line if line.starts_with("HEAD") => {
            "HTTP/1.1 200 X\r\nContent-Length: 6442450944\r\nETag: \"e\"\r\n\r\n".to_owned()
        }
        _ => refusal(501, "NotImplemented"),
    })
    .await;
    let client = server.client();
    let mut change = MetadataChange::default();
    change.set.headers.content_type = Some("x/y".to_owned());
    let outcome = changed(&client, change).await;
    assert_eq!(outcome.failed[0].kind, ErrorKind::AccessDenied, "{outcome:?}");
    let asked = server.asked();
    assert!(!asked.iter().any(|asked| asked.line.starts_with("POST")), "{asked:?}");
}

#[tokio::test]
async fn a_new_text_is_looked_for_where_the_answer_was_lost() {
    let (server, client) = tagged().await;
    server.store().remove("media", "a");
    server.faults().add(Fault::new(Act::LoseAnswer).on("PutObject"));
    save(&client, None).await.expect("it is stored");
    assert_eq!(server.store().bytes("media", "a").unwrap(), "mine");
}

#[tokio::test]
async fn a_text_is_looked_for_where_the_answer_was_lost() {
    let (server, client) = tagged().await;
    let etag = client.head(&object()).await.unwrap().etag;
    server.faults().add(Fault::new(Act::LoseAnswer).on("PutObject"));
    save(&client, etag).await.expect("it is stored");
    assert_eq!(server.store().bytes("media", "a").unwrap(), "mine");
}

/// Somebody writes between the look and a server's refusal of the condition itself.
#[tokio::test]
async fn a_new_text_is_not_written_over_what_came_meanwhile() {
    let looks = AtomicU32::new(0);
    let server = scripted_by(move |asked| match asked.line.as_str() {
        line if line.starts_with("HEAD") => match looks.fetch_add(1, Ordering::Relaxed) {
            0 => answer(404, "", ""),
            _ => answer(200, "ETag: \"theirs\"", ""),
        },
        _ if asked.header("if-none-match").is_some() => refusal(501, "NotImplemented"),
        _ => answer(200, "ETag: \"mine\"", ""),
    })
    .await;
    let refused = save(&server.client(), None).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::PreconditionFailed, "{refused:?}");
    let bare = |line: &str| line.starts_with("PUT");
    let puts = server.asked().iter().filter(|asked| bare(&asked.line)).count();
    assert!(puts <= 1, "only the one with the condition");
}

#[tokio::test]
async fn a_text_is_not_written_over_what_came_meanwhile() {
    let refused = AtomicBool::new(false);
    let server = scripted_by(move |asked| match asked.line.as_str() {
        line if line.contains("tagging") || line.contains("acl") => refusal(501, "NotImplemented"),
        line if line.starts_with("PUT") => match asked.header("if-match") {
            Some(_) => {
                refused.store(true, Ordering::Relaxed);
                refusal(501, "NotImplemented")
            }
            None => answer(200, "ETag: \"mine\"", ""),
        },
        _ if refused.load(Ordering::Relaxed) => answer(200, "ETag: \"theirs\"", ""),
        _ => answer(200, "ETag: \"e\"", ""),
    })
    .await;
    let refused = save(&server.client(), Some(ETag::new("e"))).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::PreconditionFailed, "{refused:?}");
    let puts = server.asked().iter().filter(|asked| asked.line.starts_with("PUT")).count();
    assert!(puts <= 1, "only the one with the condition");
}

/// Its queue may go on with any of them.
#[tokio::test]
async fn nothing_is_aborted_where_the_journal_cannot_be_read() {
    let (_server, client) = tagged().await;
    let upload = client.create_multipart(&object(), &PutOptions::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let damaged = folder.path().join("journal.sqlite");
    std::fs::write(&damaged, "this is no journal").unwrap();
    let unreached = damaged.join("below a file");
    for journal in [damaged, unreached] {
        assert!(peek(&journal).is_err());
        let (queued, stop) = (QueuedUploads::of_journal(journal), CancellationToken::new());
        let abort = StorageRequest::AbortUploads(vec![(object(), upload.clone())]);
        let refused = ask_storage(&client, abort, queued.clone(), drop, &stop).await;
        assert!(refused.is_err(), "{refused:?}");
        let list = StorageRequest::ListUploads { bucket: "media".into(), after: None };
        let listed = ask_storage(&client, list, queued, drop, &stop).await;
        let Ok(Answer::Uploads(listed)) = listed else { panic!("{listed:?}") };
        assert_eq!(listed.uploads.len(), 1, "it is listed all the same");
    }
    let none = folder.path().join("none");
    assert!(peek(&none).is_ok_and(|peek| peek.facts.is_empty()), "none is an empty one");
}

async fn thawed_below_p(client: &Client) -> ThawOutcome {
    let wish = ThawWish { days: 1, tier: RestoreTier::default() };
    let targets = vec![Target::Prefix("p/".into())];
    let thaw = StorageRequest::Thaw { bucket: "media".into(), targets, wish };
    match ask(client, thaw).await {
        Ok(Answer::Thawed(outcome)) => outcome,
        other => panic!("{other:?}"),
    }
}

fn archive(server: &Server, key: &str) {
    let storage_class = Some("GLACIER".to_owned());
    let object = Stored { storage_class, ..Stored::whole(Content::held("cold")) };
    server.store().put_object("media", key, object);
}

/// However many objects are listed before it, and without a look at each of them.
#[tokio::test]
async fn a_thaw_goes_to_the_end_of_a_prefix() {
    let (server, client) = tagged().await;
    for number in 0..=MOST_DESCRIBED {
        server.store().put("media", &format!("p/{number:05}"), "x");
    }
    archive(&server, "p/z");
    let outcome = thawed_below_p(&client).await;
    assert_eq!(outcome, ThawOutcome { asked: 1, ..ThawOutcome::default() });
    assert_eq!(server.faults().count("HeadObject"), 1);
}

#[tokio::test]
async fn a_thaw_looks_at_objects_whose_class_no_listing_tells() {
    let (server, client) = tagged().await;
    archive(&server, "p/cold");
    let untold =
        Act::Rewrite { from: "<StorageClass>GLACIER</StorageClass>".to_owned(), to: String::new() };
    server.faults().add(Fault::new(untold).on("ListObjectsV2").forever());
    let outcome = thawed_below_p(&client).await;
    assert_eq!(outcome, ThawOutcome { asked: 1, ..ThawOutcome::default() });
}

#[tokio::test]
async fn a_thaw_whose_listing_breaks_counts_no_object_as_failed() {
    let (server, client) = tagged().await;
    archive(&server, "p/a");
    for number in 0..1000 {
        server.store().put("media", &format!("p/b{number:03}"), "x");
    }
    server.faults().add(Fault::answer(403, "AccessDenied").on("ListObjectsV2").after(1).forever());
    let outcome = thawed_below_p(&client).await;
    assert_eq!((outcome.asked, outcome.failed), (1, 0), "{outcome:?}");
    let broken = outcome.broken.unwrap();
    assert_eq!(
        (broken.kind, broken.operation.as_str()),
        (ErrorKind::AccessDenied, "ListObjectsV2")
    );
}

/// Known from the start, or learned from the first answer.
#[tokio::test]
async fn tags_are_not_said_to_be_unreadable_where_the_server_has_none() {
    let mut removing = MetadataChange::default();
    removing.remove_tags.insert("old".to_owned());
    let r2 = r2_server().await;
    r2.store().put("media", "a", "before");
    let client = Client::connect(&connection(&r2), Arc::default()).unwrap();
    let etag = client.head(&object()).await.unwrap().etag;
    let objects = vec![(object(), etag)];
    let request = StorageRequest::ChangeMetadata { objects, change: removing.clone() };
    let refused = ask(&client, request).await.unwrap_err();
    let told = (refused.kind, refused.detail.as_str());
    assert_eq!(told, (ErrorKind::Unsupported, "R2 has no object tags"));
    assert_eq!(r2.faults().count("HeadObject"), 1, "no object is looked at for it");

    let (server, client) = tagged().await;
    let unknown = Fault::answer(501, "NotImplemented").on("GetObjectTagging").forever();
    server.faults().add(unknown);
    let outcome = changed(&client, removing).await;
    let [error] = outcome.failed.as_slice() else { panic!("{outcome:?}") };
    assert_eq!(error.kind, ErrorKind::Unsupported, "{error:?}");
}
