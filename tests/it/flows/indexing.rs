//! An index of the open place: made while other things are done, stopped, and searched.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use windlass::app::effect::{Effect, IndexRequest, Request, StorageRequest};
use windlass::app::event::{Answer, Reply};
use windlass::domain::address::Prefix;
use windlass::domain::diff_end::DiffKind;
use windlass::domain::error::{Error, ErrorKind, READ_INDEX};
use windlass::domain::indexed::{ChangedKey, IndexChanges, IndexEnd, IndexProgress, IndexState};
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
    app.keys("T").wait(60).answer(ticket, progress(7, None));
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
        let errors = app.state.log.entries().filter(|entry| entry.error.is_some());
        assert_eq!(errors.count(), 1, "the error is kept to be read");
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
    let index = Some(IndexState { as_of, whole });
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
    assert!(picture.contains("2 Found in an index 3 h old: *.jpg"), "{picture}");
    assert!(picture.contains("1 of 2 in 1,000,000 "), "{picture}");
    app.keys("l").reply(page(&[], None));
    app.keys("h").effects();
    assert!(app.picture().contains("2 Found in an index 3 h old: *.jpg"));
    assert!(app.picture().contains("in 1,000,000 "), "{}", app.picture());
}

#[test]
fn an_index_that_is_not_whole_is_said_to_be_so() {
    let mut app = App::with_rows(&["raw/", "a.txt"]);
    app.keys("f").typed("*.jpg").keys("enter");
    let reply = found(&app, 3, false);
    app.reply(reply);
    let picture = app.picture();
    assert!(picture.contains("2 Found in an index 3 h old: *.jpg"), "{picture}");
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

fn changed(names: &[(&str, DiffKind)], changes: u64, done: bool) -> Reply {
    let row = |(name, change): &(&str, DiffKind)| ChangedKey {
        name: (*name).to_owned(),
        change: *change,
        size: 7,
    };
    let rows = names.iter().map(row).collect();
    let since = Timestamp::from_second(1_789_000_000).unwrap();
    Ok(Answer::IndexChanged(IndexChanges { rows, changes, listed: 12_345, since, done }))
}

/// The changes since the index of `s3://media/raw/`, of which two came.
fn comparing() -> App {
    let mut app = App::with_rows(&["raw/", "a.txt"]);
    app.keys("l").reply(page(&["b.txt", "c.txt"], None));
    app.effects();
    app.keys("g I");
    let ticket = app.last_ticket();
    let rows = [("c.txt", DiffKind::Changed), ("old.txt", DiffKind::Gone)];
    app.answer(ticket, changed(&rows, 2, false));
    app
}

#[test]
fn what_changed_since_an_index_is_listed_and_gone_to() {
    let mut app = comparing();
    let asked = &app.requests()[..];
    let [Request::Indexes(IndexRequest::Changes { prefix, .. })] = asked else {
        panic!("{asked:?}")
    };
    assert_eq!(prefix, &Prefix::new("raw/"));
    assert!(app.picture().contains("12,345 keys listed"), "{}", app.picture());
    let ticket = app.last_ticket();
    app.reply_to(ticket, changed(&[("z/new.txt", DiffKind::New)], 3, true));
    let picture = app.picture();
    assert!(picture.contains("Changes since the index of 2026-09-10"), "{picture}");
    for row in ["changed", "gone", "new", "z/new.txt", "3 changes in 12,345 keys"] {
        assert!(picture.contains(row), "{row}: {picture}");
    }
    app.keys("j enter");
    assert!(app.picture().contains("Changes since"), "nobody goes to what is gone");
    app.keys("j enter");
    assert_eq!(app.location(), "s3://media/raw/z/");
    assert!(!app.picture().contains("Changes since"));
}

#[test]
fn changes_that_are_not_wanted_any_more_are_stopped() {
    let mut app = comparing();
    let ticket = app.last_ticket();
    app.keys("esc");
    assert!(app.effects().contains(&Effect::Abandon(ticket)));
    let mut app = comparing();
    let missing = Error::new(ErrorKind::LocalMissing, READ_INDEX, "s3://media/raw/");
    app.fail("Changes", missing.clone());
    assert!(!app.picture().contains("Changes since"), "{}", app.picture());
    let next = app.state.session.next(&missing);
    assert!(next.contains("g i makes one"), "{next}");
}
