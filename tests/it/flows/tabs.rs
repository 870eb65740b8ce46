//! Tabs: several places and connections at once, each with its rows, its cursor and what it waits
//! for.

use windlass::app::dialogs::Dialog;
use windlass::app::effect::{Effect, Request, StorageRequest};
use windlass::app::session::Startup;
use windlass::domain::address::Location;

use crate::support::app::{App, buckets, connection, page, startup};

/// In `s3://media/` of `test`, with another connection `aws`.
fn two() -> App {
    let open = Location::parse("s3://media/").unwrap();
    let connections = vec![connection("test"), connection("aws")];
    let mut app = App::start(Startup { open, connections, ..startup() });
    app.reply(buckets(&["backups", "media"])).reply(page(&["a.txt", "b.txt"], None));
    app.effects();
    app
}

fn asked_of(app: &mut App) -> Vec<String> {
    let name = |effect| match effect {
        Effect::Request { connection, .. } => Some(connection.to_string()),
        _ => None,
    };
    app.effects().into_iter().filter_map(name).collect()
}

#[test]
fn a_tab_opens_where_one_is_and_goes_its_own_way() {
    let mut app = two();
    app.keys("j T");
    assert_eq!(app.toast(), "tab 2 of 2");
    app.reply(buckets(&["backups", "media"])).reply(page(&["a.txt", "b.txt"], None));
    assert_eq!((app.location().as_str(), app.cursor()), ("s3://media/", "a.txt"));
    app.effects();
    app.keys("P 2");
    assert_eq!(asked_of(&mut app), ["aws"]);
    app.reply(buckets(&["vault"])).keys("enter").reply(page(&["key"], None));
    assert_eq!(app.location(), "s3://vault/");
    app.effects();
    app.keys("g t");
    assert_eq!((app.location().as_str(), app.cursor()), ("s3://media/", "b.txt"));
    assert_eq!(app.state.session.name().as_str(), "test");
    assert!(app.requests().is_empty(), "nothing is asked again");
    app.keys("g T");
    assert_eq!((app.location().as_str(), app.cursor()), ("s3://vault/", "key"));
    assert_eq!(app.state.session.name().as_str(), "aws");
}

#[test]
fn an_answer_reaches_the_tab_that_asked() {
    let mut app = two();
    app.keys("R T");
    app.reply(buckets(&["backups", "media"]));
    // The first listing that is waited for is the one of the tab that was left.
    app.reply(page(&["new", "of", "the", "first"], None));
    assert!(app.names().is_empty());
    app.reply(page(&["second"], None));
    assert_eq!(app.names(), ["second"]);
    app.keys("g t");
    assert_eq!(app.names().len(), 4);
}

#[test]
fn a_closed_tab_waits_for_nothing_and_the_last_one_stays() {
    let mut app = two();
    app.keys("W");
    assert_eq!(app.toast(), "close tab: this is the only tab: q quits");
    app.keys("T");
    app.effects();
    app.keys("W");
    let given_up = app.effects().into_iter().filter(|e| matches!(e, Effect::Abandon(_))).count();
    assert_eq!(given_up, 2, "buckets and rows");
    assert_eq!((app.location().as_str(), app.names().len()), ("s3://media/", 2));
    app.keys("g t");
    assert!(app.toast().contains("the only tab"));
}

#[test]
fn there_is_an_end_of_tabs() {
    let mut app = two();
    app.keys("T T T T T T T T T");
    assert_eq!(app.state.tabs.count(), 9);
    assert_eq!(app.toast(), "new tab: there are 9 tabs: W closes one");
}

#[test]
fn the_place_of_another_tab_is_the_first_that_a_copy_is_offered() {
    let mut app = two();
    app.keys("T").reply(buckets(&["media"])).reply(page(&["a.txt"], None));
    app.keys("P 2").reply(buckets(&["vault"])).keys("enter").reply(page(&["raw/"], None));
    app.keys("enter").reply(page(&["key"], None));
    app.keys("c tab");
    let Some(Dialog::Prompt(prompt)) = app.state.dialog() else { panic!("no prompt") };
    assert_eq!(prompt.input.text(), "test:media/");
    app.keys("esc g t c tab");
    let Some(Dialog::Prompt(prompt)) = app.state.dialog() else { panic!("no prompt") };
    assert_eq!(prompt.input.text(), "aws:vault/raw/");
}

#[test]
fn what_was_changed_from_another_tab_is_listed_again_when_it_is_shown() {
    let mut app = two();
    app.keys("T").reply(buckets(&["backups", "media"])).reply(page(&["a.txt"], None));
    app.keys("1 n").typed("fresh").keys("enter enter");
    let (ticket, _) = app.waiting().last().cloned().expect("the bucket is asked for");
    app.reply_to(ticket, Ok(windlass::app::event::Answer::BucketCreated));
    app.effects();
    app.keys("g t");
    assert!(
        app.requests()
            .iter()
            .any(|request| matches!(request, Request::Storage(StorageRequest::ListBuckets)))
    );
}
