//! `windlass public`: what Cloudflare's API tells, asked on loopback, and what is said where it
//! tells nothing.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use serde_json::json;

use crate::cli::shop::{Ran, Shop, ran};

const ACCOUNT: &str = "0123456789abcdef0123456789abcdef";

/// A stand-in for the API: answers each path that ends so with a status and a body, and keeps what
/// it was asked.
pub struct Api {
    url: String,
    /// Heads with what came behind them.
    pub asked: Arc<Mutex<Vec<String>>>,
}

impl Api {
    pub fn answering(answers: &[(&'static str, u16, String)]) -> Api {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/client/v4", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (answers, seen) = (answers.to_vec(), Arc::clone(&asked));
        std::thread::spawn(move || {
            for socket in listener.incoming() {
                let mut socket = socket.unwrap();
                let (mut head, mut byte) = (Vec::new(), [0]);
                while !head.ends_with(b"\r\n\r\n") && socket.read(&mut byte).unwrap() > 0 {
                    head.push(byte[0]);
                }
                let mut head = String::from_utf8(head).unwrap();
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
                socket.read_exact(&mut body).unwrap();
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                let found = answers.iter().find(|(end, ..)| path.ends_with(end));
                let (status, answer) =
                    found.map_or((404, String::new()), |(_, s, b)| (*s, b.clone()));
                let length = answer.len();
                write!(socket, "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n\r\n{answer}")
                    .unwrap();
                head += &String::from_utf8(body).unwrap();
                seen.lock().unwrap().push(head);
            }
        });
        Api { url, asked }
    }

    pub fn run(&self, arguments: &[&str], token: Option<&str>) -> Ran {
        self.run_with("", arguments, token)
    }

    /// With further lines in the section of the connection.
    fn run_with(&self, lines: &str, arguments: &[&str], token: Option<&str>) -> Ran {
        let shop = Shop::open();
        let config = format!(
            "[connections.r2]\naccount_id = \"{ACCOUNT}\"\njurisdiction = \"eu\"\n\
             access_key_id = \"a\"\nsecret_access_key = \"b\"\n\
             cloudflare_token_env = \"CLOUDFLARE_TOKEN_OF_THIS_TEST\"\ncloudflare_api = \
             \"{}\"\n{lines}",
            self.url
        );
        shop.write("config/config.toml", config);
        let mut command = shop.command(arguments);
        command.env("WINDLASS_CONFIG_DIR", shop.path("config"));
        command.args(["--connection", "r2"]);
        if let Some(token) = token {
            command.env("CLOUDFLARE_TOKEN_OF_THIS_TEST", token);
        }
        ran(command, b"")
    }
}

pub fn well(result: serde_json::Value) -> String {
    json!({ "success": true, "errors": [], "messages": [], "result": result }).to_string()
}

fn domains(managed: bool, ssl: &str) -> Vec<(&'static str, u16, String)> {
    let managed = json!({ "bucketId": "x", "domain": "pub-1.r2.dev", "enabled": managed });
    let status = json!({ "ownership": "active", "ssl": ssl });
    let custom = json!({ "domain": "cdn.example.com", "enabled": true, "status": status });
    vec![
        ("/r2/buckets/media/domains/managed", 200, well(managed)),
        ("/r2/buckets/media/domains/custom", 200, well(json!({ "domains": [custom] }))),
    ]
}

#[test]
fn a_bucket_is_public_by_the_domain_that_is_active() {
    let api = Api::answering(&domains(true, "active"));
    let told = api.run(&["public", "s3://media"], Some("not-a-secret")).ended(0);
    assert!(told.out.starts_with("public at cdn.example.com\n"), "{}", told.out);
    assert!(told.out.contains("managed  active       pub-1.r2.dev"), "{}", told.out);
    let asked = api.asked.lock().unwrap().join("\n").to_ascii_lowercase();
    assert!(asked.contains(&format!("get /client/v4/accounts/{ACCOUNT}/r2/buckets/media/")));
    assert!(asked.contains("authorization: bearer not-a-secret"));
    assert!(asked.contains("cf-r2-jurisdiction: eu"));
}

#[test]
fn what_is_not_public_yet_says_what_it_waits_for() {
    let api = Api::answering(&domains(false, "initializing"));
    let told = api.run(&["public", "s3://media", "--json"], Some("t")).ended(0);
    let told = &told.json()[0];
    assert_eq!(told["public_url"], serde_json::Value::Null);
    assert_eq!(told["domains"][0]["state"], "its certificate is initializing");
    assert_eq!(told["domains"][1]["state"], "off");
}

#[test]
fn what_the_account_stores_is_told() {
    let sizes = json!({ "metadataSize": 24, "payloadSize": 1000, "objects": 3 });
    let unfinished = json!({ "metadataSize": 0, "payloadSize": 7, "objects": 1 });
    let standard = json!({ "published": sizes, "uploaded": unfinished });
    let answer = well(json!({ "standard": standard, "infrequentAccess": null }));
    let api = Api::answering(&[("/r2/metrics", 200, answer)]);
    let told = api.run(&["public"], Some("t")).ended(0);
    assert!(told.out.contains("3 objects, 1.0 KiB, 7 B unfinished"), "{}", told.out);
}

#[test]
fn a_refusal_is_told_in_the_words_of_the_api_and_without_the_token() {
    let refusal = json!({
        "success": false, "result": null,
        "errors": [{ "code": 10000, "message": "Authentication error" }],
    });
    let api = Api::answering(&[
        ("managed", 403, refusal.to_string()),
        ("custom", 403, refusal.to_string()),
    ]);
    let told = api.run(&["public", "s3://media"], Some("not-a-secret")).ended(1);
    assert!(told.err.contains("Authentication error"), "{}", told.err);
    assert!(!told.err.contains("not-a-secret"));
    let page =
        Api::answering(&[("managed", 200, "<html>".into()), ("custom", 200, "<html>".into())]);
    let told = page.run(&["public", "s3://media"], Some("t")).ended(1);
    assert!(told.err.contains("no answer of this API"), "{}", told.err);
    let told = page.run(&["public", "s3://media"], None).ended(1);
    assert!(told.err.contains("CLOUDFLARE_TOKEN_OF_THIS_TEST is not set"), "{}", told.err);
}

/// A proxy that keeps what it is asked and answers like the API, or refuses to lead anywhere.
#[test]
fn the_api_is_asked_by_way_of_the_proxy_of_the_connection_or_the_environment() {
    let proxy = Api::answering(&domains(true, "active"));
    let at = proxy.url.trim_end_matches("/client/v4");
    let by = at.replace("http://", "http://me:pass@");
    let far = Api { url: "http://api.test/client/v4".to_owned(), asked: Arc::default() };
    let lines = format!("proxy = \"{by}\"\n");
    let told = far.run_with(&lines, &["public", "s3://media"], Some("t")).ended(0);
    assert!(told.out.starts_with("public at cdn.example.com\n"), "{}", told.out);
    let asked = proxy.asked.lock().unwrap().join("\n").to_ascii_lowercase();
    assert!(asked.contains("get http://api.test/client/v4/accounts/"), "{asked}");
    assert!(asked.contains("proxy-authorization: basic bwu6cgfzcw=="), "{asked}");
    let secure = Api { url: "https://api.test/client/v4".to_owned(), asked: Arc::default() };
    let refused = secure.run_with(&lines, &["public", "s3://media"], Some("t")).ended(1);
    assert!(refused.err.contains("the proxy answered 404"), "{}", refused.err);
    let asked = proxy.asked.lock().unwrap().join("\n");
    assert!(asked.contains("CONNECT api.test:443 HTTP/1.1"), "{asked}");
    assert!(!refused.err.contains("pass@"), "{}", refused.err);
    let none = far.run_with("proxy = \"none\"\n", &["public", "s3://media"], Some("t")).ended(1);
    assert!(none.err.contains("dns error") || none.err.contains("reached"), "{}", none.err);
}

#[test]
fn the_r2_dev_address_is_a_setting_that_a_token_reads_and_turns_off() {
    let api = Api::answering(&domains(true, "active"));
    let get = ["settings", "get", "s3://media", "r2.dev", "--json"];
    let told = api.run(&get, Some("t")).ended(0).json();
    assert_eq!((&told[0]["domain"], &told[0]["enabled"]), (&"pub-1.r2.dev".into(), &true.into()));
    api.run(&["settings", "clear", "s3://media", "r2.dev"], Some("t")).ended(0);
    let asked = api.asked.lock().unwrap().join("\n");
    assert!(asked.contains("PUT /client/v4/accounts/"), "{asked}");
    let names = api.run(&["settings", "get", "s3://media", "custom-domains"], Some("t")).ended(0);
    assert!(names.out.contains("cdn.example.com"), "{}", names.out);
}
