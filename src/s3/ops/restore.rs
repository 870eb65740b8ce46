//! Asks for an archived object to be made readable.

use aws_sdk_s3::types::{GlacierJobParameters, RestoreRequest, Tier};

use crate::domain::error::Error;
use crate::domain::object::{ObjectAddress, ObjectHead};
use crate::domain::provider::Capability;
use crate::domain::thaw::{RestoreTier, ThawWish};
use crate::s3::call::Call;
use crate::s3::client::Client;
use crate::s3::ops::of_version::put_on_version;

/// What came of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    Now,
    /// A restore is already under way.
    Before,
}

impl Client {
    /// For an archive tier of Intelligent-Tiering, `days` is not sent.
    pub async fn restore_archived(
        &self,
        object: &ObjectAddress,
        head: &ObjectHead,
        wish: ThawWish,
    ) -> Result<Asked, Error> {
        let call = Call::on_object("RestoreObject", object).writing().needing(Capability::Restore);
        let tier = match wish.tier {
            RestoreTier::Standard => Tier::Standard,
            RestoreTier::Bulk => Tier::Bulk,
            RestoreTier::Expedited => Tier::Expedited,
        };
        let how = call.built(GlacierJobParameters::builder().tier(tier).build())?;
        let days =
            head.archive_tier.is_none().then(|| i32::try_from(wish.days).unwrap_or(i32::MAX));
        let wanted = RestoreRequest::builder().set_days(days).glacier_job_parameters(how).build();
        let sent = put_on_version!(self, &call, object, restore_object.restore_request(wanted));
        match sent {
            Ok(()) => Ok(Asked::Now),
            Err(error) if error.code.as_deref() == Some("RestoreAlreadyInProgress") => {
                Ok(Asked::Before)
            }
            Err(error) => Err(error),
        }
    }
}
