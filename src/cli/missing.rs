//! Tells a bucket that is not there from an object that is not: an answer to HEAD has no words.

use crate::cli::connect::Choice;
use crate::domain::address::{ConnectionName, Location};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::transfer::{JobState, JobView};

/// Looks for the buckets of what jobs did not find.
pub async fn look_for_buckets(choice: &Choice, jobs: &mut [JobView]) {
    for job in jobs {
        let connection = job.spec.connection.clone();
        if let JobState::Failed(error) = &mut job.state {
            look_for_bucket(choice, &connection, error).await;
        }
        // All that a job did not find is in one bucket.
        let Some(first) = job.failures.iter_mut().find(|one| is_unclear(&one.error)) else {
            continue;
        };
        look_for_bucket(choice, &connection, &mut first.error).await;
        if first.error.is(&ErrorKind::NoSuchBucket) {
            for failure in job.failures.iter_mut().filter(|one| is_unclear(&one.error)) {
                failure.error.kind = ErrorKind::NoSuchBucket;
                failure.error.detail.clear();
            }
        }
    }
}

async fn look_for_bucket(choice: &Choice, connection: &ConnectionName, error: &mut Error) {
    if !is_unclear(error) {
        return;
    }
    let place = Location::parse(&error.place).ok();
    let Some(bucket) = place.as_ref().and_then(Location::bucket) else { return };
    let Ok(client) = choice.client_of(connection) else { return };
    if client.is_there(bucket).await == Some(false) {
        error.kind = ErrorKind::NoSuchBucket;
        error.detail.clear();
    }
}

fn is_unclear(error: &Error) -> bool {
    error.is(&ErrorKind::NoSuchKey) && error.code.is_none()
}
