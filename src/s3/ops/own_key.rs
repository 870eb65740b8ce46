//! Looks that a server encrypts with a key of one's own (SSE-C) what is stored with one.

use crate::domain::error::{Error, ErrorKind, PUT_RIGHT};
use crate::domain::object::ObjectAddress;
use crate::s3::call::Call;
use crate::s3::client::Client;

const UNUSED: &str =
    "it takes a key of yours (SSE-C) and does not encrypt with it: nothing was sent";

impl Client {
    /// Before bytes are sent that would be stored in the clear.
    ///
    /// # Errors
    /// `Unsupported` where the server was seen to do that.
    pub(in crate::s3) async fn expect_own_key(
        &self,
        call: &Call,
        object: &ObjectAddress,
    ) -> Result<(), Error> {
        self.prepare_for(call, &object.bucket).await?;
        let has_key = self.access(&object.bucket).has_key();
        match has_key && self.conditions().uses_own_key() == Some(false) {
            true => Err(call.fails(ErrorKind::Unsupported, UNUSED)),
            false => Ok(()),
        }
    }

    /// Of an upload that was begun: a server that encrypts says so in its answer.
    ///
    /// # Errors
    /// `Unsupported`; no byte was sent.
    pub(in crate::s3) fn expect_named_key(
        &self,
        call: &Call,
        object: &ObjectAddress,
        named: bool,
    ) -> Result<(), Error> {
        let relied_upon = self.provider().facts().relied_upon;
        if named || relied_upon || !self.access(&object.bucket).has_key() {
            return Ok(());
        }
        self.conditions().learn_own_key(false);
        Err(call.fails(ErrorKind::Unsupported, UNUSED))
    }

    /// Of an object that was stored: a server that encrypts says so in its answer (`named`), and
    /// tells nothing of the object without the key. rclone keeps the name of the algorithm and the
    /// bytes in the clear.
    ///
    /// # Errors
    /// `Loss` where the object can be read without the key.
    pub(in crate::s3) async fn check_own_key(
        &self,
        object: &ObjectAddress,
        named: bool,
    ) -> Result<(), Error> {
        let access = self.access(&object.bucket);
        if !access.has_key() || self.sdk().await?.provider.facts().relied_upon {
            return Ok(());
        }
        if named {
            if self.conditions().uses_own_key() == Some(true) {
                return Ok(());
            }
            match Box::pin(self.ask_head(object, false, &access.without_key())).await {
                Ok(_) => {}
                Err(error) => {
                    if error.status == Some(400) {
                        self.conditions().learn_own_key(true);
                    }
                    // Any other refusal says nothing of the key.
                    return Ok(());
                }
            }
        }
        self.conditions().learn_own_key(false);
        let lacking =
            "the encryption with a key of yours (SSE-C): whoever may read it needs no key";
        Err(Error::new(ErrorKind::Loss, PUT_RIGHT, object.to_string()).detail(lacking))
    }
}
