//! Objects read, edited and brought back from the archive: `head`, `tail`, `edit`, `thaw`.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::json;
use windlass::demo::store::content::Content;
use windlass::demo::store::object::Stored;

use crate::cli::shop::{Ran, Shop, ran};

/// Runs `edit` with a shell script as the editor, to which the file is `$1`.
fn edited(shop: &Shop, script: &str) -> Ran {
    let editor = shop.write("editor", format!("#!/bin/sh\n{script}\n"));
    fs::set_permissions(&editor, fs::Permissions::from_mode(0o755)).unwrap();
    let temporary = shop.path("tmp");
    fs::create_dir_all(&temporary).unwrap();
    let mut command = shop.command(&["edit", "s3://media/notes.md", "--json"]);
    command.env("EDITOR", &editor).env("TMPDIR", temporary);
    ran(command, b"")
}

fn left(shop: &Shop) -> usize {
    fs::read_dir(shop.path("tmp")).unwrap().count()
}

fn notes(shop: &Shop) -> String {
    String::from_utf8(shop.store().bytes("media", "notes.md").unwrap().to_vec()).unwrap()
}

#[test]
fn first_and_last_lines_and_bytes_are_read_by_ranges() {
    let shop = Shop::open();
    let text: String = (0..40_000).map(|line| format!("line {line}\n")).collect();
    shop.store().put("media", "log", text.clone());
    shop.store().put("media", "open", "a\nb");
    shop.store().put("media", "empty", "");
    let out = |arguments: &[&str]| shop.run(arguments).ended(0).out;
    assert_eq!(out(&["head", "-n", "2", "s3://media/log"]), "line 0\nline 1\n");
    assert_eq!(out(&["head", "s3://media/log"]).lines().count(), 10);
    assert_eq!(out(&["head", "-c", "6", "s3://media/log"]), "line 0");
    assert_eq!(out(&["tail", "-n", "1", "s3://media/log"]), "line 39999\n");
    assert_eq!(out(&["tail", "-c", "3", "s3://media/log"]), "99\n");
    let many = out(&["tail", "-n", "20000", "s3://media/log"]);
    assert!(many.starts_with("line 20000\n") && many.lines().count() == 20_000);
    assert_eq!(out(&["head", "-n", "30000", "s3://media/log"]).lines().count(), 30_000);
    assert_eq!(out(&["tail", "-n", "99999", "s3://media/log"]), text);
    assert_eq!(out(&["tail", "-n", "1", "s3://media/open"]), "b");
    for verb in ["head", "tail"] {
        assert_eq!(out(&[verb, "s3://media/empty"]), "");
        assert_eq!(out(&[verb, "-n", "0", "s3://media/log"]), "");
        assert_eq!(out(&[verb, "-c", "0", "s3://media/log"]), "");
        shop.run(&[verb, "s3://media/none"]).ended(1);
        shop.run(&[verb, "s3://media/"]).ended(2);
    }
    let most =
        shop.server().faults().log().iter().filter(|sent| sent.operation == "GetObject").count();
    assert!(most < 40, "{most} requests");
}

#[test]
fn a_tail_goes_on_with_what_is_added_and_says_when_it_was_replaced() {
    let shop = Shop::open();
    shop.store().put("media", "log", "one\ntwo\n");
    let mut command = shop.command(&["tail", "-n", "1", "-f", "s3://media/log"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let waited = |operation: &str, count: usize| {
        let until = Instant::now() + Duration::from_secs(20);
        while shop.server().faults().log().iter().filter(|r| r.operation == operation).count()
            < count
        {
            assert!(Instant::now() < until, "no {count}th {operation}");
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    waited("GetObject", 2);
    shop.store().put("media", "log", "one\ntwo\nthree\n");
    waited("GetObject", 3);
    shop.store().put("media", "log", "other\n");
    waited("GetObject", 5);
    let mut out = child.stdout.take().unwrap();
    let mut told = (vec![0; "two\nthree\nother\n".len()], String::new());
    std::io::Read::read_exact(&mut out, &mut told.0).unwrap();
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let status = child.wait().unwrap();
    std::io::Read::read_to_end(&mut out, &mut told.0).unwrap();
    std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut told.1).unwrap();
    assert_eq!(str::from_utf8(&told.0), Ok("two\nthree\nother\n"), "{}", told.1);
    assert!(told.1.contains("was replaced"), "{}", told.1);
    assert_eq!(status.code(), Some(130));
}

#[test]
fn an_edit_is_saved_with_all_that_the_object_had() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    shop.write("notes.md", "before\n");
    let put = "put notes.md s3://media/ --cache-control no-cache --metadata k=v --tag t=1 \
               --class STANDARD_IA --acl public-read";
    shop.run(&put.split_whitespace().collect::<Vec<_>>()).ended(0);
    let run =
        edited(&shop, "stat -c %a \"$1\" > mode; basename \"$1\" > name; echo more >> \"$1\"");
    let line = run.ended(0).json().remove(0);
    assert_eq!((&line["changed"], &line["key"]), (&json!(true), &json!("notes.md")));
    assert_eq!(notes(&shop), "before\nmore\n");
    assert_eq!(fs::read_to_string(shop.path("mode")).unwrap().trim(), "600");
    assert_eq!(fs::read_to_string(shop.path("name")).unwrap().trim(), "notes.md");
    let after = shop.run(&["stat", "s3://media/notes.md", "--json"]).ended(0).json().remove(0);
    assert_eq!(after["etag"], line["etag"]);
    assert_eq!(
        (&after["cache_control"], &after["class"]),
        (&json!("no-cache"), &json!("STANDARD_IA"))
    );
    assert_eq!((&after["metadata"]["k"], &after["tags"]), (&json!("v"), &json!({ "t": "1" })));
    assert_eq!(after["grants"], json!(["AllUsers READ"]));
    assert_eq!(left(&shop), 0, "the file is removed");
}

#[test]
fn nothing_is_sent_where_nothing_was_written() {
    let shop = Shop::open();
    shop.store().put("media", "notes.md", "before\n");
    let line = edited(&shop, "touch \"$1\"").ended(0).json().remove(0);
    assert_eq!(line["changed"], false);
    for script in ["exit 3", "rm \"$1\"", "kill -9 $$"] {
        let run = edited(&shop, script).ended(1);
        assert!(run.err.contains("nothing was sent"), "{}", run.err);
    }
    assert_eq!(left(&shop), 0);
    let kept = edited(&shop, "echo mine > \"$1\"; exit 1").ended(1);
    assert!(kept.err.contains("kept in"), "{}", kept.err);
    assert_eq!(left(&shop), 1);
    let writes =
        shop.server().faults().log().iter().filter(|sent| sent.operation == "PutObject").count();
    assert_eq!((writes, notes(&shop).as_str()), (0, "before\n"));
}

#[test]
fn of_two_who_edit_one_object_neither_loses() {
    let shop = Shop::open();
    shop.store().put("media", "notes.md", "before\n");
    shop.write("theirs", "theirs\n");
    let program = env!("CARGO_BIN_EXE_windlass");
    let script = format!("echo mine > \"$1\"; {program} put theirs s3://media/notes.md --force");
    let run = edited(&shop, &script).ended(1);
    assert_eq!(notes(&shop), "theirs\n");
    let error: serde_json::Value = serde_json::from_str(run.err.lines().last().unwrap()).unwrap();
    let what = error["error"]["detail"].as_str().unwrap();
    let (_, path) = what.split_once("kept in ").unwrap();
    assert_eq!(fs::read_to_string(path).unwrap(), "mine\n");
}

#[test]
fn an_editor_that_goes_on_behind_is_waited_for() {
    let shop = Shop::open();
    shop.store().put("media", "notes.md", "before\n");
    edited(&shop, "(sleep 0.4; echo later > \"$1\") &").ended(0);
    assert_eq!(notes(&shop), "later\n");
}

#[test]
fn archived_objects_are_asked_for_and_told_when_they_can_be_read() {
    let shop = Shop::open();
    let archived = |class: &str| {
        let object = Stored::whole(Content::held("cold"));
        Stored { storage_class: Some(class.to_owned()), ..object }
    };
    shop.store().put_object("media", "a/one", archived("GLACIER"));
    shop.store().put_object("media", "a/two", archived("DEEP_ARCHIVE"));
    shop.store().put_object("media", "a/warm", archived("GLACIER_IR"));
    shop.store().put_object("media", "a/three", archived("GLACIER"));
    let stat = |key: &str| shop.run(&["stat", key, "--json"]).ended(0).json().remove(0);
    assert_eq!(stat("s3://media/a/one")["archived"], true);
    assert_eq!(stat("s3://media/a/warm")["archived"], false);
    let refused = shop.run(&["head", "s3://media/a/one"]).ended(1);
    assert!(refused.err.contains("windlass thaw"), "{}", refused.err);
    let state =
        |run: Ran| run.ended(0).json().iter().map(|line| line["state"].clone()).collect::<Vec<_>>();
    let one = ["thaw", "s3://media/a/one", "--json"];
    assert_eq!(state(shop.run(&one)), ["asked"]);
    assert_eq!(state(shop.run(&one)), ["running"]);
    let told = stat("s3://media/a/one");
    assert_eq!((&told["archived"], &told["restore"]["state"]), (&json!(true), &json!("running")));
    let get = || shop.run(&["get", "s3://media/a/two", "two"]).ended(1).err;
    let told = get();
    assert!(told.contains("archived") && told.contains("windlass thaw asks"), "{told}");
    let two = ["thaw", "s3://media/a/two", "--tier", "bulk", "--json"];
    assert_eq!(state(shop.run(&two)), ["asked"]);
    let told = get();
    assert!(told.contains("being restored") && told.contains("--wait waits"), "{told}");
    let waited = shop.run(&["get", "s3://media/a/two", "two", "--wait"]).ended(0).err;
    assert!(waited.contains("1 object is being restored; asked again at "), "{waited}");
    assert_eq!(fs::read(shop.path("two")).unwrap(), b"cold");
    shop.run(&["get", "s3://media/a/two", "-", "--wait"]).ended(2);
    let never = shop.run(&["get", "s3://media/a/three", "--wait"]).ended(1).err;
    assert!(never.contains("archived") && never.contains("windlass thaw asks"), "{never}");
    let all = ["thaw", "s3://media/a", "-r", "--days", "2", "--tier", "bulk", "--wait", "--json"];
    let waited = shop.run(&all).ended(0).json();
    assert!(waited.iter().all(|line| line["state"] == "readable" && line["until"].is_string()));
    assert_eq!(waited.len(), 3, "{waited:?}");
    let told = stat("s3://media/a/two");
    assert_eq!((&told["archived"], &told["restore"]["state"]), (&json!(false), &json!("readable")));
    assert_eq!(shop.run(&["head", "s3://media/a/two"]).ended(0).out, "cold");
    let warm = shop.run(&["thaw", "s3://media/a/warm", "--json"]).ended(0).json().remove(0);
    assert_eq!((&warm["state"], &warm["until"]), (&json!("readable"), &serde_json::Value::Null));
    shop.run(&["thaw", "s3://media/a/"]).ended(2);
    shop.run(&["thaw", "s3://media/none"]).ended(1);
}

#[test]
fn the_marker_of_a_folder_is_read_and_linked_as_any_object() {
    let shop = Shop::open();
    shop.store().put("media", "a/", "marked");
    for verb in ["cat", "head", "tail"] {
        assert_eq!(shop.run(&[verb, "s3://media/a/"]).ended(0).out, "marked", "{verb}");
    }
    let link = shop.run(&["presign", "s3://media/a/"]).ended(0).out;
    assert!(link.contains("/media/a/?"), "{link}");
    for verb in ["cat", "presign"] {
        let none = shop.run(&[verb, "s3://media"]).ended(2);
        assert!(none.err.contains("needs an object"), "{}", none.err);
    }
}

#[test]
fn what_is_packed_is_not_followed_and_no_server_is_blamed() {
    let shop = Shop::open();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(b"a\nb\n").unwrap();
    shop.store().put("media", "l.gz", packed.finish().unwrap());
    let ran = shop.run(&["tail", "-f", "s3://media/l.gz"]).ended(1);
    assert!(ran.err.contains("not followed") && ran.err.contains("without -f"), "{}", ran.err);
    assert!(!ran.err.contains("server"), "{}", ran.err);
}
