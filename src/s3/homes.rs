//! Where the buckets of an account are whose jurisdictions have an endpoint each: learned from listings, else asked for.

use std::collections::{BTreeSet, HashMap};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::join_all;
use tokio::sync::Mutex as Turn;

use crate::config::connection::Connection;
use crate::domain::address::{Bucket, Prefix};
use crate::domain::error::{Error, ErrorKind};
use crate::domain::jurisdiction::Jurisdiction;
use crate::domain::object::{BucketEntry, BucketListing};
use crate::s3::call::Call;
use crate::s3::client::Client;
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
    fn said<'a>(&self, bucket: &'a Bucket) -> Option<(&'a str, Jurisdiction)> {
        let is_ours = |wanted: &Jurisdiction| self.places.iter().any(|(each, _)| each == wanted);
        Jurisdiction::said(bucket).filter(|(_, jurisdiction)| is_ours(jurisdiction))
    }

    fn known(&self, bucket: &Bucket) -> Option<Jurisdiction> {
        let said = self.said(bucket).map(|(_, jurisdiction)| jurisdiction);
        said.or_else(|| lock(&self.learned).get(bucket).copied())
    }

    fn learn(&self, bucket: Bucket, jurisdiction: Jurisdiction) {
        lock(&self.learned).insert(bucket, jurisdiction);
    }

    /// A bucket that is not where it was is looked for again.
    pub fn forget(&self, bucket: &Bucket) {
        lock(&self.learned).remove(bucket);
    }

    /// The clients too: they hold credentials.
    pub fn forget_all(&self) {
        lock(&self.learned).clear();
        lock(&self.sdks).clear();
    }

    /// One tree of what each jurisdiction answered; the error of the first where none lists anything.
    fn merge(
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

impl Client {
    /// The bucket's name as its server spells it.
    pub(super) fn wire<'a>(&self, bucket: &'a Bucket) -> &'a str {
        self.homes().said(bucket).map_or(bucket.as_str(), |(name, _)| name)
    }

    /// Whether two buckets are on servers that do not copy from one another.
    pub async fn are_apart(&self, one: &Bucket, other: &Bucket) -> Result<bool, Error> {
        Ok(self.home(one).await? != self.home(other).await?)
    }

    /// The SDK as it asks at an endpoint; `None` is the connection's own.
    pub(super) async fn sdk_at(&self, at: Option<Jurisdiction>) -> Result<Arc<Sdk>, Error> {
        let main = self.sdk().await?;
        let homes = self.homes();
        let others = homes.places.get(1..).unwrap_or_default();
        let Some((jurisdiction, endpoint)) = others.iter().find(|(each, _)| Some(*each) == at)
        else {
            return Ok(main);
        };
        let mut made = lock(&homes.sdks);
        let sdk = made.entry(*jurisdiction).or_insert_with(|| {
            Arc::new(main.at(endpoint, self.connection(), Arc::clone(self.meter())))
        });
        Ok(Arc::clone(sdk))
    }

    /// The jurisdiction of a bucket; `None` where the connection has one endpoint, or nobody knows the bucket.
    pub(super) async fn home(&self, bucket: &Bucket) -> Result<Option<Jurisdiction>, Error> {
        let homes = self.homes();
        if !homes.are_several() {
            return Ok(None);
        }
        if let Some(known) = homes.known(bucket) {
            return Ok(Some(known));
        }
        let _turn = homes.looking.lock().await;
        match homes.known(bucket) {
            Some(known) => Ok(Some(known)),
            None => self.look_for(bucket).await,
        }
    }

    /// Asks every jurisdiction for one key of the bucket.
    fn look_for<'a>(&'a self, bucket: &'a Bucket) -> Looking<'a> {
        let known = &self.connection().known_buckets;
        let prefix = known.iter().find(|known| known.bucket == *bucket);
        let prefix = prefix.map_or_else(Prefix::root, |known| known.prefix.clone());
        Box::pin(async move {
            let asked = self.homes().places.iter().map(|(each, _)| {
                let (each, prefix) = (*each, &prefix);
                async move { (each, self.has(bucket, prefix, each).await) }
            });
            let found = choose(join_all(asked).await)?;
            if let Some(found) = found {
                self.homes().learn(bucket.clone(), found);
            }
            Ok(found)
        })
    }

    async fn has(&self, bucket: &Bucket, prefix: &Prefix, at: Jurisdiction) -> Result<(), Error> {
        let call = Call::on_bucket("ListObjectsV2", bucket).at(at);
        self.run(&call, |sdk| {
            let request = sdk.list_objects_v2().bucket(self.wire(bucket)).max_keys(1);
            let request = request.prefix(prefix.as_str());
            let call = &call;
            async move { request.send().await.map(drop).map_err(|error| call.failed(error)) }
        })
        .await
    }

    /// What every jurisdiction lists, in one tree; those that refuse are told beside it.
    pub async fn list_buckets(&self) -> Result<BucketListing, Error> {
        let homes = self.homes();
        if !homes.are_several() {
            return Ok(self.buckets_at(None).await?.into());
        }
        let asked = homes.places.iter().map(|(each, _)| async {
            let each = *each;
            (each, self.buckets_at(Some(each)).await)
        });
        homes.merge(join_all(asked).await)
    }

    /// The endpoint of a jurisdiction, for words; the connection's own where there is no such.
    pub(super) fn endpoint_at(&self, at: Option<Jurisdiction>) -> Option<String> {
        let mut places = self.homes().places.iter();
        let found = places.find(|(each, _)| Some(*each) == at).map(|(_, url)| url.clone());
        found.or_else(|| self.endpoint())
    }

    /// The jurisdiction that a bucket's name says, for one that is to be made.
    pub(super) fn said_home(&self, bucket: &Bucket) -> Option<Jurisdiction> {
        self.homes().said(bucket).map(|(_, jurisdiction)| jurisdiction)
    }
}

type Looking<'a> = Pin<Box<dyn Future<Output = Result<Option<Jurisdiction>, Error>> + Send + 'a>>;

/// The first that shows the bucket, else the first that does not say that there is none. One that gives no answer
/// before it leaves the question open.
fn choose(answers: Vec<(Jurisdiction, Result<(), Error>)>) -> Result<Option<Jurisdiction>, Error> {
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
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
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
