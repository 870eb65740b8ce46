//! The settings that only Cloudflare's API knows: what is sent for custom domains and Sippy, and
//! what is never printed.

use serde_json::{Value, json};

use crate::cli::public::{Api, well};
use crate::cli::shop::Shop;

const ZONE: &str = "023e105f4ecef8ad9ca31a8372d0c353";

/// Two domains, one of them off; every change is taken.
fn api() -> Api {
    let status = json!({ "ownership": "active", "ssl": "active" });
    let domain = |name: &str, enabled: bool| {
        json!({ "domain": name, "enabled": enabled, "minTLS": "1.0", "status": status,
            "zoneId": ZONE, "zoneName": "example.com" })
    };
    let both =
        json!({ "domains": [domain("a.example.com", true), domain("b.example.com", false)] });
    let sippy = json!({ "enabled": true,
        "source": { "provider": "aws", "bucket": "old", "region": "eu-west-1" },
        "destination": { "provider": "r2", "bucket": "media", "accessKeyId": "AKIDEXAMPLE" } });
    let zones = json!([{ "id": ZONE, "name": "example.com" }]);
    let no_right = json!({ "success": false, "result": null,
        "errors": [{ "code": 10000, "message": "no right" }] });
    let no_right = no_right.to_string();
    Api::answering(&[
        ("/domains/custom", 200, well(both)),
        ("/domains/custom/a.example.com", 200, well(json!({}))),
        ("/domains/custom/b.example.com", 200, well(json!({}))),
        ("/r2/buckets/media/sippy", 200, well(sippy)),
        ("&name=c.example.com", 200, well(json!([]))),
        ("&name=example.com", 200, well(zones.clone())),
        ("&name=c.example.org", 200, well(json!([]))),
        ("&name=example.org", 200, well(json!([]))),
        ("&name=d.Example.com", 200, well(json!([]))),
        ("&name=Example.com", 200, well(zones)),
        ("&name=c.example.net", 403, no_right.clone()),
        ("&name=c.example.info", 401, no_right),
    ])
}

/// What was asked besides reading: method, the end of the path, the document.
fn changes(api: &Api) -> Vec<(String, String, Value)> {
    let asked = api.asked.lock().unwrap();
    let change = |asked: &String| {
        let mut words = asked.split(' ');
        let (method, path) = (words.next()?, words.next()?);
        let end = path.split_once("/r2/buckets/media/")?.1;
        let body = asked.split_once("\r\n\r\n")?.1;
        let body = serde_json::from_str(body).unwrap_or(Value::Null);
        (method != "GET").then(|| (method.to_owned(), end.to_owned(), body))
    };
    asked.iter().filter_map(change).collect()
}

/// `settings set` of a document in a file.
fn set(api: &Api, name: &str, document: &Value, flags: &[&str]) -> crate::cli::shop::Ran {
    let files = Shop::open();
    let file = files.write("it.json", document.to_string());
    let mut line = vec!["settings", "set", "s3://media", name, file.to_str().unwrap()];
    line.extend(flags);
    api.run(&line, Some("t"))
}

#[test]
fn domains_are_attached_changed_and_detached_one_by_one() {
    let api = api();
    let wanted = json!({ "domains": [
        { "domain": "b.example.com", "enabled": true, "minTLS": "1.2", "zoneId": ZONE },
        { "domain": "c.example.com" },
    ] });
    let dry = set(&api, "custom-domains", &wanted, &["--dry-run"]).ended(0);
    assert!(dry.err.contains("Anyone can then read every object at https://c.example.com"));
    assert!(dry.err.contains("Links to https://a.example.com stop working"), "{}", dry.err);
    assert_eq!(changes(&api), []);
    set(&api, "custom-domains", &wanted, &[]).ended(0);
    let change = |method: &str, end: &str, body: Value| (method.to_owned(), end.to_owned(), body);
    assert_eq!(
        changes(&api),
        [
            change(
                "POST",
                "domains/custom",
                json!({ "domain": "c.example.com", "zoneId": ZONE, "enabled": true })
            ),
            change(
                "PUT",
                "domains/custom/b.example.com",
                json!({ "enabled": true, "minTLS": "1.2" })
            ),
            change("DELETE", "domains/custom/a.example.com", Value::Null),
        ]
    );
}

#[test]
fn a_zone_is_asked_for_in_the_account_and_known_by_its_name_in_any_case() {
    let api = api();
    let kept = |name: &str| json!({ "domain": name, "zoneId": ZONE, "minTLS": "1.0" });
    let wanted = json!({ "domains":
        [kept("a.example.com"), kept("b.example.com"), { "domain": "d.Example.com" }] });
    set(&api, "custom-domains", &wanted, &[]).ended(0);
    let made = changes(&api).into_iter().find(|(method, ..)| method == "POST").unwrap();
    assert_eq!(made.2["zoneId"], ZONE);
    let asked = api.asked.lock().unwrap();
    let zones: Vec<_> = asked.iter().filter(|asked| asked.contains("/zones?")).collect();
    assert!(zones.len() == 2 && zones.iter().all(|asked| asked.contains("account.id=0123456789")));
}

#[test]
fn a_domain_whose_zone_is_not_found_is_not_sent_and_all_can_be_detached() {
    let api = api();
    let wanted = json!({ "domains": [{ "domain": "c.example.org" }] });
    let told = set(&api, "custom-domains", &wanted, &[]).ended(1);
    assert!(told.err.contains("give the token Zone Read, or write its zoneId"), "{}", told.err);
    let wanted = json!({ "domains": [{ "domain": "c.example.net" }] });
    let told = set(&api, "custom-domains", &wanted, &[]).ended(1);
    assert!(told.err.contains("may not read zones (Cloudflare's API: no right)"), "{}", told.err);
    let wanted = json!({ "domains": [{ "domain": "c.example.info" }] });
    let told = set(&api, "custom-domains", &wanted, &[]).ended(1);
    assert!(!told.err.contains("may not read zones"), "the token itself: {}", told.err);
    let twice = json!({ "domains": [{ "domain": "c.example" }, { "domain": "c.example" }] });
    let told = set(&api, "custom-domains", &twice, &[]).ended(1);
    assert!(told.err.contains("c.example is there twice"), "{}", told.err);
    assert_eq!(changes(&api), []);
    api.run(&["settings", "clear", "s3://media", "custom-domains"], Some("t")).ended(0);
    let methods: Vec<_> = changes(&api).into_iter().map(|(method, end, _)| method + &end).collect();
    assert_eq!(
        methods,
        ["DELETEdomains/custom/a.example.com", "DELETEdomains/custom/b.example.com"]
    );
}

#[test]
fn sippy_is_set_with_keys_that_are_sent_and_never_printed() {
    let api = api();
    let get = api.run(&["settings", "get", "s3://media", "sippy", "--json"], Some("t")).ended(0);
    assert_eq!(get.json()[0]["source"]["bucket"], "old");
    let wanted = json!({
        "source": { "provider": "aws", "bucket": "older", "region": "eu-west-1",
            "accessKeyId": "AKIDEXAMPLE", "secretAccessKey": "not-a-secret-1" },
        "destination": { "provider": "r2", "accessKeyId": "AKIDEXAMPLE",
            "secretAccessKey": "not-a-secret-2" },
    });
    for flags in [&["--dry-run"][..], &["--json"], &[]] {
        let told = set(&api, "sippy", &wanted, flags).ended(0);
        let all = told.out + &told.err;
        assert!(!all.contains("not-a-secret") && all.contains("(hidden)"), "{all}");
    }
    let sent = changes(&api);
    assert_eq!(sent.len(), 2);
    assert_eq!((&*sent[0].0, &*sent[0].1, &sent[0].2), ("PUT", "sippy", &wanted));
    let off = api.run(&["settings", "clear", "s3://media", "sippy"], Some("t")).ended(0);
    assert!(off.err.contains("not in R2 yet is then not found"), "{}", off.err);
    assert_eq!(changes(&api)[2], ("DELETE".to_owned(), "sippy".to_owned(), Value::Null));
}
