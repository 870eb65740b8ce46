//! Uploads: the picker, typed and pasted paths, what goes into the queue.

use std::path::{Path, PathBuf};

use windlass::app::dialogs::Dialog;
use windlass::app::dialogs::picker::{FolderRows, Picker};
use windlass::app::effect::{ConnectionRequest, Effect, MachineRequest, Request};
use windlass::app::event::{Answer, Event, FolderEntry, Reply};
use windlass::app::session::Startup;
use windlass::domain::address::Location;
use windlass::domain::attributes::Attributes;
use windlass::domain::conflicts::{ConflictSide, Conflicts, Existing};
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::provider::Provider;
use windlass::domain::transfer::{JobOptions, Target, TransferCommand, Work};

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
    let sample = vec![taken("raw/old.txt")];
    let conflicts = Conflicts { existing: 1, sample, partly: true, ..Conflicts::default() };
    app.reply(Ok(Answer::Checked(conflicts)));
    let Some(Dialog::Choice(choice)) = app.state.dialog() else { panic!("no choice") };
    assert_eq!(choice.lines[0], "1 object already exists, of the first that were looked at:");
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

/// What is given to the one object or prefix that goes into the queue.
fn options(app: &mut App) -> JobOptions {
    for effect in app.effects() {
        if let Effect::Transfer(TransferCommand::Enqueue(mut specs)) = effect {
            return specs.remove(0).options;
        }
    }
    panic!("nothing was queued")
}

fn remembered(app: &mut App) -> Option<Attributes> {
    match app.requests().pop() {
        Some(Request::Connections(ConnectionRequest::RememberUploads { bucket, attributes })) => {
            assert_eq!(bucket.as_str(), "media");
            attributes.map(|attributes| *attributes)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_an_upload_gives_is_chosen_shown_and_sent() {
    let mut app = inside();
    app.keys("u").reply(entries("/desk", &["a.html"])).keys("ctrl-g t").typed("text/html");
    app.keys("enter c").typed("no-cache").keys("enter g").typed("team=web").keys("enter v");
    assert_eq!(picker(&app).note, "text/html · no-cache · team=web");
    assert!(app.picture().contains("text/html · no-cache · team=web"), "{}", app.picture());
    app.keys("enter").reply(nothing_there());
    let given = options(&mut app).attributes;
    assert_eq!(given.headers.content_type.as_deref(), Some("text/html"));
    assert_eq!(given.tags.get("team").map(String::as_str), Some("web"));
    app.keys("u");
    assert_eq!(picker(&app).note, "", "it was for that upload alone");
}

#[test]
fn what_is_chosen_is_given_up_with_the_form() {
    let mut app = inside();
    app.keys("u ctrl-g h").typed("perhaps").keys("enter");
    assert!(app.picture().contains("expected on or off"), "{}", app.picture());
    app.keys("esc t").typed("text/html").keys("enter esc y");
    assert_eq!(picker(&app).note, "");
    let again = app.requests();
    assert!(
        matches!(again.last(), Some(Request::Machine(MachineRequest::ReadFolder(_)))),
        "the folder that had not come is read again: {again:?}"
    );
}

#[test]
fn what_an_upload_gives_is_remembered_for_its_bucket_and_forgotten() {
    let mut app = inside();
    app.keys("u").reply(entries("/desk", &["a.html"])).keys("ctrl-g c").typed("no-cache");
    app.keys("enter r").typed("governance 30d").keys("enter k");
    let kept = remembered(&mut app).unwrap();
    assert_eq!(kept.headers.cache_control.as_deref(), Some("no-cache"));
    assert_eq!(kept.protection.retention, None, "a lock ends at a moment");
    app.fail("RememberUploads", Error::new(ErrorKind::Config, "write", "config.toml"));
    assert!(app.picture().contains("Settings of the upload"), "{}", app.picture());
    app.keys("k").effects();
    app.reply(Ok(Answer::UploadsRemembered));
    assert!(app.toast().contains("without the retention"), "{}", app.toast());
    assert!(picker(&app).note.ends_with("· remembered"), "{}", picker(&app).note);
    app.keys("esc u").reply(entries("/desk", &["a.html"]));
    assert_eq!(picker(&app).note, "no-cache · remembered");
    app.keys("enter").reply(nothing_there());
    let plain = options(&mut app);
    assert_eq!((plain.attributes, plain.rules.len()), (Attributes::default(), 1));

    app.keys("u").reply(entries("/desk", &["a.html"])).keys("ctrl-g c ctrl-u").typed("no-store");
    app.keys("enter v enter").reply(nothing_there());
    let other = options(&mut app);
    assert_eq!(other.attributes.headers.cache_control.as_deref(), Some("no-store"));
    assert!(other.rules.is_empty(), "once it is chosen otherwise, the rule does not hold");

    app.keys("u").reply(entries("/desk", &["a.html"])).keys("ctrl-g f");
    assert_eq!(remembered(&mut app), None);
    app.reply(Ok(Answer::UploadsRemembered)).keys("enter").reply(nothing_there());
    assert_eq!(options(&mut app), JobOptions::default());
    assert!(app.state.session.settings.upload_rules.is_empty());
}

#[test]
fn what_is_being_remembered_is_waited_for_whatever_is_pressed() {
    let mut app = inside();
    app.keys("u").reply(entries("/desk", &["a.html"])).keys("ctrl-g c").typed("no-cache");
    app.keys("enter k").effects();
    app.keys("j t k enter v ctrl-g").effects();
    assert!(app.picture().contains("Settings of the upload"), "{}", app.picture());
    app.reply(Ok(Answer::UploadsRemembered));
    assert_eq!(picker(&app).note, "no-cache · remembered");

    app.keys("ctrl-g c ctrl-u").typed("no-store").keys("enter k").effects();
    let written = app.last_ticket();
    app.keys("esc");
    assert_eq!(picker(&app).note, "no-cache · remembered", "the form is left");
    app.keys("esc").effects();
    app.reply_to(written, Ok(Answer::UploadsRemembered));
    assert!(app.toast().contains("remembered for uploads"), "{}", app.toast());
    app.keys("u").reply(entries("/desk", &["a.html"]));
    assert_eq!(picker(&app).note, "no-store · remembered", "the file has it");
}

#[test]
fn what_is_forgotten_takes_nothing_else_along() {
    let mut app = inside();
    app.keys("u").reply(entries("/desk", &["a.html"])).keys("ctrl-g c").typed("no-cache");
    app.keys("enter g").typed("team=web").keys("enter k").effects();
    app.reply(Ok(Answer::UploadsRemembered)).keys("ctrl-g t").typed("text/html");
    app.keys("enter g").typed("of=x").keys("enter f").effects();
    app.reply(Ok(Answer::UploadsRemembered));
    assert_eq!(picker(&app).note, "text/html · of=x", "it was chosen for this upload");
}

#[test]
fn what_a_form_cannot_take_away_is_refused() {
    let mut app = inside();
    app.keys("c ctrl-g m").typed("-team").keys("enter");
    assert!(app.picture().contains("take team away afterwards"), "{}", app.picture());
    app.keys("ctrl-u").typed("Team=a").keys("enter m").typed("-team").keys("enter v");
    assert!(!app.picture().contains("team"), "{}", app.picture());
    app.keys("esc u")
        .reply(entries("/desk", &["a.html"]))
        .keys("ctrl-g g")
        .typed("-x")
        .keys("enter");
    assert!(app.picture().contains("x is not given"), "{}", app.picture());
}

#[test]
fn a_copy_may_be_given_what_only_its_destination_has() {
    let mut r2 = connection("test");
    r2.provider = Provider::R2;
    let open = Location::parse("s3://media/").unwrap();
    let mut app = App::start(Startup { connections: vec![r2], open, ..startup() });
    app.reply(page(&["a"], None)).keys("c ctrl-u").typed("s3://media/x").keys("ctrl-g g");
    app.typed("team=web").keys("enter v enter");
    let lacking =
        Error::new(ErrorKind::Unsupported, "describe the object", "").detail("R2 has no tags");
    app.effects();
    app.fail("Check", lacking);
    assert!(app.toast().contains("R2 has no tags"), "{}", app.toast());
    assert!(!app.effects().iter().any(|effect| matches!(effect, Effect::Transfer(_))));
    app.keys("u ctrl-g g");
    assert!(!app.picture().contains("name=value"), "an upload goes here: {}", app.picture());
}

#[test]
fn what_a_copy_gives_is_chosen_too() {
    let mut app = inside();
    app.keys("c ctrl-u").typed("s3://media/copied/").keys("ctrl-g s").typed("standard_ia");
    app.keys("enter k");
    assert!(app.picture().contains("remembered for uploads only"), "{}", app.picture());
    app.keys("v");
    assert!(app.picture().contains("STANDARD_IA"), "{}", app.picture());
    app.keys("enter").reply(nothing_there());
    assert_eq!(options(&mut app).attributes.class.as_deref(), Some("STANDARD_IA"));
}

#[test]
fn a_filter_that_is_kept_is_seen_and_named_where_nothing_is_left() {
    let mut app = inside();
    app.keys("u").reply(entries("/desk", &["a.txt", "b/", "c.txt"]));
    app.keys("/").typed("zzz").keys("enter");
    let picture = app.picture();
    assert!(picture.contains("/zzz") && picture.contains("no name here contains zzz"), "{picture}");
    assert!(picture.lines().last().unwrap().contains("esc end the filter"), "{picture}");
    app.keys("esc");
    assert!(!app.picture().contains("/zzz"), "{}", app.picture());
    app.keys("ctrl-a");
    assert!(app.picture().contains("3 marked · 2 B + 1 folder"), "{}", app.picture());
}
