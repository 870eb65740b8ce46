//! Paints a list: the rows on screen, the cursor's row, and the scroll bar.

use ratatui::layout::Rect;

use crate::app::spot::Spot;
use crate::ui::paint::{Paint, Span};

/// Which rows there are and where one stands in them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    pub len: usize,
    pub offset: usize,
    pub cursor: usize,
    pub focused: bool,
}

/// A row to be painted: its number and whether the cursor is on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowAt {
    pub number: usize,
    pub cursor: bool,
    pub focused: bool,
}

/// Calls `row` for the rows on screen and lays the cursor's style over its line.
pub fn rows(
    paint: &mut Paint<'_>,
    area: Rect,
    window: Window,
    mut row: impl FnMut(&mut Paint<'_>, Span, RowAt),
) {
    for line in 0..area.height {
        let number = window.offset + usize::from(line);
        if number >= window.len {
            break;
        }
        let span = Span::line(area, line);
        let at = RowAt { number, cursor: number == window.cursor, focused: window.focused };
        paint.spot(span, Spot::Row(number));
        row(paint, span, at);
        if at.cursor {
            let styles = paint.styles;
            let style = if at.focused { styles.cursor } else { styles.cursor_unfocused };
            paint.restyle_line(span, style);
        }
    }
}

/// The sign before a row: a mark, the cursor, or both.
pub fn sign(paint: &mut Paint<'_>, span: Span, at: RowAt, marked: bool) {
    let styles = paint.styles;
    let cursor = at.cursor && at.focused;
    if marked {
        paint.put(span.take(1), paint.glyphs.mark, styles.mark);
    }
    if cursor {
        let place = span.skip(u16::from(marked));
        paint.put(place.take(1), paint.glyphs.cursor, styles.accent);
    }
}

/// Paints how far down one is over the right border, where not every row is on screen.
pub fn scrollbar(
    paint: &mut Paint<'_>,
    border: Rect,
    window: Window,
    style: ratatui::style::Style,
) {
    let track = usize::from(border.height);
    if track < 2 || window.len <= track {
        return;
    }
    let thumb = (track * track / window.len).clamp(1, track - 1);
    let last = window.len - track;
    let top = (track - thumb) * window.offset.min(last) / last;
    for line in top..top + thumb {
        let line = u16::try_from(line).unwrap_or(u16::MAX);
        paint.put(Span::line(border, line).take(1), paint.glyphs.scrollbar, style);
    }
}

pub fn position(cursor: usize, len: usize) -> String {
    if len == 0 { String::new() } else { format!("{} of {len}", (cursor + 1).min(len)) }
}
