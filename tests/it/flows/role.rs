//! A role that asks for a code: the question, its answer, and being left alone.

use windlass::app::effect::{ConnectionRequest, Request, StorageRequest};
use windlass::app::event::{Answer, Event, ListedUploads, Ticket};
use windlass::app::screens::connecting::Stage;
use windlass::app::session::Startup;
use windlass::config::connection::Connection;
use windlass::domain::address::Location;
use windlass::domain::error::{ASSUME_ROLE, Error, ErrorKind};
use windlass::domain::object::{ObjectAddress, UploadId};
use windlass::domain::unfinished::{UnfinishedUpload, UploadOwner};

use crate::support::app::{App, buckets, page, startup};

fn wanted() -> Error {
    let arn = "arn:aws:iam::1:role/a";
    Error::new(ErrorKind::CodeWanted, ASSUME_ROLE, arn).detail("arn:aws:iam::1:mfa/me")
}

fn asked() -> App {
    let chain = Connection::chain("work".into(), Some("admin".to_owned()));
    let mut app = App::start(Startup { now: startup().now, ..Startup::of(chain) });
    app.fail("ListBuckets", wanted());
    app.effects();
    app
}

fn prompt(app: &App) -> Option<(String, Option<String>)> {
    match &app.state.parts.connecting.stage {
        Stage::Code(prompt) => Some((prompt.input.text().to_owned(), prompt.problem.clone())),
        _ => None,
    }
}

#[test]
fn a_code_signs_in_and_the_request_is_repeated() {
    let mut app = asked();
    app.typed("12a3").keys("enter");
    assert_eq!(app.requests(), [], "a code has six digits");
    assert!(prompt(&app).unwrap().1.unwrap().contains("6 digits"));
    app.event(Event::Paste(" 45 67".to_owned()));
    assert_eq!(prompt(&app).unwrap().0, "123456", "and no seventh");
    app.keys("enter enter");
    let requests = app.requests();
    let [Request::Connections(ConnectionRequest::GiveCode(code))] = requests.as_slice() else {
        panic!("{requests:?}")
    };
    assert_eq!(code.expose(), "123456");
    app.reply(Ok(Answer::CodeGiven));
    assert!(!app.state.parts.connecting.is_open());
    assert!(app.requests().contains(&Request::Storage(StorageRequest::ListBuckets)));
    app.reply(buckets(&["media"]));
    assert_eq!(app.bucket_names(), ["media"]);
}

#[test]
fn a_code_that_is_refused_is_asked_for_again() {
    let mut app = asked();
    app.typed("000000").keys("enter");
    let error = Error::new(ErrorKind::AccessDenied, ASSUME_ROLE, "role").detail("invalid code");
    app.fail("GiveCode", error);
    let (typed, problem) = prompt(&app).unwrap();
    assert_eq!(typed, "");
    assert!(problem.unwrap().contains("the role was refused: invalid code"));
}

#[test]
fn who_goes_on_without_is_asked_again_only_by_the_key() {
    let mut app = asked();
    app.keys("esc");
    assert!(!app.state.parts.connecting.is_open());
    app.keys("R");
    app.fail("ListBuckets", wanted());
    assert!(!app.state.parts.connecting.is_open(), "it does not nag");
    app.keys("g s");
    assert!(prompt(&app).is_some());
}

#[test]
fn whatever_is_asked_for_opens_the_question_once_the_session_is_over() {
    let app = || {
        let chain = Connection::chain("work".into(), Some("admin".to_owned()));
        let open = Location::parse("s3://media/").unwrap();
        let mut app = App::start(Startup { now: startup().now, open, ..Startup::of(chain) });
        app.reply(buckets(&["media"])).reply(page(&["a"], None));
        app
    };
    let mut prefix = app();
    prefix.keys("n").typed("new").keys("enter").fail("CreatePrefix", wanted());
    assert!(prompt(&prefix).is_some(), "a new prefix");
    let mut bucket = app();
    bucket.keys("1 n").typed("new-bucket").keys("enter enter").fail("CreateBucket", wanted());
    assert!(prompt(&bucket).is_some(), "a new bucket");
    let mut parts = app();
    let upload = UnfinishedUpload {
        object: ObjectAddress::new("media".into(), "k".into()),
        upload: UploadId("u".to_owned()),
        since: None,
        by: String::new(),
    };
    let uploads = vec![(upload, UploadOwner::Left)];
    parts.keys("1 U").reply(Ok(Answer::Uploads(ListedUploads { uploads, next: None })));
    parts.fail("CountParts", wanted());
    assert!(prompt(&parts).is_some(), "the parts of an upload");
}

#[test]
fn the_code_is_for_the_connection_that_was_asked() {
    let mut app = App::at("s3://media/");
    let (ticket, connection) = (app.last_ticket(), "other".into());
    app.event(Event::Reply { ticket, connection, reply: Err(wanted()) });
    let Stage::Code(prompt) = &app.state.parts.connecting.stage else { panic!("no question") };
    assert_eq!(prompt.connection.as_str(), "other");
    let mut app = App::at("s3://media/");
    app.reply_to(Ticket(1000), Err(wanted()));
    assert!(!app.state.parts.connecting.is_open(), "an answer that nobody waits for");
}
