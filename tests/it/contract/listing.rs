//! Listings against real servers.

use unicode_normalization::UnicodeNormalization as _;
use windlass::domain::address::Bucket;
use windlass::domain::error::ErrorKind;
use windlass::domain::listing::{Class, RowKind};
use windlass::domain::object::PutOptions;
use windlass::s3::client::ListQuery;

use super::target::Target;

/// Keys that something between a program and a disk gets wrong.
const ODD: &[&str] = &[
    "plain",
    "with space",
    "plus+plus",
    "100%25",
    "100%",
    "ümläut/日本語/🪣",
    "cafe\u{301}",
    "double//slash",
    "/leading",
    MARKER,
    "amp&lt<gt>quote\"apos'",
    "question?x=1&y=2",
    "hash#part",
    "semi;colon:at@equals=comma,",
    "back\\slash",
    "trailing ",
    " leading",
    "tab\there",
    "\u{202e}rtl",
];
/// Of a server that keeps objects as files.
const NO_FILES: &[&str] = &["double//slash", "/leading"];
const MARKER: &str = "marker/";
const NEWLINES: &[&str] = &["new\nline"];
const RETURNS: &[&str] = &["carriage\rreturn"];
const DOTS: &[&str] = &["dot/./x", "dot/../x", "..", "."];
const CONTROLS: &[&str] = &["esc\u{1b}[31mred\u{1b}[0m", "one\u{1}"];

pub async fn every_key_is_stored_listed_fetched_and_deleted_exactly(target: Target) {
    let mut keys: Vec<String> = ODD.iter().map(|key| (*key).to_owned()).collect();
    if target.has_quirk("keys-are-files") {
        keys.retain(|key| key != MARKER && !NO_FILES.contains(&&**key));
        refused(&target, NO_FILES).await;
    }
    let longest = 1024 - target.prefix.as_str().len();
    let longest = match target.has_quirk("keys-are-files") {
        // No name of a file is that long, but a path is.
        true => vec!["l".repeat(200); longest / 201].join("/"),
        false => "l".repeat(longest),
    };
    keys.push(longest);
    for (quirk, odd) in
        [("no-newline-keys", NEWLINES), ("no-dot-keys", DOTS), ("no-control-keys", CONTROLS)]
    {
        if target.has_quirk(quirk) {
            refused(&target, odd).await;
        } else {
            keys.extend(odd.iter().map(|key| (*key).to_owned()));
        }
    }
    // moto answers 200 and stores a newline, which no client could see; the local R2 refuses.
    if !target.has_quirk("no-return-keys") {
        keys.extend(RETURNS.iter().map(|key| (*key).to_owned()));
    }
    for key in &keys {
        let object = target.put(key, key.as_bytes()).await;
        assert_eq!(target.bytes(&object).await, key.as_bytes(), "{key:?}");
    }
    let mut sorted = keys.clone();
    if target.has_quirk("composes-keys") {
        sorted = keys.iter().map(|key| key.nfc().collect()).collect();
    }
    sorted.sort();
    assert_eq!(target.names(target.query("", false, 1000)).await, sorted);
    let keys = target.keys().await;
    assert_eq!(target.client.delete(&target.bucket, &keys).await.unwrap(), []);
    assert_eq!(target.keys().await, []);
}

/// A key the server's own HTTP layer cannot take is an error, never another key.
async fn refused(target: &Target, keys: &[&str]) {
    for key in keys {
        let object = target.object(key);
        let plain = PutOptions::default();
        let outcome = target.client.put(&object, b"x".as_slice().into(), &plain).await;
        assert!(outcome.is_err(), "{key:?}");
    }
}

pub async fn a_listing_is_whole_over_many_pages(target: Target) {
    let mut expected = Vec::new();
    for number in 0..23 {
        let name = format!("flat/k{number:02}");
        target.put(&name, b"").await;
        expected.push(format!("k{number:02}"));
        target.put(&format!("deep/d{number:02}/x"), b"").await;
    }
    for max_keys in [1, 7, 23, 1000] {
        let names = target.names(target.query("flat/", true, max_keys)).await;
        assert_eq!(names, expected, "{max_keys} keys a page");
    }
    let prefixes: Vec<String> = (0..23).map(|number| format!("d{number:02}/")).collect();
    assert_eq!(target.names(target.query("deep/", true, 5)).await, prefixes);
    assert_eq!(target.names(target.query("nothing/", true, 5)).await, [""; 0]);
}

pub async fn a_level_shows_prefixes_and_objects_with_their_columns(target: Target) {
    let files = target.has_quirk("keys-are-files");
    let names: &[&str] = match files {
        true => &["lvl/a", "lvl/a0", "lvl/b/c", "lvl2/no"],
        false => &["lvl/", "lvl/a", "lvl/a/b", "lvl/a0", "lvl//x", "lvl2/no"],
    };
    for name in names {
        target.put(name, b"12345").await;
    }
    if files {
        refused(&target, &["lvl/a/b", "lvl//x"]).await;
        let query = target.query("lvl/", true, 1000);
        assert_eq!(target.names(query).await, ["a", "a0", "b/"]);
        return;
    }
    let query = target.query("lvl/", true, 1000);
    let listed = target.client.list_page(&query).await.unwrap();
    assert_eq!(listed.next, None);
    let names: Vec<&str> = listed.page.rows().map(|row| row.name).collect();
    assert_eq!(names, ["", "/", "a", "a/", "a0"]);
    assert!(listed.page.row(1).is_prefix());
    let RowKind::Object { size, modified, class } = listed.page.row(2).kind else { panic!() };
    assert_eq!(size, 5);
    assert!(modified.is_some());
    assert!(matches!(class, Class::Standard | Class::Unknown), "{class:?}");
    let elsewhere = ListQuery { bucket: Bucket::new("contract-no-such-bucket"), ..query };
    let error = target.client.list_page(&elsewhere).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NoSuchBucket);
}
