//! What is known of where the buckets of an account are whose jurisdictions have an endpoint each.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Mutex as Turn, MutexGuard as TurnGuard};

use crate::config::connection::Connection;
use crate::domain::address::Bucket;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::jurisdiction::Jurisdiction;
use crate::domain::object::{BucketEntry, BucketListing};
use crate::s3::sdk::Sdk;

#[derive(Debug, Default)]
pub struct Homes {
    /// In the order in which they are asked; empty where the connection has one endpoint.
    places: Vec<(Jurisdiction, String)>,
    learned: Mutex<HashMap<Bucket, Jurisdiction>>,
    /// Made when they are first needed.
    sdks: Mutex<HashMap<Jurisdiction, Arc<Sdk>>>,
    /// One looks for a bucket, the others wait for what it finds.
    looking: Turn<()>,
}

impl Homes {
    pub fn of(connection: &Connection) -> Homes {
        Homes { places: connection.jurisdictions.clone(), ..Homes::default() }
    }

    pub fn are_several(&self) -> bool {
        self.places.len() > 1
    }

    /// The name and the jurisdiction of a bucket that says both.
    pub fn said<'a>(&self, bucket: &'a Bucket) -> Option<(&'a str, Jurisdiction)> {
        let is_ours = |wanted: &Jurisdiction| self.places.iter().any(|(each, _)| each == wanted);
        Jurisdiction::said(bucket).filter(|(_, jurisdiction)| is_ours(jurisdiction))
    }

    pub fn known(&self, bucket: &Bucket) -> Option<Jurisdiction> {
        let said = self.said(bucket).map(|(_, jurisdiction)| jurisdiction);
        said.or_else(|| lock(&self.learned).get(bucket).copied())
    }

    pub fn learn(&self, bucket: Bucket, jurisdiction: Jurisdiction) {
        lock(&self.learned).insert(bucket, jurisdiction);
    }

    /// A bucket that is not where it was is looked for again.
    pub fn forget(&self, bucket: &Bucket) {
        lock(&self.learned).remove(bucket);
    }

    /// In the order in which they are asked.
    pub fn places(&self) -> &[(Jurisdiction, String)] {
        &self.places
    }

    /// The SDK of another jurisdiction than the first.
    pub fn sdk(&self, at: Jurisdiction, make: impl FnOnce() -> Sdk) -> Arc<Sdk> {
        Arc::clone(lock(&self.sdks).entry(at).or_insert_with(|| Arc::new(make())))
    }

    /// One at a time looks for buckets.
    pub fn turn(&self) -> impl Future<Output = TurnGuard<'_, ()>> {
        self.looking.lock()
    }

    /// The clients too: they hold credentials.
    pub fn forget_all(&self) {
        lock(&self.learned).clear();
        lock(&self.sdks).clear();
    }

    /// One tree of what each jurisdiction answered; the error of the first where none lists anything.
    pub fn merge(
        &self,
        answers: Vec<(Jurisdiction, Result<Vec<BucketEntry>, Error>)>,
    ) -> Result<BucketListing, Error> {
        let mut listing = BucketListing::default();
        let mut taken = BTreeSet::new();
        let mut silent = false;
        let mut listed = false;
        for (jurisdiction, answer) in answers {
            match answer {
                Ok(entries) => {
                    listed = true;
                    for entry in entries {
                        let namesake = !taken.insert(entry.bucket.clone());
                        let entry = BucketEntry { jurisdiction, ..entry };
                        listing.entries.push(match namesake || silent {
                            // Who is silent now may have one of this name.
                            true => {
                                BucketEntry { bucket: jurisdiction.named(&entry.bucket), ..entry }
                            }
                            false => entry,
                        });
                    }
                }
                Err(error) => {
                    silent |= !is_refusal(&error);
                    listing.unlisted.push((jurisdiction, error));
                }
            }
        }
        if !listed && !listing.unlisted.is_empty() {
            return Err(listing.unlisted.swap_remove(0).1);
        }
        for entry in &listing.entries {
            self.learn(entry.bucket.clone(), entry.jurisdiction);
        }
        Ok(listing)
    }
}

/// Keys that a jurisdiction does not know have no bucket there.
fn is_not_here(error: &Error) -> bool {
    use ErrorKind::{NoSuchBucket, UnknownAccessKey, WrongSecret};
    matches!(error.kind, NoSuchBucket | UnknownAccessKey | WrongSecret)
}

/// Whether the server looked at who asks and for what.
fn is_refusal(error: &Error) -> bool {
    error.status.is_some_and(|status| (400..500).contains(&status) && status != 429)
}

/// The first that shows the bucket, else the first that does not say that there is none. One that gives no answer
/// before it leaves the question open.
pub fn choose(
    answers: Vec<(Jurisdiction, Result<(), Error>)>,
) -> Result<Option<Jurisdiction>, Error> {
    let mut refused = None;
    let mut silent = None;
    for (jurisdiction, answer) in answers {
        match answer {
            Ok(()) => return silent.map_or(Ok(Some(jurisdiction)), Err),
            Err(error) if is_not_here(&error) => {}
            Err(error) if is_refusal(&error) => refused = refused.or(Some(jurisdiction)),
            Err(error) => silent = silent.or(Some(error)),
        }
    }
    match (refused, silent) {
        (Some(refused), None) => Ok(Some(refused)),
        (_, Some(error)) => Err(error),
        (None, None) => Ok(None),
    }
}

/// What was learned before a panic is still true.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(kind: ErrorKind, status: u16) -> Error {
        Error { status: (status > 0).then_some(status), ..Error::new(kind, "ListObjectsV2", "") }
    }

    #[test]
    fn a_bucket_is_where_it_is_shown_and_not_guessed_while_one_is_silent() {
        use Jurisdiction::{Default, Eu, Us};
        let none = || Err(error(ErrorKind::NoSuchBucket, 404));
        let refused = || Err(error(ErrorKind::AccessDenied, 403));
        let silent = || Err(error(ErrorKind::Unreachable, 0));
        assert_eq!(choose(vec![(Default, none()), (Eu, Ok(()))]), Ok(Some(Eu)));
        assert_eq!(choose(vec![(Default, refused()), (Eu, Ok(()))]), Ok(Some(Eu)));
        assert_eq!(choose(vec![(Default, none()), (Eu, refused())]), Ok(Some(Eu)));
        assert_eq!(choose(vec![(Default, none()), (Eu, none())]), Ok(None));
        assert!(choose(vec![(Default, silent()), (Eu, Ok(()))]).is_err());
        assert_eq!(choose(vec![(Eu, Ok(())), (Us, silent())]), Ok(Some(Eu)));
    }
}
