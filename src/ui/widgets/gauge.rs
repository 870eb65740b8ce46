//! A progress bar with eighths of a cell.

use crate::ui::paint::{Paint, Span};

/// Paints `done` of `total`; a total of 0 is an empty bar.
pub fn gauge(
    paint: &mut Paint<'_>,
    span: Span,
    done: u64,
    total: u64,
    style: ratatui::style::Style,
) {
    let eighths = eighths(span.width, done, total);
    let (full, part) = (eighths / 8, usize::from(eighths % 8));
    for cell in 0..span.width {
        let place = span.skip(cell).take(1);
        if cell < full {
            paint.put(place, paint.glyphs.eighths[8], style);
        } else if cell == full && part > 0 {
            paint.put(place, paint.glyphs.eighths[part], style);
        } else {
            paint.put(place, paint.glyphs.bar_rest, paint.styles.bar_rest);
        }
    }
}

/// Filled eighths of cells; full only where everything is done.
fn eighths(width: u16, done: u64, total: u64) -> u16 {
    if total == 0 {
        return 0;
    }
    let all = u128::from(width) * 8;
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
        assert_eq!(eighths(10, 0, 100), 0);
        assert_eq!(eighths(10, 55, 100), 44);
        assert_eq!(eighths(10, 999_999, 1_000_000), 79);
        assert_eq!(eighths(10, 5, 5), 80);
        assert_eq!(eighths(10, 9, 5), 80);
        assert_eq!(eighths(10, 0, 0), 0);
        assert_eq!(eighths(400, u64::MAX, u64::MAX), 3200);
        assert_eq!((percent(999, 1000), percent(1000, 1000), percent(1, 0)), (99, 100, 0));
    }
}
