//! Sends each request to the jurisdiction of its bucket, which a listing told or a question to each of them.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::future::join_all;

use crate::domain::address::{Bucket, Prefix};
use crate::domain::error::Error;
use crate::domain::jurisdiction::Jurisdiction;
use crate::domain::object::BucketListing;
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::homes::choose;
use crate::s3::sdk::Sdk;

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
        let others = homes.places().get(1..).unwrap_or_default();
        let Some((jurisdiction, endpoint)) = others.iter().find(|(each, _)| Some(*each) == at)
        else {
            return Ok(main);
        };
        let make = || main.at(endpoint, self.connection(), Arc::clone(self.meter()));
        Ok(homes.sdk(*jurisdiction, make))
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
        let _turn = homes.turn().await;
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
            let asked = self.homes().places().iter().map(|(each, _)| {
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
        let asked = homes.places().iter().map(|(each, _)| async {
            let each = *each;
            (each, self.buckets_at(Some(each)).await)
        });
        homes.merge(join_all(asked).await)
    }

    /// The endpoint of a jurisdiction, for words; the connection's own where there is no such.
    pub(super) fn endpoint_at(&self, at: Option<Jurisdiction>) -> Option<String> {
        let mut places = self.homes().places().iter();
        let found = places.find(|(each, _)| Some(*each) == at).map(|(_, url)| url.clone());
        found.or_else(|| self.endpoint())
    }

    /// The jurisdiction that a bucket's name says, for one that is to be made.
    pub(super) fn said_home(&self, bucket: &Bucket) -> Option<Jurisdiction> {
        self.homes().said(bucket).map(|(_, jurisdiction)| jurisdiction)
    }
}

type Looking<'a> = Pin<Box<dyn Future<Output = Result<Option<Jurisdiction>, Error>> + Send + 'a>>;
