//! Sizes, rates, durations and times as people read them.
