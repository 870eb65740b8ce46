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

    /// How an object is read: the key of its bucket would be refused where it is not encrypted
    /// with it.
    pub(in crate::s3) async fn access_to_read(
        &self,
        object: &ObjectAddress,
    ) -> Result<Access, Error> {
        self.prepare_access(&object.bucket).await?;
        let access = self.access(&object.bucket);
        if !access.has_key() || Box::pin(self.head(object)).await?.has_customer_key() {
            return Ok(access);
        }
        Ok(access.without_key())
    }

    /// How a link to an object is signed: as it is read, and with the key where that is not told.
    pub(in crate::s3) async fn link_access(
        &self,
        object: &ObjectAddress,
        method: LinkMethod,
    ) -> Result<Access, Error> {
        self.prepare_access(&object.bucket).await?;
        let access = self.access(&object.bucket);
        Ok(match method {
            LinkMethod::Get | LinkMethod::Head => {
                self.access_to_read(object).await.unwrap_or(access)
            }
            LinkMethod::Put | LinkMethod::Delete => access,
        })
    }
}
