//! Bytes up and down over TLS: trusted through `AWS_CA_BUNDLE`, and not where the certificate is a
//! wrong one.

use super::shop::{Shop, bare, ran};
use crate::support::tls::{front, front_of, front_of_authority};

#[test]
fn bytes_go_up_and_come_down_over_tls() {
    let shop = Shop::open();
    let behind = shop.server().endpoint();
    let behind = behind.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let (port, pem) = shop.block_on(front(behind));
    let trusted = shop.write("ca.pem", pem);
    let body: Vec<u8> =
        (0..20_000_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    shop.write("up.bin", &body);
    shop.write("small.bin", "small");
    let endpoint = format!("https://localhost:{port}");
    let run = |arguments: &[&str]| {
        let mut command = shop.command(arguments);
        command.env("AWS_ENDPOINT_URL", &endpoint).env("AWS_CA_BUNDLE", &trusted);
        ran(command, b"")
    };
    assert_eq!(run(&["mb", "s3://secure"]).code, 0);
    let server = shop.server();
    let (id, secret) = (server.access_key_id(), server.secret_access_key());
    let section = format!(
        "[connections.c]\nendpoint = \"{endpoint}\"\nregion = \"us-east-1\"\naccess_key_id = \
         \"{id}\"\nsecret_access_key = \"{secret}\"\nca_bundle = {trusted:?}\n"
    );
    shop.write("config/config.toml", section);
    let examined = ran(bare(&shop.path(""), &["doctor", "c"]), b"").ended(0);
    assert!(examined.out.contains("TLS 1.3"), "{}", examined.out);
    std::fs::remove_file(shop.path("config/config.toml")).unwrap();

    for name in ["up.bin", "small.bin"] {
        let sent = run(&["put", name, &format!("s3://secure/{name}")]);
        assert_eq!(sent.code, 0, "{}", sent.err);
        let back = format!("back-{name}");
        let got = run(&["get", &format!("s3://secure/{name}"), &back]);
        assert_eq!(got.code, 0, "{}", got.err);
        let (sent, got) = (shop.path(name), shop.path(&back));
        assert!(std::fs::read(sent).unwrap() == std::fs::read(got).unwrap(), "{name}");
    }
}

#[test]
fn a_certificate_that_is_not_to_be_trusted_is_said_at_once_and_why() {
    let shop = Shop::open();
    let behind = shop.server().endpoint();
    let behind = behind.trim_start_matches("http://").trim_end_matches('/').to_owned();
    shop.write("small.bin", "small");
    let cases = [
        ("localhost", 2099, false, "certificate is not trusted", "AWS_CA_BUNDLE"),
        ("elsewhere.example", 2099, true, "certificate is for another name", "elsewhere.example"),
        ("localhost", 2021, true, "certificate is not valid at this time", "clock"),
    ];
    for (name, until, trusted, what, next) in cases {
        let (port, pem) = shop.block_on(front_of(behind.clone(), name, until));
        let bundle = shop.write("ca.pem", pem);
        for verb in [
            &["put", "small.bin", "s3://secure/small.bin"][..],
            &["put", "-", "s3://secure/small.bin"],
            &["get", "s3://secure/small.bin", "-"],
            &["ls", "s3://secure/"],
        ] {
            let mut command = shop.command(verb);
            command.env("AWS_ENDPOINT_URL", format!("https://localhost:{port}"));
            if trusted {
                command.env("AWS_CA_BUNDLE", &bundle);
            }
            let ended = ran(command, b"").ended(1);
            assert!(ended.err.contains(what), "{verb:?}: {}", ended.err);
            assert!(ended.err.contains(next), "{verb:?}: {}", ended.err);
        }
    }
    let mut plain = shop.command(&["ls", "s3://secure/"]);
    plain.env("AWS_ENDPOINT_URL", format!("https://{behind}"));
    let ended = ran(plain, b"").ended(1);
    assert!(ended.err.contains("this port speaks plain http"), "{}", ended.err);
}

#[test]
fn an_insecure_connection_works_and_says_so_every_time() {
    let shop = Shop::open();
    shop.store().put("media", "a", "stored");
    let behind = shop.server().endpoint();
    let behind = behind.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let (port, _) = shop.block_on(front_of(behind, "elsewhere.example", 2021));
    let server = shop.server();
    let (id, secret) = (server.access_key_id(), server.secret_access_key());
    let section = |insecure: bool, by_sdk: bool| {
        format!(
            "[connections.c]\nendpoint = \"https://localhost:{port}\"\nregion = \"us-east-1\"\n\
             access_key_id = \"{id}\"\nsecret_access_key = \"{secret}\"\n\
             insecure = {insecure}\nby_sdk = {by_sdk}\n"
        )
    };
    let run = |arguments: &[&str]| ran(bare(&shop.path(""), arguments), b"");
    shop.write("config/config.toml", section(false, false));
    let refused = run(&["ls", "s3://media/"]).ended(1);
    assert!(refused.err.contains("certificate"), "{}", refused.err);
    shop.write("up.bin", vec![7; 6 << 20]);
    for by_sdk in [false, true] {
        shop.write("config/config.toml", section(true, by_sdk));
        let listed = run(&["ls", "s3://media/"]).ended(0);
        assert!(listed.err.contains("the certificate is not checked"), "{}", listed.err);
        assert_eq!(run(&["get", "s3://media/a", "-"]).ended(0).out, "stored");
        run(&["put", "up.bin", "s3://media/up.bin"]).ended(0);
        assert_eq!(shop.store().bytes("media", "up.bin").unwrap().len(), 6 << 20);
        shop.store().remove("media", "up.bin");
    }
    let examined = run(&["doctor", "s3://media/"]).ended(0);
    assert!(examined.out.contains("the certificate is not checked"), "{}", examined.out);
    let link = run(&["presign", "s3://media/a"]).ended(0);
    assert!(link.err.contains("the certificate is not checked"), "{}", link.err);
}

#[test]
fn a_certificate_that_is_itself_in_the_bundle_is_trusted_for_its_name_and_time() {
    let shop = Shop::open();
    shop.store().put("media", "a", "stored");
    let behind = shop.server().endpoint();
    let behind = behind.trim_start_matches("http://").trim_end_matches('/').to_owned();
    shop.write("small.bin", "small");
    let verbs = [
        &["ls", "s3://media/"][..],
        &["put", "small.bin", "s3://media/small.bin", "--force"],
        &["get", "s3://media/a", "-"],
        &["doctor", "s3://media/"],
    ];
    let cases = [
        ("localhost", 2099, None),
        ("elsewhere.example", 2099, Some("certificate is for another name")),
        ("localhost", 2021, Some("certificate is not valid at this time")),
    ];
    for (name, until, refused) in cases {
        let (port, pem) = shop.block_on(front_of_authority(behind.clone(), name, until));
        let bundle = shop.write("ca.pem", pem);
        for verb in verbs {
            let mut command = shop.command(verb);
            command.env("AWS_ENDPOINT_URL", format!("https://localhost:{port}"));
            command.env("AWS_CA_BUNDLE", &bundle);
            let ended = ran(command, b"");
            let Some(refused) = refused else {
                ended.ended(0);
                continue;
            };
            let said = format!("{}{}", ended.out, ended.err);
            assert!(ended.code == 1 && said.contains(refused), "{verb:?}: {said}");
        }
    }
    let server = shop.server();
    let (port, pem) = shop.block_on(front_of_authority(behind, "localhost", 2099));
    shop.write("own.pem", pem);
    let profile = format!(
        "[profile work]\nregion = us-east-1\nendpoint_url = https://localhost:{port}\nca_bundle = \
         ~/own.pem\n\
         aws_access_key_id = {}\naws_secret_access_key = {}\n",
        server.access_key_id(),
        server.secret_access_key()
    );
    shop.write(".aws/config", profile);
    let run = |arguments: &[&str]| ran(bare(&shop.path(""), arguments), b"");
    run(&["ls", "s3://media/", "--profile", "work"]).ended(0);
    run(&["get", "s3://media/a", "-", "--profile", "work"]).ended(0);
}
