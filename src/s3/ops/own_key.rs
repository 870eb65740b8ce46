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

    /// Of an object that was stored: a server that encrypts tells nothing of it without the key.
    /// Nothing else proves it: rclone names the algorithm in its answer and keeps the bytes in the
    /// clear, MinIO encrypts and names nothing.
    ///
    /// # Errors
    /// `Loss` where the object can be read without the key.
    pub(in crate::s3) async fn check_own_key(&self, object: &ObjectAddress) -> Result<(), Error> {
        let access = self.access(&object.bucket);
        let relied_upon = self.provider().facts().relied_upon;
        if !access.has_key() || relied_upon || self.conditions().uses_own_key() == Some(true) {
            return Ok(());
        }
        match Box::pin(self.ask_head(object, false.into(), &access.without_key())).await {
            Ok(_) => {}
            Err(error) => {
                // Any other refusal says nothing of the key.
                if error.status == Some(400) {
                    self.conditions().learn_own_key(true);
                }
                return Ok(());
            }
        }
        self.conditions().learn_own_key(false);
        let lacking =
            "the encryption with a key of yours (SSE-C): whoever may read it needs no key";
        Err(Error::new(ErrorKind::Loss, PUT_RIGHT, object.to_string()).detail(lacking))
    }
}
