//! Variables, profiles and a terminal as people have them: what makes no sense is told, nothing
//! ends the program.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use windlass::demo::faults::Fault;

use crate::cli::shop::{Ran, Shop, ran};

fn listed(shop: &Shop, variables: &[(&str, &str)]) -> Ran {
    let mut command = shop.command(&["ls", "s3://media"]);
    command.envs(variables.iter().copied());
    ran(command, b"")
}

/// The chain's keys and region stay in the environment; the profile says the rest.
fn listed_by_profile(shop: &Shop, config: &str) -> Ran {
    let file = shop.write("aws-config", config);
    listed(shop, &[("AWS_CONFIG_FILE", file.to_str().unwrap())])
}

#[track_caller]
fn says(run: &Ran, parts: &[&str]) {
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    for part in parts {
        assert!(run.err.contains(part), "{part:?} is not said:\n{}", run.err);
    }
}

fn shop() -> Shop {
    let shop = Shop::open();
    shop.store().put("media", "a.txt", b"text".to_vec());
    shop
}

#[test]
fn a_setting_that_makes_no_sense_is_told_with_its_place_and_what_was_expected() {
    let shop = shop();
    for (name, value, expected) in [
        ("AWS_RETRY_MODE", "eager", "standard or adaptive or legacy"),
        ("AWS_MAX_ATTEMPTS", "0", "from 1 on"),
        ("AWS_MAX_ATTEMPTS", "abc", "from 1 on"),
        ("AWS_USE_FIPS_ENDPOINT", "yes", "true or false"),
        ("AWS_REQUEST_CHECKSUM_CALCULATION", "x", "when_supported"),
        ("AWS_ENDPOINT_URL_S3", ":::", "https://"),
        ("AWS_ENDPOINT_URL", "http://h:70000", "1 to 65535"),
        ("AWS_ENDPOINT_URL", "http://me:hush@h", "no password"),
    ] {
        let run = listed(&shop, &[(name, value)]);
        says(&run, &[name, expected]);
        assert!(!run.err.contains("hush"), "{}", run.err);
    }
    let run = listed_by_profile(&shop, "[default]\n\nretry_mode = eager\n");
    says(&run, &["aws-config:3", "retry_mode", "standard or adaptive or legacy"]);
}

#[test]
fn the_older_retry_mode_is_taken() {
    let shop = shop();
    listed(&shop, &[("AWS_RETRY_MODE", "legacy")]).ended(0);
    listed_by_profile(&shop, "[default]\nretry_mode = legacy\nmax_attempts = 3\n").ended(0);
}

#[test]
fn the_number_of_tries_is_the_users() {
    let shop = shop();
    let tries = |variables: &[(&str, &str)]| {
        let faults = shop.server().faults();
        let before = faults.count("ListObjectsV2");
        assert_eq!(listed(&shop, variables).code, 1);
        faults.count("ListObjectsV2") - before
    };
    shop.server().faults().add(Fault::answer(500, "InternalError").on("ListObjectsV2").forever());
    assert_eq!(tries(&[("AWS_MAX_ATTEMPTS", "1")]), 1);
    assert_eq!(tries(&[("AWS_MAX_ATTEMPTS", "2")]), 2);
    assert_eq!(tries(&[("AWS_MAX_ATTEMPTS", "2"), ("AWS_RETRY_MODE", "adaptive")]), 2);
}

#[test]
fn no_odd_surroundings_end_the_program() {
    let shop = shop();
    let odd = OsStr::from_bytes(b"a\xff\xfe");
    let names = [
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_RETRY_MODE",
        "AWS_ENDPOINT_URL",
        "AWS_CONFIG_FILE",
        "AWS_CA_BUNDLE",
        "AWS_EXECUTION_ENV",
        "AWS_SDK_UA_APP_ID",
        "AWS_DEFAULTS_MODE",
        "AWS_AUTH_SCHEME_PREFERENCE",
        "AWS_SIGV4A_SIGNING_REGION_SET",
        "_X_AMZN_TRACE_ID",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "NO_PROXY",
        "HOME",
        "TZ",
        "LANG",
        "LC_ALL",
        "COLUMNS",
        "LINES",
        "TERM",
        "NO_COLOR",
        "WINDLASS_LOG",
        "WINDLASS_ASCII",
        "XDG_CONFIG_HOME",
        "PATH",
        "UNHEARD_OF",
    ];
    for name in names {
        for value in [odd, OsStr::new(""), OsStr::new(":::"), OsStr::new("-1"), OsStr::new("é\t")]
        {
            let mut command = shop.command(&["ls", "s3://media"]);
            command.env(name, value).env("AWS_LAMBDA_FUNCTION_NAME", "f");
            let run = ran(command, b"");
            let told = format!("{name}={value:?}:\n{}", run.err);
            assert!(matches!(run.code, 0..=2), "exit {}: {told}", run.code);
            assert!(run.code == 0 || run.err.contains("windlass: "), "{told}");
        }
    }
    let mut command = shop.command(&["ls"]);
    command.arg(odd);
    assert_eq!(ran(command, b"").code, 2);
    let mut command = shop.command(&["ls", "s3://media"]);
    command.env_remove("HOME");
    assert_eq!(ran(command, b"").code, 0);
}

#[test]
fn keys_from_a_metadata_service_that_makes_no_sense_are_told() {
    let shop = shop();
    // Only AWS's own connections ask there.
    let section = format!(
        "[connections.c]\nprovider = \"aws\"\nendpoint = \"{}\"\n\
         region = \"us-east-1\"\nprofile = \"none\"\n",
        shop.server().endpoint()
    );
    shop.write("config/config.toml", section);
    let file = shop.write("aws-config", "[profile none]\nregion = us-east-1\n");
    for (name, value) in [
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "::"),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "localhost:80"),
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "*"),
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "http://h/x"),
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "//"),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:9?"),
    ] {
        let mut command = shop.command(&["ls", "s3://media"]);
        for each in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"] {
            command.env_remove(each);
        }
        command.env("AWS_CONFIG_FILE", &file).env(name, value);
        let run = ran(command, b"");
        assert_eq!(run.code, 1, "{name}={value}: {}", run.err);
    }
}
