//! Tests what `config.toml` means, and what is said of its mistakes.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use secrecy::ExposeSecret;

use super::*;
use crate::config::connection::{Addressing, Bodies, CredentialsSource, Keeper, UploadChecksum};
use crate::config::connection_options::OPTIONS;
use crate::config::edit::{KEYS, SERVER};
use crate::config::network::{Network, Proxy};
use crate::config::settings::{Alert, PictureSetting};
use crate::domain::provider::Provider;
use crate::domain::transfer::{FileRules, Links};

const ID: &str = "0123456789abcdef0123456789abcdef";

fn parsed(text: &str) -> Configuration {
    parse(text, Path::new("config.toml")).unwrap()
}

/// The place and the detail of what is wrong with a text.
fn wrong(text: &str) -> (String, String) {
    let error = parse(text, Path::new("/etc/config.toml")).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Config);
    (error.place, error.detail)
}

#[test]
fn an_account_id_is_enough_to_reach_r2() {
    let configuration = parsed(&format!(
        r#"
        [connections."r2:personal"]
        account_id = "{ID}"
        access_key_id = "key"
        secret_access_key = "hush"
        jurisdiction = "eu"
        "#
    ));
    let connection = &configuration.connections[0];
    assert_eq!(connection.name.as_str(), "r2:personal");
    assert_eq!(connection.provider, Provider::R2);
    assert_eq!(
        connection.endpoint.as_deref(),
        Some(format!("https://{ID}.eu.r2.cloudflarestorage.com").as_str())
    );
    assert_eq!(connection.region.as_deref(), Some("auto"));
    let CredentialsSource::Static { access_key_id, secret_access_key, .. } =
        &connection.credentials
    else {
        panic!("{:?}", connection.credentials)
    };
    assert_eq!((access_key_id.as_str(), secret_access_key.expose_secret()), ("key", "hush"));
    assert!(!format!("{configuration:?}").contains("hush"));
}

#[test]
fn jurisdictions_of_one_account_have_an_endpoint_each() {
    let read = |line: &str| {
        let section = format!("[connections.a]\naccount_id = \"{ID}\"\nanonymous = true\n{line}");
        parsed(&section).connections.remove(0)
    };
    let all = read("jurisdictions = \"all\"");
    let names: Vec<_> = all.jurisdictions.iter().map(|(each, _)| each.name()).collect();
    assert_eq!(names, ["default", "eu", "fedramp", "us"]);
    assert_eq!(all.endpoint.as_ref(), Some(&all.jurisdictions[0].1));
    assert!(all.jurisdictions[3].1.contains(&format!("{ID}.us.r2.")));
    let listed = read("jurisdictions = [\"eu\", \"us\", \"eu\"]");
    assert_eq!(listed.jurisdictions.len(), 2);
    assert!(listed.endpoint.unwrap().contains(".eu.r2."));
    let one = read("jurisdictions = [\"eu\"]");
    assert!(one.jurisdictions.is_empty() && one.endpoint.unwrap().contains(".eu.r2."));
    let placed = parsed(
        "[connections.a]\nprovider = \"r2\"\nanonymous = true\nendpoint = \"https://r2.lan\"\n\
         jurisdictions = { eu = \"https://eu.r2.lan\" }",
    );
    let placed = &placed.connections[0];
    assert_eq!(placed.endpoint.as_deref(), Some("https://r2.lan"));
    assert_eq!(placed.jurisdictions[1].1, "https://eu.r2.lan");
}

#[test]
fn every_field_of_a_connection_is_read() {
    let configuration = parsed(
        r#"
        default = "work"
        [connections.zoo]
        endpoint = "http://localhost:9000"
        anonymous = true
        [connections.work]
        provider = "aws"
        profile = "work"
        region = "eu-west-1"
        path_style = "always"
        read_only = true
        link_expiry = "15m"
        ca_bundle = "/etc/ca.pem"
        proxy = "none"
        checksum = "md5"
        unsigned_payload = true
        by_sdk = true
        buckets = [
            "media",
            { name = "site", prefix = "public/", public_domain = "https://cdn.example.com" },
            { name = "vault", requester_pays = true, sse_c_key = "/keys/vault" },
        ]
        "#,
    );
    assert_eq!(configuration.default, Some(ConnectionName::from("work")));
    let names: Vec<_> = configuration.connections.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["zoo", "work"], "the order of the file");
    let [zoo, work] = &configuration.connections[..] else { panic!() };
    assert_eq!(zoo.provider, Provider::Other);
    assert!(matches!(zoo.credentials, CredentialsSource::Anonymous));
    assert!(
        matches!(&work.credentials, CredentialsSource::Chain { profile: Some(p) } if p == "work")
    );
    assert_eq!(work.addressing, Addressing::Path);
    assert!(work.read_only);
    assert_eq!(work.link_expiry, Duration::from_secs(900));
    assert_eq!(zoo.network, Network::default());
    let network =
        Network { proxy: Proxy::None, ca_bundle: work.network.ca_bundle.clone(), insecure: false };
    assert_eq!(work.network, network);
    assert_eq!(work.network.ca_bundle.as_ref().unwrap().path, Path::new("/etc/ca.pem"));
    assert_eq!(zoo.bodies, Bodies::default());
    let bodies = Bodies { checksum: Some(UploadChecksum::Md5), unsigned: true, by_sdk: true };
    assert_eq!(work.bodies, bodies);
    assert_eq!(work.known_buckets[0].bucket.as_str(), "media");
    assert_eq!(work.known_buckets[1].prefix.as_str(), "public/");
    assert_eq!(work.known_buckets[1].public_domain.as_deref(), Some("https://cdn.example.com"));
    let access = &work.known_buckets[2].access;
    assert_eq!(access.key_file.as_deref(), Some(Path::new("/keys/vault")));
    assert!(access.requester_pays && work.known_buckets[1].access.is_plain());
}

#[test]
fn what_is_malformed_is_named_with_its_line() {
    for (text, line, expected) in [
        ("default = ", 1, "string"),
        ("\n[connections.a]\nendpont = \"x\"", 3, "did you mean `endpoint`"),
        ("[connections.a]\n\nprovider = \"nimbus\"", 3, "`nimbus` is not one of"),
        ("[connections.a]\nprovider = \"hetzner\"", 1, "fsn1, nbg1, hel1"),
        ("[[connections]]\nendpoint = \"x\"", 1, "write [connections.NAME]"),
        ("[connections.a]\nread_only = \"no\"", 2, "true or false is wanted"),
        ("[connections.a]\npath_style = \"maybe\"", 2, "`auto`"),
        ("[connections.a]\nchecksum = \"crc\"", 2, "`crc64nvme`"),
        ("[connections.a]\nlink_expiry = \"soon\"", 2, "write 15m, 1h"),
        ("[connections.a]\nlink_expiry = \"30d\"", 2, "7 days"),
        ("[connections.a]\nendpoint = \"localhost:9000\"", 2, "https:// or http://"),
        ("[connections.a]\nbuckets = [\"b\",\n 7]", 3, "the name of a bucket"),
        ("[connections.a]\nbuckets = [{ nam = \"b\" }]", 2, "did you mean `name`"),
        ("[connections.a]\naccount_id = \"me\"", 2, "32 hexadecimal digits"),
        ("[connections.a]\naccess_key_id = \"k\"", 2, "secret_access_key as well"),
        (
            "[connections.a]\naccess_key_id = \"\"\nsecret_access_key = \"s\"",
            2,
            "key id, this one is empty",
        ),
        (
            "[connections.a]\naccess_key_id = \"k\"\nsecret_access_key = \"\"",
            3,
            "secret, this one is empty",
        ),
        ("[connections.a]\naccess_key_id_env = \"K\"", 2, "together"),
        ("[connections.a]\nprofile = \"p\"\nanonymous = true", 3, "one source of credentials"),
        ("[connections.a]\njurisdiction = \"eu\"", 2, "goes with account_id"),
        ("[connections.a]\nprovider = \"aws\"\ninsecure = true", 3, "a server of your own"),
        ("[connections.a]\njurisdictions = \"all\"", 2, "only for provider"),
        (
            "[connections.a]\nprovider = \"r2\"\nendpoint = \"https://h\"\njurisdictions = \"all\"",
            4,
            "account_id",
        ),
        ("[connections.a]\njurisdictions = \"every\"", 2, "\"all\", or a list"),
        ("[connections.a]\njurisdictions = []", 2, "or a list such as"),
        ("\n[connections.a]\nprovider = \"r2\"", 2, "account_id or endpoint"),
        ("[connections.\"\"]\n", 1, "not empty"),
        ("[connections.a]\nprovider = \"b2\"\nregion = \"\"", 3, "the region is empty"),
        ("[connections.a]\nregion = \"eu west\"", 2, "is not a region"),
        ("[connections.a]\nproxy = \"https://p:1\"", 2, "https:// proxies are not supported"),
        ("[connections.a]\nproxy = \"socks5://p\"", 2, "socks5:// proxies are not supported"),
        ("[connections.a]\nproxy = \"p:3128\"", 2, "http://host:port of a proxy, or \"none\""),
        ("[connections.a]\nbuckets = [\"\"]", 2, "the name of the bucket is empty"),
        (
            "[connections.a]\npath_style = true",
            2,
            "this is true; a text in quotes is wanted: one of",
        ),
        ("[connections.a]\nchecksum = 1", 2, "`crc64nvme`, `md5`"),
        ("[connections.a]\nprovider = 1", 2, "`minio`"),
        ("[ui]\nbell = true", 2, "`off`, `bell`, `notify`"),
        ("[connections.a]\n\ndefault = \"a\"", 3, "`default` stands before the first [section]"),
        ("[connections.a]\n[connections.b]\n[connections.a]", 3, "twice, first on line 1"),
        ("[[upload_rules]]\ncache_control = \"x\"", 1, "`match` is missing"),
        ("[[upload_rules]]\nmatch = \"\"", 2, "match is empty"),
        ("[[upload_rules]]\nmatch = \"*\"\nbucket = \"\"", 3, "the bucket is empty"),
        ("\n\ndefault = \"b\"\n[connections.a]\n", 3, "which no [connections] section defines"),
    ] {
        let (place, detail) = wrong(text);
        assert_eq!(place, format!("/etc/config.toml:{line}"), "{text}\n{detail}");
        assert!(detail.contains(expected), "{text}\n{detail}");
    }
}

#[test]
fn a_secret_in_a_malformed_file_is_not_repeated() {
    let text = "[connections.a]\nsecret_access_key = \"hush\"\nbroken = 1";
    let error = parse(text, Path::new("config.toml")).unwrap_err();
    assert!(!format!("{error:?}{error}").contains("hush"));
}

#[test]
fn a_missing_file_is_an_empty_configuration() {
    let home = tempfile::tempdir().unwrap();
    let configuration = read(&home.path().join("config.toml")).unwrap();
    assert!(configuration.connections.is_empty() && configuration.default.is_none());
    assert!(read(home.path()).is_err());
}

#[test]
fn a_provider_is_reached_by_its_name_and_region() {
    let text = "[connections.a]\nprovider = \"b2\"\nregion = \"eu-central-003\"\n\
                [connections.b]\nprovider = \"gcs\"\n[connections.c]\nprovider = \"minio\"\n\
                profile = \"names-the-endpoint\"";
    let endpoints: Vec<_> =
        parsed(text).connections.into_iter().map(|connection| connection.endpoint).collect();
    assert_eq!(endpoints[0].as_deref(), Some("https://s3.eu-central-003.backblazeb2.com"));
    assert_eq!(endpoints[1].as_deref(), Some("https://storage.googleapis.com"));
    assert_eq!(endpoints[2], None);
}

#[test]
fn keys_of_a_connection_without_a_server_go_nowhere() {
    let servers: Vec<Provider> =
        Provider::ALL.into_iter().filter(|each| *each != Provider::Aws).collect();
    let with_keys = |provider: Provider, keys: &str| {
        let text = format!("[connections.a]\nprovider = \"{}\"\n{keys}", provider.id());
        parse(&text, Path::new("c.toml")).map(|read| read.connections[0].endpoint.clone())
    };
    let own = "access_key_id = \"k\"\nsecret_access_key = \"s\"";
    for provider in servers {
        for keys in [own, "keys = \"file\"", "credential_process = \"x\""] {
            match with_keys(provider, keys) {
                Ok(endpoint) => assert!(endpoint.is_some(), "{provider:?} leads to AWS"),
                Err(error) => assert!(error.detail.contains("expected "), "{}", error.detail),
            }
        }
    }
    let minio = with_keys(Provider::Minio, own).unwrap_err();
    assert!(minio.detail.contains("connection \"a\": expected endpoint for MinIO"));
    assert_eq!(minio.place, "c.toml:1");
}

#[test]
fn a_relative_path_begins_at_the_folder_of_the_file() {
    let text = "[connections.a]\nca_bundle = \"mine.pem\"\n\
                buckets = [{ name = \"b\", sse_c_key = \"keys/b\" }]";
    let connection = parse(text, Path::new("/etc/w/config.toml")).unwrap().connections.remove(0);
    let roots = connection.network.ca_bundle.unwrap();
    assert_eq!(roots.path, Path::new("/etc/w/mine.pem"));
    assert_eq!(roots.named_by, "ca_bundle (/etc/w/config.toml:2)");
    let key = connection.known_buckets[0].access.key_file.as_deref();
    assert_eq!(key, Some(Path::new("/etc/w/keys/b")));
}

#[test]
fn a_hold_that_is_off_is_read_and_a_rule_for_no_connection_is_said() {
    let text = "[[upload_rules]]\nmatch = \"*\"\nlegal_hold = false\n\
                [[upload_rules]]\nmatch = \"*\"\nconnection = \"labb\"\nlegal_hold = true";
    let read = parsed(text);
    let hold = |at: usize| read.settings.upload_rules[at].rule.attributes.protection.legal_hold;
    assert_eq!((hold(0), hold(1)), (Some(false), Some(true)));
    assert_eq!(read.rules_for, [("labb".into(), "config.toml:6".to_owned())]);
}

#[test]
fn who_wants_to_be_called_says_how() {
    let ui = |text: &str| parsed(text).settings.ui;
    assert_eq!(ui("").bell, Alert::Off);
    assert!(ui("").preview_follows && ui("[ui]\nbell = \"off\"\n").preview_follows);
    assert!(!ui("[ui]\npreview_follows = false\n").preview_follows);
    assert_eq!(ui("[ui]\nbell = \"bell\"\n").bell, Alert::Bell);
    assert_eq!(ui("[ui]\nbell = \"notify\"\n").bell, Alert::Notify);
    let (place, detail) = wrong("[ui]\nbell = \"loud\"\n");
    assert_eq!(place, "/etc/config.toml:2");
    assert!(detail.contains("notify"), "{detail}");
}

#[test]
fn how_pictures_are_shown_is_one_of_five_words() {
    let pictures = |text: &str| parsed(text).settings.ui.pictures;
    assert_eq!(pictures(""), PictureSetting::Auto);
    for (word, expected) in [
        ("auto", PictureSetting::Auto),
        ("kitty", PictureSetting::Kitty),
        ("iterm2", PictureSetting::Iterm2),
        ("sixel", PictureSetting::Sixel),
        ("blocks", PictureSetting::Blocks),
    ] {
        assert_eq!(pictures(&format!("[ui]\npictures = \"{word}\"\n")), expected);
    }
    let (place, detail) = wrong("[ui]\npictures = \"png\"\n");
    assert_eq!(place, "/etc/config.toml:2");
    assert!(detail.contains("sixel") && detail.contains("blocks"), "{detail}");
}

#[test]
fn what_is_special_of_files_has_rules() {
    let files_of = |text: &str| parsed(text).settings.transfers.files();
    assert_eq!(files_of(""), FileRules::default());
    let files = files_of("[transfers]\nlinks = \"follow\"\nmodes = true");
    let expected = FileRules { links: Links::Follow, keep_mode: true, ..FileRules::default() };
    assert_eq!(files, expected);
    assert_eq!(files_of("[transfers]\nlinks = \"skip\"").links, Links::Skip);
    let (place, detail) = wrong("[transfers]\nlinks = \"copy\"");
    assert_eq!(place, "/etc/config.toml:2");
    assert!(detail.contains("follow"), "{detail}");
}

#[test]
fn transfers_may_have_a_limit() {
    let limit = |text: &str| parsed(text).settings.transfers.limit;
    assert_eq!(limit(""), None);
    assert_eq!(limit("[transfers]\nlimit = \"10 MiB\""), Some(10 << 20));
    assert_eq!(limit("[transfers]\nlimit = \"off\""), None);
    let (place, detail) = wrong("[transfers]\nlimit = \"fast\"");
    assert_eq!(place, "/etc/config.toml:2");
    assert!(detail.contains("2 MiB"), "{detail}");
}

#[test]
fn keys_may_be_kept_in_a_file_beside_it() {
    let text = format!("[connections.a]\naccount_id = \"{ID}\"\nkeys = \"file\"\n");
    let kept =
        CredentialsSource::Kept { keeper: Keeper::File, folder: "".into(), name: "a".into() };
    assert_eq!(parsed(&text).connections[0].credentials, kept);
    let (place, detail) = wrong("[connections.a]\nkeys = \"drawer\"");
    assert_eq!(place, "/etc/config.toml:2");
    assert!(detail.contains("`file`"), "{detail}");
    assert!(wrong("[connections.a]\nkeys = \"file\"\nprofile = \"p\"").1.contains("one source"));
}

#[test]
fn a_file_with_secrets_that_others_may_read_is_said() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("config.toml");
    let text = format!(
        "[connections.a]\naccount_id = \"{ID}\"\naccess_key_id = \"k\"\nsecret_access_key = \
         \"hush\"\n\
         [connections.b]\naccount_id = \"{ID}\"\nprofile = \"p\"\n"
    );
    fs::write(&path, text).unwrap();
    for (mode, exposed) in [(0o644, true), (0o640, true), (0o600, false)] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let connections = read(&path).unwrap().connections;
        assert_eq!((connections[0].exposed, connections[1].exposed), (exposed, false));
        let said = exposure(&connections, &path);
        assert_eq!(said.is_some_and(|said| said.contains("chmod 600")), exposed);
        assert_eq!(connections[0].keys_words().contains("chmod 600"), exposed);
    }
}

/// Names of a section that a change of the connection leaves as they are.
const LEFT: [&str; 11] = [
    "path_style",
    "checksum",
    "unsigned_payload",
    "by_sdk",
    "link_expiry",
    "ca_bundle",
    "proxy",
    "insecure",
    "cloudflare_token",
    "cloudflare_token_env",
    "cloudflare_api",
];

#[test]
fn a_change_of_a_connection_knows_every_name_that_a_section_may_have() {
    let (_, detail) = wrong("[connections.a]\nunknown = 1");
    let (_, named) = detail.split_once("there are ").unwrap();
    let read: BTreeSet<&str> = named.split('`').skip(1).step_by(2).collect();
    let options = OPTIONS.iter().map(|option| option.name);
    let known: Vec<&str> = KEYS.into_iter().chain(SERVER).chain(options).chain(LEFT).collect();
    assert_eq!(read, known.iter().copied().collect::<BTreeSet<_>>());
    assert_eq!(read.len(), known.len(), "a name is in two lists");
}
