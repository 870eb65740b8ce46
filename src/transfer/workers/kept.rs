//! Keeps tags and headers with a copy, and notes what it cannot keep.

use crate::domain::error::{Error, ErrorKind};
use crate::domain::likeness::encrypted;
use crate::domain::object::{CopyOptions, ObjectAddress, ObjectHead, ObjectHeaders, PutOptions};
use crate::domain::provider::{Capability, Provider};
use crate::domain::units::Counted;
use crate::transfer::task::{Tags, Task};

/// What the new object is to be stored with; the rest is noted.
pub async fn kept(
    task: &Task,
    from: &ObjectAddress,
    head: &ObjectHead,
) -> Result<PutOptions, Error> {
    let tags = task.tags.set(tags(task, from, head).await?);
    if head.missing_metadata > 0 {
        let entries = Counted(head.missing_metadata.into(), "metadata entry");
        task.note(format!("{entries} cannot be carried over"));
    }
    let held = head.retention.is_some() || head.legal_hold == Some(true);
    if held || encrypted(head) {
        task.note_once("locks and encryption are those of a new object");
    }
    let mut options = PutOptions {
        headers: head.headers.clone(),
        user_metadata: head.user_metadata.clone(),
        storage_class: storage_class(task, head),
        tags,
        ..PutOptions::default()
    };
    task.spec.options.attributes.apply(&mut options);
    let attributes = &task.spec.options.attributes;
    task.asks(&options, &attributes.headers, attributes.class.as_ref());
    Ok(options)
}

/// Whether the copy is to have what a server that is not relied upon may have dropped. What that is
/// is found out where this run has not: an earlier one made the copy, or a part of it. `whole`: the
/// server copies it in one piece.
pub async fn asks_for_more(
    task: &Task,
    from: &ObjectAddress,
    head: &ObjectHead,
    whole: bool,
) -> Result<bool, Error> {
    if task.remote.provider().facts().relied_upon {
        return Ok(false);
    }
    if task.tags.get().is_none() {
        match whole && !task.spec.options.attributes.describe_anew() {
            true => asks_for_protection(task),
            false => drop(kept(task, from, head).await?),
        }
    }
    Ok(!task.asked().is_empty())
}

/// The server is asked to copy the rest as it is.
fn asks_for_protection(task: &Task) {
    let attributes = &task.spec.options.attributes;
    let protection = attributes.protection.clone();
    let options = PutOptions { protection, ..PutOptions::default() };
    task.asks(&options, &ObjectHeaders::default(), attributes.class.as_ref());
}

/// What the server is asked for that copies an object in one piece.
pub async fn copied(
    task: &Task,
    from: &ObjectAddress,
    head: &ObjectHead,
) -> Result<CopyOptions, Error> {
    let attributes = &task.spec.options.attributes;
    let class = head.storage_class.clone().filter(|class| class != "STANDARD");
    let retagging = !attributes.tags.is_empty();
    let replacing = if attributes.describe_anew() {
        Some(kept(task, from, head).await?)
    } else {
        asks_for_protection(task);
        None
    };
    Ok(CopyOptions {
        source_etag: head.etag.clone(),
        only_if_absent: false,
        storage_class: attributes.class.clone().or(class),
        replacing,
        retagging,
        protection: attributes.protection.clone(),
    })
}

/// That of the source, where it is offered and the job names no other.
fn storage_class(task: &Task, head: &ObjectHead) -> Option<String> {
    if task.spec.options.attributes.class.is_some() {
        return None;
    }
    let class = head.storage_class.clone().filter(|class| class != "STANDARD")?;
    if !task.elsewhere || task.remote.provider().offers_class(&class) {
        return Some(class);
    }
    task.note_once(&format!(
        "the storage class {class} is not offered there: the usual one is used"
    ));
    None
}

/// Tags that the copy does not have.
pub async fn lost_tags(
    task: &Task,
    from: &ObjectAddress,
    head: &ObjectHead,
) -> Result<Option<String>, Error> {
    match task.tags.get() {
        Some(known) => Ok(known.lost),
        None => tags(task, from, head).await.map(|tags| tags.lost),
    }
}

async fn tags(task: &Task, from: &ObjectAddress, head: &ObjectHead) -> Result<Tags, Error> {
    // Only AWS is sure to count them at HEAD, and only for keys that may read them: a move has to
    // know.
    let counted = task.source.provider() == Provider::Aws && !task.spec.work.moves();
    if head.tags == 0 && counted || task.source.lacks(Capability::ObjectTags).is_some() {
        return Ok(Tags::default());
    }
    let found = match task.source_policy.send(|| task.source.tags(from)).await {
        Ok(found) => found,
        Err(error) if error.is(&ErrorKind::AccessDenied) => {
            return Ok(unread(task, "tags, which these keys may not read"));
        }
        // Of this object: what the server says of it says nothing of others.
        Err(error) if error.is_unreadable() => {
            return Ok(unread(task, "tags, which the server does not give in a readable form"));
        }
        Err(error) if error.is(&ErrorKind::Unsupported) => {
            task.note_once("this server has no tags, so none are carried over");
            return Ok(Tags::default());
        }
        Err(error) => return Err(error),
    };
    match task.remote.lacks(Capability::ObjectTags).filter(|_| !found.is_empty()) {
        Some(why) => {
            task.note(format!("tags are not carried over ({}): {why}", found.len()));
            let lost = Some(format!("tags ({}): {why}", found.len()));
            Ok(Tags { lost, ..Tags::default() })
        }
        None => Ok(Tags { carried: found, lost: None }),
    }
}

fn unread(task: &Task, lost: &str) -> Tags {
    task.note_once("tags cannot be read, so none are carried over");
    Tags { lost: Some(lost.to_owned()), ..Tags::default() }
}
