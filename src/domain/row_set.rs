//! A row set is a set of row numbers.

use std::iter::successors;

/// Row numbers, a bit for each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowSet {
    words: Vec<u64>,
}

impl RowSet {
    pub fn contains(&self, row: u32) -> bool {
        let (word, bit) = place(row);
        self.words.get(word).is_some_and(|bits| bits & bit != 0)
    }

    pub fn insert(&mut self, row: u32) {
        let (word, bit) = place(row);
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= bit;
    }

    pub fn remove(&mut self, row: u32) {
        let (word, bit) = place(row);
        if let Some(bits) = self.words.get_mut(word) {
            *bits &= !bit;
        }
    }

    /// Whether every row of this set is in the other one.
    pub fn is_within(&self, other: &RowSet) -> bool {
        let others = other.words.iter().copied().chain(std::iter::repeat(0));
        self.words.iter().zip(others).all(|(bits, others)| bits & !others == 0)
    }

    /// The numbers in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        self.words.iter().zip(0u32..).flat_map(|(bits, word)| {
            let rest = |bits: u64| Some(bits).filter(|bits| *bits != 0);
            successors(rest(*bits), move |bits| rest(bits & (bits - 1)))
                .map(move |bits| word * 64 + bits.trailing_zeros())
        })
    }

    pub fn last(&self) -> Option<u32> {
        let word = self.words.iter().rposition(|bits| *bits != 0)?;
        Some(u32::try_from(word).ok()? * 64 + self.words[word].ilog2())
    }

    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|bits| *bits == 0)
    }

    /// Brings the words of another set into this one's.
    pub fn merge(&mut self, other: &RowSet, merge: impl Fn(&mut u64, u64)) {
        if self.words.len() < other.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        self.words.iter_mut().zip(&other.words).for_each(|(bits, others)| merge(bits, *others));
    }
}

impl FromIterator<u32> for RowSet {
    fn from_iter<I: IntoIterator<Item = u32>>(rows: I) -> RowSet {
        let mut set = RowSet::default();
        rows.into_iter().for_each(|row| set.insert(row));
        set
    }
}

fn place(row: u32) -> (usize, u64) {
    ((row / 64) as usize, 1 << (row % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_within_one_that_has_all_its_rows() {
        let (few, many) = (RowSet::from_iter([3]), RowSet::from_iter([3, 300]));
        assert!(few.is_within(&many) && !many.is_within(&few));
        assert!(RowSet::default().is_within(&few));
    }
}
