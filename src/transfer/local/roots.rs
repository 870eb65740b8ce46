//! Keeps the folders that downloads go to, and how their disks treat names.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::domain::error::{Error, ErrorKind};
use crate::domain::transfer::JobId;
use crate::transfer::local::claims::Folding;
use crate::transfer::local::folder::Folder;

/// The folders by job, for as long as the engine lives; a few bytes each.
#[derive(Debug, Default)]
pub struct Roots {
    known: Mutex<HashMap<JobId, Root>>,
}

#[derive(Clone, Copy, Debug)]
struct Root {
    identity: (u64, u64),
    folding: Option<Folding>,
    /// Nothing was in it when the job first opened it.
    empty: bool,
}

impl Roots {
    /// Opens the folder of a job. One that was put in its place after the job began, a link
    /// perhaps, is an error; one that had to be made again is not.
    pub fn open(&self, job: JobId, path: &Path) -> Result<Folder, Error> {
        let (folder, made) = Folder::choose(path)?;
        let identity = folder.identity()?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let first = || Root { identity, folding: None, empty: made || folder.is_empty() };
        let root = known.entry(job).or_insert_with(first);
        if root.identity != identity {
            if !made {
                let place = path.display().to_string();
                return Err(Error::new(ErrorKind::LocalIo, "use the folder", place)
                    .detail("another folder has taken its place since the download began"));
            }
            *root = Root { identity, folding: None, empty: true };
        }
        Ok(folder)
    }

    /// Whether nothing was below the folder when the job began.
    pub fn was_empty(&self, job: JobId) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&job).is_some_and(|root| root.empty)
    }

    /// Which names the disk of a job's folder takes for the same.
    pub fn folding(&self, job: JobId, path: &Path) -> Result<Folding, Error> {
        let folder = self.open(job, path)?;
        let of_job = |known: &HashMap<JobId, Root>| known.get(&job).and_then(|root| root.folding);
        if let Some(folding) = of_job(&self.known.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(folding);
        }
        let folding = folder.folding();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(job).and_modify(|root| root.folding = Some(folding));
        Ok(folding)
    }

    /// The job begins anew: whatever folder its path leads to is the one that is meant.
    pub fn forget(&self, job: JobId) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(&job);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_folder_that_was_swapped_is_not_used_until_the_job_begins_anew() {
        let outer = tempfile::tempdir().unwrap();
        let (path, aside) = (outer.path().join("chosen"), outer.path().join("aside"));
        fs::create_dir(&aside).unwrap();
        let (roots, job) = (Roots::default(), JobId(1));
        assert!(!roots.was_empty(job));
        roots.open(job, &path).unwrap();
        roots.open(job, &path).unwrap();
        assert!(roots.was_empty(job));
        fs::remove_dir(&path).unwrap();
        roots.open(job, &path).expect("it is made again");
        fs::rename(&path, outer.path().join("moved")).unwrap();
        symlink(&aside, &path).unwrap();
        assert_eq!(roots.open(job, &path).unwrap_err().kind, ErrorKind::LocalIo);
        assert_eq!(roots.open(job, &path).unwrap_err().kind, ErrorKind::LocalIo);
        roots.open(JobId(2), &path).expect("another job may mean the link");
        roots.forget(job);
        fs::write(aside.join("file"), "").unwrap();
        roots.open(job, &path).unwrap();
        assert!(!roots.was_empty(job), "it leads to a folder that has a file");
    }

    #[test]
    fn how_a_disk_takes_names_is_asked_and_nothing_is_left_of_the_question() {
        let outer = tempfile::tempdir().unwrap();
        let folding = Roots::default().folding(JobId(1), outer.path()).unwrap();
        fs::write(outer.path().join("a"), "").unwrap();
        assert_eq!(folding.case, outer.path().join("A").exists());
        assert_eq!(fs::read_dir(outer.path()).unwrap().count(), 1);
    }
}
