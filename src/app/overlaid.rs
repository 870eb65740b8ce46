//! Opens overlays, and lets the events list follow what happens.

use jiff::Timestamp;

use crate::app::action::Action;
use crate::app::overlay_subject::OverlaySubject;
use crate::app::overlays::{Overlay, OverlayInput};
use crate::app::state::{Asked, State};

/// Opens the overlay an action asks for; `false` where it asks for none.
pub fn open_overlay(state: &mut State, now: Timestamp, action: Action, asked: &mut Asked) -> bool {
    let input = OverlayInput {
        keymap: &state.session.keymap,
        scopes: state.scopes(),
        disabled: &|action| state.disabled(action),
        session: &state.session,
        log: &state.log,
        here: &state.parts.objects.browse.location(),
        marked: &|| state.parts.objects.browse.marked(),
        place: &state.here(),
    };
    let Some(mut overlay) = Overlay::of(action, input) else { return false };
    state.with(now, asked, |_, cx| overlay.part_mut().start(cx));
    state.parts.overlay = Some(overlay);
    true
}

/// Opens the overlay that shows something.
pub fn show_overlay(state: &mut State, now: Timestamp, subject: OverlaySubject, asked: &mut Asked) {
    let here = state.parts.objects.browse.location();
    let Some(mut overlay) = Overlay::about(subject, &state.session, &here) else { return };
    state.with(now, asked, |_, cx| overlay.part_mut().start(cx));
    state.parts.overlay = Some(overlay);
}

/// Brings what happened since into the events list while it is open.
pub fn follow_log(state: &mut State) {
    if let Some(Overlay::Events(events)) = &mut state.parts.overlay {
        events.follow(&state.log);
    }
}
