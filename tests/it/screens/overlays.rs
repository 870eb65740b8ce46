//! Help, palette and events over the panes, and every size of a full window.

use std::time::Duration;

use insta::assert_snapshot;
use proptest::prelude::*;
use windlass::app::effect::{ConnectionRequest, Request, StorageRequest};
use windlass::app::event::{Answer, Event};
use windlass::domain::diagnosis::{Finding, Step, Verdict};
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::settings::check::document;
use windlass::domain::settings::{BucketSetting, SettingState, StoredSetting};
use windlass::ui::theme::Theme;

use crate::screens::situation::{Situation, account};
use crate::support::screen::picture;

fn shown(size: (u16, u16), keys: &str) -> String {
    let mut situation = Situation::browsing(size);
    situation.press(keys);
    picture(&situation.painted(&Theme::default()))
}

#[test]
fn help_palette_and_events() {
    for (name, keys) in [
        ("help", "?"),
        ("help_search", "? / l i n k"),
        ("palette", ":"),
        ("palette_typed", ": d o w"),
        ("palette_place", ": s 3 : / / x / y"),
        ("events", "E"),
        ("cost", "$"),
        ("guide", "g ?"),
        ("guide_page", "g ? j j enter"),
        ("sort", "s"),
        ("go_to", "g p"),
        ("pending", "g"),
    ] {
        assert_snapshot!(format!("{name}_80x24"), shown((80, 24), keys));
    }
    for (name, keys) in
        [("help", "?"), ("palette", ":"), ("cost", "$"), ("guide_page", "g ? enter"), ("sort", "s")]
    {
        assert_snapshot!(format!("{name}_40x10"), shown((40, 10), keys));
    }
}

/// An examination with a step of every verdict, and one under way.
fn examined(size: (u16, u16)) -> Situation {
    let mut situation = Situation::browsing(size);
    situation.press("X");
    let mut refused = Error::new(ErrorKind::AccessDenied, "ListBuckets", "").detail("no\u{1b}pe");
    refused.status = Some(403);
    let verdicts = [
        Verdict::Works("1 × IPv4".into()),
        Verdict::Works("port 443".into()),
        Verdict::Works("TLS 1.3".into()),
        Verdict::Works("Cloudflare R2".into()),
        Verdict::Beware("90 s behind the server's; at 15 min every request is refused".into()),
        Verdict::Works(String::new()),
        Verdict::Fails(refused),
        Verdict::Skipped("no bucket to test: name one".into()),
    ];
    for (step, verdict) in Step::ALL.into_iter().zip(verdicts) {
        let finding = Finding { step, verdict, took: Duration::from_millis(3) };
        situation.answer_once(|request| match request {
            Request::Connections(ConnectionRequest::Examine { .. }) => {
                Some(Ok(Answer::Examining(finding.clone())))
            }
            _ => None,
        });
    }
    situation
}

#[test]
fn an_examination_under_way_and_its_first_failure() {
    for (width, height) in [(80, 24), (120, 40), (40, 10)] {
        let mut situation = examined((width, height));
        situation.press("k");
        let shown = picture(&situation.painted(&Theme::default()));
        assert_snapshot!(format!("doctor_{width}x{height}"), shown);
    }
    let mut situation = examined((80, 24));
    situation.answer(|request| match request {
        Request::Connections(ConnectionRequest::Examine { .. }) => Some(Ok(Answer::Examined)),
        _ => None,
    });
    situation.press("w");
    assert_snapshot!("doctor_consent_80x24", picture(&situation.painted(&Theme::default())));
}

/// Settings of every state, one of them under way.
fn settings(size: (u16, u16)) -> Situation {
    let mut situation = Situation::browsing(size);
    situation.press("B");
    let stored = |setting, text: &str| {
        let document = document(setting, text).unwrap();
        SettingState::Set(StoredSetting { document, unread: Vec::new() })
    };
    let mut denied = Error::new(ErrorKind::AccessDenied, "GetBucketPolicy", "s3://media");
    denied.code = Some("AccessDenied".to_owned());
    let rules =
        r#"{"Rules":[{"Status":"Enabled","Filter":{"Prefix":"tmp/"},"Expiration":{"Days":3}}]}"#;
    for (setting, state) in [
        (BucketSetting::Versioning, stored(BucketSetting::Versioning, r#"{"Status":"Enabled"}"#)),
        (BucketSetting::Lifecycle, stored(BucketSetting::Lifecycle, rules)),
        (BucketSetting::Cors, SettingState::Unset),
        (BucketSetting::Policy, SettingState::Refused(denied)),
        (BucketSetting::Acl, SettingState::Lacking("R2 has no ACLs".to_owned())),
    ] {
        situation.answer_once(|request| match request {
            Request::Storage(StorageRequest::Settings(_)) => {
                Some(Ok(Answer::Setting(setting, Box::new(state.clone()))))
            }
            _ => None,
        });
    }
    situation
}

#[test]
fn the_settings_of_a_bucket_and_a_change_before_it_is_sent() {
    for (width, height) in [(80, 24), (120, 40), (40, 10)] {
        let shown = picture(&settings((width, height)).painted(&Theme::default()));
        assert_snapshot!(format!("settings_{width}x{height}"), shown);
    }
    for (name, keys) in [
        ("document", "j enter"),
        ("menu", "j c"),
        ("days", "j c x"),
        ("change", "j c x 9 enter"),
        ("clear", "D"),
    ] {
        for (width, height) in [(80, 24), (40, 10)] {
            let mut situation = settings((width, height));
            situation.press(keys);
            let shown = picture(&situation.painted(&Theme::default()));
            assert_snapshot!(format!("settings_{name}_{width}x{height}"), shown);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 128,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]
    #[test]
    fn no_size_breaks_the_window(
        width in 1_u16..=400,
        height in 1_u16..=120,
        which in 0_usize..11
    ) {
        let mut situation = Situation::browsing((120, 40));
        situation.press(["p", "i", "?", ":", "s", "/ x", "t", "g", "E", "X", "B"][which]);
        situation.answer(account);
        situation.happen(Event::Resized { width, height });
        let buffer = situation.painted(&Theme::default());
        prop_assert_eq!((buffer.area.width, buffer.area.height), (width, height));
    }
}

#[test]
fn the_smallest_windows_are_painted() {
    for (width, height) in [(1, 1), (2, 2), (3, 3), (400, 1), (1, 120), (5, 4), (400, 120)] {
        let mut situation = Situation::browsing((80, 24));
        situation.happen(Event::Resized { width, height });
        for key in ["?", "esc", ":", "esc", "s", "esc", "t", "2"] {
            situation.press(key);
            situation.painted(&Theme::default());
        }
    }
}

#[test]
fn a_buffer_that_is_smaller_than_the_state_thinks_is_painted() {
    let mut situation = Situation::browsing((120, 40));
    situation.press("p");
    situation.state.size.width = 20;
    situation.state.size.height = 5;
    assert!(picture(&situation.painted(&Theme::default())).contains("2026/"));
}
