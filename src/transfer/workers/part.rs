//! Makes the part file of a download after the journal knows its name.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::error::Error;
use crate::domain::object::ETag;
use crate::s3::tasks::blocking;
use crate::transfer::fact::{PartFile, Partial};
use crate::transfer::local::names::{LocalName, part_name};
use crate::transfer::local::part_file::{self, GrowingFile};
use crate::transfer::task::Task;
use crate::transfer::workers::ranges::RANGE_BYTES;

/// A part file that is to be.
pub struct PartFileSpec {
    /// The one the job goes to.
    pub folder: PathBuf,
    pub local: LocalName,
    /// What the file is to be called in the end, where that is not the object's own name.
    pub target: Option<String>,
    pub etag: Option<ETag>,
    pub size: Option<u64>,
}

/// A part file that was made, what the journal knows of it, and what came of filling it.
pub type Made<T> = (GrowingFile, PartFile, T);

/// Makes the part file with room for all its bytes. Goes on when the object's work is stopped, or
/// it could appear after it was cleaned up.
pub async fn make_part(task: &Task, part: PartFileSpec) -> Result<(GrowingFile, PartFile), Error> {
    let (own, size) = (task.clone(), part.size.unwrap_or(0));
    let making =
        task.steps.spawn(async move { make(&own, part, move |file, _| file.reserve(size)).await });
    let (file, partial, ()) = making.await??;
    Ok((file, partial))
}

/// Records the part file's name and then makes it: a crash between leaves a name too many, never a
/// file that nobody knows of. `fill` is given the file and the name it will have; where it fails
/// nothing is left. Not to be interrupted.
pub async fn make<T: Send + 'static>(
    task: &Task,
    part: PartFileSpec,
    fill: impl FnOnce(&GrowingFile, &str) -> Result<T, Error> + Send + 'static,
) -> Result<Made<T>, Error> {
    let PartFileSpec { folder, local, target, etag, size } = part;
    let partial = PartFile {
        folders: local.folders,
        name: part_name(&local.name),
        target,
        etag,
        size,
        range_size: RANGE_BYTES,
        ranges: BTreeSet::new(),
        begun: BTreeMap::new(),
        inode: None,
    };
    task.opened(Partial::File(partial.clone())).await?;
    let (roots, job) = (Arc::clone(&task.roots), task.job);
    let made = blocking(move || {
        let folder = roots.open(job, &folder)?.below(&partial.folders)?;
        let file = GrowingFile::create(folder, &partial.name)?;
        match fill(&file, partial.target.as_deref().unwrap_or(&local.name)) {
            Ok(filled) => Ok((file, partial, filled)),
            Err(error) => {
                drop(part_file::remove(&file.folder, &file.name));
                Err(error)
            }
        }
    })
    .await;
    if made.is_err() {
        task.closed().await?;
    }
    made
}
