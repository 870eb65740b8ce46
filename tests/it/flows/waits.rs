//! What is waited for is seen on the screen and left with one key.

use windlass::app::effect::Effect;
use windlass::app::event::{Answer, Event};
use windlass::app::screens::buckets::Buckets;
use windlass::config::editor::{EditFile, Edited};
use windlass::domain::description::OpenedText;
use windlass::domain::error::{Error, ErrorKind, SAVE_TEXT};

use crate::support::app::App;

fn status(app: &App) -> String {
    app.picture().lines().rev().nth(1).unwrap_or_default().to_owned()
}

fn opened(app: &mut App) -> &mut App {
    app.keys("e").reply(Ok(Answer::TextOpened(OpenedText { bytes: b"one".to_vec(), etag: None })))
}

fn file() -> EditFile {
    let file = EditFile::make("a", b"mine").unwrap();
    file.remove();
    file
}

/// The text was changed in the user's editor, and is on its way to the store.
fn saving(file: &EditFile) -> App {
    let mut app = App::with_rows(&["a"]);
    let edited = Edited::Changed(b"mine".to_vec());
    opened(&mut app).reply(Ok(Answer::Edited { file: file.clone(), edited }));
    app
}

#[test]
fn a_text_that_is_opened_says_so_and_is_left() {
    let mut app = App::with_rows(&["a"]);
    app.keys("e");
    assert!(status(&app).contains("opening a; esc stops"), "{}", status(&app));
    app.keys("esc");
    assert_eq!((app.waiting().len(), app.toast()), (0, "a was not opened"));
    app.keys("e");
    assert_eq!(app.waiting().len(), 1, "it can be opened again");
}

#[test]
fn a_text_that_is_saved_says_so_and_is_kept_when_it_is_left() {
    let file = file();
    let mut app = saving(&file);
    assert!(status(&app).contains("saving a; esc stops"), "{}", status(&app));
    app.keys("esc");
    assert!(app.waiting().is_empty());
    let said = app.toast();
    assert!(said.contains("may be saved or not"), "{said}");
    assert!(said.contains(&file.path.display().to_string()), "{said}");
}

#[test]
fn a_conflict_that_is_looked_at_is_left_with_the_text_kept() {
    let file = file();
    let mut app = saving(&file);
    app.fail("SaveText", Error::new(ErrorKind::PreconditionFailed, SAVE_TEXT, "s3://bucket/a"));
    app.keys("esc");
    assert!(app.waiting().is_empty());
    let said = app.toast();
    assert!(said.contains(&file.path.display().to_string()), "{said}");
    assert!(said.contains("a was not saved"), "{said}");
}

#[test]
fn whatever_pane_is_focused_the_work_that_is_told_of_is_left() {
    let mut app = App::with_rows(&["a"]);
    app.keys("space e 1");
    app.keys("esc");
    assert_eq!((app.waiting().len(), app.marked().len()), (0, 1));
}

#[test]
fn every_wait_is_told_of_and_left() {
    for (keys, told) in [
        ("e", "opening"),
        ("y", "making 1 link"),
        ("O", "making 1 link"),
        ("Y e", "testing 1 link"),
        ("g h enter", "archived"),
    ] {
        let mut app = App::with_rows(&["a"]);
        app.keys(keys);
        assert!(app.picture().contains(told), "{keys}: {}", app.picture());
        assert!(!app.waiting().is_empty(), "{keys}");
        app.keys("esc");
        assert!(app.waiting().is_empty(), "{keys}: {:?}", app.waiting());
        assert!(app.state.dialog().is_none(), "{keys}");
    }
}

/// An app in which a question has just sent what changes something.
fn sent(keys: &str, text: &str, then: &str) -> App {
    let mut app = App::with_rows(&["a"]);
    app.keys(keys).typed(text).keys(then);
    app
}

fn footer(app: &App) -> String {
    app.picture().lines().last().unwrap_or_default().trim_matches(['|', ' ']).to_owned()
}

#[test]
fn a_question_that_changed_something_says_so_while_it_waits_and_when_it_is_left() {
    for ((keys, text, then), doing, perhaps) in [
        (("n", "pfx", "enter"), "creating prefix pfx/", "prefix pfx/ may have been created"),
        (("1 n", "new-two", "enter enter"), "creating bucket new-two", "bucket new-two may have"),
        (("1 D", "media", "enter"), "deleting bucket media", "bucket media may have been deleted"),
    ] {
        let mut app = sent(keys, text, then);
        let picture = app.picture();
        assert!(status(&app).contains(&format!("{doing}; esc does not wait")), "{picture}");
        assert_eq!(picture.matches(doing).count(), 2, "in the question, too: {picture}");
        assert_eq!(footer(&app), "esc do not wait");
        assert!(app.state.wants_tick());
        app.keys("enter").keys("esc");
        assert!(app.state.dialog().is_none() && app.waiting().is_empty(), "{keys}");
        assert!(app.toast().starts_with(perhaps), "{}", app.toast());
        assert!(app.toast().ends_with("; R lists again"), "{}", app.toast());
        let logged = app.state.log.entries().any(|entry| entry.text.starts_with(perhaps));
        assert!(logged, "it can be read later");
        app.wait(20);
        assert_eq!((app.toast(), app.state.under_way()), ("", None));
    }
}

#[test]
fn what_is_answered_is_not_said_to_be_uncertain() {
    let mut app = sent("n", "pfx", "enter");
    app.reply(Ok(Answer::PrefixCreated));
    assert_eq!((app.toast(), app.state.under_way()), ("prefix created", None));
    let mut app = sent("1 n", "new-two", "enter enter");
    app.fail("CreateBucket", Error::new(ErrorKind::BucketExists, "CreateBucket", "s3://new-two"));
    assert!(!app.toast().contains("may have been"), "{}", app.toast());
    assert_eq!(app.state.under_way(), None);
}

#[test]
fn a_change_whose_part_is_gone_is_told_of_too() {
    let mut app = sent("1 n", "new-two", "enter enter");
    app.state.parts.buckets = Buckets::default();
    app.event(Event::Tick);
    assert_eq!(app.toast(), "bucket new-two may have been created; R lists again");
    assert_eq!(app.state.under_way(), None);
}

#[test]
fn work_that_begins_takes_the_line_of_what_was_said_before() {
    let mut app = App::with_rows(&["a"]);
    opened(&mut app).reply(Ok(Answer::Edited { file: file(), edited: Edited::Unchanged }));
    assert!(!app.toast().is_empty());
    app.wait(1).keys("e");
    assert!(status(&app).contains("opening a; esc stops"), "{}", status(&app));
}

#[test]
fn where_a_text_is_kept_can_be_read_in_the_events() {
    let file = file();
    let mut app = saving(&file);
    app.keys("esc");
    let path = file.path.display().to_string();
    assert!(app.state.log.entries().any(|entry| entry.text.contains(&path)), "{:?}", app.state.log);
    app.keys("E enter");
    assert!(app.picture().replace(['│', '\n', ' '], "").contains(&path), "{}", app.picture());
}

#[test]
fn what_is_not_answered_yet_is_asked_about_before_the_program_ends() {
    let quits = |app: &mut App| app.effects().contains(&Effect::Quit);
    let file = file();
    let mut app = saving(&file);
    app.keys("q");
    let shown = app.picture().replace(['│', '\n', ' ', '|'], "");
    assert!(shown.contains("Notansweredyet:savinga."), "{}", app.picture());
    assert!(shown.contains(&file.path.display().to_string()), "{}", app.picture());
    app.keys("esc");
    assert!(!quits(&mut app) && app.state.dialog().is_none());
    app.keys("q y");
    assert!(quits(&mut app));
    let mut app = saving(&file);
    app.keys("ctrl-c ctrl-c");
    assert!(quits(&mut app), "twice at once");
    let mut app = App::with_rows(&["a"]);
    app.keys("q");
    assert!(quits(&mut app), "nothing is under way");
}
