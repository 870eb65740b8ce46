//! `find`, `du` and `tree`: what is below a place, chosen, counted and drawn.

use serde_json::{Value, json};
use windlass::demo::faults::Fault;
use windlass::demo::store::bucket::Versioning;

use crate::cli::shop::{Ran, Shop};
use crate::cli::uploads::begun;

fn shop() -> Shop {
    let shop = Shop::open();
    for (key, size) in [
        ("a/b/1.jpg", 10),
        ("a/b/2.JPG", 20),
        ("a/c/notes.txt", 5),
        ("a/x", 1),
        ("d/big.bin", 11_000_000),
        ("e", 3),
    ] {
        shop.store().put("media", key, vec![0_u8; size]);
    }
    shop
}

fn keys(ran: &Ran) -> Vec<String> {
    ran.json().iter().map(|line| line["key"].as_str().unwrap().to_owned()).collect()
}

fn found(flags: &[&str]) -> Vec<String> {
    let shop = shop();
    keys(&shop.run(&[&["find", "s3://media", "--json"], flags].concat()).ended(0))
}

#[test]
fn objects_are_found_by_name_size_age_class_and_ending() {
    assert_eq!(found(&["--glob", "*.jpg"]), ["a/b/1.jpg"]);
    assert_eq!(found(&["--glob", "a/*"]), ["a/x"]);
    assert_eq!(found(&["--glob", "a/**"]), ["a/b/1.jpg", "a/b/2.JPG", "a/c/notes.txt", "a/x"]);
    assert_eq!(found(&["--regex", "b/[0-9]"]), ["a/b/1.jpg", "a/b/2.JPG"]);
    assert_eq!(found(&["--size", ">10M"]), ["d/big.bin"]);
    assert_eq!(found(&["--size", ">10Mi"]), ["d/big.bin"]);
    assert_eq!(found(&["--size", ">=5", "--size", "<20"]), ["a/b/1.jpg", "a/c/notes.txt"]);
    assert_eq!(found(&["--ext", "JPG"]), ["a/b/1.jpg", "a/b/2.JPG"]);
    assert_eq!(found(&["--type", "image"]), ["a/b/1.jpg", "a/b/2.JPG"]);
    assert_eq!(found(&["--type", "Data", "--size", ">1M"]), ["d/big.bin"]);
    assert_eq!(found(&["nts"]), ["a/c/notes.txt"]);
    assert_eq!(found(&["--age", "<1d"]).len(), 6);
    assert!(found(&["--age", ">1d"]).is_empty(), "nothing found is no failure");
    assert!(found(&["--class", "glacier"]).is_empty());
    assert_eq!(found(&["--class", "standard"]).len(), 6);
}

#[test]
fn a_bad_pattern_is_wrong_usage() {
    let shop = shop();
    for flags in [["--glob", "["], ["--regex", "("], ["--size", "big"], ["--age", "old"]] {
        shop.run(&[&["find", "s3://media"], &flags[..]].concat()).ended(2);
    }
    let ran = shop.run(&["find", "s3://media", "--type", "cat"]).ended(2);
    assert!(ran.err.contains("image, media, archive"), "{}", ran.err);
    shop.run(&["find", "s3://"]).ended(2);
}

fn told(ran: &Ran) -> Vec<(String, u64, u64)> {
    let line = |line: &Value| {
        let number = |name: &str| line[name].as_u64().unwrap();
        (line["prefix"].as_str().unwrap().to_owned(), number("objects"), number("bytes"))
    };
    ran.json().iter().map(line).collect()
}

#[test]
fn du_counts_the_place_and_the_levels_asked_for() {
    let shop = shop();
    let all = shop.run(&["du", "s3://media", "--json"]).ended(0);
    assert_eq!(told(&all), [(String::new(), 6, 11_000_039)]);
    assert_eq!(all.json()[0]["by"], json!({}));
    let deep = shop.run(&["du", "s3://media/a/", "--depth", "1", "--json"]).ended(0);
    let expected = [("a/b/", 2, 30), ("a/c/", 1, 5), ("a/", 4, 36)];
    assert_eq!(told(&deep), expected.map(|(name, n, bytes)| (name.to_owned(), n, bytes)));
    let by = &shop.run(&["du", "s3://media/a/", "--by", "ext", "--json"]).ended(0).json()[0]["by"];
    assert_eq!(by["jpg"], json!({ "objects": 2, "bytes": 30 }));
    assert_eq!(by[""]["objects"], 1);
    let text = shop.run(&["du", "s3://media/a/b/"]).ended(0).out;
    assert_eq!(text, "2\t30\ts3://media/a/b/\n");
    shop.run(&["du", "s3://media/none/"]).ended(1);
}

#[test]
fn a_tree_draws_every_prefix_below_its_own() {
    let shop = shop();
    let text = shop.run(&["tree", "s3://media"]).ended(0).out;
    let names: Vec<&str> = text.lines().map(|line| line.rsplit_once("  ").unwrap().0).collect();
    assert_eq!(names, ["s3://media/", "├── a/", "│   ├── b/", "│   └── c/", "└── d/"], "{text}");
    let one = shop.run(&["tree", "--depth", "1", "s3://media"]).ended(0).out;
    assert_eq!(one.lines().count(), 3, "{one}");
}

#[test]
fn du_counts_what_is_stored_beside_the_objects_where_it_is_asked_to() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    shop.store().set_versioning("media", Versioning::Enabled);
    for (key, size) in [("a/1", 5), ("a/1", 7), ("b/2", 11)] {
        shop.store().put("media", key, vec![0_u8; size]);
    }
    shop.store().remove_at("media", "b/2", std::time::SystemTime::now());
    begun(&shop, &["a/0", "c/3"]);
    let all = shop.run(&["du", "--all", "--depth", "1", "--json", "s3://media"]).ended(0).json();
    let nothing = json!({ "objects": 0, "bytes": 0 });
    let one = |bytes| json!({ "objects": 1, "bytes": bytes });
    let line = |prefix: &str, objects, bytes, versions, markers, uploads| {
        json!({
            "prefix": prefix, "objects": objects, "bytes": bytes, "by": {},
            "versions": versions, "markers": markers, "uploads": uploads,
        })
    };
    let expected = [
        line("a/", 1, 7, one(5), 0, one(1000)),
        line("b/", 0, 0, one(11), 1, nothing.clone()),
        line("c/", 0, 0, nothing, 0, one(1000)),
        line(
            "",
            1,
            7,
            json!({ "objects": 2, "bytes": 16 }),
            1,
            json!({ "objects": 2, "bytes": 2000 }),
        ),
    ];
    assert_eq!(all, expected);
    let text = shop.run(&["du", "--all", "s3://media/b/"]).ended(0).out;
    assert!(text.starts_with("0\t0\ts3://media/b/\n1\t11\t  (old versions)\n"), "{text}");
    shop.run(&["du", "s3://media/b/"]).ended(1);
    shop.run(&["du", "--all", "s3://media/none/"]).ended(1);
    for operation in ["ListObjectVersions", "ListMultipartUploads"] {
        shop.server().faults().add(Fault::answer(501, "NotImplemented").on(operation).forever());
    }
    let ran = shop.run(&["du", "--all", "--json", "s3://media"]).ended(0);
    assert_eq!(
        ran.json(),
        [line("", 1, 7, Value::Null, 0, Value::Null)].map(|mut line| {
            line["markers"] = Value::Null;
            line
        })
    );
    assert!(ran.err.contains("old versions are not counted"), "{}", ran.err);
}

#[test]
fn a_search_that_cannot_be_meant_says_what_is_wrong_with_it() {
    let shop = shop();
    for (flags, said) in [
        (["--regex", "a("], "the regular expression \"a(\" cannot be read: unclosed group"),
        (["--age", "3d"], "write '<7d' or '>12h'"),
        (["--glob", "["], "the pattern \"[\" cannot be read: its [ is not closed by ]"),
    ] {
        let ran = shop.run(&[&["find", "s3://media"], &flags[..]].concat()).ended(2);
        assert!(ran.err.contains(said), "{}", ran.err);
    }
}
