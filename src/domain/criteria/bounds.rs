//! Holds the bounds that a search sets on size and time.

use std::ops::RangeInclusive;

use jiff::{SignedDuration, Timestamp};

use crate::domain::criteria::{Comparison, Criteria};

/// Finds exactly what [`Criteria::describe`] does, at one moment.
#[derive(Clone, Debug)]
pub struct FactBounds<'a> {
    sizes: RangeInclusive<u64>,
    /// Seconds since 1970; `None` where an object needs no time.
    modified: Option<RangeInclusive<i64>>,
    class: Option<&'a str>,
}

const SECOND: i128 = 1_000_000_000;

impl<'a> FactBounds<'a> {
    pub fn of(criteria: &'a Criteria, now: Timestamp) -> FactBounds<'a> {
        let mut sizes = (0, u64::MAX);
        for (comparison, bound) in &criteria.sizes {
            let (least, most) = within(*comparison, *bound).unwrap_or((1, 0));
            sizes = (sizes.0.max(least), sizes.1.min(most));
        }
        let mut modified = (i64::MIN, i64::MAX);
        for (comparison, bound) in &criteria.ages {
            let (least, most) = times(*comparison, *bound, now);
            modified = (modified.0.max(least), modified.1.min(most));
        }
        let asks = !criteria.ages.is_empty();
        FactBounds {
            sizes: sizes.0..=sizes.1,
            modified: asks.then_some(modified.0..=modified.1),
            class: criteria.class.as_deref(),
        }
    }

    /// `modified`: in seconds since 1970.
    pub fn hold(&self, size: u64, modified: Option<i64>, class: &str) -> bool {
        let timely = |times: &RangeInclusive<i64>| modified.is_some_and(|at| times.contains(&at));
        self.sizes.contains(&size)
            && self.modified.as_ref().is_none_or(timely)
            && self.class.is_none_or(|wanted| wanted == class)
    }
}

/// The least and the greatest; `None` where there is none.
fn within(comparison: Comparison, bound: u64) -> Option<(u64, u64)> {
    Some(match comparison {
        Comparison::Below => (0, bound.checked_sub(1)?),
        Comparison::AtMost => (0, bound),
        Comparison::Exactly => (bound, bound),
        Comparison::AtLeast => (bound, u64::MAX),
        Comparison::Above => (bound.checked_add(1)?, u64::MAX),
    })
}

/// The first and the last second at which an object of such an age was stored.
fn times(comparison: Comparison, age: SignedDuration, now: Timestamp) -> (i64, i64) {
    let then = now.as_nanosecond() - age.as_nanos();
    // The last second that is not after it, and the first that is not before it.
    let floor = then.div_euclid(SECOND);
    let ceiling = -(-then).div_euclid(SECOND);
    let second = |second: i128| {
        i64::try_from(second).unwrap_or(if second < 0 { i64::MIN } else { i64::MAX })
    };
    match comparison {
        Comparison::Below => (second(floor + 1), i64::MAX),
        Comparison::AtMost => (second(ceiling), i64::MAX),
        Comparison::Exactly => (second(ceiling), second(floor)),
        Comparison::AtLeast => (i64::MIN, second(floor)),
        Comparison::Above => (i64::MIN, second(ceiling - 1)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::criteria::Candidate;

    const SIGNS: [&str; 5] = ["<", "<=", ">=", ">", "="];

    proptest! {
        #[test]
        fn bounds_hold_of_what_the_criteria_describe(
            size in (0..5_usize, 0..4_u64),
            // Nothing is exactly so old.
            ages in proptest::collection::vec((0..4_usize, 0..4_u64), 0..3),
            class in 0..3_usize,
            now in (100..104_i64, prop_oneof![Just(0), Just(1), Just(999_999_999)]),
        ) {
            let now = Timestamp::new(now.0, now.1).unwrap();
            let mut criteria = Criteria::default();
            criteria = criteria.size(&format!("{}{}", SIGNS[size.0], size.1)).unwrap();
            for (sign, age) in ages {
                criteria = criteria.age(&format!("{}{age}s", SIGNS[sign])).unwrap();
            }
            if class > 0 {
                criteria = criteria.class(["", "STANDARD", "GLACIER"][class]);
            }
            let bounds = FactBounds::of(&criteria, now);
            for size in 0..5 {
                for second in (95..107).map(Some).chain([None]) {
                    for class in ["STANDARD", "GLACIER"] {
                        let modified = second.and_then(|at| Timestamp::from_second(at).ok());
                        let found = Candidate { name: "", size, modified, class };
                        let holds = bounds.hold(size, second, class);
                        prop_assert_eq!(holds, criteria.describe(found, now), "{:?}", found);
                    }
                }
            }
        }
    }

    #[test]
    fn the_ends_of_what_can_be_told_are_no_trouble() {
        let holds = |line: &str, size| {
            let criteria = Criteria::default().size(line).unwrap();
            FactBounds::of(&criteria, Timestamp::MIN).hold(size, None, "")
        };
        assert!(!holds("<0", 0) && holds(">=0", u64::MAX));
        assert!(!holds(&format!(">{}", u64::MAX), u64::MAX));
    }
}
