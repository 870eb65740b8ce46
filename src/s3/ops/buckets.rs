//! Lists, makes and removes buckets.

use aws_sdk_s3::config::{Builder, Region};
use aws_sdk_s3::operation::list_buckets::ListBucketsOutput;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration, ObjectOwnership};

use crate::domain::address::Bucket;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::jurisdiction::Jurisdiction;
use crate::domain::object::{BucketEntry, NewBucket};
use crate::domain::page_cursor::PageCursor;
use crate::domain::provider::{Capability, Provider};
use crate::domain::settings::BucketSetting;
use crate::domain::settings::forms::SettingForm;
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::ops::bucket_pages::{PER_PAGE, R2_TOKEN, next_page};
use crate::s3::sdk::Sdk;
use crate::s3::sdk::hook::Hooked;
use crate::s3::sdk::time::timestamp;

impl Client {
    /// Every bucket that one endpoint lists.
    pub(in crate::s3) async fn buckets_at(
        &self,
        at: Option<Jurisdiction>,
    ) -> Result<Vec<BucketEntry>, Error> {
        let place = self.endpoint_at(at).unwrap_or_default();
        let call = Call::on_account("ListBuckets", &place).at(at);
        let mut entries: Vec<BucketEntry> = Vec::new();
        let mut cursor = PageCursor::<String>::default();
        while !cursor.is_at_end() {
            let (output, next) =
                self.page_of_buckets(&call, cursor.token().map(String::as_str)).await?;
            for bucket in output.buckets() {
                let Some(name) = bucket.name().filter(|name| !name.is_empty()) else {
                    return Err(call.fails(ErrorKind::BrokenListing, "a bucket has no name"));
                };
                entries.push(BucketEntry {
                    bucket: Bucket::new(name),
                    created: bucket.creation_date().and_then(timestamp),
                    jurisdiction: at.unwrap_or_default(),
                });
            }
            let empty = output.buckets().is_empty();
            cursor.advance(next, empty).map_err(|why| call.fails(ErrorKind::BrokenListing, why))?;
        }
        Ok(entries)
    }

    /// One page and the token of the next.
    async fn page_of_buckets(
        &self,
        call: &Call,
        token: Option<&str>,
    ) -> Result<(ListBucketsOutput, Option<String>), Error> {
        let provider = self.sdk().await?.provider;
        let (aws, r2) = (provider == Provider::Aws, provider == Provider::R2);
        let headers = next_page();
        let output = self
            .run(call, |sdk, _| {
                let request = sdk
                    .list_buckets()
                    .set_max_buckets(aws.then_some(PER_PAGE))
                    .set_continuation_token(token.filter(|_| !r2).map(str::to_owned));
                let (next, token) = (headers.clone(), token.filter(|_| r2).map(str::to_owned));
                let request =
                    request.customize().interceptor(Hooked(next)).mutate_request(move |request| {
                        if let Some(token) = &token {
                            request.headers_mut().insert(R2_TOKEN, token.clone());
                        }
                    });
                async move { request.send().await.map_err(|error| call.failed(error)) }
            })
            .await?;
        let next = output.continuation_token().map(str::to_owned);
        let next = next.or_else(|| headers.value()).filter(|next| !next.is_empty());
        Ok((output, next))
    }

    /// Makes a bucket in the connection's region, or in the jurisdiction that its name says.
    pub async fn create_bucket(&self, bucket: &Bucket) -> Result<(), Error> {
        self.make_bucket(&NewBucket::named(bucket.clone())).await
    }

    /// Makes a bucket as it is asked for; what the server lacks is said before anything is made.
    ///
    /// # Errors
    /// `Partial` where the bucket is made and something of it is not.
    pub async fn make_bucket(&self, new: &NewBucket) -> Result<(), Error> {
        let bucket = &new.bucket;
        self.prepare().await?;
        for (asked, capability) in [
            (new.versioning, Capability::Versioning),
            (new.object_lock, Capability::ObjectLock),
            (new.ownership.is_some(), Capability::Ownership),
        ] {
            if let Some(why) = self.lacks(capability).filter(|_| asked) {
                let call = Call::on_account("CreateBucket", &format!("s3://{bucket}"));
                return Err(call.fails(ErrorKind::Unsupported, why));
            }
        }
        if new.hint.is_some() && self.provider() != Provider::R2 {
            let call = Call::on_account("CreateBucket", &format!("s3://{bucket}"));
            return Err(call.fails(ErrorKind::Unsupported, "only R2 takes location hints"));
        }
        self.create(new).await?;
        if !new.versioning || new.object_lock {
            return Ok(());
        }
        let on = SettingForm::Versioning { on: true }.applied(None);
        let set = self.set_setting(bucket, BucketSetting::Versioning, &on, None).await;
        set.map_err(|error| {
            let what = error.explain().what;
            Error { kind: ErrorKind::Partial, ..error }
                .detail(format!("the bucket is made, and its versioning is not on: {what}"))
        })
    }

    async fn create(&self, new: &NewBucket) -> Result<(), Error> {
        let bucket = &new.bucket;
        let call = Call::on_account("CreateBucket", &format!("s3://{bucket}"))
            .at(self.said_home(bucket))
            .writing()
            .needing(Capability::CreateBucket);
        let place = constraint(&*self.sdk().await?, new);
        let (call, once) = (&call, &self.sending_once());
        // AWS makes a bucket where it is asked to in the region itself.
        let elsewhere = new.region.clone().filter(|_| self.provider() == Provider::Aws);
        let create = || async {
            let made = once.run(call, |sdk, _| {
                let request = sdk
                    .create_bucket()
                    .bucket(self.wire(bucket))
                    .set_create_bucket_configuration(place.clone())
                    .set_object_lock_enabled_for_bucket(new.object_lock.then_some(true))
                    .set_object_ownership(new.ownership.as_deref().map(ObjectOwnership::from))
                    .customize();
                let request = match elsewhere.clone() {
                    Some(region) => {
                        let there = Builder::default().region(Region::new(region));
                        request.config_override(there)
                    }
                    None => request,
                };
                async move { request.send().await.map(drop).map_err(|error| call.failed(error)) }
            });
            made.await.map_err(|error| self.makes_no_buckets(error))
        };
        self.until_seen(bucket, true, create).await
    }

    /// Cloudflare's local R2 looks for the bucket before it says that it makes none.
    fn makes_no_buckets(&self, error: Error) -> Error {
        if error.kind != ErrorKind::NoSuchBucket {
            return error;
        }
        self.refuses(Capability::CreateBucket, "this server makes no buckets by this API".into());
        Error { kind: ErrorKind::Unsupported, ..error }
    }

    /// The server refuses where it is not empty.
    pub async fn delete_bucket(&self, bucket: &Bucket) -> Result<(), Error> {
        let call =
            Call::on_bucket("DeleteBucket", bucket).writing().needing(Capability::DeleteBucket);
        let (call, once) = (&call, &self.sending_once());
        let delete = || {
            once.run(call, |sdk, bucket| {
                let request = sdk.delete_bucket().bucket(bucket);
                async move { request.send().await.map(drop).map_err(|error| call.failed(error)) }
            })
        };
        self.until_seen(bucket, false, delete).await
    }
}

/// Where to make it: left out for `us-east-1`, which refuses its own name, and for R2, which has
/// hints instead.
fn constraint(sdk: &Sdk, new: &NewBucket) -> Option<CreateBucketConfiguration> {
    let region = new.region.as_deref().unwrap_or(&sdk.region);
    let place = match (sdk.provider, &new.hint) {
        (Provider::R2, hint) => hint.as_deref()?,
        (_, _) if matches!(region, "us-east-1" | "auto") => return None,
        _ => region,
    };
    let place = BucketLocationConstraint::from(place);
    Some(CreateBucketConfiguration::builder().location_constraint(place).build())
}
