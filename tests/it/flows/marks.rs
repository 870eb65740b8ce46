//! Marks: one, a range, all, inverted, with their count and bytes.

use windlass::domain::transfer::Target;

use crate::support::app::{App, numbered_page, page};

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e/"];

#[test]
fn space_marks_and_moves_down() {
    let mut app = App::with_rows(&NAMES);
    app.keys("space space");
    assert_eq!(app.marked(), ["a", "e/"]);
    assert_eq!(app.cursor(), "b");
    let marks = &app.state.parts.objects.browse.marking.marks;
    assert_eq!((marks.len(), marks.prefixes(), marks.bytes()), (2, 1, 1));
    app.keys("k space");
    assert_eq!(app.marked(), ["e/"]);
}

#[test]
fn a_range_follows_the_cursor_both_ways() {
    let mut app = App::with_rows(&NAMES);
    app.keys("j j v j j");
    assert_eq!(app.marked(), ["b", "c", "d"]);
    app.keys("k k k");
    assert_eq!(app.marked(), ["a", "b"]);
    app.keys("v j j j");
    assert_eq!(app.marked(), ["a", "b"]);
}

#[test]
fn a_range_that_shrinks_leaves_earlier_marks() {
    let mut app = App::with_rows(&NAMES);
    app.keys("G space g g v G k k");
    assert_eq!(app.marked(), ["a", "b", "d", "e/"]);
}

#[test]
fn all_marks_what_is_shown_and_again_unmarks_it() {
    let mut app = App::with_rows(&NAMES);
    app.keys("ctrl-a");
    assert_eq!(app.marked(), NAMES);
    app.keys("ctrl-a");
    assert_eq!(app.marked(), [""; 0]);
    app.keys("/").typed("b").keys("enter ctrl-a esc");
    assert_eq!(app.marked(), ["b"]);
}

#[test]
fn all_includes_rows_that_still_arrive() {
    let mut app = App::at("s3://media/");
    app.reply(page(&["a"], Some("t1")));
    app.keys("ctrl-a").reply(page(&["b", "c/"], None));
    assert_eq!(app.marked(), ["a", "b", "c/"]);
}

#[test]
fn all_loads_every_page() {
    let mut app = App::at("s3://media/");
    for number in 0..10 {
        let next = format!("t{number}");
        app.reply(numbered_page(number * 1000, 1000, Some(&next)));
    }
    app.keys("ctrl-a").reply(numbered_page(10_000, 10, None));
    assert_eq!(app.state.parts.objects.browse.marking.marks.len(), 10_010);
}

#[test]
fn inverted_marks_are_what_was_not_marked() {
    let mut app = App::with_rows(&NAMES);
    app.keys("space *");
    assert_eq!(app.marked(), ["a", "b", "c", "d"]);
}

#[test]
fn escape_drops_the_marks_last() {
    let mut app = App::with_rows(&NAMES);
    app.keys("space /").typed("a").keys("enter esc");
    assert_eq!(app.marked(), ["e/"], "the filter goes first");
    app.keys("esc");
    assert_eq!(app.marked(), [""; 0]);
    app.keys("esc esc esc");
    assert_eq!(app.location(), "s3://media/");
}

#[test]
fn marks_win_over_the_cursor() {
    let mut app = App::with_rows(&NAMES);
    assert_eq!(app.state.parts.objects.browse.targets(), [Target::Prefix("e/".into())]);
    app.keys("j space G");
    assert_eq!(app.state.parts.objects.browse.targets(), [Target::Object("a".into())]);
    let sum = app.state.parts.objects.browse.meant().sum();
    assert_eq!((sum.objects, sum.prefixes, sum.bytes), (1, 0, 1));
}

#[test]
fn marks_do_not_follow_to_another_place() {
    let mut app = App::with_rows(&NAMES);
    app.keys("j space g g l").reply(page(&["x"], None));
    assert_eq!(app.marked(), [""; 0]);
}

#[test]
fn a_range_over_many_rows_is_drawn_and_taken_back_at_once() {
    let mut app = App::at("s3://media/");
    app.reply(numbered_page(0, 5000, None));
    app.keys("j space j v G");
    assert_eq!(app.marked().len(), 4998);
    app.keys("g g");
    assert_eq!(app.marked(), ["0000000", "0000001", "0000002", "0000003"]);
    let marks = &app.state.parts.objects.browse.marking.marks;
    assert_eq!((marks.len(), marks.prefixes()), (4, 0));
}

#[test]
fn a_range_in_a_sorted_listing_follows_what_is_shown() {
    let mut app = App::at("s3://media/");
    app.reply(numbered_page(0, 3000, None));
    app.keys("s N g g v j j");
    assert_eq!(app.marked(), ["0002997", "0002998", "0002999"]);
}
