//! Looks inside an object: finds out what it is, and asks the reader of that kind.

use std::sync::Arc;

use crate::domain::containment::contained;
use crate::domain::contents::{ContentKind, Contents};
use crate::look::archives;
use crate::look::encoding::encoding_of;
use crate::look::error::{LookError, Looked};
use crate::look::kind::{FIRST, Opening};
use crate::look::object_bytes::ObjectBytes;
use crate::look::packed::Packing;

/// What is inside an object of this name and Content-Type. A reader that panics gives an error.
pub fn inspect(
    source: &Arc<ObjectBytes>,
    name: &str,
    content_type: Option<&str>,
) -> Looked<Contents> {
    let looked = contained(|| {
        let first = source.read(0, FIRST)?;
        let whole = first.len() as u64 == source.size();
        let opening = Opening { first: &first, whole, name, content_type };
        inside(source, &opening)
    });
    looked.unwrap_or_else(|why| Err(LookError::malformed(format!("its reader gave up: {why}"))))
}

fn inside(source: &Arc<ObjectBytes>, opening: &Opening<'_>) -> Looked<Contents> {
    let kind = opening.kind();
    let mut contents = Contents::of(kind);
    match kind {
        ContentKind::Text
        | ContentKind::Json
        | ContentKind::Ndjson
        | ContentKind::Yaml
        | ContentKind::Toml
        | ContentKind::Csv => return Ok(text(kind, opening)),
        ContentKind::Zip => archives::zip(source, &mut contents)?,
        ContentKind::Tar => archives::tar(source, &mut contents)?,
        ContentKind::SevenZip => archives::seven_zip(source, &mut contents)?,
        ContentKind::Gzip | ContentKind::Zstd | ContentKind::Binary => {
            if let Some(packing) = Packing::of(opening.first) {
                archives::packed(source, packing, &mut contents)?;
            }
        }
        ContentKind::Parquet
        | ContentKind::Avro
        | ContentKind::Orc
        | ContentKind::Arrow
        | ContentKind::Sqlite
        | ContentKind::Image
        | ContentKind::Pdf
        | ContentKind::Audio
        | ContentKind::Video
        | ContentKind::Font
        | ContentKind::Elf
        | ContentKind::Wasm
        | ContentKind::Empty => {}
    }
    Ok(contents)
}

fn text(kind: ContentKind, opening: &Opening<'_>) -> Contents {
    let mut contents = Contents::of(kind);
    let encoding = encoding_of(opening.first, opening.whole);
    contents.encoding = encoding.map(|encoding| encoding.name().to_ascii_lowercase());
    contents
}
