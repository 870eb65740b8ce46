//! Keeps the settings of a bucket that are rarely set: ownership, object lock, logging and others.

use s3s::dto::{
    DeleteBucketEncryptionInput, DeleteBucketEncryptionOutput, DeleteBucketOwnershipControlsInput,
    DeleteBucketOwnershipControlsOutput, DeleteBucketReplicationInput,
    DeleteBucketReplicationOutput, DeleteBucketWebsiteInput, DeleteBucketWebsiteOutput,
    DeletePublicAccessBlockInput, DeletePublicAccessBlockOutput,
    GetBucketAccelerateConfigurationInput, GetBucketAccelerateConfigurationOutput,
    GetBucketLoggingInput, GetBucketLoggingOutput, GetBucketNotificationConfigurationInput,
    GetBucketNotificationConfigurationOutput, GetBucketOwnershipControlsInput,
    GetBucketOwnershipControlsOutput, GetBucketReplicationInput, GetBucketReplicationOutput,
    GetBucketRequestPaymentInput, GetBucketRequestPaymentOutput, GetBucketWebsiteInput,
    GetBucketWebsiteOutput, GetObjectLockConfigurationInput, GetObjectLockConfigurationOutput,
    Payer, PutBucketAccelerateConfigurationInput, PutBucketAccelerateConfigurationOutput,
    PutBucketLoggingInput, PutBucketLoggingOutput, PutBucketNotificationConfigurationInput,
    PutBucketNotificationConfigurationOutput, PutBucketOwnershipControlsInput,
    PutBucketOwnershipControlsOutput, PutBucketReplicationInput, PutBucketReplicationOutput,
    PutBucketRequestPaymentInput, PutBucketRequestPaymentOutput, PutBucketWebsiteInput,
    PutBucketWebsiteOutput, PutObjectLockConfigurationInput, PutObjectLockConfigurationOutput,
};
use s3s::{S3Request, S3Result, s3_error};

use crate::demo::answers::context::{Context, refused};
use crate::demo::store::bucket::{Bucket, Settings, Versioning};

/// Acts on the settings of a bucket, in a mode that has the operation.
fn settings<R>(
    cx: &Context,
    operation: &str,
    bucket: &str,
    act: impl FnOnce(&mut Settings) -> S3Result<R>,
) -> S3Result<R> {
    cx.not_in_r2(operation)?;
    cx.in_bucket(bucket, |bucket, _| act(&mut bucket.settings))
}

/// What is set, or the refusal that S3 has for what is not.
fn set<T: Clone>(value: Option<&T>, code: &'static str, message: &str) -> S3Result<T> {
    value.cloned().ok_or_else(|| refused(404, code, message))
}

pub async fn get_ownership(
    cx: &Context,
    request: S3Request<GetBucketOwnershipControlsInput>,
) -> S3Result<GetBucketOwnershipControlsOutput> {
    settings(cx, "GetBucketOwnershipControls", &request.input.bucket, |settings| {
        let controls = set(
            settings.ownership.as_ref(),
            "OwnershipControlsNotFoundError",
            "The bucket ownership controls were not found",
        )?;
        Ok(GetBucketOwnershipControlsOutput { ownership_controls: Some(controls) })
    })
}

pub async fn put_ownership(
    cx: &Context,
    request: S3Request<PutBucketOwnershipControlsInput>,
) -> S3Result<PutBucketOwnershipControlsOutput> {
    let input = request.input;
    settings(cx, "PutBucketOwnershipControls", &input.bucket, |settings| {
        settings.ownership = Some(input.ownership_controls);
        Ok(PutBucketOwnershipControlsOutput::default())
    })
}

pub async fn delete_ownership(
    cx: &Context,
    request: S3Request<DeleteBucketOwnershipControlsInput>,
) -> S3Result<DeleteBucketOwnershipControlsOutput> {
    settings(cx, "DeleteBucketOwnershipControls", &request.input.bucket, |settings| {
        settings.ownership = None;
        Ok(DeleteBucketOwnershipControlsOutput::default())
    })
}

pub async fn get_object_lock(
    cx: &Context,
    request: S3Request<GetObjectLockConfigurationInput>,
) -> S3Result<GetObjectLockConfigurationOutput> {
    settings(cx, "GetObjectLockConfiguration", &request.input.bucket, |settings| {
        let configuration = set(
            settings.object_lock.as_ref(),
            "ObjectLockConfigurationNotFoundError",
            "Object Lock configuration does not exist for this bucket",
        )?;
        Ok(GetObjectLockConfigurationOutput { object_lock_configuration: Some(configuration) })
    })
}

pub async fn put_object_lock(
    cx: &Context,
    request: S3Request<PutObjectLockConfigurationInput>,
) -> S3Result<PutObjectLockConfigurationOutput> {
    cx.not_in_r2("PutObjectLockConfiguration")?;
    let input = request.input;
    cx.in_bucket(&input.bucket, |bucket, _| {
        versioned(bucket, 409, "InvalidBucketState", "a Object Lock configuration")?;
        bucket.settings.object_lock = input.object_lock_configuration;
        Ok(PutObjectLockConfigurationOutput::default())
    })
}

fn versioned(bucket: &Bucket, status: u16, code: &'static str, what: &str) -> S3Result<()> {
    if bucket.versioning == Versioning::Enabled {
        return Ok(());
    }
    let message = format!("Versioning must be 'Enabled' on the bucket to apply {what}");
    Err(refused(status, code, &message))
}

pub async fn get_logging(
    cx: &Context,
    request: S3Request<GetBucketLoggingInput>,
) -> S3Result<GetBucketLoggingOutput> {
    settings(cx, "GetBucketLogging", &request.input.bucket, |settings| {
        Ok(GetBucketLoggingOutput { logging_enabled: settings.logging.clone() })
    })
}

pub async fn put_logging(
    cx: &Context,
    request: S3Request<PutBucketLoggingInput>,
) -> S3Result<PutBucketLoggingOutput> {
    let input = request.input;
    let logging = input.bucket_logging_status.logging_enabled;
    if let Some(target) = logging.as_ref().map(|logging| logging.target_bucket.clone()) {
        let there = cx.in_bucket(&target, |_, _| Ok(()));
        there.map_err(|_| {
            let message = "The target bucket for logging does not exist";
            refused(400, "InvalidTargetBucketForLogging", message)
        })?;
    }
    settings(cx, "PutBucketLogging", &input.bucket, |settings| {
        settings.logging = logging;
        Ok(PutBucketLoggingOutput::default())
    })
}

pub async fn get_notifications(
    cx: &Context,
    request: S3Request<GetBucketNotificationConfigurationInput>,
) -> S3Result<GetBucketNotificationConfigurationOutput> {
    settings(cx, "GetBucketNotificationConfiguration", &request.input.bucket, |settings| {
        let set = settings.notifications.clone().unwrap_or_default();
        Ok(GetBucketNotificationConfigurationOutput {
            event_bridge_configuration: set.event_bridge_configuration,
            lambda_function_configurations: set.lambda_function_configurations,
            queue_configurations: set.queue_configurations,
            topic_configurations: set.topic_configurations,
        })
    })
}

pub async fn put_notifications(
    cx: &Context,
    request: S3Request<PutBucketNotificationConfigurationInput>,
) -> S3Result<PutBucketNotificationConfigurationOutput> {
    let input = request.input;
    settings(cx, "PutBucketNotificationConfiguration", &input.bucket, |settings| {
        settings.notifications = Some(input.notification_configuration);
        Ok(PutBucketNotificationConfigurationOutput::default())
    })
}

pub async fn get_website(
    cx: &Context,
    request: S3Request<GetBucketWebsiteInput>,
) -> S3Result<GetBucketWebsiteOutput> {
    settings(cx, "GetBucketWebsite", &request.input.bucket, |settings| {
        let website = set(
            settings.website.as_ref(),
            "NoSuchWebsiteConfiguration",
            "The specified bucket does not have a website configuration",
        )?;
        Ok(GetBucketWebsiteOutput {
            error_document: website.error_document,
            index_document: website.index_document,
            redirect_all_requests_to: website.redirect_all_requests_to,
            routing_rules: website.routing_rules,
        })
    })
}

pub async fn put_website(
    cx: &Context,
    request: S3Request<PutBucketWebsiteInput>,
) -> S3Result<PutBucketWebsiteOutput> {
    let input = request.input;
    let website = input.website_configuration;
    if website.index_document.is_none() && website.redirect_all_requests_to.is_none() {
        return Err(s3_error!(
            InvalidArgument,
            "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty"
        ));
    }
    settings(cx, "PutBucketWebsite", &input.bucket, |settings| {
        settings.website = Some(website);
        Ok(PutBucketWebsiteOutput::default())
    })
}

pub async fn delete_website(
    cx: &Context,
    request: S3Request<DeleteBucketWebsiteInput>,
) -> S3Result<DeleteBucketWebsiteOutput> {
    settings(cx, "DeleteBucketWebsite", &request.input.bucket, |settings| {
        settings.website = None;
        Ok(DeleteBucketWebsiteOutput::default())
    })
}

pub async fn get_replication(
    cx: &Context,
    request: S3Request<GetBucketReplicationInput>,
) -> S3Result<GetBucketReplicationOutput> {
    settings(cx, "GetBucketReplication", &request.input.bucket, |settings| {
        let configuration = set(
            settings.replication.as_ref(),
            "ReplicationConfigurationNotFoundError",
            "The replication configuration was not found",
        )?;
        Ok(GetBucketReplicationOutput { replication_configuration: Some(configuration) })
    })
}

pub async fn put_replication(
    cx: &Context,
    request: S3Request<PutBucketReplicationInput>,
) -> S3Result<PutBucketReplicationOutput> {
    cx.not_in_r2("PutBucketReplication")?;
    let input = request.input;
    cx.in_bucket(&input.bucket, |bucket, _| {
        versioned(bucket, 400, "InvalidRequest", "a replication configuration")?;
        bucket.settings.replication = Some(input.replication_configuration);
        Ok(PutBucketReplicationOutput::default())
    })
}

pub async fn delete_replication(
    cx: &Context,
    request: S3Request<DeleteBucketReplicationInput>,
) -> S3Result<DeleteBucketReplicationOutput> {
    settings(cx, "DeleteBucketReplication", &request.input.bucket, |settings| {
        settings.replication = None;
        Ok(DeleteBucketReplicationOutput::default())
    })
}

pub async fn get_accelerate(
    cx: &Context,
    request: S3Request<GetBucketAccelerateConfigurationInput>,
) -> S3Result<GetBucketAccelerateConfigurationOutput> {
    settings(cx, "GetBucketAccelerateConfiguration", &request.input.bucket, |settings| {
        let status = settings.accelerate.clone();
        Ok(GetBucketAccelerateConfigurationOutput { status, ..Default::default() })
    })
}

pub async fn put_accelerate(
    cx: &Context,
    request: S3Request<PutBucketAccelerateConfigurationInput>,
) -> S3Result<PutBucketAccelerateConfigurationOutput> {
    let input = request.input;
    settings(cx, "PutBucketAccelerateConfiguration", &input.bucket, |settings| {
        settings.accelerate = input.accelerate_configuration.status;
        Ok(PutBucketAccelerateConfigurationOutput::default())
    })
}

pub async fn get_request_payment(
    cx: &Context,
    request: S3Request<GetBucketRequestPaymentInput>,
) -> S3Result<GetBucketRequestPaymentOutput> {
    settings(cx, "GetBucketRequestPayment", &request.input.bucket, |settings| {
        let usual = || Payer::from_static(Payer::BUCKET_OWNER);
        let payer = settings.payer.clone().unwrap_or_else(usual);
        Ok(GetBucketRequestPaymentOutput { payer: Some(payer) })
    })
}

pub async fn put_request_payment(
    cx: &Context,
    request: S3Request<PutBucketRequestPaymentInput>,
) -> S3Result<PutBucketRequestPaymentOutput> {
    let input = request.input;
    settings(cx, "PutBucketRequestPayment", &input.bucket, |settings| {
        settings.payer = Some(input.request_payment_configuration.payer);
        Ok(PutBucketRequestPaymentOutput::default())
    })
}

/// Back to what holds unless something else was set.
pub async fn delete_encryption(
    cx: &Context,
    request: S3Request<DeleteBucketEncryptionInput>,
) -> S3Result<DeleteBucketEncryptionOutput> {
    settings(cx, "DeleteBucketEncryption", &request.input.bucket, |settings| {
        settings.encryption = None;
        Ok(DeleteBucketEncryptionOutput::default())
    })
}

pub async fn delete_public_access_block(
    cx: &Context,
    request: S3Request<DeletePublicAccessBlockInput>,
) -> S3Result<DeletePublicAccessBlockOutput> {
    settings(cx, "DeletePublicAccessBlock", &request.input.bucket, |settings| {
        settings.public_access_block = None;
        Ok(DeletePublicAccessBlockOutput::default())
    })
}
