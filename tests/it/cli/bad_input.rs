//! What people give a program by mistake, and what stands between it and the server: each is said
//! in its own words.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

use crate::cli::shop::{Ran, Shop, bare, ran};

/// A server that gives every request the same answer, and the first lines of the requests it got.
fn answering(address: &str, answer: &str) -> Option<(SocketAddr, Arc<Mutex<Vec<String>>>)> {
    let listener = TcpListener::bind(address).ok()?;
    let address = listener.local_addr().ok()?;
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let (seen, answer) = (asked.clone(), answer.to_owned());
    std::thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            let mut buffer = [0; 8192];
            let read = socket.read(&mut buffer).unwrap_or(0);
            let text = String::from_utf8_lossy(&buffer[..read]).into_owned();
            seen.lock().unwrap().extend(text.lines().next().map(str::to_owned));
            let _ = socket.write_all(answer.as_bytes());
        }
    });
    Some((address, asked))
}

fn http(status: u16, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n\r\n{body}",
        body.len()
    )
}

const PAGE: &str = "<!doctype html><html><body>Welcome</body></html>";

/// A connection without surprises, with what else its section says.
fn section(endpoint: &str, more: &str) -> String {
    format!(
        "[connections.c]\nendpoint = \"{endpoint}\"\nregion = \"us-east-1\"\naccess_key_id = \
         \"id\"\nsecret_access_key = \"hush\"\n{more}\n"
    )
}

/// `windlass ls s3://media` on such a connection, with these variables.
fn listed(shop: &Shop, endpoint: &str, more: &str, variables: &[(&str, &str)]) -> Ran {
    shop.write("config/config.toml", section(endpoint, more));
    let mut command = bare(&shop.path(""), &["ls", "s3://media"]);
    command.envs(variables.iter().copied());
    ran(command, b"")
}

/// The error of such a run says each of `parts`.
#[track_caller]
fn says(run: &Ran, parts: &[&str]) {
    assert_eq!(run.code, 1, "{}", run.err);
    for part in parts {
        assert!(run.err.contains(part), "{part:?} is not said:\n{}", run.err);
    }
    assert!(run.err.contains("\n  why ") && run.err.contains("\n  next "), "{}", run.err);
    assert!(!run.err.contains("hush"), "{}", run.err);
}

#[test]
fn an_endpoint_that_is_no_s3_is_called_what_it_is() {
    let shop = Shop::open();
    let at = |answer: &str| {
        let (address, _) = answering("127.0.0.1:0", answer).unwrap();
        listed(&shop, &format!("http://{address}"), "", &[])
    };
    says(&at(&http(200, "Content-Type: text/html", PAGE)), &["a web page answered"]);
    says(&at(&http(404, "Content-Type: text/html", PAGE)), &["a web page answered"]);
    let portal = "Location: http://login.hotel.example/\r\nContent-Type: text/html";
    says(
        &at(&http(302, portal, PAGE)),
        &["a redirect to another page came", "log in", "login.hotel.example"],
    );
    says(&at("SSH-2.0-OpenSSH_9.6\r\n"), &["does not speak S3"]);
}

#[test]
fn a_server_that_is_not_there_is_told_from_a_name_that_is_not() {
    let shop = Shop::open();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let closed = format!("http://127.0.0.1:{port}");
    says(&listed(&shop, &closed, "", &[]), &["cannot be reached"]);
    let nowhere = "http://no-such-host.invalid";
    says(&listed(&shop, nowhere, "", &[]), &["name was not found"]);
}

#[test]
fn a_proxy_that_answers_itself_is_named() {
    let shop = Shop::open();
    let by = |answer: &str| {
        let (address, _) = answering("127.0.0.1:0", answer).unwrap();
        let proxy = format!("http://{address}");
        listed(&shop, "http://storage.example", "", &[("HTTP_PROXY", &proxy)])
    };
    says(&by(&http(407, "Content-Type: text/html", PAGE)), &["the proxy requires a user"]);
    says(&by(&http(200, "Content-Type: text/html", PAGE)), &["a web page answered", "proxy"]);
}

#[test]
fn a_connection_names_its_own_proxy_or_none() {
    let shop = Shop::open();
    let empty = "<ListBucketResult><IsTruncated>false</IsTruncated><KeyCount>0</KeyCount>\
                 </ListBucketResult>";
    let answer = http(200, "Content-Type: application/xml", empty);
    let (address, asked) = answering("127.0.0.1:0", &answer).unwrap();
    let proxy = format!("proxy = \"http://{address}\"");
    let run = listed(&shop, "http://storage.example", &proxy, &[]);
    assert_eq!(run.code, 0, "{}", run.err);
    let first = asked.lock().unwrap().first().cloned().unwrap();
    assert!(first.starts_with("GET http://storage.example/media"), "{first}");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let dead = format!("http://{closed}");
    let straight = format!("http://{address}");
    let run = listed(&shop, &straight, "proxy = \"none\"", &[("HTTP_PROXY", &dead)]);
    assert_eq!(run.code, 0, "{}", run.err);
}

#[test]
fn an_endpoint_may_have_a_path_and_an_address_of_ipv6() {
    let shop = Shop::open();
    let empty = "<ListBucketResult><IsTruncated>false</IsTruncated><KeyCount>0</KeyCount>\
                 </ListBucketResult>";
    let answer = http(200, "Content-Type: application/xml", empty);
    for host in ["127.0.0.1:0", "[::1]:0"] {
        // A machine may have no IPv6.
        let Some((address, asked)) = answering(host, &answer) else { continue };
        let run = listed(&shop, &format!("http://{address}/storage/v1/s3"), "", &[]);
        assert_eq!(run.code, 0, "{host}: {}", run.err);
        let first = asked.lock().unwrap().first().cloned().unwrap();
        assert!(first.starts_with("GET /storage/v1/s3/media"), "{first}");
    }
}

#[test]
fn roots_that_cannot_be_read_are_named_and_nothing_panics() {
    let shop = Shop::open();
    let secure = "https://127.0.0.1:9";
    let cut = "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n";
    for (name, text) in [("empty.pem", "no certificate\n"), ("cut.pem", cut)] {
        let file = shop.write(name, text);
        let file = file.to_str().unwrap();
        let run = listed(&shop, secure, "", &[("AWS_CA_BUNDLE", file)]);
        says(&run, &[name]);
        says(&listed(&shop, secure, &format!("ca_bundle = \"{file}\""), &[]), &[name]);
    }
    says(&listed(&shop, secure, "ca_bundle = \"/no/such.pem\"", &[]), &["/no/such.pem"]);
}

#[test]
fn a_program_for_the_keys_that_is_not_there_is_named() {
    let shop = Shop::open();
    let by = |command: &str| {
        let text = format!(
            "[connections.c]\nendpoint = \"http://127.0.0.1:9\"\nregion = \
             \"us-east-1\"\ncredential_process = \"{command}\"\n"
        );
        shop.write("config/config.toml", text);
        ran(bare(&shop.path(""), &["ls", "s3://media"]), b"")
    };
    says(&by("no-such-program export"), &["keys was not found", "credential_process"]);
    says(&by("false"), &["the program that provides the keys failed", "credential_process"]);
    says(&by("echo hello"), &["printed something unexpected", "credential_process"]);
}

/// What a section may say wrongly, and what is expected instead.
const WRONG: [(&str, &str); 16] = [
    ("provider = \"s4\"", "s4"),
    ("account_id = \"x\"\nendpoint = \"https://a\"", "not both"),
    ("jurisdiction = \"eu\"\nendpoint = \"https://a\"", "goes with account_id"),
    ("endpoint = \"a.example\"", "https://"),
    ("endpoint = 9000", "a text in quotes is wanted"),
    ("region = true", "a text in quotes is wanted"),
    ("access_key_id = \"x\"", "secret_access_key"),
    ("secret_access_key = \"x\"", "access_key_id"),
    ("session_token = \"x\"", "goes with access_key_id"),
    ("access_key_id_env = \"X\"", "together"),
    ("profile = \"a\"\nanonymous = true", "one source of credentials"),
    ("path_style = \"sometimes\"", "sometimes"),
    ("link_expiry = \"8d\"", "7 days"),
    ("checksum = \"md4\"", "md4"),
    ("proxy = \"socks5://x\"", "of a proxy"),
    ("ca_bundle = \"\"", "PEM"),
];

#[test]
fn every_key_of_the_configuration_is_refused_with_its_line() {
    let shop = Shop::open();
    for (wrong, expected) in WRONG {
        shop.write("config/config.toml", format!("[connections.c]\n{wrong}\n"));
        let run = ran(bare(&shop.path(""), &["ls", "s3://media"]), b"");
        says(&run, &["config.toml:", expected]);
    }
}

#[cfg(unix)]
#[test]
fn a_configuration_that_may_not_be_read_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let shop = Shop::open();
    let file = shop.write("config/config.toml", "");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o000)).unwrap();
    // Root may read everything.
    if std::fs::read(&file).is_err() {
        says(&ran(bare(&shop.path(""), &["ls"]), b""), &["config.toml"]);
    }
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    says(&ran(bare(&shop.path(""), &["ls"]), b""), &["config.toml"]);
}

#[test]
fn a_wrong_word_is_answered_with_the_right_one() {
    let shop = Shop::open();
    for (words, said) in [
        (&["lss", "s3://media"][..], "\"lss\" is neither a command"),
        (&["ls", "one:media/"], "--connection"),
        (&["stat", "one:media/k"], "--connection"),
        (&["settings", "one:media"], "--connection"),
        (&["head", "-c", "5K", "s3://media/k"], "write a whole number"),
        (&["du", "s3://media", "--depth", "x"], "write a whole number"),
        (&["queue", "pause", "x"], "write a whole number"),
        (&["demo", "--port", "x"], "from 0 to 65535"),
        (&["thaw", "s3://media/k", "--days", "0"], "from 1 to 36500"),
        (&["get", "s3://media/k", "--give-up-after", "0"], "a second at least"),
    ] {
        let ran = shop.run(words).ended(2);
        assert!(ran.err.contains(said), "{words:?}: {}", ran.err);
    }
}
