//! Every way out gives the terminal back: signals, suspension, a terminal that goes away.

use std::io::Read as _;

use portable_pty::{CommandBuilder, PtyPair, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

use crate::terminal::demo::{Well, windlass};
use crate::terminal::session::Session;

fn signal(session: &Session, signal: Signal) {
    let process = i32::try_from(session.process_id()).unwrap();
    kill_process(Pid::from_raw(process).unwrap(), signal).unwrap();
}

#[test]
fn a_signal_to_end_is_obeyed_in_order() {
    for (number, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130)] {
        let well = Well::dig();
        let mut session = Session::start(well.browser(&[]), 80, 24);
        session.see("samples");
        signal(&session, number);
        assert_eq!(session.ended(), code);
        session.is_restored();
    }
}

#[test]
fn a_stopped_program_paints_anew_when_it_goes_on() {
    let well = Well::dig();
    let mut session = Session::start(well.browser(&[]), 80, 24);
    session.see("samples");
    signal(&session, Signal::STOP);
    session.resize(100, 30);
    signal(&session, Signal::CONT);
    // The old picture has nothing in the last line of the new window.
    session.wait("the new window painted", |screen| {
        screen.rows(0, 100).nth(29).is_some_and(|line| line.contains("help"))
    });
    // It may see the new window before it sees that it goes on, and take the terminal after that.
    session.wait_raw("the terminal taken again", |raw| raw.matches("\u{1b}[?1049h").count() == 2);
    session.see("samples").press("q");
    assert_eq!(session.ended(), 0);
    session.is_restored();
}

#[test]
fn ctrl_z_gives_the_terminal_to_the_shell_and_fg_takes_it_again() {
    let Some(shell) =
        ["/bin/bash", "/usr/bin/bash"].into_iter().find(|path| std::path::Path::new(path).exists())
    else {
        return;
    };
    let well = Well::dig();
    let browser = well.browser(&[]);
    let mut command = CommandBuilder::new(shell);
    command.args(["--norc", "--noprofile", "-i"]);
    command.env_clear();
    for (name, value) in browser.iter_full_env_as_str() {
        command.env(name, value);
    }
    command.env("PS1", "ready> ");
    command.cwd(well.home.path());
    let mut session = Session::start(command, 100, 30);
    session.see("ready> ");
    session.press(&format!("{}\r", env!("CARGO_BIN_EXE_windlass"))).see("1 Buckets").see("samples");
    session.press("\u{1a}").see("Stopped").miss("1 Buckets");
    session.is_left();
    session.press("fg\r").see("1 Buckets").see("samples");
    session.press("q");
    session
        .wait("be asked by the shell", |screen| screen.contents().trim_end().ends_with("ready>"));
    session.press("exit $?\r");
    assert_eq!(session.ended(), 0);
}

#[test]
fn a_malformed_configuration_is_told_before_the_screen_is_taken() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("config")).unwrap();
    std::fs::write(home.path().join("config/config.toml"), "default = 7\n").unwrap();
    let mut session = Session::start(windlass(home.path(), &[]), 100, 30);
    assert_eq!(session.ended(), 1);
    assert!(session.contents().contains("config.toml:1"), "{}", session.contents());
    session.is_restored();
}

/// A window that is closed takes the terminal away and hangs up.
#[test]
fn a_window_that_is_closed_is_no_crash_and_the_place_is_remembered() {
    let well = Well::dig();
    let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
    let PtyPair { slave, master } = native_pty_system().openpty(size).unwrap();
    let mut child = slave.spawn_command(well.browser(&["s3://samples/"])).unwrap();
    drop(slave);
    let mut reader = master.try_clone_reader().unwrap();
    let (mut shown, mut piece) = (Vec::new(), [0; 8192]);
    while !String::from_utf8_lossy(&shown).contains("Name") {
        let read = reader.read(&mut piece).unwrap();
        assert!(read > 0, "{}", String::from_utf8_lossy(&shown));
        shown.extend_from_slice(&piece[..read]);
    }
    drop((reader, master));
    // It may see first that nothing can be written, or the signal.
    let code = child.wait().unwrap().exit_code();
    assert!([1, 129].contains(&code), "{code}");
    let state = well.home.path().join("state");
    let files: Vec<String> = std::fs::read_dir(&state)
        .unwrap()
        .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    assert!(!files.iter().any(|name| name.starts_with("crash-")), "{files:?}");
    let remembered = std::fs::read_to_string(state.join("remembered.toml")).unwrap();
    assert!(remembered.contains("samples"), "{remembered}");
}
