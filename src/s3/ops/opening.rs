//! Opens an object as a text.

use futures_util::StreamExt as _;

use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ETag, GetOptions, ObjectAddress, ObjectHead};
use crate::domain::parts::MIB;
use crate::s3::call::Call;
use crate::s3::client::Client;

/// The largest object that is opened in an editor, in bytes.
const MOST: u64 = 64 * MIB;

/// An object that is to be edited.
#[derive(Clone, Debug)]
pub struct Opened {
    pub etag: Option<ETag>,
    pub bytes: Vec<u8>,
    /// What was said of it before it was read.
    pub head: ObjectHead,
}

impl Client {
    /// # Errors
    /// `TooLarge` for more than an editor is for.
    pub async fn open_text(&self, object: &ObjectAddress) -> Result<Opened, Error> {
        let head = self.head(object).await?;
        let call = Call::on_object("GetObject", object);
        if head.is_archived() {
            return Err(archived(&call, "it is archived"));
        }
        if head.size.is_some_and(|size| size > MOST) {
            let detail = format!("it has more than {} MiB: get it and put it back", MOST / MIB);
            return Err(call.fails(ErrorKind::TooLarge, detail));
        }
        let options = GetOptions { range: None, if_match: head.etag.clone() };
        let mut download = self.get(object, &options).await?;
        let mut bytes = Vec::new();
        while let Some(piece) = download.body.next().await {
            bytes.extend_from_slice(&piece?);
        }
        Ok(Opened { etag: head.etag.clone(), bytes, head })
    }
}

/// An object that has to be made readable first, as the server would say.
pub fn archived(call: &Call, detail: &str) -> Error {
    let error = call.fails(ErrorKind::InvalidRequest, detail);
    Error { code: Some("InvalidObjectState".to_owned()), ..error }
}
