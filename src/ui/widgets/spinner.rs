//! Paints the sign that something moves.

use jiff::Timestamp;

use crate::ui::glyphs::Glyphs;

/// The picture of the moment: ten a second.
pub fn spinner(glyphs: &Glyphs, now: Timestamp) -> &'static str {
    let turn = usize::try_from(now.as_millisecond().rem_euclid(1_000_000) / 100).unwrap_or(0);
    glyphs.spinner[turn % glyphs.spinner.len()]
}
