//! The welcome, the form of a connection and what its test finds.

use std::time::Duration;

use insta::assert_snapshot;
use windlass::app::effect::{ConnectionRequest, Request, StorageRequest};
use windlass::app::event::{Answer, Event};
use windlass::config::aws::files::AwsFiles;
use windlass::config::import::Import;
use windlass::config::origins::Origins;
use windlass::config::profiles::profiles;
use windlass::domain::diagnosis::{Finding, Step, Verdict};
use windlass::domain::error::{Error, ErrorKind};
use windlass::ui::theme::Theme;

use crate::screens::situation::{Situation, account};
use crate::support::screen::{picture, style_of};

const ID: &str = "0123456789abcdef0123456789abcdef";
const KEYS: &str = "access_key_id=fedcba9876543210fedcba9876543210\n\
    secret_access_key=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (40, 10)];

fn origins() -> Origins {
    let config = "[profile work]\nsso_session = corp\nregion = eu-west-1\n[profile \
                  admin]\nrole_arn = x\n\
                  mfa_serial = y\n[profile plain]\nregion = eu-north-1\n";
    let encrypted = windlass::config::import::rclone("RCLONE_ENCRYPT_V0:\n").unwrap_err();
    let mut imports: Vec<(&'static str, Import)> = Vec::new();
    let rclone = format!(
        "[media]\ntype = s3\nendpoint = https://{ID}.eu.r2.cloudflarestorage.com\naccess_key_id = \
         k\n\
         secret_access_key = s\n[half]\ntype = s3\naccess_key_id = k\n"
    );
    imports.extend(
        windlass::config::import::rclone(&rclone).unwrap().into_iter().map(|each| ("rclone", each)),
    );
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("config");
    std::fs::write(&file, config).unwrap();
    let files = AwsFiles::read(Some(file), None).unwrap();
    Origins { profiles: profiles(&files), imports, troubles: vec![encrypted] }
}

fn shown(size: (u16, u16), act: impl Fn(&mut Situation)) -> String {
    let mut situation = Situation::browsing(size);
    act(&mut situation);
    picture(&situation.painted(&Theme::default()))
}

fn paste(situation: &mut Situation, text: &str) {
    situation.happen(Event::Paste(text.to_owned()));
}

fn find(situation: &mut Situation) {
    situation.answer(|request| match request {
        Request::Connections(ConnectionRequest::FindOrigins) => {
            Some(Ok(Answer::Origins(origins())))
        }
        other => account(other),
    });
}

/// Tells the findings of the test that waits.
fn told(situation: &mut Situation, findings: &[(Step, Verdict)], over: bool) {
    let ticket = situation.waiting_for(|request| {
        matches!(request, Request::Connections(ConnectionRequest::Examine { .. }))
    });
    for (step, verdict) in findings {
        let finding = Finding { step: *step, verdict: verdict.clone(), took: Duration::ZERO };
        situation.reply(ticket, Ok(Answer::Examining(finding)));
    }
    if over {
        situation.reply(ticket, Ok(Answer::Examined));
    }
}

fn works(step: Step) -> (Step, Verdict) {
    (step, Verdict::Works(String::new()))
}

#[test]
fn the_welcome_of_the_first_start() {
    for size in SIZES {
        let mut situation = Situation::first(size);
        find(&mut situation);
        let name = format!("welcome_{}x{}", size.0, size.1);
        assert_snapshot!(name, picture(&situation.painted(&Theme::default())));
    }
}

#[test]
fn the_form_of_r2_while_its_test_runs() {
    for size in SIZES {
        let picture = shown(size, |situation| {
            situation.press("g n r");
            paste(situation, &format!("https://{ID}.eu.r2.cloudflarestorage.com"));
            paste(situation, KEYS);
            told(situation, &[works(Step::Resolve), works(Step::Connect), works(Step::Tls)], false);
        });
        assert_snapshot!(format!("form_r2_{}x{}", size.0, size.1), picture);
    }
}

#[test]
fn a_token_of_single_buckets_is_told_what_to_do() {
    let denied = Verdict::Fails(Error::new(ErrorKind::AccessDenied, "ListBuckets", ""));
    let picture = shown((80, 24), |situation| {
        situation.press("g n r");
        paste(situation, ID);
        paste(situation, KEYS);
        let found = [works(Step::Resolve), works(Step::Sign), (Step::ListBuckets, denied.clone())];
        told(situation, &found, true);
    });
    assert_snapshot!("form_scoped_token_80x24", picture);
}

#[test]
fn what_does_not_work_is_explained_below_the_fields() {
    let unreachable =
        Verdict::Fails(Error::new(ErrorKind::Unreachable, "connect", "s3.example.com"));
    let picture = shown((80, 24), |situation| {
        situation.press("g n s");
        paste(situation, "https://s3.example.com/media");
        told(situation, &[(Step::Resolve, unreachable.clone())], true);
    });
    assert_snapshot!("form_unreachable_80x24", picture);
}

#[test]
fn menus_questions_and_problems() {
    for (name, keys, pasted) in [
        ("new_connection", "g n", ""),
        ("aws_profiles", "g n a", ""),
        ("take_over", "g n i j", ""),
        ("connections", "P", ""),
        ("remove_connection", "g x", ""),
        ("form_public_address", "g n r", "https://pub-0123.r2.dev/a.jpg"),
        ("form_other", "g n s tab", ""),
        ("change_connection", "g e tab tab tab", ""),
    ] {
        let picture = shown((80, 24), |situation| {
            for key in keys.split(' ') {
                situation.press(key);
                find(situation);
            }
            if !pasted.is_empty() {
                paste(situation, pasted);
            }
        });
        assert_snapshot!(format!("{name}_80x24"), picture);
    }
}

#[test]
fn a_secret_is_dots_until_it_is_asked_for() {
    let mut situation = Situation::browsing((80, 24));
    situation.press("g n s");
    paste(&mut situation, "access_key=k\nsecret_key=visible-secret");
    assert!(!picture(&situation.painted(&Theme::default())).contains("visible"));
    situation.press("ctrl-r");
    let buffer = situation.painted(&Theme::default());
    assert!(picture(&buffer).contains("visible-secret"));
    assert_ne!(style_of(&buffer, "Save and open"), style_of(&buffer, "visible"));
}

#[test]
fn keys_may_come_from_a_command() {
    let picture = shown((80, 24), |situation| {
        for key in "g n s tab tab right right right tab".split(' ') {
            situation.press(key);
        }
        paste(situation, "op read --json r2");
    });
    assert_snapshot!("form_command_80x24", picture);
}

#[test]
fn a_role_asks_for_its_code() {
    let device = "arn:aws:iam::123456789012:mfa/me";
    for size in SIZES {
        let picture = shown(size, |situation| {
            situation.press("R");
            situation.answer(|request| match request {
                Request::Storage(StorageRequest::ListPage { .. } | StorageRequest::ListBuckets) => {
                    let wanted = Error::new(ErrorKind::CodeWanted, "AssumeRole", "role");
                    Some(Err(wanted.detail(device)))
                }
                other => account(other),
            });
            paste(situation, "1234");
        });
        assert_snapshot!(format!("code_{}x{}", size.0, size.1), picture);
    }
}

#[test]
fn a_file_to_take_over_from_is_asked_for_by_its_path() {
    let picture = shown((80, 24), |situation| {
        for key in "g n i f".split(' ') {
            situation.press(key);
            find(situation);
        }
        paste(situation, "keys.ini");
        situation.press("enter");
        let ticket = situation.waiting_for(|request| {
            matches!(request, Request::Connections(ConnectionRequest::ReadImports(_)))
        });
        let why = Error::new(ErrorKind::Config, "read the connections", "keys.ini")
            .detail("no keys were found in it");
        situation.reply(ticket, Err(why));
    });
    assert_snapshot!("take_over_file_80x24", picture);
}
