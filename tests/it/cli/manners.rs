//! What a person at a prompt expects of any program: true sentences, quiet pipes, ctrl-c, help.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use windlass::demo::store::bucket::Versioning;
use windlass::demo::store::content::Content;
use windlass::demo::store::object::Stored;

use crate::cli::shop::Shop;

#[test]
fn a_prefix_with_nothing_below_it_is_no_success() {
    let shop = Shop::open();
    shop.store().put("media", "photos/a.jpg", "a");
    shop.store().create_bucket("empty");
    for arguments in [
        &["ls", "s3://media/fotos/"][..],
        &["ls", "s3://media/fotos"],
        &["ls", "-r", "s3://media/fotos/"],
        &["get", "s3://media/fotos/", "out"],
        &["cp", "s3://media/fotos/", "s3://empty/"],
        &["rm", "-r", "--yes", "s3://media/fotos/"],
    ] {
        let refused = shop.run(arguments).ended(1);
        assert!(refused.err.contains("nothing with this name or below it"), "{}", refused.err);
    }
    shop.run(&["ls", "s3://empty"]).ended(0);
    shop.run(&["get", "s3://empty/", "out"]).ended(0);
    let quiet = shop.run(&["rm", "-r", "-f", "--yes", "s3://media/fotos/"]).ended(0);
    assert_eq!(quiet.err, "");
    shop.run(&["rm", "-r", "--yes", "s3://empty/"]).ended(0);
}

#[test]
fn a_deletion_that_leaves_what_is_newer_is_done_in_part() {
    let shop = Shop::open();
    shop.store().put("media", "p/old", "o");
    let newer = Stored::whole(Content::held("n"));
    let later = SystemTime::now() + Duration::from_secs(5);
    shop.store().put_object_at("media", "p/new", newer, later);
    let ran = shop.run(&["rm", "-r", "--yes", "s3://media/p/"]).ended(3);
    assert!(ran.err.contains("1 object was stored after the deletion began"), "{}", ran.err);
    assert_eq!(shop.store().keys("media"), ["p/new"]);
}

#[test]
fn a_prefix_named_like_an_object_is_told_how_to_be_written() {
    let shop = Shop::open();
    shop.store().put("media", "photos/a.jpg", "a");
    let refused = shop.run(&["get", "s3://media/photos"]).ended(1);
    assert!(refused.err.contains("s3://bucket/prefix/"), "{}", refused.err);
}

#[test]
fn a_key_and_a_prefix_of_one_name_are_two_things() {
    let shop = Shop::open();
    for (key, bytes) in [("foo", "object"), ("foo/x", "below"), ("foobar", "neighbour")] {
        shop.store().put("media", key, bytes);
    }
    shop.run(&["get", "s3://media/foo", "one"]).ended(0);
    assert_eq!(fs::read_to_string(shop.path("one")).unwrap(), "object");
    shop.run(&["get", "s3://media/foo/", "many"]).ended(0);
    assert_eq!(fs::read_to_string(shop.path("many/x")).unwrap(), "below");
    shop.run(&["rm", "-r", "--yes", "s3://media/foo"]).ended(0);
    assert_eq!(shop.store().keys("media"), ["foo", "foobar"]);
    shop.run(&["rm", "s3://media/foo"]).ended(0);
    assert_eq!(shop.store().keys("media"), ["foobar"]);
}

#[test]
fn a_habitual_r_means_the_prefix_and_not_its_neighbours() {
    let shop = Shop::open();
    for key in ["foo", "foo/x", "foobar"] {
        shop.store().put("media", key, key);
    }
    shop.store().create_bucket("vault");
    shop.run(&["get", "-r", "s3://media/foo", "out"]).ended(0);
    assert_eq!(fs::read_dir(shop.path("out")).unwrap().count(), 1);
    assert_eq!(fs::read_to_string(shop.path("out/x")).unwrap(), "foo/x");
    shop.run(&["cp", "-r", "s3://media/foo", "s3://vault/kept/"]).ended(0);
    assert_eq!(shop.store().keys("vault"), ["kept/x"]);
    shop.run(&["get", "-r", "s3://media/foo", "-"]).ended(2);
}

#[test]
fn links_in_a_folder_are_left_out_and_said_once() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    shop.write("tree/a.txt", "a");
    symlink("a.txt", shop.path("tree/one")).unwrap();
    symlink("/etc", shop.path("tree/two")).unwrap();
    let partly = shop.run(&["put", "tree", "s3://media/up/"]).ended(3);
    assert_eq!(shop.store().keys("media"), ["up/a.txt"]);
    assert!(partly.err.contains("links are not followed (2 of them)"), "{}", partly.err);
    assert_eq!(partly.err.matches("  next ").count(), 1, "{}", partly.err);
}

#[test]
fn where_all_failed_it_is_no_part_success() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    shop.write("tree/a.txt", "a");
    shop.write("tree/b.txt", "b");
    shop.run(&["put", "tree", "s3://media/up/"]).ended(0);
    let refused = shop.run(&["put", "tree", "s3://media/up/"]).ended(1);
    assert!(refused.err.contains("--force"), "{}", refused.err);
    shop.run(&["put", "tree", "s3://media/up/", "--skip-existing"]).ended(0);
    shop.run(&["put", "tree", "s3://media/up/", "--force"]).ended(0);
}

#[test]
fn a_copy_onto_itself_says_that_nothing_was_sent() {
    let shop = Shop::open();
    shop.store().put("media", "p/a", "a");
    for (from, to) in [("p/a", "p/a"), ("p/", "p/"), ("p/", "p/deeper/")] {
        let (from, to) = (format!("s3://media/{from}"), format!("s3://media/{to}"));
        let refused = shop.run(&["cp", &from, &to, "--force"]).ended(1);
        assert!(refused.err.contains("Windlass does not copy"), "{}", refused.err);
    }
    assert_eq!(shop.store().keys("media"), ["p/a"]);
}

#[test]
fn keep_both_says_the_name_it_took() {
    let shop = Shop::open();
    shop.store().put("media", "a.txt", "remote");
    shop.write("a.txt", "mine");
    let job = shop.run(&["get", "s3://media/a.txt", "--keep-both", "--json"]).ended(0).json();
    let note = job[0]["notes"][0]["text"].as_str().unwrap();
    assert!(note.contains("a (1).txt"), "{note}");
}

#[test]
fn a_reader_that_leaves_early_is_no_error_to_speak_of() {
    let shop = Shop::open();
    for number in 0..3000 {
        shop.store().put("media", &format!("{number:0>200}"), "");
    }
    let mut command = shop.command(&["ls", "-r", "s3://media"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().contains("000"));
    drop(lines);
    let ended = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
}

#[test]
fn ctrl_c_takes_a_half_sent_upload_back() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    let mut command = shop.command(&["put", "-", "s3://media/long"]);
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&vec![7; 33 << 20]).unwrap();
    while shop.store().uploads_under_way("media") == 0 {
        sleep(Duration::from_millis(5));
    }
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let ended = child.wait_with_output().unwrap();
    drop(stdin);
    assert_eq!(ended.status.code(), Some(130));
    assert_eq!(shop.store().uploads_under_way("media"), 0);
    assert!(shop.store().keys("media").is_empty());
}

#[test]
fn help_is_the_same_in_both_lengths_and_fits_a_terminal() {
    let shop = Shop::open();
    for verb in ["", "demo", "ls", "get", "put", "cp", "rm", "mb", "rb", "presign", "completions"] {
        let arguments = |flag| [verb, flag].into_iter().filter(|word| !word.is_empty());
        let long = shop.run(&arguments("--help").collect::<Vec<_>>()).ended(0);
        let short = shop.run(&arguments("-h").collect::<Vec<_>>()).ended(0);
        assert_eq!(long.out, short.out, "{verb}");
        assert!(long.out.lines().all(|line| line.chars().count() <= 100), "{}", long.out);
        assert!(long.err.is_empty());
    }
}

#[test]
fn a_mistyped_command_is_asked_for_by_its_name() {
    let shop = Shop::open();
    let refused = shop.run(&["presgn"]).ended(2);
    assert!(refused.err.contains("neither a command nor a place"), "{}", refused.err);
    assert!(refused.err.contains("presign may be meant"), "{}", refused.err);
}

#[test]
fn a_pattern_that_cannot_be_read_is_refused_before_anything_is_touched() {
    let shop = Shop::open();
    shop.store().put("media", "a[1].txt", "x");
    shop.store().put("media", "b.gif", "x");
    for flag in ["--include", "--exclude"] {
        let refused = shop.run(&["rm", "-r", "s3://media", "--yes", flag, "["]).ended(2);
        assert!(refused.err.contains("its [ is not closed by ]"), "{}", refused.err);
    }
    shop.run(&["find", "s3://media", "--glob", "{a"]).ended(2);
    assert_eq!(shop.store().keys("media").len(), 2);
    let nested = ["rm", "-r", "s3://media", "--yes", "--exclude", "**/*.{jpg,{png,gif}}"];
    shop.run(&nested).ended(0);
    assert_eq!(shop.store().keys("media"), ["b.gif"]);
}

#[test]
fn two_sources_of_one_key_are_refused_before_anything_is_sent() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    shop.write("one/same.txt", "1");
    shop.write("two/same.txt", "2");
    for more in [&[][..], &["--force"], &["--keep-both"], &["--dry-run"]] {
        let line = [&["put", "one/same.txt", "two/same.txt", "s3://media/p/"], more].concat();
        let refused = shop.run(&line).ended(2);
        assert!(refused.err.contains("s3://media/p/same.txt"), "{}", refused.err);
    }
    assert!(shop.store().keys("media").is_empty());
}

#[test]
fn flags_of_put_stand_anywhere() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    shop.write("a", "1");
    shop.write("b", "2");
    shop.run(&["put", "a", "--force", "b", "--json", "s3://media/x/"]).ended(0);
    assert_eq!(shop.store().keys("media"), ["x/a", "x/b"]);
    let wrong = shop.run(&["put", "a", "b"]).ended(2);
    assert!(wrong.err.contains("DESTINATION"), "{}", wrong.err);
    let missing = shop.run(&["put", "a"]).ended(2);
    assert!(missing.err.contains("a destination is missing"), "{}", missing.err);
}

#[test]
fn errors_of_usage_are_objects_for_programs() {
    let shop = Shop::open();
    for line in [
        &["ls", "--nonsense", "--json"][..],
        &["rm", "-r", "s3://media/", "--json"],
        &["put", "a", "--json"],
        &["--endpoint-url", "foo", "ls", "--json"],
    ] {
        let refused = shop.run(line).ended(2);
        let told: Value = serde_json::from_str(&refused.err).unwrap();
        let error = &told["error"];
        assert_eq!(error["kind"], "Usage", "{told}");
        let what = error["what"].as_str().unwrap();
        assert!(!what.is_empty() && !what.contains("more information"), "{told}");
        assert!(error["code"].is_null(), "{told}");
    }
}

#[test]
fn a_bucket_that_is_not_there_is_no_missing_object() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    for line in [
        &["stat", "s3://nope/k"][..],
        &["meta", "s3://nope/k"],
        &["rm", "s3://nope/k"],
        &["rm", "-f", "s3://nope/k"],
        &["cp", "s3://nope/k", "s3://media/"],
        &["get", "s3://nope/k"],
        &["cp", "s3://media/k", "s3://nope/", "--dry-run"],
    ] {
        let ran = shop.run(line).ended(1);
        assert!(ran.err.contains("the bucket does not exist"), "{line:?}: {}", ran.err);
    }
    let object = shop.run(&["stat", "s3://media/k"]).ended(1);
    assert!(object.err.contains("the object does not exist"), "{}", object.err);
    shop.run(&["rm", "-f", "s3://media/k"]).ended(0);
}

#[test]
fn a_dry_run_says_what_the_run_would_do() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    shop.store().set_versioning("media", Versioning::Enabled);
    let before = |hours: u64| SystemTime::now() - Duration::from_secs(hours * 3600);
    let then = Stored::whole(Content::held("then"));
    shop.store().put_object_at("media", "a/gone", then, before(3));
    shop.store().remove_at("media", "a/gone", before(1));
    shop.store().put("media", "a/now", "1");
    let line = ["cp", "s3://media/a/", "s3://media/b/", "--at", "2h", "--dry-run", "--json"];
    let told = shop.run(&line).ended(0).json();
    assert_eq!(told[0]["to"], "s3://media/b/gone", "{told:?}");
    assert_eq!(told.len(), 2, "{told:?}");
    let inside = ["mv", "s3://media/a/", "s3://media/a/b/", "--dry-run"];
    shop.run(&inside).ended(1);
    let unknown = ["cp", "s3://media/a/now", "s3://media/c", "--version", "no", "--dry-run"];
    shop.run(&unknown).ended(1);
}

#[test]
fn a_key_of_white_space_is_a_key() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    for key in [" ", "\t", "\u{3000}", "  "] {
        let (place, copy) = (format!("s3://media/{key}"), format!("s3://media/copy{key}x"));
        shop.run_with_input(&["put", "-", &place], b"hello").ended(0);
        assert_eq!(shop.store().keys("media"), [key]);
        assert_eq!(shop.run(&["cat", &place]).ended(0).out, "hello");
        shop.run(&["stat", &place]).ended(0);
        shop.run(&["meta", &place, "--content-type", "text/x"]).ended(0);
        shop.run(&["meta", &place, "--tag", "a=b"]).ended(0);
        shop.run(&["presign", &place, "--test"]).ended(0);
        shop.run(&["cp", &place, &copy]).ended(0);
        shop.run(&["mv", &copy, &place, "--force"]).ended(0);
        shop.run(&["rm", &place]).ended(0);
        assert!(shop.store().keys("media").is_empty(), "{key:?}");
        shop.store().put("media", key, "x");
        shop.run(&["empty", "s3://media", "--yes"]).ended(0);
        assert!(shop.store().keys("media").is_empty(), "{key:?}");
    }
}
