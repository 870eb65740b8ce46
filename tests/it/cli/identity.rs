//! Whose keys sign: a profile that was named, the environment, or nobody; and what is said of it.

use std::process::Command;

use crate::cli::shop::{Ran, Shop, bare, ran};

const OTHERS: [(&str, &str); 3] = [
    ("AWS_ACCESS_KEY_ID", "AKIAOTHERSOTHERSOTHE"),
    ("AWS_SECRET_ACCESS_KEY", "hush"),
    ("AWS_SESSION_TOKEN", "of another"),
];

/// A shop whose profile `work` may look, and `stranger` may not.
fn shop() -> Shop {
    let shop = Shop::open();
    shop.store().put("media", "k", "");
    let server = shop.server();
    let credentials = format!(
        "[work]\naws_access_key_id = {}\naws_secret_access_key = {}\n\
         [stranger]\naws_access_key_id = AKIASTRANGERSTRANGER\naws_secret_access_key = hush\n",
        server.access_key_id(),
        server.secret_access_key()
    );
    shop.write(".aws/credentials", credentials);
    let (endpoint, region) = (server.endpoint(), server.region());
    let config = format!(
        "[profile work]\nregion = {region}\nservices = lab\n\
         [services lab]\ns3 =\n  endpoint_url = {endpoint}\n\
         [profile stranger]\nregion = {region}\nendpoint_url = {endpoint}\n\
         [profile plain]\nregion = {region}\nendpoint_url = {endpoint}\n\
         [profile \"two words\"]\nregion = {region}\nendpoint_url = {endpoint}\n\
         aws_access_key_id = {}\naws_secret_access_key = {}\n",
        server.access_key_id(),
        server.secret_access_key()
    );
    shop.write(".aws/config", config);
    shop
}

fn listed(shop: &Shop, flags: &[&str], variables: &[(&str, &str)]) -> Ran {
    let mut command: Command = bare(&shop.path(""), &[&["ls", "s3://media"], flags].concat());
    command.envs(variables.iter().copied());
    ran(command, b"")
}

/// The server's own keys, in the environment.
fn own(shop: &Shop) -> [(&str, &str); 2] {
    let server = shop.server();
    [
        ("AWS_ACCESS_KEY_ID", server.access_key_id()),
        ("AWS_SECRET_ACCESS_KEY", server.secret_access_key()),
    ]
}

#[test]
fn a_profile_that_is_named_signs_whatever_keys_the_environment_has() {
    let shop = shop();
    listed(&shop, &["--profile", "work"], &OTHERS).ended(0);
    listed(&shop, &["--profile", "two words"], &OTHERS).ended(0);
    let refused = listed(&shop, &["--profile", "stranger"], &own(&shop)).ended(1);
    assert!(refused.err.contains("\n  as     stranger · AKIA…NGER\n"), "{}", refused.err);
    shop.write(
        "config/config.toml",
        "[connections.prod]\nprovider = \"aws\"\nprofile = \"work\"\n",
    );
    listed(&shop, &["--connection", "prod"], &OTHERS).ended(0);
    shop.write(
        "config/config.toml",
        "[connections.prod]\nprovider = \"aws\"\nprofile = \"stranger\"\n",
    );
    let refused = listed(&shop, &["--connection", "prod", "--json"], &own(&shop)).ended(1);
    assert!(refused.err.contains("\"identity\":\"stranger · AKIA…NGER\""), "{}", refused.err);
}

#[test]
fn keys_of_the_environment_come_before_a_profile_that_a_variable_names() {
    let shop = shop();
    let stranger = ("AWS_PROFILE", "stranger");
    listed(&shop, &[], &[&own(&shop)[..], &[stranger]].concat()).ended(0);
    let refused = listed(&shop, &[], &[&OTHERS[..], &[("AWS_PROFILE", "work")]].concat()).ended(1);
    assert!(refused.err.contains("  as     environment · AKIA…OTHE"), "{}", refused.err);
    listed(&shop, &[], &[("AWS_PROFILE", "work")]).ended(0);
    listed(&shop, &[], &[("AWS_DEFAULT_PROFILE", "work")]).ended(0);
    listed(&shop, &[], &[("AWS_DEFAULT_PROFILE", "work"), stranger]).ended(0);
    listed(&shop, &[], &[("AWS_DEFAULT_PROFILE", ""), ("AWS_PROFILE", "work")]).ended(0);
}

#[test]
fn a_profile_without_keys_takes_none_of_the_environment_once_it_is_named() {
    let shop = shop();
    let refused = listed(&shop, &["--profile", "plain"], &own(&shop)).ended(1);
    assert!(refused.err.contains("no credentials"), "{}", refused.err);
    listed(&shop, &[], &[&own(&shop)[..], &[("AWS_PROFILE", "plain")]].concat()).ended(0);
}

#[test]
fn empty_variables_are_unset_ones() {
    let shop = shop();
    let empty = [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_S3",
        "AWS_CA_BUNDLE",
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_DEFAULT_PROFILE",
    ]
    .map(|name| (name, ""));
    listed(&shop, &[], &[&empty[..], &[("AWS_PROFILE", "work")]].concat()).ended(0);
    listed(&shop, &["--profile", "work"], &[&empty[..], &[("AWS_PROFILE", "")]].concat()).ended(0);
    let server = shop.server();
    let endpoint = server.endpoint();
    let flags = ["--endpoint-url", endpoint.as_str()];
    let blank = [&own(&shop)[..], &[("AWS_REGION", ""), ("AWS_PROFILE", "")]].concat();
    listed(&shop, &flags, &blank).ended(0);
    let half = listed(&shop, &flags, &[("AWS_ACCESS_KEY_ID", "AKIA")]).ended(1);
    assert!(half.err.contains("AWS_SECRET_ACCESS_KEY is not"), "{}", half.err);
}

#[test]
fn what_cannot_be_read_stops_the_start_with_file_line_and_what_was_expected() {
    let shop = shop();
    let work = |config: &[u8]| {
        shop.write(".aws/config", config);
        listed(&shop, &["--profile", "work"], &[])
    };
    let lab = format!("[services lab]\ns3 =\n  endpoint_url = {}\n", shop.server().endpoint());
    let profile = "[profile work]\nservices = lab\nregion = us-east-1\n";
    work(format!("{profile}{lab}").as_bytes()).ended(0);
    work(format!("\u{feff}{profile}{lab}").as_bytes()).ended(0);
    let latin = [b"# caf\xe9\n", profile.as_bytes(), lab.as_bytes()].concat();
    let cases: [(&[u8], &str, &str); 6] = [
        (&latin, "config:1", "UTF-8"),
        (profile.as_bytes(), "config:2", "no section [services lab]"),
        (b"[profile work]\nfoo\n", "config:2", "name = value"),
        (b"[profile work\nregion = x\n", "config:1", "expected ]"),
        (b"region = x\n[profile work]\n", "config:1", "a section"),
        (b"[profile work]\nregion = x\nregion = y\n", "config:3", "line 2 too"),
    ];
    for (config, place, expected) in cases {
        let stopped = work(config).ended(1);
        assert!(stopped.err.contains(place), "{}", stopped.err);
        assert!(stopped.err.contains(expected), "{}", stopped.err);
    }
    work(format!("{profile}{lab}").as_bytes()).ended(0);
    let nobody = listed(&shop, &[], &[("AWS_CONFIG_FILE", "gone"), ("AWS_PROFILE", "work")]);
    assert!(nobody.ended(1).err.contains("AWS_CONFIG_FILE names gone"));
    let folder =
        listed(&shop, &[], &[("AWS_SHARED_CREDENTIALS_FILE", "/"), ("AWS_PROFILE", "work")]);
    assert!(folder.ended(1).err.contains("it is a folder"));
    let moved = shop.path("elsewhere");
    std::fs::rename(shop.path(".aws/config"), &moved).unwrap();
    listed(&shop, &["--profile", "work"], &[("AWS_CONFIG_FILE", "~/elsewhere")]).ended(0);
    let gone = listed(&shop, &["--profile", "nobody"], &[]).ended(1);
    assert!(
        gone.err.contains("no profile \"nobody\"") && gone.err.contains("stranger"),
        "{}",
        gone.err
    );
}

#[test]
fn keys_that_a_connection_has_itself_go_where_it_points_and_nowhere_else() {
    let shop = shop();
    let server = shop.server();
    let (id, secret) = (server.access_key_id(), server.secret_access_key());
    let keys = format!("access_key_id = \"{id}\"\nsecret_access_key = \"{secret}\"\n");
    let section = |more: &str| format!("[connections.c]\nregion = \"us-east-1\"\n{keys}{more}\n");
    let endpoint = server.endpoint();
    shop.write("config/config.toml", section(&format!("endpoint = \"{endpoint}\"")));
    let run = listed(&shop, &["--connection", "c"], &OTHERS);
    run.ended(0);
    shop.write(".aws/config", b"no settings");
    listed(&shop, &["--connection", "c"], &[("AWS_ENDPOINT_URL", "http://127.0.0.1:1")]).ended(0);
}

#[test]
fn a_profile_that_was_never_signed_in_is_told_the_command_that_signs_it_in() {
    let shop = shop();
    let endpoint = shop.server().endpoint();
    let config = format!(
        "[profile corp]\nregion = us-east-1\nendpoint_url = {endpoint}\nsso_session = corp\n\
         sso_account_id = 111122223333\nsso_role_name = Reader\n\
         [sso-session corp]\nsso_start_url = https://corp.example/start\nsso_region = us-east-1\n\
         [profile old]\nregion = us-east-1\nendpoint_url = {endpoint}\n\
         sso_start_url = https://corp.example/start\nsso_region = us-east-1\n\
         sso_account_id = 111122223333\nsso_role_name = Reader\n\
         [profile through]\nregion = us-east-1\nendpoint_url = {endpoint}\n\
         role_arn = arn:aws:iam::1:role/a\nsource_profile = corp\n"
    );
    shop.write(".aws/config", config);
    for (profile, signs_in) in [("corp", "corp"), ("old", "old"), ("through", "corp")] {
        let told = format!("aws sso login --profile {signs_in}");
        let refused = listed(&shop, &["--profile", profile], &own(&shop)).ended(1);
        assert!(refused.err.contains(&told), "{}", refused.err);
        let mut put = bare(&shop.path(""), &["put", "-", "s3://media/new", "--profile", profile]);
        put.envs(own(&shop));
        let refused = ran(put, b"x").ended(1);
        assert!(refused.err.contains(&told), "{}", refused.err);
        let doctor = bare(&shop.path(""), &["doctor", "s3://media/", "--profile", profile]);
        let examined = ran(doctor, b"");
        assert!(examined.out.contains(&told), "{}{}", examined.out, examined.err);
    }
}

#[test]
fn the_doctor_says_whose_keys_signed() {
    let shop = shop();
    let doctor = bare(&shop.path(""), &["doctor", "s3://media/", "--profile", "work"]);
    let examined = ran(doctor, b"").ended(0);
    assert!(examined.out.contains("keys: profile work"), "{}", examined.out);
    assert!(examined.out.contains(" work · "), "{}", examined.out);
}

#[test]
fn who_does_not_sign_goes_where_the_environment_points() {
    let shop = shop();
    let endpoint = shop.server().endpoint();
    let flags = ["--no-sign-request", "--region", "us-east-1"];
    let refused = listed(&shop, &flags, &[("AWS_ENDPOINT_URL", endpoint.as_str())]).ended(1);
    assert!(refused.err.contains("HTTP 403"), "{}", refused.err);
}
