//! A read-only connection: whatever writes is refused before anything is asked or sent.

use windlass::app::action::{ACTIONS, Action};
use windlass::app::event::{Answer, ListedUploads};
use windlass::app::scope::Scope;
use windlass::app::session::Startup;
use windlass::config::connection::Connection;
use windlass::domain::address::{Key, Location};
use windlass::domain::object::{ObjectAddress, UploadId};
use windlass::domain::unfinished::{UnfinishedUpload, UploadOwner};

use crate::support::app::{App, buckets, connection, page, startup};

/// A place of a read-only connection in which keys mean what they mean in a scope.
fn opened(scope: Scope) -> App {
    let open = Location::parse("s3://media/").unwrap();
    let connections = vec![Connection { read_only: true, ..connection("test") }];
    let mut app = App::start(Startup { open, connections, ..startup() });
    app.reply(buckets(&["backups", "media"]));
    app.reply(page(&["a.txt", "b/"], None));
    match scope {
        Scope::Objects => app.keys("g g j"),
        Scope::Buckets => app.keys("1"),
        Scope::Side => app.keys("g g j i 4"),
        Scope::Versions => app.keys("g g j V"),
        Scope::Settings => app.keys("B"),
        Scope::Sizes => app.keys("w"),
        Scope::Doctor => app.keys("X"),
        Scope::Uploads => app.keys("1 U").reply(uploads()),
        other => panic!("nothing writes in {}", other.name()),
    };
    assert_eq!(app.state.scopes().first(), Some(&scope));
    app
}

fn uploads() -> Result<Answer, windlass::domain::error::Error> {
    let object = ObjectAddress::new("media".into(), Key::new("left"));
    let upload = UploadId("id".to_owned());
    let listed = UnfinishedUpload { object, upload, since: None, by: String::new() };
    let uploads = vec![(listed, UploadOwner::Unknown)];
    Ok(Answer::Uploads(ListedUploads { uploads, next: None }))
}

/// Presses a key and wants to be told why it does nothing.
fn refused(scope: Scope, key: &str) {
    let mut app = opened(scope);
    let (before, overlay) = (app.effects(), app.state.dialog().is_some());
    app.keys(key);
    let name = scope.name();
    assert!(app.toast().contains("the connection is read-only"), "{name} {key}: {}", app.toast());
    assert_eq!(app.requests(), [], "{name} {key} after {before:?}");
    assert_eq!(app.state.dialog().is_some(), overlay, "{name} {key} asks a question");
    let picture = app.picture();
    let footer = picture.lines().last().unwrap_or_default();
    let named = footer.split_whitespace().any(|word| word == key);
    assert!(!named, "{name} {key} is offered: {footer}");
}

#[test]
fn no_action_that_writes_is_begun() {
    for spec in ACTIONS.iter().filter(|spec| spec.writes.is_some()) {
        for (scope, keys) in spec.places() {
            refused(scope, keys[0]);
        }
    }
}

#[test]
fn nothing_of_the_list_of_uploads_is_accepted() {
    refused(Scope::Uploads, "enter");
}

#[test]
fn actions_that_only_look_are_free() {
    let app = opened(Scope::Objects);
    for action in [Action::Download, Action::Details, Action::UnfinishedUploads, Action::Versions] {
        assert_eq!(app.state.disabled(action), None, "{action:?}");
    }
}

#[test]
fn a_read_only_connection_is_copied_from_where_another_can_be_written() {
    let copies = |others: Vec<Connection>| {
        let open = Location::parse("s3://media/").unwrap();
        let own = Connection { read_only: true, ..connection("test") };
        let connections = std::iter::once(own).chain(others).collect();
        let mut app = App::start(Startup { open, connections, ..startup() });
        app.reply(buckets(&["media"])).reply(page(&["a"], None));
        app.keys("c");
        app
    };
    let mut app = copies(vec![connection("other")]);
    app.keys("enter");
    assert!(app.picture().contains("test is read-only"), "{}", app.picture());
    let locked = Connection { read_only: true, ..connection("other") };
    let app = copies(vec![locked]);
    assert!(app.state.dialog().is_none() && app.toast().contains("read-only"), "{}", app.toast());
}
