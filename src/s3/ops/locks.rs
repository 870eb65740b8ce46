//! Puts retention and legal holds on versions that are there.

use aws_sdk_s3::types::{ObjectLockLegalHold, ObjectLockRetention, ObjectLockRetentionMode};

use crate::domain::error::Error;
use crate::domain::object::ObjectAddress;
use crate::domain::protection::Retention;
use crate::domain::provider::{Capability, Provider};
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::ops::headers::{hold, lock};
use crate::s3::sdk::md5_instead::Md5Instead;

impl Client {
    /// What shortens a retention is refused by the server.
    pub async fn put_retention(
        &self,
        object: &ObjectAddress,
        retention: Retention,
    ) -> Result<(), Error> {
        let call =
            Call::on_object("PutObjectRetention", object).writing().needing(Capability::Retention);
        let with_md5 = self.sdk().await?.provider != Provider::Aws;
        let (_, until) = lock(Some(retention));
        let wanted = ObjectLockRetention::builder()
            .mode(ObjectLockRetentionMode::from(retention.mode.name()))
            .set_retain_until_date(until)
            .build();
        self.run(&call, |sdk, bucket| {
            let request = sdk
                .put_object_retention()
                .bucket(bucket)
                .key(object.key.as_str())
                .set_version_id(object.version_id())
                .set_request_payer(self.access().payer())
                .retention(wanted.clone())
                .customize();
            let request = if with_md5 { request.interceptor(Md5Instead) } else { request };
            let call = &call;
            async move { request.send().await.map(drop).map_err(|error| call.failed(error)) }
        })
        .await
    }

    pub async fn put_legal_hold(&self, object: &ObjectAddress, held: bool) -> Result<(), Error> {
        let call =
            Call::on_object("PutObjectLegalHold", object).writing().needing(Capability::Retention);
        let with_md5 = self.sdk().await?.provider != Provider::Aws;
        let wanted = ObjectLockLegalHold::builder().set_status(hold(Some(held))).build();
        self.run(&call, |sdk, bucket| {
            let request = sdk
                .put_object_legal_hold()
                .bucket(bucket)
                .key(object.key.as_str())
                .set_version_id(object.version_id())
                .set_request_payer(self.access().payer())
                .legal_hold(wanted.clone())
                .customize();
            let request = if with_md5 { request.interceptor(Md5Instead) } else { request };
            let call = &call;
            async move { request.send().await.map(drop).map_err(|error| call.failed(error)) }
        })
        .await
    }
}
