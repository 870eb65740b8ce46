//! The panes and bars in the main situations, at three sizes.

use std::sync::Arc;

use insta::assert_snapshot;
use ratatui::style::{Color, Modifier};
use windlass::app::effect::{Request, StorageRequest};
use windlass::app::event::Answer;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::jurisdiction::Jurisdiction;
use windlass::domain::listing::{Class, ContinuationToken, FoundRows, ListedPage, Page};
use windlass::domain::object::BucketEntry;
use windlass::ui::theme::Theme;

use crate::screens::situation::{Situation, account, buckets, photos};
use crate::support::screen::{picture, place_of, style_of};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (40, 10)];

/// The picture of a situation at three sizes, each reached by the same steps.
pub fn assert_pictures(name: &str, reach: impl Fn((u16, u16)) -> Situation) {
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
            Request::Storage(StorageRequest::ListPage { token: None, .. }) => {
                Some(Ok(Answer::Page(photos(Some("next")))))
            }
            Request::Storage(StorageRequest::ListPage { .. }) => None,
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
        situation.answer(|_| Some(Err(failing(ErrorKind::AccessDenied, "ListBuckets", ""))));
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
            Some(Ok(Answer::Buckets(entries.into())))
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
    assert_eq!(style_of(&buffer, "INSECURE").fg, Theme::default().styles.bad.fg);
}

/// What a search for photos has found below the prefix so far.
fn found(done: bool) -> FoundRows {
    let mut page = Page::default();
    let time = "2026-09-20T14:02:00Z".parse().ok();
    for (name, size) in [
        ("edited/IMG_0412.jpg", 1_299_161),
        (
            "edited/prints/large/IMG_0412 for the wall in the kitchen, two metres wide.jpg",
            91_264_512,
        ),
        ("IMG_0412.jpg", 4_299_161),
        ("raw/\u{202e}gpj.jpg", 12),
    ] {
        page.push_object(name, size, time, Class::Standard);
    }
    let behind = (!done).then(|| ContinuationToken("t".into()));
    FoundRows { page: Arc::new(page), looked_at: 12_340, behind, done, index: None }
}

fn search(size: (u16, u16), answer: FoundRows) -> Situation {
    let mut situation = Situation::browsing(size);
    situation.press("f * . j p g enter");
    situation.answer_once(|request| match request {
        Request::Storage(StorageRequest::Find { .. }) => Some(Ok(Answer::Found(answer.clone()))),
        _ => None,
    });
    situation
}

#[test]
fn a_search_that_goes_on() {
    assert_pictures("finding", |size| search(size, found(false)));
}

#[test]
fn a_search_that_was_stopped() {
    assert_pictures("finding_stopped", |size| {
        let mut situation = search(size, found(false));
        situation.press("esc");
        situation
    });
}

#[test]
fn a_search_that_found_nothing() {
    assert_pictures("finding_nothing", |size| {
        search(size, FoundRows { page: Arc::default(), ..found(true) })
    });
}

#[test]
fn what_is_to_be_found() {
    assert_pictures("finding_asked", |size| {
        let mut situation = Situation::browsing(size);
        situation.press("f * . j p g space s i z e >");
        situation
    });
}

/// Sizes below the prefix, all counted.
fn sizes(size: (u16, u16)) -> Situation {
    let mut situation = Situation::browsing(size);
    situation.press("w");
    let mut page = Page::default();
    let time = "2026-09-20T14:02:00Z".parse().ok();
    for (name, size) in [
        ("IMG_0412.jpg", 4_299_161),
        ("clips/2025/one of the longest names that anybody has ever given to a film.mp4", 1 << 31),
        ("clips/holiday.mp4", 734_003_200),
        ("raw/\u{202e}gpj.nef", 91_264_512),
    ] {
        page.push_object(name, size, time, Class::Standard);
    }
    let page = Arc::new(page);
    for (page, done) in [(page, false), (Arc::default(), true)] {
        situation.answer_once(|request| match request {
            Request::Storage(StorageRequest::Walk { .. }) => {
                Some(Ok(Answer::Walked { page: Arc::clone(&page), done }))
            }
            _ => None,
        });
    }
    situation
}

#[test]
fn sizes_of_a_level() {
    assert_pictures("sizes", sizes);
}

#[test]
fn sizes_by_class_age_and_size() {
    assert_pictures("sizes_summary", |size| {
        let mut situation = sizes(size);
        situation.press("tab");
        situation
    });
}

#[test]
fn a_listing_that_failed() {
    assert_pictures("failed", |size| {
        let mut situation = Situation::at("s3://gone/", size);
        situation.answer(|request| match request {
            Request::Storage(StorageRequest::ListPage { .. }) => {
                Some(Err(failing(ErrorKind::NoSuchBucket, "ListObjectsV2", "s3://gone/")))
            }
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
    let styles = Theme::default().styles;
    assert_eq!(style_of(&buffer, "✔").fg, styles.mark.fg);
    assert_eq!(style_of(&buffer, "edited/").fg, styles.prefix.fg);
    assert_eq!(style_of(&buffer, "4.0 MiB").fg, Some(Color::Reset));
    assert_eq!(style_of(&buffer, "2026-09-20 14:03").fg, styles.date.fg);
    assert_eq!(style_of(&buffer, "2 Objects").fg, styles.title_focused.fg);
    assert_eq!(style_of(&buffer, "┌ 1 Buckets").fg, styles.border.fg);
    assert_eq!(style_of(&buffer, "IMG_0413.jpg").fg, styles.image.fg);
}

#[test]
fn the_row_of_the_cursor_has_one_tint_whatever_stands_in_it() {
    let mut situation = Situation::browsing((80, 24));
    situation.press("space k");
    let buffer = situation.painted(&Theme::default());
    let (x, y) = place_of(&buffer, "edited/");
    let styles: Vec<_> = (x - 2..79).map(|x| buffer[(x, y)].style()).collect();
    assert!(styles.iter().all(|style| style == &styles[0]), "{styles:?}");
    assert_eq!(styles[0].bg, Theme::default().styles.cursor.bg);
}

#[test]
fn neighbouring_panes_share_one_line() {
    for size in SIZES {
        for theme in [Theme::default(), Theme::default().ascii()] {
            let mut situation = Situation::browsing(size);
            situation.press("G k k p");
            situation.answer(account);
            situation.press("t 2");
            let text = picture(&situation.painted(&theme));
            assert!(!text.contains("││") && !text.contains("┐┌") && !text.contains("┘└"), "{text}");
        }
    }
}

#[test]
fn classes_have_a_column_only_where_one_is_not_the_standard_one() {
    let of = |class| {
        let mut situation = Situation::at("s3://media/photos/2026/", (140, 40));
        situation.answer(|request| match request {
            Request::Storage(StorageRequest::ListPage { .. }) => {
                let mut page = Page::default();
                page.push_object("a.jpg", 1, None, Class::Standard);
                page.push_object("b.jpg", 1, None, class);
                Some(Ok(Answer::Page(ListedPage { page: Arc::new(page), next: None })))
            }
            other => account(other),
        });
        picture(&situation.painted(&Theme::default()))
    };
    assert!(!of(Class::Standard).contains("standard"));
    assert!(!of(Class::Unknown).contains("Class"));
    let mixed = of(Class::Glacier);
    assert!(mixed.contains("standard") && mixed.contains("glacier"), "{mixed}");
}

#[test]
fn icons_stand_before_names_where_they_are_wanted_and_never_in_ascii() {
    let situation = Situation::browsing((80, 24));
    let icons = |theme: &Theme| {
        let text = picture(&situation.painted(theme));
        (text.contains("\u{f07b} edited/"), text.contains("\u{f1c5} IMG_0412.jpg"))
    };
    assert_eq!(icons(&Theme::default()), (false, false));
    assert_eq!(icons(&Theme::default().with_icons(true)), (true, true));
    assert_eq!(icons(&Theme::default().with_icons(true).ascii()), (false, false));
}

#[test]
fn a_pane_of_buckets_shows_the_days_of_creation_where_it_has_room() {
    let at = |size| {
        let mut situation = Situation::at("s3://", size);
        situation.answer(|_| {
            let entries = buckets()
                .into_iter()
                .map(|entry| BucketEntry { created: "2024-05-06T07:08:09Z".parse().ok(), ..entry });
            Some(Ok(Answer::Buckets(entries.collect::<Vec<_>>().into())))
        });
        picture(&situation.painted(&Theme::default()))
    };
    assert!(at((120, 40)).contains("site-assets  2024-05-06"));
    assert!(!at((80, 24)).contains("2024-05-06"));
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
    let found = Theme::default().styles.found.fg;
    assert_eq!(style_of(&buffer, "413.jpg").fg, found);
    assert!(style_of(&buffer, "413.jpg").add_modifier.contains(Modifier::UNDERLINED));
    assert_ne!(style_of(&buffer, "IMG_0413").fg, found);
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
