//! Wrong content types of the open place: found as they come, marked, and mended.

use windlass::app::effect::{Effect, Request, StorageRequest};
use windlass::app::event::{Answer, Reply};
use windlass::app::session::Startup;
use windlass::domain::address::Location;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::object::{ETag, ObjectAddress};
use windlass::domain::transfer::Target;
use windlass::domain::wrong_type::{MendedTypes, TypeFinding, WrongType, WrongTypes};

use crate::support::app::{App, apart, connection, page, startup};

fn wrong(key: &str) -> WrongType {
    WrongType {
        object: ObjectAddress::new("media".into(), key.into()),
        etag: Some(ETag::new("one")),
        finding: TypeFinding {
            is: Some("binary/octet-stream".into()),
            should: "text/html".into(),
            by_name: key.ends_with("html"),
        },
    }
}

fn found(keys: &[&str], looked: u64, done: bool) -> Reply {
    let found = keys.iter().map(|key| wrong(key)).collect();
    Ok(Answer::WrongTypes(WrongTypes { looked, found, failed: Vec::new(), done }))
}

/// The finder of `s3://media/raw/`, which goes on.
fn finding() -> App {
    let mut app = App::with_rows(&["raw/", "a.txt"]);
    app.keys("l").reply(page(&["b.html", "c.txt"], None));
    app.effects();
    app.keys("g c");
    app
}

fn mended(app: &mut App) -> Vec<String> {
    let requests = app.requests();
    let Some(Request::Storage(StorageRequest::MendTypes(wrong))) = requests.last() else {
        panic!("{requests:?}")
    };
    wrong.iter().map(|each| each.object.key.as_str().to_owned()).collect()
}

#[test]
fn what_is_found_is_listed_while_it_goes_on() {
    let mut app = finding();
    let asked = &app.requests()[..];
    let [Request::Storage(StorageRequest::FindTypes { bucket, targets })] = asked else {
        panic!("{asked:?}")
    };
    assert_eq!((bucket.as_str(), &targets[..]), ("media", &[Target::Prefix("raw/".into())][..]));
    let ticket = app.last_ticket();
    app.answer(ticket, found(&["raw/b.html", "raw/deep/picture"], 1204, false));
    let picture = app.picture();
    for told in [
        "1,204 looked at",
        "deep/picture",
        "binary/octet-stream → text/html",
        "by name",
        "by content",
        "should be text/html by its name",
    ] {
        assert!(picture.contains(told), "{told}: {picture}");
    }
    app.keys("esc");
    assert!(app.effects().contains(&Effect::Abandon(ticket)));
    assert!(!app.picture().contains("looked at"), "{}", app.picture());
}

#[test]
fn a_place_without_any_says_so() {
    let mut app = finding();
    app.reply(found(&[], 3, true));
    let picture = app.picture();
    assert!(picture.contains("every Content-Type fits"), "{picture}");
    assert!(picture.contains("3 objects looked at"), "{picture}");
    app.keys("enter");
    assert!(app.waiting().is_empty(), "there is nothing to mend");
}

#[test]
fn marked_rows_alone_are_looked_at_and_it_is_in_the_palette() {
    let mut app = App::with_rows(&["a.txt", "b.txt", "d/"]);
    app.keys("j space space").effects();
    app.keys(":").typed("wrong content").keys("enter");
    let asked = &app.requests()[..];
    let [Request::Storage(StorageRequest::FindTypes { targets, .. })] = asked else {
        panic!("{asked:?}")
    };
    assert_eq!(apart(targets).len(), 2);
}

#[test]
fn a_connection_that_is_only_read_has_nothing_mended() {
    let mut connection = connection("test");
    connection.read_only = true;
    let open = Location::parse("s3://media/").unwrap();
    let mut app = App::start(Startup { connections: vec![connection], open, ..startup() });
    app.reply(page(&["a.html"], None)).effects();
    app.keys("g c");
    assert_eq!(app.toast(), "wrong content types: the connection is read-only");
    assert!(app.requests().is_empty());
}

#[test]
fn all_are_mended_after_a_question_that_counts_them() {
    let mut app = finding();
    app.reply(found(&["raw/a.html", "raw/b.html", "raw/c"], 9, true));
    app.keys("enter");
    let picture = app.picture();
    assert!(picture.contains("Mend the Content-Type of 3 objects"), "{picture}");
    app.keys("n");
    assert!(app.waiting().is_empty(), "no is no");
    app.keys("enter y");
    assert_eq!(mended(&mut app).len(), 3);
    let ticket = app.last_ticket();
    let error = Error::new(ErrorKind::SourceChanged, "CopyObject", "s3://media/raw/b.html");
    let object = |key: &str| ObjectAddress::new("media".into(), key.into());
    let ended = vec![(object("raw/a.html"), Ok(())), (object("raw/b.html"), Err(error))];
    app.answer(ticket, Ok(Answer::TypesMended(MendedTypes { ended, done: false })));
    let picture = app.picture();
    assert!(picture.contains("mending: 1 so far"), "{picture}");
    let ended = vec![(object("raw/c"), Ok(()))];
    app.answer(ticket, Ok(Answer::TypesMended(MendedTypes { ended, done: false })));
    app.reply_to(ticket, Ok(Answer::TypesMended(MendedTypes { ended: Vec::new(), done: true })));
    assert_eq!(app.toast(), "2 objects mended, 1 object failed: E says why");
    let errors = app.state.log.entries().filter(|entry| entry.error.is_some());
    assert_eq!(errors.count(), 1);
    app.keys("enter y");
    assert_eq!(mended(&mut app), ["raw/b.html"], "what failed can be tried again");
}

#[test]
fn only_marked_ones_are_mended_where_some_are() {
    let mut app = finding();
    let ticket = app.last_ticket();
    app.answer(ticket, found(&["raw/a.html", "raw/b.html", "raw/c"], 9, false));
    app.keys("j space");
    assert!(app.picture().contains("1 marked"), "{}", app.picture());
    app.keys("enter");
    assert!(app.picture().contains("Mend the Content-Type of 1 object"), "{}", app.picture());
    app.keys("y");
    assert_eq!(mended(&mut app), ["raw/b.html"]);
}

#[test]
fn a_listing_that_breaks_keeps_what_was_found() {
    let refused = || Error::new(ErrorKind::AccessDenied, "ListObjectsV2", "s3://media/raw/");
    let mut app = finding();
    app.fail("FindTypes", refused());
    assert!(!app.picture().contains("Wrong content types"), "{}", app.picture());
    let mut app = finding();
    let ticket = app.last_ticket();
    app.answer(ticket, found(&["raw/a.html"], 9, false));
    app.fail("FindTypes", refused());
    assert!(app.picture().contains("not all were"), "{}", app.picture());
}
