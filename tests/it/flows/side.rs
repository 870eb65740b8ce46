//! Details and preview.

use windlass::app::context::SideTab;
use windlass::app::effect::{Effect, Request, StorageRequest};
use windlass::app::event::{Answer, Event, Reply};
use windlass::app::scope::Pane;
use windlass::app::screens::preview::PreviewBody;
use windlass::app::screens::side::fetched::Fetched;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::object::{ObjectAddress, ObjectHead};

use crate::support::app::App;
use crate::support::inside::{look_at, opened, opened_start};

fn object(key: &str) -> ObjectAddress {
    ObjectAddress::new("media".into(), key.into())
}

fn peek(text: &str) -> Reply {
    opened("a.txt", text.as_bytes())
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
    assert_eq!(app.requests(), [look_at(object("a"))]);
    app.reply(opened_start("a.txt", b"one\ntwo", 100));
    let Fetched::Ready(preview) = &app.state.parts.side.looking.preview else {
        panic!("no preview")
    };
    let PreviewBody::Text(text) = &preview.body else { panic!("no text") };
    assert_eq!(text.line(1), Some("two"));
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
    assert_eq!(app.state.parts.side.looking.preview, Fetched::Waiting);
}

#[test]
fn a_refused_preview_says_why() {
    let mut app = App::with_rows(&["a"]);
    app.keys("p");
    app.fail("LookRequest", Error::new(ErrorKind::AccessDenied, "GetObject", "s3://media/a"));
    assert!(matches!(&app.state.parts.side.looking.preview, Fetched::Failed(_)));
    assert!(!app.toast().is_empty());
}

#[test]
fn a_window_that_gets_too_narrow_for_the_preview_leaves_the_keys_with_the_objects() {
    let mut app = App::with_rows(&["a"]);
    app.event(Event::Resized { width: 120, height: 40 }).keys("4");
    assert_eq!(app.state.focus, Pane::Side);
    app.event(Event::Resized { width: 80, height: 24 });
    assert_eq!(app.state.focus, Pane::Objects);
    assert!(app.picture().contains("2 Objects"), "{}", app.picture());
}

#[test]
fn a_wide_window_shows_both_and_the_cursor_goes_on() {
    let mut app = App::with_rows(&["a", "b"]);
    app.event(Event::Resized { width: 140, height: 40 }).keys("p");
    assert_eq!(app.state.focus, Pane::Objects);
    assert!(
        !app.state.areas.pane(Pane::Side).is_empty()
            && !app.state.areas.pane(Pane::Objects).is_empty()
    );
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
    let offset = |app: &App| match &app.state.parts.side.looking.preview {
        Fetched::Ready(preview) => preview.extent().offset,
        other => panic!("{other:?}"),
    };
    assert_eq!(offset(&app), 100 - rows);
    app.keys("g g");
    assert_eq!(offset(&app), 0);
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
    let list = |app: &App| app.state.parts.side.details.as_ref().unwrap().list;
    assert_eq!(list(&app).offset, 0, "they fit");
    app.event(Event::Resized { width: 80, height: 8 }).keys("G");
    let end = list(&app);
    assert!(end.offset > 0);
    app.keys("j j k");
    assert_eq!(list(&app).cursor, end.cursor - 1);
}

#[test]
fn any_value_of_the_details_is_copied() {
    let mut app = App::with_rows(&["a"]);
    let head = ObjectHead { version_id: Some("v1.x".into()), ..ObjectHead::default() };
    app.keys("i").reply(Ok(Answer::Head(head)));
    app.effects();
    for _ in 0..20 {
        app.keys("v j");
    }
    let copied = app.effects();
    assert!(copied.contains(&Effect::Copy("v1.x".into())), "{copied:?}");
    assert!(copied.contains(&Effect::Copy("media".into())));
}
