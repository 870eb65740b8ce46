//! Tags and ACLs of objects.

use s3s::dto::{
    DeleteObjectTaggingInput, DeleteObjectTaggingOutput, GetObjectAclInput, GetObjectAclOutput,
    GetObjectTaggingInput, GetObjectTaggingOutput, PutObjectAclInput, PutObjectAclOutput,
    PutObjectTaggingInput, PutObjectTaggingOutput, Tag,
};
use s3s::{S3Request, S3Result, s3_error};

use crate::demo::answers::buckets::owner;
use crate::demo::answers::canned_acls::grants;
use crate::demo::answers::context::{Context, no_such_key};
use crate::demo::answers::found::find;
use crate::demo::answers::given::check_tags;
use crate::demo::store::object::Stored;

/// The most tags of an object.
const MOST: usize = 10;

/// Changes an object in place and gives its version id as answers show it.
pub fn change(
    cx: &Context,
    bucket: &str,
    key: &str,
    id: Option<&str>,
    change: impl FnOnce(&mut Stored),
) -> S3Result<Option<String>> {
    let found = find(cx, bucket, key, id)?;
    let key = cx.key(key);
    let changed = cx.in_bucket(bucket, |bucket, _| Ok(bucket.change(&key, id, change)))?;
    if changed { Ok(found.version_id) } else { Err(no_such_key()) }
}

pub async fn get(
    cx: &Context,
    request: S3Request<GetObjectTaggingInput>,
) -> S3Result<GetObjectTaggingOutput> {
    cx.not_in_r2("GetObjectTagging")?;
    let input = request.input;
    let found = find(cx, &input.bucket, &input.key, input.version_id.as_deref())?;
    Ok(GetObjectTaggingOutput { tag_set: found.object.tags.clone(), version_id: found.version_id })
}

pub async fn put(
    cx: &Context,
    request: S3Request<PutObjectTaggingInput>,
) -> S3Result<PutObjectTaggingOutput> {
    cx.not_in_r2("PutObjectTagging")?;
    let input = request.input;
    let tags = input.tagging.tag_set;
    check_tags(&tags, MOST)?;
    let version_id = set_tags(cx, &input.bucket, &input.key, input.version_id.as_deref(), tags)?;
    Ok(PutObjectTaggingOutput { version_id })
}

pub async fn delete(
    cx: &Context,
    request: S3Request<DeleteObjectTaggingInput>,
) -> S3Result<DeleteObjectTaggingOutput> {
    cx.not_in_r2("DeleteObjectTagging")?;
    let input = request.input;
    let id = input.version_id.as_deref();
    let version_id = set_tags(cx, &input.bucket, &input.key, id, Vec::new())?;
    Ok(DeleteObjectTaggingOutput { version_id })
}

fn set_tags(
    cx: &Context,
    bucket: &str,
    key: &str,
    id: Option<&str>,
    tags: Vec<Tag>,
) -> S3Result<Option<String>> {
    change(cx, bucket, key, id, |object| object.tags = tags)
}

pub async fn get_acl(
    cx: &Context,
    request: S3Request<GetObjectAclInput>,
) -> S3Result<GetObjectAclOutput> {
    cx.not_in_r2("GetObjectAcl")?;
    let input = request.input;
    let found = find(cx, &input.bucket, &input.key, input.version_id.as_deref())?;
    Ok(GetObjectAclOutput {
        grants: Some(found.object.grants.clone().unwrap_or_else(|| grants("private"))),
        owner: Some(owner()),
        request_charged: None,
    })
}

pub async fn put_acl(
    cx: &Context,
    request: S3Request<PutObjectAclInput>,
) -> S3Result<PutObjectAclOutput> {
    cx.not_in_r2("PutObjectAcl")?;
    let input = request.input;
    let canned = input.acl.as_ref().map(|acl| grants(acl.as_str()));
    let listed = input.access_control_policy.and_then(|policy| policy.grants);
    let Some(grants) = canned.or(listed) else {
        return Err(s3_error!(MissingSecurityHeader, "Your request was missing a required header"));
    };
    let id = input.version_id.as_deref();
    change(cx, &input.bucket, &input.key, id, |object| object.grants = Some(grants))?;
    Ok(PutObjectAclOutput::default())
}
