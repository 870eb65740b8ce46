//! Examining a connection: asked for, followed, read, copied, repeated with writing, left.

use std::time::Duration;

use windlass::app::effect::{ConnectionRequest, Effect, Request};
use windlass::app::event::{Answer, Ticket};
use windlass::app::overlays::Overlay;
use windlass::app::overlays::doctor::Doctor;
use windlass::app::session::Startup;
use windlass::domain::diagnosis::{Conclusion, Examination, Finding, Step, Verdict};
use windlass::domain::error::{Error, ErrorKind};

use crate::support::app::{App, connection, startup};

fn doctor(app: &App) -> &Doctor {
    match &app.state.parts.overlay {
        Some(Overlay::Doctor(doctor)) => doctor,
        other => panic!("{other:?}"),
    }
}

fn asked(app: &mut App) -> Examination {
    match app.requests().pop() {
        Some(Request::Connections(ConnectionRequest::Examine { unsaved: None, examination })) => {
            examination
        }
        other => panic!("{other:?}"),
    }
}

fn ticket(app: &App) -> Ticket {
    app.waiting().last().unwrap().0
}

fn tell(app: &mut App, ticket: Ticket, step: Step, verdict: Verdict) {
    let finding = Finding { step, verdict, took: Duration::from_millis(7) };
    app.reply_to(ticket, Ok(Answer::Examining(finding)));
}

/// An examination of `s3://media/` that ends with a refusal.
fn examined() -> App {
    let mut app = App::with_rows(&["a.txt"]);
    app.keys("X");
    let ticket = ticket(&app);
    tell(&mut app, ticket, Step::Resolve, Verdict::Works("1 × IPv4".into()));
    let refused = Error::new(ErrorKind::AccessDenied, "ListObjectsV2", "s3://media/");
    tell(&mut app, ticket, Step::List, Verdict::Fails(refused));
    tell(&mut app, ticket, Step::Read, Verdict::Skipped("no object".into()));
    app.reply_to(ticket, Ok(Answer::Examined));
    app.effects();
    app
}

#[test]
fn the_open_place_is_examined_without_writing_and_steps_appear_as_they_come() {
    let mut app = App::with_rows(&["a.txt"]);
    app.keys("X");
    let wanted = Examination { bucket: Some("media".into()), ..Examination::default() };
    assert_eq!(asked(&mut app), wanted);
    assert_eq!(doctor(&app).current_step(), Some(Step::Resolve));
    assert!(app.state.wants_tick());
    let first = ticket(&app);
    tell(&mut app, first, Step::Resolve, Verdict::Works(String::new()));
    assert_eq!(doctor(&app).current_step(), Some(Step::Connect));
    assert_eq!(doctor(&app).conclusion(), None);
}

#[test]
fn leaving_gives_the_examination_up_and_what_comes_late_is_dropped() {
    let mut app = App::with_rows(&["a.txt"]);
    app.keys("X");
    let ticket = ticket(&app);
    app.effects();
    app.keys("esc");
    assert_eq!(app.effects(), [Effect::Abandon(ticket)]);
    assert!(app.state.parts.overlay.is_none());
    tell(&mut app, ticket, Step::Resolve, Verdict::Works(String::new()));
    app.keys("X");
    assert!(doctor(&app).findings.is_empty());
}

#[test]
fn the_first_failure_is_under_the_cursor_and_is_read_in_whole() {
    let mut app = examined();
    assert_eq!(doctor(&app).conclusion(), Some(Conclusion::Useless));
    assert_eq!(doctor(&app).cursor, 1);
    app.keys("enter");
    assert_eq!(doctor(&app).opened.as_ref().unwrap().error.as_ref().unwrap().place, "s3://media/");
    app.keys("y");
    let effects = app.effects();
    let [Effect::Copy(text)] = &effects[..] else { panic!("{effects:?}") };
    assert!(text.contains("ListObjectsV2") && !text.contains("media"), "{text}");
    app.keys("esc");
    assert!(doctor(&app).opened.is_none());
    app.keys("j j j");
    assert_eq!(doctor(&app).cursor, 2);
}

#[test]
fn the_copied_report_names_no_bucket() {
    let mut app = examined();
    app.keys("y");
    let effects = app.effects();
    let [Effect::Copy(text)] = &effects[..] else { panic!("{effects:?}") };
    assert!(text.contains("✗ list objects") && text.contains("fix the first ✗"), "{text}");
    assert!(!text.contains("media"), "{text}");
}

#[test]
fn nothing_is_written_before_the_question_is_answered_with_yes() {
    let mut app = examined();
    app.keys("w");
    assert!(doctor(&app).question().contains("s3://media/"));
    app.keys("n");
    assert!(!doctor(&app).consenting && app.requests().is_empty());
    app.keys("w enter");
    assert!(!doctor(&app).consenting && app.requests().is_empty(), "enter is no consent");
    app.keys("w y");
    assert!(asked(&mut app).writes);
    assert!(doctor(&app).findings.is_empty());
}

#[test]
fn another_connection_is_examined_from_the_list_of_connections() {
    let connections = vec![connection("test"), connection("other")];
    let mut app = App::start(Startup { connections, ..startup() });
    app.keys("P j X");
    assert_eq!(doctor(&app).connection.as_str(), "other");
    let effects = app.effects();
    assert!(effects.iter().any(|effect| matches!(
        effect,
        Effect::Request {
            connection,
            request: Request::Connections(ConnectionRequest::Examine { examination, .. }),
            ..
        }
            if connection.as_str() == "other" && *examination == Examination::default()
    )));
}

#[test]
fn an_examination_that_cannot_begin_says_why_and_is_begun_again() {
    let mut app = App::with_rows(&["a.txt"]);
    app.keys("X");
    let ticket = ticket(&app);
    let error = Error::new(ErrorKind::Config, "read the endpoint", "ftp://x");
    app.reply_to(ticket, Err(error.clone()));
    assert_eq!(doctor(&app).failure, Some(error));
    app.effects();
    app.keys("r");
    asked(&mut app);
    assert!(doctor(&app).failure.is_none());
}
