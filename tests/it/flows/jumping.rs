//! Jumps to a key by its first letters, loaded or not.

use windlass::app::effect::{Request, StorageRequest};
use windlass::app::screens::objects::loading::Loading;
use windlass::domain::listing::ContinuationToken;

use crate::support::app::{App, numbered_page, page};

#[test]
fn letters_lead_to_the_first_name_that_is_not_before_them() {
    let mut app = App::with_rows(&["apple/", "plum/", "banana", "cherry", "melon"]);
    app.keys("'").typed("c");
    assert_eq!(app.cursor(), "cherry");
    app.typed("i");
    assert_eq!(app.cursor(), "melon", "nothing begins so: the next one");
    app.keys("enter ' p");
    assert_eq!(app.cursor(), "plum/");
    app.keys("esc '").typed("zz").keys("esc");
    assert_eq!(app.cursor(), "melon", "behind all there is");
    assert!(app.requests().is_empty());
}

/// 10,000 rows of a listing that goes on.
fn resting() -> App {
    let mut app = App::at("s3://media/p/");
    for number in 0..10 {
        let next = format!("t{number}");
        app.reply(numbered_page(number * 1000, 1000, Some(&next)));
    }
    assert_eq!(app.state.parts.objects.browse.loading, Loading::Resting);
    app.requests();
    app
}

#[test]
fn what_is_not_loaded_is_one_request_away_and_the_beginning_too() {
    let mut app = resting();
    app.keys("'").typed("9");
    let [Request::Storage(StorageRequest::ListPage { token: Some(token), .. })] =
        &app.requests()[..]
    else {
        panic!()
    };
    assert_eq!(*token, ContinuationToken::behind("", "p/8\u{10ffff}"));
    app.reply(page(&["9000001", "9000002"], Some("far")));
    assert_eq!(app.cursor(), "9000001");
    assert!(app.picture().contains("from 9 on"), "{}", app.picture());
    assert!(app.state.parts.objects.browse.is_incomplete());
    app.typed("000002");
    assert_eq!(app.cursor(), "9000002", "it is here by now");
    app.keys("enter esc esc");
    let first = app.requests();
    let asked = first.iter().any(|request| {
        matches!(request, Request::Storage(StorageRequest::ListPage { token: None, .. }))
    });
    assert!(asked, "the listing from its beginning: {first:?}");
    app.reply(numbered_page(0, 3, None));
    assert_eq!(app.names(), ["0000000", "0000001", "0000002"]);
    assert!(!app.state.parts.objects.browse.is_incomplete());
}

#[test]
fn marks_are_not_dropped_by_a_jump() {
    let mut app = resting();
    app.keys("space '").typed("9");
    assert!(app.requests().is_empty());
    assert!(app.toast().contains("marks"), "{}", app.toast());
    assert_eq!(app.marked(), ["0000000"]);
}
