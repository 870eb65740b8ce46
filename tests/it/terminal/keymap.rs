//! The user's own keys in the compiled program: what stops the start, and what is told at it.

use std::fs;

use crate::terminal::demo::Well;
use crate::terminal::session::Session;

fn write(well: &Well, keymap: &str) {
    let folder = well.home.path().join("config");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("keymap.toml"), keymap).unwrap();
}

#[test]
fn a_keymap_that_is_no_toml_stops_the_start_with_every_line() {
    let well = Well::dig();
    write(&well, "download = \"w\"\nquit =\n\nmove = \"m\nrename = \"r\"\n");
    let mut session = Session::start(well.browser(&[]), 100, 30);
    assert_ne!(session.ended(), 0);
    let said = String::from_utf8_lossy(&session.raw()).replace("\r\n", "");
    assert!(said.contains("keymap.toml:2") && said.contains("line 4"), "{said}");
}

#[test]
fn mistakes_are_read_before_the_first_key_counts() {
    let well = Well::dig();
    write(&well, "downlod = \"q\"\n[objcts]\nmove = \"m\"\n");
    let mut session = Session::start(well.browser(&[]), 100, 30);
    session.see("line 1").see("downlod").see("line 2").see("[objcts]");
    session.press("\r").miss("downlod").press("q").see("samples").press("\u{3}");
    assert_eq!(session.ended(), 0);
}
