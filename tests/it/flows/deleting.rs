//! Deletes: the question, its running count, and what a yes sends.

use windlass::app::dialogs::confirm::{Confirm, Tally};
use windlass::app::dialogs::dialog::Dialog;
use windlass::app::effect::{Effect, Request};
use windlass::app::event::{Measure, Reply};
use windlass::app::session::Startup;
use windlass::domain::address::Location;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::provider::Provider;
use windlass::domain::transfer::{Target, TransferCommand, Work};

use crate::support::app::{App, buckets, connection, page, startup};

fn question(app: &App) -> &Confirm {
    match app.state.dialog() {
        Some(Dialog::Confirm(confirm)) => confirm,
        other => panic!("{other:?}"),
    }
}

fn deleted(app: &mut App) -> Option<Vec<Target>> {
    app.effects().into_iter().find_map(|effect| match effect {
        Effect::Transfer(TransferCommand::Enqueue(specs)) => match specs.into_iter().next()?.work {
            Work::Delete { targets, .. } => Some(targets),
            other => panic!("{other:?}"),
        },
        _ => None,
    })
}

fn measured(objects: u64, bytes: u64, done: bool) -> Measure {
    Measure { objects, bytes, done }
}

#[test]
fn enter_keeps_and_only_a_yes_deletes() {
    let mut app = App::with_rows(&["a.txt", "b.txt"]);
    app.keys("D enter");
    assert!(app.state.dialog().is_none());
    assert_eq!(deleted(&mut app), None);
    app.keys("D n D esc");
    assert_eq!(deleted(&mut app), None);
    app.keys("D y");
    assert_eq!(deleted(&mut app), Some(vec![Target::Object("a.txt".into())]));
}

#[test]
fn marked_objects_are_named_counted_and_weighed() {
    let mut app = App::with_rows(&["a.txt", "b.txt", "c.txt"]);
    app.keys("space space D");
    let confirm = question(&app);
    assert_eq!(confirm.subjects, ["a.txt", "b.txt"]);
    assert!(confirm.lines[0].contains("media"));
    assert_eq!(confirm.tally, Some(Tally { objects: 2, bytes: 3, complete: true }));
    assert!(app.requests().is_empty());
    app.keys("tab enter");
    assert_eq!(deleted(&mut app).unwrap().len(), 2);
    assert_eq!(app.marked(), [""; 0]);
}

#[test]
fn what_is_below_a_prefix_is_counted_while_the_question_stands() {
    let mut app = App::with_rows(&["a.txt", "raw/"]);
    app.keys("ctrl-a D");
    let targets = vec![Target::Prefix("raw/".into())];
    assert_eq!(app.requests(), [Request::Measure { bucket: "media".into(), targets }]);
    let ticket = app.last_ticket();
    app.reply_to(ticket, Reply::Measured(Ok(measured(1000, 5000, false))));
    let so_far = Tally { objects: 1001, bytes: 5001, complete: false };
    assert_eq!(question(&app).tally, Some(so_far));
    app.reply_to(ticket, Reply::Measured(Ok(measured(1500, 9000, true))));
    assert!(question(&app).tally.unwrap().complete);
    app.keys("y");
    assert_eq!(deleted(&mut app).unwrap().len(), 2);
}

#[test]
fn esc_and_an_early_yes_give_the_count_up() {
    for (key, deletes) in [("esc", false), ("y", true)] {
        let mut app = App::with_rows(&["raw/"]);
        app.keys("D");
        let ticket = app.last_ticket();
        app.reply_to(ticket, Reply::Measured(Ok(measured(7, 7, false)))).effects();
        app.keys(key);
        let effects = app.effects();
        assert!(effects.contains(&Effect::Abandon(ticket)), "{key}");
        let enqueued = effects
            .iter()
            .any(|effect| matches!(effect, Effect::Transfer(TransferCommand::Enqueue(_))));
        assert_eq!(enqueued, deletes);
    }
}

#[test]
fn a_count_that_fails_is_said_and_never_called_complete() {
    let mut app = App::with_rows(&["raw/"]);
    app.keys("D");
    let denied = Error::new(ErrorKind::AccessDenied, "ListObjectsV2", "s3://media/raw/");
    app.reply(Reply::Measured(Err(denied)));
    let confirm = question(&app);
    assert!(confirm.lines.iter().any(|line| line.contains("could not be counted")));
    assert!(!confirm.tally.unwrap().complete);
}

#[test]
fn r2_says_that_nothing_comes_back() {
    let mut connection = connection("test");
    connection.provider = Provider::R2;
    let open = Location::parse("s3://media/").unwrap();
    let mut app = App::start(Startup { connections: vec![connection], open, ..startup() });
    app.reply(page(&["a"], None)).keys("D");
    let warning = question(&app).warning.as_deref().unwrap();
    assert!(warning.starts_with("Permanent") && warning.contains("no versions"), "{warning}");
}

#[test]
fn a_bucket_goes_only_when_its_name_is_typed() {
    let mut app = App::at("s3://");
    app.reply(buckets(&["backups", "media"])).effects();
    app.keys("D y enter");
    assert!(app.requests().is_empty());
    app.keys("ctrl-u").typed("backups").keys("enter");
    assert_eq!(app.requests(), [Request::DeleteBucket("backups".into())]);
    app.keys("enter");
    assert!(app.requests().is_empty(), "it is sent once");
    app.reply(Reply::BucketDeleted(Ok(())));
    assert_eq!(app.bucket_names(), ["media"]);
    assert!(app.state.dialog().is_none());
    assert_eq!(app.requests(), [Request::ListBuckets]);
}

#[test]
fn a_bucket_that_is_not_empty_stays_and_says_what_to_do() {
    let mut app = App::at("s3://");
    app.reply(buckets(&["media"])).keys("D").typed("media").keys("enter");
    let full = Error::new(ErrorKind::BucketNotEmpty, "DeleteBucket", "s3://media");
    app.reply(Reply::BucketDeleted(Err(full.clone())));
    let Some(Dialog::Details(details)) = app.state.dialog() else { panic!("no details") };
    assert_eq!(details.error, Some(full));
    app.keys("esc");
    assert_eq!(app.bucket_names(), ["media"]);
}
