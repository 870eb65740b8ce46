//! The first start, and connections that are added, tested, changed and removed.

use std::time::Duration;

use windlass::app::action::Action;
use windlass::app::effect::{ConnectionRequest, Effect, Request, StorageRequest};
use windlass::app::event::{Answer, Event, Reply};
use windlass::app::overlays::Overlay;
use windlass::app::preference::Preference;
use windlass::app::screens::connecting::Stage;
use windlass::app::screens::connecting::field::FieldId;
use windlass::app::session::Startup;
use windlass::config::bookmarks::Bookmark;
use windlass::config::connection::{Connection, CredentialsSource, Keeper};
use windlass::config::draft::{Draft, DraftKeys, DraftServer, Keep};
use windlass::config::origins::Origins;
use windlass::config::profiles::{AwsProfile, ProfileKind};
use windlass::config::remembered::LastPlace;
use windlass::domain::diagnosis::{Finding, Step, Verdict};
use windlass::domain::error::{Error, ErrorKind, Renewal};
use windlass::domain::transfer::{JobId, JobState, TransferCommand};
use windlass::domain::transfer_event::TransferEvent;

use crate::flows::queue::{commands, news, upload};
use crate::support::app::{App, buckets, connection, startup};

const ID: &str = "0123456789abcdef0123456789abcdef";
const KEY: &str = "fedcba9876543210fedcba9876543210";
const SECRET: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

fn first_start() -> App {
    let chain = Connection::chain("default".into(), None);
    App::start(Startup { first: true, ..Startup { now: startup().now, ..Startup::of(chain) } })
}

fn paste(app: &mut App, text: &str) {
    app.event(Event::Paste(text.to_owned()));
}

/// The connection of the examination that waits, if one does.
fn examined(app: &App) -> Option<Connection> {
    app.waiting().iter().rev().find_map(|(_, request)| match request {
        Request::Connections(ConnectionRequest::Examine { unsaved, .. }) => {
            unsaved.as_deref().cloned()
        }
        _ => None,
    })
}

/// The draft that is being saved.
fn saving(app: &App) -> Draft {
    let found = app.waiting().iter().find_map(|(_, request)| match request {
        Request::Connections(ConnectionRequest::SaveConnection { draft, .. }) => {
            Some((**draft).clone())
        }
        _ => None,
    });
    found.expect("something is being saved")
}

fn saved(app: &App) -> Reply {
    Ok(Answer::ConnectionSaved(Box::new(saving(app).connection(None).unwrap())))
}

#[test]
fn the_first_start_asks_before_anything_is_sent() {
    let mut app = first_start();
    let requests = app.requests();
    assert_eq!(
        requests,
        [Request::Connections(ConnectionRequest::FindOrigins)],
        "only files of this machine are read"
    );
    assert!(
        matches!(&app.state.parts.connecting.stage, Stage::Ways(choice) if choice.rows.len() == 7)
    );
    app.keys("esc");
    assert_eq!(
        app.requests(),
        [Request::Storage(StorageRequest::ListBuckets)],
        "on with the AWS chain"
    );
}

#[test]
fn the_demo_and_the_way_out_are_on_the_welcome() {
    let mut app = first_start();
    app.effects();
    app.keys("d");
    assert_eq!(app.effects(), [Effect::Demo]);
    let mut app = first_start();
    app.effects();
    app.keys("q");
    assert_eq!(app.effects(), [Effect::Quit]);
    app.keys("ctrl-z");
    assert_eq!(app.effects(), [Effect::Suspend]);
}

#[test]
fn from_the_dashboard_to_the_buckets() {
    let mut app = first_start();
    app.keys("r");
    paste(&mut app, &format!("https://dash.cloudflare.com/{ID}/r2/overview"));
    app.keys("tab tab");
    paste(&mut app, KEY);
    assert_eq!(examined(&app), None, "nothing is tried without a secret");
    app.keys("tab");
    paste(&mut app, SECRET);
    let tried = examined(&app).expect("a test runs while one goes on");
    assert_eq!(tried.endpoint, Some(format!("https://{ID}.r2.cloudflarestorage.com")));
    app.effects();
    app.keys("ctrl-o");
    assert_eq!(app.requests().len(), 1, "one request saves");
    let reply = saved(&app);
    app.reply(reply);
    assert_eq!(
        app.requests(),
        [Request::Storage(StorageRequest::ListBuckets)],
        "one round trip to the first screen"
    );
    assert!(!app.state.parts.connecting.is_open());
    assert_eq!(app.state.session.name().as_str(), "r2");
    app.reply(buckets(&["media"]));
    assert_eq!(app.bucket_names(), ["media"]);
}

#[test]
fn keys_that_are_pasted_at_the_welcome_open_their_form() {
    let mut app = first_start();
    paste(&mut app, "nothing of note");
    assert!(matches!(app.state.parts.connecting.stage, Stage::Ways(_)));
    paste(
        &mut app,
        &format!(
            "Access Key ID\n{KEY}\nSecret Access \
             Key\n{SECRET}\nhttps://{ID}.eu.r2.cloudflarestorage.com"
        ),
    );
    let tried = examined(&app).expect("it is tried at once");
    assert_eq!(tried.endpoint, Some(format!("https://{ID}.eu.r2.cloudflarestorage.com")));
}

#[test]
fn a_test_that_is_out_of_date_is_abandoned_and_not_repeated_without_need() {
    let mut app = App::at("s3://");
    app.keys("g n s");
    paste(&mut app, "http://localhost:9000");
    let first = app.last_ticket();
    app.keys("tab tab tab");
    app.typed("id").keys("tab").typed("secret").keys("tab");
    let second = app.last_ticket();
    assert_ne!(first, second);
    assert!(app.effects().contains(&Effect::Abandon(first)));
    app.keys("tab tab tab");
    assert_eq!(app.last_ticket(), second, "a name changes nothing about the server");
    app.keys("ctrl-t");
    assert_ne!(app.last_ticket(), second, "unless asked to");
    app.keys("esc");
    assert!(
        matches!(app.state.parts.connecting.stage, Stage::Discard(..)),
        "what was typed is asked for"
    );
    app.keys("esc");
    let Stage::Form(form) = &app.state.parts.connecting.stage else { panic!("it is kept") };
    assert_eq!(form.typed(FieldId::KeyId), "id");
    app.keys("esc x enter esc y");
    assert_eq!(examined(&app), None, "leaving the form ends its test");
}

#[test]
fn a_change_shows_which_keys_are_stored() {
    let mut app = App::at("s3://");
    app.keys("g e");
    let Stage::Form(form) = &app.state.parts.connecting.stage else { panic!("no form") };
    assert_eq!(form.stored(FieldId::KeyId).as_deref(), Some("… (stored in config.toml)"));
    assert_eq!(form.stored(FieldId::Secret).as_deref(), Some("stored in config.toml"));
    let (folder, name) = ("/none".into(), "test".into());
    let credentials = CredentialsSource::Kept { keeper: Keeper::File, folder, name };
    let kept = Connection { credentials, ..connection("test") };
    let mut app = App::start(Startup { connections: vec![kept], ..startup() });
    app.keys("g e");
    assert!(app.requests().contains(&Request::Connections(ConnectionRequest::StoredKeyId)));
    app.reply(Ok(Answer::StoredKeyId(Some("AKIA…MPLE".to_owned()))));
    let picture = app.picture();
    assert!(picture.contains("AKIA…MPLE (stored in secrets.toml)"), "{picture}");
    app.keys("tab").typed("x");
    assert!(matches!(app.state.parts.connecting.stage, Stage::Form(_)));
}

#[test]
fn a_form_that_nobody_filled_closes_without_a_question() {
    let mut app = App::at("s3://");
    for open in ["g n r", "g n s", "g e"] {
        app.keys(open);
        assert!(matches!(app.state.parts.connecting.stage, Stage::Form(_)), "{open}");
        app.keys("esc");
        assert!(!matches!(app.state.parts.connecting.stage, Stage::Discard(..)), "{open}");
        app.keys("esc");
    }
    app.keys("g e").typed("x").keys("tab up");
    while !matches!(&app.state.parts.connecting.stage, Stage::Form(form) if form.on_cancel()) {
        app.keys("tab");
    }
    app.keys("enter");
    assert!(matches!(app.state.parts.connecting.stage, Stage::Discard(..)), "its button asks, too");
    app.keys("y");
    assert!(!app.state.parts.connecting.is_open());
}

#[test]
fn what_a_test_finds_is_kept_until_it_is_out_of_date() {
    let mut app = App::at("s3://");
    app.keys("g n s");
    paste(&mut app, "http://localhost:9000");
    let ticket = app.last_ticket();
    let finding = |step, verdict| Finding { step, verdict, took: Duration::ZERO };
    let denied = Error::new(ErrorKind::AccessDenied, "ListBuckets", "");
    for each in [
        finding(Step::Connect, Verdict::Works(String::new())),
        finding(Step::ListBuckets, Verdict::Fails(denied)),
    ] {
        app.reply_to(ticket, Ok(Answer::Examining(each)));
    }
    assert!(app.state.parts.connecting.trial.runs());
    app.reply_to(ticket, Ok(Answer::Examined));
    let trial = &app.state.parts.connecting.trial;
    assert!(trial.over && !trial.runs() && trial.needs_bucket());
    assert_eq!(trial.shown().count(), 2);
    app.keys("tab tab tab tab tab").typed("media").keys("tab");
    assert_eq!(app.state.parts.connecting.trial.shown().count(), 0);
    assert!(app.state.parts.connecting.trial.runs());
}

#[test]
fn a_connection_that_does_not_work_can_be_saved_and_an_incomplete_one_cannot() {
    let mut app = App::at("s3://");
    app.reply(buckets(&[]));
    app.keys("g n r");
    paste(&mut app, ID);
    app.effects();
    app.keys("ctrl-o");
    assert_eq!(app.requests(), []);
    assert!(app.state.parts.connecting.is_open());
    paste(&mut app, &format!("access_key_id={KEY}\nsecret_access_key={SECRET}"));
    app.keys("enter");
    assert_eq!(saving(&app).name.as_str(), "r2");
    let error = Error::new(ErrorKind::LocalDenied, "write", "config.toml");
    app.fail("SaveConnection", error);
    assert!(app.state.parts.connecting.refused.is_some(), "the form stays with what was typed");
    app.keys("enter");
    let reply = saved(&app);
    app.reply(reply);
    assert!(!app.state.parts.connecting.is_open());
}

#[test]
fn a_profile_is_chosen_from_a_list_with_region_and_kind() {
    let mut app = first_start();
    let profile = |name: &str, kind| AwsProfile {
        name: name.to_owned(),
        region: Some("eu-west-1".to_owned()),
        endpoint: None,
        kind,
    };
    let profiles = vec![profile("work", ProfileKind::Sso), profile("lab", ProfileKind::Static)];
    app.reply(Ok(Answer::Origins(Origins { profiles, ..Origins::default() })));
    app.keys("a");
    let Stage::Aws(choice) = &app.state.parts.connecting.stage else { panic!() };
    assert_eq!(choice.rows[0].note, "eu-west-1 · single sign-on");
    app.keys("2");
    let tried = examined(&app).expect("a profile is tried at once");
    let profile = Some("lab".to_owned());
    assert_eq!(tried.credentials, CredentialsSource::Chain { profile });
    app.keys("esc esc");
}

#[test]
fn a_connection_is_changed_and_renamed_in_place() {
    let place = |connection: &str| Bookmark {
        connection: connection.into(),
        bucket: "media".to_owned(),
        prefix: String::new(),
        search: None,
    };
    let mut app = App::start(Startup {
        connections: vec![connection("one"), connection("two")],
        current: "one".into(),
        bookmarks: vec![place("one"), place("two")],
        recent: vec![place("two")],
        ..startup()
    });
    app.reply(buckets(&["media"]));
    app.keys("P j e");
    let Stage::Form(form) = &app.state.parts.connecting.stage else { panic!("no form") };
    assert_eq!(form.title(), "Change two");
    app.keys("tab tab tab tab tab tab ctrl-u").typed("three").keys("ctrl-o");
    let draft = saving(&app);
    assert_eq!((draft.name.as_str(), &draft.keys), ("three", &DraftKeys::AsBefore));
    let reply = saved(&app);
    app.reply(reply);
    let names: Vec<&str> =
        app.state.session.connections.iter().map(|each| each.name.as_str()).collect();
    assert_eq!(names, ["one", "three"]);
    assert_eq!(app.state.session.name().as_str(), "three");
    let session = &app.state.session;
    assert_eq!(session.bookmarks, [place("one"), place("three")]);
    assert_eq!(session.recent.last(), Some(&place("three")));
    // Jobs follow; those of another window do when its queue is taken over.
    let followed = TransferCommand::Reconnect { from: "two".into(), to: "three".into() };
    let effects = app.effects();
    let renamed = Preference::ConnectionRenamed { from: "two".into(), to: "three".into() };
    assert!(effects.contains(&Effect::Save(renamed)), "{effects:?}");
    assert!(effects.contains(&Effect::Transfer(followed.clone())), "{effects:?}");
    news(&mut app, TransferEvent::Restored(Vec::new()));
    assert_eq!(commands(&mut app), [followed]);
}

#[test]
fn new_keys_take_the_place_of_the_old() {
    let mut app = App::at("s3://");
    app.keys("g e tab tab tab").typed("new-id").keys("tab").typed("new-secret").keys("ctrl-o");
    let DraftKeys::Given { keys, keep } = saving(&app).keys else { panic!() };
    assert_eq!(
        (keys.access_key_id.as_str(), keys.secret_access_key.expose()),
        ("new-id", "new-secret")
    );
    assert_eq!(keep, Keep::Config, "where the old ones stand");
    assert!(matches!(saving(&app).server, DraftServer::Other { .. }));
}

#[test]
fn a_connection_is_removed_after_a_question_and_the_next_is_opened() {
    let mut app = App::start(Startup {
        connections: vec![connection("one"), connection("two")],
        current: "one".into(),
        keyless: true,
        ..startup()
    });
    app.reply(buckets(&["media"]));
    app.keys("P D enter");
    assert!(!app.state.parts.connecting.is_open(), "the default is no");
    app.keys("g x y");
    app.effects();
    app.reply(Ok(Answer::ConnectionRemoved("one".into())));
    assert_eq!(app.state.session.name().as_str(), "two");
    assert_eq!(app.requests(), [Request::Storage(StorageRequest::ListBuckets)]);
    app.keys("g x y");
    app.reply(Ok(Answer::ConnectionRemoved("two".into())));
    assert!(matches!(app.state.parts.connecting.stage, Stage::Ways(_)), "nothing is left");
}

#[test]
fn transfers_of_a_connection_that_is_removed_wait_for_one_of_its_name() {
    let mut app = App::start(Startup {
        connections: vec![connection("one"), connection("test")],
        current: "test".into(),
        ..startup()
    });
    let jobs = [(1, JobState::Running), (2, JobState::Paused), (3, JobState::Done)];
    let jobs = jobs.map(|(id, state)| upload(id, "key", state));
    news(&mut app, TransferEvent::Restored(jobs.to_vec()));
    app.keys("g x");
    let Stage::Remove(question, _) = &app.state.parts.connecting.stage else { panic!() };
    assert!(question.warning.as_ref().unwrap().starts_with("2 transfers are not finished"));
    app.keys("y").effects();
    app.reply(Ok(Answer::ConnectionRemoved("test".into())));
    let forgotten = TransferCommand::Reconnect { from: "test".into(), to: "test".into() };
    let [one, two] = [1, 2].map(|id| TransferCommand::Pause(JobId(id)));
    assert_eq!(commands(&mut app), [forgotten, one, two], "the engine has its keys no more");
    app.keys("g x");
    let Stage::Remove(question, _) = &app.state.parts.connecting.stage else { panic!() };
    assert_eq!(question.warning, None, "no transfer is by the other one");
}

#[test]
fn no_secret_is_in_what_is_printed_of_the_state() {
    let mut app = first_start();
    app.keys("r");
    paste(&mut app, &format!("access_key_id={KEY}\nsecret_access_key={SECRET}\nendpoint={ID}"));
    app.keys("ctrl-o");
    let effects = app.effects();
    let printed = format!("{:?} {effects:?}", app.state);
    assert!(!printed.contains(SECRET));
}

fn by_profile(name: &str) -> App {
    let chain = Connection::chain("work".into(), Some(name.to_owned()));
    App::start(Startup { now: startup().now, ..Startup::of(chain) })
}

#[test]
fn a_session_that_ended_is_renewed_and_the_request_repeated() {
    let mut app = by_profile("corp");
    let ended = Error::new(ErrorKind::ExpiredCredentials, "ListBuckets", "");
    app.fail("ListBuckets", ended).effects();
    app.keys("g s");
    let sign_in = ConnectionRequest::SignIn { profile: Some("corp".to_owned()) };
    assert_eq!(app.requests(), [Request::Connections(sign_in)]);
    let ticket = app.last_ticket();
    let line = "open https://device.example and enter ABCD".to_owned();
    app.answer(ticket, Ok(Answer::SigningIn(line)));
    assert!(
        matches!(&app.state.parts.connecting.stage, Stage::SignIn(shown) if shown.lines.len() == 1)
    );
    app.reply(Ok(Answer::SignedIn));
    assert!(!app.state.parts.connecting.is_open());
    assert_eq!(app.requests(), [Request::Storage(StorageRequest::ListBuckets)]);
}

#[test]
fn a_sign_in_that_fails_says_why_and_one_that_hangs_can_be_left() {
    let mut app = by_profile("corp");
    app.keys("g s");
    let error = Error::new(ErrorKind::Config, "aws sso login", "corp").detail("no aws here");
    app.fail("SignIn", error);
    assert!(
        matches!(&app.state.parts.connecting.stage, Stage::SignIn(shown) if shown.failed.is_some())
    );
    app.keys("esc g s");
    let ticket = app.last_ticket();
    app.effects();
    app.keys("esc");
    assert_eq!(app.effects(), [Effect::Abandon(ticket)]);
    let mut app = App::at("s3://");
    app.effects();
    app.keys("g s");
    assert_eq!(app.requests(), []);
    assert!(app.toast().contains("uses an AWS profile"), "{}", app.toast());
}

fn with_a_profile() -> Startup {
    let work = AwsProfile {
        name: "work".to_owned(),
        region: Some("eu-west-1".to_owned()),
        endpoint: None,
        kind: ProfileKind::Sso,
    };
    let chain = Connection::chain("work".into(), Some("work".to_owned()));
    let connections = vec![connection("test"), chain];
    Startup { connections, profiles: vec![work], ..startup() }
}

#[test]
fn profiles_stand_below_the_connections_with_region_and_kind_and_are_opened() {
    let mut app = App::start(with_a_profile());
    app.reply(buckets(&["a"])).effects();
    app.keys("P");
    let Some(Overlay::Connections(shown)) = &app.state.parts.overlay else { panic!("not shown") };
    assert_eq!(shown.choice.rows[1].title, "work");
    assert_eq!(shown.choice.rows[1].note, "AWS profile · eu-west-1 · single sign-on");
    app.keys("2");
    assert_eq!(app.requests(), [Request::Storage(StorageRequest::ListBuckets)]);
    assert_eq!(app.state.session.name().as_str(), "work");
}

#[test]
fn whose_keys_sign_is_said_beside_the_name_of_a_connection_by_the_aws_chain() {
    let mut app = by_profile("corp");
    assert_eq!(app.state.session.title(), "work");
    let identity = |connection: &str, identity: &str| Event::Identified {
        connection: connection.into(),
        identity: identity.to_owned(),
    };
    app.event(identity("work", "corp · AKIA…WXYZ"));
    assert_eq!(app.state.session.title(), "work · corp · AKIA…WXYZ");
    app.event(identity("work", "work · AKIA…WXYZ"));
    assert_eq!(app.state.session.title(), "work · AKIA…WXYZ");
    app.event(identity("other", "x · AKIA…"));
    assert_eq!(app.state.session.title(), "work · AKIA…WXYZ");
}

#[test]
fn the_last_place_is_offered_and_gone_to_once() {
    let last = LastPlace {
        connection: "work".into(),
        bucket: "media".to_owned(),
        prefix: "photos/".to_owned(),
    };
    let mut app = App::start(Startup { last: Some(last.clone()), ..with_a_profile() });
    app.reply(buckets(&["a"])).effects();
    assert_eq!(app.state.disabled(Action::LastPlace), None);
    assert_eq!(app.state.last_place(), None, "nothing is open yet");
    app.keys("g l");
    assert_eq!(app.state.session.name().as_str(), "work");
    assert_eq!(app.location(), "s3://media/photos/");
    assert_eq!(app.state.last_place(), Some(last));
    assert!(app.state.disabled(Action::LastPlace).is_some());
}

#[test]
fn keys_of_ones_own_that_ended_are_changed_where_they_were_typed() {
    let mut app = App::start(startup());
    let ended = Error::new(ErrorKind::ExpiredCredentials, "HeadObject", "s3://a/k");
    let ended = Error { renewal: Some(Renewal::NewKeys), ..ended };
    app.event(Event::Transfer(TransferEvent::Warned(ended)));
    assert!(app.toast().ends_with("g e gives it new keys"), "{}", app.toast());
}
