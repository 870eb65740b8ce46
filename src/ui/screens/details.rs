//! Paints everything HeadObject says of an object.

use ratatui::layout::Rect;

use crate::app::screens::details::{Fact, label_cells};
use crate::ui::paint::{Paint, Span};

pub fn draw_details(paint: &mut Paint<'_>, area: Rect, lines: &[Fact], offset: usize) {
    let styles = paint.styles;
    let labels = label_cells(area.width);
    for ((label, text), line) in lines.iter().skip(offset).zip(0..area.height) {
        let span = Span::line(area, line);
        paint.sentence(span.take(labels), label, styles.dim);
        paint.put(span.skip(labels + 1), text, styles.text);
    }
}
