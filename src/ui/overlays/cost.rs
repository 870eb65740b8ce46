//! Paints the cost sheet.

use ratatui::layout::Rect;

use crate::app::overlays::cost::{CostLine, CostSheet, INDENT, WIDEST, second_column};
use crate::app::state::State;
use crate::ui::paint::{Paint, Span};
use crate::ui::text::width;
use crate::ui::widgets::frame::Labels;
use crate::ui::widgets::popup::large_popup;

pub fn draw_cost(paint: &mut Paint<'_>, cost: &CostSheet, state: &State) {
    let window = paint.buffer.area.width;
    let cells = WIDEST.min(window.saturating_sub(4)).saturating_sub(2);
    let lines = cost.lines(&state.session, &state.usage, cells.into());
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
            let cells = |cells: usize| u16::try_from(cells).unwrap_or(u16::MAX);
            let beside = cells(second_column(span.width.into()));
            let figures = if figure.is_empty() { 0 } else { cells(width(figure)) + 1 + beside };
            paint.name(span.skip(cells(INDENT)).shorter(figures), what, styles.text);
            paint.print_right(span.shorter(beside), styles.accent, format_args!("{figure}"));
            paint.print_right(span, styles.dim, format_args!("{second}"));
        }
    }
}
