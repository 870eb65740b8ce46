//! Connections of the environment and of AWS profiles: changed, renewed, kept where they lead.

use windlass::app::action::Action;
use windlass::app::effect::{ConnectionRequest, Request};
use windlass::app::event::Answer;
use windlass::app::session::Startup;
use windlass::config::connection::Connection;
use windlass::config::draft::{Draft, DraftServer};
use windlass::config::profiles::{AwsProfile, ProfileKind};
use windlass::domain::provider::Provider;
use windlass::domain::transfer::{JobId, JobState, TransferCommand};
use windlass::domain::transfer_event::TransferEvent;

use crate::flows::queue::{commands, news, upload};
use crate::support::app::{App, connection, startup};

const SERVER: &str = "http://127.0.0.1:47101";

fn changed(start: Startup) -> Draft {
    let mut app = App::start(start);
    app.keys("g e ctrl-o");
    saving(&app)
}

fn saving(app: &App) -> Draft {
    let found = app.waiting().iter().find_map(|(_, request)| match request {
        Request::Connections(ConnectionRequest::SaveConnection { draft, .. }) => {
            Some((**draft).clone())
        }
        _ => None,
    });
    found.expect("it is being saved")
}

#[test]
fn a_connection_of_the_environment_that_is_changed_leads_where_it_led() {
    for (provider, endpoint) in
        [(Provider::Other, SERVER), (Provider::Aws, "https://s3.dualstack.eu-west-1.amazonaws.com")]
    {
        let chain = Connection {
            provider,
            endpoint: Some(endpoint.to_owned()),
            region: Some("eu-west-1".to_owned()),
            ..Connection::chain("default@127.0.0.1:47101".into(), None)
        };
        let draft = changed(Startup { now: startup().now, ..Startup::of(chain.clone()) });
        let (endpoint, region) = (endpoint.to_owned(), Some("eu-west-1".to_owned()));
        assert_eq!(draft.server, DraftServer::Other { provider, endpoint, region });
        assert_eq!(draft.connection(Some(&chain)).unwrap(), chain);
    }
}

#[test]
fn what_a_profile_says_of_its_server_is_kept_when_the_connection_is_changed() {
    let profile = AwsProfile {
        name: "work".to_owned(),
        region: Some("r".to_owned()),
        endpoint: Some(SERVER.to_owned()),
        kind: ProfileKind::Static,
    };
    let chain = Connection::chain("work".into(), Some("work".to_owned()));
    let start = Startup { now: startup().now, ..Startup::of(chain) };
    let draft = changed(Startup { profiles: vec![profile], ..start });
    let DraftServer::Other { endpoint, region, .. } = draft.server else { panic!("{draft:?}") };
    assert_eq!((endpoint.as_str(), region.as_deref()), (SERVER, Some("r")));
}

#[test]
fn keys_in_variables_are_not_renewed_by_signing_in() {
    let chain = Connection::chain("default".into(), None);
    for (keys_in_variables, said) in [(false, "signs in again"), (true, "set the variables anew")] {
        let start = Startup { now: startup().now, ..Startup::of(chain.clone()) };
        let mut app = App::start(Startup { keys_in_variables, ..start });
        let renewal = app.state.session.renewal(&"default".into());
        assert!(renewal.contains(said), "{renewal}");
        assert_eq!(app.state.disabled(Action::SignIn).is_some(), keys_in_variables);
        app.keys("g s");
        let signs = app.requests().iter().any(|request| {
            matches!(request, Request::Connections(ConnectionRequest::SignIn { .. }))
        });
        assert_eq!(signs, !keys_in_variables);
    }
}

#[test]
fn transfers_do_not_go_on_to_another_server_unasked() {
    let mut app = App::start(Startup {
        connections: vec![connection("test")],
        current: "test".into(),
        ..startup()
    });
    let jobs = vec![upload(1, "key", JobState::Running)];
    news(&mut app, TransferEvent::Restored(jobs));
    app.keys("g e ctrl-u").typed("http://127.0.0.1:7/").keys("ctrl-o");
    let draft = saving(&app);
    app.reply(Ok(Answer::ConnectionSaved(Box::new(draft.connection(None).unwrap()))));
    let followed = TransferCommand::Reconnect { from: "test".into(), to: "test".into() };
    assert_eq!(commands(&mut app), [followed, TransferCommand::Pause(JobId(1))]);
    assert!(app.state.toasts.current().unwrap().text.contains("another server"));
}
