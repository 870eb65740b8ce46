//! Collects what workers have stored and deleted, until the engine tells of it.

use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::address::{Bucket, ConnectionName};
use crate::domain::change::{BucketChange, KeyChange};

/// Clones collect into one place.
#[derive(Clone, Debug, Default)]
pub struct Changes(Arc<Mutex<Vec<BucketChange>>>);

impl Changes {
    pub fn add(
        &self,
        connection: &ConnectionName,
        bucket: &Bucket,
        keys: impl IntoIterator<Item = KeyChange>,
    ) {
        let mut changes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match changes.last_mut() {
            Some(last) if last.connection == *connection && last.bucket == *bucket => {
                last.keys.extend(keys);
            }
            _ => changes.push(BucketChange {
                connection: connection.clone(),
                bucket: bucket.clone(),
                keys: keys.into_iter().collect(),
            }),
        }
    }

    /// All that was collected since the last time, in the order in which it happened.
    pub fn take(&self) -> Vec<BucketChange> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
