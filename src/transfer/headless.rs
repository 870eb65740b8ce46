//! Runs a fixed list of jobs to their end, for verbs without a screen.

use crate::domain::transfer::{JobSpec, JobView, TransferEvent};
use crate::transfer::engine::{Connect, EngineOptions};

/// Runs the jobs and brings back how each ended, in the order of `specs`. Every event goes to `news` first.
/// Dropping the future stops the work. With `journal: None` nothing stays behind of a job that failed.
pub async fn run_to_end(
    options: EngineOptions,
    connect: Connect,
    specs: Vec<JobSpec>,
    news: impl FnMut(&TransferEvent) + Send,
) -> Vec<JobView> {
    let _ = (options, connect, specs, news);
    todo!()
}
