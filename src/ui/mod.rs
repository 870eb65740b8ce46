//! Painting: a pure function of the interface state.

pub mod bars;
pub mod dialogs;
pub mod footer;
pub mod glyphs;
pub mod kinds;
pub mod overlays;
pub mod paint;
pub mod screens;
pub mod text;
pub mod theme;
pub mod widgets;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::layout::{Pane, Rect as Area};
use crate::app::spot::Spots;
use crate::app::state::State;
use crate::ui::bars::{draw_header, draw_status};
use crate::ui::dialogs::draw_dialog;
use crate::ui::dialogs::link::draw_link_shown;
use crate::ui::footer::draw_footer;
use crate::ui::overlays::draw_overlay;
use crate::ui::paint::Paint;
use crate::ui::screens::buckets::{BucketsPlace, draw_buckets};
use crate::ui::screens::connecting::draw_connecting;
use crate::ui::screens::objects::{ObjectsPlace, draw_objects};
use crate::ui::screens::side::{SidePlace, draw_side};
use crate::ui::screens::transfers::draw_transfers;
use crate::ui::screens::view::View;
use crate::ui::theme::Theme;
use crate::ui::widgets::frame::outline;

pub fn draw(state: &State, theme: &Theme, frame: &mut Frame<'_>) -> Spots {
    draw_into(state, theme, frame.buffer_mut())
}

/// Paints a buffer of the window's size; the places of the state are cut to it. Gives what can be
/// clicked.
pub fn draw_into(state: &State, theme: &Theme, buffer: &mut Buffer) -> Spots {
    let mut paint = Paint::new(buffer, theme);
    let window = paint.buffer.area;
    let text = paint.styles.text;
    paint.restyle(window, text);
    draw_header(&mut paint, place(window, state.areas.header), state);
    draw_panes(&mut paint, state);
    draw_status(&mut paint, place(window, state.areas.status), state);
    let asked = state.is_covered();
    if asked {
        paint.spots.clear();
    }
    draw_footer(&mut paint, place(window, state.areas.footer), state);
    if let Some(shown) = &state.shown {
        let (header, status) = (state.areas.header.height, state.areas.status);
        let below = if status.is_empty() { window.height } else { status.y };
        draw_link_shown(&mut paint, shown, &state.session.zone, (header, below));
    }
    if asked {
        let behind = Rect { height: place(window, state.areas.status).y, ..window };
        paint.restyle(behind, Style::new().dim());
    }
    if let Some(dialog) = state.dialog() {
        draw_dialog(&mut paint, dialog, &state.session.zone);
    }
    draw_connecting(&mut paint, &state.parts.connecting, state.now);
    if let Some(overlay) = &state.parts.overlay {
        draw_overlay(&mut paint, overlay, state);
    }
    paint.spots
}

fn draw_panes(paint: &mut Paint<'_>, state: &State) {
    let session = &state.session;
    let view = View {
        now: state.now,
        zone: &session.zone,
        keymap: &state.keymap,
        home: session.home.as_deref(),
        session,
    };
    let asked = state.is_covered();
    let focused = |pane| state.focus == pane && !asked;
    let areas = &state.areas;
    let window = paint.buffer.area;
    let at = |area| place(window, area);
    draw_frames(paint, state, focused);
    let area = at(areas.buckets);
    if !area.is_empty() {
        let stacked = areas.transfers.height > 0;
        let (created, focused) = (areas.created, focused(Pane::Buckets));
        let place = BucketsPlace { area, created, focused, stacked };
        draw_buckets(paint, place, &state.parts.buckets, view);
    }
    let area = at(areas.objects);
    if !area.is_empty() {
        let (columns, focused) = (areas.columns, focused(Pane::Objects));
        let (headings, content) = (at(areas.headings), at(areas.content(Pane::Objects)));
        let place = ObjectsPlace { area, headings, content, columns, focused };
        draw_objects(paint, place, &state.parts.objects.browse, &state.parts.buckets, view);
    }
    let area = at(areas.side);
    if !area.is_empty() {
        let (subject, content) = (at(areas.subject), at(areas.content(Pane::Side)));
        let place = SidePlace { area, subject, content, focused: focused(Pane::Side) };
        draw_side(paint, place, &state.parts.side, view);
    }
    let transfers = place(window, areas.transfers);
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
    let mut panes = [Pane::Buckets, Pane::Objects, Pane::Side, Pane::Transfers];
    panes.sort_by_key(|pane| focused(*pane));
    for pane in panes {
        let style = if focused(pane) { styles.border_focused } else { styles.border };
        outline(paint, place(window, state.areas.pane(pane)), style);
    }
}

fn place(window: Rect, area: Area) -> Rect {
    Rect::new(area.x, area.y, area.width, area.height).intersection(window)
}
