//! Writes rates and times for the transfers pane.

use crate::app::transfers::job::TimeLeft;
use crate::domain::units::{Elapsed, Rate};

/// `01:12`, or `01:12+` where not everything is found.
pub fn time_left(left: TimeLeft) -> String {
    let more = if left.at_least { "+" } else { "" };
    format!("{}{more}", Elapsed(left.time))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates; a rate is never negative"
)]
pub fn rate_of(per_second: f64) -> Rate {
    Rate(per_second as u64)
}
