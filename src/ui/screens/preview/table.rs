//! Paints rows of a table below the names of their columns.

use ratatui::layout::Rect;

use crate::app::screens::preview::table::TablePane;
use crate::domain::text_pattern::TextPattern;
use crate::ui::paint::{Paint, Span};
use crate::ui::widgets::rows::{Window, rows};

/// Cells between two columns.
const GAP: u16 = 2;

pub fn draw_table(
    paint: &mut Paint<'_>,
    area: Rect,
    table: &TablePane,
    pattern: Option<&TextPattern>,
    focused: bool,
) {
    let styles = paint.styles;
    let columns: Vec<(usize, u16)> = table
        .columns()
        .map(|(column, wide)| (column, u16::try_from(wide).unwrap_or(u16::MAX)))
        .collect();
    let mut rest = Span::line(area, 0);
    for (column, wide) in &columns {
        let sign = match table.order {
            Some((by, false)) if by == *column => "↑",
            Some((by, true)) if by == *column => "↓",
            _ => "",
        };
        let place = rest.take(*wide);
        paint.name(place, table.name(*column), styles.heading);
        if !sign.is_empty() {
            paint.put(place.skip(place.width.saturating_sub(1)), sign, styles.accent);
        }
        rest = rest.skip(wide + GAP);
        if rest.width == 0 {
            break;
        }
    }
    let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let list = table.list;
    let window = Window { len: table.len(), offset: list.offset, cursor: list.cursor, focused };
    rows(paint, body, window, |paint, span, at| {
        let Some((_, cells)) = table.row(at.number) else { return };
        let mut rest = span;
        for (column, wide) in &columns {
            if rest.width == 0 {
                break;
            }
            let place = rest.take(*wide);
            match cells.get(*column) {
                Some(Some(text)) => {
                    let found = pattern.is_some_and(|pattern| !pattern.places(text).is_empty());
                    let style = if found { styles.found } else { styles.text };
                    if is_number(text) {
                        let used = paint.print_right(place, style, format_args!("{text}"));
                        if used > 0 {
                            rest = rest.skip(wide + GAP);
                            continue;
                        }
                    }
                    paint.sentence(place, text, style);
                }
                Some(None) => {
                    paint.put(place, "–", styles.dim);
                }
                None => {}
            }
            rest = rest.skip(wide + GAP);
        }
    });
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte))
        && text.parse::<f64>().is_ok()
}
