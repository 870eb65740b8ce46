//! Keys in the system's keyring, on a machine that has none.

use std::process::Command;

use crate::cli::shop::{Shop, bare, ran};

fn without_keyring(shop: &Shop, arguments: &[&str]) -> Command {
    let text = format!(
        "[connections.lab]\nendpoint = \"{}\"\nkeys = \"keyring\"\n",
        shop.server().endpoint()
    );
    shop.write("config/config.toml", text);
    let mut command = bare(&shop.path(""), arguments);
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    command
}

#[test]
fn a_verb_says_that_no_keyring_answers_and_what_to_do() {
    let shop = Shop::open();
    let refused = ran(without_keyring(&shop, &["ls", "s3://media"]), b"").ended(1);
    assert!(refused.err.contains("no keyring is running on this machine"), "{}", refused.err);
    assert!(refused.err.contains("secrets.toml"), "{}", refused.err);
}

#[test]
fn the_doctor_names_the_keyring() {
    let shop = Shop::open();
    let examined = ran(without_keyring(&shop, &["doctor"]), b"");
    assert!(examined.out.contains("keys: the system's keyring"), "{}", examined.out);
    assert!(examined.out.contains("no keyring is running"), "{}", examined.out);
}

#[test]
fn the_doctor_says_that_others_may_read_the_secret() {
    use std::os::unix::fs::PermissionsExt;
    let shop = Shop::open();
    let server = shop.server();
    let text = format!(
        "[connections.lab]\nendpoint = \"{}\"\naccess_key_id = \"{}\"\nsecret_access_key = \
         \"{}\"\n",
        server.endpoint(),
        server.access_key_id(),
        server.secret_access_key(),
    );
    let file = shop.write("config/config.toml", text);
    for (mode, said) in [(0o644, true), (0o600, false)] {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        let examined = ran(bare(&shop.path(""), &["doctor"]), b"");
        assert_eq!(examined.out.contains("chmod 600"), said, "{}", examined.out);
    }
}
