//! Sizes: counted as pages come, shown as a tree, stopped, walked without requests, deleted from.

use std::sync::Arc;

use windlass::app::effect::{Effect, Request, StorageRequest};
use windlass::app::event::{Answer, Event, Reply};
use windlass::app::screens::sizes::measured::Counting;
use windlass::app::screens::sizes::view::SizesView;
use windlass::domain::listing::{Class, Page};
use windlass::domain::object::Measure;
use windlass::domain::size_tree::SizedRow;
use windlass::domain::tally::{Amount, UnlistedTotals, Untold};
use windlass::domain::transfer::{JobState, JobView, Target, TransferCommand, Work};
use windlass::domain::transfer_event::TransferEvent;

use crate::flows::queue::{ends, news, upload};
use crate::support::app::{App, page};

fn walked(keys: &[(&str, u64)], done: bool) -> Reply {
    let mut page = Page::default();
    for (key, size) in keys {
        page.push_object(key, *size, None, Class::Standard);
    }
    Ok(Answer::Walked { page: Arc::new(page), done })
}

fn names(app: &App) -> Vec<String> {
    let rows = app.state.parts.sizes.shown().unwrap().rows().iter();
    rows.map(|row| match row {
        SizedRow::Prefix(_, name, _) => name.clone(),
        SizedRow::Object(object) => object.name.clone(),
        SizedRow::Others(_) => "…".to_owned(),
    })
    .collect()
}

/// In `s3://media/`, counted: `p/` with 15 bytes in `q/` and 2 beside, `a` with 5.
fn counted() -> App {
    let mut app = App::with_rows(&["p/", "a"]);
    app.keys("w");
    let ticket = app.last_ticket();
    let keys = [("a", 5), ("p/q/r", 7), ("p/q/s", 8), ("p/z", 2)];
    app.answer(ticket, walked(&keys, false));
    app.reply(walked(&[], true));
    app.effects();
    app
}

#[test]
fn what_is_counted_is_shown_while_it_comes_the_largest_first() {
    let mut app = App::with_rows(&["p/", "a"]);
    app.keys("w");
    let [Request::Storage(StorageRequest::Walk { bucket, prefix })] = &app.requests()[..] else {
        panic!()
    };
    assert_eq!((bucket.as_str(), prefix.as_str()), ("media", ""));
    let ticket = app.last_ticket();
    app.answer(ticket, walked(&[("a", 5), ("p/q/r", 7)], false));
    assert_eq!(names(&app), ["p/", "a"]);
    assert!(app.picture().contains("12 B+ in 2+"), "{}", app.picture());
    app.answer(ticket, walked(&[("p/q/s", 8), ("p/z", 2)], false));
    app.reply(walked(&[], true));
    assert!(app.picture().contains("22 B in 4"), "{}", app.picture());
    assert_eq!(app.state.parts.sizes.shown().unwrap().counting, Counting::Whole);
}

#[test]
fn levels_are_walked_without_asking_and_the_cursor_comes_back() {
    let mut app = counted();
    app.keys("enter");
    assert_eq!(names(&app), ["q/", "z"]);
    app.keys("enter");
    assert_eq!(names(&app), ["s", "r"]);
    app.keys("h h j");
    assert_eq!(names(&app), ["p/", "a"]);
    app.keys("h");
    assert_eq!(names(&app), ["p/", "a"], "nothing is above the place");
    assert!(app.requests().is_empty());
    app.keys("enter").reply(page(&["p/", "a"], None));
    assert_eq!((app.location().as_str(), app.cursor()), ("s3://media/", "a"));
    assert!(app.state.parts.sizes.shown().is_none());
}

#[test]
fn escape_stops_and_keeps_what_is_counted_as_a_part_and_then_closes() {
    let mut app = App::with_rows(&["p/", "a"]);
    app.keys("w");
    let ticket = app.last_ticket();
    app.answer(ticket, walked(&[("a", 5)], false)).keys("esc");
    assert!(app.effects().contains(&Effect::Abandon(ticket)));
    assert_eq!(app.state.parts.sizes.shown().unwrap().counting, Counting::Stopped);
    let picture = app.picture();
    assert!(picture.contains("5 B+ in 1+") && picture.contains("not all of it"), "{picture}");
    app.keys("esc");
    assert!(app.state.parts.sizes.shown().is_none());
}

#[test]
fn only_the_marked_prefixes_are_counted_where_some_are() {
    let mut app = App::with_rows(&["p/", "q/", "r/"]);
    app.keys("space space w");
    let prefixes = |app: &mut App| -> Vec<String> {
        let requests = app.requests().into_iter();
        let walks = requests.filter_map(|request| match request {
            Request::Storage(StorageRequest::Walk { prefix, .. }) => Some(prefix.to_string()),
            _ => None,
        });
        walks.collect()
    };
    assert_eq!(prefixes(&mut app), ["p/"]);
    let ticket = app.last_ticket();
    app.answer(ticket, walked(&[("x", 1)], false)).reply(walked(&[], true));
    assert_eq!(prefixes(&mut app), ["q/"]);
    let ticket = app.last_ticket();
    app.answer(ticket, walked(&[("y", 3)], false)).reply(walked(&[], true));
    assert_eq!(names(&app), ["q/", "p/"]);
}

#[test]
fn a_row_is_deleted_by_the_usual_question() {
    let mut app = counted();
    app.keys("enter D");
    assert!(app.picture().contains("q/"), "{}", app.picture());
    let measured = Measure { objects: 2, bytes: 15, done: true };
    app.reply(Ok(Answer::Measured(measured))).keys("y");
    let deleted = app.effects().into_iter().find_map(|effect| match effect {
        Effect::Transfer(TransferCommand::Enqueue(specs)) => match specs.into_iter().next()?.work {
            Work::Delete { targets, .. } => Some(targets),
            _ => None,
        },
        _ => None,
    });
    assert_eq!(deleted, Some(vec![Target::Prefix("p/q/".into())]));
}

#[test]
fn single_objects_that_are_marked_are_counted_without_a_request() {
    let mut app = App::with_rows(&["p/", "a", "b"]);
    app.keys("j space space w");
    let requests = app.requests();
    let here = |request: &Request| matches!(request, Request::Machine(_));
    assert!(requests.iter().all(here), "no server is asked: {requests:?}");
    app.count_marked();
    assert!(app.requests().is_empty());
    assert_eq!(names(&app), ["b", "a"]);
    let picture = app.picture();
    assert!(picture.contains("5 B in 2") && picture.contains("only what was marked"), "{picture}");

    let mut app = App::with_rows(&["p/", "a", "b"]);
    app.keys("space space w").effects();
    app.count_marked();
    let [Request::Storage(StorageRequest::Walk { prefix, .. })] = &app.requests()[..] else {
        panic!()
    };
    assert_eq!(prefix.as_str(), "p/");
    let ticket = app.last_ticket();
    app.answer(ticket, walked(&[("x", 7)], false)).reply(walked(&[], true));
    assert_eq!(names(&app), ["p/", "a"]);
    let picture = app.picture();
    assert!(picture.contains("9 B in 2") && picture.contains("only what was marked"), "{picture}");
}

#[test]
fn nothing_is_left_where_a_prefix_above_is_deleted() {
    for target in ["p/", ""] {
        let mut app = App::with_rows(&["p/", "a"]);
        app.keys("enter").reply(page(&["q/", "b"], None));
        app.keys("w");
        let ticket = app.last_ticket();
        app.answer(ticket, walked(&[("q/x", 7), ("b", 2)], false)).reply(walked(&[], true));
        app.keys("enter");
        let targets = vec![Target::Prefix(target.into())];
        let mut view = upload(1, "p/a", JobState::Running);
        view.spec.work = Work::Delete { bucket: "media".into(), targets };
        news(&mut app, TransferEvent::Queued(view));
        ends(&mut app, 1, JobState::Done);
        assert!(names(&app).is_empty(), "{:?}", names(&app));
        assert!(app.picture().contains("0 B in 0"), "{}", app.picture());
    }
}

#[test]
fn what_is_counted_of_a_part_is_not_taken_for_the_sum_of_all() {
    let known = |app: &App| {
        let session = &app.state.session;
        session.measured(&"media".into(), &"".into()).is_some()
    };
    assert!(known(&counted()));
    let mut app = App::with_rows(&["p/", "a", "b"]);
    app.keys("space w");
    let ticket = app.last_ticket();
    app.answer(ticket, walked(&[("x", 7)], false)).reply(walked(&[], true));
    assert!(!known(&app));
}

#[test]
fn classes_and_ages_are_right_after_a_deletion() {
    let mut app = counted();
    app.keys("D").reply(Ok(Answer::Measured(Measure { objects: 3, bytes: 17, done: true })));
    app.keys("y");
    let spec = app.effects().into_iter().find_map(|effect| match effect {
        Effect::Transfer(TransferCommand::Enqueue(specs)) => specs.into_iter().next(),
        _ => None,
    });
    let view = JobView { spec: spec.unwrap(), ..upload(7, "k", JobState::Running) };
    news(&mut app, TransferEvent::Queued(view));
    ends(&mut app, 7, JobState::Done);
    assert_eq!(names(&app), ["a"]);
    let tree = &app.state.parts.sizes.shown().unwrap().tree;
    let left = Amount { objects: 1, bytes: 5 };
    assert_eq!((tree.stored().objects(), tree.stored().bytes()), (1, 5));
    assert!(tree.ages().contains(&("older", left)), "{:?}", tree.ages());
    assert!(tree.sizes().contains(&("below 1 KiB", left)), "{:?}", tree.sizes());
}

#[test]
fn a_summary_that_has_no_room_is_scrolled() {
    let mut app = counted();
    app.event(Event::Resized { width: 50, height: 9 }).keys("tab");
    assert!(app.picture().contains("By storage class"), "{}", app.picture());
    assert!(!app.picture().contains("Beside the objects"), "{}", app.picture());
    app.keys("G");
    assert!(app.picture().contains("Beside the objects"), "{}", app.picture());
    app.keys("g g");
    assert!(app.picture().contains("By storage class"), "{}", app.picture());
}

#[test]
fn versions_are_counted_where_they_are_asked_for() {
    let mut app = counted();
    app.keys("V");
    let [Request::Storage(StorageRequest::CountBeside { .. })] = &app.requests()[..] else {
        panic!()
    };
    assert_eq!(app.state.parts.sizes.shown().unwrap().view, SizesView::Summary);
    let versions = Amount { objects: 3, bytes: 1 << 20 };
    let beside = UnlistedTotals { versions, markers: 2, ..UnlistedTotals::default() };
    let untold = Untold { uploads: true, ..Untold::default() };
    app.reply(Ok(Answer::Beside { beside, untold, done: true }));
    let picture = app.picture();
    assert!(picture.contains("old versions") && picture.contains("1.0 MiB"), "{picture}");
    assert!(picture.contains("this server does not tell"), "{picture}");
    app.keys("tab");
    assert!(app.picture().contains("p/q/s"), "the largest objects by their whole names");
}

#[test]
fn what_was_stopped_before_anything_came_is_not_said_to_be_empty() {
    let mut app = App::with_rows(&["a"]);
    app.keys("w");
    assert!(app.picture().contains("⠋ counting"), "{}", app.picture());
    app.keys("esc");
    let picture = app.picture();
    assert!(picture.contains("stopped before anything was counted"), "{picture}");
    assert!(picture.contains("R counts again") && !picture.contains("nothing here"), "{picture}");
    let footer = picture.lines().last().unwrap();
    assert!(!footer.contains("delete") && !footer.contains("into"), "{footer}");
}
