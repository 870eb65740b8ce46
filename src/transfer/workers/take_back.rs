//! Takes back what was written and turned out not to be what was to be written.

use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ObjectAddress, ObjectHead, StoredObject, VersionId};
use crate::transfer::remote::Remote;
use crate::transfer::retry::RetryPolicy;
use crate::transfer::task::{Landed, Task};
use crate::transfer::write::NOT_THERE;

/// The error of an object whose copy is wrong, with what became of that copy. Where nothing was
/// written, nothing speaks against its bytes, or another object has its place by now, the error
/// itself.
pub async fn taken_back(task: &Task, error: Error) -> Error {
    if !speaks_against_bytes(&error) {
        return error;
    }
    let Some(landed) = task.take_landed() else { return error };
    let policy = task.policy.clone().impatient();
    match remove(&*task.remote, &policy, &landed).await {
        Ok(Removal::Done) => told(error, "the wrong copy was deleted"),
        Ok(Removal::NotOurs) => error,
        Ok(Removal::LeftToTheUser) | Err(_) => still_there(error, &landed.at),
    }
}

/// As [`taken_back`], of what is only named, since nothing else may have the bytes any more.
pub async fn named_if_there(
    remote: &dyn Remote,
    policy: &RetryPolicy,
    error: Error,
    landed: &Landed,
) -> Error {
    if !speaks_against_bytes(&error) {
        return error;
    }
    match policy.send(|| remote.head(&landed.at)).await {
        Ok(found) if is_it(&found, &landed.stored) => still_there(error, &landed.at),
        _ => error,
    }
}

/// An object that is not seen is not known to be wrong.
fn speaks_against_bytes(error: &Error) -> bool {
    error.is(&ErrorKind::Corrupt) && !error.detail.starts_with(NOT_THERE)
}

fn still_there(error: Error, at: &ObjectAddress) -> Error {
    told(error, &format!("what is stored at {at} is wrong: delete it"))
}

enum Removal {
    Done,
    /// Nothing is there, or another object.
    NotOurs,
    /// It has no version of its own: what somebody stores between a look and a deletion would be
    /// deleted in its place.
    LeftToTheUser,
}

fn told(error: Error, what: &str) -> Error {
    let detail = match error.detail.as_str() {
        "" => what.to_owned(),
        detail => format!("{detail}; {what}"),
    };
    error.detail(detail)
}

/// Deletes it where it is surely the one, by its version.
async fn remove(
    remote: &dyn Remote,
    policy: &RetryPolicy,
    landed: &Landed,
) -> Result<Removal, Error> {
    let found = match policy.send(|| remote.head(&landed.at)).await {
        Err(error) if error.is(&ErrorKind::NoSuchKey) => return Ok(Removal::NotOurs),
        found => found?,
    };
    if !is_it(&found, &landed.stored) {
        return Ok(Removal::NotOurs);
    }
    let Some(version) = landed.stored.version_id.clone() else {
        return Ok(Removal::LeftToTheUser);
    };
    let version = landed.at.clone().at_version(Some(VersionId(version)));
    policy.send(|| remote.delete_version(&version)).await?;
    Ok(Removal::Done)
}

/// Whether what is there is what was written: by its version, else by its ETag.
fn is_it(found: &ObjectHead, stored: &StoredObject) -> bool {
    let tagged = stored.etag.is_some() && stored.etag == found.etag;
    tagged && found.version_id == stored.version_id
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::object::ETag;

    #[test]
    fn only_what_was_written_is_taken_for_it() {
        let head = |etag: &str, version: Option<&str>| ObjectHead {
            etag: Some(ETag::new(etag)),
            version_id: version.map(str::to_owned),
            ..ObjectHead::default()
        };
        let stored = |etag: Option<&str>, version: Option<&str>| StoredObject {
            etag: etag.map(ETag::new),
            version_id: version.map(str::to_owned),
            ..StoredObject::default()
        };
        assert!(is_it(&head("a", None), &stored(Some("a"), None)));
        assert!(is_it(&head("a", Some("1")), &stored(Some("a"), Some("1"))));
        assert!(!is_it(&head("b", None), &stored(Some("a"), None)));
        assert!(!is_it(&head("a", Some("2")), &stored(Some("a"), Some("1"))));
        assert!(!is_it(&head("a", None), &stored(None, None)));
    }
}
