//! Answers GetObjectAttributes: size, ETag, checksums and parts without the object.

use s3s::dto::{
    ETag, GetObjectAttributesInput, GetObjectAttributesOutput, GetObjectAttributesParts,
    ObjectPart, StorageClass,
};
use s3s::{S3Request, S3Result};

use crate::demo::answers::context::Context;
use crate::demo::answers::found::find;
use crate::demo::answers::objects::class;
use crate::demo::store::object::Stored;

pub async fn get(
    cx: &Context,
    request: S3Request<GetObjectAttributesInput>,
) -> S3Result<GetObjectAttributesOutput> {
    cx.not_in_r2("GetObjectAttributes")?;
    let input = request.input;
    let found = find(cx, &input.bucket, &input.key, input.version_id.as_deref())?;
    // Several names may come in one header.
    let names = input.object_attributes.iter().flat_map(|names| names.as_str().split(','));
    let names: Vec<&str> = names.map(str::trim).collect();
    let asked = |name: &str| names.contains(&name);
    let object = &found.object;
    let standard = || StorageClass::from_static(StorageClass::STANDARD);
    Ok(GetObjectAttributesOutput {
        checksum: asked("Checksum").then(|| object.checksum.clone()),
        e_tag: asked("ETag").then(|| ETag::Strong(object.etag.clone())),
        last_modified: Some(found.modified()),
        object_parts: asked("ObjectParts").then(|| parts(object)).flatten(),
        object_size: i64::try_from(object.content.len()).ok().filter(|_| asked("ObjectSize")),
        storage_class: asked("StorageClass").then(|| class(object).unwrap_or_else(standard)),
        version_id: found.version_id.clone(),
        ..Default::default()
    })
}

fn parts(object: &Stored) -> Option<GetObjectAttributesParts> {
    if object.parts.is_empty() {
        return None;
    }
    let listed = (1..).zip(&object.parts).map(|(number, length)| ObjectPart {
        part_number: Some(number),
        size: i64::try_from(*length).ok(),
        ..Default::default()
    });
    Some(GetObjectAttributesParts {
        is_truncated: Some(false),
        parts: Some(listed.collect()),
        total_parts_count: i32::try_from(object.parts.len()).ok(),
        ..Default::default()
    })
}
