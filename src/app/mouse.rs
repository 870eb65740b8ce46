//! Carries out what a click and the wheel mean where they are.

use jiff::Timestamp;

use crate::app::action::Action;
use crate::app::context::{Intent, TabMove};
use crate::app::dispatch::dispatch;
use crate::app::event::{Mouse, MouseKind};
use crate::app::scope::Pane;
use crate::app::screens::objects::history::PrefixPlace;
use crate::app::spot::Spot;
use crate::app::state::{Asked, State};
use crate::domain::address::{Location, Prefix};

/// Rows the wheel scrolls by.
const WHEEL: isize = 3;

/// A click focuses the pane and selects the row, a click on the selected row opens it; the wheel
/// scrolls the pane under the pointer. Labels, buttons, rows of menus and the keys of the footer do
/// what they say. While a question is open, only that and the footer can be clicked.
pub fn on_mouse(state: &mut State, now: Timestamp, mouse: Mouse, asked: &mut Asked) {
    let is_asked = state.is_covered();
    match (mouse.kind, mouse.on) {
        (MouseKind::Click, Some(Spot::Action(action))) => {
            // A label in the frame of a pane is about that pane.
            let pane = state.areas.pane_at(mouse.column, mouse.row).filter(|_| !is_asked);
            state.focus = pane.unwrap_or(state.focus);
            dispatch(state, now, action, asked);
        }
        (MouseKind::Click, Some(Spot::Crumb(number))) => go_up_to(state, now, number, asked),
        (MouseKind::Click, Some(Spot::Tab(at))) => asked.intents.push(Intent::Tab(TabMove::To(at))),
        (MouseKind::Click, Some(spot)) if is_asked => {
            if let Some(action) = point(state, now, spot, asked) {
                dispatch(state, now, action, asked);
            }
        }
        (MouseKind::ScrollUp, _) if is_asked => turn(state, now, Action::Up, asked),
        (MouseKind::ScrollDown, _) if is_asked => turn(state, now, Action::Down, asked),
        _ if is_asked => {}
        (kind, _) => on_panes(state, now, kind, mouse, asked),
    }
}

fn on_panes(state: &mut State, now: Timestamp, kind: MouseKind, mouse: Mouse, asked: &mut Asked) {
    let Some(pane) = state.areas.pane_at(mouse.column, mouse.row) else { return };
    match kind {
        MouseKind::Click => click(state, now, pane, mouse, asked),
        MouseKind::ScrollUp => scroll(state, now, pane, -WHEEL, asked),
        MouseKind::ScrollDown => scroll(state, now, pane, WHEEL, asked),
    }
}

/// Brings the cursor of what is asked to what was clicked; gives the action that follows.
fn point(state: &mut State, now: Timestamp, spot: Spot, asked: &mut Asked) -> Option<Action> {
    let focus = state.focus;
    state.with(now, asked, |parts, _| parts.keyboard_mut(focus)?.point(spot))
}

/// The wheel moves the cursor of a list, and scrolls what is read.
fn turn(state: &mut State, now: Timestamp, action: Action, asked: &mut Asked) {
    let read = state.parts.help.is_some() || state.parts.overlay.is_some();
    if !read && state.parts.connecting.is_open() {
        return;
    }
    for _ in 0..WHEEL {
        dispatch(state, now, action, asked);
    }
}

/// The connection leads to the others, what follows to its place.
fn go_up_to(state: &mut State, now: Timestamp, number: usize, asked: &mut Asked) {
    let Some(PrefixPlace { bucket, prefix, .. }) = state.parts.objects.browse.place().cloned()
    else {
        return dispatch(state, now, Action::SwitchConnection, asked);
    };
    let Some(depth) = number.checked_sub(1) else {
        return dispatch(state, now, Action::SwitchConnection, asked);
    };
    let above = Prefix::new(prefix.segments().take(depth).collect::<String>());
    if above == prefix {
        state.focus = Pane::Objects;
    } else {
        asked.intents.push(Intent::Open(Location::Prefix { bucket, prefix: above }));
    }
}

fn click(state: &mut State, now: Timestamp, pane: Pane, mouse: Mouse, asked: &mut Asked) {
    let was_focused = state.focus == pane;
    state.shown = None;
    state.focus = pane;
    let rows = state.areas.content(pane);
    if !rows.contains(mouse.column, mouse.row) {
        return;
    }
    let line = mouse.row - rows.y;
    state.with(now, asked, |parts, cx| {
        if let Some(part) = parts.pane_mut(pane) {
            part.click(line, was_focused, cx);
        }
    });
}

fn scroll(state: &mut State, now: Timestamp, pane: Pane, by: isize, asked: &mut Asked) {
    state.with(now, asked, |parts, cx| {
        if let Some(part) = parts.pane_mut(pane) {
            part.scroll(by, cx);
        }
    });
}
