//! Decides what an existing object means for one that is to be written, before any byte moves.

use std::time::SystemTime;

use crate::domain::address::Key;
use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ObjectAddress, ObjectHead};
use crate::domain::transfer::OnConflict;
use crate::transfer::local::attributes::kept_time;
use crate::transfer::local::part_file::numbered;
use crate::transfer::task::{Moving, Task};

/// Where the object goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    Write {
        object: ObjectAddress,
        /// Nothing may be there: say so with the request too, for others may write meanwhile.
        only_if_absent: bool,
    },
    /// Left as it is.
    Skip,
}

/// Names tried for `KeepBoth`.
const TRIES: u32 = 1000;

/// The source, as far as the conditions of a conflict compare it.
#[derive(Clone, Copy, Debug)]
pub struct Version {
    pub size: u64,
    pub modified: Option<SystemTime>,
}

impl Version {
    pub fn of(head: &ObjectHead) -> Version {
        Version { size: head.size.unwrap_or_default(), modified: time_of(head) }
    }

    /// Whether it is newer by time alone; an unknown time is not newer.
    pub fn newer_than(&self, other: &Version) -> bool {
        self.modified.zip(other.modified).is_some_and(|(own, other)| own > other)
    }

    /// Size and the time kept with the bytes are the same.
    fn looks_like(&self, found: &ObjectHead) -> bool {
        let kept = kept_time(found);
        found.size == Some(self.size) && kept.is_some() && kept == self.modified
    }
}

/// When the bytes were last modified: as kept with the object, else when the object was made.
pub fn time_of(head: &ObjectHead) -> Option<SystemTime> {
    kept_time(head).or_else(|| head.modified.map(SystemTime::from))
}

/// `same` tells of an existing object that it is what is about to be written: an earlier run wrote
/// it.
pub async fn decide(
    task: &Task,
    object: ObjectAddress,
    source: Version,
    same: impl Fn(&ObjectHead) -> bool,
) -> Result<(Destination, bool), Error> {
    if task.spec.on_conflict == OnConflict::Overwrite {
        return Ok((Destination::Write { object, only_if_absent: false }, false));
    }
    let found = match find(task, &object).await {
        // Who may not list may not know that nothing is there: the request itself finds out.
        Err(error) if error.is(&ErrorKind::AccessDenied) && may_ask_by_the_request(task) => None,
        found => found?,
    };
    let Some(found) = found else {
        return Ok((Destination::Write { object, only_if_absent: true }, false));
    };
    if task.again && same(&found) {
        return Ok((Destination::Skip, true));
    }
    let overwritten = match task.spec.on_conflict {
        OnConflict::IfNewer => source.newer_than(&Version::of(&found)),
        OnConflict::IfDifferent => !same(&found) && !source.looks_like(&found),
        _ => false,
    };
    match task.spec.on_conflict {
        OnConflict::IfNewer | OnConflict::IfDifferent if overwritten => {
            Ok((Destination::Write { object, only_if_absent: false }, false))
        }
        OnConflict::Skip | OnConflict::IfNewer | OnConflict::IfDifferent => {
            Ok((Destination::Skip, false))
        }
        OnConflict::KeepBoth => {
            let (object, stored) = free_name(task, object, same).await?;
            task.writes(&object.key);
            task.note_name(format!("stored as {}", object.key), object.key.as_str());
            match stored {
                true => Ok((Destination::Skip, true)),
                false => Ok((Destination::Write { object, only_if_absent: true }, false)),
            }
        }
        OnConflict::Fail | OnConflict::Overwrite => Err(exists(&object)),
    }
}

/// Whether the server is known to store nothing over what is there, and nothing else needs to be
/// known of it.
pub fn is_asked_by_the_request(task: &Task) -> bool {
    may_ask_by_the_request(task) && task.remote.keeps_conditions() == Some(true)
}

/// Whether the request can ask for all that needs to be known of what is there, by keys that may
/// not look at it.
fn may_ask_by_the_request(task: &Task) -> bool {
    matches!(task.spec.on_conflict, OnConflict::Fail | OnConflict::Skip)
        && task.remote.keeps_conditions() != Some(false)
}

/// Whether nothing may be in the place of an upload that goes on; `None` where the destination is
/// by now to be left as it is.
pub async fn resumed(
    task: &Task,
    object: &ObjectAddress,
    source: Version,
) -> Result<Option<bool>, Error> {
    match task.spec.on_conflict {
        OnConflict::Overwrite => Ok(Some(false)),
        // The name was decided when it began.
        OnConflict::Fail | OnConflict::Skip | OnConflict::KeepBoth => Ok(Some(true)),
        OnConflict::IfNewer | OnConflict::IfDifferent => {
            let (destination, _) = decide(task, object.clone(), source, |_| false).await?;
            Ok(match destination {
                Destination::Write { only_if_absent, .. } => Some(only_if_absent),
                Destination::Skip => None,
            })
        }
    }
}

/// Says once for a job that the server takes no condition, or takes it and stores all the same.
pub fn note_unguarded(task: &Task) {
    if task.spec.on_conflict != OnConflict::Overwrite
        && task.remote.keeps_conditions() == Some(false)
    {
        task.note_once(UNGUARDED);
    }
}

const UNGUARDED: &str = "this server does not keep to If-None-Match: what others store under a \
                         name after it was looked at is overwritten";

/// As [`find`], for what the server said to be there: who may not look at it knows that much.
pub async fn find_taken(task: &Task, object: &ObjectAddress) -> Result<Option<ObjectHead>, Error> {
    match find(task, object).await {
        Err(error) if error.is(&ErrorKind::AccessDenied) => Ok(None),
        found => found,
    }
}

/// What it means that something else is where the object was to appear.
pub fn taken(task: &Task, object: &ObjectAddress) -> Result<Moving, Error> {
    match task.spec.on_conflict {
        OnConflict::Skip => Ok(Moving::Skipped),
        _ => Err(exists(object)),
    }
}

pub fn exists(object: &ObjectAddress) -> Error {
    Error::new(ErrorKind::PreconditionFailed, "store the object", object.to_string())
        .detail("an object of this name exists")
}

/// The object that is there; none where there is none.
pub async fn find(task: &Task, object: &ObjectAddress) -> Result<Option<ObjectHead>, Error> {
    match task.policy.send(|| task.remote.head(object)).await {
        Ok(head) => Ok(Some(head)),
        Err(error) if error.is(&ErrorKind::NoSuchKey) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A numbered key that nothing has; or one that an earlier run stored this source under before it
/// could say so.
async fn free_name(
    task: &Task,
    object: ObjectAddress,
    same: impl Fn(&ObjectHead) -> bool,
) -> Result<(ObjectAddress, bool), Error> {
    let (parent, name) = (object.key.parent(), object.key.name().to_owned());
    for number in 1..TRIES {
        let key = Key::new(format!("{parent}{}", numbered(&name, number)));
        let candidate = ObjectAddress::new(object.bucket.clone(), key);
        match find(task, &candidate).await? {
            None => return Ok((candidate, false)),
            Some(found) if task.again && same(&found) => return Ok((candidate, true)),
            Some(_) => {}
        }
    }
    Err(exists(&object))
}
