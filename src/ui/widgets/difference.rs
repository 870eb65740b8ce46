//! Paints a line in which two texts differ, or that both have.

use crate::domain::line_difference::DifferenceLine;
use crate::ui::paint::{Paint, Span};

/// `changes`: whether the text is a difference, so that its lines have signs.
pub fn draw_difference(paint: &mut Paint<'_>, span: Span, line: &DifferenceLine, changes: bool) {
    let styles = paint.styles;
    match line {
        DifferenceLine::Same(text) if !changes => paint.name(span, text, styles.text),
        DifferenceLine::Same(_) => paint.name(span, &line.words(), styles.dim),
        DifferenceLine::Old(_) => paint.name(span, &line.words(), styles.bad),
        DifferenceLine::New(_) => paint.name(span, &line.words(), styles.good),
        DifferenceLine::Skipped(_) => paint.put(span, &line.words(), styles.dim),
    };
}
