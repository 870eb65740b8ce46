//! Comparing two objects: which two, what is shown, how the wait is left.

use windlass::app::effect::{Effect, Request, StorageRequest};
use windlass::app::event::Answer;
use windlass::domain::compared::{Compared, ComparedBytes};
use windlass::domain::description::ObjectDescription;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::line_difference::difference;
use windlass::domain::object::{ObjectAddress, ObjectHead, ObjectHeaders};

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
    Ok(Answer::Compared(Box::new(Compared { one, other, bytes })))
}

fn asked(app: &mut App) -> Option<(String, String)> {
    app.requests().into_iter().find_map(|request| match request {
        Request::Storage(StorageRequest::Compare { one, other }) => {
            Some((one.key.as_str().to_owned(), other.key.as_str().to_owned()))
        }
        _ => None,
    })
}

fn pair(one: &str, other: &str) -> Option<(String, String)> {
    Some((one.to_owned(), other.to_owned()))
}

#[test]
fn two_marked_objects_are_compared_or_the_marked_one_with_the_one_under_the_cursor() {
    let mut app = App::with_rows(&["a", "b", "c"]);
    app.keys("space space =");
    assert_eq!(asked(&mut app), pair("a", "b"));
    let mut app = App::with_rows(&["a", "b", "c"]);
    app.keys("space j =");
    assert_eq!(asked(&mut app), pair("a", "c"));
    for keys in ["=", "space k =", "space space space ="] {
        let mut app = App::with_rows(&["a", "b", "c"]);
        app.keys(keys);
        assert_eq!(asked(&mut app), None, "{keys}");
        assert!(app.toast().contains("two objects are compared"), "{}", app.toast());
    }
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
