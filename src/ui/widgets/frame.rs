//! The frame of a pane with labels in its border.

use ratatui::layout::Rect;
use ratatui::widgets::{Block, Widget};

use crate::app::action::Action;
use crate::app::spot::Spot;
use crate::ui::paint::{Paint, Span};
use crate::ui::text::width;

/// What stands in the border; empty texts leave it plain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    pub title: String,
    pub top_right: String,
    /// What a click on the label at the top right does.
    pub does: Option<Action>,
    pub bottom_left: String,
    pub bottom_right: String,
}

/// Paints the frame and gives what is inside; nothing of it where the area is too small for a frame.
pub fn frame(paint: &mut Paint<'_>, area: Rect, labels: &Labels, focused: bool) -> Rect {
    let area = area.intersection(paint.buffer.area);
    if area.width < 3 || area.height < 3 {
        return Rect { width: 0, height: 0, ..area };
    }
    let styles = paint.styles;
    let border = if focused { styles.border_focused } else { styles.border };
    let block = Block::bordered().border_set(paint.glyphs.border).border_style(border);
    let inner = block.inner(area);
    block.render(area, paint.buffer);
    let title = if focused { styles.title_focused } else { styles.title };
    let top = Span { x: area.x, y: area.y, width: area.width };
    let used = label_left(paint, top, &labels.title, title);
    let place = label_right(paint, top.skip(used), &labels.top_right, styles.dim);
    if let Some(action) = labels.does {
        paint.spot(place, Spot::Action(action));
    }
    let bottom = Span { y: area.bottom() - 1, ..top };
    let used = label_left(paint, bottom, &labels.bottom_left, styles.mark);
    label_right(paint, bottom.skip(used), &labels.bottom_right, styles.dim);
    inner
}

/// `┌ label ─`: a corner, the label between spaces. Gives the cells up to the end of the label.
fn label_left(paint: &mut Paint<'_>, line: Span, label: &str, style: ratatui::style::Style) -> u16 {
    let room = line.skip(1).shorter(1);
    if label.is_empty() || room.width < 4 {
        return 0;
    }
    paint.put(room, " ", style);
    let used = paint.sentence(room.skip(1).shorter(1), label, style);
    paint.put(room.skip(1 + used), " ", style);
    used + 3
}

/// The frame of a pane: brackets around its title tell without colour that it has the keys.
pub fn pane_frame(paint: &mut Paint<'_>, area: Rect, labels: &Labels, focused: bool) -> Rect {
    let inner = frame(paint, area, labels, focused);
    if focused && !inner.is_empty() {
        let used = u16::try_from(width(&labels.title)).unwrap_or(u16::MAX).saturating_add(3);
        brackets(paint, Span::line(area, 0), used.min(area.width - 1));
    }
    inner
}

/// Brackets at the second cell and at the end of the first `used` ones.
pub fn brackets(paint: &mut Paint<'_>, line: Span, used: u16) {
    let style = paint.styles.title_focused;
    if used > 1 {
        paint.put(line.skip(1).take(1), "[", style);
        paint.put(line.skip(used - 1).take(1), "]", style);
    }
}

/// `─ label ─┐`; left out where it does not fit whole. Gives the cells used.
fn label_right(
    paint: &mut Paint<'_>,
    line: Span,
    label: &str,
    style: ratatui::style::Style,
) -> Span {
    let needed = u16::try_from(width(label)).unwrap_or(u16::MAX).saturating_add(5);
    if label.is_empty() || line.width < needed {
        return line.take(0);
    }
    let at = line.skip(line.width - needed + 1);
    paint.put(at, " ", style);
    let used = paint.put(at.skip(1), label, style);
    paint.put(at.skip(1 + used), " ", style);
    at.take(used + 2)
}
