//! Paints the frame of a pane with labels in its border.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::symbols::merge::MergeStrategy;

use crate::app::action::Action;
use crate::app::spot::Spot;
use crate::ui::paint::{Paint, Span};
use crate::ui::text::width;

/// What stands in the border; empty texts leave it plain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    pub title: String,
    /// After the title.
    pub beside: String,
    pub top_right: String,
    /// What a click on the label at the bottom right does.
    pub does: Option<Action>,
    pub bottom_left: String,
    pub bottom_right: String,
    /// Frames a question whose yes cannot be taken back.
    pub danger: bool,
}

/// Paints the frame of a popup and gives what is inside; nothing of it where the area is too small
/// for a frame.
pub fn frame(paint: &mut Paint<'_>, area: Rect, labels: &Labels) -> Rect {
    let styles = paint.styles;
    let (border, title) = match labels.danger {
        true => (styles.danger, styles.danger.add_modifier(Modifier::BOLD)),
        false => (styles.border_focused, styles.title_focused),
    };
    outline(paint, area, border);
    labelled(paint, area, labels, title)
}

/// Draws the borders of an area; where it meets a border that is there, the two become one.
pub fn outline(paint: &mut Paint<'_>, area: Rect, style: Style) {
    let area = area.intersection(paint.buffer.area);
    if area.width < 3 || area.height < 3 {
        return;
    }
    let set = paint.glyphs.border;
    let (right, bottom) = (area.right() - 1, area.bottom() - 1);
    for x in area.x + 1..right {
        border_cell(paint, (x, area.y), set.horizontal_top, style);
        border_cell(paint, (x, bottom), set.horizontal_bottom, style);
    }
    for y in area.y + 1..bottom {
        border_cell(paint, (area.x, y), set.vertical_left, style);
        border_cell(paint, (right, y), set.vertical_right, style);
    }
    border_cell(paint, (area.x, area.y), set.top_left, style);
    border_cell(paint, (right, area.y), set.top_right, style);
    border_cell(paint, (area.x, bottom), set.bottom_left, style);
    border_cell(paint, (right, bottom), set.bottom_right, style);
}

fn border_cell(paint: &mut Paint<'_>, at: (u16, u16), symbol: &str, style: Style) {
    let cell = &mut paint.buffer[at];
    let is_corner = cell.symbol() == paint.glyphs.border.top_left;
    // Corners are all one sign in ASCII, and stay one.
    if !(symbol.is_ascii() && is_corner) {
        cell.merge_symbol(symbol, MergeStrategy::Exact);
    }
    cell.set_style(style);
}

/// Puts labels into a border that is there and gives what is inside.
fn labelled(paint: &mut Paint<'_>, area: Rect, labels: &Labels, title: Style) -> Rect {
    let area = area.intersection(paint.buffer.area);
    if area.width < 3 || area.height < 3 {
        return Rect { width: 0, height: 0, ..area };
    }
    let styles = paint.styles;
    let top = Span { x: area.x, y: area.y, width: area.width };
    let mut used = label_left(paint, top, &labels.title, title);
    if !labels.beside.is_empty() {
        let right = cells(&labels.top_right);
        let room = top.skip(used).shorter(if right == 0 { 0 } else { right + 4 });
        used += label_left(paint, room, &labels.beside, styles.mark);
    }
    label_right(paint, top.skip(used), &labels.top_right, styles.dim);
    let bottom = Span { y: area.bottom() - 1, ..top };
    let used = label_left(paint, bottom, &labels.bottom_left, styles.mark);
    let place = label_right(paint, bottom.skip(used), &labels.bottom_right, styles.dim);
    if let Some(action) = labels.does {
        paint.spot(place, Spot::Action(action));
    }
    Rect { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 2 }
}

fn cells(text: &str) -> u16 {
    u16::try_from(width(text)).unwrap_or(u16::MAX)
}

/// `┌ label ─`: a corner, the label between spaces. Gives the cells up to the end of the label.
fn label_left(paint: &mut Paint<'_>, line: Span, label: &str, style: Style) -> u16 {
    let room = line.skip(1).shorter(1);
    if label.is_empty() || room.width < 4 {
        return 0;
    }
    paint.put(room, " ", style);
    let used = paint.sentence(room.skip(1).shorter(1), label, style);
    paint.put(room.skip(1 + used), " ", style);
    used + 3
}

/// The labels of a pane: brackets around its title tell without colour that it has the keys.
pub fn pane_frame(paint: &mut Paint<'_>, area: Rect, labels: &Labels, focused: bool) -> Rect {
    let styles = paint.styles;
    let title = if focused { styles.title_focused } else { styles.title };
    let inner = labelled(paint, area, labels, title);
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
fn label_right(paint: &mut Paint<'_>, line: Span, label: &str, style: Style) -> Span {
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
