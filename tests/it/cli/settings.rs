//! `windlass settings` and the flags of `mb` against the embedded server.

use serde_json::json;
use windlass::demo::faults::Fault;

use crate::cli::shop::Shop;

const CORS: &str = r#"{"CORSRules":[{"AllowedMethods":["GET"],"AllowedOrigins":["*"]}]}"#;

fn shop() -> Shop {
    let shop = Shop::open();
    shop.store().create_bucket("media");
    shop
}

#[test]
fn every_setting_is_told_in_one_line_and_a_refused_one_is_no_failure() {
    let shop = shop();
    shop.server().faults().add(Fault::answer(403, "AccessDenied").on("GetBucketPolicy"));
    let lines = shop.run(&["settings", "s3://media", "--json"]).ended(0).json();
    assert_eq!(lines.len(), 18);
    assert_eq!(lines[0]["setting"], "versioning");
    let of = |name: &str| lines.iter().find(|line| line["setting"] == name).unwrap();
    assert_eq!((&of("cors")["state"], &of("acl")["state"]), (&json!("unset"), &json!("set")));
    assert_eq!(of("policy")["state"], "refused");
    assert!(of("policy")["summary"].as_str().unwrap().contains("AccessDenied"));
    let text = shop.run(&["settings", "s3://media"]).ended(0).out;
    assert!(text.contains("\nlifecycle        unset    no rules"), "{text}");
    let gone = shop.run(&["settings", "s3://nowhere"]).ended(1);
    assert!(gone.err.contains("NoSuchBucket") && gone.out.is_empty(), "{}", gone.err);
}

#[test]
fn a_document_is_checked_shown_sent_and_printed_again() {
    let shop = shop();
    let file = shop.write("cors.json", CORS);
    let file = file.to_str().unwrap();
    let unset = shop.run(&["settings", "get", "s3://media", "cors"]).ended(1);
    assert!(unset.err.contains("cors is not set"), "{}", unset.err);
    let dry = shop.run(&["settings", "set", "s3://media", "cors", file, "--dry-run"]).ended(0);
    assert!(dry.out.contains("+ ") && dry.err.contains("nothing was sent"), "{}", dry.err);
    shop.run(&["settings", "get", "s3://media", "cors"]).ended(1);
    shop.run(&["settings", "set", "s3://media", "cors", file]).ended(0);
    let printed = shop.run(&["settings", "get", "s3://media", "cors"]).ended(0);
    shop.write("again.json", &printed.out);
    let again = ["settings", "set", "s3://media", "cors", "again.json", "--json"];
    let same = shop.run(&again).ended(0).json();
    assert_eq!((&same[0]["state"], &same[0]["old"]), (&json!("same"), &same[0]["new"]));
    let cleared = shop.run(&["settings", "clear", "s3://media", "cors"]).ended(0);
    assert!(cleared.out.starts_with("- {"), "{}", cleared.out);
    shop.run(&["settings", "get", "s3://media", "cors"]).ended(1);
}

#[test]
fn what_is_no_document_is_not_sent_and_says_where() {
    let shop = shop();
    for (text, told) in [
        ("", "line 1, column 1: the document is empty"),
        (r#"{"CORSRules": ["#, "line 1, column 16"),
        (r#"{"CORSRule": []}"#, "cors has no CORSRule: CORSRules may be meant"),
        (r#"{"TagSet":[{"Key":"a","Value":"b"}]}"#, "looks like a document of tags, not of cors"),
    ] {
        shop.write("it.json", text);
        let ran = shop.run(&["settings", "set", "s3://media", "cors", "it.json"]).ended(1);
        assert!(ran.err.contains(told) && ran.err.contains("it.json"), "{}", ran.err);
    }
    assert_eq!(shop.server().faults().count("PutBucketCors"), 0);
    shop.run(&["settings", "set", "s3://media", "cors", "missing.json"]).ended(1);
    let unknown = shop.run(&["settings", "get", "s3://media", "corss"]).ended(2);
    assert!(unknown.err.contains("(cors?)") && unknown.err.contains("request-payment"));
}

#[test]
fn a_refusal_leads_to_the_place_in_the_file() {
    let shop = shop();
    let rule = r#"{"ID":"same","Status":"Enabled","Filter":{},"Expiration":{"Days":1}}"#;
    shop.write("it.json", format!("{{\"Rules\":[\n{rule},\n{rule}]}}"));
    let ran = shop.run(&["settings", "set", "s3://media", "lifecycle", "it.json"]).ended(1);
    assert!(ran.err.contains("Rule ID must be unique"), "{}", ran.err);
    assert!(ran.err.contains("it.json, line 2, column"), "{}", ran.err);
}

#[test]
fn the_minimum_size_of_a_lifecycle_travels_beside_the_document() {
    let shop = shop();
    let rules = r#"{"Rules":[{"ID":"a","Status":"Enabled","Filter":{},"Expiration":{"Days":1}}]}"#;
    let varied = rules.replacen(
        '{',
        r#"{"TransitionDefaultMinimumObjectSize":
        "varies_by_storage_class","#,
        1,
    );
    shop.write("varied.json", varied);
    shop.write("rules.json", rules.replace("1}", "2}"));
    shop.run(&["settings", "set", "s3://media", "lifecycle", "varied.json"]).ended(0);
    let got = shop.run(&["settings", "get", "s3://media", "lifecycle"]).ended(0);
    assert!(!got.out.contains("MinimumObjectSize"), "as the AWS CLI takes it: {}", got.out);
    assert!(got.err.contains("varies_by_storage_class"), "{}", got.err);
    shop.run(&["settings", "set", "s3://media", "lifecycle", "rules.json"]).ended(0);
    let kept = shop.run(&["settings", "get", "s3://media", "lifecycle"]).ended(0);
    assert!(kept.err.contains("varies_by_storage_class") && kept.out.contains('2'), "{}", kept.err);
}

#[test]
fn what_cannot_be_written_is_said_at_once() {
    let shop = shop();
    let location = shop.run(&["settings", "get", "s3://media", "location", "--json"]).ended(0);
    assert_eq!(location.json()[0], json!({ "LocationConstraint": null }));
    shop.write("it.json", r#"{"LocationConstraint":"eu-west-1"}"#);
    shop.run(&["settings", "set", "s3://media", "location", "it.json"]).ended(2);
    shop.run(&["settings", "clear", "s3://media", "location"]).ended(2);
    let r2 = shop.run(&["settings", "get", "s3://media", "r2.dev"]).ended(1);
    assert!(r2.err.contains("only R2 has it"), "{}", r2.err);
}

#[test]
fn a_bucket_is_made_with_what_is_asked_for() {
    let shop = shop();
    shop.run(&["mb", "kept", "--versioning"]).ended(0);
    let get = |bucket: &str, name: &str| {
        shop.run(&["settings", "get", &format!("s3://{bucket}"), name, "--json"]).ended(0).json()
    };
    assert_eq!(get("kept", "versioning")[0], json!({ "Status": "Enabled" }));
    shop.run(&["mb", "locked", "--object-lock"]).ended(0);
    assert_eq!(get("locked", "object-lock")[0], json!({ "ObjectLockEnabled": "Enabled" }));
    shop.run(&["mb", "far", "--region", "eu-west-1"]).ended(0);
    assert_eq!(get("far", "location")[0], json!({ "LocationConstraint": "eu-west-1" }));
    let hint = shop.run(&["mb", "hinted", "--location-hint", "weur"]).ended(1);
    assert!(hint.err.contains("only R2 takes location hints"), "{}", hint.err);
    shop.run(&["mb", "hinted", "--location-hint", "mars"]).ended(2);
    shop.run(&["mb", "hinted", "--jurisdiction", "eu"]).ended(2);
    shop.run(&["settings", "s3://hinted"]).ended(1);
}

fn report(id: &str, frequency: &str) -> String {
    format!(
        r#"{{"Id":"{id}","IsEnabled":true,"OptionalFields":["Size","ETag"],
        "IncludedObjectVersions":"All","Schedule":
        {{"Frequency":"{frequency}"}},"Destination":{{"S3BucketDestination":
        {{"Bucket":"arn:aws:s3:::reports","Format":"CSV"}}}}}}"#
    )
}

#[test]
fn the_reports_of_an_inventory_are_set_one_by_one() {
    let shop = shop();
    let set = |text: &str| {
        shop.write("it.json", text);
        shop.run(&["settings", "set", "s3://media", "inventory", "it.json", "--json"]).ended(0)
    };
    // More than a page of them, and a name that has to be escaped.
    let many: Vec<String> = (0..101).map(|n| report(&format!("r{n:03}"), "Daily")).collect();
    set(&format!(r#"{{"InventoryConfigurationList":[{}]}}"#, many.join(",")));
    set(&report("a b&id=c", "Weekly"));
    let faults = shop.server().faults();
    assert_eq!(faults.count("PutBucketInventoryConfiguration"), 102, "each was sent once");
    let get = || shop.run(&["settings", "get", "s3://media", "inventory", "--json"]).ended(0);
    let list = get().json()[0]["InventoryConfigurationList"].clone();
    assert_eq!(list.as_array().unwrap().len(), 102);
    assert_eq!(list[0]["Id"], "a b&id=c");
    assert_eq!(list[0]["OptionalFields"], json!(["Size", "ETag"]));
    let two = format!(
        r#"{{"InventoryConfigurationList":[{},{}],"IsTruncated":false}}"#,
        report("r000", "Weekly"),
        report("r001", "Daily")
    );
    set(&two);
    assert_eq!(faults.count("PutBucketInventoryConfiguration"), 103, "the same is not sent");
    assert_eq!(faults.count("DeleteBucketInventoryConfiguration"), 100);
    let words = shop.run(&["settings", "s3://media"]).ended(0).out;
    assert!(words.contains("r000: weekly, CSV to s3://reports/; r001: daily"), "{words}");
    shop.run(&["settings", "clear", "s3://media", "inventory"]).ended(0);
    shop.run(&["settings", "get", "s3://media", "inventory"]).ended(1);
}

#[test]
fn mfa_delete_is_changed_with_a_code_that_is_never_printed() {
    let shop = shop();
    let set = |text: &str, flags: &[&str]| {
        shop.write("it.json", text);
        let mut line = vec!["settings", "set", "s3://media", "versioning", "it.json"];
        line.extend(flags);
        shop.run(&line)
    };
    let (on, off) = (
        r#"{"Status":"Enabled","MFADelete":"Enabled"}"#,
        r#"{"Status":"Enabled","MFADelete":"Disabled"}"#,
    );
    set(off, &[]).ended(0);
    let asked = set(on, &[]).ended(2);
    assert!(asked.err.contains("--mfa \"SERIAL CODE\""), "{}", asked.err);
    set(on, &["--mfa", "GAHT12345678"]).ended(2);
    let told = set(on, &["--mfa", "GAHT12345678 123456"]).ended(0);
    assert!(!(told.out + &told.err).contains("123456"));
    let words = shop.run(&["settings", "s3://media"]).ended(0).out;
    assert!(words.contains("on; MFA delete on"), "{words}");
    shop.store().put("media", "k", "x");
    let rows = shop.run(&["versions", "s3://media/k", "--json"]).ended(0).json();
    let version = rows[0]["version"].as_str().unwrap().to_owned();
    let refused = shop.run(&["rm", "s3://media/k", "--version", &version]).ended(1);
    assert!(refused.err.contains("MFA"), "{}", refused.err);
    set(r#"{"Status":"Suspended"}"#, &[]).ended(2);
    set(off, &["--mfa", "GAHT12345678 123456"]).ended(0);
    shop.run(&["rm", "s3://media/k", "--version", &version]).ended(0);
    shop.run(&["settings", "clear", "s3://media", "versioning"]).ended(0);
}

#[test]
fn what_cannot_be_taken_away_is_told_as_it_is_after_clearing() {
    let shop = shop();
    shop.run(&["mb", "locked", "--object-lock"]).ended(0);
    let rule = r#"{"ObjectLockEnabled":"Enabled","Rule":{"DefaultRetention":{"Mode":"GOVERNANCE",
        "Days":1}}}"#;
    shop.write("lock.json", rule);
    shop.run(&["settings", "set", "s3://locked", "object-lock", "lock.json"]).ended(0);
    let clear = |bucket: &str, name: &str| {
        let ran = shop.run(&["settings", "clear", &format!("s3://{bucket}"), name, "--json"]);
        ran.ended(0).json().remove(0)
    };
    let first = clear("locked", "object-lock");
    assert_eq!((&first["state"], &first["old"]["Rule"].is_object()), (&json!("cleared"), &true));
    assert_eq!(first["new"], json!({ "ObjectLockEnabled": "Enabled" }));
    let again = clear("locked", "object-lock");
    assert_eq!((&again["state"], &again["old"]), (&json!("same"), &again["new"]));
    for name in ["acl", "request-payment", "accelerate", "encryption"] {
        clear("media", name);
        let again = clear("media", name);
        assert_eq!((&again["state"], &again["old"]), (&json!("same"), &again["new"]), "{name}");
    }
    let people = shop.run(&["settings", "clear", "s3://locked", "object-lock"]).ended(0);
    assert!(people.out.is_empty() && people.err.contains("nothing to change"), "{}", people.err);
}

#[test]
fn what_is_not_set_is_not_asked_to_be_taken_away() {
    let shop = shop();
    let same = shop.run(&["settings", "clear", "s3://media", "cors", "--json"]).ended(0).json();
    assert_eq!(same[0]["state"], "same");
    assert_eq!(shop.server().faults().count("DeleteBucketCors"), 0);
    let unset = shop.run(&["settings", "get", "s3://media", "tags"]).ended(1);
    assert!(unset.err.contains("the setting tags is not set"), "{}", unset.err);
    assert!(unset.err.contains("windlass settings set s3://media tags FILE"), "{}", unset.err);
}
