//! Listings that come in pages, stop, fail, go in circles, and are listed again.

use windlass::app::effect::{Effect, Request, StorageRequest};
use windlass::app::screens::objects::loading::Loading;
use windlass::domain::address::Prefix;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::listing::ContinuationToken;
use windlass::domain::page_cursor::MAX_EMPTY_PAGES;

use crate::support::app::{App, numbered_page, page};

fn failure(kind: ErrorKind) -> Error {
    Error::new(kind, "ListObjectsV2", "s3://media/")
}

#[test]
fn the_first_page_is_shown_while_others_stream_in_behind_it() {
    let mut app = App::at("s3://media/");
    app.reply(page(&["a", "b"], Some("t1")));
    assert_eq!(app.names(), ["a", "b"]);
    assert_eq!(app.state.parts.objects.browse.loading, Loading::Streaming);
    assert!(app.state.wants_tick());
    app.reply(page(&["c/"], Some("t2")));
    app.reply(page(&["d"], None));
    assert_eq!(app.names(), ["c/", "a", "b", "d"]);
    assert_eq!(app.state.parts.objects.browse.loading, Loading::Complete);
    assert!(!app.state.parts.objects.browse.is_incomplete());
}

#[test]
fn the_cursor_stays_on_its_key_while_prefixes_arrive_above_it() {
    let mut app = App::at("s3://media/");
    app.reply(page(&["a", "b"], Some("t1"))).keys("j");
    app.reply(page(&["c/", "d/"], None));
    assert_eq!(app.cursor(), "b");
}

#[test]
fn escape_stops_and_keeps_what_is_loaded() {
    let mut app = App::at("s3://media/");
    app.reply(page(&["a", "b"], Some("t1")));
    let stopped = app.last_ticket();
    app.keys("esc");
    assert_eq!(app.state.parts.objects.browse.loading, Loading::Stopped);
    assert!(app.state.parts.objects.browse.is_incomplete());
    app.reply_to(stopped, page(&["late"], None));
    assert_eq!(app.names(), ["a", "b"]);
    app.keys("G");
    app.reply(page(&["c"], None));
    assert_eq!(app.names(), ["a", "b", "c"]);
}

#[test]
fn pages_rest_at_the_limit_until_the_cursor_comes_near_the_end() {
    let mut app = App::at("s3://media/");
    for number in 0..10 {
        let next = format!("t{number}");
        app.reply(numbered_page(number * 1000, 1000, Some(&next)));
    }
    assert_eq!(app.state.parts.objects.browse.loading, Loading::Resting);
    assert_eq!(app.names().len(), 10_000);
    app.keys("j");
    assert_eq!(app.state.parts.objects.browse.loading, Loading::Resting);
    app.keys("G");
    assert_eq!(app.state.parts.objects.browse.loading, Loading::Streaming);
    app.reply(numbered_page(10_000, 1000, Some("u0")));
    app.reply(numbered_page(11_000, 1000, None));
    assert_eq!(app.state.parts.objects.browse.loading, Loading::Complete);
    assert_eq!(app.cursor(), "0011999", "G means the last row, which has come by now");
}

#[test]
fn a_repeated_token_is_an_error_and_no_end() {
    let mut app = App::at("s3://media/");
    app.reply(page(&["a"], Some("t1")));
    app.reply(page(&["b"], Some("t1")));
    assert_eq!(app.names(), ["a", "b"]);
    assert!(matches!(
        &app.state.parts.objects.browse.loading,
        Loading::Failed(error) if error.is(&ErrorKind::BrokenListing)
    ));
    assert!(app.state.parts.objects.browse.is_incomplete());
    assert!(app.state.log.entries().any(|entry| entry.error.is_some()));
    assert_eq!(app.requests().len(), 3, "nothing is asked after the circle");
}

#[test]
fn a_longer_circle_is_an_error_too_and_so_are_empty_pages_without_end() {
    let mut app = App::at("s3://media/");
    for token in ["t1", "t2", "t3", "t1"] {
        app.reply(page(&[], Some(token)));
    }
    assert!(matches!(&app.state.parts.objects.browse.loading, Loading::Failed(_)));
    let mut app = App::at("s3://media/");
    for number in 0..=MAX_EMPTY_PAGES {
        app.reply(page(&[], Some(&number.to_string())));
    }
    assert!(matches!(&app.state.parts.objects.browse.loading, Loading::Failed(_)));
}

#[test]
fn a_failed_page_keeps_the_rows_and_says_so() {
    let mut app = App::at("s3://media/");
    app.reply(page(&["a"], Some("t1")));
    app.fail("ListPage", failure(ErrorKind::Unreachable));
    assert_eq!(app.names(), ["a"]);
    assert!(matches!(&app.state.parts.objects.browse.loading, Loading::Failed(_)));
    assert!(!app.toast().is_empty());
    app.keys("R").reply(page(&["a", "b"], None));
    assert_eq!(app.names(), ["a", "b"]);
}

#[test]
fn refresh_keeps_the_cursor_and_the_marks_on_their_keys() {
    let mut app = App::with_rows(&["b", "c", "d", "e"]);
    app.keys("space j").keys("R");
    assert_eq!(app.names(), ["b", "c", "d", "e"], "the rows stay until the new ones are here");
    assert_eq!(app.cursor(), "d");
    app.reply(page(&["a", "b", "c"], Some("t1")));
    assert_eq!(app.names(), ["b", "c", "d", "e"], "the new rows do not reach the cursor yet");
    app.reply(page(&["d", "f"], None));
    assert_eq!(app.names(), ["a", "b", "c", "d", "f"]);
    assert_eq!(app.cursor(), "d");
    assert_eq!(app.marked(), ["b"]);
}

#[test]
fn refresh_of_a_vanished_key_leaves_the_cursor_in_place() {
    let mut app = App::with_rows(&["a", "b", "c"]);
    app.keys("j R").reply(page(&["a", "c"], None));
    assert_eq!(app.cursor(), "c");
}

#[test]
fn a_failed_refresh_keeps_the_earlier_rows() {
    let mut app = App::with_rows(&["a", "b"]);
    app.keys("R").fail("ListPage", failure(ErrorKind::TimedOut));
    assert_eq!(app.names(), ["a", "b"]);
    assert!(matches!(&app.state.parts.objects.browse.loading, Loading::Failed(_)));
}

#[test]
fn a_refresh_that_is_stopped_leaves_the_earlier_listing_whole() {
    let mut app = App::at("s3://media/");
    for number in 0..10 {
        let next = format!("t{number}");
        app.reply(numbered_page(number * 1000, 1000, Some(&next)));
    }
    app.keys("R esc");
    assert_eq!(app.state.parts.objects.browse.loading, Loading::Resting);
    app.keys("G").reply(numbered_page(10_000, 1, None));
    assert_eq!(app.names().len(), 10_001);
    assert_eq!(app.cursor(), "0010000");
    let mut app = App::with_rows(&["a", "b"]);
    app.keys("R R esc");
    assert_eq!(app.state.parts.objects.browse.loading, Loading::Complete);
    assert_eq!(app.names(), ["a", "b"]);
}

#[test]
fn an_empty_page_with_a_token_is_not_the_end() {
    let mut app = App::at("s3://media/");
    app.reply(page(&[], Some("t1"))).reply(page(&["a"], None));
    assert_eq!(app.names(), ["a"]);
}

#[test]
fn a_bucket_that_vanishes_stays_with_the_reason() {
    let mut app = App::with_rows(&["a/"]);
    app.keys("l").fail("ListPage", failure(ErrorKind::NoSuchBucket));
    let browse = &app.state.parts.objects.browse;
    assert!(
        matches!(&browse.loading, Loading::Failed(error) if error.is(&ErrorKind::NoSuchBucket))
    );
    let gone =
        app.state.parts.buckets.bucket_list.rows().iter().find(|row| row.gone.is_some()).unwrap();
    assert_eq!(gone.bucket.as_str(), "media");
    app.keys("R");
    app.reply(crate::support::app::buckets(&["backups"]));
    assert_eq!(app.bucket_names(), ["backups", "media"]);
}

fn rests(app: &mut App) -> Vec<StorageRequest> {
    let rest = |request| match request {
        Request::Storage(rest @ StorageRequest::ListRest { .. }) => Some(rest),
        _ => None,
    };
    app.requests().into_iter().filter_map(rest).collect()
}

fn is_listing(app: &App) -> bool {
    let lists = |request: &Request| {
        let Request::Storage(request) = request else { return false };
        matches!(request, StorageRequest::ListPage { .. } | StorageRequest::ListRest { .. })
    };
    app.waiting().iter().any(|(_, request)| lists(request))
}

fn rest(token: &str, last: &str) -> StorageRequest {
    StorageRequest::ListRest {
        bucket: "media".into(),
        prefix: Prefix::new("p/"),
        token: ContinuationToken::behind(token, &format!("p/{last}")),
    }
}

#[test]
fn all_that_is_left_is_asked_for_at_once() {
    for (keys, more) in [("G", 1), ("ctrl-a", 1), ("s S", 1)] {
        let mut app = App::at("s3://media/p/");
        for number in 0..10 {
            app.reply(numbered_page(number * 1000, 1000, Some(&format!("t{number}"))));
        }
        app.effects();
        app.keys(keys);
        assert_eq!(rests(&mut app).len(), more, "{keys}");
    }
    let mut app = App::at("s3://media/p/");
    app.keys("G");
    app.reply(page(&["a", "b"], Some("t1")));
    assert_eq!(rests(&mut app), [rest("t1", "b")]);
    app.reply(page(&["c"], Some("t2")));
    assert_eq!(app.cursor(), "c");
    app.reply(page(&["d"], Some("t3")));
    assert!(rests(&mut app).is_empty(), "one request brings them all");
    assert_eq!((app.names().len(), app.cursor()), (4, "d"));
    app.keys("esc");
    assert!(app.effects().iter().any(|effect| matches!(effect, Effect::Abandon(_))));
    assert_eq!(app.state.parts.objects.browse.loading, Loading::Stopped);
    app.keys("G");
    assert_eq!(rests(&mut app), [rest("t3", "d")]);
    app.reply(page(&["e"], Some("t4"))).reply(page(&[], None));
    assert_eq!(app.state.parts.objects.browse.loading, Loading::Complete);
    assert_eq!((app.names().len(), app.cursor()), (5, "e"));
}

/// Twelve pages of a level that goes on, the cursor on their last row.
fn far_down() -> App {
    let mut app = App::at("s3://media/p/");
    app.keys("G").reply(numbered_page(0, 1000, Some("t0")));
    for number in 1..12 {
        app.reply(numbered_page(number * 1000, 1000, Some(&format!("t{number}"))));
    }
    app
}

#[test]
fn a_level_that_is_listed_again_far_down_is_asked_for_at_once() {
    let mut app = far_down();
    app.keys("esc space k").effects();
    app.keys("R").reply(numbered_page(0, 1000, Some("u0")));
    assert_eq!(rests(&mut app), [rest("u0", "0000999")]);
    for number in 1..11 {
        app.reply(numbered_page(number * 1000, 1000, Some(&format!("u{number}"))));
        assert_eq!((app.names().len(), app.cursor()), (12_000, "0011998"), "until it is as long");
    }
    assert_eq!(app.state.parts.objects.browse.loading, Loading::Refreshing);
    app.reply(numbered_page(11_000, 1000, Some("u11")));
    assert_eq!((app.names().len(), app.cursor()), (12_000, "0011998"));
    assert_eq!(app.marked(), ["0011999"]);
    assert_eq!(app.state.parts.objects.browse.loading, Loading::Streaming);
    for number in 12..14 {
        app.reply(numbered_page(number * 1000, 1000, Some(&format!("u{number}"))));
    }
    assert_eq!(app.state.parts.objects.browse.loading, Loading::Resting, "no more is needed");
    assert!(!is_listing(&app), "and no more is asked for: {:?}", app.waiting());
    app.keys("G");
    assert_eq!(rests(&mut app), [rest("u13", "0013999")]);
}

#[test]
fn a_level_that_is_listed_again_at_its_top_is_asked_for_page_by_page() {
    let mut app = far_down();
    app.keys("esc g g R").effects();
    app.reply(numbered_page(0, 1000, Some("u0")));
    assert_eq!(app.names().len(), 1000);
    assert!(rests(&mut app).is_empty());
}

#[test]
fn a_listing_anew_that_is_left_keeps_what_was_shown() {
    let mut app = far_down();
    app.keys("esc R").reply(numbered_page(0, 1000, Some("u0")));
    app.reply(numbered_page(1000, 1000, Some("u1")));
    app.keys("esc");
    assert_eq!(app.names().len(), 12_000);
    assert!(!is_listing(&app), "{:?}", app.waiting());
}

#[test]
fn a_server_without_an_order_is_asked_page_by_page() {
    let mut app = App::at("s3://media/");
    app.keys("G");
    app.reply(page(&["b", "a"], Some("t1")));
    assert!(rests(&mut app).is_empty());
    app.reply(page(&["c"], None));
    assert_eq!(app.names(), ["b", "a", "c"]);
}
