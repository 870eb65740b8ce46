//! Filter and sort.

use windlass::app::effect::{Effect, MachineRequest, Request};
use windlass::app::event::Answer;
use windlass::domain::arrange::{Order, SortBy};

use crate::support::app::{App, numbered_page, page};

const NAMES: [&str; 4] = ["a.jpg", "b.txt", "c.jpg", "d/"];

#[test]
fn the_filter_works_while_it_is_typed() {
    let mut app = App::with_rows(&NAMES);
    app.keys("/").typed("jp");
    assert_eq!(app.names(), ["a.jpg", "c.jpg"]);
    app.keys("backspace backspace");
    assert_eq!(app.names().len(), 4);
    app.typed("q jpg");
    assert_eq!(app.names(), [""; 0], "q and a space are text");
}

#[test]
fn enter_keeps_the_filter_and_escape_ends_it() {
    let mut app = App::with_rows(&NAMES);
    app.keys("/").typed("jpg").keys("enter j");
    assert_eq!(app.cursor(), "c.jpg");
    app.keys("esc");
    assert_eq!(app.names().len(), 4);
    assert_eq!(app.cursor(), "c.jpg", "the cursor stays on its key");
    app.keys("/").typed("txt").keys("esc");
    assert_eq!(app.names().len(), 4);
}

#[test]
fn a_filter_keeps_the_cursor_on_its_key_even_after_a_jump_to_the_end() {
    let mut app = App::at("s3://media/");
    app.reply(page(&["a.jpg", "b.jpg"], Some("t1")));
    app.keys("G /").typed("jpg");
    app.reply(page(&["c.jpg"], None));
    assert_eq!(app.cursor(), "b.jpg");
}

#[test]
fn the_cursor_moves_while_the_filter_is_typed() {
    let mut app = App::with_rows(&NAMES);
    app.keys("/").typed("jpg").keys("down");
    assert_eq!(app.cursor(), "c.jpg");
    assert!(app.state.parts.objects.browse.typing.is_some());
}

#[test]
fn a_filter_holds_for_pages_that_arrive_later_and_not_for_other_places() {
    let mut app = App::at("s3://media/");
    app.reply(page(&["a.jpg"], Some("t1")));
    app.keys("/").typed("jpg").keys("enter");
    app.reply(page(&["b.txt", "c.jpg", "d.jpg/"], None));
    assert_eq!(app.names(), ["d.jpg/", "a.jpg", "c.jpg"]);
    app.keys("g g l").reply(page(&["x.txt"], None));
    assert_eq!(app.names(), ["x.txt"]);
}

#[test]
fn the_menu_sorts_both_ways_and_prefixes_stay_first() {
    let mut app = App::with_rows(&NAMES);
    app.keys("s S");
    assert_eq!(app.names(), ["d/", "c.jpg", "b.txt", "a.jpg"]);
    assert_eq!(app.state.parts.objects.browse.rows.arrangement().sort, SortBy::Size);
    app.keys("s m");
    assert_eq!(app.names(), ["d/", "c.jpg", "b.txt", "a.jpg"]);
    app.keys("s N");
    assert_eq!(app.names(), ["d/", "c.jpg", "b.txt", "a.jpg"]);
    app.keys("s n");
    assert_eq!(app.names(), ["d/", "a.jpg", "b.txt", "c.jpg"]);
    app.keys("s esc");
    assert_eq!(app.names(), ["d/", "a.jpg", "b.txt", "c.jpg"]);
}

#[test]
fn a_filter_loads_every_page() {
    let mut app = App::at("s3://media/");
    for number in 0..10 {
        let next = format!("t{number}");
        app.reply(numbered_page(number * 1000, 1000, Some(&next)));
    }
    app.keys("/").typed("7");
    app.reply(numbered_page(10_000, 1000, Some("u0")));
    app.reply(numbered_page(11_000, 1000, None));
    assert!(app.names().contains(&"0011997"));
}

fn many() -> App {
    let mut app = App::at("s3://media/");
    for number in 0..30 {
        let next = (number < 29).then(|| format!("t{number}"));
        if number == 10 {
            app.keys("G");
        }
        app.reply(numbered_page(number * 1000, 1000, next.as_deref()));
    }
    app.keys("g g").effects();
    app
}

#[test]
fn many_rows_are_arranged_off_the_loop_and_the_earlier_order_is_shown_meanwhile() {
    let mut app = many();
    app.keys("/").typed("99");
    assert_eq!(app.names().len(), 30_000);
    let effects = app.effects();
    assert!(matches!(
        &effects[..],
        [
            Effect::Request {
                ticket: first,
                request: Request::Machine(MachineRequest::Arrange { .. }),
                ..
            },
            Effect::Abandon(abandoned),
            Effect::Request { request: Request::Machine(MachineRequest::Arrange { .. }), .. },
        ] if first == abandoned
    ));
    app.arrange();
    assert!(app.names().iter().all(|name| name.contains("99")));
    let expected = (0..30_000).filter(|number| format!("{number:07}").contains("99")).count();
    assert_eq!(app.names().len(), expected);
    app.keys("esc");
    assert_eq!(app.names().len(), 30_000);
    assert_eq!(app.requests(), [], "ending a filter computes nothing");
}

#[test]
fn an_arrangement_that_was_superseded_is_dropped() {
    let mut app = many();
    app.keys("/").typed("9");
    let late = app.last_ticket();
    app.typed("8");
    app.reply_to(late, Ok(Answer::Arranged(Order::default())));
    assert_eq!(app.names().len(), 30_000);
    app.arrange();
    assert!(app.names().iter().all(|name| name.contains("98")));
}

#[test]
fn rows_that_arrive_under_a_sort_are_arranged_many_at_once() {
    let mut app = many();
    app.keys("s S").arrange();
    app.keys("R").effects();
    let mut arrangements = 0;
    for number in 0..100 {
        let next = (number < 99).then(|| format!("n{number}"));
        app.reply(numbered_page(number * 1000, 1000, next.as_deref()));
        while app
            .waiting()
            .iter()
            .any(|(_, request)| matches!(request, Request::Machine(MachineRequest::Arrange { .. })))
        {
            app.arrange();
            arrangements += 1;
        }
    }
    assert!((1..12).contains(&arrangements), "{arrangements}");
    assert_eq!(app.names().len(), 100_000, "the last rows are shown as well");
    assert!(!app.state.parts.objects.browse.is_moving());
}

#[test]
fn a_listing_that_is_stopped_under_a_sort_shows_all_that_came() {
    let mut app = many();
    app.keys("s S").arrange();
    app.keys("R").effects();
    for number in 0..41 {
        app.reply(numbered_page(number * 1000, 1000, Some(&format!("n{number}"))));
        if app
            .waiting()
            .iter()
            .any(|(_, request)| matches!(request, Request::Machine(MachineRequest::Arrange { .. })))
        {
            app.arrange();
        }
    }
    app.keys("esc");
    if app
        .waiting()
        .iter()
        .any(|(_, request)| matches!(request, Request::Machine(MachineRequest::Arrange { .. })))
    {
        app.arrange();
    }
    assert_eq!(app.names().len(), app.state.parts.objects.browse.rows.listing().len());
}

#[test]
fn a_sort_shows_the_top_unless_somebody_moved_the_cursor() {
    let mut app = App::with_rows(&["a", "b", "c"]);
    app.keys("s S");
    assert_eq!((app.names(), app.cursor()), (vec!["c", "b", "a"], "c"));
    app.keys("j s n");
    assert_eq!(app.cursor(), "b", "it stays on the row it was moved to");
    app.keys("g g s S");
    assert_eq!(app.cursor(), "c", "g g is no row but the top");
}

#[test]
fn the_top_is_asked_for_while_the_order_is_on_its_way() {
    let mut app = many();
    app.keys("j j s S g g").arrange();
    assert_eq!(app.state.parts.objects.browse.list.cursor, 0);
    assert_eq!(app.cursor(), "0000999");
    app.keys("s n j s S").arrange();
    assert_eq!(app.cursor(), "0000001");
}
