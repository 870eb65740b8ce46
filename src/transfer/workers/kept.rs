//! What a copy keeps of its source besides the bytes, and what it cannot: said, never lost in silence.

use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ObjectAddress, ObjectHead, PutOptions};
use crate::domain::provider::{Capability, Provider};
use crate::transfer::task::Task;

/// What the new object is to be stored with; the rest is noted.
pub async fn kept(
    task: &Task,
    from: &ObjectAddress,
    head: &ObjectHead,
) -> Result<PutOptions, Error> {
    if head.missing_metadata > 0 {
        task.note(format!("{} metadata entries cannot be carried over", head.missing_metadata));
    }
    task.note_once("access rules, locks and encryption are those of a new object");
    Ok(PutOptions {
        headers: head.headers.clone(),
        user_metadata: head.user_metadata.clone(),
        storage_class: storage_class(task, head),
        tags: tags(task, from, head).await?,
        only_if_absent: false,
    })
}

fn storage_class(task: &Task, head: &ObjectHead) -> Option<String> {
    let class = head.storage_class.clone().filter(|class| class != "STANDARD")?;
    if !task.elsewhere || task.remote.provider().offers_class(&class) {
        return Some(class);
    }
    task.note_once(&format!(
        "the storage class {class} is not offered there: the usual one is used"
    ));
    None
}

async fn tags(
    task: &Task,
    from: &ObjectAddress,
    head: &ObjectHead,
) -> Result<Vec<(String, String)>, Error> {
    // Only of AWS it is sure that HEAD counts them.
    let uncounted = head.tags == 0 && task.source.provider() != Provider::Aws;
    if head.tags == 0 && !uncounted || task.source.lacks(Capability::ObjectTags).is_some() {
        return Ok(Vec::new());
    }
    let found = match task.source_gate.send(|| task.source.tags(from)).await {
        Ok(found) => found,
        Err(error) if error.is(&ErrorKind::AccessDenied) || error.is(&ErrorKind::Unsupported) => {
            task.note_once("tags cannot be read, so none are carried over");
            return Ok(Vec::new());
        }
        Err(error) => return Err(error),
    };
    match task.remote.lacks(Capability::ObjectTags).filter(|_| !found.is_empty()) {
        Some(why) => {
            task.note(format!("tags are not carried over ({}): {why}", found.len()));
            Ok(Vec::new())
        }
        None => Ok(found),
    }
}
