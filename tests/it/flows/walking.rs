//! Walking through buckets and prefixes, and back.

use windlass::app::effect::{Request, StorageRequest};
use windlass::app::scope::Pane;
use windlass::domain::address::{Bucket, Prefix};

use crate::support::app::{App, buckets, page};

fn list(bucket: &str, prefix: &str) -> Request {
    Request::Storage(StorageRequest::ListPage {
        at: None,
        bucket: Bucket::from(bucket),
        prefix: Prefix::from(prefix),
        token: None,
    })
}

#[test]
fn from_the_buckets_into_a_prefix_and_back_to_the_same_rows() {
    let mut app = App::at("s3://");
    app.reply(buckets(&["backups", "media"])).effects();
    app.keys("j l");
    assert_eq!(app.requests(), [list("media", "")]);
    assert_eq!(app.state.focus, Pane::Objects);
    app.reply(page(&["a.txt", "photos/", "videos/"], None)).effects();
    assert_eq!(app.names(), ["photos/", "videos/", "a.txt"]);

    app.keys("j enter");
    assert_eq!(app.requests(), [list("media", "videos/")]);
    app.reply(page(&["clip.mp4"], None)).effects();
    assert_eq!(app.location(), "s3://media/videos/");

    app.keys("h");
    assert_eq!(app.requests(), [list("media", "")]);
    app.reply(page(&["a.txt", "photos/", "videos/"], None));
    assert_eq!(app.cursor(), "videos/");
    app.keys("h");
    assert_eq!(app.state.focus, Pane::Buckets);
}

#[test]
fn a_child_keeps_its_cursor_when_one_comes_back() {
    let mut app = App::with_rows(&["photos/", "z"]);
    app.keys("l").reply(page(&["1.jpg", "2.jpg", "3.jpg"], None));
    app.keys("j j h").reply(page(&["photos/", "z"], None));
    app.keys("l").reply(page(&["1.jpg", "2.jpg", "3.jpg"], None));
    assert_eq!(app.cursor(), "3.jpg");
}

#[test]
fn every_key_can_be_opened_exactly() {
    let mut app = App::with_rows(&["/", "a/", "ctrl\u{1b}[31m/", "..", "%2F+ x/"]);
    app.keys("l");
    assert_eq!(app.location(), "s3://media//");
    app.reply(page(&["/", "b"], None));
    app.keys("l").reply(page(&["c"], None));
    assert_eq!(app.location(), "s3://media///");
    app.keys("h").reply(page(&["/", "b"], None));
    assert_eq!(app.cursor(), "/");
    app.keys("g r").reply(page(&["/", "a/", "ctrl\u{1b}[31m/", "%2F+ x/", ".."], None));
    app.keys("g g j j l");
    assert_eq!(app.location(), "s3://media/ctrl\u{1b}[31m/");
    app.keys("h").reply(page(&["/", "a/", "ctrl\u{1b}[31m/", "%2F+ x/", ".."], None));
    app.keys("G k l");
    assert_eq!(app.location(), "s3://media/%2F+ x/");
}

#[test]
fn a_location_opens_without_leave_to_list_buckets() {
    let mut app = App::at("s3://media/photos/2026/");
    assert!(app.requests().contains(&list("media", "photos/2026/")));
    assert_eq!(app.state.focus, Pane::Objects);
    assert_eq!(app.bucket_names(), ["media"]);
    app.reply(page(&["1.jpg"], None));
    app.keys("h");
    assert_eq!(app.location(), "s3://media/photos/");
}

#[test]
fn an_object_opens_its_prefix_with_the_cursor_on_it() {
    let mut app = App::at("s3://media/photos/2.jpg");
    assert!(app.requests().contains(&list("media", "photos/")));
    app.reply(page(&["1.jpg", "2.jpg", "3.jpg"], None));
    assert_eq!(app.cursor(), "2.jpg");
}

#[test]
fn a_prefix_without_its_last_slash_is_found_too() {
    let mut app = App::at("s3://media/photos");
    app.reply(page(&["a", "photos/", "z"], None));
    assert_eq!(app.cursor(), "photos/");
}

#[test]
fn a_typed_path_is_gone_to() {
    let mut app = App::with_rows(&["a"]);
    app.keys("g p ctrl-u").typed("photos//x/").keys("enter");
    assert_eq!(app.location(), "s3://media/photos//x/");
    app.reply(page(&[], None));
    app.keys("g p ctrl-u").typed("s3://backups/db/").keys("enter");
    assert_eq!(app.location(), "s3://backups/db/");
    assert_eq!(app.state.parts.buckets.current().unwrap().bucket.as_str(), "backups");
}

#[test]
fn back_and_forward_follow_the_history() {
    let mut app = App::with_rows(&["a/", "b/"]);
    app.keys("l").reply(page(&[], None));
    app.keys("h").reply(page(&["a/", "b/"], None));
    app.keys("j l").reply(page(&[], None));
    assert_eq!(app.location(), "s3://media/b/");
    app.keys("[").reply(page(&["a/", "b/"], None));
    app.keys("[").reply(page(&[], None));
    assert_eq!(app.location(), "s3://media/a/");
    app.keys("] ]").reply(page(&[], None));
    assert_eq!(app.location(), "s3://media/b/");
    app.keys("]");
    assert!(app.toast().contains("there is no later place"));
}

#[test]
fn a_late_page_of_a_place_that_was_left_is_dropped() {
    let mut app = App::with_rows(&["a/", "b/"]);
    app.keys("l");
    let left = app.last_ticket();
    app.keys("h");
    assert!(app.waiting().iter().all(|(ticket, _)| *ticket != left));
    app.reply_to(left, page(&["late"], None));
    assert_eq!(app.names(), ["a/", "b/"]);
    app.reply(page(&["a/", "b/"], None));
    assert_eq!(app.names(), ["a/", "b/"]);
}

#[test]
fn a_place_one_returns_to_shows_what_was_known_while_it_is_listed_again() {
    let mut app = App::with_rows(&["a/", "b/", "c"]);
    app.keys("j l").reply(page(&["inner"], None));
    app.keys("h");
    assert_eq!(app.names(), ["a/", "b/", "c"]);
    assert_eq!(app.cursor(), "b/");
    assert!(app.state.parts.objects.browse.is_moving());
    app.reply(page(&["a/", "a2/", "b/"], None));
    assert_eq!(app.names(), ["a/", "a2/", "b/"]);
    assert_eq!(app.cursor(), "b/");
    assert!(!app.state.parts.objects.browse.is_incomplete());
}
