//! Comparing two objects: which two, what is shown, how the wait is left.

use windlass::app::effect::{ComparisonRequest, Effect, Request, StorageRequest};
use windlass::app::event::Answer;
use windlass::domain::compared::{
    Compared, ComparedBytes, ComparedSide, ComparedTrees, TreeDifference,
};
use windlass::domain::description::ObjectDescription;
use windlass::domain::diff_end::DiffKind;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::line_difference::difference;
use windlass::domain::object::{ObjectAddress, ObjectHead, ObjectHeaders};
use windlass::domain::value_difference::ValueDifference;

use crate::support::app::App;

fn described(key: &str, content_type: &str, size: u64) -> ObjectDescription {
    let content_type = Some(content_type.to_owned());
    let headers = ObjectHeaders { content_type, ..ObjectHeaders::default() };
    ObjectDescription {
        object: ObjectAddress::new("media".into(), key.into()),
        head: ObjectHead { size: Some(size), headers, ..ObjectHead::default() },
        tags: Some(vec![("team".to_owned(), key.to_owned())]),
        acl_unknown: false,
    }
}

fn compared(bytes: ComparedBytes) -> Result<Answer, Error> {
    let (one, other) = (described("a", "text/plain", 4), described("b", "text/html", 4));
    let (one, other) = (ComparedSide::Stored(one), ComparedSide::Stored(other));
    Ok(Answer::Compared(Box::new(Compared { one, other, bytes, values: None })))
}

fn asked(app: &mut App) -> Option<(String, String)> {
    app.requests().into_iter().find_map(|request| match request {
        Request::Storage(StorageRequest::Comparison(ComparisonRequest::Compare { one, other })) => {
            Some((one.to_string(), other.to_string()))
        }
        _ => None,
    })
}

fn pair(one: &str, other: &str) -> Option<(String, String)> {
    Some((format!("s3://media/{one}"), format!("s3://media/{other}")))
}

#[test]
fn two_marked_objects_are_compared_or_the_marked_one_with_the_one_under_the_cursor() {
    let mut app = App::with_rows(&["a", "b", "c"]);
    app.keys("space space =");
    assert_eq!(asked(&mut app), pair("a", "b"));
    let mut app = App::with_rows(&["a", "b", "c"]);
    app.keys("space j =");
    assert_eq!(asked(&mut app), pair("a", "c"));
    for (names, keys, why) in [
        (["a", "b", "c"], "space space space =", "more than two rows are marked"),
        (["a", "b/", "c"], "space space =", "one is a prefix and the other is an object"),
    ] {
        let mut app = App::with_rows(&names);
        app.keys(keys);
        assert_eq!(asked(&mut app), None, "{keys}");
        assert!(app.toast().contains(why), "{}", app.toast());
    }
}

#[test]
fn one_row_is_compared_with_what_is_typed() {
    for (typed, other) in
        [("s3://other/x?y", "s3://other/x?y"), ("/tmp/a", "/tmp/a"), ("a.txt", "/desk/a.txt")]
    {
        let mut app = App::with_rows(&["a", "b"]);
        app.keys("=");
        assert!(app.picture().contains("Compare a with"), "{}", app.picture());
        app.keys("ctrl-u").typed(typed).keys("enter");
        let expected = Some(("s3://media/a".to_owned(), other.to_owned()));
        assert_eq!(asked(&mut app), expected, "{typed}");
    }
    let mut app = App::with_rows(&["a"]);
    app.keys("= ctrl-u").typed("s3://").keys("enter");
    assert_eq!(asked(&mut app), None);
    assert!(app.picture().contains("name a bucket"), "{}", app.picture());
    app.keys("esc");
    assert!(!app.picture().contains("Compare a with"));
}

#[test]
fn two_prefixes_are_compared_name_by_name() {
    let mut app = App::with_rows(&["a/", "b/"]);
    app.keys("space =");
    assert_eq!(asked(&mut app), pair("a/", "b/"));
    let found =
        |name: &str, difference, sizes| TreeDifference { name: name.to_owned(), difference, sizes };
    let news = ComparedTrees {
        differing: vec![found("x/new.txt", DiffKind::New, [None, Some(1024)])],
        compared: 3,
        names: 9,
        ..ComparedTrees::default()
    };
    let ticket = app.last_ticket();
    app.answer(ticket, Ok(Answer::ComparedTrees(news)));
    let picture = app.picture();
    for text in ["3 of 9 compared · 1 new", "new", "x/new.txt", "1.0 KiB"] {
        assert!(picture.contains(text), "{text}: {picture}");
    }
    let error = Error::new(ErrorKind::AccessDenied, "GetObject", "s3://media/a/locked");
    let news = ComparedTrees {
        differing: vec![found("y", DiffKind::Changed, [Some(1024), Some(2048)])],
        failed: vec![error],
        compared: 9,
        names: 9,
        done: true,
    };
    app.reply_to(ticket, Ok(Answer::ComparedTrees(news)));
    let picture = app.picture();
    for text in ["9 names compared · 1 new · 1 changed · 1 failed", "1.0 KiB to 2.0 KiB", "locked"]
    {
        assert!(picture.contains(text), "{text}: {picture}");
    }
    app.keys("esc").effects();
    assert!(!app.picture().contains("x/new.txt"));
}

#[test]
fn prefixes_that_are_the_same_are_said_to_be() {
    let mut app = App::with_rows(&["a/", "b/"]);
    app.keys("space =");
    let news = ComparedTrees { compared: 2, names: 2, done: true, ..ComparedTrees::default() };
    let ticket = app.last_ticket();
    app.reply_to(ticket, Ok(Answer::ComparedTrees(news)));
    let said = "They have the same names with the same bytes.";
    assert!(app.picture().contains(said), "{}", app.picture());
}

#[test]
fn values_of_documents_are_compared_by_their_place() {
    let mut app = App::with_rows(&["a", "b"]);
    app.keys("space space =");
    let Ok(Answer::Compared(mut compared)) =
        compared(ComparedBytes::Lines(difference("{\"n\":1}", "{\"n\":2}")))
    else {
        panic!("a comparison");
    };
    compared.values = Some(vec![ValueDifference {
        path: ".users[3].name".to_owned(),
        one: Some("\"Ann\"".to_owned()),
        other: None,
    }]);
    app.reply(Ok(Answer::Compared(compared.clone())));
    let picture = app.picture();
    for text in ["Values", ".users[3].name", "\"Ann\"", "–"] {
        assert!(picture.contains(text), "{text}: {picture}");
    }
    let mut app = App::with_rows(&["a", "b"]);
    app.keys("space space =");
    compared.values = Some(Vec::new());
    app.reply(Ok(Answer::Compared(compared)));
    assert!(app.picture().contains("They hold the same values"), "{}", app.picture());
}

#[test]
fn what_differs_is_shown_and_what_is_the_same_is_not() {
    let mut app = App::with_rows(&["a", "b"]);
    app.keys("space space =");
    assert!(app.picture().contains("comparing"), "{}", app.picture());
    let lines = difference("one\ntwo\n", "one\n2\n");
    app.reply(compared(ComparedBytes::Lines(lines)));
    let picture = app.picture();
    for text in ["s3://media/a", "text/plain", "text/html", "tag team", "- two", "+ 2"] {
        assert!(picture.contains(text), "{text}: {picture}");
    }
    assert!(!picture.contains("cache control"), "both have none: {picture}");
    app.keys("esc");
    assert!(!app.picture().contains("text/html"), "{}", app.picture());
}

#[test]
fn the_wait_can_be_left_and_what_fails_is_said() {
    let mut app = App::with_rows(&["a", "b"]);
    app.keys("space space =").effects();
    app.keys("esc");
    assert!(app.effects().iter().any(|effect| matches!(effect, Effect::Abandon(_))));
    let mut app = App::with_rows(&["a", "b"]);
    app.keys("space space =");
    let error = Error::new(ErrorKind::NoSuchKey, "HeadObject", "s3://media/a");
    app.fail("Compare", error);
    assert!(!app.picture().contains("comparing"), "{}", app.picture());
    assert!(!app.toast().is_empty());
}

fn trees_of_three(app: &mut App, done: bool) {
    app.keys("space =");
    let found = |name: &str, difference| {
        let sizes = [Some(1), Some(2)];
        TreeDifference { name: name.to_owned(), difference, sizes }
    };
    let differing = vec![
        found("x/changed.txt", DiffKind::Changed),
        found("gone.txt", DiffKind::Gone),
        found("other.txt", DiffKind::Changed),
    ];
    let news = ComparedTrees { differing, compared: 3, names: 9, done, ..ComparedTrees::default() };
    let ticket = app.last_ticket();
    match done {
        true => app.reply_to(ticket, Ok(Answer::ComparedTrees(news))),
        false => app.answer(ticket, Ok(Answer::ComparedTrees(news))),
    };
    app.effects();
}

#[test]
fn a_name_that_both_trees_have_is_opened_as_a_pair_and_left_again() {
    let mut app = App::with_rows(&["a/", "b/"]);
    trees_of_three(&mut app, true);
    app.keys("enter");
    assert_eq!(asked(&mut app), pair("a/x/changed.txt", "b/x/changed.txt"));
    app.reply(compared(ComparedBytes::From(7)));
    assert!(app.picture().contains("They differ from byte 7 on"), "{}", app.picture());
    app.keys("esc");
    assert!(app.picture().contains("x/changed.txt"), "{}", app.picture());
    app.keys("j enter");
    assert_eq!(asked(&mut app), None, "one side lacks it");
    assert!(app.toast().contains("only one side has it"), "{}", app.toast());
    app.keys("j enter");
    assert_eq!(asked(&mut app), pair("a/other.txt", "b/other.txt"));
    let error = Error::new(ErrorKind::NoSuchKey, "HeadObject", "s3://media/a/other.txt");
    let ticket = app.last_ticket();
    app.reply_to(ticket, Err(error));
    assert!(app.picture().contains("gone.txt"), "back at the names: {}", app.picture());
    assert!(!app.toast().is_empty());
    app.keys("esc").effects();
    assert!(!app.picture().contains("gone.txt"), "{}", app.picture());
}

#[test]
fn trees_go_on_being_compared_behind_a_pair_and_are_stopped_before_they_are_left() {
    let mut app = App::with_rows(&["a/", "b/"]);
    trees_of_three(&mut app, false);
    let trees = app.last_ticket();
    app.keys("enter");
    let news = ComparedTrees { compared: 5, names: 9, ..ComparedTrees::default() };
    app.answer(trees, Ok(Answer::ComparedTrees(news)));
    let pair = app.last_ticket();
    app.reply_to(pair, compared(ComparedBytes::Same));
    app.keys("esc");
    assert!(app.picture().contains("5 of 9 compared"), "{}", app.picture());
    app.effects();
    app.keys("esc");
    assert!(app.effects().contains(&Effect::Abandon(trees)));
    assert!(app.picture().contains("stopped: 5 of 9 compared"), "{}", app.picture());
    app.keys("esc");
    assert!(!app.picture().contains("compared"), "{}", app.picture());
}

#[test]
fn what_was_left_unread_is_read_when_it_is_asked_for() {
    for left in [ComparedBytes::SameStart(1_048_576), ComparedBytes::Other] {
        let mut app = App::with_rows(&["a", "b"]);
        app.keys("space space =");
        app.reply(compared(left.clone()));
        app.effects();
        app.keys("enter");
        let reads = |request: &Request| {
            matches!(
                request,
                Request::Storage(StorageRequest::Comparison(
                    ComparisonRequest::CompareBytes { .. }
                ))
            )
        };
        assert!(app.requests().iter().any(reads), "{left:?}");
        let ticket = app.last_ticket();
        let news = |bytes, done| Ok(Answer::ComparedBytes { bytes, done });
        app.answer(ticket, news(ComparedBytes::SameStart(3 * 1_048_576), false));
        assert!(app.picture().contains("reading on"), "{}", app.picture());
        assert!(app.picture().contains("The first 3.0 MiB are the same"), "{}", app.picture());
        app.reply_to(ticket, news(ComparedBytes::From(4_000_000), true));
        let picture = app.picture();
        assert!(picture.contains("They differ from byte 4,000,000 on"), "{picture}");
        assert!(!picture.contains("reading on"), "{picture}");
    }
    let mut app = App::with_rows(&["a", "b"]);
    app.keys("space space =");
    app.reply(compared(ComparedBytes::Same));
    app.effects();
    app.keys("enter");
    assert!(app.requests().is_empty(), "all of it was read");
}
