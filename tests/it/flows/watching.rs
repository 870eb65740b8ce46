//! A watched prefix: what is new, changed or gone is highlighted, and nothing that is gone is acted
//! on.

use windlass::app::effect::{Effect, Request, StorageRequest};
use windlass::app::event::Reply;
use windlass::app::screens::objects::watch::Sighting;
use windlass::domain::change::{BucketChange, KeyChange};
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::listing::Class;
use windlass::domain::transfer_event::TransferEvent;

use crate::flows::queue::news;
use crate::support::app::{App, buckets, numbered_page, sized_page};

fn rows(names: &[&str]) -> Reply {
    sized_page(names, 1)
}

fn shown(names: &[&str]) -> App {
    let mut app = App::at("s3://media/p/");
    app.reply(rows(names)).effects();
    app
}

fn watched(names: &[&str]) -> App {
    let mut app = shown(names);
    app.keys("g w").effects();
    app
}

fn sightings(app: &App) -> Vec<(String, Sighting)> {
    let browse = &app.state.parts.objects.browse;
    let names = app.names().into_iter();
    names.filter_map(|name| Some((name.to_owned(), browse.sighting(name)?))).collect()
}

fn counts(app: &App) -> [u64; 3] {
    let watch = app.state.parts.objects.browse.watch().expect("a watch");
    [Sighting::New, Sighting::Changed, Sighting::Gone].map(|sighting| watch.count(sighting))
}

fn lists(app: &mut App) -> usize {
    let list =
        |request: &Request| matches!(request, Request::Storage(StorageRequest::ListPage { .. }));
    app.requests().iter().filter(|request| list(request)).count()
}

#[test]
fn what_is_new_changed_and_gone_is_highlighted_in_its_place() {
    let mut app = watched(&["a", "c", "d"]);
    app.keys("j");
    app.reply(rows(&["a", "b", "d"]));
    assert_eq!(app.names(), ["a", "b", "c", "d"]);
    assert_eq!(app.cursor(), "c", "the cursor stays on its row");
    let (new, gone) = (Sighting::New, Sighting::Gone);
    assert_eq!(sightings(&app), [("b".to_owned(), new), ("c".to_owned(), gone)]);
    let picture = app.picture();
    for text in ["watched · 1 new · 1 gone", " new ", " gone "] {
        assert!(picture.contains(text), "{text}: {picture}");
    }
    app.wait(5).reply(sized_page(&["a", "b", "d", "e/"], 9));
    assert_eq!(counts(&app), [2, 3, 1]);
    assert_eq!(app.names(), ["e/", "a", "b", "c", "d"]);
    assert_eq!(app.cursor(), "c");
}

#[test]
fn it_looks_again_5_seconds_after_each_answer_and_not_before() {
    let mut app = shown(&["a"]);
    app.keys("g w");
    assert_eq!(lists(&mut app), 1, "at once");
    app.wait(60);
    assert_eq!(lists(&mut app), 0, "one at a time");
    app.reply(rows(&["a"])).wait(4);
    assert_eq!(lists(&mut app), 0);
    app.wait(1);
    assert_eq!(lists(&mut app), 1);
    assert!(sightings(&app).is_empty());
    assert!(app.state.wants_tick());
}

#[test]
fn it_goes_on_behind_another_tab_whose_label_tells_what_it_saw() {
    let mut app = watched(&["a"]);
    app.reply(rows(&["a"]));
    app.keys("T").reply(buckets(&["media"])).reply(rows(&["a"])).effects();
    app.wait(4);
    assert_eq!(lists(&mut app), 0);
    assert!(app.state.wants_tick());
    app.wait(1);
    assert_eq!(lists(&mut app), 1, "of the tab behind");
    app.reply(rows(&["a", "b", "c"]));
    assert_eq!(app.names(), ["a"], "the tab on screen is as it was");
    let tabs = |app: &App| app.picture().lines().next().unwrap_or_default().trim().to_owned();
    assert!(tabs(&app).contains(" 1 *2 [2] "), "{}", tabs(&app));
    app.wait(5).reply(rows(&["a", "b"]));
    assert!(tabs(&app).contains(" 1 *3 [2] "), "{}", tabs(&app));
    app.keys("g t");
    assert_eq!(app.names(), ["a", "b", "c"]);
    assert_eq!(counts(&app), [2, 0, 1]);
    app.keys("g t");
    assert!(tabs(&app).contains(" 1 [2] "), "what was on screen is no news: {}", tabs(&app));
    app.keys("g t g w g t").wait(60).effects();
    app.wait(60);
    assert_eq!(lists(&mut app), 0, "an ended watch looks no more");
}

#[test]
fn highlights_end_after_a_minute_and_what_is_gone_leaves() {
    let mut app = watched(&["a", "b"]);
    app.reply(rows(&["a", "c"]));
    assert_eq!(app.names(), ["a", "b", "c"]);
    for _ in 0..11 {
        app.wait(5).reply(rows(&["a", "c"]));
    }
    assert_eq!(sightings(&app).len(), 2);
    app.wait(5).reply(rows(&["a", "c"]));
    assert_eq!((sightings(&app).len(), app.names()), (0, vec!["a", "c"]));
    assert_eq!(counts(&app), [1, 0, 1], "the sums stay");
}

#[test]
fn what_comes_back_is_not_gone() {
    let mut app = watched(&["a", "b"]);
    app.reply(rows(&["a"]));
    app.wait(5).reply(rows(&["a", "b"]));
    assert_eq!((sightings(&app).len(), app.names()), (0, vec!["a", "b"]));
    app.wait(5).reply(rows(&["a"]));
    app.wait(5).reply(sized_page(&["b"], 7));
    assert_eq!(
        sightings(&app),
        [("a".to_owned(), Sighting::Gone), ("b".to_owned(), Sighting::New)]
    );
}

#[test]
fn nothing_is_done_to_what_is_gone() {
    let mut app = watched(&["a", "b"]);
    app.reply(rows(&["b"])).effects();
    for key in ["d", "D", "y", "c", "m", "r", "i", "p", "e", "M", "="] {
        app.keys(key);
        assert!(app.requests().is_empty(), "{key}");
        assert!(app.toast().contains("is gone"), "{key}: {}", app.toast());
    }
    app.keys("space k space D");
    let targets = app.requests().into_iter().find_map(|request| match request {
        Request::Storage(StorageRequest::Measure { targets, .. }) => Some(targets),
        _ => None,
    });
    assert_eq!(targets, None);
    assert!(!app.picture().contains("Delete 2"), "{}", app.picture());
}

#[test]
fn marks_of_what_is_gone_are_not_counted() {
    let mut app = watched(&["a", "b"]);
    app.keys("space space");
    assert!(app.picture().contains(" 2 marked"), "{}", app.picture());
    app.reply(rows(&["b"]));
    assert!(app.picture().contains(" 1 marked"), "{}", app.picture());
}

#[test]
fn what_was_changed_from_here_is_no_news() {
    let mut app = watched(&["a", "b"]);
    app.reply(rows(&["a", "b"]));
    let stored = |key: &str| KeyChange::Stored {
        key: format!("p/{key}").as_str().into(),
        size: 3,
        modified: None,
        class: Class::Standard,
    };
    let change = |keys| {
        let change = BucketChange { connection: "test".into(), bucket: "media".into(), keys };
        TransferEvent::StorageChanged(vec![change])
    };
    news(&mut app, change(vec![stored("c"), KeyChange::Deleted("p/a".into())]));
    app.wait(5);
    news(&mut app, change(vec![stored("d")]));
    app.reply(sized_page(&["b", "c"], 3));
    assert_eq!(app.names(), ["b", "c", "d"], "the look may be from before");
    assert_eq!(counts(&app), [0, 1, 0], "b alone has changed");
    app.wait(5).reply(sized_page(&["b", "c", "d"], 3));
    assert_eq!(counts(&app), [0, 1, 0]);
}

#[test]
fn only_what_both_listings_reach_is_compared() {
    let mut app = App::at("s3://media/");
    for number in 0..10 {
        app.reply(numbered_page(number * 1000, 1000, Some(&format!("t{number}"))));
    }
    app.keys("g w").effects();
    for number in 0..10 {
        app.reply(numbered_page(number * 1000 + 1, 1000, Some(&format!("u{number}"))));
    }
    assert_eq!(lists(&mut app), 9, "no page beyond what is shown");
    let [new, _, gone] = counts(&app);
    assert_eq!((new, gone, app.names().len()), (0, 1, 10_000));
}

#[test]
fn a_look_that_fails_is_tried_again_and_told_once() {
    let mut app = watched(&["a"]);
    let error = || Error::new(ErrorKind::Unreachable, "ListObjectsV2", "s3://media/");
    app.fail("ListPage", error());
    assert!(app.picture().contains("watched, no answer"), "{}", app.picture());
    assert_eq!(app.names(), ["a"]);
    let told = app.state.log.entries().count();
    app.wait(5);
    assert_eq!(lists(&mut app), 0, "later than after an answer");
    app.wait(5).fail("ListPage", error());
    assert_eq!(app.state.log.entries().count(), told);
    app.wait(60).reply(rows(&["a", "b"]));
    assert!(app.picture().contains("watched · 1 new"), "{}", app.picture());
}

#[test]
fn it_ends_by_its_key_by_escape_and_with_the_place() {
    for keys in ["g w", "esc", "h", "T"] {
        let mut app = watched(&["a", "b"]);
        app.reply(rows(&["b"])).wait(5).effects();
        app.keys(keys);
        let gone = |effect: &Effect| matches!(effect, Effect::Abandon(_));
        assert!(app.effects().iter().any(gone) || keys == "T", "{keys}");
        if keys != "T" {
            assert!(app.state.parts.objects.browse.watch().is_none(), "{keys}");
        }
        if keys == "g w" {
            assert_eq!(app.names(), ["b"], "what was gone leaves");
        }
    }
}

#[test]
fn the_past_and_what_a_search_found_are_not_watched() {
    let mut app = shown(&["b", "a"]);
    app.keys("g w");
    assert!(app.toast().contains("lists in no order"), "{}", app.toast());
    assert_eq!(lists(&mut app), 0);
}
