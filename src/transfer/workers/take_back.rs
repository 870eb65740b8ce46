//! Takes back what was written and turned out not to be what was to be written.

use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ObjectAddress, ObjectHead, StoredObject, VersionId};
use crate::transfer::remote::Remote;
use crate::transfer::retry::RetryPolicy;
use crate::transfer::task::{Landed, Task};
use crate::transfer::workers::erase::erase;

/// The error of an object whose copy is wrong, with what became of that copy. Where nothing was
/// written, or the bytes are right, the error itself.
pub async fn taken_back(task: &Task, error: Error) -> Error {
    if !error.is(&ErrorKind::Corrupt) {
        return error;
    }
    let Some(landed) = task.take_landed() else { return error };
    let policy = task.policy.clone().impatient();
    match remove(&*task.remote, &policy, &landed).await {
        Ok(true) => told(error, "the wrong copy was deleted"),
        Ok(false) => error,
        Err(_) => still_there(error, &landed.at),
    }
}

/// As [`taken_back`], of what is only named: nothing else may have the bytes any more.
pub fn still_there(error: Error, at: &ObjectAddress) -> Error {
    told(error, &format!("what is stored at {at} is wrong: delete it"))
}

fn told(error: Error, what: &str) -> Error {
    let detail = match error.detail.as_str() {
        "" => what.to_owned(),
        detail => format!("{detail}; {what}"),
    };
    error.detail(detail)
}

/// Deletes it if it is surely the one; false where nothing is there.
async fn remove(remote: &dyn Remote, policy: &RetryPolicy, landed: &Landed) -> Result<bool, Error> {
    let found = match policy.send(|| remote.head(&landed.at)).await {
        Err(error) if error.is(&ErrorKind::NoSuchKey) => return Ok(false),
        found => found?,
    };
    if !is_it(&found, &landed.stored) {
        let place = landed.at.to_string();
        return Err(Error::new(ErrorKind::SourceChanged, "delete the wrong copy", place));
    }
    match &landed.stored.version_id {
        Some(version) => {
            let version = landed.at.clone().at_version(Some(VersionId(version.clone())));
            policy.send(|| remote.delete_version(&version)).await?;
        }
        None => erase(remote, policy, &landed.at).await?,
    }
    Ok(true)
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
