//! Waits for moments that may not come.

use std::future::pending;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, sleep, sleep_until};

/// The clock of this machine may jump, and a timer stands still while the machine sleeps.
const CLOCK_CHECK: Duration = Duration::from_secs(30);

/// Ready at a moment of this machine's clock, or some time before it.
pub async fn moment(next: Option<Timestamp>) {
    let Some(next) = next else { return pending().await };
    let left = Duration::try_from(next.duration_since(Timestamp::now()));
    sleep(left.unwrap_or_default().min(CLOCK_CHECK)).await;
}

pub async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => pending().await,
    }
}
