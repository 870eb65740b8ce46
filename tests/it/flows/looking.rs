//! The inside of an object: one scrolls, searches, unfolds, walks an archive, and copies from it.

use std::io::Write as _;

use windlass::app::effect::{Effect, Request};
use windlass::app::event::{Answer, Event};
use windlass::app::scope::Pane;
use windlass::app::screens::preview::{Preview, PreviewBody};
use windlass::app::screens::side::fetched::Fetched;
use windlass::domain::contents::Traffic;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::object::ObjectAddress;
use windlass::domain::object_view::{
    LookRequest, LookStep, Seen, SeenPart, TextPlace, ViewBody, ViewForm,
};
use windlass::domain::text_window::TextWindow;

use crate::support::app::App;
use crate::support::inside::{look, opened, part, seen, view_of};

fn object(key: &str) -> ObjectAddress {
    ObjectAddress::new("media".into(), key.into())
}

/// The preview of an object with these bytes, in a window of its own.
fn shown(name: &str, bytes: &[u8]) -> App {
    let mut app = App::with_rows(&[name]);
    app.keys("p").reply(opened(name, bytes));
    app.effects();
    app
}

fn preview(app: &App) -> &Preview {
    match &app.state.parts.side.looking.preview {
        Fetched::Ready(preview) => preview,
        other => panic!("{other:?}"),
    }
}

fn wanted(app: &mut App) -> Vec<(Option<String>, LookStep)> {
    let looks = app.requests().into_iter().map(|request| match request {
        Request::Look(LookRequest { member, wanted, .. }) => (member, wanted),
        other => panic!("{other:?}"),
    });
    looks.collect()
}

fn open(form: ViewForm) -> LookStep {
    LookStep::Open { form, glance: false }
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Of a log of a gigabyte, lines of 10 bytes around one.
fn window(around: u64) -> TextWindow {
    let text = "123456789\n".repeat(2_000);
    let ViewBody::Text(mut window) = view_of("a.log", text.as_bytes(), ViewForm::Text).body else {
        panic!("no text")
    };
    let size = 1 << 30;
    let start = around.saturating_sub(10_000).min(size - 20_000) / 10 * 10;
    for line in &mut window.lines {
        line.at += start;
    }
    let end = if around >= size { size } else { start + 20_000 };
    (window.start, window.end, window.size) = (start, end, size);
    window.number = (start == 0).then_some(0);
    window
}

fn log() -> App {
    let mut view = view_of("a.log", b"x\n", ViewForm::Text);
    (view.body, view.size) = (ViewBody::Text(window(0)), 1 << 30);
    let mut app = App::with_rows(&["a.log"]);
    app.event(Event::Resized { width: 80, height: 24 });
    app.keys("p").reply(seen(view, 65_536));
    app.effects();
    app
}

#[test]
fn a_tree_is_unfolded_and_its_values_are_copied() {
    let json = br#"{"users":[{"name":"Ada","tags":["a","b"]}],"n":null}"#;
    let mut app = shown("a.json", json);
    app.keys("j j v");
    assert!(app.effects().contains(&Effect::Copy(".users[0]".into())));
    app.keys("enter j v");
    assert!(app.effects().contains(&Effect::Copy("Ada".into())));
    app.keys("h");
    let PreviewBody::Tree(tree) = &preview(&app).body else { panic!("no tree") };
    assert_eq!(tree.path(), ".users[0]", "first to what it is nested in");
    app.keys("h h h h");
    assert_eq!(app.state.focus, Pane::Side, "then to the top, what is unfolded folded first");
    app.keys("h");
    assert_eq!(app.state.focus, Pane::Objects, "then out");
}

#[test]
fn an_archive_is_walked_and_a_member_opened() {
    let archive = zip(&[("docs/a.txt", b"hello"), ("docs/b/c.txt", b"x"), ("z.txt", b"end")]);
    let mut app = shown("all.zip", &archive);
    app.keys("enter j enter");
    let asked = look(object("all.zip"), Some("docs/a.txt"), open(ViewForm::Best));
    assert_eq!(app.requests(), [asked]);
    app.reply(opened("docs/a.txt", b"hello"));
    assert_eq!(preview(&app).member.as_deref(), Some("docs/a.txt"));
    app.keys("esc");
    let PreviewBody::Members(members) = &preview(&app).body else { panic!("no members") };
    assert_eq!(members.current().unwrap().name, "docs/a.txt", "the cursor is where it was");
    app.keys("esc");
    let PreviewBody::Members(members) = &preview(&app).body else { panic!("no members") };
    assert_eq!(members.folder, "");
    app.keys("esc");
    assert!(!app.state.parts.side.is_open());
}

#[test]
fn a_member_is_unpacked_into_a_folder() {
    let mut app = shown("all.zip", &zip(&[("docs/a.txt", b"hello"), ("b.txt", b"x")]));
    app.keys("u");
    assert!(app.toast().contains("a member of an archive"), "a folder is none: {}", app.toast());
    app.keys("j u");
    let dialog = format!("{:?}", app.state.dialog());
    assert!(dialog.contains("Unpack b.txt into"), "{dialog}");
    app.keys("ctrl-u").event(Event::Paste("/tmp/out".into()));
    app.keys("enter");
    let wanted = LookStep::Unpack("/tmp/out".into());
    assert_eq!(app.requests(), [look(object("all.zip"), Some("b.txt"), wanted)]);
    let traffic = Traffic { requests: 3, bytes: 100 };
    let what = SeenPart::Unpacked("/tmp/out/b.txt".into(), 1);
    app.reply(Ok(Answer::Seen(Seen { what, traffic })));
    assert!(app.toast().contains("1 B unpacked into /tmp/out/b.txt"), "{}", app.toast());
    assert!(matches!(preview(&app).body, PreviewBody::Members(_)), "the archive stays on screen");
}

#[test]
fn a_member_that_cannot_be_opened_leaves_the_archive_on_screen() {
    let mut app = shown("all.zip", &zip(&[("a.txt", b"hello")]));
    app.keys("enter");
    app.fail(
        "LookRequest",
        Error::new(ErrorKind::Unreadable, "look inside the object", "s3://media/a"),
    );
    assert!(matches!(preview(&app).body, PreviewBody::Members(_)));
    assert!(!app.toast().is_empty());
}

#[test]
fn a_long_text_is_read_on_as_one_scrolls() {
    let mut app = log();
    app.keys("pgdn");
    assert_eq!(wanted(&mut app), [], "there is enough");
    for _ in 0..120 {
        app.keys("pgdn");
    }
    let next = LookStep::Text(TextPlace::Around(20_000));
    assert_eq!(wanted(&mut app), [(None, next)], "once");
    let top = |app: &App| match &preview(app).body {
        PreviewBody::Text(text) => (text.place(), text.number_of(text.offset)),
        other => panic!("{other:?}"),
    };
    let before = top(&app);
    app.reply(part(ViewBody::Text(window(20_000)), 20_000));
    assert_eq!(top(&app), before, "the same line is on top");
    assert_eq!(before.1, Some(before.0 / 10 + 1));
    app.keys("G");
    assert_eq!(wanted(&mut app), [(None, LookStep::Text(TextPlace::End))]);
    app.reply(part(ViewBody::Text(window(1 << 30)), 1 << 30));
    assert_eq!(top(&app).1, None, "nobody counted the lines before");
    app.keys("g g");
    assert_eq!(wanted(&mut app), [(None, LookStep::Text(TextPlace::Around(0)))]);
}

#[test]
fn no_answer_asks_for_more() {
    let mut app = log();
    for _ in 0..120 {
        app.keys("pgdn");
    }
    app.effects();
    // What is here stays near both of its ends.
    let mut short = window(20_000);
    short.lines.truncate(5);
    short.end = short.start + 50;
    // Once more for the keys that were pressed meanwhile, and then no more.
    app.reply(part(ViewBody::Text(short.clone()), 20_000)).wait(1);
    app.effects();
    app.reply(part(ViewBody::Text(short), 20_000)).wait(1);
    assert_eq!(wanted(&mut app), []);
    app.keys("k");
    assert!(matches!(wanted(&mut app)[..], [(None, LookStep::Text(TextPlace::Around(_)))]));
}

#[test]
fn an_error_while_reading_on_is_told_once() {
    let mut app = log();
    for _ in 0..120 {
        app.keys("pgdn");
    }
    app.effects();
    app.fail("LookRequest", Error::new(ErrorKind::AccessDenied, "GetObject", "s3://media/a.log"));
    assert!(!app.toast().is_empty());
    app.wait(1);
    assert_eq!(wanted(&mut app), [], "it is not asked again by itself");
}

#[test]
fn a_search_goes_on_from_what_was_found() {
    let mut app = log();
    app.keys("/ 4 5 enter");
    let [(None, LookStep::Search { pattern, from: 0, backward: false, .. })] =
        &wanted(&mut app)[..]
    else {
        panic!("no search")
    };
    assert_eq!(pattern.as_str(), "45");
    let traffic = Traffic { requests: 9, bytes: 1 << 25 };
    let search = app.last_ticket();
    app.reply_to(search, Ok(Answer::Seen(Seen { what: SeenPart::Passed(1 << 25), traffic })));
    assert_eq!(app.state.parts.side.looking.passed, Some(1 << 25));
    app.reply_to(search, part(ViewBody::Text(window(500_003)), 500_003));
    assert_eq!(app.state.parts.side.looking.passed, None);
    app.keys("n");
    assert!(matches!(
        wanted(&mut app)[..],
        [(None, LookStep::Search { from: 500_004, backward: false, .. })]
    ));
    app.reply(Ok(Answer::Seen(Seen { what: SeenPart::NotFound, traffic })));
    assert!(app.toast().contains("45 is not found any further"), "{}", app.toast());
    app.keys("N");
    assert!(matches!(
        wanted(&mut app)[..],
        [(None, LookStep::Search { from: 500_003, backward: true, .. })]
    ));
    let ticket = app.last_ticket();
    app.keys("esc");
    assert!(app.effects().contains(&Effect::Abandon(ticket)), "a search can be left");
    app.keys("esc");
    assert_eq!(app.state.parts.side.looking.pattern, None);
}

#[test]
fn one_goes_to_a_line_a_byte_or_a_part() {
    let mut app = log();
    for (typed, place) in [
        ("1 2 0 0", TextPlace::Line(1199)),
        ("@ 4 0 9 6", TextPlace::Around(4096)),
        ("5 0 %", TextPlace::Around((1 << 30) / 100 * 50)),
    ] {
        app.keys(&format!("# {typed} enter"));
        assert_eq!(wanted(&mut app), [(None, LookStep::Text(place))], "{typed}");
        app.keys("esc");
        app.effects();
    }
    app.keys("# x enter");
    assert!(app.state.dialog().is_some(), "what is no place is not taken");
}

#[test]
fn the_end_is_watched_until_something_else_is_done() {
    let mut app = log();
    app.keys("F");
    app.wait(1);
    assert_eq!(wanted(&mut app), [(None, LookStep::Tail)]);
    app.reply(part(ViewBody::Text(window(1 << 30)), 1 << 30));
    app.wait(4);
    assert_eq!(wanted(&mut app), [(None, LookStep::Tail)]);
    app.keys("k");
    app.effects();
    app.reply(part(ViewBody::Text(window(1 << 30)), 1 << 30));
    app.wait(4);
    assert!(!app.state.parts.side.looking.is_tailing());
    assert!(!wanted(&mut app).iter().any(|(_, step)| *step == LookStep::Tail));
}

/// A compressed log, of which a part is unpacked.
fn packed_log(form: ViewForm) -> App {
    let mut view = view_of("a.log", &b"123456789\n".repeat(20_000), form);
    (view.size, view.unpacked) = (200_001, true);
    match &mut view.body {
        ViewBody::Text(window) => window.size = 200_001,
        ViewBody::Bytes(window) => window.size = 200_001,
        other => panic!("{other:?}"),
    }
    let mut app = App::with_rows(&["a.log.gz"]);
    app.keys("p").reply(seen(view, 4_096));
    app.effects();
    app
}

#[test]
fn a_compressed_text_ends_where_it_is_unpacked_to() {
    let mut app = packed_log(ViewForm::Text);
    app.keys("# @ 9 0 0 0 0 0 0 enter");
    let far = LookStep::Text(TextPlace::Around(9_000_000));
    assert_eq!(wanted(&mut app), [(None, far)], "nobody knows yet how long it is");
    let ticket = app.last_ticket();
    let traffic = Traffic { requests: 9, bytes: 1 << 25 };
    app.reply_to(ticket, Ok(Answer::Seen(Seen { what: SeenPart::Passed(1 << 22), traffic })));
    assert!(app.picture().contains("4.0 MiB unpacked"), "{}", app.picture());
    app.keys("esc");
    assert!(app.effects().contains(&Effect::Abandon(ticket)), "the wait can be left");
    app.keys("F");
    app.wait(4);
    assert_eq!(wanted(&mut app), [], "all of it would be read again and again");
    assert!(app.toast().contains("is not watched"), "{}", app.toast());
    let mut app = packed_log(ViewForm::Bytes);
    app.keys("G");
    assert_eq!(wanted(&mut app), [(None, LookStep::Bytes(u64::MAX))]);
}

#[test]
fn other_forms_follow_one_another() {
    let mut app = shown("a.csv", b"a,b\n1,2\n");
    for form in [ViewForm::Text, ViewForm::Bytes, ViewForm::Facts, ViewForm::Best] {
        app.keys("x");
        assert_eq!(wanted(&mut app), [(None, open(form))]);
        assert!(matches!(app.state.parts.side.looking.preview, Fetched::Ready(_)));
        app.reply(seen(view_of("a.csv", b"a,b\n1,2\n", form), 8));
        assert_eq!(preview(&app).form, form);
    }
}

#[test]
fn a_table_is_scrolled_ordered_and_read_on() {
    let rows: String = (0..200).map(|n| format!("{n},x{n}\n")).collect();
    let mut app = shown("a.csv", format!("id,name\n{rows}200,y\n201,z\n").as_bytes());
    app.keys("s s v");
    assert!(app.effects().contains(&Effect::Copy("199\tx199".into())), "the largest is first");
    app.keys("G");
    assert!(matches!(wanted(&mut app)[..], [(None, LookStep::Rows { from: 200, .. })]));
}

#[test]
fn keys_that_do_not_work_here_say_why() {
    let mut app = shown("a.csv", b"a,b\n1,2\n");
    app.keys("F");
    assert!(app.toast().contains("this works in a text"), "{}", app.toast());
    let mut app = shown("a.txt", b"text\n");
    app.keys("s");
    assert!(app.toast().contains("this works in a table"), "{}", app.toast());
}

#[test]
fn another_object_gives_up_what_was_waited_for() {
    let mut app = App::with_rows(&["a", "b"]);
    app.event(Event::Resized { width: 140, height: 40 });
    app.keys("p").reply(opened("a", b"text\n"));
    app.keys("4 / x enter");
    let ticket = app.last_ticket();
    app.keys("2 j");
    assert!(app.effects().contains(&Effect::Abandon(ticket)));
}
