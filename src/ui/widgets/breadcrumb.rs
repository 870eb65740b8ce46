//! Where one is: connection ▸ bucket ▸ prefix, the end kept where it is too long.

use crate::domain::visible::visible;
use crate::ui::paint::{Paint, Span};
use crate::ui::text::width;

/// Paints the parts that are not empty; gives the cells used.
pub fn breadcrumb(paint: &mut Paint<'_>, span: Span, parts: &[&str]) -> u16 {
    let parts: Vec<_> =
        parts.iter().filter(|part| !part.is_empty()).map(|part| visible(part)).collect();
    let Some((last, before)) = parts.split_last() else { return 0 };
    let mut needed: usize = parts.iter().map(|part| width(part) + 3).sum();
    let mut rest = span;
    for part in before {
        let cells = width(part) + 3;
        if needed > usize::from(span.width) {
            needed -= cells;
            continue;
        }
        rest = rest.skip(separated(paint, rest, part));
    }
    let styles = paint.styles;
    rest = rest.skip(paint.path(rest, last, styles.accent.patch(styles.title_focused)));
    span.width - rest.width
}

fn separated(paint: &mut Paint<'_>, span: Span, part: &str) -> u16 {
    let styles = paint.styles;
    let used = paint.put(span, part, styles.text);
    paint.put(span.skip(used + 1), paint.glyphs.separator, styles.dim);
    used + 3
}
