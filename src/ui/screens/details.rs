//! Paints labelled facts: what HeadObject says of an object, or what is known of its inside.

use ratatui::layout::Rect;

use crate::app::screens::details::label_cells;
use crate::app::screens::preview::facts::FactsPane;
use crate::ui::paint::Paint;
use crate::ui::widgets::rows::{Window, rows};

pub fn draw_details(paint: &mut Paint<'_>, area: Rect, facts: &FactsPane, focused: bool) {
    let styles = paint.styles;
    let labels = label_cells(area.width);
    let list = facts.list;
    let window = Window { len: facts.len(), offset: list.offset, cursor: list.cursor, focused };
    rows(paint, area, window, |paint, span, at| {
        let Some((label, text)) = facts.line(at.number) else { return };
        paint.sentence(span.take(labels), label, styles.dim);
        paint.put(span.skip(labels + 1), text, styles.text);
    });
}
