//! Says how the objects of a bucket are asked for: with which key, and at whose cost.

use crate::domain::address::Bucket;
use crate::domain::error::Error;
use crate::domain::object::ObjectAddress;
use crate::domain::presign::LinkMethod;
use crate::s3::access::Access;
use crate::s3::call::Call;
use crate::s3::client::Client;

impl Client {
    /// How the objects of a bucket are asked for, once [`Client::prepare_access`] knows it, which
    /// every request has done before it is sent.
    pub(in crate::s3) fn access(&self, bucket: &Bucket) -> Access {
        let (all, single) = self.accesses();
        all.over(single.known(bucket))
    }

    /// Reads the key of a bucket, or has its command print it, where that is not done yet.
    ///
    /// # Errors
    /// As [`Access::of`].
    pub(in crate::s3) async fn prepare_access(&self, bucket: &Bucket) -> Result<(), Error> {
        self.accesses().1.prepare(bucket).await
    }

    /// As [`Client::prepare_access`], but for a call that may not be sent no command is run.
    pub(in crate::s3) async fn prepare_for(&self, call: &Call, at: &Bucket) -> Result<(), Error> {
        self.permit(call)?;
        self.prepare_access(at).await
    }

    /// How a link to an object is signed. To read one that is not encrypted with the key of its
    /// bucket the key would be refused; where that is not told, the key goes with the link.
    pub(in crate::s3) async fn link_access(
        &self,
        object: &ObjectAddress,
        method: LinkMethod,
    ) -> Result<Access, Error> {
        self.prepare_access(&object.bucket).await?;
        let access = self.access(&object.bucket);
        let reads = matches!(method, LinkMethod::Get | LinkMethod::Head);
        if !reads || !access.has_key() {
            return Ok(access);
        }
        let is_plain = match Box::pin(self.head(object)).await {
            Ok(head) => !head.has_customer_key(),
            Err(_) => false,
        };
        Ok(if is_plain { access.without_key() } else { access })
    }
}
