//! A verb that is asked to end takes back what it began.

use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use windlass::demo::faults::{Act, Fault, NetworkConditions};
use windlass::demo::store::bucket::Versioning;
use windlass::demo::store::content::Content;
use windlass::demo::store::object::Stored;

use crate::cli::shop::Shop;

const SIZE: usize = 40 << 20;

/// Slow enough to be interrupted in the middle of an upload by parts.
fn slow_shop() -> Shop {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    shop.server().faults().set_conditions(NetworkConditions {
        bandwidth: Some(1 << 20),
        ..NetworkConditions::default()
    });
    shop
}

fn spawn(mut command: Command) -> Child {
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn wait_for(what: &str, mut reached: impl FnMut() -> bool) {
    let start = Instant::now();
    while !reached() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what} did not come");
        sleep(Duration::from_millis(10));
    }
}

fn interrupt(mut child: Child, signal: Signal) -> i32 {
    kill_process(Pid::from_child(&child), signal).unwrap();
    child.wait().unwrap().code().unwrap_or(-1)
}

#[test]
fn an_interrupted_put_leaves_no_upload_behind() {
    for signal in [Signal::INT, Signal::TERM] {
        let shop = slow_shop();
        let file = shop.write("large.bin", vec![7; SIZE]);
        let mut command = shop.command(&["put", file.to_str().unwrap(), "s3://media/large.bin"]);
        command.stdin(Stdio::null());
        let child = spawn(command);
        wait_for("the upload", || shop.server().faults().count("UploadPart") > 0);
        assert_eq!(interrupt(child, signal), 130);
        assert_eq!(shop.store().uploads_under_way("media"), 0);
        assert!(shop.store().keys("media").is_empty());
    }
}

#[test]
fn an_interrupted_stream_leaves_no_upload_behind() {
    let shop = slow_shop();
    let zeros = std::fs::File::open("/dev/zero").unwrap();
    let mut command = shop.command(&["put", "-", "s3://media/endless"]);
    command.stdin(zeros);
    let child = spawn(command);
    wait_for("the upload", || shop.server().faults().count("UploadPart") > 0);
    assert_eq!(interrupt(child, Signal::INT), 130);
    assert_eq!(shop.store().uploads_under_way("media"), 0);
}

/// A download whose part file is there.
fn part_file_begun(shop: &Shop) -> Child {
    shop.store().put("media", "large.bin", vec![7; SIZE]);
    let folder = format!("{}/", shop.path("down").display());
    let mut command = shop.command(&["get", "s3://media/large.bin", &folder]);
    command.stdin(Stdio::null());
    let child = spawn(command);
    wait_for("the part file", || saved(shop) > 0);
    child
}

fn saved(shop: &Shop) -> usize {
    std::fs::read_dir(shop.path("down")).map_or(0, Iterator::count)
}

#[test]
fn an_interrupted_get_leaves_no_part_file_behind() {
    let shop = slow_shop();
    let child = part_file_begun(&shop);
    assert_eq!(interrupt(child, Signal::INT), 130);
    assert_eq!(saved(&shop), 0);
}

/// Runs a verb, interrupts it when so many requests of an operation were asked, and gives what it
/// printed as JSON, one line, with its words on stderr.
fn interrupted_at(shop: &Shop, line: &[&str], operation: &str, asked: usize) -> (Value, String) {
    let mut command = shop.command(line);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    wait_for(operation, || shop.server().faults().count(operation) >= asked);
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let ended = child.wait_with_output().unwrap();
    let (out, err) =
        (String::from_utf8(ended.stdout).unwrap(), String::from_utf8(ended.stderr).unwrap());
    assert_eq!(ended.status.code(), Some(130), "{out}\n{err}");
    assert!(err.contains("was cancelled"), "{err}");
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines.len() <= 1 && (out.is_empty() || out.ends_with('\n')), "{out}");
    (lines.first().map_or(Value::Null, |line| serde_json::from_str(line).unwrap()), err)
}

/// The answers of an operation come so late that it is interrupted while they are awaited.
fn late(shop: &Shop, operation: &str) {
    let late = Fault::new(Act::Delay(Duration::from_millis(700))).on(operation).forever();
    shop.server().faults().add(late);
}

#[test]
fn an_interrupted_empty_counts_what_is_gone_to_the_last_object() {
    for versioned in [false, true] {
        let shop = Shop::open();
        shop.store().create_bucket("media");
        if versioned {
            shop.store().set_versioning("media", Versioning::Enabled);
        }
        for number in 0..9000 {
            shop.store().put("media", &format!("k{number:05}"), "12");
        }
        late(&shop, "DeleteObjects");
        let line = ["empty", "media", "--yes", "--json"];
        let (told, _) = interrupted_at(&shop, &line, "DeleteObjects", 3);
        let left = shop.store().keys("media").len() as u64;
        assert!(left > 0, "it was interrupted in its middle");
        assert_eq!(told["objects"], 9000 - left, "what is gone is counted: {told}");
        assert_eq!(told["bytes"], 2 * (9000 - left));
        shop.run(&line).ended(0);
        assert_eq!(shop.store().keys("media").len(), 0, "a second run does the rest");
    }
}

/// `changed` keys overwritten an hour ago, and as many deleted.
fn overwritten(changed: usize) -> Shop {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    shop.store().set_versioning("media", Versioning::Enabled);
    let before = |hours: u64| SystemTime::now() - Duration::from_secs(hours * 3600);
    for number in 0..changed {
        let key = format!("k{number:03}");
        for (hours, text) in [(5, "then"), (1, "now")] {
            let object = Stored::whole(Content::held(text));
            shop.store().put_object_at("media", &key, object, before(hours));
        }
    }
    shop
}

fn as_then(shop: &Shop) -> usize {
    let keys = shop.store().keys("media");
    keys.iter().filter(|key| shop.store().bytes("media", key).unwrap() == "then").count()
}

#[test]
fn an_interrupted_restore_counts_what_it_brought_back() {
    let shop = overwritten(60);
    late(&shop, "CopyObject");
    let line = ["restore", "-r", "s3://media", "--at", "3h", "--json"];
    let (told, _) = interrupted_at(&shop, &line, "CopyObject", 9);
    let restored = as_then(&shop);
    assert!((1..60).contains(&restored), "it was interrupted in its middle: {restored}");
    assert_eq!(told["state"], "cancelled");
    assert_eq!(told["restored"], restored, "{told}");
    shop.run(&line).ended(0);
    assert_eq!(as_then(&shop), 60, "a second run does the rest");
}

#[test]
fn a_restore_that_is_interrupted_while_it_plans_changes_nothing() {
    let shop = overwritten(3);
    late(&shop, "ListObjectVersions");
    let line = ["restore", "-r", "s3://media", "--at", "3h", "--json"];
    let (told, err) = interrupted_at(&shop, &line, "ListObjectVersions", 1);
    assert_eq!((told, as_then(&shop)), (Value::Null, 0), "{err}");
}

#[test]
fn an_interrupted_job_counts_what_the_server_still_did() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    shop.store().create_bucket("other");
    for number in 0..9000 {
        shop.store().put("media", &format!("k{number:05}"), "12");
    }
    late(&shop, "DeleteObjects");
    let line = ["rm", "-r", "s3://media", "--yes", "--json"];
    let (told, _) = interrupted_at(&shop, &line, "DeleteObjects", 3);
    let left = shop.store().keys("media").len() as u64;
    assert!(left > 0, "it was interrupted in its middle");
    assert_eq!(told["objects"], 9000 - left, "{told}");
    late(&shop, "CopyObject");
    let line = ["mv", "s3://media/", "s3://other/", "--json"];
    let (told, _) = interrupted_at(&shop, &line, "CopyObject", 3);
    let moved = left - shop.store().keys("media").len() as u64;
    assert_eq!(told["objects"], moved, "{told}");
}

/// A terminal that closes is told of by the system and by the shell: that is one wish.
#[test]
fn a_signal_that_comes_twice_at_once_still_takes_back() {
    let shop = slow_shop();
    let child = part_file_begun(&shop);
    kill_process(Pid::from_child(&child), Signal::HUP).unwrap();
    assert_eq!(interrupt(child, Signal::TERM), 130);
    assert_eq!(saved(&shop), 0);
}

#[test]
fn a_deletion_that_is_stopped_while_it_is_throttled_names_what_is_left() {
    let shop = Shop::open();
    for key in ["a", "b"] {
        shop.store().put("media", key, "text");
    }
    shop.server().faults().add(Fault::slow_down().on("DeleteObjects").forever());
    let line = ["rm", "-r", "s3://media/", "--yes", "--json"];
    let (told, err) = interrupted_at(&shop, &line, "DeleteObjects", 2);
    assert_eq!(shop.store().keys("media").len(), 2);
    assert!(!err.contains("was cut"), "{err}");
    for key in ["s3://media/a", "s3://media/b"] {
        assert!(told.to_string().contains(key) || err.contains(key), "{told}\n{err}");
    }
}
