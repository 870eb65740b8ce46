//! Paints the keys that work here, and their search.

use ratatui::layout::Rect;

use crate::app::overlays::help::Help;
use crate::app::overlays::rows::ActionRow;
use crate::ui::paint::{Paint, Span};
use crate::ui::text::width;
use crate::ui::widgets::field::{Typed, field};
use crate::ui::widgets::frame::Labels;
use crate::ui::widgets::notice::{Notice, notice};
use crate::ui::widgets::popup::large_popup;
use crate::ui::widgets::rows::{RowAt, Window, position, rows, sign};

const WIDEST: u16 = 92;
const KEYS: u16 = 14;
const TITLE: u16 = 16;

pub fn draw_help(paint: &mut Paint<'_>, help: &Help) {
    let shown = help.shown();
    let height = u16::try_from(shown.len() + 3).unwrap_or(u16::MAX).max(12);
    let labels = Labels {
        title: "Help: keys that work here".into(),
        bottom_right: position(help.cursor, shown.len()),
        ..Labels::default()
    };
    let inner = large_popup(paint, &labels, WIDEST, height);
    let searched = help.searching || !help.search.is_empty();
    let bottom = if inner.height > 5 { 2 } else { u16::from(searched && inner.height > 1) };
    let list = Rect { height: inner.height - bottom, ..inner };
    if shown.is_empty() {
        let said = Notice { headline: "no key matches".into(), ..Notice::default() };
        notice(paint, list, &said);
    }
    let place = centred(help.cursor, shown.len(), list.height);
    rows(paint, list, place, |paint, span, at| {
        if let Some(row) = shown.get(at.number) {
            draw_row(paint, span, at, row);
        }
    });
    if bottom == 0 {
        return;
    }
    let line = Span::line(inner, inner.height - 1).skip(1).shorter(1);
    if searched {
        draw_search(paint, line, help);
    } else if let Some(row) = shown.get(help.cursor) {
        draw_sentence(paint, line, row);
    }
}

/// A list without an offset of its own: the cursor is kept off the edges.
pub fn centred(cursor: usize, len: usize, height: u16) -> Window {
    let height = usize::from(height);
    let offset = cursor.saturating_sub(height / 2).min(len.saturating_sub(height));
    Window { len, offset, cursor, focused: true }
}

fn draw_row(paint: &mut Paint<'_>, span: Span, at: RowAt, row: &ActionRow) {
    let styles = paint.styles;
    sign(paint, span, at, false);
    let (key, text, dim) = match row.disabled {
        Some(_) => (styles.disabled, styles.disabled, styles.disabled),
        None => (styles.key, styles.text, styles.dim),
    };
    let mut place = span.skip(2).take(KEYS);
    for keys in &row.keys {
        if width(keys) > usize::from(place.width) {
            break;
        }
        place = place.skip(paint.put(place, keys, key) + 1);
    }
    let rest = span.skip(2 + KEYS + 1);
    paint.sentence(rest.take(TITLE), row.title, text);
    let rest = rest.skip(TITLE + 1).shorter(1);
    match &row.disabled {
        Some(reason) => paint.sentence(rest, reason, styles.warning),
        None => paint.sentence(rest, row.doc, dim),
    };
}

/// The whole doc line of the cursor's row, or why it cannot be done.
fn draw_sentence(paint: &mut Paint<'_>, span: Span, row: &ActionRow) {
    let styles = paint.styles;
    match &row.disabled {
        Some(reason) => paint.sentence(span, reason, styles.warning),
        None => paint.sentence(span, row.doc, styles.text),
    };
}

fn draw_search(paint: &mut Paint<'_>, span: Span, help: &Help) {
    let used = paint.put(span, "/", paint.styles.key);
    field(paint, span.skip(used), Typed::of(&help.search, help.searching));
}
