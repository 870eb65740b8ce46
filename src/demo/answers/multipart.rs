//! Uploads in parts: begin, list, complete, abort.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, Checksum, ChecksumAlgorithm,
    ChecksumType, CompleteMultipartUploadInput, CompleteMultipartUploadOutput,
    CreateMultipartUploadInput, CreateMultipartUploadOutput, ETag, Initiator,
    ListMultipartUploadsInput, ListMultipartUploadsOutput, MultipartUpload, StorageClass,
    Timestamp,
};
use s3s::{S3Error, S3Request, S3Result, s3_error};

use crate::demo::answers::buckets::owner;
use crate::demo::answers::canned_acls::asked_grants;
use crate::demo::answers::checksums::{
    composite, full_object, given_checksum, values, with_checksum,
};
use crate::demo::answers::conditions::check_write;
use crate::demo::answers::context::{Bare, Context, Unconditional, refused};
use crate::demo::answers::given::{described, given_headers};
use crate::demo::answers::guards::{asked_guard, tell_encryption};
use crate::demo::answers::listing::{Writing, page_size};
use crate::demo::store::bucket::Bucket;
use crate::demo::store::multipart::{PartRules, Refused, StoredPart, Upload};
use crate::demo::store::object::Stored;
use crate::demo::store::page::{Ask, page};

pub fn no_such_upload() -> S3Error {
    s3_error!(
        NoSuchUpload,
        "The specified multipart upload does not exist. The upload ID might be invalid, or the \
         multipart upload might have been aborted or completed."
    )
}

pub fn initiator() -> Initiator {
    let owner = owner();
    Initiator { display_name: owner.display_name, id: owner.id }
}

pub async fn create(
    cx: &Context,
    request: S3Request<CreateMultipartUploadInput>,
) -> S3Result<CreateMultipartUploadOutput> {
    let mut input = request.input;
    let key = cx.key(&input.key).into_owned();
    let (metadata, class) = (input.metadata.take(), input.storage_class.as_ref());
    let tagging = input.tagging.as_deref();
    let described = described(cx, given_headers!(input), metadata, class, tagging)?;
    let guard = asked_guard!(input).guard(cx, &input.bucket)?;
    let grants = asked_grants!(cx, input);
    let mut object = Stored { grants, guard: guard.clone(), ..described };
    Bare::apply(&request.extensions, &mut object);
    let algorithm = input.checksum_algorithm.as_ref().map(|name| name.as_str().to_owned());
    let kind = input.checksum_type.as_ref().map(|kind| kind.as_str().to_owned());
    let kind = kind.or_else(|| algorithm.as_deref().map(|name| usual_type(name).to_owned()));
    check_type(cx, algorithm.as_deref(), kind.as_deref())?;
    let upload_id = cx.in_bucket(&input.bucket, |bucket, fresh| {
        let upload = Upload {
            begun: fresh.now,
            object,
            checksum_algorithm: algorithm,
            checksum_type: kind.clone(),
            parts: BTreeMap::new(),
        };
        bucket.uploads.insert((key, fresh.id.clone()), upload);
        Ok(fresh.id)
    })?;
    let mut output = CreateMultipartUploadOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(upload_id),
        checksum_algorithm: input.checksum_algorithm,
        checksum_type: kind.map(ChecksumType::from),
        ..Default::default()
    };
    tell_encryption!(output, guard);
    Ok(output)
}

fn usual_type(algorithm: &str) -> &'static str {
    match algorithm {
        "CRC64NVME" => ChecksumType::FULL_OBJECT,
        _ => ChecksumType::COMPOSITE,
    }
}

/// Hashes cannot be combined over parts, CRC64NVME only is; R2 combines no other.
fn check_type(cx: &Context, algorithm: Option<&str>, kind: Option<&str>) -> S3Result<()> {
    let (Some(algorithm), Some(kind)) = (algorithm, kind) else { return Ok(()) };
    let full = kind == ChecksumType::FULL_OBJECT;
    let fits = match algorithm {
        "CRC64NVME" => full,
        "SHA1" | "SHA256" => !full,
        _ => !(full && cx.is_r2()),
    };
    if fits {
        return Ok(());
    }
    Err(s3_error!(
        InvalidRequest,
        "The {kind} checksum type cannot be used with the {algorithm} checksum algorithm."
    ))
}

pub async fn abort(
    cx: &Context,
    request: S3Request<AbortMultipartUploadInput>,
) -> S3Result<AbortMultipartUploadOutput> {
    let input = request.input;
    let key = cx.key(&input.key).into_owned();
    cx.in_bucket(&input.bucket, |bucket, _| {
        bucket.uploads.remove(&(key, input.upload_id)).ok_or_else(no_such_upload)
    })?;
    Ok(AbortMultipartUploadOutput::default())
}

pub async fn list(
    cx: &Context,
    request: S3Request<ListMultipartUploadsInput>,
) -> S3Result<ListMultipartUploadsOutput> {
    let input = request.input;
    let writing = Writing::of(input.encoding_type.as_ref())?;
    let (max_uploads, most) = page_size(input.max_uploads)?;
    let marker = input.key_marker.clone().unwrap_or_default();
    let id_marker = input.upload_id_marker.clone().filter(|id| !id.is_empty());
    let ask = Ask {
        prefix: input.prefix.as_deref().unwrap_or(""),
        delimiter: input.delimiter.as_deref().unwrap_or(""),
        after: &marker,
        again: id_marker.is_some(),
        most,
    };
    let skip = id_marker.as_deref().map(|id| (marker.as_str(), id));
    let page = cx.in_bucket(&input.bucket, |bucket, _| {
        Ok(page(&ask, |from| uploads_from(bucket, &from, skip).into_iter()))
    })?;
    let last = page.rows.last().filter(|(key, _)| page.next.as_ref() == Some(key));
    let next_id = last.and_then(|(_, upload)| upload.upload_id.clone());
    let uploads = page
        .rows
        .into_iter()
        .map(|(key, upload)| MultipartUpload { key: Some(writing.name(&key)), ..upload });
    Ok(ListMultipartUploadsOutput {
        uploads: Some(uploads.collect()),
        common_prefixes: Some(writing.prefixes(&page.prefixes)),
        is_truncated: Some(page.next.is_some()),
        next_key_marker: page.next.as_deref().map(|next| writing.name(next)),
        next_upload_id_marker: next_id.filter(|_| page.next.is_some()),
        bucket: Some(input.bucket.clone()),
        delimiter: writing.optional(input.delimiter.as_ref()),
        encoding_type: input.encoding_type,
        key_marker: Some(writing.name(&marker)),
        max_uploads: Some(max_uploads),
        prefix: Some(writing.name(ask.prefix)),
        request_charged: None,
        upload_id_marker: input.upload_id_marker,
    })
}

fn uploads_from(
    bucket: &Bucket,
    from: &Bound<String>,
    skip: Option<(&str, &str)>,
) -> Vec<(String, MultipartUpload)> {
    let key_of = |key: &String| (key.clone(), String::new());
    let start = match from {
        Bound::Unbounded => Bound::Unbounded,
        Bound::Included(key) => Bound::Included(key_of(key)),
        // Ids are never this great.
        Bound::Excluded(key) => Bound::Excluded((key.clone(), "\u{10ffff}".to_owned())),
    };
    let rows = bucket.uploads.range((start, Bound::Unbounded));
    let wanted = rows.filter(move |((key, id), _)| {
        skip.is_none_or(|(marked, past)| marked != key || id.as_str() > past)
    });
    wanted.map(|((key, id), upload)| (key.clone(), listed(id, upload))).collect()
}

fn listed(id: &str, upload: &Upload) -> MultipartUpload {
    let class = upload.object.storage_class.clone().unwrap_or_else(|| "STANDARD".to_owned());
    MultipartUpload {
        checksum_algorithm: upload.checksum_algorithm.clone().map(ChecksumAlgorithm::from),
        checksum_type: upload.checksum_type.clone().map(ChecksumType::from),
        initiated: Some(Timestamp::from(upload.begun)),
        initiator: Some(initiator()),
        key: None,
        owner: Some(owner()),
        storage_class: Some(StorageClass::from(class)),
        upload_id: Some(id.to_owned()),
    }
}

pub async fn complete(
    cx: &Context,
    request: S3Request<CompleteMultipartUploadInput>,
) -> S3Result<CompleteMultipartUploadOutput> {
    let mut input = request.input;
    if request.extensions.get::<Unconditional>().is_some() {
        (input.if_match, input.if_none_match) = (None, None);
    }
    let place = (cx.key(&input.key).into_owned(), input.upload_id.clone());
    let upload = cx.in_bucket(&input.bucket, |bucket, _| {
        bucket.uploads.get(&place).cloned().ok_or_else(no_such_upload)
    })?;
    let object = assembled(cx, &input, &upload)?;
    let (etag, checksum) = (object.etag.clone(), object.checksum.clone());
    let version_id = cx.in_bucket(&input.bucket, |bucket, fresh| {
        let current = bucket.newest(&place.0);
        let judged =
            check_write(current.as_ref(), input.if_match.as_ref(), input.if_none_match.as_ref());
        if judged.is_err() && cx.is_r2() {
            // R2 takes a failed condition for an abort.
            bucket.uploads.remove(&place);
        }
        judged?;
        bucket.uploads.remove(&place).ok_or_else(no_such_upload)?;
        Ok(bucket.put(&place.0, Arc::new(object), fresh.now, fresh.id))
    })?;
    Ok(with_checksum!(
        CompleteMultipartUploadOutput {
            checksum_type: checksum.checksum_type.clone(),
            bucket: Some(input.bucket.clone()),
            e_tag: Some(ETag::Strong(etag)),
            location: Some(format!("/{}/{}", input.bucket, input.key)),
            key: Some(input.key),
            version_id,
            ..Default::default()
        },
        checksum
    ))
}

fn assembled(
    cx: &Context,
    input: &CompleteMultipartUploadInput,
    upload: &Upload,
) -> S3Result<Stored> {
    let parts = input.multipart_upload.as_ref().and_then(|parts| parts.parts.as_deref());
    let mut named: Vec<(i32, Option<String>)> = parts
        .unwrap_or_default()
        .iter()
        .map(|part| {
            let etag = part.e_tag.as_ref().map(|etag| etag.value().to_owned());
            (part.part_number.unwrap_or(0), etag)
        })
        .collect();
    if cx.is_r2() {
        named.sort_by_key(|(number, _)| *number);
    }
    let rules = PartRules { smallest: cx.rules.smallest_part, equal: cx.is_r2() };
    let chosen = upload.chosen(&named, rules).map_err(refusal)?;
    let mut object = upload.assembled(&chosen);
    if input.mpu_object_size.is_some_and(|size| u64::try_from(size) != Ok(object.content.len())) {
        let message =
            "The provided 'x-amz-mp-object-size' header value does not match what was computed.";
        return Err(s3_error!(InvalidRequest, "{message}"));
    }
    object.checksum = checksum(cx, upload, &chosen, &object);
    check_given(&given_checksum!(input), &object.checksum)?;
    Ok(object)
}

fn checksum(cx: &Context, upload: &Upload, chosen: &[&StoredPart], object: &Stored) -> Checksum {
    let full = upload.checksum_type.as_deref() == Some(ChecksumType::FULL_OBJECT);
    match upload.checksum_algorithm.as_deref() {
        Some(algorithm) if full => full_object(&object.content, algorithm),
        Some(algorithm) => {
            let parts: Vec<_> = chosen.iter().map(|part| &part.checksum).collect();
            composite(&parts, algorithm).unwrap_or_default()
        }
        None if cx.is_r2() => Checksum::default(),
        None => full_object(&object.content, "CRC64NVME"),
    }
}

fn check_given(given: &Checksum, right: &Checksum) -> S3Result<()> {
    let differs = values(given).into_iter().zip(values(right)).any(
        |(given, right)| matches!((given, right), (Some(given), Some(right)) if given != right),
    );
    if differs {
        return Err(s3_error!(
            BadDigest,
            "The checksum you specified did not match the calculated one."
        ));
    }
    Ok(())
}

fn refusal(refused_for: Refused) -> S3Error {
    match refused_for {
        Refused::NoParts => s3_error!(
            MalformedXML,
            "The XML you provided was not well-formed or did not validate against our published \
             schema"
        ),
        Refused::Order => s3_error!(
            InvalidPartOrder,
            "The list of parts was not in ascending order. Parts must be ordered by part number."
        ),
        Refused::Part(_) => s3_error!(
            InvalidPart,
            "One or more of the specified parts could not be found. The part may not have been \
             uploaded, or the specified entity tag may not match the part's entity tag."
        ),
        Refused::TooSmall(_) => s3_error!(
            EntityTooSmall,
            "Your proposed upload is smaller than the minimum allowed size"
        ),
        Refused::UnequalLengths => {
            refused(400, "InvalidPart", "All non-trailing parts must have the same length.")
        }
    }
}
