//! The inside of objects: every form in which it is shown.

use std::io::Write as _;

use windlass::app::effect::Request;
use windlass::app::event::Event;
use windlass::domain::object_view::{LookRequest, LookStep};

use crate::screens::panes::assert_pictures;
use crate::screens::situation::{Situation, account};
use crate::support::inside::{seen, view_of};

/// An object with these bytes, its preview open, after these keys.
fn shown(size: (u16, u16), name: &str, bytes: &[u8], keys: &str) -> Situation {
    let reply = |request: &Request| match request {
        Request::Look(LookRequest { wanted: LookStep::Open { form, .. }, .. }) => {
            Some(seen(view_of(name, bytes, *form), bytes.len() as u64))
        }
        Request::Look(_) => None,
        other => account(other),
    };
    let mut situation = Situation::browsing(size);
    situation.press("G");
    situation.press("k k p 4");
    situation.answer(reply);
    for key in keys.split_whitespace() {
        situation.press(key);
        situation.answer(reply);
    }
    // As the loop does once answers are here.
    situation.happen(Event::Tick);
    situation
}

fn zip() -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in [("data/a.csv", 20_000), ("data/b.csv", 3), ("notes.txt", 700)] {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(&vec![b'x'; bytes]).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn a_table() {
    let rows: String =
        (1..60).map(|n| format!("{n},name {n},{}.5,\u{1b}[31m{n}\n", n * 3)).collect();
    let csv = format!("id,name,score,comment\n{rows}");
    assert_pictures("inside-table", |size| shown(size, "a.csv", csv.as_bytes(), "j j s"));
}

#[test]
fn a_tree() {
    let json = br#"{"users":[{"name":"Ada","tags":["a","b"]},{"name":"Bo"}],"ok":true,"n":null}"#;
    assert_pictures("inside-tree", |size| shown(size, "a.json", json, "j j enter j"));
}

#[test]
fn an_archive() {
    assert_pictures("inside-archive", |size| shown(size, "a.zip", &zip(), "j"));
}

#[test]
fn bytes() {
    let bytes: Vec<u8> = (0..=255).cycle().take(1000).collect();
    assert_pictures("inside-bytes", |size| shown(size, "a.bin", &bytes, ""));
}

#[test]
fn facts() {
    assert_pictures("inside-facts", |size| shown(size, "a.zip", &zip(), "x x x j"));
}

#[test]
fn a_source_text_with_its_numbers() {
    let text = "//! A file.\n\nfn main() {\n\tlet x = \"text\"; // comment\n}\n".repeat(9);
    assert_pictures("inside-text", |size| shown(size, "main.rs", text.as_bytes(), "j j"));
}

#[test]
fn a_search_asks_for_what() {
    assert_pictures("inside-search", |size| {
        shown(size, "a.txt", b"some text\nand more\n", "/ m o r e")
    });
}
