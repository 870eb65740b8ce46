//! What a click and the wheel do.

use jiff::Timestamp;

use crate::app::action::Action;
use crate::app::context::Move;
use crate::app::event::{Mouse, MouseKind};
use crate::app::layout::Pane;
use crate::app::state::{Asked, State};

/// Rows the wheel scrolls by.
const WHEEL: isize = 3;

/// A click focuses the pane and selects the row, a click on the selected row opens it; the wheel scrolls the pane
/// under the pointer. While a question is open the mouse does nothing.
pub fn on_mouse(state: &mut State, now: Timestamp, mouse: Mouse, asked: &mut Asked) {
    let Some(pane) = state.areas.pane_at(mouse.column, mouse.row) else { return };
    if state.dialog().is_some() || state.overlay.is_some() || state.connecting.is_open() {
        return;
    }
    match mouse.kind {
        MouseKind::Click => click(state, now, pane, mouse, asked),
        MouseKind::ScrollUp => scroll(state, now, pane, -WHEEL, asked),
        MouseKind::ScrollDown => scroll(state, now, pane, WHEEL, asked),
    }
}

fn click(state: &mut State, now: Timestamp, pane: Pane, mouse: Mouse, asked: &mut Asked) {
    let was_focused = state.focus == pane;
    state.focus = pane;
    let rows = state.areas.pane(pane).inner();
    if !rows.contains(mouse.column, mouse.row) {
        return;
    }
    let line = mouse.row - rows.y;
    state.with(now, asked, |parts, cx| match pane {
        Pane::Buckets => parts.buckets.click(line, cx),
        Pane::Objects => {
            if parts.objects.browse.click(line, cx) && was_focused {
                cx.ask(Move::Run(Action::Open));
            }
        }
        Pane::Transfers => parts.transfers.click(line, was_focused, cx),
        Pane::Side => {}
    });
}

fn scroll(state: &mut State, now: Timestamp, pane: Pane, by: isize, asked: &mut Asked) {
    state.with(now, asked, |parts, cx| match pane {
        Pane::Buckets => parts.buckets.scroll(by, cx),
        Pane::Objects => parts.objects.browse.scroll(by, cx),
        Pane::Side => parts.side.scroll(by, cx),
        Pane::Transfers => parts.transfers.scroll(by, cx),
    });
}
