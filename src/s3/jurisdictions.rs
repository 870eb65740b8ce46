//! Sends each request to the jurisdiction of its bucket.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::timeout;

use crate::domain::address::Bucket;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::jurisdiction::Jurisdiction;
use crate::domain::object::BucketListing;
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::jurisdiction_endpoints::merge;
use crate::s3::sdk::Sdk;

/// How long the buckets of the first jurisdiction wait for the others.
const LATE: Duration = Duration::from_secs(5);

impl Client {
    /// The bucket's name as its server spells it.
    pub(in crate::s3) fn wire<'a>(&self, bucket: &'a Bucket) -> &'a str {
        self.endpoints().said(bucket).map_or(bucket.as_str(), |(name, _)| name)
    }

    /// Whether two buckets are on servers that do not copy from one another.
    pub fn are_apart(&self, one: &Bucket, other: &Bucket) -> bool {
        self.home(one).ok() != self.home(other).ok()
    }

    /// The endpoint that a bucket is reached at, and its name there: the same two are the same
    /// bucket.
    pub fn locate<'a>(&self, bucket: &'a Bucket) -> (Option<String>, &'a str) {
        (self.endpoint_at(self.home(bucket).ok().flatten()), self.wire(bucket))
    }

    /// The SDK as it asks at an endpoint; `None` is the connection's own.
    pub(in crate::s3) async fn sdk_at(&self, at: Option<Jurisdiction>) -> Result<Arc<Sdk>, Error> {
        let main = self.sdk().await?;
        let endpoints = self.endpoints();
        let others = endpoints.places().get(1..).unwrap_or_default();
        let Some((jurisdiction, endpoint)) = others.iter().find(|(each, _)| Some(*each) == at)
        else {
            return Ok(main);
        };
        let make = || main.at(endpoint, self.connection(), Arc::clone(self.meter()));
        endpoints.sdk(*jurisdiction, make)
    }

    /// The jurisdiction of a bucket; `None` where the connection has one endpoint.
    ///
    /// # Errors
    /// `NoSuchBucket` where the name has to say one and does not.
    pub(in crate::s3) fn home(&self, bucket: &Bucket) -> Result<Option<Jurisdiction>, Error> {
        let endpoints = self.endpoints();
        if !endpoints.are_several() {
            return Ok(None);
        }
        let said = endpoints.said(bucket).map(|(_, jurisdiction)| jurisdiction);
        let default = Some(Jurisdiction::Default).filter(|default| endpoints.has(*default));
        said.or(default).map(Some).ok_or_else(|| {
            let named = endpoints.places().iter().map(|(each, _)| each.named(bucket).to_string());
            let names = named.collect::<Vec<_>>().join(" or ");
            Call::on_bucket("find the jurisdiction", bucket)
                .fails(ErrorKind::NoSuchBucket, format!("say which one is meant: {names}"))
        })
    }

    /// What every jurisdiction lists, in one tree; those that refuse are told beside it.
    pub async fn list_buckets(&self) -> Result<BucketListing, Error> {
        let endpoints = self.endpoints();
        if !endpoints.are_several() {
            return Ok(self.buckets_at(None).await?.into());
        }
        let asked = endpoints.places().iter().enumerate().map(|(number, (each, _))| async move {
            let asked = self.buckets_at(Some(*each));
            let answer = match number {
                0 => asked.await,
                _ => timeout(LATE, asked).await.unwrap_or_else(|_| Err(self.late(*each))),
            };
            (*each, answer)
        });
        merge(join_all(asked).await)
    }

    fn late(&self, at: Jurisdiction) -> Error {
        let place = self.endpoint_at(Some(at)).unwrap_or_default();
        let detail = format!("no answer in {} s", LATE.as_secs());
        Call::on_account("ListBuckets", &place).fails(ErrorKind::TimedOut, detail)
    }

    /// The endpoint of a jurisdiction, for words; the connection's own where there is no such.
    pub(in crate::s3) fn endpoint_at(&self, at: Option<Jurisdiction>) -> Option<String> {
        let mut places = self.endpoints().places().iter();
        let found = places.find(|(each, _)| Some(*each) == at).map(|(_, url)| url.clone());
        found.or_else(|| self.endpoint())
    }

    /// The jurisdiction that a bucket's name says, for one that is to be made.
    pub(in crate::s3) fn said_home(&self, bucket: &Bucket) -> Option<Jurisdiction> {
        self.endpoints().said(bucket).map(|(_, jurisdiction)| jurisdiction)
    }
}
