//! Times of many tries, and how they are printed.

use std::time::Duration;

/// Sorted times.
pub struct Times(Vec<Duration>);

impl Times {
    pub fn new(mut times: Vec<Duration>) -> Times {
        times.sort_unstable();
        Times(times)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn percentile(&self, percent: usize) -> Duration {
        let last = self.0.len().saturating_sub(1);
        self.0.get((self.0.len() * percent / 100).min(last)).copied().unwrap_or_default()
    }

    pub fn median(&self) -> Duration {
        self.percentile(50)
    }

    pub fn most(&self) -> Duration {
        self.percentile(100)
    }
}

pub fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64().max(1e-9)
}

/// One line: what was measured, and the figures of it.
pub fn say(what: &str, figures: &str) {
    println!("  {what:<44} {figures}");
}

/// Median, 99th percentile and the most beside the same of a floor.
pub fn say_beside(what: &str, times: &Times, floor: &Times) {
    let above = |percent| times.percentile(percent).saturating_sub(floor.percentile(percent));
    say(
        what,
        &format!(
            "p50 {:.2?} p99 {:.2?} max {:.2?}   {} answered; echo p50 {:.2?} p99 {:.2?}; above it \
             p50 {:.2?} p99 {:.2?}",
            times.median(),
            times.percentile(99),
            times.most(),
            times.len(),
            floor.median(),
            floor.percentile(99),
            above(50),
            above(99),
        ),
    );
}
