//! The buckets pane: known, hidden and vanished buckets, and other connections.

use windlass::app::effect::{Effect, Request, StorageRequest};
use windlass::app::event::Answer;
use windlass::app::preference::Preference;
use windlass::app::scope::Pane;
use windlass::app::screens::buckets::BucketsLoading;
use windlass::app::session::Startup;
use windlass::config::connection::{Connection, KnownBucket};
use windlass::domain::address::Bucket;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::jurisdiction::Jurisdiction;
use windlass::domain::object::{BucketEntry, BucketListing, NewBucket};

use crate::support::app::{App, buckets, connection, page, startup};

fn denied() -> Error {
    Error::new(ErrorKind::AccessDenied, "ListBuckets", "")
}

fn known(name: &str, prefix: &str) -> KnownBucket {
    KnownBucket::starting_at(name.into(), prefix.into())
}

#[test]
fn a_token_that_may_not_list_adds_its_bucket_by_name() {
    let mut app = App::at("s3://");
    app.fail("ListBuckets", denied()).effects();
    assert!(matches!(
        &app.state.parts.buckets.loading,
        BucketsLoading::Failed(error) if error.is(&ErrorKind::AccessDenied)
    ));
    app.keys("enter").typed("media").keys("enter");
    let effects = app.effects();
    let saved =
        Preference::KnownBucket { connection: "test".into(), bucket: "media".into(), known: true };
    assert!(effects.contains(&Effect::Save(saved)), "{effects:?}");
    assert_eq!(app.location(), "s3://media/");
    assert_eq!(app.state.focus, Pane::Objects);
    app.reply(page(&["a"], None));
    assert_eq!(app.names(), ["a"]);
    assert_eq!(app.bucket_names(), ["media"]);
}

#[test]
fn what_cannot_be_a_bucket_is_not_added() {
    let mut app = App::at("s3://");
    app.fail("ListBuckets", denied());
    app.keys("a").typed("no slash/").keys("enter");
    assert!(app.state.dialog().is_some());
    app.keys("esc");
    assert!(app.state.dialog().is_none());
    assert_eq!(app.bucket_names(), [""; 0]);
}

#[test]
fn known_buckets_are_shown_before_and_beside_the_listed_ones() {
    let mut connection = connection("test");
    connection.known_buckets = vec![known("site", "public/")];
    let mut app = App::start(Startup {
        connections: vec![connection],
        remembered_buckets: vec![("test".into(), "shared".into()), ("x".into(), "y".into())],
        ..startup()
    });
    assert_eq!(app.bucket_names(), ["site", "shared"]);
    app.reply(buckets(&["backups"]));
    assert_eq!(app.bucket_names(), ["backups", "site", "shared"]);
    app.keys("g g j l");
    assert_eq!(app.location(), "s3://site/public/", "it opens where its token may read");
}

#[test]
fn a_bucket_added_by_name_is_taken_off_without_a_request() {
    let mut app = App::start(Startup {
        remembered_buckets: vec![("test".into(), "shared".into())],
        ..startup()
    });
    app.fail("ListBuckets", denied()).effects();
    app.keys("D");
    assert_eq!(app.bucket_names(), [""; 0]);
    assert_eq!(app.requests(), []);
}

#[test]
fn the_cursor_stays_on_its_bucket_over_a_refresh() {
    let mut app = App::at("s3://");
    app.reply(buckets(&["b", "c"])).keys("j R");
    app.reply(buckets(&["a", "b", "c"]));
    assert_eq!(app.state.parts.buckets.current().unwrap().bucket.as_str(), "c");
}

#[test]
fn a_late_list_of_buckets_is_dropped() {
    let mut app = App::at("s3://");
    let late = app.last_ticket();
    app.keys("R").reply_to(late, buckets(&["late"]));
    assert_eq!(app.bucket_names(), [""; 0]);
    app.reply(buckets(&["a"]));
    assert_eq!(app.bucket_names(), ["a"]);
}

#[test]
fn another_connection_starts_over_with_its_own_buckets() {
    let second = Connection { known_buckets: vec![known("other", "")], ..connection("second") };
    let mut app =
        App::start(Startup { connections: vec![connection("test"), second], ..startup() });
    app.reply(buckets(&["media"])).keys("l");
    let left = app.last_ticket();
    app.effects();
    app.keys("P j enter");
    let effects = app.effects();
    assert!(effects.contains(&Effect::Abandon(left)), "{effects:?}");
    assert!(effects.iter().any(|effect| matches!(
        effect,
        Effect::Request { connection, request: Request::Storage(StorageRequest::ListBuckets), .. }
            if connection.as_str() == "second"
    )));
    assert_eq!(app.bucket_names(), ["other"]);
    assert_eq!(app.location(), "s3://");
    assert_eq!(app.state.focus, Pane::Buckets);
}

#[test]
fn esc_leaves_the_wait_for_a_server_that_does_not_answer() {
    let mut app = App::at("s3://");
    let asked = app.last_ticket();
    app.effects();
    app.keys("esc");
    assert_eq!(app.effects(), [Effect::Abandon(asked)]);
    assert_eq!(app.state.parts.buckets.loading, BucketsLoading::Stopped);
    assert!(!app.state.wants_tick());
    app.keys("R").reply(buckets(&["a"]));
    assert_eq!(app.bucket_names(), ["a"]);
}

#[test]
fn esc_in_a_bucket_stops_its_listing_before_the_list_of_buckets() {
    let mut app = App::at("s3://media/");
    app.keys("esc");
    assert_eq!(app.state.parts.buckets.loading, BucketsLoading::Loading);
    app.keys("esc");
    assert_eq!(app.state.parts.buckets.loading, BucketsLoading::Stopped);
}

#[test]
fn a_bucket_added_with_a_prefix_starts_there_the_next_time_too() {
    let mut app = App::at("s3://");
    app.fail("ListBuckets", denied()).effects();
    app.keys("a").typed("s3://media/photos/").keys("enter");
    assert_eq!(app.location(), "s3://media/photos/");
    let bucket: KnownBucket = "media/photos/".into();
    let saved = Preference::KnownBucket { connection: "test".into(), bucket, known: true };
    assert!(app.effects().contains(&Effect::Save(saved)));
    let mut app = App::start(Startup {
        remembered_buckets: vec![("test".into(), "media/photos/".into())],
        ..startup()
    });
    app.fail("ListBuckets", denied());
    app.keys("g g l");
    assert_eq!(app.location(), "s3://media/photos/");
}

#[test]
fn a_bucket_that_is_refused_stays_with_the_reason() {
    let mut app = App::at("s3://");
    app.reply(buckets(&["mine", "theirs"]));
    app.keys("j l");
    app.fail("ListPage", Error::new(ErrorKind::AccessDenied, "ListObjectsV2", "s3://theirs/"));
    let row = &app.state.parts.buckets.bucket_list.rows()[1];
    assert!(row.gone.as_ref().is_some_and(|error| error.is(&ErrorKind::AccessDenied)));
    app.keys("1 g g l");
    app.reply(page(&["a"], None));
    assert_eq!(app.bucket_names(), ["mine", "theirs"]);
}

/// One account of R2 whose `default` and `eu` are shown as one.
fn several() -> Connection {
    let endpoint = |name: &str| format!("http://{name}.r2.test");
    let places = [Jurisdiction::Default, Jurisdiction::Eu];
    let jurisdictions = places.map(|each| (each, endpoint(each.name()))).to_vec();
    Connection { jurisdictions, ..connection("test") }
}

#[test]
fn a_jurisdiction_that_lists_nothing_is_an_event_and_no_failure() {
    let mut app = App::start(Startup { connections: vec![several()], ..startup() });
    let refused = Error::new(ErrorKind::AccessDenied, "ListBuckets", "http://eu.r2.test");
    let listing = BucketListing {
        entries: vec![BucketEntry::named("media")],
        unlisted: vec![(Jurisdiction::Eu, refused)],
    };
    app.reply(Ok(Answer::Buckets(listing.clone())));
    assert_eq!(app.state.parts.buckets.loading, BucketsLoading::Ready);
    assert_eq!(app.state.log.entries().len(), 1);
    app.keys("R").reply(Ok(Answer::Buckets(listing)));
    assert_eq!(app.state.log.entries().len(), 1, "said once");
}

#[test]
fn a_new_bucket_is_asked_for_its_jurisdiction_where_there_are_several() {
    let mut app = App::start(Startup { connections: vec![several()], ..startup() });
    app.reply(buckets(&["media"])).effects();
    app.keys("n e").typed("rules").keys("enter enter");
    let made = |name: &str| {
        let new = Box::new(NewBucket::named(Bucket::new(name)));
        [Request::Storage(StorageRequest::CreateBucket(new))]
    };
    assert_eq!(app.requests(), made("rules@eu"));
    app.reply(Ok(Answer::BucketCreated));
    assert!(app.state.dialog().is_none());
    let mut app = App::at("s3://");
    app.reply(buckets(&[])).effects();
    app.keys("n").typed("rules").keys("enter enter");
    assert_eq!(app.requests(), made("rules"));
}

#[test]
fn an_unchecked_connection_is_said_at_its_start() {
    let mut lab = connection("lab");
    (lab.endpoint, lab.network.insecure) = (Some("https://lab.test".to_owned()), true);
    let app = App::start(Startup { connections: vec![lab], current: "lab".into(), ..startup() });
    let said = app.state.log.entries().any(|entry| entry.text.contains("is not checked"));
    assert!(said, "{:?}", app.state.log);
    assert!(app.state.log.entries().len() == 1);
}

#[test]
fn what_failed_says_where_it_is_explained_and_what_is_normal_says_nothing() {
    let mut app = App::start(Startup { connections: vec![several()], ..startup() });
    let refused = Error::new(ErrorKind::AccessDenied, "ListBuckets", "http://eu.r2.test");
    let entries = vec![BucketEntry::named("media")];
    let listing = BucketListing { entries, unlisted: vec![(Jurisdiction::Eu, refused)] };
    app.reply(Ok(Answer::Buckets(listing)));
    assert_eq!(app.state.toasts.current(), None);
    app.keys("R");
    app.fail("ListBuckets", Error::new(ErrorKind::Unreachable, "ListBuckets", "x"));
    assert!(app.state.toasts.current().unwrap().explained);
}
