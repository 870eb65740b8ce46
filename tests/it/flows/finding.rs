//! Searches below a prefix: asked for, shown as rows as they come, stopped, gone on with, left.

use std::sync::Arc;

use jiff::Timestamp;
use windlass::app::effect::{Effect, Request, StorageRequest};
use windlass::app::event::{Answer, Event, Reply};
use windlass::app::screens::objects::loading::Loading;
use windlass::domain::change::{BucketChange, KeyChange};
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::listing::{Class, ContinuationToken, FoundRows, ListedPage, Page};
use windlass::domain::transfer::{Target, TransferCommand, Work};
use windlass::domain::transfer_event::TransferEvent;

use crate::support::app::{App, apart, numbered_page, page};

/// Keys that were found; more comes where `behind` says from where and it is not done.
fn found(names: &[&str], looked_at: u64, behind: Option<&str>, done: bool) -> Reply {
    let page = keys(names);
    let behind = behind.map(|token| ContinuationToken(token.to_owned()));
    Ok(Answer::Found(FoundRows { page, looked_at, behind, done, index: None }))
}

fn keys(names: &[&str]) -> Arc<Page> {
    let mut page = Page::default();
    let modified = Timestamp::from_second(1_789_000_000).ok();
    for name in names {
        page.push_object(name, 7, modified, Class::Standard);
    }
    Arc::new(page)
}

/// In `s3://media/`, where `*.jpg` is searched for and nothing has come yet.
fn searching() -> App {
    let mut app = App::with_rows(&["raw/", "a.txt", "b.txt"]);
    app.keys("j f").typed("*.jpg").keys("enter");
    app
}

#[test]
fn what_is_found_comes_as_rows_that_have_their_prefixes() {
    let mut app = App::with_rows(&["raw/", "a.txt"]);
    app.keys("f").typed("*.jpg size>1k").keys("enter");
    let [Request::Storage(StorageRequest::Find { bucket, prefix, wanted, at, token })] =
        &app.requests()[..]
    else {
        panic!()
    };
    assert_eq!((bucket.as_str(), prefix.as_str(), wanted.as_str()), ("media", "", "*.jpg size>1k"));
    assert_eq!((at, token), (&None, &None));
    assert!(app.names().is_empty() && app.picture().contains("searching"));
    let ticket = app.last_ticket();
    app.answer(ticket, found(&["raw/x.jpg"], 1_000, Some("t"), false));
    app.answer(ticket, found(&["raw/y/z.jpg", "w.jpg"], 2_500, Some("u"), false));
    assert_eq!(app.names(), ["raw/x.jpg", "raw/y/z.jpg", "w.jpg"]);
    assert_eq!(app.state.parts.objects.browse.loading, Loading::Streaming);
    assert!(app.picture().contains("1 of 3 in 2,500+"), "{}", app.picture());
    app.reply(found(&[], 3_000, None, true));
    assert_eq!(app.state.parts.objects.browse.loading, Loading::Complete);
    assert!(app.picture().contains("2 Found: *.jpg size>1k"), "{}", app.picture());
    assert!(app.picture().contains("1 of 3 in 3,000 "), "{}", app.picture());
}

#[test]
fn what_cannot_be_read_is_said_while_it_is_typed_and_asks_for_nothing() {
    let mut app = App::with_rows(&["a"]);
    app.keys("f").typed("size>big").keys("enter");
    assert!(app.picture().contains("is not a size"), "{}", app.picture());
    assert!(app.requests().is_empty());
}

#[test]
fn escape_stops_and_keeps_what_was_found_and_then_goes_back_to_the_listing() {
    let mut app = searching();
    let ticket = app.last_ticket();
    app.answer(ticket, found(&["raw/x.jpg"], 1_000, Some("t"), false));
    app.keys("esc");
    assert!(app.effects().contains(&Effect::Abandon(ticket)));
    assert_eq!(app.names(), ["raw/x.jpg"]);
    assert_eq!(app.state.parts.objects.browse.loading, Loading::Stopped);
    app.keys("esc").reply(page(&["raw/", "a.txt", "b.txt"], None));
    assert_eq!(app.names(), ["raw/", "a.txt", "b.txt"]);
    assert_eq!(app.cursor(), "a.txt", "where it was");
    assert_eq!(app.state.parts.objects.browse.searched(), None);
}

#[test]
fn a_search_that_was_stopped_or_rests_goes_on_where_it_was() {
    let mut app = searching();
    let ticket = app.last_ticket();
    app.answer(ticket, found(&["a.jpg"], 1_000, Some("t1"), false)).keys("esc");
    app.effects();
    app.keys("G");
    let [Request::Storage(StorageRequest::Find { token: Some(token), .. })] = &app.requests()[..]
    else {
        panic!()
    };
    assert_eq!(token.0, "t1");
    let Ok(Answer::Page(ListedPage { page, .. })) = numbered_page(0, 10_000, None) else {
        panic!()
    };
    let behind = Some(ContinuationToken("t2".to_owned()));
    app.keys("g g");
    let found = FoundRows { page, looked_at: 20_000, behind, done: true, index: None };
    app.reply(Ok(Answer::Found(found)));
    assert_eq!(app.state.parts.objects.browse.loading, Loading::Streaming, "G wants all of them");
    assert_eq!(app.state.parts.objects.browse.looked_at(), 21_000);
}

#[test]
fn at_the_limit_it_says_so_and_how_to_go_on() {
    let mut app = searching();
    let Ok(Answer::Page(ListedPage { page, .. })) = numbered_page(0, 10_000, None) else {
        panic!()
    };
    let behind = Some(ContinuationToken("t".to_owned()));
    let found = FoundRows { page, looked_at: 20_000, behind, done: true, index: None };
    app.reply(Ok(Answer::Found(found)));
    assert_eq!(app.state.parts.objects.browse.loading, Loading::Resting);
    assert!(app.picture().contains("the first 10,000: G finds all"), "{}", app.picture());
}

#[test]
fn nothing_found_says_what_to_press() {
    let mut app = searching();
    app.reply(found(&[], 12_345, None, true));
    let picture = app.picture();
    assert!(picture.contains("nothing found") && picture.contains("12,345 objects searched"));
    app.keys("f");
    assert!(app.picture().contains("*.jpg"), "the line stands there to be changed");
}

#[test]
fn a_search_that_fails_keeps_what_was_found() {
    let mut app = searching();
    let ticket = app.last_ticket();
    app.answer(ticket, found(&["a.jpg"], 1_000, Some("t"), false));
    app.fail("Find", Error::new(ErrorKind::Unreachable, "ListObjectsV2", "s3://media/"));
    assert_eq!(app.names(), ["a.jpg"]);
    assert!(matches!(app.state.parts.objects.browse.loading, Loading::Failed(_)));
}

#[test]
fn what_was_found_is_acted_on_by_its_whole_key() {
    let mut app = searching();
    app.reply(found(&["raw/x.jpg", "raw/y/z.jpg"], 9, None, true));
    app.keys("ctrl-a D");
    app.typed("y");
    let effects = app.effects();
    let deleted = effects.iter().find_map(|effect| match effect {
        Effect::Transfer(TransferCommand::Enqueue(specs)) => match &specs[0].work {
            Work::Delete { targets, .. } => Some(apart(targets)),
            _ => None,
        },
        _ => None,
    });
    let keys = ["raw/x.jpg", "raw/y/z.jpg"].map(|key| Target::Object(key.into()));
    assert_eq!(deleted.unwrap_or_else(|| panic!("{effects:?}")), keys, "not the bucket");
}

#[test]
fn what_is_deleted_leaves_and_what_is_new_waits_for_the_next_search() {
    let mut app = searching();
    app.reply(found(&["raw/x.jpg", "raw/y/", "raw/y/z.jpg"], 9, None, true));
    let stored = KeyChange::Stored {
        key: "raw/n.jpg".into(),
        size: 1,
        modified: None,
        class: Class::Standard,
    };
    let deleted = ["raw/x.jpg", "raw/y/"].map(|key| KeyChange::Deleted(key.into()));
    let connection = app.state.session.name().clone();
    let keys = [stored].into_iter().chain(deleted).collect();
    let change = BucketChange { connection, bucket: "media".into(), keys };
    app.event(Event::Transfer(TransferEvent::StorageChanged(vec![change])));
    assert_eq!(app.names(), ["raw/y/z.jpg"]);
}

#[test]
fn what_was_found_is_shown_again_on_the_way_back_without_a_search() {
    let mut app = searching();
    app.reply(found(&["raw/x.jpg"], 9, None, true));
    app.keys("h").reply(page(&["raw/", "a.txt", "b.txt"], None));
    app.effects();
    app.keys("[");
    assert_eq!(app.names(), ["raw/x.jpg"]);
    assert!(app.requests().is_empty());
    app.keys("R");
    assert!(matches!(app.requests()[..], [Request::Storage(StorageRequest::Find { .. })]));
}

#[test]
fn a_line_that_was_searched_before_is_searched_anew() {
    let mut app = searching();
    app.reply(found(&["raw/x.jpg"], 9, None, true));
    app.keys("h").reply(page(&["raw/", "a.txt", "b.txt"], None));
    app.effects();
    app.keys("f").typed("*.jpg").keys("enter");
    assert_eq!(app.names(), ["raw/x.jpg"]);
    assert!(matches!(app.requests()[..], [Request::Storage(StorageRequest::Find { .. })]));
    app.reply(found(&["raw/y.jpg"], 9, None, true));
    assert_eq!(app.names(), ["raw/y.jpg"]);
}
