//! A text that is saved replaces nothing but what was opened, whatever the server does.

use std::sync::Arc;
use std::time::Duration;

use windlass::demo::faults::{Act, Fault};
use windlass::demo::server::Server;
use windlass::domain::error::{Error, ErrorKind, SAVE_TEXT};
use windlass::domain::object::{ETag, ObjectAddress};
use windlass::s3::client::Client;
use windlass::transfer::saving::{save_new_text, save_text};

use crate::support::server::{connection, server};

fn object() -> ObjectAddress {
    ObjectAddress::new("media".into(), "a".into())
}

/// A server with one object, and its ETag.
async fn stored() -> (Server, Client, Option<ETag>) {
    let server = server().await;
    server.store().put("media", "a", "before");
    let client = Client::connect(&connection(&server), Arc::default()).unwrap();
    let etag = client.head(&object()).await.unwrap().etag;
    (server, client, etag)
}

fn ignore_conditions(server: &Server) {
    server.faults().add(Fault::new(Act::IgnoreConditions).on("PutObject").forever());
}

/// Throttles one PUT, and leaves time before the next.
fn throttle(server: &Server) {
    server.faults().add(Fault::slow_down().header("Retry-After", "1").on("PutObject"));
}

async fn save(client: &Client, etag: Option<&ETag>) -> Result<Option<ETag>, Error> {
    save_text(client, &object(), etag, b"mine".to_vec()).await
}

/// What comes of it where somebody does something else after so many requests of a name.
async fn while_somebody<T>(
    asked: impl Future<Output = T>,
    server: &Server,
    (operation, count): (&str, usize),
    does: impl FnOnce(),
) -> T {
    let somebody = async {
        while server.faults().count(operation) < count {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        does();
    };
    let both = async { tokio::join!(asked, somebody).0 };
    tokio::time::timeout(Duration::from_mins(1), both).await.expect("it comes to an end")
}

fn is_theirs(server: &Server, saved: &Result<Option<ETag>, Error>) {
    let refused = saved.as_ref().unwrap_err();
    assert_eq!(refused.kind, ErrorKind::PreconditionFailed, "{refused:?}");
    assert_eq!(refused.operation, SAVE_TEXT);
    assert_eq!(server.store().bytes("media", "a").unwrap(), "theirs");
}

#[tokio::test]
async fn what_came_while_the_object_was_described_is_not_written_over() {
    let (server, client, etag) = stored().await;
    ignore_conditions(&server);
    let late = Act::Delay(Duration::from_millis(500));
    server.faults().add(Fault::new(late).on("GetObjectTagging"));
    let theirs = || server.store().put("media", "a", "theirs");
    let saving = save(&client, etag.as_ref());
    let saved = while_somebody(saving, &server, ("GetObjectTagging", 1), theirs).await;
    is_theirs(&server, &saved);
    assert_eq!(server.faults().count("PutObject"), 0);
}

#[tokio::test]
async fn what_came_between_two_tries_is_not_written_over() {
    let (server, client, etag) = stored().await;
    throttle(&server);
    ignore_conditions(&server);
    let theirs = || server.store().put("media", "a", "theirs");
    let saving = save(&client, etag.as_ref());
    let saved = while_somebody(saving, &server, ("PutObject", 1), theirs).await;
    is_theirs(&server, &saved);
    assert_eq!(server.faults().count("PutObject"), 1);
}

#[tokio::test]
async fn what_was_deleted_between_two_tries_does_not_come_back() {
    let (server, client, etag) = stored().await;
    throttle(&server);
    ignore_conditions(&server);
    let delete = || server.store().remove("media", "a");
    let saving = save(&client, etag.as_ref());
    let saved = while_somebody(saving, &server, ("PutObject", 1), delete).await;
    let refused = saved.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::PreconditionFailed, "{refused:?}");
    assert!(refused.detail.contains("deleted"), "{refused:?}");
    assert_eq!(server.store().bytes("media", "a"), None);
}

#[tokio::test]
async fn a_new_text_is_not_written_over_what_came_between_two_tries() {
    let (server, client, _) = stored().await;
    server.store().remove("media", "a");
    throttle(&server);
    ignore_conditions(&server);
    let theirs = || server.store().put("media", "a", "theirs");
    let object = object();
    let saving = save_new_text(&client, &object, b"mine".to_vec());
    let saved = while_somebody(saving, &server, ("PutObject", 1), theirs).await;
    is_theirs(&server, &saved);
}

/// As Ceph's gateway, which refuses the condition itself on what has versions.
#[tokio::test]
async fn a_try_without_the_condition_is_not_sent_again_without_a_look() {
    let (server, client, etag) = stored().await;
    let refused = Fault::answer(501, "NotImplemented").on("PutObject").having("if-match");
    server.faults().add(refused.forever());
    throttle(&server);
    let theirs = || server.store().put("media", "a", "theirs");
    let saving = save(&client, etag.as_ref());
    let saved = while_somebody(saving, &server, ("PutObject", 2), theirs).await;
    is_theirs(&server, &saved);
    assert_eq!(server.faults().count("PutObject"), 2);
}

#[tokio::test]
async fn a_text_is_saved_where_conditions_are_ignored_and_nobody_else_writes() {
    let (server, client, etag) = stored().await;
    throttle(&server);
    ignore_conditions(&server);
    save(&client, etag.as_ref()).await.expect("it is stored");
    assert_eq!(server.store().bytes("media", "a").unwrap(), "mine");
}

/// What is there is as long, and its ETag is none of the bytes: encrypted with a key of KMS.
#[tokio::test]
async fn a_text_that_may_be_somebody_elses_is_not_said_to_be_saved() {
    let (server, client, etag) = stored().await;
    server.faults().add(Fault::new(Act::LoseAnswer).on("PutObject"));
    let opaque = Fault::with("etag", "\"opaque\"").on("HeadObject");
    // Those of before the request tell what was opened.
    server.faults().add(opaque.after(2).forever());
    let unsure = save(&client, etag.as_ref()).await.unwrap_err();
    assert_eq!((&unsure.kind, unsure.operation.as_str()), (&ErrorKind::Interrupted, SAVE_TEXT));
    assert!(unsure.explain().what.contains("may be saved or not"), "{unsure:?}");
}

#[tokio::test]
async fn who_waits_for_a_text_to_be_saved_does_not_wait_for_many_tries() {
    let (server, client, etag) = stored().await;
    server.faults().add(Fault::answer(500, "InternalError").on("PutObject").forever());
    let failed = save(&client, etag.as_ref()).await.unwrap_err();
    assert_eq!(failed.kind, ErrorKind::ServerFault, "{failed:?}");
    assert_eq!(server.faults().count("PutObject"), 3);
}

#[tokio::test]
async fn an_object_is_opened_without_a_question_for_what_an_edit_does_not_show() {
    let (server, client, etag) = stored().await;
    server.faults().clear_log();
    let opened = client.open_text(&object()).await.unwrap();
    assert_eq!((opened.etag, opened.bytes.as_slice()), (etag, &b"before"[..]));
    let log = server.faults().log();
    let asked: Vec<&str> = log.iter().map(|asked| asked.operation.as_str()).collect();
    assert_eq!(asked, ["HeadObject", "GetObject"]);
}
