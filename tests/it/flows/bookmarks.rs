//! Bookmarks and recent places: added, gone to, taken away.

use windlass::app::effect::{Effect, Request, StorageRequest};
use windlass::app::event::Event;
use windlass::app::preference::Preference;
use windlass::config::bookmarks::Bookmark;
use windlass::domain::error::{Error, ErrorKind};

use crate::support::app::{App, page};

fn saved(app: &mut App) -> Vec<(Bookmark, bool)> {
    let saved = app.effects().into_iter().filter_map(|effect| match effect {
        Effect::Save(Preference::Bookmark { bookmark, kept }) => Some((bookmark, kept)),
        _ => None,
    });
    saved.collect()
}

#[test]
fn a_place_is_added_gone_to_and_taken_away() {
    let mut app = App::with_rows(&["p/", "a"]);
    app.keys("b a");
    let here = app.state.here().unwrap();
    assert_eq!(saved(&mut app), [(here.clone(), true)]);
    assert_eq!(app.state.session.bookmarks, std::slice::from_ref(&here));
    app.keys("a");
    assert_eq!(saved(&mut app), [], "once is enough");
    app.keys("esc enter").reply(page(&["p/x"], None));
    assert_eq!(app.location(), "s3://media/p/");
    app.keys("b enter").reply(page(&["p/", "a"], None));
    assert_eq!(app.location(), "s3://media/");
    app.effects();
    app.keys("b D");
    assert_eq!(saved(&mut app), [(here, false)]);
    assert!(app.state.session.bookmarks.is_empty());
}

#[test]
fn a_bookmark_that_could_not_be_written_is_not_said_to_be_kept() {
    let mut app = App::with_rows(&["p/", "a"]);
    app.keys("b a");
    let bookmark = app.state.here().unwrap();
    let error = || Error::new(ErrorKind::LocalDenied, "write", "/state/bookmarks.toml");
    let unsaved = |kept| {
        let preference = Preference::Bookmark { bookmark: bookmark.clone(), kept };
        Event::NotSaved { preference, error: error() }
    };
    app.event(unsaved(true));
    assert!(app.state.session.bookmarks.is_empty());
    assert!(app.toast().contains("the bookmark is not saved"), "{}", app.toast());
    app.event(unsaved(false));
    assert_eq!(app.state.session.bookmarks, std::slice::from_ref(&bookmark));
    assert!(app.toast().contains("the bookmark is not removed"), "{}", app.toast());
    app.event(Event::NotSaved { preference: Preference::LinksGiven(Vec::new()), error: error() });
    assert!(app.toast().contains("not in the list of links"), "{}", app.toast());
}

#[test]
fn a_search_is_a_bookmark_too() {
    let mut app = App::with_rows(&["p/", "a"]);
    app.keys("f").typed("*.jpg").keys("enter b a esc h");
    app.reply(page(&["p/", "a"], None));
    app.effects();
    app.keys("b enter");
    let searched = app.requests().into_iter().any(|request| match request {
        Request::Storage(StorageRequest::Find { wanted, .. }) => wanted == "*.jpg",
        _ => false,
    });
    assert!(searched);
}

#[test]
fn places_that_were_open_are_offered_the_latest_first() {
    let mut app = App::with_rows(&["p/", "q/"]);
    app.keys("enter").reply(page(&["x"], None));
    app.keys("h").reply(page(&["p/", "q/"], None));
    app.keys("j enter").reply(page(&["y"], None));
    app.keys("b");
    let picture = app.picture();
    assert!(picture.contains("recent") && !picture.contains("no bookmark"), "{picture}");
    app.keys("j enter").reply(page(&["x"], None));
    assert_eq!(app.location(), "s3://media/p/");
}

#[test]
fn a_bookmark_of_a_connection_that_is_gone_says_so() {
    let mut app = App::with_rows(&["a"]);
    let gone = Bookmark {
        connection: "gone".into(),
        bucket: "b".to_owned(),
        prefix: String::new(),
        search: None,
    };
    app.state.session.bookmarks.push(gone);
    app.keys("b enter");
    assert!(app.toast().contains("no connection gone"), "{}", app.toast());
    assert_eq!(app.location(), "s3://media/");
}
