//! Links and other names of objects on the clipboard.

use std::time::Duration;

use windlass::app::effect::{ConnectionRequest, Effect, Request, StorageRequest};
use windlass::app::event::{Answer, ClipboardOutcome, Event, Reply};
use windlass::app::preference::Preference;
use windlass::app::session::Startup;
use windlass::config::cloudflare::{ApiToken, Cloudflare};
use windlass::config::connection::{Connection, CredentialsSource, KnownBucket};
use windlass::config::r2::Jurisdiction;
use windlass::domain::address::Location;
use windlass::domain::error::{Error, ErrorKind};
use windlass::domain::presign::{LinkDisposition, LinkMethod, LinkSpec, PresignedLink, Shortened};
use windlass::domain::provider::Provider;
use windlass::domain::public::{DomainState, PublicAccess, PublicDomain};
use windlass::domain::temporary::TemporaryKeys;

use crate::support::app::{App, connection, page, startup};

fn link(app: &App, url: &str, seconds: u64, shortened: Option<Shortened>) -> Reply {
    let expires_at = app.now + Duration::from_secs(seconds);
    Ok(Answer::Presigned(PresignedLink {
        url: url.into(),
        expires_at,
        shortened,
        access_key_id: "AKIA".into(),
        headers: Vec::new(),
    }))
}

fn copied(app: &mut App) -> Option<String> {
    app.effects().into_iter().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text),
        _ => None,
    })
}

fn life(app: &mut App) -> Duration {
    match app.requests().as_slice() {
        [Request::Storage(StorageRequest::Presign(spec))] => spec.expires_in,
        other => panic!("{other:?}"),
    }
}

#[test]
fn y_copies_a_link_says_until_when_and_shows_it() {
    let mut app = App::with_rows(&["a.txt"]);
    app.keys("y");
    assert_eq!(life(&mut app), Duration::from_secs(3600));
    app.reply(link(&app, "https://h/a?sig", 3600, None));
    assert_eq!(copied(&mut app).as_deref(), Some("https://h/a?sig"));
    app.event(Event::Clipboard(ClipboardOutcome::Sent));
    assert!(app.toast().contains("link sent") && app.toast().contains("1 h, until "));
    assert_eq!(app.state.shown.as_ref().map(|shown| shown.text.as_str()), Some("https://h/a?sig"));
}

#[test]
fn a_link_that_is_shown_takes_no_key_and_goes_by_the_next_one() {
    let mut app = App::with_rows(&["a.txt", "b.txt"]);
    app.keys("y");
    app.reply(link(&app, "https://h/a", 3600, None));
    app.keys("j");
    assert_eq!(app.cursor(), "b.txt");
    assert_eq!(app.state.shown, None);
    app.keys("y");
    app.reply(link(&app, "https://h/b", 3600, None));
    app.keys("space");
    assert_eq!(app.marked(), ["b.txt"]);
    app.keys("y");
    app.reply(link(&app, "https://h/b", 3600, None));
    app.keys("esc");
    assert_eq!(app.state.shown, None);
    assert_eq!(app.marked(), ["b.txt"], "esc undoes one thing");
    app.keys("y");
    app.reply(link(&app, "https://h/b", 3600, None));
    app.keys("d");
    assert!(app.state.dialog().is_some() && app.state.shown.is_none());
}

#[test]
fn a_clipboard_that_refuses_is_said_and_the_link_is_still_shown() {
    let mut app = App::with_rows(&["a.txt"]);
    app.keys("y");
    app.reply(link(&app, "https://h/a", 3600, None));
    app.event(Event::Clipboard(ClipboardOutcome::Failed("no display".into())));
    assert!(app.toast().contains("no display"));
    assert!(app.state.shown.is_some());
}

#[test]
fn a_shortened_link_says_so() {
    let mut app = App::with_rows(&["a.txt"]);
    app.keys("Y 4");
    assert_eq!(life(&mut app), Duration::from_secs(7 * 24 * 3600));
    app.reply(link(&app, "https://h/a", 600, Some(Shortened::Credentials)));
    app.event(Event::Clipboard(ClipboardOutcome::Copied));
    assert!(app.toast().contains("10 min") && app.toast().contains("shortened"), "{}", app.toast());
}

#[test]
fn the_menu_takes_a_time_of_ones_own() {
    let mut app = App::with_rows(&["a.txt"]);
    app.keys("Y t").typed("soon").keys("enter");
    assert!(app.requests().is_empty());
    app.keys("ctrl-u").typed("2d").keys("enter");
    assert!(app.requests().is_empty(), "the menu goes on");
    app.keys("enter");
    assert_eq!(life(&mut app), Duration::from_secs(2 * 24 * 3600));
}

#[test]
fn names_are_copied_without_asking_the_server() {
    let mut app = App::with_rows(&["a b\u{1b}.txt", "raw/"]);
    app.keys("G Y s");
    assert_eq!(copied(&mut app).as_deref(), Some("s3://media/a b\u{1b}.txt"));
    app.keys("esc Y n");
    assert_eq!(copied(&mut app).as_deref(), Some("a b\u{1b}.txt"));
    app.keys("esc g g Y s");
    assert_eq!(copied(&mut app).as_deref(), Some("s3://media/raw/"));
    assert!(app.requests().is_empty());
}

#[test]
fn a_prefix_has_no_link_and_says_so() {
    let mut app = App::with_rows(&["raw/"]);
    app.keys("y");
    assert!(app.toast().contains("prefix"), "{}", app.toast());
    app.keys("Y 1 c p");
    assert!(app.requests().is_empty());
}

#[test]
fn a_public_url_needs_a_configured_domain() {
    let mut app = App::with_rows(&["a b.txt"]);
    app.keys("Y p");
    assert_eq!(copied(&mut app), None);
    let mut connection = connection("test");
    connection.known_buckets = vec![KnownBucket {
        public_domain: Some("https://cdn.example.com".into()),
        ..KnownBucket::from("media")
    }];
    let open = Location::parse("s3://media/").unwrap();
    let mut app = App::start(Startup { connections: vec![connection], open, ..startup() });
    app.reply(page(&["a b.txt"], None)).keys("Y p");
    assert_eq!(copied(&mut app).as_deref(), Some("https://cdn.example.com/a%20b.txt"));
}

#[test]
fn whether_a_bucket_is_public_is_asked_where_somebody_knows() {
    let mut own = connection("test");
    own.cloudflare = Some(Cloudflare {
        account_id: "0123456789abcdef0123456789abcdef".into(),
        jurisdiction: Jurisdiction::Default,
        token: ApiToken::Variable("TOKEN".into()),
        api: "http://127.0.0.1:9".into(),
    });
    let open = Location::parse("s3://media/").unwrap();
    let mut app = App::start(Startup { connections: vec![own], open, ..startup() });
    app.reply(page(&["a b.txt"], None)).effects();
    app.keys("Y p");
    assert_eq!(copied(&mut app), None, "the answer is on its way");
    let refused = Error::new(ErrorKind::AccessDenied, "read the public domains", "s3://media");
    app.fail("PublicAccess", refused).keys("p");
    assert_eq!(copied(&mut app), None);
    app.keys("esc Y");
    let active = |managed, host: &str| PublicDomain {
        host: host.into(),
        managed,
        state: DomainState::Active,
    };
    let domains = vec![active(true, "pub-1.r2.dev"), active(false, "cdn.example.com")];
    app.reply(Ok(Answer::PublicAccess(PublicAccess { domains }))).keys("p");
    assert_eq!(copied(&mut app).as_deref(), Some("https://cdn.example.com/a%20b.txt"));
    app.effects();
    app.keys("esc Y");
    assert!(app.requests().is_empty(), "it is known now");
}

#[test]
fn a_curl_command_is_quoted() {
    let mut app = App::with_rows(&["it's.txt"]);
    app.keys("Y c");
    app.reply(link(&app, "https://h/a?x=1&y=2", 3600, None));
    let command = copied(&mut app).unwrap();
    assert_eq!(command, r"curl -fL -o 'it'\''s.txt' 'https://h/a?x=1&y=2'");
}

#[test]
fn marked_objects_give_a_line_each_in_their_order() {
    let mut app = App::with_rows(&["a", "b"]);
    app.keys("ctrl-a y");
    let tickets: Vec<_> = app.waiting().iter().map(|(ticket, _)| *ticket).collect();
    assert_eq!(tickets.len(), 2);
    app.reply_to(tickets[1], link(&app, "https://h/b", 3600, None));
    assert_eq!(copied(&mut app), None);
    app.reply_to(tickets[0], link(&app, "https://h/a", 3600, None));
    assert_eq!(copied(&mut app).as_deref(), Some("https://h/a\nhttps://h/b"));
}

#[test]
fn a_link_that_cannot_be_signed_is_explained() {
    let mut app = App::with_rows(&["a"]);
    app.keys("y");
    let error = Error::new(ErrorKind::NoCredentials, "presign", "s3://media/a");
    app.fail("Presign", error);
    assert_eq!(copied(&mut app), None);
    assert!(app.state.log.entries().any(|entry| entry.error.is_some()));
    let mut connection = connection("test");
    connection.credentials = CredentialsSource::Anonymous;
    let open = Location::parse("s3://media/").unwrap();
    let mut app = App::start(Startup { connections: vec![connection], open, ..startup() });
    app.reply(page(&["a"], None)).effects();
    app.keys("y");
    assert!(app.toast().contains("anonymous"));
    assert!(app.requests().is_empty());
}

#[test]
fn a_second_link_gives_the_first_up() {
    let mut app = App::with_rows(&["a", "b"]);
    app.keys("y");
    let first = app.last_ticket();
    app.keys("j y");
    app.reply_to(first, link(&app, "https://h/late", 3600, None));
    assert_eq!(copied(&mut app), None);
    app.reply(link(&app, "https://h/b", 3600, None));
    assert_eq!(copied(&mut app).as_deref(), Some("https://h/b"));
}

#[test]
fn a_public_domain_is_typed_in_the_menu_and_its_url_copied_at_once() {
    let mut app = App::with_rows(&["a b.txt"]);
    app.effects();
    app.keys("Y d").typed("cdn.example.com/x").keys("enter");
    assert_eq!(app.requests(), [], "a path is no part of it");
    app.keys("backspace backspace enter");
    let domain = Some("https://cdn.example.com".to_owned());
    let bucket = "media".into();
    assert_eq!(
        app.requests(),
        [Request::Connections(ConnectionRequest::SavePublicDomain {
            bucket,
            domain: domain.clone()
        })]
    );
    let nowhere = Error::new(ErrorKind::NotConfigured, "change config.toml", "test");
    app.fail("SavePublicDomain", nowhere);
    assert!(app.state.dialog().is_some(), "what was typed is not lost");
    app.keys("end backspace").typed("m").keys("enter").reply(Ok(Answer::PublicDomainSaved(domain)));
    assert_eq!(copied(&mut app).as_deref(), Some("https://cdn.example.com/a%20b.txt"));
    app.keys("esc Y p");
    assert_eq!(copied(&mut app).as_deref(), Some("https://cdn.example.com/a%20b.txt"));
    app.keys("esc Y d ctrl-u enter");
    let bucket = "media".into();
    assert_eq!(
        app.requests().last(),
        Some(&Request::Connections(ConnectionRequest::SavePublicDomain { bucket, domain: None }))
    );
    app.reply(Ok(Answer::PublicDomainSaved(None)));
    app.keys("Y p");
    assert_eq!(copied(&mut app), None);
}

fn specs(app: &mut App) -> Vec<LinkSpec> {
    let spec = |request| match request {
        Request::Storage(StorageRequest::Presign(spec)) => spec,
        other => panic!("{other:?}"),
    };
    app.requests().into_iter().map(spec).collect()
}

#[test]
fn the_menu_makes_links_for_every_purpose() {
    let mut app = App::with_rows(&["a.txt"]);
    app.keys("Y h");
    assert_eq!(specs(&mut app)[0].method, LinkMethod::Head);
    app.keys("Y a ctrl-u").typed("b.txt").keys("enter");
    assert_eq!(specs(&mut app)[0].opens, LinkDisposition::Download("b.txt".into()));
    app.keys("Y i");
    assert_eq!(specs(&mut app)[0].opens, LinkDisposition::Inline(None));
    app.keys("Y u").typed("text/css").keys("enter");
    let upload = specs(&mut app).remove(0);
    assert_eq!((upload.method, upload.content_type), (LinkMethod::Put, Some("text/css".into())));
    app.reply(link(&app, "https://h/put", 3600, None));
    let shown = app.state.shown.clone().unwrap();
    assert!(shown.beside.unwrap().starts_with("curl -f -T 'a.txt' -H 'Content-Type: text/css' "));
    assert_eq!(shown.text, "https://h/put");
}

#[test]
fn an_upload_link_to_a_prefix_asks_for_the_name() {
    let mut app = App::with_rows(&["raw/"]);
    app.keys("Y u").typed("new.bin").keys("enter enter");
    assert_eq!(specs(&mut app)[0].object.key.as_str(), "raw/new.bin");
}

#[test]
fn marked_objects_come_as_a_list_in_the_form_chosen() {
    let mut app = App::with_rows(&["a", "b"]);
    app.keys("space space Y m");
    let tickets: Vec<_> = app.waiting().iter().map(|(ticket, _)| *ticket).collect();
    assert_eq!(tickets.len(), 2);
    for (ticket, url) in tickets.into_iter().zip(["https://h/a", "https://h/b"]) {
        app.reply_to(ticket, link(&app, url, 3600, None));
    }
    assert_eq!(copied(&mut app).as_deref(), Some("[a](https://h/a)\n[b](https://h/b)"));
}

#[test]
fn what_was_handed_out_is_written_down_without_its_url() {
    let mut app = App::with_rows(&["a"]);
    app.keys("y");
    app.reply(link(&app, "https://h/a?sig", 3600, None));
    let given = app.effects().into_iter().find_map(|effect| match effect {
        Effect::Save(Preference::LinksGiven(links)) => Some(links),
        _ => None,
    });
    let given = given.unwrap();
    assert_eq!((given[0].key.as_str(), given[0].access_key_id.as_str()), ("a", "AKIA"));
    assert!(!format!("{given:?}").contains("sig"));
}

#[test]
fn a_link_is_tested_and_its_end_is_told() {
    let mut app = App::with_rows(&["a.txt"]);
    app.keys("Y e");
    let asked = app.requests();
    assert!(matches!(&asked[..], [Request::Storage(StorageRequest::TestLink(_))]), "{asked:?}");
    app.reply(Ok(Answer::LinkTested));
    assert!(app.toast().contains("a.txt: the link works"), "{}", app.toast());
    app.keys("Y e");
    app.fail("TestLink", Error::new(ErrorKind::AccessDenied, "test the link", "s3://media/a"));
    assert!(app.state.log.entries().any(|entry| entry.error.is_some()));
}

#[test]
fn a_link_opens_in_the_browser_or_is_copied_where_there_is_none() {
    let mut app = App::with_rows(&["a.txt"]);
    app.keys("O");
    app.effects();
    app.reply(link(&app, "https://h/a", 3600, None));
    assert!(app.effects().contains(&Effect::Browse("https://h/a".into())));
    app.event(Event::NoBrowser("https://h/a".into()));
    assert_eq!(copied(&mut app).as_deref(), Some("https://h/a"));
}

#[test]
fn a_code_is_shown_instead_of_the_text() {
    let mut app = App::with_rows(&["a.txt"]);
    app.keys("Y r");
    app.reply(link(&app, "https://h/a", 3600, None));
    assert!(app.state.shown.as_ref().is_some_and(|shown| shown.code));
    assert_eq!(copied(&mut app), None);
}

#[test]
fn keys_for_a_prefix_are_copied_and_not_shown() {
    let mut app = App::with_rows(&["raw/"]);
    app.keys("Y k");
    assert!(app.requests().is_empty(), "only R2 has them");
    let r2 = Connection {
        provider: Provider::R2,
        cloudflare: Some(Cloudflare {
            account_id: "0".repeat(32),
            jurisdiction: Jurisdiction::Default,
            token: ApiToken::Variable("NO_SUCH_TOKEN".into()),
            api: "http://127.0.0.1:1".into(),
        }),
        ..connection("test")
    };
    let open = Location::parse("s3://media/").unwrap();
    let mut app = App::start(Startup { connections: vec![r2], open, ..startup() });
    app.reply(page(&["raw/"], None)).effects();
    app.keys("Y k");
    let asked = app.requests();
    let grant = asked.iter().find_map(|request| match request {
        Request::Storage(StorageRequest::TemporaryKeys(grant)) => Some(grant.clone()),
        _ => None,
    });
    let grant = grant.unwrap();
    assert_eq!((grant.target.as_str(), grant.seconds), ("raw/", 3600));
    app.reply(Ok(Answer::TemporaryKeys(TemporaryKeys {
        access_key_id: "id".into(),
        secret_access_key: "secret".into(),
        session_token: "token".into(),
        endpoint: "https://h".into(),
        ends_at: app.now + Duration::from_hours(1),
    })));
    assert!(copied(&mut app).unwrap().contains("export AWS_SESSION_TOKEN=token"));
    assert!(app.state.shown.is_none() && !app.picture().contains("secret"));
}

#[test]
fn a_link_that_needs_headers_is_neither_opened_nor_drawn() {
    for keys in ["O", "Y r"] {
        let mut app = App::with_rows(&["a.txt"]);
        app.keys(keys);
        let mut reply = link(&app, "https://h/a?sig", 3600, None);
        if let Ok(Answer::Presigned(link)) = &mut reply {
            link.headers = vec![("x-amz-request-payer".to_owned(), "requester".to_owned())];
        }
        app.reply(reply);
        assert!(app.toast().contains("copy its curl command"), "{keys}: {}", app.toast());
        assert_eq!(app.state.shown, None);
        assert!(app.effects().iter().all(|effect| !matches!(effect, Effect::Browse(_))));
    }
}
