//! Where the keys of a connection come from and where they are kept: the keyring, a command,
//! variables, a file.

use windlass::app::effect::{ConnectionRequest, Effect, Request, StorageRequest};
use windlass::app::event::Answer;
use windlass::app::screens::connecting::Stage;
use windlass::app::session::Startup;
use windlass::config::connection::Connection;
use windlass::config::draft::{Draft, DraftKeys, Keep};
use windlass::config::import::given::file;
use windlass::config::origins::Origins;
use windlass::domain::error::{Error, ErrorKind, KeyringFault};

use crate::support::app::{App, buckets, connection, startup};

fn with_keyring() -> App {
    let mut app = App::start(Startup { keyring: true, ..startup() });
    app.reply(buckets(&["media"]));
    app.effects();
    app
}

fn saving(app: &App) -> Option<Draft> {
    app.waiting().iter().find_map(|(_, request)| match request {
        Request::Connections(ConnectionRequest::SaveConnection { draft, .. }) => {
            Some((**draft).clone())
        }
        _ => None,
    })
}

fn fill(app: &mut App) {
    app.keys("g n s").typed("localhost:9000").keys("tab tab tab");
    app.typed("id").keys("tab").typed("secret").keys("ctrl-o");
}

fn keep(app: &App) -> Keep {
    match saving(app).expect("it is being saved").keys {
        DraftKeys::Given { keep, .. } => keep,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_keyring_that_refuses_leads_to_the_file_after_a_question() {
    let mut app = with_keyring();
    fill(&mut app);
    assert_eq!(keep(&app), Keep::Keyring);
    assert!(app.state.parts.connecting.awaits_keyring());
    let error = Error::new(ErrorKind::Keyring(KeyringFault::Absent), "write the keyring", "s3");
    app.fail("SaveConnection", error);
    assert_eq!(saving(&app), None, "nothing is written before it is said");
    let Stage::Form(form) = &app.state.parts.connecting.stage else { panic!("the form stays") };
    assert!(format!("{:?}", form.note()).contains("no keyring is running"), "{:?}", form.note());
    app.keys("enter");
    assert_eq!(keep(&app), Keep::File);
}

#[test]
fn a_keyring_that_waits_for_its_password_can_be_left() {
    let mut app = with_keyring();
    fill(&mut app);
    let ticket = app.last_ticket();
    app.effects();
    app.keys("esc");
    assert!(app.effects().contains(&Effect::Abandon(ticket)));
    assert!(
        matches!(app.state.parts.connecting.stage, Stage::Form(_)),
        "what was typed is still there"
    );
    app.keys("ctrl-o");
    assert_eq!(keep(&app), Keep::Keyring, "and can be tried again");
}

#[test]
fn a_command_or_variables_may_give_the_keys() {
    let mut app = App::at("s3://");
    app.keys("g n s").typed("localhost:9000").keys("tab tab right right right tab");
    app.typed("vault r2").keys("ctrl-o");
    assert_eq!(saving(&app).unwrap().keys, DraftKeys::Process("vault r2".to_owned()));
    let mut app = App::at("s3://");
    app.keys("g n s").typed("localhost:9000").keys("tab tab right right tab");
    app.typed("R2_ID").keys("tab").typed("R2_SECRET").keys("ctrl-o");
    let variables = DraftKeys::Variables {
        access_key_id: "R2_ID".to_owned(),
        secret_access_key: "R2_SECRET".to_owned(),
    };
    assert_eq!(saving(&app).unwrap().keys, variables);
}

fn one_and_the_chain(keyless: bool) -> App {
    let connections = vec![connection("one"), Connection::chain("default".into(), None)];
    let mut app = App::start(Startup { connections, current: "one".into(), keyless, ..startup() });
    app.reply(buckets(&["media"]));
    app.keys("g x y");
    app.effects();
    app.reply(Ok(Answer::ConnectionRemoved("one".into())));
    app
}

#[test]
fn where_the_last_connection_is_removed_the_welcome_comes_back() {
    let mut app = one_and_the_chain(true);
    assert!(
        matches!(&app.state.parts.connecting.stage, Stage::Ways(choice) if choice.rows.len() == 7)
    );
    assert_eq!(
        app.requests(),
        [Request::Connections(ConnectionRequest::FindOrigins)],
        "the AWS chain is not asked"
    );
    app.keys("esc");
    assert_eq!(
        app.requests(),
        [Request::Storage(StorageRequest::ListBuckets)],
        "unless that is what is wanted"
    );
}

#[test]
fn aws_keys_that_are_there_are_gone_on_with() {
    let mut app = one_and_the_chain(false);
    assert!(!app.state.parts.connecting.is_open());
    assert_eq!(app.requests(), [Request::Storage(StorageRequest::ListBuckets)]);
}

#[test]
fn a_file_that_is_named_is_taken_over_from() {
    let mut app = App::at("s3://");
    app.keys("g n");
    app.reply(Ok(Answer::Origins(Origins::default())));
    app.keys("i f").typed("keys.ini").keys("enter");
    let requests = app.requests();
    assert!(
        requests.contains(&Request::Connections(ConnectionRequest::ReadImports(
            "/desk/keys.ini".into()
        ))),
        "{requests:?}"
    );
    let why = Error::new(ErrorKind::Config, "read the connections", "keys.ini");
    app.fail("ReadImports", why.detail("no keys were found in it"));
    let Stage::File(prompt) = &app.state.parts.connecting.stage else { panic!("no question") };
    assert!(prompt.problem().is_some());
    app.typed("2").keys("enter");
    let text = "[lab]\naws_access_key_id = K\naws_secret_access_key = h\n";
    app.reply(Ok(Answer::Imports(file(text).unwrap())));
    let Stage::Imports(choice) = &app.state.parts.connecting.stage else { panic!("no menu") };
    assert_eq!(choice.rows.len(), 2);
    app.keys("enter");
    let Stage::Form(form) = &app.state.parts.connecting.stage else { panic!("no form") };
    assert_eq!(form.title(), "Connect to AWS");
}
