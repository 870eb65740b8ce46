//! `windlass doctor`: what it finds, what it leaves behind, and what it keeps to itself.

use std::net::TcpListener;

use serde_json::Value;

use crate::cli::shop::{Ran, Shop, ran};

/// What a JSON report says of a step: the verdict and what is told.
fn step(report: &Ran, name: &str) -> (String, String) {
    let report = &report.json()[0];
    let steps = report["steps"].as_array().unwrap();
    let found = steps.iter().find(|step| step["step"] == name).unwrap();
    let told = match &found["told"] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    (found["verdict"].as_str().unwrap().to_owned(), told)
}

fn verdicts(report: &Ran) -> Vec<String> {
    let report = &report.json()[0];
    let steps = report["steps"].as_array().unwrap().iter();
    steps.map(|step| step["verdict"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn everything_works_on_a_good_server_and_nothing_is_left_there() {
    let shop = Shop::open();
    shop.store().put("media", "photos/a.jpg", "a");
    let report = shop.run(&["doctor", "s3://media/", "--write", "--json"]).ended(0);
    assert_eq!(step(&report, "tls").0, "skipped", "the endpoint is http");
    assert_eq!(step(&report, "cors").0, "beware", "the bucket has no rule");
    let works = verdicts(&report).iter().filter(|verdict| *verdict == "works").count();
    assert_eq!(works, 18, "{}", report.out);
    assert_eq!(shop.store().keys("media"), ["photos/a.jpg"]);
    let told = shop.run(&["doctor", "s3://media/", "--write"]).ended(0);
    assert!(told.out.contains("everything that was tested works"), "{}", told.out);
}

#[test]
fn nothing_is_written_without_being_asked_to() {
    let shop = Shop::open();
    shop.store().put("media", "a", "a");
    let report = shop.run(&["doctor", "--json"]).ended(0);
    assert_eq!(step(&report, "write").0, "skipped");
    assert_eq!(step(&report, "read").0, "works", "the first bucket is looked into");
    assert_eq!(shop.store().keys("media"), ["a"]);
}

#[test]
fn a_wrong_secret_is_told_from_a_dead_server_and_a_web_page() {
    let shop = Shop::open();
    let mut wrong = shop.command(&["doctor", "--json"]);
    wrong.env("AWS_SECRET_ACCESS_KEY", "wrong");
    let report = ran(wrong, b"").ended(1);
    assert_eq!(step(&report, "speak").0, "works");
    assert_eq!(step(&report, "clock").0, "works");
    assert_eq!(step(&report, "sign").0, "fails");
    assert_eq!(step(&report, "list").0, "skipped");

    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}");
    let report = shop.run(&["doctor", "--endpoint-url", &url, "--json"]).ended(1);
    assert_eq!(step(&report, "resolve").0, "works");
    assert_eq!(step(&report, "connect").0, "fails");
    assert_eq!(step(&report, "speak").0, "skipped");

    let nowhere = "http://no-such-host.invalid";
    let report = shop.run(&["doctor", "--endpoint-url", nowhere, "--json"]).ended(1);
    assert_eq!(step(&report, "resolve").0, "fails");
}

#[test]
fn a_report_names_no_account_and_no_key() {
    let shop = Shop::open();
    let mut command = shop.command(&["doctor"]);
    let account = "0123456789abcdef0123456789abcdef";
    let (key, secret) = ("AKIAIOSFODNN7EXAMPLE", "never-to-be-shown");
    command
        .env("AWS_ENDPOINT_URL", format!("http://{account}.localhost:9"))
        .env("AWS_ACCESS_KEY_ID", key)
        .env("AWS_SECRET_ACCESS_KEY", secret);
    let report = ran(command, b"").ended(1);
    for hidden in [account, key, secret] {
        assert!(!report.out.contains(hidden) && !report.err.contains(hidden), "{}", report.out);
    }
    assert!(report.out.contains("0123…"), "{}", report.out);
}

#[test]
fn a_connection_is_named_or_its_name_is_asked_for() {
    let shop = Shop::open();
    let refused = shop.run(&["doctor", "nobody"]).ended(1);
    assert!(refused.err.contains("nobody"), "{}", refused.err);
}

#[test]
fn what_to_do_next_is_said_for_a_command_line() {
    let shop = Shop::open();
    shop.store().put("media", "a", "a");
    let told = shop.run(&["doctor", "s3://nowhere/"]).ended(1);
    assert!(told.out.contains("next windlass ls shows the buckets"), "{}", told.out);
    let told = shop.run(&["doctor", "s3://media/"]).ended(0);
    assert!(told.out.contains("not tested; --write tests writing"), "{}", told.out);
}
