//! Says how the objects of a bucket are asked for: with which key, and at whose cost.

use crate::domain::address::Bucket;
use crate::domain::error::Error;
use crate::s3::access::Access;
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
}
