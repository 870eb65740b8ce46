//! The mouse: what is painted as something to click does what it says.

use windlass::app::effect::{Effect, Request, StorageRequest, VersionsRequest};
use windlass::app::event::{Event, MouseKind};
use windlass::app::overlays::Overlay;
use windlass::app::scope::Pane;
use windlass::app::screens::connecting::Stage;
use windlass::domain::transfer::TransferCommand;

use crate::support::app::{App, page};

#[test]
fn the_buttons_of_a_question_answer_it() {
    let mut app = App::with_rows(&["a", "b"]);
    app.keys("D").click_on("[ Keep ]");
    assert!(app.state.dialog().is_none());
    let asked =
        Request::Storage(StorageRequest::Versions(VersionsRequest::Versioning("media".into())));
    assert_eq!(app.requests(), [asked]);
    app.keys("D").click_on("[ Delete ]");
    assert!(app.state.dialog().is_none());
    let deletes = |effect: &Effect| matches!(effect, Effect::Transfer(TransferCommand::Enqueue(_)));
    assert!(app.effects().iter().any(deletes));
}

#[test]
fn a_button_that_is_not_ready_does_nothing() {
    let mut app = App::with_rows(&["a"]);
    app.keys("1 D").click_on("[ Delete ]");
    assert!(app.state.dialog().is_some(), "the name is not typed");
    app.typed("media").click_on("[ Delete ]");
    assert!(
        app.requests()
            .iter()
            .any(|request| matches!(request, Request::Storage(StorageRequest::DeleteBucket(_))))
    );
}

#[test]
fn a_row_of_a_menu_is_taken() {
    let mut app = App::with_rows(&["b", "a"]);
    app.click_on("Name ↑").click_on("size, smallest");
    assert!(app.state.dialog().is_none());
    assert!(app.picture().contains("Size ↑"), "{}", app.picture());
    app.keys("Y").click_on("s3:// URI");
    assert!(app.effects().contains(&Effect::Copy("s3://media/b".into())));
}

#[test]
fn nothing_behind_a_question_is_clicked() {
    let mut app = App::with_rows(&["a", "b"]);
    app.keys("d").click_on("media");
    assert!(app.state.dialog().is_some());
    let rows = app.state.areas.pane(Pane::Objects).inner();
    app.keys("esc D").click(rows.x + 2, rows.y + rows.height - 1);
    assert_eq!((app.cursor(), app.state.focus), ("a", Pane::Objects));
}

#[test]
fn the_footer_does_what_its_keys_do() {
    let mut app = App::with_rows(&["a"]);
    app.click_on("help");
    assert!(app.state.parts.help.is_some());
    app.keys("esc").click_on("download");
    assert!(app.state.dialog().is_some());
    app.keys("esc D").click_on("n no");
    assert!(app.state.dialog().is_none(), "that of a question, too");
}

#[test]
fn the_path_leads_up() {
    let mut app = App::at("s3://media/photos/2026/raw/");
    app.reply(page(&["x"], None));
    app.click_on("2026/");
    assert_eq!(app.location(), "s3://media/photos/2026/");
    app.click_on("media ");
    assert_eq!(app.location(), "s3://media/");
    app.click_on("test ");
    assert!(matches!(app.state.parts.overlay, Some(Overlay::Connections(_))));
}

#[test]
fn rows_of_overlays_are_stood_on_and_taken() {
    let mut app = App::with_rows(&["a"]);
    app.keys(":").typed("s3://backups/").click_on("go to");
    assert_eq!(app.location(), "s3://backups/");
    app.keys("?").mouse(MouseKind::ScrollDown, 30, 8);
    let Some(help) = &app.state.parts.help else { panic!("no help") };
    assert_eq!(help.cursor, 3);
}

#[test]
fn fields_and_buttons_of_a_form_are_clicked() {
    let mut app = App::at("s3://");
    app.keys("g n s").click_on("Region").typed("eu");
    let Stage::Form(form) = &app.state.parts.connecting.stage else { panic!("no form") };
    assert_eq!(form.focused().map(|field| field.label), Some("Region"));
    app.click_on("[ Cancel ]");
    assert!(matches!(app.state.parts.connecting.stage, Stage::Discard(..)));
    app.click_on("[ Discard ]");
    assert!(!matches!(app.state.parts.connecting.stage, Stage::Form(_) | Stage::Discard(..)));
}

#[test]
fn tabs_are_turned_to() {
    let mut app = App::with_rows(&["a"]);
    app.keys("T").click_on("1 ");
    assert_eq!(app.state.tabs.current(), 0);
}

#[test]
fn the_tabs_of_the_third_column_are_chosen() {
    let mut app = App::with_rows(&["a"]);
    app.event(Event::Resized { width: 140, height: 40 });
    app.effects();
    app.click_on("Details");
    let requests = app.requests();
    assert!(
        matches!(requests.as_slice(), [Request::Storage(StorageRequest::Head(_))]),
        "{requests:?}"
    );
}
