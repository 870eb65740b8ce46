//! `diff`: in what objects, versions, files and trees differ, and its exit codes.

use std::fs;

use serde_json::{Value, json};
use windlass::demo::store::bucket::Versioning;

use crate::cli::shop::{Ran, Shop};

fn shop() -> Shop {
    let shop = Shop::open();
    let store = shop.store();
    for (key, text) in [
        ("a/same", "same"),
        ("a/gone", "gone"),
        ("a/size", "1"),
        ("a/bytes", "one"),
        ("b/same", "same"),
        ("b/new/one", "new"),
        ("b/size", "22"),
        ("b/bytes", "two"),
        ("poem.txt", "one\ntwo\nthree\n"),
        ("poem2.txt", "one\n2\nthree\n"),
    ] {
        store.put("media", key, text);
    }
    shop
}

fn changes(ran: &Ran) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    ran.json().iter().map(|line| (text(&line["key"]), text(&line["change"]))).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(key, change)| ((*key).to_owned(), (*change).to_owned())).collect()
}

#[test]
fn texts_are_compared_line_by_line() {
    let shop = shop();
    let ran = shop.run(&["diff", "s3://media/poem.txt", "s3://media/poem2.txt"]).ended(1);
    let unified = "--- s3://media/poem.txt\n+++ s3://media/poem2.txt\n@@ -1,3 +1,3 @@\n one\n-two\n\
                   +2\n three\n";
    assert_eq!(ran.out, unified);
    let ran = shop.run(&["diff", "s3://media/poem.txt", "s3://media/poem.txt"]).ended(0);
    assert_eq!(ran.out, "");
    let ran = shop.run(&["diff", "s3://media/poem.txt", "s3://media/poem2.txt", "--json"]);
    assert_eq!(ran.ended(1).json(), [json!({ "key": "poem.txt", "change": "changed" })]);
}

#[test]
fn a_text_is_printed_byte_for_byte() {
    let shop = shop();
    shop.store().put("media", "latin", b"caf\xe9\nend".to_vec());
    let file = shop.write("latin", b"caf\xe8\nend");
    let mut command = shop.command(&["diff", "s3://media/latin", file.to_str().unwrap()]);
    let out = command.output().unwrap();
    assert_eq!(out.status.code(), Some(1));
    let text = out.stdout;
    let has = |part: &[u8]| text.windows(part.len()).any(|window| window == part);
    assert!(has(b"-caf\xe9\n+caf\xe8\n end\n\\ No newline at end of file\n"), "{text:?}");
}

#[test]
fn a_file_of_this_machine_is_a_side_too() {
    let shop = shop();
    let same = shop.write("poem.txt", "one\ntwo\nthree\n");
    let folder = same.parent().unwrap().to_str().unwrap().to_owned();
    let same = same.to_str().unwrap();
    assert_eq!(shop.run(&["diff", "s3://media/poem.txt", same]).ended(0).out, "");
    assert_eq!(shop.run(&["diff", same, "s3://media/poem.txt"]).ended(0).out, "");
    let ran = shop.run(&["diff", same, "s3://media/poem2.txt"]).ended(1);
    assert!(ran.out.contains("\n-two\n+2\n"), "{}", ran.out);
    // As a shell's diff takes a file and a folder: what is named alike in it.
    shop.run(&["diff", "s3://media/poem.txt", &folder]).ended(0);
    shop.run(&["diff", same, "s3://media/"]).ended(0);
}

#[test]
fn what_is_no_text_is_compared_byte_by_byte() {
    let shop = shop();
    let (mut one, mut other) = (vec![0_u8; 3_000_000], vec![0_u8; 3_000_000]);
    shop.store().put("media", "one.bin", one.clone());
    other[2_500_000] = 1;
    shop.store().put("media", "other.bin", other);
    let ran = shop.run(&["diff", "s3://media/one.bin", "s3://media/other.bin"]).ended(1);
    let told = "s3://media/one.bin and s3://media/other.bin differ from byte 2,500,000 on\n";
    assert_eq!(ran.out, told);
    let file = shop.write("one.bin", &one);
    shop.run(&["diff", "s3://media/one.bin", file.to_str().unwrap()]).ended(0);
    one.push(0);
    let file = shop.write("longer.bin", &one);
    let ran = shop.run(&["diff", "s3://media/one.bin", file.to_str().unwrap(), "--json"]).ended(1);
    assert_eq!(changes(&ran), pairs(&[("one.bin", "changed")]));
}

#[test]
fn versions_of_one_key_are_compared() {
    let shop = shop();
    shop.store().create_bucket("vault");
    shop.store().set_versioning("vault", Versioning::Enabled);
    shop.store().put("vault", "a", "old\n");
    shop.store().put("vault", "a", "new\n");
    let rows = shop.run(&["versions", "s3://vault/a", "--json"]).ended(0).json();
    let old = format!("s3://vault/a?version={}", rows[1]["version"].as_str().unwrap());
    let ran = shop.run(&["diff", &old, "s3://vault/a"]).ended(1);
    assert!(ran.out.starts_with(&format!("--- {old}\n+++ s3://vault/a\n")), "{}", ran.out);
    assert!(ran.out.contains("-old\n+new\n"), "{}", ran.out);
    shop.run(&["diff", &old, &old]).ended(0);
    shop.run(&["diff", "s3://vault/a?version=nonsense", "s3://vault/a"]).ended(2);
}

const TREES: [(&str, &str); 4] =
    [("bytes", "changed"), ("gone", "gone"), ("new/one", "new"), ("size", "changed")];

#[test]
fn prefixes_are_compared_name_by_name() {
    let shop = shop();
    let ran = shop.run(&["diff", "s3://media/a/", "s3://media/b/", "--json"]).ended(1);
    assert_eq!(changes(&ran), pairs(&TREES));
    let text = shop.run(&["diff", "s3://media/a/", "s3://media/b/"]).ended(1);
    assert_eq!(text.out, "changed  bytes\ngone     gone\nnew      new/one\nchanged  size\n");
    assert_eq!(shop.run(&["diff", "s3://media/a/", "s3://media/a/"]).ended(0).out, "");
}

#[test]
fn a_folder_is_compared_with_a_prefix() {
    let shop = shop();
    for (name, text) in [("same", "same"), ("size", "22"), ("bytes", "two"), ("new/one", "new")] {
        let path = shop.path(&format!("tree/{name}"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let folder = shop.path("tree");
    let folder = folder.to_str().unwrap();
    let ran = shop.run(&["diff", "s3://media/a/", folder, "--json"]).ended(1);
    assert_eq!(changes(&ran), pairs(&TREES));
    shop.run(&["diff", folder, "s3://media/b/"]).ended(0);
}

#[test]
fn what_cannot_be_told_is_trouble() {
    let shop = shop();
    for sides in [
        ["s3://media/poem.txt", "s3://media/missing"],
        ["s3://media/missing", "s3://media/poem.txt"],
        ["s3://media/poem.txt", "missing.txt"],
        ["s3://missing/", "s3://media/"],
        ["s3://media/x/", "s3://media/y/"],
        ["s3://", "s3://media/"],
        ["s3://media/a/?version=1", "s3://media/a/"],
        ["-", "s3://media/poem.txt"],
    ] {
        let ran = shop.run(&["diff", sides[0], sides[1]]).ended(2);
        assert_eq!(ran.out, "");
        assert!(!ran.err.is_empty());
    }
    shop.run(&["diff", "s3://media/a/"]).ended(2);
}

#[test]
fn what_cannot_be_printed_is_trouble_and_no_difference() {
    let shop = shop();
    for (one, other) in [("poem.txt", "poem2.txt"), ("a/", "b/")] {
        let (one, other) = (format!("s3://media/{one}"), format!("s3://media/{other}"));
        let mut command = shop.command(&["diff", &one, &other]);
        command.stdout(fs::File::create("/dev/full").unwrap());
        let ended = command.output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(2), "{said}");
        assert!(said.contains("stdout cannot be written"), "{said}");
    }
}

#[test]
fn a_folder_with_nothing_but_its_marker_is_there() {
    let shop = shop();
    shop.store().put("media", "only/", "");
    shop.run(&["diff", "s3://media/only/", "s3://media/only/"]).ended(0);
    shop.run(&["diff", "s3://media/none/", "s3://media/none/"]).ended(2);
}

#[test]
fn a_place_of_another_connection_is_not_taken_for_a_file() {
    let shop = shop();
    let connection = "[connections.one]\nendpoint = \"http://127.0.0.1:9\"\n";
    shop.write("config/config.toml", connection);
    let ran = shop.run(&["diff", "one:media/a/", "x"]).ended(2);
    assert!(ran.err.contains("--connection"), "{}", ran.err);
    shop.write("one:file", "text");
    let ran = shop.run(&["diff", "one:file", "one:file"]).ended(0);
    assert_eq!(ran.out, "");
}
