//! Paints a frame over everything else, sized to its content and centred.

use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

use crate::app::layout::Rect as Area;
use crate::ui::paint::Paint;
use crate::ui::text::width;
use crate::ui::widgets::frame::{Labels, frame};

/// Clears and frames the place of a popup for this much content; gives what is inside.
pub fn popup(
    paint: &mut Paint<'_>,
    labels: &Labels,
    content_width: u16,
    content_height: u16,
) -> Rect {
    let area = place(paint.buffer.area, content_width, content_height);
    paint.spots.cover(Area { x: area.x, y: area.y, width: area.width, height: area.height });
    // A wide character cut by the left edge of the popup would hide it.
    Clear.render(area, paint.buffer);
    cut_wide_characters(paint, area);
    let inner = frame(paint, area, labels);
    if inner.is_empty() { area } else { inner }
}

/// A popup as large as the window lets it be, up to these bounds, with something of what is below
/// still seen.
pub fn large_popup(paint: &mut Paint<'_>, labels: &Labels, widest: u16, tallest: u16) -> Rect {
    let window = paint.buffer.area;
    let width = widest.min(window.width.saturating_sub(4));
    let height = tallest.min(window.height.saturating_sub(4)).max(3);
    popup(paint, labels, width, height)
}

/// Lines of a window from which the footer is never covered.
const FOOTER_FROM: u16 = 6;

/// Lines that a popup may take: the last of the window says which keys work.
fn room(window: Rect) -> u16 {
    window.height - u16::from(window.height > FOOTER_FROM)
}

/// Lines that fit into a popup.
pub fn most_lines(window: Rect) -> u16 {
    room(window).saturating_sub(2)
}

fn place(window: Rect, content_width: u16, content_height: u16) -> Rect {
    let room = room(window);
    let width = content_width.saturating_add(2).min(window.width);
    let height = content_height.saturating_add(2).min(room);
    let x = window.x + (window.width - width) / 2;
    let y = window.y + (room - height) * 2 / 5;
    Rect { x, y, width, height }
}

fn cut_wide_characters(paint: &mut Paint<'_>, area: Rect) {
    if area.x == 0 {
        return;
    }
    for y in area.top()..area.bottom() {
        let cell = &mut paint.buffer[(area.x - 1, y)];
        if width(cell.symbol()) > 1 {
            cell.set_symbol(" ");
        }
    }
}
