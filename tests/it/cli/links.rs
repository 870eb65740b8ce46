//! `presign` and `links`: every form of a link, what is clipped, what is remembered.

use crate::cli::shop::{Shop, ran};

#[test]
fn a_link_says_all_of_itself_to_programs() {
    let shop = Shop::open();
    shop.store().put("media", "a b.txt", "hello");
    let line = &shop.run(&["presign", "s3://media/a b.txt", "--json"]).ended(0).json()[0];
    let names: Vec<&str> = line.as_object().unwrap().keys().map(String::as_str).collect();
    let mut expected =
        ["url", "method", "bucket", "key", "version", "expires_at", "clipped_by"].to_vec();
    expected.sort_unstable();
    assert_eq!(names, expected);
    assert_eq!((&line["method"], &line["key"]), (&"GET".into(), &"a b.txt".into()));
    assert!(line["version"].is_null() && line["clipped_by"].is_null());
}

#[test]
fn a_link_longer_than_a_signature_holds_is_clipped_and_said() {
    let shop = Shop::open();
    for ask in [["--expires", "8d"], ["--until", "2099-01-01"]] {
        let ran = shop.run(&["presign", "s3://media/k", ask[0], ask[1], "--json"]).ended(0);
        let link = &ran.json()[0];
        assert_eq!(link["clipped_by"], "7 days");
        assert!(!link["expires_at"].as_str().unwrap().contains('.'), "{link}");
        assert!(ran.err.contains("7 days"), "{}", ran.err);
    }
    shop.run(&["presign", "s3://media/k", "--until", "yesterday"]).ended(2);
    shop.run(&["presign", "s3://media/k", "--until", "2h", "--expires", "1h"]).ended(2);
}

#[test]
fn many_links_come_in_the_form_that_is_asked_for() {
    let shop = Shop::open();
    let of = |format: &str| {
        shop.run(&["presign", "s3://media/a", "s3://media/b", "--format", format]).ended(0).out
    };
    assert_eq!(of("url").lines().count(), 2);
    assert!(
        of("markdown").lines().all(|line| line.starts_with("[a](") || line.starts_with("[b]("))
    );
    assert!(of("html").starts_with("<a href=\"http://"));
    assert!(of("csv").starts_with("bucket,key,version,method,url,expires_at\nmedia,a,,GET,"));
    assert!(of("curl").starts_with("curl -fL -o 'a' "));
    let put = ["presign", "--method", "put", "--content-type", "a/b", "s3://media/k"];
    let put = shop.run(&[&put[..], &["--format", "curl"]].concat()).ended(0).out;
    assert!(put.starts_with("curl -f -T 'k' -H 'Content-Type: a/b' "), "{put}");
    let qr = shop.run(&["presign", "s3://media/a", "--qr"]).ended(0).out;
    assert!(qr.lines().nth(2).is_some_and(|line| line.contains('█')), "{qr}");
}

#[test]
fn a_link_is_tested_as_a_stranger_would_use_it() {
    let shop = Shop::open();
    shop.store().put("media", "there", "hello");
    shop.run(&["presign", "s3://media/there", "--test"]).ended(0);
    let dead = shop.run(&["presign", "s3://media/gone", "--test"]).ended(1);
    assert!(dead.err.contains("s3://media/gone"), "{}", dead.err);
    let both = ["presign", "s3://media/there", "s3://media/gone", "--test", "--json"];
    let both = shop.run(&both).ended(3);
    let works: Vec<_> = both.json().iter().map(|line| line["works"].clone()).collect();
    assert_eq!(works, [true, false]);
    shop.run(&["presign", "s3://media/k", "--method", "DELETE", "--test"]).ended(2);
}

#[test]
fn what_makes_no_sense_together_is_refused() {
    let shop = Shop::open();
    for flags in [
        &["--put", "--as", "x"][..],
        &["--method", "HEAD", "--inline"],
        &["--method", "DELETE", "--content-type", "a/b"],
        &["--put", "--version", "v"],
        &["s3://media/l", "--version", "v"],
        &["s3://media/l", "--as", "x"],
    ] {
        shop.run(&[&["presign", "s3://media/k"], flags].concat()).ended(2);
    }
}

#[test]
fn what_was_handed_out_is_listed_without_the_links() {
    let shop = Shop::open();
    assert_eq!(shop.run(&["links", "--json"]).ended(0).out, "");
    shop.run(&["presign", "s3://media/a", "--expires", "1h"]).ended(0);
    shop.run(&["presign", "s3://media/b", "--put", "--expires", "1s"]).ended(0);
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let told = shop.run(&["links", "--json"]).ended(0);
    let lines = told.json();
    assert_eq!((&lines[0]["key"], &lines[0]["method"]), (&"b".into(), &"PUT".into()));
    assert_eq!((&lines[0]["live"], &lines[1]["live"]), (&false.into(), &true.into()));
    assert!(lines[1]["access_key_id"].is_string() && lines[1]["connection"].is_string());
    assert!(!told.out.contains("Signature"));
    let live = shop.run(&["links", "--live", "--json"]).ended(0).json();
    assert_eq!(live.len(), 1);
    let text = shop.run(&["links"]).ended(0).out;
    assert!(text.starts_with("ended\tPUT\ts3://media/b\t"), "{text}");
}

#[test]
fn a_link_that_needs_headers_is_no_url() {
    let shop = Shop::open();
    let paid = |flags: &[&str]| {
        shop.run(&[&["presign", "s3://media/k", "--requester-pays"], flags].concat())
    };
    for flags in [&[][..], &["--format", "url"], &["--format", "csv"], &["--qr"]] {
        let told = paid(flags).ended(2);
        assert_eq!(told.out, "");
        assert!(told.err.contains("--format curl") && told.err.contains("--json"), "{}", told.err);
    }
    paid(&["--format", "curl", "--qr"]).ended(2);
    let command = paid(&["--format", "curl"]).ended(0).out;
    assert!(command.starts_with("curl -fL -H \"x-amz-request-payer: requester\""), "{command}");
    let line = &paid(&["--json"]).ended(0).json()[0];
    assert_eq!(line["headers"]["x-amz-request-payer"], "requester");
}

#[test]
fn a_command_for_the_key_is_run_once_however_many_clients_are_made() {
    let shop = Shop::open();
    for key in ["p/a", "p/b"] {
        shop.store().put("media", key, "hello");
    }
    let count = shop.path("count");
    let command = format!("echo x >> {}; printf {}", count.display(), "k".repeat(32));
    let server = shop.server();
    let config = format!(
        "[connections.c]\nendpoint = {:?}\nregion = \"us-east-1\"\naccess_key_id = {:?}\n\
         secret_access_key = {:?}\nbuckets = [{{ name = \"media\", sse_c_key_command = {command:?} \
         }}]\n",
        server.endpoint(),
        server.access_key_id(),
        server.secret_access_key(),
    );
    shop.write("config/config.toml", config);
    let mut remove = shop.command(&["rm", "-r", "--yes", "s3://media/p/", "--connection", "c"]);
    remove.env("WINDLASS_CONFIG_DIR", shop.path("config"));
    ran(remove, b"").ended(0);
    assert!(shop.store().keys("media").is_empty());
    assert_eq!(std::fs::read_to_string(&count).unwrap(), "x\n");
}

#[test]
fn what_the_command_of_a_flag_prints_is_bounded_and_its_words_are_not_shown() {
    let shop = Shop::open();
    let endless = ["ls", "s3://media/p/", "--sse-c-key-command", "TOKEN=hush yes"];
    let told = shop.run(&endless).ended(1);
    assert!(told.err.contains("more than a key") && !told.err.contains("hush"), "{}", told.err);
}

#[test]
fn a_read_only_connection_makes_no_links_that_write() {
    let shop = Shop::open();
    shop.store().put("media", "k", "x");
    let server = shop.server();
    let config = format!(
        "[connections.looking]\nendpoint = \"{}\"\naccess_key_id = \"{}\"\n\
         secret_access_key = \"{}\"\nread_only = true\n",
        server.endpoint(),
        server.access_key_id(),
        server.secret_access_key(),
    );
    shop.write("config/config.toml", config);
    let presign = |more: &[&str]| {
        let line = [&["presign", "s3://media/k", "--connection", "looking"], more].concat();
        shop.run(&line)
    };
    for method in [&["--put"][..], &["--method", "PUT"], &["--method", "DELETE"]] {
        let refused = presign(method).ended(1);
        assert!(refused.err.contains("read-only") && refused.out.is_empty(), "{}", refused.err);
    }
    presign(&["--method", "HEAD"]).ended(0);
    presign(&[]).ended(0);
}
