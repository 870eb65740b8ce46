//! The preview follows the cursor: asks when it rests, shows nothing of another place, acts on what
//! it shows.

use std::time::Duration;

use windlass::app::action::{ACTIONS, Action};
use windlass::app::context::SideTab;
use windlass::app::effect::{Effect, Request, StorageRequest};
use windlass::app::event::{Answer, Event, Reply};
use windlass::app::scope::{Pane, Scope};
use windlass::app::screens::side::fetched::Fetched;
use windlass::app::screens::side::following::SMALL;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::object::{ObjectAddress, ObjectHead};
use windlass::domain::object_view::ViewForm;
use windlass::domain::transfer::{JobSpec, JobState, JobView, Target, Work};
use windlass::domain::transfer_event::TransferEvent;

use crate::flows::queue::{ends, news, upload};
use crate::support::app::{App, buckets, page, sized_page};
use crate::support::inside::{glance_at, look_at, opened, seen, view_of};

fn object(key: &str) -> ObjectAddress {
    ObjectAddress::new("media".into(), key.into())
}

fn peek(text: &str) -> Reply {
    opened("a.txt", text.as_bytes())
}

fn asked(key: &str) -> Request {
    glance_at(object(key))
}

/// Objects of a mebibyte in a window with a third column, the cursor on the first of them.
fn wide(names: &[&str]) -> App {
    sized(names, 1024 * 1024)
}

fn sized(names: &[&str], size: u64) -> App {
    let mut app = App::at("s3://media/");
    app.event(Event::Resized { width: 140, height: 40 });
    app.reply(buckets(&["media"])).reply(sized_page(names, size));
    while app.cursor().ends_with('/') {
        app.keys("j");
    }
    app.effects();
    app
}

fn rested(names: &[&str]) -> App {
    let mut app = wide(names);
    app.wait(1).reply(peek("first"));
    app.effects();
    app
}

#[test]
fn a_wide_window_has_the_preview_open_and_asks_when_the_cursor_rests() {
    let mut app = wide(&["a", "b", "c"]);
    assert_eq!(app.state.parts.side.tab(), Some(SideTab::Preview));
    assert!(app.state.wants_tick(), "time is needed");
    app.event(Event::Tick);
    assert_eq!(app.requests(), [], "it has not rested yet");
    app.wait(1);
    assert_eq!(app.requests(), [asked("a")]);
    app.reply(peek("x"));
    assert!(!app.state.wants_tick(), "idle is idle");
}

#[test]
fn nothing_is_asked_while_the_cursor_moves() {
    let mut app = rested(&["a", "b", "c", "d", "e"]);
    for _ in 0..3 {
        app.now += Duration::from_millis(100);
        app.keys("j").event(Event::Tick);
    }
    assert_eq!(app.requests(), []);
    assert_eq!(app.state.parts.side.object(), Some(&object("d")));
    assert_eq!(
        app.state.parts.side.looking.preview,
        Fetched::Nothing,
        "and nothing of another is shown"
    );
    app.wait(1);
    assert_eq!(app.requests(), [asked("d")]);
}

#[test]
fn a_small_object_is_asked_for_at_once_unless_the_cursor_goes_on() {
    let mut app = sized(&["a", "b", "c", "d"], SMALL);
    app.wait(1).reply(peek("x")).wait(1);
    app.effects();
    app.keys("j");
    assert_eq!(app.requests(), [asked("b")]);
    let first = app.last_ticket();
    app.keys("j j");
    assert_eq!(app.effects(), [Effect::Abandon(first)], "the cursor is moving now");
    app.wait(1);
    assert_eq!(app.requests(), [asked("d")]);
}

#[test]
fn going_back_asks_for_nothing() {
    let mut app = rested(&["a", "b"]);
    app.keys("j").wait(1).reply(peek("second"));
    app.effects();
    app.keys("k").wait(1);
    assert_eq!(app.requests(), []);
    let Fetched::Ready(preview) = &app.state.parts.side.looking.preview else {
        panic!("it was kept")
    };
    assert_eq!(preview.value(), Some(("first".to_owned(), "line")));
}

#[test]
fn an_answer_that_was_overtaken_is_not_shown() {
    let mut app = wide(&["a", "b"]);
    app.wait(1);
    let first = app.last_ticket();
    app.keys("j");
    app.reply_to(first, peek("of a"));
    assert_eq!(app.state.parts.side.looking.preview, Fetched::Nothing);
}

#[test]
fn no_object_of_another_place_is_shown() {
    for leave in ["R", "1", "T", "g r"] {
        let mut app = rested(&["a", "b/"]);
        app.keys(leave);
        let kept = app.state.parts.side.object().is_none_or(|shown| *shown == object("a"));
        assert!(kept, "{leave}");
    }
    let mut app = rested(&["a", "b/"]);
    app.keys("k");
    assert_eq!(app.state.parts.side.object(), None, "a prefix");
    app.keys("l");
    assert_eq!(app.state.parts.side.object(), None, "another place");
    app.reply(page(&["x"], None)).wait(1);
    assert_eq!(app.state.parts.side.object(), Some(&object("b/x")));
    let mut app = rested(&["a", "b"]);
    app.keys("/").typed("b").keys("enter");
    assert_eq!(app.state.parts.side.object(), Some(&object("b")), "the filter moved the cursor");
    app.keys("/").typed("zzz");
    assert_eq!(app.state.parts.side.object(), None);
}

#[test]
fn only_what_has_the_eye_is_asked_for() {
    let mut app = wide(&["a"]);
    app.keys("1").wait(1);
    assert_eq!(app.requests(), [], "the buckets have the keys");
    assert!(!app.state.wants_tick());
    app.keys("2").wait(1);
    assert_eq!(app.requests(), [asked("a")]);
    let mut app = wide(&["a"]);
    app.keys("+").wait(1);
    assert_eq!(app.requests(), [], "it is not on screen");
    let mut app = App::with_rows(&["a", "b"]);
    app.keys("j").wait(1);
    assert_eq!(app.requests(), [], "a narrow window has none");
}

#[test]
fn an_empty_object_and_an_archived_one_cost_nothing() {
    let mut app = sized(&["a"], 0);
    app.wait(1);
    assert!(app.requests().iter().all(|request| !matches!(request, Request::Look(_))));
    assert!(matches!(app.state.parts.side.looking.preview, Fetched::Ready(_)));
}

#[test]
fn what_was_only_glanced_at_is_opened_whole_where_somebody_asks() {
    for key in ["p", "enter"] {
        let mut app = wide(&["a", "b"]);
        let mut view = view_of("a", b"text", ViewForm::Facts);
        view.contents.cut = Some("more than 4.0 MiB would be fetched".to_owned());
        app.wait(1).reply(seen(view, 4));
        app.effects();
        app.keys(key);
        assert_eq!(app.requests(), [look_at(object("a"))], "{key}");
        app.reply(peek("all of it"));
        assert!(app.state.parts.side.is_open());
        app.effects();
        app.keys("2 j").wait(1);
        assert_eq!(app.requests(), [glance_at(object("b"))], "{key}");
    }
}

#[test]
fn it_stays_where_it_is_told_to() {
    let mut app = rested(&["a", "b", "c/"]);
    app.keys("ctrl-p j").wait(1);
    assert_eq!(app.state.parts.side.object(), Some(&object("a")));
    assert_eq!(app.requests(), []);
    app.keys("g g l");
    assert_eq!(app.state.parts.side.object(), None, "but not into another place");
    app.keys("h").reply(sized_page(&["a", "b", "c/"], 1024 * 1024));
    app.keys("ctrl-p G").wait(1);
    assert_eq!(app.state.parts.side.object(), Some(&object("b")));
}

#[test]
fn the_details_follow_too() {
    let mut app = rested(&["a", "b"]);
    app.keys("i");
    assert_eq!(app.requests(), [Request::Storage(StorageRequest::Head(object("a")))]);
    app.keys("j").wait(1);
    assert_eq!(app.requests(), [Request::Storage(StorageRequest::Head(object("b")))]);
}

#[test]
fn what_nobody_asked_for_fails_quietly() {
    let mut app = wide(&["a"]);
    app.wait(1);
    app.fail("LookRequest", Error::new(ErrorKind::AccessDenied, "GetObject", "s3://media/a"));
    assert!(
        matches!(app.state.parts.side.looking.preview, Fetched::Failed(_)),
        "it is told in the pane"
    );
    assert_eq!(app.toast(), "");
}

#[test]
fn the_keys_of_the_object_work_in_its_preview() {
    for (key, about) in [
        ("d", "Download b to"),
        ("c", "Copy b to"),
        ("m", "Move b to"),
        ("r", "Rename b"),
        ("D", ""),
        ("Y", ""),
    ] {
        let mut app = rested(&["a", "b"]);
        app.keys("j").wait(1).reply(peek("x")).keys("k space k 4");
        app.keys("2 j 4");
        assert_eq!(app.state.focus, Pane::Side);
        app.keys(key);
        let picture = format!("{:?}", app.state.dialog());
        assert!(app.state.dialog().is_some(), "{key} opens its question");
        assert!(picture.contains(about), "{key}: {picture}");
    }
    let mut app = rested(&["a", "b"]);
    app.keys("ctrl-p j space 4 y");
    let requests = format!("{:?}", app.requests());
    assert!(requests.contains("Presign") && requests.contains("Key(\"a\")"), "{requests}");
}

#[test]
fn every_key_of_an_object_works_in_its_preview_and_its_details() {
    let own = [Action::Parent, Action::Details, Action::Preview, Action::FollowCursor];
    let of_objects = ACTIONS.iter().filter(|spec| {
        spec.works_in(Scope::Objects) && spec.works_in(Scope::Side) && !own.contains(&spec.action)
    });
    for spec in of_objects {
        for tab in ["p", "i"] {
            let mut app = App::with_rows(&["a"]);
            app.event(Event::Resized { width: 140, height: 40 }).keys(tab);
            if tab == "p" {
                app.reply(peek("some text"));
            } else {
                app.reply(Ok(Answer::Head(ObjectHead::default())));
            }
            app.keys("4");
            app.effects();
            app.keys(spec.keys[0]);
            let asked = !app.requests().is_empty();
            let name = spec.name;
            let said = app.toast();
            assert!(asked || app.state.dialog().is_some() || !said.is_empty(), "{name} in {tab}");
            assert!(!said.contains("this works in"), "{name} in {tab}: {said}");
        }
    }
}

#[test]
fn what_was_deleted_is_not_shown() {
    let mut app = rested(&["a", "b"]);
    app.keys("ctrl-p");
    let job = upload(1, "a", JobState::Running);
    let targets = vec![Target::Object("a".into())];
    let work = Work::Delete { bucket: "media".into(), targets };
    let spec = JobSpec { work, ..job.spec.clone() };
    news(&mut app, TransferEvent::Queued(JobView { spec, ..job }));
    ends(&mut app, 1, JobState::Done);
    assert!(!matches!(app.state.parts.side.looking.preview, Fetched::Ready(_)));
}

#[test]
fn the_pane_of_a_new_tab_is_as_open_as_this_one() {
    let mut app = rested(&["a"]);
    app.keys("p T");
    assert_eq!(app.state.parts.side.tab(), None);
    app.keys("g t");
    assert_eq!(app.state.parts.side.tab(), None);
}

#[test]
fn enter_gives_the_keys_to_the_preview_that_is_there() {
    let mut app = rested(&["a"]);
    app.keys("enter");
    assert_eq!(app.state.focus, Pane::Side);
    assert_eq!(app.requests(), []);
    app.keys("h");
    assert_eq!(app.state.focus, Pane::Objects);
    assert!(app.state.parts.side.is_open());
}
