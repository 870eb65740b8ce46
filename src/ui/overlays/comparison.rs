//! Paints in what two objects differ.

use jiff::Timestamp;

use crate::app::overlays::comparison::{ComparisonLine, ComparisonSheet};
use crate::domain::cells::wrap;
use crate::domain::visible::visible;
use crate::ui::paint::{Paint, Span};
use crate::ui::widgets::difference::draw_difference;
use crate::ui::widgets::frame::Labels;
use crate::ui::widgets::notice::{Notice, notice};
use crate::ui::widgets::popup::large_popup;
use crate::ui::widgets::rows::position;
use crate::ui::widgets::spinner::spinner;

const WIDEST: u16 = 110;

/// Cells of the names of facts.
const NAMES: u16 = 18;

/// Lines above: both objects, and one that stays empty.
const SIDES: u16 = 3;

pub fn draw_comparison(paint: &mut Paint<'_>, comparison: &ComparisonSheet, now: Timestamp) {
    let lines = comparison.lines().unwrap_or_default();
    let labels = Labels {
        title: "Compare".into(),
        bottom_right: position(comparison.scroll, lines.len()),
        ..Labels::default()
    };
    let tallest = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let inner = large_popup(paint, &labels, WIDEST, tallest.saturating_add(SIDES + 2).max(8));
    let styles = paint.styles;
    let sides = [("- ", &comparison.one, styles.bad), ("+ ", &comparison.other, styles.good)];
    for (line, (sign, object, style)) in (0..inner.height).zip(sides) {
        let span = Span::line(inner, line).skip(1).shorter(1);
        paint.put(span.take(2), sign, style);
        paint.name(span.skip(2), &object.to_string(), style);
    }
    if comparison.lines().is_none() {
        let place = inner.inner(ratatui::layout::Margin { horizontal: 0, vertical: 1 });
        let headline = format!("{} comparing", spinner(paint.glyphs, now));
        return notice(paint, place, &Notice { headline, ..Notice::default() });
    }
    let mut line = SIDES;
    for each in lines.iter().skip(comparison.scroll) {
        if line >= inner.height {
            break;
        }
        line = draw_line(paint, inner, line, each);
    }
}

/// Gives the number of the line after it.
fn draw_line(
    paint: &mut Paint<'_>,
    inner: ratatui::layout::Rect,
    line: u16,
    each: &ComparisonLine,
) -> u16 {
    let styles = paint.styles;
    let span = Span::line(inner, line).skip(1).shorter(1);
    match each {
        ComparisonLine::Heading(text) => {
            paint.put(span, text, styles.accent);
        }
        ComparisonLine::Text(text) => draw_difference(paint, span, text, true),
        ComparisonLine::Sentence(text) => {
            let lines = wrap(text, usize::from(span.width).max(1));
            for (at, text) in (line..inner.height).zip(&lines) {
                paint.put(Span::line(inner, at).skip(1).shorter(1), text, styles.text);
            }
            return line + u16::try_from(lines.len()).unwrap_or(1);
        }
        ComparisonLine::Fact { name, one, other } => {
            paint.put(span.take(NAMES), &visible(name), styles.dim);
            let rest = span.skip(NAMES + 1);
            let half = rest.width / 2;
            let said = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
            paint.name(rest.take(half.saturating_sub(1)), &said(one), styles.bad);
            paint.name(rest.skip(half), &said(other), styles.good);
        }
    }
    line + 1
}
