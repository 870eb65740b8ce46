//! The settings of a bucket: fetched one by one, read, changed by forms and in the editor, cleared.

use windlass::app::effect::{Effect, MachineRequest, Request, StorageRequest};
use windlass::app::event::{Answer, Event};
use windlass::app::overlays::Overlay;
use windlass::app::overlays::bucket_settings::BucketSettings;
use windlass::app::overlays::bucket_settings::reading::SettingReading;
use windlass::app::session::Startup;
use windlass::config::editor::{EditFile, Edited};
use windlass::domain::address::Location;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::line_difference::DifferenceLine;
use windlass::domain::provider::Provider;
use windlass::domain::settings::check::document;
use windlass::domain::settings::{BucketSetting, SettingState, StoredSetting};

use crate::support::app::{App, buckets, connection, startup};

fn sheet(app: &App) -> &BucketSettings {
    match &app.state.parts.overlay {
        Some(Overlay::BucketSettings(settings)) => settings,
        other => panic!("{other:?}"),
    }
}

fn set(setting: BucketSetting, text: &str) -> SettingState {
    let document = document(setting, text).unwrap();
    SettingState::Set(StoredSetting { document, unread: Vec::new() })
}

fn tell(app: &mut App, setting: BucketSetting, state: SettingState) {
    let ticket = app.last_ticket();
    app.answer(ticket, Ok(Answer::Setting(setting, Box::new(state))));
}

const CORS: &str = r#"{"CORSRules":[{"AllowedMethods":["GET"],"AllowedOrigins":["https://a"]}]}"#;

/// The settings of `media` as they came; the cursor is on the row of `setting`.
fn opened(setting: BucketSetting) -> App {
    let mut app = App::with_rows(&["a.txt"]);
    app.keys("B");
    let wanted = Request::Storage(StorageRequest::Settings("media".into()));
    assert_eq!(app.requests(), [wanted]);
    let ticket = app.last_ticket();
    tell(&mut app, BucketSetting::Cors, set(BucketSetting::Cors, CORS));
    let denied = Error::new(ErrorKind::AccessDenied, "GetBucketPolicy", "s3://media");
    tell(&mut app, BucketSetting::Policy, SettingState::Refused(denied));
    let lacking = SettingState::Lacking("this server has none".to_owned());
    tell(&mut app, BucketSetting::Replication, lacking);
    for setting in [BucketSetting::Versioning, BucketSetting::Lifecycle, BucketSetting::Tags] {
        tell(&mut app, setting, SettingState::Unset);
    }
    app.reply_to(ticket, Ok(Answer::SettingsRead));
    let at = sheet(&app).rows.iter().position(|row| row.setting == setting).unwrap();
    for _ in 0..at {
        app.keys("j");
    }
    app.effects();
    app
}

fn difference(app: &App) -> Vec<String> {
    match &sheet(app).reading {
        Some(SettingReading::Change(page)) => {
            page.lines.iter().map(DifferenceLine::words).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn rows_come_one_by_one_and_a_refused_one_leaves_the_others() {
    let mut app = opened(BucketSetting::Policy);
    let picture = app.picture();
    assert!(picture.contains("GET from https://a"), "{picture}");
    assert!(picture.contains("this server has none"), "{picture}");
    app.keys("enter");
    assert!(matches!(sheet(&app).reading, Some(SettingReading::Error(_))));
    app.keys("esc esc");
    assert!(app.state.parts.overlay.is_none());
}

#[test]
fn the_settings_of_the_bucket_under_the_cursor_are_shown_too() {
    let mut app = App::at("s3://");
    app.reply(buckets(&["backups", "media"])).effects();
    app.keys("j B");
    assert_eq!(app.requests(), [Request::Storage(StorageRequest::Settings("media".into()))]);
}

#[test]
fn a_form_is_worked_into_what_is_set_and_asked_about() {
    let mut app = opened(BucketSetting::Cors);
    app.keys("c s").typed("app.example").keys("enter");
    assert!(app.picture().contains("begins with https://"), "{}", app.picture());
    app.keys("ctrl-u").typed("https://app.example").keys("enter");
    let lines = difference(&app);
    assert!(lines.iter().any(|line| line.contains('+') && line.contains("https://app.example")));
    assert!(!lines.iter().any(|line| line.starts_with("- ") && line.contains("https://a\"")));
    assert!(app.requests().is_empty(), "nothing is sent before the yes");
    app.keys("y");
    let requests = app.requests();
    let [Request::Storage(StorageRequest::SetSetting { bucket, setting, new, before, .. })] =
        requests.as_slice()
    else {
        panic!("{requests:?}");
    };
    assert_eq!((bucket.as_str(), *setting), ("media", BucketSetting::Cors));
    assert_eq!(new.list_of("CORSRules").len(), 2);
    assert_eq!(before.as_ref().unwrap().list_of("CORSRules").len(), 1);
    let state = set(BucketSetting::Cors, &new.pretty());
    let ticket = app.last_ticket();
    app.reply_to(ticket, Ok(Answer::Setting(BucketSetting::Cors, Box::new(state))));
    assert!(sheet(&app).reading.is_none());
    assert!(app.toast().contains("1 rule more"), "{}", app.toast());
}

#[test]
fn days_complete_a_rule_and_no_is_no() {
    let mut app = opened(BucketSetting::Lifecycle);
    app.keys("c x").typed("0").keys("enter");
    assert!(app.state.dialog().is_some(), "0 days are none");
    app.keys("ctrl-u").typed("30").keys("enter");
    assert!(difference(&app).iter().any(|line| line.contains("\"Days\": 30")));
    app.keys("n");
    assert!(sheet(&app).reading.is_none() && app.requests().is_empty());
    app.keys("c m 1").typed("7").keys("enter");
    assert!(difference(&app).iter().any(|line| line.contains("STANDARD_IA")));
}

fn edited(app: &mut App, text: &str) {
    let file = EditFile::make("x.json", b"").unwrap();
    file.remove();
    let edited = Edited::Changed(text.as_bytes().to_vec());
    let ticket = app.last_ticket();
    app.reply_to(ticket, Ok(Answer::Edited { file: file.clone(), edited }));
    assert!(app.effects().contains(&Effect::RemoveEdited(file)));
}

fn handed_over(app: &mut App) -> String {
    match app.requests().pop() {
        Some(Request::Machine(MachineRequest::Edit { name, bytes })) => {
            assert_eq!(name.rsplit('.').next(), Some("json"), "{name}");
            String::from_utf8(bytes).unwrap()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_edited_is_checked_shown_and_sent_and_a_mistake_can_be_mended() {
    let mut app = opened(BucketSetting::Cors);
    app.keys("e");
    assert!(handed_over(&mut app).contains("https://a"));
    edited(&mut app, &CORS.replace("GET", "get"));
    assert!(app.picture().contains("AllowedMethods is GET, PUT"), "{}", app.picture());
    app.keys("e");
    assert!(handed_over(&mut app).contains("\"get\""), "what was written is not lost");
    edited(&mut app, &CORS.replace("GET", "PUT"));
    app.keys("y");
    let refused = Error::new(ErrorKind::InvalidRequest, "PutBucketCors", "s3://media")
        .detail("Unsupported method is PUT");
    app.fail("SetSetting", refused);
    let picture = app.picture();
    assert!(picture.contains("Unsupported method is PUT") && picture.contains("line 1"));
    app.keys("e");
    assert!(handed_over(&mut app).contains("PUT"));
    let file = EditFile::make("x.json", b"").unwrap();
    file.remove();
    let ticket = app.last_ticket();
    app.reply_to(ticket, Ok(Answer::Edited { file, edited: Edited::Unchanged }));
    assert!(app.requests().is_empty() && app.toast().contains("nothing was changed"));
}

#[test]
fn what_was_written_is_not_lost_by_one_key() {
    let discards = |app: &App| app.picture().contains("Discard what you entered?");
    let mut app = opened(BucketSetting::Cors);
    app.keys("e");
    edited(&mut app, "no JSON");
    assert!(app.picture().contains("was not sent"), "{}", app.picture());
    app.keys("esc");
    assert!(discards(&app), "{}", app.picture());
    app.keys("esc");
    assert!(app.picture().contains("was not sent"), "{}", app.picture());
    app.keys("e").effects();
    edited(&mut app, &CORS.replace("GET", "PUT"));
    app.event(Event::Paste("s3://media/x".to_owned()));
    assert!(sheet(&app).reading.is_some(), "what is pasted takes nothing away");
    app.keys("n");
    assert!(discards(&app), "{}", app.picture());
    app.keys("esc");
    assert!(sheet(&app).reading.is_some());
    app.keys("n y");
    assert!(sheet(&app).reading.is_none() && !discards(&app));
    app.keys("c s").typed("https://app.example").keys("enter n");
    assert!(sheet(&app).reading.is_none(), "a form is filled in again at once");
}

#[test]
fn without_an_editor_of_ones_own_a_document_is_edited_in_the_window() {
    let mut app = opened(BucketSetting::Cors);
    app.state.session.editor = false;
    app.keys("e");
    assert!(app.requests().is_empty());
    assert!(app.picture().contains("AllowedMethods"), "{}", app.picture());
    app.keys("ctrl-o");
    assert!(app.toast().contains("nothing was changed"), "{}", app.toast());
    app.keys("e x ctrl-o");
    assert!(app.picture().contains("was not sent"), "{}", app.picture());
    app.keys("e ctrl-o");
    assert!(app.picture().contains("was not sent"), "what was written before stays");
    app.keys("e esc");
    assert!(app.picture().contains("was not sent"), "and so it does when the editor is left");
}

#[test]
fn a_change_that_is_under_way_is_seen_on_its_row_and_said_to_be_open_where_it_is_left() {
    let mut app = opened(BucketSetting::Cors);
    app.keys("D y");
    let picture = app.picture();
    let row = picture.lines().find(|line| line.contains("cors ")).unwrap();
    assert!(row.contains('⠋') && !row.contains('✓'), "{picture}");
    assert!(picture.lines().last().unwrap().contains("esc do not wait"), "{picture}");
    app.keys("esc");
    assert_eq!(app.toast(), "cors of media may have been cleared");
}

#[test]
fn a_setting_is_cleared_after_a_question() {
    let mut app = opened(BucketSetting::Cors);
    app.keys("D n");
    assert!(app.requests().is_empty());
    app.keys("D y");
    let setting = BucketSetting::Cors;
    let clear = StorageRequest::ClearSetting { bucket: "media".into(), setting, code: None };
    assert_eq!(app.requests(), [Request::Storage(clear)]);
    let ticket = app.last_ticket();
    app.reply_to(ticket, Ok(Answer::Setting(setting, Box::new(SettingState::Unset))));
    assert!(app.toast().contains("no rules"), "{}", app.toast());
}

#[test]
fn what_is_lacking_is_not_asked_for() {
    let mut app = opened(BucketSetting::Replication);
    for key in ["e", "c", "D", "enter"] {
        app.keys(key);
        assert!(app.requests().is_empty() && app.toast().contains("this server has none"));
    }
}

#[test]
fn r2_dev_is_turned_on_with_a_question_where_a_token_is_set() {
    let mut r2 = connection("r2");
    r2.provider = Provider::R2;
    let open = Location::parse("s3://media/").unwrap();
    let mut app = App::start(Startup { now: startup().now, open, ..Startup::of(r2) });
    app.keys("B");
    let at = sheet(&app).rows.iter().position(|row| row.setting == BucketSetting::R2Dev).unwrap();
    let off = r#"{"bucketId":"1","domain":"pub-1.r2.dev","enabled":false}"#;
    tell(&mut app, BucketSetting::R2Dev, set(BucketSetting::R2Dev, off));
    for _ in 0..at {
        app.keys("j");
    }
    app.effects();
    app.keys("c o y");
    let requests = app.requests();
    assert!(
        matches!(requests.as_slice(), [Request::Storage(StorageRequest::SetSetting { new, .. })]
            if new.is_yes("enabled")),
        "{requests:?}"
    );
}

#[test]
fn a_domain_is_attached_after_a_question_that_says_who_can_read_then() {
    let mut app = App::with_rows(&["a.txt"]);
    app.state.session.connections[0].provider = Provider::R2;
    app.keys("B");
    let ticket = app.last_ticket();
    let setting = BucketSetting::CustomDomains;
    let one = r#"{"domains":[{"domain":"a.example.com","enabled":true,"minTLS":"1.0"}]}"#;
    tell(&mut app, setting, set(setting, one));
    app.reply_to(ticket, Ok(Answer::SettingsRead));
    let at = sheet(&app).rows.iter().position(|row| row.setting == setting).unwrap();
    for _ in 0..at {
        app.keys("j");
    }
    app.effects();
    app.keys("c a").typed("b.example.com 12").keys("enter");
    assert!(app.picture().contains("32 letters and digits"), "{}", app.picture());
    app.keys("ctrl-u").typed("b.example.com 023e105f4ecef8ad9ca31a8372d0c353").keys("enter");
    let picture = app.picture();
    assert!(picture.contains("Anyone can then read every object at https://b.example.com"));
    assert!(app.requests().is_empty(), "nothing is sent before the yes");
    app.keys("n c d 1");
    assert!(app.picture().contains("Links to https://a.example.com stop working"));
    app.keys("y");
    let requests = app.requests();
    let [Request::Storage(StorageRequest::SetSetting { new, .. })] = requests.as_slice() else {
        panic!("{requests:?}");
    };
    assert_eq!(new.list_of("domains"), []);
}

#[test]
fn mfa_delete_asks_for_the_device_and_its_code_before_it_is_sent() {
    let mut app = opened(BucketSetting::Versioning);
    app.keys("c m");
    assert!(app.picture().contains("only by the owner"), "{}", app.picture());
    app.keys("y").typed("GAHT12345678 12").keys("enter");
    assert!(app.picture().contains("a code has 6 digits"), "{}", app.picture());
    assert!(app.requests().is_empty(), "nothing is sent without a code");
    app.keys("esc");
    assert!(matches!(sheet(&app).reading, Some(SettingReading::Change(_))), "esc leads back");
    app.keys("y").typed("GAHT12345678 123456").keys("enter");
    let requests = app.requests();
    let [Request::Storage(StorageRequest::SetSetting { new, code: Some(code), .. })] =
        requests.as_slice()
    else {
        panic!("{requests:?}");
    };
    assert_eq!(new.text_of("MFADelete"), Some("Enabled"));
    assert_eq!(code.header(), "GAHT12345678 123456");
    assert!(!format!("{requests:?}").contains("123456"), "no code is written down");
    let ticket = app.last_ticket();
    let state = set(BucketSetting::Versioning, &new.pretty());
    app.reply_to(ticket, Ok(Answer::Setting(BucketSetting::Versioning, Box::new(state))));
    app.keys("D y");
    assert!(app.requests().is_empty(), "suspending needs a code too");
    app.typed("GAHT12345678 654321").keys("enter");
    let requests = app.requests();
    assert!(
        matches!(
            requests.as_slice(),
            [Request::Storage(StorageRequest::ClearSetting { code: Some(_), .. })]
        ),
        "{requests:?}"
    );
}
