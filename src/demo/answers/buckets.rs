//! Lists, makes, describes and deletes buckets.

use s3s::dto::{
    Bucket as ListedBucket, BucketLocationConstraint, CreateBucketInput, CreateBucketOutput,
    DeleteBucketInput, DeleteBucketOutput, GetBucketLocationInput, GetBucketLocationOutput,
    HeadBucketInput, HeadBucketOutput, ListBucketsInput, ListBucketsOutput,
    ObjectLockConfiguration, ObjectLockEnabled, Owner, OwnershipControls, OwnershipControlsRule,
    Timestamp,
};
use s3s::{S3Request, S3Result, s3_error};

use crate::demo::answers::context::Context;
use crate::demo::store::bucket::{Bucket, Versioning};
use crate::demo::store::now;

pub fn owner() -> Owner {
    Owner { display_name: Some("windlass".to_owned()), id: Some("windlass-demo".to_owned()) }
}

pub async fn list(
    cx: &Context,
    request: S3Request<ListBucketsInput>,
) -> S3Result<ListBucketsOutput> {
    let input = request.input;
    let prefix = input.prefix.clone().unwrap_or_default();
    let after = input.continuation_token.unwrap_or_default();
    let most = input.max_buckets.map_or(10_000, |most| usize::try_from(most).unwrap_or(0));
    let mut buckets = cx.store.with(|contents| {
        let named = contents.buckets.iter();
        let wanted = named.filter(|(name, _)| name.starts_with(&prefix) && **name > after);
        wanted.map(|(name, bucket)| listed(cx, name, bucket)).collect::<Vec<_>>()
    });
    let truncated = buckets.len() > most;
    buckets.truncate(most);
    let continuation_token =
        buckets.last().filter(|_| truncated).and_then(|bucket| bucket.name.clone());
    Ok(ListBucketsOutput {
        buckets: Some(buckets),
        continuation_token,
        owner: Some(owner()),
        prefix: input.prefix,
    })
}

fn listed(cx: &Context, name: &str, bucket: &Bucket) -> ListedBucket {
    ListedBucket {
        bucket_region: Some(region(cx, bucket)),
        creation_date: Some(Timestamp::from(bucket.created)),
        name: Some(name.to_owned()),
    }
}

fn region(cx: &Context, bucket: &Bucket) -> String {
    if bucket.region.is_empty() { cx.rules.region.clone() } else { bucket.region.clone() }
}

pub async fn create(
    cx: &Context,
    request: S3Request<CreateBucketInput>,
) -> S3Result<CreateBucketOutput> {
    let input = request.input;
    let wished = input
        .create_bucket_configuration
        .and_then(|configuration| configuration.location_constraint)
        .map(|region| region.as_str().to_owned())
        .filter(|region| *region != cx.rules.region);
    let (wished, hint) = if cx.is_r2() { (None, wished) } else { (wished, None) };
    let locks = input.object_lock_enabled_for_bucket == Some(true);
    if locks {
        cx.not_in_r2("Object lock")?;
    }
    let ownership = input.object_ownership.map(|object_ownership| OwnershipControls {
        rules: vec![OwnershipControlsRule { object_ownership }],
    });
    let name = input.bucket;
    cx.store.with(|contents| {
        if contents.buckets.contains_key(&name) {
            return Err(s3_error!(
                BucketAlreadyOwnedByYou,
                "Your previous request to create the named bucket succeeded and you already own it."
            ));
        }
        let mut bucket = Bucket::new(now(), wished.as_deref().unwrap_or(""));
        if locks {
            bucket.versioning = Versioning::Enabled;
            bucket.settings.object_lock = Some(ObjectLockConfiguration {
                object_lock_enabled: Some(ObjectLockEnabled::from_static(
                    ObjectLockEnabled::ENABLED,
                )),
                rule: None,
            });
        }
        bucket.settings.ownership = ownership;
        bucket.settings.hint = hint;
        contents.buckets.insert(name.clone(), bucket);
        Ok(CreateBucketOutput { location: Some(format!("/{name}")) })
    })
}

pub async fn head(cx: &Context, request: S3Request<HeadBucketInput>) -> S3Result<HeadBucketOutput> {
    cx.in_bucket(&request.input.bucket, |bucket, _| {
        Ok(HeadBucketOutput { bucket_region: Some(region(cx, bucket)), ..Default::default() })
    })
}

pub async fn delete(
    cx: &Context,
    request: S3Request<DeleteBucketInput>,
) -> S3Result<DeleteBucketOutput> {
    let name = request.input.bucket;
    cx.in_bucket(&name, |bucket, _| {
        if bucket.is_empty() {
            return Ok(());
        }
        Err(s3_error!(BucketNotEmpty, "The bucket you tried to delete is not empty"))
    })?;
    cx.store.remove_bucket(&name);
    Ok(DeleteBucketOutput {})
}

pub async fn location(
    cx: &Context,
    request: S3Request<GetBucketLocationInput>,
) -> S3Result<GetBucketLocationOutput> {
    cx.in_bucket(&request.input.bucket, |bucket, _| {
        // The oldest region has no name here.
        let region = Some(region(cx, bucket)).filter(|region| region != "us-east-1");
        let hint = bucket.settings.hint.as_ref().map(|hint| hint.to_uppercase());
        let region = hint.or(region);
        Ok(GetBucketLocationOutput {
            location_constraint: region.map(BucketLocationConstraint::from),
        })
    })
}
