//! Deletes a batch of keys; every key comes to its own end.

use crate::domain::address::{Bucket, Key};
use crate::domain::error::{Error, ErrorKind};
use crate::transfer::fact::{Fact, Outcome};
use crate::transfer::task::Task;

/// Rounds for keys that the server did not delete for a passing reason.
const ROUNDS: u32 = 4;

/// Records an outcome for each key. An error of the whole request is the error of each key.
pub async fn delete(task: &Task, bucket: &Bucket, keys: Vec<(Key, u64)>) -> Result<(), Error> {
    let mut left: Vec<Key> = keys.iter().map(|(key, _)| key.clone()).collect();
    let mut refused = Vec::new();
    for round in 1..=ROUNDS {
        let request = || task.remote.delete(bucket, &left);
        let errors = match task.gate.send(request).await {
            Ok(errors) => errors,
            Err(error) => left.iter().map(|key| (key.clone(), error.clone())).collect(),
        };
        let (passing, lasting): (Vec<_>, Vec<_>) =
            errors.into_iter().partition(|(_, error)| error.retryable() && round < ROUNDS);
        refused.extend(lasting);
        left = passing.into_iter().map(|(key, _)| key).collect();
        if left.is_empty() {
            break;
        }
    }
    let gone = keys.iter().map(|(key, _)| key).filter(|key| refusal(key, &refused).is_none());
    task.deleted(gone.cloned());
    let facts = keys.into_iter().map(|(key, bytes)| outcome(task, &key, bytes, &refused)).collect();
    task.journal.append(facts).await
}

fn outcome(task: &Task, key: &Key, bytes: u64, refused: &[(Key, Error)]) -> Fact {
    let (bytes, outcome) = match refusal(key, refused) {
        None => (bytes, Outcome::Done(None)),
        Some(error) => (0, Outcome::Failed(error.clone())),
    };
    Fact::Settled { job: task.job, place: key.as_str().to_owned(), bytes, outcome }
}

/// Why a key is still there; `None` where it is not.
fn refusal<'a>(key: &Key, refused: &'a [(Key, Error)]) -> Option<&'a Error> {
    let error = refused.iter().find(|(refused, _)| refused == key).map(|(_, error)| error);
    error.filter(|error| !error.is(&ErrorKind::NoSuchKey))
}
