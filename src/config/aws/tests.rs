//! Tests which profile is in force, what is read of it, and what stops a start.

use std::fs;
use std::path::Path;

use super::*;
use crate::domain::error::ErrorKind;

const CONFIG: &str = "\
[default]
region = eu-west-1
[profile work]
region = eu-west-2
services = lab
s3 =
  addressing_style = path
[profile \"a b\"]
region = eu-west-3
aws_access_key_id = AKIASPACE
aws_secret_access_key = hush
[services lab]
s3 =
  endpoint_url = http://lab:9000
dynamodb =
  endpoint_url = http://no:1
[profile astray]
services = gone
[profile far]
role_arn = arn:aws:iam::1:role/a
source_profile = gone
[profile sso]
sso_session = gone
[sso-session corp]
sso_start_url = https://x
[profile signed]
sso_session = corp
[profile through]
role_arn = arn:aws:iam::1:role/a
source_profile = signed
[profile mine]
aws_access_key_id = AKIAMINE
aws_secret_access_key = hush
endpoint_url = http://mine:9000
ca_bundle = /etc/mine.pem
[nearly]
region = x
";
const CREDENTIALS: &str = "[work]\naws_access_key_id = AKIAWORK\naws_secret_access_key = hush\n";

fn files(home: &Path, config: &[u8], credentials: &str) -> OriginPaths {
    let (config_file, credentials_file) = (home.join("config"), home.join("credentials"));
    fs::write(&config_file, config).unwrap();
    fs::write(&credentials_file, credentials).unwrap();
    OriginPaths {
        aws_config: Some(config_file),
        aws_credentials: Some(credentials_file),
        ..OriginPaths::default()
    }
}

fn read(
    profile: Option<&str>,
    variables: &'static [(&'static str, &'static str)],
) -> Result<AwsSettings, Error> {
    let home = tempfile::tempdir().unwrap();
    let places = files(home.path(), CONFIG.as_bytes(), CREDENTIALS);
    let given = move |name: &str| {
        variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
    };
    let settings = AwsSettings::read(&places, profile, Arc::new(given))?;
    settings.check()?;
    Ok(settings)
}

type Pairs<const N: usize> = [(&'static str, &'static str); N];

static KEYS: Pairs<2> = [("AWS_ACCESS_KEY_ID", "AKIAENV"), ("AWS_SECRET_ACCESS_KEY", "hush")];
static WITH_WORK: Pairs<3> = with(("AWS_PROFILE", "work"));
static WITH_SIGNED: Pairs<3> = with(("AWS_PROFILE", "signed"));
static WITH_FILE: Pairs<3> = with(("AWS_CONFIG_FILE", "gone"));

const fn with(more: (&'static str, &'static str)) -> Pairs<3> {
    [("AWS_ACCESS_KEY_ID", "AKIAENV"), ("AWS_SECRET_ACCESS_KEY", "hush"), more]
}

#[test]
fn a_profile_that_is_named_outright_signs_and_one_of_a_variable_gives_way_to_keys() {
    let whose = |profile, variables| read(profile, variables).unwrap().keys();
    assert_eq!(whose(Some("work"), &KEYS), KeyOrigin::Profile);
    assert_eq!(whose(None, &KEYS), KeyOrigin::Environment);
    assert_eq!(whose(None, &WITH_WORK), KeyOrigin::Environment);
    assert_eq!(whose(None, &[("AWS_PROFILE", "work")]), KeyOrigin::Profile);
    assert_eq!(
        whose(Some("default"), &KEYS),
        KeyOrigin::Surroundings,
        "it has none, and was named"
    );
    assert_eq!(whose(None, &[]), KeyOrigin::Surroundings);
    assert_eq!(whose(None, &[("AWS_ACCESS_KEY_ID", "")]), KeyOrigin::Surroundings);
    let half = read(None, &[("AWS_ACCESS_KEY_ID", "AKIAENV")]).unwrap_err();
    assert!(half.detail.contains("AWS_SECRET_ACCESS_KEY is not"), "{half:?}");
}

#[test]
fn the_profile_of_the_environment_is_found_as_the_aws_cli_finds_it() {
    let named = |variables| read(None, variables).unwrap().profile_name().to_owned();
    assert_eq!(named(&[]), "default");
    assert_eq!(named(&[("AWS_PROFILE", ""), ("AWS_DEFAULT_PROFILE", "")]), "default");
    assert_eq!(named(&[("AWS_PROFILE", "mine"), ("AWS_DEFAULT_PROFILE", "work")]), "work");
    assert_eq!(named(&[("AWS_PROFILE", "work"), ("AWS_DEFAULT_PROFILE", "")]), "work");
}

#[test]
fn variables_come_before_the_profile_and_empty_ones_count_as_unset() {
    let region = |variables| read(Some("work"), variables).unwrap().region();
    assert_eq!(region(&[]).as_deref(), Some("eu-west-2"));
    assert_eq!(region(&[("AWS_REGION", "x")]).as_deref(), Some("x"));
    assert_eq!(
        region(&[("AWS_REGION", ""), ("AWS_DEFAULT_REGION", "")]).as_deref(),
        Some("eu-west-2")
    );
    assert_eq!(region(&[("AWS_REGION", ""), ("AWS_DEFAULT_REGION", "y")]).as_deref(), Some("y"));
    let endpoint = |variables| read(Some("work"), variables).unwrap().endpoint();
    assert_eq!(endpoint(&[]).as_deref(), Some("http://lab:9000"));
    assert_eq!(endpoint(&[("AWS_ENDPOINT_URL", "")]).as_deref(), Some("http://lab:9000"));
    let both = endpoint(&[("AWS_ENDPOINT_URL", "http://a"), ("AWS_ENDPOINT_URL_S3", "http://b")]);
    assert_eq!(both.as_deref(), Some("http://b"));
    assert_eq!(endpoint(&[("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")]), None);
    let mine = read(Some("mine"), &[("AWS_CA_BUNDLE", "")]).unwrap();
    assert_eq!(mine.endpoint().as_deref(), Some("http://mine:9000"));
    assert_eq!(mine.ca_bundle().unwrap().path, Path::new("/etc/mine.pem"));
    assert_eq!(read(Some("work"), &[]).unwrap().addressing(), Addressing::Path);
}

#[test]
fn a_quoted_name_is_a_name_and_reaches_the_sdk_in_its_own_letters() {
    let settings = read(Some("a b"), &[]).unwrap();
    assert_eq!(settings.region().as_deref(), Some("eu-west-3"));
    assert_eq!(settings.keys(), KeyOrigin::Profile);
    assert_eq!(settings.sdk_profile(), "a%20b");
    let (config, credentials) = settings.files().for_sdk();
    assert!(config.contains("[profile a%20b]\nregion = eu-west-3\n"), "{config}");
    assert!(
        config.contains("[services lab]\ns3 = \n  endpoint_url = http://lab:9000\n"),
        "{config}"
    );
    assert!(credentials.starts_with("[work]\naws_access_key_id = AKIAWORK\n"), "{credentials}");
    assert!(!format!("{settings:?}{:?}", settings.files()).contains("hush"));
}

#[test]
fn what_a_profile_names_and_is_not_there_is_told_with_file_and_line() {
    let told = |profile: &str| {
        let error = read(Some(profile), &[]).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Config);
        format!("{} {}", error.place, error.detail)
    };
    assert!(told("astray").contains("config:18 "), "{}", told("astray"));
    assert!(told("astray").contains("no section [services gone]"));
    assert!(told("far").contains("config:21 source_profile = gone"), "{}", told("far"));
    assert!(told("sso").contains("config:23 sso_session = gone"), "{}", told("sso"));
    let nobody = told("nobody");
    assert!(nobody.contains("\"nobody\"") && nobody.contains("default, work, a b"), "{nobody}");
    assert!(told("nearly").contains("[profile nearly] there"), "{}", told("nearly"));
}

#[test]
fn a_file_that_is_none_or_is_not_there_stops_where_its_profile_would_sign() {
    let home = tempfile::tempdir().unwrap();
    let mut places = files(home.path(), b"[default]\n# caf\xe9\n", "");
    let none: Variables = Arc::new(|_: &str| None);
    let error = AwsSettings::read(&places, None, none.clone()).unwrap_err();
    assert!(error.place.ends_with("config:2") && error.detail.contains("0xE9"), "{error:?}");
    places.aws_config = Some(home.path().to_owned());
    let error = AwsSettings::read(&places, None, none.clone()).unwrap_err();
    assert!(error.detail.contains("folder"), "{error:?}");
    places.aws_config = Some(home.path().join("gone"));
    let of = |variables: &'static [(&'static str, &'static str)]| {
        let given = move |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, it)| OsString::from(it))
        };
        AwsSettings::read(&places, None, Arc::new(given)).unwrap().check()
    };
    assert!(of(&[]).is_ok());
    let error = of(&[("AWS_CONFIG_FILE", "gone")]).unwrap_err();
    assert!(error.detail.contains("AWS_CONFIG_FILE names"), "{error:?}");
    assert!(of(&WITH_FILE).is_ok(), "the keys are elsewhere");
}

#[test]
fn the_profile_that_signs_in_is_the_one_at_the_end_of_a_role() {
    let by = |profile| read(Some(profile), &[]).unwrap().signs_in_by();
    assert_eq!(by("signed").as_deref(), Some("signed"));
    assert_eq!(by("through").as_deref(), Some("signed"));
    assert_eq!(by("mine"), None);
    assert_eq!(read(None, &WITH_SIGNED).unwrap().signs_in_by(), None);
}

/// What is said of the profile in force where `config` is the file, with the line of the fault.
fn fault(config: &str, variables: &'static [(&'static str, &'static str)]) -> String {
    let home = tempfile::tempdir().unwrap();
    let places = files(home.path(), config.as_bytes(), "");
    let given = move |name: &str| {
        variables.iter().find(|(known, _)| *known == name).map(|(_, it)| OsString::from(it))
    };
    let named = config.contains("[profile a]").then_some("a");
    let read = AwsSettings::read(&places, named, Arc::new(given)).unwrap();
    match read.check() {
        Ok(()) => String::new(),
        Err(error) => {
            assert_eq!(error.kind, ErrorKind::Config);
            let line = error.place.rsplit("config:").next().unwrap_or_default();
            format!("{line} {}", error.detail)
        }
    }
}

#[test]
fn what_a_profile_lacks_is_told_before_anything_is_sent() {
    const KEYS: &str = "aws_access_key_id = A\naws_secret_access_key = hush\n";
    for (config, expected) in [
        ("[profile a]\naws_access_key_id = A\n", "2 profile \"a\" has aws_access_key_id, but no"),
        ("[profile a]\n\naws_secret_access_key = h\n", "3 profile \"a\" has aws_secret_access_key"),
        ("[profile a]\nrole_arn = r\n", "2 profile \"a\" has role_arn, but no source_profile"),
        (
            "[profile a]\nrole_arn = r\ncredential_source = Foo\n",
            "3 credential_source = Foo: expected",
        ),
        (
            "[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = r\n\
             source_profile = a\n",
            "6 source_profile = a leads back",
        ),
        ("[profile a]\nrole_arn = r\nsource_profile = a\n", "3 source_profile = a leads back"),
        (
            "[profile a]\nrole_arn = r\nweb_identity_token_file = /nope/token\n",
            "3 web_identity_token_file names /nope/token, which is not there",
        ),
        (
            "[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\naws_access_key_id = A\n",
            "5 profile \"b\" has aws_access_key_id, but no aws_secret_access_key",
        ),
    ] {
        let told = fault(config, &[]);
        assert!(told.starts_with(expected), "{config}\n{told}");
    }
    let itself = format!("[profile a]\nrole_arn = r\nsource_profile = a\n{KEYS}");
    assert_eq!(fault(&itself, &[]), "", "the keys of the profile ask for its role");
    assert_eq!(fault("[profile a]\nrole_arn = r\ncredential_source = Environment\n", &[]), "");
}

#[test]
fn a_half_of_what_the_environment_gives_is_told() {
    static SECRET: Pairs<1> = [("AWS_SECRET_ACCESS_KEY", "hush")];
    static TOKEN: Pairs<1> = [("AWS_WEB_IDENTITY_TOKEN_FILE", "/nope/token")];
    static BOTH: Pairs<2> = [("AWS_WEB_IDENTITY_TOKEN_FILE", "/nope/token"), ("AWS_ROLE_ARN", "r")];
    assert!(fault("", &SECRET).contains("AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID"));
    assert!(fault("", &TOKEN).contains("is set, but AWS_ROLE_ARN is not"));
    assert!(fault("", &BOTH).contains("AWS_WEB_IDENTITY_TOKEN_FILE names /nope/token"));
    assert_eq!(fault("[default]\ncredential_process = x\n", &SECRET), "", "others give the keys");
}
