//! New buckets and prefixes.

use windlass::app::action::Action;
use windlass::app::dialogs::Dialog;
use windlass::app::effect::{Effect, Preference, Request, StorageRequest};
use windlass::app::event::{Answer, Event};
use windlass::app::session::Startup;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::provider::{Capability, RefusalNews};

use crate::support::app::{App, buckets, page, startup};

/// What the connection of the tests leads to.
const SERVER: &str = "http://127.0.0.1:9";

fn problem(app: &App) -> String {
    match app.state.dialog() {
        Some(Dialog::Prompt(prompt)) => prompt.problem().unwrap_or_default(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_bucket_name_is_checked_as_it_is_typed() {
    let mut app = App::at("s3://");
    app.reply(buckets(&[])).effects();
    app.keys("n").typed("My");
    assert!(problem(&app).contains("lowercase"));
    app.keys("enter");
    assert!(app.requests().is_empty());
    app.keys("ctrl-u").typed("my-bucket").keys("enter");
    assert_eq!(
        app.requests(),
        [Request::Storage(StorageRequest::CreateBucket("my-bucket".into()))]
    );
    app.reply(Ok(Answer::BucketCreated));
    assert!(app.state.dialog().is_none());
    assert_eq!(app.requests(), [Request::Storage(StorageRequest::ListBuckets)]);
    assert_eq!(app.toast(), "bucket my-bucket created");
}

#[test]
fn a_name_that_is_taken_stays_to_be_changed() {
    let mut app = App::at("s3://");
    app.reply(buckets(&[])).keys("n").typed("taken").keys("enter").effects();
    let taken = Error::new(ErrorKind::BucketExists, "CreateBucket", "s3://taken");
    app.fail("CreateBucket", taken);
    assert!(!problem(&app).is_empty());
    app.typed("-2").keys("enter");
    assert_eq!(app.requests(), [Request::Storage(StorageRequest::CreateBucket("taken-2".into()))]);
}

fn refusal(server: &str, capability: Capability) -> Event {
    let why = format!("this server answered {capability:?} with 501");
    Event::Refusal { server: server.into(), news: RefusalNews::Refused { capability, why } }
}

#[test]
fn what_a_server_refused_is_greyed_with_the_reason_from_then_on() {
    let mut app = App::at("s3://");
    app.reply(buckets(&["media"]));
    assert_eq!(app.state.disabled(Action::New), None);
    app.event(refusal(SERVER, Capability::CreateBucket));
    let why = app.state.disabled(Action::New).unwrap();
    assert_eq!(why, "this server answered CreateBucket with 501");
    // Of another server it says nothing.
    app.event(refusal("http://127.0.0.1:7", Capability::ListMultipartUploads));
    assert_eq!(app.state.disabled(Action::UnfinishedUploads), None);
    app.event(refusal(SERVER, Capability::ListMultipartUploads));
    let greyed = app.state.disabled(Action::UnfinishedUploads).unwrap();
    assert_eq!(greyed, "this server answered ListMultipartUploads with 501");
    app.keys("n");
    assert!(app.state.dialog().is_none() && app.toast().contains(&why), "{}", app.toast());
    assert_eq!(app.state.disabled(Action::Delete), None, "only what was refused");
}

#[test]
fn what_a_server_refused_is_remembered_until_it_is_asked_again() {
    let mut app = App::at("s3://");
    app.reply(buckets(&["media"])).effects();
    app.event(refusal(SERVER, Capability::CreateBucket));
    let saved = app.effects().into_iter().find_map(|effect| match effect {
        Effect::Save(Preference::Refused(refused)) => Some(refused),
        _ => None,
    });
    let saved = saved.unwrap();
    assert_eq!((&*saved.endpoint, saved.since), (SERVER, app.now));
    let mut app = App::start(Startup { refused: vec![saved], ..startup() });
    app.reply(buckets(&["media"])).effects();
    let why = app.state.disabled(Action::New).unwrap();
    assert!(why.contains("CreateBucket with 501 on 2026-") && why.contains("doctor"), "{why}");
    app.event(Event::Refusal { server: SERVER.into(), news: RefusalNews::Forgotten });
    assert_eq!(app.effects(), [Effect::Save(Preference::AskedAgain(SERVER.to_owned()))]);
    assert_eq!(app.state.disabled(Action::New), None);
}

#[test]
fn a_prefix_is_made_below_the_open_one_and_shown() {
    let mut app = App::with_rows(&["raw/"]);
    app.keys("enter").reply(page(&["x"], None)).keys("n").effects();
    app.typed("2026").keys("enter enter");
    let made = Request::Storage(StorageRequest::CreatePrefix {
        bucket: "media".into(),
        prefix: "raw/2026/".into(),
    });
    assert_eq!(app.requests(), [made]);
    app.reply(Ok(Answer::PrefixCreated));
    assert!(app.state.dialog().is_none());
    assert_eq!((app.names(), app.cursor()), (vec!["2026/", "x"], "2026/"));
    assert!(app.requests().is_empty());
}

#[test]
fn a_prefix_that_cannot_be_made_says_why() {
    let mut app = App::with_rows(&["x"]);
    app.keys("n").typed("new/").keys("enter").effects();
    let denied = Error::new(ErrorKind::AccessDenied, "PutObject", "s3://media/new/");
    app.fail("CreatePrefix", denied);
    assert!(!problem(&app).is_empty());
    app.keys("esc");
    assert!(app.state.dialog().is_none());
    assert!(app.requests().is_empty());
}
