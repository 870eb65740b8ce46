//! Puts retention and legal holds on versions that are there.

use aws_sdk_s3::types::{ObjectLockLegalHold, ObjectLockRetention, ObjectLockRetentionMode};

use crate::domain::error::Error;
use crate::domain::object::ObjectAddress;
use crate::domain::protection::Retention;
use crate::domain::provider::Capability;
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::ops::headers::{hold, lock};
use crate::s3::ops::of_version::put_on_version;

impl Client {
    /// What shortens a retention is refused by the server.
    pub async fn put_retention(
        &self,
        object: &ObjectAddress,
        retention: Retention,
    ) -> Result<(), Error> {
        let call =
            Call::on_object("PutObjectRetention", object).writing().needing(Capability::Retention);
        let (_, until) = lock(Some(retention));
        let wanted = ObjectLockRetention::builder()
            .mode(ObjectLockRetentionMode::from(retention.mode.name()))
            .set_retain_until_date(until)
            .build();
        put_on_version!(self, &call, object, put_object_retention.retention(wanted))
    }

    pub async fn put_legal_hold(&self, object: &ObjectAddress, held: bool) -> Result<(), Error> {
        let call =
            Call::on_object("PutObjectLegalHold", object).writing().needing(Capability::Retention);
        let wanted = ObjectLockLegalHold::builder().set_status(hold(Some(held))).build();
        put_on_version!(self, &call, object, put_object_legal_hold.legal_hold(wanted))
    }
}
