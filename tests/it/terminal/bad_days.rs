//! Bad days from the keyboard: killed in the middle, keys that may do little, text that means harm,
//! servers that fall silent.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use windlass::demo::faults::{Act, Fault};
use windlass::demo::keys::{AccessKeys, Role};
use windlass::demo::server::ServerOptions;

use crate::terminal::demo::Well;
use crate::terminal::session::Session;

/// Sorts before the demo's buckets.
const BUCKET: &str = "0-bad-days";

fn noise(length: usize) -> Vec<u8> {
    let mut state = 7_u32;
    let step = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..length).map(step).collect()
}

fn kill(session: &Session) {
    let process = i32::try_from(session.process_id()).unwrap();
    kill_process(Pid::from_raw(process).unwrap(), Signal::KILL).unwrap();
}

fn part_files(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let names = names.map(|name| name.to_string_lossy().into_owned());
    names.filter(|name| name.ends_with(".windlass-part")).collect()
}

#[test]
fn what_was_killed_in_the_middle_goes_on_at_the_next_start() {
    let well = Well::dig();
    let (store, bytes) = (well.server.store(), noise(40_000_000));
    store.put(BUCKET, "down.bin", bytes.clone());
    fs::write(well.home.path().join("up.bin"), &bytes).unwrap();
    let silent = Act::Delay(Duration::from_secs(600));
    for operation in ["GetObject", "UploadPart"] {
        well.server.faults().add(Fault::new(silent.clone()).on(operation).after(2).forever());
    }
    let mut session = Session::start(well.browser(&["s3://0-bad-days/down.bin"]), 100, 30);
    session.see("38.1 MiB").press("d").see("to");
    session.press("\u{15}got\r").see("1 active");
    session.press("u").see("Upload to").press("\t").press("\u{15}up.bin\r").see("1 marked");
    session.press("\r").see("2 active");
    let got = well.home.path().join("got");
    session.wait_until("both are under way", || {
        // An upload that the server has opened and nobody has recorded yet stays there, empty.
        well.server.faults().count("UploadPart") >= 3 && got.exists() && part_files(&got).len() == 1
    });
    let before = part_files(&got);
    kill(&session);
    drop(session);
    well.server.faults().clear();

    let mut session = Session::start(well.browser(&[]), 100, 30);
    session.wait_until("the download is whole", || got.join("down.bin").exists());
    session.wait_until("the upload is whole", || store.object(BUCKET, "up.bin").is_some());
    session.see("2 done");
    assert!(fs::read(got.join("down.bin")).unwrap() == bytes);
    assert!(store.bytes(BUCKET, "up.bin").unwrap() == bytes);
    assert_eq!(part_files(&got), [""; 0], "{before:?} at the crash");
    assert_eq!(store.uploads_under_way(BUCKET), 0);
    session.press("q");
    assert_eq!(session.ended(), 0);
}

#[test]
fn keys_for_objects_alone_add_their_bucket_by_name_and_it_is_remembered() {
    let scoped = AccessKeys::new("SCOPED", "hush-hush");
    let other_keys = vec![(scoped, Role::Objects)];
    let well = Well::dig_with(ServerOptions { other_keys, ..ServerOptions::default() });
    let browser = || {
        let mut command = well.browser(&[]);
        command.env("AWS_ACCESS_KEY_ID", "SCOPED");
        command.env("AWS_SECRET_ACCESS_KEY", "hush-hush");
        command
    };
    let mut session = Session::start(browser(), 100, 30);
    session.see("may not list buckets").see("normal");
    session.press("a").see("Add a bucket by name").press("samples\r").see("welcome.md");
    session.press("q");
    assert_eq!(session.ended(), 0);
    let mut session = Session::start(browser(), 100, 30);
    session.see("may not list buckets").see("samples");
    session.press("gg").press("l").see("welcome.md");
    session.press("q");
    assert_eq!(session.ended(), 0);
}

#[test]
fn no_text_of_a_server_reaches_the_terminal_raw() {
    let well = Well::dig();
    let store = well.server.store();
    let harm = "\u{1b}]52;c;ZXZpbA==\u{7}\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}gpj.exe";
    store.put(BUCKET, harm, "x");
    store.put(BUCKET, &format!("{harm}/below"), "x");
    store.put(BUCKET, "text", format!("first line\n{harm}\nlast line"));
    let mut session = Session::start(well.browser(&["s3://0-bad-days/"]), 100, 30);
    session.see("text").press("G").press("p").see("last line");
    session.press("k").press("i").see("ETag").press("\u{1b}").miss("ETag");
    session.press("gg").press("l").see("below").press("h").see("text");
    session.press("D").see("Keep").press("\u{1b}").miss("Keep");
    well.server.faults().add(
        Fault::new(Act::Foreign {
            status: 403,
            content_type: "text/html".into(),
            body: harm.into(),
        })
        .on("ListObjectsV2")
        .forever(),
    );
    session.press("R").see("may not read here").press("E").see("newest first");
    session.press("\r").see("operation").press("\u{1b}").miss("operation");
    session.press("\u{1b}").miss("newest first").press("q");
    assert_eq!(session.ended(), 0);
    let raw = session.raw();
    let text = String::from_utf8_lossy(&raw);
    for raw in ["\u{1b}]", "\u{7}", "\u{9b}", "\u{202e}", "\u{7f}"] {
        assert!(!text.contains(raw), "{raw:?} reached the terminal");
    }
}

#[test]
fn a_server_that_never_answers_is_left_by_esc_and_asked_again_by_r() {
    let well = Well::dig();
    let silent = Fault::new(Act::Delay(Duration::from_secs(600)));
    well.server.faults().add(silent.on("ListBuckets").times(1));
    let mut session = Session::start(well.browser(&[]), 100, 30);
    session.see("loading the buckets");
    session.wait_until("it was asked", || well.server.faults().count("ListBuckets") == 1);
    session.press("\u{1b}").see("was stopped");
    session.press("R").see("samples");
    session.press("q");
    assert_eq!(session.ended(), 0);
}

#[test]
fn a_second_window_works_and_says_that_its_queue_is_not_kept() {
    let well = Well::dig();
    let mut first = Session::start(well.browser(&[]), 100, 30);
    first.see("samples");
    well.server.store().put(BUCKET, "one", "1");
    let mut second = Session::start(well.browser(&["s3://0-bad-days/one"]), 100, 30);
    second.see("queue of this window is not saved");
    second.press("d").see("to").press("\u{15}got\r");
    let got = well.home.path().join("got/one");
    second.see("verified");
    assert_eq!(fs::read(&got).unwrap(), b"1");
    second.press("q");
    assert_eq!(second.ended(), 0);
    first.press("q");
    assert_eq!(first.ended(), 0);
}
