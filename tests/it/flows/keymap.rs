//! The user's own keys: what of them is followed, and how mistakes are told.

use std::fs;

use windlass::app::action::Action;
use windlass::app::dialogs::Dialog;
use windlass::app::event::Event;
use windlass::app::overlays::Overlay;
use windlass::app::screens::connecting::Stage;
use windlass::app::session::Startup;
use windlass::config::keys;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::transfer_event::TransferEvent;

use crate::support::app::{App, buckets, page, startup};

fn started(keymap: &str) -> App {
    let mut app = opened(keymap);
    app.reply(buckets(&["media"])).reply(page(&["a", "b"], None));
    app.effects();
    app
}

/// Nothing is answered yet.
fn opened(keymap: &str) -> App {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keymap.toml");
    fs::write(&path, keymap).unwrap();
    let open = windlass::domain::address::Location::parse("s3://media/").unwrap();
    App::start(Startup { keys: keys::read(&path).unwrap(), open, ..startup() })
}

fn told(app: &App) -> Vec<String> {
    match &app.state.parts.overlay {
        Some(Overlay::Notice(sheet)) => {
            sheet.0.facts.iter().map(|(line, text)| format!("{line}: {text}")).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn every_mistake_is_read_before_a_key_counts() {
    let text = "downlod = \"D\"\n[objcts]\nmove = \"M\"\n[objects]\ncopy = \"x\"\nrename = \"x\"\n";
    let mut app = started(text);
    let lines: Vec<String> =
        told(&app).iter().map(|text| text.split(':').next().unwrap().to_owned()).collect();
    assert_eq!(lines, ["line 1", "line 2", "line 6"]);
    app.keys("j");
    assert_eq!(app.cursor(), "a", "the sheet has the keys");
    app.keys("enter j D x");
    assert_eq!(app.cursor(), "b");
    assert!(app.state.dialog().is_none(), "a key that is in doubt does nothing");
    app.keys("E");
    let Some(Overlay::Events(events)) = &app.state.parts.overlay else { panic!("no events") };
    assert!(events.entries().iter().any(|entry| entry.text.contains("line 6")));
}

#[test]
fn keys_without_a_mistake_are_quiet_and_what_they_take_is_in_the_events() {
    let mut app = started("[objects]\ndownload = \"u\"\n");
    assert!(app.state.parts.overlay.is_none());
    assert_eq!(app.toast(), "");
    app.keys("E");
    let Some(Overlay::Events(events)) = &app.state.parts.overlay else { panic!("no events") };
    assert!(events.entries()[0].text.contains("upload has no key now"), "{events:?}");
}

#[test]
fn sentences_name_the_key_that_holds_now() {
    let mut app = opened("[global]\nrefresh = \"f9\"\nsign-in = \"f8\"\nclose-tab = \"f7\"\n");
    let lost = Error::new(ErrorKind::Unreachable, "ListBuckets", "").detail("dns error");
    app.fail("ListBuckets", lost);
    let picture = app.picture();
    assert!(picture.contains("f9 tries again") && !picture.contains("with R"), "{picture}");
    let ended = Error::new(ErrorKind::ExpiredCredentials, "HeadObject", "s3://a/k");
    app.event(Event::Transfer(TransferEvent::Warned(ended)));
    assert!(app.toast().ends_with("f8 signs in again"), "{}", app.toast());
    app.keys("T T T T T T T T");
    assert_eq!(
        app.state.disabled(Action::NewTab).as_deref(),
        Some("there are 9 tabs: f7 closes one")
    );
}

#[test]
fn sentences_name_the_palettes_word_where_no_key_is_left() {
    let mut app = started("[objects]\nfilter = \"p\"\nsort = \"i\"\n[global]\nredraw = \"P\"\n");
    let denied = Error::new(ErrorKind::AccessDenied, "GetObject", "s3://media/a");
    let next = app.state.session.next(&denied);
    assert!(next.contains("or switch the connection with :switch-connection"), "{next}");
    assert!(next.ends_with("or g k pays for requests here"), "{next}");
    app.event(Event::Transfer(TransferEvent::Warned(denied))).keys("E enter");
    assert!(app.picture().contains(":switch-connection"), "{}", app.picture());
}

#[test]
fn the_keys_of_what_lies_over_the_panes_are_the_users_too() {
    let mut app = started(
        "[connections]\nedit-connection = \"c\"\n[picker]\nhidden-files = \"H\"\n[menu]\nclose = \
         \"Q\"\n",
    );
    assert!(app.state.parts.overlay.is_none(), "no mistake: {:?}", told(&app));
    app.event(Event::Resized { width: 160, height: 40 });
    app.keys("P");
    assert!(app.picture().contains("c change"), "{}", app.picture());
    app.keys("q");
    assert!(app.state.parts.overlay.is_some(), "it is another key now");
    app.keys("Q");
    assert!(app.state.parts.overlay.is_none());
    app.keys("P c");
    assert!(matches!(app.state.parts.connecting.stage, Stage::Form(_)));
    app.keys("esc u H");
    let Some(Dialog::Picker(picker)) = app.state.dialog() else { panic!("no picker") };
    assert!(picker.show_hidden);
    assert!(app.picture().contains("H hidden files"), "{}", app.picture());
}
