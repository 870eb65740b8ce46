//! What objects are described with: `stat`, `meta`, `types`, and the flags of `put`, `cp`, `mv`.

use std::fs;

use serde_json::{Value, json};
use windlass::config::saving;
use windlass::domain::attributes::Attributes;
use windlass::domain::object::ObjectHeaders;

use crate::cli::shop::{Ran, Shop};

fn stat(shop: &Shop, place: &str) -> Value {
    shop.run(&["stat", place, "--json"]).ended(0).json().remove(0)
}

fn states(run: &Ran) -> Vec<Value> {
    run.json().into_iter().map(|line| line["state"].clone()).collect()
}

#[test]
fn an_upload_is_described_by_flags_and_stat_tells_all_of_it() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    shop.write("a.txt", "hello");
    let flags = [
        "--content-type",
        "text/x-odd",
        "--cache-control",
        "no-cache",
        "--content-language",
        "de",
        "--content-disposition",
        "attachment",
        "--content-encoding",
        "identity",
        "--expires",
        "2030-01-01T00:00:00Z",
        "--metadata",
        "Team=web",
        "--metadata",
        "u=grün",
        "--tag",
        "kind=a b",
        "--class",
        "standard_ia",
        "--acl",
        "public-read",
        "--sse",
        "aws:kms",
        "--sse-key-id",
        "alias/mine",
    ];
    let put = [&["put", "a.txt", "s3://media/"], &flags[..]].concat();
    shop.run(&put).ended(0);
    let line = stat(&shop, "s3://media/a.txt");
    for (name, value) in [
        ("bucket", json!("media")),
        ("key", json!("a.txt")),
        ("size", json!(5)),
        ("version", Value::Null),
        ("class", json!("STANDARD_IA")),
        ("content_type", json!("text/x-odd")),
        ("cache_control", json!("no-cache")),
        ("content_disposition", json!("attachment")),
        ("content_encoding", json!("identity")),
        ("content_language", json!("de")),
        ("expires", json!("2030-01-01T00:00:00Z")),
        ("tags", json!({ "kind": "a b" })),
        ("encryption", json!("aws:kms")),
        ("retention", Value::Null),
        ("legal_hold", Value::Null),
        ("restore", Value::Null),
        ("archived", json!(false)),
        ("parts", Value::Null),
    ] {
        assert_eq!(line.get(name), Some(&value), "{name}: {line}");
    }
    assert_eq!(
        (&line["metadata"]["team"], &line["metadata"]["u"]),
        (&json!("web"), &json!("grün"))
    );
    assert!(!line["etag"].as_str().unwrap().contains('"'));
    assert!(line["checksums"]["CRC64NVME"].is_string(), "{line}");
    assert!(line["modified"].as_str().unwrap().ends_with('Z'));
    let people = shop.run(&["stat", "s3://media/a.txt"]).ended(0);
    assert!(people.out.contains("cache-control") && people.out.contains("AllUsers READ"));
}

#[test]
fn several_are_told_and_one_that_is_missing_is_no_end() {
    let shop = Shop::open();
    shop.store().put("media", "a", "1");
    let some = shop.run(&["stat", "s3://media/none", "s3://media/a", "--json"]).ended(3);
    assert_eq!(some.json()[0]["key"], "a");
    assert!(some.err.contains("NoSuchKey"), "{}", some.err);
    shop.run(&["stat", "s3://media/none"]).ended(1);
    shop.run(&["stat", "s3://media/a", "s3://media/b", "--version", "x"]).ended(2);
}

#[test]
fn meta_changes_what_is_said_and_keeps_the_rest() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    shop.write("a.txt", "hello");
    let put = "put a.txt s3://media/ --cache-control no-cache --metadata kept=1 --metadata gone=2 \
               --tag t=1 --class STANDARD_IA --acl public-read --sse AES256";
    shop.run(&put.split_whitespace().collect::<Vec<_>>()).ended(0);
    let change: Vec<&str> = "meta s3://media/a.txt --content-type text/markdown --json \
        --remove-metadata gone --metadata new=3 --tag u=2"
        .split_whitespace()
        .collect();
    let dry = shop.run(&[&change[..], &["--dry-run"]].concat()).ended(0).json().remove(0);
    let expected = json!({
        "content_type": ["text/plain", "text/markdown"], "metadata.gone": ["2", null],
        "metadata.new": [null, "3"], "tags.u": [null, "2"],
    });
    assert_eq!((&dry["state"], &dry["changed"]), (&json!("would"), &expected));
    assert_eq!(stat(&shop, "s3://media/a.txt")["content_type"], "text/plain");
    let done = shop.run(&change).ended(0).json().remove(0);
    assert_eq!((&done["state"], &done["changed"]), (&json!("changed"), &expected));
    let after = stat(&shop, "s3://media/a.txt");
    assert_eq!(after["content_type"], "text/markdown");
    assert_eq!(
        (&after["cache_control"], &after["class"]),
        (&json!("no-cache"), &json!("STANDARD_IA"))
    );
    assert_eq!(
        (&after["encryption"], &after["tags"]),
        (&json!("AES256"), &json!({"t": "1", "u": "2"}))
    );
    assert_eq!(after["grants"], json!(["AllUsers READ"]), "the ACL is put back");
    assert_eq!(after["metadata"]["kept"], "1");
    let again = shop.run(&change).ended(0).json().remove(0);
    assert_eq!((&again["state"], &again["changed"]), (&json!("same"), &json!({})));
    let cleared = ["meta", "s3://media/a.txt", "--cache-control", "", "--json"];
    let cleared = shop.run(&cleared).ended(0).json().remove(0);
    assert_eq!(cleared["changed"], json!({ "cache_control": ["no-cache", null] }));
}

#[test]
fn tags_alone_make_no_new_version() {
    let shop = Shop::open();
    shop.store().put("media", "a", "1");
    let before = stat(&shop, "s3://media/a")["modified"].clone();
    shop.run(&["meta", "s3://media/a", "--tag", "x=1"]).ended(0);
    let log = shop.server().faults().log();
    let sent: Vec<&str> = log.iter().map(|request| request.operation.as_str()).collect();
    assert!(sent.contains(&"PutObjectTagging") && !sent.contains(&"CopyObject"), "{sent:?}");
    let after = stat(&shop, "s3://media/a");
    assert_eq!((&after["tags"], &after["modified"]), (&json!({ "x": "1" }), &before));
    let many: Vec<String> = (0..11).map(|n| format!("--tag=k{n}=v")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    shop.run(&[&["meta", "s3://media/a"], &many[..]].concat()).ended(2);
    let over = shop.run(&[&["meta", "s3://media/a"], &many[..10]].concat()).ended(1);
    assert!(over.err.contains("11 tags"), "{}", over.err);
}

#[test]
fn tags_are_removed_from_no_object_of_a_server_that_has_none() {
    let shop = Shop::open();
    let endpoint = shop.server().endpoint();
    let text =
        format!("default = \"r\"\n[connections.r]\nprovider = \"r2\"\nendpoint = \"{endpoint}\"\n");
    shop.write("config/config.toml", text);
    for key in ["a", "b"] {
        shop.store().put("media", key, "1");
    }
    for change in [["--remove-tag", "x"], ["--tag", "x=1"]] {
        let refused = shop.run(&[&["meta", "-r", "s3://media"], &change[..]].concat()).ended(1);
        let told = &refused.err;
        assert_eq!(told.matches("cannot do this: R2 has no object tags").count(), 1, "{told}");
        assert!(!told.contains("cannot be read"), "{told}");
    }
    assert_eq!(shop.server().faults().count("HeadObject"), 0);
}

#[test]
fn meta_goes_below_a_prefix_only_where_it_is_asked_to() {
    let shop = Shop::open();
    for key in ["p/a", "p/b", "pp"] {
        shop.store().put("media", key, "1");
    }
    shop.run(&["meta", "s3://media/p/", "--class", "STANDARD_IA"]).ended(2);
    let run =
        shop.run(&["meta", "s3://media/p", "-r", "--class", "STANDARD_IA", "--json"]).ended(0);
    assert_eq!(states(&run), ["changed", "changed"]);
    assert_eq!(stat(&shop, "s3://media/pp")["class"], "STANDARD");
    shop.run(&["meta", "s3://media/nothing/", "-r", "--class", "STANDARD_IA"]).ended(1);
    shop.run(&["meta", "s3://media/p/a", "--metadata", "x=1", "--remove-metadata", "X"]).ended(2);
}

#[test]
fn a_copy_and_a_move_add_to_what_is_there_and_replace_their_own() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    shop.write("a.txt", "hello");
    let put = "put a.txt s3://media/ --cache-control no-cache --metadata one=1 --tag t=1";
    shop.run(&put.split_whitespace().collect::<Vec<_>>()).ended(0);
    let copy = "cp s3://media/a.txt s3://media/b.txt --content-type x/y --metadata two=2 --tag u=2";
    shop.run(&copy.split_whitespace().collect::<Vec<_>>()).ended(0);
    let copied = stat(&shop, "s3://media/b.txt");
    assert_eq!(
        (&copied["content_type"], &copied["cache_control"]),
        (&json!("x/y"), &json!("no-cache"))
    );
    assert_eq!(copied["tags"], json!({ "t": "1", "u": "2" }));
    assert_eq!(
        (&copied["metadata"]["one"], &copied["metadata"]["two"]),
        (&json!("1"), &json!("2"))
    );
    let moved = ["mv", "s3://media/b.txt", "s3://media/c.txt", "--class", "GLACIER_IR"];
    shop.run(&moved).ended(0);
    let moved = stat(&shop, "s3://media/c.txt");
    assert_eq!((&moved["class"], &moved["content_type"]), (&json!("GLACIER_IR"), &json!("x/y")));
    assert_eq!(moved["tags"], json!({ "t": "1", "u": "2" }));
}

#[test]
fn several_sources_filters_and_a_rehearsal() {
    let shop = Shop::open();
    shop.store().put("media", "in/a.html", "old");
    for (name, text) in [("a.html", "1"), ("b.txt", "22"), ("d/c.html", "3"), ("d/e.log", "4")] {
        shop.write(name, text);
    }
    let all = ["put", "a.html", "b.txt", "d", "s3://media/in/", "--include", "*.html"];
    let dry = shop.run(&[&all[..], &["--dry-run", "--json"]].concat()).ended(3);
    let lines: Vec<(String, String)> = dry
        .json()
        .iter()
        .filter_map(|line| {
            Some((line["to"].as_str()?.to_owned(), line["state"].as_str()?.to_owned()))
        })
        .collect();
    assert_eq!(
        lines,
        [
            ("s3://media/in/a.html".to_owned(), "exists".to_owned()),
            ("s3://media/in/d/c.html".to_owned(), "would".to_owned()),
        ]
    );
    assert_eq!(shop.store().keys("media"), ["in/a.html"]);
    shop.run(&[&all[..], &["--force"]].concat()).ended(0);
    assert_eq!(shop.store().keys("media"), ["in/a.html", "in/d/c.html"]);
    shop.run(&["put", "a.html", "b.txt", "s3://media/name"]).ended(2);
    shop.run(&["cp", "s3://media/in/", "s3://media/out/", "--exclude", "d/*"]).ended(0);
    assert_eq!(shop.store().keys("media"), ["in/a.html", "in/d/c.html", "out/a.html"]);
    shop.run(&["get", "s3://media/in/", "got", "--exclude", "a.*"]).ended(0);
    assert!(shop.path("got/d/c.html").exists() && !shop.path("got/a.html").exists());
    shop.run(&["rm", "-r", "--yes", "s3://media/in/", "--include", "c.html"]).ended(0);
    assert_eq!(shop.store().keys("media"), ["in/a.html", "out/a.html"]);
}

#[test]
fn rules_of_the_configuration_describe_uploads_by_their_names() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    shop.write(
        "config/config.toml",
        "[[upload_rules]]\nmatch = \"*.css.gz\"\n\
        content_type = \"text/css\"\ncontent_encoding = \"gzip\"\n\n[[upload_rules]]\n\
        match = \"*\"\ncache_control = \"max-age=1\"\nmetadata = { By = \"rule\" }\n",
    );
    shop.write("site/a.css.gz", "x");
    shop.write("site/b.txt", "x");
    shop.run(&["put", "site", "s3://media/", "--cache-control", "no-cache"]).ended(0);
    let css = stat(&shop, "s3://media/a.css.gz");
    assert_eq!(
        (&css["content_type"], &css["content_encoding"]),
        (&json!("text/css"), &json!("gzip"))
    );
    assert_eq!(
        (&css["cache_control"], &css["metadata"]["by"]),
        (&json!("no-cache"), &json!("rule"))
    );
    assert_eq!(stat(&shop, "s3://media/b.txt")["content_type"], "text/plain");
    shop.write(
        "config/config.toml",
        "[[upload_rules]]\nbucket = \"other\"\nmatch = \"*\"\ncache_control = \"no-store\"\n",
    );
    shop.store().create_bucket("other");
    for bucket in ["media", "other"] {
        shop.run(&["put", "site/b.txt", &format!("s3://{bucket}/of-a-bucket.txt")]).ended(0);
    }
    assert_eq!(stat(&shop, "s3://media/of-a-bucket.txt")["cache_control"], json!(null));
    assert_eq!(stat(&shop, "s3://other/of-a-bucket.txt")["cache_control"], "no-store");
    let given = Attributes {
        headers: ObjectHeaders { content_type: Some("text/x-kept".into()), ..Default::default() },
        tags: [("team".to_owned(), "web".to_owned())].into(),
        ..Attributes::default()
    };
    let file = shop.path("config/config.toml");
    let endpoint = shop.server().endpoint();
    let here = format!("default@{}", endpoint.trim_start_matches("http://"));
    let (here, elsewhere) = (here.as_str().into(), "elsewhere".into());
    let bucket = "media".into();
    for (connection, wanted, held) in [
        (&elsewhere, Some(&given), "text/plain"),
        (&elsewhere, None, "text/plain"),
        (&here, Some(&given), "text/x-kept"),
        (&here, None, "text/plain"),
    ] {
        saving::save_upload_rule(&file, (connection, &bucket), wanted).unwrap();
        shop.run(&["put", "--force", "site/b.txt", "s3://media/remembered.txt"]).ended(0);
        let found = stat(&shop, "s3://media/remembered.txt");
        assert_eq!(found["content_type"], held);
        assert_eq!(found["tags"]["team"] == "web", held == "text/x-kept", "{found}");
    }
    shop.write("config/config.toml", "[[upload_rules]]\nmatch = \"*\"\nnonsense = 1\n");
    assert!(shop.run(&["ls"]).ended(1).err.contains("nonsense"));
}

#[test]
fn wrong_types_are_found_and_mended() {
    let shop = Shop::open();
    for (key, bytes) in [
        ("site/a.html", &b"<p>"[..]),
        ("site/picture", b"\x89PNG\r\n\x1a\n"),
        ("site/deep/b.css", b"p {}"),
    ] {
        shop.store().put("media", key, bytes.to_vec());
    }
    let level = shop.run(&["types", "s3://media/site/", "--json"]).ended(0).json();
    assert_eq!(level.len(), 2, "{level:?}");
    let found = shop.run(&["types", "s3://media/site/", "-r", "--json"]).ended(0).json();
    let told: Vec<_> =
        found.iter().map(|line| (&line["key"], &line["should"], &line["by"])).collect();
    assert_eq!(
        told,
        [
            (&json!("site/a.html"), &json!("text/html"), &json!("name")),
            (&json!("site/deep/b.css"), &json!("text/css"), &json!("name")),
            (&json!("site/picture"), &json!("image/png"), &json!("content")),
        ]
    );
    shop.run(&["types", "s3://media/site/", "-r", "--fix"]).ended(0);
    assert_eq!(stat(&shop, "s3://media/site/picture")["content_type"], "image/png");
    assert!(shop.run(&["types", "s3://media", "-r"]).ended(0).out.is_empty());
}

#[test]
fn a_key_of_ones_own_is_needed_again_and_never_kept() {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    shop.write("secret.txt", "hello");
    let (key, other) = ("k".repeat(32), "o".repeat(32));
    shop.write("key", &key);
    shop.write("other", &other);
    let with = |verb: &[&str], key: &str| shop.run(&[verb, &["--sse-c-key", key]].concat());
    with(&["put", "secret.txt", "s3://media/a.txt"], "key").ended(0);
    shop.run(&["get", "s3://media/a.txt", "out.txt"]).ended(1);
    with(&["get", "s3://media/a.txt", "out.txt"], "other").ended(1);
    with(&["get", "s3://media/a.txt", "out.txt"], "key").ended(0);
    assert_eq!(fs::read_to_string(shop.path("out.txt")).unwrap(), "hello");
    with(&["cp", "s3://media/a.txt", "s3://media/b.txt"], "key").ended(0);
    assert_eq!(with(&["head", "s3://media/b.txt"], "key").ended(0).out, "hello");
    let line = with(&["stat", "s3://media/b.txt", "--json"], "key").ended(0).json().remove(0);
    assert_eq!(line["encryption"], "SSE-C");
    with(&["meta", "s3://media/b.txt", "--content-type", "x/y"], "key").ended(0);
    shop.store().put("media", "plain", "1");
    assert_eq!(with(&["head", "s3://media/plain"], "key").ended(0).out, "1");
    let by = |verb: &[&str], command: &str| {
        shop.run(&[verb, &["--sse-c-key-command", command]].concat())
    };
    assert_eq!(by(&["head", "s3://media/b.txt"], "cat key").ended(0).out, "hello");
    assert_eq!(by(&["head", "s3://media/b.txt"], "cat < key | cat").ended(0).out, "hello");
    let failed = by(&["head", "s3://media/b.txt"], "sh -c 'cat key; echo locked >&2; exit 4'");
    let said = failed.ended(1).err;
    assert!(said.contains("exit status: 4: locked") && !said.contains(&key), "{said}");
    by(&["head", "s3://media/b.txt", "--sse-c-key", "key"], "cat key").ended(2);
    shop.write("short", "too short");
    let refused = with(&["ls", "s3://media"], "short").ended(1);
    assert!(refused.err.contains("32 bytes"), "{}", refused.err);
    shop.run(&["ls", "s3://media", "--requester-pays"]).ended(0);
}

#[test]
fn locks_are_put_on_what_is_there_and_carried_to_what_is_described_anew() {
    let shop = Shop::open();
    shop.run(&["mb", "s3://vault", "--object-lock"]).ended(0);
    shop.write("a.txt", "hello");
    shop.run(&["put", "a.txt", "s3://vault/", "--lock-until", "2020-01-01"]).ended(2);
    shop.run(&["put", "a.txt", "s3://vault/", "--lock-until", "30d"]).ended(0);
    let first = stat(&shop, "s3://vault/a.txt");
    assert_eq!(first["retention"]["mode"], "GOVERNANCE");
    let held = shop.run(&["meta", "s3://vault/a.txt", "--legal-hold", "--json"]).ended(0);
    assert_eq!(held.json()[0]["changed"], json!({ "legal_hold": [null, "on"] }));
    let second = stat(&shop, "s3://vault/a.txt");
    assert_eq!((&second["legal_hold"], &second["version"]), (&json!(true), &first["version"]));
    let told = shop.run(&["meta", "s3://vault/a.txt", "--content-type", "x/y"]).ended(0);
    assert!(told.err.contains("retention") && told.err.contains("legal hold"), "{}", told.err);
    let third = stat(&shop, "s3://vault/a.txt");
    assert_ne!(third["version"], first["version"]);
    assert_eq!((&third["legal_hold"], &third["retention"]), (&json!(true), &first["retention"]));
    let version = first["version"].as_str().unwrap();
    let old = ["stat", "s3://vault/a.txt", "--version", version, "--json"];
    assert_eq!(shop.run(&old).ended(0).json()[0]["content_type"], "text/plain");
    let bucket = shop.run(&["stat", "s3://vault", "--json"]).ended(0).json();
    assert!(bucket.iter().any(|line| line["setting"] == "versioning"), "{bucket:?}");
}

#[test]
fn an_object_is_encrypted_in_one_way() {
    let shop = Shop::open();
    shop.store().put("media", "a", "a");
    let key = shop.write("key", [7; 32]);
    let key = key.to_str().unwrap();
    shop.write("a.txt", "hello");
    for verb in [
        &["put", "a.txt", "s3://media/b", "--sse", "AES256"][..],
        &["cp", "s3://media/a", "s3://media/b", "--sse-key-id", "alias/mine"],
        &["mv", "s3://media/a", "s3://media/b", "--sse", "aws:kms"],
        &["meta", "s3://media/a", "--sse", "AES256"],
    ] {
        for given in
            [[&["--sse-c-key", key], verb].concat(), [verb, &["--sse-c-key", key]].concat()]
        {
            let ran = shop.run(&given).ended(2);
            assert!(ran.err.contains("--sse-c-key") && ran.err.contains("one of the two"));
        }
    }
    assert_eq!(shop.store().keys("media"), ["a"]);
}

#[test]
fn too_many_tags_are_refused_in_a_sentence() {
    let shop = Shop::open();
    shop.store().put("media", "a", "a");
    let tags: Vec<String> = (0..10).map(|tag| format!("--tag=t{tag}=x")).collect();
    let ten: Vec<&str> = tags.iter().map(String::as_str).collect();
    shop.run(&[&["meta", "s3://media/a"], &ten[..]].concat()).ended(0);
    let ran = shop.run(&["meta", "s3://media/a", "--tag", "more=1"]).ended(1);
    let said = "Windlass does not change the metadata: it would have 11 tags";
    assert!(ran.err.contains(said) && !ran.err.contains("destination"), "{}", ran.err);
}
