//! The cost sheet and the ledger of links.

use std::time::Duration;

use windlass::app::effect::{Effect, MachineRequest, Request, StorageRequest};
use windlass::app::event::{Answer, Reply};
use windlass::app::overlays::Overlay;
use windlass::app::overlays::ledger::GivenLink;
use windlass::domain::presign::{LinkMethod, PresignedLink};
use windlass::domain::provider::Provider;
use windlass::domain::stored::Stored;

use crate::support::app::App;

fn stored(done: bool) -> Reply {
    let mut stored = Stored::default();
    stored.add("STANDARD", 5_000_000_000);
    stored.add("GLACIER", 1);
    Ok(Answer::Stored(if done { stored.finished() } else { stored }))
}

#[test]
fn a_place_is_counted_only_when_asked_and_remembered_then() {
    let mut app = App::with_rows(&["a"]);
    app.effects();
    app.keys("$");
    assert!(app.requests().is_empty(), "opening costs nothing");
    assert!(app.picture().contains("It is not counted yet"), "{}", app.picture());
    app.keys("enter");
    let asked = app.requests();
    assert!(matches!(&asked[..], [Request::Storage(StorageRequest::SumStored { .. })]));
    let ticket = app.last_ticket();
    app.reply_to(ticket, stored(false));
    assert!(app.picture().contains("counting…"), "{}", app.picture());
    app.reply_to(ticket, stored(true));
    app.keys("esc $ G");
    assert!(app.picture().contains("S3 Standard, us-east-1"), "{}", app.picture());
    app.state.session.connections[0].provider = Provider::Aws;
    app.keys("esc $");
    assert!(app.picture().contains("GLACIER out, expedited"), "{}", app.picture());
    assert!(app.requests().is_empty());
}

#[test]
fn esc_stops_counting_before_it_closes() {
    let mut app = App::with_rows(&["a"]);
    app.keys("$ enter");
    let ticket = app.last_ticket();
    app.effects();
    app.keys("esc");
    assert!(app.effects().contains(&Effect::Abandon(ticket)));
    assert!(matches!(app.state.parts.overlay, Some(Overlay::Cost(_))));
    app.keys("esc");
    assert!(app.state.parts.overlay.is_none());
}

fn given(app: &App, key: &str, hours: u64, connection: &str) -> GivenLink {
    GivenLink {
        bucket: "media".into(),
        key: key.into(),
        version: None,
        method: LinkMethod::Get,
        made_at: app.now,
        expires_at: app.now + Duration::from_hours(hours),
        connection: connection.into(),
        access_key_id: "AKIA1".to_owned(),
    }
}

#[test]
fn a_link_of_the_ledger_is_made_again_until_the_same_end() {
    let mut app = App::with_rows(&["a"]);
    app.effects();
    app.keys("g y");
    assert_eq!(app.requests(), [Request::Machine(MachineRequest::ReadLedger)]);
    let links = vec![given(&app, "other", 1, "elsewhere"), given(&app, "mine", 2, "test")];
    app.reply(Ok(Answer::Ledger(links)));
    assert!(app.picture().contains("2 links of the key AKIA1"), "{}", app.picture());
    app.keys("j enter");
    assert!(app.toast().contains("elsewhere"), "{}", app.toast());
    app.keys("k enter");
    let asked = app.requests();
    let [Request::Storage(StorageRequest::Presign(spec))] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!((spec.object.key.as_str(), spec.expires_in.as_secs()), ("mine", 7200));
    app.reply(Ok(Answer::Presigned(PresignedLink {
        url: "https://h/mine".into(),
        expires_at: app.now + Duration::from_hours(2),
        shortened: None,
        access_key_id: "AKIA1".into(),
        headers: Vec::new(),
    })));
    assert!(app.state.parts.overlay.is_none());
    assert_eq!(app.state.shown.as_ref().map(|shown| &*shown.text), Some("https://h/mine"));
}

#[test]
fn an_empty_ledger_says_so() {
    let mut app = App::with_rows(&["a"]);
    app.keys("g y");
    assert!(app.picture().contains("reading the list of links"));
    app.reply(Ok(Answer::Ledger(Vec::new())));
    assert!(app.picture().contains("no link was handed out"), "{}", app.picture());
    app.keys("enter esc");
    assert!(app.state.parts.overlay.is_none());
}
