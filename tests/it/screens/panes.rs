//! The panes and bars in the main situations, at three sizes.

use insta::assert_snapshot;
use ratatui::style::{Color, Modifier};
use windlass::app::effect::Request;
use windlass::app::event::Reply;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::jurisdiction::Jurisdiction;
use windlass::domain::object::BucketEntry;
use windlass::ui::theme::Theme;

use crate::screens::situation::{Situation, account, buckets, photos};
use crate::support::screen::{picture, style_of};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (40, 10)];

/// The picture of a situation at three sizes, each reached by the same steps.
fn assert_pictures(name: &str, reach: impl Fn((u16, u16)) -> Situation) {
    for size in SIZES {
        let buffer = reach(size).painted(&Theme::default());
        assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), picture(&buffer));
    }
}

fn failing(kind: ErrorKind, operation: &str, place: &str) -> Error {
    Error { status: Some(403), ..Error::new(kind, operation, place).detail("Access Denied") }
}

#[test]
fn before_anything_has_come() {
    assert_pictures("starting", |size| Situation::at("s3://", size));
}

#[test]
fn buckets_and_no_bucket_open() {
    assert_pictures("buckets", |size| {
        let mut situation = Situation::at("s3://", size);
        situation.answer(account);
        situation
    });
}

#[test]
fn objects_with_marks() {
    assert_pictures("marks", |size| {
        let mut situation = Situation::browsing(size);
        situation.press("j space space space");
        situation
    });
}

#[test]
fn a_filter_and_a_sort() {
    assert_pictures("filter", |size| {
        let mut situation = Situation::browsing(size);
        situation.press("/ j p");
        situation
    });
}

#[test]
fn a_listing_that_still_comes() {
    assert_pictures("streaming", |size| {
        let mut situation = Situation::at("s3://media/photos/2026/", size);
        situation.answer(|request| match request {
            Request::ListPage { token: None, .. } => Some(Reply::Page(Ok(photos(Some("next"))))),
            Request::ListPage { .. } => None,
            other => account(other),
        });
        situation.press("2");
        situation
    });
}

#[test]
fn keys_that_may_not_list_buckets() {
    assert_pictures("denied", |size| {
        let mut situation = Situation::at("s3://", size);
        situation.answer(|_| {
            Some(Reply::Buckets(Err(failing(ErrorKind::AccessDenied, "ListBuckets", ""))))
        });
        situation
    });
}

#[test]
fn buckets_of_other_jurisdictions_say_which() {
    assert_pictures("jurisdictions", |size| {
        let mut situation = Situation::at("s3://", size);
        situation.answer(|_| {
            let mut entries = buckets();
            let eu = |name: &str| BucketEntry {
                jurisdiction: Jurisdiction::Eu,
                ..BucketEntry::named(name)
            };
            entries.extend([eu("media@eu"), eu("an-archive-with-a-long-name")]);
            Some(Reply::Buckets(Ok(entries.into())))
        });
        situation
    });
}

#[test]
fn an_unchecked_connection_has_a_red_mark() {
    let mut situation = Situation::at("s3://", (80, 24));
    let connection = &mut situation.state.session.connections[0];
    connection.endpoint = Some("https://lab.test".to_owned());
    connection.network.insecure = true;
    let buffer = situation.painted(&Theme::default());
    assert!(picture(&buffer).lines().next().unwrap().contains("INSECURE"));
    assert_eq!(style_of(&buffer, "INSECURE").fg, Some(Color::Red));
}

#[test]
fn a_listing_that_failed() {
    assert_pictures("failed", |size| {
        let mut situation = Situation::at("s3://gone/", size);
        situation.answer(|request| match request {
            Request::ListPage { .. } => Some(Reply::Page(Err(failing(
                ErrorKind::NoSuchBucket,
                "ListObjectsV2",
                "s3://gone/",
            )))),
            other => account(other),
        });
        situation.press("2");
        situation
    });
}

#[test]
fn a_prefix_without_objects() {
    assert_pictures("empty", |size| {
        let mut situation = Situation::at("s3://backups/", size);
        situation.answer(account);
        situation.press("2");
        situation
    });
}

#[test]
fn a_preview_and_details_beside_the_objects() {
    for (name, key) in [("preview", "p"), ("details", "i")] {
        assert_pictures(name, |size| {
            let mut situation = Situation::browsing(size);
            situation.press("G");
            situation.press("k k");
            situation.press(key);
            situation.answer(account);
            situation
        });
    }
}

#[test]
fn the_cursor_marks_and_prefixes_have_their_colours() {
    let mut situation = Situation::browsing((80, 24));
    situation.press("j space");
    let buffer = situation.painted(&Theme::default());
    let cursor = style_of(&buffer, "IMG_0412.jpg");
    assert!(cursor.add_modifier.contains(Modifier::REVERSED | Modifier::BOLD));
    assert_eq!(style_of(&buffer, "✔").fg, Some(Color::Yellow));
    assert_eq!(style_of(&buffer, "edited/").fg, Some(Color::Blue));
    assert_eq!(style_of(&buffer, "4.0 MiB").fg, Some(Color::DarkGray));
    assert_eq!(style_of(&buffer, "2 Objects").fg, Some(Color::Cyan));
    assert_eq!(style_of(&buffer, "┌ 1 Buckets").fg, Some(Color::DarkGray));
}

#[test]
fn without_colour_and_in_ascii_everything_can_still_be_told_apart() {
    let mut situation = Situation::browsing((80, 24));
    situation.press("j space");
    let buffer = situation.painted(&Theme::default().ascii().without_color());
    assert_snapshot!("ascii_80x24", picture(&buffer));
    let coloured = buffer
        .content
        .iter()
        .filter(|cell| !matches!(cell.fg, Color::Reset) || !matches!(cell.bg, Color::Reset));
    assert_eq!(coloured.count(), 0);
}

#[test]
fn no_byte_of_remote_text_reaches_a_cell_raw() {
    let buffer = Situation::browsing((120, 40)).painted(&Theme::default());
    for cell in &buffer.content {
        let hostile = |c: char| {
            c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{200b}'..='\u{200f}')
        };
        assert!(!cell.symbol().contains(hostile), "{:?}", cell.symbol());
    }
    assert!(picture(&buffer).contains("invoice⟨U+202E⟩gpj.exe"));
    assert!(picture(&buffer).contains("tab␉here␛[2J.txt"));
}

#[test]
fn what_a_filter_found_stands_out_in_the_name() {
    let mut situation = Situation::browsing((80, 24));
    situation.press("/ 4 1 3 enter 1");
    let buffer = situation.painted(&Theme::default());
    assert_eq!(style_of(&buffer, "413.jpg").fg, Some(Color::Yellow));
    assert!(style_of(&buffer, "413.jpg").add_modifier.contains(Modifier::UNDERLINED));
    assert_ne!(style_of(&buffer, "IMG_0413").fg, Some(Color::Yellow));
}

#[test]
fn tabs_are_counted_before_the_place() {
    assert_pictures("tabs", |size| {
        let mut situation = Situation::browsing(size);
        situation.press("T");
        situation.answer(account);
        situation.press("T g t");
        situation
    });
}
