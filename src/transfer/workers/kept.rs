//! What a copy keeps of its source besides the bytes, and what it cannot: said, never lost in silence.

use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::{ObjectAddress, ObjectHead, PutOptions};
use crate::domain::provider::Capability;
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
    if head.tags == 0 {
        return Ok(Vec::new());
    }
    if let Some(why) = task.remote.lacks(Capability::ObjectTags) {
        task.note(format!("its {} are not carried over: {why}", counted(head.tags)));
        return Ok(Vec::new());
    }
    match task.gate.send(|| task.source.tags(from)).await {
        Err(error) if error.is(&ErrorKind::AccessDenied) || error.is(&ErrorKind::Unsupported) => {
            task.note(format!("its {} are not carried over: {error}", counted(head.tags)));
            Ok(Vec::new())
        }
        other => other,
    }
}

fn counted(tags: u32) -> String {
    format!("{tags} tag{}", if tags == 1 { "" } else { "s" })
}
