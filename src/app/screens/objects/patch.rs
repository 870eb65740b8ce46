//! Computes what a change in storage does to the rows of a prefix, and to positions among them.

use crate::domain::arrange::Arrangement;
use crate::domain::listing::Listing;
use crate::domain::row_set::RowSet;

/// Rows that went and came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patch {
    /// Numbers of the rows that went.
    pub gone: Vec<u32>,
    /// What was stored again under the same name: its number before, and its number now.
    pub replaced: Vec<(u32, u32)>,
    pub shift: Shift,
}

/// How positions in what is shown move.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shift {
    /// Positions before the change, ascending.
    pub removed: Vec<usize>,
    /// Positions after the change, ascending.
    pub inserted: Vec<usize>,
}

impl Shift {
    /// Where the row is that was shown at `position`; of one that went, where the next one is.
    pub fn after(&self, position: usize) -> usize {
        let before = self.removed.partition_point(|removed| *removed < position);
        let mut at = position - before;
        for inserted in &self.inserted {
            if *inserted > at {
                break;
            }
            at += 1;
        }
        at
    }

    /// Adds what happened to rows that are shown behind others: `before` and `now` of these come
    /// first.
    pub fn append(&mut self, behind: Shift, before: usize, now: usize) {
        self.removed.extend(behind.removed.into_iter().map(|at| at + before));
        self.inserted.extend(behind.inserted.into_iter().map(|at| at + now));
    }
}

/// So many rows are looked for one by one; more are taken out in one pass.
const FEW: usize = 64;

/// Takes rows out of an order. Gives the positions they had.
pub fn take_out(
    order: &mut Vec<u32>,
    gone: &[u32],
    listing: &Listing,
    arrangement: &Arrangement,
) -> Vec<usize> {
    if gone.len() > FEW {
        return take_out_many(order, gone);
    }
    let found = gone.iter().filter_map(|number| position(order, *number, listing, arrangement));
    let mut positions: Vec<usize> = found.collect();
    positions.sort_unstable();
    let Some(first) = positions.first() else { return positions };
    let mut kept = *first;
    for (which, position) in positions.iter().enumerate() {
        let next = positions.get(which + 1).copied().unwrap_or(order.len());
        order.copy_within(position + 1..next, kept);
        kept += next - position - 1;
    }
    order.truncate(kept);
    positions
}

fn take_out_many(order: &mut Vec<u32>, gone: &[u32]) -> Vec<usize> {
    let gone: RowSet = gone.iter().copied().collect();
    let (mut positions, mut at) = (Vec::new(), 0);
    order.retain(|number| {
        let goes = gone.contains(*number);
        if goes {
            positions.push(at);
        }
        at += 1;
        !goes
    });
    positions
}

/// Where a row is in an order, which need not be the one of `arrangement`.
pub fn position(
    order: &[u32],
    number: u32,
    listing: &Listing,
    arrangement: &Arrangement,
) -> Option<usize> {
    let row = listing.row(number);
    let at = order.partition_point(|each| arrangement.compare(&listing.row(*each), &row).is_lt());
    match order.get(at) == Some(&number) {
        true => Some(at),
        false => order.iter().position(|each| *each == number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_moves_with_its_row_and_to_the_next_where_the_row_went() {
        let shift = Shift { removed: vec![1, 2, 5], inserted: vec![0, 3] };
        // a b c d e f g → X a d Y e g
        let after: Vec<usize> = (0..7).map(|position| shift.after(position)).collect();
        assert_eq!(after, [1, 2, 2, 2, 4, 5, 5]);
        assert_eq!(Shift::default().after(4), 4);
    }

    #[test]
    fn rows_are_taken_out_the_same_one_by_one_and_together() {
        let listing = {
            let mut page = crate::domain::listing::Page::default();
            (0..300).for_each(|n| page.push_prefix(&format!("{n:04}/")));
            let mut listing = Listing::default();
            listing.push(std::sync::Arc::new(page));
            listing
        };
        let by_name = Arrangement::default();
        for gone in [vec![], vec![0], vec![299], vec![7, 8, 3], vec![0, 299, 150]] {
            let mut one: Vec<u32> = (0..300).collect();
            let mut other = one.clone();
            let positions = take_out(&mut one, &gone, &listing, &by_name);
            assert_eq!(positions, take_out_many(&mut other, &gone));
            assert_eq!(one, other);
        }
        let mut order: Vec<u32> = (0..300).rev().collect();
        assert_eq!(take_out(&mut order, &[298, 5], &listing, &by_name), [1, 294]);
    }
}
