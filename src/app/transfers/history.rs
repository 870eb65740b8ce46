//! Keeps what moved in each of the last seconds, for a picture of the pace.

use std::collections::VecDeque;

use jiff::Timestamp;

/// Seconds that are kept.
const KEPT: usize = 60;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// Bytes of each second, the newest last; it is still being filled.
    seconds: VecDeque<u64>,
    newest: i64,
}

impl History {
    /// Adds bytes that moved by now; to be told also when none did.
    pub fn add(&mut self, now: Timestamp, bytes: u64) {
        let second = now.as_second();
        let passed = usize::try_from(second - self.newest).unwrap_or(KEPT + 1);
        if self.seconds.is_empty() || passed > KEPT {
            self.seconds.clear();
            self.seconds.push_back(0);
        } else {
            self.seconds.extend(std::iter::repeat_n(0, passed));
        }
        self.newest = second;
        while self.seconds.len() > KEPT + 1 {
            self.seconds.pop_front();
        }
        if let Some(last) = self.seconds.back_mut() {
            *last += bytes;
        }
    }

    /// Bytes of the last whole seconds, at most `most`, the newest last.
    pub fn last(&self, most: usize) -> impl ExactSizeIterator<Item = u64> + Clone {
        let whole = self.seconds.len().saturating_sub(1);
        let skip = whole.saturating_sub(most);
        self.seconds.iter().copied().skip(skip).take(whole - skip)
    }

    pub fn clear(&mut self) {
        self.seconds.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(1_790_000_000_000 + milliseconds).unwrap()
    }

    fn last(history: &History, most: usize) -> Vec<u64> {
        history.last(most).collect()
    }

    #[test]
    fn only_whole_seconds_are_shown_and_still_ones_are_nothing() {
        let mut history = History::default();
        for (time, bytes) in [(0, 5), (400, 6), (1_100, 7), (3_200, 8)] {
            history.add(at(time), bytes);
        }
        assert_eq!(last(&history, 10), [11, 7, 0]);
        history.add(at(4_000), 0);
        assert_eq!(last(&history, 2), [0, 8]);
    }

    #[test]
    fn a_minute_is_kept_and_a_long_pause_or_a_clock_set_back_begins_anew() {
        let mut history = History::default();
        for second in 0..200 {
            history.add(at(second * 1_000), 1);
        }
        assert_eq!(history.last(1_000).len(), KEPT);
        history.add(at(900_000), 2);
        assert_eq!(last(&history, 9), [0; 0]);
        history.add(at(0), 3);
        history.add(at(1_000), 0);
        assert_eq!(last(&history, 9), [3]);
    }
}
