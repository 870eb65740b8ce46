//! Paints where one is: connection ▸ bucket ▸ prefix, with the end kept where it is too long.

use crate::app::spot::Spot;
use crate::domain::visible::visible;
use crate::ui::paint::{Paint, Span};
use crate::ui::text::width;

/// Paints the parts that are not empty; gives the cells used.
pub fn breadcrumb(paint: &mut Paint<'_>, span: Span, parts: &[&str]) -> u16 {
    let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    let Some((last, before)) = parts.split_last() else { return 0 };
    let mut needed: usize = parts.iter().map(|part| cells(part)).sum();
    let mut rest = span;
    for (number, part) in before.iter().enumerate() {
        if needed > usize::from(span.width) {
            needed -= cells(part);
            continue;
        }
        let used = separated(paint, rest, part);
        paint.spot(rest.take(used.saturating_sub(3)), Spot::Crumb(number));
        rest = rest.skip(used);
    }
    let styles = paint.styles;
    let used = paint.path(rest, last, styles.title_focused);
    spots(paint, rest.take(used), last, before.len());
    span.width - rest.width + used
}

/// The segments of the last part, where it is shown whole; `number` is that of the first.
fn spots(paint: &mut Paint<'_>, span: Span, path: &str, number: usize) {
    if width(&visible(path)) != usize::from(span.width) {
        return;
    }
    let mut rest = span;
    for (segment, at) in path.split_inclusive('/').zip(number..) {
        let cells = u16::try_from(width(&visible(segment))).unwrap_or(u16::MAX);
        paint.spot(rest.take(cells), Spot::Crumb(at));
        rest = rest.skip(cells);
    }
}

fn cells(part: &str) -> usize {
    width(&visible(part)) + 3
}

fn separated(paint: &mut Paint<'_>, span: Span, part: &str) -> u16 {
    let styles = paint.styles;
    let used = paint.name(span, part, styles.text);
    paint.put(span.skip(used + 1), paint.glyphs.separator, styles.dim);
    used + 3
}
