//! Lists, makes and removes buckets.

use aws_sdk_s3::config::{Builder, Region};
use aws_sdk_s3::operation::list_buckets::ListBucketsOutput;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration, ObjectOwnership};

use crate::domain::address::Bucket;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::jurisdiction::Jurisdiction;
use crate::domain::object::{BucketEntry, NewBucket};
use crate::domain::page_cursor::{PageCursor, PageStart};
use crate::domain::provider::{Capability, Provider};
use crate::domain::settings::BucketSetting;
use crate::domain::settings::forms::SettingForm;
use crate::domain::versions::Versioning;
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
            let start = PageStart::of(output.buckets().first().and_then(|bucket| bucket.name()));
            cursor.advance(next, start).map_err(|why| call.fails(ErrorKind::BrokenListing, why))?;
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
        self.permit(&self.creating(bucket))?;
        self.expect_no_bucket(new).await?;
        self.create(new).await?;
        let locked = match new.object_lock {
            true => self.expect_lock(bucket).await,
            false => Ok(()),
        };
        // A bucket with object lock keeps versions.
        let versioned = match new.versioning && (!new.object_lock || locked.is_err()) {
            true => self.turn_versions_on(bucket).await,
            false => Ok(()),
        };
        made_in_part([("object lock", locked), ("versioning", versioned)])
    }

    /// Fails where the bucket is there already and the server would not say so: AWS takes the
    /// request once more in `us-east-1`, and so do many others.
    async fn expect_no_bucket(&self, new: &NewBucket) -> Result<(), Error> {
        let sdk = self.sdk().await?;
        let tells = match sdk.provider {
            Provider::Aws => constraint(&sdk, new).is_some(),
            provider => provider.facts().relied_upon,
        };
        if !tells && self.is_there(&new.bucket).await == Some(true) {
            let call = self.creating(&new.bucket);
            return Err(call.fails(ErrorKind::BucketExists, "it was there before"));
        }
        Ok(())
    }

    /// Looks that a bucket was made with object lock: some servers take the wish and know none.
    async fn expect_lock(&self, bucket: &Bucket) -> Result<(), Error> {
        if self.provider().facts().relied_upon {
            return Ok(());
        }
        let call = Call::on_bucket(BucketSetting::ObjectLock.operations().0, bucket);
        match self.setting(bucket, BucketSetting::ObjectLock).await {
            Ok(Some(lock)) if lock.document.text_of("ObjectLockEnabled") == Some("Enabled") => {
                Ok(())
            }
            Ok(_) => Err(call.fails(ErrorKind::Unsupported, IGNORED)),
            Err(error) => Err(error),
        }
    }

    async fn turn_versions_on(&self, bucket: &Bucket) -> Result<(), Error> {
        let on = SettingForm::Versioning { on: true }.applied(None);
        self.set_setting(bucket, BucketSetting::Versioning, &on, None).await?;
        if self.provider().facts().relied_upon {
            return Ok(());
        }
        let call = Call::on_bucket(BucketSetting::Versioning.operations().1, bucket);
        match self.versioning(bucket).await {
            Ok(Versioning::Enabled) => Ok(()),
            Ok(_) => Err(call.fails(ErrorKind::Unsupported, IGNORED)),
            Err(error) => Err(error),
        }
    }

    fn creating(&self, bucket: &Bucket) -> Call {
        Call::on_account("CreateBucket", &format!("s3://{bucket}"))
            .at(self.said_home(bucket))
            .writing()
            .needing(Capability::CreateBucket)
    }

    async fn create(&self, new: &NewBucket) -> Result<(), Error> {
        let bucket = &new.bucket;
        let call = self.creating(bucket);
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

/// What is wrong where a bucket was made and is not as it was asked for.
const IGNORED: &str = "the server reported success, and did not turn it on";

/// `Partial` where something of a bucket that is made is not as it was asked for.
fn made_in_part(outcomes: [(&str, Result<(), Error>); 2]) -> Result<(), Error> {
    let mut lacking = String::new();
    let mut first = None;
    for (what, outcome) in outcomes {
        if let Err(error) = outcome {
            let why = error.explain().what;
            lacking += &format!(", and its {what} is not on: {why}");
            first = first.or(Some(error));
        }
    }
    first.map_or(Ok(()), |error| {
        let detail = format!("the bucket is made{lacking}");
        Err(Error { kind: ErrorKind::Partial, ..error }.detail(detail))
    })
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
