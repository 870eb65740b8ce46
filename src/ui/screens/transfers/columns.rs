//! Computes the columns of the transfers pane.

/// Widths in cells, gaps not included; 0 where there is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransferColumns {
    pub name: u16,
    pub bar: u16,
    pub amount: u16,
    pub rate: u16,
    pub left: u16,
}

/// Cursor, direction, whether it unfolds, priority.
pub const SIGN: u16 = 4;
pub const PERCENT: u16 = 4;
pub const GAP: u16 = 2;

/// What is left for a name and a bar wherever a column is shown.
const LEAST: u16 = 34;
/// From this width on amounts are written out.
const WIDE: u16 = 98;

impl TransferColumns {
    pub fn of(width: u16) -> TransferColumns {
        let mut left = width.saturating_sub(SIGN);
        let mut take = |wanted: u16| {
            let fits = left >= wanted + GAP + LEAST;
            if fits {
                left -= wanted + GAP;
            }
            if fits { wanted } else { 0 }
        };
        // In the order in which they are worth their room.
        let rate = take(11);
        let eta = take(8);
        let amount = take(if width >= WIDE { 26 } else { 14 });
        let name = (left / 2).clamp(left.min(10), 40);
        let bar = left.saturating_sub(name + GAP + GAP + PERCENT).min(50);
        TransferColumns { name, bar, amount, rate, left: eta }
    }

    /// The bar with its percentage and the amount: where a sentence stands instead.
    pub fn middle(self) -> u16 {
        let amount = if self.amount > 0 { GAP + self.amount } else { 0 };
        self.bar + 1 + PERCENT + amount
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_give_way_in_the_order_amount_time_rate() {
        let shown = |width| {
            let columns = TransferColumns::of(width);
            [columns.rate, columns.left, columns.amount].map(|cells| cells > 0)
        };
        assert_eq!(shown(78), [true, true, true]);
        assert_eq!(shown(70), [true, true, false]);
        assert_eq!(shown(64), [true, true, false]);
        assert_eq!(shown(52), [true, false, false]);
        assert_eq!(shown(38), [false, false, false]);
        assert!(TransferColumns::of(38).name >= 10);
    }

    #[test]
    fn every_width_is_filled_and_never_exceeded() {
        for width in 0..=250 {
            let columns = TransferColumns::of(width);
            let gap = |cells: u16| if cells > 0 { cells + GAP } else { 0 };
            let right = gap(columns.rate) + gap(columns.left);
            if width > 24 {
                let used = SIGN + columns.name + GAP + columns.middle() + right;
                assert!(used <= width, "{width}: {columns:?}");
            }
        }
    }
}
