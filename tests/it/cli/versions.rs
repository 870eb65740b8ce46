//! The verbs on versions: what they print, restore and delete, and what they refuse.

use std::fs;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use windlass::demo::faults::Fault;
use windlass::demo::store::bucket::Versioning;
use windlass::demo::store::content::Content;
use windlass::demo::store::object::Stored;

use crate::cli::shop::{Ran, Shop};

const HOUR: u64 = 3600;

/// A bucket that keeps versions, with a past.
///
/// | key | 5 h ago | 3 h ago | 1 h ago |
/// |---|---|---|---|
/// | `a.txt` | `1` | `22` | |
/// | `a.txt.bak` | `b` | | |
/// | `dir/gone` | `old` | | deleted twice |
/// | `dir/new` | | | `new!` |
/// | `dir/same` | `same` | | |
fn shop() -> Shop {
    let shop = Shop::open();
    shop.store().create_bucket("vault");
    shop.store().set_versioning("vault", Versioning::Enabled);
    for (hours, key, text) in [
        (5, "a.txt", "1"),
        (5, "a.txt.bak", "b"),
        (5, "dir/gone", "old"),
        (5, "dir/same", "same"),
        (3, "a.txt", "22"),
        (1, "dir/new", "new!"),
    ] {
        shop.store().put_object_at("vault", key, object(text), before(hours));
    }
    shop.store().remove_at("vault", "dir/gone", before(1));
    shop.store().remove_at("vault", "dir/gone", before(1));
    shop
}

fn object(text: &'static str) -> Stored {
    Stored::whole(Content::held(text))
}

fn before(hours: u64) -> SystemTime {
    SystemTime::now() - Duration::from_secs(hours * HOUR)
}

fn column(ran: &Ran, name: &str) -> Vec<Value> {
    ran.json().iter().map(|row| row[name].clone()).collect()
}

fn version(shop: &Shop, key: &str, number: usize) -> String {
    let place = format!("s3://vault/{key}");
    let rows = shop.run(&["versions", &place, "--json"]).ended(0);
    rows.json()[number]["version"].as_str().unwrap().to_owned()
}

#[test]
fn versions_lists_one_key_or_all_below_a_prefix() {
    let shop = shop();
    let one = shop.run(&["versions", "s3://vault/a.txt", "--json"]).ended(0);
    assert_eq!(column(&one, "key"), ["a.txt", "a.txt"]);
    assert_eq!(column(&one, "size"), [2, 1]);
    assert_eq!(column(&one, "latest"), [true, false]);
    let row = &one.json()[0];
    assert_eq!((&row["bucket"], &row["marker"]), (&json!("vault"), &json!(false)));
    assert_eq!(row["etag"], "b6d767d2f8ed5d21a44b0e5886680cb9");
    assert_eq!(row["class"], "STANDARD");
    assert!(row["modified"].as_str().unwrap().ends_with('Z'));
    let all = shop.run(&["versions", "s3://vault/dir/", "--json"]).ended(0);
    let keys = ["dir/gone", "dir/gone", "dir/gone", "dir/new", "dir/same"];
    assert_eq!(column(&all, "key"), keys);
    assert_eq!(column(&all, "marker"), [true, true, false, false, false]);
    assert_eq!(all.json()[0]["size"], Value::Null);
    let deleted = shop.run(&["versions", "--deleted", "s3://vault", "--json"]).ended(0);
    assert_eq!(column(&deleted, "key"), ["dir/gone"; 3]);
    let text = shop.run(&["versions", "s3://vault/a.txt"]).ended(0);
    assert!(text.out.lines().next().unwrap().contains("\t2\tlatest\t"), "{}", text.out);
    shop.run(&["versions", "s3://vault/a"]).ended(1);
    shop.run(&["versions", "s3://vault/nothing/"]).ended(1);
    shop.run(&["versions", "s3://vault/dir/new", "--deleted"]).ended(0);
    shop.run(&["versions", "s3://"]).ended(2);
}

#[test]
fn the_versions_of_a_key_cost_one_request_among_any_number_of_siblings() {
    let shop = Shop::open();
    for number in 0..2500 {
        shop.store().put("vault", &format!("k{number:05}"), "");
    }
    shop.store().put("vault", "k", "x");
    shop.run(&["versions", "s3://vault/k", "--json"]).ended(0);
    assert_eq!(shop.server().faults().count("ListObjectVersions"), 1);
}

#[test]
fn cat_writes_bytes_of_now_and_then() {
    let shop = shop();
    let cat = |arguments: &[&str]| {
        let line: Vec<&str> = ["cat"].iter().chain(arguments).copied().collect();
        shop.run(&line)
    };
    assert_eq!(cat(&["s3://vault/dir/same"]).ended(0).out, "same");
    assert_eq!(cat(&["s3://vault/a.txt", "--at", "4h"]).ended(0).out, "1");
    assert_eq!(cat(&["s3://vault/dir/gone", "--at", "2 hours ago"]).ended(0).out, "old");
    assert_eq!(
        cat(&["s3://vault/a.txt", "--version", &version(&shop, "a.txt", 1)]).ended(0).out,
        "1"
    );
    for (range, bytes) in [("1-2", "am"), ("1-", "ame"), ("-2", "me"), ("0-99", "same")] {
        assert_eq!(cat(&["s3://vault/dir/same", "--range", range]).ended(0).out, bytes, "{range}");
    }
    let past_end = cat(&["s3://vault/dir/same", "--range", "4-"]).ended(1);
    assert!(past_end.err.contains("4 bytes"), "{}", past_end.err);
    cat(&["s3://vault/dir/same", "--range", "3-1"]).ended(2);
    cat(&["s3://vault/"]).ended(2);
    let missing = cat(&["s3://vault/dir/gone"]).ended(1);
    assert_eq!(missing.out, "");
    let early = cat(&["s3://vault/a.txt", "--at", "9h"]).ended(1);
    assert!(early.err.contains("was not there"), "{}", early.err);
    let future = cat(&["s3://vault/a.txt", "--at", "2999-01-01"]).ended(2);
    assert!(future.err.contains("in the future"), "{}", future.err);
    let marker =
        cat(&["s3://vault/dir/gone", "--version", &version(&shop, "dir/gone", 0)]).ended(1);
    assert!(marker.err.contains("delete marker"), "{}", marker.err);
}

#[test]
fn a_range_of_a_large_object_is_fetched_in_pieces_and_no_more() {
    let shop = Shop::open();
    let bytes: Vec<u8> = (0..=250).cycle().take(20 << 20).collect();
    shop.store().put("media", "large", bytes.clone());
    let ran = shop.run(&["cat", "s3://media/large", "--range", "1000-18000000"]).ended(0);
    assert_eq!(ran.bytes, &bytes[1000..=18_000_000]);
    let asked = shop.server().faults().log();
    let ranges: Vec<_> = asked.iter().filter(|asked| asked.operation == "GetObject").collect();
    assert_eq!(ranges.len(), 3, "{ranges:?}");
}

#[test]
fn ls_and_get_and_cp_show_a_bucket_as_it_was() {
    let shop = shop();
    let level = shop.run(&["ls", "s3://vault", "--at", "4h", "--json"]).ended(0);
    assert_eq!(column(&level, "key"), [json!("a.txt"), json!("a.txt.bak"), Value::Null]);
    assert_eq!(level.json()[0]["size"], 1);
    assert_eq!(level.json()[0]["version"], json!(version(&shop, "a.txt", 1)));
    let below = shop.run(&["ls", "-r", "s3://vault", "--at", "2h", "--json"]).ended(0);
    assert_eq!(column(&below, "key"), ["a.txt", "a.txt.bak", "dir/gone", "dir/same"]);
    shop.run(&["ls", "s3://vault/dir/", "--at", "9h"]).ended(1);
    shop.run(&["ls", "--at", "9h"]).ended(2);
    let job = shop.run(&["get", "s3://vault/dir/", "then", "--at", "2h", "--json"]).ended(0).json();
    assert_eq!((&job[0]["objects"], &job[0]["version"]), (&json!(2), &Value::Null));
    assert_eq!(fs::read_to_string(shop.path("then/gone")).unwrap(), "old");
    assert!(!shop.path("then/new").exists());
    let job = shop.run(&["get", "s3://vault/a.txt", "--at", "4h", "--json"]).ended(0).json();
    assert_eq!(job[0]["version"], json!(version(&shop, "a.txt", 1)));
    assert_eq!(fs::read_to_string(shop.path("a.txt")).unwrap(), "1");
    assert_eq!(shop.run(&["get", "s3://vault/a.txt", "-", "--at", "4h"]).ended(0).out, "1");
    shop.run(&["cp", "s3://vault/dir/", "s3://vault/copy/", "--at", "2h"]).ended(0);
    assert_eq!(shop.store().bytes("vault", "copy/gone").unwrap(), "old");
    assert!(shop.store().object("vault", "copy/new").is_none());
    shop.run(&[
        "cp",
        "s3://vault/a.txt",
        "s3://vault/b.txt",
        "--version",
        &version(&shop, "a.txt", 1),
    ])
    .ended(0);
    assert_eq!(shop.store().bytes("vault", "b.txt").unwrap(), "1");
    shop.run(&["mv", "s3://vault/a.txt", "s3://vault/c.txt", "--at", "4h"]).ended(2);
    shop.run(&["get", "s3://vault/dir/", "x", "--version", "1"]).ended(2);
}

#[test]
fn restore_brings_one_key_back() {
    let shop = shop();
    let done = shop.run(&["restore", "s3://vault/dir/gone", "--json"]).ended(0).json();
    assert_eq!(done[0]["restored"], 1);
    assert_eq!(shop.store().bytes("vault", "dir/gone").unwrap(), "old", "both markers are gone");
    let again = shop.run(&["restore", "s3://vault/dir/gone", "--json"]).ended(0).json();
    assert_eq!((&again[0]["restored"], &again[0]["unchanged"]), (&json!(0), &json!(1)));
    shop.run(&["restore", "s3://vault/a.txt", "--version", &version(&shop, "a.txt", 1)]).ended(0);
    assert_eq!(shop.store().bytes("vault", "a.txt").unwrap(), "1");
    assert_eq!(
        shop.run(&["versions", "s3://vault/a.txt"]).out.lines().count(),
        3,
        "nothing is lost"
    );
    let early = shop.run(&["restore", "s3://vault/dir/new", "--at", "2h"]).ended(1);
    assert!(early.err.contains("was not there"), "{}", early.err);
    for (code, arguments) in [
        (1, vec!["s3://vault/never"]),
        (1, vec!["s3://vault/a.txt", "--version", "nonsense"]),
        (2, vec!["s3://vault/dir/"]),
        (2, vec!["s3://vault/a.txt", "--at", "2999-01-01"]),
        (2, vec!["s3://vault/a.txt", "--at", "2h", "--version", "x"]),
        (2, vec!["s3://vault/dir/", "-r", "--exact"]),
    ] {
        let line: Vec<&str> = ["restore"].into_iter().chain(arguments).collect();
        shop.run(&line).ended(code);
    }
}

#[test]
fn restore_brings_a_prefix_back_and_names_what_is_younger() {
    let shop = shop();
    let line = ["restore", "-r", "s3://vault", "--at", "4h", "--json"];
    let dry: Vec<&str> = line.iter().copied().chain(["--dry-run"]).collect();
    let planned = shop.run(&dry).ended(0).json();
    let states: Vec<_> =
        planned.iter().map(|row| (row["key"].clone(), row["state"].clone())).collect();
    assert_eq!(
        states[..3],
        [
            (json!("a.txt"), json!("would")),
            (json!("dir/gone"), json!("would")),
            (json!("dir/new"), json!("left")),
        ]
    );
    assert_eq!(shop.store().bytes("vault", "a.txt").unwrap(), "22", "nothing is done");
    let done = shop.run(&line).ended(0).json();
    assert_eq!((&done[0]["key"], &done[0]["state"]), (&json!("dir/new"), &json!("left")));
    let summary = &done[1];
    let counts = ["restored", "unchanged", "left", "failed"].map(|name| summary[name].clone());
    assert_eq!(counts, [json!(2), json!(2), json!(1), json!(0)], "{summary}");
    assert_eq!(shop.store().bytes("vault", "a.txt").unwrap(), "1");
    assert_eq!(shop.store().bytes("vault", "dir/gone").unwrap(), "old");
    let exact: Vec<&str> = line.iter().copied().chain(["--exact"]).collect();
    let summary = shop.run(&exact).ended(0).json().pop().unwrap();
    assert_eq!((&summary["left"], &summary["deleted"]), (&json!(0), &json!(1)), "{summary}");
    assert!(shop.store().object("vault", "dir/new").is_none());
    shop.store().create_bucket("media");
    let undeleted = shop.run(&["restore", "-r", "s3://vault/dir/", "--json"]).ended(0).json();
    assert_eq!(undeleted[0]["restored"], 1);
    shop.run(&["restore", "-r", "s3://vault/nothing/"]).ended(1);
}

#[test]
fn what_cannot_be_restored_is_named_and_the_rest_comes_back() {
    let shop = shop();
    let refused = Fault::answer(403, "AccessDenied").on("CopyObject").forever();
    shop.server().faults().add(refused);
    let ran = shop.run(&["restore", "-r", "s3://vault", "--at", "4h", "--json"]).ended(3);
    let summary = ran.json().pop().unwrap();
    assert_eq!((&summary["restored"], &summary["failed"]), (&json!(1), &json!(1)), "{summary}");
    assert!(ran.err.contains("s3://vault/a.txt"), "{}", ran.err);
}

#[test]
fn rm_of_versions_is_final_and_asks_for_the_name() {
    let shop = shop();
    let old = version(&shop, "a.txt", 1);
    let done = shop.run(&["rm", "s3://vault/a.txt", "--version", &old, "--json"]).ended(0).json();
    assert_eq!((&done[0]["job"], &done[0]["objects"]), (&json!("rm"), &json!(1)));
    assert_eq!(shop.run(&["versions", "s3://vault/a.txt"]).out.lines().count(), 1);
    shop.run(&["rm", "s3://vault/a.txt", "--version", &old]).ended(1);
    shop.run(&["rm", "-f", "s3://vault/a.txt", "--version", &old]).ended(0);
    for input in ["y\n", "dir/gone\n", ""] {
        let line = ["rm", "s3://vault/dir/gone", "--all-versions"];
        let refused = shop.run_with_input(&line, input.as_bytes()).ended(2);
        assert!(refused.err.contains("--yes"), "{}", refused.err);
    }
    let line = ["rm", "s3://vault/dir/gone", "--all-versions", "--yes", "--json"];
    let done = shop.run(&line).ended(0).json();
    assert_eq!((&done[0]["objects"], &done[0]["markers"]), (&json!(3), &json!(2)));
    shop.run(&["versions", "s3://vault/dir/gone"]).ended(1);
    shop.run(&["rm", "s3://vault/dir/", "--all-versions", "--yes"]).ended(2);
    shop.run(&["rm", "-r", "s3://vault/dir", "--all-versions", "--yes"]).ended(0);
    let left = shop.run(&["versions", "s3://vault", "--json"]).ended(0);
    assert_eq!(column(&left, "key"), ["a.txt", "a.txt.bak"]);
}

#[test]
fn empty_leaves_nothing_in_a_bucket() {
    let shop = shop();
    shop.run(&["empty", "s3://vault"]).ended(2);
    shop.run_with_input(&["empty", "s3://vault"], b"vault\n").ended(2);
    shop.run(&["empty", "s3://vault/dir/", "--yes"]).ended(2);
    let done = shop.run(&["empty", "s3://vault", "--yes", "--json"]).ended(0).json();
    let expected = json!({
        "objects": 4, "versions": 2, "markers": 2, "uploads": 0, "bytes": 15, "failed": 0,
    });
    assert_eq!(done, [expected]);
    let again = shop.run(&["empty", "s3://vault", "--yes", "--json"]).ended(0).json();
    assert_eq!(again[0]["objects"], 0);
    shop.run(&["rb", "s3://vault"]).ended(0);
    shop.run(&["empty", "s3://vault", "--yes"]).ended(1);
}

#[test]
fn what_is_locked_stays_in_the_bucket_and_is_counted() {
    let shop = Shop::open();
    for key in ["a", "b"] {
        shop.store().put("locked", key, "x");
    }
    let refused = Fault::answer(403, "AccessDenied").on("DeleteObject").forever();
    shop.server().faults().add(refused);
    shop.server().faults().add(Fault::answer(501, "NotImplemented").on("DeleteObjects").forever());
    let ran = shop.run(&["empty", "s3://locked", "--yes", "--json"]).ended(1);
    assert_eq!(ran.json()[0]["failed"], 2, "each is tried once");
    assert_eq!(shop.store().keys("locked"), ["a", "b"]);
}

#[test]
fn where_no_versions_are_kept_it_is_said() {
    let shop = Shop::open();
    shop.store().put_object_at("plain", "k", object("x"), before(5));
    let ran = shop.run(&["ls", "s3://plain", "--at", "1h"]).ended(0);
    assert!(ran.err.contains("keeps no versions"), "{}", ran.err);
    let only = shop.run(&["versions", "s3://plain/k", "--json"]).ended(0).json();
    assert_eq!((&only[0]["version"], &only[0]["latest"]), (&json!("null"), &json!(true)));
    let r2 = ["--connection", "r2"];
    let server = shop.server();
    let config = format!(
        "[connections.r2]\nprovider = \"r2\"\nendpoint = \"{}\"\nregion = \"auto\"\n\
         access_key_id = \"{}\"\nsecret_access_key = \"{}\"\n",
        server.endpoint(),
        server.access_key_id(),
        server.secret_access_key(),
    );
    shop.write("config/config.toml", config);
    let before = shop.server().faults().log().len();
    for verb in [
        &["versions", "s3://plain/k"][..],
        &["restore", "s3://plain/k"],
        &["cat", "s3://plain/k", "--at", "1h"],
        &["ls", "s3://plain", "--at", "1h"],
        &["rm", "s3://plain/k", "--all-versions", "--yes"],
    ] {
        let line: Vec<&str> = verb.iter().chain(&r2).copied().collect();
        let refused = shop.run(&line).ended(1);
        assert!(refused.err.contains("R2 has no object versions"), "{verb:?} {}", refused.err);
    }
    assert_eq!(shop.server().faults().log().len(), before, "nothing was sent for it");
    let emptied =
        shop.run(&["empty", "s3://plain", "--yes", "--json", "--connection", "r2"]).ended(0);
    assert_eq!(emptied.json()[0]["objects"], 1);
}

#[test]
fn filters_hold_for_versions_and_for_what_is_named() {
    let shop = shop();
    let line = ["rm", "-r", "s3://vault/", "--all-versions", "--yes", "--exclude", "a.txt"];
    shop.run(&line).ended(0);
    let left = shop.run(&["versions", "s3://vault", "--json"]).ended(0);
    assert_eq!(column(&left, "key"), ["a.txt", "a.txt"], "every version of what is excluded");
    shop.run(&["rm", "s3://vault/a.txt", "--all-versions", "--yes", "--exclude", "*.txt"]).ended(0);
    let only = ["rm", "-r", "s3://vault/", "--all-versions", "--yes", "--include", "*.jpg"];
    shop.run(&only).ended(0);
    let newest = version(&shop, "a.txt", 0);
    let named = ["rm", "s3://vault/a.txt", "--version", &newest, "--exclude", "a.*"];
    shop.run(&named).ended(0);
    assert_eq!(shop.run(&["versions", "s3://vault"]).ended(0).out.lines().count(), 2);
    shop.run(&["rm", "s3://vault/a.txt", "--exclude", "a.txt"]).ended(0);
    assert_eq!(shop.store().keys("vault"), ["a.txt"]);
}

#[test]
fn nothing_is_deleted_as_younger_where_nobody_knows_what_was_there() {
    let shop = Shop::open();
    for hours in [3, 1] {
        shop.store().put_object_at("plain", "k", object("x"), before(hours));
    }
    let exact = ["restore", "-r", "s3://plain", "--at", "2h", "--exact", "--json"];
    let ran = shop.run(&exact).ended(0);
    assert!(ran.err.contains("keeps no versions"), "{}", ran.err);
    let (left, sum) = (&ran.json()[0], &ran.json()[1]);
    assert_eq!((&left["key"], &left["state"]), (&json!("k"), &json!("left")));
    assert_eq!((&sum["deleted"], &sum["left"]), (&json!(0), &json!(1)));
    assert_eq!(shop.store().keys("plain"), ["k"]);
    // An object from before versions were kept may have overwritten another, too.
    shop.store().set_versioning("plain", Versioning::Enabled);
    shop.store().put_object_at("plain", "new", object("y"), before(1));
    let sum = shop.run(&exact).ended(0).json().pop().unwrap();
    assert_eq!((&sum["deleted"], &sum["left"]), (&json!(1), &json!(1)));
    assert_eq!(shop.store().keys("plain"), ["k"]);
    shop.store().create_bucket("media");
    let undeleted = shop.run(&["restore", "-r", "s3://media"]);
    assert!(undeleted.err.contains("keeps no versions"), "{}", undeleted.err);
}

#[test]
fn where_no_version_is_something_else_than_the_list_of_versions_is_named() {
    let shop = shop();
    for (place, said) in [("nope", "version of this object"), ("nope/", "below this prefix")] {
        let ran = shop.run(&["versions", &format!("s3://vault/{place}")]).ended(1);
        assert!(ran.err.contains(said) && ran.err.contains("windlass ls"), "{}", ran.err);
        assert!(!ran.err.contains("windlass versions"), "{}", ran.err);
    }
}
