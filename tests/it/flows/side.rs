//! Details and preview.

use windlass::app::context::SideTab;
use windlass::app::effect::{Effect, Request, StorageRequest};
use windlass::app::event::{Answer, Event, Reply};
use windlass::app::layout::Pane;
use windlass::app::screens::side::PEEK_BYTES;
use windlass::app::screens::side::fetched::Fetched;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::object::{ObjectAddress, ObjectHead, ObjectStart};

use crate::support::app::App;

fn object(key: &str) -> ObjectAddress {
    ObjectAddress::new("media".into(), key.into())
}

fn peek(text: &str) -> Reply {
    Ok(Answer::Peeked(ObjectStart { bytes: text.into(), size: Some(9), content_type: None }))
}

#[test]
fn details_show_the_head_of_the_object() {
    let mut app = App::with_rows(&["a"]);
    app.keys("i");
    assert_eq!(app.requests(), [Request::Storage(StorageRequest::Head(object("a")))]);
    assert_eq!(app.state.parts.side.tab(), Some(SideTab::Details));
    let head = ObjectHead { size: Some(7), ..ObjectHead::default() };
    app.reply(Ok(Answer::Head(head.clone())));
    assert_eq!(app.state.parts.side.head, Fetched::Ready(head));
}

#[test]
fn enter_on_an_object_shows_its_first_bytes() {
    let mut app = App::with_rows(&["a"]);
    app.keys("enter");
    assert_eq!(
        app.requests(),
        [Request::Storage(StorageRequest::Peek { object: object("a"), bytes: PEEK_BYTES })]
    );
    app.reply(peek("one\ntwo"));
    let Fetched::Ready(preview) = &app.state.parts.side.preview else { panic!("no preview") };
    assert_eq!(preview.line(1), Some("two"));
    assert!(preview.is_cut());
}

#[test]
fn what_is_fetched_is_not_fetched_again() {
    let mut app = App::with_rows(&["a"]);
    app.keys("p").reply(peek("x")).keys("i").reply(Ok(Answer::Head(ObjectHead::default())));
    app.effects();
    app.keys("p i");
    assert_eq!(app.requests(), []);
    assert_eq!(app.state.focus, Pane::Side, "a narrow window shows it in place of the objects");
    app.keys("R");
    assert!(app.requests().contains(&Request::Storage(StorageRequest::Head(object("a")))));
}

#[test]
fn another_object_abandons_the_first_and_its_late_answer_is_dropped() {
    let mut app = App::with_rows(&["a", "b"]);
    app.keys("p");
    let first = app.last_ticket();
    app.keys("2 j p");
    assert!(app.effects().contains(&Effect::Abandon(first)));
    app.reply_to(first, peek("of a"));
    assert_eq!(app.state.parts.side.preview, Fetched::Waiting);
}

#[test]
fn a_refused_preview_says_why() {
    let mut app = App::with_rows(&["a"]);
    app.keys("p");
    app.fail("Peek", Error::new(ErrorKind::AccessDenied, "GetObject", "s3://media/a"));
    assert!(matches!(&app.state.parts.side.preview, Fetched::Failed(_)));
    assert!(!app.toast().is_empty());
}

#[test]
fn a_wide_window_shows_both_and_the_cursor_goes_on() {
    let mut app = App::with_rows(&["a", "b"]);
    app.event(Event::Resized { width: 140, height: 40 }).keys("p");
    assert_eq!(app.state.focus, Pane::Objects);
    assert!(!app.state.areas.side.is_empty() && !app.state.areas.objects.is_empty());
    app.keys("j");
    assert_eq!(app.cursor(), "b");
}

#[test]
fn a_prefix_has_no_details() {
    let mut app = App::with_rows(&["a/"]);
    app.keys("i p");
    assert!(app.waiting().is_empty());
    assert!(app.toast().contains("not on an object"));
}

#[test]
fn the_preview_scrolls_to_its_end_and_closes() {
    let mut app = App::with_rows(&["a"]);
    app.keys("p").reply(peek(&"line\n".repeat(100)));
    app.keys("2 4 G");
    let rows = usize::from(app.state.areas.rows(Pane::Side));
    assert_eq!(app.state.parts.side.offset, 100 - rows);
    app.keys("g g");
    assert_eq!(app.state.parts.side.offset, 0);
    app.keys("esc");
    assert!(!app.state.parts.side.is_open());
    assert_eq!(app.state.focus, Pane::Objects);
}

#[test]
fn what_is_shown_is_closed_by_asking_for_it_again() {
    for width in [80, 140] {
        let mut app = App::with_rows(&["a", "b"]);
        app.event(Event::Resized { width, height: 40 });
        app.keys("p").reply(peek("x")).keys("p");
        assert!(!app.state.parts.side.is_open(), "{width}");
        assert_eq!(app.state.focus, Pane::Objects);
        app.keys("i p");
        assert_eq!(app.state.parts.side.tab(), Some(SideTab::Preview));
    }
}

#[test]
fn details_scroll_no_further_than_their_last_line() {
    let mut app = App::with_rows(&["a"]);
    app.event(Event::Resized { width: 80, height: 24 }).keys("i");
    app.reply(Ok(Answer::Head(ObjectHead::default()))).keys("G j j");
    assert_eq!(app.state.parts.side.offset, 0, "they fit");
    app.event(Event::Resized { width: 80, height: 8 }).keys("G");
    let end = app.state.parts.side.offset;
    assert!(end > 0);
    app.keys("j j k");
    assert_eq!(app.state.parts.side.offset, end - 1);
}
