//! Opens overlays and does what is chosen in them.

use jiff::Timestamp;

use crate::app::action::Action;
use crate::app::chord::Chord;
use crate::app::context::Intent;
use crate::app::dialogs::dialog::key_of;
use crate::app::dialogs::outcome::Outcome;
use crate::app::effect::{Effect, Preference};
use crate::app::overlays::connections::{ConnectionAnswer, Connections};
use crate::app::overlays::doctor::Doctor;
use crate::app::overlays::events::Events;
use crate::app::overlays::help::Help;
use crate::app::overlays::overlay::{Overlay, OverlayAnswer};
use crate::app::overlays::palette::Palette;
use crate::app::overlays::rows::{rows_everywhere, rows_here};
use crate::app::state::{Asked, State};
use crate::domain::address::{ConnectionName, Prefix};
use crate::domain::diagnosis::Examination;

/// Opens the overlay an action asks for; `false` where it asks for none.
pub fn open_overlay(state: &mut State, action: Action) -> bool {
    let disabled = |action| state.disabled(action);
    let overlay = match action {
        Action::Help => {
            Overlay::Help(Help::new(rows_here(&state.keymap, state.scopes(), disabled)))
        }
        Action::Palette => {
            let rows = rows_everywhere(&state.keymap, state.scopes(), disabled);
            let connections = &state.session.connections;
            let names = connections.iter().map(|each| each.name.clone()).collect();
            Overlay::Palette(Palette::new(rows, state.objects.browse.location(), names))
        }
        Action::Events => Overlay::Events(Events::new(&state.log)),
        Action::SwitchConnection => {
            let session = &state.session;
            let (known, profiles) = (&session.connections, &session.profiles);
            Overlay::Connections(Connections::new(known, profiles, session.name()))
        }
        _ => return false,
    };
    state.overlay = Some(overlay);
    true
}

/// Opens the examination of a connection: of the place that is open, where it is the one in use.
pub fn examine(state: &mut State, now: Timestamp, name: &ConnectionName, asked: &mut Asked) {
    let session = &state.session;
    let Some(connection) = session.connections.iter().find(|each| each.name == *name) else {
        return;
    };
    let here = state.objects.browse.place().filter(|_| session.name() == name);
    let (bucket, prefix) = match (here, connection.known_buckets.first()) {
        (Some(place), _) => (Some(place.bucket.clone()), place.prefix.clone()),
        (None, Some(known)) => (Some(known.bucket.clone()), known.prefix.clone()),
        (None, None) => (None, Prefix::root()),
    };
    let examination = Examination { bucket, prefix, writes: false };
    let mut doctor = Doctor::new(connection, examination);
    let again = state.session.ask_again(name).map(Preference::AskedAgain);
    asked.effects.extend(again.map(Effect::Save));
    state.with(now, asked, |_, cx| doctor.start(cx));
    state.overlay = Some(Overlay::Doctor(Box::new(doctor)));
}

pub fn on_overlay_action(state: &mut State, now: Timestamp, action: Action, asked: &mut Asked) {
    if matches!(state.overlay, Some(Overlay::Doctor(_))) {
        if let Some(chord) = key_of(action) {
            on_doctor_key(state, now, chord, asked);
        }
    } else if let Some(overlay) = &mut state.overlay {
        let outcome = overlay.on_action(action);
        on_outcome(state, outcome, asked);
    }
}

pub fn on_overlay_text(state: &mut State, now: Timestamp, chord: Chord, asked: &mut Asked) {
    if matches!(state.overlay, Some(Overlay::Doctor(_))) {
        on_doctor_key(state, now, chord, asked);
    } else if let Some(overlay) = &mut state.overlay {
        let outcome = overlay.on_text(chord);
        on_outcome(state, outcome, asked);
    }
}

fn on_doctor_key(state: &mut State, now: Timestamp, chord: Chord, asked: &mut Asked) {
    let Some(Overlay::Doctor(mut doctor)) = state.overlay.take() else { return };
    if state.with(now, asked, |_, cx| doctor.on_key(chord, cx)) {
        state.overlay = Some(Overlay::Doctor(doctor));
    }
}

/// Brings what happened since into the events list while it is open.
pub fn follow_log(state: &mut State) {
    if let Some(Overlay::Events(events)) = &mut state.overlay {
        events.follow(&state.log);
    }
}

fn on_outcome(state: &mut State, outcome: Outcome<OverlayAnswer>, asked: &mut Asked) {
    if outcome == Outcome::Open {
        return;
    }
    state.overlay = None;
    if let Outcome::Accepted(answer) = outcome {
        asked.moves.push(match answer {
            OverlayAnswer::Run(action) => Intent::Run(action),
            OverlayAnswer::Go(location) => Intent::Open(location),
            OverlayAnswer::Follow(address) => Intent::GoTo(address),
            OverlayAnswer::Connections(answer) => match answer {
                ConnectionAnswer::Connect(name) => Intent::Connect(name),
                ConnectionAnswer::Examine(name) => Intent::Examine(name),
                ConnectionAnswer::Add => Intent::Run(Action::AddConnection),
                ConnectionAnswer::Edit(name) => Intent::EditConnection(name),
                ConnectionAnswer::Remove(name) => Intent::RemoveConnection(name),
            },
        });
    }
}
