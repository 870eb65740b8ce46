//! Paints a row of little columns: how much there was in each of the last moments.

use crate::ui::glyphs::Glyphs;

/// Columns scaled to the greatest of `amounts`; zero has its own sign.
pub fn sparkline(glyphs: &Glyphs, amounts: impl Iterator<Item = u64> + Clone) -> String {
    let most = amounts.clone().max().unwrap_or(0).max(1);
    let levels = &glyphs.levels;
    amounts
        .map(|amount| match amount {
            0 => glyphs.no_level,
            some => {
                let level = u128::from(some - 1) * levels.len() as u128 / u128::from(most);
                levels[usize::try_from(level).unwrap_or(0).min(levels.len() - 1)]
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::glyphs::{ASCII, UNICODE};

    #[test]
    fn the_greatest_fills_its_cell_and_nothing_is_no_column() {
        let of = |glyphs, amounts: &[u64]| sparkline(glyphs, amounts.iter().copied());
        assert_eq!(of(&UNICODE, &[0, 1, 40, 80]), "·▁▄█");
        assert_eq!(of(&ASCII, &[0, 1, 40, 80]), "._~#");
        assert_eq!(of(&UNICODE, &[u64::MAX, u64::MAX]), "██");
        assert_eq!(of(&UNICODE, &[0, 0]), "··");
        assert_eq!(of(&UNICODE, &[]), "");
    }
}
