//! Keeps what can be set on a bucket: versions, CORS, lifecycle, policy, ACL, tags, encryption,
//! public access.

use s3s::dto::{
    BucketVersioningStatus, DeleteBucketCorsInput, DeleteBucketCorsOutput,
    DeleteBucketLifecycleInput, DeleteBucketLifecycleOutput, DeleteBucketPolicyInput,
    DeleteBucketPolicyOutput, DeleteBucketTaggingInput, DeleteBucketTaggingOutput,
    GetBucketAclInput, GetBucketAclOutput, GetBucketCorsInput, GetBucketCorsOutput,
    GetBucketEncryptionInput, GetBucketEncryptionOutput, GetBucketLifecycleConfigurationInput,
    GetBucketLifecycleConfigurationOutput, GetBucketPolicyInput, GetBucketPolicyOutput,
    GetBucketTaggingInput, GetBucketTaggingOutput, GetBucketVersioningInput,
    GetBucketVersioningOutput, GetPublicAccessBlockInput, GetPublicAccessBlockOutput,
    LifecycleRule, MFADelete, MFADeleteStatus, ObjectOwnership, OwnershipControls,
    PutBucketAclInput, PutBucketAclOutput, PutBucketCorsInput, PutBucketCorsOutput,
    PutBucketEncryptionInput, PutBucketEncryptionOutput, PutBucketLifecycleConfigurationInput,
    PutBucketLifecycleConfigurationOutput, PutBucketPolicyInput, PutBucketPolicyOutput,
    PutBucketTaggingInput, PutBucketTaggingOutput, PutBucketVersioningInput,
    PutBucketVersioningOutput, PutPublicAccessBlockInput, PutPublicAccessBlockOutput,
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration,
    ServerSideEncryptionRule, TransitionDefaultMinimumObjectSize,
};
use s3s::{S3Request, S3Result, s3_error};

use crate::demo::answers::buckets::owner;
use crate::demo::answers::canned_acls::grants;
use crate::demo::answers::context::{Context, refused};
use crate::demo::store::bucket::{Settings, Versioning};

const ENFORCED: &str = ObjectOwnership::BUCKET_OWNER_ENFORCED;

fn settings<R>(
    cx: &Context,
    bucket: &str,
    act: impl FnOnce(&mut Settings) -> S3Result<R>,
) -> S3Result<R> {
    cx.in_bucket(bucket, |bucket, _| act(&mut bucket.settings))
}

pub async fn get_versioning(
    cx: &Context,
    request: S3Request<GetBucketVersioningInput>,
) -> S3Result<GetBucketVersioningOutput> {
    cx.not_in_r2("GetBucketVersioning")?;
    let (status, mfa) = cx.in_bucket(&request.input.bucket, |bucket, _| {
        Ok((bucket.versioning, bucket.settings.mfa_delete))
    })?;
    let status = match status {
        Versioning::Never => None,
        Versioning::Enabled => Some(BucketVersioningStatus::ENABLED),
        Versioning::Suspended => Some(BucketVersioningStatus::SUSPENDED),
    };
    Ok(GetBucketVersioningOutput {
        status: status.map(BucketVersioningStatus::from_static),
        mfa_delete: mfa.then(|| MFADeleteStatus::from_static(MFADeleteStatus::ENABLED)),
    })
}

pub async fn put_versioning(
    cx: &Context,
    request: S3Request<PutBucketVersioningInput>,
) -> S3Result<PutBucketVersioningOutput> {
    cx.not_in_r2("PutBucketVersioning")?;
    let input = request.input;
    let status = input.versioning_configuration.status;
    let versioning = match status.as_ref().map(BucketVersioningStatus::as_str) {
        Some(BucketVersioningStatus::ENABLED) => Versioning::Enabled,
        Some(BucketVersioningStatus::SUSPENDED) => Versioning::Suspended,
        _ => return Err(s3_error!(IllegalVersioningConfigurationException)),
    };
    let with_code = input.mfa.as_deref().is_some_and(is_code);
    let mfa_delete = input.versioning_configuration.mfa_delete;
    cx.in_bucket(&input.bucket, |bucket, _| {
        if !with_code && (mfa_delete.is_some() || bucket.settings.mfa_delete) {
            return Err(s3_error!(AccessDenied, "{MFA_WANTED}"));
        }
        if let Some(mfa_delete) = mfa_delete {
            bucket.settings.mfa_delete = mfa_delete.as_str() == MFADelete::ENABLED;
        }
        if bucket.settings.object_lock.is_some() && versioning == Versioning::Suspended {
            let message = "An Object Lock configuration is present on this bucket, so the \
                           versioning state cannot be changed.";
            return Err(refused(409, "InvalidBucketState", message));
        }
        bucket.versioning = versioning;
        Ok(PutBucketVersioningOutput::default())
    })
}

/// What S3 says where the code of a device is missing.
pub const MFA_WANTED: &str = "Mfa Authentication must be used for this request";

/// A device and six digits, whichever.
fn is_code(header: &str) -> bool {
    let code = header.split_once(' ').map(|(_, code)| code);
    code.is_some_and(|code| code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()))
}

pub async fn get_cors(
    cx: &Context,
    request: S3Request<GetBucketCorsInput>,
) -> S3Result<GetBucketCorsOutput> {
    settings(cx, &request.input.bucket, |settings| match &settings.cors {
        Some(rules) => Ok(GetBucketCorsOutput { cors_rules: Some(rules.clone()) }),
        None => {
            Err(refused(404, "NoSuchCORSConfiguration", "The CORS configuration does not exist"))
        }
    })
}

pub async fn put_cors(
    cx: &Context,
    request: S3Request<PutBucketCorsInput>,
) -> S3Result<PutBucketCorsOutput> {
    let rules = request.input.cors_configuration.cors_rules;
    for method in rules.iter().flat_map(|rule| &rule.allowed_methods) {
        if !matches!(method.as_str(), "GET" | "PUT" | "POST" | "DELETE" | "HEAD") {
            return Err(s3_error!(
                InvalidRequest,
                "Found unsupported HTTP method in CORS config. Unsupported method is {method}"
            ));
        }
    }
    settings(cx, &request.input.bucket, |settings| {
        settings.cors = Some(rules);
        Ok(PutBucketCorsOutput::default())
    })
}

pub async fn delete_cors(
    cx: &Context,
    request: S3Request<DeleteBucketCorsInput>,
) -> S3Result<DeleteBucketCorsOutput> {
    settings(cx, &request.input.bucket, |settings| {
        settings.cors = None;
        Ok(DeleteBucketCorsOutput::default())
    })
}

pub async fn get_lifecycle(
    cx: &Context,
    request: S3Request<GetBucketLifecycleConfigurationInput>,
) -> S3Result<GetBucketLifecycleConfigurationOutput> {
    settings(cx, &request.input.bucket, |settings| match &settings.lifecycle {
        Some(rules) => Ok(GetBucketLifecycleConfigurationOutput {
            rules: Some(rules.clone()),
            transition_default_minimum_object_size: settings.minimum_size.clone(),
        }),
        None => Err(refused(
            404,
            "NoSuchLifecycleConfiguration",
            "The lifecycle configuration does not exist",
        )),
    })
}

pub async fn put_lifecycle(
    cx: &Context,
    request: S3Request<PutBucketLifecycleConfigurationInput>,
) -> S3Result<PutBucketLifecycleConfigurationOutput> {
    let input = request.input;
    let rules = input.lifecycle_configuration.map(|lifecycle| lifecycle.rules);
    for (at, rule) in rules.iter().flatten().enumerate() {
        sound(rule, rules.iter().flatten().take(at))?;
    }
    let usual = TransitionDefaultMinimumObjectSize::ALL_STORAGE_CLASSES_128K;
    let usual = (!cx.is_r2()).then(|| TransitionDefaultMinimumObjectSize::from_static(usual));
    settings(cx, &input.bucket, |settings| {
        settings.lifecycle = rules;
        settings.minimum_size = input.transition_default_minimum_object_size.or(usual);
        Ok(PutBucketLifecycleConfigurationOutput::default())
    })
}

/// Refuses in S3's words what it refuses.
fn sound<'a>(
    rule: &LifecycleRule,
    mut before: impl Iterator<Item = &'a LifecycleRule>,
) -> S3Result<()> {
    let id = rule.id.as_ref();
    if id.is_some() && before.any(|other| other.id.as_ref() == id) {
        let message = "Rule ID must be unique. Found same ID for more than one rule";
        return Err(s3_error!(InvalidArgument, "{message}: {}", id.map_or("", |id| id)));
    }
    let days = rule.expiration.as_ref().and_then(|expiration| expiration.days);
    if days.is_some_and(|days| days <= 0) {
        return Err(s3_error!(
            InvalidArgument,
            "'Days' for Expiration action must be a positive integer"
        ));
    }
    Ok(())
}

pub async fn delete_lifecycle(
    cx: &Context,
    request: S3Request<DeleteBucketLifecycleInput>,
) -> S3Result<DeleteBucketLifecycleOutput> {
    settings(cx, &request.input.bucket, |settings| {
        settings.lifecycle = None;
        Ok(DeleteBucketLifecycleOutput::default())
    })
}

pub async fn get_policy(
    cx: &Context,
    request: S3Request<GetBucketPolicyInput>,
) -> S3Result<GetBucketPolicyOutput> {
    cx.not_in_r2("GetBucketPolicy")?;
    settings(cx, &request.input.bucket, |settings| match &settings.policy {
        Some(policy) => Ok(GetBucketPolicyOutput { policy: Some(policy.clone()) }),
        None => Err(s3_error!(NoSuchBucketPolicy, "The bucket policy does not exist")),
    })
}

pub async fn put_policy(
    cx: &Context,
    request: S3Request<PutBucketPolicyInput>,
) -> S3Result<PutBucketPolicyOutput> {
    cx.not_in_r2("PutBucketPolicy")?;
    let policy = request.input.policy;
    if serde_json::from_str::<serde_json::Value>(&policy).is_err() {
        return Err(s3_error!(MalformedPolicy, "This policy contains invalid Json"));
    }
    settings(cx, &request.input.bucket, |settings| {
        settings.policy = Some(policy);
        Ok(PutBucketPolicyOutput::default())
    })
}

pub async fn delete_policy(
    cx: &Context,
    request: S3Request<DeleteBucketPolicyInput>,
) -> S3Result<DeleteBucketPolicyOutput> {
    cx.not_in_r2("DeleteBucketPolicy")?;
    settings(cx, &request.input.bucket, |settings| {
        settings.policy = None;
        Ok(DeleteBucketPolicyOutput::default())
    })
}

pub async fn get_acl(
    cx: &Context,
    request: S3Request<GetBucketAclInput>,
) -> S3Result<GetBucketAclOutput> {
    cx.not_in_r2("GetBucketAcl")?;
    settings(cx, &request.input.bucket, |settings| {
        let grants = settings.grants.clone().unwrap_or_else(|| grants("private"));
        Ok(GetBucketAclOutput { grants: Some(grants), owner: Some(owner()) })
    })
}

pub async fn put_acl(
    cx: &Context,
    request: S3Request<PutBucketAclInput>,
) -> S3Result<PutBucketAclOutput> {
    cx.not_in_r2("PutBucketAcl")?;
    let input = request.input;
    let canned = input.acl.as_ref().map(|acl| grants(acl.as_str()));
    let given = canned.or(input.access_control_policy.and_then(|policy| policy.grants));
    let Some(given) = given else {
        return Err(s3_error!(MissingSecurityHeader, "Your request was missing a required header"));
    };
    settings(cx, &input.bucket, |settings| {
        let enforced = |controls: &OwnershipControls| {
            let rules = controls.rules.iter();
            rules.map(|rule| rule.object_ownership.as_str()).any(|rule| rule == ENFORCED)
        };
        if settings.ownership.as_ref().is_some_and(enforced) {
            let message = "The bucket does not allow ACLs";
            return Err(refused(400, "AccessControlListNotSupported", message));
        }
        settings.grants = Some(given);
        Ok(PutBucketAclOutput::default())
    })
}

pub async fn get_tags(
    cx: &Context,
    request: S3Request<GetBucketTaggingInput>,
) -> S3Result<GetBucketTaggingOutput> {
    cx.not_in_r2("GetBucketTagging")?;
    settings(cx, &request.input.bucket, |settings| match &settings.tags {
        Some(tags) => Ok(GetBucketTaggingOutput { tag_set: tags.clone() }),
        None => Err(refused(404, "NoSuchTagSet", "The TagSet does not exist")),
    })
}

pub async fn put_tags(
    cx: &Context,
    request: S3Request<PutBucketTaggingInput>,
) -> S3Result<PutBucketTaggingOutput> {
    cx.not_in_r2("PutBucketTagging")?;
    settings(cx, &request.input.bucket, |settings| {
        settings.tags = Some(request.input.tagging.tag_set);
        Ok(PutBucketTaggingOutput::default())
    })
}

pub async fn delete_tags(
    cx: &Context,
    request: S3Request<DeleteBucketTaggingInput>,
) -> S3Result<DeleteBucketTaggingOutput> {
    cx.not_in_r2("DeleteBucketTagging")?;
    settings(cx, &request.input.bucket, |settings| {
        settings.tags = None;
        Ok(DeleteBucketTaggingOutput::default())
    })
}

/// Everything is encrypted with AES256 unless something else was set.
pub async fn get_encryption(
    cx: &Context,
    request: S3Request<GetBucketEncryptionInput>,
) -> S3Result<GetBucketEncryptionOutput> {
    settings(cx, &request.input.bucket, |settings| {
        let configuration = settings.encryption.clone().unwrap_or_else(usual_encryption);
        Ok(GetBucketEncryptionOutput { server_side_encryption_configuration: Some(configuration) })
    })
}

fn usual_encryption() -> ServerSideEncryptionConfiguration {
    let rule = ServerSideEncryptionRule {
        apply_server_side_encryption_by_default: Some(ServerSideEncryptionByDefault {
            kms_master_key_id: None,
            sse_algorithm: ServerSideEncryption::from_static(ServerSideEncryption::AES256),
        }),
        bucket_key_enabled: Some(false),
    };
    ServerSideEncryptionConfiguration { rules: vec![rule] }
}

pub async fn put_encryption(
    cx: &Context,
    request: S3Request<PutBucketEncryptionInput>,
) -> S3Result<PutBucketEncryptionOutput> {
    cx.not_in_r2("PutBucketEncryption")?;
    settings(cx, &request.input.bucket, |settings| {
        settings.encryption = Some(request.input.server_side_encryption_configuration);
        Ok(PutBucketEncryptionOutput::default())
    })
}

pub async fn get_public_access_block(
    cx: &Context,
    request: S3Request<GetPublicAccessBlockInput>,
) -> S3Result<GetPublicAccessBlockOutput> {
    cx.not_in_r2("GetPublicAccessBlock")?;
    settings(cx, &request.input.bucket, |settings| match &settings.public_access_block {
        Some(block) => Ok(GetPublicAccessBlockOutput {
            public_access_block_configuration: Some(block.clone()),
        }),
        None => Err(refused(
            404,
            "NoSuchPublicAccessBlockConfiguration",
            "The public access block configuration was not found",
        )),
    })
}

pub async fn put_public_access_block(
    cx: &Context,
    request: S3Request<PutPublicAccessBlockInput>,
) -> S3Result<PutPublicAccessBlockOutput> {
    cx.not_in_r2("PutPublicAccessBlock")?;
    settings(cx, &request.input.bucket, |settings| {
        settings.public_access_block = Some(request.input.public_access_block_configuration);
        Ok(PutPublicAccessBlockOutput::default())
    })
}
