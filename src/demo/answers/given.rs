//! Checks what a client gives with a new object: headers, metadata, class and tags.

use s3s::dto::{Metadata, StorageClass, Tag};
use s3s::{S3Result, s3_error};

use crate::demo::answers::context::{Context, refused};
use crate::demo::store::object::{Headers, Stored};

/// The headers of any input that has them.
macro_rules! given_headers {
    ($input:expr) => {
        $crate::demo::store::object::Headers {
            content_type: $input.content_type.clone(),
            cache_control: $input.cache_control.clone(),
            content_disposition: $input.content_disposition.clone(),
            content_encoding: $input.content_encoding.clone(),
            content_language: $input.content_language.clone(),
            expires: $input.expires.clone(),
            website_redirect: $input.website_redirect_location.clone(),
        }
    };
}

pub(crate) use given_headers;

const CLASSES: [&str; 8] = [
    "STANDARD",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER",
    "GLACIER_IR",
    "DEEP_ARCHIVE",
    "REDUCED_REDUNDANCY",
];

/// The object that the headers describe, without content.
pub fn described(
    cx: &Context,
    headers: Headers,
    metadata: Option<Metadata>,
    class: Option<&StorageClass>,
    tagging: Option<&str>,
) -> S3Result<Stored> {
    let metadata = metadata.unwrap_or_default();
    let most = if cx.is_r2() { 8192 } else { 2048 };
    if metadata.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() > most {
        return Err(s3_error!(
            MetadataTooLarge,
            "Your metadata headers exceed the maximum allowed metadata size"
        ));
    }
    let content_type = headers.content_type.or_else(|| Some("binary/octet-stream".to_owned()));
    Ok(Stored {
        headers: Headers { content_type, ..headers },
        metadata,
        storage_class: checked_class(cx, class)?,
        tags: tagging.map_or_else(|| Ok(Vec::new()), |tagging| checked_tags(cx, tagging))?,
        ..Stored::default()
    })
}

/// The class, if it is known here; `None` for STANDARD.
pub fn checked_class(cx: &Context, class: Option<&StorageClass>) -> S3Result<Option<String>> {
    let Some(class) = class.map(StorageClass::as_str) else { return Ok(None) };
    let known = if cx.is_r2() { &CLASSES[..2] } else { &CLASSES[..] };
    if !known.contains(&class) {
        let message = "The storage class you specified is not valid";
        return Err(refused(400, "InvalidStorageClass", message));
    }
    Ok(Some(class.to_owned()).filter(|class| class != "STANDARD"))
}

fn checked_tags(cx: &Context, tagging: &str) -> S3Result<Vec<Tag>> {
    cx.not_in_r2("Header 'x-amz-tagging' with value")?;
    let text = |part: &str| {
        let spaced = part.replace('+', " ");
        percent_encoding::percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
    };
    let pairs = tagging.split('&').filter(|pair| !pair.is_empty());
    let tags: Vec<Tag> = pairs
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            Tag { key: Some(text(key)), value: Some(text(value)) }
        })
        .collect();
    check_tags(&tags, 10)?;
    Ok(tags)
}

/// Refuses more than `most` tags, and a key that is given twice.
pub fn check_tags(tags: &[Tag], most: usize) -> S3Result<()> {
    let keys: std::collections::BTreeSet<_> = tags.iter().map(|tag| tag.key.as_deref()).collect();
    if tags.len() > most {
        return Err(refused(400, "BadRequest", "Object tags cannot be greater than 10"));
    }
    if keys.len() < tags.len() {
        let message = "Cannot provide multiple Tags with the same key";
        return Err(refused(400, "InvalidTag", message));
    }
    Ok(())
}
