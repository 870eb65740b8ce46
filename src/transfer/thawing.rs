//! Asks for an archived object to be made readable, where it is in an archive and nobody asked yet.

use jiff::Timestamp;

use crate::domain::error::{Error, ErrorKind};
use crate::domain::listing::Class;
use crate::domain::object::{ObjectAddress, ObjectHead};
use crate::domain::provider::Capability;
use crate::domain::thaw::ThawWish;
use crate::s3::client::Client;
use crate::s3::ops::restore::Asked;

/// How far an object is that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThawState {
    Asked,
    /// Somebody asked before.
    Running,
    /// Until then, where it goes back to the archive.
    Readable(Option<Timestamp>),
}

impl ThawState {
    pub fn readable(head: &ObjectHead) -> ThawState {
        ThawState::Readable(head.restore.as_ref().and_then(|restore| restore.until))
    }
}

/// # Errors
/// `Unsupported` where the server has no archive to restore from.
pub async fn expect_restore(client: &Client, place: &str) -> Result<(), Error> {
    client.prepare().await?;
    match client.lacks(Capability::Restore) {
        Some(why) => Err(Error::new(ErrorKind::Unsupported, "RestoreObject", place).detail(why)),
        None => Ok(()),
    }
}

/// `class` is the one that a listing tells, none of an object that was named. `None` of what a
/// listing shows and no archive has: it is in nobody's way.
pub async fn ask_to_thaw(
    client: &Client,
    object: &ObjectAddress,
    class: Option<Class>,
    wish: ThawWish,
) -> Result<Option<ThawState>, Error> {
    if class.is_some_and(|class| !class.may_be_archived()) {
        return Ok(None);
    }
    let head = client.head(object).await?;
    if !head.is_in_archive() && class.is_some() {
        return Ok(None);
    }
    if !head.is_archived() {
        return Ok(Some(ThawState::readable(&head)));
    }
    if head.is_being_restored() {
        return Ok(Some(ThawState::Running));
    }
    Ok(Some(match client.restore_archived(object, &head, wish).await? {
        Asked::Now => ThawState::Asked,
        Asked::Before => ThawState::Running,
    }))
}
