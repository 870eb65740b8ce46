//! Tests what the file picker does with keys, pasted paths and folders that cannot be read.

use std::path::PathBuf;

use super::*;
use crate::app::keymap::Keymap;
use crate::domain::error::ErrorKind;

fn entry(folder: &str, name: &str, is_folder: bool) -> FolderEntry {
    FolderEntry {
        name: name.into(),
        path: PathBuf::from(folder).join(name),
        folder: is_folder,
        size: 1,
        modified: None,
    }
}

fn work() -> Picker {
    let mut picker = Picker::new("Upload", "/desk".into(), Some("/home/me".into()));
    assert_eq!(picker.take_wanted(), Some("/desk".into()));
    assert_eq!(picker.take_wanted(), None);
    picker.on_folder(Ok(vec![
        entry("/desk", "src", true),
        entry("/desk", ".git", true),
        entry("/desk", "a.txt", false),
        entry("/desk", "b.txt", false),
    ]));
    picker
}

fn press(picker: &mut Picker, keys: &[&str]) -> Outcome<Vec<FolderEntry>> {
    let mut outcome = Outcome::Open;
    for key in keys {
        outcome = match Keymap::meant(picker.scopes(), key) {
            Ok(action) => picker.on_action(action),
            Err(chord) => {
                picker.on_text(chord);
                Outcome::Open
            }
        };
    }
    outcome
}

fn names(picker: &Picker) -> Vec<&str> {
    picker.shown().map(|entry| entry.name.as_str()).collect()
}

fn picked(outcome: Outcome<Vec<FolderEntry>>) -> Vec<String> {
    match outcome {
        Outcome::Accepted(entries) => {
            entries.into_iter().map(|entry| entry.path.display().to_string()).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn enter_opens_a_folder_and_takes_a_file() {
    let mut picker = work();
    assert_eq!(press(&mut picker, &["enter"]), Outcome::Open);
    assert_eq!(picker.take_wanted(), Some("/desk/src".into()));
    assert_eq!(picker.rows, FolderRows::Waiting);
    let mut picker = work();
    assert_eq!(picked(press(&mut picker, &["j", "enter"])), ["/desk/a.txt"]);
}

#[test]
fn marks_are_kept_over_folders_and_win_over_the_cursor() {
    let mut picker = work();
    press(&mut picker, &["space", "space", "h"]);
    assert_eq!(picker.take_wanted(), Some("/".into()));
    picker.on_folder(Ok(vec![entry("/", "etc", true), entry("/", "desk", true)]));
    assert_eq!(picker.current().unwrap().name, "desk");
    assert_eq!(picked(press(&mut picker, &["enter"])), ["/desk/a.txt", "/desk/src"]);
}

#[test]
fn the_filter_narrows_as_it_is_typed_and_esc_steps_back() {
    let mut picker = work();
    press(&mut picker, &["/", "T", "x"]);
    assert_eq!(names(&picker), ["a.txt", "b.txt"]);
    assert_eq!(picker.left_out(), 2);
    press(&mut picker, &["down", "enter"]);
    assert_eq!(picker.current().unwrap().name, "b.txt");
    assert_eq!(press(&mut picker, &["esc"]), Outcome::Open);
    assert_eq!(names(&picker), ["src", "a.txt", "b.txt"]);
    assert_eq!(picker.current().unwrap().name, "b.txt");
    assert_eq!(press(&mut picker, &["esc"]), Outcome::Cancelled);
}

#[test]
fn hidden_rows_come_with_a_dot() {
    let mut picker = work();
    assert_eq!(picker.left_out(), 1);
    press(&mut picker, &["."]);
    assert_eq!(names(&picker), ["src", ".git", "a.txt", "b.txt"]);
}

#[test]
fn a_typed_path_is_looked_up_and_marked() {
    let mut picker = work();
    press(&mut picker, &["~"]);
    picker.on_paste("/.notes\n");
    assert_eq!(picker.path.text(), "~/.notes");
    press(&mut picker, &["enter"]);
    assert_eq!(picker.take_wanted(), Some("/home/me".into()));
    picker.on_folder(Ok(vec![entry("/home/me", ".notes", false)]));
    assert_eq!(picker.mode, PickerMode::Rows);
    assert_eq!(picked(press(&mut picker, &["enter"])), ["/home/me/.notes"]);
}

#[test]
fn a_path_that_is_not_there_is_said_and_stays_to_be_mended() {
    let mut picker = work();
    picker.on_paste("'/nowhere/x'");
    press(&mut picker, &["enter"]);
    assert_eq!(picker.take_wanted(), Some("/nowhere".into()));
    picker.on_folder(Err(Error::new(ErrorKind::LocalMissing, "read", "/nowhere")));
    assert!(picker.problem.is_some());
    assert_eq!(picker.mode, PickerMode::Path);
    assert_eq!(picker.path.text(), "/nowhere/x");
    press(&mut picker, &["ctrl-u", "/", "w", "/", "y", "enter"]);
    picker.on_folder(Ok(vec![entry("/w", "x", false)]));
    assert_eq!(picker.problem.as_deref(), Some("there is no /w/y"));
    assert_eq!(
        press(&mut picker, &["esc", "enter"]),
        Outcome::Accepted(vec![entry("/w", "x", false)])
    );
}

#[test]
fn a_path_with_a_last_delimiter_is_walked_into() {
    let mut picker = work();
    press(&mut picker, &["tab", "s", "r", "c", "/", "enter"]);
    assert_eq!(picker.take_wanted(), Some("/desk/src/".into()));
    assert_eq!(picker.mode, PickerMode::Rows);
}

#[test]
fn an_unreadable_folder_says_so_and_can_be_left() {
    let mut picker = work();
    press(&mut picker, &["l"]);
    picker.on_folder(Err(Error::new(ErrorKind::LocalDenied, "read", "/desk/src")));
    assert!(matches!(picker.rows, FolderRows::Failed(_)));
    assert_eq!(press(&mut picker, &["enter", "space", "j", "*"]), Outcome::Open);
    press(&mut picker, &["h"]);
    assert_eq!(picker.take_wanted(), Some("/desk".into()));
}

#[test]
fn several_pasted_paths_are_looked_up_and_marked() {
    let mut picker = work();
    picker.on_paste("'/a/x y' /nowhere/z ~/c/\n");
    assert_eq!(picker.take_wanted(), Some("/a".into()));
    picker.on_folder(Ok(vec![entry("/a", "other", false), entry("/a", "x y", false)]));
    assert_eq!(picker.take_wanted(), Some("/nowhere".into()));
    picker.on_folder(Ok(vec![]));
    assert_eq!(picker.take_wanted(), Some("/home/me".into()));
    picker.on_folder(Ok(vec![entry("/home/me", "c", true)]));
    assert_eq!(picker.take_wanted(), None);
    assert_eq!(picker.problem.as_deref(), Some("there is no /nowhere/z"));
    assert_eq!(picked(press(&mut picker, &["enter"])), ["/a/x y", "/home/me/c"]);
}
