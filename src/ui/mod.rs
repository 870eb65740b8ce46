//! Paints the state of the interface.

pub mod bars;
pub mod dialogs;
pub mod footer;
pub mod glyphs;
pub mod kinds;
pub mod overlays;
pub mod paint;
pub mod picture_screen;
pub mod pictures;
pub mod placeholders;
pub mod screens;
pub mod text;
pub mod theme;
pub mod widgets;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::spot::Spots;
use crate::app::state::State;
use crate::ui::bars::{draw_header, draw_status};
use crate::ui::dialogs::draw_dialog;
use crate::ui::dialogs::link::draw_link_shown;
use crate::ui::footer::draw_footer;
use crate::ui::overlays::draw_overlay;
use crate::ui::overlays::help::draw_help;
use crate::ui::paint::{Paint, place};
use crate::ui::picture_screen::{FramePicture, PictureScreen};
use crate::ui::pictures::settled;
use crate::ui::screens::connecting::draw_connecting;
use crate::ui::screens::draw_panes;
use crate::ui::screens::sizes::draw_sizes;
use crate::ui::screens::versions::draw_versions;
use crate::ui::theme::Theme;

/// What a frame shows besides its cells.
#[derive(Debug, Default)]
pub struct DrawnFrame {
    /// What can be clicked.
    pub spots: Spots,
    pub picture: Option<FramePicture>,
}

pub fn draw(
    state: &State,
    theme: &Theme,
    pictures: &PictureScreen,
    frame: &mut Frame<'_>,
) -> DrawnFrame {
    draw_into(state, theme, pictures, frame.buffer_mut())
}

/// Paints a buffer of the window's size; the places of the state are cut to it.
pub fn draw_into(
    state: &State,
    theme: &Theme,
    pictures: &PictureScreen,
    buffer: &mut Buffer,
) -> DrawnFrame {
    let mut paint = Paint::new(buffer, theme);
    paint.pictures = pictures.clone();
    paint.now = state.now;
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
        draw_link_shown(&mut paint, shown, &state.session, (header, below));
    }
    if asked {
        let behind = Rect { height: place(window, state.areas.status).y, ..window };
        paint.restyle(behind, Style::new().dim());
    }
    paint.waited_for = state.change_waited_for().map(|change| change.doing.clone());
    draw_sizes(&mut paint, &state.parts.sizes, &state.session);
    draw_versions(&mut paint, &state.parts.versions, &state.session);
    if let Some(dialog) = state.dialog() {
        draw_dialog(&mut paint, dialog, &state.session);
    }
    draw_connecting(&mut paint, &state.parts.connecting, &state.session, state.now);
    if let Some(overlay) = &state.parts.overlay {
        draw_overlay(&mut paint, overlay, state);
    }
    if let Some(help) = &state.parts.help {
        draw_help(&mut paint, help);
    }
    let picture = settled(&mut paint);
    DrawnFrame { spots: paint.spots, picture }
}
