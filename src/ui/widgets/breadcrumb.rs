//! Where one is: connection ▸ bucket ▸ prefix, the end kept where it is too long.

use crate::domain::visible::visible;
use crate::ui::paint::{Paint, Span};
use crate::ui::text::width;

/// Paints the parts that are not empty; gives the cells used.
pub fn breadcrumb(paint: &mut Paint<'_>, span: Span, parts: &[&str]) -> u16 {
    let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    let Some((last, before)) = parts.split_last() else { return 0 };
    let mut needed: usize = parts.iter().map(|part| cells(part)).sum();
    let mut rest = span;
    for part in before {
        if needed > usize::from(span.width) {
            needed -= cells(part);
            continue;
        }
        rest = rest.skip(separated(paint, rest, part));
    }
    let styles = paint.styles;
    rest = rest.skip(paint.path(rest, last, styles.title_focused));
    span.width - rest.width
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
