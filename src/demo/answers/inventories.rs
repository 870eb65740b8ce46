//! Keeps and lists the inventory reports of a bucket, and never writes one.

use std::ops::Bound;

use s3s::dto::{
    DeleteBucketInventoryConfigurationInput, DeleteBucketInventoryConfigurationOutput,
    GetBucketInventoryConfigurationInput, GetBucketInventoryConfigurationOutput,
    ListBucketInventoryConfigurationsInput, ListBucketInventoryConfigurationsOutput,
    PutBucketInventoryConfigurationInput, PutBucketInventoryConfigurationOutput,
};
use s3s::{S3Request, S3Result, s3_error};

use crate::demo::answers::context::{Context, refused};
use crate::demo::store::bucket::Settings;

/// Reports of one page, as S3 has it.
const PAGE: usize = 100;

/// The most that S3 takes.
const MOST: usize = 1000;

fn settings<R>(
    cx: &Context,
    operation: &str,
    bucket: &str,
    act: impl FnOnce(&mut Settings) -> S3Result<R>,
) -> S3Result<R> {
    cx.not_in_r2(operation)?;
    cx.in_bucket(bucket, |bucket, _| act(&mut bucket.settings))
}

pub async fn list(
    cx: &Context,
    request: S3Request<ListBucketInventoryConfigurationsInput>,
) -> S3Result<ListBucketInventoryConfigurationsOutput> {
    let input = request.input;
    settings(cx, "ListBucketInventoryConfigurations", &input.bucket, |settings| {
        let after = input.continuation_token.clone().map_or(Bound::Unbounded, Bound::Excluded);
        let mut rows = settings.inventories.range((after, Bound::Unbounded));
        let page: Vec<_> = rows.by_ref().take(PAGE).collect();
        let more = rows.next().is_some();
        let last = page.last().map(|(id, _)| (*id).clone()).filter(|_| more);
        let list = page.into_iter().map(|(_, report)| report.clone()).collect();
        Ok(ListBucketInventoryConfigurationsOutput {
            continuation_token: input.continuation_token,
            inventory_configuration_list: Some(list),
            is_truncated: Some(more),
            next_continuation_token: last,
        })
    })
}

pub async fn get(
    cx: &Context,
    request: S3Request<GetBucketInventoryConfigurationInput>,
) -> S3Result<GetBucketInventoryConfigurationOutput> {
    let input = request.input;
    settings(cx, "GetBucketInventoryConfiguration", &input.bucket, |settings| {
        let report = settings.inventories.get(&input.id).cloned().ok_or_else(missing)?;
        Ok(GetBucketInventoryConfigurationOutput { inventory_configuration: Some(report) })
    })
}

pub async fn put(
    cx: &Context,
    request: S3Request<PutBucketInventoryConfigurationInput>,
) -> S3Result<PutBucketInventoryConfigurationOutput> {
    let input = request.input;
    let report = input.inventory_configuration;
    if report.id != input.id {
        return Err(s3_error!(InvalidArgument, "The ID of the report and of the request differ"));
    }
    settings(cx, "PutBucketInventoryConfiguration", &input.bucket, |settings| {
        if settings.inventories.len() >= MOST && !settings.inventories.contains_key(&report.id) {
            let message = "You are attempting to create a new configuration but have already \
                           reached the 1,000-configuration limit.";
            return Err(refused(400, "TooManyConfigurations", message));
        }
        settings.inventories.insert(report.id.clone(), report);
        Ok(PutBucketInventoryConfigurationOutput::default())
    })
}

pub async fn delete(
    cx: &Context,
    request: S3Request<DeleteBucketInventoryConfigurationInput>,
) -> S3Result<DeleteBucketInventoryConfigurationOutput> {
    let input = request.input;
    settings(cx, "DeleteBucketInventoryConfiguration", &input.bucket, |settings| {
        let gone = settings.inventories.remove(&input.id);
        gone.map(|_| DeleteBucketInventoryConfigurationOutput::default()).ok_or_else(missing)
    })
}

fn missing() -> s3s::S3Error {
    refused(404, "NoSuchConfiguration", "The specified configuration does not exist.")
}
