//! Deletes one object or up to a thousand.

use std::time::SystemTime;

use s3s::dto::{
    DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject,
    Error as KeyError, ObjectIdentifier,
};
use s3s::{S3Request, S3Result, s3_error};

use crate::demo::answers::conditions::check_write;
use crate::demo::answers::context::Context;
use crate::demo::answers::guards::locked;
use crate::demo::answers::settings::MFA_WANTED;
use crate::demo::store::bucket::{Bucket, Removed, Versioning};

/// The most keys of one request.
const MOST: usize = 1000;

pub async fn one(
    cx: &Context,
    request: S3Request<DeleteObjectInput>,
) -> S3Result<DeleteObjectOutput> {
    let input = request.input;
    let key = cx.key(&input.key).into_owned();
    let removed = cx.in_bucket(&input.bucket, |bucket, fresh| {
        check_write(bucket.newest(&key).as_ref(), input.if_match.as_ref(), None)?;
        let bypass = input.bypass_governance_retention == Some(true);
        check_lock(bucket, &key, input.version_id.as_deref(), fresh.now, bypass)?;
        Ok(match input.version_id.as_deref() {
            Some(id) => bucket.delete_version(&key, id),
            None => bucket.delete(&key, fresh.now, fresh.id),
        })
    })?;
    Ok(DeleteObjectOutput {
        delete_marker: removed.marker.then_some(true),
        version_id: removed.version,
        ..Default::default()
    })
}

pub async fn many(
    cx: &Context,
    request: S3Request<DeleteObjectsInput>,
) -> S3Result<DeleteObjectsOutput> {
    let sealed = request
        .headers
        .keys()
        .any(|name| name.as_str() == "content-md5" || name.as_str().starts_with("x-amz-checksum-"));
    if !sealed && !cx.is_r2() {
        let message = "Missing required header for this request: Content-MD5 OR x-amz-checksum-*";
        return Err(s3_error!(InvalidRequest, "{message}"));
    }
    let bypass = request.input.bypass_governance_retention == Some(true);
    let objects = request.input.delete.objects;
    if objects.is_empty() || objects.len() > MOST {
        return Err(s3_error!(
            MalformedXML,
            "The XML you provided was not well-formed or did not validate against our published \
             schema"
        ));
    }
    let quiet = request.input.delete.quiet.unwrap_or(false);
    let (mut deleted, mut errors) = (Vec::new(), Vec::new());
    for object in objects {
        let (key, version_id) = (object.key.clone(), object.version_id.clone());
        match delete(cx, &request.input.bucket, object, bypass) {
            Ok(entry) => deleted.push(entry),
            Err(error) if *error.code() == s3s::S3ErrorCode::NoSuchBucket => return Err(error),
            Err(error) => errors.push(KeyError {
                code: Some(error.code().as_str().to_owned()),
                key: Some(key),
                message: error.message().map(str::to_owned),
                version_id,
            }),
        }
    }
    Ok(DeleteObjectsOutput {
        deleted: Some(deleted).filter(|_| !quiet),
        errors: Some(errors),
        ..Default::default()
    })
}

/// A version that is named is not deleted while it is locked, nor under MFA delete; a marker over
/// it may be made.
fn check_lock(
    bucket: &Bucket,
    key: &str,
    id: Option<&str>,
    now: SystemTime,
    bypass: bool,
) -> S3Result<()> {
    if id.is_some() && bucket.settings.mfa_delete {
        return Err(s3_error!(AccessDenied, "{MFA_WANTED}"));
    }
    match id.is_some_and(|id| bucket.is_locked(key, id, now, bypass)) {
        true => Err(locked()),
        false => Ok(()),
    }
}

fn delete(
    cx: &Context,
    bucket: &str,
    object: ObjectIdentifier,
    bypass: bool,
) -> S3Result<DeletedObject> {
    let key = cx.key(&object.key).into_owned();
    cx.in_bucket(bucket, |bucket, fresh| {
        if key.len() > 1024 {
            return Err(s3_error!(KeyTooLongError, "Your key is too long"));
        }
        check_lock(bucket, &key, object.version_id.as_deref(), fresh.now, bypass)?;
        let removed = match object.version_id.as_deref() {
            Some(id) => bucket.delete_version(&key, id),
            None => bucket.delete(&key, fresh.now, fresh.id),
        };
        Ok(entry(bucket, object, removed))
    })
}

fn entry(bucket: &Bucket, object: ObjectIdentifier, removed: Removed) -> DeletedObject {
    let marker = removed.marker && bucket.versioning != Versioning::Never;
    DeletedObject {
        delete_marker: marker.then_some(true),
        delete_marker_version_id: removed.version.filter(|_| marker),
        key: Some(object.key),
        version_id: object.version_id,
    }
}
