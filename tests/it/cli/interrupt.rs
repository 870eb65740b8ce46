//! A verb that is asked to end takes back what it began.

use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use windlass::demo::faults::NetworkConditions;

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

#[test]
fn an_interrupted_get_leaves_no_part_file_behind() {
    let shop = slow_shop();
    shop.store().put("media", "large.bin", vec![7; SIZE]);
    let folder = shop.path("down");
    let mut command =
        shop.command(&["get", "s3://media/large.bin", &format!("{}/", folder.display())]);
    command.stdin(Stdio::null());
    let child = spawn(command);
    let names = || std::fs::read_dir(&folder).map_or(0, Iterator::count);
    wait_for("the part file", || names() > 0);
    assert_eq!(interrupt(child, Signal::INT), 130);
    assert_eq!(names(), 0);
}
