//! `index` and `find --indexed`: kept on this machine, searched without the server.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};
use windlass::demo::faults::Fault;

use crate::cli::shop::{Ran, Shop};

const KEYS: [&str; 4] = ["p/a.jpg", "p/b/\u{1b}[2J\n", "p/b/c.JPG", "p/é/\u{10ffff}"];

fn shop() -> Shop {
    let shop = Shop::open();
    for (size, key) in KEYS.iter().enumerate() {
        shop.store().put("media", key, vec![0; size + 1]);
    }
    shop.store().put("media", "q", vec![0; 50]);
    shop
}

fn keys(ran: &Ran) -> Vec<String> {
    ran.json().iter().map(|line| line["key"].as_str().unwrap().to_owned()).collect()
}

fn requests(shop: &Shop) -> usize {
    shop.server().faults().log().len()
}

#[test]
fn an_index_answers_as_the_server_would_and_asks_it_nothing() {
    let shop = shop();
    let missing = shop.run(&["find", "--indexed", "s3://media/p/"]).ended(1);
    assert!(missing.err.contains("windlass index s3://bucket/prefix/"), "{}", missing.err);
    let made = shop.run(&["index", "--json", "s3://media/p/"]).ended(0).json();
    assert_eq!((&made[0]["keys"], &made[0]["bytes"]), (&json!(4), &json!(10)));
    let before = requests(&shop);
    let asked = ["find", "--indexed", "--json", "s3://media/p/"];
    let found = shop.run(&asked).ended(0);
    assert_eq!(keys(&found), KEYS);
    assert!(found.err.contains("the index of s3://media/p/ is moments old"), "{}", found.err);
    let within = shop.run(&["find", "--indexed", "--json", "s3://media/p/b/", "--ext", "jpg"]);
    assert_eq!(keys(&within.ended(0)), ["p/b/c.JPG"]);
    shop.run(&["find", "--indexed", "s3://media/"]).ended(1);
    assert_eq!(requests(&shop), before);
    let listed = shop.run(&["find", "--json", "s3://media/p/"]).ended(0);
    assert_eq!(listed.out, found.out);
}

#[test]
fn indexes_are_listed_and_dropped_and_are_the_users_alone() {
    let shop = shop();
    assert_eq!(shop.run(&["index", "list", "--json"]).ended(0).out, "");
    shop.run(&["index", "s3://media/p/"]).ended(0);
    shop.run(&["index", "s3://media"]).ended(0);
    let list = shop.run(&["index", "list", "--json"]).ended(0).json();
    let names: Vec<&str> = list[0].as_object().unwrap().keys().map(String::as_str).collect();
    let mut expected = ["location", "keys", "bytes", "made_at", "refreshed_at", "whole"];
    expected.sort_unstable();
    let mut names = names;
    names.sort_unstable();
    assert_eq!(names, expected);
    let told =
        |line: &Value| (line["location"].clone(), line["keys"].clone(), line["whole"].clone());
    assert_eq!(told(&list[0]), (json!("s3://media/"), json!(5), json!(true)));
    assert_eq!(told(&list[1]), (json!("s3://media/p/"), json!(4), json!(true)));
    let folder = shop.path("state/indexes");
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(folder.clone()), 0o700);
    for file in fs::read_dir(&folder).unwrap() {
        assert_eq!(mode(file.unwrap().path()), 0o600);
    }
    shop.run(&["index", "--drop", "s3://media/p/"]).ended(0);
    shop.run(&["index", "--drop", "s3://media/p/"]).ended(1);
    assert_eq!(shop.run(&["index", "list"]).ended(0).out.lines().count(), 1);
    shop.run(&["index", "s3://media/none/"]).ended(1);
    shop.run(&["index"]).ended(2);
    shop.run(&["index", "s3://"]).ended(2);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}

#[test]
fn changes_are_told_and_the_index_is_refreshed_by_them() {
    let shop = shop();
    shop.run(&["index", "changes", "s3://media/p/"]).ended(1);
    let made = shop.run(&["index", "s3://media/p/", "--json"]).ended(0).json();
    shop.store().put("media", "p/new", vec![0; 7]);
    shop.store().put("media", "p/a.jpg", vec![1; 9]);
    shop.store().remove_at("media", "p/b/c.JPG", std::time::SystemTime::now());
    let changes = ["index", "changes", "s3://media/p/", "--json"];
    let told = shop.run(&changes).ended(0).json();
    let line =
        |key: &str, change: &str, size: u64| json!({ "key": key, "change": change, "size": size });
    let expected =
        [line("p/a.jpg", "changed", 9), line("p/b/c.JPG", "gone", 3), line("p/new", "new", 7)];
    assert_eq!(told, expected);
    assert_eq!(shop.run(&changes).ended(0).out, "");
    let list = shop.run(&["index", "list", "--json"]).ended(0).json();
    assert_eq!((&list[0]["made_at"], &list[0]["keys"]), (&made[0]["made_at"], &json!(4)));
}

#[test]
fn a_listing_that_breaks_off_replaces_no_index_that_is_whole() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    for number in 0..1500 {
        shop.store().put("media", &format!("{number:04}"), vec![0; 1]);
    }
    let broken = || Fault::answer(403, "AccessDenied").on("ListObjectsV2").after(1).forever();
    shop.server().faults().add(broken());
    let half = shop.run(&["index", "s3://media", "--json"]).ended(1).json();
    assert_eq!((&half[0]["keys"], &half[0]["whole"]), (&json!(1000), &json!(false)));
    let found = shop.run(&["find", "--indexed", "--json", "s3://media"]).ended(1);
    assert_eq!(found.json().last().unwrap()["whole"], false);
    shop.server().faults().clear();
    shop.run(&["index", "s3://media"]).ended(0);
    shop.server().faults().add(broken());
    let ran = shop.run(&["index", "s3://media"]).ended(1);
    assert!(ran.err.contains("stays as it is"), "{}", ran.err);
    shop.store().put("media", "0000", vec![1; 5]);
    shop.server().faults().clear();
    shop.server().faults().add(broken());
    let told = shop.run(&["index", "changes", "s3://media", "--json"]).ended(1).json();
    assert_eq!(told, [json!({ "key": "0000", "change": "changed", "size": 5, "whole": false })]);
    shop.server().faults().clear();
    let list = shop.run(&["index", "list", "--json"]).ended(0).json();
    assert_eq!((&list[0]["keys"], &list[0]["whole"]), (&json!(1500), &json!(true)));
}
