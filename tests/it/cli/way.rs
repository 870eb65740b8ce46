//! The way to the server: endpoints that are none, the wrong protocol on a port, closed ports,
//! proxies and exceptions.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};

use crate::cli::shop::{self, Ran, bare, ran, shop, with as run};
use crate::support::tls::front;

/// A listing goes by the SDK, a download without it, and the doctor walks the way itself.
const VERBS: [&[&str]; 3] =
    [&["ls", "s3://media"], &["get", "--force", "s3://media/a.txt"], &["doctor", "s3://media/"]];

#[track_caller]
fn says(run: &Ran, code: i32, parts: &[&str]) {
    shop::says(run, code, parts);
    let told = format!("{}{}", run.out, run.err);
    assert!(!told.contains("hush"), "{told}");
}

fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Answers every connection with these bytes, and closes it.
fn answering(answer: &str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, answer) = (listener.local_addr().unwrap(), answer.to_owned());
    std::thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            let mut buffer = [0; 8192];
            let _ = socket.read(&mut buffer);
            let _ = socket.write_all(answer.as_bytes());
        }
    });
    address
}

#[test]
fn an_endpoint_that_is_none_is_refused_wherever_it_stands() {
    let shop = shop();
    for (endpoint, expected) in [
        (":::", "https://"),
        ("http://", "no host"),
        ("http://h:70000", "1 to 65535"),
        ("ftp://h", "https://"),
        ("h.example", "https://"),
        ("http://a b", "spaces"),
        ("http://me:hush@h", "no password"),
        ("https://h?x", "no ? or #"),
        ("http://::1:9000", "no host"),
    ] {
        let flag = run(&shop, &["--endpoint-url", endpoint, "ls"], &[]);
        says(&flag, 2, &["--endpoint-url", expected]);
        says(
            &run(&shop, &["ls"], &[("AWS_ENDPOINT_URL", endpoint)]),
            1,
            &["AWS_ENDPOINT_URL", expected],
        );
        let file = shop.write("aws-config", format!("[default]\nendpoint_url = {endpoint}\n"));
        let mut command = shop.command(&["ls"]);
        command.env_remove("AWS_ENDPOINT_URL").env("AWS_CONFIG_FILE", file);
        says(&ran(command, b""), 1, &["aws-config:2", expected]);
        shop.write("config/config.toml", format!("[connections.c]\nendpoint = \"{endpoint}\"\n"));
        says(&ran(bare(&shop.path(""), &["ls"]), b""), 1, &["config.toml:2", expected]);
        std::fs::remove_file(shop.path("config/config.toml")).unwrap();
    }
}

#[test]
fn the_wrong_protocol_on_a_port_is_named_at_once() {
    let shop = shop();
    let plain = shop.server().endpoint().replace("http://", "https://");
    let behind = shop.server().endpoint();
    let behind = behind.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let (port, _) = shop.block_on(front(behind));
    let secure = format!("http://127.0.0.1:{port}");
    for verb in VERBS {
        let to_plain = run(&shop, verb, &[("AWS_ENDPOINT_URL", &plain)]);
        says(&to_plain, 1, &["this port speaks plain http"]);
        let to_tls = run(&shop, verb, &[("AWS_ENDPOINT_URL", &secure)]);
        says(&to_tls, 1, &["this port speaks TLS"]);
    }
    // As Go's servers and nginx say it.
    let text = "Client sent an HTTP request to an HTTPS server.\n";
    let length = text.len();
    let words = answering(&format!(
        "HTTP/1.0 400 Bad Request\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}"
    ));
    let endpoint = format!("http://{words}");
    for verb in &VERBS[..2] {
        says(&run(&shop, verb, &[("AWS_ENDPOINT_URL", &endpoint)]), 1, &["this port speaks TLS"]);
    }
}

#[test]
fn a_closed_port_is_told_apart_from_an_unknown_host() {
    let shop = shop();
    let closed = format!("http://127.0.0.1:{}", closed_port());
    let secure = format!("https://localhost:{}", closed_port());
    for verb in VERBS {
        for endpoint in [&closed, &secure] {
            let refused = run(&shop, verb, &[("AWS_ENDPOINT_URL", endpoint)]);
            says(&refused, 1, &["nothing listens on this port"]);
        }
        let nowhere = [("AWS_ENDPOINT_URL", "http://no-such-host.invalid")];
        says(&run(&shop, verb, &nowhere), 1, &["name was not found"]);
    }
}

#[test]
fn a_proxy_that_cannot_be_used_is_named_with_what_names_it() {
    let shop = shop();
    let away = ("AWS_ENDPOINT_URL", "https://storage.example");
    let password =
        answering("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
    let password = format!("http://{password}");
    let closed = format!("http://127.0.0.1:{}", closed_port());
    for verb in &VERBS[..2] {
        for (proxy, expected) in [
            ("socks5://127.0.0.1:1080", "socks5:// proxies are not supported"),
            (":::", "not the URL of a proxy"),
            ("http://me:hush@h:70000", "1 to 65535"),
            (password.as_str(), "the proxy requires a user"),
            (closed.as_str(), "nothing listens where the proxy should be"),
        ] {
            says(&run(&shop, verb, &[away, ("HTTPS_PROXY", proxy)]), 1, &[expected, "HTTPS_PROXY"]);
        }
    }
    for name in ["https_proxy", "ALL_PROXY", "all_proxy"] {
        let run = run(&shop, VERBS[0], &[away, (name, "socks5://127.0.0.1:1080")]);
        says(&run, 1, &["not supported", name]);
    }
    let section = "[connections.c]\nendpoint = \"http://h\"\nanonymous = true\n\
                   proxy = \"http://me:hush@h:70000\"\n";
    shop.write("config/config.toml", section);
    let own = ran(bare(&shop.path(""), &["ls", "s3://media"]), b"");
    says(&own, 1, &["the connection's proxy", "1 to 65535"]);
}

#[test]
fn what_no_proxy_has_is_reached_without_one() {
    let shop = shop();
    let port =
        shop.server().endpoint().rsplit(':').next().unwrap().trim_end_matches('/').to_owned();
    let dead = format!("http://127.0.0.1:{}", closed_port());
    let with_port = format!("10.9.8.7, 127.0.0.1:{port}");
    let other_port = format!("127.0.0.1:{}", closed_port());
    for verb in VERBS {
        for none_for in ["*", "127.0.0.1", "127.0.0.0/8", &with_port] {
            let variables = [("HTTP_PROXY", dead.as_str()), ("NO_PROXY", none_for)];
            let done = run(&shop, verb, &variables);
            says(&done, 0, &[]);
            assert!(!done.out.contains("HTTP_PROXY is set"), "{none_for}: {}", done.out);
        }
        let variables = [("HTTP_PROXY", dead.as_str()), ("NO_PROXY", other_port.as_str())];
        says(&run(&shop, verb, &variables), 1, &["HTTP_PROXY"]);
    }
}

#[test]
fn access_points_that_cannot_be_reached_are_named() {
    let shop = shop();
    for (arn, expected) in [
        ("arn:aws:s3::123456789012:accesspoint/x.mrap", "multi-region"),
        ("arn:aws:s3::123456789012:accesspoint:x.mrap/key", "multi-region"),
        ("arn:aws:s3-object-lambda:eu-west-1:1:accesspoint/x", "Object Lambda"),
    ] {
        let place = format!("s3://{arn}");
        says(&run(&shop, &["ls", &place], &[]), 2, &[expected]);
    }
    // One that could be reached, on a server that has none.
    let place = "s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/name/";
    says(&run(&shop, &["ls", place], &[]), 1, &["on AWS alone"]);
}
