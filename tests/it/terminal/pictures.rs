//! Pictures in the preview, as the program sends them to a terminal that can show them.

use portable_pty::CommandBuilder;

use crate::terminal::demo::Well;
use crate::terminal::session::Session;

const BUCKET: &str = "0-pictures";
const HILLS: &[u8] = include_bytes!("../../../assets/demo/hills.png");
const KITTY: &str = "\x1b_Gq=2,a=T,U=1,";
const DELETED: &str = "\x1b_Gq=2,a=d,d=I,";

/// The browser on two pictures and a text between them, in a terminal of this name.
fn browser(well: &Well, term: &str) -> CommandBuilder {
    let store = well.server.store();
    store.put(BUCKET, "a.png", HILLS);
    store.put(BUCKET, "b.txt", "only words");
    store.put(BUCKET, "c.png", HILLS);
    let mut command = well.browser(&["s3://0-pictures/"]);
    command.env("TERM", term);
    command
}

fn count(session: &Session, sequence: &str) -> usize {
    String::from_utf8_lossy(&session.raw()).matches(sequence).count()
}

#[test]
fn kitty_is_sent_a_picture_once_and_keeps_none() {
    let well = Well::dig();
    let mut session = Session::start(browser(&well, "xterm-kitty"), 140, 40);
    session.see("a.png");
    let keys = session.raw_after(KITTY, ";");
    assert!(keys.contains("f=100") && keys.contains("c="), "{keys}");
    session.see("\u{10EEEE}");
    assert_eq!(count(&session, DELETED), 0);
    // Many frames later it was still sent once.
    session.press("?").see("Help: keys").press("\x1b").miss("Help: keys");
    session.press(":").see("Palette").see("\u{10EEEE}");
    session.press("\x1b").miss("Palette").press("2").see("\u{10EEEE}");
    assert_eq!((count(&session, KITTY), count(&session, DELETED)), (1, 0));
    // The cursor leaves it.
    session.press("j").see("only words").miss("\u{10EEEE}");
    session.raw_after(DELETED, "\x1b\\");
    session.press("j").see("\u{10EEEE}");
    assert_eq!((count(&session, KITTY), count(&session, DELETED)), (2, 1));
    session.press("q");
    assert_eq!(session.ended(), 0);
    assert_eq!(count(&session, DELETED), 2, "nothing stays in the terminal");
    session.is_restored();
}

#[test]
fn sixels_are_sent_once_and_again_after_something_was_over_them() {
    let well = Well::dig();
    let mut session = Session::start(browser(&well, "foot"), 140, 40);
    let sixels = "\x1bP0;1;0q";
    session.see("a.png").raw_after(sixels, "\x1b\\");
    session.press("2").press("?").see("Help: keys");
    assert_eq!(count(&session, sixels), 1);
    session.press("\x1b").miss("Help: keys");
    session.wait_raw("the picture again", |raw| raw.matches(sixels).count() == 2);
    session.press("q");
    assert_eq!(session.ended(), 0);
    session.is_restored();
}

#[test]
fn a_terminal_of_which_nothing_is_known_is_sent_blocks_unless_it_is_set() {
    let well = Well::dig();
    let config = well.home.path().join("config");
    std::fs::create_dir_all(&config).unwrap();
    let mut session = Session::start(browser(&well, "xterm-256color"), 140, 40);
    session.see("a.png").see("▀").press("q");
    assert_eq!(session.ended(), 0);
    let raw = String::from_utf8_lossy(&session.raw()).into_owned();
    assert!(!raw.contains("\x1b_G") && !raw.contains("\x1bP") && !raw.contains("1337"));
    std::fs::write(config.join("config.toml"), "[ui]\npictures = \"iterm2\"\n").unwrap();
    let mut session = Session::start(browser(&well, "xterm-256color"), 140, 40);
    session.see("a.png").raw_after("\x1b]1337;File=inline=1;", "\x07");
    session.press("q");
    assert_eq!(session.ended(), 0);
}
