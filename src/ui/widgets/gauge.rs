//! Paints a progress bar: a thick line on a thin one, in halves of a cell.

use crate::ui::paint::{Paint, Span};

/// Paints `done` of `total`; a total of 0 is an empty bar.
pub fn gauge(
    paint: &mut Paint<'_>,
    span: Span,
    done: u64,
    total: u64,
    style: ratatui::style::Style,
) {
    let halves = halves(span.width, done, total);
    let full = halves / 2;
    for cell in 0..span.width {
        let place = span.skip(cell).take(1);
        if cell < full {
            paint.put(place, paint.glyphs.bar, style);
        } else if cell == full && halves % 2 == 1 {
            paint.put(place, paint.glyphs.bar_half, style);
        } else {
            paint.put(place, paint.glyphs.bar_rest, paint.styles.bar_rest);
        }
    }
}

/// Filled halves of cells; full only where everything is done.
fn halves(width: u16, done: u64, total: u64) -> u16 {
    if total == 0 {
        return 0;
    }
    let all = u128::from(width) * 2;
    let filled = all * u128::from(done.min(total)) / u128::from(total);
    u16::try_from(filled).unwrap_or(u16::MAX)
}

/// Whole percent, 100 only where everything is done.
pub fn percent(done: u64, total: u64) -> u8 {
    if total == 0 {
        return 0;
    }
    let percent = u128::from(done.min(total)) * 100 / u128::from(total);
    u8::try_from(percent).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_full_only_when_everything_is_done() {
        assert_eq!(halves(10, 0, 100), 0);
        assert_eq!(halves(10, 55, 100), 11);
        assert_eq!(halves(10, 999_999, 1_000_000), 19);
        assert_eq!(halves(10, 5, 5), 20);
        assert_eq!(halves(10, 9, 5), 20);
        assert_eq!(halves(10, 0, 0), 0);
        assert_eq!(halves(400, u64::MAX, u64::MAX), 800);
        assert_eq!((percent(999, 1000), percent(1000, 1000), percent(1, 0)), (99, 100, 0));
    }
}
