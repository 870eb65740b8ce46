//! New buckets and prefixes.

use windlass::app::action::Action;
use windlass::app::dialogs::Dialog;
use windlass::app::effect::{Effect, Request, StorageRequest};
use windlass::app::event::{Answer, Event};
use windlass::app::preference::Preference;
use windlass::app::session::Startup;
use windlass::domain::address::Location;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::object::NewBucket;
use windlass::domain::provider::{Capability, Provider, RefusalNews};

use crate::support::app::{App, buckets, connection, page, startup};

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
    app.keys("ctrl-u").typed("my-bucket").keys("enter enter");
    assert_eq!(app.requests(), [create(NewBucket::named("my-bucket".into()))]);
    app.reply(Ok(Answer::BucketCreated));
    assert!(app.state.dialog().is_none());
    assert_eq!(app.requests(), [Request::Storage(StorageRequest::ListBuckets)]);
    assert_eq!(app.toast(), "bucket my-bucket created");
}

#[test]
fn a_name_that_is_taken_stays_to_be_changed() {
    let mut app = App::at("s3://");
    app.reply(buckets(&[])).keys("n").typed("taken").keys("enter enter").effects();
    let taken = Error::new(ErrorKind::BucketExists, "CreateBucket", "s3://taken");
    app.fail("CreateBucket", taken);
    assert!(!problem(&app).is_empty());
    app.typed("-2").keys("enter enter");
    assert_eq!(app.requests(), [create(NewBucket::named("taken-2".into()))]);
}

fn create(new: NewBucket) -> Request {
    Request::Storage(StorageRequest::CreateBucket(Box::new(new)))
}

#[test]
fn a_bucket_is_asked_for_as_the_provider_can_make_it() {
    let mut app = App::at("s3://");
    app.reply(buckets(&[])).keys("n").typed("locked").keys("enter v l o r").effects();
    app.typed("EU");
    assert!(problem(&app).contains("eu-central-1"));
    app.keys("ctrl-u").typed("eu-west-1").keys("enter");
    let menu = app.picture();
    assert!(menu.contains("eu-west-1") && menu.contains("cannot be turned off again"), "{menu}");
    app.keys("c");
    let new = NewBucket {
        region: Some("eu-west-1".to_owned()),
        versioning: true,
        object_lock: true,
        ownership: Some("BucketOwnerEnforced".to_owned()),
        ..NewBucket::named("locked".into())
    };
    assert_eq!(app.requests(), [create(new)]);
    app.reply(Ok(Answer::BucketCreated));
    assert!(app.state.dialog().is_none());
}

#[test]
fn on_r2_a_location_is_hinted_and_what_it_lacks_is_greyed() {
    let mut r2 = connection("r2");
    r2.provider = Provider::R2;
    let open = Location::Root;
    let mut app = App::start(Startup { open, ..Startup { now: startup().now, ..Startup::of(r2) } });
    app.reply(buckets(&[])).keys("n").typed("media").keys("enter v l o").effects();
    assert!(app.picture().contains("R2 has no"), "{}", app.picture());
    app.keys("h 3 c");
    let new = NewBucket { hint: Some("weur".to_owned()), ..NewBucket::named("media".into()) };
    assert_eq!(app.requests(), [create(new)]);
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
