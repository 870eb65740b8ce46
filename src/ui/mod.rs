//! Painting: a pure function of the interface state.

pub mod bars;
pub mod dialogs;
pub mod glyphs;
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
use crate::app::overlays::overlay::Overlay;
use crate::app::spot::Spots;
use crate::app::state::State;
use crate::ui::bars::{draw_footer, draw_header, draw_status};
use crate::ui::dialogs::details::draw_details;
use crate::ui::dialogs::draw_dialog;
use crate::ui::dialogs::link::draw_link_shown;
use crate::ui::dialogs::question::draw_choice;
use crate::ui::overlays::doctor::draw_doctor;
use crate::ui::overlays::events::draw_events;
use crate::ui::overlays::help::draw_help;
use crate::ui::overlays::palette::draw_palette;
use crate::ui::paint::Paint;
use crate::ui::screens::buckets::draw_buckets;
use crate::ui::screens::connecting::draw_connecting;
use crate::ui::screens::objects::{ObjectsPlace, draw_objects};
use crate::ui::screens::side::draw_side;
use crate::ui::screens::transfers::draw_transfers;
use crate::ui::screens::view::View;
use crate::ui::theme::Theme;

pub fn draw(state: &State, theme: &Theme, frame: &mut Frame<'_>) -> Spots {
    draw_into(state, theme, frame.buffer_mut())
}

/// Paints a buffer of the window's size; the places of the state are cut to it. Gives what can be clicked.
pub fn draw_into(state: &State, theme: &Theme, buffer: &mut Buffer) -> Spots {
    let mut paint = Paint::new(buffer, theme);
    let window = paint.buffer.area;
    let text = paint.styles.text;
    paint.restyle(window, text);
    draw_header(&mut paint, place(window, state.areas.header), state);
    draw_panes(&mut paint, state);
    if let Some(shown) = &state.shown {
        let (header, status) = (state.areas.header, state.areas.status);
        let below = if status.is_empty() { window.height } else { status.y };
        draw_link_shown(
            &mut paint,
            shown,
            &state.session.zone,
            (header.height, below.min(window.height)),
        );
    }
    draw_status(&mut paint, place(window, state.areas.status), state);
    let asked = state.dialog().is_some() || state.overlay.is_some() || state.connecting.is_open();
    if asked {
        paint.spots.clear();
    }
    draw_footer(&mut paint, place(window, state.areas.footer), state);
    if asked {
        let behind = Rect { height: place(window, state.areas.status).y, ..window };
        paint.restyle(behind, Style::new().dim());
    }
    if let Some(dialog) = state.dialog() {
        draw_dialog(&mut paint, dialog, &state.session.zone);
    }
    draw_connecting(&mut paint, &state.connecting, state.now);
    if let Some(overlay) = &state.overlay {
        draw_overlay(&mut paint, overlay, state);
    }
    paint.spots
}

fn draw_overlay(paint: &mut Paint<'_>, overlay: &Overlay, state: &State) {
    match overlay {
        Overlay::Help(help) => draw_help(paint, help),
        Overlay::Palette(palette) => draw_palette(paint, palette),
        Overlay::Connections(connections) => draw_choice(paint, &connections.choice),
        Overlay::Notice(details) => draw_details(paint, details),
        Overlay::Doctor(doctor) => draw_doctor(paint, doctor, state.now),
        Overlay::Events(events) => {
            draw_events(paint, events, &state.session.zone);
            if let Some(details) = &events.opened {
                draw_details(paint, details);
            }
        }
    }
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
    let asked = state.dialog().is_some() || state.overlay.is_some() || state.connecting.is_open();
    let focused = |pane| state.focus == pane && !asked;
    let areas = &state.areas;
    let window = paint.buffer.area;
    let buckets = place(window, areas.buckets);
    if !buckets.is_empty() {
        draw_buckets(paint, buckets, &state.buckets, focused(Pane::Buckets), view);
    }
    let area = place(window, areas.objects);
    if !area.is_empty() {
        let focused = focused(Pane::Objects);
        let place = ObjectsPlace { area, columns: areas.columns, focused };
        draw_objects(paint, place, &state.objects.browse, &state.buckets, view);
    }
    let side = place(window, areas.side);
    if !side.is_empty() {
        draw_side(paint, side, &state.side, focused(Pane::Side), view);
    }
    let transfers = place(window, areas.transfers);
    if !transfers.is_empty() {
        let leaving = state.places.leaving;
        draw_transfers(paint, transfers, &state.transfers, leaving, focused(Pane::Transfers), view);
    }
}

fn place(window: Rect, area: Area) -> Rect {
    Rect::new(area.x, area.y, area.width, area.height).intersection(window)
}
