//! What is pasted, and where it leads.

use std::path::PathBuf;

use windlass::app::dialogs::Dialog;
use windlass::app::effect::{MachineRequest, Request, StorageRequest};
use windlass::app::event::{Answer, Event};
use windlass::app::part::Part;
use windlass::app::screens::connecting::Stage;
use windlass::app::screens::connecting::field::{FieldId, FormField};
use windlass::app::session::Startup;
use windlass::config::connection::Connection;
use windlass::domain::provider::Provider;

use crate::support::app::{App, buckets, connection, page, startup};

fn paste(app: &mut App, text: &str) {
    app.event(Event::Paste(text.to_owned()));
}

fn with_two() -> App {
    let aws = Connection::chain("aws".into(), None);
    let lab = Connection::with_keys(
        "lab",
        Provider::Other,
        "https://lab.example:9000",
        "us-east-1",
        "id",
        "secret",
    );
    let connections = vec![connection("test"), aws, lab];
    let mut app = App::start(Startup { connections, current: "test".into(), ..startup() });
    app.reply(buckets(&["media"]));
    app.keys("enter").reply(page(&["a", "b/"], None));
    app
}

#[test]
fn an_address_of_this_connection_is_gone_to_from_every_pane() {
    for pane in ["1", "2", "t", "E"] {
        for (text, place) in [
            ("s3://backups/x/", "s3://backups/x/"),
            ("s3://backups/x/y.txt\n", "s3://backups/x/"),
            ("http://127.0.0.1:9/media/p/q.txt?X-Amz-Signature=abc", "s3://media/p/"),
            ("http://127.0.0.1:9/media/p/", "s3://media/p/"),
        ] {
            let mut app = with_two();
            app.keys(pane);
            paste(&mut app, text);
            assert_eq!(app.location(), place, "{pane} {text}");
            assert!(app.state.dialog().is_none() && app.state.parts.overlay.is_none());
        }
    }
}

#[test]
fn an_address_of_another_connection_asks_which() {
    let mut app = with_two();
    paste(&mut app, "https://lab.example:9000/films/a.mp4?X-Amz-Signature=abc");
    assert!(matches!(app.state.dialog(), Some(Dialog::Choice(_))));
    assert_eq!(app.location(), "s3://media/");
    app.keys("esc");
    assert_eq!(app.state.session.name().as_str(), "test");
    paste(&mut app, "https://lab.example:9000/films/a.mp4?X-Amz-Signature=abc");
    app.keys("1");
    assert_eq!(app.state.session.name().as_str(), "lab");
    assert_eq!(app.location(), "s3://films/");
}

#[test]
fn an_address_that_nothing_leads_to_opens_the_form() {
    let mut app = with_two();
    paste(&mut app, "https://minio.example.net:9000/films/");
    app.keys("n");
    let Stage::Form(form) = &app.state.parts.connecting.stage else { panic!("no form") };
    assert!(form.typed(FieldId::Address).contains("minio.example.net"), "{form:?}");
    let mut app = with_two();
    paste(&mut app, "https://dash.cloudflare.com/login");
    assert!(app.toast().contains("account id"), "{}", app.toast());
}

#[test]
fn keys_open_the_form_of_a_connection_filled() {
    for pane in ["1", "2", "E", "P"] {
        let mut app = with_two();
        app.keys(pane);
        paste(&mut app, "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\nAWS_SECRET_ACCESS_KEY=hush\n");
        let Stage::Form(form) = &app.state.parts.connecting.stage else {
            panic!("no form: {pane}")
        };
        assert_eq!(form.typed(FieldId::KeyId), "AKIAIOSFODNN7EXAMPLE");
        assert_eq!(form.typed(FieldId::Secret), "hush");
        assert!(app.state.parts.overlay.is_none());
    }
}

#[test]
fn paths_are_uploaded_as_terminals_drop_them() {
    for text in ["/desk/a b.txt", "'/desk/a b.txt' ", "/desk/a\\ b.txt", "file:///desk/a%20b.txt"] {
        let mut app = with_two();
        app.effects();
        paste(&mut app, text);
        let Some(Dialog::Picker(picker)) = app.state.dialog() else { panic!("no picker: {text}") };
        assert_eq!(picker.path.text(), "/desk/a b.txt", "{text}");
    }
    let mut app = App::at("s3://");
    paste(&mut app, "/desk/a.txt");
    assert_eq!(app.toast(), "upload: open a bucket first");
}

#[test]
fn an_address_is_taken_where_a_place_is_asked_for() {
    let mut app = with_two();
    app.keys("g p");
    paste(&mut app, "http://127.0.0.1:9/backups/x/");
    app.keys("enter");
    assert_eq!(app.location(), "s3://backups/x/", "what stood there was replaced");
    app.keys(":");
    paste(&mut app, "http://127.0.0.1:9/media/y/");
    app.keys("enter");
    assert_eq!(app.location(), "s3://media/y/");
    let mut app = with_two();
    app.keys("c");
    paste(&mut app, "https://lab.example:9000/films/");
    app.keys("enter");
    let Some(Dialog::Confirm(question)) = app.state.dialog() else { panic!("no question") };
    assert!(question.lines[0].contains("lab:films/"), "{:?}", question.lines);
}

#[test]
fn every_question_takes_what_is_pasted() {
    for keys in ["g h", "g k k", "g k c", "f", "N", "n", "r", "g @", "d", "c", "m"] {
        let mut app = with_two();
        app.keys(keys);
        paste(&mut app, "12 bulk");
        assert!(typed(&app).contains("12 bulk"), "{keys}: {}", typed(&app));
    }
    for keys in ["s", "g k", "Y", "D"] {
        let mut app = with_two();
        app.keys(keys);
        paste(&mut app, "/desk/a.txt");
        assert!(!matches!(app.state.dialog(), Some(Dialog::Picker(_))), "{keys}");
    }
}

#[test]
fn typing_replaces_what_a_field_was_filled_with() {
    let mut app = with_two();
    app.keys("d").typed("/tmp/new");
    let Some(Dialog::Prompt(prompt)) = app.state.dialog() else { panic!("no prompt") };
    assert_eq!(prompt.input.text(), "/tmp/new");
    app.keys("esc d end").typed("/new");
    let Some(Dialog::Prompt(prompt)) = app.state.dialog() else { panic!("no prompt") };
    assert_eq!(prompt.input.text(), "/desk/new");
    app.keys("esc g e tab");
    let Stage::Form(form) = &app.state.parts.connecting.stage else { panic!("no form") };
    let before = form.focused().map(|field| field.typed().to_owned());
    app.typed("x");
    let Stage::Form(form) = &app.state.parts.connecting.stage else { panic!("no form") };
    if form.focused().is_some_and(FormField::is_text) && before.as_deref() != Some("") {
        assert_eq!(form.focused().map(|field| field.typed().to_owned()), Some("x".to_owned()));
    }
}

#[test]
fn tab_completes_where_something_can_be_looked_up() {
    let mut app = with_two();
    app.keys("d").typed("/va").keys("tab");
    assert_eq!(app.waiting().last().map(|(_, request)| request.clone()), Some(folder("/")));
    app.reply(Ok(Answer::Folder(vec![entry("/var", true), entry("/vault.txt", false)])));
    assert_eq!(typed(&app), "/var/", "only a folder is wanted");
    app.keys("esc g p").typed("s3://ba").keys("tab");
    app.reply(buckets(&["backups", "media"]));
    assert_eq!(typed(&app), "s3://backups/");
    app.keys("tab");
    let wanted = app.requests();
    let Some(Request::Storage(StorageRequest::ListPage { bucket, .. })) = wanted.last() else {
        panic!("{wanted:?}")
    };
    assert_eq!(bucket.as_str(), "backups");
    app.reply(page(&["daily/", "x.txt"], None));
    assert_eq!(typed(&app), "s3://backups/daily/");
    app.keys("esc u tab").typed("/desk/re").keys("tab");
    app.reply(Ok(Answer::Folder(Vec::new())));
    app.reply(Ok(Answer::Folder(vec![entry("/desk/report.txt", false)])));
    let Some(Dialog::Picker(picker)) = app.state.dialog() else { panic!("no picker") };
    assert_eq!(picker.path.text(), "/desk/report.txt");
    app.keys("esc esc :").typed("s3://me").keys("tab").reply(buckets(&["media"]));
    app.keys("enter");
    assert_eq!(app.location(), "s3://media/");
    app.keys("1 a").typed("s3://me").keys("tab").reply(buckets(&["media"]));
    assert_eq!(typed(&app), "s3://media/");
}

#[test]
fn a_field_that_is_closed_waits_for_nothing() {
    let mut app = with_two();
    app.keys("d").typed("/va").keys("tab");
    app.keys("esc");
    assert!(
        app.waiting().iter().all(|(_, request)| !matches!(
            request,
            Request::Machine(MachineRequest::ReadFolder(_))
        ))
    );
    app.wait(60);
    assert!(!app.state.parts.completing.is_waiting());
}

fn typed(app: &App) -> &str {
    match app.state.dialog() {
        Some(Dialog::Prompt(prompt)) => prompt.input.text(),
        other => panic!("no prompt: {other:?}"),
    }
}

fn folder(path: &str) -> Request {
    Request::Machine(MachineRequest::ReadFolder(PathBuf::from(path)))
}

fn entry(path: &str, folder: bool) -> windlass::app::event::FolderEntry {
    let path = PathBuf::from(path);
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    windlass::app::event::FolderEntry { name, path, folder, size: 1, modified: None }
}
