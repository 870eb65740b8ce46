//! Listings of objects and of their versions.

use std::ops::Bound;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::dto::{
    ChecksumAlgorithm, CommonPrefix, DeleteMarkerEntry, ETag, EncodingType,
    ListObjectVersionsInput, ListObjectVersionsOutput, ListObjectsInput, ListObjectsOutput,
    ListObjectsV2Input, ListObjectsV2Output, Object, ObjectStorageClass, ObjectVersion,
    ObjectVersionStorageClass, Timestamp,
};
use s3s::{S3Request, S3Result, s3_error};

use crate::demo::answers::buckets::owner;
use crate::demo::answers::checksums::named;
use crate::demo::answers::context::Context;
use crate::demo::store::bucket::Bucket;
use crate::demo::store::object::{Stored, Version};
use crate::demo::store::page::{Ask, Page, page};

/// The most rows of one page.
const MOST: i32 = 1000;

/// What S3 leaves as it is; a space becomes `+` besides.
const PLAIN: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'*').remove(b'/');

/// Writes names as the request wants them: raw, or for URLs.
#[derive(Clone, Copy)]
pub struct Writing {
    for_urls: bool,
}

impl Writing {
    pub fn of(encoding: Option<&EncodingType>) -> S3Result<Writing> {
        match encoding.map(EncodingType::as_str) {
            None => Ok(Writing { for_urls: false }),
            Some(EncodingType::URL) => Ok(Writing { for_urls: true }),
            Some(_) => {
                Err(s3_error!(InvalidArgument, "Invalid Encoding Method specified in Request"))
            }
        }
    }

    pub fn name(self, name: &str) -> String {
        if self.for_urls {
            return utf8_percent_encode(name, PLAIN).to_string().replace("%20", "+");
        }
        name.to_owned()
    }

    pub fn optional(self, name: Option<&String>) -> Option<String> {
        name.map(|name| self.name(name))
    }

    pub fn prefixes(self, prefixes: &[String]) -> Vec<CommonPrefix> {
        prefixes.iter().map(|prefix| CommonPrefix { prefix: Some(self.name(prefix)) }).collect()
    }
}

/// The page size that was asked for, at most a thousand.
pub fn page_size(asked: Option<i32>) -> S3Result<(i32, usize)> {
    let size = asked.unwrap_or(MOST).min(MOST);
    let most = usize::try_from(size).map_err(|_| {
        s3_error!(InvalidArgument, "Argument max-keys must be an integer between 0 and 2147483647")
    })?;
    Ok((size, most))
}

fn objects_page(bucket: &Bucket, ask: &Ask<'_>) -> Page<Version> {
    page(ask, |from| bucket.objects(from))
}

fn listed(key: &str, version: &Version, writing: Writing, with_owner: bool) -> Object {
    let object = version.object.as_deref();
    let algorithms: Vec<_> = object
        .iter()
        .flat_map(|object| named(&object.checksum))
        .map(ChecksumAlgorithm::from_static)
        .collect();
    Object {
        checksum_type: object.and_then(|object| object.checksum.checksum_type.clone()),
        checksum_algorithm: Some(algorithms).filter(|algorithms| !algorithms.is_empty()),
        e_tag: object.map(|object| ETag::Strong(object.etag.clone())),
        key: Some(writing.name(key)),
        last_modified: Some(Timestamp::from(version.modified)),
        owner: with_owner.then(owner),
        restore_status: None,
        size: object.and_then(|object| i64::try_from(object.content.len()).ok()),
        storage_class: object.map(|object| ObjectStorageClass::from(class_name(object))),
    }
}

fn class_name(object: &Stored) -> String {
    object.storage_class.clone().unwrap_or_else(|| "STANDARD".to_owned())
}

pub async fn version_2(
    cx: &Context,
    request: S3Request<ListObjectsV2Input>,
) -> S3Result<ListObjectsV2Output> {
    let input = request.input;
    let writing = Writing::of(input.encoding_type.as_ref())?;
    let (max_keys, most) = page_size(input.max_keys)?;
    let after = match &input.continuation_token {
        Some(token) => place_of(token)?,
        None => input.start_after.clone().unwrap_or_default(),
    };
    let ask = Ask {
        prefix: input.prefix.as_deref().unwrap_or(""),
        delimiter: input.delimiter.as_deref().unwrap_or(""),
        after: &after,
        again: false,
        most,
    };
    let page = cx.in_bucket(&input.bucket, |bucket, _| Ok(objects_page(bucket, &ask)))?;
    let with_owner = input.fetch_owner.unwrap_or(false);
    let contents = page.rows.iter().map(|(key, version)| listed(key, version, writing, with_owner));
    Ok(ListObjectsV2Output {
        key_count: i32::try_from(page.rows.len() + page.prefixes.len()).ok(),
        contents: Some(contents.collect()),
        common_prefixes: Some(writing.prefixes(&page.prefixes)),
        is_truncated: Some(page.next.is_some()),
        next_continuation_token: page.next.as_deref().map(token_of),
        name: Some(input.bucket.clone()),
        prefix: Some(writing.name(ask.prefix)),
        max_keys: Some(max_keys),
        delimiter: writing.optional(input.delimiter.as_ref()),
        start_after: writing.optional(input.start_after.as_ref()),
        continuation_token: input.continuation_token,
        encoding_type: input.encoding_type,
        request_charged: None,
    })
}

/// Opaque to clients: nothing in it may be taken for a key.
fn token_of(place: &str) -> String {
    format!("1{}", URL_SAFE_NO_PAD.encode(place))
}

fn place_of(token: &str) -> S3Result<String> {
    let place = token.strip_prefix('1').and_then(|token| URL_SAFE_NO_PAD.decode(token).ok());
    place
        .and_then(|place| String::from_utf8(place).ok())
        .ok_or_else(|| s3_error!(InvalidArgument, "The continuation token provided is incorrect"))
}

pub async fn version_1(
    cx: &Context,
    request: S3Request<ListObjectsInput>,
) -> S3Result<ListObjectsOutput> {
    let input = request.input;
    let writing = Writing::of(input.encoding_type.as_ref())?;
    let (max_keys, most) = page_size(input.max_keys)?;
    let ask = Ask {
        prefix: input.prefix.as_deref().unwrap_or(""),
        delimiter: input.delimiter.as_deref().unwrap_or(""),
        after: input.marker.as_deref().unwrap_or(""),
        again: false,
        most,
    };
    let page = cx.in_bucket(&input.bucket, |bucket, _| Ok(objects_page(bucket, &ask)))?;
    let contents = page.rows.iter().map(|(key, version)| listed(key, version, writing, true));
    // Without a delimiter the marker is the last key, which the client has anyway.
    let next_marker = page.next.as_ref().filter(|_| input.delimiter.is_some());
    Ok(ListObjectsOutput {
        name: Some(input.bucket.clone()),
        prefix: Some(writing.name(ask.prefix)),
        marker: Some(writing.name(ask.after)),
        max_keys: Some(max_keys),
        is_truncated: Some(page.next.is_some()),
        contents: Some(contents.collect()),
        common_prefixes: Some(writing.prefixes(&page.prefixes)),
        delimiter: writing.optional(input.delimiter.as_ref()),
        next_marker: writing.optional(next_marker),
        encoding_type: input.encoding_type,
        request_charged: None,
    })
}

/// Every version of a key, newest first, with whether it is the newest.
fn versions_from(
    bucket: &Bucket,
    from: Bound<String>,
    skip: Option<(&str, &str)>,
) -> impl Iterator<Item = (String, (Version, bool))> {
    bucket.rows(from).flat_map(move |(key, versions)| {
        let mut newest_first: Vec<_> = versions.iter().rev().cloned().collect();
        let newest = newest_first.first().map(|version| version.id().to_owned());
        if let Some((_, id)) = skip.filter(|(marked, _)| *marked == key) {
            let past = newest_first.iter().position(|version| version.id() == id);
            newest_first.drain(..past.map_or(0, |place| place + 1));
        }
        newest_first.into_iter().map(move |version| {
            let latest = newest.as_deref() == Some(version.id());
            (key.clone(), (version, latest))
        })
    })
}

pub async fn versions(
    cx: &Context,
    request: S3Request<ListObjectVersionsInput>,
) -> S3Result<ListObjectVersionsOutput> {
    cx.not_in_r2("ListObjectVersions")?;
    let input = request.input;
    let writing = Writing::of(input.encoding_type.as_ref())?;
    let (max_keys, most) = page_size(input.max_keys)?;
    let marker = input.key_marker.clone().unwrap_or_default();
    let id_marker = input.version_id_marker.clone().filter(|id| !id.is_empty());
    let ask = Ask {
        prefix: input.prefix.as_deref().unwrap_or(""),
        delimiter: input.delimiter.as_deref().unwrap_or(""),
        after: &marker,
        again: id_marker.is_some(),
        most,
    };
    let skip = id_marker.as_deref().map(|id| (marker.as_str(), id));
    let page = cx.in_bucket(&input.bucket, |bucket, _| {
        Ok(page(&ask, |from| versions_from(bucket, from, skip).collect::<Vec<_>>().into_iter()))
    })?;
    let last = page.rows.last().filter(|(key, _)| page.next.as_ref() == Some(key));
    let next_version = last.map(|(_, (version, _))| version.id().to_owned());
    let (markers, objects): (Vec<_>, Vec<_>) =
        page.rows.iter().partition(|(_, (version, _))| version.object.is_none());
    Ok(ListObjectVersionsOutput {
        common_prefixes: Some(writing.prefixes(&page.prefixes)),
        delete_markers: Some(markers.into_iter().map(|row| marker_entry(row, writing)).collect()),
        versions: Some(objects.into_iter().map(|row| version_entry(row, writing)).collect()),
        delimiter: writing.optional(input.delimiter.as_ref()),
        encoding_type: input.encoding_type,
        is_truncated: Some(page.next.is_some()),
        key_marker: Some(writing.name(&marker)),
        max_keys: Some(max_keys),
        name: Some(input.bucket.clone()),
        next_version_id_marker: next_version.filter(|_| page.next.is_some()),
        next_key_marker: page.next.as_deref().map(|next| writing.name(next)),
        prefix: Some(writing.name(ask.prefix)),
        request_charged: None,
        version_id_marker: input.version_id_marker,
    })
}

type VersionRow = (String, (Version, bool));

fn marker_entry((key, (version, latest)): &VersionRow, writing: Writing) -> DeleteMarkerEntry {
    DeleteMarkerEntry {
        is_latest: Some(*latest),
        key: Some(writing.name(key)),
        last_modified: Some(Timestamp::from(version.modified)),
        owner: Some(owner()),
        version_id: Some(version.id().to_owned()),
    }
}

fn version_entry((key, (version, latest)): &VersionRow, writing: Writing) -> ObjectVersion {
    let row = listed(key, version, writing, true);
    let class = version.object.as_deref().map(class_name);
    ObjectVersion {
        checksum_algorithm: row.checksum_algorithm,
        checksum_type: row.checksum_type,
        e_tag: row.e_tag,
        is_latest: Some(*latest),
        key: row.key,
        last_modified: row.last_modified,
        owner: row.owner,
        restore_status: None,
        size: row.size,
        storage_class: class.map(ObjectVersionStorageClass::from),
        version_id: Some(version.id().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Writing, place_of, token_of};

    #[test]
    fn names_are_written_for_urls_as_s3_writes_them() {
        let writing = Writing { for_urls: true };
        assert_eq!(writing.name("a b+c%/é\u{1b}\n*~"), "a+b%2Bc%25/%C3%A9%1B%0A*%7E");
    }

    #[test]
    fn tokens_are_opaque_and_lead_back() {
        assert_eq!(place_of(&token_of("a//b\u{1b}")).expect("ours"), "a//b\u{1b}");
        assert!(place_of("a//b").is_err());
    }
}
