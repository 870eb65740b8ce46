//! What is waited for is seen on the screen and left with one key.

use windlass::app::event::Answer;
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
