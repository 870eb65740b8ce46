//! Panes, mouse, size, toasts, overlays, quitting.

use std::sync::Arc;

use windlass::app::effect::Effect;
use windlass::app::event::{Answer, ClipboardOutcome, Event, MouseKind};
use windlass::app::overlays::Overlay;
use windlass::app::overlays::guide::PAGES;
use windlass::app::scope::Pane;
use windlass::domain::listing::Page;

use crate::support::app::App;

#[test]
fn tab_and_numbers_move_between_panes() {
    let mut app = App::with_rows(&["a"]);
    app.keys("1");
    assert_eq!(app.state.focus, Pane::Buckets);
    app.keys("tab");
    assert_eq!(app.state.focus, Pane::Objects);
    app.keys("tab");
    assert_eq!(app.state.focus, Pane::Buckets, "what is not shown is passed over");
    app.keys("t");
    assert_eq!(app.state.focus, Pane::Transfers);
    app.keys("shift-tab");
    assert_eq!(app.state.focus, Pane::Objects);
}

#[test]
fn the_zoom_gives_a_pane_the_window_and_takes_it_back() {
    let mut app = App::with_rows(&["a"]);
    app.keys("+");
    assert_eq!(app.state.areas.pane(Pane::Objects).width, 80);
    app.keys("_");
    assert_eq!(app.state.areas.pane(Pane::Objects).width, 63);
    app.keys("+ esc");
    assert_eq!(app.state.areas.pane(Pane::Objects).width, 63);
}

#[test]
fn a_click_selects_and_a_second_one_opens() {
    let mut app = App::with_rows(&["a/", "b/", "c"]);
    app.keys("1");
    let rows = app.state.areas.content(Pane::Objects);
    app.click(rows.x + 3, rows.y + 1);
    assert_eq!((app.state.focus, app.cursor()), (Pane::Objects, "b/"));
    assert_eq!(app.location(), "s3://media/");
    app.click(rows.x + 3, rows.y + 1);
    assert_eq!(app.location(), "s3://media/b/");
    app.click(0, 23).click(200, 200);
}

#[test]
fn a_click_opens_a_bucket() {
    let mut app = App::with_rows(&["a"]);
    let rows = app.state.areas.pane(Pane::Buckets).inner();
    app.click(rows.x, rows.y);
    assert_eq!(app.location(), "s3://backups/");
}

#[test]
fn the_wheel_scrolls_the_pane_under_the_pointer() {
    let names: Vec<String> = (0..100).map(|number| format!("{number:03}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut app = App::with_rows(&names);
    app.keys("1");
    app.mouse(MouseKind::ScrollDown, 30, 5);
    assert_eq!(app.state.parts.objects.browse.list.offset, 3);
    assert_eq!(app.state.focus, Pane::Buckets);
}

#[test]
fn every_size_is_taken() {
    let mut app = App::with_rows(&["a", "b", "c/"]);
    for (width, height) in [(1, 1), (0, 0), (40, 10), (400, 120), (59, 14), (2, 30)] {
        app.event(Event::Resized { width, height });
        app.keys("j k G g g pgdn ctrl-u + _ 1 2 t 2");
        app.mouse(MouseKind::ScrollDown, 0, 0).click(0, 0).keys("2");
    }
    app.event(Event::Resized { width: 80, height: 24 });
    assert_eq!(app.state.areas.pane(Pane::Objects).width, 63);
}

#[test]
fn escape_never_quits_and_q_does() {
    let mut app = App::with_rows(&["a"]);
    app.keys("esc esc esc esc");
    assert!(!app.effects().contains(&Effect::Quit));
    app.keys("q");
    assert_eq!(app.effects(), [Effect::Quit]);
    app.keys("ctrl-c");
    assert_eq!(app.effects(), [Effect::Quit]);
}

#[test]
fn a_toast_goes_away_by_itself_and_ticks_end_with_it() {
    let mut app = App::with_rows(&["a"]);
    assert!(!app.state.wants_tick(), "idle is idle");
    app.event(Event::Clipboard(ClipboardOutcome::Sent));
    assert!(app.toast().contains("sent"));
    assert!(app.state.wants_tick());
    app.wait(60);
    assert_eq!(app.toast(), "");
    assert!(!app.state.wants_tick());
}

#[test]
fn an_action_that_cannot_be_done_says_why() {
    let mut app = App::at("s3://");
    app.keys("2 i");
    assert_eq!(app.toast(), "details: open a bucket first");
}

#[test]
fn the_help_lies_over_whatever_has_no_text_field_and_gives_it_back() {
    for keys in ["u", "D", "s", "Y", "B", "E", "X", "g c", "V", "w", "b", "P", "$", "g y"] {
        for key in ["?", "f1"] {
            let mut app = App::with_rows(&["a"]);
            app.keys(keys);
            let before = (app.state.scopes(), app.waiting().len());
            app.keys(key);
            assert!(app.state.parts.help.is_some(), "{keys} {key}");
            // No answer is given from here.
            app.keys("enter").keys(key);
            assert!(app.state.parts.help.is_none(), "{keys} {key}");
            assert_eq!((app.state.scopes(), app.waiting().len()), before, "{keys} {key}");
        }
    }
}

#[test]
fn the_help_of_a_question_gives_no_answer() {
    let mut app = App::with_rows(&["a"]);
    app.keys("D").effects();
    app.keys("? enter enter y");
    assert!(app.state.dialog().is_some() && app.requests().is_empty());
    app.keys("esc");
    assert!(app.state.dialog().is_some() && app.state.parts.help.is_none());
}

#[test]
fn where_not_all_keys_have_room_the_help_is_named() {
    let mut app = App::with_rows(&["a"]);
    app.keys("u");
    let footer = |app: &App| app.picture().lines().last().unwrap_or_default().to_owned();
    assert!(footer(&app).contains("? help"), "{}", footer(&app));
    app.keys("?");
    assert!(app.picture().contains("Mark the unmarked rows"), "{}", app.picture());
    assert!(!app.picture().contains("Answer yes"), "{}", app.picture());
    app.keys("esc esc D");
    assert!(!footer(&app).contains("help"), "{}", footer(&app));
}

#[test]
fn answers_reach_what_lies_below_the_help() {
    let mut app = App::with_rows(&["a"]);
    app.keys("w ?");
    let all = Ok(Answer::Walked { page: Arc::new(Page::default()), done: true });
    app.reply(all).keys("?");
    assert!(app.waiting().is_empty());
    assert!(app.picture().contains("there is nothing here"), "{}", app.picture());
}

#[test]
fn help_palette_and_events_open_over_everything_and_close() {
    let mut app = App::with_rows(&["a"]);
    app.keys("?");
    assert!(app.state.parts.help.is_some());
    app.keys("esc E");
    assert!(matches!(app.state.parts.overlay, Some(Overlay::Events(_))));
    app.keys("esc :").typed("zoom").keys("enter");
    assert!(app.state.parts.overlay.is_none());
    assert!(app.state.zoomed && app.state.parts.help.is_none());
    app.keys(":").typed("s3://backups/x/").keys("enter");
    assert_eq!(app.location(), "s3://backups/x/");
}

#[test]
fn the_guide_is_read_page_by_page() {
    let mut app = App::with_rows(&["a"]);
    app.keys("g ? j enter j j");
    let Some(Overlay::Guide(guide)) = &app.state.parts.overlay else { panic!("no guide") };
    let page = guide.page.as_ref().expect("a page");
    assert_eq!((page.topic.name, page.scroll), (PAGES[1].name, 2));
    app.keys("G j");
    let Some(Overlay::Guide(guide)) = &app.state.parts.overlay else { panic!("no guide") };
    let page = guide.page.as_ref().expect("a page");
    assert_eq!(page.scroll + 1, page.len(), "it stops at the last line");
    app.keys("esc");
    assert!(app.state.parts.overlay.is_some(), "back in the list of pages");
    app.keys("esc");
    assert!(app.state.parts.overlay.is_none());
}

#[test]
fn ctrl_z_suspends_even_in_a_text_field() {
    let mut app = App::with_rows(&["a"]);
    app.keys("/ ctrl-z");
    assert_eq!(app.effects(), [Effect::Suspend]);
    app.event(Event::Resumed);
    assert_eq!(app.effects(), [Effect::Redraw]);
}
