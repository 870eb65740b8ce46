//! Downloads: where to, what is there already, what goes into the queue.

use std::path::PathBuf;
use std::sync::Arc;

use windlass::app::dialogs::Dialog;
use windlass::app::effect::{Effect, Request};
use windlass::app::event::{Answer, Reply};
use windlass::app::preference::Preference;
use windlass::app::session::Startup;
use windlass::domain::conflicts::{ConflictSide, Conflicts, Existing};
use windlass::domain::listing::{Class, ListedPage, Page};
use windlass::domain::transfer::{JobSpec, OnArchived, OnConflict, Target, TransferCommand, Work};

use crate::support::app::{App, buckets, page, startup};

fn queued(app: &mut App) -> Vec<JobSpec> {
    let enqueued = |effect| match effect {
        Effect::Transfer(TransferCommand::Enqueue(specs)) => Some(specs),
        _ => None,
    };
    app.effects().into_iter().find_map(enqueued).unwrap_or_default()
}

fn sources(specs: &[JobSpec]) -> Vec<(Target, PathBuf)> {
    let source = |spec: &JobSpec| match &spec.work {
        Work::Download { source, folder, .. } => (source.clone(), folder.clone()),
        other => panic!("{other:?}"),
    };
    specs.iter().map(source).collect()
}

fn existing(count: u64) -> Reply {
    let sample = vec![taken("a.txt")];
    Ok(Answer::Checked(Conflicts { existing: count, sample, ..Conflicts::default() }))
}

#[test]
fn marked_rows_are_downloaded_into_the_folder_that_is_typed() {
    let mut app = App::with_rows(&["a.txt", "b.txt", "raw/"]);
    app.keys("G space g g space d ctrl-u").typed("/data/in").keys("enter");
    let effects = app.effects();
    let saved = Effect::Save(Preference::DownloadFolder("/data/in".into()));
    assert!(effects.contains(&saved), "{effects:?}");
    app.reply(existing(0));
    let specs = queued(&mut app);
    assert_eq!(specs.len(), 1, "what was marked is one job");
    let (Target::Rows(rows), folder) = sources(&specs).remove(0) else { panic!("{specs:?}") };
    assert_eq!(folder, PathBuf::from("/data/in"));
    let targets: Vec<Target> = rows.in_order().map(|row| row.target).collect();
    assert_eq!(targets, [Target::Object("b.txt".into()), Target::Prefix("raw/".into())]);
    let sizes = rows.in_order().map(|row| row.size.is_some());
    let expected = [true, false];
    assert!(sizes.eq(expected), "the size an object was listed with goes along: {specs:?}");
    assert_eq!(specs[0].on_conflict, OnConflict::Fail);
    assert_eq!(app.marked(), [""; 0]);
    assert_eq!(app.toast(), "1 transfer queued");
}

#[test]
fn a_download_of_archived_rows_may_wait_until_they_are_readable() {
    let mut rows = Page::default();
    rows.push_object("2019.tar", 500, None, Class::Glacier);
    rows.push_object("2020.tar", 500, None, Class::DeepArchive);
    rows.push_object("today.tar", 500, None, Class::Standard);
    let mut app = App::with_rows(&["x/"]);
    app.keys("l").reply(Ok(Answer::Page(ListedPage { page: Arc::new(rows), next: None })));
    app.keys("ctrl-a d enter");
    let picture = app.picture();
    assert!(picture.contains("2 objects are archived"), "{picture}");
    assert!(picture.contains("g h asks"), "{picture}");
    app.keys("enter").reply(existing(0));
    let waits = |specs: &[JobSpec]| specs[0].files.archived == OnArchived::Wait;
    assert!(waits(&queued(&mut app)));
    app.keys("G d enter").reply(existing(0));
    assert!(!waits(&queued(&mut app)), "the last is in no archive");
    app.keys("g g d enter esc");
    assert!(app.state.dialog().is_none());
    app.keys("d enter n").reply(existing(0));
    assert!(!waits(&queued(&mut app)));
}

#[test]
fn two_hundred_marks_are_one_row_of_the_queue() {
    let names: Vec<String> = (0..199).map(|number| format!("{number:03}.txt")).collect();
    let rows: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut app = App::with_rows(&rows);
    app.keys("ctrl-a d enter").reply(existing(0));
    let specs = queued(&mut app);
    assert_eq!(specs.len(), 1);
    let Work::Download { source: Target::Rows(rows), .. } = &specs[0].work else { panic!() };
    assert_eq!(rows.len(), 199);
}

#[test]
fn without_marks_the_current_row_goes_to_the_folder_of_last_time() {
    let mut app = App::start(Startup { download_folder: Some("/last".into()), ..startup() });
    app.reply(buckets(&["media"])).keys("enter").reply(page(&["a.txt"], None)).effects();
    app.keys("d enter").reply(existing(0));
    let specs = queued(&mut app);
    assert_eq!(sources(&specs), [(Target::Object("a.txt".into()), PathBuf::from("/last"))]);
}

#[test]
fn a_relative_folder_and_home_are_seen_from_where_they_are() {
    let home = Startup { home: Some("/home/me".into()), ..startup() };
    for (typed, folder) in [("in", "/desk/in"), ("~/in", "/home/me/in"), ("~", "/home/me")] {
        let mut app = App::start(home.clone());
        app.reply(buckets(&["media"])).keys("enter").reply(page(&["a.txt"], None)).effects();
        app.keys("d ctrl-u").typed(typed).keys("enter").reply(existing(0));
        assert_eq!(sources(&queued(&mut app))[0].1, PathBuf::from(folder));
    }
}

#[test]
fn a_home_that_is_unknown_is_said_and_nothing_is_lost() {
    let mut app = App::with_rows(&["a.txt"]);
    app.keys("d ctrl-u").typed("~/in").keys("enter");
    let Some(Dialog::Prompt(prompt)) = app.state.dialog() else { panic!("no prompt") };
    assert!(prompt.problem().unwrap().contains("home"));
    app.keys("ctrl-u").typed("/in").keys("enter").reply(existing(0));
    assert_eq!(queued(&mut app).len(), 1);
}

#[test]
fn what_exists_is_asked_about_once_for_all() {
    for (key, answer) in
        [("s", OnConflict::Skip), ("b", OnConflict::KeepBoth), ("o", OnConflict::Overwrite)]
    {
        let mut app = App::with_rows(&["a.txt", "b.txt"]);
        app.keys("ctrl-a d enter").reply(existing(2));
        assert!(queued(&mut app).is_empty());
        let Some(Dialog::Choice(choice)) = app.state.dialog() else { panic!("no choice") };
        assert_eq!(choice.subjects, ["a.txt"]);
        assert_eq!(choice.facts, ["there 7.0 MiB, 2026-09-21 14:13; new 9 B"]);
        app.keys(key);
        let specs = queued(&mut app);
        assert_eq!(specs.len(), 1);
        assert_eq!(specs[0].on_conflict, answer);
    }
}

#[test]
fn enter_on_what_exists_overwrites_nothing() {
    let mut app = App::with_rows(&["a.txt"]);
    app.keys("d enter").reply(existing(1)).keys("enter");
    assert_eq!(queued(&mut app)[0].on_conflict, OnConflict::Skip);
}

#[test]
fn esc_leaves_at_every_step_and_keeps_the_marks() {
    let mut app = App::with_rows(&["a.txt", "b.txt"]);
    app.keys("space d esc");
    assert!(app.state.dialog().is_none());
    app.keys("d enter");
    let ticket = app.last_ticket();
    app.effects();
    app.keys("esc");
    assert!(app.effects().contains(&Effect::Abandon(ticket)));
    app.reply_to(ticket, existing(0));
    assert!(queued(&mut app).is_empty(), "a late answer queues nothing");
    app.keys("d enter").reply(existing(1)).keys("esc");
    assert!(queued(&mut app).is_empty());
    assert_eq!(app.marked(), ["a.txt"]);
}

#[test]
fn keys_while_it_is_checked_do_nothing_else() {
    let mut app = App::with_rows(&["a.txt"]);
    app.keys("d enter").effects();
    app.keys("D y n o enter j");
    let asked: Vec<Request> = app.requests();
    assert!(asked.is_empty(), "{asked:?}");
    assert_eq!(app.waiting().len(), 1);
}

#[test]
fn a_prefix_with_a_hostile_name_stays_in_the_folder() {
    let mut app = App::with_rows(&["../"]);
    app.keys("d ctrl-u").typed("/in").keys("enter").reply(existing(0));
    assert_eq!(sources(&queued(&mut app))[0].1.parent(), Some("/in".as_ref()));
}

#[test]
fn nothing_can_be_downloaded_where_there_is_no_row() {
    let mut app = App::with_rows(&[]);
    app.keys("d");
    assert!(app.state.dialog().is_none());
    assert!(app.toast().contains("no row"), "{}", app.toast());
}

fn taken(place: &str) -> Existing {
    let modified = jiff::Timestamp::from_second(1_790_000_000).ok();
    let there = ConflictSide { size: Some(7 << 20), modified };
    Existing { place: place.to_owned(), there, new: ConflictSide { size: Some(9), modified: None } }
}
