//! Tests that a change keeps the rest of the user's text, and is read again as it was meant.

use super::*;
use crate::config::connection::Connection;
use crate::config::connection_options::{ConnectionOptions, buckets_of};
use crate::config::file::parse;
use crate::config::r2::Jurisdiction;
use crate::config::secret::Secret;
use crate::config::secrets_file::SigningKeys;

const ID: &str = "0123456789abcdef0123456789abcdef";

const TEXT: &str = "\
# My connections, by hand.
default = \"lab\" # the usual one

[transfers]
limit = \"10 MiB\"

# The lab's server.
[connections.lab]
endpoint = \"https://s3.example.com\" # inside
profile = \"lab\"   # keys
checksum = \"md5\"

[connections.zoo]
anonymous = true
endpoint = 'http://localhost:1'
";

fn path() -> &'static Path {
    Path::new("/etc/config.toml")
}

fn r2(keep: Keep) -> Draft {
    Draft {
        name: "r2:personal".into(),
        server: DraftServer::R2 { account: ID.to_owned(), jurisdictions: Jurisdiction::Eu.into() },
        keys: DraftKeys::Given {
            keys: SigningKeys {
                access_key_id: "key".to_owned(),
                secret_access_key: Secret::new("hush\"\\"),
                session_token: None,
            },
            keep,
        },
        options: ConnectionOptions {
            buckets: buckets_of("media, site/public", &[]).unwrap(),
            read_only: true,
        },
    }
}

fn reread(text: &str, name: &str) -> Connection {
    let connections = parse(text, path()).unwrap().connections;
    connections.into_iter().find(|connection| connection.name.as_str() == name).unwrap()
}

#[test]
fn a_new_connection_is_added_below_what_is_there() {
    let draft = r2(Keep::Config);
    for before in ["", TEXT] {
        let text = put(before, path(), &draft, None).unwrap();
        assert!(text.starts_with(before), "{text}");
        assert_eq!(reread(&text, "r2:personal"), draft.connection(None).unwrap());
    }
}

#[test]
fn keys_that_are_kept_elsewhere_are_not_in_the_text() {
    let text = put("", path(), &r2(Keep::File), None).unwrap();
    assert!(!text.contains("hush") && !text.contains("access_key_id"), "{text}");
    assert!(text.contains("keys = \"file\""), "{text}");
    let source = reread(&text, "r2:personal").credentials;
    assert!(format!("{source:?}").contains("/etc"), "{source:?}");
}

#[test]
fn a_change_leaves_comments_order_and_unknown_fields() {
    let draft = Draft {
        name: "lab".into(),
        server: DraftServer::Other {
            provider: Provider::Other,
            endpoint: "https://new.example.com".to_owned(),
            region: Some("here".to_owned()),
        },
        keys: DraftKeys::AsBefore,
        options: ConnectionOptions::default(),
    };
    let text = put(TEXT, path(), &draft, Some(&"lab".into())).unwrap();
    let expected = TEXT
        .replace("https://s3.example.com", "https://new.example.com")
        .replace("checksum = \"md5\"\n", "checksum = \"md5\"\nregion = \"here\"\n");
    assert_eq!(text, expected);
}

#[test]
fn a_connection_is_renamed_where_it_stands() {
    let draft = Draft {
        name: "laboratory".into(),
        server: DraftServer::Other {
            provider: Provider::Other,
            endpoint: "https://s3.example.com".to_owned(),
            region: None,
        },
        keys: DraftKeys::AsBefore,
        options: ConnectionOptions::default(),
    };
    let text = put(TEXT, path(), &draft, Some(&"lab".into())).unwrap();
    let expected = TEXT
        .replace("[connections.lab]", "[connections.laboratory]")
        .replace("default = \"lab\"", "default = \"laboratory\"");
    assert_eq!(text, expected);
}

#[test]
fn a_name_that_is_taken_is_refused() {
    let draft = Draft { name: "zoo".into(), ..r2(Keep::File) };
    for replaced in [None, Some("lab".into())] {
        let error = put(TEXT, path(), &draft, replaced.as_ref()).unwrap_err();
        assert!(error.detail.contains("already"), "{}", error.detail);
    }
    assert!(put(TEXT, path(), &draft, Some(&"zoo".into())).is_ok());
}

#[test]
fn another_source_of_keys_takes_the_place_of_the_old_one() {
    let draft = Draft { name: "zoo".into(), ..r2(Keep::File) };
    let text = put(TEXT, path(), &draft, Some(&"zoo".into())).unwrap();
    assert!(!text.contains("anonymous") && !text.contains("localhost"), "{text}");
    let back = Draft { keys: DraftKeys::Profile(Some("p".to_owned())), ..draft };
    let text = put(&text, path(), &back, Some(&"zoo".into())).unwrap();
    assert!(!text.contains("keys = ") && text.contains("profile = \"p\""), "{text}");
}

#[test]
fn a_removed_connection_is_gone_and_no_other() {
    let text = remove(TEXT, path(), &"lab".into()).unwrap();
    let left = parse(&text, path()).unwrap();
    assert_eq!((left.default, left.connections.len()), (None, 1));
    assert!(text.contains("limit = \"10 MiB\""), "{text}");
    assert_eq!(remove(&text, path(), &"lab".into()).unwrap(), text);
}

#[test]
fn what_stands_at_the_head_of_the_file_outlives_the_default_and_the_first_connection() {
    let text = remove(TEXT, path(), &"lab".into()).unwrap();
    assert!(text.starts_with("# My connections, by hand.\n"), "{text}");
    assert!(!text.contains("# The lab's server."), "{text}");
    let first = "# My servers.\n\n# The lab's.\n[connections.lab]\nendpoint = \"http://h\"\n\n\
                 [connections.zoo]\nendpoint = \"http://z\"\n";
    let text = remove(first, path(), &"lab".into()).unwrap();
    assert!(text.starts_with("# My servers.\n"), "{text}");
    assert!(text.contains("zoo") && !text.contains("The lab's"), "{text}");
}

#[test]
fn a_connection_that_is_saved_as_it_is_stays_as_it_is_written() {
    let tables = "[[connections.a.buckets]]\nname = \"site\" # one\nprefix = \"x/\"\n";
    for buckets in [
        "buckets = [ \"docs\", # a comment\n  \"media\" ]\n",
        "buckets = [{ prefix = 'x/', name = 'b', sse_c_key = 'b.key' }] # own key\n",
        "read_only = false # for now\n",
        tables,
    ] {
        let before = format!(
            "[connections.a]\nendpoint = 'https://s3.example.com' # here\nanonymous = true\n\
             {buckets}"
        );
        let options = ConnectionOptions::of(&reread(&before, "a"));
        let server = DraftServer::Other {
            provider: Provider::Other,
            endpoint: "https://s3.example.com".to_owned(),
            region: None,
        };
        let draft = Draft { name: "a".into(), server, keys: DraftKeys::AsBefore, options };
        assert_eq!(put(&before, path(), &draft, Some(&"a".into())).unwrap(), before);
    }
}

#[test]
fn buckets_that_were_tables_become_one_line() {
    let before = "[connections.a]\naccount_id = \"0123456789abcdef0123456789abcdef\"\n\
                  [[connections.a.buckets]]\nname = \"site\"\npublic_domain = \"https://cdn\"\n";
    let connection = reread(before, "a");
    let buckets = buckets_of("site/x/, logs", &connection.known_buckets).unwrap();
    let options = ConnectionOptions { buckets, ..ConnectionOptions::default() };
    let draft = Draft { name: "a".into(), options, ..r2(Keep::File) };
    let text = put(before, path(), &draft, Some(&"a".into())).unwrap();
    let known = reread(&text, "a").known_buckets;
    assert_eq!(known[0].public_domain.as_deref(), Some("https://cdn"));
    assert_eq!((known[0].prefix.as_str(), known[1].bucket.as_str()), ("x/", "logs"));
}

#[test]
fn a_text_that_cannot_be_read_is_left_alone_with_its_line() {
    let error = put("[connections.a\n", path(), &r2(Keep::File), None).unwrap_err();
    assert_eq!(error.place, "/etc/config.toml:1");
    let error = put("connections = 7\n", path(), &r2(Keep::File), None).unwrap_err();
    assert!(error.detail.contains("[connections.NAME]"));
}
