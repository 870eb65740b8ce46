//! Copies on the server, with the source's or new metadata.

use std::sync::Arc;

use s3s::dto::{
    CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource, ETag, MetadataDirective,
    TaggingDirective, Timestamp,
};
use s3s::{S3Request, S3Result, s3_error};

use crate::demo::answers::canned_acls::asked_grants;
use crate::demo::answers::checksums::{full_object, named, with_checksum};
use crate::demo::answers::conditions::Conditions;
use crate::demo::answers::context::{Bare, Context};
use crate::demo::answers::found::{Found, find};
use crate::demo::answers::given::{checked_class, described, given_headers};
use crate::demo::answers::guards::{CustomerKey, asked_guard, check_restored, tell_encryption};
use crate::demo::store::guard::Guard;
use crate::demo::store::object::{Stored, md5};
use crate::domain::hex::hex;

/// The most that one copy may carry, in bytes.
const MOST: u64 = 5 * 1024 * 1024 * 1024;

/// The key that the source of a copy is read with.
macro_rules! source_key {
    ($input:expr) => {
        $crate::demo::answers::guards::CustomerKey {
            algorithm: $input.copy_source_sse_customer_algorithm.clone(),
            key: $input.copy_source_sse_customer_key.clone(),
            md5: $input.copy_source_sse_customer_key_md5.clone(),
        }
    };
}

pub(crate) use source_key;

/// The object a copy reads, with its bucket and key.
pub fn source(
    cx: &Context,
    source: &CopySource,
    key: &CustomerKey,
) -> S3Result<(Found, String, String)> {
    let CopySource::Bucket { bucket, key: name, version_id } = source else {
        return Err(s3_error!(NotImplemented, "Access points are not implemented"));
    };
    let found = find(cx, bucket, name, version_id.as_deref())?;
    key.check(&found)?;
    check_restored(&found)?;
    Ok((found, bucket.to_string(), cx.key(name).into_owned()))
}

pub async fn object(
    cx: &Context,
    request: S3Request<CopyObjectInput>,
) -> S3Result<CopyObjectOutput> {
    let input = request.input;
    let key = cx.key(&input.key).into_owned();
    let (found, from_bucket, from_key) = source(cx, &input.copy_source, &source_key!(input))?;
    conditions(&input).check_source(&found.object, found.version.modified)?;
    if found.object.content.len() > MOST {
        let message = "The specified copy source is larger than the maximum allowable size for a \
                       copy source: 5368709120";
        return Err(s3_error!(InvalidRequest, "{message}"));
    }
    let to_itself = from_bucket == input.bucket && from_key == key;
    let mut copy = copied(cx, &input, &found, to_itself)?;
    Bare::apply(&request.extensions, &mut copy);
    let (etag, checksum, guard) = (copy.etag.clone(), copy.checksum.clone(), copy.guard.clone());
    let (version_id, modified) = cx.in_bucket(&input.bucket, |bucket, fresh| {
        Ok((bucket.put(&key, Arc::new(copy), fresh.now, fresh.id), fresh.now))
    })?;
    let checksum_type = checksum.checksum_type.clone();
    let result = with_checksum!(
        CopyObjectResult {
            checksum_type,
            e_tag: Some(ETag::Strong(etag)),
            last_modified: Some(Timestamp::from(modified)),
        },
        checksum
    );
    let mut output = CopyObjectOutput {
        copy_object_result: Some(result),
        copy_source_version_id: found.version_id,
        version_id,
        ..Default::default()
    };
    tell_encryption!(output, guard);
    Ok(output)
}

fn conditions(input: &CopyObjectInput) -> Conditions {
    Conditions {
        matches: input.copy_source_if_match.clone(),
        differs: input.copy_source_if_none_match.clone(),
        modified_since: input.copy_source_if_modified_since.clone(),
        unmodified_since: input.copy_source_if_unmodified_since.clone(),
    }
}

fn copied(
    cx: &Context,
    input: &CopyObjectInput,
    found: &Found,
    to_itself: bool,
) -> S3Result<Stored> {
    let replaces = input
        .metadata_directive
        .as_ref()
        .is_some_and(|directive| directive.as_str() == MetadataDirective::REPLACE);
    let class = checked_class(cx, input.storage_class.as_ref())?;
    let source = &*found.object;
    let old_version = matches!(&input.copy_source, CopySource::Bucket { version_id: Some(_), .. });
    let guard = asked_guard!(input).guard(cx, &input.bucket)?;
    let same = class == source.storage_class && guard == Guard::default();
    if to_itself && !replaces && same && !old_version && !cx.is_r2() {
        let message = "This copy request is illegal because it is trying to copy an object to \
                       itself without changing the object's metadata, storage class, website \
                       redirect location or encryption attributes.";
        return Err(s3_error!(InvalidRequest, "{message}"));
    }
    let retags = input
        .tagging_directive
        .as_ref()
        .is_some_and(|directive| directive.as_str() == TaggingDirective::REPLACE);
    let tagging = input.tagging.as_deref().filter(|_| retags);
    let given = described(
        cx,
        given_headers!(input),
        input.metadata.clone(),
        input.storage_class.as_ref(),
        tagging,
    )?;
    let etag =
        if source.parts.is_empty() { source.etag.clone() } else { hex(&md5(&source.content)) };
    let wanted = input.checksum_algorithm.as_ref().map(|algorithm| algorithm.as_str().to_owned());
    let kept = named(&source.checksum).first().map(|name| (*name).to_owned());
    let checksum = match wanted.or(kept) {
        Some(name) => full_object(&source.content, &name),
        None => source.checksum.clone(),
    };
    Ok(Stored {
        content: source.content.clone(),
        etag,
        parts: Vec::new(),
        checksum,
        headers: if replaces { given.headers } else { source.headers.clone() },
        metadata: if replaces { given.metadata } else { source.metadata.clone() },
        storage_class: class,
        tags: if retags { given.tags } else { source.tags.clone() },
        grants: asked_grants!(cx, input),
        guard,
    })
}
