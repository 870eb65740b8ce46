//! An index of the open place: made while other things are done, stopped, and searched.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use windlass::app::effect::{Effect, IndexRequest, Request, StorageRequest};
use windlass::app::event::{Answer, Reply};
use windlass::domain::address::Prefix;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::indexed::{IndexEnd, IndexProgress, IndexStand};
use windlass::domain::listing::{Class, FoundRows, Page};

use crate::support::app::{App, page};

fn progress(keys: u64, end: Option<IndexEnd>) -> Reply {
    Ok(Answer::Indexing(IndexProgress { keys, end }))
}

/// In `s3://media/raw/`, whose index is being made.
fn indexing() -> App {
    let mut app = App::with_rows(&["raw/", "a.txt"]);
    app.keys("l").reply(page(&["b.txt", "c.txt"], None));
    app.effects();
    app.keys("g i");
    app
}

fn status(app: &App) -> String {
    app.picture().lines().rev().nth(1).unwrap_or_default().to_owned()
}

#[test]
fn an_index_is_made_of_the_open_place_while_other_things_are_done() {
    let mut app = indexing();
    let made = &app.requests()[..];
    let [Request::Indexes(IndexRequest::Make { bucket, prefix })] = made else {
        panic!("{made:?}")
    };
    assert_eq!((bucket.as_str(), prefix), ("media", &Prefix::new("raw/")));
    let ticket = app.last_ticket();
    assert!(status(&app).contains("indexing s3://media/raw/, 0 keys so far; esc stops"));
    app.answer(ticket, progress(12_000, None));
    assert!(status(&app).contains("12,000 keys so far"), "{}", status(&app));
    app.keys("h").reply(page(&["raw/", "a.txt"], None));
    app.keys("g i");
    assert!(app.toast().contains("one index is made at a time"), "{}", app.toast());
    app.wait(60);
    app.reply_to(ticket, progress(1_204_331, Some(IndexEnd::Whole)));
    assert_eq!(app.toast(), "1,204,331 keys are indexed; find uses the index");
    app.wait(60);
    assert!(!status(&app).contains("indexing"), "{}", status(&app));
}

#[test]
fn it_is_found_in_the_palette() {
    let mut app = App::with_rows(&["raw/"]);
    app.keys(":").typed("index this").keys("enter");
    assert!(matches!(app.requests()[..], [Request::Indexes(IndexRequest::Make { .. })]));
}

#[test]
fn escape_stops_it_before_anything_else_is_undone() {
    let mut app = indexing();
    let ticket = app.last_ticket();
    app.keys("space esc");
    assert!(app.effects().contains(&Effect::Abandon(ticket)));
    assert_eq!(app.toast(), "indexing stopped: nothing was kept of it");
    assert_eq!(app.marked().len(), 1);
    app.keys("esc");
    assert!(app.marked().is_empty());
}

#[test]
fn it_goes_on_behind_another_tab() {
    let mut app = indexing();
    let ticket = app.last_ticket();
    app.keys("T").answer(ticket, progress(7, None));
    assert!(status(&app).contains("7 keys so far"), "{}", status(&app));
    app.reply_to(ticket, progress(1, Some(IndexEnd::Whole)));
    assert_eq!(app.toast(), "1 key is indexed; find uses the index");
}

#[test]
fn a_listing_that_breaks_says_what_is_kept() {
    for (kept, said) in [(true, "only 500 keys are indexed"), (false, "the older index")] {
        let mut app = indexing();
        let ticket = app.last_ticket();
        let error = Error::new(ErrorKind::Unreachable, "ListObjectsV2", "s3://media/raw/");
        app.reply_to(ticket, progress(500, Some(IndexEnd::Broken { error, kept })));
        assert!(app.toast().contains(said), "{}", app.toast());
        app.keys("E");
        assert!(app.picture().contains("ListObjectsV2"), "{}", app.picture());
    }
    let mut app = indexing();
    app.fail("Make", Error::new(ErrorKind::AccessDenied, "ListObjectsV2", "s3://media/raw/"));
    assert!(!status(&app).contains("indexing"), "{}", status(&app));
}

/// Finds of an index that was asked of the server so many hours ago.
fn found(app: &App, hours: i64, whole: bool) -> Reply {
    let mut page = Page::default();
    let modified = Timestamp::from_second(1_789_000_000).ok();
    for name in ["raw/x.jpg", "y.jpg"] {
        page.push_object(name, 7, modified, Class::Standard);
    }
    let as_of = app.now - SignedDuration::from_hours(hours);
    let index = Some(IndexStand { as_of, whole });
    let (page, behind) = (Arc::new(page), None);
    Ok(Answer::Found(FoundRows { page, looked_at: 1_000_000, behind, done: true, index }))
}

#[test]
fn what_an_index_found_says_how_old_that_is() {
    let mut app = App::with_rows(&["raw/", "a.txt"]);
    app.keys("f").typed("*.jpg").keys("enter");
    let reply = found(&app, 3, true);
    app.reply(reply);
    let picture = app.picture();
    assert!(picture.contains("2 Found by the index of 3 hours ago: *.jpg"), "{picture}");
    assert!(picture.contains("1 of 2 in 1,000,000 "), "{picture}");
    app.keys("l").reply(page(&[], None));
    app.keys("h").effects();
    assert!(app.picture().contains("2 Found by the index of 3 hours ago: *.jpg"));
    assert!(app.picture().contains("in 1,000,000 "), "{}", app.picture());
}

#[test]
fn an_index_that_is_not_whole_is_said_to_be_so() {
    let mut app = App::with_rows(&["raw/", "a.txt"]);
    app.keys("f").typed("*.jpg").keys("enter");
    let reply = found(&app, 0, false);
    app.reply(reply);
    let picture = app.picture();
    assert!(picture.contains("2 Found by the part index of moments ago: *.jpg"), "{picture}");
    assert!(picture.contains("1 of 2 in 1,000,000+"), "{picture}");
    assert!(picture.contains("not all keys are indexed"), "{picture}");
}

#[test]
fn the_server_is_asked_where_that_is_wanted() {
    let mut app = App::with_rows(&["raw/", "a.txt"]);
    app.keys("f");
    assert!(app.picture().contains("from=server"), "{}", app.picture());
    app.typed("*.jpg from=index").keys("enter");
    assert!(app.picture().contains("write from=server"), "{}", app.picture());
    app.keys("ctrl-u").typed("*.jpg from=server").keys("enter");
    let asked = &app.requests()[..];
    let [Request::Storage(StorageRequest::Find { wanted, .. })] = asked else {
        panic!("{asked:?}")
    };
    assert_eq!(wanted, "*.jpg from=server");
}

#[test]
fn an_index_is_of_now_and_of_an_open_bucket() {
    let mut app = App::at("s3://");
    app.keys("g i");
    assert!(app.requests().iter().all(|request| !matches!(request, Request::Indexes(_))));
}
