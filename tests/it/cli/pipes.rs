//! `-` on the command line: stdin and stdout as the object, and what happens when the other program
//! goes away.

use std::fs::{self, File};
use std::io::Read;
use std::process::Stdio;

use windlass::demo::store::content::Content;
use windlass::demo::store::object::Stored;

use crate::cli::shop::{Shop, ran};

#[test]
fn a_dash_is_stdin_and_stdout() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    let bytes: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    shop.run_with_input(&["put", "-", "s3://media/piped"], &bytes).ended(0);
    assert_eq!(shop.store().bytes("media", "piped").unwrap(), bytes);
    assert_eq!(shop.run(&["get", "s3://media/piped", "-"]).ended(0).bytes, bytes);
    let again = shop.run_with_input(&["put", "-", "s3://media/piped"], b"other").ended(1);
    assert!(again.err.contains("--force"), "{}", again.err);
    shop.run_with_input(&["put", "-", "s3://media/piped", "--skip-existing"], b"other").ended(0);
    assert_eq!(shop.store().bytes("media", "piped").unwrap(), bytes);
    shop.run_with_input(&["put", "-", "s3://media/piped", "--force"], b"").ended(0);
    assert_eq!(shop.store().bytes("media", "piped").unwrap(), "");
    assert_eq!(shop.run(&["get", "s3://media/piped", "-"]).ended(0).bytes, b"");
    shop.run_with_input(&["put", "-", "s3://media/"], b"x").ended(2);
    shop.run(&["get", "s3://media/", "-"]).ended(2);
}

#[test]
fn a_long_stdin_goes_up_in_parts() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    let bytes: Vec<u8> = (0..=250).cycle().take((64 << 20) + 3).collect();
    shop.run_with_input(&["put", "-", "s3://media/long"], &bytes).ended(0);
    assert!(shop.store().bytes("media", "long").unwrap() == bytes);
    assert_eq!(shop.store().uploads_under_way("media"), 0);
}

#[test]
fn the_parts_of_a_stream_can_be_chosen() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    let bytes: Vec<u8> = (0..=250).cycle().take((11 << 20) + 3).collect();
    let parts = || shop.server().faults().count("UploadPart");
    let sent = shop
        .run_with_input(&["put", "--part-size", "5MiB", "--json", "-", "s3://media/p"], &bytes)
        .ended(0)
        .json();
    assert_eq!((&sent[0]["bytes"], &sent[0]["verified"]), (&bytes.len().into(), &"md5".into()));
    assert_eq!(parts(), 3);
    let expecting = ["put", "--expected-size", "11MiB", "-", "s3://media/e"];
    shop.run_with_input(&expecting, &bytes).ended(0);
    assert_eq!(parts(), 5);
    for name in ["p", "e"] {
        assert!(shop.store().bytes("media", name).unwrap() == bytes);
    }
    let small =
        shop.run_with_input(&["put", "--part-size", "1k", "-", "s3://media/x"], b"").ended(2);
    assert!(small.err.contains("5.0 MiB"), "{}", small.err);
    shop.write("file", "x");
    shop.run(&["put", "--part-size", "5MiB", "file", "s3://media/file"]).ended(2);
}

#[test]
fn a_reader_that_has_enough_is_no_error() {
    let shop = Shop::open();
    shop.store().put("media", "long", vec![7; 30 << 20]);
    let mut child = shop
        .command(&["get", "s3://media/long", "-"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    assert_eq!(first, [7; 10]);
    let ended = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
    assert_eq!(ended.status.code(), Some(1), "as a program that could not write all");
}

#[test]
fn a_full_disk_behind_stdout_is_said() {
    let shop = Shop::open();
    shop.store().put("media", "long", vec![7; 1 << 20]);
    let mut command = shop.command(&["get", "s3://media/long", "-"]);
    command.stdout(File::create("/dev/full").unwrap()).stderr(Stdio::piped());
    let ended = command.spawn().unwrap().wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(said.contains("No space left") && said.contains("  next   free some space"), "{said}");
}

#[test]
fn where_stderr_cannot_be_written_the_work_goes_on() {
    let shop = Shop::open();
    let opaque = Stored { etag: "opaque".to_owned(), ..Stored::default() };
    shop.store().put_object("media", "noted", opaque);
    shop.write("up/a", "text");
    std::os::unix::fs::symlink("a", shop.path("up/link")).unwrap();
    let put = ["put", "up", "s3://media/up/", "--exclude", "none"];
    for (arguments, code) in [
        (&put[..], 3),
        (&["cat", "s3://media/noted"], 0),
        (&["ls", "s3://media/missing/x", "--json"], 1),
        (&["stat", "s3://media/missing"], 1),
        (&["stat", "s3://media/missing", "--json"], 1),
        (&["uploads", "list", "s3://media"], 0),
        (&["get", "--no-such-flag"], 2),
        (&["rm", "-r", "s3://media/up/"], 2),
    ] {
        let mut command = shop.command(arguments);
        command.stderr(File::create("/dev/full").unwrap());
        let ended = command.output().unwrap();
        assert_eq!(ended.status.code(), Some(code), "{arguments:?}");
    }
    assert_eq!(shop.store().bytes("media", "up/a").unwrap(), "text");
    // Where nothing was written to it, there is no such folder.
    let state = fs::read_dir(shop.path("state")).into_iter().flatten();
    for file in state {
        let name = file.unwrap().file_name();
        assert!(!name.to_string_lossy().starts_with("crash-"), "{name:?}");
    }
}

#[test]
fn what_cannot_be_compared_is_said_beside_the_bytes() {
    let shop = Shop::open();
    let content = Content::held("content");
    let opaque = Stored { content, etag: "opaque".to_owned(), ..Stored::default() };
    shop.store().put_object("media", "k", opaque);
    let got = shop.run(&["get", "s3://media/k", "-"]).ended(0);
    assert_eq!(got.out, "content");
    assert!(got.err.contains("only its length was compared"), "{}", got.err);
}

#[test]
fn an_input_that_breaks_stores_nothing() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    // A folder opens and cannot be read.
    fs::create_dir(shop.path("folder")).unwrap();
    let mut command = shop.command(&["put", "-", "s3://media/k"]);
    command.stdin(File::open(shop.path("folder")).unwrap()).stderr(Stdio::piped());
    let ended = command.spawn().unwrap().wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(1), "{}", String::from_utf8_lossy(&ended.stderr));
    assert_eq!(shop.store().keys("media"), [""; 0]);
}

#[test]
fn a_stream_is_paced_and_still_whole() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    let bytes: Vec<u8> = (0..=250).cycle().take(700_003).collect();
    let paced = ["put", "--limit-rate", "2MiB", "-", "s3://media/paced"];
    shop.run_with_input(&paced, &bytes).ended(0);
    let back = ran(shop.command(&["get", "--limit-rate", "2MiB", "s3://media/paced", "-"]), b"");
    assert!(back.bytes == bytes);
}
