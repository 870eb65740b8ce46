//! Paints the cost sheet.

use ratatui::layout::Rect;

use crate::app::overlays::cost::{CostLine, CostSheet};
use crate::app::state::State;
use crate::ui::paint::{Paint, Span};
use crate::ui::widgets::frame::Labels;
use crate::ui::widgets::popup::large_popup;

const WIDEST: u16 = 92;
/// Cells of the two columns of figures.
const FIGURE: u16 = 20;
const SECOND: u16 = 26;

pub fn draw_cost(paint: &mut Paint<'_>, cost: &CostSheet, state: &State) {
    let lines = cost.lines(&state.session, &state.usage);
    let title = if cost.is_counting() { "Cost: counting" } else { "Cost" };
    let labels = Labels { title: title.into(), ..Labels::default() };
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let inner = large_popup(paint, &labels, WIDEST, height);
    let area = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    for (line, number) in lines.iter().skip(cost.scroll).zip(0..area.height) {
        draw_line(paint, Span::line(area, number), line);
    }
}

fn draw_line(paint: &mut Paint<'_>, span: Span, line: &CostLine) {
    let styles = paint.styles;
    match line {
        CostLine::Heading(text) => _ = paint.name(span, text, styles.heading),
        CostLine::Text(text) => _ = paint.sentence(span, text, styles.dim),
        CostLine::Row(what, figure, second) => {
            let beside = if span.width > FIGURE + 2 * SECOND { SECOND } else { 0 };
            paint.name(span.skip(2).shorter(FIGURE + beside), what, styles.text);
            paint.print_right(span.shorter(beside), styles.accent, format_args!("{figure}"));
            if beside > 0 {
                paint.print_right(span, styles.dim, format_args!("{second}"));
            }
        }
    }
}
