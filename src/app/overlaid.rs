//! Opens overlays, and lets the events list follow what happens.

use jiff::Timestamp;

use crate::app::action::Action;
use crate::app::overlay_subject::OverlaySubject;
use crate::app::overlays::help::Help;
use crate::app::overlays::rows::{rows_here, rows_over};
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

/// Opens the list of the keys that mean something now, over whatever has them.
pub fn open_help(state: &mut State) {
    let (keymap, scopes) = (&state.session.keymap, state.scopes());
    let help = match state.keyboard().filter(|part| part.takes_keys()) {
        Some(part) => {
            let refused = |action| state.refused(action);
            Help::over(rows_over(keymap, scopes, &part.hints(), refused))
        }
        None => Help::new(rows_here(keymap, scopes, |action| state.disabled(action))),
    };
    state.shown = None;
    state.parts.help = Some(Box::new(help));
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
