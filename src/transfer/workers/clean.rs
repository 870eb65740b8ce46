//! Removes what a cancelled or cleared job left: the unfinished upload or the part file.

use std::sync::Arc;

use crate::domain::error::Error;
use crate::domain::transfer::Work;
use crate::s3::tasks::blocking;
use crate::transfer::fact::Partial;
use crate::transfer::local::part_file::remove;
use crate::transfer::task::Task;
use crate::transfer::workers::multipart::abort;

/// Forgets it whether or not that succeeds; what is left then is said by a note, and an upload
/// remembered as left.
pub async fn clean_up(task: &Task, partial: Partial) -> Result<(), Error> {
    let left = match &partial {
        Partial::Multipart(multipart) => format!(
            "; its parts are stored and paid for until the upload of {} is aborted",
            multipart.object
        ),
        _ => String::new(),
    };
    let cleaned = match partial {
        Partial::Multipart(multipart) => abort(task, &multipart).await,
        // Nothing is unfinished: the object is at both places.
        Partial::Copied(_) => Ok(()),
        Partial::File(file) => {
            let Work::Download { folder, .. } = &task.spec.work else { return task.closed().await };
            let (roots, job, folder) = (Arc::clone(&task.roots), task.job, folder.clone());
            let clean =
                move || remove(&roots.open(job, &folder)?.below(&file.folders)?, &file.name);
            blocking(clean).await
        }
    };
    if let Err(error) = cleaned {
        task.note(format!("could not be cleaned up: {}{left}", error.in_a_line()));
        return task.left().await;
    }
    task.closed().await
}
