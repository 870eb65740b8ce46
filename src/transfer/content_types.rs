//! Looks whether the content type of an object fits its name and first bytes, and mends it.

use crate::domain::attributes::Attributes;
use crate::domain::error::Error;
use crate::domain::metadata_change::MetadataChange;
use crate::domain::object::{ObjectAddress, ObjectHeaders};
use crate::domain::wrong_type::WrongType;
use crate::s3::client::Client;
use crate::transfer::local::content::{SNIFFED, wrong_type};

/// What is wrong with the type of an object; nothing where it fits or nobody can tell.
///
/// # Errors
/// Of the one request that tells both the type and the first bytes.
pub async fn look_at_type(
    client: &Client,
    object: &ObjectAddress,
) -> Result<Option<WrongType>, Error> {
    // The marker of a folder is no file.
    if object.key.as_str().ends_with('/') {
        return Ok(None);
    }
    // Of what is archived only its name tells.
    let (is, etag, start) = match client.start_of(object, SNIFFED as u64).await {
        Ok(start) => (start.content_type, start.etag, start.bytes),
        Err(error) if error.code.as_deref() == Some("InvalidObjectState") => {
            let head = client.head(object).await?;
            (head.headers.content_type, head.etag, Vec::new())
        }
        Err(error) => return Err(error),
    };
    let found = wrong_type(object.key.name(), &start, is.as_deref());
    Ok(found.map(|finding| WrongType { object: object.clone(), etag, finding }))
}

/// Gives an object the type that it should have, and keeps everything else.
///
/// # Errors
/// `SourceChanged` where the object is not what was looked at.
pub async fn mend_type(client: &Client, wrong: &WrongType) -> Result<(), Error> {
    let content_type = Some(wrong.finding.should.clone());
    let headers = ObjectHeaders { content_type, ..ObjectHeaders::default() };
    let set = Attributes { headers, ..Attributes::default() };
    let change = MetadataChange { set, ..MetadataChange::default() };
    client.change_if_still(&wrong.object, wrong.etag.as_ref(), &change).await.map(drop)
}
