//! Puts retention and legal holds on versions that are there.

use aws_sdk_s3::types::{ObjectLockLegalHold, ObjectLockRetention, ObjectLockRetentionMode};

use crate::domain::error::{Error, ErrorKind};
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
        self.expect_answer(&call, self.retention(object)).await?;
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
        self.expect_answer(&call, self.legal_hold(object)).await?;
        let wanted = ObjectLockLegalHold::builder().set_status(hold(Some(held))).build();
        put_on_version!(self, &call, object, put_object_legal_hold.legal_hold(wanted))
    }

    /// A server that is asked about the locks of an object and does not answer as S3 does may take
    /// the document that sets them for the object's new bytes, as OpenStack Swift does: nothing is
    /// sent there.
    async fn expect_answer<T>(
        &self,
        call: &Call,
        asked: impl Future<Output = Result<T, Error>>,
    ) -> Result<(), Error> {
        self.permit(call)?;
        if self.sdk().await?.provider.facts().relied_upon {
            return Ok(());
        }
        match Box::pin(asked).await {
            Err(error) if !knows_locks(&error) => Err(unless_passing(call, error)),
            _ => Ok(()),
        }
    }
}

/// Whether a refusal of a question about locks is that of a server that knows it: there are none,
/// or these keys may not ask.
pub fn knows_locks(error: &Error) -> bool {
    let coded = error.code.is_some() && !error.is(&ErrorKind::Unsupported);
    coded && error.status.is_some_and(|status| (400..500).contains(&status))
}

/// What is wrong on the way may pass; all else says that the server does not know the question.
fn unless_passing(call: &Call, error: Error) -> Error {
    let passing = error.retryable() && !error.is(&ErrorKind::ServerFault);
    if passing || error.is(&ErrorKind::NoSuchKey) {
        return error;
    }
    let why = "this server does not answer questions about locks as S3 does, so nothing was sent";
    Error { status: error.status, ..call.fails(ErrorKind::Unsupported, why) }
}
