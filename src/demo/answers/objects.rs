//! Answers PUT, GET and HEAD of objects.

use std::sync::Arc;

use s3s::dto::{
    Checksum, ChecksumMode, ETag, GetObjectInput, GetObjectOutput, HeadObjectInput,
    HeadObjectOutput, PutObjectInput, PutObjectOutput, StorageClass, StreamingBlob,
};
use s3s::{S3Request, S3Result};

use crate::demo::answers::body::received;
use crate::demo::answers::canned_acls::asked_grants;
use crate::demo::answers::checksums::{
    add_trailers, full_object, given_checksum, named, verify, with_checksum,
};
use crate::demo::answers::conditions::{Conditions, check_write};
use crate::demo::answers::context::{Bare, Context, Unconditional, WholeObject};
use crate::demo::answers::found::{Found, find};
use crate::demo::answers::given::{described, given_headers};
use crate::demo::answers::guards::{
    asked_guard, check_restored, customer_key, tell_encryption, tell_guard,
};
use crate::demo::store::content::Content;
use crate::demo::store::guard::Guard;
use crate::demo::store::object::Stored;

pub async fn put(cx: &Context, request: S3Request<PutObjectInput>) -> S3Result<PutObjectOutput> {
    let mut input = request.input;
    if request.extensions.get::<Unconditional>().is_some() {
        (input.if_match, input.if_none_match) = (None, None);
    }
    let key = cx.key(&input.key).into_owned();
    // A bucket that is missing is told before the body is taken.
    cx.in_bucket(&input.bucket, |_, _| Ok(()))?;
    let bytes = received(input.body.take(), input.content_length).await?;
    let mut given = given_checksum!(input);
    add_trailers(&mut given, request.trailing_headers);
    let content = Content::held(bytes);
    verify(&content, &given, input.content_md5.as_deref(), cx.is_r2())?;
    let (metadata, class) = (input.metadata.take(), input.storage_class.as_ref());
    let tagging = input.tagging.as_deref();
    let described = described(cx, given_headers!(input), metadata, class, tagging)?;
    let guard = asked_guard!(input).guard(cx, &input.bucket)?;
    let grants = asked_grants!(cx, input);
    let checksum = checksum(cx, &content, &given);
    let mut object = Stored {
        checksum: checksum.clone(),
        content: content.clone(),
        etag: tag_of(&guard, content),
        grants,
        guard: guard.clone(),
        ..described
    };
    Bare::apply(&request.extensions, &mut object);
    let etag = Some(ETag::Strong(object.etag.clone()));
    let version_id = cx.in_bucket(&input.bucket, |bucket, fresh| {
        let current = bucket.newest(&key);
        check_write(current.as_ref(), input.if_match.as_ref(), input.if_none_match.as_ref())?;
        Ok(bucket.put(&key, Arc::new(object), fresh.now, fresh.id))
    })?;
    let mut output = with_checksum!(
        PutObjectOutput {
            checksum_type: checksum.checksum_type.clone(),
            e_tag: etag,
            version_id,
            ..Default::default()
        },
        checksum
    );
    tell_encryption!(output, guard);
    Ok(output)
}

/// What is encrypted with another key than the server's own has a tag that is no digest.
fn tag_of(guard: &Guard, content: Content) -> String {
    let tag = Stored::whole(content).etag;
    let own = guard.encryption.as_ref().is_none_or(|(method, _)| method == "AES256");
    if own && guard.customer_key.is_none() { tag } else { tag.chars().rev().collect() }
}

/// What was given, or what S3 computes unasked.
fn checksum(cx: &Context, content: &Content, given: &Checksum) -> Checksum {
    match named(given).first() {
        Some(name) => full_object(content, name),
        None if cx.is_r2() => Checksum::default(),
        None => full_object(content, "CRC64NVME"),
    }
}

pub async fn get(cx: &Context, request: S3Request<GetObjectInput>) -> S3Result<GetObjectOutput> {
    let input = request.input;
    let found = find(cx, &input.bucket, &input.key, input.version_id.as_deref())?;
    customer_key!(input).check(&found)?;
    check_restored(&found)?;
    let conditions = Conditions {
        matches: input.if_match,
        differs: input.if_none_match,
        modified_since: input.if_modified_since,
        unmodified_since: input.if_unmodified_since,
    };
    conditions.check_read(&found.object, found.version.modified)?;
    let ignored = request.extensions.get::<WholeObject>().is_some();
    let wanted = found.wanted(input.range.filter(|_| !ignored), input.part_number)?;
    let body = found.object.content.slice(wanted.span);
    let all = wanted.content_range.is_none();
    let Stored { headers, metadata, tags, .. } = &*found.object;
    let headers = headers.clone();
    let mut output = with_checksum!(
        GetObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            cache_control: headers.cache_control,
            checksum_type: shown(&found, input.checksum_mode.as_ref(), all).checksum_type,
            content_disposition: headers.content_disposition,
            content_encoding: headers.content_encoding,
            content_language: headers.content_language,
            content_length: i64::try_from(body.len()).ok(),
            content_range: wanted.content_range,
            content_type: headers.content_type,
            e_tag: Some(ETag::Strong(found.object.etag.clone())),
            expires: headers.expires,
            last_modified: Some(found.modified()),
            metadata: Some(metadata.clone()).filter(|metadata| !metadata.is_empty()),
            parts_count: wanted.parts_count,
            storage_class: class(&found.object),
            tag_count: i32::try_from(tags.len()).ok().filter(|count| *count > 0),
            version_id: found.version_id.clone(),
            website_redirect_location: headers.website_redirect,
            body: Some(StreamingBlob::new(body.chunks())),
            ..Default::default()
        },
        shown(&found, input.checksum_mode.as_ref(), all)
    );
    tell_guard!(output, found.object.guard);
    Ok(output)
}

pub async fn head(cx: &Context, request: S3Request<HeadObjectInput>) -> S3Result<HeadObjectOutput> {
    let input = request.input;
    let found = find(cx, &input.bucket, &input.key, input.version_id.as_deref())?;
    customer_key!(input).check(&found)?;
    let conditions = Conditions {
        matches: input.if_match,
        differs: input.if_none_match,
        modified_since: input.if_modified_since,
        unmodified_since: input.if_unmodified_since,
    };
    conditions.check_read(&found.object, found.version.modified)?;
    let wanted = found.wanted(input.range, input.part_number)?;
    let all = wanted.content_range.is_none();
    let Stored { headers, metadata, .. } = &*found.object;
    let headers = headers.clone();
    let mut output = with_checksum!(
        HeadObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            cache_control: headers.cache_control,
            checksum_type: shown(&found, input.checksum_mode.as_ref(), all).checksum_type,
            content_disposition: headers.content_disposition,
            content_encoding: headers.content_encoding,
            content_language: headers.content_language,
            content_length: i64::try_from(wanted.span.end - wanted.span.start).ok(),
            content_range: wanted.content_range,
            content_type: headers.content_type,
            e_tag: Some(ETag::Strong(found.object.etag.clone())),
            expires: headers.expires,
            last_modified: Some(found.modified()),
            metadata: Some(metadata.clone()).filter(|metadata| !metadata.is_empty()),
            parts_count: wanted.parts_count,
            storage_class: class(&found.object),
            version_id: found.version_id.clone(),
            website_redirect_location: headers.website_redirect,
            ..Default::default()
        },
        shown(&found, input.checksum_mode.as_ref(), all)
    );
    tell_guard!(output, found.object.guard);
    Ok(output)
}

/// Checksums are shown when asked for, and only of a whole object.
fn shown(found: &Found, mode: Option<&ChecksumMode>, all: bool) -> Checksum {
    let asked = mode.is_some_and(|mode| mode.as_str() == ChecksumMode::ENABLED);
    if asked && all { found.object.checksum.clone() } else { Checksum::default() }
}

pub fn class(object: &Stored) -> Option<StorageClass> {
    object.storage_class.clone().map(StorageClass::from)
}
