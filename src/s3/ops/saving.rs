//! Opens an object as a text, and stores it anew only where it is still what was opened.

use futures_util::StreamExt as _;
use jiff::Timestamp;

use crate::domain::error::{Error, ErrorKind, SAVE_TEXT};
use crate::domain::object::{GetOptions, ObjectAddress, ObjectHead, PutOptions, StoredObject};
use crate::domain::parts::MIB;
use crate::domain::provider::{Capability, Provider};
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::ops::rewrite::Described;

/// The largest object that is opened in an editor, in bytes.
const MOST: u64 = 64 * MIB;

/// The name under which uploads keep the time of the file.
const TIME: &str = "mtime";

/// An object that is to be edited.
#[derive(Clone, Debug)]
pub struct Opened {
    pub described: Described,
    pub bytes: Vec<u8>,
}

impl Client {
    /// # Errors
    /// `TooLarge` for more than an editor is for.
    pub async fn open_text(&self, object: &ObjectAddress) -> Result<Opened, Error> {
        let described = self.described(object).await?;
        let call = Call::on_object("GetObject", object);
        if described.head.is_archived() {
            return Err(archived(&call));
        }
        if described.head.size.is_some_and(|size| size > MOST) {
            let detail = format!("it has more than {} MiB: get it and put it back", MOST / MIB);
            return Err(call.fails(ErrorKind::TooLarge, detail));
        }
        let options = GetOptions { range: None, if_match: described.head.etag.clone() };
        let mut download = self.get(object, &options).await?;
        let mut bytes = Vec::new();
        while let Some(piece) = download.body.next().await {
            bytes.extend_from_slice(&piece?);
        }
        Ok(Opened { described, bytes })
    }

    /// Stores a text over what was opened, with everything it had.
    ///
    /// # Errors
    /// `PreconditionFailed` where the object is another one by now, or gone.
    pub async fn save_text(
        &self,
        object: &ObjectAddress,
        opened: &Described,
        bytes: Vec<u8>,
    ) -> Result<StoredObject, Error> {
        self.expect_opened(object, &opened.head).await?;
        let lacks = self.lacks(Capability::ObjectTags);
        let mut options = PutOptions {
            tags: opened.kept_tags(object, lacks.as_deref())?,
            if_match: opened.head.etag.clone(),
            ..opened.head.as_options()
        };
        let now = Timestamp::now();
        // Its bytes are of now, whatever file they came of.
        if let Some(time) = options.user_metadata.get_mut(TIME) {
            *time = format!("{}.{:09}", now.as_second(), now.subsec_nanosecond());
        }
        let kept = options.protection.retention.filter(|kept| kept.until > now);
        options.protection.retention = kept;
        options.protection.grants.clone_from(&opened.acl);
        match self.put(object, bytes.clone().into(), &options).await {
            // A server without the condition: the look just before has to do.
            Err(error) if error.is(&ErrorKind::Unsupported) => {
                let options = PutOptions { if_match: None, ..options };
                self.put(object, bytes.into(), &options).await
            }
            // Refused though nothing changed: the server compares another spelling of the tag.
            Err(error)
                if error.is(&ErrorKind::PreconditionFailed)
                    && !matches!(self.provider(), Provider::Aws | Provider::R2) =>
            {
                self.expect_opened(object, &opened.head).await?;
                self.conditions().learn_otherwise_written();
                match self.put(object, bytes.clone().into(), &options).await {
                    // Ceph's gateway takes no condition on what has versions.
                    Err(error) if error.is(&ErrorKind::PreconditionFailed) => {
                        self.expect_opened(object, &opened.head).await?;
                        let options = PutOptions { if_match: None, ..options };
                        self.put(object, bytes.into(), &options).await
                    }
                    stored => stored.map_err(in_the_way),
                }
            }
            stored => stored.map_err(in_the_way),
        }
    }

    /// Stores the text of a new object, where there is none.
    pub async fn save_new_text(
        &self,
        object: &ObjectAddress,
        content_type: String,
        bytes: Vec<u8>,
    ) -> Result<StoredObject, Error> {
        let mut options = PutOptions { only_if_absent: true, ..PutOptions::default() };
        options.headers.content_type = Some(content_type);
        let call = Call::on_object("PutObject", object);
        self.expect_absent(object, &call).await?;
        match self.put(object, bytes.clone().into(), &options).await {
            Err(error) if error.is(&ErrorKind::Unsupported) => {
                let options = PutOptions { only_if_absent: false, ..options };
                self.put(object, bytes.into(), &options).await
            }
            stored => stored,
        }
    }

    /// Some servers ignore the condition of a PUT, so that it is looked at first.
    async fn expect_opened(
        &self,
        object: &ObjectAddress,
        opened: &ObjectHead,
    ) -> Result<(), Error> {
        let call = Call::on_object("PutObject", object);
        let conflict = |detail: &str| in_the_way(call.fails(ErrorKind::PreconditionFailed, detail));
        match self.head(object).await {
            Ok(now) if now.etag == opened.etag => Ok(()),
            Ok(_) => Err(conflict("somebody else changed the object since it was opened")),
            Err(error) if error.is(&ErrorKind::NoSuchKey) => {
                Err(conflict("somebody else deleted the object since it was opened"))
            }
            Err(error) => Err(error),
        }
    }
}

/// Somebody else was quicker.
fn in_the_way(error: Error) -> Error {
    match error.is(&ErrorKind::PreconditionFailed) {
        true => Error { operation: SAVE_TEXT.to_owned(), ..error },
        false => error,
    }
}

/// An object that has to be made readable first, as the server would say.
pub fn archived(call: &Call) -> Error {
    let error = call.fails(ErrorKind::InvalidRequest, "it is archived");
    Error { code: Some("InvalidObjectState".to_owned()), ..error }
}
