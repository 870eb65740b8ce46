//! Uploads: the picker, typed and pasted paths, what goes into the queue.

use std::path::{Path, PathBuf};

use windlass::app::dialogs::Dialog;
use windlass::app::dialogs::picker::{FolderRows, Picker};
use windlass::app::effect::{Effect, MachineRequest, Request};
use windlass::app::event::{Answer, Event, FolderEntry, Reply};
use windlass::app::session::Startup;
use windlass::domain::address::Location;
use windlass::domain::conflicts::{ConflictSide, Conflicts, Existing};
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::transfer::{Target, TransferCommand, Work};

use crate::support::app::{App, connection, page, startup};

fn entries(folder: &str, names: &[&str]) -> Reply {
    let entry = |name: &&str| FolderEntry {
        name: name.trim_end_matches('/').into(),
        path: Path::new(folder).join(name.trim_end_matches('/')),
        folder: name.ends_with('/'),
        size: 1,
        modified: None,
    };
    Ok(Answer::Folder(names.iter().map(entry).collect()))
}

fn picker(app: &App) -> &Picker {
    match app.state.dialog() {
        Some(Dialog::Picker(picker)) => picker,
        other => panic!("{other:?}"),
    }
}

fn uploads(app: &mut App) -> Vec<(PathBuf, Target)> {
    let mut found = Vec::new();
    for effect in app.effects() {
        if let Effect::Transfer(TransferCommand::Enqueue(specs)) = effect {
            for spec in specs {
                if let Work::Upload { source, target, .. } = spec.work {
                    found.push((source, target));
                }
            }
        }
    }
    found
}

fn nothing_there() -> Reply {
    Ok(Answer::Checked(Conflicts::default()))
}

fn inside() -> App {
    let mut app = App::with_rows(&["raw/"]);
    app.keys("enter").reply(page(&["old.txt"], None)).effects();
    app
}

#[test]
fn files_and_folders_are_picked_and_land_below_the_open_prefix() {
    let mut app = inside();
    app.keys("u");
    assert_eq!(app.requests(), [Request::Machine(MachineRequest::ReadFolder("/desk".into()))]);
    assert_eq!(picker(&app).rows, FolderRows::Waiting);
    app.reply(entries("/desk", &["src/", "a b.txt", "c.txt"]));
    app.keys("space space enter").reply(nothing_there());
    assert_eq!(
        uploads(&mut app),
        [
            (PathBuf::from("/desk/a b.txt"), Target::Object("raw/a b.txt".into())),
            (PathBuf::from("/desk/src"), Target::Prefix("raw/src/".into())),
        ]
    );
    assert!(app.state.dialog().is_none());
}

#[test]
fn folders_are_walked_and_the_next_upload_starts_there() {
    let mut app = inside();
    app.keys("u").reply(entries("/desk", &["src/"])).keys("l").effects();
    app.reply(entries("/desk/src", &["main.rs"])).keys("enter").reply(nothing_there());
    assert_eq!(uploads(&mut app)[0].1, Target::Object("raw/main.rs".into()));
    app.keys("u");
    assert_eq!(app.requests(), [Request::Machine(MachineRequest::ReadFolder("/desk/src".into()))]);
}

#[test]
fn leaving_a_folder_before_it_is_read_drops_its_answer() {
    let mut app = inside();
    app.keys("u");
    let late = app.last_ticket();
    app.keys("h");
    app.reply_to(late, entries("/desk", &["late.txt"]));
    assert_eq!(picker(&app).rows, FolderRows::Waiting);
    app.reply(entries("/", &["work/", "etc/"]));
    assert_eq!(picker(&app).current().unwrap().name, "work");
}

#[test]
fn a_pasted_path_opens_the_upload_with_it() {
    let mut app = inside();
    app.event(Event::Paste("'/data/my file.txt'\n".into()));
    assert_eq!(picker(&app).path.text(), "/data/my file.txt");
    app.reply(entries("/desk", &[])).keys("enter");
    app.reply(entries("/data", &["my file.txt", "z"]));
    app.keys("enter").reply(nothing_there());
    let target = Target::Object("raw/my file.txt".into());
    assert_eq!(uploads(&mut app), [(PathBuf::from("/data/my file.txt"), target)]);
}

#[test]
fn a_path_that_is_not_there_is_explained_and_esc_leaves() {
    let mut app = inside();
    app.event(Event::Paste("/nowhere/x".into()));
    app.reply(entries("/desk", &["a.txt"])).keys("enter");
    app.fail("ReadFolder", Error::new(ErrorKind::LocalMissing, "read", "/nowhere"));
    assert!(picker(&app).problem.is_some());
    app.keys("esc esc");
    assert!(app.state.dialog().is_none());
    assert!(uploads(&mut app).is_empty());
}

#[test]
fn what_exists_there_is_asked_about() {
    let mut app = inside();
    app.keys("u").reply(entries("/desk", &["old.txt"])).keys("enter");
    let conflicts = Conflicts { existing: 1, sample: vec![taken("raw/old.txt")], unknown: None };
    app.reply(Ok(Answer::Checked(conflicts)));
    let Some(Dialog::Choice(choice)) = app.state.dialog() else { panic!("no choice") };
    assert!(choice.lines[0].contains("object"));
    app.keys("esc");
    assert!(uploads(&mut app).is_empty());
}

#[test]
fn a_read_only_connection_takes_no_upload_not_even_a_pasted_one() {
    let mut connection = connection("test");
    connection.read_only = true;
    let open = Location::parse("s3://media/").unwrap();
    let mut app = App::start(Startup { connections: vec![connection], open, ..startup() });
    app.reply(page(&["a"], None)).effects();
    for keys in ["u", "D", "n", "c"] {
        app.keys(keys);
        assert!(app.state.dialog().is_none(), "{keys}");
        assert!(app.toast().contains("read-only"), "{keys}: {}", app.toast());
    }
    app.event(Event::Paste("/x".into()));
    assert!(app.state.dialog().is_none());
}

fn taken(place: &str) -> Existing {
    let modified = jiff::Timestamp::from_second(1_790_000_000).ok();
    let there = ConflictSide { size: Some(7 << 20), modified };
    Existing { place: place.to_owned(), there, new: ConflictSide { size: Some(9), modified: None } }
}
