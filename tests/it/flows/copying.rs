//! Copies, moves and renames: within a bucket, across buckets, to another connection.

use windlass::app::dialogs::Dialog;
use windlass::app::dialogs::confirm::Confirm;
use windlass::app::dialogs::prompt::Prompt;
use windlass::app::effect::{Effect, MachineRequest, Request, StorageRequest};
use windlass::app::event::Answer;
use windlass::app::session::Startup;
use windlass::domain::address::Location;
use windlass::domain::conflicts::Conflicts;
use windlass::domain::object::Measure;
use windlass::domain::transfer::{Target, TransferCommand, Work};

use crate::support::app::{App, buckets, connection, page, startup};

fn copies(app: &mut App) -> Vec<String> {
    let mut found = Vec::new();
    for effect in app.effects() {
        if let Effect::Transfer(TransferCommand::Enqueue(specs)) = effect {
            for spec in specs {
                if let Work::Copy { to_connection, to_bucket, target, moving, .. } = spec.work {
                    let way = if moving { "moved to " } else { "" };
                    let name = to_connection.map(|name| format!("{name}:")).unwrap_or_default();
                    found.push(format!("{way}{name}{to_bucket}/{}", target.as_str()));
                }
            }
        }
    }
    found
}

#[test]
fn a_row_is_copied_to_another_bucket_after_a_look_at_what_is_there() {
    let mut app = App::with_rows(&["a.txt"]);
    app.keys("c ctrl-u").typed("s3://backups/2026/").keys("enter");
    let requests = app.requests();
    let [Request::Machine(MachineRequest::Check(specs))] = requests.as_slice() else {
        panic!("{requests:?}")
    };
    assert!(matches!(&specs[0].work, Work::Copy { source: Target::Object(_), .. }));
    app.reply(Ok(Answer::Checked(Conflicts::default())));
    assert_eq!(copies(&mut app), ["backups/2026/a.txt"]);
}

#[test]
fn a_copy_onto_itself_is_refused_and_the_name_can_be_changed() {
    let mut app = App::with_rows(&["a.txt"]);
    app.keys("c enter");
    let Some(Dialog::Prompt(prompt)) = app.state.dialog() else { panic!("no prompt") };
    assert_eq!(prompt.input.text(), "s3://media/");
    assert!(prompt.problem().unwrap().contains("same object"));
    assert!(app.requests().is_empty());
    app.typed("b.txt").keys("enter").reply(Ok(Answer::Checked(Conflicts::default())));
    assert_eq!(copies(&mut app), ["media/b.txt"]);
}

#[test]
fn a_text_that_is_no_place_is_explained() {
    let mut app = App::with_rows(&["a.txt"]);
    for bad in ["backups/x", "s3://", "s3:///x", "gone:b/x"] {
        app.keys("c ctrl-u").typed(bad).keys("enter");
        let Some(Dialog::Prompt(prompt)) = app.state.dialog() else { panic!("no prompt") };
        assert!(prompt.problem().is_some(), "{bad}");
        app.keys("esc");
    }
    assert!(app.requests().is_empty());
}

#[test]
fn several_rows_go_together_and_keep_their_names() {
    let mut app = App::with_rows(&["a.txt", "raw/"]);
    app.keys("ctrl-a c ctrl-u").typed("s3://o/d").keys("enter");
    assert!(app.requests().is_empty());
    app.typed("/").keys("enter").reply(Ok(Answer::Checked(Conflicts::default())));
    assert_eq!(copies(&mut app), ["o/d/"], "one job of both");
}

/// In `s3://media/` with one object and one prefix; `aws` can be written to, `old` cannot.
fn between() -> App {
    let mut aws = connection("aws");
    aws.endpoint = Some("http://127.0.0.1:10".into());
    let mut old = connection("old");
    old.read_only = true;
    let open = Location::parse("s3://media/").unwrap();
    let connections = vec![connection("test"), aws, old];
    let mut app = App::start(Startup { open, connections, ..startup() });
    app.reply(buckets(&["backups", "media"])).reply(page(&["a.txt", "raw/"], None));
    app.effects();
    app
}

fn prompt(app: &App) -> &Prompt {
    match app.state.dialog() {
        Some(Dialog::Prompt(prompt)) => prompt,
        other => panic!("no prompt: {other:?}"),
    }
}

fn confirm(app: &App) -> &Confirm {
    match app.state.dialog() {
        Some(Dialog::Confirm(confirm)) => confirm,
        other => panic!("no question: {other:?}"),
    }
}

#[test]
fn other_connections_are_offered_and_then_their_buckets() {
    let mut app = between();
    app.keys("j c tab");
    assert_eq!(prompt(&app).input.text(), "aws:");
    let asked = app.effects().into_iter().find_map(|effect| match effect {
        Effect::Request {
            connection,
            request: Request::Storage(StorageRequest::ListBuckets),
            ..
        } => Some(connection),
        _ => None,
    });
    assert_eq!(asked.unwrap().as_str(), "aws");
    app.reply(buckets(&["vault", "logs"])).keys("right tab tab");
    assert_eq!(prompt(&app).input.text(), "aws:logs/");
    app.keys("enter");
    let question = confirm(&app);
    assert_eq!(question.lines[0], "Copy from s3://media to aws:logs/a.txt?");
    assert!(!question.on_yes, "no is the default");
    app.keys("y").reply(Ok(Answer::Checked(Conflicts::default())));
    assert_eq!(copies(&mut app), ["aws:logs/a.txt"]);
}

#[test]
fn a_read_only_connection_is_offered_with_the_reason_why_not() {
    let mut app = between();
    app.keys("c tab tab enter");
    assert_eq!(prompt(&app).input.text(), "old:");
    assert!(prompt(&app).problem().unwrap().contains("read-only"));
    app.keys("ctrl-u").typed("old:vault/").keys("enter");
    assert!(prompt(&app).problem().unwrap().contains("read-only"));
    assert_eq!(copies(&mut app), [""; 0]);
}

#[test]
fn a_move_asks_with_the_count_and_what_it_costs() {
    let mut app = between();
    app.keys("m ctrl-u").typed("s3://backups/").keys("enter");
    assert!(confirm(&app).lines[1].contains("deleted here once its copy is checked"));
    assert!(!confirm(&app).tally.unwrap().complete);
    app.reply(Ok(Answer::Measured(Measure { objects: 7, bytes: 70, done: true })));
    assert_eq!(confirm(&app).tally.unwrap().objects, 7);
    assert!(confirm(&app).warning.is_some());
    app.keys("n");
    assert!(app.state.dialog().is_none());
    app.keys("m ctrl-u").typed("s3://backups/").keys("enter");
    app.reply(Ok(Answer::Measured(Measure { objects: 7, bytes: 70, done: true }))).keys("y");
    app.reply(Ok(Answer::Checked(Conflicts::default())));
    assert_eq!(copies(&mut app), ["moved to backups/raw/"]);
}

#[test]
fn many_objects_are_moved_only_once_the_name_is_typed() {
    let mut app = between();
    app.keys("m ctrl-u").typed("s3://backups/").keys("enter");
    app.reply(Ok(Answer::Measured(Measure { objects: 1001, bytes: 70, done: true })));
    app.keys("y enter");
    assert_eq!(confirm(&app).typed.as_ref().unwrap().expected, "raw/");
    app.keys("ctrl-u").typed("raw/").keys("enter");
    app.reply(Ok(Answer::Checked(Conflicts::default())));
    assert_eq!(copies(&mut app), ["moved to backups/raw/"]);
}

#[test]
fn a_rename_is_a_move_in_place() {
    let mut app = between();
    app.keys("j r");
    assert_eq!(prompt(&app).input.text(), "a.txt");
    app.keys("enter");
    assert!(prompt(&app).problem().unwrap().contains("same object"));
    app.keys("ctrl-u").typed("b.txt").keys("enter");
    app.reply(Ok(Answer::Checked(Conflicts::default())));
    assert_eq!(copies(&mut app), ["moved to media/b.txt"]);
    app.keys("k r");
    assert_eq!(prompt(&app).input.text(), "raw");
    app.keys("ctrl-u").typed("cooked").keys("enter");
    assert_eq!(confirm(&app).subjects, ["raw/"]);
    app.reply(Ok(Answer::Measured(Measure { objects: 7, bytes: 70, done: true }))).keys("y");
    app.reply(Ok(Answer::Checked(Conflicts::default())));
    assert_eq!(copies(&mut app), ["moved to media/cooked/"]);
    app.keys("esc ctrl-a r");
    assert!(app.toast().contains("one row"), "{}", app.toast());
}
