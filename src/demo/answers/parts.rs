//! Takes in, copies and lists the parts of an upload.

use s3s::dto::{
    Checksum, ChecksumAlgorithm, ChecksumType, CopyPartResult, ETag, ListPartsInput,
    ListPartsOutput, Part as ListedPart, Range, StorageClass, Timestamp, UploadPartCopyInput,
    UploadPartCopyOutput, UploadPartInput, UploadPartOutput,
};
use s3s::{S3Request, S3Result, s3_error};

use crate::demo::answers::body::received;
use crate::demo::answers::buckets::owner;
use crate::demo::answers::checksums::{
    add_trailers, computed, given_checksum, named, verify, with_checksum,
};
use crate::demo::answers::conditions::Conditions;
use crate::demo::answers::context::Context;
use crate::demo::answers::copy::{source, source_key};
use crate::demo::answers::listing::page_size;
use crate::demo::answers::multipart::{initiator, no_such_upload};
use crate::demo::store::content::Content;
use crate::demo::store::multipart::StoredPart;
use crate::demo::store::now;
use crate::demo::store::object::md5;

/// The highest part number.
const MOST_PARTS: i32 = 10_000;

fn check_number(number: i32) -> S3Result<()> {
    if (1..=MOST_PARTS).contains(&number) {
        return Ok(());
    }
    Err(s3_error!(InvalidArgument, "Part number must be an integer between 1 and 10000, inclusive"))
}

/// The checksum algorithm of an upload, where there is one.
fn algorithm(cx: &Context, bucket: &str, key: &str, upload: &str) -> S3Result<Option<String>> {
    let place = (cx.key(key).into_owned(), upload.to_owned());
    cx.in_bucket(bucket, |bucket, _| {
        let upload = bucket.uploads.get(&place).ok_or_else(no_such_upload)?;
        Ok(upload.checksum_algorithm.clone())
    })
}

/// Keeps a part; one that came before under the number is replaced.
fn keep(
    cx: &Context,
    bucket: &str,
    place: &(String, String),
    number: i32,
    part: StoredPart,
) -> S3Result<()> {
    cx.in_bucket(bucket, |bucket, _| {
        let upload = bucket.uploads.get_mut(place).ok_or_else(no_such_upload)?;
        upload.parts.insert(number, part);
        Ok(())
    })
}

pub async fn upload(
    cx: &Context,
    request: S3Request<UploadPartInput>,
) -> S3Result<UploadPartOutput> {
    let mut input = request.input;
    check_number(input.part_number)?;
    let wanted = algorithm(cx, &input.bucket, &input.key, &input.upload_id)?;
    let bytes = received(input.body.take(), input.content_length).await?;
    let mut given = given_checksum!(input);
    add_trailers(&mut given, request.trailing_headers);
    let content = Content::held(bytes);
    verify(&content, &given, input.content_md5.as_deref(), cx.is_r2())?;
    let mut checksum = given;
    if let Some(wanted) = wanted.filter(|wanted| !named(&checksum).contains(&wanted.as_str())) {
        checksum = computed(&content, &[&wanted]);
    }
    let part =
        StoredPart { md5: md5(&content), content, checksum: checksum.clone(), arrived: now() };
    let etag = part.etag();
    let place = (cx.key(&input.key).into_owned(), input.upload_id);
    keep(cx, &input.bucket, &place, input.part_number, part)?;
    Ok(with_checksum!(
        UploadPartOutput { e_tag: Some(ETag::Strong(etag)), ..Default::default() },
        checksum
    ))
}

pub async fn copy(
    cx: &Context,
    request: S3Request<UploadPartCopyInput>,
) -> S3Result<UploadPartCopyOutput> {
    let input = request.input;
    check_number(input.part_number)?;
    let wanted = algorithm(cx, &input.bucket, &input.key, &input.upload_id)?;
    let (found, _, _) = source(cx, &input.copy_source, &source_key!(input))?;
    let conditions = Conditions {
        matches: input.copy_source_if_match.clone(),
        differs: input.copy_source_if_none_match.clone(),
        modified_since: input.copy_source_if_modified_since.clone(),
        unmodified_since: input.copy_source_if_unmodified_since.clone(),
    };
    if !conditions.is_empty() {
        cx.not_in_r2("UploadPartCopy conditions")?;
    }
    conditions.check_source(&found.object, found.version.modified)?;
    let content = ranged(&found.object.content, input.copy_source_range.as_deref())?;
    let names: Vec<&str> = wanted.iter().map(String::as_str).collect();
    let checksum = if names.is_empty() { Checksum::default() } else { computed(&content, &names) };
    let arrived = now();
    let part = StoredPart { md5: md5(&content), content, checksum: checksum.clone(), arrived };
    let etag = part.etag();
    let place = (cx.key(&input.key).into_owned(), input.upload_id);
    keep(cx, &input.bucket, &place, input.part_number, part)?;
    let result = with_checksum!(
        CopyPartResult {
            e_tag: Some(ETag::Strong(etag)),
            last_modified: Some(Timestamp::from(arrived)),
        },
        checksum
    );
    Ok(UploadPartCopyOutput {
        copy_part_result: Some(result),
        copy_source_version_id: found.version_id,
        ..Default::default()
    })
}

/// The range must lie within the source: other than a read, it is not cut at the end.
fn ranged(content: &Content, range: Option<&str>) -> S3Result<Content> {
    let Some(range) = range else { return Ok(content.clone()) };
    match Range::parse(range) {
        Ok(Range::Int { first, last: Some(last) }) if last < content.len() => {
            Ok(content.slice(first..last + 1))
        }
        Ok(Range::Int { last: Some(_), .. }) => Err(s3_error!(
            InvalidArgument,
            "Range specified is not valid for source object of size: {}",
            content.len()
        )),
        _ => Err(s3_error!(
            InvalidArgument,
            "The x-amz-copy-source-range value must be of the form bytes=first-last"
        )),
    }
}

pub async fn list(cx: &Context, request: S3Request<ListPartsInput>) -> S3Result<ListPartsOutput> {
    let input = request.input;
    let (max_parts, most) = page_size(input.max_parts)?;
    let after = input.part_number_marker.unwrap_or(0);
    let place = (cx.key(&input.key).into_owned(), input.upload_id.clone());
    let upload = cx.in_bucket(&input.bucket, |bucket, _| {
        bucket.uploads.get(&place).cloned().ok_or_else(no_such_upload)
    })?;
    let mut parts: Vec<_> = upload
        .parts
        .range(after.saturating_add(1)..)
        .map(|(number, part)| listed(*number, part))
        .collect();
    let truncated = parts.len() > most;
    parts.truncate(most);
    let class = upload.object.storage_class.unwrap_or_else(|| "STANDARD".to_owned());
    Ok(ListPartsOutput {
        next_part_number_marker: parts.last().and_then(|part| part.part_number),
        parts: Some(parts),
        is_truncated: Some(truncated),
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(input.upload_id),
        max_parts: Some(max_parts),
        part_number_marker: Some(after),
        checksum_algorithm: upload.checksum_algorithm.map(ChecksumAlgorithm::from),
        checksum_type: upload.checksum_type.map(ChecksumType::from),
        initiator: Some(initiator()),
        owner: Some(owner()),
        storage_class: Some(StorageClass::from(class)),
        ..Default::default()
    })
}

fn listed(number: i32, part: &StoredPart) -> ListedPart {
    with_checksum!(
        ListedPart {
            e_tag: Some(ETag::Strong(part.etag())),
            last_modified: Some(Timestamp::from(part.arrived)),
            part_number: Some(number),
            size: i64::try_from(part.content.len()).ok(),
        },
        part.checksum.clone()
    )
}
