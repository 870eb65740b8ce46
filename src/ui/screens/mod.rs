//! Paints the panes.

pub mod buckets;
pub mod connecting;
pub mod details;
pub mod objects;
pub mod preview;
pub mod reason;
pub mod side;
pub mod sizes;
pub mod transfers;
pub mod versions;
pub mod view;

use crate::app::scope::Pane;
use crate::app::state::State;
use crate::ui::paint::{Paint, place};
use crate::ui::screens::buckets::{BucketsPlace, draw_buckets};
use crate::ui::screens::objects::{ObjectsPlace, draw_objects};
use crate::ui::screens::side::{SidePlace, draw_side};
use crate::ui::screens::transfers::draw_transfers;
use crate::ui::screens::view::View;
use crate::ui::widgets::frame::outline;

pub fn draw_panes(paint: &mut Paint<'_>, state: &State) {
    let session = &state.session;
    let view = View { now: state.now, zone: &session.zone, home: session.home.as_deref(), session };
    let asked = state.is_covered();
    let focused = |pane| state.focus == pane && !asked;
    let areas = &state.areas;
    let window = paint.buffer.area;
    let at = |area| place(window, area);
    draw_frames(paint, state, focused);
    let area = at(areas.pane(Pane::Buckets));
    if !area.is_empty() {
        let stacked = areas.pane(Pane::Transfers).height > 0;
        let (created, focused) = (areas.created, focused(Pane::Buckets));
        let place = BucketsPlace { area, created, focused, stacked };
        draw_buckets(paint, place, &state.parts.buckets, view);
    }
    let area = at(areas.pane(Pane::Objects));
    if !area.is_empty() {
        let (columns, focused) = (areas.columns, focused(Pane::Objects));
        let (headings, content) = (at(areas.headings), at(areas.content(Pane::Objects)));
        let place = ObjectsPlace { area, headings, content, columns, focused };
        draw_objects(paint, place, &state.parts.objects.browse, &state.parts.buckets, view);
    }
    let area = at(areas.pane(Pane::Side));
    if !area.is_empty() {
        let (subject, content) = (at(areas.subject), at(areas.content(Pane::Side)));
        let place = SidePlace { area, subject, content, focused: focused(Pane::Side) };
        draw_side(paint, place, &state.parts.side, view);
    }
    let transfers = place(window, areas.pane(Pane::Transfers));
    if !transfers.is_empty() {
        let leaving = state.parts.places.leaving;
        draw_transfers(
            paint,
            transfers,
            &state.parts.transfers,
            leaving,
            focused(Pane::Transfers),
            view,
        );
    }
}

/// Neighbours share a line, which belongs to the one that has the keys.
fn draw_frames(paint: &mut Paint<'_>, state: &State, focused: impl Fn(Pane) -> bool) {
    let window = paint.buffer.area;
    let styles = paint.styles;
    let mut panes = Pane::ALL;
    panes.sort_by_key(|pane| focused(*pane));
    for pane in panes {
        let style = if focused(pane) { styles.border_focused } else { styles.border };
        outline(paint, place(window, state.areas.pane(pane)), style);
    }
}
