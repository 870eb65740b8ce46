//! Every dialog, at 80×24 and at 40×10.

use std::path::PathBuf;

use insta::assert_snapshot;
use jiff::Timestamp;
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::style::Color;
use windlass::app::action::Action;
use windlass::app::dialogs::Dialog;
use windlass::app::dialogs::choice::{Choice, ChoiceRow};
use windlass::app::dialogs::completion::Offer;
use windlass::app::dialogs::confirm::{Confirm, Tally};
use windlass::app::dialogs::details::Details;
use windlass::app::dialogs::link_menu::{LinkMenu, LinkReasons, LinkSubject};
use windlass::app::dialogs::picker::Picker;
use windlass::app::dialogs::prompt::Prompt;
use windlass::app::dialogs::uploads::{Extent, Uploads};
use windlass::app::event::FolderEntry;
use windlass::app::link_shown::LinkShown;
use windlass::app::session::Session;
use windlass::domain::address::{Bucket, Key};
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::object::{ObjectAddress, UploadId};
use windlass::domain::presign::Shortened;
use windlass::domain::provider::Provider;
use windlass::domain::transfer::Failure;
use windlass::domain::unfinished::{UnfinishedUpload, UploadExtent, UploadOwner};
use windlass::ui::dialogs::draw_dialog;
use windlass::ui::dialogs::link::draw_link_shown;
use windlass::ui::theme::Theme;

use crate::support::app::startup;
use crate::support::screen::{painted, picture, style_of};

fn session() -> Session {
    Session::new(startup())
}

fn shown(dialog: &Dialog, size: (u16, u16)) -> String {
    picture(&drawn(dialog, size))
}

fn drawn(dialog: &Dialog, size: (u16, u16)) -> Buffer {
    painted(size, &Theme::default(), |paint| draw_dialog(paint, dialog, &session()))
}

fn delete() -> Dialog {
    let names =
        ["photos/2026/IMG_0412.jpg", "photos/2026/IMG_0413.jpg", "photos/raw/", "a\x1b[2Jb"];
    let all = names.iter().map(|name| (*name).to_owned()).chain((0..4).map(|n| format!("k{n}")));
    let all: Vec<String> = all.collect();
    Dialog::Confirm(
        Confirm::new("Delete from media", "Delete", "Keep")
            .line("Delete 8 rows for good?")
            .about(all.into_iter())
            .tally(Tally { objects: 1234, bytes: 5 << 30, complete: true })
            .warning("The bucket keeps no versions: this cannot be undone."),
    )
}

fn empty_bucket() -> Dialog {
    let question =
        Confirm::new("Delete bucket", "Delete", "Keep").line("Delete the bucket site-assets?");
    Dialog::Confirm(question.typing("site-assets"))
}

fn conflict() -> Dialog {
    let rows = vec![
        ChoiceRow::new('o', "Overwrite").note("3 files are replaced"),
        ChoiceRow::new('s', "Skip").note("they stay as they are"),
        ChoiceRow::new('k', "Keep both").note("IMG_0412 (1).jpg"),
        ChoiceRow::new('d', "Only if different").disabled(Some("the sizes are not known".into())),
    ];
    Dialog::Choice(Choice::new("Three files exist", rows).line("In ~/Downloads:").starting_at(1))
}

fn new_prefix(text: &str) -> Dialog {
    let rule = |text: &str| {
        if text.contains("//") { Err("an empty segment: //".to_owned()) } else { Ok(()) }
    };
    Dialog::Prompt(Prompt::new("New prefix", "in s3://media/photos/", text, rule))
}

fn picker() -> Dialog {
    let mut picker = Picker::new("Upload to s3://media/photos/", "/home/ada/pictures".into(), None);
    let time = Timestamp::from_second(1_790_000_000).ok();
    let entry = |name: &str, folder: bool, size: u64| FolderEntry {
        name: name.into(),
        path: PathBuf::from("/home/ada/pictures").join(name),
        folder,
        size,
        modified: time,
    };
    picker.on_folder(Ok(vec![
        entry("holiday", true, 0),
        entry("raw", true, 0),
        entry(".thumbnails", true, 0),
        entry("IMG_0412.jpg", false, 4_299_161),
        entry("a very long name of a picture that nobody will ever type by hand.jpeg", false, 12),
        entry("clip\u{202e}4pm.exe", false, 5 << 30),
    ]));
    for action in [Action::Down, Action::Toggle, Action::Toggle] {
        picker.on_action(action);
    }
    Dialog::Picker(Box::new(picker))
}

fn link_shown() -> LinkShown {
    LinkShown {
        subject: "IMG_0412.jpg".into(),
        text: format!(
            "https://media.example.test/photos/IMG_0412.jpg?X-Amz-Expires=3600&{}",
            "x".repeat(90)
        ),
        beside: None,
        code: false,
        until: Timestamp::from_second(1_790_000_000).ok(),
        shortened: Some(Shortened::Credentials),
    }
}

fn strip(size: (u16, u16)) -> String {
    let bounds = (1, size.1.saturating_sub(2));
    picture(&painted(size, &Theme::default(), |paint| {
        draw_link_shown(paint, &link_shown(), &session(), bounds);
    }))
}

fn failed_job() -> Dialog {
    let denied = Error {
        status: Some(403),
        code: Some("AccessDenied".into()),
        request_id: Some("4442587FB7D0A2F9".into()),
        ..Error::new(ErrorKind::AccessDenied, "PutObject", "s3://media/site.tar.zst")
            .detail("Access Denied")
    };
    let failure = Failure { place: "site/a\nb.html".into(), error: denied.clone() };
    let details = Details::of_error("site.tar.zst", denied).fact("to", "s3://media/backups/");
    Dialog::Details(Details { failures: vec![failure], raw: true, ..details })
}

/// Where rows can go, with the second offer taken.
fn offers() -> Dialog {
    let mut prompt = Prompt::new("Copy a.jpg to", "s3://bucket/prefix/", "s3://media/", |_| Ok(()));
    let offer = |text: &str, note: &str, disabled: Option<&str>| Offer {
        text: text.into(),
        note: note.into(),
        begins: true,
        disabled: disabled.map(str::to_owned),
    };
    prompt.offer([
        offer("aws:", "aws", None),
        offer("archive:", "r2", Some("the connection archive is read-only")),
        offer("lab:", "minio", None),
    ]);
    for _ in 0..2 {
        prompt.on_action(Action::NextField);
    }
    Dialog::Prompt(prompt)
}

fn every_dialog() -> Vec<(&'static str, Dialog)> {
    vec![
        ("delete", delete()),
        ("typed_name", empty_bucket()),
        ("conflict", conflict()),
        ("prompt", new_prefix("2026/")),
        ("prompt_problem", new_prefix("2026//")),
        ("offers", offers()),
        ("picker", picker()),
        (
            "link_menu",
            Dialog::LinkMenu(LinkMenu::new(
                LinkSubject {
                    name: "IMG_0412.jpg".into(),
                    usual_life: "1 h".into(),
                    ..LinkSubject::default()
                },
                LinkReasons {
                    public_url: Some("no public domain is configured for media".into()),
                    ..LinkReasons::default()
                },
            )),
        ),
        ("failed_job", failed_job()),
    ]
}

#[test]
fn every_dialog_at_two_sizes() {
    for (name, dialog) in every_dialog() {
        assert_snapshot!(format!("{name}_80x24"), shown(&dialog, (80, 24)));
        assert_snapshot!(format!("{name}_40x10"), shown(&dialog, (40, 10)));
    }
}

#[test]
fn the_answers_of_a_question_are_seen_in_the_smallest_window() {
    let text = shown(&delete(), (40, 10));
    assert!(text.contains("[ Delete ]") && text.contains("▸[ Keep ]"), "{text}");
}

#[test]
fn no_is_what_stands_out() {
    let buffer = drawn(&delete(), (80, 24));
    let styles = Theme::default().styles;
    assert_eq!(style_of(&buffer, "[ Keep ]").bg, styles.button_focused.bg);
    assert_eq!(style_of(&buffer, "! The bucket").fg, styles.warning.fg);
    // What cannot be taken back is framed and written in the colour of danger.
    assert_eq!(style_of(&buffer, "[ Delete ]").fg, styles.danger.fg);
    assert_eq!(style_of(&buffer, "┌ Delete").fg, styles.danger.fg);
}

#[test]
fn a_question_without_danger_has_the_usual_frame() {
    let quiet = Dialog::Confirm(Confirm::new("Cancel the transfer", "Cancel it", "Keep going"));
    let buffer = drawn(&quiet, (80, 24));
    let styles = Theme::default().styles;
    assert_eq!(style_of(&buffer, "┌ Cancel").fg, styles.border_focused.fg);
    assert_eq!(style_of(&buffer, "[ Cancel it ]").fg, Some(Color::Reset));
}

#[test]
fn a_dialog_is_as_wide_as_its_text_up_to_the_screen() {
    let sentence = "a sentence that is longer than seventy-six cells goes on in the same line \
                    where the screen has room";
    let wide = Dialog::Confirm(Confirm::new("t", "y", "n").line(sentence));
    assert!(shown(&wide, (140, 24)).contains(sentence));
    assert!(!shown(&wide, (80, 24)).contains(sentence));
}

#[test]
fn a_link_can_be_selected_without_a_border_in_it() {
    let text = strip((80, 24));
    let joined: String = text.lines().map(|line| line.trim_matches('|').trim_end()).collect();
    assert!(joined.contains(&link_shown().text), "{text}");
    assert_snapshot!("link_shown_80x24", text);
    assert_snapshot!("link_shown_40x10", strip((40, 10)));
    for (width, height) in [(1, 1), (3, 2), (10, 4)] {
        strip((width, height));
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 96,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]
    #[test]
    fn no_size_breaks_a_dialog(width in 1_u16..140, height in 1_u16..50) {
        for (_, dialog) in every_dialog() {
            let theme = Theme::default().ascii().without_color();
            painted((width, height), &theme, |paint| draw_dialog(paint, &dialog, &session()));
        }
    }
}

fn unfinished() -> Dialog {
    let now = Timestamp::from_second(1_790_000_000).unwrap();
    let mut list = Uploads::new(Bucket::new("media"), Provider::R2, now);
    let rows = [
        ("photos/2026/raw-film-of-a-long-evening.mov", 24 * 9, UploadOwner::Unknown),
        ("backups/home.tar.zst", 30, UploadOwner::Left),
        ("site/a\u{1b}[2Jb.bin", 1, UploadOwner::Queued),
        ("video/clip.mp4", 2, UploadOwner::Unknown),
    ];
    let row = |(key, hours, owner)| {
        let object = ObjectAddress::new(Bucket::new("media"), Key::new(key));
        let since = Some(now - jiff::SignedDuration::from_hours(hours));
        let upload = UploadId(String::from(key));
        (UnfinishedUpload { object, upload, since, by: "alice".into() }, owner)
    };
    list.take(rows.into_iter().map(row).collect(), None).unwrap();
    let extent = UploadExtent { parts: 1204, bytes: 19 << 30, last: None };
    list.extents.insert(list.rows[0].upload.upload.clone(), Extent::Known(extent));
    list.extents.insert(list.rows[1].upload.upload.clone(), Extent::Asked);
    list.rows[0].marked = true;
    Dialog::Uploads(Box::new(list))
}

#[test]
fn unfinished_uploads_are_shown_with_what_is_known_of_them() {
    assert_snapshot!("uploads_120x40", shown(&unfinished(), (120, 40)));
    assert_snapshot!("uploads_80x24", shown(&unfinished(), (80, 24)));
    assert_snapshot!("uploads_40x10", shown(&unfinished(), (40, 10)));
}
