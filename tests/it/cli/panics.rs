//! A panic on any thread of a verb: exit code 70, and a report that holds no keys.

use std::fs;

use crate::cli::shop::{Ran, Shop, ran};

/// A run in which the first request panics.
fn panicked(shop: &Shop, arguments: &[&str]) -> Ran {
    let mut command = shop.command(arguments);
    command.env("WINDLASS_PANIC", "request");
    ran(command, b"")
}

fn reports(shop: &Shop) -> Vec<String> {
    let found = fs::read_dir(shop.path("state")).unwrap().map(|entry| entry.unwrap().path());
    let found = found.filter(|path| path.to_string_lossy().contains("crash-"));
    found.map(|path| fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn a_panic_ends_a_verb_with_70_and_says_where_the_report_is() {
    let shop = Shop::open();
    shop.store().put("media", "a.txt", b"text".to_vec());
    // On the main thread, and on one of the engine's.
    for arguments in [&["ls", "s3://media"][..], &["get", "s3://media/a.txt"], &["doctor"]] {
        let run = panicked(&shop, arguments).ended(70);
        assert!(run.err.contains("a bug in Windlass ended it"), "{}", run.err);
        assert!(run.err.contains("rehearsed in request"), "{}", run.err);
        assert!(run.err.contains("crash-"), "{}", run.err);
        assert!(!run.err.contains("panicked at"), "told once:\n{}", run.err);
        let reports = reports(&shop);
        assert_eq!(reports.len(), 1, "{reports:?}");
        let secret = shop.server().secret_access_key();
        assert!(!reports[0].contains(secret) && !reports[0].contains("AKIAIOSFODNN7EXAMPLE"));
        assert!(reports[0].contains("rehearsed in request"), "{}", reports[0]);
        fs::remove_dir_all(shop.path("state")).unwrap();
    }
}

#[test]
fn a_panic_is_told_as_json_where_errors_are() {
    let shop = Shop::open();
    let run = panicked(&shop, &["ls", "--json", "s3://media"]).ended(70);
    let told: serde_json::Value = serde_json::from_str(run.err.trim()).unwrap();
    assert_eq!(told["error"]["kind"], "Crash");
    assert!(told["error"]["report"].as_str().unwrap().contains("crash-"));
}
