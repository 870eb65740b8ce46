//! Paints what lies over every pane.

pub mod bookmarks;
pub mod bucket_settings;
pub mod comparison;
pub mod cost;
pub mod doctor;
pub mod events;
pub mod guide;
pub mod help;
pub mod index_changes;
pub mod ledger;
pub mod palette;
pub mod types;

use crate::app::overlays::Overlay;
use crate::app::state::State;
use crate::ui::dialogs::details::draw_details;
use crate::ui::dialogs::question::draw_choice;
use crate::ui::overlays::bookmarks::draw_bookmarks;
use crate::ui::overlays::bucket_settings::draw_bucket_settings;
use crate::ui::overlays::comparison::draw_comparison;
use crate::ui::overlays::cost::draw_cost;
use crate::ui::overlays::doctor::draw_doctor;
use crate::ui::overlays::events::draw_events;
use crate::ui::overlays::guide::draw_guide;
use crate::ui::overlays::index_changes::draw_index_changes;
use crate::ui::overlays::ledger::draw_ledger;
use crate::ui::overlays::palette::draw_palette;
use crate::ui::overlays::types::draw_types;
use crate::ui::paint::Paint;

pub fn draw_overlay(paint: &mut Paint<'_>, overlay: &Overlay, state: &State) {
    match overlay {
        Overlay::Guide(guide) => draw_guide(paint, guide),
        Overlay::Palette(palette) => draw_palette(paint, palette),
        Overlay::Connections(connections) => draw_choice(paint, &connections.choice),
        Overlay::Ledger(ledger) => draw_ledger(paint, ledger, &state.session.zone, state.now),
        Overlay::IndexChanges(changes) => draw_index_changes(paint, changes, state),
        Overlay::Types(types) => draw_types(paint, types, state),
        Overlay::Bookmarks(bookmarks) => draw_bookmarks(paint, bookmarks, &state.session),
        Overlay::Cost(cost) => draw_cost(paint, cost, state),
        Overlay::Notice(notice) => draw_details(paint, &notice.0, &state.session),
        Overlay::Comparison(comparison) => draw_comparison(paint, comparison, state.now),
        Overlay::Doctor(doctor) => draw_doctor(paint, doctor, &state.session, state.now),
        Overlay::BucketSettings(settings) => {
            draw_bucket_settings(paint, settings, &state.session);
        }
        Overlay::Events(events) => {
            draw_events(paint, events, &state.session.zone);
            if let Some(details) = &events.opened {
                draw_details(paint, details, &state.session);
            }
        }
    }
}
