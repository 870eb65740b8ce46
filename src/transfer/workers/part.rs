//! Makes the file that a download grows in, so that none appears that the journal does not know of.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use crate::domain::error::{Error, ErrorKind};
use crate::domain::object::ETag;
use crate::domain::transfer::Verification;
use crate::transfer::fact::{PartFile, Partial};
use crate::transfer::limits::Buffer;
use crate::transfer::local::names::{LocalName, part_name};
use crate::transfer::local::part_file::{self, GrowingFile};
use crate::transfer::task::Task;
use crate::transfer::workers::blocking::blocking;
use crate::transfer::workers::digest::Check;
use crate::transfer::workers::ranges::RANGE_BYTES;

/// A part file that is to be.
pub struct Part {
    /// The one the job goes to.
    pub folder: PathBuf,
    pub local: LocalName,
    /// What the file is to be called in the end, where that is not the object's own name.
    pub target: Option<String>,
    pub etag: Option<ETag>,
    pub size: Option<u64>,
}

/// All that a short file will hold and have.
pub struct Whole {
    /// The object, as errors name it.
    pub place: String,
    pub bytes: Buffer,
    pub check: Check,
    pub modified: Option<SystemTime>,
    pub mode: Option<u32>,
}

/// With room for all its bytes.
pub async fn make_part(task: &Task, part: Part) -> Result<(GrowingFile, PartFile), Error> {
    let (file, partial, ()) = make(task, part, |_, _| Ok(())).await?;
    Ok((file, partial))
}

/// With all its bytes, checked, and everything else it is to have, durable.
pub async fn make_whole(
    task: &Task,
    part: Part,
    whole: Whole,
) -> Result<(GrowingFile, PartFile, Verification), Error> {
    let fill = move |file: &GrowingFile, name: &str| {
        let Whole { place, bytes, mut check, modified, mode } = whole;
        check.update(&bytes);
        let verification = check.finish(&place)?;
        file.write_at(0, &bytes)?;
        file.prepare(name, modified, mode)?;
        Ok(verification)
    };
    make(task, part, fill).await
}

/// Records the part file's name and then makes it: a crash between leaves a name too many, never a file that nobody
/// knows of. Not to be interrupted, or it could appear after it was cleaned up. `fill` is given the file and the name
/// it will have; where it fails nothing is left.
async fn make<T: Send + 'static>(
    task: &Task,
    part: Part,
    fill: impl FnOnce(&GrowingFile, &str) -> Result<T, Error> + Send + 'static,
) -> Result<(GrowingFile, PartFile, T), Error> {
    let task = task.clone();
    let making = task.steps.clone().spawn(async move {
        let Part { folder, local, target, etag, size } = part;
        let partial = PartFile {
            folders: local.folders,
            name: part_name(&local.name),
            target,
            etag,
            size,
            range_size: RANGE_BYTES,
            ranges: BTreeSet::new(),
            inode: None,
        };
        task.opened(Partial::File(partial.clone())).await?;
        let (roots, job) = (Arc::clone(&task.roots), task.job);
        let made = blocking(move || {
            let folder = roots.open(job, &folder)?.below(&partial.folders)?;
            let file = GrowingFile::create(folder, &partial.name, size.unwrap_or(0))?;
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
    });
    making
        .await
        .map_err(|e| Error::new(ErrorKind::Other, "make the part file", "").detail(e.to_string()))?
}
