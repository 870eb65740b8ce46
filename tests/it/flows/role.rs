//! A role that asks for a code: the question, its answer, and being left alone.

use windlass::app::effect::Request;
use windlass::app::event::{Event, Reply};
use windlass::app::screens::connecting::Stage;
use windlass::app::session::Startup;
use windlass::config::connection::Connection;
use windlass::domain::error::{ASSUME_ROLE, Error, ErrorKind};

use crate::support::app::{App, buckets, startup};

fn wanted() -> Reply {
    let arn = "arn:aws:iam::1:role/a";
    let error = Error::new(ErrorKind::CodeWanted, ASSUME_ROLE, arn).detail("arn:aws:iam::1:mfa/me");
    Reply::Buckets(Err(error))
}

fn asked() -> App {
    let chain = Connection::chain("work".into(), Some("admin".to_owned()));
    let mut app = App::start(Startup { now: startup().now, ..Startup::of(chain) });
    app.reply(wanted());
    app.effects();
    app
}

fn prompt(app: &App) -> Option<(String, Option<String>)> {
    match &app.state.connecting.stage {
        Stage::Code(prompt) => Some((prompt.input.text().to_owned(), prompt.problem.clone())),
        _ => None,
    }
}

#[test]
fn a_code_signs_in_and_the_request_is_repeated() {
    let mut app = asked();
    app.typed("12a3").keys("enter");
    assert_eq!(app.requests(), [], "a code has six digits");
    assert!(prompt(&app).unwrap().1.unwrap().contains("6 digits"));
    app.event(Event::Paste(" 45 67".to_owned()));
    assert_eq!(prompt(&app).unwrap().0, "123456", "and no seventh");
    app.keys("enter enter");
    let requests = app.requests();
    let [Request::GiveCode(code)] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!(code.expose(), "123456");
    app.reply(Reply::CodeGiven(Ok(())));
    assert!(!app.state.connecting.is_open());
    assert!(app.requests().contains(&Request::ListBuckets));
    app.reply(buckets(&["media"]));
    assert_eq!(app.bucket_names(), ["media"]);
}

#[test]
fn a_code_that_is_refused_is_asked_for_again() {
    let mut app = asked();
    app.typed("000000").keys("enter");
    let error = Error::new(ErrorKind::AccessDenied, ASSUME_ROLE, "role").detail("invalid code");
    app.reply(Reply::CodeGiven(Err(error)));
    let (typed, problem) = prompt(&app).unwrap();
    assert_eq!(typed, "");
    assert!(problem.unwrap().contains("the role was refused: invalid code"));
}

#[test]
fn who_goes_on_without_is_asked_again_only_by_the_key() {
    let mut app = asked();
    app.keys("esc");
    assert!(!app.state.connecting.is_open());
    app.keys("R");
    app.reply(wanted());
    assert!(!app.state.connecting.is_open(), "it does not nag");
    app.keys("g s");
    assert!(prompt(&app).is_some());
}
