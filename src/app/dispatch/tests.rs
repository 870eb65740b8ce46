//! Tests that every action which works everywhere does something.

use super::*;
use crate::app::action::{ACTIONS, ActionSpec};
use crate::app::intents::perform;
use crate::app::layout::WindowSize;
use crate::app::scope::Scope;
use crate::app::session::Startup;
use crate::config::connection::Connection;
use crate::config::remembered::LastPlace;
use crate::domain::address::Location;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn at(text: &str) -> Location {
    Location::parse(text).unwrap()
}

/// Everything there is to do can be done: two tabs, places before and after, a third column.
fn opened() -> State {
    let connection = Connection::chain("work".into(), Some("work".to_owned()));
    let last = LastPlace {
        connection: "work".into(),
        bucket: "media".to_owned(),
        prefix: "last/".to_owned(),
    };
    let startup = Startup { open: at("s3://media/"), last: Some(last), ..Startup::of(connection) };
    let (mut state, _) = State::new(startup, WindowSize { width: 140, height: 40 });
    let mut asked = Asked::default();
    let places = ["s3://media/a/", "s3://media/b/", "s3://media/c/"].map(at).map(Intent::Open);
    asked.intents.push(Intent::Tab(TabMove::Open));
    asked.intents.extend(places);
    perform(&mut state, NOW, &mut asked);
    dispatch(&mut state, NOW, Action::HistoryBack, &mut asked);
    perform(&mut state, NOW, &mut asked);
    state
}

fn does_something(before: &State, action: Action) -> bool {
    let (mut state, mut asked) = (before.clone(), Asked::default());
    assert_eq!(state.disabled(action), None, "{}", action.spec().name);
    dispatch(&mut state, NOW, action, &mut asked);
    let changed = format!("{state:?}") != format!("{before:?}");
    changed || !asked.effects.is_empty() || !asked.intents.is_empty()
}

#[test]
fn every_action_that_works_everywhere_does_something() {
    let stages = [(Pane::Buckets, false), (Pane::Objects, true)].map(|(focus, zoomed)| {
        let mut state = opened();
        (state.focus, state.zoomed) = (focus, zoomed);
        state
    });
    let global = |spec: &&ActionSpec| spec.scopes.contains(&Scope::Global);
    for spec in ACTIONS.iter().filter(global) {
        let done = stages.iter().any(|stage| does_something(stage, spec.action));
        assert!(done, "{} does nothing", spec.name);
    }
}
