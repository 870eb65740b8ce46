//! Deletes a batch of keys, and calls a key deleted when it is gone.

use std::collections::{BTreeMap, HashSet};
use std::slice;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use futures_util::{StreamExt, stream};

use crate::domain::address::{Bucket, Key};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::ObjectAddress;
use crate::domain::transfer::{ALREADY_GONE, OnConflict, Target, Work};
use crate::transfer::fact::{Fact, Outcome};
use crate::transfer::task::{Task, address};
use crate::transfer::workers::erase::{Presence, erase, presence, still_there};
use crate::transfer::write::is_unsaid;

/// Rounds for keys that the server did not delete for a passing reason.
const ROUNDS: u32 = 4;

/// More rows than that were listed by whoever marked them: a look at each would be a request for
/// each, where a thousand are deleted by one.
const MOST_LOOKED: usize = 1_000;

/// Looks at keys under way at once.
const LOOKS: usize = 16;

/// Records an outcome for each key. An error of the whole request is the error of each key.
pub async fn delete(task: &Task, bucket: &Bucket, keys: Vec<(Key, u64)>) -> Result<(), Error> {
    let mut batch = Batch { task, bucket, ends: BTreeMap::new() };
    let left = batch.named_and_there(keys.iter().map(|(key, _)| key)).await;
    match left.as_slice() {
        [] => {}
        [one] => {
            let erased = erase(&*task.remote, &task.policy, &address(bucket, one)).await;
            if let Err(error) = erased {
                batch.fail(one, error);
            }
        }
        _ => batch.rounds(left).await,
    }
    let gone = keys.iter().map(|(key, _)| key).filter(|key| !batch.is_left(key));
    task.deleted(gone.cloned());
    let facts = keys.into_iter().map(|(key, bytes)| batch.fact(&key, bytes)).collect();
    task.journal.append(facts).await
}

struct Batch<'a> {
    task: &'a Task,
    bucket: &'a Bucket,
    /// The outcomes of keys that are not simply deleted.
    ends: BTreeMap<Key, Outcome>,
}

impl Batch<'_> {
    /// The keys to delete. One that the user named is looked at first, for a server deletes what
    /// never was without a word; the others were just listed.
    async fn named_and_there(&mut self, keys: impl Iterator<Item = &Key>) -> Vec<Key> {
        let Work::Delete { targets, .. } = &self.task.spec.work else { return Vec::new() };
        let few = targets.iter().filter(|target| match target {
            Target::Rows(rows) => rows.len() <= MOST_LOOKED,
            _ => true,
        });
        let each = few.flat_map(|target| Target::each(slice::from_ref(target)));
        let keys: Vec<&Key> = keys.collect();
        let batch: HashSet<&Key> = keys.iter().copied().collect();
        let named: HashSet<&Key> =
            each.filter_map(|each| batch.get(each.key()?).copied()).collect();
        let (named, mut left): (Vec<Key>, Vec<Key>) =
            keys.into_iter().cloned().partition(|key| named.contains(key));
        for (key, presence) in self.look_at(named).await {
            if presence == Presence::Gone {
                self.already_gone(key);
            } else {
                left.push(key);
            }
        }
        left.sort();
        left
    }

    fn already_gone(&mut self, key: Key) {
        // By an earlier run, which had no time to say so.
        if self.task.again {
            return;
        }
        let end = if self.task.spec.on_conflict == OnConflict::Skip {
            self.task.note_of(key.as_str(), ALREADY_GONE);
            Outcome::Skipped
        } else {
            let place = address(self.bucket, &key).to_string();
            let error = Error::new(ErrorKind::NoSuchKey, "delete", place);
            Outcome::Failed(error.detail("nothing of this name was there to delete"))
        };
        self.ends.insert(key, end);
    }

    async fn rounds(&mut self, mut left: Vec<Key>) {
        for round in 1..=ROUNDS {
            let errors = match self.send(&left).await {
                Ok(errors) => self.with_lies(&left, errors).await,
                Err(error) => {
                    left.iter().map(|key| (key.clone(), self.about(key, &error))).collect()
                }
            };
            let (passing, lasting): (Vec<_>, Vec<_>) =
                errors.into_iter().partition(|(_, error)| error.retryable() && round < ROUNDS);
            for (key, error) in lasting {
                self.fail(&key, error);
            }
            left = passing.into_iter().map(|(key, _)| key).collect();
            if left.is_empty() {
                return;
            }
        }
    }

    /// One request, again while its error may pass; after a lost answer only for what is still
    /// there.
    async fn send(&self, keys: &[Key]) -> Result<Vec<(Key, Error)>, Error> {
        let (left, lost) = (Mutex::new(keys.to_vec()), AtomicBool::new(false));
        let request = || async {
            if lost.load(Ordering::Relaxed) {
                let there = self.there(left_of(&left)).await?;
                *left.lock().unwrap_or_else(PoisonError::into_inner) = there;
            }
            let keys = left_of(&left);
            if keys.is_empty() {
                return Ok(Vec::new());
            }
            let sent = self.task.remote.delete(self.bucket, &keys).await;
            sent.inspect_err(|error| lost.store(is_unsaid(error), Ordering::Relaxed))
        };
        let error = match self.task.policy.send(request).await {
            Ok(errors) => return Ok(errors),
            Err(error) => error,
        };
        if !lost.load(Ordering::Relaxed) {
            return Err(error);
        }
        let Ok(there) = self.there(left_of(&left)).await else { return Err(error) };
        Ok(there.into_iter().map(|key| (key.clone(), self.about(&key, &error))).collect())
    }

    /// The errors of an answer, and those of keys that it calls deleted and that are there. Of a
    /// few keys all are looked at, of many three, and all of them where one is there.
    async fn with_lies(&self, keys: &[Key], mut errors: Vec<(Key, Error)>) -> Vec<(Key, Error)> {
        let refused: HashSet<&Key> = errors.iter().map(|(key, _)| key).collect();
        let gone: Vec<&Key> = keys.iter().filter(|key| !refused.contains(key)).collect();
        let all = || gone.iter().map(|key| (*key).clone()).collect::<Vec<_>>();
        let sample = match gone.len() {
            few if few <= LOOKS => all(),
            many => [0, many / 2, many - 1].map(|at| gone[at].clone()).to_vec(),
        };
        if self.seen_there(sample).await.is_empty() {
            return errors;
        }
        let lies = self.seen_there(all()).await.into_iter().map(|key| {
            let error = still_there(&address(self.bucket, &key));
            (key, error)
        });
        let lies: Vec<_> = lies.collect();
        errors.extend(lies);
        errors
    }

    /// The error of a request for many keys, said of one of them.
    fn about(&self, key: &Key, error: &Error) -> Error {
        Error { place: address(self.bucket, key).to_string(), ..error.clone() }
    }

    /// The keys that are not known to be gone.
    async fn there(&self, keys: Vec<Key>) -> Result<Vec<Key>, Error> {
        let looked = self.presences(keys).await?;
        let left = looked.into_iter().filter(|(_, presence)| *presence != Presence::Gone);
        Ok(left.map(|(key, _)| key).collect())
    }

    /// The keys that are known to be there.
    async fn seen_there(&self, keys: Vec<Key>) -> Vec<Key> {
        let looked = self.look_at(keys).await.into_iter();
        let there = looked.filter(|(_, presence)| *presence == Presence::There);
        there.map(|(key, _)| key).collect()
    }

    /// Each look in a slot of its own, again while its error may pass. Where nobody can look, the
    /// server's word is what there is.
    async fn look_at(&self, keys: Vec<Key>) -> Vec<(Key, Presence)> {
        let Task { policy, remote, .. } = self.task;
        let looks = keys.into_iter().map(|key| async move {
            let object: ObjectAddress = address(self.bucket, &key);
            let found = policy.send(|| presence(&**remote, &object)).await;
            (key, found.unwrap_or(Presence::Untold))
        });
        stream::iter(looks).buffer_unordered(LOOKS).collect().await
    }

    /// Within the slot of a request that failed.
    async fn presences(&self, keys: Vec<Key>) -> Result<Vec<(Key, Presence)>, Error> {
        let looks = keys.into_iter().map(|key| async move {
            let object = address(self.bucket, &key);
            let found = presence(&*self.task.remote, &object).await;
            found.map(|found| (key, found))
        });
        let looked: Vec<_> = stream::iter(looks).buffer_unordered(LOOKS).collect().await;
        looked.into_iter().collect()
    }

    /// What was gone when it was asked to go is deleted.
    fn fail(&mut self, key: &Key, error: Error) {
        if !error.is(&ErrorKind::NoSuchKey) {
            self.ends.insert(key.clone(), Outcome::Failed(error));
        }
    }

    fn is_left(&self, key: &Key) -> bool {
        let Some(Outcome::Failed(error)) = self.ends.get(key) else { return false };
        !error.is(&ErrorKind::NoSuchKey)
    }

    fn fact(&mut self, key: &Key, bytes: u64) -> Fact {
        let (bytes, outcome) = match self.ends.remove(key) {
            None => (bytes, Outcome::Done(None)),
            Some(end) => (0, end),
        };
        let place = key.as_str().to_owned();
        Fact::Settled { job: self.task.job, place, bytes, outcome }
    }
}

fn left_of(left: &Mutex<Vec<Key>>) -> Vec<Key> {
    left.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
