//! Decides which function answers which request.

pub mod access;
pub mod context;

mod attributes;
mod body;
mod buckets;
mod canned_acls;
mod checksums;
mod conditions;
mod copy;
mod deletes;
mod found;
mod further_settings;
mod given;
mod guards;
mod inventories;
mod listing;
mod multipart;
mod objects;
mod parts;
mod settings;
mod tags;

use std::future::Future;
use std::pin::Pin;

use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUploadInput,
    CompleteMultipartUploadOutput, CopyObjectInput, CopyObjectOutput, CreateBucketInput,
    CreateBucketOutput, CreateMultipartUploadInput, CreateMultipartUploadOutput,
    DeleteBucketCorsInput, DeleteBucketCorsOutput, DeleteBucketEncryptionInput,
    DeleteBucketEncryptionOutput, DeleteBucketInput, DeleteBucketInventoryConfigurationInput,
    DeleteBucketInventoryConfigurationOutput, DeleteBucketLifecycleInput,
    DeleteBucketLifecycleOutput, DeleteBucketOutput, DeleteBucketOwnershipControlsInput,
    DeleteBucketOwnershipControlsOutput, DeleteBucketPolicyInput, DeleteBucketPolicyOutput,
    DeleteBucketReplicationInput, DeleteBucketReplicationOutput, DeleteBucketTaggingInput,
    DeleteBucketTaggingOutput, DeleteBucketWebsiteInput, DeleteBucketWebsiteOutput,
    DeleteObjectInput, DeleteObjectOutput, DeleteObjectTaggingInput, DeleteObjectTaggingOutput,
    DeleteObjectsInput, DeleteObjectsOutput, DeletePublicAccessBlockInput,
    DeletePublicAccessBlockOutput, GetBucketAccelerateConfigurationInput,
    GetBucketAccelerateConfigurationOutput, GetBucketAclInput, GetBucketAclOutput,
    GetBucketCorsInput, GetBucketCorsOutput, GetBucketEncryptionInput, GetBucketEncryptionOutput,
    GetBucketInventoryConfigurationInput, GetBucketInventoryConfigurationOutput,
    GetBucketLifecycleConfigurationInput, GetBucketLifecycleConfigurationOutput,
    GetBucketLocationInput, GetBucketLocationOutput, GetBucketLoggingInput, GetBucketLoggingOutput,
    GetBucketNotificationConfigurationInput, GetBucketNotificationConfigurationOutput,
    GetBucketOwnershipControlsInput, GetBucketOwnershipControlsOutput, GetBucketPolicyInput,
    GetBucketPolicyOutput, GetBucketReplicationInput, GetBucketReplicationOutput,
    GetBucketRequestPaymentInput, GetBucketRequestPaymentOutput, GetBucketTaggingInput,
    GetBucketTaggingOutput, GetBucketVersioningInput, GetBucketVersioningOutput,
    GetBucketWebsiteInput, GetBucketWebsiteOutput, GetObjectAclInput, GetObjectAclOutput,
    GetObjectAttributesInput, GetObjectAttributesOutput, GetObjectInput, GetObjectLegalHoldInput,
    GetObjectLegalHoldOutput, GetObjectLockConfigurationInput, GetObjectLockConfigurationOutput,
    GetObjectOutput, GetObjectRetentionInput, GetObjectRetentionOutput, GetObjectTaggingInput,
    GetObjectTaggingOutput, GetPublicAccessBlockInput, GetPublicAccessBlockOutput, HeadBucketInput,
    HeadBucketOutput, HeadObjectInput, HeadObjectOutput, ListBucketInventoryConfigurationsInput,
    ListBucketInventoryConfigurationsOutput, ListBucketsInput, ListBucketsOutput,
    ListMultipartUploadsInput, ListMultipartUploadsOutput, ListObjectVersionsInput,
    ListObjectVersionsOutput, ListObjectsInput, ListObjectsOutput, ListObjectsV2Input,
    ListObjectsV2Output, ListPartsInput, ListPartsOutput, PutBucketAccelerateConfigurationInput,
    PutBucketAccelerateConfigurationOutput, PutBucketAclInput, PutBucketAclOutput,
    PutBucketCorsInput, PutBucketCorsOutput, PutBucketEncryptionInput, PutBucketEncryptionOutput,
    PutBucketInventoryConfigurationInput, PutBucketInventoryConfigurationOutput,
    PutBucketLifecycleConfigurationInput, PutBucketLifecycleConfigurationOutput,
    PutBucketLoggingInput, PutBucketLoggingOutput, PutBucketNotificationConfigurationInput,
    PutBucketNotificationConfigurationOutput, PutBucketOwnershipControlsInput,
    PutBucketOwnershipControlsOutput, PutBucketPolicyInput, PutBucketPolicyOutput,
    PutBucketReplicationInput, PutBucketReplicationOutput, PutBucketRequestPaymentInput,
    PutBucketRequestPaymentOutput, PutBucketTaggingInput, PutBucketTaggingOutput,
    PutBucketVersioningInput, PutBucketVersioningOutput, PutBucketWebsiteInput,
    PutBucketWebsiteOutput, PutObjectAclInput, PutObjectAclOutput, PutObjectInput,
    PutObjectLegalHoldInput, PutObjectLegalHoldOutput, PutObjectLockConfigurationInput,
    PutObjectLockConfigurationOutput, PutObjectOutput, PutObjectRetentionInput,
    PutObjectRetentionOutput, PutObjectTaggingInput, PutObjectTaggingOutput,
    PutPublicAccessBlockInput, PutPublicAccessBlockOutput, RestoreObjectInput, RestoreObjectOutput,
    UploadPartCopyInput, UploadPartCopyOutput, UploadPartInput, UploadPartOutput,
};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{S3, S3Request, S3Response, S3Result};

use crate::demo::answers::access::{Holders, Permissions};
use crate::demo::answers::context::Context;

/// The service with its doors: signatures, permissions, operations.
pub fn build(context: Context) -> S3Service {
    let mut builder = S3ServiceBuilder::new(Operations(context.clone()));
    builder.set_auth(Holders(context.clone()));
    builder.set_access(Permissions(context));
    builder.build()
}

struct Operations(Context);

/// Writes the methods of the trait `S3` as its attribute macro would; each calls one function of
/// this folder.
macro_rules! operations {
    ($($method:ident($input:ty) -> $output:ty = $function:path;)*) => {
        impl S3 for Operations {
            $(
                fn $method<'a, 'f>(
                    &'a self,
                    request: S3Request<$input>,
                ) -> Pin<Box<dyn Future<Output = S3Result<S3Response<$output>>> + Send + 'f>>
                where
                    'a: 'f,
                    Self: 'f,
                {
                    Box::pin(async move { $function(&self.0, request).await.map(S3Response::new) })
                }
            )*
        }
    };
}

operations! {
    list_buckets(ListBucketsInput) -> ListBucketsOutput = buckets::list;
    create_bucket(CreateBucketInput) -> CreateBucketOutput = buckets::create;
    head_bucket(HeadBucketInput) -> HeadBucketOutput = buckets::head;
    delete_bucket(DeleteBucketInput) -> DeleteBucketOutput = buckets::delete;
    get_bucket_location(GetBucketLocationInput) -> GetBucketLocationOutput = buckets::location;

    list_objects(ListObjectsInput) -> ListObjectsOutput = listing::version_1;
    list_objects_v2(ListObjectsV2Input) -> ListObjectsV2Output = listing::version_2;
    list_object_versions(ListObjectVersionsInput) -> ListObjectVersionsOutput = listing::versions;

    put_object(PutObjectInput) -> PutObjectOutput = objects::put;
    get_object(GetObjectInput) -> GetObjectOutput = objects::get;
    head_object(HeadObjectInput) -> HeadObjectOutput = objects::head;
    get_object_attributes(GetObjectAttributesInput) -> GetObjectAttributesOutput = attributes::get;
    delete_object(DeleteObjectInput) -> DeleteObjectOutput = deletes::one;
    delete_objects(DeleteObjectsInput) -> DeleteObjectsOutput = deletes::many;
    copy_object(CopyObjectInput) -> CopyObjectOutput = copy::object;

    create_multipart_upload(CreateMultipartUploadInput)
        -> CreateMultipartUploadOutput = multipart::create;
    upload_part(UploadPartInput) -> UploadPartOutput = parts::upload;
    upload_part_copy(UploadPartCopyInput) -> UploadPartCopyOutput = parts::copy;
    list_parts(ListPartsInput) -> ListPartsOutput = parts::list;
    list_multipart_uploads(ListMultipartUploadsInput)
        -> ListMultipartUploadsOutput = multipart::list;
    complete_multipart_upload(CompleteMultipartUploadInput)
        -> CompleteMultipartUploadOutput = multipart::complete;
    abort_multipart_upload(AbortMultipartUploadInput)
        -> AbortMultipartUploadOutput = multipart::abort;

    get_object_tagging(GetObjectTaggingInput) -> GetObjectTaggingOutput = tags::get;
    put_object_tagging(PutObjectTaggingInput) -> PutObjectTaggingOutput = tags::put;
    delete_object_tagging(DeleteObjectTaggingInput) -> DeleteObjectTaggingOutput = tags::delete;
    restore_object(RestoreObjectInput) -> RestoreObjectOutput = guards::restore;
    get_object_retention(GetObjectRetentionInput)
        -> GetObjectRetentionOutput = guards::get_retention;
    put_object_retention(PutObjectRetentionInput)
        -> PutObjectRetentionOutput = guards::put_retention;
    get_object_legal_hold(GetObjectLegalHoldInput)
        -> GetObjectLegalHoldOutput = guards::get_hold;
    put_object_legal_hold(PutObjectLegalHoldInput)
        -> PutObjectLegalHoldOutput = guards::put_hold;
    get_object_acl(GetObjectAclInput) -> GetObjectAclOutput = tags::get_acl;
    put_object_acl(PutObjectAclInput) -> PutObjectAclOutput = tags::put_acl;

    get_bucket_versioning(GetBucketVersioningInput)
        -> GetBucketVersioningOutput = settings::get_versioning;
    put_bucket_versioning(PutBucketVersioningInput)
        -> PutBucketVersioningOutput = settings::put_versioning;
    get_bucket_cors(GetBucketCorsInput) -> GetBucketCorsOutput = settings::get_cors;
    put_bucket_cors(PutBucketCorsInput) -> PutBucketCorsOutput = settings::put_cors;
    delete_bucket_cors(DeleteBucketCorsInput) -> DeleteBucketCorsOutput = settings::delete_cors;
    get_bucket_lifecycle_configuration(GetBucketLifecycleConfigurationInput)
        -> GetBucketLifecycleConfigurationOutput = settings::get_lifecycle;
    put_bucket_lifecycle_configuration(PutBucketLifecycleConfigurationInput)
        -> PutBucketLifecycleConfigurationOutput = settings::put_lifecycle;
    delete_bucket_lifecycle(DeleteBucketLifecycleInput)
        -> DeleteBucketLifecycleOutput = settings::delete_lifecycle;
    get_bucket_policy(GetBucketPolicyInput) -> GetBucketPolicyOutput = settings::get_policy;
    put_bucket_policy(PutBucketPolicyInput) -> PutBucketPolicyOutput = settings::put_policy;
    delete_bucket_policy(DeleteBucketPolicyInput)
        -> DeleteBucketPolicyOutput = settings::delete_policy;
    get_bucket_acl(GetBucketAclInput) -> GetBucketAclOutput = settings::get_acl;
    put_bucket_acl(PutBucketAclInput) -> PutBucketAclOutput = settings::put_acl;
    get_bucket_tagging(GetBucketTaggingInput) -> GetBucketTaggingOutput = settings::get_tags;
    put_bucket_tagging(PutBucketTaggingInput) -> PutBucketTaggingOutput = settings::put_tags;
    delete_bucket_tagging(DeleteBucketTaggingInput)
        -> DeleteBucketTaggingOutput = settings::delete_tags;
    get_bucket_encryption(GetBucketEncryptionInput)
        -> GetBucketEncryptionOutput = settings::get_encryption;
    put_bucket_encryption(PutBucketEncryptionInput)
        -> PutBucketEncryptionOutput = settings::put_encryption;
    get_public_access_block(GetPublicAccessBlockInput)
        -> GetPublicAccessBlockOutput = settings::get_public_access_block;
    put_public_access_block(PutPublicAccessBlockInput)
        -> PutPublicAccessBlockOutput = settings::put_public_access_block;

    get_bucket_ownership_controls(GetBucketOwnershipControlsInput)
        -> GetBucketOwnershipControlsOutput = further_settings::get_ownership;
    put_bucket_ownership_controls(PutBucketOwnershipControlsInput)
        -> PutBucketOwnershipControlsOutput = further_settings::put_ownership;
    delete_bucket_ownership_controls(DeleteBucketOwnershipControlsInput)
        -> DeleteBucketOwnershipControlsOutput = further_settings::delete_ownership;
    get_object_lock_configuration(GetObjectLockConfigurationInput)
        -> GetObjectLockConfigurationOutput = further_settings::get_object_lock;
    put_object_lock_configuration(PutObjectLockConfigurationInput)
        -> PutObjectLockConfigurationOutput = further_settings::put_object_lock;
    get_bucket_logging(GetBucketLoggingInput)
        -> GetBucketLoggingOutput = further_settings::get_logging;
    put_bucket_logging(PutBucketLoggingInput)
        -> PutBucketLoggingOutput = further_settings::put_logging;
    get_bucket_notification_configuration(GetBucketNotificationConfigurationInput)
        -> GetBucketNotificationConfigurationOutput = further_settings::get_notifications;
    put_bucket_notification_configuration(PutBucketNotificationConfigurationInput)
        -> PutBucketNotificationConfigurationOutput = further_settings::put_notifications;
    get_bucket_website(GetBucketWebsiteInput)
        -> GetBucketWebsiteOutput = further_settings::get_website;
    put_bucket_website(PutBucketWebsiteInput)
        -> PutBucketWebsiteOutput = further_settings::put_website;
    delete_bucket_website(DeleteBucketWebsiteInput)
        -> DeleteBucketWebsiteOutput = further_settings::delete_website;
    get_bucket_replication(GetBucketReplicationInput)
        -> GetBucketReplicationOutput = further_settings::get_replication;
    put_bucket_replication(PutBucketReplicationInput)
        -> PutBucketReplicationOutput = further_settings::put_replication;
    delete_bucket_replication(DeleteBucketReplicationInput)
        -> DeleteBucketReplicationOutput = further_settings::delete_replication;
    get_bucket_accelerate_configuration(GetBucketAccelerateConfigurationInput)
        -> GetBucketAccelerateConfigurationOutput = further_settings::get_accelerate;
    put_bucket_accelerate_configuration(PutBucketAccelerateConfigurationInput)
        -> PutBucketAccelerateConfigurationOutput = further_settings::put_accelerate;
    get_bucket_request_payment(GetBucketRequestPaymentInput)
        -> GetBucketRequestPaymentOutput = further_settings::get_request_payment;
    put_bucket_request_payment(PutBucketRequestPaymentInput)
        -> PutBucketRequestPaymentOutput = further_settings::put_request_payment;
    list_bucket_inventory_configurations(ListBucketInventoryConfigurationsInput)
        -> ListBucketInventoryConfigurationsOutput = inventories::list;
    get_bucket_inventory_configuration(GetBucketInventoryConfigurationInput)
        -> GetBucketInventoryConfigurationOutput = inventories::get;
    put_bucket_inventory_configuration(PutBucketInventoryConfigurationInput)
        -> PutBucketInventoryConfigurationOutput = inventories::put;
    delete_bucket_inventory_configuration(DeleteBucketInventoryConfigurationInput)
        -> DeleteBucketInventoryConfigurationOutput = inventories::delete;
    delete_bucket_encryption(DeleteBucketEncryptionInput)
        -> DeleteBucketEncryptionOutput = further_settings::delete_encryption;
    delete_public_access_block(DeletePublicAccessBlockInput)
        -> DeletePublicAccessBlockOutput = further_settings::delete_public_access_block;
}
