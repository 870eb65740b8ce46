//! Deletes one object and looks that it is gone.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::domain::error::{Error, ErrorKind, LOOK_DELETED};
use crate::domain::object::ObjectAddress;
use crate::transfer::remote::Remote;
use crate::transfer::retry::RetryPolicy;
use crate::transfer::write::is_unsaid;

/// What a look tells of an object that is to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    There,
    Gone,
    /// These keys may not look.
    Untold,
}

pub async fn presence(remote: &dyn Remote, object: &ObjectAddress) -> Result<Presence, Error> {
    match remote.head(object).await {
        Ok(_) => Ok(Presence::There),
        Err(error) if error.is(&ErrorKind::NoSuchKey) => Ok(Presence::Gone),
        Err(error) if error.is(&ErrorKind::AccessDenied) => Ok(Presence::Untold),
        Err(error) => Err(error),
    }
}

/// Deletes an object that is there. After a lost answer it is looked for before it is deleted once
/// more, so that a bucket that keeps versions gets one delete marker.
pub async fn erase(
    remote: &dyn Remote,
    policy: &RetryPolicy,
    object: &ObjectAddress,
) -> Result<(), Error> {
    let lost = AtomicBool::new(false);
    let keys = [object.key.clone()];
    let delete = || async {
        if lost.load(Ordering::Relaxed) && presence(remote, object).await? == Presence::Gone {
            return Ok(());
        }
        let deleted = match remote.delete(&object.bucket, &keys).await {
            // A refusal of the key is the request's own error, so that one that may pass is tried
            // again.
            Ok(refused) => refused.into_iter().next().map_or(Ok(()), |(_, error)| Err(error)),
            Err(error) => Err(error),
        };
        deleted.inspect_err(|error| lost.store(is_unsaid(error), Ordering::Relaxed))?;
        match presence(remote, object).await {
            Ok(Presence::There) => Err(still_there(object)),
            Ok(Presence::Gone | Presence::Untold) => Ok(()),
            Err(error) => {
                lost.store(true, Ordering::Relaxed);
                Err(error)
            }
        }
    };
    let error = match policy.send(delete).await {
        Ok(()) => return Ok(()),
        Err(error) => error,
    };
    if !lost.load(Ordering::Relaxed) {
        return Err(error);
    }
    match policy.clone().impatient().send(|| presence(remote, object)).await {
        Ok(Presence::Gone) => Ok(()),
        _ => Err(error),
    }
}

pub fn still_there(object: &ObjectAddress) -> Error {
    Error::new(ErrorKind::ServerFault, LOOK_DELETED, object.to_string())
        .detail("the server reported success, and it is still there")
}
