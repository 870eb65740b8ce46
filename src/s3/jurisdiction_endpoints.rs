//! Knows which jurisdiction, and so which endpoint, each bucket of an account is in.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::config::connection::Connection;
use crate::domain::address::Bucket;
use crate::domain::error::Error;
use crate::domain::jurisdiction::Jurisdiction;
use crate::domain::object::{BucketEntry, BucketListing};
use crate::s3::sdk::Sdk;

/// A name leads to one bucket and a bucket has one name, whatever answers and whatever is made or
/// deleted meanwhile: what is queued today must not go to a namesake tomorrow.
#[derive(Debug, Default)]
pub struct JurisdictionEndpoints {
    /// In the order in which they are asked; empty where the connection has one endpoint.
    places: Vec<(Jurisdiction, String)>,
    /// Made when they are first needed.
    sdks: Mutex<HashMap<Jurisdiction, Arc<Sdk>>>,
}

impl JurisdictionEndpoints {
    pub fn of(connection: &Connection) -> JurisdictionEndpoints {
        JurisdictionEndpoints {
            places: connection.jurisdictions.clone(),
            ..JurisdictionEndpoints::default()
        }
    }

    pub fn are_several(&self) -> bool {
        self.places.len() > 1
    }

    /// The name and the jurisdiction of a bucket that says both.
    pub fn said<'a>(&self, bucket: &'a Bucket) -> Option<(&'a str, Jurisdiction)> {
        Jurisdiction::said(bucket).filter(|(_, jurisdiction)| self.has(*jurisdiction))
    }

    pub fn has(&self, jurisdiction: Jurisdiction) -> bool {
        self.places.iter().any(|(each, _)| *each == jurisdiction)
    }

    /// The endpoints in the order in which they are asked.
    pub fn places(&self) -> &[(Jurisdiction, String)] {
        &self.places
    }

    /// The SDK of another jurisdiction than the first.
    pub fn sdk(
        &self,
        at: Jurisdiction,
        make: impl FnOnce() -> Result<Sdk, Error>,
    ) -> Result<Arc<Sdk>, Error> {
        let mut made = lock(&self.sdks);
        if let Some(sdk) = made.get(&at) {
            return Ok(Arc::clone(sdk));
        }
        let sdk = Arc::new(make()?);
        made.insert(at, Arc::clone(&sdk));
        Ok(sdk)
    }

    /// Forgets the clients, which hold credentials.
    pub fn forget_clients(&self) {
        lock(&self.sdks).clear();
    }
}

/// One tree of what each jurisdiction answered; the error of the first where none lists anything.
pub fn merge(
    answers: Vec<(Jurisdiction, Result<Vec<BucketEntry>, Error>)>,
) -> Result<BucketListing, Error> {
    let mut listing = BucketListing::default();
    let mut listed = false;
    for (jurisdiction, answer) in answers {
        match answer {
            Ok(entries) => {
                listed = true;
                listing.entries.extend(entries.into_iter().map(|entry| BucketEntry {
                    bucket: jurisdiction.named(&entry.bucket),
                    jurisdiction,
                    ..entry
                }));
            }
            Err(error) => listing.unlisted.push((jurisdiction, error)),
        }
    }
    if !listed && !listing.unlisted.is_empty() {
        return Err(listing.unlisted.swap_remove(0).1);
    }
    Ok(listing)
}

/// What was made before a panic is still good.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
