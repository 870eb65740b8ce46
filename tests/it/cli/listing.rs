//! `ls` sorted, for people and for programs, and what is said of a listing that is not whole.

use std::time::{Duration, SystemTime};

use windlass::demo::faults::Fault;
use windlass::demo::store::content::Content;
use windlass::demo::store::object::Stored;

use crate::cli::shop::{Ran, Shop};

fn shop() -> Shop {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    for (key, size, hours) in [("b", 2, 3), ("a/x", 300, 2), ("a/y", 2000, 1), ("c", 300, 5)] {
        let stored = Stored::whole(Content::held(vec![0; size]));
        let at = SystemTime::now() - Duration::from_secs(3600 * hours);
        shop.store().put_object_at("media", key, stored, at);
    }
    shop
}

fn names(ran: &Ran) -> Vec<String> {
    let name = |line: &serde_json::Value| {
        line["key"].as_str().or(line["prefix"].as_str()).unwrap().to_owned()
    };
    ran.json().iter().map(name).collect()
}

#[test]
fn rows_are_sorted_as_they_are_asked_for() {
    let shop = shop();
    let listed = |flags: &[&str]| {
        names(&shop.run(&[&["ls", "--json", "s3://media"], flags].concat()).ended(0))
    };
    assert_eq!(listed(&["-r", "--sort", "size"]), ["a/y", "a/x", "c", "b"]);
    assert_eq!(listed(&["-r", "--sort", "size", "--reverse"]), ["b", "c", "a/x", "a/y"]);
    assert_eq!(listed(&["-r", "--sort", "time"]), ["a/y", "a/x", "b", "c"]);
    assert_eq!(listed(&["-r", "--sort", "time", "--reverse"]), ["c", "b", "a/x", "a/y"]);
    assert_eq!(listed(&["--sort", "name"]), ["a/", "b", "c"]);
    assert_eq!(listed(&["--reverse"]), ["c", "b", "a/"]);
    assert_eq!(listed(&["--sort", "size"]), ["a/", "c", "b"], "a prefix has no size");
    shop.run(&["ls", "s3://media/none/", "--sort", "size"]).ended(1);
    shop.run(&["ls", "s3://media", "--sort", "colour"]).ended(2);
}

#[test]
fn buckets_are_sorted_by_name_and_by_time() {
    let shop = shop();
    shop.store().create_bucket("archive");
    let buckets = |flags: &[&str]| {
        let ran = shop.run(&[&["ls", "--json"], flags].concat()).ended(0);
        ran.json().iter().map(|line| line["bucket"].as_str().unwrap().to_owned()).collect()
    };
    let (up, down): (Vec<String>, Vec<String>) = (buckets(&[]), buckets(&["--reverse"]));
    assert_eq!(up, ["archive", "media"]);
    assert_eq!(down, ["media", "archive"]);
    shop.run(&["ls", "--sort", "size"]).ended(2);
}

#[test]
fn etags_are_told_to_programs_without_quotes_and_sizes_to_people() {
    let shop = shop();
    let rows = shop.run(&["ls", "-r", "--json", "s3://media"]).ended(0).json();
    for row in &rows {
        let etag = row["etag"].as_str().unwrap();
        assert!(etag.len() == 32 && etag.bytes().all(|b| b.is_ascii_hexdigit()), "{row}");
        assert_eq!(row["class"], "STANDARD");
    }
    let found = shop.run(&["find", "--json", "s3://media", "--glob", "c"]).ended(0).json();
    assert_eq!(found, [rows[3].clone()]);
    let text = shop.run(&["ls", "-r", "--human", "s3://media/a/y"]).ended(0).out;
    assert!(text.ends_with("\t2.0 KiB\ta/y\n"), "{text}");
    let text = shop.run(&["ls", "-r", "s3://media/a/y"]).ended(0).out;
    assert!(text.ends_with("\t2000\ta/y\n"), "{text}");
}

#[test]
fn a_listing_that_is_not_whole_fails_and_says_so_on_its_last_line() {
    let shop = shop();
    for number in 0..1200 {
        shop.store().put("media", &format!("many/{number:04}"), vec![0; 3]);
    }
    let broken = Fault::answer(403, "AccessDenied").on("ListObjectsV2").after(1).forever();
    for verb in [&["ls", "-r"][..], &["ls", "-r", "--sort", "size"], &["find"], &["du"], &["tree"]]
    {
        shop.server().faults().clear();
        shop.server().faults().add(broken.clone());
        let ran = shop.run(&[verb, &["--json", "s3://media"]].concat()).ended(1);
        let lines = ran.json();
        let (last, others) = lines.split_last().unwrap();
        assert_eq!(last["whole"], false, "{verb:?}");
        assert!(others.iter().all(|line| line.get("whole").is_none()), "{verb:?}");
        assert!(verb[0] == "du" || verb[0] == "tree" || lines.len() == 1000, "{verb:?}");
        assert!(ran.err.contains("AccessDenied"), "{}", ran.err);
    }
    shop.server().faults().clear();
    shop.server().faults().add(broken);
    let ran = shop.run(&["find", "--json", "s3://media", "--glob", "nothing"]).ended(1);
    assert_eq!(ran.out, "");
}
